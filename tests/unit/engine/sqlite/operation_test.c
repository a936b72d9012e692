/* What the embedded engine does when the disk fills up or fails, when somebody holds the writer too
 * long, and when a read needs more memory than it may have. */
#include "failing_vfs.h"
#include "lanes_fixture.h"

/* Helpers ---------------------------------------------------------------------------------------- */

static _Atomic uint64_t free_disk;

static uint64_t free_of_test(void *context)
{
    (void)context;
    return atomic_load(&free_disk);
}

static void begin_with_disk(struct fixture *fixture, uint64_t free_bytes)
{
    begin(fixture);
    atomic_store(&free_disk, free_bytes);
    fixture->options.free_bytes_of = free_of_test;
}

static struct engine_stats stats_of(struct fixture *fixture)
{
    struct engine_stats stats;
    fixture->engine->stats(fixture->engine, &stats);
    return stats;
}

static void await_disk(struct fixture *fixture, uint64_t free_bytes, bool low)
{
    uint64_t until_ms = clock_mono_ms() + WAIT_MS;
    atomic_store(&free_disk, free_bytes);
    while (stats_of(fixture).disk_low != low || stats_of(fixture).disk_free_bytes != free_bytes) {
        if (clock_mono_ms() > until_ms) fail_msg("nobody looked at the disk");
        usleep(1000);
    }
}

static void expect_answer(struct fixture *fixture, const char *sql, const char *sqlstate)
{
    check_batch(fixture, &(struct expectation){"postgres", sql, sqlstate}, 1);
}

/* Of a script without its own opinion about anything. */
static err try_script(struct fixture *fixture, const char *text, struct script_options options)
{
    options.file = STR("test.sql");
    options.text = str_of(text);
    options.role = STR("postgres");
    return fixture->engine->script(fixture->engine, fixture->arena, &options);
}

static void expect_code(struct fixture *fixture, err error, const char *code, const char *message)
{
    if (!error) fail_msg("no error, wanted %s", code);
    assert_string_equal(str_cstr(fixture->arena, error->code), code);
    assert_string_equal(str_cstr(fixture->arena, error->message), message);
}

static const struct script_options file = {.transaction = true, .migration = true};
static const struct script_options console = {.migration = false};

static const char endless[] = "insert into rows select a from generate_series(1, 1000000) a, "
                              "generate_series(1, 1000000) b where a + b < 0";
static const char timeout[] = "canceling statement due to statement timeout";
static const char request[] = "canceling statement due to user request";

/* The disk --------------------------------------------------------------------------------------- */

static void test_writes_are_refused_on_a_low_disk_and_reads_go_on(void **state)
{
    (void)state;
    struct fixture fixture;
    begin_with_disk(&fixture, UINT64_C(1) << 40);
    open_engine(&fixture);
    run_script(&fixture, tables);
    expect_answer(&fixture, "insert into rows values (1, 'a')", NULL);
    await_disk(&fixture, fixture.options.disk_free_bytes_min - 1, true);
    expect_answer(&fixture, "insert into rows values (2, 'b')", "57P03");
    assert_string_equal(answer_of(&fixture, "select id from rows"), "[{\"id\":1}]");
    /* An administrator makes room. */
    expect_ok(try_script(&fixture, "delete from rows where id = 1", console));
    await_disk(&fixture, fixture.options.disk_free_bytes_min, false);
    expect_answer(&fixture, "insert into rows values (3, 'c')", NULL);
    assert_string_equal(answer_of(&fixture, "select id from rows"), "[{\"id\":3}]");
    end(&fixture);
}

