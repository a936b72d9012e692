/* Network and hardware addresses: predicates, parts, arithmetic. */
#include "engine/sqlite/functions_int.h"
#include "types/network.h"

static struct inet arg_inet(const struct function_call *call, size_t index)
{
    return inet_read(arg_text(call, index));
}

static err bool_out(struct value *out, bool truth)
{
    *out = value_int(truth);
    return NULL;
}

typedef void write_function(struct buf *out, const struct inet *address);

static err put(struct function_call *call,
               write_function *write,
               const struct inet *address,
               struct value *out)
{
    struct buf *text = buf_in(call->arena, 0);
    write(text, address);
    *out = value_text(buf_str(text));
    return NULL;
}

/* ---- addresses ---- */

static err run_inet_test(struct function_call *call, struct value *out)
{
    struct inet a = arg_inet(call, 0), b = arg_inet(call, 1);
    return bool_out(out, inet_test((enum inet_test)call->row->with, &a, &b));
}

enum inet_text { TEXT_HOST, TEXT_SHOW, TEXT_INET, TEXT_SHORT };

static err run_inet_text(struct function_call *call, struct value *out)
{
    static write_function *const writes[] = {
        [TEXT_HOST] = inet_write_host,
        [TEXT_SHOW] = cidr_write,
        [TEXT_INET] = inet_write,
        [TEXT_SHORT] = cidr_write_short,
    };
    struct inet address = arg_inet(call, 0);
    return put(call, writes[call->row->with], &address, out);
}

enum inet_number { NUMBER_BITS, NUMBER_FAMILY };

static err run_inet_number(struct function_call *call, struct value *out)
{
    struct inet address = arg_inet(call, 0);
    bool bits = call->row->with == NUMBER_BITS;
    *out = value_int(bits ? address.bits : address.v6 ? 6 : 4);
    return NULL;
}

enum inet_part { PART_NETWORK, PART_BROADCAST, PART_NETMASK, PART_HOSTMASK, PART_NOT };

static err run_inet_part(struct function_call *call, struct value *out)
{
    typedef struct inet part_function(struct inet address);
    static part_function *const parts[] = {
        [PART_NETWORK] = inet_network, [PART_BROADCAST] = inet_broadcast,
        [PART_NETMASK] = inet_netmask, [PART_HOSTMASK] = inet_hostmask,
        [PART_NOT] = inet_not,
    };
    struct inet part = parts[call->row->with](arg_inet(call, 0));
    bool network = call->row->with == PART_NETWORK;
    return put(call, network ? cidr_write : inet_write, &part, out);
}

static err run_inet_combine(struct function_call *call, struct value *out)
{
    struct inet a = arg_inet(call, 0), b = arg_inet(call, 1), result;
    TRY(inet_combine(call->arena, (enum inet_combine)call->row->with, &a, &b, &result));
    return put(call, inet_write, &result, out);
}

static err run_inet_merge(struct function_call *call, struct value *out)
{
    struct inet a = arg_inet(call, 0), b = arg_inet(call, 1), result;
    TRY(inet_merge(call->arena, &a, &b, &result));
    return put(call, cidr_write, &result, out);
}

static err run_inet_same_family(struct function_call *call, struct value *out)
{
    return bool_out(out, arg_inet(call, 0).v6 == arg_inet(call, 1).v6);
}

static err run_inet_set_bits(struct function_call *call, struct value *out)
{
    struct inet address = arg_inet(call, 0);
    TRY(inet_set_bits(call->arena, &address, arg_int(call, 1)));
    if (!call->row->with) return put(call, inet_write, &address, out);
    address = inet_network(address);
    return put(call, cidr_write, &address, out);
}

enum inet_addend { ADD_SECOND, ADD_FIRST, ADD_NEGATED };

static err run_inet_add(struct function_call *call, struct value *out)
{
    bool swapped = call->row->with == ADD_FIRST;
    struct inet address = arg_inet(call, swapped);
    int64_t addend = arg_int(call, !swapped);
    /* The least number stays what it is, as in PostgreSQL. */
    if (call->row->with == ADD_NEGATED && addend != INT64_MIN) addend = -addend;
    TRY(inet_add(call->arena, &address, addend));
    return put(call, inet_write, &address, out);
}

static err run_inet_subtract(struct function_call *call, struct value *out)
{
    struct inet a = arg_inet(call, 0), b = arg_inet(call, 1);
    *out = value_int(0);
    return inet_subtract(call->arena, &a, &b, &out->i);
}

/* ---- hardware addresses ---- */

