#include "ops/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"

enum {
    REQUEST_BYTES_MAX = 256 * 1024 * 1024, /* a seed may be large */
    READ_BYTES = 64 * 1024,
    STACK_BYTES = 64 * 1024 * 1024,
    BACKLOG = 16,
    PEER_S = 5, /* between two bytes */
};

struct control {
    struct arena *arena;
    struct engine *engine;
    str folder;
    int listener;
    int stop_pipe[2];
    pthread_t thread;
};

/* Socket ----------------------------------------------------------------------------------------- */

static err failed(struct arena *arena, const char *doing)
{
    return err_new(arena, ERR_IO, "cannot %s the control socket: %s", doing, strerror(errno));
}

/* A socket path has about 100 bytes: through the folder's descriptor any folder fits. */
static err address_of(struct arena *arena, str folder, int *folder_fd, struct sockaddr_un *out)
{
    *folder_fd = open(str_cstr(arena, folder), O_DIRECTORY | O_PATH | O_CLOEXEC);
    if (*folder_fd < 0) return failed(arena, "reach");
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/control.sock", *folder_fd);
    return NULL;
}

static bool send_all(int fd, str bytes)
{
    while (bytes.len) {
        ssize_t sent = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes = str_skip(bytes, (size_t)sent);
    }
    return true;
}

