/* types/type_text.h - any value of any type: in, out, JSON, cast, order. One row a family.
 *
 * Owns:    nothing; results live in the arena or borrow from an argument.
 * Threads: any.
 * Errors:  those of the family's own header; 42846 for a cast PostgreSQL has not, 0A000 for one it
 *          has and we do not.
 */
#ifndef DAPUR_TYPES_TYPE_TEXT_H
#define DAPUR_TYPES_TYPE_TEXT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "types/session.h"
#include "types/type_ref.h"
#include "types/value.h"

/* How a value comes to its type: decides whether varchar(n) truncates and which casts exist. */
enum type_coercion { TYPE_IMPLICIT, TYPE_ASSIGNMENT, TYPE_EXPLICIT };

/* PostgreSQL's input text to the stored value, the typmod applied. Assignment is how columns take
 * literals: 22001 instead of truncation. Never answers VALUE_NULL. */
MUST_USE err type_input(struct arena *arena,
                        const struct type_session *session,
                        const struct type_ref *type,
                        enum type_coercion coercion,
                        str text,
                        struct value *out);
/* Stored value to PostgreSQL's text output, as psql shows it. NULL appends nothing. */
void type_output(const struct type_session *session,
                 const struct type_ref *type,
                 const struct value *value,
                 struct buf *out);
str type_output_str(struct arena *arena,
                    const struct type_session *session,
                    const struct type_ref *type,
                    const struct value *value);
/* Stored value to JSON, as PostgREST shows it and as to_json answers. The hot path of every answer: allocates
 * nothing but the buf's growth. */
void type_json(const struct type_session *session,
               const struct type_ref *type,
               const struct value *value,
               struct buf *out);
/* A JSON value from a request's body or json_populate_record: strings through type_input, numbers
 * by their text, arrays and objects by their parts; json and jsonb take it whole. */
MUST_USE err type_from_json(struct arena *arena,
                            const struct type_session *session,
                            const struct type_ref *type,
                            const struct json *json,
                            struct value *out);

/* PostgreSQL's casts between families, then to's typmod. NULL stays NULL. */
MUST_USE err type_cast(struct arena *arena,
                       const struct type_session *session,
                       const struct type_ref *from,
                       const struct type_ref *to,
                       enum type_coercion coercion,
                       const struct value *value,
                       struct value *out);
/* Whether PostgreSQL has the cast in that context. */
bool type_cast_exists(const struct type_ref *from,
                      const struct type_ref *to,
                      enum type_coercion coercion);
/* to's typmod alone, on a value already of the family. */
MUST_USE err type_coerce_typmod(struct arena *arena,
                                const struct type_ref *type,
                                enum type_coercion coercion,
                                const struct value *value,
                                struct value *out);

/* PostgreSQL's order of two non-NULL values; NULLs last. 0 for json, which has no order. */
int type_compare(const struct type_ref *type, const struct value *a, const struct value *b);

/* The collation that a stored column needs: "" (BINARY), "numeric", "citext", "interval", "timetz",
 * "jsonb", "intrange", "numrange", "timerange", "network"...; "enum" and "array" are for the caller to complete. */
str type_collation(const struct type_ref *type);

#endif
