/* engine/sqlite/program.c - a plan's steps as ops. See program.h. */
#include "engine/sqlite/program.h"

#include "engine/sqlite/print_trigger.h"
#include "engine/sqlite/program_int.h"
#include "engine/sqlite/rowset.h"
#include "engine/sqlite/schema.h"
#include "sql/analyze.h"
#include "sql/query_walk.h"

/* Ids of a plan's ops: its own id, then their number. */
enum { OP_ID_BITS = 12, OPS_MAX = 1 << OP_ID_BITS };

/* SQLite prepares a text in one piece, which nothing interrupts, and its planner takes the square of
 * the conditions: 8 KiB of them are 2 ms. */
enum { TEXT_BYTES_SLOW = 8 * 1024 };

void builder_text(struct builder *builder, struct text *text)
{
    text_init(text, builder->scratch, builder->plan->catalog);
    for (size_t i = 0; i < builder->ctes.count; i++)
        *VEC_ADD(builder->scratch, &text->ctes) = builder->ctes.at[i];
}

struct analyze_options builder_own_options(struct builder *builder,
                                           const struct cat_relation *relation)
{
    const struct catalog *catalog = builder->plan->catalog;
    const struct cat_schema *schema = catalog_schema(catalog, relation->schema);
    str *path = ARENA_ARRAY(builder->arena, str, 3);
    path[0] = schema != NULL ? schema->name : STR("public");
    path[1] = STR("public");
    path[2] = STR("extensions");
    return (struct analyze_options){
        .arena = builder->arena,
        .catalog = catalog,
        .role = relation->owner,
        .search_path = path,
        .search_path_count = 3,
        .trusted = true,
    };
}

static struct program_op *op_of_text(struct builder *builder,
                                     enum op_kind kind,
                                     const struct text *text)
{
    struct program_op *op = ARENA_NEW(builder->arena, struct program_op);
    *op = (struct program_op){
        .kind = kind,
        .id = builder->next_id++,
        .sql = str_copy(builder->arena, buf_str(text->print.sql)),
        .slots = ARENA_ARRAY(builder->arena, struct slot, text->print.slots.count),
        .slot_count = text->print.slots.count,
        .set = -1,
        .reads_set = -1,
    };
    for (size_t i = 0; i < op->slot_count; i++) {
        op->slots[i] = text->print.slots.at[i];
        op->slots[i].name = str_copy(builder->arena, op->slots[i].name);
    }
    builder->text_bytes += op->sql.len;
    return op;
}

struct program_op *builder_op(struct builder *builder, enum op_kind kind, struct text *text)
{
    struct program_op *op = op_of_text(builder, kind, text);
    *VEC_ADD(builder->scratch, &builder->ops) = op;
    return op;
}

struct program_op *builder_loose_op(struct builder *builder, enum op_kind kind, struct text *text)
{
    return op_of_text(builder, kind, text);
}

err builder_set(struct builder *builder, size_t columns, int *out)
{
    if (columns > ROWSET_WIDE)
        return err_sql(builder->scratch, "54011",
                       "this statement needs more than %d columns at once", ROWSET_WIDE);
    *out = builder->set_count++;
    return NULL;
}

/* ---- SELECT and its children ------------------------------------------------------------------ */

static err print_node(struct builder *builder,
                      const struct plan_node *plan,
                      struct program_node **out);

/* The table's column that an expression is, through casts and plain subqueries; NULL: it is none. */
static const struct expr *base_column(const struct expr *expr)
{
    while (expr->kind == EXPR_CAST && expr->cast.binary) expr = expr->args.at[0];
    if (expr->kind != EXPR_COLUMN) return NULL;
    const struct rte *rte = expr->column.rte;
    if (rte->kind == RTE_RELATION) return expr;
    if (rte->kind != RTE_SUBQUERY || rte->query->set_op != SET_NONE || rte->query->values != NULL)
        return NULL;
    size_t visible = 0;
    for (size_t i = 0; i < rte->query->target_count; i++) {
        const struct target *target = &rte->query->targets[i];
        if (!target->hidden && visible++ == (size_t)expr->column.index)
            return base_column(target->expr);
    }
    return NULL;
}

static bool leads_index(const struct catalog *catalog, const struct expr *column)
{
    const struct rte *rte = column->column.rte;
    int16_t number = rte->columns[column->column.index].number;
    const struct cat_column *rowid = schema_rowid_column(catalog, rte->relation);
    if (rowid != NULL && rowid->number == number) return true;
    for (size_t i = 0; i < rte->relation->index_count; i++) {
        const struct cat_index *index = &rte->relation->indexes[i];
        bool whole = index->where.tree == NULL && index->physical;
        if (whole && index->element_count > 0 && index->elements[0].column == number) return true;
    }
    return false;
}

static bool is_known_bound(const struct expr *bound)
{
    return bound == NULL || bound->kind == EXPR_PARAM || bound->kind == EXPR_CONST;
}

/* Keys must be equal as bytes, and the child's rows must not depend on one another. */
static bool can_group(const struct builder *builder, const struct plan_child *plan)
{
    const struct query *query = plan->node->query;
    const struct catalog *catalog = builder->plan->catalog;
    if (plan->link_count != 1 || query->set_op != SET_NONE || query->values != NULL) return false;
    if (query->has_aggregates || query->group_by.count > 0 || query->has_windows) return false;
    if (query->distinct || query->distinct_on.count > 0) return false;
    if (!is_known_bound(query->limit) || !is_known_bound(query->offset)) return false;
    const struct expr *column = base_column(plan->links[0].child_expr);
    if (column == NULL || leads_index(catalog, column)) return false;
    return str_empty(print_collation(builder->scratch, catalog, plan->links[0].child_expr->type));
}

