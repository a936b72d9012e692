/* Schemas, types, sequences, functions, roles, grants, comments, publications. */
#include "sql/ddl_fixture.h"

static const struct cat_type *type_named(struct fixture *f, const char *name)
{
    return catalog_type_find(f->catalog, SCHEMA_PUBLIC, str_of(name));
}

static const struct cat_function *function_named(struct fixture *f, const char *name)
{
    size_t at = 0;
    return catalog_function_named(f->catalog, SCHEMA_PUBLIC, str_of(name), &at);
}

static bool may(struct fixture *f, oid role, const char *table, uint32_t wanted)
{
    const struct cat_relation *relation = fixture_relation(f, table);
    char object = relation->kind == 'S' ? 'S' : 'r';
    return catalog_role_has(f->catalog, role, relation->owner, &relation->acl, object, wanted);
}

static void enums_keep_declared_order(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create type mood as enum ('sad', 'ok');"
                  "alter type mood add value 'worse' before 'sad';"
                  "alter type mood add value 'best'; alter type mood rename value 'ok' to 'fine'");
    const struct cat_type *mood = type_named(f, "mood");
    assert_int_equal(mood->label_count, 4);
    assert_str(mood->labels[0], "worse");
    assert_str(mood->labels[2], "fine");
    assert_str(mood->labels[3], "best");
    assert_int_equal(f->context.effects.at[0].kind, EFFECT_ENUM_RENAME);
    assert_int_equal(catalog_type(f->catalog, mood->array)->element, mood->oid);
    fixture_ok(f, "alter type mood add value if not exists 'best'");
    assert_true(fixture_noticed(f, "enum label \"best\" already exists, skipping"));
}

static void renamed_labels_reach_defaults(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create type mood as enum ('sad', 'ok');"
                  "create table t (m mood default 'ok', ms mood[] default '{sad,ok}', x text "
                  "default 'ok');"
                  "alter type mood rename value 'ok' to 'fine'");
    const struct cat_relation *t = fixture_relation(f, "t");
    assert_str(t->columns[0].default_expr.text, "'fine'");
    assert_str(t->columns[1].default_expr.text, "'{sad,fine}'");
    assert_str(t->columns[2].default_expr.text, "'ok'");
}

static void domains_keep_checks(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create domain email as text not null default 'a@b' check (value like '%@%');"
                  "alter domain email add constraint short check (length(value) < 50);"
                  "alter domain email drop not null");
    const struct cat_type *email = type_named(f, "email");
    assert_int_equal(email->check_count, 2);
    assert_str(email->checks[0].name, "email_check");
    assert_false(email->not_null);
    fixture_fails(f, "create domain d as int check (nope > 1)", "42703",
                  "column \"nope\" does not exist");
}

static void sequences_have_bounds(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create sequence s start 5 increment 5 maxvalue 100 cycle;"
                  "alter sequence s restart with 10");
    const struct cat_sequence *s = fixture_relation(f, "s")->sequence;
    assert_true(s->start == 5 && s->increment == 5 && s->most == 100 && s->cycle);
    assert_true(f->context.effects.at[0].value == 10);
    fixture_fails(f, "create sequence x increment 0", "22023", "INCREMENT must not be zero");
    fixture_fails(f, "alter sequence s restart with 1000", "22023",
                  "RESTART value (1000) cannot be greater than MAXVALUE (100)");
    fixture_ok(f, "create table t (id serial primary key, n int)");
    fixture_fails(f, "drop sequence t_id_seq", "2BP01",
                  "cannot drop sequence t_id_seq because other objects depend on it");
    fixture_ok(f, "drop table t");
    assert_null(catalog_relation_find(f->catalog, SCHEMA_PUBLIC, STR("t_id_seq")));
}

