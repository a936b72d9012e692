/* A small catalog and a scope of one table for tests of inference and printing:
 *
 *   CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
 *   CREATE DOMAIN positive AS integer NOT NULL CHECK (VALUE > 0);
 *   CREATE TABLE t (id integer, name text, price numeric(10,2), m mood, tags text[], at timestamptz,
 *                   data jsonb, email citext, ok boolean, big bigint, kind character(3), uid uuid);
 *   CREATE FUNCTION twice(x integer, by integer DEFAULT 2) RETURNS integer ...
 *   CREATE FUNCTION twice(x text) RETURNS text ...
 */
#ifndef DAPUR_TESTS_INFER_WORLD_H
#define DAPUR_TESTS_INFER_WORLD_H

#include "sql/catalog_build.h"
#include "sql/infer.h"
#include "sql/parse.h"

enum {
    T_OID = 20000,
    T_ROW_OID,
    MOOD_OID,
    MOOD_ARRAY_OID,
    POSITIVE_OID,
    TWICE_INT_OID,
    TWICE_TEXT_OID
};

struct infer_world {
    struct arena *arena;
    struct catalog *catalog;
    struct rte rte;
    struct infer_params params;
    struct infer_context ctx;
};

static const struct cat_column infer_world_columns[] = {
    {.number = 1,
     .name = STR_INIT("id"),
     .physical = STR_INIT("id"),
     .type = INT4OID,
     .typmod = -1                                                                                  },
    {.number = 2,
     .name = STR_INIT("name"),
     .physical = STR_INIT("name"),
     .type = TEXTOID,
     .typmod = -1                                                                                  },
    {.number = 3,
     .name = STR_INIT("price"),
     .physical = STR_INIT("price"),
     .type = NUMERICOID,
     .typmod = (10 << 16 | 2) + 4                                                                  },
    {.number = 4,  .name = STR_INIT("m"), .physical = STR_INIT("m"), .type = MOOD_OID, .typmod = -1},
    {.number = 5,
     .name = STR_INIT("tags"),
     .physical = STR_INIT("tags"),
     .type = TEXTARRAYOID,
     .typmod = -1                                                                                  },
    {.number = 6,
     .name = STR_INIT("at"),
     .physical = STR_INIT("at"),
     .type = TIMESTAMPTZOID,
     .typmod = -1                                                                                  },
    {.number = 7,
     .name = STR_INIT("data"),
     .physical = STR_INIT("data"),
     .type = JSONBOID,
     .typmod = -1                                                                                  },
    {.number = 8,
     .name = STR_INIT("email"),
     .physical = STR_INIT("email"),
     .type = CITEXTOID,
     .typmod = -1                                                                                  },
    {.number = 9,
     .name = STR_INIT("ok"),
     .physical = STR_INIT("ok"),
     .type = BOOLOID,
     .typmod = -1                                                                                  },
    {.number = 10,
     .name = STR_INIT("big"),
     .physical = STR_INIT("big"),
     .type = INT8OID,
     .typmod = -1                                                                                  },
    {.number = 11,
     .name = STR_INIT("kind"),
     .physical = STR_INIT("kind"),
     .type = BPCHAROID,
     .typmod = 7                                                                                   },
    {.number = 12,
     .name = STR_INIT("uid"),
     .physical = STR_INIT("uid"),
     .type = UUIDOID,
     .typmod = -1                                                                                  },
};
enum { INFER_WORLD_COLUMNS = COUNT_OF(infer_world_columns) };

static err infer_world_column(struct infer_context *ctx,
                              const struct ColumnRef *ref,
                              struct expr **out)
{
    struct infer_world *world = ctx->scope;
    str name = ast_name_at(ref->fields, ref->fields->count - 1);
    if (ref->fields->count == 1 && str_eq(name, STR("t"))) {
        *out = infer_new(ctx, EXPR_WHOLE_ROW, T_ROW_OID, ref->base.location);
        (*out)->rte = &world->rte;
        return NULL;
    }
    for (size_t i = 0; i < world->rte.column_count; i++) {
        if (!str_eq(world->rte.columns[i].name, name)) continue;
        *out = infer_column_expr(ctx, &world->rte, (int)i);
        (*out)->location = ref->base.location;
        return NULL;
    }
    return err_at(err_sql(ctx->arena, "42703", "column \"%.*s\" does not exist", STR_FMT(name)),
                  ref->base.location);
}

