/* Functions over the catalog: definitions, comments, visible names, privileges (sql/system_catalog.h). */
#include <string.h>

#include "engine/sqlite/functions_int.h"
#include "sql/builtin.h"
#include "sql/catalog_build.h"
#include "sql/parse.h"
#include "sql/reg_names.h"
#include "sql/system_rows.h"
#include "sql/partition.h"
#include "sql/system_text.h"
#include "types/array.h"

static struct reg_scope scope_of(const struct function_call *call)
{
    const struct sqlite_session *session = call->session;
    return (struct reg_scope){session->catalog, session->path, session->path_count};
}

static err text_out(struct value *out, str text)
{
    *out = value_text(text.at ? text : STR(""));
    return NULL;
}

static err text_or_null(struct value *out, str text)
{
    if (text.at) *out = value_text(text);
    return NULL;
}

static oid arg_oid(const struct function_call *call, size_t index)
{
    return (oid)arg_int(call, index);
}

/* ---- regclass and its like -------------------------------------------------------------------- */

/* pg_reg_text(type, oid) */
static err run_reg_text(struct function_call *call, struct value *out)
{
    struct reg_scope scope = scope_of(call);
    struct buf *text = buf_in(call->arena, 0);
    reg_write(&scope, arg_oid(call, 0), arg_oid(call, 1), text);
    return text_out(out, buf_str(text));
}

/* pg_reg_in(type, text) */
static err run_reg_in(struct function_call *call, struct value *out)
{
    struct reg_scope scope = scope_of(call);
    oid found;
    TRY(reg_find(call->arena, &scope, arg_oid(call, 0), arg_text(call, 1), &found));
    *out = value_int(found);
    return NULL;
}

/* to_regclass: NULL where the cast would say that there is no such object. */
static err run_to_reg(struct function_call *call, struct value *out)
{
    struct reg_scope scope = scope_of(call);
    uint64_t number;
    oid found;
    if (str_to_u64(arg_text(call, 0), &number)) {
        if (call->row->with != REGTYPEOID) return NULL;
        return err_sql(call->arena, "42601", "syntax error at or near \"%.*s\"",
                       STR_FMT(arg_text(call, 0)));
    }
    err error = reg_find(call->arena, &scope, (oid)call->row->with, arg_text(call, 0), &found);
    if (!error && found) *out = value_int(found);
    bool absent = !error || err_is(error, STR("42P01")) || err_is(error, STR("42704")) ||
                  err_is(error, STR("42883")) || err_is(error, STR("42725")) ||
                  err_is(error, STR("3F000"));
    return absent ? NULL : error;
}

static err run_format_type(struct function_call *call, struct value *out)
{
    struct reg_scope scope = scope_of(call);
    if (arg_null(call, 0)) return NULL;
    oid type = arg_oid(call, 0);
    bool given = !arg_null(call, 1);
    int32_t typmod = given ? (int32_t)arg_int(call, 1) : TYPMOD_NONE;
    if (given && typmod < 0 && type == BPCHAROID) return text_out(out, STR("bpchar"));
    if (given && typmod < 0 && type == BITOID) return text_out(out, STR("\"bit\""));
    if (!catalog_type(scope.catalog, type)) return text_out(out, type ? STR("???") : STR("-"));
    if (typmod >= 0)
        return text_out(out, system_type_name(call->arena, scope.catalog, type, typmod));
    struct buf *text = buf_in(call->arena, 0);
    reg_write(&scope, REGTYPEOID, type, text);
    return text_out(out, buf_str(text));
}

static err run_visible(struct function_call *call, struct value *out)
{
    struct reg_scope scope = scope_of(call);
    oid id = arg_oid(call, 0);
    bool known, visible;
    switch (call->row->with) {
    case REGCLASSOID: visible = reg_relation_visible(&scope, id, &known); break;
    case REGTYPEOID: visible = reg_type_visible(&scope, id, &known); break;
    default: visible = reg_function_visible(&scope, id, &known); break; /* not an enum: regproc */
    }
    if (known) *out = value_int(visible);
    return NULL;
}

/* The collations that there are, are PostgreSQL's own. */
static err run_collation_visible(struct function_call *call, struct value *out)
{
    (void)call;
    *out = value_int(1);
    return NULL;
}

static err run_vector_types(struct function_call *call, struct value *out)
{
    struct reg_scope scope = scope_of(call);
    struct buf *text = buf_in(call->arena, 0);
    struct array_iter iter = array_iter(arg_text(call, 0));
    str item;
    while (array_next(&iter, &item)) {
        uint64_t id = 0;
        if (text->len) buf_lit(text, ", ");
        if (str_to_u64(item, &id)) reg_write(&scope, REGTYPEOID, (oid)id, text);
    }
    return text_out(out, buf_str(text));
}

/* ---- schemas ---------------------------------------------------------------------------------- */

