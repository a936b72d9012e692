/* sql/catalog.h - every object of a database, as an immutable counted snapshot.
 *
 * The names and the letter codes are PostgreSQL's own (pg_class.relkind 'r','v','m','S','c';
 * pg_policy.polcmd 'r','a','w','d','*'; pg_constraint.contype 'p','u','f','c'; ...).
 * Objects refer to each other by oid, never by pointer: a changed object is a clone with the same
 * oid in the next snapshot, and snapshots share what did not change. Built-in types and functions
 * carry PostgreSQL's own oids; objects that users make start at CATALOG_FIRST_USER_OID.
 *
 * Expressions (defaults, checks, policies, views) are kept twice: as PostgreSQL text, which is what
 * is stored, and as its syntax tree (sql/ast.h), which is what is compiled.
 *
 * Owns:    all it points to, in its own arena(s), until the last catalog_unref.
 * Threads: any, once published; building one belongs to the thread of the migration.
 * Errors:  look-ups answer NULL.
 */
#ifndef DAPUR_SQL_CATALOG_H
#define DAPUR_SQL_CATALOG_H

#include "base/arena.h"
#include "base/err.h"
#include "types/type_text.h"

struct node; /* sql/ast.h */
struct list;
struct pl_function; /* sql/plpgsql.h */

typedef uint32_t oid;

enum { OID_NONE = 0, CATALOG_FIRST_USER_OID = 16384, ROLE_PUBLIC = 0 };

/* Privilege bits (pg's ACL letters beside them). */
enum privilege {
    PRIV_SELECT = 1 << 0,     /* r */
    PRIV_INSERT = 1 << 1,     /* a */
    PRIV_UPDATE = 1 << 2,     /* w */
    PRIV_DELETE = 1 << 3,     /* d */
    PRIV_TRUNCATE = 1 << 4,   /* D */
    PRIV_REFERENCES = 1 << 5, /* x */
    PRIV_TRIGGER = 1 << 6,    /* t */
    PRIV_USAGE = 1 << 7,      /* U */
    PRIV_CREATE = 1 << 8,     /* C */
    PRIV_EXECUTE = 1 << 9,    /* X */
    PRIV_CONNECT = 1 << 10,   /* c */
    PRIV_TEMPORARY = 1 << 11, /* T */
};

struct cat_grant {
    oid grantee; /* ROLE_PUBLIC or a role */
    oid grantor;
    uint32_t privileges; /* bits of enum privilege */
    uint32_t grantable;  /* the bits held WITH GRANT OPTION */
};

struct cat_acl {
    const struct cat_grant *at;
    size_t count;
    bool is_default; /* true: nobody granted or revoked yet; PostgreSQL's built-in default holds */
};

/* An expression or a body: text as PostgreSQL would print it, and its tree. */
struct cat_expr {
    str text;                /* empty: none */
    const struct node *tree; /* NULL: none */
};

struct cat_schema {
    oid oid;
    str name;
    oid owner;
    struct cat_acl acl;
    str comment;
};

enum cat_type_kind {
    TYPE_KIND_BASE,
    TYPE_KIND_ENUM,
    TYPE_KIND_DOMAIN,
    TYPE_KIND_COMPOSITE, /* a relation's row type too: relation is set */
    TYPE_KIND_ARRAY,
    TYPE_KIND_PSEUDO, /* unknown, record, void, anyelement, trigger... */
};

struct cat_domain_check {
    str name;
    struct cat_expr expr; /* over VALUE */
};

struct cat_type {
    oid oid;
    oid schema;
    str name; /* pg_type.typname: "int4", "_int4" */
    enum cat_type_kind kind;
    char category; /* pg_type.typcategory: 'N','S','B','D','T','A','E','C','U','P','X' */
    bool preferred;
    enum type_storage storage;
    oid element; /* arrays: of what */
    oid array;   /* its array type, or OID_NONE */
    /* domains */
    oid base;
    int32_t base_typmod;
    bool not_null;
    struct cat_expr default_expr;
    const struct cat_domain_check *checks;
    size_t check_count;
    /* enums: labels in declared order */
    const str *labels;
    size_t label_count;
    /* composites: the relation (kind 'c', or the table whose row type this is) */
    oid relation;
    oid owner;
    struct cat_acl acl;
    str comment;
};

