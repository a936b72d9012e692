/* Calls of built-in functions, casts, aggregates and windows.
 *
 * A comparison operator, a few functions and the plain aggregates are SQLite's own where the
 * semantics are the same; everything else is the registered function of its symbol
 * (functions_int.h). A symbol that neither knows is refused. */
#include "engine/sqlite/print_int.h"

#include <string.h>

#include "base/json.h"
#include "engine/sqlite/functions_int.h"
#include "sql/ast.h"
#include "sql/reg_names.h"

/* ---- what SQLite does by itself ---- */

/* In a template $1 is the first argument printed as an operand of `operand`. */
struct native_row {
    const char *symbol;
    const char *template;
    enum binding own;
    enum binding operand;
};

static const struct native_row native_rows[] = {
    {"textcat",       "$1 || $2",                 BIND_CONCAT,   BIND_CONCAT  },
    {"textlen",       "length($1)",               BIND_PRIMARY,  BIND_ANY     },
    {"bpcharlen",     "length($1)",               BIND_PRIMARY,  BIND_ANY     },
    {"textoctetlen",  "length(CAST($1 AS BLOB))", BIND_PRIMARY,  BIND_ANY     },
    {"byteaoctetlen", "length($1)",               BIND_PRIMARY,  BIND_ANY     },
    {"int2up",        "$1",                       BIND_PRIMARY,  BIND_PRIMARY },
    {"int4up",        "$1",                       BIND_PRIMARY,  BIND_PRIMARY },
    {"int8up",        "$1",                       BIND_PRIMARY,  BIND_PRIMARY },
    {"float4up",      "$1",                       BIND_PRIMARY,  BIND_PRIMARY },
    {"float8up",      "$1",                       BIND_PRIMARY,  BIND_PRIMARY },
    {"numeric_uplus", "$1",                       BIND_PRIMARY,  BIND_PRIMARY },
    {"float4um",      "-1.0 * $1",                BIND_MULTIPLY, BIND_MULTIPLY}, /* -0 is 0 - 0 there */
    {"float8um",      "-1.0 * $1",                BIND_MULTIPLY, BIND_MULTIPLY},
    {"int2and",       "$1 & $2",                  BIND_BITS,     BIND_ADD     },
    {"int4and",       "$1 & $2",                  BIND_BITS,     BIND_ADD     },
    {"int8and",       "$1 & $2",                  BIND_BITS,     BIND_ADD     },
    {"int2or",        "$1 | $2",                  BIND_BITS,     BIND_ADD     },
    {"int4or",        "$1 | $2",                  BIND_BITS,     BIND_ADD     },
    {"int8or",        "$1 | $2",                  BIND_BITS,     BIND_ADD     },
    {"int2not",       "~$1",                      BIND_COLLATE,  BIND_PRIMARY },
    {"int4not",       "~$1",                      BIND_COLLATE,  BIND_PRIMARY },
    {"int8not",       "~$1",                      BIND_COLLATE,  BIND_PRIMARY },
};

static const struct native_row *native_find(const char *symbol)
{
    for (size_t i = 0; i < COUNT_OF(native_rows); i++) {
        if (strcmp(native_rows[i].symbol, symbol) == 0) return &native_rows[i];
    }
    return NULL;
}

static err print_template(struct print *out, const struct native_row *row, const struct expr *expr)
{
    for (const char *c = row->template; *c; c++) {
        if (*c != '$') {
            buf_char(out->sql, *c);
            continue;
        }
        size_t index = (size_t)(*++c - '1');
        /* The right operand of a left-associative operator binds one tighter. */
        enum binding least = index && row->operand != BIND_ANY ? row->operand + 1 : row->operand;
        TRY(print_at(out, expr->args.at[index], least));
    }
    return NULL;
}

/* ---- comparisons ---- */

