#include "sql_fixture.h"

static const char schema[] =
    "create table t (id bigint primary key, name text not null, qty int default 0, price "
    "numeric(10,2), tags text[], data jsonb);"
    "create table u (id bigint primary key, t_id bigint references t, note text);"
    "create view v as select id, name from t where qty > 0;";

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

static void select_resolves_columns_and_names(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "select id, t.name as n, count(*) over () from t where qty > 1",
                 "SELECT t.id, t.name AS n, count() OVER AS count FROM t WHERE (t.qty > 1)");
    assert_query(f, "select * from t x",
                 "SELECT x.id, x.name, x.qty, x.price, x.tags, x.data FROM t x");
    assert_query(f, "select u.*, 1, 'a' from u",
                 "SELECT u.id, u.t_id, u.note, 1 AS ?column?, 'a' AS ?column? FROM u");
    assert_query(f, "select public.t.id from public.t", "SELECT t.id FROM t");
}

static void names_that_are_not_there_are_refused(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "select nope from t", "42703 column \"nope\" does not exist");
    assert_refused(f, "select t.nope from t", "42703 column t.nope does not exist");
    assert_refused(f, "select 1 from nope", "42P01 relation \"nope\" does not exist");
    assert_refused(f, "select 1 from s.nope", "42P01 relation \"s.nope\" does not exist");
    assert_refused(f, "select id from t, u", "42702 column reference \"id\" is ambiguous");
    assert_refused(f, "select u.id from t", "42P01 missing FROM-clause entry for table \"u\"");
    assert_refused(f, "select t.id from t x",
                   "42P01 invalid reference to FROM-clause entry for table \"t\"");
    assert_refused(f, "select 1 from t, t", "42712 table name \"t\" specified more than once");
    assert_refused(f, "select *", "42601 SELECT * with no tables specified is not valid");
}

static void joins_merge_using_columns(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "select * from t join u on u.t_id = t.id where note = 'x'",
                 "SELECT t.id, t.name, t.qty, t.price, t.tags, t.data, u.id, u.t_id, u.note FROM t "
                 "JOIN u ON (u.t_id = t.id) WHERE (u.note = 'x')");
    assert_query(f, "select id, note from t left join u using (id)",
                 "SELECT t.id, u.note FROM t LEFT JOIN u ON (t.id = u.id)");
    assert_query(f, "select id from t full join u using (id)",
                 "SELECT coalesce(t.id, u.id) AS id FROM t FULL JOIN u ON (t.id = u.id)");
    assert_query(f, "select j.note from (t natural join u) as j",
                 "SELECT u.note FROM t JOIN u ON (t.id = u.id)");
    assert_refused(f, "select 1 from t join u using (nope)",
                   "42703 column \"nope\" specified in USING clause does not exist in left table");
    assert_refused(f, "select 1 from t join u on x.id = 1",
                   "42P01 missing FROM-clause entry for table \"x\"");
}

static void lateral_items_see_what_is_on_their_left(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "select 1 from t, (select 1 from u where u.t_id = t.id) l",
                   "42P01 invalid reference to FROM-clause entry for table \"t\"");
    assert_query(f, "select x from t, unnest(tags) x", "SELECT x.x FROM t, unnest(t.tags) x");
    assert_query(f, "select e->>'a' from t, jsonb_array_elements(data) e",
                 "SELECT (e.value ->> 'a') AS ?column? FROM t, jsonb_array_elements(t.data) e");
}

static void lateral_subqueries_are_flattened(void **state)
{
    struct fixture *f = *state;
    assert_query(f,
                 "select l.n from t, lateral (select count(*) as n from u where u.t_id = t.id) l",
                 "SELECT (SELECT count() AS n FROM u WHERE (u.t_id = t.id)) AS n FROM t");
    assert_query(
        f,
        "select t.id, l.note from t left join lateral (select u.note from u where u.t_id = "
        "t.id) l on true",
        "SELECT t.id, u.note FROM t LEFT JOIN u ON (1 AND (u.t_id = t.id))");
    assert_query(f,
                 "select y.z from t cross join lateral (select qty * 2 as s) x cross join lateral "
                 "(select x.s + 1 as z) y",
                 "SELECT ((t.qty * 2) + 1) AS z FROM t");
    assert_query(
        f,
        "select l.note from t, lateral (select note from u where u.t_id = t.id order by u.id "
        "limit 1) l",
        "SELECT (SELECT u.note FROM u WHERE (u.t_id = t.id) ORDER BY u.id LIMIT 1) AS note "
        "FROM t WHERE EXISTS(SELECT u.note FROM u WHERE (u.t_id = t.id) ORDER BY u.id LIMIT 1)");
}

