/* Functions in LANGUAGE plpgsql as objects of the catalog, and what they do to the database. */
#include "sql/plpgsql.h"
#include "sql/catalog_build.h"
#include "sql/catalog_codec.h"
#include "sql/ddl_fixture.h"

static const struct cat_function *named(const struct fixture *f, const char *name)
{
    size_t at = 0;
    oid schema = catalog_schema_find(f->catalog, STR("public"))->oid;
    const struct cat_function *function =
        catalog_function_named(f->catalog, schema, str_of(name), &at);
    if (!function) fail_msg("no function %s", name);
    return function;
}

static void a_body_is_parsed_when_it_is_made(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create function f(a int) returns int language plpgsql stable as"
                  " 'declare x nosuchtype; begin select nope into x from nowhere; return x; end'");
    assert_string_equal(named(f, "f")->language.at, "plpgsql");
    assert_int_equal(named(f, "f")->pl->argument_count, 1);
    assert_int_equal(named(f, "f")->statement_count, 0);
    fixture_ok(f, "create procedure p(inout a int) language PLPGSQL as 'begin a := a + 1; end'");
    assert_int_equal(named(f, "p")->kind, 'p');
    fixture_fails(f, "create function g() returns int language plpgsql as 'begin return 1 end'",
                  "42601", "missing \";\" at end of SQL expression");
    fixture_fails(f, "create function g() returns int language plpgsql as 'begin selct 1; end'",
                  "42601", "syntax error at or near \"selct\"");
    fixture_fails(f, "create function g() returns int language plpgsql return 1", "42P13",
                  "inline SQL function body only valid for language SQL");
}

static void an_error_is_placed_in_the_statement(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *sql, *at;
    } rows[] = {
        {"create function g() returns int language plpgsql as $x$ begin z := 1; end $x$",      "z :="},
        {"create function g() returns int as 'begin b(''x'') := z; end' language plpgsql",     "b("  },
        {"create function g() returns text language plpgsql as 'begin return ''a'' b c; end'",
         "c; end"                                                                                    },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        f->context.text = str_of(rows[i].sql);
        err error = fixture_run(f, rows[i].sql);
        assert_non_null(error);
        assert_int_equal(error->at, strstr(rows[i].sql, rows[i].at) - rows[i].sql);
    }
}

static void trigger_functions_are_plpgsql_without_arguments(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f,
               "create function f() returns trigger language plpgsql as 'begin return new; end'");
    assert_true(named(f, "f")->pl->new_row >= 0);
    fixture_fails(f, "create function g(a int) returns trigger language plpgsql as 'begin end'",
                  "42P13", "trigger functions cannot have declared arguments");
    fixture_fails(f, "create function g() returns trigger language sql as 'select 1'", "42P13",
                  "SQL functions cannot return type trigger");
}

static void unchecked_bodies_are_kept_unparsed(void **state)
{
    struct fixture *f = *state;
    f->context.skip_function_bodies = true;
    fixture_ok(f, "create function f() returns int language plpgsql as 'begin oops'");
    fixture_ok(f, "create function g() returns int language plpgsql as 'begin return 1; end'");
    assert_null(named(f, "f")->pl);
    assert_non_null(named(f, "g")->pl);
}

static void a_renamed_function_has_its_new_label(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create function f(a int) returns int language plpgsql as 'begin return 1; end';"
                  "alter function f(int) rename to g; alter function g stable");
    const struct pl_name *name = named(f, "g")->pl->exprs[0]->names;
    while (name->outer) name = name->outer;
    assert_true(str_eq(name->name, STR("g")));
    fixture_ok(f, "create or replace function g(a int) returns int language plpgsql as"
                  " 'begin return 2; end'; drop function g(int)");
}

static void a_stored_function_is_parsed_again(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create function f(a int) returns int language plpgsql as 'begin return a; end'");
    struct buf *text = buf_in(f->arena, 0);
    catalog_encode(text, CAT_FUNCTION, named(f, "f"));
    const void *object;
    assert_null(catalog_decode(f->arena, f->arena, CAT_FUNCTION, buf_str(text), &object));
    const struct cat_function *read = object;
    assert_int_equal(read->pl->expr_count, 1);
}

static void the_language_is_there_already(void **state)
{
    struct fixture *f = *state;
    fixture_ok(f, "create table t (a int); create or replace language plpgsql;"
                  "create extension if not exists plpgsql");
    assert_true(fixture_noticed(f, "extension \"plpgsql\" already exists, skipping"));
    assert_non_null(fixture_relation(f, "t"));
}

/* ---- effects ---- */

static void effects_are_those_of_everything_called(void **state)
{
    struct fixture *f = *state;
    f->context.skip_function_bodies = true; /* an engine decides what may be called from where */
    fixture_ok(
        f,
        "create table t (a int); create sequence q;"
        "create function w() returns void language plpgsql as 'begin insert into t values (1); "
        "end';"
        "create function sql_w() returns void language sql as 'insert into t values (1)';"
        "create function r(a int) returns int language plpgsql as"
        " 'begin select count(*) into a from t; return abs(a); end';"
        "create function sql_r() returns int language sql as 'select r(1)';"
        "create function calls_w() returns int language plpgsql as"
        " 'begin if true then perform public.w(); end if; end';"
        "create function calls_sql_w() returns int language plpgsql as 'begin return sql_w(); end';"
        "create function sql_calls_w() returns int language sql as 'select 1 where w() is null';"
        "create function stable_calls_w() returns int language plpgsql stable as"
        " 'begin perform w(); end';"
        "create function next() returns int language plpgsql as 'begin return nextval(''q''); end';"
        "create function sql_locks() returns int language sql as 'select a from t for update';"
        "create function dynamic() returns int language plpgsql as 'begin execute ''x''; end';"
        "create function stable_dynamic() returns int language plpgsql stable as"
        " 'begin execute ''x''; end';"
        "create function self(a int) returns int language plpgsql as 'begin return self(a); end';"
        "create function ping() returns int language plpgsql as 'begin return pong(); end';"
        "create function pong() returns int language plpgsql as"
        " 'begin perform ping(); update t set a = 1; end';");
    static const struct {
        const char *name;
        bool writes;
    } rows[] = {
        {"w",              true },
        {"sql_w",          true },
        {"r",              false},
        {"sql_r",          false},
        {"calls_w",        true },
        {"calls_sql_w",    true },
        {"sql_calls_w",    true },
        {"stable_calls_w", true },
        {"next",           true },
        {"sql_locks",      true },
        {"dynamic",        true },
        {"stable_dynamic", false},
        {"self",           false},
        {"ping",           true },
        {"pong",           true },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (plpgsql_writes(f->catalog, named(f, rows[i].name)) != rows[i].writes)
            fail_msg("%s", rows[i].name);
}

int main(void)
{
#define ENTRY(name) cmocka_unit_test_setup_teardown(name, fixture_start, fixture_stop)
    const struct CMUnitTest tests[] = {
        ENTRY(a_body_is_parsed_when_it_is_made),
        ENTRY(an_error_is_placed_in_the_statement),
        ENTRY(trigger_functions_are_plpgsql_without_arguments),
        ENTRY(unchecked_bodies_are_kept_unparsed),
        ENTRY(a_renamed_function_has_its_new_label),
        ENTRY(a_stored_function_is_parsed_again),
        ENTRY(the_language_is_there_already),
        ENTRY(effects_are_those_of_everything_called),
    };
    return cmocka_run_group_tests_name("ddl_plpgsql", tests, NULL, NULL);
}
