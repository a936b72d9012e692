/* Runs bootstrap.sql: each step that is missing, all in one transaction, one node at a time. */
#include "base/log.h"
#include "engine/postgres/embedded.h"
#include "engine/postgres/migrations_lock.h"
#include "engine/postgres/script.h"
#include "sql/deparse.h"

enum { SERVER_VERSION_LEAST = 150000 };

enum step_kind {
    STEP_ROLES = '!',
    STEP_OBJECTS = '?',
    STEP_OPTIONAL = '~',
};

struct step {
    enum step_kind kind;
    str condition;
    str sql;
};

struct bootstrap {
    struct arena *arena;
    PGconn *conn;
    str login, migrator, database;
    struct buf *refused; /* what the login may not do, as SQL */
    err failed;          /* the first step that failed for another reason */
};

/* ---- steps ---- */

static bool is_step_line(str line)
{
    return line.len > 4 && str_starts(line, STR("--")) && line.at[3] == ' ' &&
           (line.at[2] == STEP_ROLES || line.at[2] == STEP_OBJECTS || line.at[2] == STEP_OPTIONAL);
}

/* The next step of the file; false at its end. */
static bool next_step(str *rest, struct step *out)
{
    str line;
    do {
        if (str_empty(*rest)) return false;
        str_cut(*rest, '\n', &line, rest);
    } while (!is_step_line(line));
    out->kind = (enum step_kind)line.at[2];
    out->condition = str_skip(line, 4);
    const char *start = rest->at;
    while (!str_empty(*rest)) {
        str tail;
        str_cut(*rest, '\n', &line, &tail);
        if (is_step_line(line)) break;
        *rest = tail;
    }
    out->sql = str_from(start, (size_t)(rest->at - start));
    return true;
}

static void put_literal(struct buf *out, str text)
{
    buf_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\'') buf_char(out, '\'');
        buf_char(out, text.at[i]);
    }
    buf_char(out, '\'');
}

struct stand_in {
    str name;
    str value;
};

/* The text with its stand-ins filled, and without the comments between steps. */
static str fill(const struct bootstrap *boot, str text)
{
    struct buf *out = buf_in(boot->arena, 0);
    const struct stand_in rows[] = {
        {STR("login"),    boot->login                                                       },
        {STR("migrator"), boot->migrator                                                    },
        {STR("database"), boot->database                                                    },
        {STR("settable"), PQserverVersion(boot->conn) >= 160000 ? STR("SET") : STR("MEMBER")},
    };
    for (size_t i = 0; i < text.len;) {
        str rest = str_skip(text, i);
        const struct stand_in *found = NULL;
        bool literal = rest.len > 1 && rest.at[0] == ':' && rest.at[1] == '\'';
        bool cast = i > 0 && text.at[i - 1] == ':';
        for (size_t k = 0; k < COUNT_OF(rows) && rest.at[0] == ':' && !cast && !found; k++)
            if (str_starts(str_skip(rest, literal ? 2 : 1), rows[k].name)) found = &rows[k];
        if (!found) {
            buf_char(out, text.at[i++]);
            continue;
        }
        if (literal)
            put_literal(out, found->value);
        else
            deparse_ident(out, found->value);
        i += found->name.len + (literal ? 3 : 1);
    }
    return buf_str(out);
}

/* Lines that are no comment, with their newlines. */
static str without_comments(struct arena *arena, str text)
{
    struct buf *out = buf_in(arena, 0);
    while (!str_empty(text)) {
        str line;
        str_cut(text, '\n', &line, &text);
        if (str_empty(line) || str_starts(line, STR("--"))) continue;
        buf_str_add(out, line);
        buf_char(out, '\n');
    }
    return buf_str(out);
}

/* ---- running them ---- */

static err exec(struct bootstrap *boot, str sql)
{
    PGresult *result;
    return engine_pg_exec(boot->arena, boot->conn, str_cstr(boot->arena, sql), &result);
}

static err roll_back_step(struct bootstrap *boot)
{
    return exec(boot, STR("ROLLBACK TO SAVEPOINT step; RELEASE SAVEPOINT step"));
}

/* A condition over roles or schemas that are not there yet fails: then the step is missing as well. */
static err is_missing(struct bootstrap *boot, const struct step *step, bool *missing)
{
    PGresult *result;
    str sql = str_printf(boot->arena, "SELECT %.*s", STR_FMT(fill(boot, step->condition)));
    TRY(exec(boot, STR("SAVEPOINT step")));
    err error = engine_pg_exec(boot->arena, boot->conn, str_cstr(boot->arena, sql), &result);
    if (PQstatus(boot->conn) != CONNECTION_OK) return error;
    *missing = error || str_eq(engine_pg_field(result, 0, 0), STR("t"));
    return roll_back_step(boot);
}

/* What its failure means: work for an administrator, a warning, or that the start ends here. */
static void note_failure(struct bootstrap *boot, const struct step *step, str sql, err error)
{
    bool denied = err_is(error, STR("42501"));
    /* Roles are the whole server's: somebody made it for another database at the same time. */
    bool there = err_is(error, STR("42710")) || err_is(error, STR("23505"));
    if (step->kind == STEP_ROLES && there) return;
    if (step->kind == STEP_OPTIONAL && boot->refused->len) return;
    if (step->kind == STEP_OPTIONAL)
        log_warn("the database lacks something that projects may use", LOG_STR("sql", sql),
                 LOG_ERR(error));
    else if (denied || step->kind == STEP_ROLES)
        buf_str_add(boot->refused, sql);
    else if (!boot->failed)
        boot->failed = error;
}

