/* CREATE and ALTER SEQUENCE, and the sequences behind serial and identity columns. */
#include "sql/builtin.h"
#include "sql/ddl_int.h"

struct bounds {
    oid type;
    int64_t least, most;
};

static const struct bounds type_bounds[] = {
    {INT2OID, INT16_MIN, INT16_MAX},
    {INT4OID, INT32_MIN, INT32_MAX},
    {INT8OID, INT64_MIN, INT64_MAX},
};

static const struct bounds *bounds_of(oid type)
{
    for (size_t i = 0; i < COUNT_OF(type_bounds); i++)
        if (type_bounds[i].type == type) return &type_bounds[i];
    return NULL;
}

static bool number_of(const struct node *arg, int64_t *out)
{
    if (AST_IS(Integer, arg)) {
        *out = AST_AS(Integer, arg)->ival;
        return true;
    }
    return AST_IS(Float, arg) && str_to_i64(AST_AS(Float, arg)->fval, out);
}

struct options {
    struct ddl *ddl;
    struct cat_sequence *sequence;
    bool *restarted;
    int64_t *restart;
    const struct node *restart_arg;
    bool start_said, least_said, most_said, least_reset, most_reset, type_said;
};

static err option_number(struct options *options, const struct DefElem *option, int64_t *out)
{
    if (number_of(option->arg, out)) return NULL;
    return err_at(err_sql(options->ddl->arena, "22023",
                          "%.*s requires a whole number of type bigint", STR_FMT(option->defname)),
                  option->base.location);
}

static err option_type(struct options *options, const struct DefElem *option)
{
    oid type;
    int32_t typmod;
    TRY(ddl_type_ref(options->ddl, AST_AS(TypeName, option->arg), &type, &typmod));
    if (!bounds_of(type))
        return err_sql(options->ddl->arena, "22023",
                       "sequence type must be smallint, integer, or bigint");
    /* Bounds that were the former type's own follow the type. */
    const struct bounds *former = bounds_of(options->sequence->type);
    options->most_reset = former && options->sequence->most == former->most;
    options->least_reset = former && options->sequence->least == former->least;
    options->sequence->type = type;
    options->type_said = true;
    return NULL;
}

static err option_owner(struct options *options, const struct DefElem *option)
{
    struct ddl *ddl = options->ddl;
    const struct list *names = AST_AS(List, option->arg)->items;
    if (names->count == 1) {
        if (!str_eq(ast_name_at(names, 0), STR("none"))) {
            struct err *error = err_sql(ddl->arena, "42601", "invalid OWNED BY option");
            return err_hint(ddl->arena, error, "Specify OWNED BY table.column or OWNED BY NONE.");
        }
        options->sequence->owner_relation = OID_NONE;
        options->sequence->owner_column = 0;
        return NULL;
    }
    struct RangeVar *table = ast_range_var(
        ddl->arena, names->count > 2 ? ast_name_at(names, names->count - 3) : STR_NONE,
        ast_name_at(names, names->count - 2), STR_NONE);
    const struct cat_relation *relation;
    TRY(ddl_relation(ddl, table, MISSING_IS_ERROR, &relation));
    str name = ast_name_at(names, names->count - 1);
    const struct cat_column *column = cat_column_find(relation, name);
    if (!column)
        return err_sql(ddl->arena, "42703", "column \"%.*s\" of relation \"%.*s\" does not exist",
                       STR_FMT(name), STR_FMT(relation->name));
    options->sequence->owner_relation = relation->oid;
    options->sequence->owner_column = column->number;
    return NULL;
}

static err option_apply(struct options *options, const struct DefElem *option)
{
    struct cat_sequence *sequence = options->sequence;
    str name = option->defname;
    if (str_eq(name, STR("as"))) return option_type(options, option);
    if (str_eq(name, STR("owned_by"))) return option_owner(options, option);
    if (str_eq(name, STR("increment"))) return option_number(options, option, &sequence->increment);
    if (str_eq(name, STR("cache"))) return option_number(options, option, &sequence->cache);
    if (str_eq(name, STR("start"))) {
        options->start_said = true;
        return option_number(options, option, &sequence->start);
    }
    if (str_eq(name, STR("maxvalue")) && option->arg) {
        options->most_said = true;
        return option_number(options, option, &sequence->most);
    }
    if (str_eq(name, STR("minvalue")) && option->arg) {
        options->least_said = true;
        return option_number(options, option, &sequence->least);
    }
    if (str_eq(name, STR("maxvalue")))
        options->most_reset = true;
    else if (str_eq(name, STR("minvalue")))
        options->least_reset = true;
    else if (str_eq(name, STR("cycle")))
        sequence->cycle =
            !option->arg || !AST_IS(Boolean, option->arg) || AST_AS(Boolean, option->arg)->boolval;
    else if (str_eq(name, STR("restart"))) {
        *options->restarted = true;
        options->restart_arg = option->arg;
    } else if (!str_eq(name, STR("sequence_name")) && !str_eq(name, STR("logged")))
        return err_sql(options->ddl->arena, "42601", "option \"%.*s\" not recognized",
                       STR_FMT(name));
    return NULL;
}

