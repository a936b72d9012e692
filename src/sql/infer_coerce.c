/* Coercion: which casts exist, literals to constants, common types, polymorphic types.
 * Follows PostgreSQL 15's parse_coerce.c. */
#include "sql/infer_int.h"

#include <string.h>

#include "sql/query_walk.h"
#include "sql/reg_names.h"
#include "types/array.h"
#include "types/numeric.h"
#include "types/type_text.h"

/* ---- which casts exist ---- */

static bool context_allows(char cast, enum cast_context context)
{
    if (cast == 'i') return true;
    return cast == 'a' ? context >= CAST_ASSIGNMENT : context == CAST_EXPLICIT;
}

static bool is_string_category(struct infer_context *ctx, oid type)
{
    bool preferred;
    return infer_category(ctx, type, &preferred) == 'S';
}

/* find_coercion_pathway */
enum coercion_path infer_path(struct infer_context *ctx,
                              oid target,
                              oid source,
                              enum cast_context context)
{
    source = infer_base_type(ctx, source);
    target = infer_base_type(ctx, target);
    if (source == target) return COERCION_PATH_RELABEL;
    const struct builtin_cast *cast = builtin_cast(source, target);
    if (cast) {
        if (!context_allows(cast->context, context)) return COERCION_PATH_NONE;
        return cast->binary ? COERCION_PATH_RELABEL : COERCION_PATH_FUNC;
    }
    oid source_element = infer_element_type(ctx, source);
    oid target_element = infer_element_type(ctx, target);
    if (source_element && target_element) {
        enum coercion_path path = infer_path(ctx, target_element, source_element, context);
        if (path == COERCION_PATH_NONE || path == COERCION_PATH_RELABEL) return path;
        return COERCION_PATH_ARRAY;
    }
    if (context >= CAST_ASSIGNMENT && is_string_category(ctx, target)) return COERCION_PATH_IO;
    if (context == CAST_EXPLICIT && is_string_category(ctx, source)) return COERCION_PATH_IO;
    return COERCION_PATH_NONE;
}

static bool is_enum(struct infer_context *ctx, oid type)
{
    struct type_facts facts;
    return infer_facts(ctx->catalog, infer_base_type(ctx, type), &facts) &&
           facts.kind == TYPE_KIND_ENUM;
}

/* IsBinaryCoercible */
bool infer_binary_coercible(struct infer_context *ctx, oid source, oid target)
{
    if (source == target) return true;
    if (target == ANYOID || target == ANYELEMENTOID || target == ANYCOMPATIBLEOID) return true;
    source = infer_base_type(ctx, source);
    if (source == target) return true;
    bool array = infer_element_type(ctx, source) != OID_NONE;
    if (target == ANYARRAYOID || target == ANYCOMPATIBLEARRAYOID) return array;
    if (target == ANYNONARRAYOID || target == ANYCOMPATIBLENONARRAYOID) return !array;
    if (target == ANYENUMOID) return is_enum(ctx, source);
    if (target == ANYRANGEOID) return builtin_range_subtype(source) != OID_NONE;
    if (target == RECORDOID) return infer_is_composite(ctx, source);
    const struct builtin_cast *cast = builtin_cast(source, target);
    return cast && cast->binary && cast->context == 'i';
}

bool infer_can_coerce(struct infer_context *ctx, oid from, oid to, enum cast_context context)
{
    if (from == to || to == ANYOID) return true;
    if (builtin_is_polymorphic(to)) return true; /* infer_polymorphic checks it */
    if (from == UNKNOWNOID) return true;
    if (infer_path(ctx, to, from, context) != COERCION_PATH_NONE) return true;
    bool from_row = infer_is_composite(ctx, from) || from == RECORDOID;
    bool to_row = infer_is_composite(ctx, to) || to == RECORDOID;
    return from_row && to_row;
}

/* check_generic_type_consistency: whether polymorphic arguments fit each other. */
static bool generic_fits(struct infer_context *ctx, const oid *from, const oid *to, size_t count)
{
    bool known = false;
    oid *declared = ARENA_ARRAY(ctx->arena, oid, count ? count : 1);
    for (size_t i = 0; i < count; i++) {
        declared[i] = to[i];
        if (!builtin_is_polymorphic(to[i]) || from[i] == UNKNOWNOID) continue;
        known = true;
        bool no_array = to[i] == ANYNONARRAYOID || to[i] == ANYCOMPATIBLENONARRAYOID;
        if (no_array && infer_element_type(ctx, from[i])) return false;
        if (to[i] == ANYENUMOID && !is_enum(ctx, from[i])) return false;
    }
    oid result;
    return !known || !infer_polymorphic(ctx, from, declared, count, VOIDOID, &result);
}

