/* Statements on a real database: rows, counts, policies, constraint errors. */
#include "engine/sqlite/run_fixture.h"

#include <string.h>

static struct run_fixture fixture;

static const char schema[] =
    "create table org (id int primary key, name text not null, code text unique,"
    " constraint named check (name <> 'bad'));"
    "create table member (org_id int not null references org, user_id uuid not null,"
    " primary key (org_id, user_id));"
    "create table item (id bigint primary key, org_id int not null references org on delete "
    "cascade,"
    " name text, twice text generated always as (name || name) stored);"
    "create table note (id int primary key, owner uuid not null, body text, slug text unique);"
    "create table open_note (id int primary key, owner uuid, body text);"
    "alter table note enable row level security;"
    "create policy see on note for select to authenticated"
    " using (owner = auth.uid() or body = 'shared');"
    "create policy put on note for insert to authenticated with check (owner = auth.uid());"
    "create policy change on note for update to authenticated using (owner = auth.uid());"
    "create policy remove on note for delete to authenticated using (owner = auth.uid());"
    "alter table item enable row level security;"
    "create policy members on item to authenticated"
    " using (org_id in (select org_id from member where user_id = auth.uid()));"
    "grant select, insert, update, delete on org, member, item, note, open_note to authenticated;"
    "create table narrow (id int primary key, code text unique, a int, b int, unique (a, b));"
    "revoke all on narrow from authenticated;"
    "grant insert, update, select (id, a) on narrow to authenticated;";

#define ANN "00000000-0000-0000-0000-00000000000a"
#define BOB "00000000-0000-0000-0000-00000000000b"

static int begin(void **state)
{
    (void)state;
    run_fixture_begin(&fixture, schema);
    run_sql(&fixture, "insert into org values (1,'one','a'),(2,'two','b')");
    run_sql(&fixture, "insert into member values (1,'" ANN "'),(2,'" BOB "')");
    run_sql(&fixture, "insert into item (id, org_id, name) values (1,1,'x'),(2,1,'y'),(3,2,'z')");
    run_sql(&fixture, "insert into note values (1,'" ANN "','mine','s1'),(2,'" BOB "','his','s2'),"
                      "(3,'" BOB "','shared','s3')");
    return 0;
}

static int end(void **state)
{
    (void)state;
    run_fixture_end(&fixture);
    return 0;
}

/* ---- reading ------------------------------------------------------------------------------------ */

static void rows_come_as_json(void **state)
{
    (void)state;
    assert_string_equal(run_sql(&fixture, "select id, name from org order by id desc"),
                        "[{\"id\":2,\"name\":\"two\"},{\"id\":1,\"name\":\"one\"}]");
    assert_int_equal(fixture.result.rows, 2);
    assert_int_equal(fixture.result.total, -1);
}

static void a_policy_hides_rows(void **state)
{
    (void)state;
    run_as(&fixture, "authenticated", ANN);
    assert_string_equal(run_sql(&fixture, "select id from note order by id"),
                        "[{\"id\":1},{\"id\":3}]");
    assert_string_equal(run_sql(&fixture, "select count(*) from item"), "[{\"count\":2}]");
    run_as(&fixture, "authenticated", BOB);
    assert_string_equal(run_sql(&fixture, "select id from item"), "[{\"id\":3}]");
}

static void a_policy_holds_on_the_nullable_side(void **state)
{
    (void)state;
    run_as(&fixture, "authenticated", ANN);
    assert_string_equal(
        run_sql(&fixture, "select o.id, i.id as item from org o left join item i on i.org_id = o.id"
                          " order by 1, 2"),
        "[{\"id\":1,\"item\":1},{\"id\":1,\"item\":2},{\"id\":2,\"item\":null}]");
    assert_string_equal(
        run_sql(&fixture, "select o.id, i.id as item from item i full join org o on i.org_id = o.id"
                          " order by 1, 2"),
        "[{\"id\":1,\"item\":1},{\"id\":1,\"item\":2},{\"id\":2,\"item\":null}]");
}

/* Without the barrier, the cast would be tried on the row that is hidden. */
static void a_raising_condition_sees_no_hidden_row(void **state)
{
    (void)state;
    run_sql(&fixture, "insert into note values (9,'" BOB "','not a number','s9')");
    run_as(&fixture, "authenticated", ANN);
    run_sql(&fixture, "update note set body = '5' where id = 1");
    assert_string_equal(run_sql(&fixture, "select id from note where body <> 'shared'"
                                          " and body::int = 5"),
                        "[{\"id\":1}]");
}

