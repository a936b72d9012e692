#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sql/deparse.h"
#include "sql/parse.h"

#define TEST(name) static void name(void **state)
#define ENTRY(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)

static int arena_setup(void **state)
{
    *state = arena_new(0);
    return 0;
}

static int arena_teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void assert_text(str actual, const char *expected)
{
    if (!str_eq(actual, str_of(expected)))
        fail_msg("\n got: %.*s\nwant: %s", STR_FMT(actual), expected);
}

static const char *const statements[] = {
#include "round_trip.def"
};

TEST(a_printed_statement_parses_to_the_same_tree)
{
    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        struct node *first = NULL;
        struct node *second = NULL;
        str text = STR("(not printed)");
        err error = sql_parse_one(*state, str_of(statements[i]), &first);
        if (!error) error = deparse_statement_str(*state, first, &text);
        if (!error) error = sql_parse_one(*state, text, &second);
        if (error)
            fail_msg("%s\n%.*s\n%.*s", statements[i], STR_FMT(text), STR_FMT(error->message));
        if (ast_equal(first, second)) continue;
        struct buf *trees = buf_in(*state, 0);
        ast_dump(trees, first);
        buf_lit(trees, "\n");
        ast_dump(trees, second);
        fail_msg("%s\n%.*s\n%.*s", statements[i], STR_FMT(text), STR_FMT(buf_str(trees)));
    }
}