static void test_a_low_disk_gets_the_logs_room_back(void **state)
{
    (void)state;
    struct fixture fixture;
    struct stat info;
    begin_with_disk(&fixture, UINT64_C(1) << 40);
    open_engine(&fixture);
    run_script(&fixture, tables);
    answer_of(&fixture, "insert into numbered (n) select a from generate_series(1, 20000) a");
    const char *log = str_printf(fixture.arena, "%s/dapur.db-wal", fixture.folder).at;
    assert_int_equal(stat(log, &info), 0);
    assert_true(info.st_size > 100000);
    await_disk(&fixture, 1000, true);
    for (uint64_t until_ms = clock_mono_ms() + WAIT_MS; info.st_size > 0;) {
        if (clock_mono_ms() > until_ms) fail_msg("the log was not cut");
        expect_answer(&fixture, "insert into rows values (2, 'b')", "57P03");
        usleep(1000);
        assert_int_equal(stat(log, &info), 0);
    }
    end(&fixture);
}

static void test_a_floor_of_nothing_refuses_nothing(void **state)
{
    (void)state;
    struct fixture fixture;
    begin_with_disk(&fixture, 0);
    fixture.options.disk_free_bytes_min = 0;
    open_engine(&fixture);
    run_script(&fixture, tables);
    expect_answer(&fixture, "insert into rows values (1, 'a')", NULL);
    end(&fixture);
}

static void test_a_table_is_rebuilt_only_with_room_for_it_twice(void **state)
{
    (void)state;
    static const char *const rebuilds[] = {
        "alter table public.rows alter column text type varchar(500)",
        "alter table public.children add column extra integer;"
        "alter table public.rows add constraint c check (id > 0)",
        "alter table public.rows alter column text type varchar(500); select count(*) from rows",
    };
    struct fixture fixture;
    begin_with_disk(&fixture, UINT64_C(1) << 40);
    fixture.options.disk_free_bytes_min = 0;
    open_engine(&fixture);
    run_script(&fixture, tables);
    run_script(&fixture, "create index on public.rows (text);"
                         "insert into rows select a, repeat('x', 200) || a from generate_series(1, "
                         "20000) a");
    uint64_t version = catalog_current_version(&engine_sqlite_of(fixture.engine)->current);
    /* 20000 rows of 200 bytes, and an index over them: 9 MB or so, twice. */
    atomic_store(&free_disk, 15000000);
    for (size_t i = 0; i < COUNT_OF(rebuilds); i++) {
        err error = try_script(&fixture, rebuilds[i], file);
        if (!error) fail_msg("rebuilt: %s", rebuilds[i]);
        assert_string_equal(str_cstr(fixture.arena, error->code), "53100");
        assert_true(str_starts(error->message, STR("could not rebuild tables: ")));
        assert_true(str_ends(error->message, STR(" of free disk are needed, 15 MB are there")));
    }
    assert_true(catalog_current_version(&engine_sqlite_of(fixture.engine)->current) == version);
    assert_string_equal(answer_of(&fixture, "select count(*) from rows"), "[{\"count\":20000}]");
    /* In place, and of another table: no room is needed. */
    run_script(&fixture, "alter table public.rows add column more integer");
    run_script(&fixture, "alter table public.parents add constraint c check (id > 0)");
    atomic_store(&free_disk, 30000000);
    for (size_t i = 0; i < 2; i++) expect_ok(try_script(&fixture, rebuilds[i], file));
    assert_string_equal(answer_of(&fixture, "select count(*) from rows"), "[{\"count\":20000}]");
    end(&fixture);
}

/* Who holds the writer --------------------------------------------------------------------------- */

static void test_a_console_statement_ends_at_its_deadline(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    fixture.options.sql_run_ms = 50;
    open_engine(&fixture);
    run_script(&fixture, tables);
    const char *text =
        str_printf(fixture.arena, "insert into rows values (1, 'a'); %s", endless).at;
    expect_code(&fixture, try_script(&fixture, text, console), "57014", timeout);
    /* Each statement was a transaction of its own. */
    assert_string_equal(answer_of(&fixture, "select id from rows"), "[{\"id\":1}]");
    struct script_options whole = {.transaction = true};
    text = str_printf(fixture.arena, "insert into rows values (2, 'b'); %s", endless).at;
    expect_code(&fixture, try_script(&fixture, text, whole), "57014", timeout);
    assert_string_equal(answer_of(&fixture, "select id from rows"), "[{\"id\":1}]");
    /* The writer is not held to a console's deadline. */
    answer_of(&fixture, "insert into numbered (n) select a from generate_series(1, 300000) a");
    end(&fixture);
}

