#!/usr/bin/env node
// tests/diff/queries.mjs - random queries and changes over random tables, with policies and triggers.
//
//   node tests/diff/queries.mjs FOLDER [FIRST_SEED [COUNT]]
//
// Writes FOLDER/queries_SEED.sql, case files for diff_runner, one a seed; a seed always gives the same file. Asked is
// what has one answer: rows in a total order, windows with a unique key, expressions that cannot fail.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooser } from './edges.mjs';
import { aggregate, expr, SQL_TYPES, TYPES, WINDOW_TYPES, windowed } from './query_expr.mjs';

const STATEMENTS = 70;
const IDENTITIES = ['owner', 'owner', 'alice', 'bob'];
const USER = { alice: '00000000-0000-0000-0000-00000000000a', bob: '00000000-0000-0000-0000-00000000000b' };

const times = (n, make) => Array.from({ length: n }, (_, i) => make(i));

// ---- tables ------------------------------------------------------------------------------------------

const CELLS = {
  int: ['0', '1', '2', '3', '-1', '5', '12'],
  bigint: ['0', '1', '4294967296', '-3', '9007199254740993'],
  numeric: ['0', '1.50', '-2.25', '10.00', '99.995', '0.1'],
  text: ["''", "'a'", "'b'", "'ab-cd'", "'Zoë'", "'B'", "'cab'", "' x'"],
  bool: ['true', 'false'],
  date: ["'2024-02-29'", "'2023-12-31'", "'2024-07-01'", "'2000-01-01'"],
  stamp: ["'2024-02-29 13:14:15'", "'2023-12-31 23:59:59.5'", "'2024-07-01'"],
  span: ["'1 day'", "'-2 hours'", "'1 mon 3 days'", "'00:00:01.5'"],
  jsonb: ["'{\"a\": 1}'", "'{\"a\": {\"k\": \"v\"}, \"b\": [1, 2]}'", "'[1, 2]'", "'\"s\"'", "'null'"],
  ints: ["'{1,2}'", "'{}'", "'{3,NULL}'", "'{5,1,2}'"],
  texts: ["'{a,b}'", "'{}'", "'{x,NULL}'"],
};

const cell = (r, type) => (r.chance(0.25) ? 'null' : r.of(CELLS[type]));

function makeTable(r, index, tables) {
  const columns = [{ name: 'id', type: 'int', key: true }];
  for (const type of r.shuffled(['int', 'text', ...TYPES]).slice(0, 4 + r.int(3))) columns.push({ name: 'cdefghijk'[columns.length], type });
  const parent = index > 0 && r.chance(0.8) ? r.of(tables) : null;
  if (parent) columns.push({ name: 'up', type: 'int', parent });
  const table = { name: `t${index}`, columns, parent, secured: r.chance(0.3), next: 100 };
  if (table.secured) columns.push({ name: 'own', type: 'uuid' });
  return table;
}

function createTable(r, table) {
  const lines = table.columns.map((c) => (c.key ? 'id int primary key' : c.parent ? `up int references ${c.parent.name}` : `${c.name} ${SQL_TYPES[c.type] ?? c.type}`));
  const out = [`create table ${table.name} (${lines.join(', ')});`];
  if (r.chance(0.5)) out.push(`create index on ${table.name} (${r.of(table.columns).name});`);
  const cells = (id) => table.columns.map((c) => (c.key ? id : c.parent ? r.of(['1', '2', '3', 'null']) : c.name === 'own' ? `'${r.of(Object.values(USER))}'` : cell(r, c.type)));
  out.push(`insert into ${table.name} values ${times(9, (i) => `(${cells(i + 1).join(', ')})`).join(',\n  ')};`);
  out.push(`grant select, insert, update, delete on ${table.name} to authenticated;`);
  if (table.secured) {
    const scope = { columns: columnsOf(table, table.name) };
    out.push(`alter table ${table.name} enable row level security;`,
      `create policy p on ${table.name} to authenticated using (own = auth.uid() or ${expr(r, scope, 'bool', 1)});`);
    if (r.chance(0.4)) out.push(`create policy q on ${table.name} as restrictive for select to authenticated using (${expr(r, scope, 'bool', 1)} is not false);`);
  }
  return out;
}