struct cat_column {
    int16_t number; /* from 1; numbers of dropped columns are not used again */
    str name;
    str physical; /* the column's name in the embedded file (case clashes get a suffix) */
    oid type;
    int32_t typmod; /* -1: none */
    bool not_null;
    char identity;  /* 'a' always, 'd' by default, 0 none */
    bool generated; /* GENERATED ALWAYS AS (default_expr) STORED */
    struct cat_expr default_expr;
    oid sequence; /* owned by this column (identity, serial), or OID_NONE */
    struct cat_acl acl;
    str comment;
};

struct cat_constraint {
    oid oid;
    str name;
    char kind;              /* 'p','u','f','c','x' */
    const int16_t *columns; /* column numbers */
    size_t column_count;
    bool nulls_not_distinct;
    oid index; /* 'p','u','x': the index that keeps it */
    /* 'f' */
    oid foreign_relation;
    const int16_t *foreign_columns;
    char on_update; /* 'a' no action, 'r' restrict, 'c' cascade, 'n' set null, 'd' set default */
    char on_delete;
    char match;                        /* 's' simple, 'f' full */
    const int16_t *delete_set_columns; /* ON DELETE SET NULL (columns) */
    size_t delete_set_count;
    bool deferrable;
    bool deferred;         /* INITIALLY DEFERRED */
    struct cat_expr check; /* 'c' */
    str comment;
};

struct cat_index_element {
    int16_t column; /* 0: expr */
    struct cat_expr expr;
    bool descending;
    bool nulls_first;
    str exclude;   /* of an EXCLUDE constraint: its operator, else empty */
    str opclass;   /* as definitions print it, with its options; empty: the type's own */
    str collation; /* the same; empty: the type's own */
};

struct cat_index {
    oid oid;
    str name;
    str method; /* btree, hash, gin... */
    bool unique;
    bool primary;
    bool nulls_not_distinct;
    bool physical;   /* false: recorded alone, the embedded engine has no such index */
    bool constraint; /* made for a PRIMARY KEY or UNIQUE constraint of the same name */
    const struct cat_index_element *elements;
    size_t element_count;
    const int16_t *include;
    size_t include_count;
    struct cat_expr where;
    const str *options; /* WITH (...): "fillfactor=70" */
    size_t option_count;
    str comment;
};

struct cat_policy {
    oid oid;
    str name;
    char command; /* 'r' select, 'a' insert, 'w' update, 'd' delete, '*' all */
    bool permissive;
    const oid *roles; /* ROLE_PUBLIC among them: everybody */
    size_t role_count;
    struct cat_expr using_expr;
    struct cat_expr check_expr;
    str comment;
};

/* Bits of pg_trigger.tgtype; without BEFORE and INSTEAD it is an AFTER trigger, without ROW one of the
 * statement. */
enum trigger_type {
    TRIGGER_ROW = 1,
    TRIGGER_BEFORE = 2,
    TRIGGER_INSERT = 4,
    TRIGGER_DELETE = 8,
    TRIGGER_UPDATE = 16,
    TRIGGER_TRUNCATE = 32,
    TRIGGER_INSTEAD = 64,
    TRIGGER_TIMING = TRIGGER_BEFORE | TRIGGER_INSTEAD,
    TRIGGER_EVENTS = TRIGGER_INSERT | TRIGGER_DELETE | TRIGGER_UPDATE | TRIGGER_TRUNCATE,
};