bool infer_can_coerce_all(struct infer_context *ctx, const oid *from, const oid *to, size_t count)
{
    bool generic = false;
    for (size_t i = 0; i < count; i++) {
        if (!infer_can_coerce(ctx, from[i], to[i], CAST_IMPLICIT)) return false;
        generic = generic || builtin_is_polymorphic(to[i]);
    }
    return !generic || generic_fits(ctx, from, to, count);
}

/* ---- literals ---- */

err infer_locate(struct infer_context *ctx, err error, int32_t location)
{
    if (!error || error->at >= 0 || location < 0) return error;
    struct err *copy = ARENA_NEW(ctx->arena, struct err);
    *copy = *error;
    return err_at(copy, location);
}

static enum type_coercion type_coercion_of(enum cast_context context)
{
    return context == CAST_EXPLICIT     ? TYPE_EXPLICIT
           : context == CAST_ASSIGNMENT ? TYPE_ASSIGNMENT
                                        : TYPE_IMPLICIT;
}

static err no_cast(struct infer_context *ctx, oid from, oid to, int32_t location)
{
    return err_at(err_sql(ctx->arena, "42846", "cannot cast type %.*s to %.*s",
                          STR_FMT(infer_type_text(ctx, from, -1)),
                          STR_FMT(infer_type_text(ctx, to, -1))),
                  location);
}

static struct expr *make_cast(struct infer_context *ctx,
                              struct expr *expr,
                              oid type,
                              int32_t typmod,
                              enum cast_context context,
                              bool binary)
{
    struct expr *cast = infer_new(ctx, EXPR_CAST, type, expr->location);
    cast->typmod = typmod;
    cast->args = infer_args(ctx, &expr, 1);
    cast->cast.context = context;
    cast->cast.binary = binary;
    return cast;
}

static bool is_volatile(const struct expr *expr, void *context)
{
    (void)context;
    if (expr->kind == EXPR_USER_CALL) return expr->function->volatility == 'v';
    if (expr->kind == EXPR_CALL) return expr->call.builtin->volatility == 'v';
    return expr->kind == EXPR_NEXTVAL;
}

/* The checks are made of the expression itself: what it answers must be the same each time. */
static err refuse_volatile(struct infer_context *ctx, const struct expr *expr)
{
    if (!expr_any(expr, is_volatile, NULL)) return NULL;
    return err_at(err_sql(ctx->arena, "0A000",
                          "a cast of what a volatile function answers to a domain with constraints "
                          "is not supported"),
                  expr->location);
}

/* A value of the base type as one of the domain. A column's own constraints hold its domain's
 * checks; elsewhere they are made part of the expression. */
static err wrap_domain(struct infer_context *ctx,
                       struct expr *expr,
                       oid domain,
                       int32_t typmod,
                       enum cast_context context,
                       struct expr **out)
{
    struct expr *checked = expr;
    if (context != CAST_ASSIGNMENT) TRY(infer_domain_checks(ctx, expr, domain, &checked));
    if (checked != expr) TRY(refuse_volatile(ctx, expr));
    *out = make_cast(ctx, checked, domain, typmod, context, true);
    return NULL;
}

/* The elements of an array are not checked: nothing becomes an array of a domain with constraints. */
static err refuse_unchecked(struct infer_context *ctx, oid type, int location)
{
    int32_t typmod = -1;
    oid element = infer_element_type(ctx, type);
    oid base = element != OID_NONE ? infer_base(ctx->catalog, element, &typmod) : OID_NONE;
    if (base == element) return NULL;
    struct expr *value = infer_null(ctx, base), *checked;
    TRY(infer_domain_checks(ctx, value, element, &checked));
    if (checked == value) return NULL;
    return err_at(
        err_sql(ctx->arena, "0A000", "arrays of a domain with constraints are not supported"),
        location);
}

