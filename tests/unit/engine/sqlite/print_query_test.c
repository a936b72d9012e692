/* PostgreSQL's SELECT as SQLite's text. */
#include "engine/sqlite/program_fixture.h"

static struct program_fixture fixture;

static const char schema[] =
    "create table org (id int primary key, name text not null);"
    "create table item (id int primary key, org_id int not null references org, name text,"
    " price numeric(10,2), made timestamptz, owner uuid);"
    "create table mine (id int primary key, owner uuid, note text);"
    "alter table mine enable row level security;"
    "create policy own on mine for select to authenticated using (owner = auth.uid());"
    "grant select, insert, update, delete on org, item, mine to authenticated;"
    "create schema shop; create table shop.till (id int primary key, \"Mixed \"\"Case\" text);"
    "grant usage on schema shop to authenticated; grant all on shop.till to authenticated;";

static int begin(void **state)
{
    (void)state;
    fixture_begin(&fixture, schema);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_end(&fixture);
    return 0;
}

struct golden {
    const char *sql, *printed;
};

static const struct golden goldens[] = {
    {"select id, name from org where id = $1",
     "SELECT \"org\".\"id\", \"org\".\"name\" FROM main.\"org\" WHERE \"org\".\"id\" = ?1 [$1]"                                                             },
    {"select * from org o order by name desc, id limit 5 offset 2",
     "SELECT \"o\".\"id\", \"o\".\"name\" FROM main.\"org\" AS \"o\" ORDER BY \"o\".\"name\" "
     "DESC, \"o\".\"id\" LIMIT 5 OFFSET 2"                                                                                                                  },
    {"select i.name, o.name from item i join org o on o.id = i.org_id where i.price > 5",
     "SELECT \"i\".\"name\", \"o\".\"name\" FROM main.\"item\" AS \"i\" JOIN main.\"org\" AS "
     "\"o\" ON \"o\".\"id\" = \"i\".\"org_id\" WHERE \"i\".\"price\" > '5'"                                                                                 },
    {"select i.name, o.name from item i left join org o on o.id = i.org_id",
     "SELECT \"i\".\"name\", \"o\".\"name\" FROM main.\"item\" AS \"i\" LEFT JOIN main.\"org\" "
     "AS \"o\" ON \"o\".\"id\" = \"i\".\"org_id\""                                                                                                          },
    {"select i.name, o.name from item i right join org o on o.id = i.org_id",
     "SELECT \"i\".\"name\", \"o\".\"name\" FROM main.\"org\" AS \"o\" LEFT JOIN main.\"item\" "
     "AS \"i\" ON \"o\".\"id\" = \"i\".\"org_id\""                                                                                                          },
    {"select i.name, o.name from item i full join org o on o.id = i.org_id",
     "SELECT \"i\".\"name\", \"o\".\"name\" FROM main.\"item\" AS \"i\" FULL JOIN main.\"org\" "
     "AS \"o\" ON \"o\".\"id\" = \"i\".\"org_id\""                                                                                                          },
    {"select * from mine",
     "SELECT \"mine\".\"id\", \"mine\".\"owner\", \"mine\".\"note\" FROM main.\"mine\" WHERE "
     "\"mine\".\"owner\" = ?1 [session 0]"                                                                                                                  },
    {"select m.note from org o left join mine m on m.id = o.id where o.id = 3",
     "SELECT \"m\".\"note\" FROM main.\"org\" AS \"o\" LEFT JOIN main.\"mine\" AS \"m\" ON "
     "\"m\".\"owner\" = ?1 AND \"m\".\"id\" = \"o\".\"id\" WHERE \"o\".\"id\" = 3 [session 0]"                                                              },
    {"select m.note from mine m full join org o on m.id = o.id",
     "WITH \"m~2\" AS (SELECT * FROM main.\"mine\" AS \"m\" WHERE \"m\".\"owner\" = ?1 LIMIT -1 "
     "OFFSET 0) SELECT \"m\".\"note\" FROM \"m~2\" AS \"m\" FULL JOIN main.\"org\" AS \"o\" ON "
     "\"m\".\"id\" = \"o\".\"id\" [session 0]"                                                                                                              },
    {"select note from mine where id = 3 and note like 'a%'",
     "SELECT \"mine\".\"note\" FROM (SELECT * FROM main.\"mine\" AS \"mine\" WHERE "
     "\"mine\".\"owner\" = ?1 AND \"mine\".\"id\" = 3 LIMIT -1 OFFSET 0) AS \"mine\" WHERE "
     "pg_textlike(\"mine\".\"note\",'a%') [session 0]"                                                                                                      },
    {"select note from mine where id = 3 and note = 'a'",
     "SELECT \"mine\".\"note\" FROM main.\"mine\" WHERE \"mine\".\"id\" = 3 AND "
     "\"mine\".\"note\" = 'a' AND \"mine\".\"owner\" = ?1 [session 0]"                                                                                      },
    {"select a.note from mine a, mine b where a.id = b.id",
     "SELECT \"a\".\"note\" FROM main.\"mine\" AS \"a\", main.\"mine\" AS \"b\" WHERE "
     "\"a\".\"id\" = \"b\".\"id\" AND \"a\".\"owner\" = ?1 AND \"b\".\"owner\" = ?1 [session 0]"                                                            },
    {"select count(*) from mine",
     "SELECT count(*) FROM main.\"mine\" WHERE \"mine\".\"owner\" = ?1 [session 0]"                                                                         },
    {"select org_id, count(*), sum(price) from item group by org_id having count(*) > 1",
     "SELECT \"item\".\"org_id\", count(*), pg_sum_numeric(\"item\".\"price\") FROM "
     "main.\"item\" GROUP BY \"item\".\"org_id\" HAVING count(*) > 1"                                                                                       },
    {"select distinct org_id from item",                                                            "SELECT DISTINCT \"item\".\"org_id\" FROM main.\"item\""},
    {"select distinct on (org_id) id, name from item order by org_id, made desc limit 3",
     "SELECT \"c0\", \"c1\" FROM (SELECT \"item\".\"id\" AS \"c0\", \"item\".\"name\" AS \"c1\", "
     "row_number() OVER (PARTITION BY \"item\".\"org_id\" ORDER BY \"item\".\"org_id\", "
     "\"item\".\"made\" DESC NULLS FIRST) AS \"n\", \"item\".\"org_id\" AS \"s0\", "
     "\"item\".\"made\" AS \"s1\" FROM main.\"item\") WHERE \"n\" = 1 ORDER BY \"s0\" NULLS "
     "LAST, \"s1\" DESC NULLS FIRST LIMIT 3"                                                                                                                },
    {"select name from org union select name from item order by 1",
     "SELECT \"org\".\"name\" FROM main.\"org\" UNION SELECT \"item\".\"name\" FROM "
     "main.\"item\" ORDER BY 1 NULLS LAST"                                                                                                                  },
    {"select name from org except all select name from item",
     "SELECT \"c0\" FROM (SELECT *, row_number() OVER (PARTITION BY \"c0\") FROM (SELECT "
     "\"org\".\"name\" AS \"c0\" FROM main.\"org\") EXCEPT SELECT *, row_number() OVER "
     "(PARTITION BY \"c0\") FROM (SELECT \"item\".\"name\" AS \"c0\" FROM main.\"item\"))"                                                                  },
    {"with x as (select id from org) select x.id from x join org on org.id = x.id",
     "WITH \"x\"(\"id\") AS (SELECT \"org\".\"id\" FROM main.\"org\") SELECT \"x_2\".\"id\" FROM "
     "\"x\" AS \"x_2\" JOIN main.\"org\" AS \"org_2\" ON \"org_2\".\"id\" = \"x_2\".\"id\""                                                                 },
    {"with recursive n(i) as (select 1 union all select i + 1 from n where i < 5) select i from n",
     "WITH RECURSIVE \"n\"(\"i\") AS (SELECT 1 UNION ALL SELECT pg_int4pl(\"n_2\".\"i\",1) FROM "
     "\"n\" AS \"n_2\" WHERE \"n_2\".\"i\" < 5) SELECT \"n_3\".\"i\" FROM \"n\" AS \"n_3\""                                                                 },
    {"select * from (select id, name from org where id > 3) s where s.name = 'x'",
     "SELECT \"s\".\"id\", \"s\".\"name\" FROM (SELECT \"org\".\"id\" AS \"id\", "
     "\"org\".\"name\" AS \"name\" FROM main.\"org\" WHERE \"org\".\"id\" > 3) AS \"s\" WHERE "
     "\"s\".\"name\" = 'x'"                                                                                                                                 },
    {"select * from (values (1,'a'),(2,'b')) v(n, t) where n = 1",
     "SELECT \"v\".\"column1\", \"v\".\"column2\" FROM (VALUES (1,'a'),(2,'b')) AS \"v\" WHERE "
     "\"v\".\"column1\" = 1"                                                                                                                                },
    {"values (1,'a'),(2,'b') order by 2 limit 1",
     "SELECT column1, column2 FROM (VALUES (1,'a'),(2,'b')) ORDER BY 2 NULLS LAST LIMIT 1"                                                                  },
    {"select name from org where exists (select 1 from item where item.org_id = org.id)",
     "SELECT \"org\".\"name\" FROM main.\"org\" WHERE EXISTS (SELECT 1 FROM main.\"item\" WHERE "
     "\"item\".\"org_id\" = \"org\".\"id\")"                                                                                                                },
    {"select name from org where id in (select org_id from item)",
     "SELECT \"org\".\"name\" FROM main.\"org\" WHERE \"org\".\"id\" IN (SELECT "
     "\"item\".\"org_id\" FROM main.\"item\")"                                                                                                              },
    {"select (select count(*) from item i where i.org_id = o.id) from org o",
     "SELECT (SELECT count(*) FROM main.\"item\" AS \"i\" WHERE \"i\".\"org_id\" = \"o\".\"id\") "
     "FROM main.\"org\" AS \"o\""                                                                                                                           },
    {"select name, row_number() over (partition by org_id order by price desc) from item",
     "SELECT \"item\".\"name\", row_number() OVER (PARTITION BY \"item\".\"org_id\" ORDER BY "
     "\"item\".\"price\" DESC NULLS FIRST) FROM main.\"item\""                                                                                              },
    {"select id from shop.till where \"Mixed \"\"Case\" = 'x'",
     "SELECT \"till\".\"id\" FROM main.\"shop.till\" AS \"till\" WHERE \"till\".\"Mixed "
     "\"\"Case\" = 'x'"                                                                                                                                     },
    {"select 1",                                                                                    "SELECT 1"                                              },
    {"select id from org limit $1",
     "SELECT \"org\".\"id\" FROM main.\"org\" LIMIT coalesce(?1, -1) [$1]"                                                                                  },
    {"select id from org limit null offset 3",
     "SELECT \"org\".\"id\" FROM main.\"org\" LIMIT -1 OFFSET 3"                                                                                            },
    {"select id from org order by 1 limit 2",
     "SELECT \"org\".\"id\" FROM main.\"org\" ORDER BY \"org\".\"id\" LIMIT 2"                                                                              },
    {"select 5 as a from org group by 1 order by 1",                                                "SELECT 5 FROM main.\"org\" GROUP BY NULL"              },
    {"select g from generate_series(1, 3) g",
     "SELECT \"g\".\"value\" FROM pg_generate_series_int4(1,3) AS \"g\""                                                                                    },
    {"select o.id from org o cross join item i, mine m",
     "SELECT \"o\".\"id\" FROM main.\"org\" AS \"o\" JOIN main.\"item\" AS \"i\", main.\"mine\" "
     "AS \"m\" WHERE \"m\".\"owner\" = ?1 [session 0]"                                                                                                      },
    {"select o.id from org o left join (item i join mine m on m.id = i.id) on o.id = i.org_id",
     "SELECT \"o\".\"id\" FROM main.\"org\" AS \"o\" LEFT JOIN (main.\"item\" AS \"i\" JOIN "
     "main.\"mine\" AS \"m\" ON \"m\".\"id\" = \"i\".\"id\") ON \"m\".\"owner\" = ?1 AND "
     "\"o\".\"id\" = \"i\".\"org_id\" [session 0]"                                                                                                          },
    {"select m.id from mine m where m.note || 'x' = 'ax' or m.id = 1",
     "SELECT \"m\".\"id\" FROM (SELECT * FROM main.\"mine\" AS \"m\" WHERE \"m\".\"owner\" = ?1 "
     "LIMIT -1 OFFSET 0) AS \"m\" WHERE \"m\".\"note\" || 'x' = 'ax' OR \"m\".\"id\" = 1 "
     "[session 0]"                                                                                                                                          },
    {"select s.id from (select id, note from mine) s where s.note like 'a%'",
     "SELECT \"s\".\"id\" FROM (SELECT \"mine\".\"id\" AS \"id\", \"mine\".\"note\" AS \"note\" "
     "FROM (SELECT * FROM main.\"mine\" AS \"mine\" WHERE \"mine\".\"owner\" = ?1 LIMIT -1 "
     "OFFSET 0) AS \"mine\") AS \"s\" WHERE pg_textlike(\"s\".\"note\",'a%') [session 0]"                                                                   },
    {"with x as (select id, note from mine) select id from x where note ~ 'a'",
     "WITH \"x\"(\"id\",\"note\") AS (SELECT \"mine\".\"id\", \"mine\".\"note\" FROM (SELECT * "
     "FROM main.\"mine\" AS \"mine\" WHERE \"mine\".\"owner\" = ?1 LIMIT -1 OFFSET 0) AS "
     "\"mine\") SELECT \"x_2\".\"id\" FROM \"x\" AS \"x_2\" WHERE "
     "pg_textregexeq(\"x_2\".\"note\",'a') [session 0]"                                                                                                     },
    {"select id from mine where id = 1 and id in (select id from mine where note like 'q%')",
     "SELECT \"mine\".\"id\" FROM (SELECT * FROM main.\"mine\" AS \"mine\" WHERE "
     "\"mine\".\"owner\" = ?1 AND \"mine\".\"id\" = 1 LIMIT -1 OFFSET 0) AS \"mine\" WHERE "
     "\"mine\".\"id\" IN (SELECT \"mine_2\".\"id\" FROM (SELECT * FROM main.\"mine\" AS "
     "\"mine_2\" WHERE \"mine_2\".\"owner\" = ?1 LIMIT -1 OFFSET 0) AS \"mine_2\" WHERE "
     "pg_textlike(\"mine_2\".\"note\",'q%')) [session 0]"                                                                                                   },
    {"select note from mine order by note, id",
     "SELECT \"mine\".\"note\" FROM main.\"mine\" WHERE \"mine\".\"owner\" = ?1 ORDER BY "
     "\"mine\".\"note\" NULLS LAST, \"mine\".\"id\" [session 0]"                                                                                            },
    {"select max(note) from mine having max(note) like 'a%'",
     "SELECT max(\"mine\".\"note\") FROM (SELECT * FROM main.\"mine\" AS \"mine\" WHERE "
     "\"mine\".\"owner\" = ?1 LIMIT -1 OFFSET 0) AS \"mine\" HAVING "
     "pg_textlike(max(\"mine\".\"note\"),'a%') [session 0]"                                                                                                 },
};