const char *comparison_sign(const struct builtin *builtin)
{
    static const char *const signs[] = {"=", "<>", "<", "<=", ">", ">="};
    if (builtin->kind != BUILTIN_OPERATOR || builtin->arg_count != 2 || builtin->result != BOOLOID)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        if (str_eq(builtin->name, str_of(signs[i]))) return signs[i];
    }
    return NULL;
}

static bool is_dated(enum type_storage storage)
{
    return storage == TYPE_DATE || storage == TYPE_TIMESTAMP || storage == TYPE_TIMESTAMPTZ;
}

static oid dated_oid(enum type_storage storage)
{
    return storage == TYPE_DATE        ? DATEOID
           : storage == TYPE_TIMESTAMP ? TIMESTAMPOID
                                       : TIMESTAMPTZOID;
}

/* date < timestamp < timestamptz: the narrower side is cast. */
static struct expr *widen_date(struct print *out, struct expr *expr, enum type_storage to)
{
    if (print_storage(out, expr->type) == to) return expr;
    struct expr *cast = ARENA_NEW(out->arena, struct expr);
    *cast = (struct expr){
        .kind = EXPR_CAST, .type = dated_oid(to), .typmod = -1, .location = expr->location};
    cast->args.at = ARENA_ARRAY(out->arena, struct expr *, 1);
    cast->args.at[0] = expr;
    cast->args.count = 1;
    cast->cast.context = CAST_IMPLICIT;
    return cast;
}

static err print_operator_comparison(struct print *out, const char *sign, const struct expr *expr)
{
    struct expr *left = expr->args.at[0];
    struct expr *right = expr->args.at[1];
    enum type_storage a = print_storage(out, left->type);
    enum type_storage b = print_storage(out, right->type);
    if (a != b && is_dated(a) && is_dated(b)) {
        enum type_storage widest = a > b ? a : b;
        left = widen_date(out, left, widest);
        right = widen_date(out, right, widest);
    }
    return print_comparison(out, sign, left, right);
}

/* ---- calls ---- */

enum binding call_binding(const struct print *out, const struct expr *expr)
{
    if (expr->kind == EXPR_CAST) {
        if (!cast_is_silent(out, expr)) return BIND_PRIMARY;
        const struct expr *arg = expr->args.at[0];
        /* What print_at will find when it prints the argument in its place. */
        while (arg->kind == EXPR_CAST && cast_is_silent(out, arg)) arg = arg->args.at[0];
        bool simple = arg->kind == EXPR_COLUMN || arg->kind == EXPR_PARAM ||
                      arg->kind == EXPR_SESSION || arg->kind == EXPR_CAST ||
                      arg->kind == EXPR_COALESCE || arg->kind == EXPR_CASE;
        if (simple) return BIND_PRIMARY;
        return arg->kind == EXPR_CALL ? call_binding(out, arg) : BIND_ANY;
    }
    const char *sign = comparison_sign(expr->call.builtin);
    if (sign) return sign[0] == '=' || strcmp(sign, "<>") == 0 ? BIND_EQUAL : BIND_ORDER;
    const struct native_row *row = native_find(expr->call.builtin->symbol);
    return row ? row->own : BIND_PRIMARY;
}

static bool is_row_storage(enum type_storage storage)
{
    return storage == TYPE_RECORD || storage == TYPE_COMPOSITE;
}

/* '(25,23)' */
static err print_shapes_literal(struct print *out, const struct expr_list *args)
{
    struct buf *text = buf_in(out->arena, 0);
    buf_char(text, '(');
    for (size_t i = 0; i < args->count; i++) {
        str shape;
        TRY(print_shape(out, args->at[i], &shape));
        if (i) buf_char(text, ',');
        buf_str_add(text, shape);
    }
    buf_char(text, ')');
    struct value literal = value_text(buf_str(text));
    print_const(out->sql, &literal);
    return NULL;
}

