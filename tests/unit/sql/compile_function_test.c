#include "sql_fixture.h"

static const char schema[] =
    "create table stock (product bigint primary key, qty int not null);"
    "create table log (id bigint generated always as identity, product bigint, delta int);"
    "create table secret (id bigint primary key, owner uuid);"
    "alter table secret enable row level security;"
    "create function twice(x int) returns int language sql immutable as 'select x + x';"
    "create function plus(x int, y int default 5) returns int language sql as 'select $1 + y';"
    "create function owns(i bigint) returns boolean language sql stable security definer set "
    "search_path = '' "
    "  as 'select exists (select 1 from public.secret s where s.id = i and s.owner = auth.uid())';"
    "create function low(lim int) returns setof stock language sql as 'select * from stock where "
    "qty < lim';"
    "create function pairs() returns table (a bigint, b int) language sql as 'select product, qty "
    "from stock';"
    "create function total() returns bigint language sql as 'select sum(qty) from stock';"
    "create function first_stock() returns stock language sql as 'select * from stock order by "
    "product';"
    "create function receive(p bigint, n int) returns int language sql as $$"
    "  insert into log (product, delta) values (p, n);"
    "  update stock set qty = qty + n where product = p returning qty; $$;"
    "create function drop_all() returns void language sql as 'delete from stock; delete from log';"
    "create function outer_call(p bigint) returns int language sql as 'select receive(p, 1)';"
    "create function rows_of(p bigint) returns setof stock language sql as $$"
    "  update stock set qty = 0 where product = p; select * from stock where product = p; $$;"
    "create function sell(p bigint, n int) returns bigint language sql as $$"
    "  with l as (insert into log (product, delta) values (p, -n) returning id, product)"
    "  select id from l; $$;"
    "create policy p on secret using (owns(id));";

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

static void simple_bodies_become_expressions(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "select twice(qty) from stock",
                 "SELECT (stock.qty + stock.qty) AS twice FROM stock");
    assert_query(f, "select plus(1)", "SELECT (1 + 5) AS plus");
    assert_query(f, "select plus(y => 2, x => 1)", "SELECT (1 + 2) AS plus");
}

static void dear_arguments_are_computed_once(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "select twice(qty + 1) from stock",
                 "SELECT (SELECT (args.a1 + args.a1) AS twice FROM (SELECT (stock.qty + 1) AS a1) "
                 "args) AS twice FROM stock");
}

static void queries_become_sublinks(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "select total() + 1",
                 "SELECT ((SELECT sum(stock.qty) AS total FROM stock) + 1) AS ?column?");
}

static void definer_functions_see_what_their_owner_sees(void **state)
{
    struct fixture *f = *state;
    f->role = STR("authenticated");
    assert_query(
        f, "select id from secret",
        "SELECT secret.id FROM secret{EXISTS(SELECT 1 AS ?column? FROM secret s WHERE ((s.id = "
        "secret.id) AND (s.owner = :uid)))}");
    f->role = STR("postgres");
}

static void set_functions_become_subqueries(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "select product from low(3) where qty > 1",
                 "SELECT low.product FROM (SELECT stock.product, stock.qty FROM stock WHERE "
                 "(stock.qty < 3)) low WHERE (low.qty > 1)");
    assert_query(f, "select * from pairs()",
                 "SELECT pairs.a, pairs.b FROM (SELECT stock.product AS a, stock.qty AS b FROM "
                 "stock) pairs");
    assert_query(f, "select * from total()",
                 "SELECT total.total FROM (SELECT (SELECT sum(stock.qty) AS total FROM stock) AS "
                 "total) total");
}

static void bodies_of_several_statements_run_as_steps(void **state)
{
    struct fixture *f = *state;
    assert_query(
        f, "select receive(1, 2)",
        "INSERT INTO log VALUES (nextval(log_id_seq), 1, 2)\n"
        "UPDATE stock SET qty = (stock.qty + 2) WHERE (stock.product = 1) RETURNING stock.qty AS "
        "receive");
    assert_query(f, "select drop_all()",
                 "DELETE FROM stock\nDELETE FROM log\nSELECT NULL AS drop_all");
    assert_query(
        f, "select outer_call(7)",
        "INSERT INTO log VALUES (nextval(log_id_seq), 7, 1)\n"
        "UPDATE stock SET qty = (stock.qty + 1) WHERE (stock.product = 7) RETURNING stock.qty AS "
        "outer_call");
    assert_query(f, "select product from rows_of(3) where qty = 0",
                 "UPDATE stock SET qty = 0 WHERE (stock.product = 3)\n"
                 "SELECT rows_of.product FROM (SELECT stock_2.product, stock_2.qty FROM stock "
                 "stock_2 WHERE (stock_2.product = 3)) rows_of WHERE (rows_of.qty = 0)");
}

