/* Row sets: what is put in comes out, in order, through the virtual table alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "engine/sqlite/rowset.h"

struct fixture {
    struct arena *arena;
    sqlite3 *db;
};

static int setup(void **state)
{
    struct arena *arena = arena_new(0);
    struct fixture *fixture = ARENA_NEW(arena, struct fixture);
    fixture->arena = arena;
    assert_int_equal(sqlite3_open(":memory:", &fixture->db), SQLITE_OK);
    assert_int_equal(rowset_register(fixture->db), SQLITE_OK);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    sqlite3_close(fixture->db);
    arena_free(fixture->arena);
    return 0;
}

static sqlite3_stmt *prepare(struct fixture *fixture, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_prepare_v2(fixture->db, sql, -1, &stmt, NULL), SQLITE_OK);
    return stmt;
}

static struct rowset *filled(struct fixture *fixture, const char *sql)
{
    sqlite3_stmt *stmt = prepare(fixture, sql);
    struct rowset *set = rowset_new(fixture->arena, (size_t)sqlite3_column_count(stmt));
    while (sqlite3_step(stmt) == SQLITE_ROW) assert_null(rowset_add(set, stmt));
    sqlite3_finalize(stmt);
    return set;
}

/* Runs sql with the set as ?1; answers the first column of the first row as text. */
static const char *text_of_set(struct fixture *fixture, const char *sql, struct rowset *set)
{
    sqlite3_stmt *stmt = prepare(fixture, sql);
    assert_int_equal(sqlite3_bind_pointer(stmt, 1, set, ROWSET_POINTER, NULL), SQLITE_OK);
    str text = STR_NONE;
    if (sqlite3_step(stmt) == SQLITE_ROW) text = str_of((const char *)sqlite3_column_text(stmt, 0));
    const char *copy = str_cstr(fixture->arena, text);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    return copy;
}

static void every_storage_class_comes_back(void **state)
{
    struct fixture *fixture = *state;
    struct rowset *set =
        filled(fixture, "SELECT NULL, 9223372036854775807, 0.5, 'a' || char(233), x'00ff', ''");
    assert_string_equal(
        text_of_set(fixture,
                    "SELECT typeof(c0)||c1||typeof(c2)||c3||hex(c4)||typeof(c5)||length(c5)"
                    " FROM dapur_rows(?1)",
                    set),
        "null9223372036854775807real"
        "a\xc3\xa9"
        "00FFtext0");
}

static void rows_keep_their_order_and_numbers(void **state)
{
    struct fixture *fixture = *state;
    struct rowset *set = filled(fixture, "VALUES (30),(10),(20),(5),(7),(8)");
    assert_int_equal(set->count, 6);
    assert_string_equal(
        text_of_set(fixture, "SELECT group_concat(rowid || ':' || c0) FROM dapur_rows(?1)", set),
        "0:30,1:10,2:20,3:5,4:7,5:8");
}

static void the_copy_outlives_its_statement(void **state)
{
    struct fixture *fixture = *state;
    struct rowset *set = filled(fixture, "SELECT printf('%s', 'gone')");
    assert_string_equal(text_of_set(fixture, "SELECT c0 FROM dapur_rows(?1)", set), "gone");
}

static void an_empty_set_has_no_rows(void **state)
{
    struct fixture *fixture = *state;
    struct rowset *set = rowset_new(fixture->arena, 3);
    assert_string_equal(text_of_set(fixture, "SELECT count(*) FROM dapur_rows(?1)", set), "0");
}

static void a_number_is_no_set(void **state)
{
    struct fixture *fixture = *state;
    sqlite3_stmt *stmt = prepare(fixture, "SELECT count(*) FROM dapur_rows(12345)");
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(stmt, 0), 0);
    sqlite3_finalize(stmt);
}

static void another_kind_of_pointer_is_no_set(void **state)
{
    struct fixture *fixture = *state;
    sqlite3_stmt *stmt = prepare(fixture, "SELECT count(*) FROM dapur_rows(?1)");
    sqlite3_bind_pointer(stmt, 1, fixture, "another", NULL);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(stmt, 0), 0);
    sqlite3_finalize(stmt);
}

static void a_wide_set_has_its_own_table(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(rowset_table(ROWSET_NARROW), "dapur_rows");
    assert_string_equal(rowset_table(ROWSET_NARROW + 1), "dapur_rows_wide");
    struct buf *sql = buf_in(fixture->arena, 0);
    buf_lit(sql, "SELECT 0");
    for (int i = 1; i < 200; i++) buf_printf(sql, ",%d", i);
    buf_append(sql, "", 1);
    struct rowset *set = filled(fixture, sql->at);
    assert_string_equal(text_of_set(fixture, "SELECT c199 FROM dapur_rows_wide(?1)", set), "199");
}

static void a_table_is_updated_from_a_set_by_row_number(void **state)
{
    struct fixture *fixture = *state;
    sqlite3_exec(fixture->db,
                 "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT) STRICT;"
                 "INSERT INTO t VALUES (1,'x'),(2,'y'),(3,'z')",
                 NULL, NULL, NULL);
    struct rowset *set = filled(fixture, "VALUES (3,'c'),(1,'a')");
    text_of_set(fixture,
                "UPDATE main.\"t\" SET \"b\" = \"new\".c1 FROM dapur_rows(?1) AS \"new\""
                " WHERE \"t\".rowid = \"new\".c0",
                set);
    assert_string_equal(text_of_set(fixture, "SELECT group_concat(b) FROM t WHERE ?1 IS NULL", set),
                        "a,y,c");
}

static void past_the_arenas_cap_it_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    struct arena *small = arena_new(1024);
    struct rowset *set = rowset_new(small, 1);
    sqlite3_stmt *stmt = prepare(fixture, "SELECT zeroblob(4096)");
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    err error = rowset_add(set, stmt);
    assert_non_null(error);
    assert_int_equal(error->kind, ERR_NO_MEMORY);
    sqlite3_finalize(stmt);
    arena_free(small);
}

#define TEST_ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ROW(every_storage_class_comes_back),
        TEST_ROW(rows_keep_their_order_and_numbers),
        TEST_ROW(the_copy_outlives_its_statement),
        TEST_ROW(an_empty_set_has_no_rows),
        TEST_ROW(a_number_is_no_set),
        TEST_ROW(another_kind_of_pointer_is_no_set),
        TEST_ROW(a_wide_set_has_its_own_table),
        TEST_ROW(a_table_is_updated_from_a_set_by_row_number),
        TEST_ROW(past_the_arenas_cap_it_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
