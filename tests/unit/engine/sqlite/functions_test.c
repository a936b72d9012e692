/* Registered functions over stored rows: order, indexes, aggregates, windows, errors, hooks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "engine/sqlite/functions.h"
#include "engine/sqlite/functions_int.h"
#include "engine/sqlite/print.h"
#include "sql/infer_world.h"

struct fixture {
    struct infer_world world;
    sqlite3 *db;
    struct sqlite_session session;
    err error; /* of the last evaluation */
    str sql;
};

static void execute(struct fixture *fixture, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(fixture->db, sql, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", sql, message);
    }
}

static void fixture_init(struct fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    infer_world_init(&fixture->world);
    sqlite_session_init(&fixture->session);
    sqlite_session_catalog(&fixture->session, fixture->world.catalog);
    assert_int_equal(sqlite3_open(":memory:", &fixture->db), SQLITE_OK);
    assert_null(functions_register(fixture->db, &fixture->session));
    execute(fixture,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, price TEXT COLLATE numeric, "
            "m TEXT COLLATE \"enum:20002\", tags TEXT COLLATE \"array:25\", at TEXT, "
            "data TEXT COLLATE jsonb, email TEXT COLLATE citext, ok INTEGER, big INTEGER, "
            "kind TEXT, uid TEXT) STRICT;"
            "CREATE INDEX t_price ON t (price); CREATE INDEX t_m ON t (m);"
            "CREATE INDEX t_name ON t (name); CREATE INDEX t_lower ON t (pg_lower(name));"
            "INSERT INTO t (id, name, price, m, tags, at, data, email, ok, big) VALUES"
            "(1,'Beta','10.00','happy','[\"a\",\"b\"]','2026-01-01T00:00:00+00:00','{\"a\": "
            "1}','A@x.id',1,5),"
            "(2,'alpha','9.50','sad','[]','2026-02-01T00:00:00+00:00','{\"a\": 1.0}','a@x.id',0,7),"
            "(3,'gamma','9.5','ok','[\"c\"]','2026-03-01T00:00:00+00:00',NULL,NULL,NULL,NULL),"
            "(4,NULL,'100.25','happy',NULL,NULL,NULL,'b@x.id',1,9)");
}

static void fixture_deinit(struct fixture *fixture)
{
    sqlite3_close(fixture->db);
    sqlite_session_deinit(&fixture->session);
    infer_world_deinit(&fixture->world);
}

/* %s in the frame is the expression's SQLite text; answers the rows' first columns joined by "|". */
static str run(struct fixture *fixture,
               const char *expression,
               const char *before,
               const char *after)
{
    struct arena *arena = fixture->world.arena;
    struct expr *expr = NULL;
    fixture->error = infer_world_infer(&fixture->world, str_of(expression), &expr);
    if (fixture->error) return STR("infer");
    struct print print;
    struct buf *sql = buf_in(arena, 0);
    print_init(&print, arena, fixture->world.catalog, sql, NULL, NULL);
    buf_printf(sql, "%s", before);
    fixture->error = print_expr(&print, expr);
    if (fixture->error) return STR("print");
    buf_printf(sql, "%s", after);
    buf_append(sql, "", 1);
    fixture->sql = str_from(sql->at, sql->len - 1);
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(fixture->db, sql->at, -1, &statement, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql->at, sqlite3_errmsg(fixture->db));
    }
    for (size_t i = 0; i < print.slots.count; i++) sqlite3_bind_null(statement, (int)i + 1);
    struct buf *rows = buf_in(arena, 0);
    int rc;
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        if (rows->len) buf_char(rows, '|');
        const unsigned char *text = sqlite3_column_text(statement, 0);
        buf_printf(rows, "%s", text ? (const char *)text : "NULL");
    }
    if (rc != SQLITE_DONE) {
        fixture->error = function_error_read(arena, sqlite3_errmsg(fixture->db));
        if (!fixture->error) fail_msg("%s: %s", sql->at, sqlite3_errmsg(fixture->db));
    }
    sqlite3_finalize(statement);
    return buf_str(rows);
}

