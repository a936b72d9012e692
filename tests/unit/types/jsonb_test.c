/* json and jsonb against PostgreSQL 15's answers. */
#include "vectors.h"

#include "types/jsonb.h"

static int64_t int_of(str text)
{
    int64_t value = 0;
    assert_true(str_to_i64(text, &value));
    return value;
}

static err give_bool(str *out, bool value)
{
    *out = value ? STR("true") : STR("false");
    return NULL;
}

static err give_found(str *out, bool found, str value)
{
    *out = found ? value : STR_NONE;
    return NULL;
}

static err give_text(struct arena *arena, str *out, bool found, str value)
{
    bool null = true;
    *out = STR_NONE;
    if (!found) return NULL;
    TRY(jsonb_as_text(arena, value, &null, out));
    if (null) *out = STR_NONE;
    return NULL;
}

#define OP_BODY(name) static err do_##name(struct arena *arena, const str *args, str *out)
#define GET(i) \
    str j##i;  \
    TRY(jsonb_parse(arena, args[i], &j##i))

OP_BODY(in)
{
    str again;
    TRY(jsonb_parse(arena, args[0], out));
    TRY(jsonb_parse(arena, *out, &again));
    assert_true(str_eq(*out, again)); /* normal form is a fixed point */
    return NULL;
}

OP_BODY(json)
{
    *out = args[0];
    return json_text_check(arena, args[0]);
}

OP_BODY(cmp)
{
    GET(0);
    GET(1);
    int order = jsonb_compare(j0, j1);
    if (order == 0) assert_true(jsonb_hash(j0, 7) == jsonb_hash(j1, 7));
    *out = order < 0 ? STR("-1") : order > 0 ? STR("1") : STR("0");
    return NULL;
}

OP_BODY(contains)
{
    GET(0);
    GET(1);
    return give_bool(out, jsonb_contains(j0, j1));
}

OP_BODY(exists)
{
    GET(0);
    return give_bool(out, jsonb_exists(j0, args[1]));
}

OP_BODY(any)
{
    GET(0);
    return give_bool(out, jsonb_exists_any(j0, args + 1, 2));
}

OP_BODY(all)
{
    GET(0);
    return give_bool(out, jsonb_exists_all(j0, args + 1, 2));
}

OP_BODY(get)
{
    GET(0);
    str value = STR_NONE;
    return give_found(out, jsonb_get(j0, args[1], &value), value);
}

OP_BODY(gett)
{
    GET(0);
    str value = STR_NONE;
    return give_text(arena, out, jsonb_get(j0, args[1], &value), value);
}

OP_BODY(at)
{
    GET(0);
    str value = STR_NONE;
    bool found = jsonb_at(j0, int_of(args[1]), &value);
    return give_found(out, found, value);
}

OP_BODY(att)
{
    GET(0);
    str value = STR_NONE;
    bool found = jsonb_at(j0, int_of(args[1]), &value);
    return give_text(arena, out, found, value);
}

OP_BODY(jget)
{
    (void)arena;
    str value = STR_NONE;
    return give_found(out, jsonb_get(args[0], args[1], &value), value);
}

OP_BODY(jgett)
{
    str value = STR_NONE;
    return give_text(arena, out, jsonb_get(args[0], args[1], &value), value);
}

OP_BODY(jat)
{
    (void)arena;
    str value = STR_NONE;
    bool found = json_text_at(args[0], int_of(args[1]), &value);
    return give_found(out, found, value);
}

OP_BODY(path)
{
    GET(0);
    str value = STR_NONE;
    return give_found(out, jsonb_path(j0, args + 1, 2, &value), value);
}

OP_BODY(path1)
{
    GET(0);
    str value = STR_NONE;
    return give_found(out, jsonb_path(j0, args + 1, 1, &value), value);
}

OP_BODY(patht)
{
    GET(0);
    str value = STR_NONE;
    return give_text(arena, out, jsonb_path(j0, args + 1, 2, &value), value);
}

OP_BODY(concat)
{
    GET(0);
    GET(1);
    return jsonb_concat(arena, j0, j1, out);
}

OP_BODY(delkey)
{
    GET(0);
    return jsonb_delete_key(arena, j0, args[1], out);
}

OP_BODY(delkeys)
{
    GET(0);
    return jsonb_delete_keys(arena, j0, args + 1, 2, out);
}

OP_BODY(delidx)
{
    GET(0);
    return jsonb_delete_index(arena, j0, int_of(args[1]), out);
}

OP_BODY(delpath)
{
    GET(0);
    return jsonb_delete_path(arena, j0, args + 1, 2, out);
}

OP_BODY(delpath1)
{
    GET(0);
    return jsonb_delete_path(arena, j0, args + 1, 1, out);
}

OP_BODY(set1)
{
    GET(0);
    GET(2);
    return jsonb_set(arena, j0, args + 1, 1, j2, true, out);
}

OP_BODY(set1n)
{
    GET(0);
    GET(2);
    return jsonb_set(arena, j0, args + 1, 1, j2, false, out);
}

OP_BODY(set2)
{
    GET(0);
    GET(3);
    return jsonb_set(arena, j0, args + 1, 2, j3, true, out);
}

OP_BODY(ins1)
{
    GET(0);
    GET(2);
    return jsonb_insert(arena, j0, args + 1, 1, j2, false, out);
}

OP_BODY(ins1a)
{
    GET(0);
    GET(2);
    return jsonb_insert(arena, j0, args + 1, 1, j2, true, out);
}

OP_BODY(ins2)
{
    GET(0);
    GET(3);
    return jsonb_insert(arena, j0, args + 1, 2, j3, false, out);
}

OP_BODY(strip)
{
    GET(0);
    *out = jsonb_strip_nulls(arena, j0);
    return NULL;
}

OP_BODY(jstrip)
{
    *out = json_text_strip_nulls(arena, args[0]);
    return NULL;
}

OP_BODY(typeof)
{
    GET(0);
    *out = jsonb_typeof(j0);
    return NULL;
}

OP_BODY(alen)
{
    GET(0);
    int64_t length;
    TRY(jsonb_array_length(arena, j0, &length));
    *out = str_printf(arena, "%lld", (long long)length);
    return NULL;
}

OP_BODY(pretty)
{
    GET(0);
    *out = jsonb_pretty(arena, j0);
    return NULL;
}

#define OP(name)         \
    {                    \
#name, do_##name \
    }
static const struct vector_op ops[] = {
    OP(in),      OP(json),     OP(cmp),    OP(contains), OP(exists), OP(any),     OP(all),
    OP(get),     OP(gett),     OP(at),     OP(att),      OP(jget),   OP(jgett),   OP(jat),
    OP(path),    OP(path1),    OP(patht),  OP(concat),   OP(delkey), OP(delkeys), OP(delidx),
    OP(delpath), OP(delpath1), OP(set1),   OP(set1n),    OP(set2),   OP(ins1),    OP(ins1a),
    OP(ins2),    OP(strip),    OP(jstrip), OP(typeof),   OP(alen),   OP(pretty),
};

static void jsonb_answers_as_postgresql(void **state)
{
    (void)state;
    vectors_run("jsonb.tsv", ops, COUNT_OF(ops));
}

static void an_object_is_built_sorted_and_without_duplicates(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct buf *out = buf_in(arena, 0);
    struct jsonb_pair pairs[] = {
        {.key = STR("bb"),   .value = STR("1")},
        {.key = STR("c"),    .value = STR("2")},
        {.key = STR("bb"),   .value = STR("3")},
        {.key = STR("a\"b"), .value = STR("4")}
    };
    jsonb_write_object(out, pairs, COUNT_OF(pairs));
    assert_true(str_eq(buf_str(out), STR("{\"c\": 2, \"bb\": 3, \"a\\\"b\": 4}")));
    arena_free(arena);
}

static void depth_is_limited(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct buf *text = buf_in(arena, 0);
    for (int i = 0; i < JSONB_DEPTH_MAX + 10; i++) buf_char(text, '[');
    for (int i = 0; i < JSONB_DEPTH_MAX + 10; i++) buf_char(text, ']');
    str out;
    assert_true(err_is(jsonb_parse(arena, buf_str(text), &out), STR("54001")));
    arena_free(arena);
}

static void a_null_in_a_path_is_refused_where_the_path_gets_to_it(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    const str path[] = {STR("a"), STR_NONE};
    str out;
    err error = jsonb_set(arena, STR("{\"a\": 1}"), path, 2, STR("2"), true, &out);
    assert_true(err_is(error, STR("22004")));
    assert_null(jsonb_set(arena, STR("{\"b\": 1}"), path, 2, STR("2"), true, &out));
    assert_true(str_eq(out, STR("{\"b\": 1}")));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jsonb_answers_as_postgresql),
        cmocka_unit_test(an_object_is_built_sorted_and_without_duplicates),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(a_null_in_a_path_is_refused_where_the_path_gets_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