/* '{int, text}'::regtype[]: names, each looked up. */
static err reg_array(struct infer_context *ctx,
                     const struct expr *literal,
                     oid element,
                     struct value *out)
{
    str stored, item;
    TRY(array_parse(ctx->arena, NULL, type_plain(TYPE_TEXT), literal->constant.s, &stored));
    struct buf *text = buf_in(ctx->arena, 0);
    struct array_iter iter = array_iter(stored);
    buf_char(text, '[');
    while (array_next(&iter, &item)) {
        struct value name = array_read_item(ctx->arena, type_plain(TYPE_TEXT), item);
        int64_t id = 0;
        if (text->len > 1) buf_char(text, ',');
        if (name.kind == VALUE_NULL) {
            buf_lit(text, "null");
            continue;
        }
        TRY(infer_reg_literal(ctx, name.s, element, literal->location, &id));
        buf_i64(text, id);
    }
    buf_char(text, ']');
    *out = value_text(buf_str(text));
    return NULL;
}

err infer_literal(struct infer_context *ctx,
                  const struct expr *literal,
                  oid type,
                  int32_t typmod,
                  enum cast_context context,
                  struct expr **out)
{
    int32_t base_typmod = typmod;
    oid base = infer_base(ctx->catalog, type, &base_typmod);
    struct value value = value_null();
    if (literal->constant.kind != VALUE_NULL) {
        if (!str_eq(literal->constant.s, STR("{}")))
            TRY(refuse_unchecked(ctx, base, literal->location));
        if (builtin_is_polymorphic(base) || base == RECORDOID || base == VOIDOID) {
            return no_cast(ctx, UNKNOWNOID, base, literal->location);
        }
        if (reg_is_type(base)) {
            int64_t id = 0;
            TRY(infer_reg_literal(ctx, literal->constant.s, base, literal->location, &id));
            value = value_int(id);
        } else if (reg_is_type(infer_element_type(ctx, base))) {
            TRY(reg_array(ctx, literal, infer_element_type(ctx, base), &value));
        } else {
            TRY(infer_locate(ctx,
                             type_input(ctx->arena, ctx->type_session,
                                        infer_type_ref(ctx, base, base_typmod),
                                        type_coercion_of(context), literal->constant.s, &value),
                             literal->location));
        }
    }
    struct expr *constant = infer_const(ctx, base, value);
    constant->location = literal->location;
    constant->typmod = base_typmod;
    *out = constant;
    return base == type ? NULL : wrap_domain(ctx, constant, type, typmod, context, out);
}

/* $n whose type was open takes it from the place where it stands. */
static err settle_param(
    struct infer_context *ctx, struct expr *param, oid type, int32_t typmod, struct expr **out)
{
    struct infer_param *known = &ctx->params->at[param->index];
    oid base = infer_base(ctx->catalog, type, &typmod);
    if (known->type == UNKNOWNOID) {
        known->type = base;
        known->typmod = TYPMOD_NONE;
    } else if (known->type != base) {
        return err_at(
            err_details(ctx->arena,
                        err_sql(ctx->arena, "42P08", "inconsistent types deduced for parameter $%d",
                                param->index + 1),
                        "%.*s versus %.*s", STR_FMT(infer_type_text(ctx, known->type, -1)),
                        STR_FMT(infer_type_text(ctx, base, -1))),
            param->location);
    }
    struct expr *settled = infer_new(ctx, EXPR_PARAM, base, param->location);
    settled->index = param->index;
    *out = settled;
    return NULL;
}

/* ---- coercing ---- */

/* Numbers, booleans and texts of a literal change type at compile time; what depends on time or
 * zone waits. */
static bool folds(struct infer_context *ctx, const struct expr *expr, oid target)
{
    if (expr->kind != EXPR_CONST || ctx->keep_casts) return false;
    bool preferred;
    char from = infer_category(ctx, expr->type, &preferred);
    char to = infer_category(ctx, target, &preferred);
    bool from_fine = from == 'N' || from == 'B' || from == 'S';
    bool to_fine = to == 'N' || to == 'B' || to == 'S';
    return from_fine && to_fine && !reg_is_type(target) && !reg_is_type(expr->type);
}

