#include "engine/postgres/session.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

static void finish_result(void *result)
{
    PQclear(result);
}

/* ---- errors ---- */

static str field_of(struct arena *arena, const PGresult *result, int code)
{
    const char *text = PQresultErrorField(result, code);
    return text ? str_copy(arena, str_of(text)) : STR_NONE;
}

/* PostgreSQL counts characters from 1. */
static int64_t byte_offset(str text, const char *position)
{
    int64_t characters;
    if (!position || !str_to_i64(str_of(position), &characters) || characters < 1) return -1;
    size_t at = 0;
    while (at < text.len && --characters > 0) do
            at++;
        while (at < text.len && ((unsigned char)text.at[at] & 0xC0) == 0x80);
    return characters > 0 ? -1 : (int64_t)at;
}

err engine_pg_error(struct arena *arena, const PGresult *result, str text)
{
    ExecStatusType status = PQresultStatus(result);
    if (result && status != PGRES_FATAL_ERROR && status != PGRES_BAD_RESPONSE) return NULL;
    const char *sqlstate = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (!sqlstate)
        return err_new(arena, ERR_UNAVAILABLE, "the connection to the database was lost");
    str message = field_of(arena, result, PG_DIAG_MESSAGE_PRIMARY);
    struct err *error = err_sql(arena, sqlstate, "%.*s", STR_FMT(message));
    error->details = field_of(arena, result, PG_DIAG_MESSAGE_DETAIL);
    error->hint = field_of(arena, result, PG_DIAG_MESSAGE_HINT);
    if (!str_empty(text))
        error->at = byte_offset(text, PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION));
    return error;
}

err engine_pg_connection_error(struct arena *arena, const PGconn *conn)
{
    /* libpq's messages name hosts and users, never the password. */
    str text = str_trim(str_of(conn ? PQerrorMessage(conn) : "no memory"));
    struct err *error = err_new(arena, ERR_UNAVAILABLE, "the database cannot be reached");
    return err_details(arena, error, "%.*s", STR_FMT(text));
}

/* ---- connecting ---- */

static void ignore_notice(void *context, const PGresult *result)
{
    (void)context, (void)result;
}

static err malformed(struct arena *arena)
{
    struct err *error = err_new(arena, ERR_CONFIG, "the URL of the database is malformed");
    return err_hint(arena, error,
                    "Write postgres://user:password@host:5432/database, with other characters than "
                    "letters and digits of the password as %%XX.");
}

/* libpq's words about a malformed URL quote it, password and all; and a host with an @ is the rest of
 * a password. */
static err check_url(struct arena *arena, const char *url)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    if (!options) return malformed(arena);
    bool stray = false;
    for (const PQconninfoOption *option = options; option->keyword; option++)
        if (strcmp(option->keyword, "host") == 0 && option->val)
            stray = option->val[0] != '/' && strchr(option->val, '@') != NULL;
    PQconninfoFree(options);
    return stray ? malformed(arena) : NULL;
}

err engine_pg_connect(struct arena *arena, str url, uint64_t connect_ms, PGconn **out)
{
    return engine_pg_connect_with(arena, url, connect_ms, "", out);
}

err engine_pg_connect_with(
    struct arena *arena, str url, uint64_t connect_ms, const char *session_options, PGconn **out)
{
    const char *info = str_cstr(arena, url);
    TRY(check_url(arena, info));
    char seconds[24];
    snprintf(seconds, sizeof seconds, "%llu", (unsigned long long)((connect_ms + 999) / 1000));
    /* What stands before dbname, the URL may say otherwise: a peer that is gone is noticed in a
     * minute, where the system's default is two hours. tcp_user_timeout is the only bound that PQcancel has. */
    const char *keys[] = {"options",
                          "keepalives_idle",
                          "keepalives_interval",
                          "keepalives_count",
                          "tcp_user_timeout",
                          "dbname",
                          "fallback_application_name",
                          "connect_timeout",
                          "client_encoding",
                          NULL};
    const char *values[] = {session_options, "30",    "10",   "3", "60000", info,
                            "dapur",         seconds, "UTF8", NULL};
    PGconn *conn = PQconnectdbParams(keys, values, 1);
    if (PQstatus(conn) != CONNECTION_OK) {
        err error = engine_pg_connection_error(arena, conn);
        PQfinish(conn);
        return error;
    }
    PQsetNoticeReceiver(conn, ignore_notice, NULL);
    *out = conn;
    return NULL;
}

/* ---- running ---- */

static err checked(struct arena *arena, PGconn *conn, str text, PGresult *result, PGresult **out)
{
    if (!result) return engine_pg_connection_error(arena, conn);
    arena_defer(arena, finish_result, result);
    TRY(engine_pg_error(arena, result, text));
    *out = result;
    return NULL;
}

err engine_pg_exec(struct arena *arena, PGconn *conn, const char *sql, PGresult **out)
{
    return checked(arena, conn, str_of(sql), PQexec(conn, sql), out);
}

err engine_pg_query(struct arena *arena,
                    PGconn *conn,
                    const char *sql,
                    const str *params,
                    size_t count,
                    PGresult **out)
{
    const char **values = ARENA_ARRAY(arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) values[i] = params[i].at ? str_cstr(arena, params[i]) : NULL;
    PGresult *result = PQexecParams(conn, sql, (int)count, NULL, values, NULL, NULL, 0);
    return checked(arena, conn, str_of(sql), result, out);
}
