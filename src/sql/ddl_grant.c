/* GRANT and REVOKE on objects, ALTER DEFAULT PRIVILEGES. */
#include <string.h>

#include "sql/ddl_int.h"

struct privilege_row {
    str name;
    uint32_t bit;
};

static const struct privilege_row privileges[] = {
    {STR_INIT("select"),     PRIV_SELECT    },
    {STR_INIT("insert"),     PRIV_INSERT    },
    {STR_INIT("update"),     PRIV_UPDATE    },
    {STR_INIT("delete"),     PRIV_DELETE    },
    {STR_INIT("truncate"),   PRIV_TRUNCATE  },
    {STR_INIT("references"), PRIV_REFERENCES},
    {STR_INIT("trigger"),    PRIV_TRIGGER   },
    {STR_INIT("usage"),      PRIV_USAGE     },
    {STR_INIT("create"),     PRIV_CREATE    },
    {STR_INIT("execute"),    PRIV_EXECUTE   },
    {STR_INIT("connect"),    PRIV_CONNECT   },
    {STR_INIT("temporary"),  PRIV_TEMPORARY },
    {STR_INIT("temp"),       PRIV_TEMPORARY },
};

enum { COLUMN_PRIVILEGES = PRIV_SELECT | PRIV_INSERT | PRIV_UPDATE | PRIV_REFERENCES };

static uint32_t privilege_bit(str name)
{
    for (size_t i = 0; i < COUNT_OF(privileges); i++)
        if (str_eq_nocase(privileges[i].name, name)) return privileges[i].bit;
    return 0;
}

/* One statement's wish: the same for each object. */
struct granting {
    struct ddl *ddl;
    bool is_grant;
    bool option; /* GRANT ... WITH GRANT OPTION; REVOKE GRANT OPTION FOR */
    bool cascade;
    const oid *grantees;
    size_t grantee_count;
    const struct list *wanted; /* AccessPrivs; empty: ALL */
};

/* ---- one list ---- */

/* The built-in default written out, so that it can be changed. */
static void spell_out(struct ddl *ddl, struct cat_acl *acl, oid owner, char object)
{
    if (!acl->is_default) return;
    *acl = (struct cat_acl){0};
    struct cat_grant own = {owner, owner, catalog_default_owner(object), 0};
    struct cat_grant everybody = {ROLE_PUBLIC, owner, catalog_default_public(object), 0};
    if (everybody.privileges) DDL_ADD(ddl, acl, at, count, &everybody);
    if (own.privileges) DDL_ADD(ddl, acl, at, count, &own);
}

static void acl_grant(
    struct granting *granting, struct cat_acl *acl, oid grantor, oid grantee, uint32_t bits)
{
    struct ddl *ddl = granting->ddl;
    struct cat_grant *grants = DDL_OWN(ddl, acl, at, count);
    for (size_t i = 0; i < acl->count; i++) {
        if (grants[i].grantee != grantee || grants[i].grantor != grantor) continue;
        grants[i].privileges |= bits;
        if (granting->option) grants[i].grantable |= bits;
        return;
    }
    struct cat_grant grant = {grantee, grantor, bits, granting->option ? bits : 0};
    DDL_ADD(ddl, acl, at, count, &grant);
}

static void acl_revoke(
    struct granting *granting, struct cat_acl *acl, oid grantor, oid grantee, uint32_t bits)
{
    struct ddl *ddl = granting->ddl;
    struct cat_grant *grants = DDL_OWN(ddl, acl, at, count);
    for (size_t i = acl->count; i-- > 0;) {
        if (grants[i].grantee != grantee || grants[i].grantor != grantor) continue;
        grants[i].grantable &= ~bits;
        if (!granting->option) grants[i].privileges &= ~bits;
        if (grants[i].privileges) continue;
        DDL_REMOVE(ddl, acl, at, count, i);
        grants = DDL_OWN(ddl, acl, at, count);
    }
}

/* What the grantee gave on goes too (CASCADE) or forbids it. */
static err revoke_dependents(struct granting *granting,
                             struct cat_acl *acl,
                             oid grantee,
                             uint32_t bits)
{
    for (size_t i = 0; i < acl->count; i++) {
        struct cat_grant grant = acl->at[i];
        bool handed_on =
            grant.grantor == grantee && grant.grantee != grantee && (grant.privileges & bits);
        if (!handed_on) continue;
        if (!granting->cascade) {
            struct err *error =
                err_sql(granting->ddl->arena, "2BP01", "dependent privileges exist");
            return err_hint(granting->ddl->arena, error, "Use CASCADE to revoke them too.");
        }
        struct granting whole = *granting;
        whole.option = false;
        acl_revoke(&whole, acl, grant.grantor, grant.grantee, bits);
        return revoke_dependents(granting, acl, grantee, bits);
    }
    return NULL;
}