/* The next line, without its end, from what was read and what still comes. False at the end. */
static bool read_line(int fd, struct buf *pending, size_t *consumed, str *line)
{
    buf_consume(pending, *consumed);
    *consumed = 0;
    size_t from = 0;
    for (;;) {
        size_t end = str_find_char(buf_str(pending), '\n', from);
        if (end != SIZE_MAX) {
            *line = str_slice(buf_str(pending), 0, end);
            *consumed = end + 1;
            return true;
        }
        from = pending->len;
        if (!buf_reserve(pending, READ_BYTES)) return false;
        ssize_t got = recv(fd, pending->at + pending->len, READ_BYTES, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        pending->len += (size_t)got;
    }
}

/* Messages --------------------------------------------------------------------------------------- */

static void add_member(struct buf *out, const char *name, str value)
{
    buf_char(out, out->len && out->at[out->len - 1] != '{' ? ',' : ' ');
    json_write_str(out, str_of(name));
    buf_char(out, ':');
    json_write_str(out, value);
}

static void add_bool(struct buf *out, const char *name, bool value)
{
    buf_char(out, ',');
    json_write_str(out, str_of(name));
    buf_char(out, ':');
    json_write_bool(out, value);
}

static void add_error(struct buf *out, err error)
{
    buf_lit(out, ",\"error\":{");
    add_member(out, "code", error->code);
    add_member(out, "message", error->message);
    add_member(out, "details", error->details);
    add_member(out, "hint", error->hint);
    buf_char(out, '}');
}

static err read_error(struct arena *arena, const struct json *message)
{
    const struct json *object = json_get(message, STR("error"));
    if (!object || object->kind != JSON_OBJECT) return NULL;
    struct err *error =
        err_new(arena, ERR_SQL, "%.*s", STR_FMT(json_get_str(object, STR("message"))));
    error->code = str_copy(arena, json_get_str(object, STR("code")));
    error->details = str_copy(arena, json_get_str(object, STR("details")));
    error->hint = str_copy(arena, json_get_str(object, STR("hint")));
    error->status = err_sqlstate_status(error->code);
    return error;
}

static bool get_bool(const struct json *object, const char *name)
{
    const struct json *value = json_get(object, str_of(name));
    return value && value->kind == JSON_TRUE;
}

static int64_t get_int(const struct json *object, const char *name)
{
    const struct json *value = json_get(object, str_of(name));
    int64_t number = 0;
    return value && json_to_i64(value, &number) ? number : 0;
}

/* The server's side ------------------------------------------------------------------------------ */

struct answering {
    struct control *control;
    struct arena *arena;
    int fd;
    bool broken;
};

static void send_line(struct answering *answering, struct buf *line)
{
    buf_char(line, '\n');
    if (!answering->broken) answering->broken = !send_all(answering->fd, buf_str(line));
}

static bool each_statement(void *context, const struct script_statement *statement)
{
    struct answering *answering = context;
    struct buf *line = buf_in(answering->arena, 0);
    buf_printf(line, "{\"line\":%d,\"column\":%d,\"rows\":%lld", statement->line, statement->column,
               (long long)statement->result.rows);
    add_member(line, "kind", statement->kind);
    add_member(line, "text", statement->text);
    add_member(line, "columns", statement->result.columns_json);
    add_member(line, "types", statement->result.types_json);
    add_member(line, "values", statement->result.rows_json);
    add_member(line, "command", statement->result.command);
    if (statement->error) add_error(line, statement->error);
    buf_char(line, '}');
    send_line(answering, line);
    return !answering->broken && !statement->error;
}

static bool each_keep_going(void *context, const struct script_statement *statement)
{
    struct answering *answering = context;
    each_statement(context, statement);
    return !answering->broken;
}

static void send_text(struct answering *answering, const char *name, str text)
{
    struct buf *line = buf_in(answering->arena, 0);
    buf_char(line, '{');
    add_member(line, name, text);
    buf_char(line, '}');
    send_line(answering, line);
}

static void on_notice(void *context, str message)
{
    send_text(context, "notice", message);
}

static void on_problem(void *context, str problem)
{
    send_text(context, "problem", problem);
}

/* The command at the other end has ended (Ctrl-C), or takes nothing any more. */
static bool peer_gone(void *context)
{
    const struct answering *answering = context;
    struct pollfd peer = {.fd = answering->fd, .events = POLLRDHUP};
    return answering->broken || (poll(&peer, 1, 0) > 0 && peer.revents);
}

static err run_script(struct answering *answering, const struct json *request)
{
    struct engine *engine = answering->control->engine;
    const struct json *who = json_get(request, STR("caller"));
    struct caller caller = {
        .role = json_get_str(who, STR("role")),
        .claims = json_get_str(who, STR("claims")),
        .user_id = json_get_str(who, STR("user_id")),
        .email = json_get_str(who, STR("email")),
    };
    bool keep_going = get_bool(request, "keep_going");
    struct script_options options = {
        .file = json_get_str(request, STR("file")),
        .text = json_get_str(request, STR("text")),
        .epilogue = json_get_str(request, STR("epilogue")),
        .role = json_get_str(request, STR("role")),
        .transaction = get_bool(request, "transaction"),
        .migration = get_bool(request, "migration"),
        .keep_going = keep_going,
        .auto_rls = get_bool(request, "auto_rls"),
        .collect_rows = get_bool(request, "collect_rows"),
        .caller = who && who->kind == JSON_OBJECT ? &caller : NULL,
        .each = keep_going ? each_keep_going : each_statement,
        .notice = on_notice,
        .cancelled = peer_gone,
        .context = answering,
    };
    return engine->script(engine, answering->arena, &options);
}

static err run_request(struct answering *answering, str line)
{
    const struct json *request;
    struct engine *engine = answering->control->engine;
    TRY(json_parse(answering->arena, line, NULL, &request));
    str op = json_get_str(request, STR("op"));
    if (str_eq(op, STR("script"))) return run_script(answering, request);
    if (str_eq(op, STR("backup")))
        return engine->backup(engine, answering->arena, json_get_str(request, STR("path")));
    if (str_eq(op, STR("integrity")))
        return engine->integrity(engine, answering->arena, on_problem, answering);
    return err_new(answering->arena, ERR_USAGE, "unknown control request");
}

static bool peer_is_us(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0) return false;
    return peer.uid == geteuid() || peer.uid == 0;
}

