/* A group of rows on its way through an aggregate (functions_aggregate.c), and the wrapper that sorts the
 * input of any of them.
 *
 * A group's state lives in an arena of its own that the first row makes; SQLite's aggregate context
 * holds the pointer. pg_ordered collects its rows first and feeds them to the aggregate it names. */
#include <string.h>

#include "base/vec.h"
#include "engine/sqlite/functions_caches.h"
#include "engine/sqlite/functions_int.h"
#include "types/text.h"

const struct aggregate_row *aggregate_row_find(const char *symbol)
{
    for (size_t i = 0; i < functions_aggregate.count; i++) {
        if (strcmp(functions_aggregate.rows[i].symbol, symbol) == 0)
            return &functions_aggregate.rows[i];
    }
    return NULL;
}

/* ---- one group in SQLite's hands ---- */

struct link {
    const struct aggregate_row *row; /* NULL: pg_ordered, pg_moving */
    struct sqlite_session *session;
};

struct ordered; /* below */
struct moving;

struct group {
    struct arena *arena;
    const struct aggregate_row *row;
    struct aggregate_call call;
    const struct type_ref **shapes;
    struct ordered *ordered; /* pg_ordered alone */
    struct moving *moving;   /* pg_moving alone */
    bool failed;
};

/* What SQLite keeps for a group is the pointer alone: zero before the first row. */
static struct group *group_of(sqlite3_context *context, bool make)
{
    struct group **place =
        sqlite3_aggregate_context(context, make ? (int)sizeof(struct group *) : 0);
    if (!place) return NULL;
    if (*place || !make) return *place;
    const struct link *link = sqlite3_user_data(context);
    struct arena *arena = arena_new(0);
    arena_cost_set(arena, &link->session->cost);
    struct group *group = ARENA_NEW(arena, struct group);
    group->arena = arena;
    group->row = link->row;
    group->shapes = ARENA_ARRAY(arena, const struct type_ref *, FUNCTION_ARGS_MAX);
    group->call =
        (struct aggregate_call){.arena = arena, .session = link->session, .shapes = group->shapes};
    if (link->row) group->call.state = arena_alloc(arena, link->row->state_size);
    *place = group;
    return group;
}

static void group_end(struct group *group)
{
    if (group->row && group->row->release && group->call.state)
        group->row->release(group->call.state);
    arena_free(group->arena);
}

/* A shape text copied into the group: SQLite's value goes when the step ends. */
static const struct type_ref *shape_of(struct group *group, str text)
{
    return shape_find(group->call.session, text);
}

static size_t split_arguments(struct group *group,
                              const struct aggregate_row *row,
                              const struct value *all,
                              size_t count,
                              struct value *values)
{
    size_t at = 0;
    size_t used = 0;
    if (row->shape != SHAPE_NONE) {
        group->shapes[0] = shape_of(group, all[at++].s);
        if (row->shape == SHAPE_EACH) shapes_spread(group->shapes[0], group->shapes, count - at);
    }
    while (at < count) values[used++] = all[at++];
    return used;
}

/* Aggregates that keep their rows (ordered ones, jsonb_object_agg, percentiles) grow with them. */
static err bytes_fit(struct group *group, size_t bytes)
{
    enum { GROUP_BYTES_MAX = 4 * TEXT_BYTES_MAX };
    if (bytes <= GROUP_BYTES_MAX) return NULL;
    return err_sql(group->arena, "54000", "the rows of an aggregate exceed %d bytes",
                   GROUP_BYTES_MAX);
}

static err group_fits(struct group *group)
{
    return bytes_fit(group, arena_used(group->arena));
}

static err step_row(struct group *group,
                    const struct aggregate_row *row,
                    const struct value *all,
                    size_t count,
                    bool inverse)
{
    struct value values[FUNCTION_ARGS_MAX];
    size_t used = split_arguments(group, row, all, count, values);
    if (row->skips_null && values[0].kind == VALUE_NULL) return NULL;
    TRY(group_fits(group));
    struct sqlite_session *session = group->call.session;
    TRY(session_call_begin(session, values, used));
    return session_call_end(session, inverse ? row->inverse(&group->call, values, used)
                                             : row->step(&group->call, values, used));
}

static void fail(sqlite3_context *context, struct group *group, err error)
{
    group->failed = true;
    function_fail(context, group->arena, error);
}