static void selects_print_as_expected(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(goldens); i++)
        assert_string_equal(describe(&fixture, plan_of(&fixture, "authenticated", goldens[i].sql)),
                            goldens[i].printed);
}

/* head, count times one between separators. */
static const char *repeated(const char *head, const char *one, const char *separator, size_t count)
{
    struct buf *sql = buf_in(fixture.arena, 0);
    buf_str_add(sql, str_of(head));
    for (size_t i = 0; i < count; i++) {
        if (i > 0) buf_str_add(sql, str_of(separator));
        buf_str_add(sql, str_of(one));
    }
    buf_char(sql, '\0');
    return buf_str(sql).at;
}

/* The bytes that compiling and printing a statement take: they grow as its work does. */
static size_t work_of(const char *sql)
{
    struct node *statement;
    expect_ok(sql_parse_one(fixture.arena, str_of(sql), &statement));
    struct compile_node node = {.statement = statement};
    size_t before = arena_used(fixture.arena);
    struct plan *plan;
    expect_ok(try_compile(&fixture, "authenticated", &node, false, &plan));
    size_t bytes = arena_used(fixture.arena) - before + arena_used(plan->arena);
    plan_unref(plan);
    return bytes;
}

static void work_is_linear_in_a_statements_parts(void **state)
{
    (void)state;
    static const struct {
        const char *head, *one, *separator;
    } rows[] = {
        {"select id from item where ",           "price > 1",                                    " and "},
        {"select id from item where not(",       "(id = 7 or price > 1)) and not(",              ""     },
        {"select id from item where id in (7, ", "org_id",                                       ", "   },
        {"select id from item where ",           "exists (select 1 from mine m where m.id = 7)", " or " },
        {"insert into org (id, name) values ",   "(7, (select name from org where id = 7))",     ", "   },
        {"select ",                              "mine.note",                                    ", "   },
    };
    static const char *const tails[] = {"", "true)", ")", "", "", " from mine"};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t work[2];
        for (size_t k = 0; k < 2; k++) {
            const char *sql = repeated(rows[i].head, rows[i].one, rows[i].separator, 250 * (k + 1));
            work[k] = work_of(str_printf(fixture.arena, "%s%s", sql, tails[i]).at);
        }
        if (work[1] > work[0] * 5 / 2)
            fail_msg("%s: %zu bytes, twice as long %zu bytes", rows[i].head, work[0], work[1]);
    }
}

