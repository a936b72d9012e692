/* One text to the server, and what comes back. */
#include <poll.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/postgres/script_int.h"
#include "sql/lex.h"

enum { RESULT_BYTES_MAX = 256 * 1024 * 1024, LOOK_MS = 100 };

void engine_pg_script_notice(struct engine_pg_script *run, const char *format, ...)
{
    if (!run->options->notice) return;
    va_list args;
    va_start(args, format);
    str text = str_vprintf(run->scratch, format, args);
    va_end(args);
    run->options->notice(run->options->context, text);
}

/* ---- statements that want to be alone ---- */

enum { WORDS_MAX = 4 };

/* One row per statement: its first words ("*": any one word, or none), and a word that must follow
 * somewhere (NULL: none). PostgreSQL 15, PreventInTransactionBlock. */
struct lone_row {
    const char *words[WORDS_MAX];
    const char *later;
};

static const struct lone_row lone_rows[] = {
    {{"alter", "database"},               "tablespace"  },
    {{"alter", "system"},                 NULL          },
    {{"alter", "table"},                  "concurrently"},
    {{"create", "database"},              NULL          },
    {{"create", "index", "concurrently"}, NULL          },
    {{"create", "subscription"},          NULL          },
    {{"create", "tablespace"},            NULL          },
    {{"create", "unique", "index"},       "concurrently"},
    {{"discard", "all"},                  NULL          },
    {{"drop", "database"},                NULL          },
    {{"drop", "index", "concurrently"},   NULL          },
    {{"drop", "subscription"},            NULL          },
    {{"drop", "tablespace"},              NULL          },
    {{"reindex"},                         "concurrently"},
    {{"reindex", "database"},             NULL          },
    {{"reindex", "schema"},               NULL          },
    {{"reindex", "system"},               NULL          },
    {{"vacuum"},                          NULL          },
};

static bool lone_row_matches(const struct lone_row *row, str text)
{
    size_t at = 0;
    for (size_t i = 0; i < WORDS_MAX && row->words[i]; i++) {
        struct lex_token token = lex_next(text, &at);
        if (!lex_is_word(&token, str_of(row->words[i]))) return false;
    }
    if (!row->later) return true;
    for (struct lex_token token = lex_next(text, &at); token.kind != LEX_END;
         token = lex_next(text, &at))
        if (lex_is_word(&token, str_of(row->later))) return true;
    return false;
}

bool engine_pg_script_is_lone(str text)
{
    for (size_t i = 0; i < COUNT_OF(lone_rows); i++)
        if (lone_row_matches(&lone_rows[i], text)) return true;
    size_t at = 0;
    struct lex_token token = lex_next(text, &at);
    /* CLUSTER without a table takes all of them. */
    return lex_is_word(&token, STR("cluster")) && lex_next(text, &at).kind == LEX_END;
}

/* ---- results ---- */

struct collecting {
    struct engine_pg_script *run;
    struct script_result *result;
    struct buf *rows;
    Oid *types; /* of the columns */
    int column_count;
    int64_t row_count;
};

static void describe(struct collecting *collecting, const PGresult *part)
{
    struct arena *arena = collecting->run->scratch;
    struct buf *names = buf_in(arena, 0);
    collecting->column_count = PQnfields(part);
    collecting->types = ARENA_ARRAY(arena, Oid, (size_t)collecting->column_count);
    buf_char(names, '[');
    for (int i = 0; i < collecting->column_count; i++) {
        if (i) buf_char(names, ',');
        json_write_str(names, str_of(PQfname(part, i)));
        collecting->types[i] = PQftype(part, i);
    }
    buf_char(names, ']');
    if (collecting->column_count) collecting->result->columns_json = buf_str(names);
}

static void add_row(struct collecting *collecting, const PGresult *part, int row)
{
    struct buf *rows = collecting->rows;
    buf_char(rows, rows->len ? ',' : '[');
    for (int i = 0; i < PQnfields(part); i++) {
        buf_char(rows, i ? ',' : '[');
        if (PQgetisnull(part, row, i))
            buf_lit(rows, "null");
        else
            json_write_str(rows, engine_pg_field(part, row, i));
    }
    buf_str_add(rows, PQnfields(part) ? STR("]") : STR("[]"));
}

/* A query's rows come one by one, the last part without a row. */
static void take_rows(struct collecting *collecting, const PGresult *part)
{
    if (!collecting->run->options->collect_rows) {
        collecting->row_count += PQntuples(part);
        return;
    }
    if (!collecting->row_count) describe(collecting, part);
    for (int i = 0; i < PQntuples(part); i++) add_row(collecting, part, i);
    collecting->row_count += PQntuples(part);
}

static void take_tag(struct collecting *collecting, PGresult *part)
{
    struct script_result *result = collecting->result;
    str tag = str_of(PQcmdStatus(part));
    int64_t touched;
    bool copied = str_starts(tag, STR("COPY "));
    result->command = copied ? STR("COPY") : str_copy(collecting->run->scratch, tag);
    result->rows = collecting->row_count;
    if (!collecting->row_count && str_to_i64(str_of(PQcmdTuples(part)), &touched))
        result->rows = touched;
}