/* Casts whose answer depends on the session's zone or on "now". */
static char cast_volatility(enum type_storage from, enum type_storage to)
{
    bool text = from == TYPE_TEXT || from == TYPE_VARCHAR || from == TYPE_BPCHAR ||
                from == TYPE_CITEXT || from == TYPE_NAME;
    bool dated = to >= TYPE_DATE && to <= TYPE_INTERVAL;
    bool ranged = to >= TYPE_INT4RANGE && to <= TYPE_TSTZRANGE;
    if (text && (dated || ranged)) return 's';
    if (from == TYPE_TSTZRANGE) return 's';
    bool from_zoned = from == TYPE_TIMESTAMPTZ || from == TYPE_TIMETZ;
    bool to_zoned = to == TYPE_TIMESTAMPTZ || to == TYPE_TIMETZ;
    if (from_zoned != to_zoned) return 's';
    return 'i';
}

/* ROW(...)::composite: field by field. */
static err coerce_row(struct infer_context *ctx,
                      struct expr *row,
                      oid type,
                      enum cast_context context,
                      struct expr **out)
{
    struct type_facts facts;
    const struct cat_relation *relation = NULL;
    if (infer_facts(ctx->catalog, type, &facts) && facts.user) {
        relation = catalog_relation(ctx->catalog, facts.user->relation);
    }
    if (!relation || relation->column_count != row->args.count) {
        struct err *error = err_sql(ctx->arena, "42846", "cannot cast type record to %.*s",
                                    STR_FMT(infer_type_text(ctx, type, -1)));
        bool few = relation && row->args.count < relation->column_count;
        return err_at(
            err_details(ctx->arena, error, "Input has too %s columns.", few ? "few" : "many"),
            row->location);
    }
    *out = infer_new(ctx, EXPR_ROW, type, row->location);
    (*out)->args = infer_args(ctx, row->args.at, row->args.count);
    for (size_t i = 0; i < row->args.count; i++) {
        const struct cat_column *column = &relation->columns[i];
        TRY(infer_coerce(ctx, row->args.at[i], column->type, column->typmod, context,
                         &(*out)->args.at[i]));
    }
    return NULL;
}

static err coerce_value(struct infer_context *ctx,
                        struct expr *expr,
                        oid base,
                        int32_t typmod,
                        enum cast_context context,
                        struct expr **out)
{
    if (expr->kind == EXPR_ROW && expr->type == RECORDOID && infer_is_composite(ctx, base)) {
        return coerce_row(ctx, expr, base, context, out);
    }
    enum coercion_path path = infer_path(ctx, base, expr->type, context);
    bool rows = (expr->type == RECORDOID || infer_is_composite(ctx, expr->type)) &&
                (base == RECORDOID || infer_is_composite(ctx, base));
    if (path == COERCION_PATH_NONE && !rows) return no_cast(ctx, expr->type, base, expr->location);
    if (rows && path == COERCION_PATH_NONE && base == RECORDOID) {
        *out = expr;
        return NULL;
    }
    bool sized = typmod >= 0 && typmod != expr->typmod;
    bool same = infer_base_type(ctx, expr->type) == base;
    if (same && !sized) {
        *out = expr->type == base ? expr : make_cast(ctx, expr, base, typmod, context, true);
        return NULL;
    }
    if (folds(ctx, expr, base)) {
        struct value value = value_null();
        err error = type_cast(
            ctx->arena, ctx->type_session, infer_type_ref(ctx, expr->type, expr->typmod),
            infer_type_ref(ctx, base, typmod), type_coercion_of(context), &expr->constant, &value);
        if (!error) {
            *out = infer_const(ctx, base, value);
            (*out)->typmod = typmod;
            (*out)->location = expr->location;
            return NULL;
        }
        /* Not the statement's error but its run's: it may stand where nothing evaluates it. */
    }
    bool binary = path == COERCION_PATH_RELABEL && !sized;
    infer_note_volatility(ctx,
                          binary ? 'i'
                                 : cast_volatility(infer_storage(ctx->catalog, expr->type),
                                                   infer_storage(ctx->catalog, base)),
                          false);
    *out = make_cast(ctx, expr, base, typmod, context, binary);
    return NULL;
}

