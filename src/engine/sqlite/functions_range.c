/* Range types: constructors, bounds, predicates, set operations. The shape is the range's type. */
#include "engine/sqlite/functions_int.h"
#include "types/range.h"

static enum type_storage range_type(const struct function_call *call)
{
    return call->shapes[0]->storage;
}

static err bool_out(struct value *out, bool truth)
{
    *out = value_int(truth);
    return NULL;
}

/* ---- making ---- */

/* The shape is the result's. */
static err run_construct(struct function_call *call, struct value *out)
{
    str flags = STR("[)");
    if (call->count == 3) {
        if (arg_null(call, 2)) {
            return err_sql(call->arena, "22000",
                           "range constructor flags argument must not be null");
        }
        flags = arg_text(call, 2);
    }
    *out = value_text(STR_NONE);
    return range_from_values(call->arena, range_type(call), &call->args[0], &call->args[1], flags,
                             &out->s);
}

static err run_combine(struct function_call *call, struct value *out)
{
    *out = value_text(STR_NONE);
    return range_combine(call->arena, range_type(call), (enum range_operation)call->row->with,
                         arg_text(call, 0), arg_text(call, 1), &out->s);
}

/* ---- looking ---- */

enum { BOUND_LOWER, BOUND_UPPER };

static err run_bound(struct function_call *call, struct value *out)
{
    struct range range = range_read(arg_text(call, 0));
    const struct range_bound *bound = call->row->with == BOUND_LOWER ? &range.lower : &range.upper;
    return range_bound_value(call->arena, range_type(call), &range, bound, out);
}

enum { IS_EMPTY, LOWER_INC, UPPER_INC, LOWER_INF, UPPER_INF };

static err run_look(struct function_call *call, struct value *out)
{
    struct range range = range_read(arg_text(call, 0));
    const bool answers[] = {
        [IS_EMPTY] = range.empty,
        [LOWER_INC] = !range.empty && range.lower.inclusive,
        [UPPER_INC] = !range.empty && range.upper.inclusive,
        [LOWER_INF] = !range.empty && range.lower.infinite,
        [UPPER_INF] = !range.empty && range.upper.infinite,
    };
    return bool_out(out, answers[call->row->with]);
}

static err run_test(struct function_call *call, struct value *out)
{
    return bool_out(out, range_test(range_type(call), (enum range_test)call->row->with,
                                    arg_text(call, 0), arg_text(call, 1)));
}

static err run_contains_element(struct function_call *call, struct value *out)
{
    return bool_out(out, range_contains_value(call->arena, range_type(call), arg_text(call, 0),
                                              &call->args[1]));
}

/* element <@ range: a shape for each. */
static err run_element_contained(struct function_call *call, struct value *out)
{
    return bool_out(out, range_contains_value(call->arena, call->shapes[1]->storage,
                                              arg_text(call, 1), &call->args[0]));
}

/* ---- the table ---- */

static const struct function_row rows[] = {
    {"range_constructor2",      2, SHAPE_RESULT, 0,         run_construct,         0                 },
    {"range_constructor3",      3, SHAPE_RESULT, 0,         run_construct,         0                 },
    {"range_lower",             1, SHAPE_FIRST,  FN_STRICT, run_bound,             BOUND_LOWER       },
    {"range_upper",             1, SHAPE_FIRST,  FN_STRICT, run_bound,             BOUND_UPPER       },
    {"range_empty",             1, SHAPE_NONE,   FN_STRICT, run_look,              IS_EMPTY          },
    {"range_lower_inc",         1, SHAPE_NONE,   FN_STRICT, run_look,              LOWER_INC         },
    {"range_upper_inc",         1, SHAPE_NONE,   FN_STRICT, run_look,              UPPER_INC         },
    {"range_lower_inf",         1, SHAPE_NONE,   FN_STRICT, run_look,              LOWER_INF         },
    {"range_upper_inf",         1, SHAPE_NONE,   FN_STRICT, run_look,              UPPER_INF         },
    {"range_contains",          2, SHAPE_FIRST,  FN_STRICT, run_test,              RANGE_CONTAINS    },
    {"range_contained_by",      2, SHAPE_FIRST,  FN_STRICT, run_test,              RANGE_CONTAINED_BY},
    {"range_overlaps",          2, SHAPE_FIRST,  FN_STRICT, run_test,              RANGE_OVERLAPS    },
    {"range_before",            2, SHAPE_FIRST,  FN_STRICT, run_test,              RANGE_BEFORE      },
    {"range_after",             2, SHAPE_FIRST,  FN_STRICT, run_test,              RANGE_AFTER       },
    {"range_overleft",          2, SHAPE_FIRST,  FN_STRICT, run_test,              RANGE_OVERLEFT    },
    {"range_overright",         2, SHAPE_FIRST,  FN_STRICT, run_test,              RANGE_OVERRIGHT   },
    {"range_adjacent",          2, SHAPE_FIRST,  FN_STRICT, run_test,              RANGE_ADJACENT    },
    {"range_contains_elem",     2, SHAPE_FIRST,  FN_STRICT, run_contains_element,  0                 },
    {"elem_contained_by_range", 2, SHAPE_EACH,   FN_STRICT, run_element_contained, 0                 },
    {"range_union",             2, SHAPE_FIRST,  FN_STRICT, run_combine,           RANGE_UNION       },
    {"range_merge",             2, SHAPE_FIRST,  FN_STRICT, run_combine,           RANGE_MERGE       },
    {"range_minus",             2, SHAPE_FIRST,  FN_STRICT, run_combine,           RANGE_MINUS       },
    {"range_intersect",         2, SHAPE_FIRST,  FN_STRICT, run_combine,           RANGE_INTERSECT   },
};

const struct function_table functions_range = {rows, COUNT_OF(rows)};