enum mac_operation { MAC_NOT, MAC_AND, MAC_OR, MAC_TRUNC, MAC_SET7 };

static unsigned mac_byte(enum mac_operation operation, size_t index, unsigned a, unsigned b)
{
    enum { LOCAL = 2, VENDOR_BYTES = 3 };
    switch (operation) {
    case MAC_NOT: return ~a & 0xff;
    case MAC_AND: return a & b;
    case MAC_OR: return a | b;
    case MAC_TRUNC: return index < VENDOR_BYTES ? a : 0;
    case MAC_SET7: return index ? a : a | LOCAL;
    }
    return a;
}

/* The stored text says how many bytes there are: macaddr or macaddr8. */
static err run_mac(struct function_call *call, struct value *out)
{
    enum { MAC_TEXT_LEN = MAC_BYTES * 3 - 1 };
    size_t count = arg_text(call, 0).len > MAC_TEXT_LEN ? MAC8_BYTES : MAC_BYTES;
    unsigned char a[MAC8_BYTES], b[MAC8_BYTES];
    mac_read(arg_text(call, 0), a, count);
    mac_read(call->count > 1 ? arg_text(call, 1) : STR(""), b, count);
    for (size_t i = 0; i < count; i++)
        a[i] = (unsigned char)mac_byte((enum mac_operation)call->row->with, i, a[i], b[i]);
    struct buf *text = buf_in(call->arena, 0);
    mac_write(text, a, count);
    *out = value_text(buf_str(text));
    return NULL;
}

/* ---- the table ---- */

#define ROW(symbol, args, body, with)                   \
    {                                                   \
        symbol, args, SHAPE_NONE, FN_STRICT, body, with \
    }

static const struct function_row rows[] = {
    ROW("network_sub", 2, run_inet_test, INET_WITHIN),
    ROW("network_subeq", 2, run_inet_test, INET_WITHIN_EQUAL),
    ROW("network_sup", 2, run_inet_test, INET_HOLDS),
    ROW("network_supeq", 2, run_inet_test, INET_HOLDS_EQUAL),
    ROW("network_overlap", 2, run_inet_test, INET_OVERLAPS),
    ROW("network_host", 1, run_inet_text, TEXT_HOST),
    ROW("network_show", 1, run_inet_text, TEXT_SHOW),
    ROW("inet_abbrev", 1, run_inet_text, TEXT_INET),
    ROW("cidr_abbrev", 1, run_inet_text, TEXT_SHORT),
    ROW("network_masklen", 1, run_inet_number, NUMBER_BITS),
    ROW("network_family", 1, run_inet_number, NUMBER_FAMILY),
    ROW("network_network", 1, run_inet_part, PART_NETWORK),
    ROW("inet_to_cidr", 1, run_inet_part, PART_NETWORK),
    ROW("network_broadcast", 1, run_inet_part, PART_BROADCAST),
    ROW("network_netmask", 1, run_inet_part, PART_NETMASK),
    ROW("network_hostmask", 1, run_inet_part, PART_HOSTMASK),
    ROW("inetnot", 1, run_inet_part, PART_NOT),
    ROW("inetand", 2, run_inet_combine, INET_AND),
    ROW("inetor", 2, run_inet_combine, INET_OR),
    ROW("inet_merge", 2, run_inet_merge, 0),
    ROW("inet_same_family", 2, run_inet_same_family, 0),
    ROW("inet_set_masklen", 2, run_inet_set_bits, false),
    ROW("cidr_set_masklen", 2, run_inet_set_bits, true),
    ROW("inetpl", 2, run_inet_add, ADD_SECOND),
    ROW("int8pl_inet", 2, run_inet_add, ADD_FIRST),
    ROW("inetmi_int8", 2, run_inet_add, ADD_NEGATED),
    ROW("inetmi", 2, run_inet_subtract, 0),
    ROW("macaddr_not", 1, run_mac, MAC_NOT),
    ROW("macaddr_and", 2, run_mac, MAC_AND),
    ROW("macaddr_or", 2, run_mac, MAC_OR),
    ROW("macaddr_trunc", 1, run_mac, MAC_TRUNC),
    ROW("macaddr8_not", 1, run_mac, MAC_NOT),
    ROW("macaddr8_and", 2, run_mac, MAC_AND),
    ROW("macaddr8_or", 2, run_mac, MAC_OR),
    ROW("macaddr8_trunc", 1, run_mac, MAC_TRUNC),
    ROW("macaddr8_set7bit", 1, run_mac, MAC_SET7),
};

const struct function_table functions_network = {rows, COUNT_OF(rows)};
