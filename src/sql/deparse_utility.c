/* Statements that define things. What has no row in `printers` is refused by the caller. */
#include "sql/deparse_int.h"

static void print_brackets(struct deparse *out, const struct list *items, deparse_item *print)
{
    out_lit(out, "(");
    out_list(out, items, STR(", "), print);
    out_lit(out, ")");
}

static void print_name_brackets(struct deparse *out, const struct list *names)
{
    out_lit(out, "(");
    out_names(out, names);
    out_lit(out, ")");
}

static void print_literal(struct deparse *out, str text)
{
    deparse_literal(out->text, text);
}

static void print_expr_brackets(struct deparse *out, str word, const struct node *expr)
{
    if (!expr) return;
    out_str(out, word);
    out_lit(out, "(");
    out_any_expr(out, expr);
    out_lit(out, ")");
}

static void print_collation(struct deparse *out, const struct list *collation)
{
    if (collation->count == 0) return;
    out_lit(out, " COLLATE ");
    out_qualified(out, collation);
}

/* ---- options: name = value ---- */

static void print_option_value(struct deparse *out, const struct node *value)
{
    if (AST_IS(String, value))
        print_literal(out, AST_AS(String, value)->sval);
    else if (AST_IS(Integer, value))
        buf_i64(out->text, AST_AS(Integer, value)->ival);
    else if (AST_IS(Float, value))
        out_str(out, AST_AS(Float, value)->fval);
    else if (AST_IS(TypeName, value))
        out_type(out, AST_AS(TypeName, value)); /* a bare word */
    else
        out_refuse(out, value);
}

static void print_storage_option(struct deparse *out, const struct node *node)
{
    const struct DefElem *option = AST_AS(DefElem, node);
    if (option->defnamespace.at) {
        out_ident(out, option->defnamespace);
        out_lit(out, ".");
    }
    out_ident(out, option->defname);
    if (!option->arg) return;
    out_lit(out, " = ");
    print_option_value(out, option->arg);
}

static void print_with_options(struct deparse *out, const struct list *options)
{
    if (options->count == 0) return;
    out_lit(out, " WITH ");
    print_brackets(out, options, print_storage_option);
}

static bool option_is_true(const struct DefElem *option)
{
    if (AST_IS(Boolean, option->arg)) return AST_AS(Boolean, option->arg)->boolval;
    return !AST_IS(Integer, option->arg) || AST_AS(Integer, option->arg)->ival != 0;
}

/* "WORD value" for a numeric option, "NO WORD" without a value. */
static void print_sequence_option(struct deparse *out, const struct node *node)
{
    static const struct {
        str name;
        str words;
    } rows[] = {
        {STR_INIT("cache"),     STR_INIT("CACHE")       },
        {STR_INIT("increment"), STR_INIT("INCREMENT BY")},
        {STR_INIT("maxvalue"),  STR_INIT("MAXVALUE")    },
        {STR_INIT("minvalue"),  STR_INIT("MINVALUE")    },
        {STR_INIT("restart"),   STR_INIT("RESTART")     },
        {STR_INIT("start"),     STR_INIT("START WITH")  },
    };
    const struct DefElem *option = AST_AS(DefElem, node);
    if (str_eq(option->defname, STR("as"))) {
        out_lit(out, "AS ");
        out_type(out, AST_AS(TypeName, option->arg));
    } else if (str_eq(option->defname, STR("owned_by"))) {
        out_lit(out, "OWNED BY ");
        out_qualified(out, AST_AS(List, option->arg)->items);
    } else if (str_eq(option->defname, STR("sequence_name"))) {
        out_lit(out, "SEQUENCE NAME ");
        out_qualified(out, AST_AS(List, option->arg)->items);
    } else if (str_eq(option->defname, STR("cycle"))) {
        out_str(out, option_is_true(option) ? STR("CYCLE") : STR("NO CYCLE"));
    } else {
        size_t i = 0;
        while (i < COUNT_OF(rows) && !str_eq(rows[i].name, option->defname)) i++;
        if (i == COUNT_OF(rows)) {
            out_refuse(out, node);
            return;
        }
        if (!option->arg && !str_eq(option->defname, STR("restart"))) out_lit(out, "NO ");
        out_str(out, rows[i].words);
        if (!option->arg) return;
        out_lit(out, " ");
        print_option_value(out, option->arg);
    }
}

/* ---- columns and constraints ---- */

