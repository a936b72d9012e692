/* ALTER TABLE (and VIEW, SEQUENCE, INDEX in their ALTER TABLE forms). */
#include <string.h>

#include "sql/builtin.h"
#include "sql/ddl_int.h"

/* One command on one relation. The relation is found anew for each: commands see each other. */
struct altering {
    struct ddl *ddl;
    oid relation;
    const struct AlterTableCmd *cmd;
};

static struct cat_relation *edit(const struct altering *altering)
{
    struct ddl *ddl = altering->ddl;
    return CATALOG_EDIT(ddl->next, catalog_relation(ddl->next, altering->relation));
}

static err finish(const struct altering *altering, struct cat_relation *relation)
{
    catalog_put(altering->ddl->next, CAT_RELATION, relation);
    return NULL;
}

/* The command's column in a relation whose columns are its own. 42703. */
static err own_column(const struct altering *altering,
                      struct cat_relation *relation,
                      struct cat_column **out)
{
    struct ddl *ddl = altering->ddl;
    struct cat_column *columns = DDL_OWN(ddl, relation, columns, column_count);
    for (size_t i = 0; i < relation->column_count; i++) {
        if (!str_eq(columns[i].name, altering->cmd->name)) continue;
        *out = &columns[i];
        return NULL;
    }
    return err_sql(ddl->arena, "42703", "column \"%.*s\" of relation \"%.*s\" does not exist",
                   STR_FMT(altering->cmd->name), STR_FMT(relation->name));
}

/* ---- columns ---- */

static bool is_tablelike(const struct Constraint *constraint)
{
    return constraint->contype == CONSTR_PRIMARY || constraint->contype == CONSTR_UNIQUE ||
           constraint->contype == CONSTR_CHECK || constraint->contype == CONSTR_FOREIGN ||
           constraint->contype == CONSTR_EXCLUSION;
}

static err add_column(const struct altering *altering)
{
    struct ddl *ddl = altering->ddl;
    const struct ColumnDef *def = AST_AS(ColumnDef, altering->cmd->def);
    struct cat_relation *relation = edit(altering);
    if (altering->cmd->missing_ok && cat_column_find(relation, def->colname)) {
        ddl_notice(ddl, "column \"%.*s\" of relation \"%.*s\" already exists, skipping",
                   STR_FMT(def->colname), STR_FMT(relation->name));
        return NULL;
    }
    TRY(ddl_column_add(ddl, &(struct ddl_column_options){.def = def, .relation = relation}));
    catalog_put(ddl->next, CAT_RELATION, relation);
    TRY(ddl_column_constraints(ddl, relation, def));
    for (size_t i = 0; i < def->constraints->count; i++) {
        struct Constraint constraint = *AST_AS(Constraint, def->constraints->at[i]);
        if (!is_tablelike(&constraint)) continue;
        ddl_constraint_fold(&constraint, def->constraints, i);
        TRY(ddl_constraint_add(ddl, relation, &constraint,
                               cat_column_find(relation, def->colname)));
    }
    return finish(altering, relation);
}

static err attribute(const struct altering *altering)
{
    const struct cat_relation *relation = catalog_relation(altering->ddl->next, altering->relation);
    return ddl_alter_attribute(altering->ddl, relation, altering->cmd);
}

static err drop_column(const struct altering *altering)
{
    struct ddl *ddl = altering->ddl;
    const struct cat_relation *relation = catalog_relation(ddl->next, altering->relation);
    const struct cat_column *column = cat_column_find(relation, altering->cmd->name);
    if (!column && altering->cmd->missing_ok) {
        ddl_notice(ddl, "column \"%.*s\" of relation \"%.*s\" does not exist, skipping",
                   STR_FMT(altering->cmd->name), STR_FMT(relation->name));
        return NULL;
    }
    if (!column)
        return err_sql(ddl->arena, "42703", "column \"%.*s\" of relation \"%.*s\" does not exist",
                       STR_FMT(altering->cmd->name), STR_FMT(relation->name));
    size_t at = 0;
    const struct cat_relation *partition;
    bool split = relation->partition_strategy;
    int16_t number = column->number;
    while (split && (partition = catalog_relation_next(ddl->next, &at)))
        if (partition->partition_root == altering->relation)
            TRY(ddl_drop_column(ddl, partition->oid, number, altering->cmd->behavior));
    return ddl_drop_column(ddl, altering->relation, number, altering->cmd->behavior);
}

