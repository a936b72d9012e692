#include "engine/sqlite/script_fixture.h"

#include "engine/sqlite/schema.h"

static str table_text(struct database *db, const char *name)
{
    str text;
    err error =
        schema_table_sql(db->arena, db->catalog, database_relation(db, name), STR_NONE, &text);
    if (error) fail_msg("%.*s", STR_FMT(error->message));
    return text;
}

static void tables_are_strict_and_typed(void **state)
{
    struct database *db = *state;
    database_ok(db, "create type mood as enum ('sad', 'ok');"
                    "create table t (id bigint primary key, name varchar(5) not null, ok boolean,"
                    " price numeric(10,2), feeling mood, raw bytea, twice bigint"
                    " generated always as (id * 2) stored, constraint c check (id > 0))");
    str text = table_text(db, "t");
    static const char *const parts[] = {
        "CREATE TABLE \"t\"(\"id\" INTEGER PRIMARY KEY, ",
        "\"name\" TEXT NOT NULL CHECK (length(\"name\") <= 5)",
        "\"ok\" INTEGER CHECK (\"ok\" IN (0, 1))",
        "\"price\" TEXT COLLATE \"numeric\"",
        "\"raw\" BLOB",
        "STORED",
        "CONSTRAINT \"c\" CHECK (",
        ") STRICT",
    };
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (str_find(text, str_of(parts[i]), 0) == SIZE_MAX)
            fail_msg("no %s in %.*s", parts[i], STR_FMT(text));
}

static void rows_go_in_and_come_out(void **state)
{
    struct database *db = *state;
    database_ok(db, "create table t (id serial primary key, name text not null, price numeric(10,2)"
                    " default 1.5, made boolean default true)");
    database_ok(db, "insert into t (name) values ('a'), ('b')");
    database_rows(db, "select * from t order by id",
                  "[[\"1\",\"a\",\"1.50\",\"t\"],[\"2\",\"b\",\"1.50\",\"t\"]]");
}

static void a_migration_is_all_or_nothing(void **state)
{
    struct database *db = *state;
    db->transaction = true;
    database_fails(db, "create table t (a int);\ninsert into t values (1);\n  select nope from t;",
                   "42703", "column \"nope\" does not exist");
    assert_int_equal(db->line, 3);
    assert_int_equal(db->column, 10);
    assert_null(catalog_relation_find(db->catalog, SCHEMA_PUBLIC, STR("t")));
    database_ok(db, "create table t (a int); insert into t values (1)");
    database_rows(db, "select * from t", "[[\"1\"]]");
}

static void the_catalog_survives_a_restart(void **state)
{
    struct database *db = *state;
    database_ok(db, "create type mood as enum ('sad', 'ok');"
                    "create table t (id bigint generated always as identity primary key,"
                    " m mood default 'ok', n numeric(8,2) check (n > 0));"
                    "create index on t (lower(m::text)) where n > 5;"
                    "create view v with (security_invoker = true) as select id from t;"
                    "alter table t enable row level security;"
                    "create policy p on t for select to anon using (n > 1);"
                    "create function f(a int, b int default 2) returns int language sql stable as"
                    " 'select a + b'; comment on table t is 'words'; insert into t (n) values (3)");
    uint64_t version = catalog_version(db->catalog);
    database_close(db);
    database_open(db);
    assert_true(catalog_version(db->catalog) == version);
    const struct cat_relation *t = database_relation(db, "t");
    assert_true(t->row_security);
    assert_int_equal(t->policy_count, 1);
    assert_true(str_eq(t->comment, STR("words")));
    assert_true(database_relation(db, "v")->security_invoker);
    database_rows(db, "select id, m, f(1) from t", "[[\"1\",\"ok\",\"3\"]]");
    database_rows(db, "insert into t (n) values (4) returning id > 1", "[[\"t\"]]");
}

static void alter_table_keeps_the_rows(void **state)
{
    struct database *db = *state;
    database_ok(db, "create table t (a int primary key, b text, c int unique);"
                    "insert into t values (1, '10', 5), (2, '20', 6)");
    database_ok(db, "alter table t add column d text default 'x'");
    database_ok(db, "alter table t rename column b to bb");
    database_ok(db, "alter table t alter bb type numeric(10,2) using bb::numeric");
    database_ok(db, "alter table t drop column c");
    database_ok(db, "alter table t add column e int not null default 7, add column u uuid"
                    " default gen_random_uuid()");
    database_ok(db, "alter table t rename to tt");
    database_rows(db, "select a, bb, d, e from tt order by a",
                  "[[\"1\",\"10.00\",\"x\",\"7\"],[\"2\",\"20.00\",\"x\",\"7\"]]");
    database_rows(db, "select count(distinct u) from tt", "[[\"2\"]]");
}

