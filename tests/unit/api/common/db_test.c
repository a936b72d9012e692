#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/common/db.h"

/* db.c over an engine that answers what the test says. */

struct fake {
    struct engine engine; /* first */
    unsigned stale;       /* how many times it says that the catalog has moved on */
    err error;            /* what it says then */
    unsigned plans, runs;
};

struct fixture {
    struct arena *arena;
    struct loops *loops;
    struct fake fake;
    struct db_call call;
    err plan_error;
    sem_t done;
    err answer;
    size_t failed_step;
    unsigned done_count;
};

static struct fixture *fixture_of(struct db_call *call)
{
    return (struct fixture *)((char *)call - offsetof(struct fixture, call));
}

static const struct catalog *fake_catalog(struct engine *engine)
{
    (void)engine;
    return NULL;
}

static void fake_run(struct engine *engine, struct engine_request *request)
{
    struct fake *fake = (struct fake *)engine;
    struct step_result result = {.rows = 1};
    fake->runs++;
    err error = fake->error;
    if (fake->stale > 0) {
        fake->stale--;
        error = err_new(request->arena, ERR_PLAN_STALE, "the catalog has moved on");
    }
    request->done(request, error, error ? NULL : &result, error ? 3 : 0);
}

static err plan(struct db_call *call, const struct catalog *catalog)
{
    (void)catalog;
    fixture_of(call)->fake.plans++;
    return fixture_of(call)->plan_error;
}

static void finished(struct db_call *call,
                     err error,
                     struct step_result *results,
                     size_t failed_step)
{
    struct fixture *f = fixture_of(call);
    f->answer = error;
    f->failed_step = failed_step;
    f->done_count++;
    assert_true(error ? results == NULL : results->rows == 1);
    sem_post(&f->done);
}

static int setup(void **state)
{
    struct arena *arena = arena_new(0);
    struct fixture *f = ARENA_NEW(arena, struct fixture);
    struct loops_options loops = {.count = 1};
    f->arena = arena;
    assert_null(loops_start(arena, &loops, &f->loops));
    f->fake.engine = (struct engine){.name = "fake", .catalog = fake_catalog, .run = fake_run};
    f->call = (struct db_call){.engine = &f->fake.engine, .plan = plan, .done = finished};
    f->call.request.arena = arena;
    f->call.request.loop = loops_at(f->loops, 0);
    sem_init(&f->done, 0, 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    loops_stop(f->loops);
    loops_join(f->loops);
    sem_destroy(&f->done);
    arena_free(f->arena);
    return 0;
}

static void start(struct loop *loop, void *context)
{
    (void)loop;
    db_run(&((struct fixture *)context)->call);
}

static void run(struct fixture *f)
{
    loop_call_wait(loops_at(f->loops, 0), start, f);
    sem_wait(&f->done);
    assert_int_equal(f->done_count, 1);
}

static void an_answer_comes_once(void **state)
{
    struct fixture *f = *state;
    run(f);
    assert_null(f->answer);
    assert_int_equal(f->fake.plans, 1);
    assert_int_equal(f->fake.runs, 1);
}

static void a_stale_plan_is_made_anew(void **state)
{
    struct fixture *f = *state;
    f->fake.stale = 2;
    run(f);
    assert_null(f->answer);
    assert_int_equal(f->fake.plans, 3);
}

static void a_plan_that_stays_stale_is_tried_with_pauses(void **state)
{
    struct fixture *f = *state;
    f->fake.stale = 12;
    run(f);
    assert_null(f->answer);
    assert_int_equal(f->fake.runs, 13);
}

static void a_plan_that_cannot_be_made_is_not_run(void **state)
{
    struct fixture *f = *state;
    f->plan_error = err_sql(f->arena, "42P01", "no such table");
    run(f);
    assert_true(err_is(f->answer, STR("42P01")));
    assert_int_equal(f->fake.runs, 0);
}

static void other_errors_pass_with_their_step(void **state)
{
    struct fixture *f = *state;
    f->fake.error = err_sql(f->arena, "23505", "duplicate");
    run(f);
    assert_true(err_is(f->answer, STR("23505")));
    assert_int_equal(f->failed_step, 3);
    assert_int_equal(f->fake.runs, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_answer_comes_once),
        TEST(a_stale_plan_is_made_anew),
        TEST(a_plan_that_stays_stale_is_tried_with_pauses),
        TEST(a_plan_that_cannot_be_made_is_not_run),
        TEST(other_errors_pass_with_their_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
