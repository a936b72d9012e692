/* api/rest/relationship.h - which relation an embed means: found in the catalog's foreign keys.
 *
 * Owns:    nothing; results live in the arena and point into the catalog.
 * Threads: any.
 * Errors:  PGRST200 none, PGRST201 several (details name each).
 * Source:  docs/rest.md, "Embedding".
 */
#ifndef DAPUR_API_REST_RELATIONSHIP_H
#define DAPUR_API_REST_RELATIONSHIP_H

#include "base/err.h"
#include "sql/catalog.h"

enum cardinality { MANY_TO_ONE, ONE_TO_MANY, ONE_TO_ONE, MANY_TO_MANY };

struct relationship {
    enum cardinality cardinality;
    const struct cat_relation *origin, *target;
    const struct cat_constraint *key; /* MANY_TO_MANY: the junction's key to the origin */
    /* Pairs: origin column = target column. MANY_TO_MANY: origin = junction column. */
    const int16_t *origin_columns, *target_columns;
    size_t column_count;
    /* MANY_TO_MANY: junction column = target column */
    const struct cat_relation *junction;
    const struct cat_constraint *far_key;
};

static inline bool relationship_to_one(const struct relationship *relationship)
{
    return relationship->cardinality == MANY_TO_ONE || relationship->cardinality == ONE_TO_ONE;
}

/* hint may be empty. schema: the exposed schema of the request. */
MUST_USE err relationship_find(struct arena *arena,
                               const struct catalog *catalog,
                               const struct cat_schema *schema,
                               const struct cat_relation *origin,
                               str target,
                               str hint,
                               struct relationship *out);

#endif
