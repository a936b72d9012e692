/* Calls in what a table keeps: CHECK, domains' checks, generated columns.
 *
 * The file's text has the function's number, its result's and its arguments' types in place of a call site, which
 * no statement binds there. The function runs as whoever writes the row, while that statement is active: it may
 * read and catch errors, not write. */
#include "engine/sqlite/functions_int.h"
#include "engine/sqlite/pl_int.h"
#include "sql/embedded.h"

/* Parsed once a statement; SQLite keeps it with the constant that it came from. */
struct kept_site {
    struct arena *arena;
    struct call_site site;
};

static void kept_site_free(void *data)
{
    struct kept_site *kept = data;
    arena_free(kept->arena);
}

static oid next_oid(str *text)
{
    oid number = 0;
    *text = str_trim(*text);
    while (text->len > 0 && text->at[0] >= '0' && text->at[0] <= '9') {
        number = number * 10 + (oid)(text->at[0] - '0');
        *text = str_skip(*text, 1);
    }
    return number;
}

static err refuse(struct arena *arena, const struct cat_function *function, const char *why)
{
    return err_sql(arena, "0A000", "function %.*s in a constraint or generated column %s",
                   STR_FMT(function->name), why);
}

static err check_function(struct sqlite_session *session,
                          struct arena *arena,
                          const struct cat_function *function,
                          oid role)
{
    if (!catalog_role_has(session->catalog, role, function->owner, &function->acl, 'f',
                          PRIV_EXECUTE))
        return err_sql(arena, "42501", "permission denied for function %.*s",
                       STR_FMT(function->name));
    if (plpgsql_writes(session->catalog, function))
        return refuse(arena, function, "cannot write on this database");
    return NULL;
}

static err read_site(struct sqlite_session *session, struct kept_site *kept, str text)
{
    struct call_site *site = &kept->site;
    const struct cat_function *function = catalog_function(session->catalog, next_oid(&text));
    site->result = next_oid(&text);
    if (function == NULL)
        return err_sql(kept->arena, "42883", "a function of a constraint is not there any more");
    site->function = function;
    site->role = run_writer(session);
    site->path = session->path;
    site->path_count = session->path_count;
    oid *types = ARENA_ARRAY(kept->arena, oid, FUNCTION_ARGS_MAX);
    while (text.len > 0 && site->arg_count < FUNCTION_ARGS_MAX)
        types[site->arg_count++] = next_oid(&text);
    site->arg_types = types;
    site->kept = true;
    return check_function(session, kept->arena, function, site->role);
}

static const struct call_site *site_of(sqlite3_context *context, sqlite3_value **argv)
{
    struct sqlite_session *session = sqlite3_user_data(context);
    struct kept_site *kept = sqlite3_get_auxdata(context, 0);
    if (kept != NULL) return &kept->site;
    struct arena *arena = arena_new(0);
    kept = ARENA_NEW(arena, struct kept_site);
    kept->arena = arena;
    str text = str_from(sqlite3_value_text(argv[0]), (size_t)sqlite3_value_bytes(argv[0]));
    err error = read_site(session, kept, text);
    if (error != NULL) {
        function_fail(context, arena, error);
        arena_free(arena);
        return NULL;
    }
    sqlite3_set_auxdata(context, 0, kept, kept_site_free);
    kept = sqlite3_get_auxdata(context, 0); /* NULL: SQLite had no room, and has freed it */
    if (kept == NULL) sqlite3_result_error_nomem(context);
    return kept != NULL ? &kept->site : NULL;
}

/* pl_kept('function result argument...', argument...): one value. */
static void sql_kept(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct sqlite_session *session = sqlite3_user_data(context);
    if (session->run == NULL) {
        sqlite3_result_error(context, "0A000\x1fthis function is the engine's own\x1f\x1f", -1);
        return;
    }
    const struct call_site *site = site_of(context, argv);
    if (site == NULL) return;
    bool writing = session->writing;
    session->writing = true;
    pl_call_site(context, session, site, argc, argv);
    session->writing = writing;
}

int pl_kept_register(sqlite3 *db, struct sqlite_session *session)
{
    int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS, fixed = flags | SQLITE_DETERMINISTIC;
    int code =
        sqlite3_create_function_v2(db, "pl_kept", -1, fixed, session, sql_kept, NULL, NULL, NULL);
    if (code != SQLITE_OK) return code;
    return sqlite3_create_function_v2(db, "pl_kept_volatile", -1, flags, session, sql_kept, NULL,
                                      NULL, NULL);
}
