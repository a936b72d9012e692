#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sql/deparse.h"
#include "sql/parse.h"

#define TEST(name) static void name(void **state)
#define ENTRY(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
#define assert_str(actual, expected)                                                       \
    do {                                                                                   \
        str actual_ = (actual), expected_ = (expected);                                    \
        if (!str_eq(actual_, expected_))                                                   \
            fail_msg("got \"%.*s\", want \"%.*s\"", STR_FMT(actual_), STR_FMT(expected_)); \
    } while (0)

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

static struct node *expr(struct arena *arena, str text)
{
    struct node *node = NULL;
    assert_null(sql_parse_expr(arena, text, &node));
    return node;
}

/* ---- trees ---- */

TEST(a_select_has_postgresqls_fields)
{
    struct node *node;
    assert_null(sql_parse_one(
        *state, STR("SELECT DISTINCT a.b AS c FROM ONLY s.t AS x WHERE d = 'e' LIMIT 1;"), &node));
    struct SelectStmt *select = AST_AS(SelectStmt, node);
    assert_int_equal(select->distinctClause->count, 1);
    assert_null(select->distinctClause->at[0]);
    assert_int_equal(select->sortClause->count, 0);
    struct ResTarget *target = AST_AS(ResTarget, select->targetList->at[0]);
    assert_str(target->name, STR("c"));
    struct ColumnRef *column = AST_AS(ColumnRef, target->val);
    assert_str(ast_name_at(column->fields, 1), STR("b"));
    assert_int_equal(column->base.location, 16);
    struct RangeVar *from = AST_AS(RangeVar, select->fromClause->at[0]);
    assert_str(from->schemaname, STR("s"));
    assert_false(from->inh);
    assert_str(from->alias->aliasname, STR("x"));
    assert_null(from->catalogname.at);
    struct A_Expr *equal = AST_AS(A_Expr, select->whereClause);
    assert_int_equal(equal->kind, AEXPR_OP);
    assert_str(AST_AS(A_Const, equal->rexpr)->sval, STR("e"));
    assert_null(select->withClause);
}

