/* tests/unit/engine/postgres/cluster.h - an engine's shape over a database of a private server.
 *
 * The superuser is not "postgres": what the bootstrap does about that role is looked at.
 *
 * Owns:    the server, between cluster_start and cluster_stop; a database, between database_new and _free.
 */
#ifndef DAPUR_TESTS_ENGINE_POSTGRES_CLUSTER_H
#define DAPUR_TESTS_ENGINE_POSTGRES_CLUSTER_H

#include "engine/postgres/server.h"

#include "engine/postgres/engine_int.h"

static struct server *cluster;

static int cluster_start(void **state)
{
    int code = server_start_as(state, "root_of_all");
    cluster = *state;
    if (code == 0 && !cluster) {
        /* Setups cannot skip: the program says so, as tools/suite_unit reads it. */
        printf("[  SKIPPED ] 1 test(s), listed below:\n[  SKIPPED ] without_a_server\n");
        exit(0);
    }
    return code;
}

static int cluster_stop(void **state)
{
    return server_stop(state);
}

static str cluster_url(struct arena *arena, const char *login, const char *database)
{
    return server_url(arena, cluster, login, database);
}

static PGconn *cluster_connect(const char *login, const char *database)
{
    struct arena *arena = arena_new(0);
    PGconn *conn = server_connect(arena, cluster, login, database);
    arena_free(arena);
    return conn;
}

/* Runs statements as the superuser; fails the test when they do. */
static void cluster_admin(const char *database, const char *sql)
{
    PGconn *conn = cluster_connect("root_of_all", database);
    server_sql(conn, sql);
    PQfinish(conn);
}

/* The single value that a query answers, in the arena. */
static str cluster_value(struct arena *arena,
                         const char *login,
                         const char *database,
                         const char *sql)
{
    PGconn *conn = cluster_connect(login, database);
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    str value = str_copy(arena, str_of(PQgetvalue(result, 0, 0)));
    PQclear(result);
    PQfinish(conn);
    return value;
}

/* An empty database and an engine's shape over it: options are all that scripts read. */
struct database {
    struct arena *arena;
    char name[32];
    struct engine_pg engine;
    struct buf *notices;
    str rows, columns, types, command; /* of the last statement that had some */
    int line, column;                  /* of the last error */
    size_t statements, refused;
};

static struct database *database_new(const char *owner)
{
    struct arena *arena = arena_new(0);
    struct database *db = ARENA_NEW(arena, struct database);
    db->arena = arena;
    db->notices = buf_in(arena, 0);
    snprintf(db->name, sizeof db->name, "d%d_%d", (int)getpid(), ++cluster->databases);
    cluster_admin("postgres", str_printf(arena, "CREATE DATABASE %s OWNER %s", db->name, owner).at);
    db->engine.options.url = cluster_url(arena, owner, db->name);
    db->engine.options.connect_ms = 5000;
    return db;
}

static void database_free(struct database *db)
{
    cluster_admin("postgres", str_printf(db->arena, "DROP DATABASE %s WITH (FORCE)", db->name).at);
    arena_free(db->arena);
}

#endif
