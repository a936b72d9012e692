/* A query's text to its tree: operators by precedence, words by their maker. */
#include "base/cost.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "types/ts_int.h"
#include "types/ts_parser.h"
#include "types/tsquery.h"

struct pending {
    enum ts_node_kind kind; /* TS_STOP: an open parenthesis */
    unsigned distance;
};

/* Two stacks: operators that wait for their right side, and finished sides. */
struct reading {
    struct arena *arena;
    const struct ts_words_of *words;
    struct ts_scan scan;
    struct {
        VEC(struct pending);
    } operators;
    struct {
        VEC(struct ts_node *);
    } sides;
    size_t nodes;
};

static err syntax(struct reading *r)
{
    return err_sql(r->arena, "42601", "syntax error in tsquery: \"%.*s\"", STR_FMT(r->scan.text));
}

static int binds(enum ts_node_kind kind)
{
    static const int strengths[] = {
        [TS_STOP] = 0, [TS_OR] = 1, [TS_AND] = 2, [TS_PHRASE] = 3, [TS_NOT] = 4};
    return strengths[kind];
}

static err reduce(struct reading *r)
{
    struct pending top = r->operators.at[--r->operators.count];
    struct ts_node *right = r->sides.at[--r->sides.count], *left = NULL, *joined;
    if (top.kind != TS_NOT) left = r->sides.at[--r->sides.count];
    TRY(ts_node_join(r->arena, top.kind, top.distance, left, right, &joined));
    *VEC_ADD(r->arena, &r->sides) = joined;
    return NULL;
}

/* Those that bind at least as strongly are done before; NOT binds to the right. */
static err push_operator(struct reading *r, enum ts_node_kind kind, unsigned distance)
{
    while (kind != TS_NOT && r->operators.count) {
        enum ts_node_kind before = r->operators.at[r->operators.count - 1].kind;
        if (binds(before) < binds(kind)) break;
        TRY(reduce(r));
    }
    if (++r->nodes > TS_QUERY_NODES_MAX || r->operators.count > TS_QUERY_DEPTH_MAX)
        return err_sql(r->arena, "54000", "tsquery is too large");
    *VEC_ADD(r->arena, &r->operators) = (struct pending){kind, distance};
    return NULL;
}

static err open_parenthesis(struct reading *r)
{
    if (r->operators.count > TS_QUERY_DEPTH_MAX)
        return err_sql(r->arena, "54001", "stack depth limit exceeded");
    *VEC_ADD(r->arena, &r->operators) = (struct pending){TS_STOP, 0};
    return NULL;
}

static err close_parenthesis(struct reading *r)
{
    while (r->operators.count && r->operators.at[r->operators.count - 1].kind != TS_STOP)
        TRY(reduce(r));
    if (!r->operators.count) return syntax(r);
    r->operators.count--;
    return NULL;
}

static err finish(struct reading *r, struct ts_node **out)
{
    while (r->operators.count) {
        if (r->operators.at[r->operators.count - 1].kind == TS_STOP) return syntax(r);
        TRY(reduce(r));
    }
    *out = r->sides.count ? r->sides.at[0] : NULL;
    return NULL;
}

static err push_word(struct reading *r, str word, uint8_t weights, bool prefix)
{
    struct ts_node *node;
    TRY(r->words->make(r->words->context, r->arena, word, weights, prefix, &node));
    if (++r->nodes > TS_QUERY_NODES_MAX) return err_sql(r->arena, "54000", "tsquery is too large");
    *VEC_ADD(r->arena, &r->sides) = node;
    return NULL;
}

/* ---- characters ---- */

static char byte_at(const struct reading *r, size_t at)
{
    return at < r->scan.text.len ? r->scan.text.at[at] : '\0';
}

static bool space_at(const struct reading *r, size_t *at)
{
    size_t next = *at;
    int32_t c = utf8_next(r->scan.text, &next);
    if (c < 0 || !ts_is_space(c)) return false;
    *at = next;
    return true;
}