static err column_default(const struct altering *altering)
{
    struct cat_relation *relation = edit(altering);
    struct cat_column *column;
    TRY(own_column(altering, relation, &column));
    TRY(ddl_column_default(altering->ddl, relation, column, altering->cmd->def));
    return finish(altering, relation);
}

static err set_not_null(const struct altering *altering)
{
    struct cat_relation *relation = edit(altering);
    struct cat_column *column;
    TRY(own_column(altering, relation, &column));
    column->not_null = true;
    return finish(altering, relation);
}

static err drop_not_null(const struct altering *altering)
{
    struct ddl *ddl = altering->ddl;
    struct cat_relation *relation = edit(altering);
    struct cat_column *column;
    TRY(own_column(altering, relation, &column));
    if (column->identity)
        return err_sql(ddl->arena, "42601",
                       "column \"%.*s\" of relation \"%.*s\" is an identity column",
                       STR_FMT(column->name), STR_FMT(relation->name));
    const struct cat_constraint *key = cat_primary_key(relation);
    for (size_t i = 0; key && i < key->column_count; i++)
        if (key->columns[i] == column->number)
            return err_sql(ddl->arena, "42P16", "column \"%.*s\" is in a primary key",
                           STR_FMT(column->name));
    column->not_null = false;
    return finish(altering, relation);
}

static err drop_expression(const struct altering *altering)
{
    struct ddl *ddl = altering->ddl;
    struct cat_relation *relation = edit(altering);
    struct cat_column *column;
    TRY(own_column(altering, relation, &column));
    if (!column->generated && altering->cmd->missing_ok) return NULL;
    if (!column->generated)
        return err_sql(ddl->arena, "55000",
                       "column \"%.*s\" of relation \"%.*s\" is not a stored generated column",
                       STR_FMT(column->name), STR_FMT(relation->name));
    column->generated = false;
    column->default_expr = (struct cat_expr){0};
    return finish(altering, relation);
}

/* ---- ALTER COLUMN TYPE ---- */

/* Views and policies over the column forbid it, generated columns too. */
static err type_change_allowed(const struct altering *altering,
                               const struct cat_relation *relation,
                               const struct cat_column *column)
{
    struct ddl *ddl = altering->ddl;
    struct ddl_target target = {TARGET_COLUMN, relation->oid, column->number};
    for (size_t i = 0; i < relation->column_count; i++) {
        const struct cat_column *other = &relation->columns[i];
        if (!other->generated || other->number == column->number ||
            !ddl_expr_mentions(ddl, ddl->next, relation, &other->default_expr, &target))
            continue;
        struct err *error = err_sql(ddl->arena, "0A000",
                                    "cannot alter type of a column used by a generated column");
        return err_details(ddl->arena, error,
                           "Column \"%.*s\" is used by generated column \"%.*s\".",
                           STR_FMT(column->name), STR_FMT(other->name));
    }
    size_t at = 0;
    const struct cat_relation *other;
    while ((other = catalog_relation_next(ddl->next, &at))) {
        const char *what = NULL;
        str name = other->name;
        if (ddl_expr_mentions(ddl, ddl->next, NULL, &other->query, &target)) what = "view or rule";
        for (size_t i = 0; i < other->policy_count && !what; i++) {
            const struct cat_policy *policy = &other->policies[i];
            bool uses = ddl_expr_mentions(ddl, ddl->next, other, &policy->using_expr, &target) ||
                        ddl_expr_mentions(ddl, ddl->next, other, &policy->check_expr, &target);
            if (uses) {
                what = "policy definition";
                name = policy->name;
            }
        }
        if (!what) continue;
        struct err *error =
            err_sql(ddl->arena, "0A000", "cannot alter type of a column used by a %s",
                    what[0] == 'v' ? "view or rule" : "policy definition");
        return err_details(ddl->arena, error, "%s \"%.*s\" depends on column \"%.*s\"",
                           what[0] == 'v' ? "view" : "policy", STR_FMT(name),
                           STR_FMT(column->name));
    }
    return NULL;
}