static void settle_bounds(struct options *options, bool is_new)
{
    struct cat_sequence *sequence = options->sequence;
    const struct bounds *bounds = bounds_of(sequence->type);
    bool up = sequence->increment > 0;
    if (!options->most_said && (is_new || options->most_reset))
        sequence->most = up ? bounds->most : -1;
    if (!options->least_said && (is_new || options->least_reset))
        sequence->least = up ? 1 : bounds->least;
    if (is_new && !options->start_said) sequence->start = up ? sequence->least : sequence->most;
}

static err check_bounds(struct ddl *ddl, const struct cat_sequence *sequence)
{
    const struct bounds *bounds = bounds_of(sequence->type);
    str type = ddl_type_text(ddl, sequence->type, TYPMOD_NONE);
    if (sequence->increment == 0) return err_sql(ddl->arena, "22023", "INCREMENT must not be zero");
    if (sequence->cache < 1)
        return err_sql(ddl->arena, "22023", "CACHE (%lld) must be greater than zero",
                       (long long)sequence->cache);
    if (sequence->most > bounds->most)
        return err_sql(ddl->arena, "22023",
                       "MAXVALUE (%lld) is out of range for sequence data type %.*s",
                       (long long)sequence->most, STR_FMT(type));
    if (sequence->least < bounds->least)
        return err_sql(ddl->arena, "22023",
                       "MINVALUE (%lld) is out of range for sequence data type %.*s",
                       (long long)sequence->least, STR_FMT(type));
    if (sequence->least >= sequence->most)
        return err_sql(ddl->arena, "22023", "MINVALUE (%lld) must be less than MAXVALUE (%lld)",
                       (long long)sequence->least, (long long)sequence->most);
    if (sequence->start < sequence->least)
        return err_sql(ddl->arena, "22023",
                       "START value (%lld) cannot be less than MINVALUE (%lld)",
                       (long long)sequence->start, (long long)sequence->least);
    if (sequence->start > sequence->most)
        return err_sql(ddl->arena, "22023",
                       "START value (%lld) cannot be greater than MAXVALUE (%lld)",
                       (long long)sequence->start, (long long)sequence->most);
    return NULL;
}

err ddl_sequence_options(struct ddl *ddl,
                         struct cat_sequence *sequence,
                         const struct list *list,
                         bool is_new,
                         bool *restarted,
                         int64_t *restart)
{
    struct options options = {
        .ddl = ddl, .sequence = sequence, .restarted = restarted, .restart = restart};
    for (size_t i = 0; list && i < list->count; i++)
        TRY(option_apply(&options, AST_AS(DefElem, list->at[i])));
    settle_bounds(&options, is_new);
    TRY(check_bounds(ddl, sequence));
    if (!*restarted) return NULL;
    *restart = sequence->start;
    if (options.restart_arg && !number_of(options.restart_arg, restart))
        return err_sql(ddl->arena, "22023", "restart requires a whole number of type bigint");
    if (*restart < sequence->least || *restart > sequence->most)
        return err_sql(ddl->arena, "22023", "RESTART value (%lld) cannot be %s (%lld)",
                       (long long)*restart,
                       *restart < sequence->least ? "less than MINVALUE" : "greater than MAXVALUE",
                       (long long)(*restart < sequence->least ? sequence->least : sequence->most));
    return NULL;
}