/* GRANT without the right to grant is only a warning. */
static err check_done(struct bootstrap *boot, const struct step *step, str sql)
{
    bool missing = false;
    TRY(is_missing(boot, step, &missing));
    if (missing && step->kind != STEP_OPTIONAL) buf_str_add(boot->refused, sql);
    return NULL;
}

static err run_step(struct bootstrap *boot, const struct step *step)
{
    bool missing = false;
    TRY(is_missing(boot, step, &missing));
    if (!missing) return NULL;
    str sql = without_comments(boot->arena, fill(boot, step->sql));
    TRY(exec(boot, STR("SAVEPOINT step")));
    err error = exec(boot, sql);
    if (!error) {
        TRY(exec(boot, STR("RELEASE SAVEPOINT step")));
        return check_done(boot, step, sql);
    }
    if (PQstatus(boot->conn) != CONNECTION_OK) return error;
    note_failure(boot, step, sql, error);
    return roll_back_step(boot);
}

/* Migrations run as postgres where the login may become it. */
static err choose_migrator(struct bootstrap *boot)
{
    PGresult *result;
    str kind = PQserverVersion(boot->conn) >= 160000 ? STR("SET") : STR("MEMBER");
    TRY(engine_pg_query(boot->arena, boot->conn,
                        "SELECT session_user, current_database(), coalesce((SELECT"
                        " pg_catalog.pg_has_role(session_user, oid, $1)"
                        " FROM pg_catalog.pg_roles WHERE rolname = 'postgres'), false)",
                        &kind, 1, &result));
    boot->login = engine_pg_field(result, 0, 0);
    boot->database = engine_pg_field(result, 0, 1);
    boot->migrator =
        str_eq(engine_pg_field(result, 0, 2), STR("t")) ? STR("postgres") : boot->login;
    return NULL;
}

static err refuse(struct bootstrap *boot)
{
    struct err *error =
        err_new(boot->arena, ERR_CONFIG, "the login \"%.*s\" may not prepare the database \"%.*s\"",
                STR_FMT(boot->login), STR_FMT(boot->database));
    err_details(boot->arena, error,
                "A superuser runs this once, connected to the database \"%.*s\"; the login then "
                "does the rest.",
                STR_FMT(boot->database));
    return err_hint(boot->arena, error, "%.*s", STR_FMT(buf_str(boot->refused)));
}

static err run_steps(struct bootstrap *boot)
{
    str rest =
        str_from(embed_engine_postgres_bootstrap_sql, embed_engine_postgres_bootstrap_sql_len);
    struct step step;
    while (next_step(&rest, &step)) {
        TRY(run_step(boot, &step));
        /* One of them made postgres. */
        if (step.kind == STEP_OPTIONAL) TRY(choose_migrator(boot));
    }
    return boot->refused->len ? refuse(boot) : boot->failed;
}

/* ---- what cannot be changed any more ---- */

static err check_version(struct bootstrap *boot)
{
    int version = PQserverVersion(boot->conn);
    if (version >= SERVER_VERSION_LEAST) return NULL;
    struct err *error = err_new(boot->arena, ERR_CONFIG, "the server is PostgreSQL %d.%d",
                                version / 10000, version % 10000);
    return err_hint(boot->arena, error, "Version 15 or later is needed.");
}

/* The embedded engine orders text by code point, as C.UTF-8 does. */
static err warn_collation(struct bootstrap *boot)
{
    PGresult *result;
    TRY(engine_pg_exec(boot->arena, boot->conn,
                       "SELECT datcollate, datctype, pg_catalog.pg_encoding_to_char(encoding),"
                       " datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8')"
                       " AND datctype IN ('C.UTF-8', 'C.utf8') AND datlocprovider = 'c'"
                       " AND pg_catalog.pg_encoding_to_char(encoding) = 'UTF8'"
                       " FROM pg_catalog.pg_database WHERE datname = current_database()",
                       &result));
    if (str_eq(engine_pg_field(result, 0, 3), STR("t"))) return NULL;
    log_warn("the database is not C.UTF-8: text sorts otherwise than on the embedded engine",
             LOG_STR("collate", engine_pg_field(result, 0, 0)),
             LOG_STR("ctype", engine_pg_field(result, 0, 1)),
             LOG_STR("encoding", engine_pg_field(result, 0, 2)));
    return NULL;
}

static err run(struct bootstrap *boot)
{
    TRY(check_version(boot));
    TRY(exec(boot, STR("SET statement_timeout = 0; SET client_min_messages = 'warning'")));
    TRY(engine_pg_lock_migrations(boot->arena, boot->conn));
    TRY(choose_migrator(boot));
    TRY(exec(boot, STR("BEGIN")));
    TRY(run_steps(boot));
    TRY(exec(boot, STR("COMMIT")));
    return warn_collation(boot);
}

err engine_pg_bootstrap(struct engine_pg *engine, struct arena *arena)
{
    struct bootstrap boot = {.arena = arena_new(0)};
    boot.refused = buf_in(boot.arena, 0);
    err error = engine_pg_connect(boot.arena, engine_pg_direct_url(engine),
                                  engine->options.connect_ms, &boot.conn);
    if (!error) error = run(&boot);
    if (error) error = err_copy(arena, error);
    /* Closing rolls back what was not committed, and gives the lock back. */
    if (boot.conn) PQfinish(boot.conn);
    arena_free(boot.arena);
    return error;
}
