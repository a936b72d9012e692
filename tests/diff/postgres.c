#include "postgres.h"

#include <ftw.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/map.h"

enum { START_MS = 30000 };

struct postgres {
    pid_t pid;
    const char *folder; /* holds data/ and the socket */
};

struct postgres_database {
    PGconn *connection;
    struct arena *arena;
    struct map *types; /* OID as text -> struct type_name */
};

struct type_name {
    str name;
};

/* Debian's folders, newest first; 15 is the version that the project compares with. */
static const char *const bin_folders[] = {
    "/usr/lib/postgresql/15/bin",
    "/usr/pgsql-15/bin",
    "/opt/homebrew/opt/postgresql@15/bin",
};

static const char *find_bin(void)
{
    for (size_t i = 0; i < COUNT_OF(bin_folders); i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/initdb", bin_folders[i]);
        if (access(path, X_OK) == 0) return bin_folders[i];
    }
    return NULL;
}

/* In a child: the server refuses to run as root, so it runs as Debian's user for it. */
static void drop_root(void)
{
    if (geteuid() != 0) return;
    const struct passwd *user = getpwnam("postgres");
    if (!user || initgroups("postgres", user->pw_gid) || setgid(user->pw_gid) ||
        setuid(user->pw_uid))
        _exit(126);
}

static pid_t start(const char *folder, char *const arguments[])
{
    pid_t pid = fork();
    if (pid != 0) return pid;
    drop_root();
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    char log[256];
    snprintf(log, sizeof log, "%s/log", folder);
    if (chdir(folder) || !freopen(log, "a", stdout) || !freopen(log, "a", stderr)) _exit(126);
    execv(arguments[0], arguments);
    _exit(127);
}

static bool run(const char *folder, char *const arguments[])
{
    pid_t pid = start(folder, arguments);
    int status = 0;
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static const char *make_folder(struct arena *arena)
{
    char *folder = arena_alloc(arena, 64);
    snprintf(folder, 64, "/tmp/dapur-diff-XXXXXX");
    if (!mkdtemp(folder)) return NULL;
    const struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (user && chown(folder, user->pw_uid, user->pw_gid)) return NULL;
    return folder;
}

static PGconn *connect_to(const struct postgres *postgres, const char *database)
{
    const char *const keys[] = {"host", "dbname", "user", "application_name", NULL};
    const char *const values[] = {postgres->folder, database, "supabase_admin", "diff", NULL};
    return PQconnectdbParams(keys, values, 0);
}

static bool wait_ready(const struct postgres *postgres)
{
    uint64_t end_ms = clock_mono_ms() + START_MS;
    while (clock_mono_ms() < end_ms) {
        PGconn *connection = connect_to(postgres, "postgres");
        bool good = PQstatus(connection) == CONNECTION_OK;
        PQfinish(connection);
        if (good) return true;
        if (waitpid(postgres->pid, NULL, WNOHANG) == postgres->pid) return false;
        nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
    }
    return false;
}

/* Runs a script of several statements; answers the error's text in the arena, or NULL. */
static const char *execute(struct arena *arena, PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);
    bool good =
        status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
    const char *message = good ? NULL : str_copy(arena, str_of(PQerrorMessage(connection))).at;
    PQclear(result);
    return message;
}

/* Databases are copies of this one, which has the prelude. */
static const char *make_template(struct arena *arena, const struct postgres *postgres, str prelude)
{
    PGconn *connection = connect_to(postgres, "postgres");
    const char *message = execute(arena, connection, "CREATE DATABASE prelude");
    PQfinish(connection);
    if (message) return message;
    connection = connect_to(postgres, "prelude");
    message = execute(arena, connection, str_cstr(arena, prelude));
    PQfinish(connection);
    return message;
}

const char *postgres_start(struct arena *arena, str prelude, struct postgres **out, bool *missing)
{
    const char *bin = find_bin();
    *missing = bin == NULL || (geteuid() == 0 && !getpwnam("postgres"));
    if (*missing) return "no PostgreSQL 15 server is installed (Debian: postgresql-15)";
    struct postgres *postgres = ARENA_NEW(arena, struct postgres);
    postgres->folder = make_folder(arena);
    if (!postgres->folder) return "could not make a folder under /tmp";
    char *data = (char *)str_printf(arena, "%s/data", postgres->folder).at;
    char *initdb[] = {(char *)str_printf(arena, "%s/initdb", bin).at,
                      "-D",
                      data,
                      "-U",
                      "supabase_admin",
                      "-A",
                      "trust",
                      "-E",
                      "UTF8",
                      "--locale=C.UTF-8",
                      "--no-sync",
                      NULL};
    *out = postgres;
    if (!run(postgres->folder, initdb)) return "initdb failed";
    char *server[] = {(char *)str_printf(arena, "%s/postgres", bin).at,
                      "-D",
                      data,
                      "-k",
                      (char *)postgres->folder,
                      "-c",
                      "listen_addresses=",
                      "-c",
                      "fsync=off",
                      "-c",
                      "TimeZone=UTC",
                      "-c",
                      "search_path=public, extensions",
                      "-c",
                      "jit=off",
                      "-c",
                      "logging_collector=off",
                      NULL};
    postgres->pid = start(postgres->folder, server);
    if (postgres->pid <= 0 || !wait_ready(postgres)) return "the PostgreSQL server did not start";
    return make_template(arena, postgres, prelude);
}

