/* api/auth/input.h - what a request says: the body's fields, addresses, durations.
 *
 * Owns:    nothing; texts are borrowed from the body or lie in the arena.
 * Threads: any.
 * Errors:  400 bad_json for a body or a field of another type, 400 validation_failed for a value.
 */
#ifndef DAPUR_API_AUTH_INPUT_H
#define DAPUR_API_AUTH_INPUT_H

#include "api/auth/auth_int.h"

/* Sets request->body to an object; an empty body is an empty object when `empty_fine`. */
enum auth_empty_body { EMPTY_BODY_REFUSED, EMPTY_BODY_FINE };
MUST_USE err auth_read_body(struct auth_request *request, enum auth_empty_body empty);

/* Absent and null answer at == NULL. */
MUST_USE err auth_text_field(struct auth_request *request, const char *name, str *out);
MUST_USE err auth_bool_field(struct auth_request *request, const char *name, bool *out);
/* An object, or NULL. */
MUST_USE err auth_object_field(struct auth_request *request,
                               const char *name,
                               const struct json **out);

/* In lower case, at most 255 bytes. */
MUST_USE err auth_email(struct arena *arena, str text, str *out);
/* Digits, without the leading plus. */
MUST_USE err auth_phone(struct arena *arena, str text, str *out);
bool auth_is_uuid(str text);
/* "24h", "1h30m", "1.5s" as Go writes durations; whole microseconds. */
MUST_USE bool auth_duration(str text, int64_t *us);

/* A merge: what to add as a JSON object, which names to remove as a PostgreSQL array ("{}" for none). */
void auth_merge(struct arena *arena, const struct json *data, str *added, str *removed);

/* A query parameter, decoded; at == NULL when absent. */
MUST_USE err auth_query(struct auth_request *request, const char *name, str *out);

/* RFC 3339 in UTC with six fraction digits. */
str auth_time_text(struct arena *arena, int64_t us);
str auth_new_uuid(struct arena *arena);
static inline str auth_bool(bool value)
{
    return value ? STR("true") : STR("false");
}

#endif
