/* libpg_query's JSON to nodes, in one pass: its text is trusted to be JSON, so this reads rather
 * than checks. It leaves out what is zero, false or absent, and wraps a node in {"Kind": {...}}
 * unless the field's kind is fixed. */
#include <string.h>

#include "base/utf8.h"
#include "sql/ast_int.h"
#include "sql/lex.h"

enum { KINDS_CACHED = 64, ITEMS_FIRST = 8 };

struct reading {
    struct arena *arena;
    str source;
    int32_t shift;
    str json;
    size_t at;            /* in json */
    size_t statistics_at; /* in source: behind the last SET STATISTICS that was read */
    unsigned char cached[KINDS_CACHED]; /* kinds seen, by a hash of their name; 0 is none */
};

_Static_assert(NODE_KIND_COUNT <= 256, "a kind fits a byte of the cache");

/* ---- negative integers, which 15-4.0.0 prints as {} ---- */

/* Reads signs, parentheses and digits at `at`: 0 unless they make a negative 32-bit integer. */
static int64_t negative_at(str source, size_t at)
{
    bool negative = false;
    for (at = lex_skip_blanks(source, at); at < source.len; at = lex_skip_blanks(source, at)) {
        char c = source.at[at];
        if (c != '-' && c != '+' && c != '(') break;
        if (c == '-') negative = !negative;
        at++;
    }
    struct lex_token token = lex_next(source, &at);
    int64_t value;
    if (!negative || token.kind != LEX_NUMBER || !str_to_i64(token.text, &value)) return 0;
    return value <= INT32_MAX ? -value : 0;
}

/* An option "name [=|by|with] value" starts at `at`: its value when that is a negative integer. */
static int64_t negative_option_at(str source, size_t at)
{
    for (;;) {
        size_t start = lex_skip_blanks(source, at);
        struct lex_token token = lex_next(source, &at);
        bool sign = token.kind == LEX_OPERATOR && str_ends(token.text, STR("-"));
        if (sign) return negative_at(source, start + token.text.len - 1);
        bool name =
            token.kind == LEX_WORD || token.kind == LEX_NAME || lex_is_punctuation(&token, '.');
        bool equals = token.kind == LEX_OPERATOR && str_eq(token.text, STR("="));
        if (!name && !equals) return 0;
    }
}

/* ALTER TABLE's SET STATISTICS has no place of its own: the next one in source is meant. */
static int64_t negative_statistics(struct reading *reading)
{
    struct lex_token before = {.kind = LEX_END};
    struct lex_token token = {.kind = LEX_PUNCTUATION};
    while (token.kind != LEX_END) {
        before = token;
        token = lex_next(reading->source, &reading->statistics_at);
        if (lex_is_word(&before, STR("set")) && lex_is_word(&token, STR("statistics"))) break;
    }
    return negative_at(reading->source, reading->statistics_at);
}

/* node is complete; location is in source, before the shift. */
static void restore_negatives(struct reading *reading, struct node *node, int64_t location)
{
    if (node->kind == T_A_Const && location >= 0) {
        struct A_Const *constant = (struct A_Const *)node;
        if (constant->val == A_CONST_INTEGER && constant->ival == 0)
            constant->ival = negative_at(reading->source, (size_t)location);
    } else if (node->kind == T_DefElem && location >= 0) {
        struct DefElem *option = (struct DefElem *)node;
        if (AST_IS(Integer, option->arg) && AST_AS(Integer, option->arg)->ival == 0)
            AST_AS(Integer, option->arg)->ival =
                negative_option_at(reading->source, (size_t)location);
    } else if (node->kind == T_AlterTableCmd) {
        struct AlterTableCmd *command = (struct AlterTableCmd *)node;
        if (command->subtype != AT_SetStatistics || !AST_IS(Integer, command->def)) return;
        int64_t negative = negative_statistics(reading);
        if (negative) AST_AS(Integer, command->def)->ival = negative;
    } else if (node->kind == T_TypeName) {
        /* "[]" is the bound -1. A bound says nothing in PostgreSQL, so "[0]" may be taken for it. */
        const struct list *bounds = ((struct TypeName *)node)->arrayBounds;
        for (size_t i = 0; i < bounds->count; i++)
            if (AST_AS(Integer, bounds->at[i])->ival == 0)
                AST_AS(Integer, bounds->at[i])->ival = -1;
    }
}

/* ---- tokens ---- */

static err unexpected(const struct reading *reading, str what)
{
    return err_new(reading->arena, ERR_INTERNAL, "the parser printed an unknown \"%.*s\"",
                   STR_FMT(what));
}

