/* sql/builtin.c - the tables behind builtin.h, and binary search in them. */
#include "sql/builtin.h"

#include <stdlib.h>

/* ---- types and casts ---- */

static const struct builtin_type types[] = {
#define TYPE(oid_, name_, category_, preferred_, kind_, storage_, element_, array_) \
    {.oid = (oid_),                                                                 \
     .name = STR_INIT(name_),                                                       \
     .category = (category_),                                                       \
     .preferred = (preferred_),                                                     \
     .kind = (kind_),                                                               \
     .storage = (storage_),                                                         \
     .element = (element_),                                                         \
     .array = (array_)},
#include "sql/builtin_types.def"
#undef TYPE
};

static const struct builtin_cast casts[] = {
#define CAST(source_, target_, context_, binary_) {(source_), (target_), (context_), (binary_)},
#include "sql/builtin_casts.def"
#undef CAST
};

static int compare_type(const void *key, const void *item)
{
    uint32_t id = *(const uint32_t *)key;
    uint32_t other = ((const struct builtin_type *)item)->oid;
    return id < other ? -1 : id > other;
}

const struct builtin_type *builtin_type(uint32_t oid)
{
    return bsearch(&oid, types, COUNT_OF(types), sizeof types[0], compare_type);
}

uint32_t builtin_range_subtype(uint32_t range)
{
    switch (range) {
    case INT4RANGEOID: return INT4OID;
    case INT8RANGEOID: return INT8OID;
    case NUMRANGEOID: return NUMERICOID;
    case DATERANGEOID: return DATEOID;
    case TSRANGEOID: return TIMESTAMPOID;
    case TSTZRANGEOID: return TIMESTAMPTZOID;
    default: return 0; /* not an enum: every other type */
    }
}

const struct builtin_type *builtin_type_named(str name)
{
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (str_eq(types[i].name, name)) return &types[i];
    }
    return NULL;
}

const struct builtin_type *builtin_type_next(size_t *at)
{
    return *at < COUNT_OF(types) ? &types[(*at)++] : NULL;
}

static int compare_cast(const void *key, const void *item)
{
    const struct builtin_cast *a = key;
    const struct builtin_cast *b = item;
    if (a->source != b->source) return a->source < b->source ? -1 : 1;
    return a->target < b->target ? -1 : a->target > b->target;
}

const struct builtin_cast *builtin_cast(uint32_t source, uint32_t target)
{
    struct builtin_cast key = {.source = source, .target = target};
    return bsearch(&key, casts, COUNT_OF(casts), sizeof casts[0], compare_cast);
}

/* ---- functions and operators ---- */

static const struct builtin_column columns_aclexplode[] = {
    {"grantor",        OIDOID },
    {"grantee",        OIDOID },
    {"privilege_type", TEXTOID},
    {"is_grantable",   BOOLOID},
};
static const struct builtin_column columns_json_each[] = {
    {"key",   TEXTOID},
    {"value", JSONOID}
};
static const struct builtin_column columns_json_each_text[] = {
    {"key",   TEXTOID},
    {"value", TEXTOID}
};
static const struct builtin_column columns_jsonb_each[] = {
    {"key",   TEXTOID },
    {"value", JSONBOID}
};
static const struct builtin_column columns_jsonb_each_text[] = {
    {"key",   TEXTOID},
    {"value", TEXTOID}
};

enum { STRICT = 1, LEAKPROOF = 2, VARIADIC = 4, WRITES = 8 };

#define ARGS(...)   \
    {               \
        __VA_ARGS__ \
    }
#define ROW(kind_, schema_, name_, symbol_, result_, volatility_, flags_, count_, least_, args_) \
    .kind = (kind_), .schema = (schema_), .name = STR_INIT(name_), .symbol = (symbol_),          \
    .args = ARGS args_, .arg_count = (count_), .arg_least = (least_),                            \
    .variadic = ((flags_)&VARIADIC) != 0, .result = (result_), .volatility = (volatility_),      \
    .strict = ((flags_)&STRICT) != 0, .leakproof = ((flags_)&LEAKPROOF) != 0,                    \
    .writes = ((flags_)&WRITES) != 0

static const struct builtin rows[] = {
#define OPERATOR(...) {ROW(BUILTIN_OPERATOR, __VA_ARGS__)},
#define WINDOW(...) {ROW(BUILTIN_WINDOW, __VA_ARGS__)},
#define AGGREGATE(schema, name, symbol, result, volatility, flags, count, least, args, aggregate) \
    {ROW(BUILTIN_AGGREGATE, schema, name, symbol, result, volatility, flags, count, least, args), \
     .aggregate_kind = (aggregate)},
#define FUNCTION(schema, name, symbol, result, volatility, flags, count, least, args, names_,    \
                 defaults_)                                                                      \
    {ROW(BUILTIN_FUNCTION, schema, name, symbol, result, volatility, flags, count, least, args), \
     .arg_names = (names_), .defaults = (defaults_)},
#define SET(schema, name, symbol, result, volatility, flags, count, least, args, names_,    \
            defaults_, columns_, columns_count_)                                            \
    {ROW(BUILTIN_SET, schema, name, symbol, result, volatility, flags, count, least, args), \
     .arg_names = (names_), .defaults = (defaults_), .columns = (columns_),                 \
     .column_count = (columns_count_)},
#include "sql/builtin.def"
#undef OPERATOR
#undef WINDOW
#undef AGGREGATE
#undef FUNCTION
#undef SET
};

/* The half of the table that a kind lives in: operators first. */
static bool is_operator(const struct builtin *row)
{
    return row->kind == BUILTIN_OPERATOR;
}

/* The first row of the half at or above name. */
static size_t lower_bound(bool operators, str name)
{
    size_t low = 0;
    size_t high = COUNT_OF(rows);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool below = is_operator(&rows[middle]) != operators ? !operators
                                                             : str_cmp(rows[middle].name, name) < 0;
        if (below)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* *at holds the index of the row to look at next, plus one. */
static const struct builtin *next_named(bool operators, str name, size_t *at)
{
    size_t index = *at == 0 ? lower_bound(operators, name) : *at - 1;
    if (index >= COUNT_OF(rows)) return NULL;
    const struct builtin *row = &rows[index];
    if (is_operator(row) != operators || !str_eq(row->name, name)) return NULL;
    *at = index + 2;
    return row;
}

const struct builtin *builtin_operator_next(str name, size_t *at)
{
    return next_named(true, name, at);
}

const struct builtin *builtin_function_next(str name, size_t *at)
{
    return next_named(false, name, at);
}

const struct builtin *builtin_next(size_t *at)
{
    return *at < COUNT_OF(rows) ? &rows[(*at)++] : NULL;
}

const struct builtin *builtin_operator_exact(str name, uint32_t left, uint32_t right)
{
    size_t at = 0;
    const struct builtin *row;
    while ((row = builtin_operator_next(name, &at))) {
        bool prefix = row->arg_count == 1;
        if (prefix != (left == 0)) continue;
        if (prefix ? row->args[0] == right : row->args[0] == left && row->args[1] == right) {
            return row;
        }
    }
    return NULL;
}
