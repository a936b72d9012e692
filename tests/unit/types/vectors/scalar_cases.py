"""Integers, floats, booleans, uuid, bytea."""
import random
import struct

OPS = {
    "int2": "{0}::int2", "int4": "{0}::int4", "int8": "{0}::int8", "oid": "{0}::oid",
    "float8": "{0}::float8", "float4": "{0}::float4", "bool": "{0}::bool", "uuid": "{0}::uuid",
    "bytea": "{0}::bytea",
    "encode": "encode({0}::bytea, {1})", "decode": "decode({0}, {1})",
    "f8int4": "{0}::float8::int4", "f8int8": "{0}::float8::int8", "f8int2": "{0}::float8::int2",
}
for w in "248":
    for name, op in (("add", "{0}::intW + {1}::intW"), ("sub", "{0}::intW - {1}::intW"), ("mul", "{0}::intW * {1}::intW"),
                     ("div", "{0}::intW / {1}::intW"), ("mod", "{0}::intW % {1}::intW"), ("abs", "abs({0}::intW)"), ("neg", "-({0}::intW)"),
                     ("gcd", "gcd({0}::intW, {1}::intW)"), ("lcm", "lcm({0}::intW, {1}::intW)")):
        if w != "2" or name not in ("gcd", "lcm"):
            OPS[name + w] = op.replace("W", w)
for name, op in (("fadd", "+"), ("fsub", "-"), ("fmul", "*"), ("fdiv", "/")):
    OPS[name] = "{0}::float8 %s {1}::float8" % op
OPS["fpow"] = "power({0}::float8, {1}::float8)"
OPS["fcmp"] = "case when {0}::float8 < {1}::float8 then -1 when {0}::float8 > {1}::float8 then 1 else 0 end"

INTS = ["0", "1", "-1", "+7", " 42 ", "\t5\n", "32767", "32768", "-32768", "-32769", "2147483647", "2147483648", "-2147483648",
        "-2147483649", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "4294967295",
        "4294967296", "", " ", "-", "+", "abc", "1a", "1.0", "1e3", "0x1f", "--1", "1 2", "007", "99999999999999999999999", "'", "é"]
FLOATS = ["0", "-0", "1", "1.5", "-2.25", "0.1", "1e15", "1e14", "123456789012345", "1234567890123456", "1e20", "1e-4", "1e-5", "0.0001234", "0.00001",
          "1e23", "9007199254740993", "5e-324", "1.7976931348623157e308", "1e309", "1e-400", "NaN", "nan", "Infinity", "-infinity", "inf", "-inf",
          "+inf", "", "abc", "1..5", "1e", " 3.5 ", "3.5x", ".5", "5.", "1e6", "1e5", "999999", "1000000", "16777216", "16777217", "3.4e38", "3.5e38",
          "1e-45", "0.3", "0.333333333333333333", "2.5e-8", "43450041075960974.84375139", "100000000000000000000", "1e22", "1e21", "0x1p3", "8.5e-10",
          "1 2", "infinite", "299792458", "6.02214076e23"]


def cases(full):
    r = random.Random(7)
    for w in ("int2", "int4", "int8", "oid"):
        for t in INTS:
            yield w, [t]
    edges = {"2": ["0", "1", "-1", "7", "-7", "3", "32767", "-32768", "2", "181", "182"],
             "4": ["0", "1", "-1", "7", "-7", "12", "2147483647", "-2147483648", "46340", "46341"],
             "8": ["0", "1", "-1", "7", "-7", "12", "9223372036854775807", "-9223372036854775808", "3037000499", "3037000500"]}
    for w in "248":
        for a in edges[w]:
            yield "abs" + w, [a]
            yield "neg" + w, [a]
            for b in edges[w]:
                for op in ("add", "sub", "mul", "div", "mod", "gcd", "lcm"):
                    if op + w in OPS:
                        yield op + w, [a, b]
    for t in FLOATS:
        yield "float8", [t]
        yield "float4", [t]
    for i in range(20000 if full else 300):
        bits = r.getrandbits(64)
        v = struct.unpack("<d", struct.pack("<Q", bits))[0]
        if v == v:
            yield "float8", [repr(v)]
        v = r.uniform(-1, 1) * 10 ** r.randint(-8, 20)
        yield "float8", [repr(v)]
        yield "float8", ["%.*f" % (r.randint(0, 6), r.uniform(-1e6, 1e6))]
        f = struct.unpack("<f", struct.pack("<I", r.getrandbits(32)))[0]
        if f == f and abs(f) < 3e38:
            yield "float4", [repr(f)]
        yield "float4", ["%.3f" % r.uniform(-1e5, 1e5)]
    for i in range(-1074, 1024, 1 if full else 13):
        yield "float8", [repr(2.0 ** i)]
        if -140 < i < 127:
            yield "float4", [repr(2.0 ** i)]
    for a in FLOATS[:8] + ["2", "-2", "1e300", "1e-300", "NaN", "Infinity", "-Infinity", "0.5", "3"]:
        for b in ["0", "1", "-1", "2", "0.5", "-3", "1e300", "1e-300", "NaN", "Infinity", "-Infinity"]:
            for op in ("fadd", "fsub", "fmul", "fdiv", "fpow", "fcmp"):
                yield op, [a, b]
    for t in ["0.5", "1.5", "2.5", "-0.5", "-1.5", "2147483647.4", "2147483647.5", "-2147483648.5", "9.3e18", "9223372036854775807", "-9223372036854775808", "NaN", "Infinity", "32767.5", "40000"]:
        for op in ("f8int2", "f8int4", "f8int8"):
            yield op, [t]
    for t in "t|f|true|FALSE|y|n|yes|no|on|off|o|of|1|0|10|tru|  true  |truex|||nope|ye|T|OFF|fals|\tno\n".split("|"):
        yield "bool", [t]
    u = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
    for t in [u, u.upper(), "{" + u + "}", u.replace("-", ""), "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", "{" + u, u + "}", u[:-1], u + "0", u + "-", "-" + u,
              "a0eebc999c0b4ef8-bb6d6bb9bd380a11", "a0-eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "", "g" + u[1:], " " + u, u[:8] + "--" + u[9:]]:
        yield "uuid", [t]
    for t in ["", "abc", "\\x", "\\x6869", "\\xABcd", "\\x68 69", "\\x6 8", "\\x6", "\\xzz", "\\\\", "\\", "a\\b", "\\001\\377", "\\400", "\\08", "é", "\\x\n61\t", "a\\\\b", "\\xé"]:
        yield "bytea", [t]
    for t in ["", "\\x00", "\\x0001ff5c61", "abc", "abcd", "abcde", "x" * 57, "x" * 58, "y" * 114, "\\xff" * 1, "z" * 120]:
        for f in ("hex", "base64", "escape", "HEX", "nope"):
            yield "encode", [t, f]
    for t, f in [("6869", "hex"), ("686", "hex"), ("6g", "hex"), (" 68 69\n", "hex"), ("YWJj", "base64"), ("YWI=", "base64"), ("YQ==", "base64"), ("YQ=", "base64"),
                 ("YQ", "base64"), ("Y Q = =", "base64"), ("YQ==YQ==", "base64"), ("Y*==", "base64"), ("=", "base64"), ("YQ=a", "base64"), ("", "base64"), ("a\\\\b\\001", "escape"),
                 ("a\\9", "escape"), ("Yé==", "base64"), ("YW=j", "base64"), ("YQ===", "base64")]:
        yield "decode", [t, f]
