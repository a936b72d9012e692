/* tests/unit/http/live.h - a server on a loopback port, and a client made of raw sockets.
 *
 * Owns: what live_start opened, until live_stop. Threads: the test's own. Errors: assertions.
 */
#ifndef DAPUR_TESTS_HTTP_LIVE_H
#define DAPUR_TESTS_HTTP_LIVE_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <cmocka.h>

#include "http/server.h"

struct live {
    struct arena *arena;
    struct loops *loops;
    struct http_server *server;
    int port;
};

static inline void live_start(struct live *live,
                              struct http_options options,
                              const struct http_mount *const *mounts,
                              size_t count,
                              size_t loop_count)
{
    live->arena = arena_new(0);
    struct http_router *router = http_router_new(live->arena);
    for (size_t i = 0; i < count; i++) http_router_mount(router, mounts[i]);
    options.listen = STR("127.0.0.1:0");
    options.router = router;
    assert_null(
        loops_start(live->arena, &(struct loops_options){.count = loop_count}, &live->loops));
    assert_null(http_server_start(live->arena, live->loops, &options, &live->server));
    live->port = http_server_port(live->server);
}

static inline void live_stop(struct live *live)
{
    loops_stop(live->loops);
    loops_join(live->loops);
    arena_free(live->arena);
}

static inline int live_connect(const struct live *live)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)live->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = 20};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Sends what the server takes; a server that has refused may close early. */
static inline void live_send(int fd, str bytes)
{
    while (bytes.len) {
        ssize_t sent = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes = str_skip(bytes, (size_t)sent);
    }
}

/* Everything until the server ends; fails when it never does. */
static inline str live_read_all(struct arena *arena, int fd)
{
    struct buf *all = buf_in(arena, 0);
    for (;;) {
        char piece[65536];
        ssize_t count = recv(fd, piece, sizeof piece, 0);
        if (count < 0) fail_msg("no end within the patience, so far: %.*s", (int)all->len, all->at);
        if (count == 0) return buf_str(all);
        buf_append(all, piece, (size_t)count);
    }
}

/* Reads until the text seen ends with `end`. */
static inline str live_read_until(struct arena *arena, int fd, str end)
{
    struct buf *all = buf_in(arena, 0);
    while (!str_ends(buf_str(all), end)) {
        char piece;
        if (recv(fd, &piece, 1, 0) != 1)
            fail_msg("ended before \"%.*s\": %.*s", STR_FMT(end), (int)all->len, all->at);
        buf_char(all, piece);
    }
    return buf_str(all);
}

/* One connection: sends, closes the sending side, reads to the end. */
static inline str live_talk(const struct live *live, struct arena *arena, str bytes)
{
    int fd = live_connect(live);
    live_send(fd, bytes);
    shutdown(fd, SHUT_WR);
    str answer = live_read_all(arena, fd);
    close(fd);
    return answer;
}

static inline void assert_has(str text, str part)
{
    if (str_find(text, part, 0) == SIZE_MAX)
        fail_msg("\"%.*s\" is not in:\n%.*s", STR_FMT(part), STR_FMT(text));
}

static inline void assert_lacks(str text, str part)
{
    if (str_find(text, part, 0) != SIZE_MAX)
        fail_msg("\"%.*s\" is in:\n%.*s", STR_FMT(part), STR_FMT(text));
}

static inline void assert_starts(str text, str part)
{
    if (!str_starts(text, part))
        fail_msg("does not start with \"%.*s\":\n%.*s", STR_FMT(part), STR_FMT(text));
}

static inline size_t count_of(str text, str part)
{
    size_t count = 0;
    for (size_t at = 0; (at = str_find(text, part, at)) != SIZE_MAX; at += part.len) count++;
    return count;
}

#endif
