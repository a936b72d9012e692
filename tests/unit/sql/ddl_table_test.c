#include "sql/ddl_fixture.h"

static void create_table_makes_columns_keys_and_sequences(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table products ("
                  "id serial primary key, barcode text unique not null,"
                  "price numeric(14,2) check (price >= 0) default 0,"
                  "made timestamptz default now())");
    const struct cat_relation *t = fixture_relation(f, "products");
    assert_int_equal(t->column_count, 4);
    assert_str(t->physical, "products");
    assert_str(t->constraints[0].name, "products_pkey");
    assert_str(t->constraints[1].name, "products_barcode_key");
    assert_str(t->constraints[2].name, "products_price_check");
    assert_true(t->columns[0].not_null);
    assert_str(fixture_relation(f, "products_id_seq")->name, "products_id_seq");
    assert_str(t->columns[0].default_expr.text, "nextval('public.products_id_seq'::regclass)");
    assert_true(catalog_type_find(f->catalog, SCHEMA_PUBLIC, STR("_products")));
}

static void foreign_keys_find_the_primary_key(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table a (id bigint primary key);"
                  "create table b (a_id bigint references a on delete cascade,"
                  " parent bigint, constraint up foreign key (parent) references a (id))");
    const struct cat_relation *b = fixture_relation(f, "b");
    assert_str(b->constraints[0].name, "b_a_id_fkey");
    assert_int_equal(b->constraints[0].on_delete, 'c');
    assert_int_equal(b->constraints[0].foreign_columns[0], 1);
    assert_str(b->constraints[1].name, "up");
}

static void create_table_refusals(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table t (a int, b int)");
    fixture_fails(f, "create table t (a int)", "42P07", "relation \"t\" already exists");
    fixture_fails(f, "create table u (a int, a int)", "42701",
                  "column \"a\" specified more than once");
    fixture_fails(f, "create table u (a nothing)", "42704", "type \"nothing\" does not exist");
    fixture_fails(f, "create table u (a point)", "0A000", "type \"point\" is not supported");
    fixture_fails(f, "create table u (a int4multirange)", "0A000",
                  "type \"int4multirange\" is not supported");
    fixture_fails(f, "create type u as range (subtype = int4)", "0A000",
                  "CREATE TYPE ... AS RANGE is not supported");
    fixture_fails(f, "create table u (a tsrange, exclude using gist (a with &&) deferrable)",
                  "0A000", "a deferrable EXCLUDE constraint is not supported");
    fixture_fails(f, "create table u (a int, exclude using btree (a with =))", "0A000",
                  "EXCLUDE USING btree is not supported");
    fixture_fails(f, "create table u (a tsrange, exclude using gist (a with @>))", "42809",
                  "operator @> is not commutative");
    fixture_fails(f, "create table u (a int primary key, b int primary key)", "42P16",
                  "multiple primary keys for table \"u\" are not allowed");
    fixture_fails(f, "create table u (a int references missing)", "42P01",
                  "relation \"missing\" does not exist");
    fixture_fails(f, "create table u (a int references t)", "42704",
                  "there is no primary key for referenced table \"t\"");
    fixture_fails(f, "create table u (a int references t (b))", "42830",
                  "there is no unique constraint matching given keys for referenced table \"t\"");
    fixture_fails(f, "create table u (primary key (x))", "42703",
                  "column \"x\" named in key does not exist");
    fixture_fails(f, "create table nowhere.u (a int)", "3F000",
                  "schema \"nowhere\" does not exist");
    fixture_fails(f, "create table pg_catalog.u (a int)", "42501",
                  "permission denied for schema pg_catalog");
    fixture_fails(f, "create table u (a int default b)", "0A000",
                  "cannot use column reference in DEFAULT expression");
    fixture_fails(f, "create table u (a int check (a > (select 1)))", "0A000",
                  "cannot use subquery in check constraint");
    fixture_ok(f, "create table if not exists t (z int)");
    assert_true(fixture_noticed(f, "relation \"t\" already exists, skipping"));
    assert_int_equal(fixture_relation(f, "t")->column_count, 2);
}

static void names_are_cut_to_63_bytes(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table a_name_that_is_rather_long_for_a_table_but_still_fits_in_it_x ("
                  "another_name_that_is_long_too_and_makes_the_key_longer int unique)");
    const struct cat_relation *t =
        fixture_relation(f, "a_name_that_is_rather_long_for_a_table_but_still_fits_in_it_x");
    assert_int_equal(t->constraints[0].name.len, 63);
    assert_true(str_ends(t->constraints[0].name, STR("_key")));
}

static void columns_that_differ_by_case_get_their_own_physical_name(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table t (foo int, \"Foo\" int, rowid int); create table \"T\" (a int)");
    const struct cat_relation *t = fixture_relation(f, "t");
    assert_str(t->columns[1].physical, "Foo~2");
    assert_str(t->columns[2].physical, "rowid~2");
    assert_str(fixture_relation(f, "T")->physical, "T~2");
}