static void print_fk_action(struct deparse *out, str event, char action, const struct list *columns)
{
    str words = STR_NONE;
    if (action == FKCONSTR_ACTION_RESTRICT) words = STR("RESTRICT");
    if (action == FKCONSTR_ACTION_CASCADE) words = STR("CASCADE");
    if (action == FKCONSTR_ACTION_SETNULL) words = STR("SET NULL");
    if (action == FKCONSTR_ACTION_SETDEFAULT) words = STR("SET DEFAULT");
    if (str_empty(words)) return; /* NO ACTION is the default */
    out_str(out, event);
    out_str(out, words);
    if (columns->count == 0) return;
    out_lit(out, " ");
    print_name_brackets(out, columns);
}

static void print_references(struct deparse *out, const struct Constraint *constraint)
{
    if (constraint->fk_attrs->count) {
        out_lit(out, "FOREIGN KEY ");
        print_name_brackets(out, constraint->fk_attrs);
        out_lit(out, " ");
    }
    out_lit(out, "REFERENCES ");
    out_relation_name(out, constraint->pktable);
    if (constraint->pk_attrs->count) {
        out_lit(out, " ");
        print_name_brackets(out, constraint->pk_attrs);
    }
    if (constraint->fk_matchtype == 'f') out_lit(out, " MATCH FULL");
    if (constraint->fk_matchtype == 'p') out_lit(out, " MATCH PARTIAL");
    print_fk_action(out, STR(" ON DELETE "), constraint->fk_del_action,
                    constraint->fk_del_set_cols);
    print_fk_action(out, STR(" ON UPDATE "), constraint->fk_upd_action, &ast_list_none);
}

static void print_key(struct deparse *out, str words, const struct Constraint *constraint)
{
    out_str(out, words);
    if (constraint->nulls_not_distinct) out_lit(out, " NULLS NOT DISTINCT");
    if (constraint->indexname.at) {
        out_lit(out, " USING INDEX ");
        out_ident(out, constraint->indexname);
    }
    if (constraint->keys->count) {
        out_lit(out, " ");
        print_name_brackets(out, constraint->keys);
    }
    if (constraint->including->count) {
        out_lit(out, " INCLUDE ");
        print_name_brackets(out, constraint->including);
    }
    print_with_options(out, constraint->options);
}

static void print_identity(struct deparse *out, const struct Constraint *constraint)
{
    out_str(out, constraint->generated_when == 'a' ? STR("GENERATED ALWAYS AS IDENTITY")
                                                   : STR("GENERATED BY DEFAULT AS IDENTITY"));
    if (constraint->options->count == 0) return;
    out_lit(out, " (");
    out_list(out, constraint->options, STR(" "), print_sequence_option);
    out_lit(out, ")");
}

/* One of Constraint.exclusions: a list of the element and its operator's name. */
static void print_exclusion(struct deparse *out, const struct node *node)
{
    const struct list *pair = AST_AS(List, node)->items;
    out_index_elem(out, pair->at[0]);
    out_lit(out, " WITH ");
    out_operator(out, AST_AS(List, pair->at[1])->items);
}

static void print_exclude(struct deparse *out, const struct Constraint *constraint)
{
    out_lit(out, "EXCLUDE USING ");
    out_ident(out, constraint->access_method);
    out_lit(out, " ");
    print_brackets(out, constraint->exclusions, print_exclusion);
    print_with_options(out, constraint->options);
    print_expr_brackets(out, STR(" WHERE "), constraint->where_clause);
}

static void print_constraint(struct deparse *out, const struct node *node)
{
    const struct Constraint *constraint = AST_AS(Constraint, node);
    if (constraint->conname.at) {
        out_lit(out, "CONSTRAINT ");
        out_ident(out, constraint->conname);
        out_lit(out, " ");
    }
    switch (constraint->contype) {
    case CONSTR_NULL: out_lit(out, "NULL"); break;
    case CONSTR_NOTNULL: out_lit(out, "NOT NULL"); break;
    case CONSTR_DEFAULT:
        out_lit(out, "DEFAULT ");
        out_b_expr(out, constraint->raw_expr);
        break;
    case CONSTR_IDENTITY: print_identity(out, constraint); break;
    case CONSTR_GENERATED:
        print_expr_brackets(out, STR("GENERATED ALWAYS AS "), constraint->raw_expr);
        out_lit(out, " STORED");
        break;
    case CONSTR_CHECK:
        print_expr_brackets(out, STR("CHECK "), constraint->raw_expr);
        if (constraint->is_no_inherit) out_lit(out, " NO INHERIT");
        break;
    case CONSTR_PRIMARY: print_key(out, STR("PRIMARY KEY"), constraint); break;
    case CONSTR_UNIQUE: print_key(out, STR("UNIQUE"), constraint); break;
    case CONSTR_EXCLUSION: print_exclude(out, constraint); break;
    case CONSTR_FOREIGN: print_references(out, constraint); break;
    case CONSTR_ATTR_DEFERRABLE: out_lit(out, "DEFERRABLE"); break;
    case CONSTR_ATTR_NOT_DEFERRABLE: out_lit(out, "NOT DEFERRABLE"); break;
    case CONSTR_ATTR_DEFERRED: out_lit(out, "INITIALLY DEFERRED"); break;
    case CONSTR_ATTR_IMMEDIATE: out_lit(out, "INITIALLY IMMEDIATE"); break;
    }
    if (constraint->deferrable) out_lit(out, " DEFERRABLE");
    if (constraint->initdeferred) out_lit(out, " INITIALLY DEFERRED");
    if (constraint->skip_validation && !constraint->initially_valid) out_lit(out, " NOT VALID");
}