void postgres_stop(struct postgres *postgres)
{
    if (!postgres) return;
    if (postgres->pid > 0) {
        kill(postgres->pid, SIGINT); /* fast shutdown */
        waitpid(postgres->pid, NULL, 0);
    }
    nftw(postgres->folder, remove_entry, 32, FTW_DEPTH | FTW_PHYS);
}

static void ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

static void load_types(struct postgres_database *database)
{
    PGresult *result = PQexec(database->connection, "SELECT oid, typname FROM pg_catalog.pg_type");
    for (int i = 0; i < PQntuples(result); i++) {
        struct type_name *type = ARENA_NEW(database->arena, struct type_name);
        type->name = str_copy(database->arena, str_of(PQgetvalue(result, i, 1)));
        map_put(database->types, str_copy(database->arena, str_of(PQgetvalue(result, i, 0))), type);
    }
    PQclear(result);
}

const char *postgres_open(struct arena *arena,
                          struct postgres *postgres,
                          str name,
                          struct postgres_database **out)
{
    PGconn *admin = connect_to(postgres, "postgres");
    const char *database_name = str_cstr(arena, name);
    str create =
        str_printf(arena, "CREATE DATABASE \"%s\" TEMPLATE prelude OWNER postgres", database_name);
    const char *message = execute(arena, admin, create.at);
    PQfinish(admin);
    if (message) return message;
    struct postgres_database *database = ARENA_NEW(arena, struct postgres_database);
    database->arena = arena;
    database->types = map_new(arena);
    database->connection = connect_to(postgres, database_name);
    PQsetNoticeReceiver(database->connection, ignore_notice, NULL);
    *out = database;
    return execute(arena, database->connection, "SET client_min_messages = error");
}

void postgres_close(struct postgres_database *database)
{
    if (database) PQfinish(database->connection);
}

const char *postgres_migrate(struct arena *arena, struct postgres_database *database, str sql)
{
    str script = str_printf(arena, "BEGIN; SET LOCAL ROLE postgres;\n%.*s\n;COMMIT", STR_FMT(sql));
    const char *message = execute(arena, database->connection, script.at);
    if (message) execute(arena, database->connection, "ROLLBACK");
    load_types(database);
    return message;
}

static str type_name(const struct postgres_database *database, Oid oid)
{
    char digits[16];
    int len = snprintf(digits, sizeof digits, "%u", oid);
    const struct type_name *type = map_find(database->types, str_from(digits, (size_t)len));
    return type ? type->name : STR("?");
}

static void read_rows(struct arena *arena,
                      const struct postgres_database *database,
                      const PGresult *result,
                      struct answer *answer)
{
    answer->column_count = (size_t)PQnfields(result);
    answer->row_count = (size_t)PQntuples(result);
    answer->columns = ARENA_ARRAY(arena, str, answer->column_count);
    answer->types = ARENA_ARRAY(arena, str, answer->column_count);
    answer->rows = ARENA_ARRAY(arena, struct row, answer->row_count);
    for (int i = 0; i < PQnfields(result); i++) {
        answer->columns[i] = str_copy(arena, str_of(PQfname(result, i)));
        answer->types[i] = type_name(database, PQftype(result, i));
    }
    for (int r = 0; r < PQntuples(result); r++) {
        str *values = ARENA_ARRAY(arena, str, answer->column_count);
        for (int c = 0; c < PQnfields(result); c++)
            if (!PQgetisnull(result, r, c))
                values[c] = str_copy(
                    arena, str_from(PQgetvalue(result, r, c), (size_t)PQgetlength(result, r, c)));
        answer->rows[r].values = values;
    }
}

static void read_error(struct arena *arena, const PGresult *result, struct answer *answer)
{
    answer->ok = false;
    answer->sqlstate = str_copy(arena, str_of(PQresultErrorField(result, PG_DIAG_SQLSTATE)));
    answer->message = str_copy(arena, str_of(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)));
}

static void set_identity(PGconn *connection, const struct identity *as, struct arena *arena)
{
    const char *const values[] = {str_cstr(arena, as->role), str_cstr(arena, as->claims)};
    PGresult *result = PQexecParams(connection,
                                    "SELECT set_config('role', $1, true), "
                                    "set_config('request.jwt.claims', $2, true)",
                                    2, NULL, values, NULL, NULL, 0);
    PQclear(result);
}

struct answer *postgres_ask(struct arena *arena,
                            struct postgres_database *database,
                            const struct identity *as,
                            str sql)
{
    struct answer *answer = ARENA_NEW(arena, struct answer);
    PGconn *connection = database->connection;
    execute(arena, connection, "BEGIN");
    set_identity(connection, as, arena);
    PGresult *result = PQexec(connection, str_cstr(arena, sql));
    ExecStatusType status = PQresultStatus(result);
    answer->ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (answer->ok) {
        answer->command = str_copy(arena, str_of(PQcmdStatus(result)));
        read_rows(arena, database, result, answer);
    } else {
        read_error(arena, result, answer);
    }
    PQclear(result);
    result = PQexec(connection, answer->ok ? "COMMIT" : "ROLLBACK");
    if (PQresultStatus(result) != PGRES_COMMAND_OK) read_error(arena, result, answer);
    PQclear(result);
    return answer;
}
