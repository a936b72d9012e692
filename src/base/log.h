/* base/log.h - structured JSON log lines on stderr.
 *
 *   log_info("listening", LOG_STR("address", address), LOG_INT("port", port));
 *
 * Owns:    nothing. Threads: any; one write(2) a line, so lines never mix.
 * Errors:  none; a line that cannot be written is dropped. Secrets have no formatter (crypto.h).
 */
#ifndef DAPUR_BASE_LOG_H
#define DAPUR_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

enum log_field_kind { LOG_FIELD_STR, LOG_FIELD_INT, LOG_FIELD_BOOL, LOG_FIELD_ERR };

struct log_field {
    enum log_field_kind kind;
    const char *name;
    str text;
    int64_t number;
    err error;
};

#define LOG_STR(name_, value_) \
    ((struct log_field){.kind = LOG_FIELD_STR, .name = (name_), .text = (value_)})
#define LOG_INT(name_, value_) \
    ((struct log_field){.kind = LOG_FIELD_INT, .name = (name_), .number = (int64_t)(value_)})
#define LOG_BOOL(name_, value_) \
    ((struct log_field){.kind = LOG_FIELD_BOOL, .name = (name_), .number = (value_)})
/* Code, message, details and every cause. */
#define LOG_ERR(value_) \
    ((struct log_field){.kind = LOG_FIELD_ERR, .name = "error", .error = (value_)})

/* Lines below the level are dropped. Default: LOG_LEVEL_INFO. Set once, at start. */
void log_level_set(enum log_level level);
/* "debug", "info", "warn", "error"; false: none of them. */
MUST_USE bool log_level_find(str name, enum log_level *out);
bool log_enabled(enum log_level level);
void log_write(enum log_level level,
               const char *message,
               const struct log_field *fields,
               size_t count);

#define LOG_AT(level, message, ...)                                                               \
    log_write((level), (message), (const struct log_field[]){{0}, ##__VA_ARGS__} + 1,             \
              sizeof((const struct log_field[]){{0}, ##__VA_ARGS__}) / sizeof(struct log_field) - \
                  1)
#define log_debug(...) LOG_AT(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...) LOG_AT(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warn(...) LOG_AT(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_error(...) LOG_AT(LOG_LEVEL_ERROR, __VA_ARGS__)

#endif