void out_column_def(struct deparse *out, const struct node *node)
{
    const struct ColumnDef *column = AST_AS(ColumnDef, node);
    out_ident(out, column->colname);
    if (column->typeName) {
        out_lit(out, " ");
        out_type(out, column->typeName);
    }
    if (column->compression.at) {
        out_lit(out, " COMPRESSION ");
        out_ident(out, column->compression);
    }
    if (column->collClause) print_collation(out, column->collClause->collname);
    for (size_t i = 0; i < column->constraints->count; i++) {
        out_lit(out, " ");
        print_constraint(out, column->constraints->at[i]);
    }
}

static void print_like(struct deparse *out, const struct TableLikeClause *like)
{
    static const struct {
        int64_t bit;
        str words;
    } rows[] = {
        {CREATE_TABLE_LIKE_COMMENTS,    STR_INIT(" INCLUDING COMMENTS")   },
        {CREATE_TABLE_LIKE_COMPRESSION, STR_INIT(" INCLUDING COMPRESSION")},
        {CREATE_TABLE_LIKE_CONSTRAINTS, STR_INIT(" INCLUDING CONSTRAINTS")},
        {CREATE_TABLE_LIKE_DEFAULTS,    STR_INIT(" INCLUDING DEFAULTS")   },
        {CREATE_TABLE_LIKE_GENERATED,   STR_INIT(" INCLUDING GENERATED")  },
        {CREATE_TABLE_LIKE_IDENTITY,    STR_INIT(" INCLUDING IDENTITY")   },
        {CREATE_TABLE_LIKE_INDEXES,     STR_INIT(" INCLUDING INDEXES")    },
        {CREATE_TABLE_LIKE_STATISTICS,  STR_INIT(" INCLUDING STATISTICS") },
        {CREATE_TABLE_LIKE_STORAGE,     STR_INIT(" INCLUDING STORAGE")    },
    };
    out_lit(out, "LIKE ");
    out_relation_name(out, like->relation);
    if (like->options == CREATE_TABLE_LIKE_ALL) {
        out_lit(out, " INCLUDING ALL");
        return;
    }
    /* ALL minus some is one bit pattern with bits above the rows': EXCLUDING says it. */
    bool most = (like->options & ~(int64_t)0x1FF) != 0;
    if (most) out_lit(out, " INCLUDING ALL");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool on = like->options & rows[i].bit;
        if (on && !most) out_str(out, rows[i].words);
        if (on || !most) continue;
        out_lit(out, " EXCLUDING");
        out_str(out, str_skip(rows[i].words, sizeof " INCLUDING" - 1));
    }
}

static void print_table_element(struct deparse *out, const struct node *node)
{
    if (AST_IS(ColumnDef, node))
        out_column_def(out, node);
    else if (AST_IS(Constraint, node))
        print_constraint(out, node);
    else if (AST_IS(TableLikeClause, node))
        print_like(out, AST_AS(TableLikeClause, node));
    else
        out_refuse(out, node);
}

/* ---- tables ---- */

static void print_relation_item(struct deparse *out, const struct node *node)
{
    out_relation(out, AST_AS(RangeVar, node));
}

static void print_persistence(struct deparse *out, const struct RangeVar *relation)
{
    if (relation->relpersistence == 't') out_lit(out, "TEMPORARY ");
    if (relation->relpersistence == 'u') out_lit(out, "UNLOGGED ");
}

static void print_partition_elem(struct deparse *out, const struct node *node)
{
    const struct PartitionElem *elem = AST_AS(PartitionElem, node);
    if (elem->name.at)
        out_ident(out, elem->name);
    else
        print_expr_brackets(out, STR(""), elem->expr);
    print_collation(out, elem->collation);
    if (elem->opclass->count == 0) return;
    out_lit(out, " ");
    out_qualified(out, elem->opclass);
}

