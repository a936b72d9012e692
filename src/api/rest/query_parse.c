/* api/rest/query_parse.c - the whole query string: which key means what, and for which level. */
#include "api/rest/scan.h"
#include "base/utf8.h"
#include "http/url.h"

/* Orders ------------------------------------------------------------------------------------------- */

static err parse_order_target(struct scan *scan, struct rest_order *order)
{
    TRY(scan_field(scan, &order->field));
    if (order->field.path_count || scan_peek(scan, 0) != '(') return NULL;
    order->relation = order->field.name;
    scan->at++;
    TRY(scan_field(scan, &order->field));
    return scan_take(scan, STR(")")) ? NULL : scan_error(scan, "\")\"");
}

static err parse_order_term(struct scan *scan, struct rest_order *order)
{
    TRY(parse_order_target(scan, order));
    if (scan_take(scan, STR(".asc")))
        order->descending = false;
    else if (scan_take(scan, STR(".desc")))
        order->descending = true;
    if (scan_take(scan, STR(".nullsfirst")))
        order->nulls = REST_NULLS_FIRST;
    else if (scan_take(scan, STR(".nullslast")))
        order->nulls = REST_NULLS_LAST;
    scan_space(scan);
    if (scan_end(scan) || scan_peek(scan, 0) == ',') return NULL;
    return scan_error(scan, "\"asc\", \"desc\", \"nullsfirst\" or \"nullslast\"");
}

err rest_order_parse(struct arena *arena, str text, struct rest_level *out)
{
    struct scan scan = {.arena = arena, .text = text, .what = "order"};
    do TRY(parse_order_term(&scan, VEC_ADD(arena, &out->orders)));
    while (scan_take(&scan, STR(",")));
    out->has_order = true;
    return NULL;
}

static err parse_names(
    struct arena *arena, str text, const char *what, const str **out, size_t *count)
{
    struct scan scan = {.arena = arena, .text = text, .what = what};
    struct {
        VEC(str);
    } names = {0};
    do TRY(scan_name(&scan, VEC_ADD(arena, &names)));
    while (scan_take(&scan, STR(",")));
    if (!scan_end(&scan)) return scan_error(&scan, "\",\" or end of input");
    *out = names.at;
    *count = names.count;
    return NULL;
}

/* Parameters -------------------------------------------------------------------------------------- */

struct parameter {
    str name, value; /* decoded */
    bool used;
};

struct parsing {
    struct arena *arena;
    struct rest_query *query;
    enum rest_query_use use;
    struct {
        VEC(struct parameter);
    } parameters;
};

static err decode(struct arena *arena, str raw, str *out)
{
    TRY(url_decode(arena, raw, URL_PLUS_SPACE, out));
    bool text = utf8_valid(*out) && str_find_char(*out, '\0', 0) == SIZE_MAX;
    return text ? NULL : err_new(arena, ERR_UTF8, "the query string is not valid UTF-8");
}

static err read_parameters(struct parsing *parsing, str query)
{
    str name, value;
    while (url_query_next(&query, &name, &value)) {
        if (!value.at) continue; /* without "=" it means nothing */
        struct parameter *parameter = VEC_ADD(parsing->arena, &parsing->parameters);
        TRY(decode(parsing->arena, name, &parameter->name));
        TRY(decode(parsing->arena, value, &parameter->value));
    }
    return NULL;
}

/* Cuts a key at its dots outside quotes: "a.b.order". */
static err split_key(struct arena *arena, str key, str **parts, size_t *count)
{
    struct {
        VEC(str);
    } found = {0};
    size_t start = 0;
    bool quoted = false;
    for (size_t i = 0; i <= key.len; i++) {
        if (i < key.len && key.at[i] == '"') quoted = !quoted;
        if (i < key.len && (quoted || key.at[i] != '.')) continue;
        *VEC_ADD(arena, &found) = str_slice(key, start, i);
        start = i + 1;
    }
    *parts = found.at;
    *count = found.count;
    return NULL;
}

static str unquoted(struct arena *arena, str part)
{
    struct scan scan = {.arena = arena, .text = part, .what = "tree path"};
    str name;
    return part.len && part.at[0] == '"' && !scan_quoted(&scan, &name) ? name : str_trim(part);
}

struct rest_embed *rest_embed_find(const struct rest_level *level, str name)
{
    if (str_empty(name)) return NULL; /* most embeds have an empty alias */
    for (size_t i = 0; i < level->items.count; i++) {
        struct rest_embed *embed = level->items.at[i].embed;
        if (embed && (str_eq(embed->alias, name) || str_eq(embed->target, name))) return embed;
    }
    return NULL;
}

/* The level that the embed path in front of a key names. */
static err find_level(struct parsing *parsing,
                      const str *path,
                      size_t count,
                      struct rest_level **out)
{
    *out = &parsing->query->root;
    for (size_t i = 0; i < count; i++) {
        str name = unquoted(parsing->arena, path[i]);
        struct rest_embed *embed = rest_embed_find(*out, name);
        if (!embed) {
            struct err *error =
                rest_err(parsing->arena, 400, "PGRST108",
                         "'%.*s' is not an embedded resource in this request", STR_FMT(name));
            return err_hint(parsing->arena, error,
                            "Verify that '%.*s' is included in the 'select' query parameter.",
                            STR_FMT(name));
        }
        *out = &embed->level;
    }
    return NULL;
}

static void add_condition(struct parsing *parsing,
                          struct rest_level *level,
                          struct rest_condition *node)
{
    *VEC_ADD(parsing->arena, &level->conditions) = node;
    if (level == &parsing->query->root) parsing->query->has_filters = true;
}

