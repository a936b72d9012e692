/* The lanes of the embedded engine, over a real folder: batches of writes in which one is bad, reads
 * that change lanes, snapshots, migrations, and what a killed process leaves. */
#include "lanes_fixture.h"

/* Tests ------------------------------------------------------------------------------------------ */

static void test_a_bad_request_fails_alone(void **state)
{
    (void)state;
    static const struct expectation batch[] = {
        {"postgres",      "insert into rows values (1, 'a')",                                     NULL   },
        {"postgres",      "insert into rows values (1, 'again')",                                 "23505"},
        {"postgres",      "insert into rows values (2, 'b')",                                     NULL   },
        {"postgres",      "insert into children values (1, 77)",                                  "23503"},
        {"postgres",      "insert into rows values (3, 'c')",                                     NULL   },
 /* An interrupt inside a write takes the whole transaction down: the others are replayed. */
        {"authenticated", "update numbered set n = 7",                                            "57014"},
        {"postgres",      "insert into rows values (5, 'e')",                                     NULL   },
        {"authenticated", "insert into rows select 1000 + a from generate_series(1, 50000000) a",
         "57014"                                                                                         },
        {"postgres",      "insert into rows values (4, 'd')",                                     NULL   },
        {"postgres",      "insert into numbered (n) values (1)",                                  NULL   },
    };
    struct fixture fixture;
    begin(&fixture);
    fixture.options.write_run_ms = 10;
    open_engine(&fixture);
    run_script(&fixture, tables);
    answer_of(&fixture, "insert into numbered (n) select a from generate_series(1, 200000) a");
    check_batch(&fixture, batch, COUNT_OF(batch));
    struct engine_stats stats;
    fixture.engine->stats(fixture.engine, &stats);
    assert_true(stats.batch_rows_most >= 5);
    assert_true(stats.replays >= 1);
    assert_string_equal(
        answer_of(&fixture, "select id, text from rows order by id"),
        "[{\"id\":1,\"text\":\"a\"},{\"id\":2,\"text\":\"b\"},{\"id\":3,\"text\":\"c\"},"
        "{\"id\":4,\"text\":\"d\"},{\"id\":5,\"text\":\"e\"}]");
    assert_string_equal(answer_of(&fixture, "select count(*) from numbered"),
                        "[{\"count\":200001}]");
    assert_string_equal(answer_of(&fixture, "select count(*) from children"), "[{\"count\":0}]");
    end(&fixture);
}

/* What a request sets, takes or is belongs to it: the next in its batch has none of it. */
static void test_requests_of_a_batch_know_nothing_of_each_other(void **state)
{
    (void)state;
    static const struct expectation batch[] = {
        {"authenticated", "insert into rows values (1, set_config('app.x', 'mine', true))",            NULL   },
        {"anon",          "insert into rows values (2, current_setting('app.x', true))",               NULL   },
        {"anon",          "insert into rows values (3, set_config('role', 'postgres', true))",         "42501"},
        {"anon",          "insert into rows values (3, set_config('request.jwt.claims', '{}', true))",
         "42501"                                                                                              },
        {"anon",          "insert into rows values (3, current_user)",                                 NULL   },
        {"postgres",      "insert into numbered (n) values (1)",                                       NULL   },
        {"postgres",      "insert into rows values (4, currval('numbered_id_seq')::text)",             "55000"},
        {"authenticated", "insert into rows values (5, current_user)",                                 NULL   },
    };
    struct fixture fixture;
    begin(&fixture);
    open_engine(&fixture);
    run_script(&fixture, tables);
    check_batch(&fixture, batch, COUNT_OF(batch));
    assert_string_equal(answer_of(&fixture, "select id, text from rows order by id"),
                        "[{\"id\":1,\"text\":\"mine\"},{\"id\":2,\"text\":null},"
                        "{\"id\":3,\"text\":\"anon\"},{\"id\":5,\"text\":\"authenticated\"}]");
    end(&fixture);
}

/* max_page_count: the file may grow by some pages alone, as on a full disk. */
struct limit_job {
    struct exclusive_job job; /* first */
    const char *pragma;
};

static err limit_run(struct exclusive_job *job,
                     struct engine_sqlite *engine,
                     struct connection *connection)
{
    (void)engine;
    assert_int_equal(
        sqlite3_exec(connection->db, ((struct limit_job *)job)->pragma, NULL, NULL, NULL),
        SQLITE_OK);
    return NULL;
}