static void test_a_migration_ends_at_its_deadline_and_leaves_nothing(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    open_engine(&fixture);
    run_script(&fixture, tables);
    uint64_t version = catalog_current_version(&engine_sqlite_of(fixture.engine)->current);
    engine_sqlite_of(fixture.engine)->options.migration_run_ms = 50;
    const char *text = str_printf(fixture.arena,
                                  "create table public.fresh (id bigint); alter table public.rows "
                                  "add column more integer; %s",
                                  endless)
                           .at;
    expect_code(&fixture, try_script(&fixture, text, file), "57014", timeout);
    assert_true(catalog_current_version(&engine_sqlite_of(fixture.engine)->current) == version);
    expect_answer(&fixture, "insert into rows values (1, 'a')", NULL);
    run_script(&fixture, "create table public.fresh (id bigint)");
    end(&fixture);
}

static void test_a_rebuild_ends_at_the_deadline(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    open_engine(&fixture);
    run_script(&fixture, tables);
    answer_of(&fixture, "insert into rows select a, 'x' from generate_series(1, 300000) a");
    engine_sqlite_of(fixture.engine)->options.migration_run_ms = 30;
    err error =
        try_script(&fixture, "alter table public.rows add constraint c check (id > 0)", file);
    expect_code(&fixture, error, "57014", timeout);
    engine_sqlite_of(fixture.engine)->options.migration_run_ms = 0;
    expect_answer(&fixture, "insert into rows values (-1, 'a')", NULL);
    assert_string_equal(answer_of(&fixture, "select count(*) from rows"), "[{\"count\":300001}]");
    end(&fixture);
}

struct patience {
    uint64_t from_ms;
    uint64_t looks;
};

/* Gone after a while: the statement runs by then. */
static bool gone(void *context)
{
    struct patience *patience = context;
    patience->looks++;
    return clock_mono_ms() > patience->from_ms + 50;
}

static void test_a_caller_who_goes_cancels_the_statement(void **state)
{
    (void)state;
    struct fixture fixture;
    struct patience patience = {.from_ms = clock_mono_ms()};
    begin(&fixture);
    fixture.options.sql_run_ms = 0;
    open_engine(&fixture);
    run_script(&fixture, tables);
    patience.from_ms = clock_mono_ms();
    struct script_options options = {.cancelled = gone, .context = &patience};
    expect_code(&fixture, try_script(&fixture, endless, options), "57014", request);
    assert_true(patience.looks >= 2);
    expect_answer(&fixture, "insert into rows values (1, 'a')", NULL);
    end(&fixture);
}

static void no_problem(void *context, str problem)
{
    (void)context;
    fail_msg("%.*s", STR_FMT(problem));
}

static void test_the_end_of_the_server_ends_who_waits(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    fixture.options.sql_run_ms = 0;
    open_engine(&fixture);
    run_script(&fixture, tables);
    struct engine *engine = fixture.engine;
    str copy = str_printf(fixture.arena, "%s/copy.db", fixture.folder);
    engine->stop_blocking(engine, clock_mono_ms() + 50);
    expect_code(&fixture, try_script(&fixture, endless, console), "57014", request);
    expect_code(&fixture, try_script(&fixture, endless, file), "57014", request);
    assert_non_null(engine->integrity(engine, fixture.arena, no_problem, NULL));
    assert_non_null(engine->backup(engine, fixture.arena, copy));
    assert_int_not_equal(access(copy.at, F_OK), 0);
    end(&fixture);
}

/* Temporaries ------------------------------------------------------------------------------------ */

static size_t entries_of(struct fixture *fixture)
{
    size_t count = 0;
    DIR *folder = opendir(str_printf(fixture->arena, "%s/tmp", fixture->folder).at);
    assert_non_null(folder);
    while (readdir(folder)) count++;
    closedir(folder);
    return count - 2; /* . and .. */
}