static err print_child(struct builder *builder,
                       const struct plan_node *parent,
                       const struct plan_child *plan,
                       struct program_child *out)
{
    struct text text;
    struct program_node *node;
    const struct query *query = plan->node->query;
    builder_text(builder, &text);
    struct query_options options = {
        .hidden = true,
        .links = plan->links,
        .link_count = plan->link_count,
        .grouped = parent->column_count <= ROWSET_WIDE && can_group(builder, plan),
        .parent_columns = parent->column_count,
    };
    TRY(text_query(&text, query, &options));
    struct program_op *op = op_of_text(builder, OP_QUERY, &text);
    TRY(print_node(builder, plan->node, &node));
    op->output = node;
    *out = (struct program_child){.plan = plan, .op = op, .grouped = options.grouped};
    if (!options.grouped) return NULL;
    out->parent_column = plan->links[0].parent_column;
    out->limit = query->limit;
    out->offset = query->offset;
    return NULL;
}

static err print_node(struct builder *builder,
                      const struct plan_node *plan,
                      struct program_node **out)
{
    struct program_node *node = ARENA_NEW(builder->arena, struct program_node);
    *node = (struct program_node){
        .plan = plan,
        .children = ARENA_ARRAY(builder->arena, struct program_child, plan->child_count),
        .child_count = plan->child_count,
    };
    for (size_t i = 0; i < plan->child_count; i++)
        TRY(print_child(builder, plan, &plan->children[i], &node->children[i]));
    *out = node;
    return NULL;
}

static err print_select(struct builder *builder,
                        const struct query *query,
                        const struct program_node *node)
{
    struct text text;
    bool built;
    TRY(calls_build(builder, query, node, &built));
    if (built) return NULL;
    builder_text(builder, &text);
    TRY(text_query(&text, query, &(struct query_options){.hidden = true}));
    builder_op(builder, OP_QUERY, &text)->output = node;
    return NULL;
}

/* ---- steps --------------------------------------------------------------------------------------- */

static err print_own_query(struct builder *builder,
                           const struct query *query,
                           const struct program_node *node)
{
    bool built;
    if (query->command == QUERY_SELECT) return print_select(builder, query, node);
    TRY(calls_returning(builder, query, node, &built));
    if (built) return NULL;
    return write_build(builder, query,
                       &(struct write_output){.node = node, .set = -1, .counts = true});
}

static err build_step(struct builder *builder,
                      const struct plan_step *plan,
                      struct program_step *out)
{
    const struct query *query = plan->node->query;
    struct program_node *node;
    builder->ops.count = builder->ops.capacity = 0;
    builder->ops.at = NULL;
    builder->set_count = 0;
    builder->ctes.count = 0;
    builder->watches.count = builder->watches.capacity = 0;
    builder->watches.at = NULL;
    TRY(print_node(builder, plan->node, &node));
    TRY(with_build(builder, query, &(struct with_main){print_own_query, node}));
    out->op_count = builder->ops.count;
    out->ops = ARENA_ARRAY(builder->arena, struct program_op *, out->op_count);
    for (size_t i = 0; i < out->op_count; i++) out->ops[i] = builder->ops.at[i];
    out->set_count = builder->set_count;
    trigger_watches(builder, out);
    return NULL;
}

static err build_count(struct builder *builder,
                       const struct plan_node *count,
                       struct program_op **out)
{
    struct text text;
    builder->ctes.count = 0;
    builder_text(builder, &text);
    TRY(text_query(&text, count->query, &(struct query_options){.hidden = true}));
    *out = op_of_text(builder, OP_COUNT, &text);
    return NULL;
}

err program_print(struct arena *scratch, struct plan *plan)
{
    struct builder builder = {
        .scratch = scratch,
        .arena = plan->arena,
        .plan = plan,
        .next_id = plan->id << OP_ID_BITS,
    };
    struct program *program = ARENA_NEW(plan->arena, struct program);
    program->steps = ARENA_ARRAY(plan->arena, struct program_step, plan->step_count);
    program->step_count = plan->step_count;
    for (size_t i = 0; i < plan->step_count; i++)
        TRY(build_step(&builder, &plan->steps[i], &program->steps[i]));
    if (plan->count != NULL) TRY(build_count(&builder, plan->count, &program->count));
    if (builder.next_id - (plan->id << OP_ID_BITS) >= OPS_MAX)
        return err_sql(scratch, "54001", "this plan needs more than %d statements", OPS_MAX);
    plan->engine_data = program;
    /* The writer has no loop to stop, and slow ones are not committed with others. */
    if (builder.text_bytes > TEXT_BYTES_SLOW && !plan->writes) plan->slow = true;
    return NULL;
}

err program_print_rows(struct arena *arena,
                       const struct plan *plan,
                       const struct program_op *op,
                       struct program_op **out)
{
    struct builder builder = {
        .scratch = arena,
        .arena = arena,
        .plan = plan,
        .next_id = (plan->id << OP_ID_BITS) + OPS_MAX - 1, /* never cached: used once */
    };
    bool possible = false;
    *out = NULL;
    TRY(write_rows(&builder, op->query, &possible));
    if (possible && builder.ops.count == 1) *out = builder.ops.at[0];
    return NULL;
}
