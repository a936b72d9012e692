/* Prepared statements by op: kept, bounded, reset when given back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/sqlite/statement_cache.h"

static struct arena *arena;
static sqlite3 *db;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(0);
    return sqlite3_open(":memory:", &db);
}

static int end(void **state)
{
    (void)state;
    int code = sqlite3_close(db); /* SQLITE_BUSY when a statement was left behind */
    arena_free(arena);
    return code;
}

static struct program_op op_of(uint64_t id, const char *sql)
{
    return (struct program_op){.kind = OP_QUERY, .id = id, .sql = str_of(sql)};
}

static sqlite3_stmt *use(struct statement_cache *cache, const struct program_op *op)
{
    struct statement statement;
    assert_null(statement_cache_take(cache, arena, op, &statement));
    sqlite3_stmt *stmt = statement.stmt;
    statement_cache_give(cache, &statement);
    return stmt;
}

static void a_statement_is_prepared_once(void **state)
{
    (void)state;
    struct statement_cache *cache = statement_cache_open(arena, db, 4, 1 << 20);
    struct program_op op = op_of(4096, "SELECT 1");
    assert_ptr_equal(use(cache, &op), use(cache, &op));
    assert_int_equal(statement_cache_stats(cache).hits, 1);
    assert_int_equal(statement_cache_stats(cache).misses, 1);
    statement_cache_close(cache);
}

static void the_least_recently_used_goes(void **state)
{
    (void)state;
    struct statement_cache *cache = statement_cache_open(arena, db, 2, 1 << 20);
    struct program_op a = op_of(1, "SELECT 1"), b = op_of(2, "SELECT 2"), c = op_of(3, "SELECT 3");
    use(cache, &a);
    use(cache, &b);
    use(cache, &a);
    use(cache, &c); /* b goes */
    use(cache, &a);
    assert_int_equal(statement_cache_stats(cache).misses, 3);
    use(cache, &b);
    assert_int_equal(statement_cache_stats(cache).misses, 4);
    assert_int_equal(statement_cache_stats(cache).evictions, 2);
    assert_int_equal(statement_cache_stats(cache).count, 2);
    statement_cache_close(cache);
}

static void bytes_are_bounded(void **state)
{
    (void)state;
    struct statement_cache *cache = statement_cache_open(arena, db, 64, 4096);
    struct program_op ops[32];
    for (uint64_t i = 0; i < 32; i++) {
        ops[i] = op_of(i, "SELECT count(*), max(name), group_concat(sql) FROM sqlite_schema");
        use(cache, &ops[i]);
    }
    assert_true(statement_cache_stats(cache).evictions > 0);
    assert_true(statement_cache_stats(cache).count < 32);
    statement_cache_close(cache);
    assert_int_equal(statement_cache_stats(cache).bytes, 0);
}

static void taken_twice_it_is_prepared_twice(void **state)
{
    (void)state;
    struct statement_cache *cache = statement_cache_open(arena, db, 4, 1 << 20);
    struct program_op op = op_of(7, "SELECT 1");
    struct statement first, second;
    assert_null(statement_cache_take(cache, arena, &op, &first));
    assert_null(statement_cache_take(cache, arena, &op, &second));
    assert_ptr_not_equal(first.stmt, second.stmt);
    statement_cache_give(cache, &second);
    statement_cache_give(cache, &first);
    statement_cache_close(cache);
}

static void what_is_taken_is_not_dropped_for_room(void **state)
{
    (void)state;
    struct statement_cache *cache = statement_cache_open(arena, db, 1, 1 << 20);
    struct program_op a = op_of(1, "SELECT 1"), b = op_of(2, "SELECT 2");
    struct statement first, second;
    assert_null(statement_cache_take(cache, arena, &a, &first));
    assert_null(statement_cache_take(cache, arena, &b, &second));
    assert_int_equal(sqlite3_step(first.stmt), SQLITE_ROW);
    statement_cache_give(cache, &second);
    statement_cache_give(cache, &first);
    statement_cache_close(cache);
}

static void given_back_it_is_reset_and_unbound(void **state)
{
    (void)state;
    struct statement_cache *cache = statement_cache_open(arena, db, 4, 1 << 20);
    struct program_op op = op_of(9, "SELECT ?1 IS NULL");
    struct statement statement;
    assert_null(statement_cache_take(cache, arena, &op, &statement));
    sqlite3_bind_int(statement.stmt, 1, 5);
    assert_int_equal(sqlite3_step(statement.stmt), SQLITE_ROW);
    statement_cache_give(cache, &statement);
    assert_null(statement_cache_take(cache, arena, &op, &statement));
    assert_int_equal(sqlite3_step(statement.stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement.stmt, 0), 1);
    statement_cache_give(cache, &statement);
    statement_cache_close(cache);
}

static void a_changed_catalog_drops_all(void **state)
{
    (void)state;
    struct statement_cache *cache = statement_cache_open(arena, db, 4, 1 << 20);
    struct program_op op = op_of(4, "SELECT 1");
    use(cache, &op);
    statement_cache_clear(cache);
    assert_int_equal(statement_cache_stats(cache).count, 0);
    use(cache, &op);
    assert_int_equal(statement_cache_stats(cache).misses, 2);
    statement_cache_close(cache);
}

static void what_does_not_prepare_leaves_nothing(void **state)
{
    (void)state;
    struct statement_cache *cache = statement_cache_open(arena, db, 4, 1 << 20);
    struct program_op op = op_of(5, "SELECT * FROM absent");
    struct statement statement;
    err error = statement_cache_take(cache, arena, &op, &statement);
    assert_true(err_is(error, STR("42P01")));
    assert_null(statement.stmt);
    statement_cache_give(cache, &statement);
    statement_cache_close(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_is_prepared_once),
        cmocka_unit_test(the_least_recently_used_goes),
        cmocka_unit_test(bytes_are_bounded),
        cmocka_unit_test(taken_twice_it_is_prepared_twice),
        cmocka_unit_test(what_is_taken_is_not_dropped_for_room),
        cmocka_unit_test(given_back_it_is_reset_and_unbound),
        cmocka_unit_test(a_changed_catalog_drops_all),
        cmocka_unit_test(what_does_not_prepare_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
