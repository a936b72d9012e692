#include "sql/ddl.h"

#include "sql/ddl_int.h"

struct statement_row {
    enum node_kind kind;
    const char *tag;
    ddl_handler *apply; /* NULL: refused by this name */
};

/* In order of kind of use, not of enum: the list is short and read once a statement. */
static const struct statement_row statements[] = {
    {T_CreateSchemaStmt,           "CREATE SCHEMA",             ddl_create_schema     },
    {T_CreateExtensionStmt,        "CREATE EXTENSION",          ddl_create_extension  },
    {T_CreateStmt,                 "CREATE TABLE",              ddl_create_table      },
    {T_CreateTableAsStmt,          "CREATE TABLE AS",           ddl_create_table_as   },
    {T_RefreshMatViewStmt,         "REFRESH MATERIALIZED VIEW", ddl_refresh_matview   },
    {T_CreateEnumStmt,             "CREATE TYPE",               ddl_create_enum       },
    {T_AlterEnumStmt,              "ALTER TYPE",                ddl_alter_enum        },
    {T_CreateDomainStmt,           "CREATE DOMAIN",             ddl_create_domain     },
    {T_AlterDomainStmt,            "ALTER DOMAIN",              ddl_alter_domain      },
    {T_CompositeTypeStmt,          "CREATE TYPE",               ddl_create_composite  },
    {T_CreateSeqStmt,              "CREATE SEQUENCE",           ddl_create_sequence   },
    {T_AlterSeqStmt,               "ALTER SEQUENCE",            ddl_alter_sequence    },
    {T_IndexStmt,                  "CREATE INDEX",              ddl_create_index      },
    {T_ViewStmt,                   "CREATE VIEW",               ddl_create_view       },
    {T_AlterTableStmt,             "ALTER TABLE",               ddl_alter_table       },
    {T_CreateRoleStmt,             "CREATE ROLE",               ddl_create_role       },
    {T_AlterRoleStmt,              "ALTER ROLE",                ddl_alter_role        },
    {T_AlterRoleSetStmt,           "ALTER ROLE",                ddl_alter_role_set    },
    {T_DropRoleStmt,               "DROP ROLE",                 ddl_drop_role         },
    {T_GrantStmt,                  "GRANT",                     ddl_grant             },
    {T_GrantRoleStmt,              "GRANT ROLE",                ddl_grant_role        },
    {T_AlterDefaultPrivilegesStmt, "ALTER DEFAULT PRIVILEGES",  ddl_default_privileges},
    {T_CreatePolicyStmt,           "CREATE POLICY",             ddl_create_policy     },
    {T_AlterPolicyStmt,            "ALTER POLICY",              ddl_alter_policy      },
    {T_CommentStmt,                "COMMENT",                   ddl_comment           },
    {T_CreateFunctionStmt,         "CREATE FUNCTION",           ddl_create_function   },
    {T_AlterFunctionStmt,          "ALTER FUNCTION",            ddl_alter_function    },
    {T_DropStmt,                   "DROP",                      ddl_drop              },
    {T_RenameStmt,                 "ALTER",                     ddl_rename            },
    {T_AlterObjectSchemaStmt,      "ALTER",                     ddl_set_schema        },
    {T_AlterOwnerStmt,             "ALTER",                     ddl_set_owner         },
    {T_TruncateStmt,               "TRUNCATE TABLE",            ddl_truncate          },
    {T_CreatePublicationStmt,      "CREATE PUBLICATION",        ddl_create_publication},
    {T_AlterPublicationStmt,       "ALTER PUBLICATION",         ddl_alter_publication },
    {T_CreateTrigStmt,             "CREATE TRIGGER",            ddl_create_trigger    },
    {T_CreateEventTrigStmt,        "CREATE EVENT TRIGGER",      NULL                  },
    {T_AlterEventTrigStmt,         "ALTER EVENT TRIGGER",       NULL                  },
    {T_RuleStmt,                   "CREATE RULE",               NULL                  },
    {T_DefineStmt,                 "CREATE AGGREGATE",          NULL                  },
    {T_CreateCastStmt,             "CREATE CAST",               NULL                  },
    {T_CreateRangeStmt,            "CREATE TYPE ... AS RANGE",  NULL                  },
    {T_CreateStatsStmt,            "CREATE STATISTICS",         NULL                  },
    {T_AlterTypeStmt,              "ALTER TYPE ... SET",        NULL                  },
    {T_AlterExtensionStmt,         "ALTER EXTENSION",           NULL                  },
    {T_AlterExtensionContentsStmt, "ALTER EXTENSION",           NULL                  },
    {T_AlterObjectDependsStmt,     "ALTER ... DEPENDS",         NULL                  },
    {T_SecLabelStmt,               "SECURITY LABEL",            NULL                  },
    {T_ReassignOwnedStmt,          "REASSIGN OWNED",            NULL                  },
    {T_DropOwnedStmt,              "DROP OWNED",                NULL                  },
    {T_AlterDatabaseSetStmt,       "ALTER DATABASE",            NULL                  },
    {T_DoStmt,                     "DO",                        NULL                  },
    {T_CopyStmt,                   "COPY",                      NULL                  },
    {T_CallStmt,                   "CALL",                      NULL                  },
    {T_UnknownNode,                "this statement",            NULL                  },
};

