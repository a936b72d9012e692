#include "sql_fixture.h"

#include "sql/plan_cache.h"

static const char schema[] =
    "create table t (id bigint primary key, name text, owner uuid);"
    "create table u (id bigint primary key, t_id int references t, note text);"
    "alter table u enable row level security;"
    "create policy p on u to authenticated using (note <> 'hidden');";

static int setup(void **state)
{
    static struct fixture fixture;
    fixture_open(&fixture, schema);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static struct node *parsed(struct fixture *f, const char *text)
{
    struct node *node;
    assert_null(sql_parse_one(f->arena, str_of(text), &node));
    return node;
}

static struct compile_options options_for(struct fixture *f, const char *role)
{
    return (struct compile_options){
        .catalog = f->catalog,
        .role = catalog_role_find(f->catalog, str_of(role))->oid,
        .search_path = fixture_path,
        .search_path_count = COUNT_OF(fixture_path),
        .api = true,
    };
}

/* SELECT name, id (hidden) FROM t, with u embedded by u.t_id = t.id. */
static err compile_embed(struct fixture *f, const char *link, struct plan **out)
{
    struct compile_node child = {.statement = parsed(f, "select note from u where id > $1")};
    struct compile_link links[] = {
        {1, ast_column_ref(f->arena, STR("u"), str_of(link))}
    };
    struct compile_child children[] = {
        {STR("rows"), CHILD_ARRAY, &child, links, 1},
    };
    struct compile_node root = {
        .statement = parsed(f, "select name, id from t order by id limit $2"),
        .hidden_count = 1,
        .children = children,
        .child_count = 1,
    };
    struct compile_node count = {.statement = parsed(f, "select count(*) from t")};
    struct compile_step step = {.node = &root, .shape = RESULT_ROWS, .result = true};
    struct compile_options options = options_for(f, "authenticated");
    options.steps = &step;
    options.step_count = 1;
    options.count = &count;
    return sql_compile(f->arena, &options, NULL, out);
}

static void children_are_linked_and_guarded(void **state)
{
    struct fixture *f = *state;
    struct plan *plan;
    assert_null(compile_embed(f, "t_id", &plan));
    const struct plan_node *root = plan->steps[0].node;
    assert_int_equal(root->column_count, 2);
    assert_false(root->columns[0].hidden);
    assert_true(root->columns[1].hidden);
    assert_int_equal(root->child_count, 1);
    const struct plan_child *child = &root->children[0];
    assert_int_equal(child->position, 1);
    assert_string_equal(child->json_key.at, "\"rows\":");
    assert_int_equal(child->links[0].parent_column, 1);
    assert_string_equal(child->links[0].equal->symbol, "int84eq");
    assert_non_null(child->node->query->rtable[0]->security);
    assert_non_null(plan->count);
    assert_false(plan->writes);
    assert_int_equal(plan->param_count, 2);
    assert_int_equal(plan->params[0].type, INT8OID);
    plan_unref(plan);
}

static void a_bad_link_is_refused(void **state)
{
    struct fixture *f = *state;
    struct plan *plan;
    err error = compile_embed(f, "nope", &plan);
    assert_true(err_is(error, STR("42703")));
    error = compile_embed(f, "note", &plan);
    assert_true(err_is(error, STR("42883")));
}

static struct plan *compiled(struct fixture *f, const char *role, const char *text)
{
    struct compile_options options = options_for(f, role);
    struct plan *plan;
    assert_null(sql_compile_statement(f->arena, &options, parsed(f, text), NULL, &plan));
    return plan;
}

static void the_cache_knows_roles_and_versions(void **state)
{
    struct fixture *f = *state;
    struct plan_cache *cache = plan_cache_new(1 << 20);
    uint64_t version = catalog_version(f->catalog);
    struct plan *plan = compiled(f, "anon", "select 1");
    plan_cache_put(cache, STR("k"), plan);
    plan_unref(plan);
    oid anon = catalog_role_find(f->catalog, STR("anon"))->oid;
    oid service = catalog_role_find(f->catalog, STR("service_role"))->oid;
    assert_ptr_equal(plan_cache_find(cache, STR("k"), anon, version), plan);
    assert_null(plan_cache_find(cache, STR("k"), service, version));
    assert_null(plan_cache_find(cache, STR("other"), anon, version));
    assert_null(plan_cache_find(cache, STR("k"), anon, version + 1));
    assert_int_equal(plan_cache_get_stats(cache).count, 0);
    plan_cache_free(cache);
}

static void the_least_recently_used_plan_leaves(void **state)
{
    struct fixture *f = *state;
    uint64_t version = catalog_version(f->catalog);
    oid anon = catalog_role_find(f->catalog, STR("anon"))->oid;
    struct plan *plan = compiled(f, "anon", "select 1");
    size_t bytes = arena_used(plan->arena) + 200;
    struct plan_cache *cache = plan_cache_new(bytes * 5);
    static const char *const keys[] = {"a", "b", "c", "d", "e", "f"};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        plan_cache_put(cache, str_of(keys[i]), plan);
        (void)plan_cache_find(cache, STR("a"), anon, version);
    }
    assert_non_null(plan_cache_find(cache, STR("a"), anon, version));
    assert_null(plan_cache_find(cache, STR("b"), anon, version));
    assert_non_null(plan_cache_find(cache, STR("f"), anon, version));
    assert_true(plan_cache_get_stats(cache).bytes <= bytes * 5);
    plan_cache_put(cache, STR("f"), plan); /* replaces itself */
    plan_cache_free(cache);
    plan_unref(plan);
}

static void errors_outlive_the_plan(void **state)
{
    struct fixture *f = *state;
    struct compile_options options = options_for(f, "anon");
    struct plan *plan;
    err error = sql_compile_statement(f->arena, &options, parsed(f, "select  nope"), NULL, &plan);
    assert_true(err_is(error, STR("42703")));
    assert_int_equal(error->at, 8);
    error = sql_compile_statement(f->arena, &options, parsed(f, "select $1"), NULL, &plan);
    assert_true(err_is(error, STR("42P02")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_are_linked_and_guarded),
        cmocka_unit_test(a_bad_link_is_refused),
        cmocka_unit_test(the_cache_knows_roles_and_versions),
        cmocka_unit_test(the_least_recently_used_plan_leaves),
        cmocka_unit_test(errors_outlive_the_plan),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