static void writing_with_clauses_answer(void **state)
{
    struct fixture *f = *state;
    assert_query(
        f, "select sell(1, 2)",
        "WITH l_3 AS (INSERT INTO log log_2 VALUES (nextval(log_id_seq), 1, -(2)) RETURNING "
        "log_2.id, log_2.product) SELECT l_4.id AS sell FROM l_3 l_4 LIMIT 1");
}

/* What cannot stand for the whole statement stays a call, which the engine runs. */
static void effects_inside_a_statement_stay_calls(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "select sell(1, 2) + 1", "SELECT (user(1, 2) + 1) AS ?column?");
    assert_query(f, "select receive(product, 1) from stock",
                 "SELECT user(stock.product, 1) AS receive FROM stock");
    assert_query(f, "select 1 where receive(1, 1) > 0",
                 "SELECT 1 AS ?column? WHERE (user(1, 1) > 0)");
    assert_query(f, "select receive(1, 2), 3", "SELECT user(1, 2) AS receive, 3 AS ?column?");
}

static err compile_call(struct fixture *f, const char *name, bool *given, struct plan **out)
{
    size_t at = 0;
    oid schema_oid = catalog_schema_find(f->catalog, STR("public"))->oid;
    struct compile_call call = {
        .function = catalog_function_named(f->catalog, schema_oid, str_of(name), &at),
        .given = given,
    };
    struct compile_options options = {
        .catalog = f->catalog,
        .role = catalog_role_find(f->catalog, f->role)->oid,
        .search_path = fixture_path,
        .search_path_count = COUNT_OF(fixture_path),
        .api = true,
    };
    return sql_compile_call(f->arena, &options, &call, NULL, out);
}

static void calls_compile_with_parameters(void **state)
{
    struct fixture *f = *state;
    struct plan *plan;
    bool both[] = {true, true};
    assert_null(compile_call(f, "receive", both, &plan));
    assert_int_equal(plan->param_count, 2);
    assert_int_equal(plan->params[0].type, INT8OID);
    assert_int_equal(plan->step_count, 2);
    assert_true(plan->writes);
    assert_int_equal(plan->steps[1].shape, RESULT_SCALAR);
    assert_true(plan->steps[1].result);
    assert_false(plan->steps[0].result);
    plan_unref(plan);
    bool first[] = {true, false};
    assert_null(compile_call(f, "plus", first, &plan));
    assert_int_equal(plan->param_count, 1);
    assert_false(plan->writes);
    plan_unref(plan);
    assert_null(compile_call(f, "low", both, &plan));
    assert_int_equal(plan->steps[0].shape, RESULT_ROWS);
    assert_int_equal(plan->steps[0].node->column_count, 2);
    assert_string_equal(plan->steps[0].node->columns[0].json_key.at, "\"product\":");
    plan_unref(plan);
    assert_null(compile_call(f, "first_stock", both, &plan));
    assert_int_equal(plan->steps[0].shape, RESULT_OBJECT);
    plan_unref(plan);
    assert_null(compile_call(f, "drop_all", both, &plan));
    assert_int_equal(plan->steps[plan->step_count - 1].shape, RESULT_NONE);
    plan_unref(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simple_bodies_become_expressions),
        cmocka_unit_test(dear_arguments_are_computed_once),
        cmocka_unit_test(queries_become_sublinks),
        cmocka_unit_test(definer_functions_see_what_their_owner_sees),
        cmocka_unit_test(set_functions_become_subqueries),
        cmocka_unit_test(bodies_of_several_statements_run_as_steps),
        cmocka_unit_test(writing_with_clauses_answer),
        cmocka_unit_test(effects_inside_a_statement_stay_calls),
        cmocka_unit_test(calls_compile_with_parameters),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
