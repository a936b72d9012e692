/* api/rest/filter_parse.c - column=op.value, and=(...), or=(...). */
#include <string.h>

#include "api/rest/scan.h"

/* Sorted by name. */
static const struct rest_operator operators[] = {
    {STR_INIT("adj"),        "-|-",                  REST_SCALAR,   false},
    {STR_INIT("cd"),         "<@",                   REST_SCALAR,   false},
    {STR_INIT("cs"),         "@>",                   REST_SCALAR,   false},
    {STR_INIT("eq"),         "=",                    REST_QUANT,    false},
    {STR_INIT("fts"),        "to_tsquery",           REST_FULLTEXT, false},
    {STR_INIT("gt"),         ">",                    REST_QUANT,    false},
    {STR_INIT("gte"),        ">=",                   REST_QUANT,    false},
    {STR_INIT("ilike"),      "~~*",                  REST_QUANT,    true },
    {STR_INIT("imatch"),     "~*",                   REST_QUANT,    false},
    {STR_INIT("in"),         "=",                    REST_LIST,     false},
    {STR_INIT("is"),         "IS",                   REST_IS,       false},
    {STR_INIT("isdistinct"), "IS DISTINCT FROM",     REST_SCALAR,   false},
    {STR_INIT("like"),       "~~",                   REST_QUANT,    true },
    {STR_INIT("lt"),         "<",                    REST_QUANT,    false},
    {STR_INIT("lte"),        "<=",                   REST_QUANT,    false},
    {STR_INIT("match"),      "~",                    REST_QUANT,    false},
    {STR_INIT("neq"),        "<>",                   REST_SCALAR,   false},
    {STR_INIT("nxl"),        "&>",                   REST_SCALAR,   false},
    {STR_INIT("nxr"),        "&<",                   REST_SCALAR,   false},
    {STR_INIT("ov"),         "&&",                   REST_SCALAR,   false},
    {STR_INIT("phfts"),      "phraseto_tsquery",     REST_FULLTEXT, false},
    {STR_INIT("plfts"),      "plainto_tsquery",      REST_FULLTEXT, false},
    {STR_INIT("sl"),         "<<",                   REST_SCALAR,   false},
    {STR_INIT("sr"),         ">>",                   REST_SCALAR,   false},
    {STR_INIT("wfts"),       "websearch_to_tsquery", REST_FULLTEXT, false},
};

enum { LOGIC_DEPTH_MAX = 64 };

