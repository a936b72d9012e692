/* Addresses: reading, printing, order, arithmetic, and what is refused. The expected values are PostgreSQL 15's. */
#include "vectors.h"

#include "types/network.h"
#include "types/type_text.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void is(str found, const char *expected)
{
    if (!str_eq(found, str_of(expected))) print_error("%.*s\n", STR_FMT(found));
    assert_true(str_eq(found, str_of(expected)));
}

/* The stored form, or the SQLSTATE. */
static void reads(enum type_storage type, const char *text, const char *expected)
{
    struct value out;
    err error = type_input(arena, NULL, type_plain(type), TYPE_EXPLICIT, str_of(text), &out);
    is(error ? error->code : out.s, expected);
}

static void addresses_are_read_as_postgresql_reads_them(void **state)
{
    (void)state;
    reads(TYPE_INET, "1.2.3.4/32", "1.2.3.4");
    reads(TYPE_INET, "1.2.3.4.", "1.2.3.4");
    reads(TYPE_INET, "1.2/16", "1.2.0.0/16");
    reads(TYPE_INET, "001.02.3.4/8", "1.2.3.4/8");
    reads(TYPE_INET, "::ffff:1.2.3.4", "::ffff:1.2.3.4");
    reads(TYPE_INET, "::1.2", "::1.2.0.0");
    reads(TYPE_INET, "1:0:0:2:0:0:0:3", "1:0:0:2::3");
    reads(TYPE_INET, "1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0");
    reads(TYPE_INET, "FE80::ABCD/10", "fe80::abcd/10");
    reads(TYPE_INET, "::/128", "::");
}

static void networks_take_their_width_from_their_class(void **state)
{
    (void)state;
    reads(TYPE_CIDR, "10", "10.0.0.0/8");
    reads(TYPE_CIDR, "10.1", "10.1.0.0/16");
    reads(TYPE_CIDR, "128", "128.0.0.0/16");
    reads(TYPE_CIDR, "192", "192.0.0.0/24");
    reads(TYPE_CIDR, "224", "224.0.0.0/4");
    reads(TYPE_CIDR, "225", "225.0.0.0/8");
    reads(TYPE_CIDR, "240", "240.0.0.0/32");
    reads(TYPE_CIDR, "0x0a01", "10.1.0.0/16");
    reads(TYPE_CIDR, "0x0a011", "10.1.16.0/24");
    reads(TYPE_CIDR, "1.2.3.4", "1.2.3.4/32");
    reads(TYPE_CIDR, "10.1.2.3/8", "22P02");
    reads(TYPE_CIDR, "0x0102030405", "22P02");
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const malformed[] = {"",
                                            "1.2.3",
                                            "1.2.3.256",
                                            "1.2.3.4/33",
                                            "1.2.3.4/",
                                            "1.2.3.4/8x",
                                            "1/16",
                                            " 1.2.3.4",
                                            "1.2.3.4.5",
                                            "0x7f000001",
                                            "::1/129",
                                            "::1/01",
                                            ":1",
                                            "1::2::3",
                                            ":",
                                            "12345::",
                                            "::1.2.3.456",
                                            "::g",
                                            "::1.2.3.4.",
                                            "1:",
                                            "1:2:3:4:5:6:7::8",
                                            "1:2",
                                            "1.2.3.4/-1",
                                            ":::",
                                            "1:2:3:4:5:6:7:8:9",
                                            "::/",
                                            "::1/1/1",
                                            "1:2:3:4:5:6:7:1.2.3.4"};
    for (size_t i = 0; i < COUNT_OF(malformed); i++) reads(TYPE_INET, malformed[i], "22P02");
}

static void order_is_family_network_width_address(void **state)
{
    (void)state;
    static const char *const sorted[] = {"0.0.0.0/0", "9.0.0.0/9", "10.0.0.0/8", "10.1.2.3/8",
                                         "10.0.0.0",  "10.1.2.3",  "::/0",       "::1",
                                         "::2",       "none"};
    for (size_t i = 0; i < COUNT_OF(sorted); i++) {
        for (size_t j = 0; j < COUNT_OF(sorted); j++) {
            int found = inet_compare_text(str_of(sorted[i]), str_of(sorted[j]));
            assert_int_equal((found > 0) - (found < 0), (i > j) - (i < j));
        }
    }
    assert_int_equal(inet_compare_text(STR("10.0.0.1/32"), STR("10.0.0.1")), 0);
    assert_int_equal(inet_compare_text(STR("::1/128"), STR("::1")), 0);
}

