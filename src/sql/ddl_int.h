/* sql/ddl_int.h - what the parts of ddl share.
 *
 * ddl.c            the table of statements
 * ddl_names.c      names to objects, privileges, names made for objects
 * ddl_refs.c       what an expression or a view refers to; qualify, rename, depend
 * ddl_table.c      CREATE TABLE, LIKE, CREATE TABLE AS
 * ddl_partition.c  PARTITION BY, PARTITION OF, ATTACH, DETACH (partition.h: bounds)
 * ddl_column.c     one column definition
 * ddl_constraint.c one constraint
 * ddl_index.c ddl_sequence.c ddl_type.c ddl_view.c ddl_policy.c ddl_trigger.c ddl_function.c
 * ddl_alter.c      ALTER TABLE
 * ddl_drop.c       DROP with what depends
 * ddl_rename.c     RENAME, SET SCHEMA, OWNER TO
 * ddl_grant.c ddl_role.c ddl_schema.c ddl_comment.c
 *
 * Threads: the migration's. Errors: see ddl.h.
 */
#ifndef DAPUR_SQL_DDL_INT_H
#define DAPUR_SQL_DDL_INT_H

#include "sql/ddl.h"

enum { NAME_BYTES_MAX = 63 }; /* PostgreSQL's NAMEDATALEN - 1 */

struct ddl {
    struct ddl_context *context;
    struct arena *arena;          /* errors and scratch */
    const struct catalog *before; /* as it was when the statement began */
    struct catalog *next;         /* changed in place */
    struct arena *pool;           /* next's objects */
};

/* One table entry per statement kind. */
typedef err ddl_handler(struct ddl *ddl, const struct node *statement);
/* ALTER TYPE ... ADD, DROP, ALTER, RENAME ATTRIBUTE. 0A000 where a table stores values of the type. */
MUST_USE err ddl_alter_attribute(struct ddl *ddl,
                                 const struct cat_relation *composite,
                                 const struct AlterTableCmd *command);
MUST_USE err ddl_rename_attribute(struct ddl *ddl,
                                  const struct cat_relation *composite,
                                  str name,
                                  str new_name);
/* A function that PostgreSQL brings along: its text behind CREATE FUNCTION schema. */
MUST_USE err ddl_make_function(struct ddl *ddl, str function, oid schema);
/* The names under which tsvector_update_trigger is found once these names mean it; else themselves. */
MUST_USE err ddl_tsvector_trigger(struct ddl *ddl, struct list *names, struct list **out);

ddl_handler ddl_create_schema, ddl_create_extension, ddl_create_publication, ddl_alter_publication,
    ddl_create_table, ddl_create_table_as, ddl_create_enum, ddl_alter_enum, ddl_create_domain,
    ddl_alter_domain, ddl_create_composite, ddl_create_sequence, ddl_alter_sequence,
    ddl_create_index, ddl_create_view, ddl_alter_table, ddl_create_role, ddl_alter_role,
    ddl_alter_role_set, ddl_drop_role, ddl_grant, ddl_grant_role, ddl_default_privileges,
    ddl_create_policy, ddl_alter_policy, ddl_comment, ddl_create_function, ddl_alter_function,
    ddl_drop, ddl_rename, ddl_set_schema, ddl_set_owner, ddl_truncate, ddl_create_trigger,
    ddl_refresh_matview;

/* ---- ddl.c ---- */

