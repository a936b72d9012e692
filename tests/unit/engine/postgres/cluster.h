/* A private PostgreSQL for a test program: unix socket, own folder, gone with the program. */
#ifndef DAPUR_TESTS_ENGINE_POSTGRES_CLUSTER_H
#define DAPUR_TESTS_ENGINE_POSTGRES_CLUSTER_H

#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/postgres/engine_int.h"
#include "engine/postgres/session.h"

#define CLUSTER_BIN "/usr/lib/postgresql/15/bin"

enum { CLUSTER_START_MS = 30000 };

static struct {
    pid_t pid;
    char folder[64];
    unsigned databases; /* made so far */
} cluster;

static pid_t cluster_spawn(char *const arguments[])
{
    pid_t pid = fork();
    if (pid != 0) return pid;
    if (geteuid() == 0) {
        const struct passwd *user = getpwnam("postgres");
        if (!user || initgroups("postgres", user->pw_gid) || setgid(user->pw_gid) ||
            setuid(user->pw_uid))
            _exit(126);
    }
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (chdir(cluster.folder) || !freopen("log", "a", stdout) || !freopen("log", "a", stderr))
        _exit(126);
    execv(arguments[0], arguments);
    _exit(127);
}

/* postgresql://LOGIN@/DATABASE on the cluster's socket. */
static str cluster_url(struct arena *arena, const char *login, const char *database)
{
    return str_printf(arena, "postgresql:///%s?host=%s&user=%s", database, cluster.folder, login);
}

static PGconn *cluster_connect(const char *login, const char *database)
{
    struct arena *arena = arena_new(0);
    PGconn *conn = PQconnectdb(str_cstr(arena, cluster_url(arena, login, database)));
    arena_free(arena);
    return conn;
}

static int cluster_stop(void **state)
{
    (void)state;
    if (cluster.pid > 0) {
        kill(cluster.pid, SIGINT);
        waitpid(cluster.pid, NULL, 0);
    }
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", cluster.folder);
    return system(command);
}

static int cluster_start(void **state)
{
    (void)state;
    if (access(CLUSTER_BIN "/initdb", X_OK) != 0 || (geteuid() == 0 && !getpwnam("postgres"))) {
        fprintf(stderr, "skipped: no PostgreSQL 15 server (Debian: postgresql-15)\n");
        exit(0);
    }
    strcpy(cluster.folder, "/tmp/dapur-pg-XXXXXX");
    if (!mkdtemp(cluster.folder)) return -1;
    const struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (user && chown(cluster.folder, user->pw_uid, user->pw_gid)) return -1;
    char *initdb[] = {CLUSTER_BIN "/initdb",
                      "-D",
                      "data",
                      "-U",
                      "root_of_all",
                      "-A",
                      "trust",
                      "-E",
                      "UTF8",
                      "--locale=C.UTF-8",
                      "--no-sync",
                      NULL};
    int status = 0;
    pid_t pid = cluster_spawn(initdb);
    if (waitpid(pid, &status, 0) != pid || status != 0) return -1;
    char *server[] = {CLUSTER_BIN "/postgres", "-D", "data",      "-k", cluster.folder, "-c",
                      "listen_addresses=",     "-c", "fsync=off", NULL};
    cluster.pid = cluster_spawn(server);
    for (int waited = 0; waited < CLUSTER_START_MS; waited += 20) {
        PGconn *conn = cluster_connect("root_of_all", "postgres");
        bool good = PQstatus(conn) == CONNECTION_OK;
        PQfinish(conn);
        if (good) return 0;
        nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
    }
    return -1;
}

/* Runs statements as the superuser; fails the test when they do. */
static void cluster_admin(const char *database, const char *sql)
{
    PGconn *conn = cluster_connect("root_of_all", database);
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
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
    snprintf(db->name, sizeof db->name, "d%d_%u", (int)getpid(), ++cluster.databases);
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