struct cat_trigger {
    oid oid;
    str name;
    oid function;
    int16_t type;           /* bits of enum trigger_type */
    const int16_t *columns; /* UPDATE OF: column numbers */
    size_t column_count;
    struct cat_expr when; /* over OLD and NEW */
    const str *arguments;
    size_t argument_count;
    char enabled;            /* 'O' origin, 'D' disabled, 'A' always, 'R' replica */
    oid constraint;          /* CREATE CONSTRAINT TRIGGER; else OID_NONE */
    oid constraint_relation; /* its FROM, or OID_NONE */
    bool deferrable;
    bool deferred; /* INITIALLY DEFERRED */
    str old_table; /* REFERENCING OLD TABLE AS; empty: none */
    str new_table;
    str comment;
};

struct cat_sequence {
    oid type;
    int64_t start, increment, least, most, cache;
    bool cycle;
    oid owner_relation; /* OWNED BY, or OID_NONE */
    int16_t owner_column;
};

/* PARTITION BY: one column or expression. */
struct cat_partition_key {
    int16_t column; /* 0: expr */
    struct cat_expr expr;
    oid type;
    int32_t typmod;
};

struct cat_partition_datum {
    char kind; /* 'v' a value, 'n' NULL (of a list), '-' MINVALUE, '+' MAXVALUE */
    str text;  /* 'v': as PostgreSQL prints the value, of the key's type */
};

/* FOR VALUES. */
struct cat_partition_bound {
    char strategy; /* 'r' range, 'l' list, 'h' hash; 'd' the default partition */
    const struct cat_partition_datum *lower; /* FROM, or the values of a list */
    size_t lower_count;
    const struct cat_partition_datum *upper; /* TO */
    size_t upper_count;
    int32_t modulus, remainder;
};

struct cat_relation {
    oid oid;
    oid schema;
    str name;
    str physical; /* the table's name in the embedded file; of what has none it is kept free */
    char kind;    /* 'r' table, 'v' view, 'm' materialized view, 'S' sequence, 'c' composite type */
    oid owner;
    oid row_type;
    struct cat_acl acl;
    const struct cat_column *columns; /* in order, dropped ones left out */
    size_t column_count;
    const struct cat_constraint *constraints;
    size_t constraint_count;
    const struct cat_index *indexes;
    size_t index_count;
    const struct cat_policy *policies; /* by name */
    size_t policy_count;
    const struct cat_trigger *triggers; /* by name: the order in which they fire */
    size_t trigger_count;
    bool row_security;
    bool force_row_security;
    bool may_drop_updates; /* a trigger, or whatever lies under a view, may keep a row as it was */
    char replica_identity; /* 'd' default, 'f' full, 'n' nothing, 'i' index; 0 means 'd' */
    int16_t column_last;   /* the greatest column number ever given */
    bool security_invoker; /* views */
    bool security_barrier;
    bool
        system; /* of pg_catalog or information_schema: no object of the catalog, system_catalog.h */
    char check_option;     /* views: 'l' local, 'c' cascaded, 0 none */
    struct cat_expr query; /* views, materialized or not: the SELECT */
    const str *options;    /* WITH (...) as given: "fillfactor=70" */
    size_t option_count;
    bool unpopulated;                    /* kind 'm': WITH NO DATA, nothing can be read of it */
    const struct cat_sequence *sequence; /* kind 'S' */
    /* A partitioned table (kind 'r' here): its rows and those of everything below are its root's. */
    char partition_strategy; /* 'r' range, 'l' list, 'h' hash; 0: not partitioned */
    const struct cat_partition_key *partition_keys;
    size_t partition_key_count;
    /* A partition: the part of the root's rows that its bound, and those above it, name. */
    oid partition_of;   /* the table above, or OID_NONE */
    oid partition_root; /* the topmost */
    const struct cat_partition_bound *partition_bound;
    str comment;
};

struct cat_argument {
    str name; /* may be empty */
    oid type;
    char mode; /* 'i' in, 'o' out, 'b' inout, 'v' variadic, 't' table column */
    struct cat_expr default_expr;
};

