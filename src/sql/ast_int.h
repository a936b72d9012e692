/* sql/ast_int.h - what the tree's own files share: the table of ast.def as data.
 *
 * Owns: nothing; all of it is constant. Threads: any. Errors: none.
 */
#ifndef DAPUR_SQL_AST_INT_H
#define DAPUR_SQL_AST_INT_H

#include "sql/ast.h"

enum field_kind {
    FIELD_END, /* behind the last field; its offset is the struct's size */
    FIELD_NODE,
    FIELD_OBJECT,
    FIELD_LIST,
    FIELD_STRING,
    FIELD_INT,
    FIELD_BOOL,
    FIELD_CHAR,
    FIELD_ENUM,
    FIELD_LOCATION,
};

struct ast_field {
    str name;
    enum field_kind kind;
    int type; /* FIELD_OBJECT: enum node_kind; FIELD_ENUM: enum ast_enum */
    size_t offset;
};

/* Which enumeration a FIELD_ENUM holds. */
enum ast_enum {
#define ENUM_KIND(name) AST_ENUM_##name,
#define ENUM_VALUE(name)
#define ENUM_END()
#include "sql/ast_enums.def"
#undef ENUM_KIND
#undef ENUM_VALUE
#undef ENUM_END
    AST_ENUM_COUNT
};

/* The kind's fields, up to FIELD_END. */
const struct ast_field *ast_fields(enum node_kind kind);
/* Enumerators' names in order, up to an empty one. */
const str *ast_enum_names(enum ast_enum which);
/* Zeroed but for the lists and base.location; no other default. */
struct node *ast_new_zeroed(struct arena *arena, enum node_kind kind);

/* A field's place in a node. Pointers are copied in and out as bytes: the field's own type is
 * another struct's pointer. */
static inline void *ast_slot(const struct node *node, const struct ast_field *field)
{
    return (char *)(uintptr_t)node + field->offset;
}

#endif
