import random

OPS = {
    "in": "{0}::numeric",
    "coerce": "{0}::numeric({1},{2})".replace("{1}", "%s").replace("{2}", "%s"),
    "add": "{0}::numeric + {1}::numeric",
    "sub": "{0}::numeric - {1}::numeric",
    "mul": "{0}::numeric * {1}::numeric",
    "div": "{0}::numeric / {1}::numeric",
    "divt": "div({0}::numeric, {1}::numeric)",
    "mod": "mod({0}::numeric, {1}::numeric)",
    "cmp": "case when {0}::numeric < {1}::numeric then -1 when {0}::numeric > {1}::numeric then 1 else 0 end",
    "power": "power({0}::numeric, {1}::numeric)",
    "log": "log({0}::numeric, {1}::numeric)",
    "sqrt": "sqrt({0}::numeric)",
    "exp": "exp({0}::numeric)",
    "ln": "ln({0}::numeric)",
    "round": "round({0}::numeric, {1}::int)",
    "trunc": "trunc({0}::numeric, {1}::int)",
    "ceil": "ceil({0}::numeric)",
    "floor": "floor({0}::numeric)",
    "neg": "-({0}::numeric)",
    "abs": "abs({0}::numeric)",
    "sign": "sign({0}::numeric)",
    "scale": "scale({0}::numeric)",
    "min_scale": "min_scale({0}::numeric)",
    "trim_scale": "trim_scale({0}::numeric)",
    "int8": "{0}::numeric::int8",
    "int4": "{0}::numeric::int4",
    "int2": "{0}::numeric::int2",
    "from8": "{0}::float8::numeric",
    "from4": "{0}::float4::numeric",
    "to8": "{0}::numeric::float8",
    "sum": "(select sum(x::numeric) from unnest(string_to_array({0}, ' ')) x)",
    "avg": "(select avg(x::numeric) from unnest(string_to_array({0}, ' ')) x)",
    "bucket": "width_bucket({0}::numeric, {1}::numeric, {2}::numeric, {3}::int)",
    "bucket8": "width_bucket({0}::float8, {1}::float8, {2}::float8, {3}::int)",
    "avg8": "(select avg(x::int8) from unnest(string_to_array({0}, ' ')) x)",
}
for p, s in [(3, 0), (5, 2), (14, 2), (2, 2), (2, 4), (5, -2), (38, 10), (1000, 0), (1, 1)]:
    OPS["n%d_%d" % (p, s)] = "{0}::numeric(%d,%d)" % (p, s)
del OPS["coerce"]

INPUT = """0|-0|+1|1.|.5|.|-.5|1.50|0001.10|-0.000|1e5|1E-5|1.5e3|1.5e+3|12e|12e+|1e-20000|1e131071|1e131072|1e200000
0e100000|0e-20000|1e9999999999|NaN|nan| -Infinity |inf|+inf|-INF|infinit|+nan|abc||  |1 2|1,5|0x10|1_000| 42 |--1
99999999999999999999999999999999999999.5|-12345678901234567890123456789012345678901234567890.123456789""".replace("\n", "|").split("|")

BASE = """0 1 -1 0.00 1.5 -1.50 2 3 7 9.99 10 100 0.1 0.001 123.456 -99999.99999 1000000 12345678.9 0.0000001 1e-20 1e30
999999999999999999 1234567890123456789012345678901234567 0.9999999999999999999999 5000 10000 9999 10001 0.5 -0.5 2.5
-2.5 4 1e100 -1e-100 NaN Infinity -Infinity 98765432109876543210.123456789012345678901234567890""".split()


def rnd(r):
    digits = r.choice([1, 2, 3, 5, 8, 13, 18, 19, 25, 36, 37, 38, 40, 60])
    whole = r.randint(0, digits)
    s = "".join(r.choice("0123456789") if r.random() < 0.8 else r.choice("09") for _ in range(digits))
    t = (s[:whole] or "0") + ("." + s[whole:] if whole < digits else "")
    return r.choice(["", "-"]) + t


