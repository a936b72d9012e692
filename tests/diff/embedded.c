#include "embedded.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"

enum { ANSWER_MS = 20000, LOG_SHOWN = 1500 };

struct embedded {
    pid_t pid;
    int to;
    int from;
    const char *folder;
    struct buf pending; /* bytes behind the last whole line */
};

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static bool write_file(const char *path, str text)
{
    FILE *file = fopen(path, "wb");
    if (!file) return false;
    bool good = fwrite(text.at, 1, text.len, file) == text.len;
    return fclose(file) == 0 && good;
}

/* The end of a log, in the arena. */
static str read_log(struct arena *arena, const char *folder)
{
    FILE *file = fopen(str_printf(arena, "%s/log", folder).at, "rb");
    if (!file) return STR("");
    struct buf *text = buf_in(arena, 0);
    char part[4096];
    for (size_t got; (got = fread(part, 1, sizeof part, file)) > 0;) buf_append(text, part, got);
    fclose(file);
    str all = buf_str(text);
    return str_copy(arena, all.len > LOG_SHOWN ? str_skip(all, all.len - LOG_SHOWN) : all);
}

/* Starts dapur with stdin and stdout on pipes when in and out are given; stderr goes to the log. */
static pid_t start(const char *folder, char *const arguments[], const int in[2], const int out[2])
{
    pid_t pid = fork();
    if (pid != 0) return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    char log[256];
    snprintf(log, sizeof log, "%s/log", folder);
    if (!freopen(log, "a", stderr)) _exit(126);
    if (in) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[0]);
        close(in[1]);
        close(out[0]);
        close(out[1]);
    } else {
        dup2(STDERR_FILENO, STDOUT_FILENO);
    }
    execv(arguments[0], arguments);
    _exit(127);
}

static bool write_migrations(struct arena *arena, const char *folder, const struct case_file *file)
{
    bool good = true;
    for (size_t i = 0; i < file->migration_count && good; i++)
        good = write_file(
            str_printf(arena, "%s/migrations/%.*s", folder, STR_FMT(file->migrations[i].name)).at,
            file->migrations[i].text);
    return good;
}

static const char *make_project(struct arena *arena,
                                struct embedded *embedded,
                                const struct case_file *file)
{
    char *folder = arena_alloc(arena, 64);
    snprintf(folder, 64, "/tmp/dapur-diff-XXXXXX");
    embedded->folder = mkdtemp(folder);
    if (!embedded->folder) return "could not make a folder under /tmp";
    bool good =
        mkdir(str_printf(arena, "%s/migrations", folder).at, 0755) == 0 &&
        mkdir(str_printf(arena, "%s/data", folder).at, 0700) == 0 &&
        /* PostgreSQL's own answer is the expected one, so nothing is switched on by itself. */
        write_file(str_printf(arena, "%s/dapur.conf", folder).at,
                   STR("[security]\nauto_rls = off\n")) &&
        write_migrations(arena, folder, file);
    return good ? NULL : "could not write a project under /tmp";
}

static const char *apply(struct arena *arena, const char *dapur, const struct embedded *embedded)
{
    char *folder = (char *)embedded->folder;
    char *data = (char *)str_printf(arena, "%s/data", folder).at;
    char *migrate[] = {(char *)dapur, "migrate", "up", folder, "--data", data, NULL};
    pid_t pid = start(folder, migrate, NULL, NULL);
    int status = 0;
    if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return NULL;
    str log = read_log(arena, folder);
    return str_printf(arena, "dapur migrate up failed (%s %d)\n%.*s",
                      WIFSIGNALED(status) ? "signal" : "exit code",
                      WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), STR_FMT(log))
        .at;
}

const char *embedded_open(struct arena *arena,
                          const char *dapur,
                          const struct case_file *file,
                          struct embedded **out)
{
    struct embedded *embedded = ARENA_NEW(arena, struct embedded);
    embedded->to = embedded->from = -1;
    *out = embedded;
    const char *message = make_project(arena, embedded, file);
    if (!message) message = apply(arena, dapur, embedded);
    if (message) return message;
    int in[2];
    int back[2];
    if (pipe2(in, O_CLOEXEC)) return "could not make a pipe";
    if (pipe2(back, O_CLOEXEC)) {
        close(in[0]);
        close(in[1]);
        return "could not make a pipe";
    }
    char *folder = (char *)embedded->folder;
    char *data = (char *)str_printf(arena, "%s/data", folder).at;
    char *batch[] = {(char *)dapur, "sql", folder, "--data", data, "--batch", NULL};
    embedded->pid = start(folder, batch, in, back);
    close(in[0]);
    close(back[1]);
    embedded->to = in[1];
    embedded->from = back[0];
    return embedded->pid > 0 ? NULL : "could not start dapur sql";
}