static void touch(struct fixture *fixture, const char *name)
{
    FILE *made = fopen(str_printf(fixture->arena, "%s/tmp/%s", fixture->folder, name).at, "we");
    assert_non_null(made);
    fclose(made);
}

/* Each needs more than a connection's memory: a sort, a set without doubles, a grouping. */
static const char *const large_reads[] = {
    "select a, repeat('x', 40) || a as t from generate_series(1, 120000) a order by t desc",
    "select count(*) from (select distinct repeat('y', 40) || a from generate_series(1, 120000) a) "
    "d",
    "select max(n) from (select repeat('z', 40) || a as t, count(*) as n"
    " from generate_series(1, 120000) a group by t) g",
};

static void test_large_sorts_are_in_files_that_nobody_sees(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    open_engine(&fixture);
    struct temp_files *files = &engine_sqlite_of(fixture.engine)->temp_files;
    uint64_t before = atomic_load(&files->opened);
    answer_of(&fixture, "select a from generate_series(1, 1000) a order by a % 7, a");
    assert_true(atomic_load(&files->opened) == before); /* what fits stays in memory */
    for (size_t i = 0; i < COUNT_OF(large_reads); i++) {
        struct call calls[2] = {0};
        before = atomic_load(&files->opened);
        call_init(&fixture, &calls[0], "postgres", large_reads[i]);
        ask(&fixture, calls);
        expect_ok(calls[0].error);
        assert_true(atomic_load(&files->opened) > before);
        assert_int_equal(entries_of(&fixture), 0);
        call_free(&calls[0]);
        assert_int_equal(stats_of(&fixture).temp_bytes, 0);
    }
    end(&fixture);
}

static void test_sorts_share_a_quota(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    fixture.options.spool_bytes_max = 4 * 1024 * 1024;
    open_engine(&fixture);
    run_script(&fixture, tables);
    for (size_t i = 0; i < COUNT_OF(large_reads); i++) {
        struct call calls[2] = {0};
        call_init(&fixture, &calls[0], "postgres", large_reads[i]);
        ask(&fixture, calls);
        assert_non_null(calls[0].error);
        assert_string_equal(str_cstr(fixture.arena, calls[0].error->code), "53100");
        assert_int_equal(calls[0].error->kind, ERR_DISK_FULL);
        call_free(&calls[0]);
        assert_int_equal(stats_of(&fixture).temp_bytes, 0);
    }
    expect_answer(&fixture, "insert into rows values (1, 'a')", NULL);
    end(&fixture);
}

/* Its undo is past what stays in memory. */
static void test_a_large_write_is_undone_from_a_file(void **state)
{
    (void)state;
    static const struct expectation batch[] = {
        {"postgres", "insert into rows values (-1, 'a')",                                        NULL},
        {"postgres", "update rows set id = case id when 90000 then 500001 else id + 500000 end",
         "23505"                                                                                     },
        {"postgres", "insert into rows values (-2, 'b')",                                        NULL},
    };
    struct fixture fixture;
    begin(&fixture);
    open_engine(&fixture);
    run_script(&fixture, tables);
    run_script(&fixture, "insert into rows select a, repeat('x', 150) || a from generate_series(1, "
                         "90000) a");
    struct temp_files *files = &engine_sqlite_of(fixture.engine)->temp_files;
    uint64_t before = atomic_load(&files->opened);
    check_batch(&fixture, batch, COUNT_OF(batch));
    assert_true(atomic_load(&files->opened) > before);
    assert_int_equal(stats_of(&fixture).temp_bytes, 0);
    assert_string_equal(answer_of(&fixture, "select count(*), min(id), max(id), count(distinct "
                                            "text) as texts from rows"),
                        "[{\"count\":90002,\"min\":-2,\"max\":90000,\"texts\":90002}]");
    expect_ok(fixture.engine->integrity(fixture.engine, fixture.arena, no_problem, NULL));
    end(&fixture);
}