// A BEFORE trigger that changes or drops rows, and an AFTER one that writes a log.
function createTriggers(r, table) {
  const texts = table.columns.filter((c) => c.type === 'text'), ints = table.columns.filter((c) => c.type === 'int' && !c.key && !c.parent);
  const out = [];
  if (texts.length) {
    const skip = ints.length ? `if tg_op = 'INSERT' and new.${ints[0].name} = 12 then return null; end if;` : '';
    out.push(`create function ${table.name}_before() returns trigger language plpgsql as $$ begin ${skip}
  new.${texts[0].name} := left(coalesce(new.${texts[0].name}, '?') || lower(left(tg_op, 1)), 9); return new; end $$;`,
      `create trigger before_row before insert or update on ${table.name} for each row${r.chance(0.3) ? ` when (new.id % 2 = 0)` : ''} execute function ${table.name}_before();`);
  }
  out.push(`create function ${table.name}_after() returns trigger language plpgsql security definer as $$ begin
  insert into log values ('${table.name}', tg_op, coalesce(new.id, old.id), to_jsonb(old) - 'own', to_jsonb(new) - 'own'); return null; end $$;`,
    `create trigger after_row after insert or update or delete on ${table.name} for each row execute function ${table.name}_after();`);
  return out;
}

function world(r) {
  const tables = [], lines = ['create table log (name text, op text, id int, before jsonb, after jsonb);'];
  for (let i = 0; i < 3; i++) {
    const table = makeTable(r, i, tables);
    tables.push(table);
    lines.push(...createTable(r, table));
  }
  for (const table of tables) if (r.chance(0.5)) lines.push(...createTriggers(r, table));
  return { tables, lines };
}

// ---- queries -----------------------------------------------------------------------------------------

const columnsOf = (table, alias) => table.columns.filter((c) => c.type !== 'uuid').map((c) => ({ sql: `${alias}.${c.name}`, type: c.type }));

// What a query may read from: sql, and its columns; key: a column that is unique and not null.
function source(r, w, alias, depth, outer) {
  const kind = depth > 0 ? r.int(10) : 0;
  if (kind === 9) return { sql: `generate_series(1, ${1 + r.int(4)}) ${alias}(n)`, columns: [{ sql: `${alias}.n`, type: 'int' }], key: `${alias}.n` };
  if (kind === 8) {
    const rows = times(3, (i) => `(${i + 1}, ${r.of(CELLS.text)}, ${r.of(['1.5', '2', '-0.25'])})`);
    return { sql: `(values ${rows.join(', ')}) ${alias}(k, t, v)`, columns: [{ sql: `${alias}.k`, type: 'int' }, { sql: `${alias}.t`, type: 'text' }, { sql: `${alias}.v`, type: 'numeric' }], key: `${alias}.k` };
  }
  if (kind >= 6) {
    const inner = query(r, w, depth - 1, outer ? 'lateral' : null, outer);
    return { sql: `${outer ? 'lateral ' : ''}(${inner.sql}) ${alias}`, columns: inner.types.map((type, i) => ({ sql: `${alias}.c${i + 1}`, type })), key: null };
  }
  const table = r.of(w.tables);
  return { sql: `${table.name} ${alias}`, columns: columnsOf(table, alias), key: `${alias}.id`, table };
}

let aliases = 0;
const newAlias = () => `a${++aliases}`;

const scopeOf = (w, columns, depth) => (depth <= 0 ? { columns } : {
  columns,
  subquery: (r, scope, type) => scalar(r, w, scope, type),
  values: (r, scope, type) => column(r, w, scope, type),
});