struct cat_function {
    oid oid;
    oid schema;
    str name;
    oid owner;
    struct cat_acl acl;
    char kind;    /* 'f' function, 'p' procedure */
    str language; /* sql, plpgsql */
    const struct cat_argument *arguments;
    size_t argument_count;
    oid result; /* record for several OUT or TABLE columns */
    bool returns_set;
    bool returns_table; /* RETURNS TABLE(...) */
    char volatility;    /* 'v','s','i' */
    bool strict;
    bool security_definer;
    bool leakproof;
    const str *settings; /* SET name = value, as "name=value" */
    size_t setting_count;
    str body;                             /* as written */
    const struct node *const *statements; /* LANGUAGE sql: the parsed body */
    size_t statement_count;
    const struct pl_function *pl; /* LANGUAGE plpgsql: the parsed body; NULL: it does not parse */
    double rows;                  /* ROWS n; 0: not said */
    str comment;
};

struct cat_membership {
    oid role; /* the role that is granted */
    bool admin;
};

struct cat_role {
    oid oid;
    str name;
    bool superuser, inherit, create_role, create_db, login, replication, bypass_rls;
    const struct cat_membership *member_of;
    size_t member_of_count;
    const str *settings; /* ALTER ROLE ... SET, as "name=value" */
    size_t setting_count;
    str comment;
};

struct cat_default_acl {
    oid oid;
    oid role;    /* objects made by this role */
    oid schema;  /* OID_NONE: in every schema */
    char object; /* 'r' tables and views, 'S' sequences, 'f' functions, 'T' types, 'n' schemas */
    struct cat_acl acl;
};

struct cat_extension {
    oid oid;
    str name;
    oid schema; /* where its functions and types resolve */
    str version;
    str comment;
};

struct cat_publication {
    oid oid;
    str name;
    oid owner;
    bool all_tables;
    bool inserts, updates, deletes, truncates;
    const oid *relations;
    size_t relation_count;
    const oid *schemas; /* FOR TABLES IN SCHEMA */
    size_t schema_count;
    str comment;
};

/* Opaque: arrays of the objects above with maps by oid and by name. */
struct catalog;

struct catalog *catalog_ref(const struct catalog *catalog);
void catalog_unref(const struct catalog *catalog);
/* Rises by one with every committed change; stored in the database. */
uint64_t catalog_version(const struct catalog *catalog);
/* The objects live in a PostgreSQL server, which analyzes and guards each statement itself: views,
 * policies and bodies have no trees here, and sql_compile hands trees on as they were built. */
bool catalog_is_remote(const struct catalog *catalog);
/* Remote: a body, policy, view or default there may ask for request.headers, .cookies, .method or .path:
 * whoever runs a statement has to send them along. */
bool catalog_reads_request(const struct catalog *catalog);

const struct cat_schema *catalog_schema_find(const struct catalog *catalog, str name);
const struct cat_schema *catalog_schema(const struct catalog *catalog, oid id);
const struct cat_type *catalog_type_find(const struct catalog *catalog, oid schema, str name);
const struct cat_type *catalog_type(const struct catalog *catalog, oid id);
const struct cat_relation *catalog_relation_find(const struct catalog *catalog,
                                                 oid schema,
                                                 str name);
const struct cat_relation *catalog_relation(const struct catalog *catalog, oid id);
const struct cat_function *catalog_function(const struct catalog *catalog, oid id);
const struct cat_role *catalog_role_find(const struct catalog *catalog, str name);
const struct cat_role *catalog_role(const struct catalog *catalog, oid id);