static err type_change_triggers(const struct altering *altering,
                                const struct cat_relation *relation,
                                const struct cat_column *column)
{
    struct ddl *ddl = altering->ddl;
    struct ddl_target target = {TARGET_COLUMN, relation->oid, column->number};
    for (size_t i = 0; i < relation->trigger_count; i++) {
        const struct cat_trigger *trigger = &relation->triggers[i];
        if (!ddl_trigger_uses_column(ddl, relation, trigger, &target)) continue;
        struct err *error = err_sql(ddl->arena, "0A000",
                                    "cannot alter type of a column used in a trigger definition");
        return err_details(ddl->arena, error,
                           "trigger %.*s on table %.*s depends on column \"%.*s\"",
                           STR_FMT(trigger->name), STR_FMT(relation->name), STR_FMT(column->name));
    }
    return NULL;
}

static err column_type(const struct altering *altering)
{
    struct ddl *ddl = altering->ddl;
    const struct ColumnDef *def = AST_AS(ColumnDef, altering->cmd->def);
    struct cat_relation *relation = edit(altering);
    struct cat_column *column;
    TRY(own_column(altering, relation, &column));
    oid type;
    int32_t typmod;
    TRY(ddl_type_ref(ddl, def->typeName, &type, &typmod));
    TRY(ddl_check_scalar(ddl, column->name, type, &def->typeName->base));
    TRY(type_change_allowed(altering, relation, column));
    TRY(type_change_triggers(altering, relation, column));
    if (column->generated)
        return ddl_unsupported(ddl, &def->base, "ALTER TYPE of a generated column");
    struct node *expr =
        def->raw_default ? def->raw_default : ast_column_ref(ddl->arena, column->name);
    TRY(ddl_check_expr(ddl,
                       &(struct ddl_expr){.use = DDL_EXPR_USING,
                                          .relation = catalog_relation(ddl->next, relation->oid),
                                          .tree = expr,
                                          .name = column->name,
                                          .type = type,
                                          .typmod = typmod}));
    if (column->default_expr.tree) {
        /* The default is cast as the rows are, and must have such a cast. */
        err error = ddl_check_expr(ddl, &(struct ddl_expr){.use = DDL_EXPR_DEFAULT,
                                                           .tree = column->default_expr.tree,
                                                           .name = column->name,
                                                           .type = type,
                                                           .typmod = typmod});
        if (error)
            return err_sql(ddl->arena, "42804",
                           "default for column \"%.*s\" cannot be cast automatically to type %.*s",
                           STR_FMT(column->name), STR_FMT(ddl_type_text(ddl, type, typmod)));
    }
    column->type = type;
    column->typmod = typmod;
    struct ddl_effect *effect = ddl_effect(ddl, EFFECT_COLUMN_USING);
    effect->relation = relation->oid;
    effect->column = column->number;
    effect->tree = expr;
    return finish(altering, relation);
}

/* ---- identity ---- */

static err add_identity(const struct altering *altering)
{
    struct ddl *ddl = altering->ddl;
    struct cat_relation *relation = edit(altering);
    struct cat_column *column;
    TRY(own_column(altering, relation, &column));
    const struct Constraint *constraint = AST_AS(Constraint, altering->cmd->def);
    bool whole = column->type == INT2OID || column->type == INT4OID || column->type == INT8OID;
    if (whole && !column->not_null)
        return err_sql(ddl->arena, "55000",
                       "column \"%.*s\" of relation \"%.*s\" must be declared NOT NULL before "
                       "identity can be added",
                       STR_FMT(column->name), STR_FMT(relation->name));
    if (whole && column->identity)
        return err_sql(ddl->arena, "55000",
                       "column \"%.*s\" of relation \"%.*s\" is already an identity column",
                       STR_FMT(column->name), STR_FMT(relation->name));
    TRY(ddl_column_identity(ddl, relation, column, constraint->generated_when, constraint->options,
                            NULL));
    return finish(altering, relation);
}

static err not_identity(const struct altering *altering,
                        const struct cat_relation *relation,
                        const struct cat_column *column)
{
    return err_sql(altering->ddl->arena, "55000",
                   "column \"%.*s\" of relation \"%.*s\" is not an identity column",
                   STR_FMT(column->name), STR_FMT(relation->name));
}

