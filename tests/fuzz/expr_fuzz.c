/* Any text as an SQL expression: parsed, typed, printed, and run on SQLite. It may be refused at each
 * step; nothing else may happen. What prints must also prepare: SQLite's grammar takes all we say. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "engine/sqlite/functions.h"
#include "engine/sqlite/print.h"
#include "sql/catalog_build.h"
#include "sql/infer.h"
#include "sql/parse.h"

struct fuzz {
    struct catalog *catalog;
    struct sqlite_session session;
    sqlite3 *db;
};

static struct fuzz *fuzz_get(void)
{
    static struct fuzz fuzz;
    if (fuzz.db) return &fuzz;
    fuzz.catalog = catalog_bootstrap();
    sqlite_session_init(&fuzz.session);
    sqlite_session_catalog(&fuzz.session, fuzz.catalog);
    if (sqlite3_open(":memory:", &fuzz.db) != SQLITE_OK) abort();
    if (functions_register(fuzz.db, &fuzz.session)) abort();
    /* A step may be long by right (generate_series, repeat): it is cut short. */
    sqlite3_limit(fuzz.db, SQLITE_LIMIT_LENGTH, 1000000);
    return &fuzz;
}

static int stop(void *unused)
{
    (void)unused;
    return 1;
}

static void run(struct fuzz *fuzz, const struct print *print)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(fuzz->db, print->sql->at, -1, &statement, NULL) != SQLITE_OK) {
        const char *message = sqlite3_errmsg(fuzz->db);
        /* SQLite's own limits, and a window or aggregate out of place, are refusals. */
        bool ours = strstr(message, "syntax error") || strstr(message, "no such function") ||
                    strstr(message, "wrong number of arguments") ||
                    strstr(message, "no such column");
        if (ours) abort();
        return;
    }
    sqlite3_progress_handler(fuzz->db, 100000, stop, NULL);
    sqlite3_step(statement);
    sqlite3_finalize(statement);
}

static err compile(struct fuzz *fuzz, struct arena *arena, str text, struct print *print)
{
    static const str path[] = {STR_INIT("public"), STR_INIT("extensions")};
    struct infer_params params = {0};
    struct infer_context ctx = {
        .arena = arena,
        .catalog = fuzz->catalog,
        .search_path = path,
        .search_path_count = COUNT_OF(path),
        .params = &params,
        .clause = INFER_SELECT_LIST,
        .role = ROLE_POSTGRES,
    };
    struct node *node = NULL;
    struct expr *expr = NULL;
    TRY(sql_parse_expr(arena, text, &node));
    TRY(infer_expr(&ctx, node, &expr));
    TRY(infer_resolve_unknown(&ctx, expr, &expr));
    print_init(print, arena, fuzz->catalog, buf_in(arena, 0), NULL, NULL);
    buf_lit(print->sql, "SELECT ");
    TRY(print_expr(print, expr));
    buf_append(print->sql, "", 1);
    return NULL;
}

struct input {
    const uint8_t *data;
    size_t size;
};

static void *one(void *argument)
{
    const struct input *input = argument;
    struct fuzz *fuzz = fuzz_get();
    struct arena *arena = arena_new(0);
    struct print print;
    err error = compile(fuzz, arena, str_from(input->data, input->size), &print);
    if (!error) run(fuzz, &print);
    arena_free(arena);
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* The parser asks for a deep stack (sql/parse.h). */
    if (size > 4096) return 0;
    struct input input = {data, size};
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, sql_stack_bytes);
    if (pthread_create(&thread, &attributes, one, &input) != 0) abort();
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    return 0;
}
