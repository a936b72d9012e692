/* engine/sqlite/functions_json.h - values as JSON, for the functions, aggregates and sets that build it.
 *
 * Owns: nothing. Threads: the connection's. Errors: 22023, 22P02 ...
 */
#ifndef DAPUR_ENGINE_SQLITE_FUNCTIONS_JSON_H
#define DAPUR_ENGINE_SQLITE_FUNCTIONS_JSON_H

#include "engine/sqlite/functions_int.h"

/* to_json; NULL is null. */
void json_value_write(struct sqlite_session *session,
                      const struct type_ref *type,
                      const struct value *value,
                      struct buf *out);
/* to_jsonb; NULL is null. */
MUST_USE err jsonb_value_make(struct arena *arena,
                              struct sqlite_session *session,
                              const struct type_ref *type,
                              const struct value *value,
                              str *out);
/* An object's key: a scalar's text output. 22023 for others. */
MUST_USE err json_key_make(struct arena *arena,
                           struct sqlite_session *session,
                           const struct type_ref *type,
                           const struct value *value,
                           str *out);
/* The fields of a row type out of an object, in order; missing ones from base (a row, or NULL). */
MUST_USE err json_record_make(struct arena *arena,
                              struct sqlite_session *session,
                              const struct type_ref *type,
                              const struct json *object,
                              const struct value *base,
                              struct value *out);

#endif
