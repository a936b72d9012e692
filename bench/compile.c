/* bench/compile - what compiling a statement costs: its parse, and all that follows up to SQLite's text.
 *
 *   bench-compile [RUNS]
 *
 * Prints a line for each statement: its bytes, microseconds of processor time for the two parts (the best of five
 * rounds). Policies are on. Exit 1 when a statement of about 300 bytes costs more than BUDGET_US.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sql/sql_fixture.h"

#include "base/clock.h"
#include "engine/sqlite/program.h"

enum { ROUNDS = 5, RUNS = 400, TYPICAL_BYTES = 250, BUDGET_US = 50 };

static const char schema[] =
    "create table customers (id bigint primary key, name text not null, email text unique, owner "
    "uuid);"
    "create table orders (id bigint primary key, customer_id bigint not null references customers, "
    "  status text not null default 'open', created_at timestamptz not null default now(), owner "
    "uuid, "
    "  total numeric(14,2));"
    "create table lines (id bigint primary key, order_id bigint not null references orders, "
    "product text, "
    "  quantity int not null, price numeric(14,2), discount int default 0);"
    "alter table orders enable row level security;"
    "create policy p on orders to authenticated using (owner = auth.uid());"
    "alter table lines enable row level security;"
    "create policy q on lines to authenticated using ("
    "  exists (select 1 from orders o where o.id = order_id and o.owner = auth.uid()));"
    "grant select, insert, update, delete on customers, orders, lines to authenticated;";

static const char *const statements[] = {
    "select o.id, o.created_at, c.name, sum(l.quantity * l.price) as total, "
    "count(*) filter (where l.discount > 0) as discounted "
    "from orders o join customers c on c.id = o.customer_id left join lines l on l.order_id = o.id "
    "where o.status = 'open' and o.created_at > now() - interval '30 days' "
    "group by o.id, c.name order by total desc limit 20",
    "select id, status, total from orders where customer_id = 5 order by created_at desc limit 10",
    "update orders set status = 'paid', total = (select sum(quantity * price) from lines l "
    "where l.order_id = orders.id) where id = 7 and status = 'open' returning id, status, total",
    "insert into lines (id, order_id, product, quantity, price) values (1, 2, 'x', 3, 4.50), "
    "(2, 2, 'y', 1, 10) returning id",
};

static void compile(struct fixture *fixture, struct arena *arena, struct node *statement)
{
    struct compile_node root = {.statement = statement};
    struct compile_step step = {.node = &root, .shape = RESULT_ROWS, .result = true};
    struct compile_options options = {
        .catalog = fixture->catalog,
        .role = catalog_role_find(fixture->catalog, STR("authenticated"))->oid,
        .search_path = fixture_path,
        .search_path_count = COUNT_OF(fixture_path),
        .api = true,
        .steps = &step,
        .step_count = 1,
    };
    struct plan *plan;
    err error = sql_compile(arena, &options, program_print, &plan);
    if (error) {
        fprintf(stderr, "%.*s\n", STR_FMT(error->message));
        exit(2);
    }
    plan_unref(plan);
}

/* Microseconds for one, with or without what follows the parse. */
static double measure(struct fixture *fixture, const char *text, int runs, bool whole)
{
    uint64_t best = UINT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t started = clock_thread_ns();
        for (int i = 0; i < runs; i++) {
            struct arena *arena = arena_new(0);
            struct node *statement;
            if (sql_parse_one(arena, str_of(text), &statement)) exit(2);
            if (whole) compile(fixture, arena, statement);
            arena_free(arena);
        }
        uint64_t took = clock_thread_ns() - started;
        if (took < best) best = took;
    }
    return (double)best / runs / 1000;
}

int main(int argc, char **argv)
{
    struct fixture fixture;
    fixture_open(&fixture, schema);
    int runs = argc > 1 ? atoi(argv[1]) : RUNS, missed = 0;
    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        size_t bytes = strlen(statements[i]);
        double parse = measure(&fixture, statements[i], runs, false);
        double whole = measure(&fixture, statements[i], runs, true);
        printf("%4zu bytes: parse %.1f us, compile %.1f us\n", bytes, parse, whole - parse);
        if (bytes >= TYPICAL_BYTES && whole - parse > BUDGET_US) missed = 1;
    }
    fixture_close(&fixture);
    return missed;
}
