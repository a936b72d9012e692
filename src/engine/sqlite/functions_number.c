/* Integers, floats and numeric: operators and functions. Symbols are PostgreSQL's C names. */
#include <math.h>

#include "base/crypto.h"
#include "engine/sqlite/functions_int.h"
#include "types/float.h"
#include "types/int.h"
#include "types/numeric.h"
#include "types/width_bucket.h"

/* ---- integers: op and width are in the row ---- */

/* Both bodies below find their operation by the row's `with`: operation * 4 + width. */
enum { INT_OPS_PER = 4 };
enum int_operation { OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD, OP_GCD, OP_LCM, OP_NEG, OP_ABS };

typedef err int_binary(
    struct arena *arena, enum int_width width, int64_t a, int64_t b, int64_t *out);
typedef err int_unary(struct arena *arena, enum int_width width, int64_t a, int64_t *out);

static int_binary *const int_binaries[] = {
    [OP_ADD] = int_add, [OP_SUB] = int_sub, [OP_MUL] = int_mul, [OP_DIV] = int_div,
    [OP_MOD] = int_mod, [OP_GCD] = int_gcd, [OP_LCM] = int_lcm,
};
static int_unary *const int_unaries[] = {[OP_NEG] = int_neg, [OP_ABS] = int_abs};

static err run_int_binary(struct function_call *call, struct value *out)
{
    int with = call->row->with;
    out->kind = VALUE_INT;
    return int_binaries[with / INT_OPS_PER](call->arena, (enum int_width)(with % INT_OPS_PER),
                                            arg_int(call, 0), arg_int(call, 1), &out->i);
}

static err run_int_unary(struct function_call *call, struct value *out)
{
    int with = call->row->with;
    out->kind = VALUE_INT;
    return int_unaries[with / INT_OPS_PER](call->arena, (enum int_width)(with % INT_OPS_PER),
                                           arg_int(call, 0), &out->i);
}

enum { SHIFT_LEFT, SHIFT_RIGHT, BIT_XOR };

/* PostgreSQL shifts by the count modulo the width. */
static err run_int_bits(struct function_call *call, struct value *out)
{
    int operation = call->row->with / INT_OPS_PER;
    enum int_width width = (enum int_width)(call->row->with % INT_OPS_PER);
    int64_t a = arg_int(call, 0);
    int64_t b = arg_int(call, 1);
    int bits = width == INT_8 ? 63 : 31;
    int64_t result = operation == BIT_XOR       ? a ^ b
                     : operation == SHIFT_RIGHT ? a >> (b & bits)
                                                : (int64_t)((uint64_t)a << (b & bits));
    if (width == INT_2) result = (int16_t)result;
    if (width == INT_4) result = (int32_t)result;
    *out = value_int(result);
    return NULL;
}

/* ---- floats ---- */

enum float_operation { F_ADD, F_SUB, F_MUL, F_DIV, F_POW };
typedef err float_binary(struct arena *arena, double a, double b, double *out);
static float_binary *const float_binaries[] = {
    [F_ADD] = float8_add, [F_SUB] = float8_sub,   [F_MUL] = float8_mul,
    [F_DIV] = float8_div, [F_POW] = float8_power,
};

static err run_float8(struct function_call *call, struct value *out)
{
    out->kind = VALUE_REAL;
    return float_binaries[call->row->with](call->arena, arg_real(call, 0), arg_real(call, 1),
                                           &out->r);
}

static err run_float4(struct function_call *call, struct value *out)
{
    TRY(run_float8(call, out));
    return float4_from_float8(call->arena, out->r, &out->r);
}