static err print_arguments(struct print *out, enum shape_mode shape, const struct expr *call)
{
    bool first = shape == SHAPE_FIRST && call->args.count;
    if (first) TRY(print_shape_literal(out, call->args.at[0]));
    if (shape == SHAPE_RESULT) TRY(print_shape_of_type(out, call->type, call->typmod));
    if (shape == SHAPE_EACH) TRY(print_shapes_literal(out, &call->args));
    bool shaped = first || shape == SHAPE_RESULT || shape == SHAPE_EACH;
    for (size_t i = 0; i < call->args.count; i++) {
        if (i || shaped) buf_char(out->sql, ',');
        TRY(print_expr(out, call->args.at[i]));
    }
    return NULL;
}

static size_t argument_total(enum shape_mode shape, size_t count)
{
    return shape == SHAPE_NONE ? count : count + 1;
}

static err refuse_symbol(struct print *out, const struct expr *expr, const struct builtin *builtin)
{
    bool operator= builtin->kind == BUILTIN_OPERATOR;
    return err_at(
        err_sql(out->arena, "0A000",
                "%s %.*s (%s) is not supported on SQLite", operator? "operator" : "function",
                STR_FMT(builtin->name), builtin->symbol),
        expr->location);
}

err print_call(struct print *out, const struct expr *expr)
{
    const struct builtin *builtin = expr->call.builtin;
    const char *sign = comparison_sign(builtin);
    if (sign && !is_row_storage(print_storage(out, expr->args.at[0]->type))) {
        return print_operator_comparison(out, sign, expr);
    }
    const struct native_row *native = native_find(builtin->symbol);
    if (native) return print_template(out, native, expr);
    const struct function_row *row = function_row_find(builtin->symbol);
    if (!row) return refuse_symbol(out, expr, builtin);
    if (argument_total(row->shape, expr->args.count) > FUNCTION_ARGS_MAX) {
        return print_refuse(out, expr, "a call with so many arguments");
    }
    buf_printf(out->sql, "pg_%s(", builtin->symbol);
    TRY(print_arguments(out, row->shape, expr));
    buf_char(out->sql, ')');
    return NULL;
}

/* ---- casts ---- */

static bool is_int(enum type_storage storage)
{
    return storage == TYPE_INT2 || storage == TYPE_INT4 || storage == TYPE_INT8 ||
           storage == TYPE_OID;
}

static bool is_text_like(enum type_storage storage)
{
    return storage == TYPE_TEXT || storage == TYPE_VARCHAR || storage == TYPE_CITEXT;
}

/* Types whose stored form is their text output. */
static bool is_own_text(enum type_storage storage)
{
    return storage == TYPE_NUMERIC || storage == TYPE_UUID || storage == TYPE_JSON ||
           storage == TYPE_JSONB || storage == TYPE_ENUM || storage == TYPE_DATE ||
           storage == TYPE_TIME || storage == TYPE_INTERVAL || storage == TYPE_NAME ||
           storage == TYPE_BPCHAR || (storage >= TYPE_INT4RANGE && storage <= TYPE_TSRANGE) ||
           storage == TYPE_TSVECTOR || (storage >= TYPE_CIDR && storage <= TYPE_VARBIT) ||
           is_text_like(storage);
}

static bool keeps_value(enum type_storage from, enum type_storage to)
{
    if (from == to) return from != TYPE_ARRAY && from != TYPE_COMPOSITE;
    if (is_int(from) && is_int(to))
        return to == TYPE_INT8 || (from == TYPE_INT2 && to == TYPE_INT4);
    if (from == TYPE_BOOL && to == TYPE_INT4) return true;
    if (from == TYPE_FLOAT4 && to == TYPE_FLOAT8) return true;
    if (from == TYPE_JSONB && to == TYPE_JSON) return true;
    return is_own_text(from) && is_text_like(to);
}

