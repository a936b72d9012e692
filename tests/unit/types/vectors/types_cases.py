"""Input, output, JSON, casts and order of whole types; arrays."""

BASE = ["bool", "int2", "int4", "int8", "oid", "float4", "float8", "numeric", "text", "varchar", "bpchar", "name", "citext", "uuid", "date", "time", "timetz",
        "timestamp", "timestamptz", "interval", "json", "jsonb", "bytea"]
TYPES = BASE + ["mood", "varchar(3)", "char(4)", "numeric(5,2)", "timestamp(0)", "int4[]", "text[]", "numeric[]", "bool[]", "timestamptz[]", "jsonb[]", "pair", "pair[]", "char(4)[]", "float8[]", "bytea[]", "mood[]"]
OPS = {"cmp:" + t: "case when {0}::%s < {1}::%s then -1 when {0}::%s > {1}::%s then 1 else 0 end" % (t, t, t, t) for t in TYPES if t not in ("json",)}
OPS.update({"out:" + t: "{0}::" + t for t in TYPES if t != "bool"})
OPS["out:bool"] = "booloutrecv({0}::bool)"
OPS["out:bool"] = "case when {0}::bool then 't' else 'f' end"
OPS.update({"json:" + t: "to_json({0}::%s)" % t for t in TYPES})
OPS.update({"cast:%s:%s" % (a, b): "({0}::%s)::%s" % (a, b) for a in TYPES for b in TYPES if a != b})
for k, v in OPS.items():
    if k == "out:char(4)" or k.startswith("cast:") and k.endswith(":char(4)"):
        OPS[k] = "case when %s is not null then format('%%s', %s) end" % (v, v)
for t in ("int4", "text", "numeric", "timestamptz"):
    a = "%s[]" % t
    OPS["acontains:" + t] = "{0}::%s @> {1}::%s" % (a, a)
    OPS["aoverlap:" + t] = "{0}::%s && {1}::%s" % (a, a)
    OPS["aappend:" + t] = "array_append({0}::%s, {1}::%s)" % (a, t)
    OPS["aprepend:" + t] = "array_prepend({1}::%s, {0}::%s)" % (t, a)
    OPS["acat:" + t] = "array_cat({0}::%s, {1}::%s)" % (a, a)
    OPS["aremove:" + t] = "array_remove({0}::%s, {1}::%s)" % (a, t)
    OPS["areplace:" + t] = "array_replace({0}::%s, {1}::%s, {2}::%s)" % (a, t, t)
    OPS["aposition:" + t] = "array_position({0}::%s, {1}::%s)" % (a, t)
    OPS["atostring:" + t] = "array_to_string({0}::%s, {1}, {2})" % a
    OPS["alength:" + t] = "array_length({0}::%s, {1}::int)" % a
    OPS["acard:" + t] = "cardinality({0}::%s)" % a
    OPS["adims:" + t] = "coalesce(array_ndims({0}::%s),0)" % a

SETUP = "create type pg_temp.mood as enum ('sad','ok','happy'); create type pg_temp.pair as (a int4, b text, c numeric(5,2)); set search_path = pg_temp, public;"

