/* sql/engine.h - the contract between the language and the engines that run it.
 *
 * Asynchronous: run() may complete before it returns or later, always on the caller's loop; nothing
 * above can tell which. There are no interactive transactions: a request is a list of steps, atomic
 * as a whole; a failed expectation rolls everything back and names its step.
 *
 * Owns:    a request and what it points to stay the caller's, alive until done() is called.
 * Threads: run() on a loop thread; done() on the same thread.
 * Errors:  SQLSTATEs (ERR_SQL); ERR_PLAN_STALE: compile again against engine->catalog() and retry;
 *          ERR_EXPECTATION: failed_step says which; ERR_OVERLOADED, ERR_UNAVAILABLE,
 *          ERR_OUTCOME_UNKNOWN, ERR_DISK_FULL.
 */
#ifndef DAPUR_SQL_ENGINE_H
#define DAPUR_SQL_ENGINE_H

#include "base/buf.h"
#include "sql/plan.h"

struct loop; /* net/loop.h */
struct engine;
struct engine_request;

/* On whose behalf a request runs. Texts are borrowed for the life of the request. */
struct caller {
    str role;     /* role name, e.g. "authenticated" */
    oid role_oid; /* in the plan's catalog */
    str claims;   /* request.jwt.claims: JSON object text, or empty */
    str user_id;  /* the sub claim when it is a uuid, lower case; else empty */
    str email;    /* the email claim; may be empty */
    const struct setting {
        str name;
        str value;
    } * settings; /* request.headers, request.method, request.path, app.settings.* ... */
    size_t setting_count;
    /* Settings that are made when SQL asks for them (request.headers); NULL: none. Runs on the lane's
     * thread while the request waits; answers false for a name it does not know. */
    bool (*lookup)(const struct caller *caller, struct arena *arena, str name, str *out);
    const void *lookup_context;
    str time_zone; /* empty: UTC */
};

enum { ROWS_ANY = -1 };

struct engine_step {
    const struct plan *plan;
    const struct value *params; /* plan->param_count of them, in stored form (type_input) */
    int64_t rows_least;         /* expectation on the result (or affected) rows; ROWS_ANY */
    int64_t rows_most;
};

enum result_format {
    FORMAT_JSON, /* by each plan's result_shape */
    FORMAT_JSON_STRIPPED,
    FORMAT_CSV,
    FORMAT_TEXT_ROWS, /* engine-neutral rows for the console: JSON array of arrays of PostgreSQL text */
};

/* A result's bytes: in memory, or in an unlinked file when they were many. */
struct result_body {
    struct buf bytes; /* the receiver may take it (set to {0}) */
    int fd;           /* -1: bytes hold all; else the file holds all and the receiver closes it */
    int64_t fd_len;
};

struct step_result {
    int64_t rows;     /* written to the body */
    int64_t affected; /* rows inserted, updated, deleted */
    int64_t inserted; /* upsert: of these, newly inserted */
    int64_t total;    /* of the plan's count statement, or -1 */
    struct result_body body;
};

struct engine_request {
    struct arena *arena; /* for errors and results */
    struct loop *loop;
    const struct caller *caller;
    const struct engine_step *steps;
    size_t step_count;
    bool read_only; /* GET: a write is 25006 */
    enum result_format format;
    uint64_t deadline_ms;    /* monotonic; 0: the engine's default */
    size_t result_bytes_max; /* 0: the engine's default */
    /* Called once. results: one per step; borrowed until it returns, bodies may be taken. */
    void (*done)(struct engine_request *request,
                 err error,
                 struct step_result *results,
                 size_t failed_step);
    void *context;
    /* Set by SQL for the answer (response.status, response.headers); empty when not set. */
    str response_status;
    str response_headers;
    _Atomic bool cancelled; /* set by engine->cancel: the client went away; lanes look at it */
    void *engine_private;
};

/* Says what of a migration or a console statement came out. */
struct script_result {
    str columns_json; /* ["a","b"] or empty */
    str types_json;   /* ["int4",...] */
    str rows_json;    /* [["1",null],...] PostgreSQL text output */
    str command;      /* "SELECT", "CREATE TABLE", ... */
    int64_t rows;
};