static void test_what_a_killed_process_left_is_removed(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    open_engine(&fixture);
    touch(&fixture, "sort-17");
    touch(&fixture, "restore-17"); /* somebody else's */
    close_engine(&fixture);
    open_engine(&fixture);
    assert_int_equal(entries_of(&fixture), 1);
    end(&fixture);
}

/* A disk that fails ------------------------------------------------------------------------------ */

static void count_failure(void *context)
{
    atomic_fetch_add((atomic_int *)context, 1);
}

static void test_after_a_failed_sync_nothing_is_acknowledged(void **state)
{
    (void)state;
    /* Two batches of two. */
    static const struct expectation batches[] = {
        {"postgres", "insert into rows values (2, 'b')", "08007"},
        {"postgres", "insert into rows values (3, 'c')", "08007"},
        {"postgres", "insert into rows values (4, 'd')", "57P03"},
        {"postgres", "insert into rows values (5, 'e')", "57P03"},
    };
    struct fixture fixture;
    atomic_int failures = 0;
    failing_vfs_use();
    begin(&fixture);
    fixture.options.batch_count_max = 2;
    fixture.options.failed = count_failure;
    fixture.options.failed_context = &failures;
    open_engine(&fixture);
    run_script(&fixture, tables);
    expect_answer(&fixture, "insert into rows values (1, 'a')", NULL);
    atomic_store(&failing_syncs, FAILING_ALL);
    check_batch(&fixture, batches, COUNT_OF(batches));
    assert_int_equal(atomic_load(&failures), 1);
    atomic_store(&failing_syncs, 0);
    /* Also when the disk works again: what it has is not known. */
    expect_answer(&fixture, "insert into rows values (6, 'f')", "57P03");
    err error = try_script(&fixture, "insert into rows values (7, 'g')", console);
    expect_code(&fixture, error, "57P03",
                "the database stopped taking writes after a failed write to disk");
    assert_string_equal(answer_of(&fixture, "select id from rows"), "[{\"id\":1}]");
    close_engine(&fixture);
    open_engine(&fixture);
    const char *found = answer_of(&fixture, "select id from rows order by id");
    bool none = !strcmp(found, "[{\"id\":1}]");
    bool both = !strcmp(found, "[{\"id\":1},{\"id\":2},{\"id\":3}]");
    if (!none && !both) fail_msg("half of a batch: %s", found);
    expect_answer(&fixture, "insert into rows values (9, 'i')", NULL);
    expect_ok(fixture.engine->integrity(fixture.engine, fixture.arena, no_problem, NULL));
    assert_int_equal(atomic_load(&failures), 1);
    end(&fixture);
    failing_vfs_leave();
}

static void test_a_script_whose_sync_failed_is_of_unknown_outcome(void **state)
{
    (void)state;
    static const struct script_options scripts[] = {
        {.transaction = true, .migration = true},
        {.keep_going = true                  }
    };
    failing_vfs_use();
    for (size_t i = 0; i < COUNT_OF(scripts); i++) {
        struct fixture fixture;
        atomic_int failures = 0;
        begin(&fixture);
        fixture.options.failed = count_failure;
        fixture.options.failed_context = &failures;
        open_engine(&fixture);
        run_script(&fixture, tables);
        atomic_store(&failing_syncs, FAILING_ALL);
        err error = try_script(&fixture,
                               "insert into rows values (1, 'a'); insert into rows values (2, 'b')",
                               scripts[i]);
        atomic_store(&failing_syncs, 0);
        assert_non_null(error);
        assert_int_equal(error->kind, ERR_OUTCOME_UNKNOWN);
        assert_int_equal(atomic_load(&failures), 1);
        expect_answer(&fixture, "insert into rows values (3, 'c')", "57P03");
        end(&fixture);
    }
    failing_vfs_leave();
}