static err run_current_schema(struct function_call *call, struct value *out)
{
    struct reg_scope scope = scope_of(call);
    for (size_t i = 0; i < scope.path_count; i++)
        if (catalog_schema_find(scope.catalog, scope.path[i])) return text_out(out, scope.path[i]);
    return NULL;
}

static err run_current_schemas(struct function_call *call, struct value *out)
{
    struct reg_scope scope = scope_of(call);
    struct value *names = ARENA_ARRAY(call->arena, struct value, scope.path_count + 1);
    size_t count = 0;
    if (arg_int(call, 0)) names[count++] = value_text(STR("pg_catalog"));
    for (size_t i = 0; i < scope.path_count; i++)
        if (catalog_schema_find(scope.catalog, scope.path[i]))
            names[count++] = value_text(scope.path[i]);
    struct buf *text = buf_in(call->arena, 0);
    array_write_items(text, type_plain(TYPE_NAME), names, count);
    return text_out(out, buf_str(text));
}

static err run_database_encoding(struct function_call *call, struct value *out)
{
    (void)call;
    return text_out(out, STR("UTF8"));
}

/* There are no temporary schemas, and one tablespace, where the server is. */
static err run_zero(struct function_call *call, struct value *out)
{
    (void)call;
    *out = value_int(0);
    return NULL;
}

static err run_no_text(struct function_call *call, struct value *out)
{
    (void)call;
    return text_out(out, STR(""));
}

static err run_encoding(struct function_call *call, struct value *out)
{
    enum { ENCODING_UTF8 = 6 };
    return text_out(out, arg_int(call, 0) == ENCODING_UTF8 ? STR("UTF8") : STR(""));
}

/* ---- objects by oid --------------------------------------------------------------------------- */

struct found {
    const struct cat_relation *relation;
    const struct cat_index *index;
    const struct cat_constraint *constraint;
    const struct cat_policy *policy;
    const struct cat_trigger *trigger;
    const struct cat_type *type; /* of a domain's check */
    const struct cat_domain_check *check;
};

static bool find_part(const struct cat_relation *relation, oid id, struct found *out)
{
    out->relation = relation;
    for (size_t i = 0; i < relation->index_count; i++)
        if (relation->indexes[i].oid == id) out->index = &relation->indexes[i];
    for (size_t i = 0; i < relation->constraint_count; i++)
        if (relation->constraints[i].oid == id) out->constraint = &relation->constraints[i];
    for (size_t i = 0; i < relation->policy_count; i++)
        if (relation->policies[i].oid == id) out->policy = &relation->policies[i];
    for (size_t i = 0; i < relation->trigger_count; i++)
        if (relation->triggers[i].oid == id || relation->triggers[i].constraint == id)
            out->trigger = &relation->triggers[i];
    return out->index || out->constraint || out->policy || out->trigger;
}

/* An index, constraint or policy: found through the relation that has it. */
static bool find_object(const struct catalog *catalog, oid id, struct found *out)
{
    size_t at = 0;
    const struct cat_relation *relation;
    while ((relation = catalog_relation_next(catalog, &at)))
        if (find_part(relation, id, out)) return true;
    const struct cat_type *type;
    for (at = 0; (type = catalog_type_next(catalog, &at));) {
        for (size_t i = 0; i < type->check_count; i++) {
            if (system_domain_check_oid(type, i) != id) continue;
            *out = (struct found){.type = type, .check = &type->checks[i]};
            return true;
        }
    }
    return false;
}

/* The last argument of the ..._ext forms. */
static enum system_form form_of(const struct function_call *call, size_t index)
{
    return call->count > index && arg_int(call, index) ? FORM_PRETTY : FORM_PLAIN;
}

static err run_constraintdef(struct function_call *call, struct value *out)
{
    const struct catalog *catalog = call->session->catalog;
    struct found found = {0};
    if (!find_object(catalog, arg_oid(call, 0), &found)) return NULL;
    if (found.check)
        return text_out(out, system_domain_check_text(call->arena, catalog, found.type, found.check,
                                                      form_of(call, 1)));
    if (found.trigger)
        return text_out(out, str_printf(call->arena, "TRIGGER%s%s",
                                        found.trigger->deferrable ? " DEFERRABLE" : "",
                                        found.trigger->deferred ? " INITIALLY DEFERRED" : ""));
    if (!found.constraint) return NULL;
    return text_out(out, system_constraint_text(call->arena, catalog, found.relation,
                                                found.constraint, form_of(call, 1)));
}

static err run_indexdef(struct function_call *call, struct value *out)
{
    const struct catalog *catalog = call->session->catalog;
    struct found found = {0};
    if (!find_object(catalog, arg_oid(call, 0), &found) || !found.index) return NULL;
    int64_t column = call->count > 1 ? arg_int(call, 1) : 0;
    if (column == 0)
        return text_out(out, system_index_text(call->arena, catalog, found.relation, found.index,
                                               form_of(call, 2)));
    return text_out(out,
                    system_index_element_text(call->arena, catalog, found.relation, found.index,
                                              column > 0 ? (size_t)column : 0, form_of(call, 2)));
}

