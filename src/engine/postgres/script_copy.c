/* COPY ... FROM stdin: the lines that follow the statement in the file. */
#include <limits.h>

#include "engine/postgres/script_int.h"

enum { CHUNK_BYTES = 64 * 1024 };

err engine_pg_script_copy_in(struct engine_pg_script *run, const struct script_item *item)
{
    if (!item->has_copy_data) {
        if (PQputCopyEnd(run->conn, "the script has no data for it") == 1) return NULL;
        return engine_pg_connection_error(run->arena, run->conn);
    }
    str data = item->copy_data;
    while (data.len) {
        str chunk = str_slice(data, 0, CHUNK_BYTES);
        if (PQputCopyData(run->conn, chunk.at, (int)chunk.len) != 1)
            return engine_pg_connection_error(run->arena, run->conn);
        data = str_skip(data, chunk.len);
    }
    if (PQputCopyEnd(run->conn, NULL) == 1) return NULL;
    return engine_pg_connection_error(run->arena, run->conn);
}

err engine_pg_script_copy_out(struct engine_pg_script *run)
{
    char *row;
    while (PQgetCopyData(run->conn, &row, 0) > 0) PQfreemem(row);
    return err_sql(run->scratch, "0A000", "COPY TO is not supported in a script");
}

void engine_pg_script_copy_place(struct arena *arena, const PGresult *result, struct err *error)
{
    /* COPY items, line 2, column price: "x" */
    str context = str_of(PQresultErrorField(result, PG_DIAG_CONTEXT));
    if (!str_starts(context, STR("COPY "))) return;
    size_t comma = str_find(context, STR(", line "), 0);
    if (comma == SIZE_MAX) return;
    size_t end = comma + sizeof ", line " - 1;
    while (end < context.len && context.at[end] >= '0' && context.at[end] <= '9') end++;
    str place = str_slice(context, 0, end);
    if (str_empty(error->details))
        err_details(arena, error, "%.*s.", STR_FMT(place));
    else
        err_details(arena, error, "%.*s (%.*s)", STR_FMT(error->details), STR_FMT(place));
}