err infer_coerce(struct infer_context *ctx,
                 struct expr *expr,
                 oid type,
                 int32_t typmod,
                 enum cast_context context,
                 struct expr **out)
{
    if (type == ANYOID || builtin_is_polymorphic(type) || expr->kind == EXPR_DEFAULT) {
        *out = expr;
        return NULL;
    }
    if (type == UNKNOWNOID) {
        *out = expr;
        return NULL;
    }
    if (expr->type == type && (typmod < 0 || typmod == expr->typmod)) {
        *out = expr;
        return NULL;
    }
    if (infer_is_unknown(expr)) {
        if (expr->kind == EXPR_CONST) return infer_literal(ctx, expr, type, typmod, context, out);
        if (expr->kind == EXPR_PARAM) {
            TRY(settle_param(ctx, expr, type, typmod, &expr));
        } else {
            TRY(infer_resolve_unknown(ctx, expr, &expr));
            context = CAST_EXPLICIT; /* as the input function would read it */
        }
    }
    int32_t base_typmod = typmod;
    oid base = infer_base(ctx->catalog, type, &base_typmod);
    if (expr->type == type && typmod < 0) {
        *out = expr;
        return NULL;
    }
    TRY(refuse_unchecked(ctx, base, expr->location));
    TRY(coerce_value(ctx, expr, base, base_typmod, context, out));
    return base == type ? NULL : wrap_domain(ctx, *out, type, typmod, context, out);
}

err infer_coerce_column(struct infer_context *ctx,
                        struct expr *expr,
                        str column,
                        oid type,
                        int32_t typmod,
                        struct expr **out)
{
    if (!infer_is_unknown(expr) && expr->kind != EXPR_DEFAULT &&
        !infer_can_coerce(ctx, expr->type, type, CAST_ASSIGNMENT)) {
        struct err *error = err_sql(
            ctx->arena, "42804", "column \"%.*s\" is of type %.*s but expression is of type %.*s",
            STR_FMT(column), STR_FMT(infer_type_text(ctx, type, -1)),
            STR_FMT(infer_type_text(ctx, expr->type, -1)));
        return err_at(
            err_hint(ctx->arena, error, "You will need to rewrite or cast the expression."),
            expr->location);
    }
    return infer_coerce(ctx, expr, type, typmod, CAST_ASSIGNMENT, out);
}

err infer_resolve_unknown(struct infer_context *ctx, struct expr *expr, struct expr **out)
{
    *out = expr;
    if (!infer_is_unknown(expr) || expr->kind == EXPR_DEFAULT) return NULL;
    if (expr->kind == EXPR_CONST || expr->kind == EXPR_PARAM) {
        return infer_coerce(ctx, expr, TEXTOID, -1, CAST_IMPLICIT, out);
    }
    *out = make_cast(ctx, expr, TEXTOID, -1, CAST_IMPLICIT, true);
    return NULL;
}

/* ---- common types: UNION, CASE, COALESCE, VALUES, ARRAY ---- */

oid infer_common_of(struct infer_context *ctx, const oid *types, size_t count)
{
    oid best = count ? types[0] : UNKNOWNOID;
    bool same = best != UNKNOWNOID;
    for (size_t i = 1; i < count && same; i++) same = types[i] == best;
    if (same) return best;
    best = infer_base_type(ctx, best);
    bool best_preferred = false;
    char best_category = infer_category(ctx, best, &best_preferred);
    for (size_t i = 1; i < count; i++) {
        oid type = infer_base_type(ctx, types[i]);
        if (type == UNKNOWNOID || type == best) continue;
        bool preferred = false;
        char category = infer_category(ctx, type, &preferred);
        if (best == UNKNOWNOID) {
            best = type;
            best_category = category;
            best_preferred = preferred;
        } else if (category != best_category) {
            return OID_NONE;
        } else if (!best_preferred && infer_can_coerce(ctx, best, type, CAST_IMPLICIT) &&
                   !infer_can_coerce(ctx, type, best, CAST_IMPLICIT)) {
            best = type;
            best_preferred = preferred;
        }
    }
    return best == UNKNOWNOID ? TEXTOID : best;
}

/* Which expression's category clashes with the first known one's, for the message. */
static err cannot_match(struct infer_context *ctx,
                        struct expr *const *exprs,
                        size_t count,
                        const char *construct)
{
    size_t first = 0;
    while (first + 1 < count && infer_is_unknown(exprs[first])) first++;
    bool preferred;
    char category = infer_category(ctx, exprs[first]->type, &preferred);
    size_t other = first;
    for (size_t i = first + 1; i < count && other == first; i++) {
        if (!infer_is_unknown(exprs[i]) &&
            infer_category(ctx, exprs[i]->type, &preferred) != category)
            other = i;
    }
    return err_at(err_sql(ctx->arena, "42804", "%s types %.*s and %.*s cannot be matched",
                          construct, STR_FMT(infer_type_text(ctx, exprs[first]->type, -1)),
                          STR_FMT(infer_type_text(ctx, exprs[other]->type, -1))),
                  exprs[other]->location);
}