static const struct rest_operator *find_operator(str name)
{
    size_t low = 0, high = COUNT_OF(operators);
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(operators[middle].name, name);
        if (order == 0) return &operators[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static str operator_word(str text)
{
    size_t len = 0;
    while (len < text.len && text.at[len] >= 'a' && text.at[len] <= 'z') len++;
    return str_slice(text, 0, len);
}

bool rest_is_operation(str value)
{
    if (str_starts(value, STR("not."))) value = str_skip(value, 4);
    str word = operator_word(value);
    if (!find_operator(word) || word.len >= value.len) return false;
    char behind = value.at[word.len];
    return behind == '.' || behind == '(';
}

/* Values ------------------------------------------------------------------------------------------ */

/* An element that opens with a quote which closes right before "," or ")" is quoted; else verbatim. */
static bool quoted_element(struct scan *scan, str *out)
{
    size_t start = scan->at;
    if (scan_peek(scan, 0) != '"') return false;
    bool closed = !scan_quoted(scan, out);
    if (closed && (scan_peek(scan, 0) == ',' || scan_peek(scan, 0) == ')')) return true;
    scan->at = start;
    return false;
}

static err parse_list(struct scan *scan, struct rest_filter *filter)
{
    struct {
        VEC(str);
    } items = {0};
    if (!scan_take(scan, STR("("))) return scan_error(scan, "\"(\"");
    scan_space(scan);
    if (scan_take(scan, STR(")"))) return NULL;
    do {
        str *item = VEC_ADD(scan->arena, &items);
        if (quoted_element(scan, item)) continue;
        size_t start = scan->at;
        while (!scan_end(scan) && scan_peek(scan, 0) != ',' && scan_peek(scan, 0) != ')')
            scan->at++;
        *item = str_slice(scan->text, start, scan->at);
    } while (scan_take(scan, STR(",")));
    if (!scan_take(scan, STR(")"))) return scan_error(scan, "\",\" or \")\"");
    filter->list = items.at;
    filter->list_count = items.count;
    return NULL;
}

static err parse_is(struct scan *scan, struct rest_filter *filter)
{
    static const struct {
        str name;
        enum rest_is value;
    } words[] = {
        {STR_INIT("null"),     REST_IS_NULL    },
        {STR_INIT("not_null"), REST_IS_NOT_NULL},
        {STR_INIT("true"),     REST_IS_TRUE    },
        {STR_INIT("false"),    REST_IS_FALSE   },
        {STR_INIT("unknown"),  REST_IS_UNKNOWN },
    };
    str rest = str_skip(scan->text, scan->at);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        str head = str_slice(rest, 0, words[i].name.len);
        char behind = rest.len > head.len ? rest.at[head.len] : '\0';
        if (!str_eq_nocase(head, words[i].name) || behind == '_') continue;
        filter->is = words[i].value;
        scan->at += head.len;
        return NULL;
    }
    return scan_error(scan, "isVal: (null, not_null, true, false, unknown)");
}

/* A leaf inside a logic tree: quoted, {...} without inner braces, or up to "," or ")". */
static err parse_leaf_value(struct scan *scan, str *out)
{
    if (quoted_element(scan, out)) return NULL;
    size_t start = scan->at;
    if (scan_peek(scan, 0) == '{') {
        size_t close = str_find_char(scan->text, '}', scan->at);
        size_t open = str_find_char(scan->text, '{', scan->at + 1);
        if (close != SIZE_MAX && (open == SIZE_MAX || open > close)) {
            scan->at = close + 1;
            *out = str_slice(scan->text, start, scan->at);
            return NULL;
        }
    }
    while (!scan_end(scan) && scan_peek(scan, 0) != ',' && scan_peek(scan, 0) != ')') scan->at++;
    *out = str_slice(scan->text, start, scan->at);
    return NULL;
}

static err parse_value(struct scan *scan, bool leaf, str *out)
{
    if (leaf) return parse_leaf_value(scan, out);
    *out = str_skip(scan->text, scan->at);
    scan->at = scan->text.len;
    return NULL;
}

static str stars_to_percent(struct arena *arena, str value)
{
    str copy = str_copy(arena, value);
    char *at = (char *)(uintptr_t)copy.at;
    for (size_t i = 0; i < copy.len; i++)
        if (at[i] == '*') at[i] = '%';
    return copy;
}

static err parse_operator_head(struct scan *scan, struct rest_filter *filter)
{
    static const char expecting[] = "operator (eq, gt, ...)";
    filter->negated = scan_take(scan, STR("not."));
    str word = operator_word(str_skip(scan->text, scan->at));
    filter->op = find_operator(word);
    if (!filter->op)
        return scan_error(scan, filter->negated ? expecting : "\"not\" or operator (eq, gt, ...)");
    scan->at += word.len;
    if (filter->op->operand == REST_QUANT) {
        if (scan_take(scan, STR("(any)")))
            filter->quantifier = REST_ANY;
        else if (scan_take(scan, STR("(all)")))
            filter->quantifier = REST_ALL;
    }
    if (filter->op->operand == REST_FULLTEXT && scan_take(scan, STR("("))) {
        TRY(scan_type(scan, &filter->config));
        if (!scan_take(scan, STR(")"))) return scan_error(scan, "\")\"");
    }
    return scan_take(scan, STR(".")) ? NULL : scan_error(scan, "\".\"");
}

static err parse_operation(struct scan *scan, bool leaf, struct rest_filter *filter)
{
    filter->param = -1;
    TRY(parse_operator_head(scan, filter));
    switch (filter->op->operand) {
    case REST_LIST: return parse_list(scan, filter);
    case REST_IS: return parse_is(scan, filter);
    case REST_SCALAR:
    case REST_QUANT:
    case REST_FULLTEXT: break;
    }
    TRY(parse_value(scan, leaf, &filter->value));
    if (filter->op->pattern) filter->value = stars_to_percent(scan->arena, filter->value);
    return NULL;
}

err rest_filter_parse(struct arena *arena, str key, str value, struct rest_filter *out)
{
    struct scan keys = {.arena = arena, .text = key, .what = "filter"};
    TRY(scan_field(&keys, &out->field));
    if (!scan_end(&keys)) return scan_error(&keys, "end of input");
    struct scan values = {.arena = arena, .text = value, .what = "filter"};
    TRY(parse_operation(&values, false, out));
    return scan_end(&values) ? NULL : scan_error(&values, "end of input");
}

/* Logic trees ------------------------------------------------------------------------------------- */

static err parse_tree(struct scan *scan, int depth, struct rest_condition **out);

static err parse_children(struct scan *scan, int depth, struct rest_condition *node)
{
    struct {
        VEC(struct rest_condition *);
    } children = {0};
    scan_space(scan);
    if (!scan_take(scan, STR("("))) return scan_error(scan, "\"(\"");
    do {
        scan_space(scan);
        TRY(parse_tree(scan, depth + 1, VEC_ADD(scan->arena, &children)));
        scan_space(scan);
    } while (scan_take(scan, STR(",")));
    if (!scan_take(scan, STR(")"))) return scan_error(scan, "\",\" or \")\"");
    scan_space(scan);
    node->children = children.at;
    node->child_count = children.count;
    return NULL;
}

/* "and(" or "or(", with "not." before it, starts a nested tree; else it is a leaf. */
static bool take_connective(struct scan *scan, struct rest_condition *node)
{
    size_t start = scan->at;
    node->negated = scan_take(scan, STR("not."));
    bool all = scan_take(scan, STR("and"));
    bool any = !all && scan_take(scan, STR("or"));
    size_t behind = scan->at;
    while (behind < scan->text.len && scan->text.at[behind] == ' ') behind++;
    bool opens = behind < scan->text.len && scan->text.at[behind] == '(';
    if ((all || any) && opens) {
        node->kind = any ? REST_CONDITION_OR : REST_CONDITION_AND;
        return true;
    }
    scan->at = start;
    node->negated = false;
    return false;
}

static err parse_tree(struct scan *scan, int depth, struct rest_condition **out)
{
    if (depth > LOGIC_DEPTH_MAX) return scan_error(scan, "fewer nested conditions");
    struct rest_condition *node = ARENA_NEW(scan->arena, struct rest_condition);
    *out = node;
    if (take_connective(scan, node)) return parse_children(scan, depth, node);
    node->kind = REST_CONDITION_FILTER;
    TRY(scan_field(scan, &node->filter.field));
    if (!scan_take(scan, STR("."))) return scan_error(scan, "\".\"");
    TRY(parse_operation(scan, true, &node->filter));
    scan_space(scan);
    return NULL;
}

err rest_logic_parse(
    struct arena *arena, bool negated, bool any, str value, struct rest_condition **out)
{
    /* The dialect counts columns from the operator word in front of the value. */
    struct scan scan = {.arena = arena, .text = value, .what = "logic tree", .shift = any ? 2 : 3};
    struct rest_condition *node = ARENA_NEW(arena, struct rest_condition);
    node->kind = any ? REST_CONDITION_OR : REST_CONDITION_AND;
    node->negated = negated;
    TRY(parse_children(&scan, 0, node));
    if (!scan_end(&scan)) return scan_error(&scan, "end of input");
    *out = node;
    return NULL;
}
