/* The whole server in this process: a failed fsync ends it in order and begins it again. */
#include "engine/sqlite/failing_vfs.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ops/files.h"
#include "ops/server.h"

enum { WAIT_MS = 60000, ANSWER_BYTES = 16 * 1024, STACK_BYTES = 64 * 1024 * 1024 };

struct fixture {
    struct arena *arena;
    char folder[64];
    struct config config;
    pthread_t thread;
    err error; /* of server_run */
    atomic_int starts;
    atomic_int port;
};

static void ready(void *context, str api_address, str admin_address)
{
    struct fixture *fixture = context;
    str host, port;
    int64_t number = 0;
    (void)admin_address;
    str_cut(api_address, ':', &host, &port);
    assert_true(str_to_i64(port, &number));
    atomic_store(&fixture->port, (int)number);
    atomic_fetch_add(&fixture->starts, 1);
}

static void *run(void *context)
{
    struct fixture *fixture = context;
    const struct server_options options = {
        .config = &fixture->config, .ready = ready, .context = fixture};
    fixture->error = server_run(fixture->arena, &options);
    return NULL;
}

static void await_starts(struct fixture *fixture, int starts)
{
    uint64_t until_ms = clock_mono_ms() + WAIT_MS;
    while (atomic_load(&fixture->starts) < starts) {
        if (clock_mono_ms() > until_ms) fail_msg("the server did not start");
        usleep(1000);
    }
}

/* The answer's status and bytes. */
static int ask(
    struct fixture *fixture, const char *method, const char *path, const char *body, char *out)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atomic_load(&fixture->port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    str text = str_printf(fixture->arena,
                          "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
                          "application/json\r\nContent-Length: %zu\r\n\r\n%s",
                          method, path, strlen(body), body);
    assert_int_equal(send(fd, text.at, text.len, MSG_NOSIGNAL), (ssize_t)text.len);
    size_t len = 0;
    ssize_t got;
    while (len < ANSWER_BYTES - 1 && (got = recv(fd, out + len, ANSWER_BYTES - 1 - len, 0)) > 0)
        len += (size_t)got;
    out[len] = '\0';
    close(fd);
    int64_t status = 0;
    assert_true(str_starts(str_of(out), STR("HTTP/1.1 ")));
    assert_true(str_to_i64(str_slice(str_of(out), 9, 12), &status));
    return (int)status;
}

static void begin(struct fixture *fixture)
{
    static const struct config_flag flags[] = {
        {STR_INIT("listen"),              STR_INIT("127.0.0.1:0")},
        {STR_INIT("server.loops"),        STR_INIT("1")          },
        {STR_INIT("gateway.require_key"), STR_INIT("false")      },
        {STR_INIT("log.level"),           STR_INIT("error")      },
    };
    *fixture = (struct fixture){.arena = arena_new(0)};
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/dapur-server-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    str migrations = str_printf(fixture->arena, "%s/migrations", fixture->folder);
    assert_null(folder_make(fixture->arena, migrations, 0755));
    assert_null(file_write(fixture->arena, str_printf(fixture->arena, "%s/1_t.sql", migrations.at),
                           STR("create table public.t (id bigint primary key);"
                               "create policy p on public.t using (true) with check (true);"),
                           0644));
    assert_null(config_load(fixture->arena, str_of(fixture->folder), flags, COUNT_OF(flags),
                            &fixture->config));
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    assert_int_equal(pthread_create(&fixture->thread, &attributes, run, fixture), 0);
    pthread_attr_destroy(&attributes);
    await_starts(fixture, 1);
}

static void end(struct fixture *fixture)
{
    kill(getpid(), SIGTERM);
    pthread_join(fixture->thread, NULL);
    if (fixture->error) fail_msg("%.*s", STR_FMT(fixture->error->message));
    folder_remove(fixture->arena, str_of(fixture->folder));
    arena_free(fixture->arena);
}

static void test_a_failed_sync_starts_the_server_again(void **state)
{
    (void)state;
    struct fixture fixture;
    char answer[ANSWER_BYTES];
    failing_vfs_use();
    begin(&fixture);
    int port = atomic_load(&fixture.port);
    assert_int_equal(ask(&fixture, "POST", "/rest/v1/t", "{\"id\":1}", answer), 201);
    atomic_store(&failing_syncs,
                 1); /* the COMMIT's; the log that is found at the start is synced again */
    assert_int_equal(ask(&fixture, "POST", "/rest/v1/t", "{\"id\":2}", answer), 503);
    assert_non_null(strstr(answer, "outcome is unknown"));
    await_starts(&fixture, 2);
    assert_int_equal(atomic_load(&fixture.port), port); /* that the system had chosen */
    assert_int_equal(ask(&fixture, "POST", "/rest/v1/t", "{\"id\":3}", answer), 201);
    assert_int_equal(ask(&fixture, "GET", "/rest/v1/t?id=in.(1,3)&order=id", "", answer), 200);
    assert_non_null(strstr(answer, "[{\"id\":1},{\"id\":3}]"));
    end(&fixture);
    assert_int_equal(atomic_load(&fixture.starts), 2);
    failing_vfs_leave();
}

int main(void)
{
    /* The process's signals are for server_run's thread. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_failed_sync_starts_the_server_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
