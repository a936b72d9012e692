/* The session of a script: SET, RESET, SHOW, roles and the search path. */
#include "base/json.h"
#include "engine/sqlite/script_int.h"
#include "sql/deparse.h"
#include "sql/setting.h"

static const str default_path = STR_INIT("\"$user\", public, extensions");

/* ---- search_path ---- */

struct names {
    VEC(str);
};

/* A list of names as SQL writes them: a, "B c", '' is the empty list. */
static struct names read_names(struct arena *arena, str text)
{
    struct names names = {0};
    size_t i = 0;
    while (i < text.len) {
        struct buf *name = buf_in(arena, 0);
        while (i < text.len && (text.at[i] == ' ' || text.at[i] == ',')) i++;
        if (i == text.len) break;
        if (text.at[i] == '"') {
            for (i++; i < text.len; i++) {
                if (text.at[i] == '"' && (i + 1 >= text.len || text.at[i + 1] != '"')) break;
                if (text.at[i] == '"') i++;
                buf_char(name, text.at[i]);
            }
            i++;
        } else {
            while (i < text.len && text.at[i] != ',' && text.at[i] != ' ')
                buf_char(name, text.at[i++]);
        }
        if (name->len) *VEC_ADD(arena, &names) = str_copy(arena, buf_str(name));
    }
    return names;
}

static void set_path(struct script_run *run, str text)
{
    if (str_eq(text, run->search_path_text)) return;
    struct names names = read_names(run->arena, text);
    run->search_path = names.at;
    run->search_path_count = names.count;
    run->search_path_text = str_copy(run->arena, text);
}

/* ---- claims ---- */

static bool is_uuid(str text)
{
    if (text.len != 36) return false;
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text.at[i] != '-' : hex_value(text.at[i]) < 0) return false;
    }
    return true;
}

/* What auth.uid() and the like answer from now on. */
static void set_claims(struct script_run *run, str text)
{
    const struct json *claims;
    run->caller.claims = str_copy(run->arena, text);
    run->caller.user_id = STR_NONE;
    run->caller.email = STR_NONE;
    if (json_parse(run->arena, run->caller.claims, NULL, &claims)) return;
    str sub = json_get_str(claims, STR("sub"));
    if (is_uuid(sub)) run->caller.user_id = str_lower(run->arena, sub);
    run->caller.email = json_get_str(claims, STR("email"));
}

/* ---- roles ---- */

static void become(struct script_run *run, const struct cat_role *role)
{
    run->role = role->oid;
    run->caller.role = str_copy(run->arena, role->name);
    run->caller.role_oid = role->oid;
}

static err set_role(struct script_run *run, str name)
{
    if (str_eq(name, STR("none")) || str_empty(name)) {
        become(run, catalog_role(run->current, run->role_first));
        return NULL;
    }
    const struct cat_role *role = catalog_role_find(run->current, name);
    if (!role) return err_sql(run->scratch, "22023", "role \"%.*s\" does not exist", STR_FMT(name));
    if (!catalog_role_is_member(run->current, run->role_first, role->oid))
        return err_sql(run->scratch, "42501", "permission denied to set role \"%.*s\"",
                       STR_FMT(name));
    become(run, role);
    return NULL;
}

/* ---- values ---- */

static str value_of(struct script_run *run, const struct VariableSetStmt *set)
{
    struct buf *out = buf_in(run->scratch, 0);
    bool names = str_eq(set->name, STR("search_path"));
    for (size_t i = 0; i < set->args->count; i++) {
        const struct node *arg = set->args->at[i];
        while (AST_IS(TypeCast, arg)) arg = AST_AS(TypeCast, arg)->arg;
        if (i) buf_lit(out, ", ");
        if (!AST_IS(A_Const, arg)) continue;
        const struct A_Const *constant = AST_AS(A_Const, arg);
        if (constant->val == A_CONST_INTEGER)
            buf_i64(out, constant->ival);
        else if (constant->val == A_CONST_FLOAT)
            buf_str_add(out, constant->fval);
        else if (constant->val == A_CONST_BOOLEAN)
            buf_str_add(out, constant->boolval ? STR("on") : STR("off"));
        else if (constant->val == A_CONST_STRING && names)
            deparse_ident(out, constant->sval);
        else if (constant->val == A_CONST_STRING)
            buf_str_add(out, constant->sval);
    }
    return buf_str(out);
}

