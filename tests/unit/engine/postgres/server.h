/* tests/unit/engine/postgres/server.h - a private PostgreSQL for one test program.
 *
 * A new cluster in a temporary folder, reached by its Unix socket alone, stopped by its process id, and
 * by the kernel should the test die. Without PostgreSQL 15 on the machine tests are skipped, aloud.
 *
 * Owns:    folder and process, between server_start and server_stop.
 */
#ifndef DAPUR_TESTS_POSTGRES_SERVER_H
#define DAPUR_TESTS_POSTGRES_SERVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "engine/postgres/session.h"

#define SERVER_BIN "/usr/lib/postgresql/15/bin/"

struct server {
    char folder[64]; /* socket and "data" */
    pid_t pid;
    int databases;         /* made so far */
    const char *superuser; /* its login */
};

/* In a child: PostgreSQL refuses to run as root. */
static inline void server_leave_root(void)
{
    const struct passwd *user = getuid() ? NULL : getpwnam("postgres");
    if (!user) return;
    if (initgroups("postgres", user->pw_gid) || setgid(user->pw_gid) || setuid(user->pw_uid))
        _exit(126);
}

static inline pid_t server_spawn(const struct server *server, char *const *argv)
{
    char log[80];
    snprintf(log, sizeof log, "%s/log", server->folder);
    pid_t parent = getpid(), pid = fork();
    if (pid) return pid;
    server_leave_root();
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != parent || chdir(server->folder)) _exit(126);
    if (!freopen(log, "a", stdout) || dup2(STDOUT_FILENO, STDERR_FILENO) < 0) _exit(126);
    execv(argv[0], argv);
    _exit(127);
}

static inline bool server_init(const struct server *server)
{
    int status = -1;
    char *superuser = (char *)(uintptr_t)server->superuser;
    char *argv[] = {SERVER_BIN "initdb", "-D", "data",  "-U", superuser, "-E", "UTF8",
                    "--locale=C.UTF-8",  "-A", "trust", "-N", NULL};
    pid_t pid = server_spawn(server, argv);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static inline void server_url_of(const struct server *server, char *out, size_t size)
{
    snprintf(out, size, "postgresql:///postgres?host=%s&user=%s", server->folder,
             server->superuser);
}

static inline bool server_wait(const struct server *server)
{
    char url[160];
    server_url_of(server, url, sizeof url);
    for (int tries = 0; tries < 3000; tries++) {
        if (PQping(url) == PQPING_OK) return true;
        if (waitpid(server->pid, NULL, WNOHANG) == server->pid) return false;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return false;
}

static inline void server_launch(struct server *server)
{
    char *argv[] = {SERVER_BIN "postgres", "-D", "data",      "-k", server->folder,         "-c",
                    "listen_addresses=",   "-c", "fsync=off", "-c", "full_page_writes=off", "-c",
                    "shared_buffers=32MB", NULL};
    server->pid = server_spawn(server, argv);
    if (server->pid <= 0 || !server_wait(server)) {
        fprintf(stderr, "PostgreSQL did not start; see %s/log\n", server->folder);
        abort();
    }
}

/* A group's setup: *state is the server, or NULL where there is none. */
static inline int server_start_as(void **state, const char *superuser)
{
    *state = NULL;
    if (access(SERVER_BIN "postgres", X_OK)) {
        fprintf(stderr, "skipped: PostgreSQL 15 is not installed (%s)\n", SERVER_BIN);
        return 0;
    }
    struct server *server = calloc(1, sizeof *server);
    server->superuser = superuser;
    strcpy(server->folder, "/tmp/dapur-pg-XXXXXX");
    const struct passwd *user = getuid() ? NULL : getpwnam("postgres");
    if (!mkdtemp(server->folder)) return -1;
    if (user && chown(server->folder, user->pw_uid, user->pw_gid)) return -1;
    if (!server_init(server)) {
        fprintf(stderr, "initdb failed; see %s/log\n", server->folder);
        return -1;
    }
    server_launch(server);
    *state = server;
    return 0;
}

static inline int server_start(void **state)
{
    return server_start_as(state, "postgres");
}

/* Fast shutdown; server_launch starts it again. */
static inline void server_halt(struct server *server)
{
    kill(server->pid, SIGINT);
    waitpid(server->pid, NULL, 0);
}

static inline int server_stop(void **state)
{
    struct server *server = *state;
    if (!server) return 0;
    server_halt(server);
    pid_t pid = fork();
    if (!pid) execl("/bin/rm", "rm", "-rf", server->folder, (char *)NULL);
    if (pid > 0) waitpid(pid, NULL, 0);
    free(server);
    return 0;
}

static inline str server_url(struct arena *arena,
                             const struct server *server,
                             const char *user,
                             const char *database)
{
    return str_printf(arena, "postgresql:///%s?host=%s&user=%s", database, server->folder, user);
}

static inline PGconn *server_connect(struct arena *arena,
                                     const struct server *server,
                                     const char *user,
                                     const char *database)
{
    PGconn *conn = NULL;
    err error = engine_pg_connect(arena, server_url(arena, server, user, database), 5000, &conn);
    if (error) fail_msg("%.*s: %.*s", STR_FMT(error->message), STR_FMT(error->details));
    return conn;
}

/* Statements that must succeed. */
static inline void server_sql(PGconn *conn, const char *sql)
{
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQresultErrorMessage(result));
    PQclear(result);
}

/* A new database of a superuser's, for one test; skips the test where there is no server. */
static inline const char *server_database(struct arena *arena, struct server *server)
{
    if (!server) skip();
    const char *name = str_cstr(arena, str_printf(arena, "test%d", ++server->databases));
    PGconn *conn = server_connect(arena, server, "postgres", "postgres");
    server_sql(conn, str_cstr(arena, str_printf(arena, "CREATE DATABASE %s", name)));
    PQfinish(conn);
    return name;
}

#endif
