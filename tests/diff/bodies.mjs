#!/usr/bin/env node
// tests/diff/bodies.mjs - random PL/pgSQL: functions over a table, triggers on it, called by three identities.
//
//   node tests/diff/bodies.mjs FOLDER [FIRST_SEED [COUNT]]
//
// Writes FOLDER/bodies_SEED.sql, case files for diff_runner, one a seed; a seed always gives the same file. Every
// function ends by telling all its variables, so that what went another way shows. Loops are short, and
// calls go from later functions to earlier ones alone: all of it ends.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooser } from './edges.mjs';

const IDENTITIES = ['owner', 'alice', 'anon'];
const FUNCTIONS = 8, CALLS = 30, DEPTH = 3;
const VARIABLES = { i: 'int', j: 'int', t: 'text', n: 'numeric(8,2)', b: 'boolean', d: 'date', a: 'int[]' };
const FIELDS = ['k', 'x', 's'];

// In WHERE and SET stands only what cannot fail: PostgreSQL computes constants also where there is no row.
// ---- expressions -------------------------------------------------------------------------------

const INT = ['0', '1', '2', '3', '7', '-1', 'null::int'];
const TEXT = ["'a'", "'b7'", "''", "'12'", "'x y'", 'null::text'];

function int(r, depth) {
  if (depth <= 0 || r.chance(0.3)) return r.of([...INT, 'i', 'j', 'i', 'p', 'r.k', 'r.x']);
  const sub = () => int(r, depth - 1);
  return r.of([
    () => `(${sub()} + ${sub()})`, () => `(${sub()} - ${sub()})`, () => `(${sub()} * ${sub()})`,
    () => `(${sub()} / ${sub()})`, () => `(${sub()} % ${sub()})`, () => `coalesce(${sub()}, ${sub()})`,
    () => `length(${text(r, depth - 1)})`, () => `(${text(r, depth - 1)})::int`, () => `(case when ${bool(r, depth - 1)} then ${sub()} else ${sub()} end)`,
    () => `(select count(*) from rows_ w where w.k > ${int(r, 0)})::int`, () => `(select max(w.x) from rows_ w where w.s <> ${text(r, 0)})`,
    () => `array_length(a, 1)`, () => `a[${sub()}]`, () => `${numeric(r, depth - 1)}::int`,
  ])();
}
function numeric(r, depth) {
  if (depth <= 0 || r.chance(0.4)) return r.of(['n', 'n', '1.50', '0.333', '-2']);
  return r.of([() => `(${numeric(r, depth - 1)} + ${int(r, depth - 1)})`, () => `round(${numeric(r, depth - 1)}, 1)`, () => `(n * ${numeric(r, depth - 1)})`])();
}
function text(r, depth) {
  if (depth <= 0 || r.chance(0.3)) return r.of([...TEXT, 't', 't', 'r.s']);
  const sub = () => text(r, depth - 1);
  return r.of([
    () => `(${sub()} || ${sub()})`, () => `upper(${sub()})`, () => `(${int(r, depth - 1)})::text`, () => `left(${sub()}, 2)`,
    () => `coalesce(${sub()}, 'none')`, () => `(select string_agg(w.s, ',' order by w.k) from rows_ w where w.k < ${int(r, 0)})`,
    () => `(d + ${r.int(40)})::text`, () => `(${numeric(r, depth - 1)})::text`, () => `b::text`, () => `a::text`, () => 'sqlerrm_seen',
  ])();
}
function bool(r, depth) {
  if (depth <= 0 || r.chance(0.2)) return r.of(['b', 'true', 'found', 'i > 1', "t = 'a'", 'null::boolean', 'r.x is null']);
  return r.of([
    () => `(${int(r, depth - 1)} > ${int(r, depth - 1)})`, () => `(${text(r, depth - 1)} = ${text(r, depth - 1)})`, () => `not ${bool(r, depth - 1)}`,
    () => `(${bool(r, depth - 1)} and ${bool(r, depth - 1)})`, () => `(${bool(r, depth - 1)} or ${bool(r, depth - 1)})`,
    () => `${text(r, depth - 1)} is not null`, () => `exists (select 1 from rows_ w where w.x = ${int(r, 0)})`, () => `d > '2024-01-15'`,
  ])();
}

// ---- statements --------------------------------------------------------------------------------

const indent = (lines) => lines.map((line) => `  ${line}`);

