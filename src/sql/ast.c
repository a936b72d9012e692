#include "sql/ast.h"

#include <stddef.h>
#include <string.h>

#include "base/json.h"
#include "sql/ast_int.h"

/* ---- the table as data ---- */

/* clang-format 14 crashes on rows made by macros. */
/* clang-format off */
/* A function per kind, so that its fields can say offsetof(self, ...). */
#define NODE_KIND(name)                                   \
    static const struct ast_field *fields_of_##name(void) \
    {                                                     \
        typedef struct name self;                         \
        static const struct ast_field fields[] = {
#define FIELD_ROW(name, kind, type) {STR_INIT(#name), kind, type, offsetof(self, name)},
#define NODE(name) FIELD_ROW(name, FIELD_NODE, 0)
#define OBJECT(name, type) FIELD_ROW(name, FIELD_OBJECT, T_##type)
#define LIST(name) FIELD_ROW(name, FIELD_LIST, 0)
#define STRING(name) FIELD_ROW(name, FIELD_STRING, 0)
#define INT(name) FIELD_ROW(name, FIELD_INT, 0)
#define FLAGS(name) FIELD_ROW(name, FIELD_INT, 0)
#define BOOL(name) FIELD_ROW(name, FIELD_BOOL, 0)
#define CHAR(name) FIELD_ROW(name, FIELD_CHAR, 0)
#define ENUM(name, type) FIELD_ROW(name, FIELD_ENUM, AST_ENUM_##type)
#define LOCATION() {STR_INIT("location"), FIELD_LOCATION, 0, offsetof(self, base.location)},
#define NODE_END()                                 \
    {STR_INIT(""), FIELD_END, 0, sizeof(self)},    \
    }                                              \
    ;                                              \
    return fields;                                 \
    }
#include "sql/ast.def"
#undef NODE_KIND
#undef NODE_END

#undef NODE
#undef OBJECT
#undef LIST
#undef STRING
#undef INT
#undef FLAGS
#undef BOOL
#undef CHAR
#undef ENUM
#undef LOCATION

struct kind_row {
    str name;
    size_t size;
    const struct ast_field *(*fields)(void);
};

static const struct kind_row kinds[NODE_KIND_COUNT] = {
    [T_Invalid] = {STR_INIT("Invalid"), sizeof(struct node), NULL},
#define NODE_KIND(name) [T_##name] = {STR_INIT(#name), sizeof(struct name), fields_of_##name},
#define NODE_END()
#define NODE(name)
#define OBJECT(name, type)
#define LIST(name)
#define STRING(name)
#define INT(name)
#define FLAGS(name)
#define BOOL(name)
#define CHAR(name)
#define ENUM(name, type)
#define LOCATION()
#include "sql/ast.def"
};

#define ENUM_KIND(name) static const str names_of_##name[] = {
#define ENUM_VALUE(name) STR_INIT(#name),
#define ENUM_END() \
    STR_INIT("")   \
    }              \
    ;
#include "sql/ast_enums.def"
#undef ENUM_KIND
#undef ENUM_VALUE
#undef ENUM_END

static const str *const enums[AST_ENUM_COUNT] = {
#define ENUM_KIND(name) [AST_ENUM_##name] = names_of_##name,
#define ENUM_VALUE(name)
#define ENUM_END()
#include "sql/ast_enums.def"
};

/* clang-format on */

_Static_assert(sizeof(enum ObjectType) == sizeof(int), "enum fields are read and written as int");

struct list ast_list_none = {NULL, 0, 0};

const struct ast_field *ast_fields(enum node_kind kind)
{
    assert(kind > T_Invalid);
    assert(kind < NODE_KIND_COUNT);
    return kinds[kind].fields();
}

const str *ast_enum_names(enum ast_enum which)
{
    return enums[which];
}

str ast_kind_name(enum node_kind kind)
{
    assert(kind < NODE_KIND_COUNT);
    return kinds[kind].name;
}

str ast_name(const struct node *node)
{
    if (node->kind == T_UnknownNode) return ((const struct UnknownNode *)node)->name;
    return ast_kind_name(node->kind);
}

struct node *ast_new_zeroed(struct arena *arena, enum node_kind kind)
{
    const struct ast_field *field = ast_fields(kind);
    struct node *node = arena_alloc(arena, kinds[kind].size);
    node->kind = kind;
    node->location = -1;
    for (; field->kind != FIELD_END; field++) {
        if (field->kind != FIELD_LIST) continue;
        struct list *none = &ast_list_none;
        memcpy(ast_slot(node, field), &none, sizeof none);
    }
    return node;
}

