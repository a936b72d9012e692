/* sql/ast.h - the syntax tree: PostgreSQL 15's raw parse tree under its own names.
 *
 * A node is a struct that starts with `struct node base`. ast.def lists the kinds and fields;
 * parse.h makes trees from text, the functions below make them by hand, deparse.h prints them.
 *
 *   struct SelectStmt *select = AST_NEW(arena, SelectStmt);
 *   ast_list_add(arena, &select->targetList, ast_res_target(arena, STR("n"), ast_param(arena, 1)));
 *   if (node->kind == T_ColumnRef) use(AST_AS(ColumnRef, node)->fields->at[0]);
 *
 * Owns:    nothing; every node lives in the arena passed in. Texts are borrowed by the
 *          constructors, and copied by ast_copy and the parser.
 * Threads: any; a tree that nobody changes may be read by many.
 * Errors:  ast_from_json alone fails: ERR_INTERNAL when the JSON is not libpg_query's.
 * Source:  PostgreSQL 15, parsenodes.h and primnodes.h.
 */
#ifndef DAPUR_SQL_AST_H
#define DAPUR_SQL_AST_H

#include <assert.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum node_kind {
    T_Invalid, /* no node has it */
#define NODE_KIND(name) T_##name,
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
    NODE_KIND_COUNT
};

#define ENUM_KIND(name) enum name {
#define ENUM_VALUE(name) name,
#define ENUM_END() \
    }              \
    ;
#include "sql/ast_enums.def"
#undef ENUM_KIND
#undef ENUM_VALUE
#undef ENUM_END

/* Bits of WindowDef.frameOptions (parsenodes.h). */
enum frame_option {
    FRAMEOPTION_NONDEFAULT = 0x00001,
    FRAMEOPTION_RANGE = 0x00002,
    FRAMEOPTION_ROWS = 0x00004,
    FRAMEOPTION_GROUPS = 0x00008,
    FRAMEOPTION_BETWEEN = 0x00010,
    FRAMEOPTION_START_UNBOUNDED_PRECEDING = 0x00020,
    FRAMEOPTION_END_UNBOUNDED_PRECEDING = 0x00040,
    FRAMEOPTION_START_UNBOUNDED_FOLLOWING = 0x00080,
    FRAMEOPTION_END_UNBOUNDED_FOLLOWING = 0x00100,
    FRAMEOPTION_START_CURRENT_ROW = 0x00200,
    FRAMEOPTION_END_CURRENT_ROW = 0x00400,
    FRAMEOPTION_START_OFFSET_PRECEDING = 0x00800,
    FRAMEOPTION_END_OFFSET_PRECEDING = 0x01000,
    FRAMEOPTION_START_OFFSET_FOLLOWING = 0x02000,
    FRAMEOPTION_END_OFFSET_FOLLOWING = 0x04000,
    FRAMEOPTION_EXCLUDE_CURRENT_ROW = 0x08000,
    FRAMEOPTION_EXCLUDE_GROUP = 0x10000,
    FRAMEOPTION_EXCLUDE_TIES = 0x20000,
};
#define FRAMEOPTION_DEFAULTS \
    (FRAMEOPTION_RANGE | FRAMEOPTION_START_UNBOUNDED_PRECEDING | FRAMEOPTION_END_CURRENT_ROW)

/* Bits of CreateTrigStmt.timing (0 is AFTER) and .events (pg_trigger.h). */
enum trigger_bit {
    TRIGGER_TYPE_AFTER = 0,
    TRIGGER_TYPE_ROW = 1,
    TRIGGER_TYPE_BEFORE = 2,
    TRIGGER_TYPE_INSERT = 4,
    TRIGGER_TYPE_DELETE = 8,
    TRIGGER_TYPE_UPDATE = 16,
    TRIGGER_TYPE_TRUNCATE = 32,
    TRIGGER_TYPE_INSTEAD = 64,
};

/* Bits of TableLikeClause.options (parsenodes.h). */
enum table_like_option {
    CREATE_TABLE_LIKE_COMMENTS = 1 << 0,
    CREATE_TABLE_LIKE_COMPRESSION = 1 << 1,
    CREATE_TABLE_LIKE_CONSTRAINTS = 1 << 2,
    CREATE_TABLE_LIKE_DEFAULTS = 1 << 3,
    CREATE_TABLE_LIKE_GENERATED = 1 << 4,
    CREATE_TABLE_LIKE_IDENTITY = 1 << 5,
    CREATE_TABLE_LIKE_INDEXES = 1 << 6,
    CREATE_TABLE_LIKE_STATISTICS = 1 << 7,
    CREATE_TABLE_LIKE_STORAGE = 1 << 8,
    CREATE_TABLE_LIKE_ALL = 0x7FFFFFFF,
};

