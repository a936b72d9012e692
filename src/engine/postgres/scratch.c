/* A database of its own for `check`: made beside the project's, gone afterwards. */
#include "base/crypto.h"
#include "engine/postgres/engine.h"
#include "engine/postgres/session.h"
#include "sql/deparse.h"

enum { CONNECT_MS = 5000 };

static err run_there(struct arena *arena, str url, const char *command, str name)
{
    PGconn *conn;
    PGresult *result;
    struct buf *sql = buf_in(arena, 0);
    buf_printf(sql, "%s ", command);
    deparse_ident(sql, name);
    TRY(engine_pg_connect(arena, url, CONNECT_MS, &conn));
    err error = engine_pg_exec(arena, conn, str_cstr(arena, buf_str(sql)), &result);
    if (error) error = err_copy(arena, error);
    PQfinish(conn);
    return error;
}

err engine_postgres_scratch_make(struct arena *arena, str url, str *name, str *scratch_url)
{
    uint8_t random[8];
    crypto_random(random, sizeof random);
    struct buf *made = buf_in(arena, 0);
    buf_lit(made, "dapur_check_");
    crypto_hex(made, str_from(random, sizeof random));
    *name = buf_str(made);
    err error = run_there(arena, url, "CREATE DATABASE", *name);
    if (err_is(error, STR("42501")))
        return err_hint(arena, err_sql(arena, "42501", "the login may not make a scratch database"),
                        "Give it CREATEDB, or check with the URL of a login that has it.");
    char separator = str_find_char(url, '?', 0) == SIZE_MAX ? '?' : '&';
    *scratch_url = str_printf(arena, "%.*s%cdbname=%.*s", STR_FMT(url), separator, STR_FMT(*name));
    return error;
}

err engine_postgres_scratch_drop(struct arena *arena, str url, str name)
{
    return run_there(arena, url, "DROP DATABASE IF EXISTS", name);
}