static err take_error(struct engine_pg_script *run, const PGresult *part, str text)
{
    err found = engine_pg_error(run->scratch, part, text);
    struct err *error = (struct err *)(uintptr_t)found;
    if (error) engine_pg_script_copy_place(run->scratch, part, error);
    return error;
}

static err take_part(struct collecting *collecting, const struct script_item *item, PGresult *part)
{
    struct engine_pg_script *run = collecting->run;
    switch (PQresultStatus(part)) {
    case PGRES_COPY_IN: return engine_pg_script_copy_in(run, item);
    case PGRES_COPY_OUT: return engine_pg_script_copy_out(run);
    case PGRES_SINGLE_TUPLE: take_rows(collecting, part); return NULL;
    case PGRES_TUPLES_OK: take_rows(collecting, part); break;
    case PGRES_COMMAND_OK: break;
    case PGRES_EMPTY_QUERY: return NULL;
    case PGRES_COPY_BOTH:
    case PGRES_BAD_RESPONSE:
    case PGRES_NONFATAL_ERROR:
    case PGRES_FATAL_ERROR:
    case PGRES_PIPELINE_SYNC:
    case PGRES_PIPELINE_ABORTED: return take_error(run, part, item->statement.text);
    }
    take_tag(collecting, part);
    return NULL;
}

/* As on the wire a domain has its base type's name already. */
static err name_types(struct collecting *collecting)
{
    struct engine_pg_script *run = collecting->run;
    struct buf *oids = buf_in(run->scratch, 0), *types = buf_in(run->scratch, 0);
    if (!collecting->column_count) return NULL;
    for (int i = 0; i < collecting->column_count; i++) {
        buf_char(oids, i ? ',' : '{');
        buf_u64(oids, collecting->types[i]);
    }
    buf_char(oids, '}');
    PGresult *result;
    str param = buf_str(oids);
    TRY(engine_pg_query(run->scratch, run->conn,
                        "SELECT coalesce(t.typname, 'unknown')"
                        " FROM pg_catalog.unnest($1::pg_catalog.oid[]) WITH ORDINALITY u(id, place)"
                        " LEFT JOIN pg_catalog.pg_type t ON t.oid = u.id ORDER BY u.place",
                        &param, 1, &result));
    for (int i = 0; i < PQntuples(result); i++) {
        buf_char(types, i ? ',' : '[');
        json_write_str(types, engine_pg_field(result, i, 0));
    }
    buf_char(types, ']');
    collecting->result->types_json = buf_str(types);
    return NULL;
}

/* The caller is gone, or the server that runs us stops. */
static bool is_to_end(const struct engine_pg_script *run)
{
    const struct script_options *options = run->options;
    uint64_t stop_ms = atomic_load(&run->engine->stop_blocking_ms);
    return (options->cancelled && options->cancelled(options->context)) ||
           (stop_ms && clock_mono_ms() >= stop_ms);
}

static void cancel(const struct engine_pg_script *run)
{
    char message[256]; /* libpq's minimum */
    PGcancel *handle = PQgetCancel(run->conn);
    if (handle && !PQcancel(handle, message, sizeof message))
        log_warn("a statement could not be cancelled", LOG_STR("error", str_of(message)));
    PQfreeCancel(handle);
}

/* Until the next result is there, looking now and then whether the statement is to end: it is then
 * cancelled, once, and answers 57014. */
static void await_result(const struct engine_pg_script *run, bool *cancelled)
{
    while (PQisBusy(run->conn)) {
        struct pollfd socket = {.fd = PQsocket(run->conn), .events = POLLIN};
        (void)poll(&socket, 1, LOOK_MS);
        if (socket.revents && !PQconsumeInput(run->conn)) return;
        if (*cancelled || !is_to_end(run)) continue;
        *cancelled = true;
        cancel(run);
    }
}

/* All of them, also behind an error: the connection must be free for what follows. */
static err take_all(struct collecting *collecting, const struct script_item *item)
{
    struct engine_pg_script *run = collecting->run;
    err first = NULL;
    PGresult *part;
    bool cancelled = false;
    while (await_result(run, &cancelled), (part = PQgetResult(run->conn))) {
        err error = take_part(collecting, item, part);
        if (error && !first) first = error;
        PQclear(part);
        if (PQstatus(run->conn) != CONNECTION_OK) break;
    }
    return first;
}

err engine_pg_script_send(struct engine_pg_script *run,
                          const struct script_item *item,
                          struct script_result *result)
{
    struct collecting collecting = {
        .run = run, .result = result, .rows = buf_in(run->scratch, RESULT_BYTES_MAX)};
    const char *text = str_cstr(run->scratch, item->statement.text);
    if (!PQsendQuery(run->conn, text)) return engine_pg_connection_error(run->scratch, run->conn);
    PQsetSingleRowMode(run->conn);
    TRY(take_all(&collecting, item));
    if (!buf_ok(collecting.rows))
        return err_sql(run->scratch, "53400", "the result is too large for a script");
    if (!str_empty(result->columns_json)) {
        buf_str_add(collecting.rows, collecting.rows->len ? STR("]") : STR("[]"));
        result->rows_json = buf_str(collecting.rows);
    }
    return name_types(&collecting);
}