def cases(full):
    many = 250 if full else 60
    base = BASE if full else BASE[::2] + ['NaN', 'Infinity', '-Infinity', '0']
    r = random.Random(15)
    for t in INPUT:
        yield "in", [t]
    for op in OPS:
        if op.startswith("n") and op[1].isdigit():
            for t in BASE + ["999.5", "0.994", "0.995", "0.0099", "12345.678", "49.99", "50", "99950", "149", "150", "-150"]:
                yield op, [t]
    for op in "add sub mul div divt mod cmp".split():
        for a in base:
            for b in base:
                yield op, [a, b]
        for _ in range(many):
            yield op, [rnd(r), rnd(r)]
    for op in "ceil floor neg abs sign scale min_scale trim_scale int8 int4 int2 to8 sqrt exp ln".split():
        for a in BASE + ["9223372036854775807.4", "9223372036854775807.5", "-9223372036854775808.4", "2147483647.5",
                         "32767.4", "32767.5", "100.00", "1200", "0.9", "1.1", "1.05", "0.95", "1.0000001", "0.9999999999", "20.5", "2",
                         "700.123"] + (["5000", "6000", "-5000", "-6000", "1e-500", "1e500", "1e1000"] if full else []):
            yield op, [a]
        for _ in range(many // 3):
            a = rnd(r)
            if op == "exp" and len(a.split(".")[0]) > 4:
                continue
            yield op, [a]
    for a in BASE:
        for n in "0 1 2 -1 -2 5 30 -5 -40".split() + (["2500"] if full else []):
            yield "round", [a, n]
            yield "trunc", [a, n]
    for _ in range(many):
        yield "round", [rnd(r), str(r.randint(-5, 20))]
        yield "trunc", [rnd(r), str(r.randint(-5, 20))]
    small = "0 1 -1 2 -2 0.5 -0.5 1.5 10 3 -3 0.1 0.001 100 1.0001 12.34 NaN Infinity -Infinity 1e-10 99999 -7.5 4 33 -20 2.00 1e20".split()
    small = small if full else small[::2] + ['NaN', '0.5']
    for a in small:
        for b in small:
            yield "power", [a, b]
            yield "log", [a, b]
    for a in "0 1 -1 1.5 1e20 1e-20 1e300 5e-324 0.1 123456789.123456789 1e15 1e16 NaN Infinity -Infinity 3.4e38 0.333333333333333333".split():
        yield "from8", [a]
        if a not in ("1e300", "5e-324"):
            yield "from4", [a]
    for a in BASE + ["1e400", "1e-400"]:
        yield "to8", [a]
    for _ in range(many // 3):
        xs = " ".join(rnd(r) for _ in range(r.randint(1, 8)))
        yield "sum", [xs]
        yield "avg", [xs]
    for xs in ["1 2", "1 2 4", "1.50 2.5", "NaN 1", "Infinity 1", "Infinity -Infinity", "9223372036854775807 9223372036854775807", "0", "0.00", "1e100 1 -1e100", "1e-50 1e50"]:
        yield "sum", [xs]
        yield "avg", [xs]
    for xs in ["1 2", "1 2 4", "9223372036854775807 9223372036854775807", "0", "10 20 25", "-7 2 2"]:
        yield "avg8", [xs]
    buckets = "5.35 0.024 10.06 5|10 10 0 3|-1 10 0 3|11 10 0 3|0 0 10 4|10 0 10 4|2.5 0 10 4|inf 0 10 3|-inf 0 10 3|NaN 0 10 3|1 NaN 10 3|1 0 inf 3|1 -inf 0 3|1 2 2 3|1 0 2 0|1 0 2 -1|11 0 10 2147483647|9 0 10 2147483647|-0.5 -9223372036854775808 0.00000000000048985 10|2e-116 5e-324 -1e308 1|0.99999999999999999 0 1 10|1e308 -1.7e308 1.7e308 7|-1e308 1.7e308 -1.7e308 7|0.1 0.2 -0.3 9|210298338612 123456789012345678901234567890 -1 2147483647"
    for case in buckets.split("|"):
        yield "bucket", case.split()
        yield "bucket8", case.split()