static void run_step(sqlite3_context *context, int argc, sqlite3_value **argv, bool inverse)
{
    struct group *group = group_of(context, true);
    if (!group) {
        sqlite3_result_error_nomem(context);
        return;
    }
    struct value values[FUNCTION_ARGS_MAX];
    for (int i = 0; i < argc; i++) values[i] = value_of_sqlite(argv[i]);
    arena_reset(group->call.session->scratch);
    if (inverse && !group->row->inverse) { /* print_window sends those to pg_moving */
        fail(context, group, err_sql(group->arena, "XX000", "an aggregate cannot go back"));
        return;
    }
    err error = step_row(group, group->row, values, (size_t)argc, inverse);
    if (error) fail(context, group, error);
}

static void aggregate_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    run_step(context, argc, argv, false);
}

static void aggregate_inverse(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    run_step(context, argc, argv, true);
}

/* The answer of the state; of an empty one when no row came. */
static void aggregate_answer(sqlite3_context *context, struct group *group)
{
    struct arena *scratch = group->call.session->scratch;
    struct value result = value_null();
    arena_reset(scratch);
    if (group->failed) return; /* SQLite has the error */
    cost_begin(&group->call.session->cost);
    err error =
        session_call_end(group->call.session, group->row->value(&group->call, scratch, &result));
    if (error)
        function_fail(context, scratch, error);
    else
        value_to_sqlite(context, &result);
}

static void aggregate_value(sqlite3_context *context)
{
    struct group *group = group_of(context, true);
    if (group) aggregate_answer(context, group);
}

static void aggregate_final(sqlite3_context *context)
{
    struct group *group = group_of(context, true);
    if (!group) return;
    aggregate_answer(context, group);
    group_end(group);
}

/* ---- pg_ordered('symbol', 'spec', arguments..., keys...) ---- */

struct sort_key {
    const struct type_ref *type;
    bool descending;
    bool nulls_first;
};

struct ordered {
    const struct aggregate_row *row;
    bool distinct; /* by the last key */
    size_t plain;  /* arguments of the aggregate, shapes included */
    size_t width;  /* with keys */
    struct sort_key *keys;
    size_t key_count;
    struct {
        VEC(struct value *);
    } rows;
};

/* "distinct,plain;shape+l;shape-f" */
static void read_spec(struct group *group, struct ordered *ordered, str spec)
{
    str head;
    str rest;
    bool more = str_cut(spec, ';', &head, &rest);
    str distinct;
    str plain;
    uint64_t number = 0;
    str_cut(head, ',', &distinct, &plain);
    ordered->distinct = str_eq(distinct, STR("1"));
    if (str_to_u64(plain, &number)) ordered->plain = (size_t)number;
    ordered->keys = ARENA_ARRAY(group->arena, struct sort_key, FUNCTION_ARGS_MAX);
    while (more && ordered->key_count < FUNCTION_ARGS_MAX) {
        more = str_cut(rest, ';', &head, &rest);
        if (head.len < 3) break;
        struct sort_key *key = &ordered->keys[ordered->key_count++];
        key->type = shape_of(group, str_slice(head, 0, head.len - 2));
        key->descending = head.at[head.len - 2] == '-';
        key->nulls_first = head.at[head.len - 1] == 'f';
    }
}

static void ordered_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct group *group = group_of(context, true);
    if (!group) {
        sqlite3_result_error_nomem(context);
        return;
    }
    if (!group->ordered) {
        struct ordered *made = group->ordered = ARENA_NEW(group->arena, struct ordered);
        str symbol = value_of_sqlite(argv[0]).s;
        made->row = aggregate_row_find(str_cstr(group->arena, symbol));
        read_spec(group, made, value_of_sqlite(argv[1]).s);
        made->width = (size_t)argc - 2;
        if (!made->row) {
            fail(context, group, err_sql(group->arena, "XX000", "no aggregate to order for"));
            return;
        }
        group->call.state = arena_alloc(group->arena, made->row->state_size);
    }
    struct ordered *ordered = group->ordered;
    struct value *row = ARENA_ARRAY(group->arena, struct value, ordered->width);
    for (size_t i = 0; i < ordered->width; i++) {
        struct value value = value_of_sqlite(argv[i + 2]);
        row[i] = value_copy(group->arena, &value);
    }
    *VEC_ADD(group->arena, &ordered->rows) = row;
    err error = group_fits(group);
    if (!error) error = session_check(group->call.session, group->arena);
    if (error) fail(context, group, error);
}