static void print_on_commit(struct deparse *out, enum OnCommitAction action)
{
    if (action == ONCOMMIT_PRESERVE_ROWS) out_lit(out, " ON COMMIT PRESERVE ROWS");
    if (action == ONCOMMIT_DELETE_ROWS) out_lit(out, " ON COMMIT DELETE ROWS");
    if (action == ONCOMMIT_DROP) out_lit(out, " ON COMMIT DROP");
}

static void print_bound(struct deparse *out, const struct PartitionBoundSpec *bound)
{
    if (bound->is_default) {
        out_lit(out, " DEFAULT");
    } else if (bound->strategy == 'l') {
        out_lit(out, " FOR VALUES IN (");
        out_exprs(out, bound->listdatums);
        out_lit(out, ")");
    } else if (bound->strategy == 'r') {
        out_lit(out, " FOR VALUES FROM (");
        out_exprs(out, bound->lowerdatums);
        out_lit(out, ") TO (");
        out_exprs(out, bound->upperdatums);
        out_lit(out, ")");
    } else {
        buf_printf(out->text, " FOR VALUES WITH (modulus %lld, remainder %lld)",
                   (long long)bound->modulus, (long long)bound->remainder);
    }
}

static void print_create_tail(struct deparse *out, const struct CreateStmt *create)
{
    if (create->inhRelations->count && !create->partbound) {
        out_lit(out, " INHERITS ");
        print_brackets(out, create->inhRelations, print_relation_item);
    }
    if (create->partbound) print_bound(out, create->partbound);
    if (create->partspec) {
        out_lit(out, " PARTITION BY ");
        out_ident(out, create->partspec->strategy);
        out_lit(out, " ");
        print_brackets(out, create->partspec->partParams, print_partition_elem);
    }
    if (create->accessMethod.at) {
        out_lit(out, " USING ");
        out_ident(out, create->accessMethod);
    }
    print_with_options(out, create->options);
    print_on_commit(out, create->oncommit);
    if (!create->tablespacename.at) return;
    out_lit(out, " TABLESPACE ");
    out_ident(out, create->tablespacename);
}

static void print_create(struct deparse *out, const struct node *node)
{
    const struct CreateStmt *create = AST_AS(CreateStmt, node);
    out_lit(out, "CREATE ");
    print_persistence(out, create->relation);
    out_lit(out, "TABLE ");
    if (create->if_not_exists) out_lit(out, "IF NOT EXISTS ");
    out_relation_name(out, create->relation);
    if (create->partbound) {
        out_lit(out, " PARTITION OF ");
        print_relation_item(out, create->inhRelations->at[0]);
    }
    if (create->ofTypename) {
        out_lit(out, " OF ");
        out_type(out, create->ofTypename);
    }
    bool body = !create->partbound && !create->ofTypename;
    if (body || create->tableElts->count) {
        out_lit(out, " ");
        print_brackets(out, create->tableElts, print_table_element);
    }
    print_create_tail(out, create);
}

void out_index_elem(struct deparse *out, const struct node *node)
{
    const struct IndexElem *elem = AST_AS(IndexElem, node);
    if (elem->name.at)
        out_ident(out, elem->name);
    else
        print_expr_brackets(out, STR(""), elem->expr);
    print_collation(out, elem->collation);
    if (elem->opclass->count) {
        out_lit(out, " ");
        out_qualified(out, elem->opclass);
        if (elem->opclassopts->count) print_brackets(out, elem->opclassopts, print_storage_option);
    }
    if (elem->ordering == SORTBY_ASC) out_lit(out, " ASC");
    if (elem->ordering == SORTBY_DESC) out_lit(out, " DESC");
    if (elem->nulls_ordering == SORTBY_NULLS_FIRST) out_lit(out, " NULLS FIRST");
    if (elem->nulls_ordering == SORTBY_NULLS_LAST) out_lit(out, " NULLS LAST");
}

static void print_index(struct deparse *out, const struct node *node)
{
    const struct IndexStmt *index = AST_AS(IndexStmt, node);
    out_str(out, index->unique ? STR("CREATE UNIQUE INDEX ") : STR("CREATE INDEX "));
    if (index->concurrent) out_lit(out, "CONCURRENTLY ");
    if (index->if_not_exists) out_lit(out, "IF NOT EXISTS ");
    if (index->idxname.at) {
        out_ident(out, index->idxname);
        out_lit(out, " ");
    }
    out_lit(out, "ON ");
    out_relation(out, index->relation);
    out_lit(out, " USING ");
    out_ident(out, index->accessMethod);
    out_lit(out, " ");
    print_brackets(out, index->indexParams, out_index_elem);
    if (index->indexIncludingParams->count) {
        out_lit(out, " INCLUDE ");
        print_brackets(out, index->indexIncludingParams, out_index_elem);
    }
    if (index->nulls_not_distinct) out_lit(out, " NULLS NOT DISTINCT");
    print_with_options(out, index->options);
    if (index->tableSpace.at) {
        out_lit(out, " TABLESPACE ");
        out_ident(out, index->tableSpace);
    }
    if (!index->whereClause) return;
    out_lit(out, " WHERE ");
    out_any_expr(out, index->whereClause);
}

