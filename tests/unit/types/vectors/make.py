#!/usr/bin/env python3
"""Writes the vector files beside it by asking a PostgreSQL 15 server (C.UTF-8, TimeZone UTC).

    [FULL=1] make.py 'psql connection options' [family...]

FULL=1 asks several times as much: for a hunt, not to commit. keep() drops answers that dapur refuses on purpose. Each family module lists operations as SQL templates ({0}, {1}: quoted arguments) and their cases.
"""
import importlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

TRY = """
create or replace function pg_temp.try(q text) returns text language plpgsql as $$
declare r text;
begin execute q into r; return r;
exception when others then return '!' || sqlstate || ' ' || sqlerrm; end $$;
"""


def quote(text):
    return "null" if text is None else "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def escape(text):
    if text is None:
        return "\\N"
    for a, b in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"),
                 ("\b", "\\b"), ("\f", "\\f"), ("\v", "\\v")):
        text = text.replace(a, b)
    return text


def ask(options, statements, setup=""):
    """The answers' COPY fields, in order."""
    script = [TRY, setup, "set timezone = 'UTC'; set datestyle = 'ISO, MDY'; set statement_timeout = '20s';",
              "create temp table q(i int, s text);"]
    for start in range(0, len(statements), 500):
        rows = ",".join("(%d,%s)" % (start + i, quote(s))
                        for i, s in enumerate(statements[start:start + 500]))
        script.append("insert into q values %s;" % rows)
    script.append("copy (select pg_temp.try(s) from q order by i) to stdout;")
    done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1"] + options.split(),
                          input="\n".join(script), text=True, capture_output=True)
    if done.returncode:
        sys.exit(done.stderr[:4000])
    lines = done.stdout.split("\n")[:-1]
    assert len(lines) == len(statements), (len(lines), len(statements))
    return lines


def main():
    options, names = sys.argv[1], sys.argv[2:]
    sys.path.insert(0, HERE)
    families = names or sorted(f[:-3] for f in os.listdir(HERE)
                               if f.endswith("_cases.py"))
    for name in families:
        name = name.replace("_cases", "")
        module = importlib.import_module(name + "_cases")
        cases = list(dict.fromkeys((op, tuple(args)) for op, args in module.cases(bool(os.environ.get('FULL')))))
        answers = ask(options, ["select (" + module.OPS[op].format(*map(quote, args)) + ")::text"
                                for op, args in cases], getattr(module, "SETUP", ""))
        with open(os.path.join(HERE, name + ".tsv"), "w") as out:
            keep = getattr(module, "keep", lambda op, args, answer: True)
            for (op, args), answer in zip(cases, answers):
                if not keep(op, args, answer):
                    continue
                out.write("\t".join([op] + [escape(a) for a in args] + [answer]) + "\n")
        print(name, len(cases))


main()