static const struct statement_row *row_of(const struct node *statement)
{
    for (size_t i = 0; i < COUNT_OF(statements); i++)
        if (statements[i].kind == statement->kind) return &statements[i];
    return NULL;
}

bool ddl_is_utility(const struct node *statement)
{
    return row_of(statement) != NULL;
}

struct object_tags {
    enum ObjectType type;
    str drop, alter;
};

#define TAGS(type, word)                                               \
    {                                                                  \
        OBJECT_##type, STR_INIT("DROP " word), STR_INIT("ALTER " word) \
    }
static const struct object_tags object_tags[] = {
    TAGS(TABLE, "TABLE"),
    TAGS(COLUMN, "TABLE"),
    TAGS(TABCONSTRAINT, "TABLE"),
    TAGS(VIEW, "VIEW"),
    TAGS(MATVIEW, "MATERIALIZED VIEW"),
    TAGS(INDEX, "INDEX"),
    TAGS(SEQUENCE, "SEQUENCE"),
    TAGS(SCHEMA, "SCHEMA"),
    TAGS(TYPE, "TYPE"),
    TAGS(ATTRIBUTE, "TYPE"),
    TAGS(DOMAIN, "DOMAIN"),
    TAGS(DOMCONSTRAINT, "DOMAIN"),
    TAGS(FUNCTION, "FUNCTION"),
    TAGS(PROCEDURE, "PROCEDURE"),
    TAGS(ROUTINE, "ROUTINE"),
    TAGS(POLICY, "POLICY"),
    TAGS(TRIGGER, "TRIGGER"),
    TAGS(EVENT_TRIGGER, "EVENT TRIGGER"),
    TAGS(RULE, "RULE"),
    TAGS(ROLE, "ROLE"),
    TAGS(EXTENSION, "EXTENSION"),
    TAGS(PUBLICATION, "PUBLICATION"),
    TAGS(DATABASE, "DATABASE"),
    TAGS(AGGREGATE, "AGGREGATE"),
    TAGS(OPERATOR, "OPERATOR"),
    TAGS(CAST, "CAST"),
    TAGS(COLLATION, "COLLATION"),
    TAGS(STATISTIC_EXT, "STATISTICS"),
};

static str drop_tag(enum ObjectType type)
{
    for (size_t i = 0; i < COUNT_OF(object_tags); i++)
        if (object_tags[i].type == type) return object_tags[i].drop;
    return STR("DROP");
}

static str alter_tag(enum ObjectType type)
{
    for (size_t i = 0; i < COUNT_OF(object_tags); i++)
        if (object_tags[i].type == type) return object_tags[i].alter;
    return STR("ALTER");
}

/* A column's is that of what it is a column of. */
static str rename_tag(const struct RenameStmt *rename)
{
    bool column = rename->renameType == OBJECT_COLUMN;
    return alter_tag(column ? rename->relationType : rename->renameType);
}

