#include "../../sql/sql_fixture.h"

#include "engine/postgres/print.h"

/* Over a remote catalog plans are the trees as they were built: what the server is sent is text. */

static const char schema[] =
    "create table customers (id bigint primary key, name text);"
    "create table orders (id bigint primary key, customer_id bigint references customers, total "
    "numeric);"
    "create table lines (id bigint primary key, order_id bigint references orders, note text);";

static int setup(void **state)
{
    static struct fixture fixture;
    fixture_open(&fixture, schema);
    catalog_set_remote(fixture.catalog);
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

static err compile_as(struct fixture *f,
                      const char *role,
                      const struct compile_node *root,
                      const struct compile_node *count,
                      struct plan **out)
{
    struct compile_step step = {.node = root, .shape = RESULT_ROWS, .result = true};
    struct compile_options options = {
        .catalog = f->catalog,
        .role = catalog_role_find(f->catalog, str_of(role))->oid,
        .search_path = fixture_path,
        .search_path_count = COUNT_OF(fixture_path),
        .api = true,
        .steps = &step,
        .step_count = 1,
        .count = count,
    };
    return sql_compile(f->arena, &options, engine_pg_print, out);
}

static struct plan *compiled(struct fixture *f,
                             const struct compile_node *root,
                             const struct compile_node *count)
{
    struct plan *plan;
    err error = compile_as(f, "anon", root, count, &plan);
    if (error) fail_msg("%.*s %.*s", STR_FMT(error->code), STR_FMT(error->message));
    return plan;
}

static const char *sql_of(const struct plan *plan)
{
    return pg_program_of(plan)->steps[0].sql;
}

static void expect_sql(struct fixture *f, const struct compile_node *root, const char *expected)
{
    struct plan *plan = compiled(f, root, NULL);
    assert_string_equal(sql_of(plan), expected);
    plan_unref(plan);
}

static void a_tree_is_printed_as_it_was_built(void **state)
{
    struct fixture *f = *state;
    struct compile_node root = {
        .statement =
            parsed(f, "select orders.id, total::text as t from public.orders where id = $1 "
                      "and shape_only(total) order by id desc nulls last limit $2")};
    struct plan *plan = compiled(f, &root, NULL);
    assert_string_equal(sql_of(plan),
                        "SELECT orders.id, total::text AS t FROM public.orders WHERE id = $1 AND "
                        "shape_only(total) ORDER BY id DESC NULLS LAST LIMIT $2");
    assert_int_equal(plan->param_count, 2);
    assert_null(plan->params[0].ref);
    assert_false(plan->writes);
    assert_true(str_eq(plan->search_path, STR("public, extensions")));
    plan_unref(plan);
}

/* orders(*, customers(name), lines(note)), as REST builds it. */
static struct compile_node *embeds(struct fixture *f, enum child_shape one, enum child_shape many)
{
    struct arena *a = f->arena;
    struct compile_node *customer = ARENA_NEW(a, struct compile_node);
    struct compile_node *lines = ARENA_NEW(a, struct compile_node);
    struct compile_link *links = ARENA_ARRAY(a, struct compile_link, 2);
    struct compile_child *children = ARENA_ARRAY(a, struct compile_child, 2);
    struct compile_node *root = ARENA_NEW(a, struct compile_node);
    customer->statement = parsed(f, "select customers_1.name from public.customers as customers_1");
    lines->statement = parsed(
        f, "select lines_1.note from public.lines as lines_1 where lines_1.id > $1 limit $2");
    links[0] = (struct compile_link){1, ast_column_ref(a, STR("customers_1"), STR("id"))};
    links[1] = (struct compile_link){2, ast_column_ref(a, STR("lines_1"), STR("order_id"))};
    children[0] = (struct compile_child){STR("customer"), one, customer, &links[0], 1};
    children[1] = (struct compile_child){STR("lines"), many, lines, &links[1], 1};
    *root = (struct compile_node){
        .statement = parsed(f, "select orders.total, orders.customer_id as \"~link\", "
                               "orders.id as \"~link\" from public.orders order by orders.id"),
        .hidden_count = 2,
        .children = children,
        .child_count = 2,
    };
    return root;
}

static void embeds_are_json_of_sub_selects(void **state)
{
    struct fixture *f = *state;
    expect_sql(
        f, embeds(f, CHILD_OBJECT, CHILD_ARRAY),
        "SELECT orders.total, (SELECT pg_catalog.row_to_json(\"~1\") FROM (SELECT "
        "customers_1.name FROM public.customers AS customers_1 WHERE customers_1.id = "
        "orders.customer_id) AS \"~1\") AS customer, (SELECT "
        "COALESCE(pg_catalog.json_agg(pg_catalog.row_to_json(\"~2\")), '[]'::pg_catalog.json) FROM "
        "(SELECT lines_1.note FROM public.lines AS lines_1 WHERE lines_1.order_id = orders.id "
        "AND lines_1.id > $1 LIMIT $2) AS \"~2\") AS lines FROM public.orders ORDER BY "
        "orders.id");
}

static void spread_embeds_join_their_parent(void **state)
{
    struct fixture *f = *state;
    expect_sql(
        f, embeds(f, CHILD_SPREAD_OBJECT, CHILD_SPREAD_ARRAY),
        "SELECT orders.total, \"~1\".*, \"~3\".* FROM public.orders LEFT JOIN LATERAL (SELECT "
        "customers_1.name FROM public.customers AS customers_1 WHERE customers_1.id = "
        "orders.customer_id) AS \"~1\" ON true LEFT JOIN LATERAL (SELECT "
        "COALESCE(pg_catalog.json_agg(\"~2\".note), '[]'::pg_catalog.json) AS note FROM (SELECT "
        "lines_1.note FROM public.lines AS lines_1 WHERE lines_1.order_id = orders.id AND "
        "lines_1.id > $1 LIMIT $2) AS \"~2\") AS \"~3\" ON true ORDER BY orders.id");
}

static void a_count_stands_before_the_rows(void **state)
{
    struct fixture *f = *state;
    struct compile_node root = {.statement =
                                    parsed(f, "select id from orders where id > $1 order by id")};
    struct compile_node count = {.statement =
                                     parsed(f, "select count(*) from orders where id > $1")};
    struct plan *plan = compiled(f, &root, &count);
    assert_string_equal(
        sql_of(plan),
        "SELECT \"~1\".*, \"~2\".* FROM (SELECT count(*) FROM orders WHERE id > $1) AS "
        "\"~1\" LEFT JOIN (SELECT true AS \"~here\", \"~3\".* FROM (SELECT id FROM "
        "orders WHERE id > $1 ORDER BY id) AS \"~3\") AS \"~2\" ON true");
    assert_true(pg_program_of(plan)->steps[0].counted);
    assert_int_equal(pg_program_of(plan)->steps[0].param_count, 1);
    plan_unref(plan);
}

static void a_write_with_embeds_selects_from_what_it_returned(void **state)
{
    struct fixture *f = *state;
    struct compile_node customer = {
        .statement = parsed(f, "select customers_1.name from public.customers as customers_1")};
    struct compile_link link = {1, ast_column_ref(f->arena, STR("customers_1"), STR("id"))};
    struct compile_child child = {STR("customer"), CHILD_OBJECT, &customer, &link, 1};
    struct compile_node root = {
        .statement = parsed(f, "update public.orders set total = $1 where id = $2 "
                               "returning orders.*, orders.customer_id as \"~link\""),
        .hidden_count = 1,
        .children = &child,
        .child_count = 1,
    };
    struct plan *plan = compiled(f, &root, NULL);
    assert_string_equal(
        sql_of(plan),
        "WITH \"~1\"(\"~c0\", \"~c1\", \"~c2\", \"~c3\") AS (UPDATE public.orders SET total = $1 "
        "WHERE "
        "id = $2 RETURNING orders.id, orders.customer_id, orders.total, orders.customer_id AS "
        "\"~link\") SELECT \"~1\".\"~c0\" AS id, \"~1\".\"~c1\" AS customer_id, \"~1\".\"~c2\" AS "
        "total, (SELECT pg_catalog.row_to_json(\"~2\") FROM (SELECT customers_1.name FROM "
        "public.customers AS customers_1 WHERE customers_1.id = \"~1\".\"~c3\") AS \"~2\") AS "
        "customer FROM \"~1\"");
    assert_true(plan->writes);
    plan_unref(plan);
}

static void an_upsert_counts_the_rows_that_were_there(void **state)
{
    struct fixture *f = *state;
    struct compile_node root = {
        .statement = parsed(f, "insert into orders (id) values ($1) on conflict (id) do update "
                               "set total = 1")};
    struct plan *plan = compiled(f, &root, NULL);
    assert_non_null(strstr(sql_of(plan), "set_config('dapur.updated', "));
    assert_true(pg_program_of(plan)->steps[0].upsert);
    plan_unref(plan);
}

static void parameters_are_numbered_as_they_are_used(void **state)
{
    struct fixture *f = *state;
    struct compile_node root = {.statement = parsed(f, "select 1 where $3 = $1 and $3 > 0")};
    struct plan *plan = compiled(f, &root, NULL);
    const struct pg_statement *statement = &pg_program_of(plan)->steps[0];
    assert_string_equal(statement->sql, "SELECT 1 WHERE $1 = $2 AND $1 > 0");
    assert_int_equal(statement->param_count, 2);
    assert_int_equal(statement->params[0], 2);
    assert_int_equal(statement->params[1], 0);
    plan_unref(plan);
}

static void each_role_has_its_own_statement(void **state)
{
    struct fixture *f = *state;
    struct compile_node root = {.statement = parsed(f, "select id from orders")};
    struct plan *anon, *again, *service;
    assert_null(compile_as(f, "anon", &root, NULL, &anon));
    assert_null(compile_as(f, "anon", &root, NULL, &again));
    assert_null(compile_as(f, "service_role", &root, NULL, &service));
    const char *name = pg_program_of(anon)->steps[0].name;
    assert_string_equal(name, pg_program_of(again)->steps[0].name);
    assert_string_not_equal(name, pg_program_of(service)->steps[0].name);
    plan_unref(anon);
    plan_unref(again);
    plan_unref(service);
}

static void a_star_beside_a_spread_list_needs_a_table(void **state)
{
    struct fixture *f = *state;
    struct compile_node child = {.statement = parsed(f, "select * from generate_series(1, 2)")};
    struct compile_child list = {STR("n"), CHILD_SPREAD_ARRAY, &child, NULL, 0};
    struct compile_node root = {
        .statement = parsed(f, "select id from orders"), .children = &list, .child_count = 1};
    struct plan *plan;
    err error = compile_as(f, "anon", &root, NULL, &plan);
    assert_true(err_is(error, STR("0A000")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_is_printed_as_it_was_built),
        cmocka_unit_test(embeds_are_json_of_sub_selects),
        cmocka_unit_test(spread_embeds_join_their_parent),
        cmocka_unit_test(a_count_stands_before_the_rows),
        cmocka_unit_test(a_write_with_embeds_selects_from_what_it_returned),
        cmocka_unit_test(an_upsert_counts_the_rows_that_were_there),
        cmocka_unit_test(parameters_are_numbered_as_they_are_used),
        cmocka_unit_test(each_role_has_its_own_statement),
        cmocka_unit_test(a_star_beside_a_spread_list_needs_a_table),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