static err set_identity(const struct altering *altering)
{
    struct ddl *ddl = altering->ddl;
    struct cat_relation *relation = edit(altering);
    struct cat_column *column;
    TRY(own_column(altering, relation, &column));
    if (!column->identity) return not_identity(altering, relation, column);
    struct list *rest = &ast_list_none;
    const struct list *options = AST_AS(List, altering->cmd->def)->items;
    for (size_t i = 0; i < options->count; i++) {
        const struct DefElem *option = AST_AS(DefElem, options->at[i]);
        if (str_eq(option->defname, STR("generated")))
            column->identity = (char)AST_AS(Integer, option->arg)->ival;
        else
            ast_list_add(ddl->arena, &rest, options->at[i]);
    }
    TRY(finish(altering, relation));
    if (!rest->count) return NULL;
    const struct cat_relation *found = catalog_relation(ddl->next, column->sequence);
    struct cat_relation *sequence = CATALOG_EDIT(ddl->next, found);
    struct cat_sequence *shape = CATALOG_EDIT(ddl->next, found->sequence);
    bool restarted = false;
    int64_t restart = 0;
    TRY(ddl_sequence_options(ddl, shape, rest, false, &restarted, &restart));
    sequence->sequence = shape;
    catalog_put(ddl->next, CAT_RELATION, sequence);
    if (!restarted) return NULL;
    struct ddl_effect *effect = ddl_effect(ddl, EFFECT_SEQUENCE_SET);
    effect->relation = sequence->oid;
    effect->value = restart;
    return NULL;
}

static err drop_identity(const struct altering *altering)
{
    struct ddl *ddl = altering->ddl;
    struct cat_relation *relation = edit(altering);
    struct cat_column *column;
    TRY(own_column(altering, relation, &column));
    if (!column->identity) {
        if (!altering->cmd->missing_ok) return not_identity(altering, relation, column);
        ddl_notice(ddl, "column \"%.*s\" of relation \"%.*s\" is not an identity column, skipping",
                   STR_FMT(column->name), STR_FMT(relation->name));
        return NULL;
    }
    const struct cat_relation *sequence = catalog_relation(ddl->next, column->sequence);
    column->identity = 0;
    column->sequence = OID_NONE;
    TRY(finish(altering, relation));
    return sequence ? ddl_drop_relation(ddl, sequence, DROP_RESTRICT) : NULL;
}

/* ---- constraints ---- */

static err add_constraint(const struct altering *altering)
{
    struct cat_relation *relation = edit(altering);
    return ddl_constraint_add(altering->ddl, relation, AST_AS(Constraint, altering->cmd->def),
                              NULL);
}

static err missing_constraint(const struct altering *altering, const struct cat_relation *relation)
{
    return err_sql(altering->ddl->arena, "42704",
                   "constraint \"%.*s\" of relation \"%.*s\" does not exist",
                   STR_FMT(altering->cmd->name), STR_FMT(relation->name));
}

static err drop_constraint(const struct altering *altering)
{
    struct ddl *ddl = altering->ddl;
    const struct cat_relation *relation = catalog_relation(ddl->next, altering->relation);
    const struct cat_constraint *found = cat_constraint_find(relation, altering->cmd->name);
    if (found) return ddl_drop_constraint(ddl, relation->oid, found->name, altering->cmd->behavior);
    const struct cat_trigger *trigger = cat_trigger_find(relation, altering->cmd->name);
    if (trigger && trigger->constraint)
        return err_sql(ddl->arena, "2BP01",
                       "cannot drop constraint %.*s on table %.*s because trigger %.*s on table "
                       "%.*s requires it",
                       STR_FMT(trigger->name), STR_FMT(relation->name), STR_FMT(trigger->name),
                       STR_FMT(relation->name));
    if (!altering->cmd->missing_ok) return missing_constraint(altering, relation);
    ddl_notice(ddl, "constraint \"%.*s\" of relation \"%.*s\" does not exist, skipping",
               STR_FMT(altering->cmd->name), STR_FMT(relation->name));
    return NULL;
}

/* NOT VALID is validated when it is added, so there is nothing left to do. */
static err validate_constraint(const struct altering *altering)
{
    const struct cat_relation *relation = catalog_relation(altering->ddl->next, altering->relation);
    if (cat_constraint_find(relation, altering->cmd->name)) return NULL;
    return missing_constraint(altering, relation);
}