struct node *ast_new(struct arena *arena, enum node_kind kind)
{
    struct node *node = ast_new_zeroed(arena, kind);
    switch ((int)kind) {
    case T_RangeVar:
        ((struct RangeVar *)node)->inh = true;
        ((struct RangeVar *)node)->relpersistence = 'p';
        break;
    case T_TypeName: ((struct TypeName *)node)->typemod = -1; break;
    case T_WindowDef: ((struct WindowDef *)node)->frameOptions = FRAMEOPTION_DEFAULTS; break;
    case T_SelectStmt: ((struct SelectStmt *)node)->limitOption = LIMIT_OPTION_DEFAULT; break;
    case T_SQLValueFunction: ((struct SQLValueFunction *)node)->typmod = -1; break;
    case T_NamedArgExpr: ((struct NamedArgExpr *)node)->argnumber = -1; break;
    case T_ColumnDef: ((struct ColumnDef *)node)->is_local = true; break;
    default: /* the rest starts at zero */ break;
    }
    return node;
}

/* ---- walking ---- */

static struct node *slot_node(const struct node *node, const struct ast_field *field)
{
    struct node *child;
    memcpy(&child, ast_slot(node, field), sizeof child);
    return child;
}

static struct list *slot_list(const struct node *node, const struct ast_field *field)
{
    struct list *items;
    memcpy(&items, ast_slot(node, field), sizeof items);
    return items ? items : &ast_list_none;
}

static bool visit_list(const struct list *items, ast_visit *visit, void *context)
{
    for (size_t i = 0; i < items->count; i++)
        if (items->at[i] && !visit(items->at[i], context)) return false;
    return true;
}

bool ast_children(const struct node *node, ast_visit *visit, void *context)
{
    for (const struct ast_field *field = ast_fields(node->kind); field->kind != FIELD_END;
         field++) {
        if (field->kind == FIELD_LIST) {
            if (!visit_list(slot_list(node, field), visit, context)) return false;
        } else if (field->kind == FIELD_NODE || field->kind == FIELD_OBJECT) {
            struct node *child = slot_node(node, field);
            if (child && !visit(child, context)) return false;
        }
    }
    return true;
}

static void change_slot(struct node *node,
                        const struct ast_field *field,
                        ast_change *change,
                        void *context)
{
    struct node *child = slot_node(node, field);
    if (!child) return;
    child = change(child, context);
    assert(field->kind == FIELD_NODE || child == NULL || (int)child->kind == field->type);
    memcpy(ast_slot(node, field), &child, sizeof child);
}

void ast_change_children(struct node *node, ast_change *change, void *context)
{
    for (const struct ast_field *field = ast_fields(node->kind); field->kind != FIELD_END;
         field++) {
        if (field->kind == FIELD_LIST) {
            struct list *items = slot_list(node, field);
            for (size_t i = 0; i < items->count; i++)
                if (items->at[i]) items->at[i] = change(items->at[i], context);
        } else if (field->kind == FIELD_NODE || field->kind == FIELD_OBJECT) {
            change_slot(node, field, change, context);
        }
    }
}

static bool find_location(struct node *child, void *context)
{
    int32_t *found = context;
    *found = ast_location(child);
    return *found < 0;
}

int32_t ast_location(const struct node *node)
{
    if (!node) return -1;
    int32_t found = node->location;
    if (found < 0) ast_children(node, find_location, &found);
    return found;
}

/* ---- copy and equality ---- */

/* Keeps the difference between absent and empty. */
static str string_copy(struct arena *arena, str text)
{
    return text.at ? str_copy(arena, text) : text;
}

static struct list *list_copy(struct arena *arena, const struct list *items)
{
    if (items->count == 0) return &ast_list_none;
    struct list *copy = ARENA_NEW(arena, struct list);
    copy->at = ARENA_ARRAY(arena, struct node *, items->count);
    copy->count = copy->cap = items->count;
    for (size_t i = 0; i < items->count; i++) copy->at[i] = ast_copy(arena, items->at[i]);
    return copy;
}

