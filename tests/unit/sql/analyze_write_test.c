#include "sql_fixture.h"

static const char schema[] =
    "create table t (id bigint generated always as identity primary key, name text not null, "
    "qty int default 1, code text unique, made timestamptz not null default now(), "
    "twice int generated always as (qty * 2) stored);"
    "create table s (id serial primary key, a int, b int, unique (a, b));"
    "create unique index s_partial on s (b) where a > 0;"
    "create view v as select id, name as label, qty from t where qty > 0;"
    "create view checked as select id, name, qty from t where qty > 0 with check option;"
    "create view grouped as select qty, count(*) as n from t group by qty;";

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

static void insert_fills_every_column(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "insert into t (name) values ('a'), (default)",
                 "INSERT INTO t VALUES (nextval(t_id_seq), 'a', 1, NULL, :now, (1 * 2)), "
                 "(nextval(t_id_seq), NULL, 1, NULL, :now, (1 * 2))");
    assert_query(f, "insert into s default values",
                 "INSERT INTO s VALUES (cast(nextval(s_id_seq) as 23), NULL, NULL)");
    assert_query(f, "insert into s (b) select a from s order by a returning id",
                 "INSERT INTO s SELECT cast(nextval(s_id_seq) as 23) AS id, NULL AS a, src.a AS b "
                 "FROM (SELECT s_2.a FROM s s_2 ORDER BY s_2.a) src RETURNING s.id");
    assert_query(f, "insert into t overriding system value values (7, 'x')",
                 "INSERT INTO t VALUES (7, 'x', 1, NULL, :now, (1 * 2))");
}

static void insert_refuses_what_postgresql_refuses(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "insert into t (id, name) values (1, 'a')",
                   "428C9 cannot insert a non-DEFAULT value into column \"id\"");
    assert_refused(f, "insert into t (name, twice) values ('a', 1)",
                   "428C9 cannot insert a non-DEFAULT value into column \"twice\"");
    assert_refused(f, "insert into s values (1, 2, 3, 4)",
                   "42601 INSERT has more expressions than target columns");
    assert_refused(f, "insert into s (a, b) values (1)",
                   "42601 INSERT has more target columns than expressions");
    assert_refused(f, "insert into s (a, a) values (1, 2)",
                   "42701 column \"a\" specified more than once");
    assert_refused(f, "insert into s (nope) values (1)",
                   "42703 column \"nope\" of relation \"s\" does not exist");
    assert_refused(f, "insert into s (a) values (true)",
                   "42804 column \"a\" is of type integer but expression is of type boolean");
    assert_refused(f, "insert into s (a) values ('x')",
                   "22P02 invalid input syntax for type integer: \"x\"");
}

static void on_conflict_finds_its_index(void **state)
{
    struct fixture *f = *state;
    assert_query(
        f,
        "insert into s (a, b) values (1, 2) on conflict (b, a) do update set a = excluded.a + s.a",
        "INSERT INTO s VALUES (cast(nextval(s_id_seq) as 23), 1, 2) ON CONFLICT s_a_b_key DO "
        "UPDATE SET a = (excluded.a + s.a)");
    assert_query(f, "insert into s (a) values (1) on conflict on constraint s_pkey do nothing",
                 "INSERT INTO s VALUES (cast(nextval(s_id_seq) as 23), 1, NULL) ON CONFLICT s_pkey "
                 "DO NOTHING");
    assert_query(
        f, "insert into s (a) values (1) on conflict do nothing",
        "INSERT INTO s VALUES (cast(nextval(s_id_seq) as 23), 1, NULL) ON CONFLICT any DO NOTHING");
    assert_query(f, "insert into s (a) values (1) on conflict (b) where a > 0 do nothing",
                 "INSERT INTO s VALUES (cast(nextval(s_id_seq) as 23), 1, NULL) ON CONFLICT "
                 "s_partial DO NOTHING");
    assert_refused(f, "insert into s (a) values (1) on conflict (b) do nothing",
                   "42P10 there is no unique or exclusion constraint matching the ON CONFLICT "
                   "specification");
    assert_refused(f, "insert into s (a) values (1) on conflict on constraint nope do nothing",
                   "42704 constraint \"nope\" for table \"s\" does not exist");
    assert_refused(f, "insert into s (a) values (1) on conflict (b, a) do update set a = a",
                   "42702 column reference \"a\" is ambiguous");
}

static void update_recomputes_generated_columns(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "update t set qty = qty + 1, name = default where id = 1 returning twice",
                 "UPDATE t SET qty = (t.qty + 1), name = NULL, twice = ((t.qty + 1) * 2) WHERE "
                 "(t.id = 1) RETURNING t.twice");
    assert_query(f, "update s set (a, b) = (1, 2)", "UPDATE s SET a = 1, b = 2");
    assert_query(
        f,
        "update s set (a, b) = (select qty, 5 from t where t.id = s.id) from t x where x.id = s.a",
        "UPDATE s SET a = (SELECT t.qty FROM t WHERE (t.id = s.id)), b = (SELECT 5 AS ?column? "
        "FROM t t_2 WHERE (t_2.id = s.id)) FROM t x WHERE (x.id = s.a)");
    assert_refused(f, "update t set twice = 1",
                   "428C9 column \"twice\" can only be updated to DEFAULT");
    assert_refused(f, "update t set id = 1", "428C9 column \"id\" can only be updated to DEFAULT");
    assert_refused(f, "update s set a = 1, a = 2",
                   "42601 multiple assignments to same column \"a\"");
    assert_refused(f, "update s set x = 1", "42703 column \"x\" of relation \"s\" does not exist");
    assert_refused(f, "update s set (a, b) = (1, 2, 3)",
                   "42601 number of columns does not match number of values");
}

static void delete_joins_with_using(void **state)
{
    struct fixture *f = *state;
    assert_query(f, "delete from s using t where t.id = s.a returning s.*, t.name",
                 "DELETE FROM s FROM t WHERE (t.id = s.a) RETURNING s.id, s.a, s.b, t.name");
}

static void simple_views_are_written_through(void **state)
{
    struct fixture *f = *state;
    assert_query(
        f, "update v set label = 'x' where id = 2 returning label",
        "UPDATE t v SET name = 'x', twice = (v.qty * 2) WHERE ((v.qty > 0) AND (v.id = 2)) "
        "RETURNING v.name AS label");
    assert_query(
        f, "insert into checked (name, qty) values ('a', 3)",
        "INSERT INTO t checked VALUES (nextval(t_id_seq), 'a', 3, NULL, :now, (3 * 2)) CHECK "
        "view checked {(checked.qty > 0)}");
    assert_query(f, "delete from v where qty = 3",
                 "DELETE FROM t v WHERE ((v.qty > 0) AND (v.qty = 3))");
    assert_refused(f, "delete from grouped", "55000 cannot delete from view \"grouped\"");
}

static void other_statements_are_refused(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "merge into s using t on s.id = t.id when matched then delete",
                   "0A000 MERGE is not supported");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(insert_fills_every_column),
        cmocka_unit_test(insert_refuses_what_postgresql_refuses),
        cmocka_unit_test(on_conflict_finds_its_index),
        cmocka_unit_test(update_recomputes_generated_columns),
        cmocka_unit_test(delete_joins_with_using),
        cmocka_unit_test(simple_views_are_written_through),
        cmocka_unit_test(other_statements_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