static err alter_constraint(const struct altering *altering)
{
    struct ddl *ddl = altering->ddl;
    const struct Constraint *wanted = AST_AS(Constraint, altering->cmd->def);
    struct cat_relation *relation = edit(altering);
    struct cat_constraint *constraints = DDL_OWN(ddl, relation, constraints, constraint_count);
    for (size_t i = 0; i < relation->constraint_count; i++) {
        if (!str_eq(constraints[i].name, wanted->conname)) continue;
        if (constraints[i].kind != 'f')
            return err_sql(ddl->arena, "42809",
                           "constraint \"%.*s\" of relation \"%.*s\" is not a foreign key "
                           "constraint",
                           STR_FMT(wanted->conname), STR_FMT(relation->name));
        constraints[i].deferrable = wanted->deferrable;
        constraints[i].deferred = wanted->initdeferred;
        return finish(altering, relation);
    }
    return err_sql(ddl->arena, "42704", "constraint \"%.*s\" of relation \"%.*s\" does not exist",
                   STR_FMT(wanted->conname), STR_FMT(relation->name));
}

/* ---- switches ---- */

static err row_security(const struct altering *altering)
{
    struct cat_relation *relation = edit(altering);
    relation->row_security = altering->cmd->subtype == AT_EnableRowSecurity;
    return finish(altering, relation);
}

static err force_row_security(const struct altering *altering)
{
    struct cat_relation *relation = edit(altering);
    relation->force_row_security = altering->cmd->subtype == AT_ForceRowSecurity;
    return finish(altering, relation);
}

static err change_owner(const struct altering *altering)
{
    struct ddl *ddl = altering->ddl;
    oid to;
    TRY(ddl_role_spec(ddl, altering->cmd->newowner, false, &to));
    return ddl_relation_owner(ddl, catalog_relation(ddl->next, altering->relation), to);
}

static err replica_identity(const struct altering *altering)
{
    struct cat_relation *relation = edit(altering);
    relation->replica_identity = AST_AS(ReplicaIdentityStmt, altering->cmd->def)->identity_type;
    return finish(altering, relation);
}

static err set_options(const struct altering *altering)
{
    struct cat_relation *relation = edit(altering);
    const struct list *options = AST_AS(List, altering->cmd->def)->items;
    struct ddl_settings kept = {relation->options, relation->option_count};
    if (relation->kind == 'v') {
        TRY(ddl_view_options(altering->ddl, relation, options));
    } else { /* storage parameters: shown, nothing more */
        ddl_options_set(altering->ddl, &kept, options);
        relation->options = kept.at;
        relation->option_count = kept.count;
    }
    return finish(altering, relation);
}

static err reset_options(const struct altering *altering)
{
    struct cat_relation *relation = edit(altering);
    const struct list *options = AST_AS(List, altering->cmd->def)->items;
    struct ddl_settings kept = {relation->options, relation->option_count};
    ddl_options_reset(altering->ddl, &kept, options);
    relation->options = kept.at;
    relation->option_count = kept.count;
    for (size_t i = 0; relation->kind == 'v' && i < options->count; i++) {
        str name = AST_AS(DefElem, options->at[i])->defname;
        if (str_eq(name, STR("security_invoker")))
            relation->security_invoker = false;
        else if (str_eq(name, STR("security_barrier")))
            relation->security_barrier = false;
        else if (str_eq(name, STR("check_option")))
            relation->check_option = 0;
    }
    return finish(altering, relation);
}

static err enable_trigger(const struct altering *altering)
{
    struct ddl *ddl = altering->ddl;
    return ddl_trigger_enable(ddl, catalog_relation(ddl->next, altering->relation), altering->cmd);
}

/* Hints to PostgreSQL's storage and planner: accepted, without meaning here. */
static err partitioned(const struct altering *altering, const struct cat_relation **out)
{
    *out = catalog_relation(altering->ddl->next, altering->relation);
    if ((*out)->partition_strategy) return NULL;
    return err_sql(altering->ddl->arena, "42P17", "table \"%.*s\" is not partitioned",
                   STR_FMT((*out)->name));
}

static err attach_partition(const struct altering *altering)
{
    const struct cat_relation *relation;
    TRY(partitioned(altering, &relation));
    return ddl_attach_partition(altering->ddl, relation, AST_AS(PartitionCmd, altering->cmd->def));
}

static err detach_partition(const struct altering *altering)
{
    const struct cat_relation *relation;
    TRY(partitioned(altering, &relation));
    return ddl_detach_partition(altering->ddl, relation, AST_AS(PartitionCmd, altering->cmd->def));
}

static err nothing(const struct altering *altering)
{
    (void)altering;
    return NULL;
}

/* ---- the table of commands ---- */

enum target {
    ON_TABLE = 1,
    ON_VIEW = 2,
    ON_SEQUENCE = 4,
    ON_COMPOSITE = 8,
    ON_MATVIEW = 16,
    ANYWHERE = 31
};

