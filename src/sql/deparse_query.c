#include "sql/deparse_int.h"

static void print_query(struct deparse *out, const struct node *node)
{
    if (!out_query(out, node)) out_refuse(out, node);
}

/* " WORD a, b" when there are items. */
static void print_clause(struct deparse *out,
                         str word,
                         const struct list *items,
                         deparse_item *print)
{
    if (items->count == 0) return;
    out_str(out, word);
    out_list(out, items, STR(", "), print);
}

static void print_condition(struct deparse *out, str word, const struct node *condition)
{
    if (!condition) return;
    out_str(out, word);
    out_any_expr(out, condition);
}

/* ---- WITH ---- */

static void print_search(struct deparse *out, const struct CTESearchClause *search)
{
    out_str(out, search->search_breadth_first ? STR(" SEARCH BREADTH FIRST BY ")
                                              : STR(" SEARCH DEPTH FIRST BY "));
    out_names(out, search->search_col_list);
    out_lit(out, " SET ");
    out_ident(out, search->search_seq_column);
}

static void print_cycle(struct deparse *out, const struct CTECycleClause *cycle)
{
    out_lit(out, " CYCLE ");
    out_names(out, cycle->cycle_col_list);
    out_lit(out, " SET ");
    out_ident(out, cycle->cycle_mark_column);
    out_lit(out, " TO ");
    out_any_expr(out, cycle->cycle_mark_value);
    out_lit(out, " DEFAULT ");
    out_any_expr(out, cycle->cycle_mark_default);
    out_lit(out, " USING ");
    out_ident(out, cycle->cycle_path_column);
}

static void print_cte(struct deparse *out, const struct node *node)
{
    const struct CommonTableExpr *cte = AST_AS(CommonTableExpr, node);
    out_ident(out, cte->ctename);
    if (cte->aliascolnames->count) {
        out_lit(out, "(");
        out_names(out, cte->aliascolnames);
        out_lit(out, ")");
    }
    out_lit(out, " AS ");
    if (cte->ctematerialized == CTEMaterializeAlways) out_lit(out, "MATERIALIZED ");
    if (cte->ctematerialized == CTEMaterializeNever) out_lit(out, "NOT MATERIALIZED ");
    out_lit(out, "(");
    print_query(out, cte->ctequery);
    out_lit(out, ")");
    if (cte->search_clause) print_search(out, cte->search_clause);
    if (cte->cycle_clause) print_cycle(out, cte->cycle_clause);
}

static void print_with(struct deparse *out, const struct WithClause *with)
{
    if (!with) return;
    out_str(out, with->recursive ? STR("WITH RECURSIVE ") : STR("WITH "));
    out_list(out, with->ctes, STR(", "), print_cte);
    out_lit(out, " ");
}

/* ---- FROM ---- */

static void print_alias(struct deparse *out, const struct Alias *alias)
{
    if (!alias) return;
    out_lit(out, " AS ");
    out_ident(out, alias->aliasname);
    if (alias->colnames->count == 0) return;
    out_lit(out, "(");
    out_names(out, alias->colnames);
    out_lit(out, ")");
}

void out_relation_name(struct deparse *out, const struct RangeVar *relation)
{
    if (out->hooks && out->hooks->relation) {
        out_error(out, out->hooks->relation(out, relation));
        return;
    }
    if (relation->catalogname.at) {
        out_ident(out, relation->catalogname);
        out_lit(out, ".");
    }
    if (relation->schemaname.at) {
        out_ident(out, relation->schemaname);
        out_lit(out, ".");
    }
    out_ident(out, relation->relname);
}

void out_relation(struct deparse *out, const struct RangeVar *relation)
{
    if (!relation->inh) out_lit(out, "ONLY ");
    out_relation_name(out, relation);
    print_alias(out, relation->alias);
}

static void print_from_item(struct deparse *out, const struct node *node);

