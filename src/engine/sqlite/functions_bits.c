/* Bit strings. */
#include <string.h>

#include "engine/sqlite/functions_int.h"
#include "types/bits.h"

static err run_bits_combine(struct function_call *call, struct value *out)
{
    str first = arg_text(call, 0);
    char *into = ARENA_ARRAY(call->arena, char, first.len ? first.len : 1);
    if (first.len) memcpy(into, first.at, first.len);
    *out = value_text(str_from(into, first.len));
    return bits_combine(call->arena, (enum bits_combine)call->row->with, into, first.len,
                        arg_text(call, 1));
}

static err run_bits_not(struct function_call *call, struct value *out)
{
    *out = value_text(STR(""));
    return bits_not(call->arena, arg_text(call, 0), &out->s);
}

static err run_bits_concat(struct function_call *call, struct value *out)
{
    *out = value_text(STR(""));
    return bits_concat(call->arena, arg_text(call, 0), arg_text(call, 1), &out->s);
}

/* with: 1 to the left, -1 to the right. */
static err run_bits_shift(struct function_call *call, struct value *out)
{
    *out = value_text(STR(""));
    return bits_shift(call->arena, arg_text(call, 0), arg_int(call, 1) * call->row->with, &out->s);
}

enum bits_number { NUMBER_LENGTH, NUMBER_OCTETS, NUMBER_ONES };

static err run_bits_number(struct function_call *call, struct value *out)
{
    enum { OCTET = 8 };
    str bits = arg_text(call, 0);
    int64_t length = (int64_t)bits.len;
    switch ((enum bits_number)call->row->with) {
    case NUMBER_LENGTH: *out = value_int(length); break;
    case NUMBER_OCTETS: *out = value_int((length + OCTET - 1) / OCTET); break;
    case NUMBER_ONES: *out = value_int(bits_count(bits)); break;
    }
    return NULL;
}

/* bit_count(bytea) */
static err run_bytes_ones(struct function_call *call, struct value *out)
{
    str bytes = arg_text(call, 0);
    *out = value_int(0);
    for (size_t i = 0; i < bytes.len; i++)
        for (unsigned byte = (unsigned char)bytes.at[i]; byte; byte &= byte - 1) out->i++;
    return NULL;
}

static err run_bits_substring(struct function_call *call, struct value *out)
{
    *out = value_text(STR(""));
    return bits_substring(call->arena, arg_text(call, 0), arg_int(call, 1),
                          call->count > 2 ? &call->args[2].i : NULL, &out->s);
}

static err run_bits_overlay(struct function_call *call, struct value *out)
{
    *out = value_text(STR(""));
    return bits_overlay(call->arena, arg_text(call, 0), arg_text(call, 1), arg_int(call, 2),
                        call->count > 3 ? &call->args[3].i : NULL, &out->s);
}

static err run_bits_position(struct function_call *call, struct value *out)
{
    *out = value_int(bits_position(arg_text(call, 0), arg_text(call, 1)));
    return NULL;
}

static err run_bits_get(struct function_call *call, struct value *out)
{
    *out = value_int(0);
    return bits_get(call->arena, arg_text(call, 0), arg_int(call, 1), &out->i);
}

static err run_bits_set(struct function_call *call, struct value *out)
{
    *out = value_text(STR(""));
    return bits_set(call->arena, arg_text(call, 0), arg_int(call, 1), arg_int(call, 2), &out->s);
}

/* bit(bits, n, explicit): how PostgreSQL applies a length. */
static err run_bits_fit(struct function_call *call, struct value *out)
{
    bool none = arg_int(call, 1) <= 0 || arg_int(call, 1) > BITS_MAX;
    *out = call->args[0];
    if (none) return NULL;
    return bits_fit(call->arena, arg_text(call, 0), (int32_t)arg_int(call, 1),
                    arg_int(call, 2) != 0, &out->s);
}

/* ---- the table ---- */

#define ROW(symbol, args, body, with)                   \
    {                                                   \
        symbol, args, SHAPE_NONE, FN_STRICT, body, with \
    }

static const struct function_row rows[] = {
    ROW("bitand", 2, run_bits_combine, BITS_AND),
    ROW("bitor", 2, run_bits_combine, BITS_OR),
    ROW("bitxor", 2, run_bits_combine, BITS_XOR),
    ROW("bitnot", 1, run_bits_not, 0),
    ROW("bitcat", 2, run_bits_concat, 0),
    ROW("bitshiftleft", 2, run_bits_shift, 1),
    ROW("bitshiftright", 2, run_bits_shift, -1),
    ROW("bitlength", 1, run_bits_number, NUMBER_LENGTH),
    ROW("bit_length_bit", 1, run_bits_number, NUMBER_LENGTH),
    ROW("bitoctetlength", 1, run_bits_number, NUMBER_OCTETS),
    ROW("bit_bit_count", 1, run_bits_number, NUMBER_ONES),
    ROW("bytea_bit_count", 1, run_bytes_ones, 0),
    ROW("bitsubstr", 3, run_bits_substring, 0),
    ROW("bitsubstr_no_len", 2, run_bits_substring, 0),
    ROW("bitoverlay", 4, run_bits_overlay, 0),
    ROW("bitoverlay_no_len", 3, run_bits_overlay, 0),
    ROW("bitposition", 2, run_bits_position, 0),
    ROW("bitgetbit", 2, run_bits_get, 0),
    ROW("bitsetbit", 3, run_bits_set, 0),
    ROW("bit", 3, run_bits_fit, 0),
};

const struct function_table functions_bits = {rows, COUNT_OF(rows)};