static err acl_apply(struct granting *granting,
                     struct cat_acl *acl,
                     oid owner,
                     oid grantor,
                     char object,
                     uint32_t bits)
{
    if (object) spell_out(granting->ddl, acl, owner, object);
    acl->is_default = false;
    for (size_t i = 0; i < granting->grantee_count; i++) {
        oid grantee = granting->grantees[i];
        if (granting->is_grant) {
            if (granting->option && grantee == ROLE_PUBLIC)
                return err_sql(granting->ddl->arena, "0LP01",
                               "grant options can only be granted to roles");
            acl_grant(granting, acl, grantor, grantee, bits);
            continue;
        }
        acl_revoke(granting, acl, grantor, grantee, bits);
        if (grantee != owner) TRY(revoke_dependents(granting, acl, grantee, bits));
    }
    return NULL;
}

/* ---- which privileges ---- */

struct object {
    char letter; /* as cat_default_acl.object */
    const char *word;
    str name;
    oid owner;
};

static err invalid_privilege(struct granting *granting, str name, const struct object *object)
{
    struct arena *arena = granting->ddl->arena;
    str upper = str_printf(arena, "%.*s", STR_FMT(name));
    char *letters = (char *)(uintptr_t)upper.at;
    for (size_t i = 0; i < upper.len; i++)
        if (letters[i] >= 'a' && letters[i] <= 'z') letters[i] = (char)(letters[i] - 32);
    /* What fits neither tables nor sequences is refused for a relation. */
    bool relation = object->letter == 'r' && strcmp(object->word, "column") != 0 &&
                    !(privilege_bit(name) & catalog_default_owner('S'));
    return err_sql(arena, "0LP01", "invalid privilege type %.*s for %s", STR_FMT(upper),
                   relation ? "relation" : object->word);
}

/* Whole-object bits of the statement; column entries are left to the caller. */
static err wanted_bits(struct granting *granting, const struct object *object, uint32_t *out)
{
    uint32_t all = catalog_default_owner(object->letter);
    *out = granting->wanted->count ? 0 : all;
    for (size_t i = 0; i < granting->wanted->count; i++) {
        const struct AccessPriv *wish = AST_AS(AccessPriv, granting->wanted->at[i]);
        if (wish->cols->count) continue;
        uint32_t bit = privilege_bit(wish->priv_name);
        if (!bit)
            return err_sql(granting->ddl->arena, "42601", "unrecognized privilege type \"%.*s\"",
                           STR_FMT(wish->priv_name));
        /* GRANT ... ON t works for sequences, USAGE included. */
        if (!(bit & all)) return invalid_privilege(granting, wish->priv_name, object);
        *out |= bit;
    }
    return NULL;
}

/* ---- who may ---- */

/* select_best_grantor: the owner's name when we are the owner (or a member), else our own, with the
 * bits that we hold WITH GRANT OPTION. */
static err choose_grantor(struct granting *granting,
                          const struct object *object,
                          const struct cat_acl *acl,
                          uint32_t *bits,
                          oid *grantor)
{
    struct ddl *ddl = granting->ddl;
    if (ddl_owns(ddl, object->owner)) {
        *grantor = object->owner;
        return NULL;
    }
    uint32_t held = 0, any = 0;
    for (size_t i = 0; i < acl->count; i++) {
        const struct cat_grant *grant = &acl->at[i];
        bool ours = grant->grantee == ROLE_PUBLIC ||
                    catalog_role_inherits(ddl->next, ddl->context->role, grant->grantee);
        if (!ours) continue;
        any |= grant->privileges;
        held |= grant->grantable;
    }
    *grantor = ddl->context->role;
    if (!any)
        return err_sql(ddl->arena, "42501", "permission denied for %s %.*s", object->word,
                       STR_FMT(object->name));
    if (!(held & *bits))
        ddl_notice(ddl,
                   granting->is_grant ? "no privileges were granted for \"%.*s\""
                                      : "no privileges could be revoked for \"%.*s\"",
                   STR_FMT(object->name));
    *bits &= held;
    return NULL;
}