str ddl_command_tag(const struct node *statement)
{
    const struct statement_row *row = row_of(statement);
    if (!row) return ast_name(statement);
    switch ((int)statement->kind) {
    case T_DropStmt: return drop_tag(AST_AS(DropStmt, statement)->removeType);
    case T_RenameStmt: return rename_tag(AST_AS(RenameStmt, statement));
    case T_AlterTableStmt: return alter_tag(AST_AS(AlterTableStmt, statement)->objtype);
    case T_AlterObjectSchemaStmt:
        return alter_tag(AST_AS(AlterObjectSchemaStmt, statement)->objectType);
    case T_AlterOwnerStmt: return alter_tag(AST_AS(AlterOwnerStmt, statement)->objectType);
    case T_CreateFunctionStmt:
        return AST_AS(CreateFunctionStmt, statement)->is_procedure ? STR("CREATE PROCEDURE")
                                                                   : STR("CREATE FUNCTION");
    case T_CreateTableAsStmt:
        return AST_AS(CreateTableAsStmt, statement)->objtype == OBJECT_MATVIEW
                   ? STR("CREATE MATERIALIZED VIEW")
                   : str_of(row->tag);
    case T_GrantStmt: return AST_AS(GrantStmt, statement)->is_grant ? STR("GRANT") : STR("REVOKE");
    case T_GrantRoleStmt:
        return AST_AS(GrantRoleStmt, statement)->is_grant ? STR("GRANT ROLE") : STR("REVOKE ROLE");
    default: /* every other kind has one tag */ return str_of(row->tag);
    }
}

/* ---- what the handlers share ---- */

void ddl_notice(struct ddl *ddl, const char *format, ...)
{
    if (!ddl->context->notice) return;
    va_list args;
    va_start(args, format);
    str text = str_vprintf(ddl->arena, format, args);
    va_end(args);
    ddl->context->notice(ddl->context->notice_context, text);
}

struct ddl_effect *ddl_effect(struct ddl *ddl, enum ddl_effect_kind kind)
{
    struct ddl_effect *effect = VEC_ADD(ddl->arena, &ddl->context->effects);
    effect->kind = kind;
    return effect;
}

err ddl_unsupported(struct ddl *ddl, const struct node *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str what = str_vprintf(ddl->arena, format, args);
    va_end(args);
    struct err *error = err_sql(ddl->arena, "0A000", "%.*s is not supported", STR_FMT(what));
    return err_at(error, node ? ast_location(node) : -1);
}

err ddl_check_expr(struct ddl *ddl, const struct ddl_expr *expr)
{
    const struct ddl_hooks *hooks = ddl->context->hooks;
    if (!hooks || !hooks->check_expr) return NULL;
    return hooks->check_expr(ddl->context, ddl->next, expr);
}

void *ddl_array_add(struct arena *pool, const void *at, size_t count, size_t size, const void *item)
{
    char *copy = arena_alloc(pool, size_mul_or_die(count + 1, size));
    if (count) memcpy(copy, at, count * size);
    memcpy(copy + count * size, item, size);
    return copy;
}

void *ddl_array_copy(struct arena *pool, const void *at, size_t count, size_t size)
{
    char *copy = arena_alloc(pool, size_mul_or_die(count, size));
    if (count) memcpy(copy, at, count * size);
    return copy;
}

void *ddl_array_without(struct arena *pool, const void *at, size_t count, size_t size, size_t index)
{
    char *copy = ddl_array_copy(pool, at, count, size);
    memmove(copy + index * size, copy + (index + 1) * size, (count - index - 1) * size);
    return copy;
}

static err refuse(struct ddl *ddl, const struct node *statement, const struct statement_row *row)
{
    struct err *error = err_at(err_sql(ddl->arena, "0A000", "%s is not supported", row->tag),
                               ast_location(statement));
    if (statement->kind == T_DoStmt)
        err_hint(ddl->arena, error, "PL/pgSQL comes with a later version.");
    if (statement->kind == T_CreateStatsStmt || statement->kind == T_RuleStmt)
        err_hint(ddl->arena, error, "The embedded engine has nothing like it; leave it out.");
    return error;
}

err ddl_apply(struct ddl_context *context,
              const struct catalog *catalog,
              const struct node *statement,
              struct catalog **next)
{
    struct ddl ddl = {.context = context, .arena = context->arena, .before = catalog};
    const struct statement_row *row = row_of(statement);
    if (!row) {
        str name = ast_name(statement);
        return ddl_unsupported(&ddl, statement, "the statement %.*s", STR_FMT(name));
    }
    if (!row->apply) return refuse(&ddl, statement, row);
    ddl.next = catalog_next(catalog);
    ddl.pool = catalog_pool(ddl.next);
    err error = row->apply(&ddl, statement);
    if (error) {
        catalog_unref(ddl.next);
        return error;
    }
    *next = ddl.next;
    return NULL;
}