/* ---- views ---- */

static void print_body_query(struct deparse *out, const struct node *query)
{
    if (!out_query(out, query)) out_refuse(out, query);
}

static void print_view(struct deparse *out, const struct node *node)
{
    const struct ViewStmt *view = AST_AS(ViewStmt, node);
    out_str(out, view->replace ? STR("CREATE OR REPLACE ") : STR("CREATE "));
    print_persistence(out, view->view);
    out_lit(out, "VIEW ");
    out_relation_name(out, view->view);
    if (view->aliases->count) {
        out_lit(out, " ");
        print_name_brackets(out, view->aliases);
    }
    print_with_options(out, view->options);
    out_lit(out, " AS ");
    print_body_query(out, view->query);
    if (view->withCheckOption == LOCAL_CHECK_OPTION) out_lit(out, " WITH LOCAL CHECK OPTION");
    if (view->withCheckOption == CASCADED_CHECK_OPTION) out_lit(out, " WITH CASCADED CHECK OPTION");
}

static void print_create_as(struct deparse *out, const struct node *node)
{
    const struct CreateTableAsStmt *create = AST_AS(CreateTableAsStmt, node);
    const struct IntoClause *into = create->into;
    if (create->is_select_into) {
        out_refuse(out, node);
        return;
    }
    out_lit(out, "CREATE ");
    print_persistence(out, into->rel);
    out_str(out, create->objtype == OBJECT_MATVIEW ? STR("MATERIALIZED VIEW ") : STR("TABLE "));
    if (create->if_not_exists) out_lit(out, "IF NOT EXISTS ");
    out_relation_name(out, into->rel);
    if (into->colNames->count) {
        out_lit(out, " ");
        print_name_brackets(out, into->colNames);
    }
    if (into->accessMethod.at) {
        out_lit(out, " USING ");
        out_ident(out, into->accessMethod);
    }
    print_with_options(out, into->options);
    print_on_commit(out, into->onCommit);
    if (into->tableSpaceName.at) {
        out_lit(out, " TABLESPACE ");
        out_ident(out, into->tableSpaceName);
    }
    out_lit(out, " AS ");
    print_body_query(out, create->query);
    if (into->skipData) out_lit(out, " WITH NO DATA");
}

/* ---- types, sequences, schemas ---- */

static void print_label(struct deparse *out, const struct node *node)
{
    print_literal(out, AST_AS(String, node)->sval);
}

static void print_enum(struct deparse *out, const struct node *node)
{
    const struct CreateEnumStmt *create = AST_AS(CreateEnumStmt, node);
    out_lit(out, "CREATE TYPE ");
    out_qualified(out, create->typeName);
    out_lit(out, " AS ENUM ");
    print_brackets(out, create->vals, print_label);
}

static void print_composite(struct deparse *out, const struct node *node)
{
    const struct CompositeTypeStmt *create = AST_AS(CompositeTypeStmt, node);
    out_lit(out, "CREATE TYPE ");
    out_relation_name(out, create->typevar);
    out_lit(out, " AS ");
    print_brackets(out, create->coldeflist, out_column_def);
}

static void print_domain(struct deparse *out, const struct node *node)
{
    const struct CreateDomainStmt *create = AST_AS(CreateDomainStmt, node);
    out_lit(out, "CREATE DOMAIN ");
    out_qualified(out, create->domainname);
    out_lit(out, " AS ");
    out_type(out, create->typeName);
    if (create->collClause) print_collation(out, create->collClause->collname);
    for (size_t i = 0; i < create->constraints->count; i++) {
        out_lit(out, " ");
        print_constraint(out, create->constraints->at[i]);
    }
}

static void print_sequence(struct deparse *out, const struct node *node)
{
    const struct CreateSeqStmt *create = AST_AS(CreateSeqStmt, node);
    out_lit(out, "CREATE ");
    print_persistence(out, create->sequence);
    out_lit(out, "SEQUENCE ");
    if (create->if_not_exists) out_lit(out, "IF NOT EXISTS ");
    out_relation_name(out, create->sequence);
    if (create->options->count) out_lit(out, " ");
    out_list(out, create->options, STR(" "), print_sequence_option);
}

