/* whole types against PostgreSQL 15's answers: input, output, JSON, casts, order; arrays. */
#include "vectors.h"

#include "types/array.h"
#include "types/type_text.h"
#include "types/tz.h"

static const struct type_session utc = {.zone = NULL, .now_us = INT64_C(1767323045000000)};

/* ---- the types of the vectors, by name ---- */

static const str moods[] = {STR_INIT("sad"), STR_INIT("ok"), STR_INIT("happy")};
static const struct type_ref mood = {.storage = TYPE_ENUM,
                                     .typmod = -1,
                                     .name = STR_INIT("mood"),
                                     .labels = moods,
                                     .label_count = 3};
static const struct type_ref numeric_5_2 = {.storage = TYPE_NUMERIC, .typmod = (5 << 16 | 2) + 4};
static const struct type_ref varchar_3 = {.storage = TYPE_VARCHAR, .typmod = 3 + 4};
static const struct type_ref char_4 = {.storage = TYPE_BPCHAR, .typmod = 4 + 4};
static const struct type_ref timestamp_0 = {.storage = TYPE_TIMESTAMP, .typmod = 0};

static const struct type_ref *find_type(struct arena *arena, str name)
{
    if (str_eq(name, STR("mood"))) return &mood;
    if (str_eq(name, STR("varchar(3)"))) return &varchar_3;
    if (str_eq(name, STR("char(4)"))) return &char_4;
    if (str_eq(name, STR("numeric(5,2)"))) return &numeric_5_2;
    if (str_eq(name, STR("timestamp(0)"))) return &timestamp_0;
    if (str_eq(name, STR("pair"))) {
        struct type_field *fields = ARENA_ARRAY(arena, struct type_field, 3);
        fields[0] = (struct type_field){STR("a"), type_plain(TYPE_INT4)};
        fields[1] = (struct type_field){STR("b"), type_plain(TYPE_TEXT)};
        fields[2] = (struct type_field){STR("c"), &numeric_5_2};
        struct type_ref *pair = ARENA_NEW(arena, struct type_ref);
        *pair = (struct type_ref){.storage = TYPE_COMPOSITE,
                                  .typmod = -1,
                                  .name = STR("pair"),
                                  .fields = fields,
                                  .field_count = 3};
        return pair;
    }
    if (str_ends(name, STR("[]"))) {
        struct type_ref *array = ARENA_NEW(arena, struct type_ref);
        *array = (struct type_ref){.storage = TYPE_ARRAY,
                                   .typmod = -1,
                                   .element = find_type(arena, str_slice(name, 0, name.len - 2))};
        return array;
    }
    enum type_storage storage = type_storage_of(name);
    assert_true(storage != TYPE_STORAGE_COUNT);
    return type_plain(storage);
}

static err read_value(struct arena *arena, const struct type_ref *type, str text, struct value *out)
{
    *out = value_null();
    return text.at ? type_input(arena, &utc, type, TYPE_EXPLICIT, text, out) : NULL;
}

static err give(struct arena *arena,
                const struct type_ref *type,
                const struct value *value,
                str *out)
{
    if (value->kind != VALUE_NULL) *out = type_output_str(arena, &utc, type, value);
    return NULL;
}

#define OP_BODY(name) static err do_##name(struct arena *arena, const str *args, str *out)

OP_BODY(out)
{
    const struct type_ref *type = find_type(arena, args[0]);
    struct value value, again;
    TRY(read_value(arena, type, args[1], &value));
    TRY(give(arena, type, &value, out));
    /* Output is input: it reads back as the same stored value. */
    TRY(read_value(arena, type, *out, &again));
    bool same = value.kind == again.kind &&
                (value.kind < VALUE_TEXT ? value.i == again.i : str_eq(value.s, again.s));
    assert_true(same);
    return NULL;
}