/* Bits of an interval's first typmod (datetime.h): INTERVAL_MASK(field) = 1 << field. */
enum interval_mask {
    INTERVAL_MASK_MONTH = 1 << 1,
    INTERVAL_MASK_YEAR = 1 << 2,
    INTERVAL_MASK_DAY = 1 << 3,
    INTERVAL_MASK_HOUR = 1 << 10,
    INTERVAL_MASK_MINUTE = 1 << 11,
    INTERVAL_MASK_SECOND = 1 << 12,
    INTERVAL_FULL_RANGE = 0x7FFF,
};

/* Constraint.fk_upd_action, fk_del_action (parsenodes.h). */
enum fk_action {
    FKCONSTR_ACTION_NOACTION = 'a',
    FKCONSTR_ACTION_RESTRICT = 'r',
    FKCONSTR_ACTION_CASCADE = 'c',
    FKCONSTR_ACTION_SETNULL = 'n',
    FKCONSTR_ACTION_SETDEFAULT = 'd',
};

struct node {
    enum node_kind kind;
    int32_t location; /* byte offset in the text that was parsed, or -1 */
};

struct list {
    struct node **at;
    size_t count;
    size_t cap; /* of at; ast_list_add alone looks at it */
};

#define NODE_KIND(name) \
    struct name {       \
        struct node base;
#define NODE_END() \
    }              \
    ;
#define NODE(name) struct node *name;
#define OBJECT(name, type) struct type *name;
#define LIST(name) struct list *name;
#define STRING(name) str name;
#define INT(name) int64_t name;
#define FLAGS(name) int64_t name;
#define BOOL(name) bool name;
#define CHAR(name) char name;
#define ENUM(name, type) enum type name;
#define LOCATION()
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

/* Checked cast down. The node must be of that kind. */
#define AST_AS(type, node_) ((struct type *)ast_expect_((struct node *)(node_), T_##type))
/* True when node is not NULL and of that kind. */
#define AST_IS(type, node_) ast_is_((const struct node *)(node_), T_##type)
/* Cast up; NULL stays NULL. */
#define AST_NODE(object) ((struct node *)(object))

static inline struct node *ast_expect_(struct node *node, enum node_kind kind)
{
    assert(node != NULL);
    assert(node->kind == kind);
    return node;
}
static inline bool ast_is_(const struct node *node, enum node_kind kind)
{
    return node != NULL && node->kind == kind;
}

/* ---- any node ---- */

/* Zeroed, lists empty, texts absent, location -1, and what PostgreSQL's parser gives when nothing
 * is said: RangeVar.inh true and relpersistence 'p', TypeName.typemod -1, window frame options. */
struct node *ast_new(struct arena *arena, enum node_kind kind);
#define AST_NEW(arena, type) ((struct type *)ast_new((arena), T_##type))

/* PostgreSQL's name of the kind; an UnknownNode answers the name it was read under. */
str ast_name(const struct node *node);
str ast_kind_name(enum node_kind kind);
/* The node's place, else the first place found among its children, else -1. */
int32_t ast_location(const struct node *node);

/* Calls visit for each direct child that is not NULL, list items included (a List node counts as
 * one child). Stops at, and answers, the first false. */
typedef bool ast_visit(struct node *child, void *context);
bool ast_children(const struct node *node, ast_visit *visit, void *context);
/* Replaces each direct child by what change answers. An OBJECT must keep its kind. */
typedef struct node *ast_change(struct node *child, void *context);
void ast_change_children(struct node *node, ast_change *change, void *context);

struct node *ast_copy(struct arena *arena, const struct node *node);
/* Same shape and values, wherever they were written. NULL equals NULL alone. */
bool ast_equal(const struct node *a, const struct node *b);
/* A readable form for tests and traces: (Kind field=value ...). */
void ast_dump(struct buf *out, const struct node *node);

/* Reads the only statement of libpg_query's answer, {"version": n, "stmts": [{"stmt": {...}}]};
 * *out is NULL when there is none or another.
 *
 * source:    the text that was parsed. libpg_query 15-4.0.0 prints every negative integer
 *            as {}; they are read again from source at the node's place.
 * location_shift: added to each place, for a text parsed in a wrapping.
 */