struct row_case {
    const char *expression;
    const char *before;
    const char *after;
    const char *expected;
};

#define SELECT(expression, expected)               \
    {                                              \
        expression, "SELECT ", " FROM t", expected \
    }
#define WHERE(expression, expected)                                     \
    {                                                                   \
        expression, "SELECT id FROM t WHERE ", " ORDER BY id", expected \
    }

static const struct row_case row_cases[] = {
    WHERE("price = 9.5", "2|3"),
    WHERE("price > 9.5", "1|4"),
    WHERE("price IN (9.500, 100.25)", "2|3|4"),
    WHERE("m > 'sad'", "1|3|4"),
    WHERE("m IN ('sad', 'ok')", "2|3"),
    WHERE("m::text > 'p'", "2"),
    WHERE("email = 'a@X.ID'", "1|2"),
    WHERE("email::text = 'a@x.id'", "2"),
    WHERE("email = name", ""),
    WHERE("data = '{\"a\":1.00}'", "1|2"),
    WHERE("data::text = '{\"a\": 1}'", "1"),
    WHERE("data @> '{\"a\":1}'", "1|2"),
    WHERE("'b' = ANY(tags)", "1"),
    WHERE("NOT ('b' = ANY(tags))", "2|3"),
    WHERE("tags && ARRAY['c','z']", "3"),
    WHERE("tags = ARRAY['a','b']", "1"),
    WHERE("at >= '2026-02-01'", "2|3"),
    WHERE("at::date = '2026-01-01'", "1"),
    WHERE("at + interval '1 month' = '2026-03-01'", "2"),
    WHERE("name ILIKE 'B%'", "1"),
    WHERE("lower(name) = 'beta'", "1"),
    WHERE("ok", "1|4"),
    WHERE("NOT ok", "2"),
    WHERE("ok IS NOT TRUE", "2|3"),
    WHERE("name IS NULL", "4"),
    WHERE("(id, price) = (2, 9.50)", "2"),
    WHERE("(price, id) < (9.5, 3)", "2"),
    WHERE("id = ANY('{1,3}')", "1|3"),
    WHERE("id <> ALL(ARRAY[1,3])", "2|4"),
    WHERE("price IS DISTINCT FROM 9.50", "1|4"),
    WHERE("nullif(price, 9.50) IS NULL", "2|3"),
    WHERE("coalesce(big, 0) = 0", "3"),
    WHERE("greatest(id, big) = 7", "2"),
    SELECT("sum(price)", "129.25"),
    SELECT("avg(price)", "32.3125000000000000"),
    SELECT("sum(big)", "21"),
    SELECT("avg(id)", "2.5000000000000000"),
    SELECT("max(price)", "100.25"),
    SELECT("min(m)", "sad"),
    SELECT("max(m)", "happy"),
    SELECT("count(DISTINCT price)", "3"),
    SELECT("count(name)", "3"),
    SELECT("count(*) FILTER (WHERE ok)", "2"),
    SELECT("bool_or(ok)", "1"),
    SELECT("bool_and(ok)", "0"),
    SELECT("string_agg(name, ',' ORDER BY name DESC)", "gamma,alpha,Beta"),
    SELECT("string_agg(name, ',' ORDER BY m, id)", "alpha,gamma,Beta"),
    SELECT("string_agg(DISTINCT email::text, ',')", "A@x.id,a@x.id,b@x.id"),
    SELECT("array_agg(id ORDER BY price, id DESC)", "[3,2,1,4]"),
    SELECT("array_agg(DISTINCT price)", "[\"9.50\",\"10.00\",\"100.25\"]"),
    SELECT("array_agg(m ORDER BY m NULLS FIRST)", "[\"sad\",\"ok\",\"happy\",\"happy\"]"),
    SELECT("jsonb_agg(price ORDER BY id)", "[10.00, 9.50, 9.5, 100.25]"),
    SELECT("json_agg(ok ORDER BY id)", "[true, false, null, true]"),
    SELECT("jsonb_object_agg(id, name)",
           "{\"1\": \"Beta\", \"2\": \"alpha\", \"3\": \"gamma\", \"4\": null}"),
    SELECT("sum(id) FILTER (WHERE id > 100)", "NULL"),
    SELECT("array_agg(id) FILTER (WHERE id > 100)", "NULL"),
    SELECT("percentile_cont(0.5) WITHIN GROUP (ORDER BY id)", "2.5"),
    SELECT("percentile_disc(0.5) WITHIN GROUP (ORDER BY m)", "ok"),
    SELECT("mode() WITHIN GROUP (ORDER BY m)", "happy"),
    SELECT("sum(price) OVER (ORDER BY id)", "10.00|19.50|29.00|129.25"),
    SELECT("sum(price) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
           "10.00|19.50|19.00|109.75"),
    SELECT("rank() OVER (ORDER BY price)", "1|1|3|4"),
    SELECT("lag(name, 1, 'none') OVER (ORDER BY id)", "none|Beta|alpha|gamma"),
    SELECT("row_number() OVER (PARTITION BY m ORDER BY id)", "1|1|1|2"),
    {"price",                                                               "SELECT id FROM t ORDER BY ", " COLLATE numeric, id", "2|3|1|4"                                                                 },
    {"json_build_object('id', id, 'price', price, 'tags', tags, 'ok', ok)", "SELECT ",
                                                                   " FROM t WHERE id = 1",                                                                                                      "{\"id\" : 1, \"price\" : 10.00, \"tags\" : [\"a\",\"b\"], \"ok\" : true}"},
    {"to_jsonb(ROW(id, price))",                                            "SELECT ",                    " FROM t WHERE id = 1", "{\"f1\": 1, \"f2\": 10.00}"                                              },
    {"m::text || '!'",                                                      "SELECT ",                    " FROM t WHERE id = 2", "sad!"                                                                    },
    {"enum_range(m)",                                                       "SELECT ",                    " FROM t WHERE id = 2", "[\"sad\",\"ok\",\"happy\"]"                                              },
    {"5::positive",                                                         "SELECT ",                    "",                     "5"                                                                       },
    {"format('%s-%s', name, price)",                                        "SELECT ",                    " FROM t WHERE id = 2", "alpha-9.50"                                                              },
};