static err run_partkeydef(struct function_call *call, struct value *out)
{
    const struct cat_relation *relation =
        catalog_relation(call->session->catalog, arg_oid(call, 0));
    if (!relation || !relation->partition_strategy) return NULL;
    return text_out(out, partition_key_text(call->arena, relation));
}

static err run_triggerdef(struct function_call *call, struct value *out)
{
    const struct catalog *catalog = call->session->catalog;
    struct found found = {0};
    if (!find_object(catalog, arg_oid(call, 0), &found) || !found.trigger) return NULL;
    return text_out(out, system_trigger_text(call->arena, catalog, found.relation, found.trigger,
                                             form_of(call, 1)));
}

static err run_viewdef(struct function_call *call, struct value *out)
{
    struct reg_scope scope = scope_of(call);
    oid id = OID_NONE;
    if (call->args[0].kind == VALUE_TEXT)
        TRY(reg_find(call->arena, &scope, REGCLASSOID, arg_text(call, 0), &id));
    else
        id = arg_oid(call, 0);
    const struct cat_relation *view = catalog_relation(scope.catalog, id);
    if (!view) return NULL;
    if (view->kind != 'v' && view->kind != 'm') return text_out(out, STR("Not a view"));
    return text_out(out, system_view_text(call->arena, view));
}

/* Of a view's own rule, whose oid is made of the view's (system_pg_relations.c). */
static err run_ruledef(struct function_call *call, struct value *out)
{
    const struct catalog *catalog = call->session->catalog;
    const struct cat_relation *view = catalog_relation(catalog, arg_oid(call, 0) & 0x7fffffffu);
    if (!view || view->kind != 'v' || arg_oid(call, 0) == view->oid) return NULL;
    return text_out(
        out,
        str_printf(call->arena, "CREATE RULE \"_RETURN\" AS\n    ON SELECT TO %.*s DO INSTEAD %.*s",
                   STR_FMT(system_qualified(call->arena, catalog, view->schema, view->name)),
                   STR_FMT(system_view_text(call->arena, view))));
}

enum function_part { PART_DEFINITION, PART_ARGUMENTS, PART_IDENTITY, PART_RESULT };

static err run_function_part(struct function_call *call, struct value *out)
{
    const struct catalog *catalog = call->session->catalog;
    const struct cat_function *function = catalog_function(catalog, arg_oid(call, 0));
    if (!function) return NULL;
    switch ((enum function_part)call->row->with) {
    case PART_DEFINITION:
        return text_out(out, system_function_text(call->arena, catalog, function));
    case PART_ARGUMENTS:
        return text_out(out,
                        system_function_arguments(call->arena, catalog, function, ARGUMENTS_ALL));
    case PART_IDENTITY:
        return text_out(
            out, system_function_arguments(call->arena, catalog, function, ARGUMENTS_IDENTITY));
    case PART_RESULT:
        return text_or_null(out, system_function_result(call->arena, catalog, function));
    }
    return NULL;
}

static err run_argument_default(struct function_call *call, struct value *out)
{
    const struct catalog *catalog = call->session->catalog;
    const struct cat_function *function = catalog_function(catalog, arg_oid(call, 0));
    int64_t index = arg_int(call, 1) - 1;
    if (!function || index < 0 || (size_t)index >= function->argument_count) return NULL;
    const struct cat_argument *argument = &function->arguments[index];
    str text = system_default_text(call->arena, catalog, &argument->default_expr, argument->type);
    return str_empty(text) ? NULL : text_out(out, text);
}

/* What the catalog calls an expression's tree is its text already. */
static err run_get_expr(struct function_call *call, struct value *out)
{
    const struct catalog *catalog = call->session->catalog;
    struct cat_expr expr = {.text = arg_text(call, 0)};
    struct node *tree = NULL;
    if (form_of(call, 2) == FORM_PLAIN) return text_out(out, expr.text);
    err error = sql_parse_expr(call->arena, expr.text, &tree);
    if (error) return text_out(out, expr.text); /* of an index: a list of them */
    expr.tree = tree;
    const struct system_expr_place place = {
        .relation = catalog_relation(catalog, arg_oid(call, 1)),
        .pretty = true,
    };
    return text_out(out, system_expr_print(call->arena, catalog, &place, &expr));
}

/* No object of that kind is there to be described: partitions, statistics. */
static err run_none(struct function_call *call, struct value *out)
{
    (void)call;
    (void)out;
    return NULL;
}

static err run_serial_sequence(struct function_call *call, struct value *out)
{
    struct reg_scope scope = scope_of(call);
    oid id;
    TRY(reg_find(call->arena, &scope, REGCLASSOID, arg_text(call, 0), &id));
    const struct cat_relation *relation = catalog_relation(scope.catalog, id);
    const struct cat_column *column =
        relation ? cat_column_find(relation, arg_text(call, 1)) : NULL;
    if (!column)
        return err_sql(call->arena, "42703", "column \"%.*s\" of relation \"%.*s\" does not exist",
                       STR_FMT(arg_text(call, 1)),
                       STR_FMT(relation ? relation->name : arg_text(call, 0)));
    const struct cat_relation *sequence = catalog_relation(scope.catalog, column->sequence);
    if (!sequence) return NULL;
    return text_out(out,
                    system_qualified(call->arena, scope.catalog, sequence->schema, sequence->name));
}