static void print_role(struct deparse *out, const struct node *node)
{
    static const str words[] = {
        [ROLESPEC_CSTRING] = STR_INIT(""),
        [ROLESPEC_CURRENT_ROLE] = STR_INIT("CURRENT_ROLE"),
        [ROLESPEC_CURRENT_USER] = STR_INIT("CURRENT_USER"),
        [ROLESPEC_SESSION_USER] = STR_INIT("SESSION_USER"),
        [ROLESPEC_PUBLIC] = STR_INIT("public"),
    };
    const struct RoleSpec *role = AST_AS(RoleSpec, node);
    if (role->roletype == ROLESPEC_CSTRING)
        out_ident(out, role->rolename);
    else
        out_str(out, words[role->roletype]);
}

static void print_schema(struct deparse *out, const struct node *node)
{
    const struct CreateSchemaStmt *create = AST_AS(CreateSchemaStmt, node);
    if (create->schemaElts->count) {
        out_refuse(out, create->schemaElts->at[0]);
        return;
    }
    out_lit(out, "CREATE SCHEMA");
    if (create->if_not_exists) out_lit(out, " IF NOT EXISTS");
    if (create->schemaname.at) {
        out_lit(out, " ");
        out_ident(out, create->schemaname);
    }
    if (!create->authrole) return;
    out_lit(out, " AUTHORIZATION ");
    print_role(out, AST_NODE(create->authrole));
}

/* ---- functions ---- */

static void print_parameter(struct deparse *out, const struct node *node)
{
    static const str modes[] = {
        [FUNC_PARAM_IN] = STR_INIT("IN "),       [FUNC_PARAM_OUT] = STR_INIT("OUT "),
        [FUNC_PARAM_INOUT] = STR_INIT("INOUT "), [FUNC_PARAM_VARIADIC] = STR_INIT("VARIADIC "),
        [FUNC_PARAM_TABLE] = STR_INIT(""),       [FUNC_PARAM_DEFAULT] = STR_INIT(""),
    };
    const struct FunctionParameter *parameter = AST_AS(FunctionParameter, node);
    out_str(out, modes[parameter->mode]);
    if (parameter->name.at) {
        out_ident(out, parameter->name);
        out_lit(out, " ");
    }
    out_type(out, parameter->argType);
    if (!parameter->defexpr) return;
    out_lit(out, " DEFAULT ");
    out_any_expr(out, parameter->defexpr);
}

static void print_variable_set(struct deparse *out, const struct VariableSetStmt *set);

/* AS 'body', or AS 'file', 'symbol'. */
static void print_body(struct deparse *out, const struct DefElem *option)
{
    out_lit(out, " AS ");
    if (AST_IS(List, option->arg))
        out_list(out, AST_AS(List, option->arg)->items, STR(", "), print_label);
    else
        out_refuse(out, AST_NODE(option));
}

static void print_flag_option(struct deparse *out, const struct DefElem *option, str yes, str no)
{
    out_str(out, option_is_true(option) ? yes : no);
}

static void print_function_option(struct deparse *out, const struct node *node)
{
    const struct DefElem *option = AST_AS(DefElem, node);
    str name = option->defname;
    bool word = AST_IS(String, option->arg);
    if (str_eq(name, STR("as"))) {
        print_body(out, option);
    } else if (str_eq(name, STR("language")) && word) {
        out_lit(out, " LANGUAGE ");
        out_ident(out, AST_AS(String, option->arg)->sval);
    } else if (str_eq(name, STR("volatility")) && word) {
        out_lit(out, " ");
        out_str(out, AST_AS(String, option->arg)->sval);
    } else if (str_eq(name, STR("parallel")) && word) {
        out_lit(out, " PARALLEL ");
        out_ident(out, AST_AS(String, option->arg)->sval);
    } else if (str_eq(name, STR("strict"))) {
        print_flag_option(out, option, STR(" STRICT"), STR(" CALLED ON NULL INPUT"));
    } else if (str_eq(name, STR("security"))) {
        print_flag_option(out, option, STR(" SECURITY DEFINER"), STR(" SECURITY INVOKER"));
    } else if (str_eq(name, STR("leakproof"))) {
        print_flag_option(out, option, STR(" LEAKPROOF"), STR(" NOT LEAKPROOF"));
    } else if (str_eq(name, STR("window"))) {
        out_lit(out, " WINDOW");
    } else if (str_eq(name, STR("cost")) || str_eq(name, STR("rows"))) {
        out_str(out, str_eq(name, STR("cost")) ? STR(" COST ") : STR(" ROWS "));
        print_option_value(out, option->arg);
    } else if (str_eq(name, STR("set")) && AST_IS(VariableSetStmt, option->arg)) {
        out_lit(out, " ");
        print_variable_set(out, AST_AS(VariableSetStmt, option->arg));
    } else {
        out_refuse(out, node);
    }
}

