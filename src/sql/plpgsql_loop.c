/* LOOP, WHILE, FOR in its five forms, FOREACH (pl_gram.y, stmt_loop to stmt_foreach_a). */
#include "sql/plpgsql_int.h"

/* What stands between FOR and IN. An integer loop makes a variable of its name, the others put rows
 * into what it names already, so nothing is judged before it is known which one it is. */
struct for_variable {
    struct pl_dotted name;
    bool known;
    bool list; /* with commas */
    struct pl_target_list targets;
};

static err for_variable(struct pl_parser *parser, struct for_variable *out)
{
    if (!pl_dotted(parser, &out->name)) return pl_syntax_error(parser, "syntax error");
    struct pl_target target = {.line = pl_line(parser, out->name.at), .at = out->name.at};
    size_t used;
    out->known = pl_resolve(parser, &out->name.names, &target.variable, &used);
    bool comma = pl_is(parser, STR(","));
    if (!out->known && (comma || out->name.names.count > 1))
        return pl_not_a_variable(parser, &out->name);
    if (!out->known) return NULL;
    target.fields = out->name.names.at + used;
    target.field_count = out->name.names.count - used;
    *VEC_ADD(parser->arena, &out->targets) = target;
    bool whole_row = target.field_count == 0 && pl_is_row(parser, target.variable);
    if (!comma || whole_row) return NULL;
    out->list = true;
    TRY(pl_check_assignable(parser, target.variable, target.at));
    return pl_more_targets(parser, &out->targets);
}

/* The variable as the target of rows or elements; missing: the error when nothing has that name. */
static err for_into(struct pl_parser *parser,
                    const struct for_variable *variable,
                    const char *sqlstate,
                    const char *missing,
                    struct pl_into *out)
{
    if (!variable->known) return pl_error(parser, variable->name.at, sqlstate, "%s", missing);
    TRY(pl_check_assignable(parser, variable->targets.at[0].variable, variable->name.at));
    *out = (struct pl_into){
        .given = true,
        .targets = variable->targets.at,
        .target_count = variable->targets.count,
    };
    return NULL;
}

#define ROWS_MISSING \
    "loop variable of loop over rows must be a record variable or list of scalar variables"

static err loop_body(struct pl_parser *parser, struct pl_statement *out)
{
    TRY(pl_body(parser, &out->loop.body));
    TRY(pl_expect(parser, STR("end")));
    TRY(pl_expect(parser, STR("loop")));
    TRY(pl_end_label(parser, out->label));
    return pl_expect(parser, STR(";"));
}

/* ---- the forms of FOR, behind IN ---- */

static err for_execute(struct pl_parser *parser,
                       const struct for_variable *variable,
                       struct pl_statement *out)
{
    const struct pl_token *end;
    out->kind = PL_FOR_QUERY;
    out->loop.dynamic = parser->dynamic = true;
    TRY(pl_expression(parser, PL_UNTIL("LOOP or USING", STR_INIT("loop"), STR_INIT("using")),
                      &out->loop.query, &end));
    TRY(for_into(parser, variable, "42804", ROWS_MISSING, &out->loop.into));
    if (pl_token_is(end, STR("loop"))) return NULL;
    return pl_expressions(parser, PL_UNTIL(", or LOOP", STR_INIT(","), STR_INIT("loop")),
                          &out->loop.params, &end);
}

/* A cursor's name comes next; it is taken then. */
static bool takes_cursor(struct pl_parser *parser, int *cursor)
{
    size_t first = parser->next, used;
    struct pl_dotted name;
    if (pl_dotted(parser, &name) && pl_resolve(parser, &name.names, cursor, &used) &&
        used == name.names.count && pl_is_cursor(parser, *cursor))
        return true;
    parser->next = first;
    return false;
}

static err for_cursor(struct pl_parser *parser,
                      const struct for_variable *variable,
                      int cursor,
                      struct pl_statement *out)
{
    out->kind = PL_FOR_CURSOR;
    out->loop.cursor = cursor;
    if (variable->list)
        return pl_error(parser, variable->name.at, "42601",
                        "cursor FOR loop must have only one target variable");
    if (!parser->variables.at[cursor].cursor.bound)
        return pl_error(parser, parser->tokens[parser->next - 1].at, "42601",
                        "cursor FOR loop must use a bound cursor variable");
    TRY(pl_cursor_args(parser, &(struct pl_cursor_call){.cursor = cursor,
                                                        .until = STR("loop"),
                                                        .params = &out->loop.params,
                                                        .names = &out->loop.param_names}));
    struct pl_variable row = {
        .name = pl_dotted_text(parser, &variable->name),
        .line = pl_line(parser, variable->name.at),
        .type = {.kind = PL_TYPE_RECORD, .variable = -1},
    };
    struct pl_target *target = ARENA_NEW(parser->arena, struct pl_target);
    target->variable = pl_add_variable(parser, &row);
    target->line = row.line;
    target->at = variable->name.at;
    out->loop.into = (struct pl_into){.given = true, .targets = target, .target_count = 1};
    return NULL;
}