static err run_publishable(struct function_call *call, struct value *out)
{
    const struct cat_relation *relation =
        catalog_relation(call->session->catalog, arg_oid(call, 0));
    if (relation) *out = value_int(relation->kind == 'r');
    return NULL;
}

static err run_updatable(struct function_call *call, struct value *out)
{
    const struct catalog *catalog = call->session->catalog;
    const struct cat_relation *relation = catalog_relation(catalog, arg_oid(call, 0));
    int instead = relation && arg_int(call, 1) ? system_instead_of(relation) : 0;
    *out = value_int(relation ? system_updatable(catalog, relation) | instead : 0);
    return NULL;
}

static err run_column_updatable(struct function_call *call, struct value *out)
{
    const struct catalog *catalog = call->session->catalog;
    const struct cat_relation *relation = catalog_relation(catalog, arg_oid(call, 0));
    const struct cat_column *column =
        relation ? cat_column_numbered(relation, (int16_t)arg_int(call, 1)) : NULL;
    *out = value_int(column && system_column_updatable(catalog, relation, column));
    return NULL;
}

/* ---- comments --------------------------------------------------------------------------------- */

static str comment_of(const struct catalog *catalog, str class, oid id)
{
    const struct cat_relation *relation = catalog_relation(catalog, id);
    const struct cat_type *type = catalog_type(catalog, id);
    const struct cat_function *function = catalog_function(catalog, id);
    const struct cat_schema *schema = catalog_schema(catalog, id);
    struct found found = {0};
    if (str_eq(class, STR("pg_type"))) return type ? type->comment : STR_NONE;
    if (str_eq(class, STR("pg_proc"))) return function ? function->comment : STR_NONE;
    if (str_eq(class, STR("pg_namespace"))) return schema ? schema->comment : STR_NONE;
    if (str_eq(class, STR("pg_class")) && relation) return relation->comment;
    if (!find_object(catalog, id, &found)) return STR_NONE;
    if (found.index && str_eq(class, STR("pg_class"))) return found.index->comment;
    if (found.constraint && str_eq(class, STR("pg_constraint"))) return found.constraint->comment;
    if (found.trigger && str_eq(class, STR("pg_trigger"))) return found.trigger->comment;
    if (found.policy && str_eq(class, STR("pg_policy"))) return found.policy->comment;
    return STR_NONE;
}

/* Without a class (PostgreSQL's own warns of it): whatever has the oid. */
static err run_description(struct function_call *call, struct value *out)
{
    static const str classes[] = {STR_INIT("pg_class"),      STR_INIT("pg_type"),
                                  STR_INIT("pg_proc"),       STR_INIT("pg_namespace"),
                                  STR_INIT("pg_constraint"), STR_INIT("pg_policy")};
    str text = STR_NONE;
    if (call->count == 2)
        text = comment_of(call->session->catalog, arg_text(call, 1), arg_oid(call, 0));
    for (size_t i = 0; call->count == 1 && i < COUNT_OF(classes) && str_empty(text); i++)
        text = comment_of(call->session->catalog, classes[i], arg_oid(call, 0));
    return str_empty(text) ? NULL : text_out(out, text);
}

static err run_column_description(struct function_call *call, struct value *out)
{
    const struct cat_relation *relation =
        catalog_relation(call->session->catalog, arg_oid(call, 0));
    const struct cat_column *column =
        relation ? cat_column_numbered(relation, (int16_t)arg_int(call, 1)) : NULL;
    return !column || str_empty(column->comment) ? NULL : text_out(out, column->comment);
}

static err run_shared_description(struct function_call *call, struct value *out)
{
    const struct cat_role *role = catalog_role(call->session->catalog, arg_oid(call, 0));
    if (!role || !str_eq(arg_text(call, 1), STR("pg_authid")) || str_empty(role->comment))
        return NULL;
    return text_out(out, role->comment);
}

/* ---- arrays side by side (sql/analyze_set.c) ---------------------------------------------------- */

static err run_array_pack(struct function_call *call, struct value *out)
{
    struct buf *text = buf_in(call->arena, 0);
    buf_char(text, '[');
    for (size_t i = 0; i < call->count; i++) {
        if (i) buf_char(text, ',');
        buf_str_add(text, arg_null(call, i) ? STR("null") : arg_text(call, i));
    }
    buf_char(text, ']');
    return text_out(out, buf_str(text));
}

