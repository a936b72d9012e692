/* tests/diff/main.c - the same statements on PostgreSQL 15 and on dapur's embedded engine.
 *
 *   diff_runner [--dapur build/release/dapur] [--postgres-only] [--show] FILE_OR_FOLDER...
 *
 * Each case file is a migration and statements under several identities (README.md). Rows and
 * SQLSTATE must be equal. --postgres-only checks the case files themselves: that they run there and
 * give what their "-- error:" lines say. --show prints every answer.
 *
 * Exit code 1 on a difference. DAPUR_COUNTS names a file for "passed failed skipped".
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/vec.h"
#include "case_file.h"
#include "embedded.h"
#include "postgres.h"

enum { DIFFERENCES_SHOWN = 400 };

struct options {
    const char *dapur;
    bool postgres_only;
    bool show;
};

struct totals {
    int passed;
    int failed;
    int skipped;
};

struct run {
    const struct options *options;
    struct postgres *postgres;
    struct totals totals;
    int file_number;
};

static void fail_file(struct run *run,
                      const struct case_file *file,
                      const char *what,
                      const char *message)
{
    run->totals.failed++;
    printf("  FAIL %.*s: %s\n       %s\n", STR_FMT(file->name), what, message);
}

static void skip_file(struct run *run, const struct case_file *file)
{
    run->totals.skipped += (int)file->count;
    printf("  skip %.*s: there is no %.*s\n", STR_FMT(file->name), STR_FMT(file->missing));
}

/* What PostgreSQL itself must say, where the file tells. */
static bool as_expected(const struct statement *statement, const struct answer *answer)
{
    if (str_empty(statement->expected)) return true;
    return !answer->ok && str_eq(answer->sqlstate, statement->expected);
}

static void print_both(const struct case_file *file,
                       const struct statement *statement,
                       const struct answer *postgres,
                       const struct answer *dapur,
                       str difference,
                       struct arena *arena)
{
    struct buf *text = buf_in(arena, 0);
    answer_print(text, postgres, "         postgres  ");
    if (dapur) answer_print(text, dapur, "         dapur     ");
    printf("  FAIL %.*s:%d as %.*s: %.*s       %.*s\n%.*s", STR_FMT(file->name), statement->line,
           STR_FMT(statement->as->name), STR_FMT(difference), STR_FMT(statement->sql),
           STR_FMT(buf_str(text)));
}

/* 0A000: docs/limits.md names it. */
static bool is_refusal(const struct answer *dapur)
{
    return dapur && !dapur->ok && str_eq(dapur->sqlstate, STR("0A000"));
}

static void run_statement(struct run *run,
                          const struct case_file *file,
                          const struct statement *statement,
                          struct postgres_database *database,
                          struct embedded *embedded)
{
    if (!str_empty(statement->skip)) { /* on neither side: later statements see one state */
        run->totals.skipped++;
        printf("  skip %.*s:%d %.*s\n", STR_FMT(file->name), statement->line,
               STR_FMT(statement->skip));
        return;
    }
    struct arena *arena = arena_new(0);
    struct answer *postgres = postgres_ask(arena, database, statement->as, statement->sql);
    struct answer *dapur =
        embedded ? embedded_ask(arena, embedded, statement->as, statement->sql) : NULL;
    struct buf *difference = buf_in(arena, 0);
    if (!as_expected(statement, postgres))
        buf_printf(difference, "the file expects PostgreSQL to fail with %.*s\n",
                   STR_FMT(statement->expected));
    if (dapur) answer_compare(difference, arena, postgres, dapur, statement->ordered);
    if (difference->len && statement->may_be_refused && is_refusal(dapur)) {
        run->totals.skipped++;
    } else if (difference->len) {
        if (++run->totals.failed <= DIFFERENCES_SHOWN)
            print_both(file, statement, postgres, dapur, buf_str(difference), arena);
    } else {
        run->totals.passed++;
        if (run->options->show) {
            struct buf *text = buf_in(arena, 0);
            answer_print(text, postgres, "      ");
            printf("%d %.*s: %.*s\n%.*s", statement->line, STR_FMT(statement->as->name),
                   STR_FMT(statement->sql), STR_FMT(buf_str(text)));
        }
    }
    arena_free(arena);
}

