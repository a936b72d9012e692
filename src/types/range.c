/* Ranges: their order, and what may be asked of them and made of them. Text is in range_text.c. */
#include "types/range.h"

#include "types/numeric.h"
#include "types/range_int.h"

enum type_storage range_subtype(enum type_storage range)
{
    static const enum type_storage subtypes[] = {TYPE_INT4, TYPE_INT8,      TYPE_NUMERIC,
                                                 TYPE_DATE, TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ};
    if (range < TYPE_INT4RANGE || range > TYPE_TSTZRANGE) return TYPE_VOID;
    return subtypes[range - TYPE_INT4RANGE];
}

/* ---- order ---- */

typedef int compare_function(str a, str b);

static int compare_ints(str a, str b)
{
    int64_t x = 0, y = 0;
    if (!str_to_i64(a, &x) || !str_to_i64(b, &y)) return str_cmp(a, b);
    return (x > y) - (x < y);
}

/* Dates and timestamps sort by their bytes, the infinities too. */
static compare_function *comparator(enum type_storage type)
{
    enum type_storage subtype = range_subtype(type);
    if (subtype == TYPE_NUMERIC) return numeric_compare;
    return subtype == TYPE_INT4 || subtype == TYPE_INT8 ? compare_ints : str_cmp;
}

/* range_cmp_bound_values: without regard to inclusive. */
static int compare_values(compare_function *compare,
                          const struct range_bound *a,
                          const struct range_bound *b)
{
    if (a->infinite && b->infinite) return (int)b->lower - (int)a->lower;
    if (a->infinite) return a->lower ? -1 : 1;
    if (b->infinite) return b->lower ? 1 : -1;
    return compare(a->text, b->text);
}

/* Where a bound stands beside its own value: below, at, above it. */
static int offset(const struct range_bound *bound)
{
    if (bound->infinite || bound->inclusive) return 0;
    return bound->lower ? 1 : -1;
}

/* range_cmp_bounds */
static int compare_bounds(compare_function *compare,
                          const struct range_bound *a,
                          const struct range_bound *b)
{
    int order = compare_values(compare, a, b);
    return order ? order : offset(a) - offset(b);
}

static int compare_ranges(compare_function *compare, str left, str right)
{
    struct range a = range_read(left), b = range_read(right);
    if (a.empty || b.empty) return (int)b.empty - (int)a.empty;
    int order = compare_bounds(compare, &a.lower, &b.lower);
    return order ? order : compare_bounds(compare, &a.upper, &b.upper);
}

int range_compare(enum type_storage type, str a, str b)
{
    return compare_ranges(comparator(type), a, b);
}

int range_compare_ints(str a, str b)
{
    return compare_ranges(compare_ints, a, b);
}

int range_compare_numerics(str a, str b)
{
    return compare_ranges(numeric_compare, a, b);
}

int range_compare_times(str a, str b)
{
    return compare_ranges(str_cmp, a, b);
}

bool range_bounds_are_empty(enum type_storage type, const struct range *range, bool *crossed)
{
    int order = compare_values(comparator(type), &range->lower, &range->upper);
    *crossed = order > 0;
    return order == 0 && !(range->lower.inclusive && range->upper.inclusive) &&
           !range->lower.infinite;
}

/* ---- predicates ---- */

struct pair {
    compare_function *compare;
    struct range a;
    struct range b;
};

static bool contains(const struct pair *p)
{
    if (p->b.empty) return true;
    return !p->a.empty && compare_bounds(p->compare, &p->a.lower, &p->b.lower) <= 0 &&
           compare_bounds(p->compare, &p->a.upper, &p->b.upper) >= 0;
}

static bool contained_by(const struct pair *p)
{
    const struct pair swapped = {p->compare, p->b, p->a};
    return contains(&swapped);
}

static bool overlaps(const struct pair *p)
{
    return !p->a.empty && !p->b.empty &&
           compare_bounds(p->compare, &p->a.lower, &p->b.upper) <= 0 &&
           compare_bounds(p->compare, &p->b.lower, &p->a.upper) <= 0;
}

static bool before(const struct pair *p)
{
    return compare_bounds(p->compare, &p->a.upper, &p->b.lower) < 0;
}

static bool after(const struct pair *p)
{
    return compare_bounds(p->compare, &p->a.lower, &p->b.upper) > 0;
}

static bool overleft(const struct pair *p)
{
    return compare_bounds(p->compare, &p->a.upper, &p->b.upper) <= 0;
}

static bool overright(const struct pair *p)
{
    return compare_bounds(p->compare, &p->a.lower, &p->b.lower) >= 0;
}

/* Discrete ranges are canonical, so one point in common, on one side alone, decides for all. */
static bool touches(compare_function *compare,
                    const struct range_bound *upper,
                    const struct range_bound *lower)
{
    return compare_values(compare, upper, lower) == 0 && upper->inclusive != lower->inclusive;
}

