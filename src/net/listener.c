#include "net/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "net/loop_int.h"
#include "net/stream_int.h"

enum { BACKLOG_DEFAULT = 511 };

/* One loop's share. The mails start it and end it on its own thread. */
struct accepting {
    uv_tcp_t tcp;
    struct listener *listener;
    struct loop *loop;
    int fd; /* ours until tcp has it */
    bool open;
    struct mail open_mail;
    struct mail close_mail;
};

struct listener {
    struct listener_options options;
    size_t count;
    struct accepting *accepting;
    int port;
    str address;
    atomic_bool closed;
};

static void on_connection(uv_stream_t *listening, int status)
{
    struct accepting *accepting = (struct accepting *)listening;
    if (status) return; /* out of descriptors: libuv has dropped the connection */
    struct stream *stream = stream_accept(accepting->loop, listening);
    const struct listener_options *options = &accepting->listener->options;
    if (stream) options->on_accept(stream, options->context);
}

static void open_here(struct mail *mail)
{
    struct accepting *accepting =
        (struct accepting *)((char *)mail - offsetof(struct accepting, open_mail));
    struct loop *loop = accepting->loop;
    uv_tcp_init(&loop->uv, &accepting->tcp);
    accepting->open = true;
    if (uv_tcp_open(&accepting->tcp, accepting->fd)) close(accepting->fd);
    uv_listen((uv_stream_t *)&accepting->tcp, accepting->listener->options.backlog, on_connection);
}

static void close_here(struct mail *mail)
{
    struct accepting *accepting =
        (struct accepting *)((char *)mail - offsetof(struct accepting, close_mail));
    uv_handle_t *handle = (uv_handle_t *)&accepting->tcp;
    if (accepting->open && !uv_is_closing(handle)) uv_close(handle, NULL);
}

/* "HOST:PORT" or "[V6]:PORT". An empty host or "*" is every IPv4 address. */
static err resolve(struct arena *arena, str address, struct sockaddr_storage *out, socklen_t *len)
{
    size_t colon = address.len;
    while (colon > 0 && address.at[colon - 1] != ':') colon--;
    uint64_t port;
    if (!colon || !str_to_u64(str_skip(address, colon), &port) || port > 65535)
        return err_new(arena, ERR_CONFIG, "address \"%.*s\" is not HOST:PORT", STR_FMT(address));
    str host = str_slice(address, 0, colon - 1);
    if (host.len >= 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
        host = str_slice(host, 1, host.len - 1);
    if (str_empty(host) || str_eq(host, STR("*"))) host = STR("0.0.0.0");
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    if (getaddrinfo(str_cstr(arena, host), NULL, &hints, &found) || !found)
        return err_new(arena, ERR_CONFIG, "host \"%.*s\" has no address", STR_FMT(host));
    struct addrinfo *chosen = found; /* "localhost" may be both: IPv4 is what clients try */
    for (struct addrinfo *each = found; each; each = each->ai_next)
        if (each->ai_family == AF_INET) {
            chosen = each;
            break;
        }
    memset(out, 0, sizeof *out);
    memcpy(out, chosen->ai_addr, chosen->ai_addrlen);
    *len = chosen->ai_addrlen;
    freeaddrinfo(found);
    uint16_t *slot = out->ss_family == AF_INET6 ? &((struct sockaddr_in6 *)out)->sin6_port
                                                : &((struct sockaddr_in *)out)->sin_port;
    *slot = htons((uint16_t)port);
    return NULL;
}

enum bind_share { BIND_ALONE, BIND_SHARED };

/* A bound socket, or -1 with errno. */
static int bind_socket(const struct sockaddr_storage *address, socklen_t len, enum bind_share share)
{
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    int on = 1;
    int shared = share == BIND_SHARED;
    bool ok = !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) &&
              !setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &shared, sizeof shared) &&
              !bind(fd, (const struct sockaddr *)address, len);
    if (ok) return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static void name_address(struct arena *arena,
                         struct listener *listener,
                         const struct sockaddr_storage *address)
{
    char host[STREAM_ADDRESS_BYTES];
    bool v6 = address->ss_family == AF_INET6;
    if (v6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
        uv_ip6_name(in6, host, sizeof host);
        listener->port = ntohs(in6->sin6_port);
    } else {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        uv_ip4_name(in, host, sizeof host);
        listener->port = ntohs(in->sin_port);
    }
    listener->address = str_printf(arena, v6 ? "[%s]:%d" : "%s:%d", host, listener->port);
}

static void close_bound(struct listener *listener, size_t count)
{
    while (count > 0) close(listener->accepting[--count].fd);
}

static err bind_all(struct arena *arena, struct listener *listener)
{
    struct sockaddr_storage address;
    socklen_t len = 0;
    str text = listener->options.address;
    TRY(resolve(arena, text, &address, &len));
    /* First without SO_REUSEPORT: with it, a second process of the same user would silently share
     * the port and steal half of the connections. This bind picks a free port as well. */
    int probe = bind_socket(&address, len, BIND_ALONE);
    if (probe < 0 || listen(probe, 1) || getsockname(probe, (struct sockaddr *)&address, &len)) {
        err error = err_new(arena, ERR_CONFIG, "could not listen on \"%.*s\": %s", STR_FMT(text),
                            strerror(errno));
        if (probe >= 0) close(probe);
        return error;
    }
    close(probe);
    name_address(arena, listener, &address);
    for (size_t i = 0; i < listener->count; i++) {
        int fd = bind_socket(&address, len, BIND_SHARED);
        /* Listening at once: from here on connections wait instead of being refused. */
        if (fd >= 0 && !listen(fd, listener->options.backlog)) {
            listener->accepting[i].fd = fd;
            continue;
        }
        err error = err_new(arena, ERR_CONFIG, "could not listen on \"%.*s\": %s", STR_FMT(text),
                            strerror(errno));
        if (fd >= 0) close(fd);
        close_bound(listener, i);
        return error;
    }
    return NULL;
}

err listener_open(struct arena *arena,
                  struct loops *loops,
                  const struct listener_options *options,
                  struct listener **out)
{
    struct listener *listener = ARENA_NEW(arena, struct listener);
    listener->options = *options;
    if (!listener->options.backlog) listener->options.backlog = BACKLOG_DEFAULT;
    listener->count = loops_count(loops);
    listener->accepting = ARENA_ARRAY(arena, struct accepting, listener->count);
    TRY(bind_all(arena, listener));
    err refused = options->on_bound ? options->on_bound(listener->address, options->context) : NULL;
    if (refused) {
        close_bound(listener, listener->count);
        return refused;
    }
    *out = listener;
    for (size_t i = 0; i < listener->count; i++) {
        struct accepting *accepting = &listener->accepting[i];
        accepting->listener = listener;
        accepting->loop = loops_at(loops, i);
        accepting->open_mail.deliver = open_here;
        accepting->close_mail.deliver = close_here;
        mail_send(accepting->loop, &accepting->open_mail);
    }
    return NULL;
}

int listener_port(const struct listener *listener)
{
    return listener->port;
}

str listener_address(const struct listener *listener)
{
    return listener->address;
}

void listener_close(struct listener *listener)
{
    if (atomic_exchange(&listener->closed, true)) return;
    for (size_t i = 0; i < listener->count; i++)
        mail_send(listener->accepting[i].loop, &listener->accepting[i].close_mail);
}