static void print_subselect(struct deparse *out, const struct RangeSubselect *item)
{
    if (item->lateral) out_lit(out, "LATERAL ");
    out_lit(out, "(");
    print_query(out, item->subquery);
    out_lit(out, ")");
    print_alias(out, item->alias);
}

static void print_column_defs(struct deparse *out, const struct list *columns)
{
    out_lit(out, "(");
    out_list(out, columns, STR(", "), out_column_def);
    out_lit(out, ")");
}

/* One of RangeFunction.functions: a list of the call and its column definitions, or NULL. */
static void print_from_call(struct deparse *out, const struct node *node)
{
    const struct list *pair = AST_AS(List, node)->items;
    out_any_expr(out, pair->at[0]);
    if (pair->count < 2 || !AST_IS(List, pair->at[1])) return;
    out_lit(out, " AS ");
    print_column_defs(out, AST_AS(List, pair->at[1])->items);
}

static void print_range_function(struct deparse *out, const struct RangeFunction *item)
{
    if (item->lateral) out_lit(out, "LATERAL ");
    if (item->is_rowsfrom) out_lit(out, "ROWS FROM (");
    out_list(out, item->functions, STR(", "), print_from_call);
    if (item->is_rowsfrom) out_lit(out, ")");
    if (item->ordinality) out_lit(out, " WITH ORDINALITY");
    print_alias(out, item->alias);
    if (item->coldeflist->count == 0) return;
    out_str(out, item->alias ? STR(" ") : STR(" AS "));
    print_column_defs(out, item->coldeflist);
}

static void print_join_side(struct deparse *out, const struct node *node, bool brackets)
{
    brackets = brackets && AST_IS(JoinExpr, node) && !AST_AS(JoinExpr, node)->alias;
    if (brackets) out_lit(out, "(");
    print_from_item(out, node);
    if (brackets) out_lit(out, ")");
}

static void print_join_words(struct deparse *out, const struct JoinExpr *join)
{
    bool cross = join->jointype == JOIN_INNER && !join->isNatural && !join->quals &&
                 join->usingClause->count == 0;
    if (join->isNatural) out_lit(out, " NATURAL");
    switch ((int)join->jointype) {
    case JOIN_INNER: out_str(out, cross ? STR(" CROSS JOIN ") : STR(" JOIN ")); return;
    case JOIN_LEFT: out_lit(out, " LEFT JOIN "); return;
    case JOIN_RIGHT: out_lit(out, " RIGHT JOIN "); return;
    case JOIN_FULL: out_lit(out, " FULL JOIN "); return;
    default: out_refuse(out, AST_NODE(join)); return; /* the planner's own kinds */
    }
}

static void print_join(struct deparse *out, const struct JoinExpr *join)
{
    if (join->alias) out_lit(out, "(");
    print_join_side(out, join->larg, false);
    print_join_words(out, join);
    print_join_side(out, join->rarg, true);
    if (join->usingClause->count) {
        out_lit(out, " USING (");
        out_names(out, join->usingClause);
        out_lit(out, ")");
        print_alias(out, join->join_using_alias);
    }
    print_condition(out, STR(" ON "), join->quals);
    if (join->alias) out_lit(out, ")");
    print_alias(out, join->alias);
}

static void print_sample(struct deparse *out, const struct RangeTableSample *sample)
{
    print_from_item(out, sample->relation);
    out_lit(out, " TABLESAMPLE ");
    out_qualified(out, sample->method);
    out_lit(out, "(");
    out_exprs(out, sample->args);
    out_lit(out, ")");
    if (!sample->repeatable) return;
    out_lit(out, " REPEATABLE (");
    out_any_expr(out, sample->repeatable);
    out_lit(out, ")");
}

static void print_from_item(struct deparse *out, const struct node *node)
{
    switch ((int)node->kind) {
    case T_RangeVar: out_relation(out, AST_AS(RangeVar, node)); return;
    case T_RangeSubselect: print_subselect(out, AST_AS(RangeSubselect, node)); return;
    case T_RangeFunction: print_range_function(out, AST_AS(RangeFunction, node)); return;
    case T_JoinExpr: print_join(out, AST_AS(JoinExpr, node)); return;
    case T_RangeTableSample: print_sample(out, AST_AS(RangeTableSample, node)); return;
    default: out_refuse(out, node); return; /* XMLTABLE and what PostgreSQL adds later */
    }
}