static void other_formats(void **state)
{
    (void)state;
    fixture.format = FORMAT_CSV;
    assert_string_equal(run_sql(&fixture, "select id, code from org order by id"),
                        "id,code\n1,a\n2,b");
    fixture.format = FORMAT_TEXT_ROWS;
    assert_string_equal(run_sql(&fixture, "select id, name is null as n from org order by id"),
                        "[[\"1\",\"f\"],[\"2\",\"f\"]]");
    fixture.format = FORMAT_JSON;
}

static void queries_of_every_shape(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *rows;
    } cases[] = {
        {"select distinct on (org_id) org_id, id from item order by org_id, id desc",
         "[{\"org_id\":1,\"id\":2},{\"org_id\":2,\"id\":3}]"                                                                                                     },
        {"select org_id, count(*) as n from item group by org_id having count(*) > 1",
         "[{\"org_id\":1,\"n\":2}]"                                                                                                                              },
        {"with x as (select id from org) select x.id from x join item on item.id = x.id order by 1",
         "[{\"id\":1},{\"id\":2}]"                                                                                                                               },
        {"with recursive n(i) as (select 1 union all select i + 1 from n where i < 4)"
         " select i from n order by i desc limit 2",                                        "[{\"i\":4},{\"i\":3}]"                                     },
        {"select id from org union all select id from item order by id desc limit 2",
         "[{\"id\":3},{\"id\":2}]"                                                                                                                               },
        {"select org_id from item except all select id from org",                                    "[{\"org_id\":1}]"                                          },
        {"select org_id from item intersect all select 1 as one",                                    "[{\"org_id\":1}]"                                          },
        {"select n, t from (values (1,'a'),(2,'b')) v(n, t) where n > 1",
         "[{\"n\":2,\"t\":\"b\"}]"                                                                                                                               },
        {"values (2,'b'),(1,'a') order by 1",
         "[{\"column1\":1,\"column2\":\"a\"},{\"column1\":2,\"column2\":\"b\"}]"                                                                                 },
        {"select name from org o where exists (select 1 from item i where i.org_id = o.id and"
         " i.name = 'z')",                                                                  "[{\"name\":\"two\"}]"                                      },
        {"select o.id, (select count(*) from item i where i.org_id = o.id) as n from org o order "
         "by 1",                                                                            "[{\"id\":1,\"n\":2},{\"id\":2,\"n\":1}]"                   },
        {"select id, row_number() over (partition by org_id order by id desc) as r from item order "
         "by id",                                                                           "[{\"id\":1,\"r\":2},{\"id\":2,\"r\":1},{\"id\":3,\"r\":1}]"},
        {"select i.id from org o right join item i on o.id = i.org_id and o.id = 2 where o.id is "
         "null order by 1",                                                                 "[{\"id\":1},{\"id\":2}]"                                   },
        {"select count(*) from (select * from (select * from (select * from (select * from (select"
         " * from (select * from (select * from (select * from (select * from (select * from ("
         "select * from (select * from (select * from (select * from (select * from (select * from"
         " org) a) b) c) d) e) f) g) h) i) j) k) l) m) n) o) p",                            "[{\"count\":2}]"                                           },
        {"select pg_typeof(sum(id)) as t from org",                                                  "[{\"t\":\"bigint\"}]"                                      },
        {"select 1 as one from org having true",                                                     "[{\"one\":1}]"                                             },
        {"select 5 as a from org group by 1",                                                        "[{\"a\":5}]"                                               },
        {"select id from org limit null offset 1",                                                   "[{\"id\":2}]"                                              },
        {"select g from generate_series(1, 3) g where g <> 2",                                       "[{\"g\":1},{\"g\":3}]"                                     },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(run_sql(&fixture, cases[i].sql), cases[i].rows);
}

/* ---- inserting ---------------------------------------------------------------------------------- */