static bool is_off(str value)
{
    return str_eq_nocase(value, STR("off")) || str_eq_nocase(value, STR("false")) ||
           str_eq(value, STR("0")) || str_eq_nocase(value, STR("no"));
}

static err apply(struct script_run *run, str name, str value, bool reset)
{
    if (str_eq(name, STR("role")) || str_eq(name, STR("session_authorization")))
        return set_role(run, reset ? STR_NONE : value);
    if (str_eq(name, STR("search_path"))) {
        value = reset ? default_path : value;
        set_path(run, value);
    } else if (str_eq(name, STR("timezone"))) {
        bool none =
            reset || str_eq_nocase(value, STR("default")) || str_eq_nocase(value, STR("local"));
        return request_session_set_time_zone(run->connection->session, run->arena,
                                             none ? STR("UTC") : value);
    } else if (str_eq(name, STR("check_function_bodies"))) {
        run->skip_function_bodies = !reset && is_off(value);
    } else if (str_eq(name, STR("request.jwt.claims"))) {
        set_claims(run, reset ? STR("") : value);
    }
    request_session_set(&run->session, name,
                        reset && !str_eq(name, STR("search_path")) ? STR("") : value);
    return NULL;
}

err script_set(struct script_run *run, const struct VariableSetStmt *set)
{
    bool named = set->kind != VAR_RESET_ALL && set->kind != VAR_SET_MULTI;
    if (named) TRY(sql_setting_check(run->scratch, set->name));
    switch (set->kind) {
    case VAR_SET_VALUE: return apply(run, set->name, value_of(run, set), false);
    case VAR_SET_DEFAULT:
    case VAR_RESET: return apply(run, set->name, STR_NONE, true);
    case VAR_RESET_ALL: return apply(run, STR("search_path"), STR_NONE, true);
    case VAR_SET_CURRENT:
    case VAR_SET_MULTI: /* SET TRANSACTION, SET SESSION CHARACTERISTICS: one kind of transaction */
        return NULL;
    }
    return NULL;
}

static bool shown_value(struct script_run *run, str name, str *out)
{
    if (str_eq(name, STR("role")))
        *out = run->caller.role;
    else if (str_eq(name, STR("search_path")))
        *out = run->search_path_text;
    else if (str_eq(name, STR("server_version")))
        *out = STR("15.0");
    else if (str_eq(name, STR("server_encoding")))
        *out = STR("UTF8");
    else if (str_eq(name, STR("client_encoding")))
        *out = STR("UTF8");
    else if (str_eq(name, STR("timezone")))
        *out = STR("UTC");
    else if (str_eq(name, STR("standard_conforming_strings")))
        *out = STR("on");
    else
        return request_session_setting(&run->session, name, out);
    return true;
}

err script_show(struct script_run *run,
                const struct VariableShowStmt *show,
                struct script_result *result)
{
    str value;
    if (!shown_value(run, show->name, &value))
        return err_sql(run->scratch, "42704", "unrecognized configuration parameter \"%.*s\"",
                       STR_FMT(show->name));
    struct buf *columns = buf_in(run->scratch, 0), *rows = buf_in(run->scratch, 0);
    buf_char(columns, '[');
    json_write_str(columns, show->name);
    buf_char(columns, ']');
    buf_lit(rows, "[[");
    json_write_str(rows, value);
    buf_lit(rows, "]]");
    result->columns_json = buf_str(columns);
    result->types_json = STR("[\"text\"]");
    result->rows_json = buf_str(rows);
    result->rows = 1;
    return NULL;
}

/* ---- life ---- */

err script_session_refresh(struct script_run *run)
{
    str path;
    if (request_session_setting(&run->session, STR("search_path"), &path)) set_path(run, path);
    return NULL;
}

err script_session_start(struct script_run *run)
{
    const struct script_options *options = run->options;
    if (options->caller) run->caller = *options->caller;
    str name = options->caller ? options->caller->role : options->role;
    if (str_empty(name)) name = STR("postgres");
    const struct cat_role *role = catalog_role_find(run->current, name);
    if (!role) return err_sql(run->arena, "42704", "role \"%.*s\" does not exist", STR_FMT(name));
    become(run, role);
    run->role_first = role->oid;
    set_path(run, default_path);
    for (size_t i = 0; i < role->setting_count; i++) {
        str setting, value;
        if (str_cut(role->settings[i], '=', &setting, &value))
            TRY(apply(run, setting, value, false));
    }
    return NULL;
}