TEST(negative_integers_survive)
{
    static const struct {
        const char *text;
        int64_t value;
    } rows[] = {
        {"-1",              -1         },
        {"- 1",             -1         },
        {"-/* a -- b */ 5", -5         },
        {"- -- x\n 7",      -7         },
        {"-(3)",            -3         },
        {"-(-(-4))",        -4         },
        {"-(-4)",           4          },
        {"-2147483647",     -2147483647},
        {"0",               0          },
        {"-0",              0          },
        {"2147483647",      2147483647 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct A_Const *constant = AST_AS(A_Const, expr(*state, str_of(rows[i].text)));
        assert_int_equal(constant->val, A_CONST_INTEGER);
        assert_true(constant->ival == rows[i].value);
    }
    assert_str(AST_AS(A_Const, expr(*state, STR("-2147483648")))->fval, STR("-2147483648"));
}

TEST(negative_options_survive)
{
    struct node *node;
    assert_null(sql_parse_one(
        *state, STR("create sequence s increment by -2 start -10 minvalue -  100 no cycle"),
        &node));
    static const int64_t expected[] = {-2, -10, -100};
    const struct list *options = AST_AS(CreateSeqStmt, node)->options;
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        assert_true(AST_AS(Integer, AST_AS(DefElem, options->at[i])->arg)->ival == expected[i]);
    str alter = STR("alter table t alter a set statistics 5, alter \"set\" set statistics -1, "
                    "alter b set statistics 0, alter c set statistics - 2");
    assert_null(sql_parse_one(*state, alter, &node));
    static const int64_t targets[] = {5, -1, 0, -2};
    const struct list *commands = AST_AS(AlterTableStmt, node)->cmds;
    for (size_t i = 0; i < COUNT_OF(targets); i++)
        assert_true(AST_AS(Integer, AST_AS(AlterTableCmd, commands->at[i])->def)->ival ==
                    targets[i]);
    assert_null(sql_parse_one(*state, STR("set x = - 5"), &node));
    const struct list *args = AST_AS(VariableSetStmt, node)->args;
    assert_true(AST_AS(A_Const, args->at[0])->ival == -5);
    assert_null(sql_parse_one(*state, STR("create table t (a int[], b int[3][])"), &node));
    const struct list *columns = AST_AS(CreateStmt, node)->tableElts;
    const struct list *bounds = AST_AS(ColumnDef, columns->at[1])->typeName->arrayBounds;
    assert_true(AST_AS(Integer, bounds->at[0])->ival == 3);
    assert_true(AST_AS(Integer, bounds->at[1])->ival == -1);
}

TEST(an_empty_text_differs_from_none)
{
    struct node *node;
    assert_null(sql_parse_one(*state, STR("comment on table t is ''"), &node));
    assert_non_null(AST_AS(CommentStmt, node)->comment.at);
    assert_int_equal(AST_AS(CommentStmt, node)->comment.len, 0);
    assert_null(sql_parse_one(*state, STR("comment on table t is null"), &node));
    assert_null(AST_AS(CommentStmt, node)->comment.at);
}

TEST(an_unknown_kind_keeps_its_name)
{
    struct node *node;
    assert_null(sql_parse_one(*state, STR("create user mapping for a server b"), &node));
    assert_int_equal(node->kind, T_UnknownNode);
    assert_str(ast_name(node), STR("CreateUserMappingStmt"));
}

TEST(every_kind_and_enumerator_has_a_name)
{
    (void)state;
    for (int kind = T_Invalid + 1; kind < NODE_KIND_COUNT; kind++) {
        assert_true(ast_kind_name((enum node_kind)kind).len > 0);
        for (int other = T_Invalid + 1; other < kind; other++)
            assert_false(
                str_eq(ast_kind_name((enum node_kind)kind), ast_kind_name((enum node_kind)other)));
    }
}

TEST(copies_are_equal_and_apart)
{
    struct arena *other = arena_new(0);
    struct node *node =
        expr(*state, STR("case when a in (1, 2) then f(b, 'x') else array[null, true] end"));
    struct node *copy = ast_copy(other, node);
    assert_true(ast_equal(node, copy));
    assert_true(ast_equal(
        copy, expr(*state, STR("case  when a in (1,2) then f(b,'x') else array[null,true] end"))));
    assert_false(ast_equal(
        copy,
        expr(*state, STR("case when a in (1, 3) then f(b, 'x') else array[null, true] end"))));
    assert_false(ast_equal(
        copy, expr(*state, STR("case when a in (1, 2) then f(b, 'x') else array[null] end"))));
    assert_false(ast_equal(node, NULL));
    assert_true(ast_equal(NULL, NULL));
    arena_free(other);
}

static struct node *rename_a(struct node *node, void *arena)
{
    if (AST_IS(ColumnRef, node)) return ast_column_ref((struct arena *)arena, STR("new"), STR("a"));
    ast_change_children(node, rename_a, arena);
    return node;
}

TEST(children_can_be_changed)
{
    struct node *node = expr(*state, STR("f(a, array[a]) > a"));
    ast_change_children(node, rename_a, *state);
    assert_true(ast_equal(node, expr(*state, STR("f(new.a, array[new.a]) > new.a"))));
}

static bool count_columns(struct node *node, void *count)
{
    if (AST_IS(ColumnRef, node)) ++*(int *)count;
    return ast_children(node, count_columns, count);
}

TEST(children_are_visited)
{
    int count = 0;
    count_columns(expr(*state, STR("a + b * (select c from d where e = any (select f))")), &count);
    assert_int_equal(count, 5);
}

TEST(a_place_is_found_below_a_node_without_one)
{
    struct node *node;
    assert_null(sql_parse_one(*state, STR("select 1 from t join u on t.a = u.a"), &node));
    assert_int_equal(node->location, -1);
    const struct list *from = AST_AS(SelectStmt, node)->fromClause;
    assert_int_equal(ast_location(from->at[0]), 14);
}

/* ---- one statement, one expression, one type ---- */

static void assert_refused(err error, const char *sqlstate, int64_t at)
{
    assert_non_null(error);
    assert_str(error->code, str_of(sqlstate));
    assert_int_equal(error->at, at);
}

TEST(one_statement_is_asked_for)
{
    struct node *node;
    assert_refused(sql_parse_one(*state, STR(""), &node), "42601", 0);
    assert_refused(sql_parse_one(*state, STR(" -- nothing\n;"), &node), "42601", 0);
    assert_refused(sql_parse_one(*state, STR("select 1; select 2"), &node), "42601", 10);
    assert_null(sql_parse_one(*state, STR(";; select ';' ; ; -- end"), &node));
}

TEST(places_of_errors_are_bytes_although_the_parser_counts_characters)
{
    struct node *node;
    str text = STR("select '\xC3\xA9\xE2\x82\xAC' frm t");
    err error = sql_parse_one(*state, text, &node);
    assert_refused(error, "42601", (int64_t)str_find(text, STR("t"), 18));
    assert_str(error->details, STR("Line 1, column 17."));
}

TEST(an_expression_is_only_that)
{
    static const char *const bad[] = {"",           "1, 2",
                                      "1 as x",     "1 x",
                                      "1 from t",   "1; select 2",
                                      "*",          "1) + (2",
                                      "1 where a",  "1 union select 2",
                                      "1 limit 1",  "1 into t",
                                      "distinct a", "all 1",
                                      "-- 1",       "(",
                                      "'a"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct node *node;
        err error = sql_parse_expr(*state, str_of(bad[i]), &node);
        if (!error) fail_msg("%s is no expression", bad[i]);
        assert_true(error->at >= 0);
        assert_true(error->at <= (int64_t)strlen(bad[i]));
    }
    struct node *node = expr(*state, STR("  a = -7 -- tail"));
    assert_int_equal(node->location, 4);
    assert_true(AST_AS(A_Const, AST_AS(A_Expr, node)->rexpr)->ival == -7);
}

TEST(a_type_is_only_that)
{
    struct TypeName *type;
    assert_null(sql_parse_type(*state, STR("s.t(1, 2)[]"), &type));
    assert_str(ast_name_at(type->names, 1), STR("t"));
    assert_int_equal(type->typmods->count, 2);
    assert_int_equal(type->arrayBounds->count, 1);
    static const char *const bad[] = {"",       "int + 1",           "int::text",
                                      "int, 2", "int collate \"C\"", "int x",
                                      "1",      "int; drop table t"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_non_null(sql_parse_type(*state, str_of(bad[i]), &type));
}

/* ---- scripts ---- */

TEST(a_script_is_cut_where_statements_end)
{
    str text = STR("select 1;\n"
                   "/* a; /* b; */ */ select ';', \"a;b\", $$x;y$$, $t$a;$$;b$t$, E'\\';' -- c;\n"
                   ";;create function f() returns int begin atomic select case when true then 1 "
                   "end; select 2; end;\n"
                   "create rule r as on insert to t do (select 1; select 2);\n"
                   "select 3");
    struct sql_script *script;
    assert_null(sql_parse(*state, text, &script));
    assert_int_equal(script->count, 5);
    static const char *const starts[] = {"select 1", "select ';'", "create function", "create rule",
                                         "select 3"};
    for (size_t i = 0; i < script->count; i++) {
        const struct sql_statement *statement = &script->statements[i];
        assert_null(statement->error);
        assert_non_null(statement->node);
        assert_true(str_starts(statement->text, str_of(starts[i])));
        assert_ptr_equal(statement->text.at, text.at + statement->offset);
        assert_false(str_ends(statement->text, STR(";")));
    }
}

TEST(errors_stay_with_their_statement)
{
    str text = STR("select 1;\nselec 2;\n\nselect 3 4;\nselect 5;");
    struct sql_script *script;
    assert_null(sql_parse(*state, text, &script));
    assert_int_equal(script->count, 4);
    assert_null(script->statements[0].error);
    assert_refused(script->statements[1].error, "42601", 10);
    assert_str(script->statements[1].error->details, STR("Line 2, column 1."));
    assert_refused(script->statements[2].error, "42601", 29);
    assert_str(script->statements[2].error->details, STR("Line 4, column 10."));
    assert_null(script->statements[3].error);
}

TEST(an_open_quote_reaches_the_end_and_is_refused)
{
    static const char *const open[] = {"select 'a; select 2",      "select \"a; select 2",
                                       "select $x$a; $$ select 2", "select /* a; select 2",
                                       "select (1; select 2",      "select E'a\\'; select 2"};
    for (size_t i = 0; i < COUNT_OF(open); i++) {
        struct sql_script *script;
        assert_null(sql_parse(*state, str_of(open[i]), &script));
        assert_int_equal(script->count, 1);
        assert_str(script->statements[0].error->code, STR("42601"));
    }
}

TEST(bytes_that_are_no_text_are_refused)
{
    struct node *node;
    struct sql_script *script;
    assert_int_equal(sql_parse_one(*state, STR("select '\xFF'"), &node)->kind, ERR_UTF8);
    assert_int_equal(sql_parse(*state, str_from("select 1\0;", 10), &script)->kind, ERR_UTF8);
    assert_int_equal(sql_parse_expr(*state, str_from("1\0", 2), &node)->kind, ERR_UTF8);
}

TEST(a_place_is_a_line_and_a_column)
{
    (void)state;
    int64_t line;
    int64_t column;
    sql_place(STR("a\n\xC3\xA9x\n"), 4, &line, &column);
    assert_int_equal(line, 2);
    assert_int_equal(column, 2);
    sql_place(STR("a"), 100, &line, &column);
    assert_int_equal(line, 1);
    assert_int_equal(column, 2);
    sql_place(STR("a"), -1, &line, &column);
    assert_int_equal(column, 1);
}

/* ---- what could overflow a stack ---- */

static str repeated(struct arena *arena, str head, str part, size_t count, str tail)
{
    struct buf *out = buf_in(arena, 0);
    buf_str_add(out, head);
    for (size_t i = 0; i < count; i++) buf_str_add(out, part);
    buf_str_add(out, tail);
    return buf_str(out);
}

TEST(too_much_of_anything_is_refused)
{
    struct node *node;
    assert_refused(
        sql_parse_one(*state, repeated(*state, STR("select 1"), STR("+1"), 50001, STR("")), &node),
        "54001", 0);
    assert_refused(
        sql_parse_one(*state, repeated(*state, STR("select "), STR("("), 2001, STR("")), &node),
        "54001", 0);
    assert_refused(sql_parse_one(*state,
                                 repeated(*state, STR("select "), STR("not "), 50001, STR("a")),
                                 &node),
                   "54001", 0);
    str large = repeated(*state, STR("select '"), STR("0123456789abcdef"), 1024 * 1024, STR("'"));
    assert_refused(sql_parse_one(*state, large, &node), "54001", 0);
    assert_refused(
        sql_parse_expr(*state, repeated(*state, STR("1"), STR("+1"), 50001, STR("")), &node),
        "54001", 0);
}

TEST(flat_lists_may_be_long)
{
    struct node *node;
    str text = repeated(*state, STR("insert into t values (0, null, 'x')"),
                        STR(", (1, 'abc', now())"), 60000, STR(""));
    assert_null(sql_parse_one(*state, text, &node));
    struct SelectStmt *select = AST_AS(SelectStmt, AST_AS(InsertStmt, node)->selectStmt);
    assert_int_equal(select->valuesLists->count, 60001);
}

/* The most that a statement may nest. ThreadSanitizer ends a program whose stack has over 65,535 frames
 * at an allocation, so it sees fewer levels; the stack's bytes are the other builds' to judge. */
#if defined(__SANITIZE_THREAD__)
static const size_t deepest = 15000;
#else
static const size_t deepest = 49999;
#endif

static void *parse_and_print(void *context)
{
    struct arena *arena = context;
    static const str parts[] = {STR_INIT("+1"), STR_INIT("::a"), STR_INIT(" union select 1")};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        struct node *node;
        struct node *again;
        str text;
        size_t times = i == 1 ? (deepest + 1) / 2 : deepest;
        if (sql_parse_one(arena, repeated(arena, STR("select 1"), parts[i], times, STR("")), &node))
            return NULL;
        if (deparse_statement_str(arena, node, &text)) return NULL;
        if (sql_parse_one(arena, text, &again) || !ast_equal(node, again)) return NULL;
        if (!ast_equal(ast_copy(arena, node), again)) return NULL;
    }
    return arena;
}

TEST(the_deepest_statement_fits_the_promised_stack)
{
    pthread_attr_t attributes;
    pthread_t thread;
    void *result = NULL;
    pthread_attr_init(&attributes);
    assert_int_equal(pthread_attr_setstacksize(&attributes, sql_stack_bytes), 0);
    assert_int_equal(pthread_create(&thread, &attributes, parse_and_print, *state), 0);
    pthread_attr_destroy(&attributes);
    pthread_join(thread, &result);
    assert_ptr_equal(result, *state);
}

static void *parse_on_small_stack(void *context)
{
    struct node *node;
    err shallow = sql_parse_one(context, STR("select 1 + 1"), &node);
    err deep =
        sql_parse_one(context, repeated(context, STR("select 1"), STR("+1"), 5000, STR("")), &node);
    return !shallow && deep && err_is(deep, STR("54001")) ? context : NULL;
}

TEST(a_small_stack_refuses_a_deep_statement)
{
    pthread_attr_t attributes;
    pthread_t thread;
    void *result = NULL;
    pthread_attr_init(&attributes);
    assert_int_equal(pthread_attr_setstacksize(&attributes, 512 * 1024), 0);
    assert_int_equal(pthread_create(&thread, &attributes, parse_on_small_stack, *state), 0);
    pthread_attr_destroy(&attributes);
    pthread_join(thread, &result);
    assert_ptr_equal(result, *state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENTRY(a_select_has_postgresqls_fields),
        ENTRY(negative_integers_survive),
        ENTRY(negative_options_survive),
        ENTRY(an_empty_text_differs_from_none),
        ENTRY(an_unknown_kind_keeps_its_name),
        ENTRY(every_kind_and_enumerator_has_a_name),
        ENTRY(copies_are_equal_and_apart),
        ENTRY(children_can_be_changed),
        ENTRY(children_are_visited),
        ENTRY(a_place_is_found_below_a_node_without_one),
        ENTRY(one_statement_is_asked_for),
        ENTRY(places_of_errors_are_bytes_although_the_parser_counts_characters),
        ENTRY(an_expression_is_only_that),
        ENTRY(a_type_is_only_that),
        ENTRY(a_script_is_cut_where_statements_end),
        ENTRY(errors_stay_with_their_statement),
        ENTRY(an_open_quote_reaches_the_end_and_is_refused),
        ENTRY(bytes_that_are_no_text_are_refused),
        ENTRY(a_place_is_a_line_and_a_column),
        ENTRY(too_much_of_anything_is_refused),
        ENTRY(flat_lists_may_be_long),
        ENTRY(the_deepest_statement_fits_the_promised_stack),
        ENTRY(a_small_stack_refuses_a_deep_statement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