static void skip_space(struct reading *r)
{
    while (space_at(r, &r->scan.at)) continue;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- to_tsquery and tsquery's input ---- */

/* ":*AB" behind a word. */
static void take_modifiers(struct reading *r, uint8_t *weights, bool *prefix)
{
    *weights = 0;
    *prefix = false;
    if (byte_at(r, r->scan.at) != ':') return;
    for (r->scan.at++;; r->scan.at++) {
        uint8_t weight;
        char c = byte_at(r, r->scan.at);
        if (c == '*')
            *prefix = true;
        else if (ts_weight(c, &weight))
            *weights = (uint8_t)(*weights | 1u << weight);
        else
            return;
    }
}

/* "<->" or "<3>" at the place: *distance, or *found false. */
static err take_distance(struct reading *r, unsigned *distance, bool *found)
{
    size_t at = r->scan.at + 1;
    uint64_t number = 1;
    *found = false;
    if (byte_at(r, r->scan.at) != '<') return NULL;
    if (byte_at(r, at) == '-') {
        at++;
    } else {
        if (!is_digit(byte_at(r, at))) return NULL;
        for (number = 0; is_digit(byte_at(r, at)); at++)
            if (number <= UINT32_MAX) number = number * 10 + (uint64_t)(byte_at(r, at) - '0');
        if (number > TS_POSITION_MAX + 1) {
            return err_sql(
                r->arena, "22023",
                "distance in phrase operator must be an integer value between zero and %d "
                "inclusive",
                TS_POSITION_MAX + 1);
        }
    }
    if (byte_at(r, at) != '>') return NULL;
    *found = true;
    *distance = (unsigned)number;
    r->scan.at = at + 1;
    return NULL;
}

/* *done: the end, where a word was wanted. */
static err take_operand(struct reading *r, bool *operand, bool *done)
{
    skip_space(r);
    char c = byte_at(r, r->scan.at);
    *done = false;
    if (c == '!') {
        r->scan.at++;
        return push_operator(r, TS_NOT, 0);
    }
    if (c == '(') {
        r->scan.at++;
        return open_parenthesis(r);
    }
    if (c == ':') return syntax(r);
    str word;
    enum ts_scanned scanned = ts_scan_word(r->arena, &r->scan, &word);
    if (scanned == TS_SCAN_ERROR) return syntax(r);
    if (scanned == TS_SCAN_END) {
        *done = true;
        if (!r->sides.count && !r->operators.count) return NULL;
        return err_sql(r->arena, "42601", "no operand in tsquery: \"%.*s\"", STR_FMT(r->scan.text));
    }
    uint8_t weights;
    bool prefix;
    take_modifiers(r, &weights, &prefix);
    *operand = true;
    return push_word(r, word, weights, prefix);
}

static err take_operator(struct reading *r, bool *operand, bool *done)
{
    skip_space(r);
    char c = byte_at(r, r->scan.at);
    *done = r->scan.at >= r->scan.text.len;
    if (*done) return NULL;
    if (c == ')') {
        r->scan.at++;
        return close_parenthesis(r);
    }
    *operand = false;
    if (c == '&' || c == '|') {
        r->scan.at++;
        return push_operator(r, c == '&' ? TS_AND : TS_OR, 0);
    }
    unsigned distance;
    bool found;
    TRY(take_distance(r, &distance, &found));
    return found ? push_operator(r, TS_PHRASE, distance) : syntax(r);
}

err tsquery_parse_with(struct arena *arena,
                       const struct ts_words_of *words,
                       str text,
                       struct ts_node **out)
{
    struct reading r = {
        .arena = arena, .words = words, .scan = {.text = text, .query = true}
    };
    bool operand = false, done = false;
    while (!done && !cost_spend(arena, 50))
        TRY(operand ? take_operator(&r, &operand, &done) : take_operand(&r, &operand, &done));
    *out = NULL;
    return done ? finish(&r, out) : NULL;
}

/* ---- websearch_to_tsquery: never an error of syntax ---- */

static bool continues_word(const struct reading *r, size_t at)
{
    char c = byte_at(r, at);
    if (c == '-' || c == '_') return true;
    struct ts_parser parser = ts_parser_of(str_skip(r->scan.text, at), NULL);
    struct ts_span span;
    parser.text = str_slice(parser.text, 0, utf8_offset(parser.text, 1));
    return ts_parser_next(&parser, &span) && span.type != TS_BLANK;
}

/* "or" as a word of its own, with something behind it. */
static bool take_or(struct reading *r)
{
    size_t at = r->scan.at + 2;
    if (at >= r->scan.text.len ||
        !str_eq_nocase(str_slice(r->scan.text, r->scan.at, at), STR("or")))
        return false;
    if (continues_word(r, at)) return false;
    do {
        size_t next = at;
        at = utf8_next(r->scan.text, &next) < 0 ? at + 1 : next;
        if (at >= r->scan.text.len) return false;
        next = at;
        if (!space_at(r, &next)) break;
    } while (true);
    r->scan.at += 2;
    return true;
}

static err take_web_quote(struct reading *r)
{
    size_t start = ++r->scan.at, end = str_find_char(r->scan.text, '"', start);
    if (end > r->scan.text.len) end = r->scan.text.len;
    r->scan.at = end < r->scan.text.len ? end + 1 : end;
    return push_word(r, str_slice(r->scan.text, start, end), 0, false);
}

static err take_web_operand(struct reading *r, bool *operand, bool *done)
{
    skip_space(r);
    char c = byte_at(r, r->scan.at);
    if (c == '-') {
        r->scan.at++;
        return push_operator(r, TS_NOT, 0);
    }
    if (ts_is_operator(c)) {
        r->scan.at++;
        return NULL;
    }
    *operand = true;
    if (c == '"') return take_web_quote(r);
    str word;
    enum ts_scanned scanned = ts_scan_word(r->arena, &r->scan, &word);
    if (scanned == TS_SCAN_WORD) return push_word(r, word, 0, false);
    *done = true;
    if (r->sides.count || r->operators.count)
        *VEC_ADD(r->arena, &r->sides) = ts_node_stop(r->arena);
    return NULL;
}

static err take_web_operator(struct reading *r, bool *operand, bool *done)
{
    skip_space(r);
    *done = r->scan.at >= r->scan.text.len;
    if (*done) return NULL;
    if (ts_is_operator(byte_at(r, r->scan.at))) {
        r->scan.at++;
        return NULL;
    }
    *operand = false;
    return push_operator(r, take_or(r) ? TS_OR : TS_AND, 0);
}

err tsquery_parse_web(struct arena *arena,
                      const struct ts_words_of *words,
                      str text,
                      struct ts_node **out)
{
    struct reading r = {
        .arena = arena, .words = words, .scan = {.text = text, .query = true, .web = true}
    };
    bool operand = false, done = false;
    while (!done && !cost_spend(arena, 50)) {
        TRY(operand ? take_web_operator(&r, &operand, &done)
                    : take_web_operand(&r, &operand, &done));
    }
    *out = NULL;
    return done ? finish(&r, out) : NULL;
}