static void alter_table_changes_columns(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table t (a int primary key, b text);"
                  "alter table t add column c int not null default 3, drop column b;"
                  "alter table t rename column c to d;"
                  "alter table t alter column d drop not null, alter d set default 4;"
                  "alter table t rename to t2");
    const struct cat_relation *t = fixture_relation(f, "t2");
    assert_int_equal(t->column_count, 2);
    assert_int_equal(t->columns[1].number, 3);
    assert_str(t->columns[1].name, "d");
    assert_str(t->columns[1].default_expr.text, "4");
    assert_false(t->columns[1].not_null);
    fixture_fails(f, "alter table t2 drop column nope", "42703",
                  "column \"nope\" of relation \"t2\" does not exist");
    fixture_fails(f, "alter table t2 add column a int", "42701",
                  "column \"a\" of relation \"t2\" already exists");
    fixture_fails(f, "alter table t2 alter a drop not null", "42P16",
                  "column \"a\" is in a primary key");
    fixture_ok(f, "alter table if exists nope add column x int");
    assert_true(fixture_noticed(f, "relation \"nope\" does not exist, skipping"));
}

static void column_type_change_is_an_effect(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table t (a text); ");
    fixture_fails(f, "alter table t alter a type int", "42804",
                  "column \"a\" cannot be cast automatically to type integer");
    fixture_ok(f, "alter table t alter a type int using a::int");
    assert_int_equal(f->context.effects.count, 1);
    assert_int_equal(f->context.effects.at[0].kind, EFFECT_COLUMN_USING);
}

static void rename_follows_into_stored_expressions(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f,
               "create table t (a int check (a > 0), org int);"
               "create table members (org int, who int);"
               "create view v as select a, t.org from t where a > 1;"
               "create policy p on t using (exists (select 1 from members m where m.org = t.org));"
               "alter table t rename column a to b;"
               "alter table members rename column org to team;"
               "alter table members rename to people;"
               "alter table t rename to things");
    const struct cat_relation *t = fixture_relation(f, "things");
    assert_str(t->constraints[0].check.text, "b > 0");
    assert_str(t->policies[0].using_expr.text,
               "EXISTS (SELECT 1 FROM public.people AS m WHERE m.team = things.org)");
    assert_str(fixture_relation(f, "v")->query.text,
               "SELECT b AS a, t.org FROM public.things AS t WHERE b > 1");
}

static void drop_refuses_what_others_need(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table a (id int primary key, x int); create table b (a int references a);"
                  "create view v as select x from a; create type mood as enum ('sad', 'ok');"
                  "create table m (mood mood)");
    fixture_fails(f, "drop table a", "2BP01",
                  "cannot drop table a because other objects depend on it");
    err error = fixture_run(f, "drop table a");
    assert_str(error->details, "constraint b_a_fkey on table b depends on table a\n"
                               "view v depends on table a");
    fixture_fails(f, "alter table a drop column x", "2BP01",
                  "cannot drop column x of table a because other objects depend on it");
    fixture_fails(f, "alter table a drop constraint a_pkey", "2BP01",
                  "cannot drop constraint a_pkey on table a because other objects depend on it");
    fixture_fails(f, "drop type mood", "2BP01",
                  "cannot drop type mood because other objects depend on it");
    fixture_fails(f, "drop table nope", "42P01", "table \"nope\" does not exist");
    fixture_fails(f, "drop view a", "42809", "\"a\" is not a view");
    fixture_ok(f, "drop table a cascade");
    assert_true(fixture_noticed(f, "drop cascades to 2 other objects"));
    assert_int_equal(fixture_relation(f, "b")->constraint_count, 0);
    fixture_ok(f, "drop table if exists nope, b; drop type mood cascade");
    assert_int_equal(fixture_relation(f, "m")->column_count, 0);
}

static void row_policies_and_switches(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table t (owner uuid, a int);"
                  "alter table t enable row level security;"
                  "alter table t force row level security;"
                  "create policy own on t for select to authenticated using (auth.uid() = owner);"
                  "create policy \"add\" on t for insert with check (true)");
    const struct cat_relation *t = fixture_relation(f, "t");
    assert_true(t->row_security && t->force_row_security);
    assert_str(t->policies[0].name, "add");
    assert_int_equal(t->policies[1].command, 'r');
    assert_int_equal(t->policies[1].roles[0], ROLE_AUTHENTICATED);
    fixture_fails(f, "create policy own on t using (true)", "42710",
                  "policy \"own\" for table \"t\" already exists");
    fixture_fails(f, "create policy x on t for select with check (true)", "42601",
                  "WITH CHECK cannot be applied to SELECT or DELETE");
    fixture_fails(f, "create policy x on t to nobody using (true)", "42704",
                  "role \"nobody\" does not exist");
    fixture_fails(f, "create policy x on t using (nope)", "42703",
                  "column \"nope\" does not exist");
    fixture_fails(f, "drop policy nope on t", "42704",
                  "policy \"nope\" for table \"t\" does not exist");
    fixture_ok(f, "drop policy own on t; drop policy if exists own on t");
}

static void only_owners_alter(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table t (a int)");
    f->context.role = ROLE_ANON;
    fixture_fails(f, "alter table t add column b int", "42501", "must be owner of table t");
    fixture_fails(f, "drop table t", "42501", "must be owner of table t");
    fixture_fails(f, "create table u (a int)", "42501", "permission denied for schema public");
    fixture_fails(f, "create role r", "42501", "permission denied to create role");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_start, fixture_stop)
    const struct CMUnitTest tests[] = {
        CASE(create_table_makes_columns_keys_and_sequences),
        CASE(foreign_keys_find_the_primary_key),
        CASE(create_table_refusals),
        CASE(names_are_cut_to_63_bytes),
        CASE(columns_that_differ_by_case_get_their_own_physical_name),
        CASE(alter_table_changes_columns),
        CASE(column_type_change_is_an_effect),
        CASE(rename_follows_into_stored_expressions),
        CASE(drop_refuses_what_others_need),
        CASE(row_policies_and_switches),
        CASE(only_owners_alter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