/* A select list without FROM. */
static err infer_world_subquery(struct infer_context *ctx,
                                const struct node *node,
                                struct query **out)
{
    const struct SelectStmt *select = AST_AS(SelectStmt, node);
    struct query *query = ARENA_NEW(ctx->arena, struct query);
    query->target_count = select->targetList->count;
    query->targets = ARENA_ARRAY(ctx->arena, struct target, query->target_count + 1);
    for (size_t i = 0; i < query->target_count; i++) {
        const struct ResTarget *target = AST_AS(ResTarget, select->targetList->at[i]);
        TRY(infer_expr(ctx, target->val, &query->targets[i].expr));
        TRY(infer_resolve_unknown(ctx, query->targets[i].expr, &query->targets[i].expr));
    }
    *out = query;
    return NULL;
}

static const struct infer_hooks infer_world_hooks = {
    .column = infer_world_column,
    .subquery = infer_world_subquery,
};

static void infer_world_types(struct infer_world *world)
{
    struct arena *pool = catalog_pool(world->catalog);
    static const str labels[] = {STR_INIT("sad"), STR_INIT("ok"), STR_INIT("happy")};
    struct cat_type *mood = ARENA_NEW(pool, struct cat_type);
    *mood = (struct cat_type){.oid = MOOD_OID,
                              .schema = SCHEMA_PUBLIC,
                              .name = STR("mood"),
                              .kind = TYPE_KIND_ENUM,
                              .category = 'E',
                              .storage = TYPE_ENUM,
                              .array = MOOD_ARRAY_OID,
                              .labels = labels,
                              .label_count = 3};
    catalog_put(world->catalog, CAT_TYPE, mood);
    struct cat_type *moods = ARENA_NEW(pool, struct cat_type);
    *moods = (struct cat_type){.oid = MOOD_ARRAY_OID,
                               .schema = SCHEMA_PUBLIC,
                               .name = STR("_mood"),
                               .kind = TYPE_KIND_ARRAY,
                               .category = 'A',
                               .storage = TYPE_ARRAY,
                               .element = MOOD_OID};
    catalog_put(world->catalog, CAT_TYPE, moods);
    struct node *check = NULL;
    err error = sql_parse_expr(pool, STR("VALUE > 0"), &check);
    assert(!error);
    struct cat_domain_check *checks = ARENA_ARRAY(pool, struct cat_domain_check, 1);
    checks[0].name = STR("positive_check");
    checks[0].expr.tree = check;
    struct cat_type *positive = ARENA_NEW(pool, struct cat_type);
    *positive = (struct cat_type){.oid = POSITIVE_OID,
                                  .schema = SCHEMA_PUBLIC,
                                  .name = STR("positive"),
                                  .kind = TYPE_KIND_DOMAIN,
                                  .category = 'N',
                                  .storage = TYPE_INT4,
                                  .base = INT4OID,
                                  .base_typmod = -1,
                                  .not_null = true,
                                  .checks = checks,
                                  .check_count = 1};
    catalog_put(world->catalog, CAT_TYPE, positive);
}