err infer_common_type(struct infer_context *ctx,
                      struct expr *const *exprs,
                      size_t count,
                      const char *construct,
                      oid *out)
{
    oid *types = ARENA_ARRAY(ctx->arena, oid, count ? count : 1);
    for (size_t i = 0; i < count; i++) types[i] = exprs[i]->type;
    *out = infer_common_of(ctx, types, count);
    return *out ? NULL : cannot_match(ctx, exprs, count, construct);
}

err infer_unify(struct infer_context *ctx,
                struct expr **exprs,
                size_t count,
                const char *construct,
                oid *type,
                int32_t *typmod)
{
    TRY(infer_common_type(ctx, exprs, count, construct, type));
    *typmod = count ? exprs[0]->typmod : TYPMOD_NONE;
    for (size_t i = 0; i < count; i++) {
        if (exprs[i]->type != *type || exprs[i]->typmod != *typmod) *typmod = TYPMOD_NONE;
    }
    for (size_t i = 0; i < count; i++) {
        if (!infer_can_coerce(ctx, exprs[i]->type, *type, CAST_IMPLICIT)) {
            return err_at(err_sql(ctx->arena, "42846", "%s could not convert type %.*s to %.*s",
                                  construct, STR_FMT(infer_type_text(ctx, exprs[i]->type, -1)),
                                  STR_FMT(infer_type_text(ctx, *type, -1))),
                          exprs[i]->location);
        }
        TRY(infer_coerce(ctx, exprs[i], *type, -1, CAST_IMPLICIT, &exprs[i]));
    }
    return NULL;
}

/* ---- polymorphic functions: enforce_generic_type_consistency ---- */

struct generic {
    oid element; /* anyelement, anynonarray, anyenum */
    oid array;   /* anyarray */
    oid range;   /* anyrange */
    bool has_range;
    bool used;
    bool unknown; /* every polymorphic argument so far was unknown */
};

static bool is_compatible_family(oid type)
{
    return type == ANYCOMPATIBLEOID || type == ANYCOMPATIBLEARRAYOID ||
           type == ANYCOMPATIBLENONARRAYOID;
}

static err not_alike(struct infer_context *ctx, const char *name, oid a, oid b)
{
    return err_details(
        ctx->arena,
        err_sql(ctx->arena, "42804", "arguments declared \"%s\" are not all alike", name),
        "%.*s versus %.*s", STR_FMT(infer_type_text(ctx, a, -1)),
        STR_FMT(infer_type_text(ctx, b, -1)));
}

static err note_generic(struct infer_context *ctx, oid declared, oid actual, struct generic *found)
{
    found->used = true;
    found->has_range = found->has_range || declared == ANYRANGEOID;
    if (actual == UNKNOWNOID) return NULL;
    found->unknown = false;
    if (declared == ANYARRAYOID) {
        oid array = infer_base_type(ctx, actual);
        if (!infer_element_type(ctx, array)) {
            return err_sql(ctx->arena, "42804",
                           "argument declared anyarray is not an array but type %.*s",
                           STR_FMT(infer_type_text(ctx, actual, -1)));
        }
        if (found->array && found->array != array) {
            return not_alike(ctx, "anyarray", found->array, array);
        }
        found->array = array;
        return NULL;
    }
    if (declared == ANYRANGEOID) {
        oid range = infer_base_type(ctx, actual);
        if (!builtin_range_subtype(range)) {
            return err_sql(ctx->arena, "42804",
                           "argument declared anyrange is not a range type but type %.*s",
                           STR_FMT(infer_type_text(ctx, actual, -1)));
        }
        if (found->range && found->range != range) {
            return not_alike(ctx, "anyrange", found->range, range);
        }
        found->range = range;
        return NULL;
    }
    if (found->element && found->element != actual) {
        return not_alike(ctx, "anyelement", found->element, actual);
    }
    found->element = actual;
    return NULL;
}