err ddl_sequence_make(struct ddl *ddl, const struct ddl_sequence_options *options, oid *out)
{
    struct cat_sequence *sequence = ARENA_NEW(ddl->pool, struct cat_sequence);
    *sequence = (struct cat_sequence){.type = options->type,
                                      .increment = 1,
                                      .cache = 1,
                                      .owner_relation = options->owner_relation,
                                      .owner_column = options->owner_column};
    bool restarted = false;
    int64_t restart;
    oid owner_relation = sequence->owner_relation;
    int16_t owner_column = sequence->owner_column;
    TRY(ddl_sequence_options(ddl, sequence, options->options, true, &restarted, &restart));
    if (owner_relation) {
        sequence->owner_relation = owner_relation;
        sequence->owner_column = owner_column;
    }
    struct cat_relation *relation = ARENA_NEW(ddl->pool, struct cat_relation);
    *relation = (struct cat_relation){
        .oid = catalog_oid_new(ddl->next),
        .schema = options->schema,
        .name = str_copy(ddl->pool, options->name),
        .kind = 'S',
        .owner = options->owner,
        .acl = ddl_initial_acl(ddl, options->owner, options->schema, 'S'),
        .sequence = sequence,
    };
    catalog_put(ddl->next, CAT_RELATION, relation);
    *out = relation->oid;
    return NULL;
}

err ddl_create_sequence(struct ddl *ddl, const struct node *statement)
{
    const struct CreateSeqStmt *create = AST_AS(CreateSeqStmt, statement);
    const struct RangeVar *name = create->sequence;
    struct ddl_sequence_options options = {.name = name->relname,
                                           .owner = ddl->context->role,
                                           .type = INT8OID,
                                           .options = create->options};
    if (name->relpersistence == 't') return ddl_unsupported(ddl, statement, "a temporary sequence");
    TRY(ddl_creation_schema(ddl, name->schemaname, &options.schema));
    if (create->if_not_exists && ddl_relation_name_taken(ddl, options.schema, name->relname)) {
        ddl_notice(ddl, "relation \"%.*s\" already exists, skipping", STR_FMT(name->relname));
        return NULL;
    }
    TRY(ddl_name_free(ddl, options.schema, name->relname));
    oid made;
    return ddl_sequence_make(ddl, &options, &made);
}

/* The column that owned the sequence no longer points to it, the new one does. */
static void move_ownership(struct ddl *ddl,
                           oid sequence,
                           const struct cat_sequence *former,
                           const struct cat_sequence *now)
{
    const struct cat_relation *old = catalog_relation(ddl->next, former->owner_relation);
    const struct cat_relation *new = catalog_relation(ddl->next, now->owner_relation);
    const struct cat_relation *both[] = {old, new};
    for (size_t i = 0; i < COUNT_OF(both); i++) {
        if (!both[i]) continue;
        struct cat_relation *edited =
            CATALOG_EDIT(ddl->next, catalog_relation(ddl->next, both[i]->oid));
        struct cat_column *columns = DDL_OWN(ddl, edited, columns, column_count);
        for (size_t j = 0; j < edited->column_count; j++) {
            bool mine =
                edited->oid == now->owner_relation && columns[j].number == now->owner_column;
            if (mine)
                columns[j].sequence = sequence;
            else if (columns[j].sequence == sequence)
                columns[j].sequence = OID_NONE;
        }
        catalog_put(ddl->next, CAT_RELATION, edited);
    }
}

err ddl_alter_sequence(struct ddl *ddl, const struct node *statement)
{
    const struct AlterSeqStmt *alter = AST_AS(AlterSeqStmt, statement);
    const struct cat_relation *relation;
    enum ddl_missing missing = alter->missing_ok ? MISSING_IS_OK : MISSING_IS_ERROR;
    TRY(ddl_relation(ddl, alter->sequence, missing, &relation));
    if (!relation) {
        ddl_notice(ddl, "relation \"%.*s\" does not exist, skipping",
                   STR_FMT(alter->sequence->relname));
        return NULL;
    }
    if (relation->kind != 'S')
        return err_sql(ddl->arena, "42809", "\"%.*s\" is not a sequence", STR_FMT(relation->name));
    TRY(ddl_must_own_relation(ddl, relation));
    struct cat_relation *edited = CATALOG_EDIT(ddl->next, relation);
    struct cat_sequence *sequence = CATALOG_EDIT(ddl->next, relation->sequence);
    bool restarted = false;
    int64_t restart = 0;
    TRY(ddl_sequence_options(ddl, sequence, alter->options, false, &restarted, &restart));
    edited->sequence = sequence;
    catalog_put(ddl->next, CAT_RELATION, edited);
    bool moved = sequence->owner_relation != relation->sequence->owner_relation ||
                 sequence->owner_column != relation->sequence->owner_column;
    if (moved) move_ownership(ddl, edited->oid, relation->sequence, sequence);
    if (!restarted) return NULL;
    struct ddl_effect *effect = ddl_effect(ddl, EFFECT_SEQUENCE_SET);
    effect->relation = edited->oid;
    effect->value = restart;
    return NULL;
}