static int compare_key(const struct sort_key *key, const struct value *a, const struct value *b)
{
    bool a_null = a->kind == VALUE_NULL;
    bool b_null = b->kind == VALUE_NULL;
    if (a_null || b_null) {
        if (a_null && b_null) return 0;
        return a_null == key->nulls_first ? -1 : 1;
    }
    int order = type_compare(key->type, a, b);
    return key->descending ? -order : order;
}

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct ordered *ordered = context;
    const struct value *a = *(struct value *const *)left;
    const struct value *b = *(struct value *const *)right;
    size_t first = ordered->width - ordered->key_count;
    for (size_t i = 0; i < ordered->key_count; i++) {
        int order = compare_key(&ordered->keys[i], &a[first + i], &b[first + i]);
        if (order) return order;
    }
    /* Rows that tie keep the order they came in: their copies were made in that order. */
    return 0;
}

/* A stable merge sort: qsort is not stable, and ties show in the result. Ends early, unsorted, when the
 * call's time runs out. */
static void merge_sort(struct ordered *ordered,
                       struct arena *arena,
                       struct value **rows,
                       struct value **spare,
                       size_t count)
{
    enum { COMPARE_UNITS = 50 };
    if (count < 2 || cost_spend(arena, COMPARE_UNITS * count)) return;
    size_t half = count / 2;
    merge_sort(ordered, arena, rows, spare, half);
    merge_sort(ordered, arena, rows + half, spare, count - half);
    memcpy(spare, rows, half * sizeof *rows);
    size_t left = 0;
    size_t right = half;
    size_t out = 0;
    while (left < half) {
        bool take_right = right < count && compare_rows(&rows[right], &spare[left], ordered) < 0;
        rows[out++] = take_right ? rows[right++] : spare[left++];
    }
}

static bool is_duplicate(const struct ordered *ordered, size_t index)
{
    if (!ordered->distinct || !index || !ordered->key_count) return false;
    size_t last = ordered->width - 1;
    const struct sort_key *key = &ordered->keys[ordered->key_count - 1];
    return compare_key(key, &ordered->rows.at[index][last], &ordered->rows.at[index - 1][last]) ==
           0;
}

static err feed(struct group *group, struct ordered *ordered)
{
    size_t count = ordered->rows.count;
    struct value **spare = ARENA_ARRAY(group->arena, struct value *, count / 2 + 1);
    cost_begin(&group->call.session->cost);
    merge_sort(ordered, group->arena, ordered->rows.at, spare, count);
    TRY(session_call_end(group->call.session, NULL));
    for (size_t i = 0; i < count; i++) {
        if (is_duplicate(ordered, i)) continue;
        arena_reset(group->call.session->scratch);
        TRY(step_row(group, ordered->row, ordered->rows.at[i], ordered->plain, false));
    }
    return NULL;
}

static void ordered_final(sqlite3_context *context)
{
    struct group *group = group_of(context, false);
    if (!group) return; /* no row: NULL */
    struct ordered *ordered = group->ordered;
    if (ordered && ordered->row && !group->failed) {
        struct arena *scratch = group->call.session->scratch;
        struct value result = value_null();
        err error = feed(group, ordered);
        group->row = ordered->row;
        cost_begin(&group->call.session->cost);
        if (!error) error = ordered->row->value(&group->call, scratch, &result);
        error = session_call_end(group->call.session, error);
        if (error)
            function_fail(context, group->arena, error);
        else
            value_to_sqlite(context, &result);
    } else if (ordered && ordered->row) {
        group->row = ordered->row;
    }
    group_end(group);
}

/* ---- pg_moving('symbol', arguments...): a window frame that rows leave ----
 *
 * As PostgreSQL does without an inverse: of each frame anew. What an addition in doubles did cannot be
 * taken back, and neither can the scale that a numeric brought. */

struct moving {
    const struct aggregate_row *row;
    struct arena *arena; /* holds the rows' values */
    size_t width;        /* arguments */
    size_t first;        /* rows before it have left */
    struct {
        VEC(struct value *);
    } rows;
};

static void keep_row(struct moving *moving, const struct value *values)
{
    struct value *row = ARENA_ARRAY(moving->arena, struct value, moving->width);
    for (size_t i = 0; i < moving->width; i++) row[i] = value_copy(moving->arena, &values[i]);
    *VEC_ADD(moving->arena, &moving->rows) = row;
}

