/* COPY t (columns) FROM stdin: PostgreSQL's text format, line by line through INSERT. */
#include "base/vec.h"
#include "engine/sqlite/run.h"
#include "engine/sqlite/script_int.h"
#include "sql/plan.h"
#include "types/type_text.h"

struct copying {
    struct script_run *run;
    const struct cat_relation *relation;
    const struct cat_column **columns;
    size_t column_count;
    char delimiter;
    str null_text;
    const struct plan *plan;
    int64_t rows;
};

/* ---- the statement ---- */

static err choose_columns(struct copying *copying, const struct CopyStmt *copy)
{
    struct script_run *run = copying->run;
    const struct cat_relation *relation = copying->relation;
    size_t most = copy->attlist->count ? copy->attlist->count : relation->column_count;
    copying->columns = ARENA_ARRAY(run->arena, const struct cat_column *, most);
    for (size_t i = 0; i < most; i++) {
        str name = copy->attlist->count ? ast_name_at(copy->attlist, i) : relation->columns[i].name;
        const struct cat_column *column = cat_column_find(relation, name);
        if (!column)
            return err_sql(run->scratch, "42703",
                           "column \"%.*s\" of relation \"%.*s\" does not exist", STR_FMT(name),
                           STR_FMT(relation->name));
        if (column->generated && !copy->attlist->count) continue;
        copying->columns[copying->column_count++] = column;
    }
    return NULL;
}

static err read_options(struct copying *copying, const struct list *options)
{
    struct arena *arena = copying->run->scratch;
    copying->delimiter = '\t';
    copying->null_text = STR("\\N");
    for (size_t i = 0; i < options->count; i++) {
        const struct DefElem *option = AST_AS(DefElem, options->at[i]);
        str text = AST_IS(String, option->arg) ? AST_AS(String, option->arg)->sval : STR("");
        if (str_eq(option->defname, STR("format")) && !str_eq(text, STR("text")))
            return err_sql(arena, "0A000", "COPY format %.*s is not supported", STR_FMT(text));
        if (str_eq(option->defname, STR("delimiter")) && text.len == 1)
            copying->delimiter = text.at[0];
        if (str_eq(option->defname, STR("null"))) copying->null_text = text;
    }
    return NULL;
}

/* INSERT INTO t (columns) OVERRIDING SYSTEM VALUE VALUES ($1, ...), as COPY ignores ALWAYS. */
static struct node *insert_of(struct copying *copying)
{
    struct arena *arena = copying->run->arena;
    const struct cat_schema *schema =
        catalog_schema(copying->run->current, copying->relation->schema);
    struct InsertStmt *insert = AST_NEW(arena, InsertStmt);
    struct SelectStmt *values = AST_NEW(arena, SelectStmt);
    struct List *row = AST_NEW(arena, List);
    insert->relation = ast_range_var(arena, schema->name, copying->relation->name, STR_NONE);
    insert->override = OVERRIDING_SYSTEM_VALUE;
    for (size_t i = 0; i < copying->column_count; i++) {
        ast_list_add(arena, &insert->cols, ast_res_target(arena, copying->columns[i]->name, NULL));
        ast_list_add(arena, &row->items, ast_param(arena, (int64_t)i + 1));
    }
    ast_list_add(arena, &values->valuesLists, &row->base);
    insert->selectStmt = &values->base;
    return &insert->base;
}

static err compile(struct copying *copying, struct plan **out)
{
    struct script_run *run = copying->run;
    struct plan_param *params = ARENA_ARRAY(run->arena, struct plan_param, copying->column_count);
    for (size_t i = 0; i < copying->column_count; i++) {
        const struct cat_column *column = copying->columns[i];
        params[i] = (struct plan_param){
            .type = column->type,
            .typmod = column->typmod,
            .ref = catalog_type_ref(run->arena, run->current, column->type, column->typmod)};
    }
    struct compile_node node = {.statement = insert_of(copying)};
    struct compile_step step = {.node = &node, .shape = RESULT_NONE, .result = true};
    struct compile_options options = {
        .catalog = run->current,
        .role = run->role,
        .search_path = run->search_path,
        .search_path_count = run->search_path_count,
        .session = &run->connection->session->types,
        .steps = &step,
        .step_count = 1,
        .params = params,
        .param_count = copying->column_count,
    };
    return sql_compile(run->scratch, &options, program_print, out);
}

/* ---- the rows ---- */

static char unescaped(char c)
{
    static const char from[] = "bfnrtv", to[] = "\b\f\n\r\t\v";
    for (size_t i = 0; i < sizeof from - 1; i++)
        if (from[i] == c) return to[i];
    return c;
}

