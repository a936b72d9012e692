/* integers, floats, boolean, uuid, bytea against PostgreSQL 15's answers. */
#include "vectors.h"

#include "types/bool.h"
#include "types/bytea.h"
#include "types/float.h"
#include "types/int.h"
#include "types/uuid.h"

static str int_text(struct arena *arena, int64_t value)
{
    return str_printf(arena, "%lld", (long long)value);
}

static err float_text(struct arena *arena, double value, str *out)
{
    struct buf *text = buf_in(arena, 0);
    float8_write(text, value);
    *out = buf_str(text);
    return NULL;
}

#define INT_IN(name, width)                                              \
    static err do_##name(struct arena *arena, const str *args, str *out) \
    {                                                                    \
        int64_t value;                                                   \
        TRY(int_parse(arena, width, args[0], &value));                   \
        *out = int_text(arena, value);                                   \
        return NULL;                                                     \
    }
#define INT_UNARY(name, suffix, width)                                           \
    static err do_##name##suffix(struct arena *arena, const str *args, str *out) \
    {                                                                            \
        int64_t a, value;                                                        \
        TRY(int_parse(arena, width, args[0], &a));                               \
        TRY(int_##name(arena, width, a, &value));                                \
        *out = int_text(arena, value);                                           \
        return NULL;                                                             \
    }
#define INT_BINARY(name, suffix, width)                                          \
    static err do_##name##suffix(struct arena *arena, const str *args, str *out) \
    {                                                                            \
        int64_t a, b, value;                                                     \
        TRY(int_parse(arena, width, args[0], &a));                               \
        TRY(int_parse(arena, width, args[1], &b));                               \
        TRY(int_##name(arena, width, a, b, &value));                             \
        *out = int_text(arena, value);                                           \
        return NULL;                                                             \
    }
#define INT_ALL(suffix, width)     \
    INT_IN(int##suffix, width)     \
    INT_UNARY(abs, suffix, width)  \
    INT_UNARY(neg, suffix, width)  \
    INT_BINARY(add, suffix, width) \
    INT_BINARY(sub, suffix, width) \
    INT_BINARY(mul, suffix, width) \
    INT_BINARY(div, suffix, width) \
    INT_BINARY(mod, suffix, width)
INT_ALL(2, INT_2)
INT_ALL(4, INT_4)
INT_ALL(8, INT_8)
INT_BINARY(gcd, 4, INT_4)
INT_BINARY(lcm, 4, INT_4)
INT_BINARY(gcd, 8, INT_8)
INT_BINARY(lcm, 8, INT_8)
INT_IN(oid, INT_OID)

#define FLOAT_BINARY(name)                                                \
    static err do_f##name(struct arena *arena, const str *args, str *out) \
    {                                                                     \
        double a, b, value;                                               \
        TRY(float8_parse(arena, args[0], &a));                            \
        TRY(float8_parse(arena, args[1], &b));                            \
        TRY(float8_##name(arena, a, b, &value));                          \
        return float_text(arena, value, out);                             \
    }
FLOAT_BINARY(add)
FLOAT_BINARY(sub)
FLOAT_BINARY(mul)
FLOAT_BINARY(div)
FLOAT_BINARY(power)

static err do_fcmp(struct arena *arena, const str *args, str *out)
{
    double a, b;
    TRY(float8_parse(arena, args[0], &a));
    TRY(float8_parse(arena, args[1], &b));
    *out = int_text(arena, float8_compare(a, b));
    return NULL;
}

static err do_float8(struct arena *arena, const str *args, str *out)
{
    double value;
    TRY(float8_parse(arena, args[0], &value));
    return float_text(arena, value, out);
}

static err do_float4(struct arena *arena, const str *args, str *out)
{
    double value;
    TRY(float4_parse(arena, args[0], &value));
    struct buf *text = buf_in(arena, 0);
    float4_write(text, value);
    *out = buf_str(text);
    return NULL;
}

#define FLOAT_TO_INT(name, width)                                        \
    static err do_##name(struct arena *arena, const str *args, str *out) \
    {                                                                    \
        double a;                                                        \
        int64_t value;                                                   \
        TRY(float8_parse(arena, args[0], &a));                           \
        TRY(int_from_double(arena, width, a, &value));                   \
        *out = int_text(arena, value);                                   \
        return NULL;                                                     \
    }
FLOAT_TO_INT(f8int2, INT_2)
FLOAT_TO_INT(f8int4, INT_4)
FLOAT_TO_INT(f8int8, INT_8)

static err do_bool(struct arena *arena, const str *args, str *out)
{
    bool value;
    TRY(bool_parse(arena, args[0], &value));
    *out = value ? STR("true") : STR("false");
    return NULL;
}

static err do_uuid(struct arena *arena, const str *args, str *out)
{
    TRY(uuid_parse(arena, args[0], out));
    assert_true(uuid_is_canonical(*out));
    return NULL;
}

static err do_bytea(struct arena *arena, const str *args, str *out)
{
    str bytes;
    TRY(bytea_parse(arena, args[0], &bytes));
    struct buf *text = buf_in(arena, 0);
    bytea_write(text, bytes);
    *out = buf_str(text);
    return NULL;
}

static err do_encode(struct arena *arena, const str *args, str *out)
{
    str bytes;
    TRY(bytea_parse(arena, args[0], &bytes));
    TRY(bytea_encode(arena, bytes, args[1], out));
    if (!out->at) *out = STR("");
    return NULL;
}

static err do_decode(struct arena *arena, const str *args, str *out)
{
    str bytes;
    TRY(bytea_decode(arena, args[0], args[1], &bytes));
    struct buf *text = buf_in(arena, 0);
    bytea_write(text, bytes);
    *out = buf_str(text);
    return NULL;
}

#define INT_OPS(suffix)                                                   \
    {"int" #suffix, do_int##suffix}, {"abs" #suffix, do_abs##suffix},     \
        {"neg" #suffix, do_neg##suffix}, {"add" #suffix, do_add##suffix}, \
        {"sub" #suffix, do_sub##suffix}, {"mul" #suffix, do_mul##suffix}, \
        {"div" #suffix, do_div##suffix},                                  \
    {                                                                     \
        "mod" #suffix, do_mod##suffix                                     \
    }

static const struct vector_op ops[] = {
    INT_OPS(2),
    INT_OPS(4),
    INT_OPS(8),
    {"gcd4",   do_gcd4  },
    {"lcm4",   do_lcm4  },
    {"gcd8",   do_gcd8  },
    {"lcm8",   do_lcm8  },
    {"oid",    do_oid   },
    {"fadd",   do_fadd  },
    {"fsub",   do_fsub  },
    {"fmul",   do_fmul  },
    {"fdiv",   do_fdiv  },
    {"fpow",   do_fpower},
    {"fcmp",   do_fcmp  },
    {"float8", do_float8},
    {"float4", do_float4},
    {"f8int2", do_f8int2},
    {"f8int4", do_f8int4},
    {"f8int8", do_f8int8},
    {"bool",   do_bool  },
    {"uuid",   do_uuid  },
    {"bytea",  do_bytea },
    {"encode", do_encode},
    {"decode", do_decode},
};

static void scalars_answer_as_postgresql(void **state)
{
    (void)state;
    vectors_run("scalar.tsv", ops, COUNT_OF(ops));
}

static void json_floats_quote_what_json_has_no_number_for(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct buf *out = buf_in(arena, 0);
    float8_write_json(out, -1.0 / 0.0);
    buf_char(out, ' ');
    float8_write_json(out, 1e20);
    assert_true(str_eq(buf_str(out), STR("\"-Infinity\" 1e+20")));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_answer_as_postgresql),
        cmocka_unit_test(json_floats_quote_what_json_has_no_number_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