bool cast_is_silent(const struct print *out, const struct expr *expr)
{
    oid from = expr->args.at[0]->type;
    /* The same bits, but stored as the number they are. */
    bool resigned =
        (from == INT4OID && expr->type == OIDOID) || (from == OIDOID && expr->type == INT4OID);
    if (expr->cast.binary && !resigned) return true;
    if (expr->typmod >= 0) return false;
    bool reg = from != OIDOID && print_storage(out, from) == TYPE_OID;
    return !reg && keeps_value(print_storage(out, from), print_storage(out, expr->type));
}

/* One of SQLite's own casts, or NULL. */
static const char *native_cast(enum type_storage from, enum type_storage to)
{
    if (is_int(from) && (is_text_like(to) || to == TYPE_NUMERIC)) return "TEXT";
    if (is_int(from) && to == TYPE_FLOAT8) return "REAL";
    return NULL;
}

err print_cast(struct print *out, const struct expr *expr)
{
    const struct expr *arg = expr->args.at[0];
    if (cast_is_silent(out, expr)) return print_expr(out, arg);
    enum type_storage from = print_storage(out, arg->type);
    enum type_storage to = print_storage(out, expr->type);
    bool reg = arg->type != OIDOID && from == TYPE_OID;
    if (reg && is_text_like(to)) {
        buf_printf(out->sql, "pg_reg_text(%u,", (unsigned)arg->type);
        TRY(print_expr(out, arg));
        buf_char(out->sql, ')');
        return NULL;
    }
    if (is_own_text(from) && to == TYPE_OID && reg_is_type(expr->type)) {
        buf_printf(out->sql, "pg_reg_in(%u,", (unsigned)expr->type);
        TRY(print_expr(out, arg));
        buf_char(out->sql, ')');
        return NULL;
    }
    const char *native = expr->typmod < 0 && !reg ? native_cast(from, to) : NULL;
    if (native) {
        buf_lit(out->sql, "CAST(");
        TRY(print_expr(out, arg));
        buf_printf(out->sql, " AS %s)", native);
        return NULL;
    }
    static const char contexts[] = {
        [CAST_IMPLICIT] = 'i', [CAST_ASSIGNMENT] = 'a', [CAST_EXPLICIT] = 'e'};
    buf_lit(out->sql, "pg_cast(");
    TRY(print_shape_literal(out, arg));
    buf_char(out->sql, ',');
    TRY(print_shape_of_type(out, expr->type, expr->typmod));
    buf_printf(out->sql, ",'%c',", contexts[expr->cast.context]);
    TRY(print_expr(out, arg));
    buf_char(out->sql, ')');
    return NULL;
}

/* ---- aggregates ---- */

struct native_aggregate {
    const char *prefix; /* of the symbol */
    bool whole;         /* the symbol is exactly the prefix */
    const char *name;
};

static const struct native_aggregate native_aggregates[] = {
    {"count",         true,  "count"},
    {"count_any",     true,  "count"},
    {"sum_int2",      true,  "sum"  },
    {"sum_int4",      true,  "sum"  },
    {"min_",          false, "min"  },
    {"max_",          false, "max"  },
    {"bool_and_bool", true,  "min"  },
    {"every_bool",    true,  "min"  },
    {"bool_or_bool",  true,  "max"  },
};

static const char *native_aggregate(const char *symbol)
{
    for (size_t i = 0; i < COUNT_OF(native_aggregates); i++) {
        const struct native_aggregate *row = &native_aggregates[i];
        bool hit = row->whole ? strcmp(symbol, row->prefix) == 0
                              : strncmp(symbol, row->prefix, strlen(row->prefix)) == 0;
        if (hit) return row->name;
    }
    return NULL;
}

static err print_filter(struct print *out, const struct expr *filter)
{
    if (!filter) return NULL;
    buf_lit(out->sql, " FILTER (WHERE ");
    TRY(print_expr(out, filter));
    buf_char(out->sql, ')');
    return NULL;
}