static void an_insert_answers_its_rows(void **state)
{
    (void)state;
    assert_string_equal(
        run_sql(&fixture, "insert into org values (7,'n',null),(8,'m','q') returning id, code"),
        "[{\"id\":7,\"code\":null},{\"id\":8,\"code\":\"q\"}]");
    assert_int_equal(fixture.result.affected, 2);
    assert_int_equal(fixture.result.inserted, 2);
    assert_string_equal(
        run_sql(&fixture, "insert into item (id, org_id, name) values (9,7,'ab') returning twice"),
        "[{\"twice\":\"abab\"}]");
    run_sql(&fixture, "insert into org select id + 100, name from org");
    assert_int_equal(fixture.result.affected, 4);
}

static void a_check_comes_before_every_constraint(void **state)
{
    (void)state;
    run_as(&fixture, "authenticated", ANN);
    static const char refused[] =
        "42501 new row violates row-level security policy for table \"note\"";
    assert_string_equal(run_refused(&fixture, "insert into note values (1,'" BOB "','x','s2')"),
                        refused);
    assert_string_equal(run_refused(&fixture, "insert into note values (null,'" BOB "','x','s2')"),
                        refused);
    assert_string_equal(run_refused(&fixture, "insert into note values (50,'" ANN
                                              "','x','n'),(51,'" BOB "','x','m')"),
                        refused);
    run_sql(&fixture, "insert into note values (60,'" ANN "','x','n')");
    assert_int_equal(fixture.result.affected, 1);
    assert_string_equal(
        run_refused(&fixture, "insert into item (id, org_id, name) values (50,2,'x')"),
        "42501 new row violates row-level security policy for table \"item\"");
    run_sql(&fixture, "insert into item (id, org_id, name) values (50,1,'x'),(51,1,'y')");
    assert_int_equal(fixture.result.affected, 2);
}

static void a_key_without_a_value_is_refused(void **state)
{
    (void)state;
    assert_string_equal(run_refused(&fixture, "insert into org (name) values ('x')"),
                        "23502 null value in column \"id\" of relation \"org\" violates not-null"
                        " constraint | Failing row contains (null, x, null).");
    assert_string_equal(
        run_refused(&fixture, "insert into org (id, name) select null, 'x' from org"),
        "23502 null value in column \"id\" of relation \"org\" violates not-null"
        " constraint | Failing row contains (null, x, null).");
}

/* ---- constraint errors -------------------------------------------------------------------------- */

static void constraints_speak_as_in_postgresql(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *refusal;
    } cases[] = {
        {"insert into org values (1,'x')",
         "23505 duplicate key value violates unique constraint \"org_pkey\" | Key (id)=(1) already"
         " exists."                                                                  },
        {"insert into org values (5,'x','a')",
         "23505 duplicate key value violates unique constraint \"org_code_key\" | Key (code)=(a)"
         " already exists."                                                          },
        {"insert into org values (5,'x','z'),(6,'x','b')",
         "23505 duplicate key value violates unique constraint \"org_code_key\""     },
        {"insert into org select id + 10, name, 'k' from org",
         "23505 duplicate key value violates unique constraint \"org_code_key\""     },
        {"insert into member values (1,'" ANN "')",
         "23505 duplicate key value violates unique constraint \"member_pkey\" |"
         " Key (org_id, user_id)=(1, " ANN ") already exists."                       },
        {"update org set code = 'a' where id = 2",
         "23505 duplicate key value violates unique constraint \"org_code_key\" | Key (code)=(a)"
         " already exists."                                                          },
        {"insert into org values (5,'bad')",
         "23514 new row for relation \"org\" violates check constraint \"named\" | Failing row"
         " contains (5, bad, null)."                                                 },
        {"update org set name = 'bad' where id = 1",
         "23514 new row for relation \"org\" violates check constraint \"named\" | Failing row"
         " contains (1, bad, a)."                                                    },
        {"insert into org values (5,null)",
         "23502 null value in column \"name\" of relation \"org\" violates not-null constraint |"
         " Failing row contains (5, null, null)."                                    },
        {"update org set name = null where id = 2",
         "23502 null value in column \"name\" of relation \"org\" violates not-null constraint |"
         " Failing row contains (2, null, b)."                                       },
        {"insert into item (id, org_id) values (9, 77)",
         "23503 insert or update on table \"item\" violates foreign key constraint"
         " \"item_org_id_fkey\" | Key (org_id)=(77) is not present in table \"org\"."},
        {"update item set org_id = 77 where id = 1",
         "23503 insert or update on table \"item\" violates foreign key constraint"
         " \"item_org_id_fkey\" | Key (org_id)=(77) is not present in table \"org\"."},
        {"delete from org where id = 1",
         "23503 update or delete on table \"org\" violates foreign key constraint"
         " \"member_org_id_fkey\" on table \"member\" | Key (id)=(1) is still referenced from table"
         " \"member\"."                                                              },
        {"update org set id = 9 where id = 1",
         "23503 update or delete on table \"org\" violates foreign key constraint"
         " \"member_org_id_fkey\" on table \"member\" | Key is still referenced from table"
         " \"member\"."                                                              },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(run_refused(&fixture, cases[i].sql), cases[i].refusal);
    assert_string_equal(run_sql(&fixture, "select count(*) from org"), "[{\"count\":2}]");
}