static void infer_world_table(struct infer_world *world)
{
    struct arena *pool = catalog_pool(world->catalog);
    struct cat_relation *table = ARENA_NEW(pool, struct cat_relation);
    *table = (struct cat_relation){.oid = T_OID,
                                   .schema = SCHEMA_PUBLIC,
                                   .name = STR("t"),
                                   .physical = STR("t"),
                                   .kind = 'r',
                                   .row_type = T_ROW_OID,
                                   .columns = infer_world_columns,
                                   .column_count = INFER_WORLD_COLUMNS};
    catalog_put(world->catalog, CAT_RELATION, table);
    struct cat_type *row = ARENA_NEW(pool, struct cat_type);
    *row = (struct cat_type){.oid = T_ROW_OID,
                             .schema = SCHEMA_PUBLIC,
                             .name = STR("t"),
                             .kind = TYPE_KIND_COMPOSITE,
                             .category = 'C',
                             .storage = TYPE_COMPOSITE,
                             .relation = T_OID};
    catalog_put(world->catalog, CAT_TYPE, row);
    struct rte_column *columns = ARENA_ARRAY(pool, struct rte_column, INFER_WORLD_COLUMNS);
    for (size_t i = 0; i < INFER_WORLD_COLUMNS; i++) {
        columns[i] = (struct rte_column){.name = infer_world_columns[i].name,
                                         .type = infer_world_columns[i].type,
                                         .typmod = infer_world_columns[i].typmod,
                                         .number = infer_world_columns[i].number};
    }
    world->rte = (struct rte){.kind = RTE_RELATION,
                              .alias = STR("t"),
                              .columns = columns,
                              .column_count = INFER_WORLD_COLUMNS,
                              .relation = table};
}

static void infer_world_functions(struct infer_world *world)
{
    struct arena *pool = catalog_pool(world->catalog);
    struct node *two = NULL;
    err error = sql_parse_expr(pool, STR("2"), &two);
    assert(!error);
    struct cat_argument *numbers = ARENA_ARRAY(pool, struct cat_argument, 2);
    numbers[0] = (struct cat_argument){.name = STR("x"), .type = INT4OID, .mode = 'i'};
    numbers[1] = (struct cat_argument){
        .name = STR("by"), .type = INT4OID, .mode = 'i', .default_expr = {.tree = two}};
    struct cat_argument *texts = ARENA_ARRAY(pool, struct cat_argument, 1);
    texts[0] = (struct cat_argument){.name = STR("x"), .type = TEXTOID, .mode = 'i'};
    struct cat_function *twice = ARENA_NEW(pool, struct cat_function);
    *twice = (struct cat_function){.oid = TWICE_INT_OID,
                                   .schema = SCHEMA_PUBLIC,
                                   .name = STR("twice"),
                                   .kind = 'f',
                                   .language = STR("sql"),
                                   .arguments = numbers,
                                   .argument_count = 2,
                                   .result = INT4OID,
                                   .volatility = 'i'};
    catalog_put(world->catalog, CAT_FUNCTION, twice);
    struct cat_function *other = ARENA_NEW(pool, struct cat_function);
    *other = *twice;
    other->oid = TWICE_TEXT_OID;
    other->arguments = texts;
    other->argument_count = 1;
    other->result = TEXTOID;
    catalog_put(world->catalog, CAT_FUNCTION, other);
}

static void infer_world_init(struct infer_world *world)
{
    static const str path[] = {STR_INIT("public"), STR_INIT("extensions")};
    *world = (struct infer_world){.arena = arena_new(0), .catalog = catalog_bootstrap()};
    infer_world_types(world);
    infer_world_table(world);
    infer_world_functions(world);
    world->ctx = (struct infer_context){
        .arena = world->arena,
        .catalog = world->catalog,
        .hooks = &infer_world_hooks,
        .scope = world,
        .role = ROLE_POSTGRES,
        .search_path = path,
        .search_path_count = COUNT_OF(path),
        .params = &world->params,
        .clause = INFER_SELECT_LIST,
    };
}

static void infer_world_deinit(struct infer_world *world)
{
    catalog_unref(world->catalog);
    arena_free(world->arena);
}

static err infer_world_infer(struct infer_world *world, str text, struct expr **out)
{
    struct node *node = NULL;
    TRY(sql_parse_expr(world->arena, text, &node));
    return infer_expr(&world->ctx, node, out);
}

#endif