static char peek(const struct reading *reading)
{
    return reading->at < reading->json.len ? reading->json.at[reading->at] : '\0';
}

static bool take(struct reading *reading, char c)
{
    if (peek(reading) != c) return false;
    reading->at++;
    return true;
}

static err expect(struct reading *reading, char c)
{
    if (take(reading, c)) return NULL;
    return unexpected(reading, str_slice(reading->json, reading->at, reading->at + 20));
}

/* The raw string at `at`, which borrows; *escaped when it holds a backslash. */
static err read_raw(struct reading *reading, str *out, bool *escaped)
{
    TRY(expect(reading, '"'));
    const char *start = reading->json.at + reading->at;
    const char *end = reading->json.at + reading->json.len;
    const char *at = start;
    bool backslash = false;
    for (; at < end && *at != '"'; at++) {
        if (*at != '\\') continue;
        backslash = true;
        if (++at == end) break;
    }
    *escaped = backslash;
    *out = str_from(start, (size_t)(at - start));
    reading->at += out->len;
    return expect(reading, '"');
}

/* outToken of libpg_query writes \" \\ \b \f \n \r \t, and \u00XX for the rest and < >. */
static size_t decode(str raw, char *out)
{
    static const char letters[] = "b\bf\fn\nr\rt\t";
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.at[i] != '\\' || i + 1 >= raw.len) {
            out[len++] = raw.at[i];
            continue;
        }
        char c = raw.at[++i];
        if (c == 'u' && raw.len - i > 4) {
            int32_t code = 0;
            for (size_t k = 1; k <= 4; k++) code = code * 16 + (hex_value(raw.at[i + k]) & 15);
            len += utf8_encode(code, out + len);
            i += 4;
            continue;
        }
        const char *letter = c == '"' || c == '\\' ? NULL : strchr(letters, c);
        out[len++] = letter ? letter[1] : c;
    }
    return len;
}

/* A copy that is never NULL: an empty text differs from none. */
static err read_text(struct reading *reading, str *out)
{
    str raw;
    bool escaped;
    TRY(read_raw(reading, &raw, &escaped));
    if (!escaped) {
        *out = str_copy(reading->arena, raw);
        return NULL;
    }
    char *text = arena_alloc(reading->arena, raw.len + 1); /* no escape grows */
    *out = str_from(text, decode(raw, text));
    return NULL;
}

static err read_int(struct reading *reading, int64_t *out)
{
    size_t start = reading->at;
    while (peek(reading) == '-' || (peek(reading) >= '0' && peek(reading) <= '9')) reading->at++;
    str digits = str_slice(reading->json, start, reading->at);
    return str_to_i64(digits, out) ? NULL : unexpected(reading, digits);
}

static err read_bool(struct reading *reading, bool *out)
{
    str rest = str_skip(reading->json, reading->at);
    *out = str_starts(rest, STR("true"));
    if (!*out && !str_starts(rest, STR("false")))
        return unexpected(reading, str_slice(rest, 0, 20));
    reading->at += *out ? 4 : 5;
    return NULL;
}

/* "name": */
static err read_name(struct reading *reading, str *out)
{
    bool escaped;
    TRY(read_raw(reading, out, &escaped));
    return expect(reading, ':');
}

/* Steps into an object's next member: false at its end. first: nothing was read of it yet. */
static err next_member(struct reading *reading, bool first, bool *more, str *name)
{
    *more = !take(reading, '}');
    if (!*more) return NULL;
    if (!first) TRY(expect(reading, ','));
    return read_name(reading, name);
}

/* Over one value of any kind. */
static err skip_value(struct reading *reading)
{
    size_t depth = 0;
    do {
        char c = peek(reading);
        if (c == '\0') return unexpected(reading, STR("end"));
        if (c == '"') {
            str raw;
            bool escaped;
            TRY(read_raw(reading, &raw, &escaped));
            continue;
        }
        if (c == '{' || c == '[') depth++;
        if (c == '}' || c == ']') depth--;
        reading->at++;
        /* A number or a word goes on to the next mark. */
        while (depth == 0 && c != '}' && c != ']' && !strchr(",}]", peek(reading))) reading->at++;
    } while (depth > 0);
    return NULL;
}

/* ---- fields ---- */

static err read_node(struct reading *reading, struct node **out);
static err read_object(struct reading *reading, enum node_kind kind, struct node **out);