static void details_hide_what_policies_hide(void **state)
{
    (void)state;
    run_as(&fixture, "authenticated", ANN);
    assert_string_equal(run_refused(&fixture, "insert into note values (2,'" ANN "','x','n')"),
                        "23505 duplicate key value violates unique constraint \"note_pkey\"");
    assert_string_equal(run_refused(&fixture, "insert into note values (null,'" ANN "','x','n')"),
                        "23502 null value in column \"id\" of relation \"note\" violates not-null"
                        " constraint");
}

static void details_hide_columns_without_a_grant(void **state)
{
    (void)state;
    run_sql(&fixture, "insert into narrow values (1, 'a', 1, 7), (3, 'c', 2, 7)");
    run_as(&fixture, "authenticated", ANN);
    assert_string_equal(run_refused(&fixture, "insert into narrow values (1, 'b')"),
                        "23505 duplicate key value violates unique constraint \"narrow_pkey\" | Key"
                        " (id)=(1) already exists.");
    assert_string_equal(run_refused(&fixture, "insert into narrow values (2, 'a')"),
                        "23505 duplicate key value violates unique constraint \"narrow_code_key\"");
    assert_string_equal(run_refused(&fixture, "update narrow set a = 2 where id = 1"),
                        "23505 duplicate key value violates unique constraint \"narrow_a_b_key\"");
    assert_string_equal(run_refused(&fixture, "update narrow set id = null where id = 1"),
                        "23502 null value in column \"id\" of relation \"narrow\" violates not-null"
                        " constraint");
}

/* ---- updating, deleting ------------------------------------------------------------------------- */

static void hidden_rows_are_not_updated(void **state)
{
    (void)state;
    run_as(&fixture, "authenticated", ANN);
    assert_string_equal(run_sql(&fixture, "update note set body = 'new' where id < 9 returning id"),
                        "[{\"id\":1}]");
    assert_int_equal(fixture.result.affected, 1);
    run_sql(&fixture, "delete from note where id > 1");
    assert_int_equal(fixture.result.affected, 0);
    run_sql(&fixture, "delete from note where body like 'n%'");
    assert_int_equal(fixture.result.affected, 1);
}

static void nobody_moves_himself_elsewhere(void **state)
{
    (void)state;
    run_as(&fixture, "authenticated", ANN);
    assert_string_equal(run_refused(&fixture, "update item set org_id = 2 where id = 1"),
                        "42501 new row violates row-level security policy for table \"item\"");
    assert_string_equal(
        run_refused(&fixture, "update note set owner = '" BOB "' where id = 1 returning id"),
        "42501 new row violates row-level security policy for table \"note\"");
    run_sql(&fixture, "update item set name = 'moved' where id = 1");
    assert_int_equal(fixture.result.affected, 1);
}

static void an_update_reads_other_tables(void **state)
{
    (void)state;
    assert_string_equal(
        run_sql(&fixture, "update item set name = o.name from org o where o.id = item.org_id"
                          " and item.id < 3 returning item.id, item.name, o.code"),
        "[{\"id\":1,\"name\":\"one\",\"code\":\"a\"},{\"id\":2,\"name\":\"one\",\"code\":\"a\"}]");
    assert_int_equal(fixture.result.affected, 2);
    assert_string_equal(run_sql(&fixture,
                                "update item set id = item.id + 10 from org o where o.id ="
                                " item.org_id and o.id = 2 returning item.id, o.name"),
                        "[{\"id\":13,\"name\":\"two\"}]");
    assert_string_equal(run_sql(&fixture,
                                "delete from item using org o where o.id = item.org_id and"
                                " o.id = 2 returning item.id, o.name"),
                        "[{\"id\":13,\"name\":\"two\"}]");
    assert_int_equal(fixture.result.affected, 1);
}