static str unescape(struct arena *arena, str field)
{
    if (str_find_char(field, '\\', 0) == SIZE_MAX) return field;
    struct buf *out = buf_in(arena, 0);
    for (size_t i = 0; i < field.len; i++) {
        if (field.at[i] != '\\' || i + 1 == field.len) {
            buf_char(out, field.at[i]);
            continue;
        }
        char c = field.at[++i];
        if (c == 'x' && i + 1 < field.len && hex_value(field.at[i + 1]) >= 0) {
            int value = 0;
            for (int digits = 0; digits < 2 && i + 1 < field.len && hex_value(field.at[i + 1]) >= 0;
                 digits++)
                value = value * 16 + hex_value(field.at[++i]);
            buf_char(out, (char)value);
        } else if (c >= '0' && c <= '7') {
            int value = c - '0';
            for (int digits = 1; digits < 3 && i + 1 < field.len && field.at[i + 1] >= '0' &&
                                 field.at[i + 1] <= '7';
                 digits++)
                value = value * 8 + (field.at[++i] - '0');
            buf_char(out, (char)value);
        } else {
            buf_char(out, unescaped(c));
        }
    }
    return buf_str(out);
}

/* The next field of a line: a delimiter behind a backslash belongs to it. */
static str next_field(str line, size_t *at, char delimiter)
{
    size_t start = *at;
    while (*at < line.len && line.at[*at] != delimiter)
        *at += line.at[*at] == '\\' && *at + 1 < line.len ? 2 : 1;
    str field = str_slice(line, start, *at);
    if (*at < line.len)
        (*at)++;
    else
        *at = line.len + 1;
    return field;
}

static err copy_line(struct copying *copying, str line)
{
    struct script_run *run = copying->run;
    struct value *values = ARENA_ARRAY(run->scratch, struct value, copying->column_count);
    size_t at = 0;
    for (size_t i = 0; i < copying->column_count; i++) {
        const struct cat_column *column = copying->columns[i];
        if (at > line.len)
            return err_sql(run->scratch, "22P04", "missing data for column \"%.*s\"",
                           STR_FMT(column->name));
        str field = next_field(line, &at, copying->delimiter);
        if (str_eq(field, copying->null_text)) continue; /* values are born NULL */
        TRY(type_input(run->scratch, &run->connection->session->types, copying->plan->params[i].ref,
                       TYPE_ASSIGNMENT, unescape(run->scratch, field), &values[i]));
    }
    if (at <= line.len)
        return err_sql(run->scratch, "22P04", "extra data after last expected column");
    struct buf *bytes = buf_in(run->scratch, 0);
    struct step_result step = {.total = -1, .body = {.fd = -1}};
    struct run job = {
        .arena = run->scratch,
        .db = run->connection->db,
        .statements = run->connection->statements,
        .session = run->connection->session,
        .caller = &run->caller,
        .output = {.bytes = bytes},
    };
    struct engine_step request = {
        .plan = copying->plan, .params = values, .rows_least = ROWS_ANY, .rows_most = ROWS_ANY};
    copying->rows++;
    return run_program(&job, &request, &step);
}

static err copy_lines(struct copying *copying, str data)
{
    struct script_run *run = copying->run;
    struct arena *statement = run->scratch;
    struct arena *row = arena_new(0);
    err error = NULL;
    run->scratch = row;
    while (!error && data.len) {
        str line;
        str_cut(data, '\n', &line, &data);
        if (str_ends(line, STR("\r"))) line = str_slice(line, 0, line.len - 1);
        error = copy_line(copying, line);
        if (error) error = err_copy(statement, error);
        arena_reset(row);
    }
    run->scratch = statement;
    arena_free(row);
    if (!error) return NULL;
    struct err *placed = (struct err *)(uintptr_t)error;
    return err_details(statement, placed, "COPY %.*s, line %lld.", STR_FMT(copying->relation->name),
                       (long long)copying->rows);
}

err script_copy(struct script_run *run,
                const struct script_item *item,
                struct script_result *result)
{
    const struct CopyStmt *copy = AST_AS(CopyStmt, item->statement.node);
    struct copying copying = {.run = run};
    result->command = STR("COPY");
    if (!copy->relation) return err_sql(run->scratch, "0A000", "COPY of a query is not supported");
    TRY(script_flush(run));
    sqlite_session_catalog(run->connection->session, run->current);
    str schema = copy->relation->schemaname;
    for (size_t i = 0; i < run->search_path_count && !copying.relation; i++) {
        str name = str_empty(schema) ? run->search_path[i] : schema;
        const struct cat_schema *found = catalog_schema_find(run->current, name);
        if (found)
            copying.relation =
                catalog_relation_find(run->current, found->oid, copy->relation->relname);
    }
    if (!copying.relation)
        return err_at(err_sql(run->scratch, "42P01", "relation \"%.*s\" does not exist",
                              STR_FMT(copy->relation->relname)),
                      copy->relation->base.location);
    TRY(choose_columns(&copying, copy));
    TRY(read_options(&copying, copy->options));
    struct plan *plan;
    TRY(compile(&copying, &plan));
    copying.plan = plan;
    err error = copy_lines(&copying, item->copy_data);
    plan_unref(plan);
    result->rows = copying.rows;
    return error;
}