static err run_series_array(struct function_call *call, struct value *out)
{
    enum { ITEMS_MAX = 1000000 };
    int64_t first = arg_int(call, 0), last = arg_int(call, 1);
    if (last - first >= ITEMS_MAX)
        return err_sql(call->arena, "54000", "a set beside others has at most %d rows", ITEMS_MAX);
    struct buf *text = buf_in(call->arena, 0);
    buf_char(text, '[');
    for (int64_t i = first; i <= last; i++) {
        if (i > first) buf_char(text, ',');
        buf_i64(text, i);
    }
    buf_char(text, ']');
    return text_out(out, buf_str(text));
}

/* ---- privileges: the user stands before the other arguments (sql/infer_call.c) ------------------ */

static err role_of(struct function_call *call, const struct value *value, oid *out)
{
    *out = ROLE_PUBLIC;
    if (value->kind == VALUE_INT) {
        *out = (oid)value->i;
        return NULL;
    }
    if (str_eq(value->s, STR("public"))) return NULL;
    const struct cat_role *role = catalog_role_find(call->session->catalog, value->s);
    if (!role)
        return err_sql(call->arena, "42704", "role \"%.*s\" does not exist", STR_FMT(value->s));
    *out = role->oid;
    return NULL;
}

/* What is asked, for whom: an owner, an acl and its class; owner OID_NONE: there is no such object. */
struct object {
    oid role;
    oid owner;
    const struct cat_acl *acl;
    char kind;
    uint32_t allowed;
    const struct cat_relation *relation;
    const struct cat_column *column;
};

static bool holds(const struct catalog *catalog,
                  oid role,
                  const struct object *object,
                  uint32_t bit,
                  bool grantable)
{
    if (!grantable) {
        if (object->column &&
            catalog_role_has_column(catalog, role, object->relation, object->column, bit))
            return true;
        return catalog_role_has(catalog, role, object->owner, object->acl, object->kind, bit);
    }
    if (catalog_role_inherits(catalog, role, object->owner)) return true;
    const struct cat_acl *acls[] = {object->acl, object->column ? &object->column->acl : NULL};
    for (size_t a = 0; a < COUNT_OF(acls) && acls[a]; a++) {
        for (size_t i = 0; i < acls[a]->count; i++) {
            const struct cat_grant *grant = &acls[a]->at[i];
            bool reaches = grant->grantee == ROLE_PUBLIC ||
                           catalog_role_inherits(catalog, role, grant->grantee);
            if (reaches && grant->grantable & bit) return true;
        }
    }
    return false;
}

/* One item of "SELECT, INSERT WITH GRANT OPTION"; bit 0: no such privilege. */
static uint32_t privilege_bit(const struct object *object, str name, bool *grantable)
{
    static const str option = STR_INIT(" WITH GRANT OPTION");
    *grantable =
        name.len > option.len && str_eq_nocase(str_skip(name, name.len - option.len), option);
    if (*grantable) name = str_trim(str_slice(name, 0, name.len - option.len));
    return system_privilege_bit(name) & object->allowed;
}

static err unrecognized(struct function_call *call, str name)
{
    return err_sql(call->arena, "22023", "unrecognized privilege type: \"%.*s\"", STR_FMT(name));
}

/* Whether the role holds any of the privileges in the list; NULL: there is no such object. */
static err ask(struct function_call *call,
               const struct object *object,
               str wanted,
               struct value *out)
{
    const struct catalog *catalog = call->session->catalog;
    bool any = false, more;
    str item, rest = wanted;
    do {
        more = str_cut(rest, ',', &item, &rest);
        bool grantable;
        uint32_t bit = privilege_bit(object, str_trim(item), &grantable);
        if (!bit) return unrecognized(call, str_trim(item));
        any = any || (object->owner && holds(catalog, object->role, object, bit, grantable));
    } while (more);
    if (object->owner) *out = value_int(any);
    return NULL;
}

/* The role is looked up first, then the object. */
static err object_oid(struct function_call *call, oid reg, struct object *object, oid *out)
{
    struct reg_scope scope = scope_of(call);
    *out = OID_NONE;
    TRY(role_of(call, &call->args[0], &object->role));
    bool by_name = call->args[1].kind == VALUE_TEXT;
    if (by_name && reg == REGCLASSOID)
        return reg_find_table(call->arena, &scope, arg_text(call, 1), out);
    if (by_name) return reg_find(call->arena, &scope, reg, arg_text(call, 1), out);
    *out = arg_oid(call, 1);
    return NULL;
}

static const struct cat_relation *any_relation(const struct catalog *catalog, oid id)
{
    const struct cat_relation *relation = catalog_relation(catalog, id);
    const struct system_relation *system = relation ? NULL : system_relation(id);
    return system ? &system->relation : relation;
}

enum {
    TABLE_ALL = PRIV_SELECT | PRIV_INSERT | PRIV_UPDATE | PRIV_DELETE | PRIV_TRUNCATE |
                PRIV_REFERENCES | PRIV_TRIGGER,
    COLUMN_ALL = PRIV_SELECT | PRIV_INSERT | PRIV_UPDATE | PRIV_REFERENCES,
};