static void print_sql_body_statement(struct deparse *out, const struct node *node)
{
    if (AST_IS(ReturnStmt, node)) {
        out_lit(out, "RETURN ");
        out_any_expr(out, AST_AS(ReturnStmt, node)->returnval);
        return;
    }
    print_body_query(out, node);
}

/* RETURN expression, or a list of a list of statements. */
static void print_sql_body(struct deparse *out, const struct node *body)
{
    out_lit(out, " ");
    if (!AST_IS(List, body)) {
        print_sql_body_statement(out, body);
        return;
    }
    out_lit(out, "BEGIN ATOMIC ");
    const struct list *lists = AST_AS(List, body)->items;
    const struct list *statements = lists->count ? AST_AS(List, lists->at[0])->items : lists;
    for (size_t i = 0; i < statements->count; i++) {
        print_sql_body_statement(out, statements->at[i]);
        out_lit(out, "; ");
    }
    out_lit(out, "END");
}

/* Parameters of RETURNS TABLE stand behind the others. */
static void print_parameters(struct deparse *out, const struct list *parameters, bool table)
{
    out_lit(out, "(");
    bool first = true;
    for (size_t i = 0; i < parameters->count; i++) {
        bool is_table = AST_AS(FunctionParameter, parameters->at[i])->mode == FUNC_PARAM_TABLE;
        if (is_table != table) continue;
        if (!first) out_lit(out, ", ");
        first = false;
        print_parameter(out, parameters->at[i]);
    }
    out_lit(out, ")");
}

static bool returns_table(const struct list *parameters)
{
    for (size_t i = 0; i < parameters->count; i++)
        if (AST_AS(FunctionParameter, parameters->at[i])->mode == FUNC_PARAM_TABLE) return true;
    return false;
}

static void print_function(struct deparse *out, const struct node *node)
{
    const struct CreateFunctionStmt *create = AST_AS(CreateFunctionStmt, node);
    out_str(out, create->replace ? STR("CREATE OR REPLACE ") : STR("CREATE "));
    out_str(out, create->is_procedure ? STR("PROCEDURE ") : STR("FUNCTION "));
    out_qualified(out, create->funcname);
    print_parameters(out, create->parameters, false);
    if (returns_table(create->parameters)) {
        out_lit(out, " RETURNS TABLE ");
        print_parameters(out, create->parameters, true);
    } else if (create->returnType) {
        out_lit(out, " RETURNS ");
        out_type(out, create->returnType);
    }
    out_list(out, create->options, STR(""), print_function_option);
    if (create->sql_body) print_sql_body(out, create->sql_body);
}

static void print_call(struct deparse *out, const struct node *node)
{
    out_lit(out, "CALL ");
    out_func(out, AST_AS(CallStmt, node)->funccall);
}

/* ---- policies ---- */

static void print_policy(struct deparse *out, const struct node *node)
{
    const struct CreatePolicyStmt *create = AST_AS(CreatePolicyStmt, node);
    out_lit(out, "CREATE POLICY ");
    out_ident(out, create->policy_name);
    out_lit(out, " ON ");
    out_relation_name(out, create->table);
    if (!create->permissive) out_lit(out, " AS RESTRICTIVE");
    out_lit(out, " FOR ");
    out_str(out, create->cmd_name); /* all, select, insert, update, delete */
    out_lit(out, " TO ");
    out_list(out, create->roles, STR(", "), print_role);
    print_expr_brackets(out, STR(" USING "), create->qual);
    print_expr_brackets(out, STR(" WITH CHECK "), create->with_check);
}

static void print_alter_policy(struct deparse *out, const struct node *node)
{
    const struct AlterPolicyStmt *alter = AST_AS(AlterPolicyStmt, node);
    out_lit(out, "ALTER POLICY ");
    out_ident(out, alter->policy_name);
    out_lit(out, " ON ");
    out_relation_name(out, alter->table);
    if (alter->roles->count) out_lit(out, " TO ");
    out_list(out, alter->roles, STR(", "), print_role);
    print_expr_brackets(out, STR(" USING "), alter->qual);
    print_expr_brackets(out, STR(" WITH CHECK "), alter->with_check);
}

/* ---- the session ---- */

static void print_set_value(struct deparse *out, const struct node *node)
{
    if (AST_IS(TypeCast, node)) {
        /* SET TIME ZONE INTERVAL '1' HOUR alone has one. */
        out_refuse(out, node);
        return;
    }
    out_any_expr(out, node);
}