static err read_list(struct reading *reading, struct list **out)
{
    struct node *first[ITEMS_FIRST];
    struct list *items = &ast_list_none;
    size_t count = 0;
    TRY(expect(reading, '['));
    while (!take(reading, ']')) {
        struct node *item = NULL;
        if (count > 0) TRY(expect(reading, ','));
        TRY(read_node(reading, &item));
        if (count < ITEMS_FIRST) {
            first[count] = item;
        } else {
            if (count == ITEMS_FIRST) items = ast_list_of(reading->arena, first, count);
            ast_list_add(reading->arena, &items, item);
        }
        count++;
    }
    *out = count <= ITEMS_FIRST ? ast_list_of(reading->arena, first, count) : items;
    return NULL;
}

static err read_enum(struct reading *reading, int which, void *out)
{
    const str *names = ast_enum_names((enum ast_enum)which);
    str name;
    bool escaped;
    TRY(read_raw(reading, &name, &escaped));
    for (int i = 0; names[i].len; i++) {
        if (!str_eq(names[i], name)) continue;
        memcpy(out, &i, sizeof i);
        return NULL;
    }
    return unexpected(reading, name);
}

static err read_char(struct reading *reading, char *out)
{
    str raw;
    bool escaped;
    TRY(read_raw(reading, &raw, &escaped));
    *out = raw.len ? raw.at[0] : '\0';
    return NULL;
}

static err read_location(struct reading *reading, struct node *node)
{
    int64_t number;
    TRY(read_int(reading, &number));
    node->location = (int32_t)number;
    return NULL;
}

static err read_child(struct reading *reading, const struct ast_field *field, void *slot)
{
    struct node *child = NULL;
    if (field->kind == FIELD_NODE) {
        TRY(read_node(reading, &child));
    } else {
        TRY(read_object(reading, (enum node_kind)field->type, &child));
    }
    memcpy(slot, &child, sizeof child);
    return NULL;
}

static err read_field(struct reading *reading, const struct ast_field *field, struct node *node)
{
    void *slot = ast_slot(node, field);
    switch (field->kind) {
    case FIELD_NODE:
    case FIELD_OBJECT: return read_child(reading, field, slot);
    case FIELD_LIST: {
        struct list *items = &ast_list_none;
        TRY(read_list(reading, &items));
        memcpy(slot, &items, sizeof items);
        return NULL;
    }
    case FIELD_STRING: return read_text(reading, slot);
    case FIELD_INT: return read_int(reading, slot);
    case FIELD_BOOL: return read_bool(reading, slot);
    case FIELD_CHAR: return read_char(reading, slot);
    case FIELD_ENUM: return read_enum(reading, field->type, slot);
    case FIELD_LOCATION: return read_location(reading, node);
    case FIELD_END: break;
    }
    return unexpected(reading, field->name);
}

/* {"sval": "x"}, or {} for zero, false and the empty text. */
static err read_const_value(struct reading *reading, struct A_Const *constant)
{
    bool more;
    str name;
    TRY(expect(reading, '{'));
    TRY(next_member(reading, true, &more, &name));
    if (!more) return NULL;
    switch (constant->val) {
    case A_CONST_INTEGER: TRY(read_int(reading, &constant->ival)); break;
    case A_CONST_FLOAT: TRY(read_text(reading, &constant->fval)); break;
    case A_CONST_BOOLEAN: TRY(read_bool(reading, &constant->boolval)); break;
    case A_CONST_STRING: TRY(read_text(reading, &constant->sval)); break;
    case A_CONST_BITSTRING: TRY(read_text(reading, &constant->bsval)); break;
    case A_CONST_NULL: return unexpected(reading, name);
    }
    return expect(reading, '}');
}

/* {"sval": {"sval": "x"}, "location": 7}, or "isnull": true. */
static err read_const(struct reading *reading, struct A_Const *constant)
{
    static const struct {
        str name;
        enum A_Const_Kind val;
    } values[] = {
        {STR_INIT("sval"),    A_CONST_STRING   },
        {STR_INIT("ival"),    A_CONST_INTEGER  },
        {STR_INIT("fval"),    A_CONST_FLOAT    },
        {STR_INIT("boolval"), A_CONST_BOOLEAN  },
        {STR_INIT("bsval"),   A_CONST_BITSTRING},
    };
    bool more;
    str name;
    TRY(expect(reading, '{'));
    for (bool first = true;; first = false) {
        TRY(next_member(reading, first, &more, &name));
        if (!more) return NULL;
        size_t i = 0;
        while (i < COUNT_OF(values) && !str_eq(values[i].name, name)) i++;
        if (i < COUNT_OF(values)) {
            constant->val = values[i].val;
            if (constant->val == A_CONST_STRING) constant->sval = STR("");
            TRY(read_const_value(reading, constant));
        } else if (str_eq(name, STR("location"))) {
            TRY(read_location(reading, &constant->base));
        } else {
            TRY(skip_value(reading)); /* isnull: the kind that a constant starts as */
        }
    }
}