struct command_row {
    enum AlterTableType type;
    const char *words; /* as PostgreSQL's messages have them */
    int targets;
    err (*apply)(const struct altering *altering);
};

static const struct command_row commands[] = {
    {AT_AttachPartition,    "ATTACH PARTITION",                  ON_TABLE,              attach_partition   },
    {AT_DetachPartition,    "DETACH PARTITION",                  ON_TABLE,              detach_partition   },
    {AT_AddColumn,          "ADD COLUMN",                        ON_TABLE,              add_column         },
    {AT_DropColumn,         "DROP COLUMN",                       ON_TABLE,              drop_column        },
    {AT_AddColumn,          "ADD ATTRIBUTE",                     ON_COMPOSITE,          attribute          },
    {AT_DropColumn,         "DROP ATTRIBUTE",                    ON_COMPOSITE,          attribute          },
    {AT_AlterColumnType,    "ALTER ATTRIBUTE ... SET DATA TYPE", ON_COMPOSITE,          attribute          },
    {AT_ColumnDefault,      "ALTER COLUMN ... SET DEFAULT",      ON_TABLE | ON_VIEW,    column_default     },
    {AT_SetNotNull,         "ALTER COLUMN ... SET NOT NULL",     ON_TABLE,              set_not_null       },
    {AT_DropNotNull,        "ALTER COLUMN ... DROP NOT NULL",    ON_TABLE,              drop_not_null      },
    {AT_DropExpression,     "ALTER COLUMN ... DROP EXPRESSION",  ON_TABLE,              drop_expression    },
    {AT_AlterColumnType,    "ALTER COLUMN ... SET DATA TYPE",    ON_TABLE,              column_type        },
    {AT_AddIdentity,        "ALTER COLUMN ... ADD IDENTITY",     ON_TABLE,              add_identity       },
    {AT_SetIdentity,        "ALTER COLUMN ... SET",              ON_TABLE,              set_identity       },
    {AT_DropIdentity,       "ALTER COLUMN ... DROP IDENTITY",    ON_TABLE,              drop_identity      },
    {AT_AddConstraint,      "ADD CONSTRAINT",                    ON_TABLE,              add_constraint     },
    {AT_AddIndexConstraint, "ADD CONSTRAINT",                    ON_TABLE,              add_constraint     },
    {AT_DropConstraint,     "DROP CONSTRAINT",                   ON_TABLE,              drop_constraint    },
    {AT_ValidateConstraint, "VALIDATE CONSTRAINT",               ON_TABLE,              validate_constraint},
    {AT_AlterConstraint,    "ALTER CONSTRAINT",                  ON_TABLE,              alter_constraint   },
    {AT_EnableRowSecurity,  "ENABLE ROW SECURITY",               ON_TABLE,              row_security       },
    {AT_DisableRowSecurity, "DISABLE ROW SECURITY",              ON_TABLE,              row_security       },
    {AT_ForceRowSecurity,   "FORCE ROW SECURITY",                ON_TABLE,              force_row_security },
    {AT_NoForceRowSecurity, "NO FORCE ROW SECURITY",             ON_TABLE,              force_row_security },
    {AT_ChangeOwner,        "OWNER TO",                          ANYWHERE,              change_owner       },
    {AT_ReplicaIdentity,    "REPLICA IDENTITY",                  ON_TABLE | ON_MATVIEW, replica_identity   },
    {AT_SetRelOptions,      "SET",                               ANYWHERE,              set_options        },
    {AT_ResetRelOptions,    "RESET",                             ANYWHERE,              reset_options      },
    {AT_SetStatistics,      "ALTER COLUMN ... SET STATISTICS",   ON_TABLE | ON_MATVIEW, nothing            },
    {AT_SetOptions,         "ALTER COLUMN ... SET",              ON_TABLE | ON_MATVIEW, nothing            },
    {AT_ResetOptions,       "ALTER COLUMN ... RESET",            ON_TABLE | ON_MATVIEW, nothing            },
    {AT_SetStorage,         "ALTER COLUMN ... SET STORAGE",      ON_TABLE | ON_MATVIEW, nothing            },
    {AT_SetCompression,     "ALTER COLUMN ... SET COMPRESSION",  ON_TABLE | ON_MATVIEW, nothing            },
    {AT_ClusterOn,          "CLUSTER ON",                        ON_TABLE | ON_MATVIEW, nothing            },
    {AT_DropCluster,        "SET WITHOUT CLUSTER",               ON_TABLE | ON_MATVIEW, nothing            },
    {AT_SetLogged,          "SET LOGGED",                        ON_TABLE,              nothing            },
    {AT_SetUnLogged,        "SET UNLOGGED",                      ON_TABLE,              nothing            },
    {AT_SetTableSpace,      "SET TABLESPACE",                    ON_TABLE | ON_MATVIEW, nothing            },
    {AT_EnableTrig,         "ENABLE TRIGGER",                    ON_TABLE,              enable_trigger     },
    {AT_EnableAlwaysTrig,   "ENABLE ALWAYS TRIGGER",             ON_TABLE,              enable_trigger     },
    {AT_EnableReplicaTrig,  "ENABLE REPLICA TRIGGER",            ON_TABLE,              enable_trigger     },
    {AT_DisableTrig,        "DISABLE TRIGGER",                   ON_TABLE,              enable_trigger     },
    {AT_EnableTrigAll,      "ENABLE TRIGGER ALL",                ON_TABLE,              enable_trigger     },
    {AT_DisableTrigAll,     "DISABLE TRIGGER ALL",               ON_TABLE,              enable_trigger     },
    {AT_EnableTrigUser,     "ENABLE TRIGGER USER",               ON_TABLE,              enable_trigger     },
    {AT_DisableTrigUser,    "DISABLE TRIGGER USER",              ON_TABLE,              enable_trigger     },
};