/* A peer that connects and then says or takes nothing holds neither the others nor the end. */
static void limit_waiting(int fd)
{
    const struct timeval patience = {.tv_sec = PEER_S};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

static void serve_peer(struct control *control, int fd)
{
    limit_waiting(fd);
    struct arena *arena = arena_new(0);
    struct answering answering = {.control = control, .arena = arena, .fd = fd};
    struct buf *pending = buf_in(arena, REQUEST_BYTES_MAX);
    size_t consumed = 0;
    str line;
    if (peer_is_us(fd) && read_line(fd, pending, &consumed, &line)) {
        err error = run_request(&answering, line);
        struct buf *last = buf_in(arena, 0);
        buf_lit(last, "{\"done\":true");
        if (error) add_error(last, error);
        buf_char(last, '}');
        send_line(&answering, last);
    }
    close(fd);
    arena_free(arena);
}

static void *control_main(void *context)
{
    struct control *control = context;
    for (;;) {
        struct pollfd waits[2] = {
            {.fd = control->listener,     .events = POLLIN},
            {.fd = control->stop_pipe[0], .events = POLLIN}
        };
        if (poll(waits, 2, -1) < 0 && errno != EINTR) break;
        if (waits[1].revents) break;
        if (!waits[0].revents) continue;
        int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0) serve_peer(control, fd);
    }
    return NULL;
}

static err listen_at(struct arena *arena, struct control *control)
{
    struct sockaddr_un address;
    int folder;
    TRY(address_of(arena, control->folder, &folder, &address));
    unlink(address.sun_path); /* left by a crash: the folder's lock says that nobody else is here */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* The mode of the socket is that of its file (unix(7)). Not by umask: other threads make files. */
    bool bound = fd >= 0 && fchmod(fd, 0600) == 0 &&
                 bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
                 listen(fd, BACKLOG) == 0;
    int error = errno;
    close(folder);
    if (!bound && fd >= 0) close(fd);
    control->listener = fd;
    errno = error;
    return bound ? NULL : failed(arena, "open");
}

err control_start(struct arena *arena, str folder, struct engine *engine, struct control **out)
{
    struct control *control = ARENA_NEW(arena, struct control);
    *control =
        (struct control){.arena = arena, .engine = engine, .folder = str_copy(arena, folder)};
    TRY(listen_at(arena, control));
    if (pipe2(control->stop_pipe, O_CLOEXEC) != 0) return failed(arena, "watch");
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    int rc = pthread_create(&control->thread, &attributes, control_main, control);
    pthread_attr_destroy(&attributes);
    if (rc != 0) return err_new(arena, ERR_INTERNAL, "cannot start a thread: %s", strerror(rc));
    *out = control;
    return NULL;
}

void control_stop(struct control *control)
{
    if (write(control->stop_pipe[1], "x", 1) != 1)
        log_warn("the control thread cannot be told to stop");
    pthread_join(control->thread, NULL);
    close(control->listener);
    close(control->stop_pipe[0]);
    close(control->stop_pipe[1]);
    unlink(str_printf(control->arena, "%.*s/control.sock", STR_FMT(control->folder)).at);
}

/* The client's side ------------------------------------------------------------------------------ */

struct remote {
    struct engine base; /* first */
    struct arena *arena;
    str folder;
};

struct receiving {
    struct arena *arena;
    const struct script_options *options; /* scripts */
    void (*report)(void *context, str problem);
    void *context;
};

static err dial(struct arena *arena, str folder, int *out)
{
    struct sockaddr_un address;
    int folder_fd;
    TRY(address_of(arena, folder, &folder_fd, &address));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    err error = connected ? NULL
                          : err_new(arena, ERR_UNAVAILABLE,
                                    "the process that uses the data folder does not answer: %s",
                                    strerror(errno));
    close(folder_fd);
    if (!connected && fd >= 0) close(fd);
    *out = fd;
    return error;
}

static void hand_on_statement(const struct receiving *receiving, const struct json *message)
{
    if (!receiving->options || !receiving->options->each) return;
    struct script_statement statement = {
        .text = json_get_str(message, STR("text")),
        .line = (int)get_int(message, "line"),
        .column = (int)get_int(message, "column"),
        .kind = json_get_str(message, STR("kind")),
        .error = read_error(receiving->arena, message),
        .result =
            {
                     .columns_json = json_get_str(message, STR("columns")),
                     .types_json = json_get_str(message, STR("types")),
                     .rows_json = json_get_str(message, STR("values")),
                     .command = json_get_str(message, STR("command")),
                     .rows = get_int(message, "rows"),
                     },
    };
    receiving->options->each(receiving->options->context, &statement);
}