static err print_native_aggregate(
    struct print *out, const char *name, const struct expr *expr, bool star, bool distinct)
{
    buf_printf(out->sql, "%s(", name);
    if (star || !expr->args.count) {
        buf_char(out->sql, '*');
    } else {
        if (distinct) buf_lit(out->sql, "DISTINCT ");
        /* min, max and DISTINCT go by the collation; a count of anything else need not. */
        bool plain = !distinct && name[0] != 'm';
        TRY(plain ? print_expr(out, expr->args.at[0]) : print_collated(out, expr->args.at[0]));
    }
    buf_char(out->sql, ')');
    return NULL;
}

/* "23+l;1700-f": type, direction and nulls of each sort key. */
static err print_sort_spec(struct print *out,
                           const struct sort_list *order,
                           bool distinct,
                           const struct expr *first,
                           size_t plain)
{
    struct buf *spec = buf_in(out->arena, 0);
    buf_printf(spec, "%d,%zu", distinct, plain);
    for (size_t i = 0; i < order->count; i++) {
        str shape;
        TRY(print_shape(out, order->at[i].expr, &shape));
        buf_printf(spec, ";%.*s%c%c", STR_FMT(shape), order->at[i].descending ? '-' : '+',
                   order->at[i].nulls_first ? 'f' : 'l');
    }
    if (distinct) {
        str shape;
        TRY(print_shape(out, first, &shape));
        buf_printf(spec, ";%.*s+l", STR_FMT(shape));
    }
    struct value text = value_text(buf_str(spec));
    print_const(out->sql, &text);
    return NULL;
}

/* pg_ordered('symbol', 'spec', arguments as the aggregate's own..., sort keys...) */
static err print_ordered(struct print *out,
                         const struct aggregate_row *row,
                         const struct sort_list *order,
                         bool distinct,
                         const struct expr *expr)
{
    size_t plain = argument_total(row->shape, expr->args.count);
    buf_printf(out->sql, "pg_ordered('%s',", row->symbol);
    TRY(print_sort_spec(out, order, distinct, expr->args.at[0], plain));
    buf_char(out->sql, ',');
    TRY(print_arguments(out, row->shape, expr));
    for (size_t i = 0; i < order->count; i++) {
        buf_char(out->sql, ',');
        TRY(print_expr(out, order->at[i].expr));
    }
    if (distinct) {
        buf_char(out->sql, ',');
        TRY(print_expr(out, expr->args.at[0]));
    }
    buf_char(out->sql, ')');
    return NULL;
}

/* percentile_cont(0.5) WITHIN GROUP (ORDER BY x): all arguments are in args, sorted by the last. */
static err print_within_group(struct print *out,
                              const struct aggregate_row *row,
                              const struct expr *expr)
{
    const struct sort_list *order = &expr->aggregate.within_group;
    bool direct = expr->args.count > 1;
    if (direct) { /* a wrong fraction is refused also where there are no rows */
        buf_lit(out->sql, "CASE WHEN pg_fraction(");
        TRY(print_expr(out, expr->args.at[0]));
        buf_lit(out->sql, ") IS NOT NULL THEN ");
    }
    TRY(print_ordered(out, row, order, false, expr));
    TRY(print_filter(out, expr->aggregate.filter));
    if (direct) buf_lit(out->sql, " END");
    return NULL;
}

err print_aggregate(struct print *out, const struct expr *expr)
{
    const struct builtin *builtin = expr->aggregate.builtin;
    const char *native = native_aggregate(builtin->symbol);
    if (native) {
        TRY(print_native_aggregate(out, native, expr, expr->aggregate.star,
                                   expr->aggregate.distinct));
        return print_filter(out, expr->aggregate.filter);
    }
    const struct aggregate_row *row = aggregate_row_find(builtin->symbol);
    if (!row) return refuse_symbol(out, expr, builtin);
    if (expr->aggregate.within_group.count) return print_within_group(out, row, expr);
    if (expr->aggregate.order.count || expr->aggregate.distinct) {
        TRY(print_ordered(out, row, &expr->aggregate.order, expr->aggregate.distinct, expr));
    } else {
        buf_printf(out->sql, "pg_%s(", row->symbol);
        TRY(print_arguments(out, row->shape, expr));
        buf_char(out->sql, ')');
    }
    return print_filter(out, expr->aggregate.filter);
}