static void limit_pages(struct fixture *fixture, const char *pragma)
{
    struct limit_job job = {.job = {.run = limit_run}, .pragma = pragma};
    expect_ok(writer_exclusive(engine_sqlite_of(fixture->engine)->writer, &job.job));
}

static void test_a_full_disk_fails_the_request_that_does_not_fit(void **state)
{
    (void)state;
    static const struct expectation batch[] = {
        {"postgres", "insert into rows values (1, 'a')",                  NULL   },
        {"postgres", "insert into rows values (2, repeat('x', 8000000))", "53100"},
        {"postgres", "insert into rows values (3, 'c')",                  NULL   },
    };
    struct fixture fixture;
    begin(&fixture);
    open_engine(&fixture);
    run_script(&fixture, tables);
    limit_pages(&fixture, "PRAGMA max_page_count=1000");
    check_batch(&fixture, batch, COUNT_OF(batch));
    assert_string_equal(answer_of(&fixture, "select id from rows order by id"),
                        "[{\"id\":1},{\"id\":3}]");
    limit_pages(&fixture, "PRAGMA max_page_count=1000000");
    check_batch(&fixture, &(struct expectation){"postgres", batch[1].sql, NULL}, 1);
    assert_string_equal(answer_of(&fixture, "select count(*) from rows"), "[{\"count\":3}]");
    end(&fixture);
}

static void test_a_write_is_read_at_once(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    open_engine(&fixture);
    run_script(&fixture, tables);
    for (int i = 1; i <= 100; i++) {
        char expected[64];
        snprintf(expected, sizeof expected, "[{\"count\":%d}]", i);
        answer_of(&fixture, "insert into numbered (n) values (1)");
        assert_string_equal(answer_of(&fixture, "select count(*) from numbered"), expected);
    }
    end(&fixture);
}

static void test_a_plan_of_another_schema_is_never_run(void **state)
{
    (void)state;
    static const char *const statements[] = {
        "select id from rows", "insert into rows values (9, 'x')",
        "select count(*) from generate_series(1, 3000) a, generate_series(1, 3000) b"};
    struct fixture fixture;
    begin(&fixture);
    open_engine(&fixture);
    run_script(&fixture, tables);
    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        struct call calls[2] = {0};
        char change[128];
        call_init(&fixture, &calls[0], "postgres", statements[i]);
        loop_call_wait(loops_at(fixture.loops, 0), compile_call, &calls[0]);
        snprintf(change, sizeof change, "alter table public.rows add column c%zu integer", i);
        run_script(&fixture, change);
        ask(&fixture, calls);
        assert_non_null(calls[0].error);
        assert_int_equal(calls[0].error->kind, ERR_PLAN_STALE);
        call_free(&calls[0]);
    }
    assert_string_equal(answer_of(&fixture, "select count(*) from rows"), "[{\"count\":0}]");
    end(&fixture);
}

/* Whatever the writer does meanwhile: a script, or the request before it in its own batch. */
static void test_a_write_that_has_waited_is_answered_and_never_runs(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    fixture.options.write_wait_ms = 100;
    fixture.options.write_run_service_ms = 3000;
    open_engine(&fixture);
    run_script(&fixture, tables);
    struct call calls[4] = {0};
    call_init(
        &fixture, &calls[0], "postgres",
        "insert into rows select 1, (select count(*)::text from generate_series(1, 100000) a, "
        "generate_series(1, 100000) b)");
    call_init(&fixture, &calls[1], "postgres", "insert into rows values (2, 'in its batch')");
    call_init(&fixture, &calls[2], "postgres", "insert into rows values (3, 'in its batch')");
    uint64_t begun_ms = clock_mono_ms();
    submit(&fixture, calls);
    while (atomic_load(&fixture.pending) > 1 && clock_mono_ms() < begun_ms + WAIT_MS) usleep(1000);
    /* The first one still runs: it ends at its own limit, far later. */
    assert_int_equal(atomic_load(&fixture.pending), 1);
    await(&fixture);
    assert_non_null(calls[0].error);
    assert_string_equal(str_cstr(fixture.arena, calls[0].error->code), "57014");
    for (int i = 1; i < 3; i++) {
        assert_non_null(calls[i].error);
        assert_int_equal(calls[i].error->kind, ERR_OVERLOADED);
    }
    for (int i = 0; i < 3; i++) call_free(&calls[i]);
    fixture.options.write_wait_ms = WAIT_MS;
    assert_string_equal(answer_of(&fixture, "select count(*) from rows"), "[{\"count\":0}]");
    end(&fixture);
}