SAMPLES = {
    "bool": ["t", "false"], "int2": ["0", "-5", "32767"], "int4": ["0", "1", "-70000", "2147483647"], "int8": ["0", "-1", "9223372036854775807", "300"], "oid": ["0", "4294967295", "7"],
    "float4": ["1.5", "-0.1", "1e20", "Infinity"], "float8": ["0", "1.5", "-2.5", "1e300", "0.1", "-Infinity", "123456789.123"], "numeric": ["0", "1.50", "-2.5", "NaN", "99999.995", "1e30", "Infinity"],
    "text": ["", "a", "abc", "12", "abcdef", "ab  ", "t", "1.5", "2026-01-02", "{1,2}", "[1]", "NULL", "x\"y\\z", "é日本"], "varchar": ["abcdef", "12"], "bpchar": ["ab", "abcdef"], "name": ["foo", "x" * 70], "citext": ["AbC", "1"],
    "uuid": ["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"], "date": ["2026-01-02", "infinity", "0001-01-01"], "time": ["10:20:30.5", "24:00"], "timetz": ["10:20:30+02", "23:59:59.999999-05:30"],
    "timestamp": ["2026-01-02 03:04:05.12", "-infinity", "1999-12-31 23:59:59.999999"], "timestamptz": ["2026-01-02 03:04:05.12+07", "infinity"], "interval": ["1 mon 2 days 03:00", "-1 year", "25:00:00"],
    "json": [" {\"a\" : 1.50} ", "[1, 2]", "\"x\"", "null"], "jsonb": ["{\"b\":1,\"a\":[1.50,null]}", "1.5", "true", "\"x\"", "null", "[]"], "bytea": ["\\x00ff", "abc", ""],
    "mood": ["sad", "happy", "ok"], "varchar(3)": ["abcdef", "ab"], "char(4)": ["ab", "abcdef"], "numeric(5,2)": ["1.005", "999.994"], "timestamp(0)": ["2026-01-02 03:04:05.5"],
    "int4[]": ["{}", "{1,2,3}", "{1,NULL,-3}", "{{1,2},{3,4}}", "{10}", "{9}"], "text[]": ["{}", "{a,\"b c\",NULL,\"NULL\",\"\",\"x\\\"y\\\\z\",\"{\"}", "{{a,b},{c,d}}", "{é}"], "numeric[]": ["{1.50,NaN,NULL}", "{1.5}", "{10,9}"],
    "bool[]": ["{t,f,NULL}"], "timestamptz[]": ["{2026-01-02 03:04:05+07,infinity}"], "jsonb[]": ["{\"{\\\"a\\\":1}\",null,\"[1,2]\",1.50}"], "pair": ["(1,\"x y\",2.5)", "(,,)", "(7,\"a\\\"b,\"\"c\",1.005)"], "pair[]": ["{\"(1,a,2)\",NULL}"], "char(4)[]": ["{ab,abcdef}"],
    "float8[]": ["{1.5,Infinity,1e20,NULL}"], "bytea[]": ["{\"\\\\x00ff\",NULL}"], "mood[]": ["{sad,happy}"],
}
BAD = {
    "mood": ["angry", ""], "int4[]": ["", "{", "{1", "{1,}", "{,1}", "{1 2}", "{1,{2}}", "{{1},{2,3}}", "{{1,2},3}", "1", "{}x", "{1}}", "{\"1\"}", " { 1 , 2 } ", "[1:2]={1,2}", "{a}", "{{},{}}", "{{{{{{{1}}}}}}}", "{\"a}", "{{1,2},{3}}", "{1.5}", "{ }"],
    "text[]": ["{a b}", "{ a , b }", "{\"a\"b}", "{a\\,b}", "{\\NULL}", "{null}", "{ nUlL }", "{\"\\\"\"}", "{a\"b\"}", "{,}", "{\"a\",}", "{a\\}"], "pair": ["", "(", "(1,2)", "(1,2,3,4)", "1,2,3", "(x,2,3)", "(1,2,3) x", " (1,2,3) ", "(1,\"2,3)"], "uuid": ["x"], "json": ["{"],
}


def keep(op, args, answer):
    # a NaN cannot be stored as double; oid and enum keep no JSON number or other names with PostgreSQL
    parts = op.split(":")
    if "NaN" in "".join(a or "" for a in args) and parts[-1] in ("float4", "float8", "float8[]"):
        return False
    if answer.endswith("out of range: \"-infinity\"") or "Infinity" in args and parts[-1] in ("mood",):
        return False
    # statically refused by the parser there; here a cast through text of a composite's array
    if "0A000" in answer or "anonymous" in answer:
        return False
    # domains of text in catalog spelling, pg_temp's names in messages
    return "pg_temp" not in answer and not answer.startswith("!42804") and not answer.startswith("!42883")


def cases(full):
    for t in TYPES:
        for s in SAMPLES[t] + BAD.get(t, []):
            yield "out:" + t, [s]
        for s in SAMPLES[t]:
            yield "json:" + t, [s]
            if t not in ("json",):
                for u in SAMPLES[t]:
                    yield "cmp:" + t, [s, u]
            for b in TYPES:
                if b != t:
                    yield "cast:%s:%s" % (t, b), [s]
    for t, a, b, c in (("int4", ["{}", "{1,2,3}", "{1,NULL}", "{{1,2},{3,4}}", "{2,2}"], ["1", "7", None], ["{}", "{2}", "{3,1}", "{NULL}", "{{5,6}}", "{{{1}}}", "{{1}}"]),
                       ("text", ["{}", "{a,\"b c\",NULL,\"\"}", "{{a,b},{c,d}}"], ["a", "", None], ["{}", "{a}", "{\"b c\",a}", "{x}"]),
                       ("numeric", ["{1.50,2}", "{NaN}"], ["1.5", "NaN"], ["{1.5}", "{2.000}"]),
                       ("timestamptz", ["{2026-01-01 00:00+00}"], ["2026-01-01 07:00+07"], ["{2026-01-01 07:00+07}"])):
        for x in a:
            for y in c:
                for op in ("acontains", "aoverlap", "acat"):
                    yield op + ":" + t, [x, y]
            for y in b:
                for op in ("aappend", "aprepend", "aremove", "aposition"):
                    yield op + ":" + t, [x, y]
                yield "areplace:" + t, [x, y, b[0]]
            for d in ("0", "1", "2", "3"):
                yield "alength:" + t, [x, d]
            yield "acard:" + t, [x]
            yield "adims:" + t, [x]
            yield "atostring:" + t, [x, ",", "*"]
            yield "atostring:" + t, [x, "", None]