typedef err float_unary(struct arena *arena, double a, double *out);
enum float_function {
    F_SQRT,
    F_EXP,
    F_LN,
    F_LOG10,
    F_CHECKED, /* from here on: libm without a check */
    F_CEIL = F_CHECKED,
    F_FLOOR,
    F_ROUND,
    F_TRUNC,
    F_SIGN,
    F_ABS,
    F_SIN,
    F_COS,
    F_TAN,
    F_COT,
    F_ASIN,
    F_ACOS,
    F_ATAN,
    F_SINH,
    F_COSH,
    F_TANH,
    F_CBRT,
    F_DEGREES,
    F_RADIANS,
};
static float_unary *const float_unaries[] = {
    [F_SQRT] = float8_sqrt,
    [F_EXP] = float8_exp,
    [F_LN] = float8_ln,
    [F_LOG10] = float8_log10,
};

static double sign_of(double a)
{
    return a > 0 ? 1 : a < 0 ? -1 : 0;
}

static double cot_of(double a)
{
    return 1.0 / tan(a);
}

static const double RADIANS_PER_DEGREE = 0.0174532925199432957692;

static double degrees_of(double a)
{
    return a / RADIANS_PER_DEGREE;
}

static double radians_of(double a)
{
    return a * RADIANS_PER_DEGREE;
}

typedef double libm_function(double a);
static libm_function *const libm_functions[] = {
    [F_CEIL] = ceil,
    [F_FLOOR] = floor,
    [F_ROUND] = rint,
    [F_TRUNC] = trunc,
    [F_SIGN] = sign_of,
    [F_ABS] = fabs,
    [F_SIN] = sin,
    [F_COS] = cos,
    [F_TAN] = tan,
    [F_COT] = cot_of,
    [F_ASIN] = asin,
    [F_ACOS] = acos,
    [F_ATAN] = atan,
    [F_SINH] = sinh,
    [F_COSH] = cosh,
    [F_TANH] = tanh,
    [F_CBRT] = cbrt,
    [F_DEGREES] = degrees_of,
    [F_RADIANS] = radians_of,
};

static err run_float_unary(struct function_call *call, struct value *out)
{
    int with = call->row->with;
    double a = arg_real(call, 0);
    out->kind = VALUE_REAL;
    if (with < F_CHECKED) return float_unaries[with](call->arena, a, &out->r);
    out->r = libm_functions[with](a);
    if (with == F_DEGREES && isinf(out->r) && !isinf(a))
        return err_sql(call->arena, "22003", "value out of range: overflow");
    if (with == F_RADIANS && out->r == 0 && a != 0)
        return err_sql(call->arena, "22003", "value out of range: underflow");
    if (isnan(out->r) && !isnan(a)) return err_sql(call->arena, "22003", "input is out of range");
    return NULL;
}

static err run_atan2(struct function_call *call, struct value *out)
{
    *out = value_real(atan2(arg_real(call, 0), arg_real(call, 1)));
    return NULL;
}

static err run_pi(struct function_call *call, struct value *out)
{
    (void)call;
    *out = value_real(M_PI);
    return NULL;
}

static err run_random(struct function_call *call, struct value *out)
{
    uint64_t bits = 0;
    struct sqlite_session *session = call->session;
    if (session->random)
        session->random(&bits, sizeof bits);
    else
        crypto_random(&bits, sizeof bits);
    *out = value_real((double)(bits >> 11) * 0x1.0p-53);
    return NULL;
}

static err run_setseed(struct function_call *call, struct value *out)
{
    (void)out;
    return err_sql(call->arena, "0A000", "setseed is not supported: random() has no seed");
}

/* ---- numeric ---- */

enum numeric_operation {
    N_ADD,
    N_SUB,
    N_MUL,
    N_DIV,
    N_DIV_TRUNC,
    N_MOD,
    N_POWER,
    N_LOG,
};
typedef err numeric_binary(struct arena *arena, str a, str b, str *out);
static numeric_binary *const numeric_binaries[] = {
    [N_ADD] = numeric_add,
    [N_SUB] = numeric_sub,
    [N_MUL] = numeric_mul,
    [N_DIV] = numeric_div,
    [N_DIV_TRUNC] = numeric_div_trunc,
    [N_MOD] = numeric_mod,
    [N_POWER] = numeric_power,
    [N_LOG] = numeric_log,
};