/* ---- SELECT ---- */

static void print_target(struct deparse *out, const struct node *node)
{
    const struct ResTarget *target = AST_AS(ResTarget, node);
    out_any_expr(out, target->val);
    if (!target->name.at) return;
    out_lit(out, " AS ");
    out_ident(out, target->name);
}

static void print_group_item(struct deparse *out, const struct node *node)
{
    static const str words[] = {
        [GROUPING_SET_EMPTY] = STR_INIT("()"),
        [GROUPING_SET_SIMPLE] = STR_INIT("("),
        [GROUPING_SET_ROLLUP] = STR_INIT("ROLLUP("),
        [GROUPING_SET_CUBE] = STR_INIT("CUBE("),
        [GROUPING_SET_SETS] = STR_INIT("GROUPING SETS("),
    };
    if (!AST_IS(GroupingSet, node)) {
        out_any_expr(out, node);
        return;
    }
    const struct GroupingSet *set = AST_AS(GroupingSet, node);
    out_str(out, words[set->kind]);
    if (set->kind == GROUPING_SET_EMPTY) return;
    out_list(out, set->content, STR(", "), print_group_item);
    out_lit(out, ")");
}

static void print_named_window(struct deparse *out, const struct node *node)
{
    const struct WindowDef *window = AST_AS(WindowDef, node);
    out_ident(out, window->name);
    out_lit(out, " AS ");
    out_window(out, window);
}

static void print_distinct(struct deparse *out, const struct list *distinct)
{
    if (distinct->count == 0) return;
    out_lit(out, " DISTINCT");
    if (distinct->at[0] == NULL) return; /* plain DISTINCT is a list of one NULL */
    out_lit(out, " ON (");
    out_exprs(out, distinct);
    out_lit(out, ")");
}

static void print_into(struct deparse *out, const struct IntoClause *into)
{
    if (!into) return;
    out_lit(out, " INTO ");
    if (into->rel->relpersistence == 't') out_lit(out, "TEMPORARY ");
    if (into->rel->relpersistence == 'u') out_lit(out, "UNLOGGED ");
    out_relation_name(out, into->rel);
}

static void print_plain_select(struct deparse *out, const struct SelectStmt *select)
{
    out_lit(out, "SELECT");
    print_distinct(out, select->distinctClause);
    print_clause(out, STR(" "), select->targetList, print_target);
    print_into(out, select->intoClause);
    print_clause(out, STR(" FROM "), select->fromClause, print_from_item);
    print_condition(out, STR(" WHERE "), select->whereClause);
    print_clause(out, select->groupDistinct ? STR(" GROUP BY DISTINCT ") : STR(" GROUP BY "),
                 select->groupClause, print_group_item);
    print_condition(out, STR(" HAVING "), select->havingClause);
    print_clause(out, STR(" WINDOW "), select->windowClause, print_named_window);
}

static void print_values_row(struct deparse *out, const struct node *node)
{
    out_lit(out, "(");
    out_exprs(out, AST_AS(List, node)->items);
    out_lit(out, ")");
}

/* An operand of UNION with clauses of its own, or one that would group otherwise. */
static bool operand_needs_brackets(const struct SelectStmt *operand,
                                   enum SetOperation op,
                                   bool right)
{
    if (operand->withClause || operand->sortClause->count || operand->limitCount ||
        operand->limitOffset || operand->lockingClause->count)
        return true;
    if (operand->op == SETOP_NONE) return false;
    bool tighter = operand->op == SETOP_INTERSECT && op != SETOP_INTERSECT;
    bool same = (operand->op == SETOP_INTERSECT) == (op == SETOP_INTERSECT);
    return !tighter && (right || !same);
}

