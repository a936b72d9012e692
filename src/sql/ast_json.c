/* libpg_query's JSON to nodes. It leaves out what is zero, false or absent, and wraps a node in
 * {"Kind": {...}} unless the field's kind is fixed. */
#include <string.h>

#include "sql/ast_int.h"
#include "sql/lex.h"

struct reading {
    struct arena *arena;
    str source;
    int32_t shift;
};

static err unexpected(const struct reading *reading, str what)
{
    return err_new(reading->arena, ERR_INTERNAL, "the parser printed an unknown \"%.*s\"",
                   STR_FMT(what));
}

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

/* node is complete; location is in source, before the shift. */
static void restore_negatives(const struct reading *reading, struct node *node, int64_t location)
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
    } else if (node->kind == T_TypeName) {
        /* "[]" is the bound -1. A bound says nothing in PostgreSQL, so "[0]" may be taken for it. */
        const struct list *bounds = ((struct TypeName *)node)->arrayBounds;
        for (size_t i = 0; i < bounds->count; i++)
            if (AST_AS(Integer, bounds->at[i])->ival == 0)
                AST_AS(Integer, bounds->at[i])->ival = -1;
    }
}

/* ---- fields ---- */

static err read_node(const struct reading *reading, const struct json *json, struct node **out);
static err read_object(const struct reading *reading,
                       const struct json *json,
                       enum node_kind kind,
                       struct node **out);

static err read_list(const struct reading *reading, const struct json *json, struct list **out)
{
    if (json->kind != JSON_ARRAY) return unexpected(reading, json->source);
    if (json->count == 0) return NULL;
    struct list *items = ARENA_NEW(reading->arena, struct list);
    items->at = ARENA_ARRAY(reading->arena, struct node *, json->count);
    items->count = items->cap = json->count;
    for (size_t i = 0; i < json->count; i++) TRY(read_node(reading, json->items[i], &items->at[i]));
    *out = items;
    return NULL;
}

static err read_enum(const struct reading *reading, const struct json *json, int which, int *out)
{
    const str *names = ast_enum_names((enum ast_enum)which);
    for (int i = 0; names[i].len; i++) {
        if (!str_eq(names[i], json->text)) continue;
        *out = i;
        return NULL;
    }
    return unexpected(reading, json->text);
}

/* The copy is never NULL: an empty text differs from none. */
static str read_string(const struct reading *reading, const struct json *json)
{
    return str_copy(reading->arena, json->text);
}

static err read_field(const struct reading *reading,
                      const struct json *json,
                      const struct ast_field *field,
                      struct node *node)
{
    void *slot = ast_slot(node, field);
    struct node *child = NULL;
    struct list *items = &ast_list_none;
    int64_t number;
    switch (field->kind) {
    case FIELD_NODE:
        TRY(read_node(reading, json, &child));
        memcpy(slot, &child, sizeof child);
        return NULL;
    case FIELD_OBJECT:
        TRY(read_object(reading, json, (enum node_kind)field->type, &child));
        memcpy(slot, &child, sizeof child);
        return NULL;
    case FIELD_LIST:
        TRY(read_list(reading, json, &items));
        memcpy(slot, &items, sizeof items);
        return NULL;
    case FIELD_STRING: *(str *)slot = read_string(reading, json); return NULL;
    case FIELD_INT:
        if (!json_to_i64(json, slot)) return unexpected(reading, field->name);
        return NULL;
    case FIELD_BOOL: *(bool *)slot = json->kind == JSON_TRUE; return NULL;
    case FIELD_CHAR: *(char *)slot = json->text.len ? json->text.at[0] : 0; return NULL;
    case FIELD_ENUM: return read_enum(reading, json, field->type, slot);
    case FIELD_LOCATION:
        if (!json_to_i64(json, &number)) return unexpected(reading, field->name);
        node->location = (int32_t)number;
        return NULL;
    case FIELD_END: break;
    }
    return unexpected(reading, field->name);
}

