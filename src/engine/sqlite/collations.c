/* Collations: the order of stored forms that bytes do not sort (docs/sql.md).
 *
 * enum:<oid> and array:<oid of the element> are made when SQLite first asks for them; they read the
 * session's catalog at each comparison, so ALTER TYPE ... ADD VALUE needs no new collation. */
#include <string.h>

#include "engine/sqlite/functions_caches.h"
#include "engine/sqlite/functions_int.h"
#include "types/array.h"
#include "types/datetime.h"
#include "types/jsonb.h"
#include "types/network.h"
#include "types/numeric.h"
#include "types/range.h"
#include "types/text.h"
#include "types/tsquery.h"

typedef int compare_function(str a, str b);

struct plain_collation {
    const char *name;
    compare_function *compare;
};

static const struct plain_collation plain_collations[] = {
    {"numeric",   numeric_compare       },
    {"citext",    text_compare_fold     },
    {"jsonb",     jsonb_compare         },
    {"interval",  interval_compare_text },
    {"timetz",    timetz_compare_text   },
    {"intrange",  range_compare_ints    },
    {"numrange",  range_compare_numerics},
    {"timerange", range_compare_times   },
    {"tsvector",  tsvector_compare      },
    {"tsquery",   tsquery_compare       },
    {"network",   inet_compare_text     },
};

static int compare_plain(void *user, int a_len, const void *a, int b_len, const void *b)
{
    const struct plain_collation *collation = user;
    return collation->compare(str_from(a, (size_t)a_len), str_from(b, (size_t)b_len));
}

/* ---- collations of a type ---- */

struct typed_collation {
    struct sqlite_session *session;
    char shape[32];
    uint64_t generation;
    const struct type_ref *type; /* of the element, for arrays */
};

static const struct type_ref *type_of(struct typed_collation *collation)
{
    uint64_t now = function_caches_generation(collation->session->caches);
    if (!collation->type || collation->generation != now) {
        collation->type = shape_find(collation->session, str_of(collation->shape));
        collation->generation = function_caches_generation(collation->session->caches);
    }
    return collation->type;
}

static int compare_enum(void *user, int a_len, const void *a, int b_len, const void *b)
{
    struct value left = value_text(str_from(a, (size_t)a_len));
    struct value right = value_text(str_from(b, (size_t)b_len));
    return type_compare(type_of(user), &left, &right);
}

static int compare_array(void *user, int a_len, const void *a, int b_len, const void *b)
{
    return array_compare(type_of(user), str_from(a, (size_t)a_len), str_from(b, (size_t)b_len));
}

static void make_typed(void *user, sqlite3 *db, int encoding, const char *name)
{
    (void)encoding;
    struct sqlite_session *session = user;
    str kind;
    str id;
    if (!str_cut(str_of(name), ':', &kind, &id) ||
        id.len >= sizeof(((struct typed_collation *)0)->shape)) {
        return;
    }
    bool is_enum = str_eq(kind, STR("enum"));
    if (!is_enum && !str_eq(kind, STR("array"))) return;
    struct typed_collation *collation =
        ARENA_NEW(function_caches_arena(session->caches), struct typed_collation);
    collation->session = session;
    memcpy(collation->shape, id.at, id.len);
    sqlite3_create_collation_v2(db, name, SQLITE_UTF8, collation,
                                is_enum ? compare_enum : compare_array, NULL);
}

int collations_register(sqlite3 *db, struct sqlite_session *session)
{
    for (size_t i = 0; i < COUNT_OF(plain_collations); i++) {
        const struct plain_collation *row = &plain_collations[i];
        int rc = sqlite3_create_collation_v2(db, row->name, SQLITE_UTF8, (void *)(uintptr_t)row,
                                             compare_plain, NULL);
        if (rc != SQLITE_OK) return rc;
    }
    return sqlite3_collation_needed(db, session, make_typed);
}
