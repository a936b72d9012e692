#define ERR_DEFINES /* the functions themselves: err.h, last lines */
#include "base/err.h"

#include <string.h>

struct kind_row {
    const char *name;
    str code;
    int status;
};

static const struct kind_row kinds[ERR_KIND_COUNT] = {
#define ERR_KIND(name, status, code, text) {#name, STR_INIT(code), status},
#include "base/err_codes.def"
#undef ERR_KIND
};

/* SQLSTATE prefix to HTTP status; the longest matching prefix wins. Source: docs/rest.md. */
struct sqlstate_row {
    str prefix;
    int status;
};

static const struct sqlstate_row sqlstate_statuses[] = {
    {STR_INIT("08"),    503},
    {STR_INIT("09"),    500},
    {STR_INIT("0L"),    403},
    {STR_INIT("0P"),    403},
    {STR_INIT("21000"), 500},
    {STR_INIT("23503"), 409},
    {STR_INIT("23505"), 409},
    {STR_INIT("25"),    500},
    {STR_INIT("25006"), 405},
    {STR_INIT("28"),    403},
    {STR_INIT("2D"),    500},
    {STR_INIT("38"),    500},
    {STR_INIT("39"),    500},
    {STR_INIT("3B"),    500},
    {STR_INIT("40"),    500},
    {STR_INIT("42501"), 403},
    {STR_INIT("42883"), 404},
    {STR_INIT("42P01"), 404},
    {STR_INIT("42P17"), 500},
    {STR_INIT("53"),    503},
    {STR_INIT("53400"), 500},
    {STR_INIT("54"),    500},
    {STR_INIT("55"),    500},
    {STR_INIT("57"),    500},
    {STR_INIT("57P01"), 503},
    {STR_INIT("57P03"), 503},
    {STR_INIT("58"),    500},
    {STR_INIT("F0"),    500},
    {STR_INIT("HV"),    500},
    {STR_INIT("P0"),    500},
    {STR_INIT("P0001"), 400},
    {STR_INIT("XX"),    500},
};

static int status_of_pt(str sqlstate)
{
    int64_t status;
    bool number = str_to_i64(str_skip(sqlstate, 2), &status);
    return number && status >= 200 && status <= 599 ? (int)status : 500;
}

int err_sqlstate_status(str sqlstate)
{
    if (sqlstate.len == 5 && str_starts(sqlstate, STR("PT"))) return status_of_pt(sqlstate);
    int status = 400;
    size_t longest = 0;
    for (size_t i = 0; i < COUNT_OF(sqlstate_statuses); i++) {
        const struct sqlstate_row *row = &sqlstate_statuses[i];
        if (row->prefix.len < longest || !str_starts(sqlstate, row->prefix)) continue;
        longest = row->prefix.len;
        status = row->status;
    }
    return status;
}

static struct err *make(struct arena *arena, enum err_kind kind, const char *format, va_list args)
{
    struct err *error = ARENA_NEW(arena, struct err);
    *error = (struct err){
        .kind = kind,
        .status = kinds[kind].status,
        .code = kinds[kind].code,
        .message = str_vprintf(arena, format, args),
        .at = -1,
    };
    return error;
}

struct err *err_new(struct arena *arena, enum err_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct err *error = make(arena, kind, format, args);
    va_end(args);
    return error;
}

struct err *err_sql(struct arena *arena, const char *sqlstate, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct err *error = make(arena, ERR_SQL, format, args);
    va_end(args);
    error->code = str_copy(arena, str_of(sqlstate));
    error->status = err_sqlstate_status(error->code);
    return error;
}

struct err *err_details(struct arena *arena, struct err *error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error->details = str_vprintf(arena, format, args);
    va_end(args);
    return error;
}

struct err *err_hint(struct arena *arena, struct err *error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error->hint = str_vprintf(arena, format, args);
    va_end(args);
    return error;
}

struct err *err_name(struct arena *arena, struct err *error, enum err_about about, str name)
{
    str *names = ARENA_ARRAY(arena, str, ERR_ABOUT_COUNT);
    for (size_t i = 0; error->about && i < ERR_ABOUT_COUNT; i++) names[i] = error->about[i];
    names[about] = name;
    error->about = names;
    return error;
}

struct err *err_at(struct err *error, int64_t offset)
{
    error->at = offset;
    return error;
}

struct err *err_cause(struct err *error, err cause)
{
    error->cause = cause;
    return error;
}

err err_copy(struct arena *arena, err error)
{
    if (!error) return NULL;
    struct err *copy = ARENA_NEW(arena, struct err);
    *copy = *error;
    copy->code = str_copy(arena, error->code);
    copy->message = str_copy(arena, error->message);
    copy->details = str_copy(arena, error->details);
    copy->hint = str_copy(arena, error->hint);
    copy->cause = err_copy(arena, error->cause);
    if (!error->about) return copy;
    str *names = ARENA_ARRAY(arena, str, ERR_ABOUT_COUNT);
    for (size_t i = 0; i < ERR_ABOUT_COUNT; i++) names[i] = str_copy(arena, error->about[i]);
    copy->about = names;
    return copy;
}

bool err_is(err error, str code)
{
    return error && str_eq(error->code, code);
}

str err_kind_code(enum err_kind kind)
{
    return kinds[kind].code;
}

int err_kind_status(enum err_kind kind)
{
    return kinds[kind].status;
}

const char *err_kind_name(enum err_kind kind)
{
    return kinds[kind].name;
}
