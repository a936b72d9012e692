/* Rows without a named type: what fields a record-valued expression has. */
#include "sql/infer_int.h"

/* The target of a sub-select's or CTE's column, looking through set operations. */
static const struct expr *target_of(const struct query *query, int index)
{
    while (query && query->set_op != SET_NONE) query = query->set_left;
    if (!query) return NULL;
    if (query->values) return query->value_row_count ? query->values[0].at[index] : NULL;
    return (size_t)index < query->target_count ? query->targets[index].expr : NULL;
}

static const struct expr *behind_column(const struct expr *column)
{
    const struct rte *rte = column->column.rte;
    int index = column->column.index;
    switch (rte->kind) {
    case RTE_SUBQUERY: return target_of(rte->query, index);
    case RTE_CTE: return target_of(rte->cte->query, index);
    case RTE_VALUES: return rte->row_count ? rte->rows[0].at[index] : NULL;
    case RTE_RELATION:
    case RTE_FUNCTION:
    case RTE_RESULT:
    case RTE_TRANSITION: return NULL;
    }
    return NULL;
}

/* The expression inside that says which fields there are, or NULL. */
static const struct expr *source_of(const struct expr *expr)
{
    switch ((int)expr->kind) { /* what can be a record */
    case EXPR_COLUMN: return behind_column(expr);
    case EXPR_SUBQUERY: return target_of(expr->sublink.query, 0);
    case EXPR_CAST:
    case EXPR_COALESCE:
    case EXPR_ARRAY:
    case EXPR_SUBSCRIPT:
    case EXPR_AGGREGATE:
    case EXPR_WINDOW:
    case EXPR_NULLIF: return expr->args.count ? expr->args.at[0] : NULL;
    case EXPR_CASE: return expr->case_of.arm_count ? expr->case_of.arms[0].then : NULL;
    default: return NULL;
    }
}

static void row_fields(struct arena *arena,
                       const struct expr *row,
                       struct record_field **fields,
                       size_t *count)
{
    *fields = ARENA_ARRAY(arena, struct record_field, row->args.count ? row->args.count : 1);
    *count = row->args.count;
    for (size_t i = 0; i < row->args.count; i++) {
        (*fields)[i] = (struct record_field){
            .name = row->record ? row->record[i].name : str_printf(arena, "f%zu", i + 1),
            .type = row->args.at[i]->type,
            .typmod = row->args.at[i]->typmod,
            .expr = row->args.at[i],
        };
    }
}

static void rte_fields(struct arena *arena,
                       struct rte *rte,
                       struct record_field **fields,
                       size_t *count)
{
    *fields = ARENA_ARRAY(arena, struct record_field, rte->column_count ? rte->column_count : 1);
    *count = 0;
    for (size_t i = 0; i < rte->column_count; i++) {
        const struct rte_column *column = &rte->columns[i];
        if (column->hidden) continue;
        struct expr *expr = ARENA_NEW(arena, struct expr);
        *expr = (struct expr){
            .kind = EXPR_COLUMN,
            .type = column->type,
            .typmod = column->typmod,
            .location = -1,
            .column = {rte, (int)i},
        };
        (*fields)[(*count)++] = (struct record_field){
            .name = column->name, .type = column->type, .typmod = column->typmod, .expr = expr};
    }
}

/* OUT arguments of a function that answers several. */
static void output_fields(struct arena *arena,
                          const struct cat_function *function,
                          struct record_field **fields,
                          size_t *count)
{
    *fields = ARENA_ARRAY(arena, struct record_field, function->argument_count);
    *count = 0;
    for (size_t i = 0; i < function->argument_count; i++) {
        const struct cat_argument *argument = &function->arguments[i];
        if (argument->mode != 'o' && argument->mode != 'b' && argument->mode != 't') continue;
        struct expr *expr = ARENA_NEW(arena, struct expr);
        *expr =
            (struct expr){.kind = EXPR_CONST, .type = argument->type, .typmod = -1, .location = -1};
        str name = argument->name;
        if (str_empty(name)) name = str_printf(arena, "column%zu", *count + 1);
        (*fields)[(*count)++] =
            (struct record_field){.name = name, .type = argument->type, .typmod = -1, .expr = expr};
    }
}

bool infer_record_fields(struct arena *arena,
                         const struct expr *expr,
                         struct record_field **fields,
                         size_t *count)
{
    enum { STEPS_MAX = 64 };
    for (int step = 0; expr && step < STEPS_MAX; step++) {
        if (expr->kind == EXPR_ROW) {
            row_fields(arena, expr, fields, count);
            return true;
        }
        if (expr->kind == EXPR_PARAM && expr->record) {
            *fields = (struct record_field *)(uintptr_t)expr->record;
            *count = expr->record_count;
            return true;
        }
        if (expr->kind == EXPR_USER_CALL && expr->site) {
            output_fields(arena, expr->function, fields, count);
            return *count > 0;
        }
        if (expr->kind == EXPR_WHOLE_ROW) {
            rte_fields(arena, expr->rte, fields, count);
            return true;
        }
        expr = source_of(expr);
    }
    return false;
}

const struct type_ref *infer_expr_ref(struct arena *arena,
                                      const struct catalog *catalog,
                                      const struct expr *expr)
{
    bool record = expr->type == RECORDOID;
    struct record_field *fields = NULL;
    size_t count = 0;
    if ((!record && expr->type != RECORDARRAYOID) ||
        !infer_record_fields(arena, expr, &fields, &count)) {
        return catalog_type_ref(arena, catalog, expr->type, expr->typmod);
    }
    struct type_field *parts = ARENA_ARRAY(arena, struct type_field, count ? count : 1);
    for (size_t i = 0; i < count; i++) {
        parts[i].name = str_copy(arena, fields[i].name);
        parts[i].type = infer_expr_ref(arena, catalog, fields[i].expr);
    }
    struct type_ref *row = ARENA_NEW(arena, struct type_ref);
    *row = *type_plain(TYPE_RECORD);
    row->fields = parts;
    row->field_count = count;
    if (record) return row;
    struct type_ref *array = ARENA_NEW(arena, struct type_ref);
    *array = *type_plain(TYPE_ARRAY);
    array->element = row;
    return array;
}