/* ---- windows ---- */

static err print_bound(struct print *out, int options, bool start, const struct expr *offset)
{
    int preceding =
        start ? FRAMEOPTION_START_UNBOUNDED_PRECEDING : FRAMEOPTION_END_UNBOUNDED_PRECEDING;
    int following =
        start ? FRAMEOPTION_START_UNBOUNDED_FOLLOWING : FRAMEOPTION_END_UNBOUNDED_FOLLOWING;
    int current = start ? FRAMEOPTION_START_CURRENT_ROW : FRAMEOPTION_END_CURRENT_ROW;
    int back = start ? FRAMEOPTION_START_OFFSET_PRECEDING : FRAMEOPTION_END_OFFSET_PRECEDING;
    if (options & preceding)
        buf_lit(out->sql, "UNBOUNDED PRECEDING");
    else if (options & following)
        buf_lit(out->sql, "UNBOUNDED FOLLOWING");
    else if (options & current)
        buf_lit(out->sql, "CURRENT ROW");
    else {
        if (options & FRAMEOPTION_RANGE) return print_refuse(out, offset, "RANGE with an offset");
        TRY(print_operand(out, offset));
        buf_printf(out->sql, options & back ? " PRECEDING" : " FOLLOWING");
    }
    return NULL;
}

static err print_frame(struct print *out, const struct window_spec *over)
{
    int options = over->frame_options;
    if (!(options & FRAMEOPTION_NONDEFAULT)) return NULL;
    buf_printf(out->sql, "%s BETWEEN ",
               options & FRAMEOPTION_ROWS     ? " ROWS"
               : options & FRAMEOPTION_GROUPS ? " GROUPS"
                                              : " RANGE");
    TRY(print_bound(out, options, true, over->start_offset));
    buf_lit(out->sql, " AND ");
    TRY(print_bound(out, options, false, over->end_offset));
    if (options & FRAMEOPTION_EXCLUDE_CURRENT_ROW) buf_lit(out->sql, " EXCLUDE CURRENT ROW");
    if (options & FRAMEOPTION_EXCLUDE_GROUP) buf_lit(out->sql, " EXCLUDE GROUP");
    if (options & FRAMEOPTION_EXCLUDE_TIES) buf_lit(out->sql, " EXCLUDE TIES");
    return NULL;
}

static err print_over(struct print *out, const struct window_spec *over)
{
    buf_lit(out->sql, " OVER (");
    if (over->partition.count) {
        buf_lit(out->sql, "PARTITION BY ");
        for (size_t i = 0; i < over->partition.count; i++) {
            if (i) buf_char(out->sql, ',');
            TRY(print_collated(out, over->partition.at[i]));
        }
    }
    if (over->order.count) {
        buf_printf(out->sql, over->partition.count ? " ORDER BY " : "ORDER BY ");
        TRY(print_sort_list(out, &over->order));
    }
    TRY(print_frame(out, over));
    buf_char(out->sql, ')');
    return NULL;
}

/* name(arguments) over the window. */
struct window_call {
    const struct expr *expr;
    str name;
    const struct expr *counted; /* the argument that counts rows, or NULL */
    const char *number;         /* what that one is wrapped in, or NULL */
};

static err print_window_call(struct print *out, const struct window_call *call)
{
    const struct expr_list *args = &call->expr->args;
    buf_str_add(out->sql, call->name);
    buf_char(out->sql, '(');
    for (size_t i = 0; i < args->count; i++) {
        bool wrapped = call->number && args->at[i] == call->counted;
        if (i) buf_char(out->sql, ',');
        if (wrapped) buf_printf(out->sql, "%s(", call->number);
        TRY(print_expr(out, args->at[i]));
        if (wrapped) buf_char(out->sql, ')');
    }
    buf_char(out->sql, ')');
    TRY(print_filter(out, call->expr->window.filter));
    return print_over(out, call->expr->window.over);
}