static void names_of_columns_never_meet(void **state)
{
    (void)state;
    const char *sql =
        "select s.\"a~1\", s.\"a~2\" from (select 1 as \"a~2\", 2 as \"a~1\", 3 as a, "
        "4 as a) s";
    assert_string_equal(
        describe(&fixture, plan_of(&fixture, "authenticated", sql)),
        "SELECT \"s\".\"a~1~1\", \"s\".\"a~2~0\" FROM (SELECT 1 AS \"a~2~0\", 2 AS \"a~1~1\", 3 AS "
        "\"a\", 4 AS \"a~3\") AS \"s\"");
}

/* SQLite prepares a long text in one piece: no meter stops it. */
static void long_texts_start_on_the_slow_lane(void **state)
{
    (void)state;
    const char *few = repeated("select id from item where ", "price > 1", " and ", 10);
    const char *many = repeated("select id from item where ", "price > 1", " and ", 1000);
    assert_false(plan_of(&fixture, "authenticated", few)->slow);
    assert_true(plan_of(&fixture, "authenticated", many)->slow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selects_print_as_expected),
        cmocka_unit_test(work_is_linear_in_a_statements_parts),
        cmocka_unit_test(names_of_columns_never_meet),
        cmocka_unit_test(long_texts_start_on_the_slow_lane),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