static void rows_answer_as_in_postgresql(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    size_t wrong = 0;
    for (size_t i = 0; i < COUNT_OF(row_cases); i++) {
        const struct row_case *row = &row_cases[i];
        str answer = run(&fixture, row->expression, row->before, row->after);
        if (!fixture.error && str_eq(answer, str_of(row->expected))) continue;
        wrong++;
        printf("%s\n  expected %s\n  answered %.*s\n  sql %.*s\n  error %.*s\n", row->expression,
               row->expected, STR_FMT(answer), STR_FMT(fixture.sql),
               STR_FMT(fixture.error ? fixture.error->message : STR("none")));
    }
    assert_int_equal(wrong, 0);
    fixture_deinit(&fixture);
}

static void plain_conditions_use_their_index(void **state)
{
    (void)state;
    static const struct {
        const char *expression;
        const char *plan;
    } rows[] = {
        {"price = 9.5",              "USING INDEX t_price (price=?)"            },
        {"price > 5 AND price < 10", "USING INDEX t_price (price>? AND price<?)"},
        {"price IN (1, 2)",          "USING INDEX t_price (price=?)"            },
        {"m = 'sad'",                "USING INDEX t_m (m=?)"                    },
        {"name = 'alpha'",           "USING INDEX t_name (name=?)"              },
        {"name = $1",                "USING INDEX t_name (name=?)"              },
        {"name = ANY($1)",           "USING INDEX t_name (name=?)"              },
        {"lower(name) = 'alpha'",    "USING INDEX t_lower (<expr>=?)"           },
        {"id = (SELECT 5)",          "USING INTEGER PRIMARY KEY (rowid=?)"      },
    };
    struct fixture fixture;
    fixture_init(&fixture);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        fixture.world.params = (struct infer_params){0};
        struct arena *arena = fixture.world.arena;
        struct expr *expr = NULL;
        assert_null(infer_world_infer(&fixture.world, str_of(rows[i].expression), &expr));
        struct print print;
        struct buf *sql = buf_in(arena, 0);
        print_init(&print, arena, fixture.world.catalog, sql, NULL, NULL);
        buf_lit(sql, "EXPLAIN QUERY PLAN SELECT big FROM t WHERE ");
        assert_null(print_expr(&print, expr));
        buf_append(sql, "", 1);
        sqlite3_stmt *statement = NULL;
        assert_int_equal(sqlite3_prepare_v2(fixture.db, sql->at, -1, &statement, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        const char *plan = (const char *)sqlite3_column_text(statement, 3);
        if (!strstr(plan, rows[i].plan)) fail_msg("%s: %s", sql->at, plan);
        sqlite3_finalize(statement);
    }
    fixture_deinit(&fixture);
}

static void failures_carry_their_sqlstate(void **state)
{
    (void)state;
    static const struct {
        const char *expression;
        const char *after;
        const char *sqlstate;
        const char *message;
    } rows[] = {
        {"id / 0",                                                " FROM t",              "22012", "division by zero"                               },
        {"name::int",                                             " FROM t",              "22P02", "invalid input syntax for type integer: \"Beta\""},
        {"(id - 5)::positive",                                    " FROM t",              "23514",
         "value for domain positive violates check constraint \"positive_check\""                                                                   },
        {"big::int::positive",                                    " FROM t WHERE id = 3", "23502",
         "domain positive does not allow null values"                                                                                               },
        {"dapur.raise('P0007', 'no ' || name, 'detail', 'hint')", " FROM t WHERE id = 1", "P0007",
         "no Beta"                                                                                                                                  },
        {"nextval(5::regclass)",                                  "",                     "25006",
         "cannot execute nextval() in a read-only transaction"                                                                                      },
        {"price::numeric(3,2)",                                   " FROM t",              "22003", "numeric field overflow"                         },
        {"name::varchar(2)::int",                                 " FROM t",              "22P02",
         "invalid input syntax for type integer: \"Be\""                                                                                            },
        {"jsonb_set(data, '{a,b,c}', NULL)",                      " FROM t WHERE 0",      NULL,    NULL                                             },
        {"json_build_object(name, id)",                           " FROM t WHERE id = 4", "22023",
         "argument 1 cannot be null"                                                                                                                },
    };
    struct fixture fixture;
    fixture_init(&fixture);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        run(&fixture, rows[i].expression, "SELECT ", rows[i].after);
        if (!rows[i].sqlstate) {
            assert_null(fixture.error);
            continue;
        }
        if (!fixture.error) fail_msg("%s was accepted", rows[i].expression);
        assert_true(err_is(fixture.error, str_of(rows[i].sqlstate)));
        if (!str_eq(fixture.error->message, str_of(rows[i].message))) {
            fail_msg("%s: %.*s", rows[i].expression, STR_FMT(fixture.error->message));
        }
    }
    run(&fixture, "dapur.raise('P0007', 'm', 'the detail', 'the hint')", "SELECT ", "");
    assert_true(str_eq(fixture.error->details, STR("the detail")));
    assert_true(str_eq(fixture.error->hint, STR("the hint")));
    fixture_deinit(&fixture);
}

