#include "sql_fixture.h"

#include "sql/builtin.h"
#include "sql/reg_names.h"
#include "sql/system_rows.h"
#include "sql/system_text.h"

static const char ddl[] =
    "create type mood as enum ('sad', 'ok');"
    "create domain positive as integer check (value > 0);"
    "create type pair as (a integer, b text);"
    "create table teams (id bigint generated always as identity primary key, name text not null "
    "unique);"
    "create table people (id serial primary key, team bigint references teams, feeling mood "
    "default 'ok',"
    " age positive, shout text generated always as (upper('x')) stored, check (id > 0));"
    "create index on people (age desc) where age > 3;"
    "create view names as select id, name from teams;"
    "create function f(a integer, b text default 'x') returns integer language sql as $$ select 1 "
    "$$;"
    "create schema private;"
    "create table private.hidden (id integer primary key);"
    "create publication changes for table people;"
    "alter role anon set statement_timeout = '3s';"
    "comment on table people is 'who';"
    "comment on role anon is 'anybody';"
    "alter table people enable row level security;"
    "create policy own on people using (id > 1);"
    "create function touch() returns trigger language plpgsql as $$ begin return new; end $$;"
    "create trigger touched before update on people for each row execute function touch();";

static struct system_rows rows_of(struct fixture *fixture,
                                  const struct system_relation *relation,
                                  oid role)
{
    struct system_rows rows = {
        .arena = fixture->arena,
        .catalog = fixture->catalog,
        .role = role,
        .relation = &relation->relation,
    };
    relation->rows(&rows);
    return rows;
}

static void relations_are_found_by_name_and_oid(void **state)
{
    (void)state;
    size_t at = 0;
    const struct system_relation *relation;
    while ((relation = system_relation_next(&at))) {
        const struct cat_relation *described = &relation->relation;
        assert_true(described->system);
        assert_ptr_equal(system_relation_find(described->schema, described->name), relation);
        assert_ptr_equal(system_relation(described->oid), relation);
        for (size_t i = 0; i < described->column_count; i++) {
            assert_int_equal(described->columns[i].number, i + 1);
            assert_non_null(builtin_type(described->columns[i].type));
        }
    }
    assert_null(system_relation_find(SCHEMA_PUBLIC, STR("pg_class")));
    assert_null(system_relation_find(SCHEMA_PG_CATALOG, STR("pg_authid")));
}

/* What PostgreSQL declares NOT NULL is there in every row, and all text is text. */
static void rows_fill_what_is_not_null(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, ddl);
    size_t at = 0;
    const struct system_relation *relation;
    while ((relation = system_relation_next(&at))) {
        struct system_rows rows = rows_of(&fixture, relation, ROLE_SUPABASE_ADMIN);
        size_t width = relation->relation.column_count;
        for (size_t i = 0; i < rows.count * width; i++) {
            const struct cat_column *column = &relation->relation.columns[i % width];
            bool io = str_starts(column->name, STR("typ")) && column->type == REGPROCOID;
            if (column->not_null && !io && rows.values[i].kind == VALUE_NULL)
                fail_msg("%.*s.%.*s is NULL", STR_FMT(relation->relation.name),
                         STR_FMT(column->name));
        }
    }
    fixture_close(&fixture);
}

static size_t count_of(struct fixture *fixture, oid schema, const char *name, oid role)
{
    return rows_of(fixture, system_relation_find(schema, str_of(name)), role).count;
}

static void information_schema_shows_what_a_role_may_see(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, ddl);
    fixture_ddl(&fixture,
                "revoke all on teams, names from anon; grant select (name) on teams to anon;");
    assert_int_equal(count_of(&fixture, SCHEMA_INFORMATION, "tables", ROLE_POSTGRES), 4);
    assert_int_equal(count_of(&fixture, SCHEMA_INFORMATION, "tables", ROLE_ANON), 2);
    assert_int_equal(count_of(&fixture, SCHEMA_INFORMATION, "columns", ROLE_ANON), 6);
    assert_int_equal(count_of(&fixture, SCHEMA_INFORMATION, "check_constraints", ROLE_ANON), 0);
    /* pg_catalog hides nothing */
    assert_int_equal(count_of(&fixture, SCHEMA_PG_CATALOG, "pg_tables", ROLE_ANON), 3);
    fixture_close(&fixture);
}

static const char *reg(struct fixture *fixture, oid type, const char *text)
{
    const struct reg_scope scope = {fixture->catalog, fixture_path, COUNT_OF(fixture_path)};
    oid id;
    err error = reg_find(fixture->arena, &scope, type, str_of(text), &id);
    if (error) return str_cstr(fixture->arena, error->code);
    struct buf *out = buf_in(fixture->arena, 0);
    reg_write(&scope, type, id, out);
    return str_cstr(fixture->arena, buf_str(out));
}

static void names_are_written_as_the_path_needs_them(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, ddl);
    assert_string_equal(reg(&fixture, REGCLASSOID, "public.people"), "people");
    assert_string_equal(reg(&fixture, REGCLASSOID, "PEOPLE_pkey"), "people_pkey");
    assert_string_equal(reg(&fixture, REGCLASSOID, "private.hidden"), "private.hidden");
    assert_string_equal(reg(&fixture, REGCLASSOID, "pg_catalog.pg_class"), "pg_class");
    assert_string_equal(reg(&fixture, REGCLASSOID, "hidden"), "42P01");
    assert_string_equal(reg(&fixture, REGCLASSOID, "\"People\""), "42P01");
    assert_string_equal(reg(&fixture, REGCLASSOID, "a.b.c.d"), "42602");
    assert_string_equal(reg(&fixture, REGCLASSOID, "\"open"), "42602");
    assert_string_equal(reg(&fixture, REGCLASSOID, "99999"), "99999");
    assert_string_equal(reg(&fixture, REGCLASSOID, "-"), "-");
    assert_string_equal(reg(&fixture, REGTYPEOID, "character varying(10)[]"),
                        "character varying[]");
    assert_string_equal(reg(&fixture, REGTYPEOID, "mood"), "mood");
    assert_string_equal(reg(&fixture, REGTYPEOID, "nothing"), "42704");
    assert_string_equal(reg(&fixture, REGTYPEOID, "int4 int4"), "42601");
    assert_string_equal(reg(&fixture, REGPROCOID, "f"), "f");
    assert_string_equal(reg(&fixture, REGPROCEDUREOID, "f(int, text)"), "f(integer,text)");
    assert_string_equal(reg(&fixture, REGPROCEDUREOID, "f(int)"), "42883");
    assert_string_equal(reg(&fixture, REGPROCEDUREOID, "f"), "22P02");
    assert_string_equal(reg(&fixture, REGROLEOID, "anon"), "anon");
    assert_string_equal(reg(&fixture, REGROLEOID, "nobody"), "42704");
    assert_string_equal(reg(&fixture, REGNAMESPACEOID, "private"), "private");
    assert_string_equal(reg(&fixture, REGNAMESPACEOID, "nowhere"), "3F000");
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relations_are_found_by_name_and_oid),
        cmocka_unit_test(rows_fill_what_is_not_null),
        cmocka_unit_test(information_schema_shows_what_a_role_may_see),
        cmocka_unit_test(names_are_written_as_the_path_needs_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