OP_BODY(json)
{
    const struct type_ref *type = find_type(arena, args[0]);
    struct value value, again;
    TRY(read_value(arena, type, args[1], &value));
    struct buf *text = buf_in(arena, 0);
    type_json(&utc, type, &value, text);
    *out = buf_str(text);
    const struct json *json;
    TRY(json_parse(arena, *out, NULL, &json));
    TRY(type_from_json(arena, &utc, type, json, &again));
    if (json->kind != JSON_NULL) assert_int_equal(type_compare(type, &value, &again), 0);
    return NULL;
}

OP_BODY(cmp)
{
    const struct type_ref *type = find_type(arena, args[0]);
    struct value a, b;
    TRY(read_value(arena, type, args[1], &a));
    TRY(read_value(arena, type, args[2], &b));
    int order = type_compare(type, &a, &b);
    *out = order < 0 ? STR("-1") : order > 0 ? STR("1") : STR("0");
    return NULL;
}

OP_BODY(cast)
{
    const struct type_ref *from = find_type(arena, args[0]), *to = find_type(arena, args[1]);
    struct value value, result;
    TRY(read_value(arena, from, args[2], &value));
    TRY(type_cast(arena, &utc, from, to, TYPE_EXPLICIT, &value, &result));
    if (to->storage == TYPE_BOOL && result.kind == VALUE_INT) {
        *out = result.i ? STR("true") : STR("false"); /* the vectors cast to text */
        return NULL;
    }
    return give(arena, to, &result, out);
}

/* ---- arrays ---- */

struct operands {
    struct type_ref type;
    const struct type_ref *element;
    str a, b; /* arrays in stored form */
    str item; /* args[2] as an item */
};

static err array_value(struct arena *arena, const struct type_ref *type, str text, str *out)
{
    struct value value;
    TRY(read_value(arena, type, text, &value));
    *out = value.s;
    return NULL;
}

static err item_of(struct arena *arena, const struct type_ref *element, str text, str *out)
{
    struct value value;
    TRY(read_value(arena, element, text, &value));
    struct buf *item = buf_in(arena, 0);
    array_write_item(item, element, &value);
    *out = buf_str(item);
    return NULL;
}

static err operands(struct arena *arena, const str *args, struct operands *out)
{
    out->element = find_type(arena, args[0]);
    out->type = (struct type_ref){.storage = TYPE_ARRAY, .typmod = -1, .element = out->element};
    return array_value(arena, &out->type, args[1], &out->a);
}

static err give_array(struct arena *arena, const struct operands *o, str array, str *out)
{
    struct value value = value_text(array);
    return give(arena, &o->type, &value, out);
}

#define ARRAY_BOOL(name, function)                                         \
    OP_BODY(name)                                                          \
    {                                                                      \
        struct operands o;                                                 \
        TRY(operands(arena, args, &o));                                    \
        TRY(array_value(arena, &o.type, args[2], &o.b));                   \
        *out = function(o.element, o.a, o.b) ? STR("true") : STR("false"); \
        return NULL;                                                       \
    }
ARRAY_BOOL(acontains, array_contains)
ARRAY_BOOL(aoverlap, array_overlaps)

OP_BODY(acat)
{
    struct operands o;
    str result;
    TRY(operands(arena, args, &o));
    TRY(array_value(arena, &o.type, args[2], &o.b));
    TRY(array_concat(arena, o.a, o.b, &result));
    return give_array(arena, &o, result, out);
}

#define ARRAY_ITEM(name, call)                            \
    OP_BODY(name)                                         \
    {                                                     \
        struct operands o;                                \
        str result;                                       \
        TRY(operands(arena, args, &o));                   \
        TRY(item_of(arena, o.element, args[2], &o.item)); \
        TRY(call);                                        \
        return give_array(arena, &o, result, out);        \
    }