static void an_error_text_reads_back(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct err *error = err_sql(arena, "23514", "a \x1f b");
    err_details(arena, error, "d");
    struct buf *text = buf_in(arena, 0);
    function_error_write(text, error);
    buf_append(text, "", 1);
    err back = function_error_read(arena, text->at);
    assert_non_null(back);
    assert_true(err_is(back, STR("23514")));
    assert_true(str_eq(back->message, STR("a   b")));
    assert_true(str_eq(back->details, STR("d")));
    assert_null(function_error_read(arena, "UNIQUE constraint failed: t.id"));
    arena_free(arena);
}

static err count_up(struct sqlite_session *session, struct arena *arena, oid sequence, int64_t *out)
{
    (void)arena;
    int64_t *next = session->owner;
    *out = (*next)++ + sequence;
    return NULL;
}

static void sequences_come_from_the_session(void **state)
{
    (void)state;
    static const struct sqlite_session_hooks hooks = {.nextval = count_up};
    struct fixture fixture;
    fixture_init(&fixture);
    int64_t next = 100;
    fixture.session.hooks = &hooks;
    fixture.session.owner = &next;
    str answer = run(&fixture, "nextval(5::regclass)", "SELECT ", " FROM t");
    assert_null(fixture.error);
    assert_true(str_eq(answer, STR("105|106|107|108")));
    fixture_deinit(&fixture);
}