MUST_USE err
ast_from_json(struct arena *arena, str json, str source, int32_t location_shift, struct node **out);

/* ---- lists ---- */

extern struct list ast_list_none; /* the empty list; never written to */
/* Adds behind; *list may be &ast_list_none or NULL, and is then made. */
void ast_list_add(struct arena *arena, struct list **list, struct node *item);
struct list *ast_list_of(struct arena *arena, struct node *const *items, size_t count);
/* ast_list(arena, a, b, c) */
#define ast_list(arena, ...)                             \
    ast_list_of((arena), (struct node *[]){__VA_ARGS__}, \
                sizeof((struct node *[]){__VA_ARGS__}) / sizeof(struct node *))
/* String nodes from texts: ast_names(arena, STR("public"), STR("t")). */
struct list *ast_names_of(struct arena *arena, const str *names, size_t count);
#define ast_names(arena, ...)                         \
    ast_names_of((arena), (const str[]){__VA_ARGS__}, \
                 sizeof((const str[]){__VA_ARGS__}) / sizeof(str))
/* The text of item index, a String; the empty str past the end or for another kind. */
str ast_name_at(const struct list *names, size_t index);

/* ---- constructors: texts borrowed, NULL children allowed where PostgreSQL does ---- */

struct node *ast_string(struct arena *arena, str text);
struct node *ast_integer(struct arena *arena, int64_t value);
struct node *ast_const_null(struct arena *arena);
/* Beyond 32 bits it becomes a FLOAT constant, as PostgreSQL's scanner does. */
struct node *ast_const_i64(struct arena *arena, int64_t value);
struct node *ast_const_bool(struct arena *arena, bool value);
struct node *ast_const_str(struct arena *arena, str text);
/* A decimal constant as written. */
struct node *ast_const_float(struct arena *arena, str digits);
struct node *ast_param(struct arena *arena, int64_t number);

/* ast_column_ref(arena, STR("t"), STR("a")): t.a. */
#define ast_column_ref(arena, ...)                         \
    ast_column_ref_of((arena), (const str[]){__VA_ARGS__}, \
                      sizeof((const str[]){__VA_ARGS__}) / sizeof(str))
struct node *ast_column_ref_of(struct arena *arena, const str *parts, size_t count);
/* "*", or "relation.*" when relation is not empty. */
struct node *ast_star(struct arena *arena, str relation);

/* left may be NULL: a prefix operator. */
struct node *ast_op(struct arena *arena, const char *name, struct node *left, struct node *right);
struct node *ast_expr(struct arena *arena,
                      enum A_Expr_Kind kind,
                      const char *name,
                      struct node *left,
                      struct node *right);
/* schema may be empty; args may be NULL. */
struct FuncCall *ast_func_call(struct arena *arena, str schema, str name, struct list *args);
struct node *ast_func(struct arena *arena, str schema, str name, struct list *args);
/* No item: NULL. One: the item itself. Items that are themselves the same connective are merged. */
struct node *ast_and(struct arena *arena, struct list *items);
struct node *ast_or(struct arena *arena, struct list *items);
/* a AND b, either may be NULL. */
struct node *ast_and2(struct arena *arena, struct node *a, struct node *b);
struct node *ast_not(struct arena *arena, struct node *item);
struct node *ast_null_test(struct arena *arena, struct node *arg, enum NullTestType test);
struct TypeName *ast_type_name(struct arena *arena, str schema, str name);
struct node *ast_cast(struct arena *arena, struct node *arg, struct TypeName *type);
struct node *ast_sub_link(struct arena *arena,
                          enum SubLinkType type,
                          struct node *test,
                          const char *operator_name,
                          struct node *select);
struct node *ast_collate(struct arena *arena, struct node *arg, str schema, str name);

struct RangeVar *ast_range_var(struct arena *arena, str schema, str name, str alias);
struct Alias *ast_alias(struct arena *arena, str name);
/* name empty: no name. */
struct node *ast_res_target(struct arena *arena, str name, struct node *value);
struct node *ast_sort_by(struct arena *arena,
                         struct node *value,
                         enum SortByDir direction,
                         enum SortByNulls nulls);
struct node *ast_join(struct arena *arena,
                      enum JoinType type,
                      struct node *left,
                      struct node *right,
                      struct node *quals);
struct node *ast_range_subselect(struct arena *arena, struct node *select, str alias);

#endif