function assign(r) {
  return r.of([
    () => `i := ${int(r, 2)};`, () => `j := ${int(r, 2)};`, () => `t := ${text(r, 2)};`, () => `n := ${numeric(r, 2)};`, () => `b := ${bool(r, 2)};`,
    () => `d := '2024-01-01'::date + ${r.int(60)};`, () => `a := a || ${int(r, 1)};`, () => `if a[1] is not null then a[${1 + r.int(5)}] := ${int(r, 1)}; end if;`,
    () => `r.x := ${int(r, 1)};`, () => `t := ${int(r, 2)};`, () => `i := ${numeric(r, 1)};`, () => `n := ${text(r, 1)};`,
  ])();
}

function query(r) {
  const where = `where ${r.of([`w.k = ${int(r, 0)}`, `w.x > ${int(r, 0)}`, `w.s = ${text(r, 0)}`, 'true', 'false'])}`;
  return r.of([
    () => `select w.x, w.s into i, t from rows_ w ${where} order by w.k limit 1;`,
    () => `select * into r from rows_ w ${where} order by w.k;`,
    () => `select w.x into strict j from rows_ w ${where} order by w.k;`,
    () => `select count(*), max(w.s) into i, t from rows_ w ${where};`,
    () => `update rows_ w set x = ${r.of([int(r, 0), `w.k + ${int(r, 0)}`])} ${where}; get diagnostics j = row_count;`,
    () => `insert into rows_ (k, x, s) values (${100 + r.int(20)}, ${int(r, 1)}, ${text(r, 1)});`,
    () => `insert into rows_ (k, x, s) values (${100 + r.int(20)}, ${int(r, 1)}, ${text(r, 1)}) on conflict (k) do update set x = excluded.x returning k, x into i, j;`,
    () => `delete from rows_ w ${where} and w.k > 50 returning w.s into t;`,
    () => `perform w.k from rows_ w ${where};`,
    () => `execute 'select max(x) from rows_ where k < $1' into i using ${int(r, 1)};`,
    () => `execute format('select %L || s from rows_ order by k limit 1', ${text(r, 1)}) into t;`,
  ])();
}

function statement(r, depth, names, inLoop) {
  const body = () => statements(r, depth - 1, names, inLoop);
  const simple = [() => [assign(r)], () => [assign(r)], () => [assign(r)], () => [query(r)], () => [query(r)]];
  if (names.length) simple.push(() => [`t := ${r.of(names)}(${int(r, 1)});`], () => [`perform ${r.of(names)}(${int(r, 1)});`]);
  if (inLoop) simple.push(() => [`exit when ${bool(r, 1)};`], () => [`continue when ${bool(r, 1)};`]);
  simple.push(() => [`raise ${r.of(['exception', 'notice', 'warning'])} 'said % and %', ${int(r, 1)}, ${text(r, 1)}${r.chance(0.3) ? " using errcode = '22023'" : ''};`]);
  simple.push(() => [`if ${bool(r, 1)} then return ${text(r, 1)}; end if;`]);
  if (depth <= 0) return r.of(simple)();
  return r.of([...simple,
    () => [`if ${bool(r, 2)} then`, ...body(), ...(r.chance(0.4) ? [`elsif ${bool(r, 1)} then`, ...body()] : []), ...(r.chance(0.5) ? ['else', ...body()] : []), 'end if;'],
    () => [`case ${int(r, 1)}`, `  when ${int(r, 0)}, 2 then`, ...body(), `  when 3 then`, ...body(), ...(r.chance(0.7) ? ['  else', ...body()] : []), 'end case;'],
    () => [`for i in ${r.chance(0.3) ? 'reverse 4..1' : '1..4'}${r.chance(0.3) ? ' by 2' : ''} loop`, ...statements(r, depth - 1, names, true), 'end loop;'],
    () => [`for r in select * from rows_ w where w.k < ${r.int(8)} order by w.k${r.chance(0.5) ? ' desc' : ''} loop`, ...statements(r, depth - 1, names, true), 'end loop;'],
    () => [`foreach j in array coalesce(a, '{}') loop`, ...statements(r, depth - 1, names, true), '  exit when turns > 30; turns := turns + 1;', 'end loop;'],
    () => [`while i < 4 loop`, '  i := coalesce(i, 0) + 1; turns := turns + 1; exit when turns > 30;', ...statements(r, depth - 1, names, true), 'end loop;'],
    () => ['begin', ...body(), `exception when ${r.of(['others', 'division_by_zero', 'unique_violation or check_violation', 'raise_exception', "sqlstate '22023'", 'data_exception', 'no_data_found or too_many_rows'])} then`,
      '  sqlerrm_seen := sqlstate;', ...(r.chance(0.3) ? [`  get stacked diagnostics t = returned_sqlstate;`] : []), ...(r.chance(0.2) ? ['  raise;'] : body()), 'end;'],
  ])();
}