/* lag(x, -1) is lead(x, 1), and lag(x, NULL) is NULL: SQLite knows neither. */
static err print_shifted(struct print *out, struct window_call call)
{
    bool lag = str_eq(call.name, STR("lag"));
    buf_lit(out->sql, "CASE WHEN ");
    TRY(print_operand(out, call.counted));
    buf_lit(out->sql, ">=0 THEN ");
    TRY(print_window_call(out, &call));
    buf_lit(out->sql, " WHEN ");
    TRY(print_operand(out, call.counted));
    buf_lit(out->sql, "<0 THEN ");
    call.name = lag ? STR("lead") : STR("lag");
    call.number = "-";
    TRY(print_window_call(out, &call));
    buf_lit(out->sql, " END");
    return NULL;
}

/* nth_value(x, NULL) and ntile(NULL) are NULL; of what is not positive the error is ours. */
static err print_counted(struct print *out, struct window_call call)
{
    buf_lit(out->sql, "CASE WHEN ");
    TRY(print_operand(out, call.counted));
    buf_lit(out->sql, " IS NOT NULL THEN ");
    call.number = str_eq(call.name, STR("ntile")) ? "pg_ntile_count" : "pg_nth";
    TRY(print_window_call(out, &call));
    buf_lit(out->sql, " END");
    return NULL;
}

static bool is_constant_from(const struct expr *expr, int64_t least)
{
    const struct value *value = &expr->constant;
    return expr->kind == EXPR_CONST && value->kind == VALUE_INT && value->i >= least;
}

/* "window_row_number" and "window_lag_with_offset" are SQLite's row_number and lag. */
static err print_window_function(struct print *out, const struct expr *expr)
{
    const struct expr_list *args = &expr->args;
    struct window_call call = {.expr = expr, .name = expr->window.builtin->name};
    bool shifts = str_eq(call.name, STR("lag")) || str_eq(call.name, STR("lead"));
    bool nth = str_eq(call.name, STR("nth_value"));
    if ((shifts || nth) && args->count > 1) call.counted = args->at[1];
    if (str_eq(call.name, STR("ntile"))) call.counted = args->at[0];
    if (!call.counted || is_constant_from(call.counted, shifts ? 0 : 1))
        return print_window_call(out, &call);
    return shifts ? print_shifted(out, call) : print_counted(out, call);
}

/* Rows leave the frame again. */
static bool start_moves(const struct window_spec *over)
{
    int options = over->frame_options;
    return (options & FRAMEOPTION_NONDEFAULT) && !(options & FRAMEOPTION_START_UNBOUNDED_PRECEDING);
}

err print_window(struct print *out, const struct expr *expr)
{
    const struct builtin *builtin = expr->window.builtin;
    if (builtin->kind == BUILTIN_WINDOW) return print_window_function(out, expr);
    const char *native = native_aggregate(builtin->symbol);
    const struct aggregate_row *row = aggregate_row_find(builtin->symbol);
    if (native) {
        TRY(print_native_aggregate(out, native, expr, expr->window.star, false));
    } else if (row) {
        bool moving = !row->inverse && start_moves(expr->window.over);
        buf_printf(out->sql, moving ? "pg_moving('%s'," : "pg_%s(", row->symbol);
        TRY(print_arguments(out, row->shape, expr));
        buf_char(out->sql, ')');
    } else {
        return refuse_symbol(out, expr, builtin);
    }
    TRY(print_filter(out, expr->window.filter));
    return print_over(out, expr->window.over);
}

/* ---- FROM f(...) ---- */

static err print_scalar_item(struct print *out, const struct rte *rte)
{
    buf_lit(out->sql, "(SELECT ");
    TRY(print_expr(out, rte->function));
    buf_lit(out->sql, " AS value");
    if (rte->ordinality) buf_lit(out->sql, ", 1 AS ordinality");
    buf_char(out->sql, ')');
    return NULL;
}