static void run_both(struct run *run, const struct case_file *file, struct arena *arena)
{
    struct postgres_database *database = NULL;
    struct embedded *embedded = NULL;
    str name = str_printf(arena, "case_%d", ++run->file_number);
    const char *message = postgres_open(arena, run->postgres, name, &database);
    for (size_t i = 0; i < file->migration_count && !message; i++)
        message = postgres_migrate(arena, database, file->migrations[i].text);
    if (message) {
        fail_file(run, file, "its migration fails on PostgreSQL", message);
        goto out;
    }
    if (!run->options->postgres_only) {
        message = embedded_open(arena, run->options->dapur, file, &embedded);
        if (message) {
            fail_file(run, file, "its migration fails on dapur, so its statements are not compared",
                      message);
            run->totals.failed += (int)file->count; /* each of them is unproven */
            goto out;
        }
    }
    for (size_t i = 0; i < file->count; i++)
        run_statement(run, file, &file->statements[i], database, embedded);
out:
    embedded_close(embedded);
    postgres_close(database);
}

static void run_file(struct run *run, const char *path)
{
    struct arena *arena = arena_new(0);
    struct case_file file = {.name = str_of(path)};
    struct totals before = run->totals;
    const char *message = case_file_read(arena, path, &file);
    if (message)
        fail_file(run, &file, "cannot be read", message);
    else if (!str_empty(file.missing))
        skip_file(run, &file);
    else
        run_both(run, &file, arena);
    printf("  %-32.*s %3d same, %d different\n", STR_FMT(file.name),
           run->totals.passed - before.passed, run->totals.failed - before.failed);
    fflush(stdout);
    arena_free(arena);
}

struct paths {
    VEC(const char *);
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_path(struct arena *arena, struct paths *paths, const char *path)
{
    DIR *folder = opendir(path);
    if (!folder) {
        *VEC_ADD(arena, paths) = path;
        return;
    }
    size_t first = paths->count;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (str_ends(str_of(entry->d_name), STR(".sql")))
            *VEC_ADD(arena, paths) = str_printf(arena, "%s/%s", path, entry->d_name).at;
    closedir(folder);
    if (paths->count > first)
        qsort(paths->at + first, paths->count - first, sizeof *paths->at, by_name);
}

static void write_counts(const struct totals *totals)
{
    const char *path = getenv("DAPUR_COUNTS");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%d %d %d\n", totals->passed, totals->failed, totals->skipped);
    fclose(file);
}

static void add_file(struct buf *text, const char *path)
{
    FILE *file = fopen(path, "rb");
    char part[4096];
    for (size_t got; file && (got = fread(part, 1, sizeof part, file)) > 0;)
        buf_append(text, part, got);
    if (file) fclose(file);
}

/* What PostgreSQL lacks of a new database of dapur's, the tables of auth included. */
static str read_prelude(struct arena *arena)
{
    struct buf *text = buf_in(arena, 0);
    add_file(text, DAPUR_SOURCE_DIR "/tests/diff/prelude.sql");
    add_file(text, DAPUR_SOURCE_DIR "/src/api/auth/schema.sql");
    buf_lit(text, "RESET ROLE; GRANT ALL ON ALL TABLES IN SCHEMA auth TO postgres;");
    return buf_str(text);
}

/* The server must end with us, however we end. */
static struct postgres *running;
static void stop_at_exit(void)
{
    postgres_stop(running);
    running = NULL;
}
static void stop_at_signal(int signal_number)
{
    stop_at_exit();
    _Exit(128 + signal_number);
}

static int run_all(const struct options *options, const struct paths *paths, struct arena *arena)
{
    struct run run = {.options = options};
    bool missing = false;
    const char *message = postgres_start(arena, read_prelude(arena), &running, &missing);
    run.postgres = running;
    if (message && missing) {
        printf("  skip every case file: %s\n", message);
        run.totals.skipped = (int)paths->count;
    } else if (message) {
        printf("  FAIL %s\n", message);
        run.totals.failed = 1;
    }
    for (size_t i = 0; !message && i < paths->count; i++) run_file(&run, paths->at[i]);
    write_counts(&run.totals);
    printf("  %d passed, %d failed, %d skipped\n", run.totals.passed, run.totals.failed,
           run.totals.skipped);
    return run.totals.failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new(0);
    struct options options = {.dapur = "build/release/dapur"};
    struct paths paths = {0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--dapur") == 0 && i + 1 < argc)
            options.dapur = argv[++i];
        else if (strcmp(argv[i], "--postgres-only") == 0)
            options.postgres_only = true;
        else if (strcmp(argv[i], "--show") == 0)
            options.show = true;
        else
            add_path(arena, &paths, argv[i]);
    }
    if (!paths.count) add_path(arena, &paths, DAPUR_SOURCE_DIR "/tests/diff/cases");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, stop_at_signal);
    signal(SIGTERM, stop_at_signal);
    atexit(stop_at_exit);
    int code = run_all(&options, &paths, arena);
    stop_at_exit();
    arena_free(arena);
    return code;
}