static err change(struct granting *granting, const struct object *object, struct cat_acl *acl)
{
    uint32_t bits;
    oid grantor;
    TRY(wanted_bits(granting, object, &bits));
    if (!bits) return NULL;
    TRY(choose_grantor(granting, object, acl, &bits, &grantor));
    if (!bits) return NULL;
    return acl_apply(granting, acl, object->owner, grantor, object->letter, bits);
}

/* ---- kinds of objects ---- */

static err change_columns(struct granting *granting,
                          const struct object *object,
                          struct cat_relation *relation,
                          const struct AccessPriv *wish)
{
    struct ddl *ddl = granting->ddl;
    uint32_t bits =
        str_empty(wish->priv_name) ? (uint32_t)COLUMN_PRIVILEGES : privilege_bit(wish->priv_name);
    struct object column = *object;
    column.word = "column";
    if (!bits || (bits & ~(uint32_t)COLUMN_PRIVILEGES))
        return invalid_privilege(granting, wish->priv_name, &column);
    oid grantor;
    TRY(choose_grantor(granting, object, &relation->acl, &bits, &grantor));
    struct cat_column *columns = DDL_OWN(ddl, relation, columns, column_count);
    for (size_t i = 0; i < wish->cols->count; i++) {
        str name = ast_name_at(wish->cols, i);
        struct cat_column *found = NULL;
        for (size_t j = 0; j < relation->column_count; j++)
            if (str_eq(columns[j].name, name)) found = &columns[j];
        if (!found)
            return err_sql(ddl->arena, "42703",
                           "column \"%.*s\" of relation \"%.*s\" does not exist", STR_FMT(name),
                           STR_FMT(relation->name));
        TRY(acl_apply(granting, &found->acl, object->owner, grantor, 0, bits));
        if (!found->acl.count) found->acl.is_default = true;
    }
    return NULL;
}

/* REVOKE on the table takes the same privileges of its columns. */
static void revoke_columns(struct granting *granting,
                           struct cat_relation *relation,
                           uint32_t bits,
                           oid grantor)
{
    struct cat_column *columns = DDL_OWN(granting->ddl, relation, columns, column_count);
    for (size_t i = 0; i < relation->column_count; i++)
        for (size_t j = 0; j < granting->grantee_count; j++)
            acl_revoke(granting, &columns[i].acl, grantor, granting->grantees[j], bits);
}

static err change_relation(struct granting *granting,
                           const struct cat_relation *relation,
                           enum ObjectType type)
{
    struct ddl *ddl = granting->ddl;
    if (type == OBJECT_SEQUENCE && relation->kind != 'S')
        return err_sql(ddl->arena, "42809", "\"%.*s\" is not a sequence", STR_FMT(relation->name));
    struct object object = {.letter = relation->kind == 'S' ? 'S' : 'r',
                            .word = ddl_relation_word(relation->kind),
                            .name = relation->name,
                            .owner = relation->owner};
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
    TRY(change(granting, &object, &edited->acl));
    uint32_t bits;
    TRY(wanted_bits(granting, &object, &bits));
    if (!granting->is_grant && bits) revoke_columns(granting, edited, bits, relation->owner);
    for (size_t i = 0; i < granting->wanted->count; i++) {
        const struct AccessPriv *wish = AST_AS(AccessPriv, granting->wanted->at[i]);
        if (wish->cols->count) TRY(change_columns(granting, &object, edited, wish));
    }
    catalog_put(ddl->next, CAT_RELATION, edited);
    return NULL;
}

static err change_function(struct granting *granting, const struct cat_function *function)
{
    struct object object = {'f', "function", function->name, function->owner};
    struct cat_function *edited = CATALOG_EDIT(granting->ddl->next, function);
    TRY(change(granting, &object, &edited->acl));
    catalog_put(granting->ddl->next, CAT_FUNCTION, edited);
    return NULL;
}

static err change_schema(struct granting *granting, const struct cat_schema *schema)
{
    struct object object = {'n', "schema", schema->name, schema->owner};
    struct cat_schema *edited = CATALOG_EDIT(granting->ddl->next, schema);
    TRY(change(granting, &object, &edited->acl));
    catalog_put(granting->ddl->next, CAT_SCHEMA, edited);
    return NULL;
}

static err change_type(struct granting *granting, const struct cat_type *type)
{
    struct object object = {'T', "type", type->name, type->owner};
    struct cat_type *edited = CATALOG_EDIT(granting->ddl->next, type);
    TRY(change(granting, &object, &edited->acl));
    catalog_put(granting->ddl->next, CAT_TYPE, edited);
    return NULL;
}

