/* engine/sqlite/functions.h - PostgreSQL's functions, aggregates and collations on a connection.
 *
 * struct sqlite_session is one connection's state while it runs statements: who calls, what time it
 * is, where sequences come from. The functions are registered once per connection with it.
 *
 * Owns:    the session owns its caches (shapes, regular expressions); what it points to is the
 *          connection's owner's.
 * Threads: one at a time, the connection's; `interrupted` may be raised by any thread.
 * Errors:  a function fails with the text SQLSTATE\x1fmessage\x1fdetail\x1fhint; function_error_read
 *          turns sqlite3_errmsg back into an err.
 * Source:  docs/sql.md.
 */
#ifndef DAPUR_ENGINE_SQLITE_FUNCTIONS_H
#define DAPUR_ENGINE_SQLITE_FUNCTIONS_H

#include <stdatomic.h>

#include "base/cost.h"
#include "base/err.h"
#include "base/map.h"
#include "sql/catalog.h"
#include "sql/query.h"
#include "types/session.h"

typedef struct sqlite3 sqlite3;
struct sqlite_session;
struct function_caches;
struct pl_cache;
struct pl_capture;
struct pl_frame;
struct run;
struct node;
struct system_tables;

struct sqlite_session_hooks {
    /* nextval, currval, setval, lastval by the sequence's oid. A NULL hook: 25006 (this connection
     * only reads) or 0A000. */
    err (*nextval)(struct sqlite_session *session, struct arena *arena, oid sequence, int64_t *out);
    err (*currval)(struct sqlite_session *session, struct arena *arena, oid sequence, int64_t *out);
    err (*setval)(struct sqlite_session *session,
                  struct arena *arena,
                  oid sequence,
                  int64_t value,
                  bool is_called);
    err (*lastval)(struct sqlite_session *session, struct arena *arena, int64_t *out);
    /* current_setting of a name that is not below; false: not set. set_config. */
    bool (*setting)(struct sqlite_session *session, str name, str *out);
    err (*set_config)(
        struct sqlite_session *session, struct arena *arena, str name, str value, bool local);
    /* Around a block with EXCEPTION: what is set, in the arena given, to go back to when it fails. */
    void *(*settings_mark)(struct sqlite_session *session, struct arena *arena);
    void (*settings_restore)(struct sqlite_session *session, const void *mark);
    /* pg_notify. */
    err (*notify)(struct sqlite_session *session, struct arena *arena, str channel, str payload);
};

/* DDL, and what else only a script may do, inside a function. */
struct session_utility {
    /* site: as whom, with which path; both as SET left them. */
    err (*run)(
        void *context, struct call_site *site, const struct node *node, str text, int64_t *rows);
    /* Around a block with EXCEPTION: what the catalog was like, taken back or let go. */
    void *(*mark)(void *context);
    void (*restore)(void *context, void *mark);
    void (*release)(void *context, void *mark);
};

struct sqlite_session {
    const struct sqlite_session_hooks *hooks;
    void *owner;                   /* the hooks' own */
    const struct catalog *catalog; /* of the transaction; set with sqlite_session_catalog */
    struct type_session types;     /* zone, now: fixed per transaction */
    struct type_names names;       /* types.names: of regclass and its like */
    atomic_bool *interrupted;      /* long functions look at it; may be NULL */
    uint64_t deadline_ns;          /* clock_mono_ns; 0: none. Long functions look at it */
    struct limits *limits;         /* of a script: its caller may be gone; NULL elsewhere */
    void (*random)(void *out, size_t count); /* NULL: crypto_random */
    int64_t (*clock_us)(void);               /* clock_timestamp(); NULL: clock_real_us */
    struct cost cost;                        /* of the call that runs now; its arenas carry it */
    struct arena *scratch; /* the functions' working memory, reset between calls */
    const str *path; /* schemas where names of the catalog are looked up, of the plan that runs */
    size_t path_count;
    struct function_caches *caches;
    struct pl_cache *pl;     /* compiled PL/pgSQL functions */
    struct pl_frame *frames; /* the innermost function that runs; NULL: none */
    struct pl_capture
        *capture;    /* of CALL: its arguments are computed, then it runs by itself; or NULL */
    struct run *run; /* the step that runs now: what a function's statements go by */
    bool reads_only; /* a write is refused: 25006 */
    bool writing;    /* a statement that writes is active: no function may write then */
    oid writer;      /* as whom it runs; OID_NONE: none is active */
    /* RAISE below EXCEPTION; NULL: nobody hears it. */
    void (*notice)(struct sqlite_session *session, str level, str message);
    const struct session_utility *utility; /* NULL: what only a script may do is 0A000 */
    void *utility_context;
    int action_depth;                  /* of foreign keys' actions, run_action.c */
    int trigger_depth;                 /* pg_trigger_depth() */
    struct trigger_deferred *deferred; /* run_trigger.h; NULL: nothing was ever deferred */
    struct system_tables *system;      /* rows of pg_catalog; lives with the caches */
};

/* Zeroes it and makes its scratch and caches, which live until deinit. */
void sqlite_session_init(struct sqlite_session *session);
void sqlite_session_deinit(struct sqlite_session *session);
/* Switches the catalog (borrowed) and forgets what was cached of the former one. */
void sqlite_session_catalog(struct sqlite_session *session, const struct catalog *catalog);

/* Registers every function, aggregate, table-valued function and collation. The session must outlive
 * the connection. Collations that name a type (enum:<oid>, array:<oid>) are made when first needed. */
MUST_USE err functions_register(sqlite3 *db, struct sqlite_session *session);

/* True when a registered function, aggregate or set answers for the symbol of builtin.h. What SQLite
 * does by itself (print_call.c) is not among them. */
bool functions_have(const char *symbol);

/* The text of an error raised inside SQL, and back. function_error_read answers NULL when the text
 * is not one of ours. */
void function_error_write(struct buf *out, err error);
MUST_USE err function_error_read(struct arena *arena, const char *text);

#endif