ARRAY_ITEM(aappend, array_append(arena, o.a, o.item, &result))
ARRAY_ITEM(aprepend, array_prepend(arena, o.item, o.a, &result))
ARRAY_ITEM(aremove, array_remove(arena, o.element, o.a, o.item, &result))

OP_BODY(areplace)
{
    struct operands o;
    str to, result;
    TRY(operands(arena, args, &o));
    TRY(item_of(arena, o.element, args[2], &o.item));
    TRY(item_of(arena, o.element, args[3], &to));
    TRY(array_replace(arena, o.element, o.a, o.item, to, &result));
    return give_array(arena, &o, result, out);
}

static err give_positive(struct arena *arena, int64_t value, str *out)
{
    if (value) *out = str_printf(arena, "%lld", (long long)value);
    return NULL;
}

OP_BODY(aposition)
{
    struct operands o;
    int64_t at;
    TRY(operands(arena, args, &o));
    TRY(item_of(arena, o.element, args[2], &o.item));
    TRY(array_position(arena, o.element, o.a, o.item, 1, &at));
    return give_positive(arena, at, out);
}

OP_BODY(alength)
{
    struct operands o;
    int64_t dimension, length;
    TRY(operands(arena, args, &o));
    assert_true(str_to_i64(args[2], &dimension));
    if (!array_length(o.a, (size_t)dimension, &length)) return NULL;
    return give_positive(arena, length, out);
}

OP_BODY(acard)
{
    struct operands o;
    TRY(operands(arena, args, &o));
    *out = str_printf(arena, "%lld", (long long)array_cardinality(o.a));
    return NULL;
}

OP_BODY(adims)
{
    struct operands o;
    TRY(operands(arena, args, &o));
    *out = str_printf(arena, "%zu", array_dimensions(o.a));
    return NULL;
}

OP_BODY(atostring)
{
    struct operands o;
    TRY(operands(arena, args, &o));
    struct buf *text = buf_in(arena, 0);
    array_to_string(text, &utc, o.element, o.a, args[2], args[3]);
    *out = text->at ? buf_str(text) : STR("");
    return NULL;
}

#define OP(name)         \
    {                    \
#name, do_##name \
    }
static const struct vector_op ops[] = {
    OP(out),     OP(json),    OP(cmp),      OP(cast),      OP(acontains), OP(aoverlap),
    OP(acat),    OP(aappend), OP(aprepend), OP(aremove),   OP(areplace),  OP(aposition),
    OP(alength), OP(acard),   OP(adims),    OP(atostring),
};

static void types_answer_as_postgresql(void **state)
{
    (void)state;
    vectors_run("types.tsv", ops, COUNT_OF(ops));
}

/* ---- what PostgreSQL does not show ---- */

static str stored(struct arena *arena, const char *type_name_text, const char *text)
{
    struct value value;
    const struct type_ref *type = find_type(arena, str_of(type_name_text));
    assert_null(type_input(arena, &utc, type, TYPE_ASSIGNMENT, str_of(text), &value));
    return value.s;
}

static void stored_forms_are_the_documented_ones(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    assert_true(str_eq(stored(arena, "timestamptz", "2026-01-02 10:04:05.120+07"),
                       STR("2026-01-02T03:04:05.12+00:00")));
    assert_true(
        str_eq(stored(arena, "numeric[]", "{1.50,NULL,NaN}"), STR("[\"1.50\",null,\"NaN\"]")));
    assert_true(str_eq(stored(arena, "bool[]", "{t,f}"), STR("[true,false]")));
    assert_true(str_eq(stored(arena, "int4[]", "{{1,2},{3,4}}"), STR("[[1,2],[3,4]]")));
    assert_true(
        str_eq(stored(arena, "pair", "(1,x,2.5)"), STR("{\"a\":1,\"b\":\"x\",\"c\":\"2.50\"}")));
    assert_true(str_eq(stored(arena, "bpchar", "ab  "), STR("ab")));
    arena_free(arena);
}