/* "a.b" is one name in the tree. */
static void print_setting_name(struct deparse *out, str name)
{
    str head;
    str tail;
    bool more = str_cut(name, '.', &head, &tail);
    out_ident(out, head);
    while (more) {
        more = str_cut(tail, '.', &head, &tail);
        out_lit(out, ".");
        out_ident(out, head);
    }
}

static void print_variable_set(struct deparse *out, const struct VariableSetStmt *set)
{
    switch (set->kind) {
    case VAR_SET_MULTI: out_refuse(out, AST_NODE(set)); return;
    case VAR_RESET_ALL: out_lit(out, "RESET ALL"); return;
    case VAR_RESET:
        out_lit(out, "RESET ");
        print_setting_name(out, set->name);
        return;
    case VAR_SET_VALUE:
    case VAR_SET_DEFAULT:
    case VAR_SET_CURRENT: break;
    }
    out_str(out, set->is_local ? STR("SET LOCAL ") : STR("SET "));
    print_setting_name(out, set->name);
    if (set->kind == VAR_SET_CURRENT) {
        out_lit(out, " FROM CURRENT");
        return;
    }
    out_lit(out, " TO ");
    if (set->kind == VAR_SET_DEFAULT)
        out_lit(out, "DEFAULT");
    else
        out_list(out, set->args, STR(", "), print_set_value);
}

static void print_set(struct deparse *out, const struct node *node)
{
    print_variable_set(out, AST_AS(VariableSetStmt, node));
}

static void print_transaction(struct deparse *out, const struct node *node)
{
    static const str words[] = {
        [TRANS_STMT_BEGIN] = STR_INIT("BEGIN"),
        [TRANS_STMT_START] = STR_INIT("START TRANSACTION"),
        [TRANS_STMT_COMMIT] = STR_INIT("COMMIT"),
        [TRANS_STMT_ROLLBACK] = STR_INIT("ROLLBACK"),
        [TRANS_STMT_SAVEPOINT] = STR_INIT("SAVEPOINT "),
        [TRANS_STMT_RELEASE] = STR_INIT("RELEASE SAVEPOINT "),
        [TRANS_STMT_ROLLBACK_TO] = STR_INIT("ROLLBACK TO SAVEPOINT "),
        [TRANS_STMT_PREPARE] = STR_INIT(""),
        [TRANS_STMT_COMMIT_PREPARED] = STR_INIT(""),
        [TRANS_STMT_ROLLBACK_PREPARED] = STR_INIT(""),
    };
    const struct TransactionStmt *transaction = AST_AS(TransactionStmt, node);
    if (str_empty(words[transaction->kind]) || transaction->options->count) {
        out_refuse(out, node);
        return;
    }
    out_str(out, words[transaction->kind]);
    if (transaction->savepoint_name.at) out_ident(out, transaction->savepoint_name);
    if (transaction->chain) out_lit(out, " AND CHAIN");
}

static void print_truncate(struct deparse *out, const struct node *node)
{
    const struct TruncateStmt *truncate = AST_AS(TruncateStmt, node);
    out_lit(out, "TRUNCATE ");
    out_list(out, truncate->relations, STR(", "), print_relation_item);
    if (truncate->restart_seqs) out_lit(out, " RESTART IDENTITY");
    if (truncate->behavior == DROP_CASCADE) out_lit(out, " CASCADE");
}

bool out_utility(struct deparse *out, const struct node *node)
{
    static const struct {
        enum node_kind kind;
        deparse_item *print;
    } printers[] = {
        {T_CreateStmt,         print_create      },
        {T_IndexStmt,          print_index       },
        {T_ViewStmt,           print_view        },
        {T_CreateTableAsStmt,  print_create_as   },
        {T_CreateEnumStmt,     print_enum        },
        {T_CompositeTypeStmt,  print_composite   },
        {T_CreateDomainStmt,   print_domain      },
        {T_CreateSeqStmt,      print_sequence    },
        {T_CreateSchemaStmt,   print_schema      },
        {T_CreateFunctionStmt, print_function    },
        {T_CallStmt,           print_call        },
        {T_CreatePolicyStmt,   print_policy      },
        {T_AlterPolicyStmt,    print_alter_policy},
        {T_CreateTrigStmt,     deparse_trigger   },
        {T_VariableSetStmt,    print_set         },
        {T_TransactionStmt,    print_transaction },
        {T_TruncateStmt,       print_truncate    },
    };
    if (out->error || !node) return out->error != NULL;
    for (size_t i = 0; i < COUNT_OF(printers); i++) {
        if (printers[i].kind != node->kind) continue;
        printers[i].print(out, node);
        return true;
    }
    return false;
}