/* The shape of the declared columns of AS x(a int, b text), or of the composite result. */
static err print_columns_shape(struct print *out, const struct rte *rte)
{
    struct buf *shape = buf_in(out->arena, 0);
    buf_char(shape, '{');
    size_t count = rte->column_count - (rte->ordinality ? 1 : 0);
    for (size_t i = 0; i < count; i++) {
        if (i) buf_char(shape, ',');
        json_write_str(shape, rte->columns[i].name);
        buf_printf(shape, ":%u", (unsigned)rte->columns[i].type);
        if (rte->columns[i].typmod >= 0) buf_printf(shape, ":%d", rte->columns[i].typmod);
    }
    buf_char(shape, '}');
    struct value text = value_text(buf_str(shape));
    print_const(out->sql, &text);
    return NULL;
}

static bool is_recordset(const struct set_function *set)
{
    return strcmp(set->columns, "*") == 0;
}

/* json_populate_record(null::t, ...): the row that says which type it is. */
static bool is_null_base(const struct expr *base)
{
    while (base->kind == EXPR_CAST) base = base->args.at[0];
    return base->kind == EXPR_CONST && base->constant.kind == VALUE_NULL;
}

err print_from_function(struct print *out, const struct rte *rte)
{
    const struct expr *call = rte->function;
    if (call->kind == EXPR_USER_CALL) return print_user_rows(out, rte);
    bool scalar = call->kind != EXPR_CALL || call->call.builtin->kind != BUILTIN_SET;
    const struct set_function *set =
        call->kind == EXPR_CALL ? set_function_find(call->call.builtin->symbol) : NULL;
    if (set && is_recordset(set)) {
        bool populates = strstr(set->symbol, "_populate_") != NULL;
        if (populates && !is_null_base(call->args.at[0]))
            return print_refuse(out, call, "a base row that is not NULL, in FROM,");
        buf_printf(out->sql, "pg_%s(", set->symbol);
        TRY(print_columns_shape(out, rte));
        buf_char(out->sql, ',');
        TRY(print_expr(out, call->args.at[populates ? 1 : 0]));
        buf_char(out->sql, ')');
        return NULL;
    }
    if (set && strcmp(set->symbol, "array_unnest_many") == 0) {
        buf_printf(out->sql, "pg_%s(", set->symbol);
        TRY(print_shapes_literal(out, &call->args));
        buf_lit(out->sql, ",pg_array_pack(");
        for (size_t i = 0; i < call->args.count; i++) {
            if (i) buf_char(out->sql, ',');
            TRY(print_expr(out, call->args.at[i]));
        }
        buf_lit(out->sql, "))");
        return NULL;
    }
    if (scalar) return print_scalar_item(out, rte);
    if (!set) return refuse_symbol(out, call, call->call.builtin);
    buf_printf(out->sql, "pg_%s(", set->symbol);
    TRY(print_arguments(out, set->shape, call));
    buf_char(out->sql, ')');
    return NULL;
}

str print_function_column(struct print *out, const struct rte *rte, int index)
{
    if (rte->kind == RTE_TRANSITION) return str_printf(out->arena, "c%d", index);
    const struct expr *call = rte->function;
    if (rte->ordinality && (size_t)index + 1 == rte->column_count) return STR("ordinality");
    if (call->kind == EXPR_USER_CALL) return str_printf(out->arena, "c%d", index);
    const struct set_function *set =
        call->kind == EXPR_CALL ? set_function_find(call->call.builtin->symbol) : NULL;
    if (set && is_recordset(set)) return str_printf(out->arena, "c%d", index);
    if (!set) return STR("value");
    str rest = str_of(set->columns);
    str name = STR_NONE;
    for (int i = 0; i <= index; i++) str_cut(rest, ',', &name, &rest);
    return name;
}