static void print_operand(struct deparse *out,
                          const struct SelectStmt *operand,
                          enum SetOperation op,
                          bool right)
{
    bool brackets = operand_needs_brackets(operand, op, right);
    if (brackets) out_lit(out, "(");
    print_query(out, AST_NODE(operand));
    if (brackets) out_lit(out, ")");
}

static void print_set_operation(struct deparse *out, const struct SelectStmt *select)
{
    static const str words[] = {
        [SETOP_NONE] = STR_INIT(""),
        [SETOP_UNION] = STR_INIT(" UNION "),
        [SETOP_INTERSECT] = STR_INIT(" INTERSECT "),
        [SETOP_EXCEPT] = STR_INIT(" EXCEPT "),
    };
    print_operand(out, select->larg, select->op, false);
    out_str(out, words[select->op]);
    if (select->all) out_lit(out, "ALL ");
    print_operand(out, select->rarg, select->op, true);
}

static void print_limit(struct deparse *out, const struct SelectStmt *select)
{
    bool ties = select->limitOption == LIMIT_OPTION_WITH_TIES;
    if (select->limitCount && !ties) print_condition(out, STR(" LIMIT "), select->limitCount);
    print_condition(out, STR(" OFFSET "), select->limitOffset);
    if (!ties) return;
    out_lit(out, " FETCH FIRST (");
    out_any_expr(out, select->limitCount);
    out_lit(out, ") ROWS WITH TIES");
}

static void print_locking(struct deparse *out, const struct list *clauses)
{
    static const str strengths[] = {
        [LCS_NONE] = STR_INIT(""),
        [LCS_FORKEYSHARE] = STR_INIT(" FOR KEY SHARE"),
        [LCS_FORSHARE] = STR_INIT(" FOR SHARE"),
        [LCS_FORNOKEYUPDATE] = STR_INIT(" FOR NO KEY UPDATE"),
        [LCS_FORUPDATE] = STR_INIT(" FOR UPDATE"),
    };
    for (size_t i = 0; i < clauses->count; i++) {
        const struct LockingClause *clause = AST_AS(LockingClause, clauses->at[i]);
        out_str(out, strengths[clause->strength]);
        print_clause(out, STR(" OF "), clause->lockedRels, print_from_item);
        if (clause->waitPolicy == LockWaitError) out_lit(out, " NOWAIT");
        if (clause->waitPolicy == LockWaitSkip) out_lit(out, " SKIP LOCKED");
    }
}

static void print_select(struct deparse *out, const struct SelectStmt *select)
{
    print_with(out, select->withClause);
    if (select->op != SETOP_NONE)
        print_set_operation(out, select);
    else if (select->valuesLists->count)
        print_clause(out, STR("VALUES "), select->valuesLists, print_values_row);
    else
        print_plain_select(out, select);
    print_clause(out, STR(" ORDER BY "), select->sortClause, out_sort);
    print_limit(out, select);
    print_locking(out, select->lockingClause);
}

/* ---- INSERT, UPDATE, DELETE ---- */

static void print_assigned(struct deparse *out, const struct node *node)
{
    const struct ResTarget *target = AST_AS(ResTarget, node);
    out_ident(out, target->name);
    out_indirection(out, target->indirection);
}

/* (a, b) = source: the parser made one target a column, each with the whole source. */
static size_t print_multi_assignment(struct deparse *out, const struct list *targets, size_t first)
{
    const struct ResTarget *target = AST_AS(ResTarget, targets->at[first]);
    const struct MultiAssignRef *ref = AST_AS(MultiAssignRef, target->val);
    size_t columns = ref->ncolumns > 0 ? (size_t)ref->ncolumns : 1;
    out_lit(out, "(");
    for (size_t i = 0; i < columns && first + i < targets->count; i++) {
        if (i) out_lit(out, ", ");
        print_assigned(out, targets->at[first + i]);
    }
    out_lit(out, ") = ");
    out_any_expr(out, ref->source);
    return columns;
}