static void functions_are_parsed_and_checked(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f,
               "create table t (a int, b text);"
               "create function f(x int, y int default 2) returns setof t language sql stable"
               " security definer set search_path = '' as 'select * from public.t where a = x; '");
    const struct cat_function *function = function_named(f, "f");
    assert_int_equal(function->statement_count, 1);
    assert_true(function->security_definer && function->returns_set);
    assert_int_equal(function->volatility, 's');
    assert_str(function->settings[0], "search_path=\"\"");
    assert_str(function->arguments[1].default_expr.text, "2");
    fixture_ok(
        f, "create function g(out n int, out w text) language sql begin atomic"
           " select 1, 'x'; end; create function h() returns int return 4;"
           "create function k() returns table (p int, q text) language sql as 'select 1, ''a'''");
    assert_str(function_named(f, "h")->body, "SELECT 4;\n");
    assert_true(function_named(f, "k")->returns_table);
    fixture_fails(f, "create function f(x int, y int) returns int language sql as 'select 1'",
                  "42723", "function \"f\" already exists with same argument types");
    fixture_fails(f,
                  "create or replace function f(x int, y int) returns int language sql as"
                  " 'select 1'",
                  "42P13", "cannot change return type of existing function");
    fixture_fails(f, "create function p() returns void language plperl as 'begin end'", "42704",
                  "language \"plperl\" does not exist");
    fixture_fails(f, "create function b() returns int language sql as 'select nope'", "42703",
                  "column \"nope\" does not exist");
    fixture_fails(f, "drop function f(text)", "42883", "function f(text) does not exist");
    fixture_fails(f, "drop table t", "2BP01",
                  "cannot drop table t because other objects depend on it");
    fixture_ok(f, "alter function f immutable; drop function f(int, int), g, h, k");
    assert_null(function_named(f, "f"));
}

static void a_function_that_a_policy_calls_stays(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create function ok() returns boolean language sql as 'select true';"
                  "create table t (a int); create policy p on t using (ok())");
    assert_str(fixture_relation(f, "t")->policies[0].using_expr.text, "public.ok()");
    fixture_fails(f, "drop function ok()", "2BP01",
                  "cannot drop function ok() because other objects depend on it");
    fixture_ok(f, "alter function ok() rename to fine");
    assert_str(fixture_relation(f, "t")->policies[0].using_expr.text, "public.fine()");
    fixture_ok(f, "drop function fine cascade");
    assert_int_equal(fixture_relation(f, "t")->policy_count, 0);
}

static void new_tables_take_default_privileges(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table t (a int)");
    assert_true(may(f, ROLE_ANON, "t", PRIV_SELECT | PRIV_INSERT));
    fixture_ok(f, "alter default privileges in schema public revoke all on tables from anon;"
                  "create table u (a int)");
    assert_false(may(f, ROLE_ANON, "u", PRIV_SELECT));
    assert_true(may(f, ROLE_AUTHENTICATED, "u", PRIV_SELECT));
}

static void grants_are_given_and_taken(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create role clerk; create role boss; grant clerk to boss;"
                  "create table t (a int, b int); revoke all on t from anon;"
                  "grant select, insert on t to clerk; grant update (a) on t to clerk");
    const struct cat_role *boss = catalog_role_find(f->catalog, STR("boss"));
    assert_false(may(f, ROLE_ANON, "t", PRIV_SELECT));
    assert_true(may(f, boss->oid, "t", PRIV_SELECT | PRIV_INSERT));
    const struct cat_relation *t = fixture_relation(f, "t");
    assert_true(
        catalog_role_has(f->catalog, boss->oid, t->owner, &t->columns[0].acl, 0, PRIV_UPDATE));
    assert_false(
        catalog_role_has(f->catalog, boss->oid, t->owner, &t->columns[1].acl, 0, PRIV_UPDATE));
    fixture_fails(f, "drop role clerk", "2BP01",
                  "role \"clerk\" cannot be dropped because some objects depend on it");
    fixture_ok(f, "revoke all on all tables in schema public from clerk; drop role clerk");
    fixture_fails(f, "grant select on t to clerk", "42704", "role \"clerk\" does not exist");
    fixture_fails(f, "grant boss to boss", "0LP01", "role \"boss\" is a member of role \"boss\"");
}