static void a_delete_cascades(void **state)
{
    (void)state;
    run_sql(&fixture, "delete from member");
    run_sql(&fixture, "delete from org where id = 1");
    assert_string_equal(run_sql(&fixture, "select id from item"), "[{\"id\":3}]");
}

static void writes_in_with_run_in_order(void **state)
{
    (void)state;
    assert_string_equal(
        run_sql(&fixture,
                "with gone as (delete from item where org_id = 1 returning id, name)"
                " insert into org (id, name) select id + 50, name from gone returning id"),
        "[{\"id\":51},{\"id\":52}]");
    assert_int_equal(fixture.result.affected, 2);
    assert_string_equal(run_sql(&fixture,
                                "with up as (update org set name = 'w' where id > 50 returning *)"
                                " select count(*), max(id) from up where name = 'w'"),
                        "[{\"count\":2,\"max\":52}]");
    assert_string_equal(run_refused(&fixture,
                                    "with gone as (delete from org where id > 50 returning id)"
                                    " select count(*) from org, gone"),
                        "0A000 reading or writing table \"org\" in the same statement that changes "
                        "it in WITH is not"
                        " supported on this database");
    assert_string_equal(run_sql(&fixture,
                                "with gone as (delete from org where id > 50 returning id)"
                                " select count(*) from org where id > 50"),
                        "[{\"count\":2}]");
    assert_string_equal(run_sql(&fixture, "select count(*) from org where id > 50"),
                        "[{\"count\":0}]");
}

/* ---- upserts ------------------------------------------------------------------------------------ */

static void an_upsert_tells_inserted_from_updated(void **state)
{
    (void)state;
    static const char one[] = "insert into org values (%d,'up','%s') on conflict (code)"
                              " do update set name = excluded.name returning id, name";
    char sql[256];
    snprintf(sql, sizeof sql, one, 5, "a");
    assert_string_equal(run_sql(&fixture, sql), "[{\"id\":1,\"name\":\"up\"}]");
    assert_int_equal(fixture.result.affected, 1);
    assert_int_equal(fixture.result.inserted, 0);
    snprintf(sql, sizeof sql, one, 5, "new");
    assert_string_equal(run_sql(&fixture, sql), "[{\"id\":5,\"name\":\"up\"}]");
    assert_int_equal(fixture.result.inserted, 1);
    assert_string_equal(
        run_sql(&fixture, "insert into org values (6,'six','six'),(1,'again','z') on conflict (id)"
                          " do update set name = excluded.name || org.name returning id, name"),
        "[{\"id\":6,\"name\":\"six\"},{\"id\":1,\"name\":\"againup\"}]");
    assert_int_equal(fixture.result.affected, 2);
    assert_int_equal(fixture.result.inserted, 1);
}

static void doing_nothing_skips_rows(void **state)
{
    (void)state;
    assert_string_equal(run_sql(&fixture, "insert into org values (1,'x'),(9,'y') on conflict do"
                                          " nothing returning id"),
                        "[{\"id\":9}]");
    assert_int_equal(fixture.result.affected, 1);
    assert_string_equal(run_sql(&fixture, "insert into org select id, 'z' from org on conflict (id)"
                                          " do nothing returning id"),
                        "[]");
}

static void a_key_may_come_once(void **state)
{
    (void)state;
    assert_string_equal(
        run_refused(&fixture,
                    "insert into org values (5,'x'),(5,'y') on conflict (id) do update set"
                    " name = excluded.name"),
        "21000 ON CONFLICT DO UPDATE command cannot affect row a second time");
    assert_string_equal(
        run_refused(&fixture,
                    "insert into org values (1,null),(2,'y') on conflict (id) do update set"
                    " name = 'z'"),
        "23502 null value in column \"name\" of relation \"org\" violates not-null constraint |"
        " Failing row contains (1, null, null).");
    assert_string_equal(
        run_refused(&fixture, "insert into org values (1,'bad'),(2,'y') on conflict (id) do update"
                              " set name = 'z'"),
        "23514 new row for relation \"org\" violates check constraint \"named\"");
}