static int target_of(char kind)
{
    return kind == 'r'   ? ON_TABLE
           : kind == 'v' ? ON_VIEW
           : kind == 'S' ? ON_SEQUENCE
           : kind == 'm' ? ON_MATVIEW
                         : ON_COMPOSITE;
}

static err apply_command(const struct altering *altering)
{
    struct ddl *ddl = altering->ddl;
    const struct cat_relation *relation = catalog_relation(ddl->next, altering->relation);
    const struct command_row *known = NULL;
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (commands[i].type != altering->cmd->subtype) continue;
        if (commands[i].targets & target_of(relation->kind)) {
            TRY(ddl_partition_alterable(ddl, relation, altering->cmd));
            return commands[i].apply(altering);
        }
        if (!known) known = &commands[i];
    }
    if (known) {
        struct err *error =
            err_sql(ddl->arena, "42809", "ALTER action %s cannot be performed on relation \"%.*s\"",
                    known->words, STR_FMT(relation->name));
        return err_details(ddl->arena, error, "This operation is not supported for %ss.",
                           ddl_relation_word(relation->kind));
    }
    return ddl_unsupported(ddl, &altering->cmd->base, "this form of ALTER TABLE");
}

/* ALTER INDEX ... SET/ATTACH..., which PostgreSQL sends the same way: nothing to do here. */
static bool is_index(struct ddl *ddl, const struct RangeVar *name)
{
    const struct cat_relation *table;
    return !ddl_relation_find(ddl, name->schemaname, name->relname) &&
           ddl_index_find(ddl, name->schemaname, name->relname, &table);
}

err ddl_alter_table(struct ddl *ddl, const struct node *statement)
{
    const struct AlterTableStmt *alter = AST_AS(AlterTableStmt, statement);
    const struct cat_relation *relation;
    if (alter->objtype == OBJECT_INDEX && is_index(ddl, alter->relation)) return NULL;
    TRY(ddl_relation(ddl, alter->relation, alter->missing_ok ? MISSING_IS_OK : MISSING_IS_ERROR,
                     &relation));
    if (!relation) {
        ddl_notice(ddl, "relation \"%.*s\" does not exist, skipping",
                   STR_FMT(alter->relation->relname));
        return NULL;
    }
    TRY(ddl_must_own_relation(ddl, relation));
    if ((relation->kind == 'c') != (alter->objtype == OBJECT_TYPE))
        return err_sql(ddl->arena, "42809", "\"%.*s\" is %s composite type",
                       STR_FMT(relation->name), relation->kind == 'c' ? "a" : "not a");
    for (size_t i = 0; i < alter->cmds->count; i++) {
        struct altering altering = {ddl, relation->oid, AST_AS(AlterTableCmd, alter->cmds->at[i])};
        TRY(apply_command(&altering));
    }
    return ddl_partitions_follow(ddl, relation->oid);
}
