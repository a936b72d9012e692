/* api/rest/query.h - the query string of a REST request as a tree.
 *
 * Pure: bytes in, tree out; no catalog, no HTTP. Filter values stay text; the tree says which plan
 * parameter each becomes, so that requests that differ in values alone share one plan.
 *
 * Owns:    nothing; nodes live in the request's arena and borrow its bytes.
 * Threads: any.
 * Errors:  PGRST100 with the text, the column (from 1) and what was expected.
 * Source:  docs/rest.md, "The URL".
 */
#ifndef DAPUR_API_REST_QUERY_H
#define DAPUR_API_REST_QUERY_H

#include "base/err.h"
#include "base/vec.h"

/* One step of a JSON path: -> or ->>, a key or an index. */
struct rest_json_step {
    bool as_text; /* ->> */
    bool is_index;
    int64_t index;
    str key;
};

struct rest_field {
    str name;
    struct rest_json_step *path;
    size_t path_count;
};

enum rest_operand {
    REST_SCALAR,  /* one value, never quantified */
    REST_QUANT,   /* one value, or (any)/(all) over an array literal */
    REST_LIST,    /* in.(...) */
    REST_IS,      /* null, not_null, true, false, unknown */
    REST_FULLTEXT /* [(config)] */
};

struct rest_operator {
    str name; /* in the URL */
    const char *sql;
    enum rest_operand operand;
    bool pattern; /* "*" stands for "%" */
};

enum rest_is { REST_IS_NULL, REST_IS_NOT_NULL, REST_IS_TRUE, REST_IS_FALSE, REST_IS_UNKNOWN };
enum rest_quantifier { REST_ONE, REST_ANY, REST_ALL };

struct rest_filter {
    struct rest_field field;
    bool negated;
    const struct rest_operator *op;
    enum rest_quantifier quantifier;
    enum rest_is is;
    str config;      /* full text */
    str value;       /* REST_SCALAR, REST_QUANT, REST_FULLTEXT */
    const str *list; /* REST_LIST */
    size_t list_count;
    int param; /* index of the plan parameter; -1: none (shape.c) */
};

enum rest_condition_kind { REST_CONDITION_FILTER, REST_CONDITION_AND, REST_CONDITION_OR };

struct rest_condition {
    enum rest_condition_kind kind;
    bool negated;
    struct rest_filter filter;
    struct rest_condition **children;
    size_t child_count;
};

struct rest_order {
    struct rest_field field;
    str relation; /* order=relation(field): of a to-one embed; else empty */
    bool descending;
    enum { REST_NULLS_DEFAULT, REST_NULLS_FIRST, REST_NULLS_LAST } nulls;
};

struct rest_embed;

enum rest_item_kind { REST_ITEM_STAR, REST_ITEM_FIELD, REST_ITEM_COUNT, REST_ITEM_EMBED };

struct rest_item {
    enum rest_item_kind kind;
    str alias;
    struct rest_field field;
    str cast;      /* ::type behind the field */
    str aggregate; /* sum, avg, count, max, min; empty: none */
    str aggregate_cast;
    struct rest_embed *embed;
};

/* One relation of the request with what happens on it: the root, or an embed. */
struct rest_level {
    struct {
        VEC(struct rest_item);
    } items;
    struct {
        VEC(struct rest_condition *);
    } conditions; /* ANDed */
    struct {
        VEC(struct rest_order);
    } orders;
    bool has_order;
    bool has_limit, has_offset;
    int64_t limit, offset;
    int limit_param, offset_param; /* -1: none (shape.c) */
};

enum rest_join { REST_JOIN_DEFAULT, REST_JOIN_LEFT, REST_JOIN_INNER };

struct rest_embed {
    str alias;
    str target;
    str hint;
    enum rest_join join;
    bool spread;
    struct rest_level level;
};

struct rest_argument {
    str name, value;
};

struct rest_query {
    struct rest_level root;
    bool has_select;
    bool has_columns;
    const str *columns;
    size_t column_count;
    bool has_on_conflict;
    const str *on_conflict;
    size_t on_conflict_count;
    bool has_filters; /* any condition on the root */
    struct {
        VEC(struct rest_argument);
    } arguments; /* function calls by GET */
};

enum rest_query_use { REST_USE_TABLE, REST_USE_CALL_GET, REST_USE_CALL_POST };

/* query: raw, without "?". use: in a GET call, parameters that are no operator expression are
 * arguments. */
MUST_USE err rest_query_parse(struct arena *arena,
                              str query,
                              enum rest_query_use use,
                              struct rest_query *out);

/* The parts, for tests and for each other. text is decoded. */
MUST_USE err rest_select_parse(struct arena *arena, str text, struct rest_level *out);
MUST_USE err rest_filter_parse(struct arena *arena, str key, str value, struct rest_filter *out);
MUST_USE err rest_logic_parse(
    struct arena *arena, bool negated, bool any, str value, struct rest_condition **out);
MUST_USE err rest_order_parse(struct arena *arena, str text, struct rest_level *out);
/* The embed of this level with that alias or target; NULL when there is none. */
struct rest_embed *rest_embed_find(const struct rest_level *level, str name);
/* column=eq.value with nothing around it: no not, no path, no (any). */
bool rest_is_plain_eq(const struct rest_condition *condition);
/* Whether value begins like an operator expression ("eq.", "not.in.", "is.null"). */
bool rest_is_operation(str value);

#endif
