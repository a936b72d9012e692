/* Types, names and refusals of inference; PostgreSQL 15's own texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "sql/infer_world.h"

struct refusal {
    const char *expression;
    const char *sqlstate;
    const char *message;
    int at; /* -1: not looked at */
};

static const struct refusal refusals[] = {
    {"id = name",                             "42883", "operator does not exist: integer = text",                                3 },
    {"name + 1",                              "42883", "operator does not exist: text + integer",                                5 },
    {"-name",                                 "42883", "operator does not exist: - text",                                        0 },
    {"m = 'glum'",                            "22P02", "invalid input value for enum mood: \"glum\"",                            4 },
    {"m = name",                              "42883", "operator does not exist: mood = text",                                   2 },
    {"id = 'x'",                              "22P02", "invalid input syntax for type integer: \"x\"",                           5 },
    {"'a' + 'b'",                             "42725", "operator is not unique: unknown + unknown",                              4 },
    {"nosuch(id, name)",                      "42883", "function nosuch(integer, text) does not exist",                          0 },
    {"extensions.nosuch()",                   "42883", "function extensions.nosuch() does not exist",                            0 },
    {"twice(true)",                           "42883", "function twice(boolean) does not exist",                                 0 },
    {"twice(1, x => 2)",                      "42883", "function twice(integer, x => integer) does not exist",                   0 },
    {"twice(by => 3)",                        "42883", "function twice(by => integer) does not exist",                           0 },
    {"nosuch",                                "42703", "column \"nosuch\" does not exist",                                       0 },
    {"1::nosuch",                             "42704", "type \"nosuch\" does not exist",                                         3 },
    {"true::date",                            "42846", "cannot cast type boolean to date",                                       4 },
    {"id AND ok",                             "42804", "argument of AND must be type boolean, not type integer",                 0 },
    {"NOT name",                              "42804", "argument of NOT must be type boolean, not type text",                    4 },
    {"CASE WHEN ok THEN 1 ELSE name END",     "42804", "CASE types text and integer cannot be matched",
     -1                                                                                                                            },
    {"coalesce(id, name)",                    "42804", "COALESCE types integer and text cannot be matched",                      13},
    {"ARRAY[1, ok]",                          "42804", "ARRAY types integer and boolean cannot be matched",                      9 },
    {"ARRAY[]",                               "42P18", "cannot determine type of empty array",                                   0 },
    {"tags[1][name]",                         "22P02", "",                                                                       -1},
    {"id[1]",                                 "42804", "cannot subscript type integer because it does not support subscripting", 0 },
    {"1 = ANY(id)",                           "42809", "op ANY/ALL (array) requires array on right side",                        2 },
    {"sum(sum(id))",                          "42803", "aggregate function calls cannot be nested",                              0 },
    {"count(DISTINCT id) OVER ()",            "0A000", "DISTINCT is not implemented for window functions",                       0 },
    {"rank()",                                "42809", "window function rank requires an OVER clause",                           0 },
    {"lower(name) OVER ()",                   "42809",
     "OVER specified, but lower is not a window function nor an aggregate function",                                             0 },
    {"lower(DISTINCT name)",                  "42809", "DISTINCT specified, but lower is not an aggregate function",
     0                                                                                                                             },
    {"sum(id) OVER w",                        "42704", "window \"w\" does not exist",                                            13},
    {"(1, 2) = (1, 2, 3)",                    "42601", "unequal number of entries in row expressions",                           7 },
    {"(t).nosuch",                            "42703", "column \"nosuch\" not found in data type t",                             -1},
    {"name COLLATE \"de_DE\"",                "0A000", "collation \"de_DE\" is not supported",                                   5 },
    {"id COLLATE \"C\"",                      "42804", "collations are not supported by type integer",                           3 },
    {"'nosuch'::regclass",                    "42P01", "relation \"nosuch\" does not exist",                                     0 },
    {"price::numeric(2000,1)",                "22023", "NUMERIC precision 2000 must be between 1 and 1000",                      7 },
    {"name::varchar(0)",                      "22023", "length for type varchar must be at least 1",                             6 },
    {"id::int8(3)",                           "42601", "type modifier is not allowed for type \"int8\"",                         4 },
    {"array_append(tags, 5)",                 "42883", "function array_append(text[], integer) does not exist",                  0 },
    {"ROW(1)::t",                             "42846", "cannot cast type record to t",                                           -1},
    {"make_interval(dayz => 1)",              "42883", "function make_interval(dayz => integer) does not exist",
     0                                                                                                                             },
    {"json_build_object(VARIADIC tags)::int", "42846", "cannot cast type json to integer",                                       -1},
    {"(SELECT 1, 2)",                         "42601", "subquery must return only one column",                                   0 },
    {"id IN (SELECT 1, 2)",                   "42601", "subquery has too many columns",                                          3 },
    {"B'02'",                                 "22P02", "\"2\" is not a valid binary digit",                                      0 },
};