/* Rows that left free their memory when they are the most. */
static void moving_shrink(struct moving *moving)
{
    enum { LEFT_MIN = 1024 };
    if (moving->first < LEFT_MIN || moving->first * 2 < moving->rows.count) return;
    struct moving old = *moving;
    moving->arena = arena_new(0);
    moving->rows = (__typeof__(moving->rows)){0};
    moving->first = 0;
    for (size_t i = old.first; i < old.rows.count; i++) keep_row(moving, old.rows.at[i]);
    arena_free(old.arena);
}

static void moving_free(void *moving)
{
    arena_free(((struct moving *)moving)->arena);
}

static err moving_begin(struct group *group, str symbol, size_t width)
{
    struct moving *moving = group->moving = ARENA_NEW(group->arena, struct moving);
    moving->arena = arena_new(0);
    arena_defer(group->arena, moving_free, moving);
    moving->row = aggregate_row_find(str_cstr(group->arena, symbol));
    moving->width = width;
    return moving->row ? NULL : err_sql(group->arena, "XX000", "no aggregate to move");
}

static void moving_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct group *group = group_of(context, true);
    if (!group) {
        sqlite3_result_error_nomem(context);
        return;
    }
    err error = NULL;
    if (!group->moving) error = moving_begin(group, value_of_sqlite(argv[0]).s, (size_t)argc - 1);
    struct value values[FUNCTION_ARGS_MAX];
    for (int i = 1; i < argc; i++) values[i - 1] = value_of_sqlite(argv[i]);
    if (!error) {
        keep_row(group->moving, values);
        error = bytes_fit(group, arena_used(group->moving->arena));
    }
    if (error) fail(context, group, error);
}

static void moving_inverse(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    (void)argv;
    struct group *group = group_of(context, false);
    if (!group || group->failed) return;
    group->moving->first++;
    moving_shrink(group->moving);
}

static err moving_frame(struct group *group, struct group *frame, struct value *out)
{
    const struct moving *moving = group->moving;
    frame->call.state = arena_alloc(frame->arena, moving->row->state_size);
    for (size_t i = moving->first; i < moving->rows.count; i++) {
        arena_reset(group->call.session->scratch);
        TRY(step_row(frame, moving->row, moving->rows.at[i], moving->width, false));
    }
    cost_begin(&group->call.session->cost);
    return session_call_end(group->call.session,
                            moving->row->value(&frame->call, frame->arena, out));
}

static void moving_value(sqlite3_context *context)
{
    struct group *group = group_of(context, false);
    if (!group || !group->moving || group->failed) return;
    struct group frame = *group;
    frame.row = group->moving->row;
    frame.arena = frame.call.arena = arena_new(0);
    arena_cost_set(frame.arena, &group->call.session->cost);
    struct value result = value_null();
    err error = moving_frame(group, &frame, &result);
    if (error)
        function_fail(context, frame.arena, error);
    else
        value_to_sqlite(context, &result);
    group_end(&frame);
}

static void moving_final(sqlite3_context *context)
{
    struct group *group = group_of(context, false);
    moving_value(context);
    if (group) group_end(group);
}

/* ---- registration ---- */

static int arity(const struct aggregate_row *row)
{
    if (row->args < 0) return -1;
    return row->args + (row->shape != SHAPE_NONE);
}

int aggregates_register(sqlite3 *db, struct sqlite_session *session)
{
    struct arena *arena = function_caches_arena(session->caches);
    enum { FLAGS = SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC };
    for (size_t i = 0; i < functions_aggregate.count; i++) {
        const struct aggregate_row *row = &functions_aggregate.rows[i];
        struct link *link = ARENA_NEW(arena, struct link);
        *link = (struct link){row, session};
        const char *name = str_cstr(arena, str_printf(arena, "pg_%s", row->symbol));
        int rc = sqlite3_create_window_function(db, name, arity(row), FLAGS, link, aggregate_step,
                                                aggregate_final, aggregate_value, aggregate_inverse,
                                                NULL);
        if (rc != SQLITE_OK) return rc;
    }
    struct link *link = ARENA_NEW(arena, struct link);
    *link = (struct link){NULL, session};
    int rc = sqlite3_create_window_function(db, "pg_moving", -1, FLAGS, link, moving_step,
                                            moving_final, moving_value, moving_inverse, NULL);
    if (rc != SQLITE_OK) return rc;
    return sqlite3_create_function_v2(db, "pg_ordered", -1, FLAGS, link, NULL, ordered_step,
                                      ordered_final, NULL);
}