/* A range gives the element; an element alone gives no range. */
static err settle_range(struct infer_context *ctx, struct generic *found)
{
    if (!found->has_range) return NULL;
    if (!found->range) {
        return err_sql(ctx->arena, "42804",
                       "could not determine polymorphic type anyrange because input has type "
                       "unknown");
    }
    oid subtype = builtin_range_subtype(found->range);
    if (found->element && found->element != subtype) {
        return err_details(
            ctx->arena,
            err_sql(ctx->arena, "42804",
                    "argument declared anyrange is not consistent with argument declared "
                    "anyelement"),
            "%.*s versus %.*s", STR_FMT(infer_type_text(ctx, found->range, -1)),
            STR_FMT(infer_type_text(ctx, found->element, -1)));
    }
    found->element = subtype;
    return NULL;
}

static err settle_generic(struct infer_context *ctx, struct generic *found)
{
    if (!found->used) return NULL;
    TRY(settle_range(ctx, found));
    if (found->array) {
        oid element = infer_element_type(ctx, found->array);
        if (found->element && found->element != element) {
            return err_details(
                ctx->arena,
                err_sql(ctx->arena, "42804",
                        "argument declared anyarray is not consistent with argument declared "
                        "anyelement"),
                "%.*s versus %.*s", STR_FMT(infer_type_text(ctx, found->array, -1)),
                STR_FMT(infer_type_text(ctx, found->element, -1)));
        }
        found->element = element;
    } else if (found->element) {
        found->array = infer_array_type(ctx, found->element);
    } else {
        return err_sql(ctx->arena, "42804",
                       "could not determine polymorphic type because input has type unknown");
    }
    return NULL;
}

static err settle_compatible(struct infer_context *ctx,
                             const oid *actual,
                             const oid *declared,
                             size_t count,
                             struct generic *found)
{
    oid *types = ARENA_ARRAY(ctx->arena, oid, count ? count : 1);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_compatible_family(declared[i])) continue;
        found->used = true;
        if (declared[i] != ANYCOMPATIBLEARRAYOID) {
            types[used++] = actual[i];
            continue;
        }
        if (actual[i] == UNKNOWNOID) continue;
        oid element = infer_element_type(ctx, actual[i]);
        if (!element) {
            return err_sql(ctx->arena, "42804",
                           "argument declared anycompatiblearray is not an array but type %.*s",
                           STR_FMT(infer_type_text(ctx, actual[i], -1)));
        }
        types[used++] = element;
    }
    if (!found->used) return NULL;
    oid common = infer_common_of(ctx, types, used);
    if (!common) return not_alike(ctx, "anycompatible", types[0], types[used - 1]);
    found->element = common;
    found->array = infer_array_type(ctx, common);
    return NULL;
}

static oid generic_actual(oid declared, const struct generic *any, const struct generic *compatible)
{
    switch (declared) {
    case ANYARRAYOID: return any->array;
    case ANYELEMENTOID:
    case ANYNONARRAYOID:
    case ANYENUMOID: return any->element;
    case ANYRANGEOID: return any->range;
    case ANYCOMPATIBLEARRAYOID: return compatible->array;
    case ANYCOMPATIBLEOID:
    case ANYCOMPATIBLENONARRAYOID: return compatible->element;
    default: return declared; /* not an enum: an actual type */
    }
}

err infer_polymorphic(
    struct infer_context *ctx, const oid *actual, oid *declared, size_t count, oid result, oid *out)
{
    struct generic any = {.unknown = true};
    struct generic compatible = {.unknown = true};
    for (size_t i = 0; i < count; i++) {
        if (!builtin_is_polymorphic(declared[i]) || is_compatible_family(declared[i])) continue;
        TRY(note_generic(ctx, declared[i], actual[i], &any));
    }
    TRY(settle_generic(ctx, &any));
    TRY(settle_compatible(ctx, actual, declared, count, &compatible));
    for (size_t i = 0; i < count; i++) {
        oid type = generic_actual(declared[i], &any, &compatible);
        if (!type) {
            return err_sql(ctx->arena, "42704", "could not find array type for data type %.*s",
                           STR_FMT(infer_type_text(ctx, any.element, -1)));
        }
        declared[i] = type;
    }
    *out = generic_actual(result, &any, &compatible);
    if (*out == OID_NONE) {
        return err_sql(ctx->arena, "42P18", "could not determine polymorphic result type");
    }
    return NULL;
}
