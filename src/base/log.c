#include "base/log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"

enum {
    LINE_BYTES_MAX = 16 * 1024,
    VALUE_BYTES_MAX = 1024, /* of a text; what is longer is cut and ends in "..." */
    REPLACED_BYTES = 3,     /* U+FFFD */
};

#define LINE_END "}\n"
#define LINE_CUT_END ",\"cut\":true}\n"

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

/* Bytes that are no UTF-8 would make the line unreadable as JSON: U+FFFD stands for each. */
static void add_invalid(struct buf *line, str text)
{
    char clean[VALUE_BYTES_MAX * REPLACED_BYTES];
    size_t len = 0, at = 0;
    while (at < text.len) {
        size_t before = at;
        if (utf8_next(text, &at) >= 0) {
            for (size_t i = before; i < at; i++) clean[len++] = text.at[i];
        } else {
            len += utf8_encode(0xfffd, clean + len);
            at = before + 1;
        }
    }
    json_write_str(line, str_from(clean, len));
}

/* Clients choose many of these: none may hide the rest of its line by its length or its bytes. */
static void add_text(struct buf *line, str text)
{
    static const str dots = STR_INIT("...");
    char cut[VALUE_BYTES_MAX];
    if (text.len > VALUE_BYTES_MAX) {
        size_t len = VALUE_BYTES_MAX - dots.len;
        while (len > 0 && ((unsigned char)text.at[len] & 0xc0) == 0x80) len--;
        memcpy(cut, text.at, len);
        memcpy(cut + len, dots.at, dots.len);
        text = str_from(cut, len + dots.len);
    }
    if (utf8_valid(text))
        json_write_str(line, text);
    else
        add_invalid(line, text);
}

static void add_error(struct buf *line, err error)
{
    buf_lit(line, ",\"code\":");
    add_text(line, error->code);
    buf_lit(line, ",\"error\":");
    add_text(line, error->message);
    if (error->details.len) {
        buf_lit(line, ",\"details\":");
        add_text(line, error->details);
    }
    const char *separator = ",\"cause\":[";
    bool any = false;
    for (err cause = error->cause; cause; cause = cause->cause) {
        buf_printf(line, "%s", separator);
        add_text(line, cause->message);
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
    case LOG_FIELD_STR: add_text(line, field->text); break;
    case LOG_FIELD_INT: buf_i64(line, field->number); break;
    case LOG_FIELD_BOOL: json_write_bool(line, field->number != 0); break;
    case LOG_FIELD_ERR: break;
    }
}

/* A field past the line's cap is left out, so that the line stays JSON and the others are there. */
static bool add_if_fits(struct buf *line, const struct log_field *field)
{
    size_t before = line->len;
    add_field(line, field);
    if (buf_ok(line) && line->len + sizeof LINE_CUT_END <= LINE_BYTES_MAX) return true;
    line->len = before;
    line->overflow = false;
    return false;
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
    bool whole = true;
    for (size_t i = 0; i < count; i++) whole = add_if_fits(&line, &fields[i]) && whole;
    buf_str_add(&line, whole ? STR(LINE_END) : STR(LINE_CUT_END));
    ssize_t written = write(STDERR_FILENO, line.at, line.len);
    (void)written;
    buf_deinit(&line);
}