static void refusals_are_postgresqls(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        const struct refusal *row = &refusals[i];
        if (!row->message[0]) continue;
        struct infer_world world;
        infer_world_init(&world);
        struct expr *expr = NULL;
        err error = infer_world_infer(&world, str_of(row->expression), &expr);
        if (!error) fail_msg("%s was accepted", row->expression);
        str expected = str_printf(world.arena, "%s %s", row->sqlstate, row->message);
        str found =
            str_printf(world.arena, "%.*s %.*s", STR_FMT(error->code), STR_FMT(error->message));
        if (!str_eq(expected, found)) {
            fail_msg("%s: expected %.*s, found %.*s", row->expression, STR_FMT(expected),
                     STR_FMT(found));
        }
        if (row->at >= 0 && error->at != row->at) {
            fail_msg("%s: expected place %d, found %d", row->expression, row->at, (int)error->at);
        }
        infer_world_deinit(&world);
    }
}

struct typing {
    const char *expression;
    const char *type;
    const char *name;
};

static const struct typing typings[] = {
    {"id + 1",                                       "integer",                  "?column?"       },
    {"id + big",                                     "bigint",                   "?column?"       },
    {"id * price",                                   "numeric",                  "?column?"       },
    {"id / 2.0",                                     "numeric",                  "?column?"       },
    {"id::float8 + 1",                               "double precision",         "?column?"       },
    {"name || 'x'",                                  "text",                     "?column?"       },
    {"name || id",                                   "text",                     "?column?"       },
    {"tags || 'x'::text",                            "text[]",                   "?column?"       },
    {"at - at",                                      "interval",                 "?column?"       },
    {"at + interval '1 day'",                        "timestamp with time zone", "?column?"       },
    {"at::date",                                     "date",                     "at"             },
    {"'5'::int",                                     "integer",                  "int4"           },
    {"price",                                        "numeric(10,2)",            "price"          },
    {"round(price, 1)",                              "numeric",                  "round"          },
    {"lower(name)",                                  "text",                     "lower"          },
    {"lower(email)",                                 "text",                     "lower"          },
    {"count(*)",                                     "bigint",                   "count"          },
    {"sum(id)",                                      "bigint",                   "sum"            },
    {"sum(big)",                                     "numeric",                  "sum"            },
    {"avg(id)",                                      "numeric",                  "avg"            },
    {"max(m)",                                       "mood",                     "max"            },
    {"min(name)",                                    "text",                     "min"            },
    {"array_agg(m)",                                 "mood[]",                   "array_agg"      },
    {"array_agg(t)",                                 "record[]",                 "array_agg"      },
    {"json_agg(t)",                                  "json",                     "json_agg"       },
    {"CASE WHEN ok THEN 1 ELSE 2.5 END",             "numeric",                  "case"           },
    {"CASE WHEN ok THEN 1 ELSE price END",           "numeric",                  "price"          },
    {"coalesce(name, 'x')",                          "text",                     "coalesce"       },
    {"nullif(id, 0)",                                "integer",                  "nullif"         },
    {"greatest(1, big)",                             "bigint",                   "greatest"       },
    {"ARRAY[1, 2]",                                  "integer[]",                "array"          },
    {"tags[1]",                                      "text",                     "tags"           },
    {"data -> 'a'",                                  "jsonb",                    "?column?"       },
    {"data ->> 'a'",                                 "text",                     "?column?"       },
    {"data -> 0",                                    "jsonb",                    "?column?"       },
    {"data['a']",                                    "jsonb",                    "data"           },
    {"current_date",                                 "date",                     "current_date"   },
    {"now()",                                        "timestamp with time zone", "now"            },
    {"current_user",                                 "name",                     "current_user"   },
    {"auth.uid()",                                   "uuid",                     "uid"            },
    {"(SELECT id)",                                  "integer",                  "id"             },
    {"EXISTS (SELECT 1)",                            "boolean",                  "exists"         },
    {"row_number() OVER (ORDER BY id)",              "bigint",                   "row_number"     },
    {"twice(1)",                                     "integer",                  "twice"          },
    {"twice(by => 3, x => 1)",                       "integer",                  "twice"          },
    {"twice(name)",                                  "text",                     "twice"          },
    {"twice('5')",                                   "text",                     "twice"          },
    {"extract(year from at)",                        "numeric",                  "extract"        },
    {"m = 'ok'",                                     "boolean",                  "?column?"       },
    {"email = 'A@b.c'",                              "boolean",                  "?column?"       },
    {"email = name",                                 "boolean",                  "?column?"       },
    {"kind = 'ab'",                                  "boolean",                  "?column?"       },
    {"(t).price",                                    "numeric(10,2)",            "price"          },
    {"id = ANY('{1,2}')",                            "boolean",                  "?column?"       },
    {"5::positive",                                  "positive",                 "positive"       },
    {"5::positive + 1",                              "integer",                  "?column?"       },
    {"name LIKE 'a%'",                               "boolean",                  "?column?"       },
    {"unnest(tags)",                                 "text",                     "unnest"         },
    {"to_jsonb(t)",                                  "jsonb",                    "to_jsonb"       },
    {"generate_series(1, 3)",                        "integer",                  "generate_series"},
    {"uid = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "boolean",                  "?column?"       },
};

static void types_and_names_are_postgresqls(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(typings); i++) {
        struct infer_world world;
        infer_world_init(&world);
        struct expr *expr = NULL;
        struct node *node = NULL;
        assert_null(sql_parse_expr(world.arena, str_of(typings[i].expression), &node));
        err error = infer_expr(&world.ctx, node, &expr);
        if (error) fail_msg("%s: %.*s", typings[i].expression, STR_FMT(error->message));
        str type = infer_type_text(&world.ctx, expr->type, expr->typmod);
        str name = infer_column_name(node);
        if (!str_eq(type, str_of(typings[i].type)) || !str_eq(name, str_of(typings[i].name))) {
            fail_msg("%s: type %.*s, name %.*s", typings[i].expression, STR_FMT(type),
                     STR_FMT(name));
        }
        infer_world_deinit(&world);
    }
}