void embedded_close(struct embedded *embedded)
{
    if (!embedded) return;
    if (embedded->to >= 0) close(embedded->to); /* end of input: it ends by itself */
    if (embedded->from >= 0) close(embedded->from);
    if (embedded->pid > 0) waitpid(embedded->pid, NULL, 0);
    buf_deinit(&embedded->pending);
    if (embedded->folder) nftw(embedded->folder, remove_entry, 32, FTW_DEPTH | FTW_PHYS);
}

static bool send_line(const struct embedded *embedded, str line)
{
    for (size_t at = 0; at < line.len;) {
        ssize_t put = write(embedded->to, line.at + at, line.len - at);
        if (put <= 0) return false;
        at += (size_t)put;
    }
    return true;
}

static bool read_line(struct arena *arena, struct embedded *embedded, str *line)
{
    for (;;) {
        str have = buf_str(&embedded->pending);
        size_t end = str_find_char(have, '\n', 0);
        if (end != SIZE_MAX) {
            *line = str_copy(arena, str_slice(have, 0, end));
            buf_consume(&embedded->pending, end + 1);
            return true;
        }
        struct pollfd wait = {.fd = embedded->from, .events = POLLIN};
        if (poll(&wait, 1, ANSWER_MS) <= 0) {
            kill(embedded->pid, SIGKILL);
            return false;
        }
        char part[65536];
        ssize_t got = read(embedded->from, part, sizeof part);
        if (got <= 0) return false;
        buf_append(&embedded->pending, part, (size_t)got);
    }
}

static str *read_texts(struct arena *arena, const struct json *list, size_t count)
{
    str *texts = ARENA_ARRAY(arena, str, count);
    for (size_t i = 0; list && i < count && i < list->count; i++) {
        if (list->items[i]->kind == JSON_NULL) continue;
        texts[i] = str_copy(arena, list->items[i]->text);
    }
    return texts;
}

static void read_answer(struct arena *arena, const struct json *line, struct answer *answer)
{
    const struct json *ok = json_get(line, STR("ok"));
    answer->ok = ok && ok->kind == JSON_TRUE;
    answer->sqlstate = json_get_str(line, STR("sqlstate"));
    answer->message = json_get_str(line, STR("message"));
    answer->command = json_get_str(line, STR("command"));
    const struct json *columns = json_get(line, STR("columns"));
    const struct json *rows = json_get(line, STR("rows"));
    answer->column_count = columns ? columns->count : 0;
    answer->columns = read_texts(arena, columns, answer->column_count);
    answer->types = read_texts(arena, json_get(line, STR("types")), answer->column_count);
    answer->row_count = rows ? rows->count : 0;
    answer->rows = ARENA_ARRAY(arena, struct row, answer->row_count);
    for (size_t i = 0; i < answer->row_count; i++)
        answer->rows[i].values = read_texts(arena, rows->items[i], answer->column_count);
}

struct answer *embedded_ask(struct arena *arena,
                            struct embedded *embedded,
                            const struct identity *as,
                            str sql)
{
    struct answer *answer = ARENA_NEW(arena, struct answer);
    struct buf *question = buf_in(arena, 0);
    buf_lit(question, "{\"role\":");
    json_write_str(question, as->role);
    buf_lit(question, ",\"claims\":");
    buf_str_add(question, as->claims);
    buf_lit(question, ",\"sql\":");
    json_write_str(question, sql);
    buf_lit(question, "}\n");
    str line;
    const struct json *tree = NULL;
    bool good = send_line(embedded, buf_str(question)) && read_line(arena, embedded, &line);
    if (!good) {
        answer->sqlstate = STR("crash");
        answer->message = str_printf(arena, "dapur sql is gone, or took over 20 s\n%.*s",
                                     STR_FMT(read_log(arena, embedded->folder)));
        return answer;
    }
    if (json_parse(arena, line, &(struct json_options){.nul_allowed = true}, &tree)) {
        answer->sqlstate = STR("json?");
        answer->message = line;
        return answer;
    }
    read_answer(arena, tree, answer);
    return answer;
}