static void an_upsert_never_touches_hidden_rows(void **state)
{
    (void)state;
    run_as(&fixture, "authenticated", ANN);
    static const char tail[] = " on conflict (slug) do update set body = excluded.body";
    char sql[256];
    snprintf(sql, sizeof sql,
             "insert into note values (20,'" ANN "','new','s1')%s returning id, body", tail);
    assert_string_equal(run_sql(&fixture, sql), "[{\"id\":1,\"body\":\"new\"}]");
    assert_int_equal(fixture.result.inserted, 0);
    snprintf(sql, sizeof sql, "insert into note values (20,'" ANN "','new','s2')%s", tail);
    assert_string_equal(run_refused(&fixture, sql),
                        "42501 new row violates row-level security policy (USING expression) for"
                        " table \"note\"");
    snprintf(sql, sizeof sql, "insert into note values (20,'" BOB "','new','s1')%s", tail);
    assert_string_equal(run_refused(&fixture, sql),
                        "42501 new row violates row-level security policy for table \"note\"");
    snprintf(sql, sizeof sql, "insert into note values (20,'" ANN "','new','fresh')%s", tail);
    run_sql(&fixture, sql);
    assert_int_equal(fixture.result.inserted, 1);
}

/* ---- embeds ------------------------------------------------------------------------------------- */

static const struct node *statement(const char *sql)
{
    struct node *node;
    expect_ok(sql_parse_one(fixture.base.arena, str_of(sql), &node));
    return node;
}

/* The parent's target 0 is what the child's column equals. */
static struct compile_child embed(const char *name,
                                  enum child_shape shape,
                                  struct compile_node *node,
                                  const char *column)
{
    struct compile_link *link = ARENA_NEW(fixture.base.arena, struct compile_link);
    link->child_expr = ast_column_ref(fixture.base.arena, str_of(column));
    return (struct compile_child){
        .name = str_of(name), .shape = shape, .node = node, .links = link, .link_count = 1};
}

static const char *run_node(const struct compile_node *node)
{
    struct plan *plan = NULL;
    struct buf *out = buf_in(fixture.base.arena, 0);
    expect_ok(try_compile(&fixture.base, fixture.role, node, true, &plan));
    arena_defer(fixture.base.arena, release_plan, plan);
    expect_ok(run_plan(&fixture, plan, NULL, ROWS_ANY, ROWS_ANY, out));
    return str_cstr(fixture.base.arena, buf_str(out));
}

static void embeds_run_for_each_row(void **state)
{
    (void)state;
    struct compile_node items = {.statement = statement("select name from item order by id")};
    struct compile_child kids[] = {embed("items", CHILD_ARRAY, &items, "org_id")};
    struct compile_node orgs = {.statement = statement("select id, name from org order by id"),
                                .children = kids,
                                .child_count = 1};
    assert_string_equal(
        run_node(&orgs),
        "[{\"id\":1,\"name\":\"one\",\"items\":[{\"name\":\"x\"},{\"name\":\"y\"}]},"
        "{\"id\":2,\"name\":\"two\",\"items\":[{\"name\":\"z\"}]}]");
    run_as(&fixture, "authenticated", ANN);
    assert_string_equal(
        run_node(&orgs),
        "[{\"id\":1,\"name\":\"one\",\"items\":[{\"name\":\"x\"},{\"name\":\"y\"}]},"
        "{\"id\":2,\"name\":\"two\",\"items\":[]}]");
    assert_int_equal(fixture.result.rows, 2);
}

static void embeds_nest_and_limit_by_parent(void **state)
{
    (void)state;
    struct compile_node notes = {.statement = statement("select id as note from org where id < 2")};
    struct compile_child below[] = {embed("self", CHILD_OBJECT, &notes, "id")};
    struct compile_node items = {
        .statement = statement("select org_id, name from item order by id desc limit 1"),
        .children = below,
        .child_count = 1};
    struct compile_child kids[] = {embed("last", CHILD_ARRAY, &items, "org_id")};
    struct compile_node orgs = {.statement = statement("select id from org order by id"),
                                .children = kids,
                                .child_count = 1};
    assert_string_equal(
        run_node(&orgs),
        "[{\"id\":1,\"last\":[{\"org_id\":1,\"name\":\"y\",\"self\":{\"note\":1}}]},"
        "{\"id\":2,\"last\":[{\"org_id\":2,\"name\":\"z\",\"self\":null}]}]");
}

