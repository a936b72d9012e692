#include "base/log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"

enum { LINE_BYTES_MAX = 16 * 1024 };

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static _Atomic int level_least = LOG_LEVEL_INFO;

void log_level_set(enum log_level level)
{
    atomic_store_explicit(&level_least, (int)level, memory_order_relaxed);
}

bool log_level_find(str name, enum log_level *out)
{
    for (size_t i = 0; i < COUNT_OF(level_names); i++)
        if (str_eq(str_of(level_names[i]), name)) return *out = (enum log_level)i, true;
    return false;
}

bool log_enabled(enum log_level level)
{
    return (int)level >= atomic_load_explicit(&level_least, memory_order_relaxed);
}

static void add_time(struct buf *line)
{
    int64_t now_us = clock_real_us();
    time_t seconds = (time_t)(now_us / 1000000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    char text[32];
    size_t len = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    buf_append(line, text, len);
    buf_printf(line, ".%06dZ", (int)(now_us % 1000000));
}

static void add_error(struct buf *line, err error)
{
    buf_lit(line, ",\"code\":");
    json_write_str(line, error->code);
    buf_lit(line, ",\"error\":");
    json_write_str(line, error->message);
    if (error->details.len) {
        buf_lit(line, ",\"details\":");
        json_write_str(line, error->details);
    }
    const char *separator = ",\"cause\":[";
    bool any = false;
    for (err cause = error->cause; cause; cause = cause->cause) {
        buf_printf(line, "%s", separator);
        json_write_str(line, cause->message);
        separator = ",";
        any = true;
    }
    if (any) buf_char(line, ']');
}

static void add_field(struct buf *line, const struct log_field *field)
{
    if (field->kind == LOG_FIELD_ERR) {
        if (field->error) add_error(line, field->error);
        return;
    }
    buf_char(line, ',');
    json_write_str(line, str_of(field->name));
    buf_char(line, ':');
    switch (field->kind) {
    case LOG_FIELD_STR: json_write_str(line, field->text); break;
    case LOG_FIELD_INT: buf_i64(line, field->number); break;
    case LOG_FIELD_BOOL: json_write_bool(line, field->number != 0); break;
    case LOG_FIELD_ERR: break;
    }
}

void log_write(enum log_level level,
               const char *message,
               const struct log_field *fields,
               size_t count)
{
    if (!log_enabled(level)) return;
    struct buf line;
    buf_init(&line, LINE_BYTES_MAX);
    buf_lit(&line, "{\"time\":\"");
    add_time(&line);
    buf_printf(&line, "\",\"level\":\"%s\",\"message\":", level_names[level]);
    json_write_str(&line, str_of(message));
    for (size_t i = 0; i < count; i++) add_field(&line, &fields[i]);
    buf_lit(&line, "}\n");
    /* A line past the cap is cut and closed rather than lost. */
    if (!buf_ok(&line) && line.len > 0) line.at[line.len - 1] = '\n';
    ssize_t written = write(STDERR_FILENO, line.at, line.len);
    (void)written;
    buf_deinit(&line);
}