static void grant_options_cascade(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create role one; create role two; create table t (a int);"
                  "grant one to postgres; grant usage on schema public to one;"
                  "grant select on t to one with grant option");
    oid one = catalog_role_find(f->catalog, STR("one"))->oid;
    f->context.role = one;
    fixture_ok(f, "grant select on t to two");
    oid two = catalog_role_find(f->catalog, STR("two"))->oid;
    assert_true(may(f, two, "t", PRIV_SELECT));
    fixture_ok(f, "grant insert on t to two");
    assert_true(fixture_noticed(f, "no privileges were granted for \"t\""));
    f->context.role = ROLE_POSTGRES;
    fixture_fails(f, "revoke select on t from one", "2BP01", "dependent privileges exist");
    fixture_ok(f, "revoke select on t from one cascade");
    assert_false(may(f, two, "t", PRIV_SELECT));
}

static void views_keep_their_columns(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table t (a int, b text);"
                  "create view v with (security_invoker = on) as select * from t;"
                  "alter table t add column c int");
    const struct cat_relation *v = fixture_relation(f, "v");
    assert_int_equal(v->column_count, 2);
    assert_true(v->security_invoker);
    assert_str(v->query.text, "SELECT t.a, t.b FROM public.t");
    fixture_fails(f, "create or replace view v as select a from t", "42P16",
                  "cannot drop columns from view");
    fixture_fails(f, "alter table t drop column b", "2BP01",
                  "cannot drop column b of table t because other objects depend on it");
    fixture_fails(f, "alter table t alter a type bigint", "0A000",
                  "cannot alter type of a column used by a view or rule");
    fixture_ok(f, "alter table t drop column c; alter view v rename to w");
}

static void comments_and_publications_are_kept(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table t (a int primary key);"
                  "comment on table t is 'things'; comment on column t.a is 'key';"
                  "comment on constraint t_pkey on t is 'the key';"
                  "create publication supabase_realtime for table t");
    const struct cat_relation *t = fixture_relation(f, "t");
    assert_str(t->comment, "things");
    assert_str(t->columns[0].comment, "key");
    assert_str(t->constraints[0].comment, "the key");
    assert_int_equal(catalog_publication_find(f->catalog, STR("supabase_realtime"))->relation_count,
                     1);
    fixture_ok(f, "drop table t");
    assert_int_equal(catalog_publication_find(f->catalog, STR("supabase_realtime"))->relation_count,
                     0);
}

static void extensions_are_built_in(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create extension if not exists citext with schema extensions;"
                  "create table t (e citext unique)");
    fixture_fails(f, "create extension postgis", "0A000", "extension \"postgis\" is not available");
    fixture_fails(f, "create extension citext", "42710", "extension \"citext\" already exists");
}

static void what_is_missing_is_named(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table t (a int)");
    fixture_fails(f, "do 'begin end'", "0A000", "DO is not supported");
    fixture_fails(f, "create table u (a int) inherits (t)", "0A000", "INHERITS is not supported");
    fixture_fails(f, "create temp table u (a int)", "0A000", "a temporary table is not supported");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_start, fixture_stop)
    const struct CMUnitTest tests[] = {
        CASE(enums_keep_declared_order),
        CASE(renamed_labels_reach_defaults),
        CASE(domains_keep_checks),
        CASE(sequences_have_bounds),
        CASE(functions_are_parsed_and_checked),
        CASE(a_function_that_a_policy_calls_stays),
        CASE(new_tables_take_default_privileges),
        CASE(grants_are_given_and_taken),
        CASE(grant_options_cascade),
        CASE(views_keep_their_columns),
        CASE(comments_and_publications_are_kept),
        CASE(extensions_are_built_in),
        CASE(what_is_missing_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