static err relation_object(struct function_call *call, uint32_t allowed, struct object *out)
{
    oid id;
    *out = (struct object){.allowed = allowed};
    TRY(object_oid(call, REGCLASSOID, out, &id));
    const struct cat_relation *relation = any_relation(call->session->catalog, id);
    if (!relation) return NULL;
    out->relation = relation;
    out->owner = relation->owner;
    out->acl = &relation->acl;
    out->kind = system_relation_object(relation);
    return NULL;
}

static err run_has_table(struct function_call *call, struct value *out)
{
    struct object object;
    TRY(relation_object(call, TABLE_ALL, &object));
    return ask(call, &object, arg_text(call, 2), out);
}

static err run_has_sequence(struct function_call *call, struct value *out)
{
    struct object object = {.allowed = PRIV_USAGE | PRIV_SELECT | PRIV_UPDATE};
    struct value ignored;
    /* Of a sequence the privileges are read before the sequence is looked for. */
    TRY(role_of(call, &call->args[0], &object.role));
    TRY(ask(call, &object, arg_text(call, 2), &ignored));
    TRY(relation_object(call, object.allowed, &object));
    if (object.relation && object.relation->kind != 'S')
        return err_sql(call->arena, "42809", "\"%.*s\" is not a sequence",
                       STR_FMT(object.relation->name));
    return ask(call, &object, arg_text(call, 2), out);
}

static err run_has_column(struct function_call *call, struct value *out)
{
    struct object object;
    TRY(relation_object(call, COLUMN_ALL, &object));
    const struct cat_relation *relation = object.relation;
    const struct value *column = &call->args[2];
    if (relation && column->kind == VALUE_TEXT) {
        object.column = cat_column_find(relation, column->s);
        if (!object.column)
            return err_sql(call->arena, "42703",
                           "column \"%.*s\" of relation \"%.*s\" does not exist",
                           STR_FMT(column->s), STR_FMT(relation->name));
    } else if (relation) {
        object.column = cat_column_numbered(relation, (int16_t)column->i);
        if (!object.column) object.owner = OID_NONE;
    }
    return ask(call, &object, arg_text(call, 3), out);
}

static err run_has_any_column(struct function_call *call, struct value *out)
{
    struct object object;
    TRY(relation_object(call, COLUMN_ALL, &object));
    const struct cat_relation *relation = object.relation;
    TRY(ask(call, &object, arg_text(call, 2), out));
    for (size_t i = 0; relation && i < relation->column_count && out->i == 0; i++) {
        object.column = &relation->columns[i];
        TRY(ask(call, &object, arg_text(call, 2), out));
    }
    return NULL;
}

static err run_has_schema(struct function_call *call, struct value *out)
{
    const struct catalog *catalog = call->session->catalog;
    const struct value *named = &call->args[1];
    struct object object = {.kind = 'n', .allowed = PRIV_CREATE | PRIV_USAGE};
    TRY(role_of(call, &call->args[0], &object.role));
    /* A schema's name is taken as it is, not read as an identifier. */
    bool by_name = named->kind == VALUE_TEXT;
    const struct cat_schema *schema =
        by_name ? catalog_schema_find(catalog, named->s) : catalog_schema(catalog, (oid)named->i);
    if (by_name && !schema)
        return err_sql(call->arena, "3F000", "schema \"%.*s\" does not exist", STR_FMT(named->s));
    if (schema) object.owner = schema->owner;
    if (schema) object.acl = &schema->acl;
    return ask(call, &object, arg_text(call, 2), out);
}

static err run_has_function(struct function_call *call, struct value *out)
{
    oid id;
    struct object object = {.kind = 'f', .allowed = PRIV_EXECUTE};
    TRY(object_oid(call, REGPROCEDUREOID, &object, &id));
    const struct cat_function *function = catalog_function(call->session->catalog, id);
    if (function) object.owner = function->owner;
    if (function) object.acl = &function->acl;
    return ask(call, &object, arg_text(call, 2), out);
}

static err run_has_type(struct function_call *call, struct value *out)
{
    oid id;
    struct object object = {.kind = 'T', .allowed = PRIV_USAGE};
    TRY(object_oid(call, REGTYPEOID, &object, &id));
    const struct cat_type *type = catalog_type(call->session->catalog, id);
    if (type) object.owner = type->owner;
    if (type) object.acl = &type->acl;
    return ask(call, &object, arg_text(call, 2), out);
}