static void constraints_are_tested_against_rows(void **state)
{
    struct database *db = *state;
    database_ok(db, "create table p (id int primary key);"
                    "create table t (a int, b int); insert into t values (1, null), (1, 2)");
    database_fails(db, "alter table t add unique (a)", "23505",
                   "could not create unique index \"t_a_key\"");
    database_fails(db, "alter table t alter b set not null", "23502",
                   "column \"b\" of relation \"t\" contains null values");
    database_fails(db, "alter table t add constraint pos check (a > 1)", "23514",
                   "check constraint \"pos\" of relation \"t\" is violated by some row");
    database_fails(db, "alter table t add foreign key (a) references p", "23503",
                   "insert or update on table \"t\" violates foreign key constraint \"t_a_fkey\"");
    assert_int_equal(database_relation(db, "t")->constraint_count, 0);
    database_ok(db, "insert into p values (1); alter table t add foreign key (a) references p");
    database_fails(db, "insert into t values (9, 9)", "23503",
                   "insert or update on table \"t\" violates foreign key constraint \"t_a_fkey\"");
    database_fails(db, "delete from p", "23503",
                   "update or delete on table \"p\" violates foreign key constraint \"t_a_fkey\" on"
                   " table \"t\"");
}

static void foreign_keys_set_defaults(void **state)
{
    struct database *db = *state;
    database_ok(db, "create table p (id int primary key);"
                    "create table c (id int, p int default 1 references p on delete set default);"
                    "insert into p values (1), (2); insert into c values (1, 2);"
                    "delete from p where id = 2");
    database_rows(db, "select p from c", "[[\"1\"]]");
    database_ok(db, "alter table c alter p set default 3; insert into p values (3);"
                    "delete from p where id = 1");
    database_rows(db, "select p from c", "[[\"3\"]]");
}

static void rebuilding_a_parent_leaves_its_children(void **state)
{
    struct database *db = *state;
    database_ok(db, "create table p (id int primary key, x text);"
                    "create table c (id int primary key, p int references p on delete cascade);"
                    "insert into p values (1, '5'); insert into c values (1, 1)");
    database_ok(db, "alter table p alter x type int using x::int");
    database_rows(db, "select count(*) from c", "[[\"1\"]]");
    database_ok(db, "alter table p rename to parents");
    database_ok(db, "delete from parents");
    database_rows(db, "select count(*) from c", "[[\"0\"]]");
    database_ok(db, "insert into parents values (1, 2); insert into c values (1, 1);"
                    "drop table parents cascade");
    database_rows(db, "select count(*) from c", "[[\"1\"]]");
}

static void a_batch_rebuilds_once_and_reports(void **state)
{
    struct database *db = *state;
    db->transaction = true;
    database_ok(db, "create table t (a int); insert into t values (1);"
                    "alter table t add column b int; alter table t add check (a > 0);"
                    "alter table t rename a to aa; create unique index on t (aa);"
                    "update t set b = aa + 1");
    database_rows(db, "select aa, b from t", "[[\"1\",\"2\"]]");
    database_fails(db, "insert into t values (1, 1)", "23505",
                   "duplicate key value violates unique constraint \"t_aa_idx\"");
    database_fails(db, "select 1;\nalter table t add check (aa > 5);\ncreate table u ();\nselect 2",
                   "23514",
                   "check constraint \"t_aa_check\" of relation \"t\" is violated by some row");
    assert_int_equal(db->line, 2);
}

static void enums_grow_and_are_renamed(void **state)
{
    struct database *db = *state;
    database_ok(db,
                "create type mood as enum ('sad', 'ok'); create table t (m mood, ms mood[]);"
                "create index on t (m); insert into t values ('sad', '{sad,ok}'), ('ok', null)");
    database_ok(db, "alter type mood add value 'worse' before 'sad';"
                    "insert into t values ('worse', null)");
    database_ok(db, "alter type mood rename value 'sad' to 'low'");
    database_rows(db, "select m, ms from t order by m",
                  "[[\"worse\",null],[\"low\",\"{low,ok}\"],[\"ok\",null]]");
    database_fails(db, "alter type mood add value 'ok'", "42710",
                   "enum label \"ok\" already exists");
}

static void tables_are_made_from_queries(void **state)
{
    struct database *db = *state;
    database_ok(db, "create table t (a int, b text); insert into t values (1, 'x'), (2, 'y');"
                    "create table u as select a + 1 as n, b from t where a > 1;");
    database_rows(db, "select * from u", "[[\"3\",\"y\"]]");
    database_ok(db, "select a into w from t");
    database_rows(db, "select count(*) from w", "[[\"2\"]]");
}

static void truncate_empties_and_restarts(void **state)
{
    struct database *db = *state;
    database_ok(db, "create table t (id serial primary key); create table c (t int references t);"
                    "insert into t default values; insert into c values (1)");
    database_fails(db, "truncate t", "0A000",
                   "cannot truncate a table referenced in a foreign key constraint");
    database_ok(db, "truncate t restart identity cascade");
    database_rows(db, "select (select count(*) from t), (select count(*) from c)",
                  "[[\"0\",\"0\"]]");
    database_rows(db, "insert into t default values returning id", "[[\"1\"]]");
}