TEST(parentheses_stand_only_where_they_must)
{
    static const char *const rows[][2] = {
        {"((a)) + ((b * c))",                     "a + b * c"                             },
        {"(a + b) * c",                           "(a + b) * c"                           },
        {"a - (b - c)",                           "a - (b - c)"                           },
        {"(a - b) - c",                           "a - b - c"                             },
        {"((a = 1) and (b = 2)) or (c = 3)",      "a = 1 AND b = 2 OR c = 3"              },
        {"a = 1 and (b = 2 or c = 3)",            "a = 1 AND (b = 2 OR c = 3)"            },
        {"not (a = b)",                           "NOT a = b"                             },
        {"not (a and b)",                         "NOT (a AND b)"                         },
        {"(not a) is null",                       "(NOT a) IS NULL"                       },
        {"not (a is null)",                       "NOT a IS NULL"                         },
        {"(a + b)::int",                          "(a + b)::integer"                      },
        {"(-5)::int",                             "(-5)::integer"                         },
        {"- (- a)",                               "- (- a)"                               },
        {"(a || b) like 'x' || c",                "a || b LIKE 'x' || c"                  },
        {"(a in (1, 2)) = true",                  "a IN (1, 2) = true"                    },
        {"((select 1))",                          "(SELECT 1)"                            },
        {"a in ((select b from c))",              "a IN (SELECT b FROM c)"                },
        {"(a).b",                                 "(a).b"                                 },
        {"(a)[1]",                                "a[1]"                                  },
        {"a between (b) and (c + 1)",             "a BETWEEN b AND c + 1"                 },
        {"a between (b = c) and d",               "a BETWEEN (b = c) AND d"               },
        {"(a at time zone 'x') + b",              "a AT TIME ZONE 'x' + b"                },
        {"auth.uid() = user_id",                  "auth.uid() = user_id"                  },
        {"\"Weird Name\".\"select\" = 'it''s'",   "\"Weird Name\".\"select\" = 'it''s'"   },
        {"E'a\\\\b'",                             "E'a\\\\b'"                             },
        {"cast(x as character varying(20))",      "x::varchar(20)"                        },
        {"timestamp with time zone '2020-01-01'", "'2020-01-01'::timestamp with time zone"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct node *node;
        str text;
        assert_null(sql_parse_expr(*state, str_of(rows[i][0]), &node));
        assert_null(deparse_expr_str(*state, node, &text));
        assert_text(text, rows[i][1]);
    }
}

TEST(types_are_spelled_as_the_grammar_does)
{
    static const char *const rows[][2] = {
        {"int",                           "integer"                      },
        {"int4",                          "int4"                         },
        {"decimal(10, 2)",                "numeric(10, 2)"               },
        {"char",                          "char(1)"                      },
        {"\"char\"",                      "\"char\""                     },
        {"bpchar",                        "bpchar"                       },
        {"timestamptz",                   "timestamptz"                  },
        {"timestamp(3) with time zone[]", "timestamp(3) with time zone[]"},
        {"time",                          "time"                         },
        {"interval day to second(3)",     "interval day to second(3)"    },
        {"interval(2)",                   "interval(2)"                  },
        {"bit varying(8)",                "bit varying(8)"               },
        {"bit",                           "bit(1)"                       },
        {"text[][3]",                     "text[][3]"                    },
        {"extensions.citext",             "extensions.citext"            },
        {"float(53)",                     "double precision"             },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct TypeName *type;
        str text;
        assert_null(sql_parse_type(*state, str_of(rows[i][0]), &type));
        assert_null(deparse_type_name_str(*state, type, &text));
        assert_text(text, rows[i][1]);
    }
}

TEST(trees_made_by_hand_print)
{
    struct arena *arena = *state;
    struct SelectStmt *select = AST_NEW(arena, SelectStmt);
    ast_list_add(arena, &select->targetList,
                 ast_res_target(arena, STR(""), ast_star(arena, STR("t"))));
    ast_list_add(arena, &select->fromClause,
                 AST_NODE(ast_range_var(arena, STR("public"), STR("todo"), STR("t"))));
    struct node *mine = ast_op(arena, "=", ast_column_ref(arena, STR("t"), STR("owner")),
                               ast_func(arena, STR("auth"), STR("uid"), NULL));
    struct node *open = ast_null_test(arena, ast_column_ref(arena, STR("done")), IS_NULL);
    struct node *old = ast_op(
        arena, "<", ast_column_ref(arena, STR("age")),
        ast_cast(arena, ast_param(arena, 1), ast_type_name(arena, STR("pg_catalog"), STR("int4"))));
    select->whereClause =
        ast_and2(arena, mine, ast_or(arena, ast_list(arena, open, ast_not(arena, old))));
    ast_list_add(
        arena, &select->sortClause,
        ast_sort_by(arena, ast_column_ref(arena, STR("id")), SORTBY_DESC, SORTBY_NULLS_LAST));
    str text;
    assert_null(deparse_statement_str(arena, AST_NODE(select), &text));
    assert_text(text,
                "SELECT t.* FROM public.todo AS t WHERE t.owner = auth.uid() AND (done IS NULL OR "
                "NOT age < $1::integer) ORDER BY id DESC NULLS LAST");
    struct node *again;
    assert_null(sql_parse_one(arena, text, &again));
}

static err question_mark(struct deparse *out, const struct ParamRef *param)
{
    buf_printf(out->text, "?%lld", (long long)param->number);
    return NULL;
}

static err flat_name(struct deparse *out, const struct RangeVar *relation)
{
    deparse_ident(out->text, str_printf(out->arena, "%.*s.%.*s", STR_FMT(relation->schemaname),
                                        STR_FMT(relation->relname)));
    return NULL;
}

static err now_only(struct deparse *out, const struct node *node, bool *done)
{
    *done = AST_IS(SQLValueFunction, node);
    if (*done) buf_lit(out->text, "clock()");
    return NULL;
}

TEST(hooks_replace_parameters_relations_and_expressions)
{
    static const struct deparse_hooks hooks = {question_mark, flat_name, now_only};
    struct node *node;
    assert_null(sql_parse_one(
        *state, STR("update a.b as x set c = $2 where d < current_timestamp::text"), &node));
    struct deparse out = {.arena = *state, .text = buf_in(*state, 0), .hooks = &hooks};
    assert_null(deparse_statement(&out, node));
    assert_text(buf_str(out.text), "UPDATE \"a.b\" AS x SET c = ?2 WHERE d < clock()::text");
}

TEST(what_has_no_printer_is_refused_with_its_place)
{
    struct node *node;
    str text;
    assert_null(sql_parse_one(*state, STR("select 1, xmlelement(name a)"), &node));
    err error = deparse_statement_str(*state, node, &text);
    assert_non_null(error);
    assert_true(err_is(error, STR("0A000")));
    assert_int_equal(error->at, 10);
    assert_null(sql_parse_one(*state, STR("vacuum t"), &node));
    assert_true(err_is(deparse_statement_str(*state, node, &text), STR("0A000")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENTRY(a_printed_statement_parses_to_the_same_tree),
        ENTRY(parentheses_stand_only_where_they_must),
        ENTRY(types_are_spelled_as_the_grammar_does),
        ENTRY(trees_made_by_hand_print),
        ENTRY(hooks_replace_parameters_relations_and_expressions),
        ENTRY(what_has_no_printer_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
