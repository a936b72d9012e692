/* types/to_char.h - to_char, to_date, to_timestamp, to_number: PostgreSQL's templates.
 *
 * Owns:    nothing. Threads: any.
 * Errors:  22007 a field that does not fit its template, 22008 out of range, 22P02, 42601 a template
 *          that contradicts itself, 0A000 a pattern that is not supported; PostgreSQL's texts.
 */
#ifndef DAPUR_TYPES_TO_CHAR_H
#define DAPUR_TYPES_TO_CHAR_H

#include "types/datetime.h"
#include "types/int.h"

/* *out has at == NULL where PostgreSQL answers NULL: an infinity, an empty template. */
MUST_USE err to_char_timestamp(struct arena *arena, int64_t us, str format, str *out);
/* In the clock of zone; NULL: UTC. */
MUST_USE err to_char_timestamptz(
    struct arena *arena, const struct tz_zone *zone, int64_t utc_us, str format, str *out);
MUST_USE err to_char_interval(struct arena *arena, struct interval value, str format, str *out);
/* value: canonical numeric text. */
MUST_USE err to_char_numeric(struct arena *arena, str value, str format, str *out);
/* INT_4 (also of smallint) or INT_8. */
MUST_USE err
to_char_int(struct arena *arena, enum int_width width, int64_t value, str format, str *out);
MUST_USE err to_char_float4(struct arena *arena, double value, str format, str *out);
MUST_USE err to_char_float8(struct arena *arena, double value, str format, str *out);

MUST_USE err to_date(struct arena *arena, str text, str format, int32_t *out);
MUST_USE err to_timestamp(
    struct arena *arena, const struct type_session *session, str text, str format, int64_t *out);
MUST_USE err to_number(struct arena *arena, str text, str format, str *out);

#endif
