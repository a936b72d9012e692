/* types/range.h - the six built-in range types: text, order, set operations.
 *
 * Stored is PostgreSQL's output in UTC: "[1,5)", "empty", "(,2.50]",
 * "[\"2026-01-02 03:04:05\",infinity)". Ranges of int4, int8 and date are brought to [a,b), so that
 * equal ones have equal texts; the others are equal by range_compare.
 *
 * Owns:    nothing; bounds are slices of the text that was read, results live in the arena.
 * Threads: any.
 * Errors:  22P02 malformed literal, 22000 bounds in the wrong order or a result that is not one
 *          range, 42601 bad flags, and those of the subtype's input; PostgreSQL's texts.
 * Source:  PostgreSQL 15, rangetypes.c.
 */
#ifndef DAPUR_TYPES_RANGE_H
#define DAPUR_TYPES_RANGE_H

#include "base/buf.h"
#include "base/err.h"
#include "types/session.h"
#include "types/type_ref.h"
#include "types/value.h"

struct range_bound {
    str text; /* the element's text output in UTC; nothing when infinite */
    bool infinite;
    bool inclusive; /* never with infinite */
    bool lower;     /* which end it is */
};

struct range {
    bool empty; /* the bounds mean nothing then */
    struct range_bound lower;
    struct range_bound upper;
};

/* The element's family; TYPE_VOID for what is no range. */
enum type_storage range_subtype(enum type_storage range);

/* ---- text ---- */

/* PostgreSQL's input text to stored form. Elements are read in the session's zone. */
MUST_USE err range_parse(struct arena *arena,
                         const struct type_session *session,
                         enum type_storage type,
                         str text,
                         str *out);
/* Stored form to PostgreSQL's output, in the session's zone. */
void range_write(struct buf *out,
                 const struct type_session *session,
                 enum type_storage type,
                 str stored);
/* A stored range taken apart; other bytes give some range. */
struct range range_read(str stored);

/* ---- making ---- */

/* int4range(lower, upper, flags): a NULL bound is infinite. flags is "[)" and the like. */
MUST_USE err range_from_values(struct arena *arena,
                               enum type_storage type,
                               const struct value *lower,
                               const struct value *upper,
                               str flags,
                               str *out);
/* A bound as a value of the element type; NULL when it is infinite or the range empty. */
MUST_USE err range_bound_value(struct arena *arena,
                               enum type_storage type,
                               const struct range *range,
                               const struct range_bound *bound,
                               struct value *out);

/* ---- order: the empty range first, then by lower, then by upper bound. No allocation ---- */

int range_compare(enum type_storage type, str a, str b);
/* The bodies of the collations intrange, numrange and timerange. */
int range_compare_ints(str a, str b);
int range_compare_numerics(str a, str b);
int range_compare_times(str a, str b);

/* ---- predicates ---- */

enum range_test {
    RANGE_CONTAINS,     /* @> */
    RANGE_CONTAINED_BY, /* <@ */
    RANGE_OVERLAPS,     /* && */
    RANGE_BEFORE,       /* << */
    RANGE_AFTER,        /* >> */
    RANGE_OVERLEFT,     /* &< */
    RANGE_OVERRIGHT,    /* &> */
    RANGE_ADJACENT,     /* -|- */
};
bool range_test(enum type_storage type, enum range_test test, str a, str b);
/* range @> element; element is a stored value of the element type, not NULL. */
bool range_contains_value(struct arena *arena,
                          enum type_storage type,
                          str range,
                          const struct value *element);

/* ---- set operations ---- */

enum range_operation {
    RANGE_UNION,     /* +; 22000 when there is a gap */
    RANGE_MERGE,     /* range_merge: the gap is filled */
    RANGE_MINUS,     /* -; 22000 when two pieces would remain */
    RANGE_INTERSECT, /* * */
};
MUST_USE err range_combine(struct arena *arena,
                           enum type_storage type,
                           enum range_operation operation,
                           str a,
                           str b,
                           str *out);

#endif
