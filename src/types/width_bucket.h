/* types/width_bucket.h - width_bucket: in which of `count` equal parts of a range a value falls.
 *
 * 0 below the range, 1 to count in it, count + 1 behind it. A range whose low is above its high runs down.
 *
 * Owns:    nothing. Threads: any.
 * Errors:  2201G for a range or a count that makes no buckets; 22003 where count + 1 is no integer.
 * Source:  PostgreSQL 15's float.c and numeric.c.
 */
#ifndef DAPUR_TYPES_WIDTH_BUCKET_H
#define DAPUR_TYPES_WIDTH_BUCKET_H

#include "base/err.h"

struct float8_buckets {
    double low, high;
    int64_t count;
};
MUST_USE err float8_width_bucket(struct arena *arena,
                                 double x,
                                 const struct float8_buckets *buckets,
                                 int64_t *out);

struct numeric_buckets {
    str low, high;
    int64_t count;
};
MUST_USE err numeric_width_bucket(struct arena *arena,
                                  str x,
                                  const struct numeric_buckets *buckets,
                                  int64_t *out);

#endif
