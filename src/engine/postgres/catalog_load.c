#include "engine/postgres/catalog_load.h"

#include "engine/postgres/catalog_rows.h"
#include "engine/postgres/embedded.h"

static void clear_result(void *result)
{
    PQclear(result);
}

/* Several statements with one answer each. Keeps the results that have rows, of which `most` are
 * expected; reads all that comes whatever happens, so that the connection can be used again. */
static err run_script(
    struct arena *arena, PGconn *conn, const char *sql, const PGresult **results, size_t most)
{
    err error = NULL;
    size_t count = 0;
    if (!PQsendQuery(conn, sql)) return engine_pg_connection_error(arena, conn);
    for (PGresult *result; (result = PQgetResult(conn));) {
        arena_defer(arena, clear_result, result);
        bool rows = PQresultStatus(result) == PGRES_TUPLES_OK;
        if (!error) error = engine_pg_error(arena, result, STR_NONE);
        if (rows && count < most) results[count] = result;
        count += rows;
    }
    if (PQtransactionStatus(conn) == PQTRANS_INERROR) PQclear(PQexec(conn, "ROLLBACK"));
    if (!error && PQstatus(conn) != CONNECTION_OK) error = engine_pg_connection_error(arena, conn);
    if (!error && count != most)
        error = err_new(arena, ERR_UNAVAILABLE, "the database answered less than it was asked");
    return error;
}

static err load(struct arena *scratch, PGconn *conn, uint64_t version, const struct catalog **out)
{
    struct catalog_rows rows = {.arena = scratch};
    TRY(run_script(scratch, conn, embed_engine_postgres_catalog_sql, rows.results, QUERY_COUNT));
    rows.catalog = catalog_new();
    catalog_set_remote(rows.catalog);
    catalog_version_set(rows.catalog, version);
    catalog_rows_read(&rows);
    *out = rows.catalog;
    return NULL;
}

/* Results are many times what an error is: they go at once. */
err engine_pg_catalog_load(struct arena *arena,
                           PGconn *conn,
                           uint64_t version,
                           const struct catalog **out)
{
    struct arena *scratch = arena_new(0);
    err error = load(scratch, conn, version, out);
    if (error) error = err_copy(arena, error);
    arena_free(scratch);
    return error;
}

err engine_pg_catalog_fingerprint(struct arena *arena, PGconn *conn, str *out)
{
    const PGresult *result;
    TRY(run_script(arena, conn, embed_engine_postgres_fingerprint_sql, &result, 1));
    *out = str_copy(arena, engine_pg_field(result, 0, 0));
    return NULL;
}