static err run_numeric(struct function_call *call, struct value *out)
{
    out->kind = VALUE_TEXT;
    return numeric_binaries[call->row->with](call->arena, arg_text(call, 0), arg_text(call, 1),
                                             &out->s);
}

enum numeric_function {
    N_SQRT,
    N_EXP,
    N_LN,
    N_LOG10,
    N_NEG,
    N_ABS,
    N_SIGN,
    N_CEIL,
    N_FLOOR,
    N_ROUND,
    N_TRUNC,
    N_TRIM,
};

static err run_numeric_unary(struct function_call *call, struct value *out)
{
    struct arena *arena = call->arena;
    str a = arg_text(call, 0);
    out->kind = VALUE_TEXT;
    switch ((enum numeric_function)call->row->with) {
    case N_SQRT: return numeric_sqrt(arena, a, &out->s);
    case N_EXP: return numeric_exp(arena, a, &out->s);
    case N_LN: return numeric_ln(arena, a, &out->s);
    case N_LOG10: return numeric_log(arena, STR("10"), a, &out->s);
    case N_NEG: out->s = numeric_neg(arena, a); break;
    case N_ABS: out->s = numeric_abs(a); break;
    case N_SIGN: out->s = numeric_sign(a); break;
    case N_CEIL: out->s = numeric_ceil(arena, a); break;
    case N_FLOOR: out->s = numeric_floor(arena, a); break;
    case N_ROUND: out->s = numeric_round(arena, a, 0); break;
    case N_TRUNC: out->s = numeric_trunc(arena, a, 0); break;
    case N_TRIM: out->s = numeric_trim_scale(a); break;
    }
    return NULL;
}

static err run_numeric_round(struct function_call *call, struct value *out)
{
    int32_t scale = (int32_t)arg_int(call, 1);
    *out = value_text(call->row->with == N_ROUND
                          ? numeric_round(call->arena, arg_text(call, 0), scale)
                          : numeric_trunc(call->arena, arg_text(call, 0), scale));
    return NULL;
}

static err run_numeric_scale(struct function_call *call, struct value *out)
{
    int32_t scale = numeric_scale(arg_text(call, 0));
    if (scale < 0) return NULL; /* NaN, infinities: NULL */
    *out = value_int(call->row->with ? numeric_min_scale(arg_text(call, 0)) : scale);
    return NULL;
}

/* Euclid on exact values. Of long ones it takes very many steps: three arenas take turns, so that
 * what a step needs outlives the one before it and nothing more. */
enum { EUCLID_ARENAS = 3 };

static err euclid(struct function_call *call, struct arena *const *arenas, str x, str y, str *out)
{
    for (size_t i = 0; !numeric_is_zero(y); i++) {
        struct arena *arena = arenas[i % EUCLID_ARENAS];
        arena_reset(arena);
        TRY(session_check(call->session, call->arena));
        str rest;
        err error = numeric_mod(arena, x, y, &rest);
        if (error) return err_copy(call->arena, error);
        x = y;
        y = rest;
    }
    *out = str_copy(call->arena, x);
    return NULL;
}

/* lcm = |a / gcd * b|; both are shown with the longer scale. */
static err run_numeric_gcd(struct function_call *call, struct value *out)
{
    struct arena *arena = call->arena;
    str a = numeric_abs(arg_text(call, 0));
    str b = numeric_abs(arg_text(call, 1));
    out->kind = VALUE_TEXT;
    out->s = STR("NaN");
    if (numeric_scale(a) < 0 || numeric_scale(b) < 0) return NULL; /* NaN, infinities */
    struct arena *arenas[EUCLID_ARENAS];
    for (size_t i = 0; i < EUCLID_ARENAS; i++) arenas[i] = arena_new(0);
    str x = STR("0");
    err error = euclid(call, arenas, a, b, &x);
    for (size_t i = 0; i < EUCLID_ARENAS; i++) arena_free(arenas[i]);
    if (error) return error;
    int32_t scale = numeric_scale(a) > numeric_scale(b) ? numeric_scale(a) : numeric_scale(b);
    out->s = numeric_round(arena, x, scale);
    if (!call->row->with) return NULL;
    str quotient = STR("0"), multiple;
    if (!numeric_is_zero(x)) TRY(numeric_div_trunc(arena, a, x, &quotient));
    TRY(numeric_mul(arena, quotient, b, &multiple));
    out->s = numeric_round(arena, multiple, scale);
    return NULL;
}

