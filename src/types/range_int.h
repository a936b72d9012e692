/* types/range_int.h - what range.c and range_text.c share.
 *
 * Owns: nothing. Threads: any. Errors: as range.h.
 */
#ifndef DAPUR_TYPES_RANGE_INT_H
#define DAPUR_TYPES_RANGE_INT_H

#include "types/range.h"

/* Checks the order of the bounds (22000), makes discrete ranges canonical, writes the stored form. */
MUST_USE err range_finish(struct arena *arena,
                          enum type_storage type,
                          const struct range *range,
                          str *out);
/* An element in the form that bounds have. */
str range_element_text(struct arena *arena, enum type_storage type, const struct value *element);
/* Whether nothing lies between the bounds. *crossed: lower is above upper. */
bool range_bounds_are_empty(enum type_storage type, const struct range *range, bool *crossed);

#endif