static void test_a_checkpoint_whose_sync_failed_ends_writing(void **state)
{
    (void)state;
    struct fixture fixture;
    atomic_int failures = 0;
    failing_vfs_use();
    begin_with_disk(&fixture, UINT64_C(1) << 40);
    fixture.options.failed = count_failure;
    fixture.options.failed_context = &failures;
    open_engine(&fixture);
    run_script(&fixture, tables);
    expect_answer(&fixture, "insert into rows values (1, 'a')", NULL);
    atomic_store(&failing_syncs, FAILING_ALL);
    await_disk(&fixture, 1000, true); /* the first refusal folds the log into the file */
    expect_answer(&fixture, "insert into rows values (2, 'b')", "57P03");
    uint64_t until_ms = clock_mono_ms() + WAIT_MS;
    while (atomic_load(&failures) == 0 && clock_mono_ms() < until_ms) usleep(1000);
    assert_int_equal(atomic_load(&failures), 1);
    atomic_store(&failing_syncs, 0);
    await_disk(&fixture, UINT64_C(1) << 40, false);
    expect_answer(&fixture, "insert into rows values (2, 'b')", "57P03");
    close_engine(&fixture);
    open_engine(&fixture);
    assert_string_equal(answer_of(&fixture, "select id from rows"), "[{\"id\":1}]");
    end(&fixture);
    failing_vfs_leave();
}

/* The child ends without a word after its answers, as one that was killed. */
static void write_and_die(struct fixture *fixture)
{
    open_engine(fixture);
    run_script(fixture, tables);
    answer_of(fixture, "insert into rows values (1, 'a')");
    _exit(0);
}

/* The log of a former process reads well, but perhaps it is in memory alone: it must come to the disk
 * before anything builds on it. */
static void test_a_log_that_was_found_is_synced_first(void **state)
{
    (void)state;
    struct fixture fixture;
    struct stat info;
    int status;
    begin(&fixture);
    pid_t child = fork();
    if (child == 0) write_and_die(&fixture);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    failing_vfs_use();
    atomic_store(&failing_syncs, FAILING_ALL);
    err error = engine_sqlite_open(fixture.arena, &fixture.options, &fixture.engine);
    assert_non_null(error);
    assert_string_equal(str_cstr(fixture.arena, error->code), "58030");
    atomic_store(&failing_syncs, 0);
    open_engine(&fixture);
    assert_int_equal(stat(str_printf(fixture.arena, "%s/dapur.db-wal", fixture.folder).at, &info),
                     0);
    assert_int_equal(info.st_size, 0);
    assert_string_equal(answer_of(&fixture, "select id from rows"), "[{\"id\":1}]");
    end(&fixture);
    failing_vfs_leave();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_log_that_was_found_is_synced_first), /* forks: before any thread */
        cmocka_unit_test(test_writes_are_refused_on_a_low_disk_and_reads_go_on),
        cmocka_unit_test(test_a_low_disk_gets_the_logs_room_back),
        cmocka_unit_test(test_a_floor_of_nothing_refuses_nothing),
        cmocka_unit_test(test_a_table_is_rebuilt_only_with_room_for_it_twice),
        cmocka_unit_test(test_a_console_statement_ends_at_its_deadline),
        cmocka_unit_test(test_a_migration_ends_at_its_deadline_and_leaves_nothing),
        cmocka_unit_test(test_a_rebuild_ends_at_the_deadline),
        cmocka_unit_test(test_a_caller_who_goes_cancels_the_statement),
        cmocka_unit_test(test_the_end_of_the_server_ends_who_waits),
        cmocka_unit_test(test_large_sorts_are_in_files_that_nobody_sees),
        cmocka_unit_test(test_sorts_share_a_quota),
        cmocka_unit_test(test_a_large_write_is_undone_from_a_file),
        cmocka_unit_test(test_what_a_killed_process_left_is_removed),
        cmocka_unit_test(test_after_a_failed_sync_nothing_is_acknowledged),
        cmocka_unit_test(test_a_script_whose_sync_failed_is_of_unknown_outcome),
        cmocka_unit_test(test_a_checkpoint_whose_sync_failed_ends_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