const statements = (r, depth, names, inLoop) => indent(Array.from({ length: 1 + r.int(3) }, () => statement(r, depth, names, inLoop)).flat());

const TELL = `concat_ws('|', i, j, t, n, b, d, a::text, r.k, r.x, r.s, sqlerrm_seen)`;

function makeFunction(r, name, names) {
  const definer = r.chance(0.3) ? ' security definer set search_path = public' : '';
  return [
    `create function ${name}(p int) returns text language plpgsql${definer} as $$`,
    'declare',
    ...Object.entries(VARIABLES).map(([variable, type]) => `  ${variable} ${type}${r.chance(0.6) ? ` := ${{ i: 'p', j: '3', t: "'t'", n: '1.255', b: 'p > 1', d: "'2024-01-10'", a: "'{1,2,3}'" }[variable]}` : ''};`),
    `  r rows_${r.chance(0.5) ? '%rowtype' : ''};`, '  turns int := 0;', "  sqlerrm_seen text := '-';",
    'begin',
    ...Array.from({ length: 4 + r.int(4) }, () => indent(statement(r, DEPTH, names, false))).flat(),
    `  return ${TELL};`,
    ...(r.chance(0.6) ? [`exception when others then`, `  return 'caught ' || sqlstate || ' ' || ${TELL};`] : []),
    'end $$;',
  ].join('\n');
}

function makeTrigger(r, index) {
  const timing = r.of(['before', 'after']);
  const change = timing === 'before' ? r.of(['new.x := coalesce(new.x, 0) + 1;', "new.s := upper(new.s);", 'if new.x > 50 then return null; end if;', "if new.s = 'b7' then raise exception 'not b7' using errcode = '23514'; end if;"]) : '';
  return [
    `create function trigger_${index}() returns trigger language plpgsql security definer set search_path = public as $$`,
    'begin',
    `  insert into log (what) values (tg_name || ' ' || tg_op || ' ' || coalesce(old::text, '-') || ' ' || coalesce(new::text, '-'));`,
    ...(change && timing === 'before' ? [`  if tg_op <> 'DELETE' then ${change} end if;`] : []),
    "  return coalesce(new, old);",
    'end $$;',
    `create trigger t${index} ${timing} ${r.of(['insert or update', 'insert or update or delete', 'update of x', 'delete'])} on rows_ for each row${r.chance(0.2) ? " when (pg_trigger_depth() < 5)" : ''} execute function trigger_${index}();`,
  ].join('\n');
}

function makeFile(seed) {
  const r = chooser(seed);
  const names = [], parts = ['-- Made by tests/diff/bodies.mjs.'];
  parts.push('create table rows_ (k int primary key, x int check (x < 1000), s text);', 'create table log (id int generated always as identity, what text);');
  parts.push("insert into rows_ values (1, 10, 'a'), (2, null, 'b7'), (3, 7, null), (5, 7, 'x y'), (7, 0, '12');");
  parts.push('alter table rows_ enable row level security;', 'alter table log enable row level security;', "create policy most on rows_ for all to authenticated using (k <> 3) with check (k <> 103);");
  for (let index = 0; index < FUNCTIONS; index++) {
    const name = `f${index}`;
    parts.push(makeFunction(r, name, names));
    names.push(name);
  }
  for (let index = 0; index < r.int(3); index++) parts.push(makeTrigger(r, index));
  for (const identity of IDENTITIES) {
    parts.push(`-- as: ${identity}`);
    for (let call = 0; call < CALLS / IDENTITIES.length; call++) parts.push(`select ${r.of(names)}(${r.of(['0', '1', '2', '5', 'null'])});`, ...(r.chance(0.3) ? ['select * from rows_ order by k;'] : []));
  }
  parts.push('-- as: owner', 'select what, count(*) from log group by what order by what;', 'select * from rows_ order by k;');
  return `${parts.join('\n')}\n`;
}

const [folder, first = '1', count = '1'] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node tests/diff/bodies.mjs FOLDER [FIRST_SEED [COUNT]]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) writeFileSync(join(folder, `bodies_${seed}.sql`), makeFile(seed));
