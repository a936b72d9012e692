/* What PL/pgSQL does here alone; the rest is compared with PostgreSQL (tests/diff/cases). */
#include "engine/sqlite/script_fixture.h"

/* The SQLSTATE alone: the texts are not PostgreSQL's to compare with. */
static void refused(struct database *db, const char *sql, const char *sqlstate)
{
    err error = database_run(db, sql);
    if (!error) fail_msg("%s\n  should have failed with %s", sql, sqlstate);
    if (!err_is(error, str_of(sqlstate)))
        fail_msg("%s\n  gave  %.*s %.*s\n  wants %s", sql, STR_FMT(error->code),
                 STR_FMT(error->message), sqlstate);
}

static void a_notice_is_heard(void **state)
{
    struct database *db = *state;
    database_ok(db, "do $$ begin raise notice 'seen % of %', 1, null; raise debug 'too'; end $$");
    assert_true(database_noticed(db, "seen 1 of <NULL>\n"));
}

static void do_changes_the_schema(void **state)
{
    struct database *db = *state;
    database_rows(db,
                  "do $$ begin"
                  "  for i in 1..3 loop execute format('create table t%s (a int)', i); end loop;"
                  "  insert into t2 values (7);"
                  "  alter table t2 add column b int default 1;"
                  "end $$;"
                  "select * from t2",
                  "[[\"7\",\"1\"]]");
    assert_non_null(database_relation(db, "t3"));
}

static void a_caught_error_takes_the_schema_back(void **state)
{
    struct database *db = *state;
    database_ok(db, "do $$ begin"
                    "  create table gone (a int); insert into gone values (1); perform 1 / 0;"
                    "exception when division_by_zero then create table stays (a int); end $$");
    assert_non_null(database_relation(db, "stays"));
    refused(db, "select * from gone", "42P01");
}

static void a_query_cannot_change_the_schema(void **state)
{
    struct database *db = *state;
    database_ok(db, "create function f() returns int language plpgsql as"
                    " $$ begin create table made (a int); return 1; end $$");
    refused(db, "select f()", "0A000");
    refused(db, "select * from made", "42P01");
}

static void depth_has_an_end(void **state)
{
    struct database *db = *state;
    database_rows(db,
                  "create function down(n int) returns int language plpgsql as"
                  " $$ begin if n = 0 then return 0; end if; return 1 + down(n - 1); end $$;"
                  "select down(60)",
                  "[[\"60\"]]");
    refused(db, "select down(70)", "54001");
}

static void returning_in_parts_only_reads(void **state)
{
    struct database *db = *state;
    database_rows(db,
                  "create table t (a int);"
                  "create function reads(a int) returns bigint language plpgsql as"
                  " $$ begin return a + (select count(*) from pg_temp_none); end $$;"
                  "create function writes(a int) returns int language plpgsql as"
                  " $$ begin insert into t values (a + 1); return a; end $$;"
                  "create table pg_temp_none (a int);"
                  "insert into t values (5) returning reads(a)",
                  "[[\"5\"]]");
    refused(db, "with w as (insert into t values (6) returning writes(a)) select * from w",
            "0A000");
    refused(db, "insert into t values (6) returning (select writes(a))", "0A000");
    database_ok(db, "create function hides(a int) returns int language plpgsql as"
                    " $$ begin insert into t values (a + 1); return a;"
                    " exception when others then return -1; end $$");
    refused(db, "with w as (insert into t values (6) returning hides(a)) select * from w", "0A000");
    refused(db, "insert into t values (6) returning (select hides(a))", "0A000");
    database_rows(db, "select count(*) from t", "[[\"1\"]]");
}

static void constraints_only_read(void **state)
{
    struct database *db = *state;
    database_ok(db, "create table t (a int);"
                    "create function writes(a int) returns boolean language plpgsql as"
                    " $$ begin insert into t values (a); return true; end $$;"
                    "create function reads(a int) returns bigint language plpgsql immutable as"
                    " $$ begin return (select count(*) from t); end $$;"
                    "create function reads_sql(a int) returns bigint language sql immutable as"
                    " $$ select count(*) from t $$;"
                    "create function clock(a int) returns text language plpgsql immutable as"
                    " $$ begin return now()::text; end $$;"
                    "create function dynamic(a int) returns int language plpgsql immutable as"
                    " $$ declare n int; begin execute 'select 1' into n; return n; end $$;"
                    "create function indirect(a int) returns bigint language plpgsql immutable as"
                    " $$ begin return reads(a); end $$;"
                    "create function pure(a text) returns text language plpgsql immutable as"
                    " $$ begin return (select string_agg(substring(x from 1 for 1), '') from"
                    " unnest(string_to_array(a, ' ')) x); end $$");
    refused(db, "create table c (a int check (writes(a)))", "0A000");
    refused(db,
            "create function fires() returns trigger language plpgsql as"
            " $$ begin return null; end $$;"
            "create trigger w after insert on t for each row when (writes(new.a))"
            " execute function fires()",
            "0A000");
    refused(db, "create table c (a int, b bigint generated always as (reads(a)) stored)", "0A000");
    refused(db, "create table c (a int, b bigint generated always as (reads_sql(a)) stored)",
            "0A000");
    refused(db, "create table c (a int, b text generated always as (clock(a)) stored)", "0A000");
    refused(db, "create table c (a int, b int generated always as (dynamic(a)) stored)", "0A000");
    refused(db, "create index on t (indirect(a))", "0A000");
    database_rows(db,
                  "create table c (a text, b text generated always as (pure(a)) stored);"
                  "insert into c values ('ann bee') returning b",
                  "[[\"ab\"]]");
    database_ok(db, "create table d (a int check (reads(a) < 2))");
    refused(db,
            "create or replace function reads(a int) returns bigint language plpgsql as"
            " $$ begin insert into t values (a); return 1; end $$",
            "0A000");
    database_ok(db, "insert into d values (1)");
    refused(db, "select pl_kept('1 2')", "42883");
}

static void no_transaction_ends_inside(void **state)
{
    struct database *db = *state;
    refused(db, "do $$ begin commit; end $$", "0A000");
}

static void moddatetime_is_an_extension(void **state)
{
    struct database *db = *state;
    database_rows(db,
                  "create extension if not exists moddatetime schema extensions;"
                  "create table notes (id int primary key, body text, updated_at timestamptz);"
                  "insert into notes values (1, 'a', '2020-01-01');"
                  "create trigger handle before update on notes for each row"
                  " execute procedure extensions.moddatetime(updated_at);"
                  "update notes set body = 'b' where id = 1;"
                  "select body, updated_at > '2024-01-01' from notes",
                  "[[\"b\",\"t\"]]");
    refused(db, "drop extension moddatetime", "2BP01");
    database_rows(db,
                  "drop extension moddatetime cascade; update notes set updated_at = null;"
                  "create extension moddatetime; select updated_at from notes",
                  "[[null]]");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, database_start, database_stop)
    const struct CMUnitTest tests[] = {
        CASE(a_notice_is_heard),
        CASE(do_changes_the_schema),
        CASE(a_caught_error_takes_the_schema_back),
        CASE(a_query_cannot_change_the_schema),
        CASE(depth_has_an_end),
        CASE(returning_in_parts_only_reads),
        CASE(constraints_only_read),
        CASE(no_transaction_ends_inside),
        CASE(moddatetime_is_an_extension),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