/* One statement of a script; error NULL on success. Answers whether to go on after an error. */
struct script_statement {
    str text;
    int line, column;
    str kind; /* the parser's node name */
    err error;
    struct script_result result;
    const struct catalog *catalog; /* as it is behind the statement; borrowed; NULL: on a server */
};

struct script_options {
    str file; /* for messages */
    str text;
    str epilogue;     /* statements that follow the text, parsed apart: bookkeeping; may be empty */
    str role;         /* default "postgres" */
    bool transaction; /* all or nothing; false: each statement on its own */
    bool migration;   /* writes of others are refused (503) while it runs */
    bool keep_going;  /* check: after a refusal go on with the next statement */
    bool auto_rls;    /* enable row security on new tables of exposed schemas at the end */
    const struct caller *caller; /* console statements as somebody; NULL: the role alone */
    bool collect_rows;           /* fill script_result rows */
    bool show; /* queries are compiled, not run: the rows are their text on the engine */
    bool (*each)(void *context, const struct script_statement *statement); /* may be NULL */
    bool (*cancelled)(void *context); /* asked now and then: true ends it, 57014; may be NULL */
    void (*notice)(void *context, str message);
    void *context;
};

struct engine_stats {
    uint64_t reads_inline, reads_slow, writes, batches, batch_rows_most, interrupts, stale_plans;
    uint64_t replays; /* of batches that a request took down */
    uint64_t wal_bytes, checkpoints, queue_depth;
    uint64_t temp_bytes;      /* in temporary files now */
    uint64_t disk_free_bytes; /* at the last look */
    bool disk_low;            /* so low that writes are refused */
};

struct engine_lock; /* the engine's own */

struct engine {
    const char *name; /* "sqlite", "postgres" */
    /* The current snapshot; borrowed until the loop turns; catalog_ref to keep it. Any thread. */
    const struct catalog *(*catalog)(struct engine *engine);
    /* Prints a compiled plan: the `print` argument of sql_compile. */
    err (*print)(struct arena *scratch, struct plan *plan);
    void (*run)(struct engine *engine, struct engine_request *request);
    /* The client is gone: stop if possible; done() is still called. */
    void (*cancel)(struct engine *engine, struct engine_request *request);
    /* Runs a script (migration, seed, console) as an exclusive job; blocks the calling thread, which
     * must not be a loop. */
    err (*script)(struct engine *engine, struct arena *arena, const struct script_options *options);
    /* Keeps other nodes from migrating the same database until it is given back; waits for them. NULL
     * where one process owns the database. Blocks; not on a loop. */
    err (*migrations_lock)(struct engine *engine, struct arena *arena, struct engine_lock **out);
    void (*migrations_unlock)(struct engine *engine, struct engine_lock *lock);
    /* Writes a consistent copy to path; blocks the calling thread, not a loop. */
    err (*backup)(struct engine *engine, struct arena *arena, str path);
    /* Structure and every constraint; problems go to report. Blocks; not on a loop. */
    err (*integrity)(struct engine *engine,
                     struct arena *arena,
                     void (*report)(void *context, str problem),
                     void *context);
    /* Called on each loop's own thread, once, before it serves, and after its last request. */
    err (*loop_start)(struct engine *engine, struct loop *loop);
    void (*loop_stop)(struct engine *engine, struct loop *loop);
    void (*stats)(struct engine *engine, struct engine_stats *out);
    /* What blocks a caller (script, backup, integrity) ends with 57014 at that monotonic time: a server
     * that stops sets it. Any thread. */
    void (*stop_blocking)(struct engine *engine, uint64_t at_ms);
    /* Finishes what was accepted and refuses the rest. While the loops run, so that the answers
     * arrive; blocks, not on a loop. Then loop_stop. */
    void (*drain)(struct engine *engine);
    /* Drains if nobody has, and frees. After the loops have stopped: until then answers are on their
     * way, and timers may ask again. */
    void (*close)(struct engine *engine);
};

#endif