/* Every object of a class in order of oid: *at = 0 first, NULL at the end. */
const struct cat_schema *catalog_schema_next(const struct catalog *catalog, size_t *at);
const struct cat_type *catalog_type_next(const struct catalog *catalog, size_t *at);
const struct cat_relation *catalog_relation_next(const struct catalog *catalog, size_t *at);
const struct cat_function *catalog_function_next(const struct catalog *catalog, size_t *at);
const struct cat_role *catalog_role_next(const struct catalog *catalog, size_t *at);
const struct cat_default_acl *catalog_default_acl_next(const struct catalog *catalog, size_t *at);
const struct cat_extension *catalog_extension_next(const struct catalog *catalog, size_t *at);
const struct cat_publication *catalog_publication_next(const struct catalog *catalog, size_t *at);
const struct cat_extension *catalog_extension_find(const struct catalog *catalog, str name);
const struct cat_publication *catalog_publication_find(const struct catalog *catalog, str name);
/* Functions of a schema with this name (overloads): *at = 0 first, NULL at the end. */
const struct cat_function *catalog_function_named(const struct catalog *catalog,
                                                  oid schema,
                                                  str name,
                                                  size_t *at);

/* It has rows of its own in the embedded file: a table that is no partition, or a materialized view. */
static inline bool cat_relation_is_stored(const struct cat_relation *relation)
{
    return (relation->kind == 'r' && !relation->partition_of) || relation->kind == 'm';
}

/* Whose rows its rows are: itself, or the table that it is a partition of. */
static inline oid cat_relation_table(const struct cat_relation *relation)
{
    return relation->partition_of ? relation->partition_root : relation->oid;
}

/* An index by its name (one name space with relations) or oid; *relation is its table. */
const struct cat_index *catalog_index_find(const struct catalog *catalog,
                                           oid schema,
                                           str name,
                                           const struct cat_relation **relation);

const struct cat_column *cat_column_find(const struct cat_relation *relation, str name);
const struct cat_column *cat_column_numbered(const struct cat_relation *relation, int16_t number);
const struct cat_constraint *cat_primary_key(const struct cat_relation *relation);

const struct cat_constraint *cat_constraint_find(const struct cat_relation *relation, str name);
const struct cat_policy *cat_policy_find(const struct cat_relation *relation, str name);
const struct cat_trigger *cat_trigger_find(const struct cat_relation *relation, str name);

/* Privileges. has: every bit of `wanted` reaches `role` by ownership, grants to it, to PUBLIC or to a
 * role it inherits; a superuser has all. */
bool catalog_role_has(const struct catalog *catalog,
                      oid role,
                      oid owner,
                      const struct cat_acl *acl,
                      char object,
                      uint32_t wanted);
/* By a grant of the column itself: one without grants has none, whoever owns the table. */
bool catalog_role_has_column(const struct catalog *catalog,
                             oid role,
                             const struct cat_relation *relation,
                             const struct cat_column *column,
                             uint32_t wanted);
/* PostgreSQL's built-in default for a class of object: what the owner and PUBLIC hold. object: 'r',
 * 'S', 'f', 'T', 'n' as in cat_default_acl. */
uint32_t catalog_default_owner(char object);
uint32_t catalog_default_public(char object);
/* role is a member of group, directly or not, through INHERIT (or is it, or is superuser). */
bool catalog_role_inherits(const struct catalog *catalog, oid role, oid group);
/* The same whatever INHERIT says: what SET ROLE and ownership by membership ask. */
bool catalog_role_is_member(const struct catalog *catalog, oid role, oid group);
/* Row-level security holds for role on relation (not its owner unless forced, no BYPASSRLS). */
bool catalog_row_security_applies(const struct catalog *catalog,
                                  const struct cat_relation *relation,
                                  oid role);

/* A type_ref (types/type_text.h) for oid and typmod, in the arena: what type_json and type_input want. */
const struct type_ref *catalog_type_ref(struct arena *arena,
                                        const struct catalog *catalog,
                                        oid id,
                                        int32_t typmod);
/* PostgreSQL's format_type: "character varying(20)", "integer[]", "public.mood". */
str catalog_type_name(struct arena *arena, const struct catalog *catalog, oid id, int32_t typmod);

#endif
