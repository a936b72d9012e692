/* types/value.h - how a value is stored: one of SQLite's storage classes, without SQLite.
 *
 * Owns:    nothing; text and blob bytes are borrowed.
 * Threads: any. Errors: none.
 * Source:  docs/sql.md.
 */
#ifndef DAPUR_TYPES_VALUE_H
#define DAPUR_TYPES_VALUE_H

#include "base/str.h"

enum value_kind { VALUE_NULL, VALUE_INT, VALUE_REAL, VALUE_TEXT, VALUE_BLOB };

struct value {
    enum value_kind kind;
    union {
        int64_t i; /* VALUE_INT; booleans are 0 and 1 */
        double r;  /* VALUE_REAL */
        str s;     /* VALUE_TEXT, VALUE_BLOB */
    };
};

static inline struct value value_null(void)
{
    return (struct value){.kind = VALUE_NULL};
}
static inline struct value value_int(int64_t i)
{
    return (struct value){.kind = VALUE_INT, .i = i};
}
static inline struct value value_real(double r)
{
    return (struct value){.kind = VALUE_REAL, .r = r};
}
static inline struct value value_text(str s)
{
    return (struct value){.kind = VALUE_TEXT, .s = s};
}
static inline struct value value_blob(str s)
{
    return (struct value){.kind = VALUE_BLOB, .s = s};
}

#endif