static err change_named(struct granting *granting, enum ObjectType type, const struct node *node)
{
    struct ddl *ddl = granting->ddl;
    const struct cat_relation *relation;
    const struct cat_function *function;
    const struct cat_schema *schema;
    const struct cat_type *found;
    switch ((int)type) {
    case OBJECT_TABLE:
    case OBJECT_SEQUENCE:
        TRY(ddl_relation(ddl, AST_AS(RangeVar, node), MISSING_IS_ERROR, &relation));
        return change_relation(granting, relation, type);
    case OBJECT_FUNCTION:
    case OBJECT_PROCEDURE:
    case OBJECT_ROUTINE:
        TRY(ddl_function(ddl, AST_AS(ObjectWithArgs, node), "function", MISSING_IS_ERROR,
                         &function));
        return change_function(granting, function);
    case OBJECT_SCHEMA:
        schema = catalog_schema_find(ddl->next, AST_AS(String, node)->sval);
        if (!schema)
            return err_sql(ddl->arena, "3F000", "schema \"%.*s\" does not exist",
                           STR_FMT(AST_AS(String, node)->sval));
        return change_schema(granting, schema);
    case OBJECT_TYPE:
    case OBJECT_DOMAIN:
        TRY(ddl_type_named(ddl, AST_AS(List, node)->items, &found));
        return change_type(granting, found);
    case OBJECT_DATABASE:
    case OBJECT_LANGUAGE:
        ddl_notice(ddl, "privileges on databases and languages have no effect here");
        return NULL;
    default: /* foreign servers, large objects, tablespaces, parameters */
        return ddl_unsupported(ddl, node, "GRANT on this kind of object");
    }
}

/* ALL TABLES | SEQUENCES | FUNCTIONS IN SCHEMA. Oids are gathered first: changing moves objects. */
static err change_all(struct granting *granting, enum ObjectType type, oid schema)
{
    struct ddl *ddl = granting->ddl;
    bool functions = type == OBJECT_FUNCTION || type == OBJECT_PROCEDURE || type == OBJECT_ROUTINE;
    enum cat_class class = functions ? CAT_FUNCTION : CAT_RELATION;
    oid *ids = ARENA_ARRAY(ddl->arena, oid, catalog_count(ddl->next, class));
    size_t count = 0, at = 0;
    const void *object;
    while ((object = catalog_object_next(ddl->next, class, &at))) {
        const struct cat_relation *relation = object;
        const struct cat_function *function = object;
        bool wanted = functions                    ? function->schema == schema
                      : relation->schema != schema ? false
                      : type == OBJECT_SEQUENCE
                          ? relation->kind == 'S'
                          : cat_relation_is_stored(relation) || relation->kind == 'v';
        if (wanted) ids[count++] = catalog_object_oid(class, object);
    }
    for (size_t i = 0; i < count; i++)
        TRY(functions ? change_function(granting, catalog_function(ddl->next, ids[i]))
                      : change_relation(granting, catalog_relation(ddl->next, ids[i]), type));
    return NULL;
}

static err read_grantees(struct ddl *ddl, const struct list *specs, struct granting *granting)
{
    oid *grantees = ARENA_ARRAY(ddl->arena, oid, specs->count);
    for (size_t i = 0; i < specs->count; i++)
        TRY(ddl_role_spec(ddl, AST_AS(RoleSpec, specs->at[i]), true, &grantees[i]));
    granting->grantees = grantees;
    granting->grantee_count = specs->count;
    return NULL;
}

static struct granting granting_of(struct ddl *ddl, const struct GrantStmt *grant)
{
    return (struct granting){
        .ddl = ddl,
        .is_grant = grant->is_grant,
        .option = grant->grant_option,
        .cascade = grant->behavior == DROP_CASCADE,
        .wanted = grant->privileges,
    };
}

err ddl_grant(struct ddl *ddl, const struct node *statement)
{
    const struct GrantStmt *grant = AST_AS(GrantStmt, statement);
    struct granting granting = granting_of(ddl, grant);
    TRY(read_grantees(ddl, grant->grantees, &granting));
    for (size_t i = 0; i < grant->objects->count; i++) {
        if (grant->targtype == ACL_TARGET_OBJECT) {
            TRY(change_named(&granting, grant->objtype, grant->objects->at[i]));
            continue;
        }
        const struct cat_schema *schema;
        TRY(ddl_schema(ddl, ast_name_at(grant->objects, i), &schema));
        TRY(change_all(&granting, grant->objtype, schema->oid));
    }
    return NULL;
}

/* ---- ALTER DEFAULT PRIVILEGES ---- */