static void long_functions_stop_when_told(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    atomic_bool stop = true;
    fixture.session.interrupted = &stop;
    run(&fixture, "array_agg(x.value)",
        "SELECT pg_string_agg_text_text(value, ',') FROM pg_generate_series_int4(1, 1000000) -- ",
        "");
    assert_non_null(fixture.error);
    fixture_deinit(&fixture);
}

/* n times text, by SQLite's own functions: they know no token. */
#define MANY(text, n) "replace(hex(zeroblob(" #n ")), '00', '" text "')"

struct looks {
    int count, most;
};

static bool over_after_looks(void *context, uint64_t ahead_ns)
{
    (void)ahead_ns;
    struct looks *looks = context;
    return ++looks->count >= looks->most;
}

/* Each is told to stop at a look that only a long computation takes. */
static void long_calls_stop_inside(void **state)
{
    (void)state;
    static const struct {
        const char *call;
        int looks;
    } rows[] = {
        {"pg_numeric_mul(" MANY("9",                20000) ", " MANY("7",                          20000) ")", 3},
        {"pg_numeric_mul(" MANY("9",                                        40000) ", " MANY("7",                                                                                     40) ")", 1},
        {"pg_numeric_div(" MANY("9",40000) ", " MANY("7",9000) ")", 3},
        {"pg_numeric_mod(" MANY("9",                                         40000) ", " MANY("7",                                                             9000) ")", 3},
        {"pg_numeric_sqrt(" MANY("9",                                40000) ")",                                                                                                                                             3},
        {"pg_numeric_power('1.0001', '200000000')",                3},
        {"pg_numeric_exp('5000.5')",                                        3                                                                                    },
        {"pg_numeric_ln(" MANY("9",9000) " || '.' || " MANY("3",900) ")", 3},
        {"pg_numeric_fac(30000)", 3                             },
        {"pg_textlike(" MANY("a",                40000) ", " MANY("%aaaab",                     500) ")", 3},
        {"pg_repeat('ab', 30000000)",                 1                                  },
        {"pg_lpad('a', 1000000, 'b')",                                        1                                                                                    },
        {"pg_translate(" MANY("a",                                        9000) ", " MANY("b",                                                        900) ", 'c')", 3},
        {"pg_btrim(" MANY("a", 9000) ", " MANY("b",                  900) " || 'a')", 3},
        {"pg_replace_text(" MANY("a",                                         40000) ", 'a', 'bbbbbbbbbb')",                                                            3},
        {"pg_regexp_count_no_start('aaa', 'a')",                                         3                        },
        {"pg_pg_crypt('a', '$2a$31$abcdefghijklmnopqrstuu')",                                         1},
    };
    struct fixture fixture;
    fixture_init(&fixture);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct looks looks = {.most = rows[i].looks};
        fixture.session.cost.is_over = over_after_looks;
        fixture.session.cost.context = &looks;
        run(&fixture, "'a'", str_printf(fixture.world.arena, "SELECT %s -- ", rows[i].call).at, "");
        if (!err_is(fixture.error, STR("57014")) || looks.count != rows[i].looks)
            fail_msg("%s: %d looks, no stop", rows[i].call, looks.count);
    }
    fixture_deinit(&fixture);
}

