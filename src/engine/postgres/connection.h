/* engine/postgres/connection.h - one non-blocking connection of a loop, in pipeline mode.
 *
 *   queries in, one segment at a time:   pg_connection_send(c, segment, query) ..., pg_connection_sync(c, segment)
 *   results out, in the same order:      events->result, ->finished (per query), ->end (per segment)
 *
 * Everything between two Syncs is one implicit transaction. A segment may also be held open: after
 * connection_flush its results come, and more of it can be sent before the Sync.
 *
 * Connecting blocks (names, TLS), so a worker does it; the loop takes the connection over.
 *
 * States: CONNECTING -> READY -> CLOSED; a connection is never made again, its lane makes another.
 *
 * Owns:    the PGconn, from open until closed; the connection lives in an arena of its own.
 * Threads: the loop's, but for the connecting.
 * Errors:  events->lost for every segment in flight, and owner->closed, when the server goes away.
 */
#ifndef DAPUR_ENGINE_POSTGRES_CONNECTION_H
#define DAPUR_ENGINE_POSTGRES_CONNECTION_H

#include <libpq-fe.h>

#include "engine/postgres/engine_int.h"
#include "engine/postgres/row_value.h"
#include "net/workers.h"

struct pg_connection;
struct segment;

enum {
    SEGMENT_QUERIES_MAX = 64,
    PG_CANCEL_MS = 2000, /* then a connection that is cancelled is closed all the same */
};

struct pg_query {
    const char *sql;
    const char *name;          /* of the prepared statement; NULL: unnamed, parsed each time */
    const char *const *values; /* text; NULL: null. Copied when sent. */
    const oid *types;          /* NULL: all inferred */
    size_t count;
    bool single_rows; /* rows come one by one as they arrive */
};

struct segment_events {
    /* Rows, a command's end or an error of query number `query` (in order of sending). Borrowed. */
    void (*result)(struct segment *segment, size_t query, const PGresult *result);
    void (*finished)(struct segment *segment, size_t query);
    /* The Sync is back: nothing of the segment is in flight. */
    void (*end)(struct segment *segment);
    /* The connection is gone; end will not come. */
    void (*lost)(struct segment *segment);
};

/* Why lost was called. */
enum segment_loss {
    LOSS_OF_CONNECTION,
    LOSS_TOO_LARGE, /* the segment's answer: past WHOLE_BYTES_MAX of one that is not in single rows */
    LOSS_BESIDE_ANOTHER, /* it was on the connection of such a one */
};

struct segment {
    const struct segment_events *events;
    struct segment *next; /* the connection's from here */
    struct {
        bool prepare; /* the Parse of a named statement: told only when it fails */
        bool single_rows;
        const char *name;
    } sent[2 * SEGMENT_QUERIES_MAX];
    size_t sent_count;
    size_t at;    /* whose results come now */
    size_t query; /* the same without the Parses */
    bool synced;
    struct arena *retired; /* goes with it */
    enum segment_loss loss;
};

struct pg_connection_owner {
    void (*ready)(struct pg_connection *connection);
    void (*closed)(struct pg_connection *connection, err why); /* why: NULL when it was asked for */
    void (*idle)(struct pg_connection *connection);            /* a segment has ended */
};

/* What a connection begins with, unless a pooler stands between or the URL has options of its own: the
 * values of nearly every request, which then need not be set for each. */
#define PG_DEFAULT_SEARCH_PATH "public, extensions"
enum pg_connection_use { CONNECTION_FOR_READS, CONNECTION_FOR_ALL };

/* Begins connecting; owner->ready or owner->closed follows, later. FOR_READS: transactions are read only. */
struct pg_connection *pg_connection_open(struct engine_pg *engine,
                                         struct loop *loop,
                                         struct workers *connectors,
                                         const struct pg_connection_owner *owner,
                                         enum pg_connection_use use,
                                         void *context);
bool pg_connection_has_defaults(const struct pg_connection *connection);
void *pg_connection_context(const struct pg_connection *connection);
bool pg_connection_is_ready(const struct pg_connection *connection);
/* It was, at some time: the server took it. */
bool pg_connection_was_ready(const struct pg_connection *connection);
size_t pg_connection_in_flight(const struct pg_connection *connection);
/* When the segment before the one that ends now had ended; 0: there was none. */
uint64_t pg_connection_idle_ns(const struct pg_connection *connection);

/* Begins a segment: zeroes it. It must live until end or lost. */
void segment_init(struct segment *segment, const struct segment_events *events);
/* False: the connection is of no more use, and lost has been called: the segment may be gone already. */
MUST_USE bool pg_connection_send(struct pg_connection *connection,
                                 struct segment *segment,
                                 const struct pg_query *query);
MUST_USE bool pg_connection_flush(struct pg_connection *connection, struct segment *segment);
MUST_USE bool pg_connection_sync(struct pg_connection *connection, struct segment *segment);

/* PQTRANS_IDLE and so on, as of the last Sync. */
PGTransactionStatusType pg_connection_transaction(const struct pg_connection *connection);
/* The kept shape of a prepared statement's rows, made anew when it does not fit the result. */
const struct row_shape *pg_connection_shape(struct pg_connection *connection,
                                            const char *name,
                                            const struct catalog *catalog,
                                            const PGresult *result,
                                            int skip,
                                            bool text);
/* The server's copy does not fit any more: it is prepared again under another name at the next use. */
void pg_connection_forget(struct pg_connection *connection, const char *name);

/* Cancels what runs and closes the connection, at the latest after a moment.
 *
 * beside: another connection to the same server, which is asked for it by pg_cancel_backend: in its TLS, and
 *         without a wait for the postmaster. NULL: libpq's own way, on a worker, a new connection that is
 *         never encrypted before version 17. Behind a pooler it is the only one: there the number of a
 *         backend means nothing. */
void pg_connection_cancel(struct pg_connection *connection, struct pg_connection *beside);
void pg_connection_close(struct pg_connection *connection);

#endif
