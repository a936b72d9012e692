/* base/err.h - one error type; NULL is success.
 *
 * Owns:    nothing; an err lives in the arena that it was made in, or is static.
 * Threads: any; an err is immutable once made.
 * Errors:  is one. A fallible function is MUST_USE and returns err.
 */
#ifndef DAPUR_BASE_ERR_H
#define DAPUR_BASE_ERR_H

#include <stdarg.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/str.h"

enum err_kind {
#define ERR_KIND(name, status, code, text) name,
#include "base/err_codes.def"
#undef ERR_KIND
    ERR_KIND_COUNT
};

typedef const struct err *err;
/* What an SQL error is about, by name: what GET STACKED DIAGNOSTICS reads. */
enum err_about {
    ERR_ABOUT_SCHEMA,
    ERR_ABOUT_TABLE,
    ERR_ABOUT_COLUMN,
    ERR_ABOUT_DATATYPE,
    ERR_ABOUT_CONSTRAINT,
    ERR_ABOUT_COUNT
};

struct err {
    enum err_kind kind;
    int status;       /* HTTP status; the kind's, unless the maker chose another */
    str code;         /* stable code: the kind's, a SQLSTATE, or a dialect's own */
    str message;      /* for the client: what went wrong */
    str details;      /* for the client: the value, the offset; may be empty */
    str hint;         /* for the client: what to try; may be empty */
    const str *about; /* ERR_ABOUT_COUNT names, empty where there is none; or NULL */
    int64_t at;       /* byte offset in the text that was parsed, or -1 */
    err cause;        /* for the log alone: the lower layer's error, or NULL */
    bool logged;      /* its maker has: one line for many such errors, instead of one for each */
};

#define TRY(call)                                            \
    do {                                                     \
        err try_error_ = (call);                             \
        if (UNLIKELY(try_error_ != NULL)) return try_error_; \
    } while (0)

/* A fresh error of a kind; the message is formatted into the arena. */
MUST_USE NEVER_NULL struct err *err_new(struct arena *arena,
                                        enum err_kind kind,
                                        const char *format,
                                        ...) PRINTF_LIKE(3, 4);
/* An SQL error: sqlstate is five characters, copied. Its status comes from err_sqlstate_status. */
MUST_USE NEVER_NULL struct err *err_sql(struct arena *arena,
                                        const char *sqlstate,
                                        const char *format,
                                        ...) PRINTF_LIKE(3, 4);
/* The HTTP status that a SQLSTATE maps to for a caller who is not anonymous (docs/rest.md). */
int err_sqlstate_status(str sqlstate);

/* Setters answer the same error, so that a return statement can chain them. Texts are formatted
 * into the arena given. */
NEVER_NULL struct err *err_details(struct arena *arena, struct err *error, const char *format, ...)
    PRINTF_LIKE(3, 4);
NEVER_NULL struct err *err_hint(struct arena *arena, struct err *error, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* The name is borrowed. */
NEVER_NULL struct err *err_name(struct arena *arena,
                                struct err *error,
                                enum err_about about,
                                str name);
NEVER_NULL struct err *err_at(struct err *error, int64_t offset);
NEVER_NULL struct err *err_cause(struct err *error, err cause);

/* A deep copy in another arena: an error that outlives the request's memory. */
err err_copy(struct arena *arena, err error);
/* True for an error with this stable code. NULL has none. */
bool err_is(err error, str code);

str err_kind_code(enum err_kind kind);
int err_kind_status(enum err_kind kind);
const char *err_kind_name(enum err_kind kind);

/* Drops an error aloud: why is for the reader of the code. */
static inline void err_ignore(err error, const char *why)
{
    (void)error;
    (void)why;
}

/* clang's analyzer takes every pointer for possibly NULL, and so follows paths on which an error was
 * made and yet none was returned. For it alone, an error that is made is not NULL. */
#if defined(__clang_analyzer__) && !defined(ERR_DEFINES)
static inline struct err *err_made(struct err *error)
{
    if (!error) __builtin_unreachable();
    return error;
}
#define err_new(...) err_made(err_new(__VA_ARGS__))
#define err_sql(...) err_made(err_sql(__VA_ARGS__))
#define err_details(...) err_made(err_details(__VA_ARGS__))
#define err_hint(...) err_made(err_hint(__VA_ARGS__))
#define err_at(...) err_made(err_at(__VA_ARGS__))
#define err_cause(...) err_made(err_cause(__VA_ARGS__))
#endif

#endif