static bool adjacent(const struct pair *p)
{
    return touches(p->compare, &p->a.upper, &p->b.lower) ||
           touches(p->compare, &p->b.upper, &p->a.lower);
}

struct test_row {
    bool (*holds)(const struct pair *pair);
    bool takes_empty; /* else the empty range answers false */
};

static const struct test_row tests[] = {
    [RANGE_CONTAINS] = {contains,     true },
      [RANGE_CONTAINED_BY] = {contained_by, true },
    [RANGE_OVERLAPS] = {overlaps,     false},
      [RANGE_BEFORE] = {before,       false},
    [RANGE_AFTER] = {after,        false},
      [RANGE_OVERLEFT] = {overleft,     false},
    [RANGE_OVERRIGHT] = {overright,    false},
      [RANGE_ADJACENT] = {adjacent,     false},
};

static bool test_pair(const struct pair *pair, enum range_test test)
{
    if (!tests[test].takes_empty && (pair->a.empty || pair->b.empty)) return false;
    return tests[test].holds(pair);
}

bool range_test(enum type_storage type, enum range_test test, str a, str b)
{
    const struct pair pair = {comparator(type), range_read(a), range_read(b)};
    return test_pair(&pair, test);
}

bool range_contains_value(struct arena *arena,
                          enum type_storage type,
                          str range,
                          const struct value *element)
{
    str text = range_element_text(arena, type, element);
    struct range point = {
        .lower = {.text = text, .inclusive = true, .lower = true},
        .upper = {.text = text,            .inclusive = true                 },
    };
    const struct pair pair = {comparator(type), range_read(range), point};
    return test_pair(&pair, RANGE_CONTAINS);
}

/* ---- set operations ---- */

static err give(struct arena *arena, enum type_storage type, struct range range, str *out)
{
    return range_finish(arena, type, &range, out);
}

/* The end of one range as the beginning of what lies behind it, or the other way round. */
static struct range_bound turned(struct range_bound bound)
{
    bound.inclusive = !bound.inclusive && !bound.infinite;
    bound.lower = !bound.lower;
    return bound;
}

static err unite(
    struct arena *arena, enum type_storage type, const struct pair *p, bool strict, str *out)
{
    if (p->a.empty) return give(arena, type, p->b, out);
    if (p->b.empty) return give(arena, type, p->a, out);
    if (strict && !overlaps(p) && !adjacent(p)) {
        return err_sql(arena, "22000", "result of range union would not be contiguous");
    }
    bool first = compare_bounds(p->compare, &p->a.lower, &p->b.lower) < 0;
    bool last = compare_bounds(p->compare, &p->a.upper, &p->b.upper) > 0;
    return give(
        arena, type,
        (struct range){false, first ? p->a.lower : p->b.lower, last ? p->a.upper : p->b.upper},
        out);
}

static err subtract(struct arena *arena, enum type_storage type, const struct pair *p, str *out)
{
    if (!overlaps(p)) return give(arena, type, p->a, out);
    bool left = compare_bounds(p->compare, &p->a.lower, &p->b.lower) < 0;
    bool right = compare_bounds(p->compare, &p->a.upper, &p->b.upper) > 0;
    if (left && right) {
        return err_sql(arena, "22000", "result of range difference would not be contiguous");
    }
    struct range rest = {.empty = !left && !right};
    if (left) rest = (struct range){false, p->a.lower, turned(p->b.lower)};
    if (right) rest = (struct range){false, turned(p->b.upper), p->a.upper};
    return give(arena, type, rest, out);
}

static err intersect(struct arena *arena, enum type_storage type, const struct pair *p, str *out)
{
    if (!overlaps(p)) return give(arena, type, (struct range){.empty = true}, out);
    bool first = compare_bounds(p->compare, &p->a.lower, &p->b.lower) >= 0;
    bool last = compare_bounds(p->compare, &p->a.upper, &p->b.upper) <= 0;
    return give(
        arena, type,
        (struct range){false, first ? p->a.lower : p->b.lower, last ? p->a.upper : p->b.upper},
        out);
}

err range_combine(struct arena *arena,
                  enum type_storage type,
                  enum range_operation operation,
                  str a,
                  str b,
                  str *out)
{
    const struct pair pair = {comparator(type), range_read(a), range_read(b)};
    switch (operation) {
    case RANGE_UNION: return unite(arena, type, &pair, true, out);
    case RANGE_MERGE: return unite(arena, type, &pair, false, out);
    case RANGE_MINUS: return subtract(arena, type, &pair, out);
    case RANGE_INTERSECT: return intersect(arena, type, &pair, out);
    }
    return NULL;
}