/* {"sval": {"sval": "x"}, "location": 7}, or "isnull": true. */
static err read_const(const struct reading *reading,
                      const struct json *json,
                      struct A_Const *constant)
{
    static const struct {
        str name;
        enum A_Const_Kind val;
    } values[] = {
        {STR_INIT("ival"),    A_CONST_INTEGER  },
        {STR_INIT("sval"),    A_CONST_STRING   },
        {STR_INIT("fval"),    A_CONST_FLOAT    },
        {STR_INIT("boolval"), A_CONST_BOOLEAN  },
        {STR_INIT("bsval"),   A_CONST_BITSTRING},
    };
    int64_t number = 0;
    if (json_get(json, STR("location")) && !json_to_i64(json_get(json, STR("location")), &number))
        return unexpected(reading, STR("location"));
    constant->base.location = (int32_t)number;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        const struct json *value = json_get(json, values[i].name);
        if (!value) continue;
        constant->val = values[i].val;
        const struct json *inner = json_get(value, values[i].name);
        if (constant->val == A_CONST_STRING) constant->sval = STR("");
        if (!inner) return NULL;
        if (constant->val == A_CONST_STRING) constant->sval = read_string(reading, inner);
        if (constant->val == A_CONST_FLOAT) constant->fval = read_string(reading, inner);
        if (constant->val == A_CONST_BITSTRING) constant->bsval = read_string(reading, inner);
        if (constant->val == A_CONST_BOOLEAN) constant->boolval = inner->kind == JSON_TRUE;
        if (constant->val == A_CONST_INTEGER && !json_to_i64(inner, &constant->ival))
            return unexpected(reading, values[i].name);
        return NULL;
    }
    return NULL; /* isnull */
}

static err read_members(const struct reading *reading, const struct json *json, struct node *node)
{
    const struct ast_field *fields = ast_fields(node->kind);
    const struct ast_field *next = fields; /* members mostly come in the table's order */
    for (size_t i = 0; i < json->count; i++) {
        str name = json->members[i].name;
        while (next->kind != FIELD_END && !str_eq(next->name, name)) next++;
        if (next->kind == FIELD_END) {
            for (next = fields; next->kind != FIELD_END && !str_eq(next->name, name);) next++;
            if (next->kind == FIELD_END) return unexpected(reading, name);
        }
        TRY(read_field(reading, json->members[i].value, next, node));
    }
    return NULL;
}

static bool has_location(enum node_kind kind)
{
    for (const struct ast_field *field = ast_fields(kind); field->kind != FIELD_END; field++)
        if (field->kind == FIELD_LOCATION) return true;
    return false;
}

static err read_object(const struct reading *reading,
                       const struct json *json,
                       enum node_kind kind,
                       struct node **out)
{
    if (json->kind != JSON_OBJECT) return unexpected(reading, json->source);
    struct node *node = ast_new_zeroed(reading->arena, kind);
    if (has_location(kind)) node->location = 0;
    if (kind == T_A_Const) {
        TRY(read_const(reading, json, (struct A_Const *)node));
    } else {
        TRY(read_members(reading, json, node));
    }
    int64_t location = node->location;
    restore_negatives(reading, node, location);
    if (location >= 0) {
        location += reading->shift;
        node->location = location < 0 ? -1 : (int32_t)location;
    }
    *out = node;
    return NULL;
}

static enum node_kind kind_find(str name)
{
    for (int kind = T_Invalid + 1; kind < NODE_KIND_COUNT; kind++)
        if (str_eq(ast_kind_name((enum node_kind)kind), name)) return (enum node_kind)kind;
    return T_UnknownNode;
}

/* {"Kind": {...}}, or {} for NULL. */
static err read_node(const struct reading *reading, const struct json *json, struct node **out)
{
    if (json->kind != JSON_OBJECT || json->count > 1) return unexpected(reading, json->source);
    if (json->count == 0) return NULL;
    str name = json->members[0].name;
    enum node_kind kind = kind_find(name);
    if (kind != T_UnknownNode) return read_object(reading, json->members[0].value, kind, out);
    struct node *node = ast_new(reading->arena, T_UnknownNode);
    ((struct UnknownNode *)node)->name = str_copy(reading->arena, name);
    int64_t location;
    if (json_to_i64(json_get(json->members[0].value, STR("location")), &location) && location >= 0)
        node->location = (int32_t)(location + reading->shift);
    *out = node;
    return NULL;
}

err ast_from_json(struct arena *arena,
                  const struct json *json,
                  str source,
                  int32_t location_shift,
                  struct node **out)
{
    struct reading reading = {.arena = arena, .source = source, .shift = location_shift};
    *out = NULL;
    return read_node(&reading, json, out);
}