struct node *ast_copy(struct arena *arena, const struct node *node)
{
    if (!node) return NULL;
    const struct ast_field *field = ast_fields(node->kind);
    struct node *copy = arena_alloc(arena, kinds[node->kind].size);
    memcpy(copy, node, kinds[node->kind].size);
    for (; field->kind != FIELD_END; field++) {
        void *slot = ast_slot(copy, field);
        if (field->kind == FIELD_NODE || field->kind == FIELD_OBJECT) {
            struct node *child = ast_copy(arena, slot_node(node, field));
            memcpy(slot, &child, sizeof child);
        } else if (field->kind == FIELD_LIST) {
            struct list *items = list_copy(arena, slot_list(node, field));
            memcpy(slot, &items, sizeof items);
        } else if (field->kind == FIELD_STRING) {
            *(str *)slot = string_copy(arena, *(const str *)slot);
        }
    }
    return copy;
}

static bool list_equal(const struct list *a, const struct list *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (!ast_equal(a->at[i], b->at[i])) return false;
    return true;
}

static bool field_equal(const struct node *a, const struct node *b, const struct ast_field *field)
{
    const void *in_a = ast_slot(a, field);
    const void *in_b = ast_slot(b, field);
    switch (field->kind) {
    case FIELD_NODE:
    case FIELD_OBJECT: return ast_equal(slot_node(a, field), slot_node(b, field));
    case FIELD_LIST: return list_equal(slot_list(a, field), slot_list(b, field));
    case FIELD_STRING: {
        const str *text_a = in_a;
        const str *text_b = in_b;
        return (text_a->at == NULL) == (text_b->at == NULL) && str_eq(*text_a, *text_b);
    }
    case FIELD_INT: return *(const int64_t *)in_a == *(const int64_t *)in_b;
    case FIELD_BOOL: return *(const bool *)in_a == *(const bool *)in_b;
    case FIELD_CHAR: return *(const char *)in_a == *(const char *)in_b;
    case FIELD_ENUM: return memcmp(in_a, in_b, sizeof(int)) == 0;
    case FIELD_LOCATION:
    case FIELD_END: return true;
    }
    return false;
}

bool ast_equal(const struct node *a, const struct node *b)
{
    if (a == b) return true;
    if (!a || !b || a->kind != b->kind) return false;
    for (const struct ast_field *field = ast_fields(a->kind); field->kind != FIELD_END; field++)
        if (!field_equal(a, b, field)) return false;
    return true;
}

/* ---- a readable form ---- */

static void dump_list(struct buf *out, const struct list *items)
{
    buf_char(out, '[');
    for (size_t i = 0; i < items->count; i++) {
        if (i) buf_char(out, ' ');
        ast_dump(out, items->at[i]);
    }
    buf_char(out, ']');
}

/* Prints " name=value" unless the value is absent, false or zero. */
static void dump_field(struct buf *out, const struct node *node, const struct ast_field *field)
{
    const void *slot = ast_slot(node, field);
    struct buf value;
    buf_init(&value, 0);
    int which = 0;
    switch (field->kind) {
    case FIELD_NODE:
    case FIELD_OBJECT:
        if (slot_node(node, field)) ast_dump(&value, slot_node(node, field));
        break;
    case FIELD_LIST:
        if (slot_list(node, field)->count) dump_list(&value, slot_list(node, field));
        break;
    case FIELD_STRING:
        if (((const str *)slot)->at) json_write_str(&value, *(const str *)slot);
        break;
    case FIELD_INT:
        if (*(const int64_t *)slot) buf_i64(&value, *(const int64_t *)slot);
        break;
    case FIELD_BOOL:
        if (*(const bool *)slot) buf_lit(&value, "true");
        break;
    case FIELD_CHAR:
        if (*(const char *)slot) buf_char(&value, *(const char *)slot);
        break;
    case FIELD_ENUM:
        memcpy(&which, slot, sizeof which);
        buf_str_add(&value, enums[field->type][which]);
        break;
    case FIELD_LOCATION:
    case FIELD_END: break;
    }
    if (value.len) {
        buf_char(out, ' ');
        buf_str_add(out, field->name);
        buf_char(out, '=');
        buf_str_add(out, buf_str(&value));
    }
    buf_deinit(&value);
}

void ast_dump(struct buf *out, const struct node *node)
{
    if (!node) {
        buf_lit(out, "NULL");
        return;
    }
    buf_char(out, '(');
    buf_str_add(out, ast_kind_name(node->kind));
    for (const struct ast_field *field = ast_fields(node->kind); field->kind != FIELD_END; field++)
        dump_field(out, node, field);
    buf_char(out, ')');
}