/* Everybody may connect and make temporary tables, its owner everything. */
static err run_has_database(struct function_call *call, struct value *out)
{
    static const struct cat_grant grants[] = {
        {ROLE_PUBLIC,   ROLE_POSTGRES, PRIV_CONNECT | PRIV_TEMPORARY,               0},
        {ROLE_POSTGRES, ROLE_POSTGRES, PRIV_CONNECT | PRIV_TEMPORARY | PRIV_CREATE, 0},
    };
    static const struct cat_acl acl = {.at = grants, .count = COUNT_OF(grants)};
    const struct value *database = &call->args[1];
    oid role;
    TRY(role_of(call, &call->args[0], &role));
    bool known = database->kind == VALUE_TEXT ? str_eq(database->s, SYSTEM_DATABASE)
                                              : database->i == SYSTEM_DATABASE_OID;
    if (!known && database->kind == VALUE_TEXT)
        return err_sql(call->arena, "3D000", "database \"%.*s\" does not exist",
                       STR_FMT(database->s));
    const struct object object = {.role = role,
                                  .owner = known ? ROLE_POSTGRES : OID_NONE,
                                  .acl = &acl,
                                  .kind = 'n',
                                  .allowed = PRIV_CONNECT | PRIV_TEMPORARY | PRIV_CREATE};
    return ask(call, &object, arg_text(call, 2), out);
}

static bool is_admin(const struct catalog *catalog, oid role, oid group)
{
    size_t at = 0;
    const struct cat_role *member;
    while ((member = catalog_role_next(catalog, &at)))
        for (size_t i = 0; i < member->member_of_count; i++)
            if (member->member_of[i].role == group && member->member_of[i].admin &&
                catalog_role_is_member(catalog, role, member->oid))
                return true;
    const struct cat_role *asked = catalog_role(catalog, role);
    return asked && asked->superuser;
}

static err run_has_role(struct function_call *call, struct value *out)
{
    const struct catalog *catalog = call->session->catalog;
    oid role, group;
    TRY(role_of(call, &call->args[0], &role));
    TRY(role_of(call, &call->args[1], &group));
    bool any = false, more;
    str item, rest = arg_text(call, 2);
    do {
        more = str_cut(rest, ',', &item, &rest);
        str name = str_trim(item);
        if (str_eq_nocase(name, STR("USAGE")))
            any = any || catalog_role_inherits(catalog, role, group);
        else if (str_eq_nocase(name, STR("MEMBER")))
            any = any || catalog_role_is_member(catalog, role, group);
        else if (str_ends(str_lower(call->arena, name), STR(" option")))
            any = any || is_admin(catalog, role, group);
        else
            return unrecognized(call, name);
    } while (more);
    *out = value_int(any);
    return NULL;
}

static err run_row_security(struct function_call *call, struct value *out)
{
    struct object object;
    TRY(relation_object(call, TABLE_ALL, &object));
    *out = value_int(object.relation && catalog_row_security_applies(call->session->catalog,
                                                                     object.relation, object.role));
    return NULL;
}

/* acldefault('r', owner) */
static err run_acldefault(struct function_call *call, struct value *out)
{
    struct system_rows rows = {.arena = call->arena, .catalog = call->session->catalog};
    char object = arg_text(call, 0).len ? arg_text(call, 0).at[0] : '?';
    if (object == 's') object = 'S';
    if (!catalog_default_owner(object))
        return err_sql(call->arena, "0A000", "acldefault of \"%c\" is not supported", object);
    const struct cat_grant grants[] = {
        {ROLE_PUBLIC, arg_oid(call, 1), catalog_default_public(object), 0},
        { arg_oid(call,         1), arg_oid(call, 1),  catalog_default_owner(object), 0},
    };
    bool everybody = grants[0].privileges != 0;
    const struct cat_acl acl = {.at = everybody ? grants : grants + 1, .count = everybody ? 2 : 1};
    *out = system_acl(&rows, &acl);
    return NULL;
}

/* ---- the table -------------------------------------------------------------------------------- */

#define ROW(symbol, args, body, with)                   \
    {                                                   \
        symbol, args, SHAPE_NONE, FN_STRICT, body, with \
    }
/* user and object by name or oid */
#define SIX(what, args, body)                                 \
    ROW("has_" what "_privilege_name_name", args, body, 0),   \
        ROW("has_" what "_privilege_name_id", args, body, 0), \
        ROW("has_" what "_privilege_id_name", args, body, 0), \
        ROW("has_" what "_privilege_id_id", args, body, 0),   \
        ROW("has_" what "_privilege_name", args, body, 0),    \
        ROW("has_" what "_privilege_id", args, body, 0)
#define COLUMN_ROWS(who)                                            \
    ROW("has_column_privilege_" who "_name", 4, run_has_column, 0), \
        ROW("has_column_privilege_" who "_attnum", 4, run_has_column, 0)