/* Nothing interrupts a hash, so one that does not fit the time is not begun. */
static void what_does_not_fit_the_deadline_is_not_begun(void **state)
{
    (void)state;
    enum { MINUTE_NS = 60 };
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.session.deadline_ns = clock_mono_ns() + MINUTE_NS * UINT64_C(1000000000);
    run(&fixture, "'a'", "SELECT pg_pg_crypt('a', '$2a$31$abcdefghijklmnopqrstuu') -- ", "");
    assert_true(err_is(fixture.error, STR("57014")));
    run(&fixture, "'a'", "SELECT pg_pg_crypt('a', '$2a$04$abcdefghijklmnopqrstuu') -- ", "");
    assert_null(fixture.error);
    run(&fixture, "'a'", "SELECT pg_pg_crypt('a', '$6$rounds=999999999$abc') -- ", "");
    assert_true(err_is(fixture.error, STR("22023")));
    fixture_deinit(&fixture);
}

static void a_new_label_sorts_without_a_new_collation(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    str answer = run(&fixture, "m", "SELECT id FROM t ORDER BY ", ", id");
    assert_true(str_eq(answer, STR("2|3|1|4")));
    struct cat_type *mood =
        CATALOG_EDIT(fixture.world.catalog, catalog_type(fixture.world.catalog, MOOD_OID));
    static const str labels[] = {STR_INIT("happy"), STR_INIT("ok"), STR_INIT("sad")};
    mood->labels = labels;
    struct catalog *changed = catalog_next(fixture.world.catalog);
    catalog_put(changed, CAT_TYPE, mood);
    sqlite_session_catalog(&fixture.session, changed);
    execute(&fixture, "REINDEX t_m");
    answer = run(&fixture, "m", "SELECT id FROM t ORDER BY ", ", id");
    assert_true(str_eq(answer, STR("1|4|3|2")));
    catalog_unref(changed);
    fixture_deinit(&fixture);
}

/* Every symbol that is not an internal helper is one that builtin.def names. */
static void every_function_has_a_builtin(void **state)
{
    (void)state;
    static const struct function_table *const tables[] = {
        &functions_number, &functions_text,    &functions_datetime, &functions_json,
        &functions_array,  &functions_session, &functions_crypto,
    };
    static const char *const internal[] = {
        "array",        "array_nest", "subscript",          "slice",
        "array_assign", "reg_text",   "array_assign_slice", "jsonb_assign"};
    for (size_t t = 0; t < COUNT_OF(tables); t++) {
        for (size_t i = 0; i < tables[t]->count; i++) {
            const char *symbol = tables[t]->rows[i].symbol;
            bool found = false;
            for (size_t k = 0; k < COUNT_OF(internal); k++) {
                found = found || strcmp(internal[k], symbol) == 0;
            }
            size_t at = 0;
            const struct builtin *row;
            while (!found && (row = builtin_next(&at))) found = strcmp(row->symbol, symbol) == 0;
            if (!found) fail_msg("%s is no builtin's symbol", symbol);
            assert_ptr_equal(function_row_find(symbol), &tables[t]->rows[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_answer_as_in_postgresql),
        cmocka_unit_test(plain_conditions_use_their_index),
        cmocka_unit_test(failures_carry_their_sqlstate),
        cmocka_unit_test(an_error_text_reads_back),
        cmocka_unit_test(sequences_come_from_the_session),
        cmocka_unit_test(long_functions_stop_when_told),
        cmocka_unit_test(long_calls_stop_inside),
        cmocka_unit_test(what_does_not_fit_the_deadline_is_not_begun),
        cmocka_unit_test(a_new_label_sorts_without_a_new_collation),
        cmocka_unit_test(every_function_has_a_builtin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