/* low * (low + 1) * ... * high, halved each time so that both factors are about as long. */
static err product(struct function_call *call, int64_t low, int64_t high, str *out)
{
    enum { LEAF = 3 }; /* of these three factors fit 64 bits: none is above FACTORIAL_MAX */
    if (high - low < LEAF) {
        int64_t small = 1;
        for (int64_t i = low; i <= high; i++) small *= i;
        *out = numeric_from_i64(call->arena, small);
        return NULL;
    }
    str left;
    str right;
    int64_t middle = low + (high - low) / 2;
    TRY(session_check(call->session, call->arena));
    TRY(product(call, low, middle, &left));
    TRY(product(call, middle + 1, high, &right));
    return numeric_mul(call->arena, left, right, out);
}

static err run_factorial(struct function_call *call, struct value *out)
{
    enum { FACTORIAL_MAX = 32177 }; /* PostgreSQL's: what numeric can hold */
    int64_t n = arg_int(call, 0);
    if (n < 0) return err_sql(call->arena, "22003", "factorial of a negative number is undefined");
    if (n > FACTORIAL_MAX) return err_sql(call->arena, "22003", "value overflows numeric format");
    out->kind = VALUE_TEXT;
    return product(call, 1, n, &out->s);
}

static err run_width_bucket_float(struct function_call *call, struct value *out)
{
    const struct float8_buckets buckets = {arg_real(call, 1), arg_real(call, 2), arg_int(call, 3)};
    out->kind = VALUE_INT;
    return float8_width_bucket(call->arena, arg_real(call, 0), &buckets, &out->i);
}

static err run_width_bucket_numeric(struct function_call *call, struct value *out)
{
    const struct numeric_buckets buckets = {arg_text(call, 1), arg_text(call, 2), arg_int(call, 3)};
    out->kind = VALUE_INT;
    return numeric_width_bucket(call->arena, arg_text(call, 0), &buckets, &out->i);
}

/* ---- the table ---- */

#define INT_ROWS(prefix, width)                                                                   \
    {prefix "pl", 2, SHAPE_NONE, FN_STRICT, run_int_binary, OP_ADD * INT_OPS_PER + (width)},      \
        {prefix "mi", 2, SHAPE_NONE, FN_STRICT, run_int_binary, OP_SUB * INT_OPS_PER + (width)},  \
        {prefix "mul", 2, SHAPE_NONE, FN_STRICT, run_int_binary, OP_MUL * INT_OPS_PER + (width)}, \
    {                                                                                             \
        prefix "div", 2, SHAPE_NONE, FN_STRICT, run_int_binary, OP_DIV *INT_OPS_PER + (width)     \
    }
#define INT_ROW(symbol, args, body, operation, width)                                \
    {                                                                                \
        symbol, args, SHAPE_NONE, FN_STRICT, body, (operation)*INT_OPS_PER + (width) \
    }
#define FLOAT_ROWS(prefix, body)                               \
    {prefix "pl", 2, SHAPE_NONE, FN_STRICT, body, F_ADD},      \
        {prefix "mi", 2, SHAPE_NONE, FN_STRICT, body, F_SUB},  \
        {prefix "mul", 2, SHAPE_NONE, FN_STRICT, body, F_MUL}, \
    {                                                          \
        prefix "div", 2, SHAPE_NONE, FN_STRICT, body, F_DIV    \
    }
