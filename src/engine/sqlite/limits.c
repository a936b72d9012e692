#include "engine/sqlite/limits.h"

#include "base/clock.h"
#include "engine/sqlite/connection.h"

enum { OPS = 2000, LOOK_NS = 20000000 };

#define MS_NS UINT64_C(1000000)

static bool has_gone(struct limits *limits, uint64_t now_ns)
{
    uint64_t stop_ms = limits->stop_ms ? atomic_load(limits->stop_ms) : 0;
    if (stop_ms && now_ns >= stop_ms * MS_NS) return true;
    if (!limits->cancelled || now_ns < limits->looked_ns + LOOK_NS) return false;
    limits->looked_ns = now_ns;
    return limits->cancelled(limits->context);
}

bool limits_over(struct limits *limits)
{
    uint64_t now_ns = clock_mono_ns();
    limits->stopped = limits->stopped || has_gone(limits, now_ns);
    return limits->stopped || (limits->until_ns && now_ns > limits->until_ns);
}

static int over(void *context)
{
    return limits_over(context);
}

void limits_pause(struct connection *connection)
{
    sqlite3_progress_handler(connection->db, 0, NULL, NULL);
    connection->session->deadline_ns = 0;
    connection->session->limits = NULL;
}

void limits_resume(struct connection *connection)
{
    if (!connection->limits) return;
    sqlite3_progress_handler(connection->db, OPS, over, connection->limits);
    connection->session->deadline_ns = connection->limits->until_ns;
    connection->session->limits = connection->limits;
}

void limits_begin(struct limits *limits, struct connection *connection)
{
    limits->until_ns = limits->whole_ms ? clock_mono_ns() + limits->whole_ms * MS_NS : 0;
    connection->limits = limits;
    limits_resume(connection);
}

void limits_end(struct connection *connection)
{
    limits_pause(connection);
    connection->limits = NULL;
}

err limits_statement(struct arena *arena, struct connection *connection)
{
    struct limits *limits = connection->limits;
    if (!limits) return NULL;
    if (limits->statement_ms) limits->until_ns = clock_mono_ns() + limits->statement_ms * MS_NS;
    limits_resume(connection);
    if (!over(limits)) return NULL;
    return limits_explain(arena, connection,
                          err_sql(arena, "57014", "canceling statement due to statement timeout"));
}

err limits_explain(struct arena *arena, struct connection *connection, err error)
{
    struct limits *limits = connection->limits;
    if (!limits || !err_is(error, STR("57014"))) return error;
    over(limits); /* the watchdog's interrupt comes without its reason */
    if (limits->stopped) return err_sql(arena, "57014", "canceling statement due to user request");
    const char *setting = limits->whole_ms ? "migration_run_ms" : "sql_run_ms";
    struct err *late = err_sql(arena, "57014", "canceling statement due to statement timeout");
    return err_hint(arena, late, "The setting database.%s holds the limit.", setting);
}
