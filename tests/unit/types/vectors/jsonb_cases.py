import random

OPS = {
    "in": "{0}::jsonb", "json": "{0}::json", "cmp": "case when {0}::jsonb < {1}::jsonb then -1 when {0}::jsonb > {1}::jsonb then 1 else 0 end",
    "contains": "{0}::jsonb @> {1}::jsonb", "exists": "{0}::jsonb ? {1}", "any": "{0}::jsonb ?| array[{1},{2}]", "all": "{0}::jsonb ?& array[{1},{2}]",
    "get": "{0}::jsonb -> {1}", "gett": "{0}::jsonb ->> {1}", "at": "{0}::jsonb -> {1}::int", "att": "{0}::jsonb ->> {1}::int",
    "jget": "{0}::json -> {1}", "jgett": "{0}::json ->> {1}", "jat": "{0}::json -> {1}::int",
    "path": "{0}::jsonb #> array[{1},{2}]", "patht": "{0}::jsonb #>> array[{1},{2}]", "path1": "{0}::jsonb #> array[{1}]",
    "concat": "{0}::jsonb || {1}::jsonb", "delkey": "{0}::jsonb - {1}", "delkeys": "{0}::jsonb - array[{1},{2}]", "delidx": "{0}::jsonb - {1}::int", "delpath": "{0}::jsonb #- array[{1},{2}]", "delpath1": "{0}::jsonb #- array[{1}]",
    "set1": "jsonb_set({0}::jsonb, array[{1}], {2}::jsonb)", "set1n": "jsonb_set({0}::jsonb, array[{1}], {2}::jsonb, false)", "set2": "jsonb_set({0}::jsonb, array[{1},{2}], {3}::jsonb)",
    "ins1": "jsonb_insert({0}::jsonb, array[{1}], {2}::jsonb)", "ins1a": "jsonb_insert({0}::jsonb, array[{1}], {2}::jsonb, true)", "ins2": "jsonb_insert({0}::jsonb, array[{1},{2}], {3}::jsonb)",
    "strip": "jsonb_strip_nulls({0}::jsonb)", "jstrip": "json_strip_nulls({0}::json)", "typeof": "jsonb_typeof({0}::jsonb)", "alen": "jsonb_array_length({0}::jsonb)", "pretty": "jsonb_pretty({0}::jsonb)",
}
DOCS = ["null", "true", "false", "1", "1.50", "-0", "1e3", "\"\"", "\"a\"", "\"b\"", "\"aé😀\\n\\\"\\\\/\\u00e9\\u0001\"", "[]", "{}", "[1]", "[1,2]", "[[]]", "[null]", "[\"a\",\"b\"]", "[1,[2,[3]]]",
        "{\"a\":1}", "{\"b\":1,\"a\":2}", "{\"aa\":1,\"b\":2,\"a\":3}", "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"n\":null}", " { \"x\" : [ 1 , 2.0 , \"3\" ] } ", "{\"\":1}", "[{\"a\":1},{\"a\":2},{\"b\":null}]", "{\"a\":[1,2,3],\"b\":\"x\"}", "[1,1,2]", "[true,false,null]",
        "{\"a\":1,\"b\":2}", "{\"k\\\"q\":1}", "[1.5]", "[1.50]", "{\"1\":\"one\",\"-1\":\"m\"}", "\"1\"", "[\"1\",1]", "{\"é\":1,\"zz\":2}"]
BAD = ["", " ", "{", "[1,]", "{\"a\"}", "{a:1}", "nul", "01", "1.", "+1", ".5", "\"\\x\"", "\"\\u00\"", "\"a", "[1 2]", "{\"a\":1,}", "1 2", "'a'", "\"\\ud800\"", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\t[1]\n", "tru", "NaN", "-", "1e", "\"\t\"", "1e400", "1e-5", "123456789012345678901234567890.123456789", "[\"\\u0000\"]"]


def keep(op, args, answer):
    # json keeps lone surrogates and PostgreSQL's json takes them; ours refuses them in both
    return not (op == "json" and "\\ud800" in args[0])


def cases(full):
    r = random.Random(5)
    for d in DOCS + BAD:
        yield "in", [d]
        yield "json", [d]
    for d in DOCS:
        for op in ("strip", "jstrip", "typeof", "alen", "pretty"):
            yield op, [d]
        for k in ["a", "b", "", "1", "-1", "x", "é", "k\"q", "n"]:
            for op in ("get", "gett", "jget", "jgett", "exists", "delkey", "path1", "delpath1"):
                yield op, [d, k]
            for k2 in ["b", "0", "-1", "x"]:
                for op in ("path", "patht", "any", "all", "delkeys", "delpath"):
                    yield op, [d, k, k2]
            for v in ["9", "{\"z\":1}", "null"][: 3 if full else 1]:
                for op in ("set1", "set1n", "ins1", "ins1a"):
                    yield op, [d, k, v]
                for k2 in ["b", "0", "-5", "c"]:
                    yield "set2", [d, k, k2, v]
                    yield "ins2", [d, k, k2, v]
        for i in ["0", "1", "-1", "-2", "5", "-9"]:
            for op in ("at", "att", "jat", "delidx"):
                yield op, [d, i]
            for op in ("set1", "set1n", "ins1", "ins1a", "delpath1"):
                yield op, [d, i] + ([] if op == "delpath1" else ["9"])
        for e in DOCS if full else DOCS[::3] + ["[]", "{}"]:
            yield "cmp", [d, e]
            yield "contains", [d, e]
            yield "concat", [d, e]