static void copy_from_stdin_loads_rows(void **state)
{
    struct database *db = *state;
    database_ok(db, "create table t (a int, b text);\n"
                    "COPY public.t (a, b) FROM stdin;\n1\tx\\ty\n2\t\\N\n\\.\n");
    database_rows(db, "select a, b from t order by a", "[[\"1\",\"x\\ty\"],[\"2\",null]]");
    database_fails(db, "copy t from stdin;\n1\n\\.\n", "22P04", "missing data for column \"b\"");
}

static void the_session_has_roles_and_settings(void **state)
{
    struct database *db = *state;
    database_ok(db, "create table t (a int, owner uuid default auth.uid());"
                    "alter table t enable row level security;"
                    "create policy p on t for select to authenticated using (owner = auth.uid());"
                    "insert into t values (1, '00000000-0000-0000-0000-000000000001'),"
                    " (2, '00000000-0000-0000-0000-000000000002')");
    database_rows(db,
                  "set role authenticated; set request.jwt.claims ="
                  " '{\"sub\":\"00000000-0000-0000-0000-000000000002\"}'; select a from t",
                  "[[\"2\"]]");
    database_rows(db, "set role anon; select a from t", "[]");
    database_fails(db, "set role anon; create table x (a int)", "42501",
                   "permission denied for schema public");
    database_ok(db, "create schema other; set search_path = other, public; create table z (a int)");
    const struct cat_schema *other = catalog_schema_find(db->catalog, STR("other"));
    assert_non_null(catalog_relation_find(db->catalog, other->oid, STR("z")));
    database_ok(db, "begin; commit");
    assert_true(database_noticed(db, "BEGIN is folded"));
}

static void new_tables_get_row_security(void **state)
{
    struct database *db = *state;
    db->transaction = db->auto_rls = true;
    database_ok(db, "create table t (a int); create table u (a int);"
                    "alter table u disable row level security");
    assert_true(database_relation(db, "t")->row_security);
    assert_false(database_relation(db, "u")->row_security);
    assert_true(database_noticed(db, "row-level security is on for the new table \"t\""));
}

static void check_goes_on_after_refusals(void **state)
{
    struct database *db = *state;
    db->transaction = db->keep_going = true;
    database_ok(db, "create table t (a int); create table t (a int); create trigger x after insert"
                    " on t execute function f(); insert into t values (1); selec 1; drop table t");
    assert_int_equal(db->statements, 6);
    assert_int_equal(db->refused, 3);
}

static void bookkeeping_is_writable_by_postgres(void **state)
{
    struct database *db = *state;
    database_ok(db, "insert into dapur.migrations (file, sha256) values ('a.sql', 'x');"
                    "insert into supabase_migrations.schema_migrations (version, name) values"
                    " ('1', 'a') on conflict do nothing");
    database_rows(db, "select file, sha256 from dapur.migrations", "[[\"a.sql\",\"x\"]]");
}

static void schemas_share_a_file(void **state)
{
    struct database *db = *state;
    database_ok(db, "create schema shop; create table shop.t (a int primary key);"
                    "create table t (a int references shop.t); insert into shop.t values (1);"
                    "insert into t values (1)");
    database_rows(db, "select s.a from shop.t s join t on t.a = s.a", "[[\"1\"]]");
    database_fails(db, "drop schema shop", "2BP01",
                   "cannot drop schema shop because other objects depend on it");
    database_ok(db, "drop schema shop cascade");
    database_rows(db, "select count(*) from t", "[[\"1\"]]");
}

static void integrity_finds_nothing(void **state)
{
    struct database *db = *state;
    database_ok(db, "create function positive(n int) returns boolean language plpgsql immutable as"
                    " $$ begin return n > 0; end $$;"
                    "create table t (a int primary key check (positive(a)), b numeric unique);"
                    "create index on t (positive(a));"
                    "insert into t values (1, 1)");
    assert_null(script_integrity(db->arena, &db->connection, db->catalog, database_notice, db));
    assert_int_equal(db->notices->len, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, database_start, database_stop)
    const struct CMUnitTest tests[] = {
        CASE(tables_are_strict_and_typed),
        CASE(rows_go_in_and_come_out),
        CASE(a_migration_is_all_or_nothing),
        CASE(the_catalog_survives_a_restart),
        CASE(alter_table_keeps_the_rows),
        CASE(constraints_are_tested_against_rows),
        CASE(foreign_keys_set_defaults),
        CASE(rebuilding_a_parent_leaves_its_children),
        CASE(a_batch_rebuilds_once_and_reports),
        CASE(enums_grow_and_are_renamed),
        CASE(tables_are_made_from_queries),
        CASE(truncate_empties_and_restarts),
        CASE(copy_from_stdin_loads_rows),
        CASE(the_session_has_roles_and_settings),
        CASE(new_tables_get_row_security),
        CASE(check_goes_on_after_refusals),
        CASE(bookkeeping_is_writable_by_postgres),
        CASE(schemas_share_a_file),
        CASE(integrity_finds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