static void assignment_refuses_a_text_too_long(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct value value = value_text(STR("abcdef")), out;
    err error =
        type_cast(arena, &utc, type_plain(TYPE_TEXT), &varchar_3, TYPE_ASSIGNMENT, &value, &out);
    assert_true(err_is(error, STR("22001")));
    assert_null(
        type_cast(arena, &utc, type_plain(TYPE_TEXT), &varchar_3, TYPE_EXPLICIT, &value, &out));
    assert_true(str_eq(out.s, STR("abc")));
    arena_free(arena);
}

static void contexts_decide_which_casts_exist(void **state)
{
    (void)state;
    const struct type_ref *int4 = type_plain(TYPE_INT4), *int8 = type_plain(TYPE_INT8);
    const struct type_ref *text = type_plain(TYPE_TEXT), *boolean = type_plain(TYPE_BOOL);
    assert_true(type_cast_exists(int4, int8, TYPE_IMPLICIT));
    assert_false(type_cast_exists(int8, int4, TYPE_IMPLICIT));
    assert_true(type_cast_exists(int8, int4, TYPE_ASSIGNMENT));
    assert_false(type_cast_exists(int4, boolean, TYPE_ASSIGNMENT));
    assert_true(type_cast_exists(int4, text, TYPE_ASSIGNMENT));
    assert_false(type_cast_exists(text, int4, TYPE_ASSIGNMENT));
    assert_true(type_cast_exists(text, int4, TYPE_EXPLICIT));
    assert_false(type_cast_exists(type_plain(TYPE_UUID), int4, TYPE_EXPLICIT));
}

static void json_shows_timestamps_in_the_sessions_zone(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct type_session jakarta = {.zone = tz_find(STR("Asia/Jakarta"))};
    struct value value = value_text(STR("2026-01-02T03:04:05.12+00:00"));
    struct value array = value_text(STR("[\"2026-01-02T03:04:05+00:00\",null]"));
    struct buf *out = buf_in(arena, 0);
    type_json(&jakarta, type_plain(TYPE_TIMESTAMPTZ), &value, out);
    type_json(&jakarta, find_type(arena, STR("timestamptz[]")), &array, out);
    assert_true(str_eq(buf_str(out), STR("\"2026-01-02T10:04:05.12+07:00\""
                                         "[\"2026-01-02T10:04:05+07:00\",null]")));
    arena_free(arena);
}

static void a_nan_is_not_stored_as_a_float(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct value value = value_text(STR("NaN")), out;
    const struct type_ref *float8 = type_plain(TYPE_FLOAT8);
    assert_true(
        err_is(type_input(arena, NULL, float8, TYPE_ASSIGNMENT, STR("NaN"), &out), STR("0A000")));
    err error =
        type_cast(arena, NULL, type_plain(TYPE_NUMERIC), float8, TYPE_EXPLICIT, &value, &out);
    assert_true(err_is(error, STR("0A000")));
    arena_free(arena);
}

static void every_family_has_its_row(void **state)
{
    (void)state;
    for (int i = 0; i < TYPE_STORAGE_COUNT; i++) {
        enum type_storage storage = (enum type_storage)i;
        assert_int_equal(type_plain(storage)->storage, storage);
        assert_true(type_storage_name(storage).len > 0);
    }
    assert_int_equal(type_storage_of(STR("nope")), TYPE_STORAGE_COUNT);
    assert_int_equal(type_storage_of(STR("")), TYPE_STORAGE_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_answer_as_postgresql),
        cmocka_unit_test(stored_forms_are_the_documented_ones),
        cmocka_unit_test(assignment_refuses_a_text_too_long),
        cmocka_unit_test(contexts_decide_which_casts_exist),
        cmocka_unit_test(json_shows_timestamps_in_the_sessions_zone),
        cmocka_unit_test(a_nan_is_not_stored_as_a_float),
        cmocka_unit_test(every_family_has_its_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