static void embeds_of_a_write_see_what_it_wrote(void **state)
{
    (void)state;
    struct compile_node items = {.statement = statement("select name from item order by id")};
    struct compile_child kids[] = {embed("items", CHILD_ARRAY, &items, "org_id")};
    struct compile_node moved = {
        .statement = statement("update item set org_id = 2 where id = 1 returning org_id, id"),
        .children = kids,
        .child_count = 1};
    assert_string_equal(run_node(&moved),
                        "[{\"org_id\":2,\"id\":1,\"items\":[{\"name\":\"x\"},{\"name\":\"z\"}]}]");
}

static void a_link_to_null_has_no_rows(void **state)
{
    (void)state;
    struct compile_node notes = {.statement = statement("select body from open_note")};
    struct compile_child kids[] = {embed("notes", CHILD_ARRAY, &notes, "body")};
    struct compile_node orgs = {.statement =
                                    statement("insert into org values (40,'n') returning code"),
                                .children = kids,
                                .child_count = 1};
    run_sql(&fixture, "insert into open_note values (1)");
    assert_string_equal(run_node(&orgs), "[{\"code\":null,\"notes\":[]}]");
}

/* More parents than are read at a time; an index leads from item to none of them. */
static void grouped_embeds_come_in_batches(void **state)
{
    (void)state;
    run_sql(&fixture, "insert into org select g, 'o' from generate_series(100, 2599) g");
    run_sql(&fixture, "insert into item (id, org_id, name) select g, 100 + g % 2500, 'n'"
                      " from generate_series(10000, 14999) g");
    struct compile_node items = {.statement =
                                     statement("select id from item order by id desc limit 1")};
    struct compile_child kids[] = {embed("items", CHILD_ARRAY, &items, "org_id")};
    struct compile_node orgs = {.statement =
                                    statement("select id from org where id >= 100 order by id"),
                                .children = kids,
                                .child_count = 1};
    const char *out = run_node(&orgs);
    assert_int_equal(fixture.result.rows, 2500);
    assert_true(strstr(out, "{\"id\":100,\"items\":[{\"id\":12500}]}") != NULL);
    assert_true(strstr(out, "{\"id\":2599,\"items\":[{\"id\":14999}]}]") != NULL);
    assert_true(strstr(out, "[]") == NULL);
}

/* ---- the contract of a run ------------------------------------------------------------------------ */

static err run_expecting(const char *sql, int64_t least, int64_t most)
{
    struct plan *plan = plan_of(&fixture.base, fixture.role, sql);
    return run_plan(&fixture, plan, NULL, least, most, buf_in(fixture.base.arena, 0));
}

static void expectations_are_about_rows(void **state)
{
    (void)state;
    assert_null(run_expecting("select id from org", 2, 2));
    assert_null(run_expecting("update org set name = 'k' where id = 1", 1, 1));
    err error = run_expecting("update org set name = 'lost' where id = 99", 1, 1);
    assert_int_equal(error->kind, ERR_EXPECTATION);
    assert_true(str_eq(error->details, STR("The result contains 0 rows")));
    error = run_expecting("update org set name = 'lost'", 0, 1);
    assert_int_equal(error->kind, ERR_EXPECTATION);
    assert_string_equal(run_sql(&fixture, "select id from org where name = 'lost'"), "[]");
}

static void a_read_only_run_refuses_to_write(void **state)
{
    (void)state;
    struct plan *plan = plan_of(&fixture.base, "postgres", "delete from org");
    struct run run = {
        .arena = fixture.base.arena,
        .db = fixture.db,
        .statements = fixture.statements,
        .session = &fixture.session,
        .read_only = true,
        .output = {.bytes = buf_in(fixture.base.arena, 0)},
    };
    const struct engine_step step = {.plan = plan, .rows_least = ROWS_ANY, .rows_most = ROWS_ANY};
    err error = run_program(&run, &step, &fixture.result);
    assert_true(err_is(error, STR("25006")));
    assert_true(str_eq(error->message, STR("cannot execute DELETE in a read-only transaction")));
    assert_false(run.started);
}

static int stop_at_once(void *context)
{
    (void)context;
    return 1;
}