static void grouping_follows_postgresql(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "select qty, count(*) from t group by 1 order by 2 desc",
                 "SELECT t.qty, count() AS count FROM t GROUP BY t.qty ORDER BY count() DESC");
    assert_query(f, "select id, name from t group by id",
                 "SELECT t.id, t.name FROM t GROUP BY t.id");
    assert_query(f, "select qty as q from t group by q", "SELECT t.qty AS q FROM t GROUP BY t.qty");
    assert_refused(f, "select name, count(*) from t",
                   "42803 column \"t.name\" must appear in the GROUP BY clause or be used in an "
                   "aggregate function");
    assert_refused(f, "select qty from t group by name",
                   "42803 column \"t.qty\" must appear in the GROUP BY clause or be used in an "
                   "aggregate function");
    assert_refused(f, "select name, (select t.qty) from t group by name",
                   "42803 subquery uses ungrouped column \"t.qty\" from outer query");
    assert_refused(f, "select id from t group by 5",
                   "42P10 GROUP BY position 5 is not in select list");
    assert_refused(f, "select id from t where count(*) > 1",
                   "42803 aggregate functions are not allowed in WHERE");
}

static void ordering_takes_names_and_positions(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "select name as n from t order by n, 1 desc, qty",
                 "SELECT t.name AS n FROM t ORDER BY t.name, t.name DESC, t.qty");
    assert_refused(f, "select id from t order by 2",
                   "42P10 ORDER BY position 2 is not in select list");
    assert_refused(f, "select distinct name from t order by qty",
                   "42P10 for SELECT DISTINCT, ORDER BY expressions must appear in select list");
    assert_query(f, "select distinct on (qty) qty, name from t order by qty, name",
                 "SELECT DISTINCT ON (t.qty) t.qty, t.name FROM t ORDER BY t.qty, t.name");
    assert_refused(f, "select distinct on (qty) name from t order by name",
                   "42P10 SELECT DISTINCT ON expressions must match initial ORDER BY expressions");
}

static void set_operations_find_common_types(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "select id from t union all select 1 order by 1",
                 "SELECT t.id FROM t UNION ALL SELECT 1 AS ?column? ORDER BY NULL");
    assert_refused(f, "select id, name from t union select id from u",
                   "42601 each UNION query must have the same number of columns");
    assert_refused(f, "select id from t union select name from t",
                   "42804 UNION types bigint and text cannot be matched");
}

static void with_queries_and_recursion(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "with a as (select id from t), b(x) as (select id from a) select x from b",
                 "WITH a AS (SELECT t.id FROM t) WITH b AS (SELECT a_2.id FROM a a_2) SELECT b_2.x "
                 "FROM b b_2");
    assert_query(f,
                 "with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) "
                 "select n from r",
                 "WITH RECURSIVE r AS (SELECT 1 AS ?column? UNION ALL SELECT (r_2.n + 1) AS "
                 "?column? FROM r r_2 WHERE (r_2.n < 5)) SELECT r_3.n FROM r r_3");
    assert_query(
        f, "with w as (delete from t where qty = 0 returning id) select id from w",
        "WITH w AS (DELETE FROM t WHERE (t.qty = 0) RETURNING t.id) SELECT w_2.id FROM w w_2");
    assert_refused(
        f, "select 1 from (with w as (delete from t returning id) select * from w) x",
        "0A000 WITH clause containing a data-modifying statement must be at the top level");
    assert_refused(f, "with w as (delete from t) select * from w",
                   "0A000 WITH query \"w\" does not have a RETURNING clause");
}

static void views_are_expanded(void **state)
{
    struct fixture *f = *state;
    assert_query(
        f, "select name from v where id = 1",
        "SELECT v.name FROM (SELECT t.id, t.name FROM t WHERE (t.qty > 0)) v WHERE (v.id = 1)");
}

static void values_and_sublinks(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "select * from (values (1, 'a'), (2, 'b')) as x(n, s)",
                 "SELECT x.n, x.s FROM (VALUES (1, 'a'), (2, 'b')) x");
    assert_query(f, "select 1 from t where exists (select 1 from u where t_id = t.id)",
                 "SELECT 1 AS ?column? FROM t WHERE EXISTS(SELECT 1 AS ?column? FROM u WHERE "
                 "(u.t_id = t.id))");
    assert_query(f, "select 1 from u where t_id = (select auth.uid())::text::bigint",
                 "SELECT 1 AS ?column? FROM u WHERE (u.t_id = cast(cast(:uid as 25) as 20))");
    assert_query(f, "select unnest(tags) as tag from t",
                 "SELECT unnest.unnest AS tag FROM t, unnest(t.tags) unnest");
    assert_refused(f, "select unnest(tags), jsonb_object_keys('{}') from t",
                   "0A000 several set-returning functions in a select list are not supported");
    assert_refused(f, "select x.note from unnest(array[row(1, 2, 'n')::u]) x",
                   "0A000 unnest of an array of rows is not supported");
    assert_refused(f, "select unnest(array_agg(u)) from u",
                   "0A000 unnest of an array of rows is not supported");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(select_resolves_columns_and_names),
        cmocka_unit_test(names_that_are_not_there_are_refused),
        cmocka_unit_test(joins_merge_using_columns),
        cmocka_unit_test(lateral_items_see_what_is_on_their_left),
        cmocka_unit_test(lateral_subqueries_are_flattened),
        cmocka_unit_test(grouping_follows_postgresql),
        cmocka_unit_test(ordering_takes_names_and_positions),
        cmocka_unit_test(set_operations_find_common_types),
        cmocka_unit_test(with_queries_and_recursion),
        cmocka_unit_test(views_are_expanded),
        cmocka_unit_test(values_and_sublinks),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