function scalar(r, w, outer, type) {
  const from = source(r, w, newAlias(), 0);
  const scope = { columns: [...from.columns, ...outer.columns.slice(0, 6)] };
  return `select ${aggregate(r, from, type, 2)} from ${from.sql}${r.chance(0.7) ? ` where ${expr(r, scope, 'bool', 2)}` : ''}`;
}

function column(r, w, outer, type) {
  const from = source(r, w, newAlias(), 0);
  const scope = { columns: [...from.columns, ...outer.columns.slice(0, 6)] };
  return `select ${expr(r, { columns: from.columns }, type, 1)} from ${from.sql}${r.chance(0.7) ? ` where ${expr(r, scope, 'bool', 2)}` : ''}`;
}

function fromClause(r, w, depth, outer) {
  const first = source(r, w, newAlias(), depth, outer);
  let { sql } = first;
  const columns = [...first.columns], keys = [first.key];
  for (let i = r.of([0, 0, 1, 1, 2]); i > 0; i--) {
    const lateral = r.chance(0.25) && depth > 0 ? { columns: [...columns] } : null;
    const next = source(r, w, newAlias(), depth, lateral);
    const kind = lateral ? r.of(['join', 'left join', 'cross join']) : r.of(['join', 'left join', 'right join', 'full join', 'cross join', ',']);
    const ints = (list) => list.filter((c) => c.type === 'int').map((c) => c.sql);
    const left = ints(columns), right = ints(next.columns);
    const equal = left.length && right.length ? `${r.of(left)} = ${r.of(right)}` : 'true';
    // A full join needs a condition that can be merged, and no comma before it.
    if (kind === 'cross join') sql += ` cross join ${next.sql}`;
    else if (kind === ',') sql = `${sql} cross join ${next.sql}`;
    else if (kind === 'full join') sql += ` full join ${next.sql} on ${equal}`;
    else sql += ` ${kind} ${next.sql} on ${equal}${r.chance(0.3) ? ` and ${expr(r, { columns: [...columns, ...next.columns] }, 'bool', 1)}` : ''}`;
    keys.push(kind === 'join' || kind === 'cross join' || kind === ',' ? next.key : null);
    columns.push(...next.columns);
  }
  return { sql, columns, keys: keys.every(Boolean) ? keys : null };
}

// Of equal numbers that are written differently one stands for all in DISTINCT, UNION and GROUP BY: which, is open.
const plainNumber = (type, sql) => (type === 'numeric' ? `trim_scale(${sql})` : sql);

const named = (list) => list.map((sql, i) => `${sql} as c${i + 1}`).join(', ');
const someTypes = (r, n, from = TYPES) => times(n, () => r.of(from));

function plain(r, w, depth, outer, types) {
  const from = fromClause(r, w, depth, outer);
  const columns = [...from.columns, ...(outer ? outer.columns : [])];
  const scope = scopeOf(w, columns, depth);
  const out = types.map((type) => (from.keys && !outer && WINDOW_TYPES.includes(type) && r.chance(0.2) ? windowed(r, { columns }, type, from.keys.join(', ')) : plainNumber(type, expr(r, scope, type, 3))));
  const where = r.chance(0.7) ? ` where ${expr(r, scope, 'bool', 3)}` : '';
  return `select ${r.chance(0.15) ? 'distinct ' : ''}${named(out)} from ${from.sql}${where}`;
}