static err add_filter(struct parsing *parsing, struct rest_level *level, str key, str value)
{
    struct rest_condition *node = ARENA_NEW(parsing->arena, struct rest_condition);
    TRY(rest_filter_parse(parsing->arena, key, value, &node->filter));
    add_condition(parsing, level, node);
    return NULL;
}

static err set_order(struct parsing *parsing, struct rest_level *level, str value)
{
    return level->has_order ? NULL : rest_order_parse(parsing->arena, value, level);
}

/* Not a number: as if it were not there. */
static void set_limit(struct rest_level *level, str value)
{
    int64_t number;
    if (!str_to_i64(value, &number)) return;
    level->limit = number;
    level->has_limit = true;
}

static void set_offset(struct rest_level *level, str value)
{
    int64_t number;
    if (!str_to_i64(value, &number)) return;
    level->offset = number < 0 ? 0 : number;
    level->has_offset = true;
}

static err apply_reserved(
    struct parsing *parsing, const str *parts, size_t count, str value, bool *taken)
{
    str last = parts[count - 1];
    struct rest_level *level;
    *taken = true;
    bool any = str_eq(last, STR("or"));
    if (any || str_eq(last, STR("and"))) {
        bool negated = count > 1 && str_eq(parts[count - 2], STR("not"));
        struct rest_condition *node;
        TRY(find_level(parsing, parts, count - 1 - negated, &level));
        TRY(rest_logic_parse(parsing->arena, negated, any, value, &node));
        add_condition(parsing, level, node);
        return NULL;
    }
    bool order = str_eq(last, STR("order")), limit = str_eq(last, STR("limit"));
    if (!order && !limit && !str_eq(last, STR("offset"))) return *taken = false, NULL;
    TRY(find_level(parsing, parts, count - 1, &level));
    if (order) return set_order(parsing, level, value);
    if (limit)
        set_limit(level, value);
    else
        set_offset(level, value);
    return NULL;
}

static bool is_argument(const struct parsing *parsing, const struct parameter *parameter)
{
    bool call = parsing->use == REST_USE_CALL_GET;
    if (!call) return false;
    /* "in.", "is." and "not." that do not parse are errors, not arguments. */
    static const str strict[] = {STR_INIT("in."), STR_INIT("is."), STR_INIT("not.")};
    for (size_t i = 0; i < COUNT_OF(strict); i++)
        if (str_starts(parameter->value, strict[i])) return false;
    return !rest_is_operation(parameter->value);
}

static err apply(struct parsing *parsing, const struct parameter *parameter)
{
    str *parts;
    size_t count;
    TRY(split_key(parsing->arena, parameter->name, &parts, &count));
    bool taken;
    TRY(apply_reserved(parsing, parts, count, parameter->value, &taken));
    if (taken) return NULL;
    if (is_argument(parsing, parameter)) {
        *VEC_ADD(parsing->arena, &parsing->query->arguments) =
            (struct rest_argument){parameter->name, parameter->value};
        return NULL;
    }
    struct rest_level *level;
    TRY(find_level(parsing, parts, count - 1, &level));
    return add_filter(parsing, level, parts[count - 1], parameter->value);
}

/* The first of its kind, or NULL; later ones are ignored. */
static const struct parameter *take_first(struct parsing *parsing, str name)
{
    const struct parameter *first = NULL;
    for (size_t i = 0; i < parsing->parameters.count; i++) {
        struct parameter *parameter = &parsing->parameters.at[i];
        if (!str_eq(parameter->name, name)) continue;
        parameter->used = true;
        if (!first) first = parameter;
    }
    return first;
}

static err parse_shape(struct parsing *parsing)
{
    struct rest_query *query = parsing->query;
    const struct parameter *select = take_first(parsing, STR("select"));
    const struct parameter *columns = take_first(parsing, STR("columns"));
    const struct parameter *conflict = take_first(parsing, STR("on_conflict"));
    if (select) {
        query->has_select = true;
        TRY(rest_select_parse(parsing->arena, select->value, &query->root));
    }
    if (query->root.items.count == 0)
        VEC_ADD(parsing->arena, &query->root.items)->kind = REST_ITEM_STAR;
    if (columns) {
        query->has_columns = true;
        TRY(parse_names(parsing->arena, columns->value, "columns parameter", &query->columns,
                        &query->column_count));
    }
    if (!conflict) return NULL;
    query->has_on_conflict = true;
    return parse_names(parsing->arena, conflict->value, "on_conflict parameter",
                       &query->on_conflict, &query->on_conflict_count);
}

err rest_query_parse(struct arena *arena,
                     str query,
                     enum rest_query_use use,
                     struct rest_query *out)
{
    struct parsing parsing = {.arena = arena, .query = out, .use = use};
    *out = (struct rest_query){0};
    TRY(read_parameters(&parsing, query));
    TRY(parse_shape(&parsing));
    for (size_t i = 0; i < parsing.parameters.count; i++)
        if (!parsing.parameters.at[i].used) TRY(apply(&parsing, &parsing.parameters.at[i]));
    return NULL;
}

bool rest_is_plain_eq(const struct rest_condition *condition)
{
    const struct rest_filter *filter = &condition->filter;
    return condition->kind == REST_CONDITION_FILTER && !condition->negated && !filter->negated &&
           filter->field.path_count == 0 && filter->quantifier == REST_ONE &&
           str_eq(filter->op->name, STR("eq"));
}
