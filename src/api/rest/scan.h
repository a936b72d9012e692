/* api/rest/scan.h - the words of the REST grammar: names, quotes, JSON paths, and its errors.
 *
 * Owns: nothing. Threads: any. Errors: PGRST100.
 */
#ifndef DAPUR_API_REST_SCAN_H
#define DAPUR_API_REST_SCAN_H

#include "api/rest/query.h"

struct scan {
    struct arena *arena;
    str text;
    size_t at;
    const char *what; /* "select parameter", "filter", "order", "logic tree"... */
    size_t shift;     /* added to columns: text in front that belongs to the message */
};

static inline bool scan_end(const struct scan *scan)
{
    return scan->at >= scan->text.len;
}
/* The byte offset ahead, or NUL at the end. */
static inline char scan_peek(const struct scan *scan, size_t ahead)
{
    return scan->at + ahead < scan->text.len ? scan->text.at[scan->at + ahead] : '\0';
}
void scan_space(struct scan *scan);
/* Consumes the literal when it comes next. */
bool scan_take(struct scan *scan, str literal);
bool scan_ahead(const struct scan *scan, str literal);
/* PGRST100 at the present place. */
err scan_error(const struct scan *scan, const char *expecting);
/* name: quoted, or letters, digits, "_", " ", "$" and inner "-"; outer spaces trimmed. */
MUST_USE err scan_name(struct scan *scan, str *out);
/* "..." with \x for x; the cursor stands on the quote. */
MUST_USE err scan_quoted(struct scan *scan, str *out);
/* name with a JSON path. */
MUST_USE err scan_field(struct scan *scan, struct rest_field *out);
/* type: letters, digits, "_", " ". */
MUST_USE err scan_type(struct scan *scan, str *out);

/* A PGRST error of the dialect. */
struct err *rest_err(struct arena *arena, int status, const char *code, const char *format, ...)
    PRINTF_LIKE(4, 5);

#endif