static void a_parameter_takes_its_type_from_its_place(void **state)
{
    (void)state;
    struct infer_world world;
    infer_world_init(&world);
    struct expr *expr = NULL;
    assert_null(infer_world_infer(
        &world, STR("id = $1 AND name = $2 AND at > $3 AND $4::uuid = uid"), &expr));
    assert_int_equal(world.params.count, 4);
    assert_int_equal(world.params.at[0].type, INT4OID);
    assert_int_equal(world.params.at[1].type, TEXTOID);
    assert_int_equal(world.params.at[2].type, TIMESTAMPTZOID);
    assert_int_equal(world.params.at[3].type, UUIDOID);
    err error = infer_world_infer(&world, STR("name = $1::text"), &expr);
    assert_null(error); /* integer to text is a cast */
    world.params.fixed = true;
    error = infer_world_infer(&world, STR("$9"), &expr);
    assert_true(err_is(error, STR("42P02")));
    infer_world_deinit(&world);
}

static void clauses_say_what_they_do_not_take(void **state)
{
    (void)state;
    static const struct {
        enum infer_clause clause;
        const char *expression;
        const char *sqlstate;
        const char *message;
    } rows[] = {
        {INFER_WHERE,    "sum(id) > 1",               "42803", "aggregate functions are not allowed in WHERE"   },
        {INFER_WHERE,    "rank() OVER () > 1",        "42P20", "window functions are not allowed in WHERE"      },
        {INFER_WHERE,    "generate_series(1, 2) > 1", "0A000",
         "set-returning functions are not allowed in WHERE"                                                     },
        {INFER_GROUP_BY, "sum(id)",                   "42803", "aggregate functions are not allowed in GROUP BY"},
        {INFER_JOIN_ON,  "sum(id) = 1",               "42803",
         "aggregate functions are not allowed in JOIN conditions"                                               },
        {INFER_CHECK,    "sum(id) = 1",               "42803",
         "aggregate functions are not allowed in check constraints"                                             },
        {INFER_POLICY,   "sum(id) = 1",               "42803",
         "aggregate functions are not allowed in policy expressions"                                            },
        {INFER_DEFAULT,  "rank() OVER ()",            "42P20",
         "window functions are not allowed in DEFAULT expressions"                                              },
        {INFER_LIMIT,    "sum(id)",                   "42803", "aggregate functions are not allowed in LIMIT"   },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct infer_world world;
        infer_world_init(&world);
        world.ctx.clause = rows[i].clause;
        struct expr *expr = NULL;
        err error = infer_world_infer(&world, str_of(rows[i].expression), &expr);
        assert_non_null(error);
        assert_true(err_is(error, str_of(rows[i].sqlstate)));
        if (!str_eq(error->message, str_of(rows[i].message))) {
            fail_msg("%s: %.*s", rows[i].expression, STR_FMT(error->message));
        }
        infer_world_deinit(&world);
    }
}