static void an_interrupted_run_can_run_again(void **state)
{
    (void)state;
    static const char sql[] = "select count(*) from generate_series(1, 100000) g";
    const char *out = "";
    sqlite3_progress_handler(fixture.db, 100, stop_at_once, NULL);
    err error = run_try(&fixture, sql, NULL, &out);
    assert_true(err_is(error, STR("57014")));
    sqlite3_progress_handler(fixture.db, 0, NULL, NULL);
    assert_string_equal(run_sql(&fixture, sql), "[{\"count\":100000}]");
}

struct collected {
    size_t calls;
    size_t bytes;
};

static err collect(void *context, struct buf *bytes)
{
    struct collected *collected = context;
    collected->calls++;
    collected->bytes += bytes->len;
    buf_clear(bytes);
    return NULL;
}

static void a_large_result_is_moved_away_between_rows(void **state)
{
    (void)state;
    struct collected collected = {0};
    struct plan *plan =
        plan_of(&fixture.base, "postgres", "select g from generate_series(10000, 19999) g");
    struct run run = {
        .arena = fixture.base.arena,
        .db = fixture.db,
        .statements = fixture.statements,
        .session = &fixture.session,
        .output = {.bytes = buf_in(fixture.base.arena, 0),
                   .bytes_high = 4096,
                   .full = collect,
                   .context = &collected},
    };
    const struct engine_step step = {.plan = plan, .rows_least = ROWS_ANY, .rows_most = ROWS_ANY};
    expect_ok(run_program(&run, &step, &fixture.result));
    assert_true(collected.calls > 20);
    assert_int_equal(collected.bytes + run.output.bytes->len, 10000 * strlen("{\"g\":10000},") + 1);
}

static void parameters_are_bound(void **state)
{
    (void)state;
    const struct value params[] = {value_int(2), value_text(STR("b"))};
    const char *out = "";
    expect_ok(run_try(&fixture, "select name from org where id = $1 and code = $2", params, &out));
    assert_string_equal(out, "[{\"name\":\"two\"}]");
}

static void the_session_is_bound(void **state)
{
    (void)state;
    run_as(&fixture, "authenticated", ANN);
    assert_string_equal(run_sql(&fixture, "select auth.uid() as uid, auth.role() as role,"
                                          " auth.jwt() ->> 'sub' as sub, current_user as who"),
                        "[{\"uid\":\"" ANN "\",\"role\":\"authenticated\",\"sub\":\"" ANN "\","
                        "\"who\":\"authenticated\"}]");
}

#define ON_DATA(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DATA(rows_come_as_json),
        ON_DATA(a_policy_hides_rows),
        ON_DATA(a_policy_holds_on_the_nullable_side),
        ON_DATA(a_raising_condition_sees_no_hidden_row),
        ON_DATA(other_formats),
        ON_DATA(queries_of_every_shape),
        ON_DATA(an_insert_answers_its_rows),
        ON_DATA(a_check_comes_before_every_constraint),
        ON_DATA(a_key_without_a_value_is_refused),
        ON_DATA(constraints_speak_as_in_postgresql),
        ON_DATA(details_hide_what_policies_hide),
        ON_DATA(details_hide_columns_without_a_grant),
        ON_DATA(hidden_rows_are_not_updated),
        ON_DATA(nobody_moves_himself_elsewhere),
        ON_DATA(an_update_reads_other_tables),
        ON_DATA(a_delete_cascades),
        ON_DATA(writes_in_with_run_in_order),
        ON_DATA(an_upsert_tells_inserted_from_updated),
        ON_DATA(doing_nothing_skips_rows),
        ON_DATA(a_key_may_come_once),
        ON_DATA(an_upsert_never_touches_hidden_rows),
        ON_DATA(embeds_run_for_each_row),
        ON_DATA(embeds_nest_and_limit_by_parent),
        ON_DATA(embeds_of_a_write_see_what_it_wrote),
        ON_DATA(a_link_to_null_has_no_rows),
        ON_DATA(grouped_embeds_come_in_batches),
        ON_DATA(expectations_are_about_rows),
        ON_DATA(a_read_only_run_refuses_to_write),
        ON_DATA(an_interrupted_run_can_run_again),
        ON_DATA(a_large_result_is_moved_away_between_rows),
        ON_DATA(parameters_are_bound),
        ON_DATA(the_session_is_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