struct default_row {
    enum ObjectType type;
    char letter;
    const char *word;
};

static const struct default_row default_rows[] = {
    {OBJECT_TABLE,    'r', "relation"},
    {OBJECT_SEQUENCE, 'S', "sequence"},
    {OBJECT_FUNCTION, 'f', "function"},
    {OBJECT_ROUTINE,  'f', "function"},
    {OBJECT_TYPE,     'T', "type"    },
    {OBJECT_SCHEMA,   'n', "schema"  },
};

static const struct cat_default_acl *default_find(struct ddl *ddl,
                                                  oid role,
                                                  oid schema,
                                                  char letter)
{
    size_t at = 0;
    const struct cat_default_acl *entry;
    while ((entry = catalog_default_acl_next(ddl->next, &at)))
        if (entry->role == role && entry->schema == schema && entry->object == letter) return entry;
    return NULL;
}

static err change_default(struct granting *granting,
                          const struct default_row *row,
                          oid role,
                          oid schema)
{
    struct ddl *ddl = granting->ddl;
    struct object object = {row->letter, row->word, STR(""), role};
    uint32_t bits;
    TRY(wanted_bits(granting, &object, &bits));
    const struct cat_default_acl *found = default_find(ddl, role, schema, row->letter);
    struct cat_default_acl *entry = ARENA_NEW(ddl->pool, struct cat_default_acl);
    if (found) {
        *entry = *found;
    } else {
        *entry = (struct cat_default_acl){.oid = catalog_oid_new(ddl->next),
                                          .role = role,
                                          .schema = schema,
                                          .object = row->letter};
        /* A global entry starts from the built-in default, a schema's from nothing. */
        entry->acl.is_default = schema == OID_NONE;
    }
    TRY(acl_apply(granting, &entry->acl, role, role, schema ? 0 : row->letter, bits));
    if (entry->acl.count == 0 && schema)
        catalog_drop(ddl->next, CAT_DEFAULT_ACL, entry->oid);
    else
        catalog_put(ddl->next, CAT_DEFAULT_ACL, entry);
    return NULL;
}

struct default_scope {
    const struct list *roles;   /* RoleSpecs; NULL: the current one */
    const struct list *schemas; /* Strings; NULL: everywhere */
};

static err change_default_of(struct granting *granting,
                             const struct default_row *row,
                             const struct default_scope *scope,
                             oid role)
{
    struct ddl *ddl = granting->ddl;
    if (!catalog_role_is_member(ddl->next, ddl->context->role, role))
        return err_sql(ddl->arena, "42501", "must be member of role \"%.*s\"",
                       STR_FMT(ddl_role_name(ddl, role)));
    if (!scope->schemas) return change_default(granting, row, role, OID_NONE);
    if (row->type == OBJECT_SCHEMA)
        return err_sql(ddl->arena, "0LP01",
                       "cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS");
    for (size_t i = 0; i < scope->schemas->count; i++) {
        const struct cat_schema *schema;
        TRY(ddl_schema(ddl, ast_name_at(scope->schemas, i), &schema));
        TRY(change_default(granting, row, role, schema->oid));
    }
    return NULL;
}

err ddl_default_privileges(struct ddl *ddl, const struct node *statement)
{
    const struct AlterDefaultPrivilegesStmt *alter = AST_AS(AlterDefaultPrivilegesStmt, statement);
    struct default_scope scope = {0};
    for (size_t i = 0; i < alter->options->count; i++) {
        const struct DefElem *option = AST_AS(DefElem, alter->options->at[i]);
        const struct list *items = AST_AS(List, option->arg)->items;
        if (str_eq(option->defname, STR("schemas")))
            scope.schemas = items;
        else
            scope.roles = items;
    }
    struct granting granting = granting_of(ddl, alter->action);
    TRY(read_grantees(ddl, alter->action->grantees, &granting));
    const struct default_row *row = NULL;
    for (size_t i = 0; i < COUNT_OF(default_rows); i++)
        if (default_rows[i].type == alter->action->objtype) row = &default_rows[i];
    if (!row) return ddl_unsupported(ddl, statement, "default privileges on this kind of object");
    if (!scope.roles) return change_default_of(&granting, row, &scope, ddl->context->role);
    for (size_t i = 0; i < scope.roles->count; i++) {
        oid role;
        TRY(ddl_role_spec(ddl, AST_AS(RoleSpec, scope.roles->at[i]), false, &role));
        TRY(change_default_of(&granting, row, &scope, role));
    }
    return NULL;
}