static void a_columns_type_is_named_when_a_value_does_not_fit(void **state)
{
    (void)state;
    struct infer_world world;
    infer_world_init(&world);
    struct expr *expr = NULL;
    assert_null(infer_world_infer(&world, STR("name"), &expr));
    err error = infer_coerce_column(&world.ctx, expr, STR("id"), INT4OID, -1, &expr);
    assert_true(err_is(error, STR("42804")));
    assert_true(str_eq(error->message,
                       STR("column \"id\" is of type integer but expression is of type text")));
    assert_true(str_eq(error->hint, STR("You will need to rewrite or cast the expression.")));
    infer_world_deinit(&world);
}

static void volatility_is_the_worst_of_the_parts(void **state)
{
    (void)state;
    static const struct {
        const char *expression;
        char expected;
    } rows[] = {
        {"id + 1",                'i'},
        {"lower(name)",           'i'},
        {"now()",                 's'},
        {"random() + id",         'v'},
        {"at::date",              's'},
        {"name::date",            's'},
        {"date_trunc('day', at)", 's'},
        {"auth.uid() = uid",      's'},
        {"price::text",           'i'},
        {"gen_random_uuid()",     'v'},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct infer_world world;
        infer_world_init(&world);
        struct expr *expr = NULL;
        assert_null(infer_world_infer(&world, str_of(rows[i].expression), &expr));
        char found = infer_volatility(world.catalog, expr);
        if (found != rows[i].expected) fail_msg("%s is %c", rows[i].expression, found);
        infer_world_deinit(&world);
    }
}

static void every_table_of_builtins_is_sorted(void **state)
{
    (void)state;
    size_t at = 0;
    const struct builtin_type *type;
    uint32_t before = 0;
    while ((type = builtin_type_next(&at))) {
        assert_true(type->oid > before);
        before = type->oid;
        assert_ptr_equal(builtin_type(type->oid), type);
        if (type->array) assert_int_equal(builtin_type(type->array)->element, type->oid);
    }
    at = 0;
    const struct builtin *row;
    const struct builtin *last = NULL;
    while ((row = builtin_next(&at))) {
        bool same_half =
            last && (last->kind == BUILTIN_OPERATOR) == (row->kind == BUILTIN_OPERATOR);
        if (same_half) assert_true(str_cmp(last->name, row->name) <= 0);
        assert_true(row->symbol[0] != '\0');
        assert_true(row->arg_least <= row->arg_count);
        for (size_t i = 0; i < row->arg_count; i++) assert_non_null(builtin_type(row->args[i]));
        assert_non_null(builtin_type(row->result));
        last = row;
    }
    assert_non_null(builtin_cast(INT4OID, INT8OID));
    assert_null(builtin_cast(BOOLOID, DATEOID));
    assert_non_null(builtin_operator_exact(STR("="), INT4OID, INT4OID));
    assert_non_null(builtin_operator_exact(STR("-"), 0, INT4OID));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_are_postgresqls),
        cmocka_unit_test(types_and_names_are_postgresqls),
        cmocka_unit_test(a_parameter_takes_its_type_from_its_place),
        cmocka_unit_test(clauses_say_what_they_do_not_take),
        cmocka_unit_test(a_columns_type_is_named_when_a_value_does_not_fit),
        cmocka_unit_test(volatility_is_the_worst_of_the_parts),
        cmocka_unit_test(every_table_of_builtins_is_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