function grouped(r, w, depth, outer, types) {
  const from = fromClause(r, w, depth, outer);
  const columns = [...from.columns, ...(outer ? outer.columns : [])];
  // An aggregate of outer columns alone would be the outer query's.
  const scope = { columns: from.columns };
  const keys = types.slice(0, r.int(Math.min(3, types.length))).map((type) => plainNumber(type, expr(r, scope, type, 2)));
  const out = [...keys, ...types.slice(keys.length).map((type) => plainNumber(type, aggregate(r, scope, type, 3)))];
  // A key that is a constant or a number would be a place in the list.
  const places = keys.map((_, i) => i + 1);
  const having = r.chance(0.3) ? ` having ${r.of([`count(*) > ${r.int(3)}`, `bool_or(${expr(r, scope, 'bool', 1)})`, `max(${expr(r, scope, 'int', 1)}) is not null`])}` : '';
  const where = r.chance(0.5) ? ` where ${expr(r, scopeOf(w, columns, depth), 'bool', 2)}` : '';
  return `select ${named(out)} from ${from.sql}${where}${places.length ? ` group by ${places.join(', ')}` : ''}${having}`;
}

function distinctOn(r, w, depth, types) {
  const from = fromClause(r, w, 0, null);
  if (!from.keys) return plain(r, w, depth, null, types);
  const key = expr(r, from, r.of(['int', 'text', 'bool']), 1);
  return `select distinct on (${key}) ${named(types.map((type) => plainNumber(type, expr(r, from, type, 2))))} from ${from.sql} order by ${key}, ${from.keys.join(', ')}`;
}

function recursive(r, types) {
  const scope = { columns: [{ sql: 'walk.n', type: 'int' }, { sql: 'walk.s', type: 'text' }] };
  return `with recursive walk(n, s) as (select 1, 'x' union${r.of(['', ' all'])} select n + 1, left(s || n::text, 6) from walk where n < ${2 + r.int(5)}) select ${named(types.map((type) => plainNumber(type, expr(r, scope, type, 2))))} from walk`;
}

// { sql, types }: columns c1, c2, ... of these types, without an order.
function query(r, w, depth, place, outer = null, types = someTypes(r, 1 + r.int(4))) {
  const kind = r.int(12);
  let sql;
  if (kind >= 10 && !outer && depth > 0) {
    const parts = [query(r, w, depth - 1, 'set', null, types), query(r, w, depth - 1, 'set', null, types)].map((part) => `(${part.sql})`);
    sql = parts.join(` ${r.of(['union', 'union all', 'intersect', 'except', 'except all', 'intersect all'])} `);
  } else if (kind === 9 && !outer) {
    const cte = query(r, w, depth - 1, 'cte');
    const inner = { columns: cte.types.map((type, i) => ({ sql: `w.c${i + 1}`, type })) };
    const both = r.chance(0.3) ? ', w w2' : '';
    sql = `with w as${r.of(['', ' materialized', ' not materialized'])} (${cte.sql}) select ${named(types.map((type) => plainNumber(type, expr(r, inner, type, 2))))} from w${both} where ${expr(r, inner, 'bool', 2)}`;
  } else if (kind === 8 && !place) sql = recursive(r, types);
  else if (kind === 7 && !outer) sql = distinctOn(r, w, depth, types);
  else if (kind >= 4) sql = grouped(r, w, depth, outer, types);
  else sql = plain(r, w, depth, outer, types);
  return { sql, types };
}

// All columns, and their text: numbers that are equal may be written differently.
function select(r, w) {
  const { sql, types } = query(r, w, 2, null);
  const order = r.shuffled(types.map((_, i) => `${i + 1}${r.of(['', '', ' desc', ' nulls first', ' desc nulls last'])}`));
  const limit = r.chance(0.2) ? r.of([' limit 3', ' limit 5 offset 2', ' offset 1', ' fetch first 2 rows only']) : '';
  return `select * from (${sql}) q order by ${order.join(', ')}, q::text${limit}`;
}

// ---- changes -----------------------------------------------------------------------------------------

const settable = (table) => table.columns.filter((c) => !c.key && !c.parent && c.type !== 'uuid');
const returning = (r, table) => (r.chance(0.5) ? ` returning ${named(someTypes(r, 2).map((type) => expr(r, { columns: columnsOf(table, table.name) }, type, 2)))}, ${table.name}.id` : '');