static void print_assignments(struct deparse *out, const struct list *targets)
{
    for (size_t i = 0; i < targets->count && !out->error;) {
        if (i) out_lit(out, ", ");
        const struct ResTarget *target = AST_AS(ResTarget, targets->at[i]);
        if (AST_IS(MultiAssignRef, target->val)) {
            i += print_multi_assignment(out, targets, i);
            continue;
        }
        print_assigned(out, targets->at[i]);
        out_lit(out, " = ");
        out_any_expr(out, target->val);
        i++;
    }
}

static void print_infer(struct deparse *out, const struct InferClause *infer)
{
    if (!infer) return;
    if (infer->conname.at) {
        out_lit(out, " ON CONSTRAINT ");
        out_ident(out, infer->conname);
        return;
    }
    out_lit(out, " (");
    out_list(out, infer->indexElems, STR(", "), out_index_elem);
    out_lit(out, ")");
    print_condition(out, STR(" WHERE "), infer->whereClause);
}

static void print_on_conflict(struct deparse *out, const struct OnConflictClause *clause)
{
    if (!clause) return;
    out_lit(out, " ON CONFLICT");
    print_infer(out, clause->infer);
    if (clause->action == ONCONFLICT_NOTHING) {
        out_lit(out, " DO NOTHING");
        return;
    }
    out_lit(out, " DO UPDATE SET ");
    print_assignments(out, clause->targetList);
    print_condition(out, STR(" WHERE "), clause->whereClause);
}

static void print_insert(struct deparse *out, const struct InsertStmt *insert)
{
    print_with(out, insert->withClause);
    out_lit(out, "INSERT INTO ");
    out_relation(out, insert->relation);
    if (insert->cols->count) {
        out_lit(out, " (");
        out_list(out, insert->cols, STR(", "), print_assigned);
        out_lit(out, ")");
    }
    if (insert->override == OVERRIDING_USER_VALUE) out_lit(out, " OVERRIDING USER VALUE");
    if (insert->override == OVERRIDING_SYSTEM_VALUE) out_lit(out, " OVERRIDING SYSTEM VALUE");
    out_lit(out, " ");
    if (insert->selectStmt)
        print_query(out, insert->selectStmt);
    else
        out_lit(out, "DEFAULT VALUES");
    print_on_conflict(out, insert->onConflictClause);
    print_clause(out, STR(" RETURNING "), insert->returningList, print_target);
}

static void print_update(struct deparse *out, const struct UpdateStmt *update)
{
    print_with(out, update->withClause);
    out_lit(out, "UPDATE ");
    out_relation(out, update->relation);
    out_lit(out, " SET ");
    print_assignments(out, update->targetList);
    print_clause(out, STR(" FROM "), update->fromClause, print_from_item);
    print_condition(out, STR(" WHERE "), update->whereClause);
    print_clause(out, STR(" RETURNING "), update->returningList, print_target);
}

static void print_delete(struct deparse *out, const struct DeleteStmt *delete)
{
    print_with(out, delete->withClause);
    out_lit(out, "DELETE FROM ");
    out_relation(out, delete->relation);
    print_clause(out, STR(" USING "), delete->usingClause, print_from_item);
    print_condition(out, STR(" WHERE "), delete->whereClause);
    print_clause(out, STR(" RETURNING "), delete->returningList, print_target);
}

bool out_query(struct deparse *out, const struct node *node)
{
    if (out->error) return true;
    switch (node ? (int)node->kind : T_Invalid) {
    case T_SelectStmt: print_select(out, AST_AS(SelectStmt, node)); return true;
    case T_InsertStmt: print_insert(out, AST_AS(InsertStmt, node)); return true;
    case T_UpdateStmt: print_update(out, AST_AS(UpdateStmt, node)); return true;
    case T_DeleteStmt: print_delete(out, AST_AS(DeleteStmt, node)); return true;
    default: return false; /* a utility statement */
    }
}