static void comparing_takes_any_bytes(void **state)
{
    (void)state;
    static const char *const junk[] = {"",     ":",       "/", "1", "1.", "::", "1:2:3:4:5:6:7:8:9",
                                       "\xff", "1.2.3.4/"};
    for (size_t i = 0; i < COUNT_OF(junk); i++) {
        for (size_t j = 0; j < COUNT_OF(junk); j++) {
            int one = inet_compare_text(str_of(junk[i]), str_of(junk[j]));
            int other = inet_compare_text(str_of(junk[j]), str_of(junk[i]));
            assert_int_equal((one > 0) - (one < 0), (other < 0) - (other > 0));
        }
    }
    unsigned char bytes[MAC8_BYTES];
    for (size_t i = 0; i < COUNT_OF(junk); i++) mac_read(str_of(junk[i]), bytes, sizeof bytes);
}

static void shortens(const char *network, const char *expected)
{
    struct inet address;
    assert_null(cidr_parse(arena, str_of(network), &address));
    struct buf *text = buf_in(arena, 0);
    cidr_write_short(text, &address);
    is(buf_str(text), expected);
}

static void networks_are_abbreviated(void **state)
{
    (void)state;
    shortens("0/0", "0/0");
    shortens("10.128.0.0/9", "10.128/9");
    shortens("::/0", "::/0");
    shortens("2001:db8::/32", "2001:db8/32");
    shortens("::/64", "::/64");
    shortens("::ffff:1.2.3.0/120", "::ffff:1.2.3/120");
}

static void adds(const char *address, int64_t addend, const char *expected)
{
    struct inet sum = inet_read(str_of(address));
    err error = inet_add(arena, &sum, addend);
    struct buf *text = buf_in(arena, 0);
    inet_write(text, &sum);
    is(error ? error->code : buf_str(text), expected);
}

static void arithmetic_carries_and_ends_at_the_edges(void **state)
{
    (void)state;
    adds("10.0.0.255/8", 1, "10.0.1.0/8");
    adds("10.0.1.0", -1, "10.0.0.255");
    adds("255.255.255.255", 1, "22003");
    adds("0.0.0.0", -1, "22003");
    adds("0.0.0.0", INT64_C(4294967296), "22003");
    adds("::", INT64_MAX, "::7fff:ffff:ffff:ffff");
    adds("1::", INT64_MIN, "0:ffff:ffff:ffff:8000::");
    struct inet a = inet_read(STR("10.0.0.0")), b = inet_read(STR("10.0.1.0"));
    int64_t distance;
    assert_null(inet_subtract(arena, &a, &b, &distance));
    assert_int_equal(distance, -256);
    b = inet_read(STR("::1"));
    assert_true(err_is(inet_subtract(arena, &a, &b, &distance), STR("22023")));
    a = inet_read(STR("1::"));
    assert_true(err_is(inet_subtract(arena, &a, &b, &distance), STR("22003")));
    assert_true(err_is(inet_set_bits(arena, &a, 129), STR("22023")));
}

static void hardware_addresses_come_in_many_forms(void **state)
{
    (void)state;
    static const char *const forms[] = {"08:00:2b:01:02:03", "08-00-2B-01-02-03", "08002b:010203",
                                        "08002b-010203",     "0800.2b01.0203",    "0800-2b01-0203",
                                        "08002b010203",      " 8:0:2b:1:2:3 ",    "0x8:0:2b:1:2:3"};
    for (size_t i = 0; i < COUNT_OF(forms); i++) reads(TYPE_MACADDR, forms[i], "08:00:2b:01:02:03");
    reads(TYPE_MACADDR8, "08002b0102030405", "08:00:2b:01:02:03:04:05");
    reads(TYPE_MACADDR8, " 08-00-2b-01-02-03 ", "08:00:2b:ff:fe:01:02:03");
    reads(TYPE_MACADDR8, "08002b0102031", "08:00:2b:ff:fe:01:02:03");
    reads(TYPE_MACADDR, "08:00:2b:01:02:100", "22003");
    reads(TYPE_MACADDR, "08:00:2b:01:02:-1", "22003");
    static const char *const malformed[] = {"", "08:00:2b:01:02", "08:00-2b:01:02:03",
                                            "08:00:2b:01:02:0g", "08:00:2b:01:02:03:04"};
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        reads(TYPE_MACADDR, malformed[i], "22P02");
        reads(TYPE_MACADDR8, malformed[i], "22P02");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_as_postgresql_reads_them),
        cmocka_unit_test(networks_take_their_width_from_their_class),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(order_is_family_network_width_address),
        cmocka_unit_test(comparing_takes_any_bytes),
        cmocka_unit_test(networks_are_abbreviated),
        cmocka_unit_test(arithmetic_carries_and_ends_at_the_edges),
        cmocka_unit_test(hardware_addresses_come_in_many_forms),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