static void test_a_slow_read_changes_lanes(void **state)
{
    (void)state;
    struct fixture fixture;
    struct engine_stats before, after;
    begin(&fixture);
    open_engine(&fixture);
    fixture.engine->stats(fixture.engine, &before);
    assert_string_equal(
        answer_of(&fixture,
                  "select count(*) from generate_series(1, 1500) a, generate_series(1, 1500) b"),
        "[{\"count\":2250000}]");
    fixture.engine->stats(fixture.engine, &after);
    assert_int_equal(after.reads_slow, before.reads_slow + 1);
    end(&fixture);
}

static void test_a_slow_read_ends_at_its_deadline_and_the_lane_goes_on(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    fixture.options.read_run_ms = 50;
    fixture.options.slow_threads = 1;
    open_engine(&fixture);
    for (int i = 0; i < 20; i++) {
        struct call calls[2] = {0};
        call_init(
            &fixture, &calls[0], "postgres",
            "select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b");
        ask(&fixture, calls);
        assert_non_null(calls[0].error);
        assert_string_equal(str_cstr(fixture.arena, calls[0].error->code), "57014");
        call_free(&calls[0]);
    }
    end(&fixture);
}

static void test_a_large_result_waits_in_a_file(void **state)
{
    (void)state;
    struct fixture fixture;
    struct call calls[2] = {0};
    begin(&fixture);
    open_engine(&fixture);
    call_init(&fixture, &calls[0], "postgres",
              "select repeat('x', 1000) as t from generate_series(1, 3000)");
    ask(&fixture, calls);
    expect_ok(calls[0].error);
    assert_int_equal(calls[0].fd_len, 3000 * (1000 + 8) + 2 + 2999);
    struct engine_sqlite *engine = engine_sqlite_of(fixture.engine);
    assert_int_equal(atomic_load(&engine->spool_quota.used_bytes), calls[0].fd_len);
    call_free(&calls[0]); /* nobody took the file: the request's end closes it */
    assert_int_equal(atomic_load(&engine->spool_quota.used_bytes), 0);
    end(&fixture);
}

/* The child ends without a word after its answers, as one that was killed. */
static void give_numbers_and_die(struct fixture *fixture)
{
    open_engine(fixture);
    run_script(fixture, tables);
    for (int i = 0; i < 40; i++) answer_of(fixture, "insert into numbered (n) values (1)");
    _exit(0);
}

static void test_a_sequence_repeats_nothing_after_a_kill(void **state)
{
    (void)state;
    struct fixture fixture;
    int status;
    begin(&fixture);
    pid_t child = fork();
    if (child == 0) give_numbers_and_die(&fixture);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    open_engine(&fixture);
    assert_string_equal(answer_of(&fixture, "select max(id), count(*) from numbered"),
                        "[{\"max\":40,\"count\":40}]");
    answer_of(&fixture, "insert into numbered (n) values (2)");
    assert_string_equal(
        answer_of(&fixture, "select max(id) > 40 as later from numbered where n = 2"),
        "[{\"later\":true}]");
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_a_sequence_repeats_nothing_after_a_kill), /* forks: before any thread */
        cmocka_unit_test(test_a_bad_request_fails_alone),
        cmocka_unit_test(test_requests_of_a_batch_know_nothing_of_each_other),
        cmocka_unit_test(test_a_full_disk_fails_the_request_that_does_not_fit),
        cmocka_unit_test(test_a_write_is_read_at_once),
        cmocka_unit_test(test_a_plan_of_another_schema_is_never_run),
        cmocka_unit_test(test_a_write_that_has_waited_is_answered_and_never_runs),
        cmocka_unit_test(test_a_slow_read_changes_lanes),
        cmocka_unit_test(test_a_slow_read_ends_at_its_deadline_and_the_lane_goes_on),
        cmocka_unit_test(test_a_large_result_waits_in_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