static err read_members(struct reading *reading, const struct ast_field *fields, struct node *node)
{
    const struct ast_field *next = fields; /* members mostly come in the table's order */
    bool more;
    str name;
    TRY(expect(reading, '{'));
    for (bool first = true;; first = false) {
        TRY(next_member(reading, first, &more, &name));
        if (!more) return NULL;
        while (next->kind != FIELD_END && !str_eq(next->name, name)) next++;
        if (next->kind == FIELD_END)
            for (next = fields; next->kind != FIELD_END && !str_eq(next->name, name);) next++;
        if (next->kind == FIELD_END) return unexpected(reading, name);
        TRY(read_field(reading, next, node));
    }
}

static bool has_location(const struct ast_field *field)
{
    while (field->kind != FIELD_END && field->kind != FIELD_LOCATION) field++;
    return field->kind == FIELD_LOCATION;
}

static err read_object(struct reading *reading, enum node_kind kind, struct node **out)
{
    const struct ast_field *fields = ast_fields(kind);
    struct node *node = ast_new_zeroed(reading->arena, kind);
    if (has_location(fields)) node->location = 0;
    if (kind == T_A_Const) {
        TRY(read_const(reading, (struct A_Const *)node));
    } else {
        TRY(read_members(reading, fields, node));
    }
    int64_t location = node->location;
    restore_negatives(reading, node, location);
    if (location >= 0) {
        location += reading->shift;
        node->location = location < 0 ? -1 : (int32_t)location;
    }
    *out = node;
    /* More digits than an int has; everywhere else a number is 0 or more. */
    if (kind == T_ParamRef && ((struct ParamRef *)node)->number < 0)
        return err_at(err_sql(reading->arena, "42P02", "there is no parameter with such a number"),
                      node->location);
    return NULL;
}

static enum node_kind kind_search(str name)
{
    for (int kind = T_Invalid + 1; kind < NODE_KIND_COUNT; kind++)
        if (str_eq(ast_kind_name((enum node_kind)kind), name)) return (enum node_kind)kind;
    return T_UnknownNode;
}

/* A statement has few kinds and many nodes. */
static enum node_kind kind_find(struct reading *reading, str name)
{
    if (str_empty(name)) return T_UnknownNode;
    size_t hash =
        name.len * 7 + (unsigned char)name.at[0] * 3 + (unsigned char)name.at[name.len - 1];
    unsigned char *cached = &reading->cached[hash % KINDS_CACHED];
    if (*cached && str_eq(ast_kind_name((enum node_kind) * cached), name))
        return (enum node_kind) * cached;
    enum node_kind kind = kind_search(name);
    *cached = (unsigned char)kind;
    return kind;
}

static err read_unknown(struct reading *reading, str name, struct node **out)
{
    *out = ast_new(reading->arena, T_UnknownNode);
    ((struct UnknownNode *)*out)->name = str_copy(reading->arena, name);
    return skip_value(reading);
}

/* {"Kind": {...}}, or {} for NULL. */
static err read_node(struct reading *reading, struct node **out)
{
    bool more;
    str name;
    TRY(expect(reading, '{'));
    TRY(next_member(reading, true, &more, &name));
    if (!more) return NULL;
    enum node_kind kind = kind_find(reading, name);
    if (kind == T_UnknownNode) {
        TRY(read_unknown(reading, name, out));
    } else {
        TRY(read_object(reading, kind, out));
    }
    return expect(reading, '}');
}

err ast_from_json(
    struct arena *arena, str json, str source, int32_t location_shift, struct node **out)
{
    struct reading reading = {
        .arena = arena, .source = source, .shift = location_shift, .json = json};
    str name = STR_NONE;
    bool more = true;
    *out = NULL;
    TRY(expect(&reading, '{'));
    for (bool first = true; more && !str_eq(name, STR("stmts")); first = false) {
        if (!first) TRY(skip_value(&reading)); /* version */
        TRY(next_member(&reading, first, &more, &name));
    }
    if (!more) return NULL;
    TRY(expect(&reading, '['));
    if (take(&reading, ']')) return NULL;
    TRY(expect(&reading, '{'));
    TRY(read_name(&reading, &name)); /* "stmt" is written first */
    TRY(read_node(&reading, out));
    while (take(&reading, ',')) { /* stmt_location, stmt_len */
        TRY(read_name(&reading, &name));
        TRY(skip_value(&reading));
    }
    TRY(expect(&reading, '}'));
    if (peek(&reading) == ',') *out = NULL;
    return NULL;
}