static err for_integer(struct pl_parser *parser,
                       const struct for_variable *variable,
                       struct pl_statement *out)
{
    const struct pl_token *end;
    out->kind = PL_FOR_INTEGER;
    TRY(pl_expression(parser, PL_UNTIL("LOOP", STR_INIT("loop"), STR_INIT("by")), &out->loop.upper,
                      &end));
    if (pl_token_is(end, STR("by")))
        TRY(pl_expression(parser, PL_UNTIL("LOOP", STR_INIT("loop")), &out->loop.step, NULL));
    if (variable->list)
        return pl_error(parser, variable->name.at, "42601",
                        "integer FOR loop must have only one target variable");
    out->loop.variable =
        pl_add_special(parser, PL_LOOP_INTEGER, pl_dotted_text(parser, &variable->name), "int4");
    parser->variables.at[out->loop.variable].line = pl_line(parser, variable->name.at);
    return NULL;
}

/* FOR i IN a..b or FOR r IN query: the two dots tell. */
static err for_range_or_query(struct pl_parser *parser,
                              const struct for_variable *variable,
                              struct pl_statement *out)
{
    size_t reverse_at = pl_peek(parser, 0)->at;
    out->loop.reverse = pl_take(parser, STR("reverse"));
    size_t first = parser->next;
    TRY(pl_skip_to(parser, PL_UNTIL("LOOP", STR_INIT(".."), STR_INIT("loop")), true));
    if (parser->next == first) return pl_syntax_error(parser, "missing expression");
    if (pl_is(parser, STR(".."))) {
        out->loop.lower = pl_expr_of(parser, PL_EXPRESSION, first, parser->next);
        parser->next++;
        return for_integer(parser, variable, out);
    }
    if (out->loop.reverse)
        return pl_error(parser, reverse_at, "42601", "cannot specify REVERSE in query FOR loop");
    out->kind = PL_FOR_QUERY;
    out->loop.query = pl_expr_of(parser, PL_STATEMENT, first, parser->next);
    parser->next++;
    return for_into(parser, variable, "42601", ROWS_MISSING, &out->loop.into);
}

static err for_loop(struct pl_parser *parser, struct pl_statement *out)
{
    struct for_variable variable = {0};
    TRY(for_variable(parser, &variable));
    TRY(pl_expect(parser, STR("in")));
    int cursor;
    if (pl_take(parser, STR("execute")))
        TRY(for_execute(parser, &variable, out));
    else if (takes_cursor(parser, &cursor))
        TRY(for_cursor(parser, &variable, cursor, out));
    else
        TRY(for_range_or_query(parser, &variable, out));
    return loop_body(parser, out);
}

/* ---- FOREACH, WHILE, LOOP ---- */

static err foreach_loop(struct pl_parser *parser, struct pl_statement *out)
{
    struct for_variable variable = {0};
    out->kind = PL_FOREACH;
    TRY(for_variable(parser, &variable));
    if (pl_take(parser, STR("slice"))) {
        const struct pl_token *number = pl_peek(parser, 0);
        bool integer = number->kind == LEX_NUMBER && str_to_i64(number->text, &out->loop.slice) &&
                       out->loop.slice <= INT32_MAX;
        if (!integer) return pl_syntax_error(parser, "syntax error");
        parser->next++;
    }
    TRY(pl_expect(parser, STR("in")));
    TRY(pl_expect(parser, STR("array")));
    TRY(pl_expression(parser, PL_UNTIL("LOOP", STR_INIT("loop")), &out->loop.query, NULL));
    TRY(for_into(parser, &variable, "42601",
                 "loop variable of FOREACH must be a known variable or list of variables",
                 &out->loop.into));
    return loop_body(parser, out);
}

err pl_loop(struct pl_parser *parser, struct pl_statement *out)
{
    if (pl_take(parser, STR("for"))) return for_loop(parser, out);
    if (pl_take(parser, STR("foreach"))) return foreach_loop(parser, out);
    out->kind = PL_LOOP;
    if (pl_take(parser, STR("while"))) {
        out->kind = PL_WHILE;
        TRY(pl_expression(parser, PL_UNTIL("LOOP", STR_INIT("loop")), &out->loop.condition, NULL));
    } else {
        TRY(pl_expect(parser, STR("loop")));
    }
    return loop_body(parser, out);
}