static const struct function_row rows[] = {
    {"array_pack",  -1, SHAPE_NONE, 0, run_array_pack,  0},
    ROW("int4_series_array", 2, run_series_array, 0),
    ROW("reg_text", 2, run_reg_text, 0),
    ROW("reg_in", 2, run_reg_in, 0),
    ROW("to_regclass", 1, run_to_reg, REGCLASSOID),
    ROW("to_regtype", 1, run_to_reg, REGTYPEOID),
    ROW("to_regproc", 1, run_to_reg, REGPROCOID),
    ROW("to_regprocedure", 1, run_to_reg, REGPROCEDUREOID),
    ROW("to_regnamespace", 1, run_to_reg, REGNAMESPACEOID),
    ROW("to_regrole", 1, run_to_reg, REGROLEOID),
    {"format_type", 2,  SHAPE_NONE, 0, run_format_type, 0},
    ROW("oidvectortypes", 1, run_vector_types, 0),
    ROW("pg_table_is_visible", 1, run_visible, REGCLASSOID),
    ROW("pg_type_is_visible", 1, run_visible, REGTYPEOID),
    ROW("pg_function_is_visible", 1, run_visible, REGPROCOID),
    ROW("pg_collation_is_visible", 1, run_collation_visible, 0),
    ROW("current_schema", 0, run_current_schema, 0),
    ROW("current_schemas", 1, run_current_schemas, 0),
    ROW("PG_encoding_to_char", 1, run_encoding, 0),
    ROW("getdatabaseencoding", 0, run_database_encoding, 0),
    ROW("pg_client_encoding", 0, run_database_encoding, 0),
    ROW("pg_my_temp_schema", 0, run_zero, 0),
    ROW("pg_is_other_temp_schema", 1, run_zero, 0),
    ROW("pg_tablespace_location", 1, run_no_text, 0),
    ROW("pg_get_statisticsobjdef_columns", 1, run_none, 0),
    ROW("pg_get_ruledef", 1, run_ruledef, 0),
    ROW("pg_get_ruledef_ext", 2, run_ruledef, 0),
    ROW("acldefault_sql", 2, run_acldefault, 0),
    ROW("pg_get_constraintdef", 1, run_constraintdef, 0),
    ROW("pg_get_constraintdef_ext", 2, run_constraintdef, 0),
    ROW("pg_get_indexdef", 1, run_indexdef, 0),
    ROW("pg_get_indexdef_ext", 3, run_indexdef, 0),
    ROW("pg_get_viewdef", 1, run_viewdef, 0),
    ROW("pg_get_viewdef_ext", 2, run_viewdef, 0),
    ROW("pg_get_viewdef_wrap", 2, run_viewdef, 0),
    ROW("pg_get_viewdef_name", 1, run_viewdef, 0),
    ROW("pg_get_viewdef_name_ext", 2, run_viewdef, 0),
    ROW("pg_get_functiondef", 1, run_function_part, PART_DEFINITION),
    ROW("pg_get_function_arguments", 1, run_function_part, PART_ARGUMENTS),
    ROW("pg_get_function_identity_arguments", 1, run_function_part, PART_IDENTITY),
    ROW("pg_get_function_result", 1, run_function_part, PART_RESULT),
    ROW("pg_get_function_arg_default", 2, run_argument_default, 0),
    ROW("pg_get_function_sqlbody", 1, run_none, 0),
    ROW("pg_get_partkeydef", 1, run_partkeydef, 0),
    ROW("pg_get_triggerdef", 1, run_triggerdef, 0),
    ROW("pg_get_triggerdef_ext", 2, run_triggerdef, 0),
    ROW("pg_get_expr", 2, run_get_expr, 0),
    ROW("pg_get_expr_ext", 3, run_get_expr, 0),
    ROW("pg_get_serial_sequence", 2, run_serial_sequence, 0),
    ROW("pg_relation_is_publishable", 1, run_publishable, 0),
    ROW("pg_relation_is_updatable", 2, run_updatable, 0),
    ROW("pg_column_is_updatable", 3, run_column_updatable, 0),
    ROW("obj_description_oid", 1, run_description, 0),
    ROW("obj_description_oid_name", 2, run_description, 0),
    ROW("col_description_oid_int4", 2, run_column_description, 0),
    ROW("shobj_description_oid_name", 2, run_shared_description, 0),
    SIX("table", 3, run_has_table),
    SIX("any_column", 3, run_has_any_column),
    SIX("sequence", 3, run_has_sequence),
    SIX("schema", 3, run_has_schema),
    SIX("function", 3, run_has_function),
    SIX("type", 3, run_has_type),
    SIX("database", 3, run_has_database),
    COLUMN_ROWS("name_name"),
    COLUMN_ROWS("name_id"),
    COLUMN_ROWS("id_name"),
    COLUMN_ROWS("id_id"),
    COLUMN_ROWS("name"),
    COLUMN_ROWS("id"),
    ROW("pg_has_role_name_name", 3, run_has_role, 0),
    ROW("pg_has_role_name_id", 3, run_has_role, 0),
    ROW("pg_has_role_id_name", 3, run_has_role, 0),
    ROW("pg_has_role_id_id", 3, run_has_role, 0),
    ROW("pg_has_role_name", 3, run_has_role, 0),
    ROW("pg_has_role_id", 3, run_has_role, 0),
    ROW("row_security_active", 2, run_row_security, 0),
    ROW("row_security_active_name", 2, run_row_security, 0),
};

const struct function_table functions_system = {rows, COUNT_OF(rows)};