function insert(r, w) {
  const table = r.of(w.tables), id = r.chance(0.3) ? 1 + r.int(9) : table.next++;
  const columns = r.shuffled(settable(table)).slice(0, 3), own = table.columns.find((c) => c.name === 'own');
  const names = ['id', ...columns.map((c) => c.name), ...(own ? ['own'] : [])];
  const values = [id, ...columns.map((c) => expr(r, { columns: [] }, c.type, 2)), ...(own ? ['auth.uid()'] : [])];
  const one = r.of(settable(table));
  const set = expr(r, { columns: [...columnsOf(table, table.name), ...columnsOf(table, 'excluded')] }, one.type, 2);
  const conflict = r.of([' on conflict do nothing', ' on conflict (id) do nothing', ` on conflict (id) do update set ${one.name} = ${set}`,
    ` on conflict (id) do update set ${one.name} = ${set} where ${expr(r, { columns: columnsOf(table, table.name) }, 'bool', 1)}`]);
  return `insert into ${table.name} (${names.join(', ')}) values (${values.join(', ')})${conflict}${returning(r, table)}`;
}

function insertMany(r, w) {
  const table = r.of(w.tables), from = r.of(w.tables), base = (table.next += 20);
  const columns = r.shuffled(settable(table)).slice(0, 3), scope = scopeOf(w, columnsOf(from, 'o'), 1);
  return `insert into ${table.name} (id, ${columns.map((c) => c.name).join(', ')}) select ${base} + o.id, ${columns.map((c) => expr(r, scope, c.type, 2)).join(', ')} from ${from.name} o where o.id < ${3 + r.int(5)}${returning(r, table)}`;
}

function update(r, w) {
  const table = r.of(w.tables), columns = r.shuffled(settable(table)).slice(0, 1 + r.int(2));
  const other = table.parent && r.chance(0.3) ? table.parent : null;
  const columnsHere = [...columnsOf(table, table.name), ...(other ? columnsOf(other, 'o') : [])];
  const scope = scopeOf(w, columnsHere, 1);
  const set = columns.map((c) => `${c.name} = ${expr(r, scope, c.type, 2)}`).join(', ');
  const where = expr(r, scope, 'bool', 2);
  return `update ${table.name} set ${set}${other ? ` from ${other.name} o where o.id = ${table.name}.up and ${where}` : ` where ${where}`}${returning(r, table)}`;
}

function remove(r, w) {
  const table = r.of(w.tables);
  if (w.tables.some((t) => t.parent === table)) return update(r, w);
  return `delete from ${table.name} where ${table.name}.id > 4 and ${expr(r, scopeOf(w, columnsOf(table, table.name), 1), 'bool', 2)}${returning(r, table)}`;
}

// ---- a file ------------------------------------------------------------------------------------------

function caseFile(seed) {
  const r = chooser(seed);
  aliases = 0;
  const w = world(r);
  const lines = [`-- Random queries of seed ${seed} (tests/diff/queries.mjs).`, ...w.lines];
  let as = '';
  for (let i = 0; i < STATEMENTS; i++) {
    const identity = r.of(IDENTITIES);
    if (identity !== as) lines.push(`-- as: ${identity}`);
    if (!as) lines.push('-- refusals: skipped');
    as = identity;
    const make = r.of([select, select, select, select, select, select, select, insert, insertMany, update, update, remove]);
    lines.push(`${make(r, w)};`);
  }
  lines.push('-- as: owner', ...w.tables.map((t) => `select * from ${t.name} order by id;`), 'select * from log order by 1, 2, 3, before::text, after::text;');
  return `${lines.join('\n')}\n`;
}

const [folder, first = '1', count = '1'] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node tests/diff/queries.mjs FOLDER [FIRST_SEED [COUNT]]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (let seed = Number(first); seed < Number(first) + Number(count); seed++)
  writeFileSync(join(folder, `queries_${seed}.sql`), caseFile(seed));