#define FLOAT_ROW(symbol, function)                                 \
    {                                                               \
        symbol, 1, SHAPE_NONE, FN_STRICT, run_float_unary, function \
    }
#define NUMERIC_ROW(symbol, function)                                 \
    {                                                                 \
        symbol, 1, SHAPE_NONE, FN_STRICT, run_numeric_unary, function \
    }
#define NUMERIC_PAIR(symbol, operation)                          \
    {                                                            \
        symbol, 2, SHAPE_NONE, FN_STRICT, run_numeric, operation \
    }

static const struct function_row rows[] = {
    INT_ROWS("int2", INT_2),
    INT_ROWS("int24", INT_4),
    INT_ROWS("int28", INT_8),
    INT_ROWS("int4", INT_4),
    INT_ROWS("int42", INT_4),
    INT_ROWS("int48", INT_8),
    INT_ROWS("int8", INT_8),
    INT_ROWS("int82", INT_8),
    INT_ROWS("int84", INT_8),
    INT_ROW("int2mod", 2, run_int_binary, OP_MOD, INT_2),
    INT_ROW("int4mod", 2, run_int_binary, OP_MOD, INT_4),
    INT_ROW("int8mod", 2, run_int_binary, OP_MOD, INT_8),
    INT_ROW("int4gcd", 2, run_int_binary, OP_GCD, INT_4),
    INT_ROW("int8gcd", 2, run_int_binary, OP_GCD, INT_8),
    INT_ROW("int4lcm", 2, run_int_binary, OP_LCM, INT_4),
    INT_ROW("int8lcm", 2, run_int_binary, OP_LCM, INT_8),
    INT_ROW("int2um", 1, run_int_unary, OP_NEG, INT_2),
    INT_ROW("int4um", 1, run_int_unary, OP_NEG, INT_4),
    INT_ROW("int8um", 1, run_int_unary, OP_NEG, INT_8),
    INT_ROW("int2abs", 1, run_int_unary, OP_ABS, INT_2),
    INT_ROW("int4abs", 1, run_int_unary, OP_ABS, INT_4),
    INT_ROW("int8abs", 1, run_int_unary, OP_ABS, INT_8),
    INT_ROW("int2shl", 2, run_int_bits, SHIFT_LEFT, INT_2),
    INT_ROW("int4shl", 2, run_int_bits, SHIFT_LEFT, INT_4),
    INT_ROW("int8shl", 2, run_int_bits, SHIFT_LEFT, INT_8),
    INT_ROW("int2shr", 2, run_int_bits, SHIFT_RIGHT, INT_2),
    INT_ROW("int4shr", 2, run_int_bits, SHIFT_RIGHT, INT_4),
    INT_ROW("int8shr", 2, run_int_bits, SHIFT_RIGHT, INT_8),
    INT_ROW("int2xor", 2, run_int_bits, BIT_XOR, INT_2),
    INT_ROW("int4xor", 2, run_int_bits, BIT_XOR, INT_4),
    INT_ROW("int8xor", 2, run_int_bits, BIT_XOR, INT_8),
    FLOAT_ROWS("float8", run_float8),
    FLOAT_ROWS("float48", run_float8),
    FLOAT_ROWS("float84", run_float8),
    FLOAT_ROWS("float4", run_float4),
    {"dpow",                 2, SHAPE_NONE, FN_STRICT,               run_float8,               F_POW  },
    FLOAT_ROW("dsqrt", F_SQRT),
    FLOAT_ROW("dexp", F_EXP),
    FLOAT_ROW("dlog1", F_LN),
    FLOAT_ROW("dlog10", F_LOG10),
    FLOAT_ROW("dceil", F_CEIL),
    FLOAT_ROW("dfloor", F_FLOOR),
    FLOAT_ROW("dround", F_ROUND),
    FLOAT_ROW("dtrunc", F_TRUNC),
    FLOAT_ROW("dsign", F_SIGN),
    FLOAT_ROW("float4abs", F_ABS),
    FLOAT_ROW("float8abs", F_ABS),
    FLOAT_ROW("dsin", F_SIN),
    FLOAT_ROW("dcos", F_COS),
    FLOAT_ROW("dtan", F_TAN),
    FLOAT_ROW("dcot", F_COT),
    FLOAT_ROW("dasin", F_ASIN),
    FLOAT_ROW("dacos", F_ACOS),
    FLOAT_ROW("datan", F_ATAN),
    FLOAT_ROW("dsinh", F_SINH),
    FLOAT_ROW("dcosh", F_COSH),
    FLOAT_ROW("dtanh", F_TANH),
    FLOAT_ROW("dcbrt", F_CBRT),
    FLOAT_ROW("degrees", F_DEGREES),
    FLOAT_ROW("radians", F_RADIANS),
    {"datan2",               2, SHAPE_NONE, FN_STRICT,               run_atan2,                0      },
    {"dpi",                  0, SHAPE_NONE, 0,                       run_pi,                   0      },
    {"drandom",              0, SHAPE_NONE, FN_VOLATILE,             run_random,               0      },
    {"setseed",              1, SHAPE_NONE, FN_STRICT | FN_VOLATILE, run_setseed,              0      },
    NUMERIC_PAIR("numeric_add", N_ADD),
    NUMERIC_PAIR("numeric_sub", N_SUB),
    NUMERIC_PAIR("numeric_mul", N_MUL),
    NUMERIC_PAIR("numeric_div", N_DIV),
    NUMERIC_PAIR("numeric_div_trunc", N_DIV_TRUNC),
    NUMERIC_PAIR("numeric_mod", N_MOD),
    NUMERIC_PAIR("numeric_power", N_POWER),
    NUMERIC_PAIR("numeric_log", N_LOG),
    NUMERIC_ROW("numeric_sqrt", N_SQRT),
    NUMERIC_ROW("numeric_exp", N_EXP),
    NUMERIC_ROW("numeric_ln", N_LN),
    NUMERIC_ROW("log_numeric", N_LOG10),
    NUMERIC_ROW("log10_numeric", N_LOG10),
    NUMERIC_ROW("numeric_uminus", N_NEG),
    NUMERIC_ROW("numeric_abs", N_ABS),
    NUMERIC_ROW("numeric_sign", N_SIGN),
    NUMERIC_ROW("numeric_ceil", N_CEIL),
    NUMERIC_ROW("numeric_floor", N_FLOOR),
    NUMERIC_ROW("round_numeric", N_ROUND),
    NUMERIC_ROW("trunc_numeric", N_TRUNC),
    NUMERIC_ROW("numeric_trim_scale", N_TRIM),
    {"numeric_round",        2, SHAPE_NONE, FN_STRICT,               run_numeric_round,        N_ROUND},
    {"numeric_trunc",        2, SHAPE_NONE, FN_STRICT,               run_numeric_round,        N_TRUNC},
    {"numeric_scale",        1, SHAPE_NONE, FN_STRICT,               run_numeric_scale,        0      },
    {"numeric_min_scale",    1, SHAPE_NONE, FN_STRICT,               run_numeric_scale,        1      },
    {"numeric_gcd",          2, SHAPE_NONE, FN_STRICT,               run_numeric_gcd,          0      },
    {"numeric_lcm",          2, SHAPE_NONE, FN_STRICT,               run_numeric_gcd,          1      },
    {"numeric_fac",          1, SHAPE_NONE, FN_STRICT,               run_factorial,            0      },
    {"width_bucket_float8",  4, SHAPE_NONE, FN_STRICT,               run_width_bucket_float,   0      },
    {"width_bucket_numeric", 4, SHAPE_NONE, FN_STRICT,               run_width_bucket_numeric, 0      },
};

const struct function_table functions_number = {rows, COUNT_OF(rows)};