void ddl_notice(struct ddl *ddl, const char *format, ...) PRINTF_LIKE(2, 3);
struct ddl_effect *ddl_effect(struct ddl *ddl, enum ddl_effect_kind kind);
/* 0A000 "what is not supported ..." at the node's place. */
MUST_USE err ddl_unsupported(struct ddl *ddl, const struct node *node, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* Asks the hook, when there is one. */
MUST_USE err ddl_check_expr(struct ddl *ddl, const struct ddl_expr *expr);

/* ---- arrays inside objects: copied, never changed in place ---- */

void *ddl_array_add(
    struct arena *pool, const void *at, size_t count, size_t size, const void *item);
void *ddl_array_copy(struct arena *pool, const void *at, size_t count, size_t size);
void *ddl_array_without(
    struct arena *pool, const void *at, size_t count, size_t size, size_t index);
#define DDL_ADD(ddl, object, member, counter, item)                                     \
    ((object)->member = ddl_array_add((ddl)->pool, (object)->member, (object)->counter, \
                                      sizeof *(object)->member, (item)),                \
     (object)->counter++)
#define DDL_REMOVE(ddl, object, member, counter, index)                                     \
    ((object)->member = ddl_array_without((ddl)->pool, (object)->member, (object)->counter, \
                                          sizeof *(object)->member, (index)),               \
     (object)->counter--)
/* Makes the array the object's own and answers it writable. */
#define DDL_OWN(ddl, object, member, counter)                                            \
    ((object)->member = ddl_array_copy((ddl)->pool, (object)->member, (object)->counter, \
                                       sizeof *(object)->member),                        \
     (void *)(uintptr_t)(object)->member)

/* ---- ddl_table.c, ddl_matview.c ---- */

MUST_USE err ddl_create_matview(struct ddl *ddl, const struct CreateTableAsStmt *create);
/* A relation of this kind, without columns and not in the catalog yet. */
MUST_USE err ddl_relation_start(struct ddl *ddl,
                                const struct RangeVar *name,
                                char kind,
                                struct cat_relation **out);
/* True, with PostgreSQL's notice, when IF NOT EXISTS finds the name taken. */
bool ddl_relation_skipped(struct ddl *ddl, const struct RangeVar *name, bool if_not_exists);
MUST_USE err ddl_query_columns(struct ddl *ddl,
                               const struct CreateTableAsStmt *create,
                               struct cat_relation *relation);

/* LIKE ... INCLUDING ALL of a relation with the same columns: CHECKs, keys and indexes. */
MUST_USE err ddl_like_constraints(struct ddl *ddl,
                                  struct cat_relation *target,
                                  const struct cat_relation *source);

/* ---- ddl_partition.c ---- */

/* PARTITION BY of a relation whose columns are in the catalog. */
MUST_USE err ddl_partition_by(struct ddl *ddl,
                              struct cat_relation *relation,
                              const struct PartitionSpec *spec);
/* CREATE TABLE ... PARTITION OF. */
MUST_USE err ddl_partition_of(struct ddl *ddl, const struct CreateStmt *create);
MUST_USE err ddl_attach_partition(struct ddl *ddl,
                                  const struct cat_relation *parent,
                                  const struct PartitionCmd *command);
MUST_USE err ddl_detach_partition(struct ddl *ddl,
                                  const struct cat_relation *parent,
                                  const struct PartitionCmd *command);
/* 0A000 when a unique index of the relation's table lacks a column of a partition key. */
MUST_USE err ddl_partition_keys_covered(struct ddl *ddl, const struct cat_relation *relation);
/* The partitions' columns after those of their root have changed. */
MUST_USE err ddl_partitions_follow(struct ddl *ddl, oid root);
/* The partition's rows go: DROP, TRUNCATE. */
MUST_USE err ddl_partition_empty(struct ddl *ddl, const struct cat_relation *partition);
/* 42P16, 42809, 0A000 for what one partition, or a column of a partition key, cannot be told. */
MUST_USE err ddl_partition_alterable(struct ddl *ddl,
                                     const struct cat_relation *relation,
                                     const struct AlterTableCmd *command);

/* ---- ddl_names.c ---- */

/* Where an object is or is to be, by name. */
struct ddl_name {
    oid schema;
    str name;
};

enum ddl_missing { MISSING_IS_ERROR, MISSING_IS_OK };

str ddl_schema_name(struct ddl *ddl, oid schema);
/* 3F000, and 42501 without USAGE. */
MUST_USE err ddl_schema(struct ddl *ddl, str name, const struct cat_schema **out);
/* The schema to create in (the first of the path that exists when schema is empty): 3F000, 42501. */
MUST_USE err ddl_creation_schema(struct ddl *ddl, str schema, oid *out);
/* A list of one or two names (Strings) split; catalog names over two parts are 0A000. */
MUST_USE err ddl_split_name(struct ddl *ddl, const struct list *names, str *schema, str *name);

/* A relation of any kind by name along the path, or NULL. */
const struct cat_relation *ddl_relation_find(struct ddl *ddl, str schema, str name);
/* 42P01 (3F000 for a missing schema); with MISSING_IS_OK *out is NULL then. */
MUST_USE err ddl_relation(struct ddl *ddl,
                          const struct RangeVar *name,
                          enum ddl_missing missing,
                          const struct cat_relation **out);
/* The same and of kind 'r': 42809 `"x" is not a table`. */
MUST_USE err ddl_table(struct ddl *ddl,
                       const struct RangeVar *name,
                       const struct cat_relation **out);
/* An index along the path, or NULL. */
const struct cat_index *ddl_index_find(struct ddl *ddl,
                                       str schema,
                                       str name,
                                       const struct cat_relation **table);
const struct cat_type *ddl_type_find(struct ddl *ddl, str schema, str name);
MUST_USE err ddl_type_named(struct ddl *ddl, const struct list *names, const struct cat_type **out);
/* A TypeName to oid and typmod. 42704, 0A000 for types that this engine has not. */
MUST_USE err ddl_type_ref(struct ddl *ddl, const struct TypeName *name, oid *type, int32_t *typmod);
/* A function by name and argument types: 42883, 42725. *out NULL with MISSING_IS_OK. */
MUST_USE err ddl_function(struct ddl *ddl,
                          const struct ObjectWithArgs *name,
                          const char *what,
                          enum ddl_missing missing,
                          const struct cat_function **out);
/* Functions with this name along the path: the first schema that has one. */
const struct cat_function *ddl_function_find(struct ddl *ddl, str schema, str name, size_t *count);
/* "name(type, type)" */
str ddl_signature(struct ddl *ddl, const struct cat_function *function);
str ddl_type_text(struct ddl *ddl, oid type, int32_t typmod);
/* The role that a RoleSpec names; PUBLIC is ROLE_PUBLIC when allowed. 42704. */
MUST_USE err ddl_role_spec(struct ddl *ddl,
                           const struct RoleSpec *spec,
                           bool public_allowed,
                           oid *out);
str ddl_role_name(struct ddl *ddl, oid role);

/* 42P07 when a relation or an index has the name, 42710 when a type has it. */
MUST_USE err ddl_name_free(struct ddl *ddl, oid schema, str name);
bool ddl_relation_name_taken(struct ddl *ddl, oid schema, str name);
/* 42501 "must be owner of table x". what: "table", "view", "schema"... */
MUST_USE err ddl_must_own(struct ddl *ddl, oid owner, const char *what, str name);
MUST_USE err ddl_must_own_relation(struct ddl *ddl, const struct cat_relation *relation);
bool ddl_owns(struct ddl *ddl, oid owner);
bool ddl_is_superuser(struct ddl *ddl);
/* "table", "view", "sequence", "composite type"... by relkind */
const char *ddl_relation_word(char kind);

/* PostgreSQL's ChooseRelationName: name1_name2_label, cut to NAME_BYTES_MAX, a number on clash. */
str ddl_choose_name(struct ddl *ddl, oid schema, str name1, str name2, const char *label);
/* The same for a constraint of a relation: free among its constraints (and relations, for indexes). */
str ddl_choose_constraint_name(struct ddl *ddl,
                               const struct cat_relation *relation,
                               str name2,
                               const char *label);
/* "a_b_c" for auto names. */
str ddl_column_names(struct ddl *ddl,
                     const struct cat_relation *relation,
                     const int16_t *columns,
                     size_t count,
                     const char *separator);
/* Names in the embedded file. */
str ddl_physical_relation(struct ddl *ddl, oid self, oid schema, str name);
str ddl_physical_column(struct ddl *ddl,
                        const struct cat_relation *relation,
                        int16_t self,
                        str name);

/* The ACL that a new object of this kind gets from default privileges. */
struct cat_acl ddl_initial_acl(struct ddl *ddl, oid owner, oid schema, char object);

/* ---- ddl_refs.c ---- */

/* A copy in the pool of an expression (or a SELECT) with every name qualified, and its text.
 * relation: whose columns may be named bare, or NULL. */
MUST_USE err ddl_store_expr(struct ddl *ddl,
                            const struct cat_relation *relation,
                            const struct node *tree,
                            struct cat_expr *out);
MUST_USE err ddl_store_query(struct ddl *ddl, const struct node *select, struct cat_expr *out);

enum ddl_target_kind { TARGET_RELATION, TARGET_COLUMN, TARGET_FUNCTION, TARGET_TYPE };
struct ddl_target {
    enum ddl_target_kind kind;
    oid id;
    int16_t column;
};
/* Does the stored expression mention the target? relation: as for ddl_store_expr. */
bool ddl_expr_mentions(struct ddl *ddl,
                       const struct catalog *catalog,
                       const struct cat_relation *relation,
                       const struct cat_expr *expr,
                       const struct ddl_target *target);
/* Rewrites every stored expression of every object after a relation (new name or schema), column,
 * function or type of `before` got another name in next. */
MUST_USE err ddl_rename_everywhere(struct ddl *ddl,
                                   const struct ddl_target *target,
                                   oid schema,
                                   str name);

/* ---- parts ---- */

/* ddl_column.c: one column into the relation; its column constraints are left for the caller, who
 * adds them once all columns are known. */
struct ddl_column_options {
    const struct ColumnDef *def;
    struct cat_relation *relation; /* being built or altered; the column is appended */
};
MUST_USE err ddl_column_add(struct ddl *ddl, const struct ddl_column_options *options);
/* Then, with every column known: DEFAULT, GENERATED, NOT NULL and table-like ones. */
MUST_USE err ddl_column_constraints(struct ddl *ddl,
                                    struct cat_relation *relation,
                                    const struct ColumnDef *def);
MUST_USE err ddl_column_identity(struct ddl *ddl,
                                 struct cat_relation *relation,
                                 struct cat_column *column,
                                 char when,
                                 const struct list *options,
                                 const struct node *at);
MUST_USE err ddl_column_default(struct ddl *ddl,
                                struct cat_relation *relation,
                                struct cat_column *column,
                                const struct node *expr);
MUST_USE err ddl_check_scalar(struct ddl *ddl, str name, oid type, const struct node *at);

/* ddl_constraint.c: column is set for a column constraint, else NULL. */
MUST_USE err ddl_constraint_add(struct ddl *ddl,
                                struct cat_relation *relation,
                                const struct Constraint *constraint,
                                const struct cat_column *column);

/* DEFERRABLE, INITIALLY DEFERRED behind list[at], a column's constraint, are nodes of their own: they
 * are folded into it. */
void ddl_constraint_fold(struct Constraint *constraint, const struct list *list, size_t at);

/* ddl_index.c */
MUST_USE err ddl_index_for_constraint(struct ddl *ddl,
                                      struct cat_relation *relation,
                                      str name,
                                      const int16_t *columns,
                                      size_t count,
                                      bool primary,
                                      bool nulls_not_distinct,
                                      const struct list *including,
                                      oid *out);

/* One element of CREATE INDEX or EXCLUDE, checked. */
MUST_USE err ddl_index_element(struct ddl *ddl,
                               const struct cat_relation *relation,
                               const struct IndexElem *elem,
                               struct cat_index_element *out);
/* The elements' part of a name that is chosen: a_b_expr. */
str ddl_index_columns_text(struct ddl *ddl,
                           const struct cat_relation *relation,
                           const struct list *elems,
                           const struct cat_index *index);

/* ddl_exclude.c: the constraint's index, name and columns. */
MUST_USE err ddl_exclude_add(struct ddl *ddl,
                             struct cat_relation *relation,
                             const struct Constraint *constraint,
                             struct cat_constraint *out);

/* ddl_sequence.c: a sequence for a column (serial, identity), put into next. */
struct ddl_sequence_options {
    str name;
    oid schema;
    oid owner;
    oid type;                   /* int2, int4, int8 */
    const struct list *options; /* DefElems; may be NULL */
    oid owner_relation;
    int16_t owner_column;
};
MUST_USE err ddl_sequence_make(struct ddl *ddl,
                               const struct ddl_sequence_options *options,
                               oid *out);
/* Options of CREATE/ALTER onto a sequence. restarted: set when RESTART was said. */
MUST_USE err ddl_sequence_options(struct ddl *ddl,
                                  struct cat_sequence *sequence,
                                  const struct list *options,
                                  bool is_new,
                                  bool *restarted,
                                  int64_t *restart);

/* ddl_type.c: the row type and array type of a relation, put into next. */
void ddl_row_type_put(struct ddl *ddl, struct cat_relation *relation);
oid ddl_array_type_put(struct ddl *ddl, const struct cat_type *element);

/* ddl_drop.c: one object and, with CASCADE, what depends on it (2BP01 otherwise). */
MUST_USE err ddl_drop_relation(struct ddl *ddl,
                               const struct cat_relation *relation,
                               enum DropBehavior behavior);
MUST_USE err ddl_drop_column(struct ddl *ddl,
                             oid relation,
                             int16_t column,
                             enum DropBehavior behavior);
MUST_USE err ddl_drop_constraint(struct ddl *ddl,
                                 oid relation,
                                 str name,
                                 enum DropBehavior behavior);

/* ddl_function.c: "name=value" texts, of functions and roles. */
struct ddl_settings {
    const str *at;
    size_t count;
};
MUST_USE err ddl_setting_apply(struct ddl *ddl,
                               struct ddl_settings *settings,
                               const struct VariableSetStmt *set);
/* WITH (...): replaces those of a name that is there, as given. RESET takes them away. */
str ddl_option_text(struct ddl *ddl, const struct node *value);
void ddl_options_set(struct ddl *ddl, struct ddl_settings *options, const struct list *given);
void ddl_options_reset(struct ddl *ddl, struct ddl_settings *options, const struct list *names);
/* The operator class and collation of an index's element over this type, as definitions print them. */
void ddl_index_class(struct ddl *ddl,
                     const struct IndexElem *elem,
                     oid type,
                     str method,
                     struct cat_index_element *out);
/* The value as PostgreSQL keeps it: search_path's parts are quoted names. */
str ddl_setting_value(struct ddl *ddl, const struct VariableSetStmt *set);

/* ddl_policy.c: into its place by name. */
void ddl_policy_insert(struct ddl *ddl,
                       struct cat_relation *table,
                       const struct cat_policy *policy);

/* ddl_trigger.c */
void ddl_trigger_insert(struct ddl *ddl,
                        struct cat_relation *table,
                        const struct cat_trigger *trigger);
/* ALTER TABLE ENABLE, DISABLE, ENABLE ALWAYS, ENABLE REPLICA TRIGGER. */
MUST_USE err ddl_trigger_enable(struct ddl *ddl,
                                const struct cat_relation *table,
                                const struct AlterTableCmd *cmd);
/* The trigger hangs on the column: UPDATE OF or WHEN. */
bool ddl_trigger_uses_column(struct ddl *ddl,
                             const struct cat_relation *table,
                             const struct cat_trigger *trigger,
                             const struct ddl_target *column);
/* 42704 `trigger "x" for table "t" does not exist` */
MUST_USE err ddl_trigger_missing(struct ddl *ddl, str name, str table);
/* 42809 when relations of this kind have no triggers. */
MUST_USE err ddl_trigger_holder(struct ddl *ddl, const struct cat_relation *relation);

/* ddl_rename.c: the owner of a relation, its row type and its columns' sequences. */
MUST_USE err ddl_relation_owner(struct ddl *ddl, const struct cat_relation *relation, oid to);

/* ddl_view.c: WITH (...) of CREATE VIEW and ALTER VIEW SET. */
MUST_USE err ddl_view_options(struct ddl *ddl,
                              struct cat_relation *view,
                              const struct list *options);

#endif