static void hand_on(const struct receiving *receiving, const struct json *message)
{
    const struct json *notice = json_get(message, STR("notice"));
    const struct json *problem = json_get(message, STR("problem"));
    if (notice && receiving->options && receiving->options->notice)
        receiving->options->notice(receiving->options->context, notice->text);
    if (problem && receiving->report) receiving->report(receiving->context, problem->text);
    if (!notice && !problem) hand_on_statement(receiving, message);
}

static err receive(const struct receiving *receiving, int fd)
{
    struct buf *pending = buf_in(receiving->arena, 0);
    size_t consumed = 0;
    str line;
    while (read_line(fd, pending, &consumed, &line)) {
        const struct json *message;
        TRY(json_parse(receiving->arena, str_copy(receiving->arena, line), NULL, &message));
        if (get_bool(message, "done")) return read_error(receiving->arena, message);
        hand_on(receiving, message);
    }
    return err_new(receiving->arena, ERR_UNAVAILABLE, "the server closed the control connection");
}

static err call(struct engine *base, const struct receiving *receiving, const struct buf *request)
{
    const struct remote *remote = (const struct remote *)base;
    int fd;
    TRY(dial(receiving->arena, remote->folder, &fd));
    err error = send_all(fd, buf_str(request)) ? receive(receiving, fd)
                                               : failed(receiving->arena, "write to");
    close(fd);
    return error;
}

static void add_caller(struct buf *out, const struct caller *caller)
{
    if (!caller) return;
    buf_lit(out, ",\"caller\":{");
    add_member(out, "role", caller->role);
    add_member(out, "claims", caller->claims);
    add_member(out, "user_id", caller->user_id);
    add_member(out, "email", caller->email);
    buf_char(out, '}');
}

static err remote_script(struct engine *base,
                         struct arena *arena,
                         const struct script_options *options)
{
    struct buf *request = buf_in(arena, REQUEST_BYTES_MAX);
    buf_char(request, '{');
    add_member(request, "op", STR("script"));
    add_member(request, "file", options->file);
    add_member(request, "text", options->text);
    add_member(request, "epilogue", options->epilogue);
    add_member(request, "role", options->role);
    add_bool(request, "transaction", options->transaction);
    add_bool(request, "migration", options->migration);
    add_bool(request, "keep_going", options->keep_going);
    add_bool(request, "auto_rls", options->auto_rls);
    add_bool(request, "collect_rows", options->collect_rows);
    add_caller(request, options->caller);
    buf_lit(request, "}\n");
    if (!buf_ok(request))
        return err_new(arena, ERR_USAGE, "the script is too large for a running server");
    return call(base, &(struct receiving){.arena = arena, .options = options}, request);
}

static err remote_backup(struct engine *base, struct arena *arena, str path)
{
    struct buf *request = buf_in(arena, 0);
    buf_char(request, '{');
    add_member(request, "op", STR("backup"));
    add_member(request, "path", path);
    buf_lit(request, "}\n");
    return call(base, &(struct receiving){.arena = arena}, request);
}

static err remote_integrity(struct engine *base,
                            struct arena *arena,
                            void (*report)(void *context, str problem),
                            void *context)
{
    struct buf *request = buf_in(arena, 0);
    buf_lit(request, "{\"op\":\"integrity\"}\n");
    return call(base, &(struct receiving){.arena = arena, .report = report, .context = context},
                request);
}

static void remote_close(struct engine *base)
{
    arena_free(((struct remote *)base)->arena);
}

err control_connect(struct arena *arena, str folder, struct engine **out)
{
    int fd;
    TRY(dial(arena, folder, &fd));
    close(fd);
    struct arena *own = arena_new(0);
    struct remote *remote = ARENA_NEW(own, struct remote);
    *remote = (struct remote){
        .base = {.name = "sqlite",
                 .script = remote_script,
                 .backup = remote_backup,
                 .integrity = remote_integrity,
                 .close = remote_close},
        .arena = own,
        .folder = str_copy(own, folder),
    };
    *out = &remote->base;
    return NULL;
}
