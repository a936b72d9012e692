#!/usr/bin/env node
// tests/diff/random.mjs - random schemas with policies, and statements that try to get around them.
//
//   node tests/diff/random.mjs FOLDER [FIRST_SEED [COUNT]]
//
// Writes FOLDER/random_SEED.sql, case files for diff_runner, one a seed; a seed always gives the same file.
// What a file may hold is narrow on purpose: where PostgreSQL itself leaves the answer open (which of
// several errors comes first, which rows a LIMIT keeps) nothing is asked.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooser } from './edges.mjs';

const UID = (last) => `00000000-0000-0000-0000-0000000000${last}`;
const USERS = [UID('0a'), UID('0b'), UID('0c'), UID('01')];
const IDENTITIES = ['alice', 'bob', 'carol', 'admin', 'anon'];
const STATEMENTS = 60;

// ---- schema ------------------------------------------------------------------------------------

const TYPES = {
  int: { values: ['0', '1', '2', '3', '5', '-1', 'null'], plain: ['%c > 1', '%c = 2', '%c is null', '%c <> 3', '%c in (1, 2, 5)', '%c between 0 and 2'] },
  text: { values: ["'a'", "'b'", "'1'", "'2x'", "''", 'null'], plain: ["%c = 'a'", "%c <> 'b'", '%c is not null', "%c < 'b'"] },
  numeric: { values: ['0', '1.50', '2', '10.25', 'null'], plain: ['%c > 1', '%c = 1.5', '%c is null', '%c <= 2.0'] },
  boolean: { values: ['true', 'false', 'null'], plain: ['%c', 'not %c', '%c is null', '%c is not true'] },
};

// What raises on some values, so that a hidden row could tell of itself.
const LEAKS = {
  int: ['1 / (%c - 3) >= 0', '10 / %c > 0', '%c * 1000000000 > 5', 'leak(%c) > 0', '(select p.v from pub p where p.k = %c) = 1'],
  text: ["%c::int = 1", "%c ~ '^[ab]'", "%c like 'a%'", 'length(%c) > 1', "upper(%c) = 'A'"],
  numeric: ['1 / %c > 0', '%c::int > 1', 'round(%c) > 1'],
  boolean: ['%c::text = \'true\'', '1 / %c::int = 1'],
};

function makeTable(r, index, tables) {
  const columns = [
    { name: 'id', type: 'int', key: true },
    { name: 'org', type: 'int', notNull: r.chance(0.5) },
    { name: 'own', type: 'uuid', default: r.chance(0.5) ? 'auth.uid()' : null },
  ];
  for (const name of ['x', 'y', 'z'].slice(0, 1 + r.int(3))) {
    const type = r.of(Object.keys(TYPES));
    columns.push({ name, type, unique: type !== 'boolean' && r.chance(0.15), notNull: r.chance(0.1),
      default: r.chance(0.3) ? r.of(TYPES[type].values) : null,
      check: type === 'int' && r.chance(0.2) ? `${name} < 5` : null });
  }
  const parent = index > 0 && r.chance(0.6) ? r.of(tables) : null;
  if (parent) columns.push({ name: 'up', type: 'int', parent, action: r.of(['', ' on delete cascade', ' on delete set null']) });
  if (r.chance(0.2)) columns.push({ name: 'gen', type: 'int', generated: 'org * 2' });
  return { name: `t${index}`, index, columns, rls: r.chance(0.85), parent, kind: 'table' };
}

function createTable(table) {
  const lines = table.columns.map((c) => {
    let line = `${c.name} ${c.type}`;
    if (c.key) line += ' primary key';
    if (c.generated) line += ` generated always as (${c.generated}) stored`;
    if (c.notNull) line += ' not null';
    if (c.default) line += ` default ${c.default}`;
    if (c.unique) line += ' unique';
    if (c.check) line += ` check (${c.check})`;
    if (c.parent) line += ` references ${c.parent.name} (id)${c.action}`;
    return line;
  });
  return `create table ${table.name} (${lines.join(', ')});`;
}

function columnValue(r, column, bad) {
  if (column.type === 'uuid') return r.chance(0.15) ? 'null' : `'${r.of(USERS)}'`;
  if (column.name === 'org') return r.chance(0.1) && !column.notNull ? 'null' : String(1 + r.int(3));
  if (column.parent) return r.chance(0.2) ? 'null' : String(1 + r.int(bad ? 9 : 6));
  const values = TYPES[column.type].values.filter((v) => bad || !((v === 'null' && column.notNull) || (v === '5' && column.check)));
  return r.of(values);
}

function seedRows(r, table) {
  const rows = [], seen = {};
  const columns = table.columns.filter((c) => !c.generated);
  for (let id = 1; id <= 6; id++) {
    const row = columns.map((c) => {
      if (c.key) return String(id);
      const value = columnValue(r, c, false);
      if (!c.unique || value === 'null') return value;
      seen[c.name] ??= new Set();
      if (!seen[c.name].has(value)) { seen[c.name].add(value); return value; }
      const fresh = c.type === 'text' ? `'u${id}'` : String(id + 10);
      return c.check ? String(-id - 10) : fresh;
    });
    rows.push(`(${row.join(', ')})`);
  }
  return `insert into ${table.name} (${columns.map((c) => c.name).join(', ')}) values ${rows.join(', ')};`;
}

// A predicate over a table's row that may read the tables made before it.
function policyExpr(r, table, tables, depth = 0) {
  const t = table.name;
  const plain = () => {
    const column = r.of(table.columns.filter((c) => TYPES[c.type]));
    return r.of(TYPES[column.type].plain).replaceAll('%c', `${t}.${column.name}`);
  };
  // Alone: what a constant decides PostgreSQL does not plan, and asks no grant for.
  if (depth === 0 && r.chance(0.08)) return 'true';
  const earlier = tables.filter((other) => other.index < table.index);
  const options = [
    () => 'own = auth.uid()', () => 'own = (select auth.uid())', plain, plain,
    () => `${t}.org in (select m.org from mem m where m.usr = auth.uid())`,
    () => `exists (select 1 from mem m where m.org = ${t}.org and m.usr = auth.uid())`,
    () => `${t}.org = any (my_orgs())`, () => `is_member(${t}.org)`,
    () => "coalesce(auth.jwt() -> 'app_metadata' ->> 'role' = 'admin', false)",
    () => "auth.role() = 'authenticated'", () => 'auth.uid() is not null',
  ];
  if (earlier.length) {
    const other = r.of(earlier);
    options.push(() => `exists (select 1 from ${other.name} o where o.id = ${t}.id)`,
      () => `${t}.org in (select o.org from ${other.name} o)`,
      () => `(select count(*) from ${other.name}) > 2`,
      () => `not exists (select 1 from ${other.name} o where o.org = ${t}.org and o.id > 3)`);
    if (table.parent) options.push(() => `${t}.up in (select id from ${table.parent.name})`,
      () => `exists (select 1 from ${table.parent.name} p where p.id = ${t}.up)`);
  }
  const one = r.of(options)();
  if (depth > 1 || r.chance(0.6)) return one;
  return `(${one} ${r.of(['and', 'or', 'and not', 'or'])} ${policyExpr(r, table, tables, depth + 1)})`;
}

function policies(r, table, tables) {
  const lines = [];
  if (table.rls) lines.push(`alter table ${table.name} enable row level security;`);
  for (let i = 0, count = 1 + r.int(5); i < count; i++) {
    const command = r.of(['all', 'all', 'select', 'select', 'insert', 'update', 'delete']);
    const restrictive = i > 0 && r.chance(0.25) ? ' as restrictive' : '';
    const to = r.of(['', '', ' to authenticated', ' to anon', ' to anon, authenticated', ' to public']);
    const using = command !== 'insert' ? ` using (${policyExpr(r, table, tables)})` : '';
    const check = command === 'insert' || ((command === 'all' || command === 'update') && r.chance(0.4))
      ? ` with check (${policyExpr(r, table, tables)})` : '';
    lines.push(`create policy p${i} on ${table.name}${restrictive} for ${command}${to}${using}${check};`);
  }
  return lines;
}

function grants(r, table) {
  if (!r.chance(0.25)) return [];
  const names = table.columns.map((c) => c.name);
  const writable = table.columns.filter((c) => !c.generated).map((c) => c.name);
  const some = (list) => { const kept = r.some(list, 0.75); return kept.length ? kept : ['id']; };
  const role = r.of(['anon', 'authenticated']);
  const lines = [`revoke all on ${table.name} from ${role};`, `grant select (${some(names).join(', ')}) on ${table.name} to ${role};`];
  if (r.chance(0.7)) lines.push(`grant insert (${some(writable).join(', ')}) on ${table.name} to ${role};`);
  if (r.chance(0.7)) lines.push(`grant update (${some(writable).join(', ')}) on ${table.name} to ${role};`);
  if (r.chance(0.5)) lines.push(`grant delete on ${table.name} to ${role};`);
  return lines;
}

function makeView(r, index, from) {
  const kept = from.columns.filter((c) => c.name === 'id' || c.name === 'org' || r.chance(0.8));
  const option = r.of(['', ' with (security_invoker = true)', ' with (security_invoker = true)', ' with (security_barrier = true)']);
  const column = r.of(kept.filter((c) => TYPES[c.type]));
  const where = r.chance(0.6) ? ` where ${r.of(TYPES[column.type].plain).replaceAll('%c', column.name)}` : '';
  const check = where && r.chance(0.3) ? ' with check option' : '';
  return { name: `v${index}`, columns: kept.map((c) => ({ ...c, parent: null })), kind: 'view',
    sql: `create view v${index}${option} as select ${kept.map((c) => c.name).join(', ')} from ${from.name}${where}${check};` };
}

function world(r) {
  const tables = [];
  for (let i = 0, count = 2 + r.int(2); i < count; i++) tables.push(makeTable(r, i, tables));
  const views = [];
  for (let i = 0, count = 1 + r.int(3); i < count; i++) views.push(makeView(r, i, r.of([...tables, ...views])));
  const lines = [
    'create table mem (org int, usr uuid, primary key (org, usr));',
    `insert into mem values (1, '${USERS[0]}'), (1, '${USERS[3]}'), (2, '${USERS[1]}'), (2, '${USERS[0]}');`,
    'create table pub (id int primary key, k int, v int);',
    'insert into pub values (1, 1, 1), (2, 2, 2), (3, 3, 1), (4, 3, 1), (5, 5, null);',
    ...tables.map(createTable),
    ...tables.map((t) => seedRows(r, t)),
    `create function my_orgs() returns int[] language sql stable security definer set search_path = '' as
    $$ select coalesce(array_agg(org), '{}') from public.mem where usr = auth.uid() $$;`,
    `create function is_member(o int) returns boolean language sql stable security definer set search_path = '' as
    $$ select exists (select 1 from public.mem where org = o and usr = auth.uid()) $$;`,
    'create function leak(n int) returns int language sql immutable as $$ select 10 / (n - 2) $$;',
    ...views.map((v) => v.sql),
  ];
  for (const t of tables) {
    lines.push(`create function all_${t.name}() returns setof ${t.name} language sql stable as $$ select * from ${t.name} $$;`,
      `create function def_${t.name}() returns setof ${t.name} language sql stable security definer set search_path = '' as $$ select * from public.${t.name} where org <> 3 $$;`,
      `create function count_${t.name}(o int) returns bigint language sql stable as $$ select count(*) from ${t.name} where org = o $$;`);
  }
  if (r.chance(0.8)) {
    lines.push('alter table mem enable row level security;', 'create policy own on mem for select using (usr = auth.uid());');
  }
  for (const t of tables) {
    const granted = grants(r, t);
    t.narrow = granted.length > 0;
    lines.push(...policies(r, t, tables), ...granted);
  }
  return { tables, views, lines };
}

// ---- statements ------------------------------------------------------------------------------------

function sources(w) {
  return [...w.tables, ...w.tables, ...w.views];
}

function plainCondition(r, item, alias) {
  const column = r.of(item.columns.filter((c) => TYPES[c.type]));
  return r.of(TYPES[column.type].plain).replaceAll('%c', `${alias}.${column.name}`);
}

function leakCondition(r, item, alias) {
  const column = r.of(item.columns.filter((c) => TYPES[c.type]));
  return r.of(LEAKS[column.type]).replaceAll('%c', `${alias}.${column.name}`);
}

// raises: an UPDATE may have its new rows refused before or after another row raises, which is open.
function condition(r, w, item, alias, raises = true) {
  const other = r.of(sources(w));
  return r.of([
    () => plainCondition(r, item, alias), () => plainCondition(r, item, alias),
    () => (raises ? leakCondition : plainCondition)(r, item, alias),
    () => `${alias}.id = ${1 + r.int(8)}`, () => `${alias}.id in (select o.id from ${other.name} o)`,
    () => `exists (select 1 from ${other.name} o where o.org = ${alias}.org and o.id <> ${alias}.id)`,
    () => `not exists (select 1 from ${other.name} o where o.id = ${alias}.id)`,
    () => `(${plainCondition(r, item, alias)} or ${plainCondition(r, item, alias)})`,
    () => `${alias}.org = any (my_orgs())`, () => `(select count(*) from ${other.name} o where o.org = ${alias}.org) > 1`,
    () => counting(r, w, `${alias}.org`, '> 1'),
  ])();
}

// What a function's body may not read is told when it is called in PostgreSQL, at once in dapur.
function counting(r, w, argument, test) {
  const open = w.tables.filter((t) => !t.narrow);
  return open.length ? `count_${r.of(open).name}(${argument}) ${test}` : `${argument} ${test}`;
}

function targets(r, item, alias) {
  return r.of([
    () => `${alias}.*`, () => `${alias}.id`, () => r.some(item.columns, 0.6).map((c) => `${alias}.${c.name}`).join(', ') || `${alias}.org`,
    () => `${alias}`, () => `${alias}.id, (select count(*) from mem)`, () => `to_jsonb(${alias})`,
  ])();
}

function select(r, w) {
  const a = r.of(sources(w)), b = r.of(sources(w)), t = r.of(w.tables);
  const where = r.chance(0.7) ? ` where ${condition(r, w, a, 'a')}` : '';
  return r.of([
    () => `select ${targets(r, a, 'a')} from ${a.name} a${where}`,
    () => `select ${targets(r, a, 'a')} from ${a.name} a${where}`,
    () => `select count(*), min(a.id), max(a.org) from ${a.name} a${where}`,
    () => `select a.org, count(*), sum(a.id) from ${a.name} a${where} group by a.org`,
    () => `select a.id, b.id from ${a.name} a ${r.of(['join', 'left join', 'right join', 'full join'])} ${b.name} b on ${r.of(['a.id = b.id', 'a.org = b.org', 'b.id = a.org'])}`,
    () => `select a.id, b.id from ${a.name} a join ${b.name} b on a.id = b.id where ${plainCondition(r, a, 'a')} and ${plainCondition(r, b, 'b')}`,
    () => `select a.id, b.id, c.id from pub c left join (${a.name} a ${r.of(['join', 'left join', 'full join'])} ${b.name} b on a.id = b.id) on c.id = a.org`,
    () => `select id, org from ${a.name} ${r.of(['union', 'union all', 'intersect', 'except'])} select id, org from ${b.name}`,
    () => `with s as (select a.id, a.org from ${a.name} a${where}) select s.id, b.id from s left join ${b.name} b on b.id = s.id`,
    () => `select x.id from all_${t.name}() x where ${condition(r, w, t, 'x')}`,
    () => `select x.id, x.org from def_${t.name}() x where ${plainCondition(r, t, 'x')}`,
    () => `select o, ${counting(r, w, 'o', '')} from generate_series(1, 3) o`,
    () => `select s.id from (select a.id, a.org from ${a.name} a) s where ${r.of(['1 / (s.id - 3) >= 0', 's.id > 2', 's.org = 2'])}`,
    () => `select a.id from ${a.name} a order by a.id ${r.of(['', 'desc'])} limit ${1 + r.int(3)} offset ${r.int(3)}`,
    () => `select distinct a.org from ${a.name} a${where}`,
    () => `select a.id, row_number() over (partition by a.org order by a.id) from ${a.name} a`,
    () => `select p.id, (select max(a.id) from ${a.name} a where a.org = p.id) from pub p`,
    () => `select p.id, l.id from pub p, lateral (select a.id from ${a.name} a where a.org = p.id order by a.id limit 1) l`,
  ])();
}

function returning(r, item, own = true) {
  if (r.chance(0.5)) return '';
  const names = item.columns.map((c) => c.name);
  return ` returning ${r.of(['*', 'id', '1', r.some(names, 0.5).join(', ') || 'id', `${item.name}.org, (select count(*) from mem)`,
    item.name, own ? `id, (select count(*) from ${item.name} o where o.org = 1)` : 'id, org'])}`;
}

function insert(r, w) {
  const t = r.of([...w.tables, ...w.tables, ...w.tables, ...w.views]);
  const id = r.chance(0.4) ? 1 + r.int(8) : 10 + r.int(90);
  const columns = t.columns.filter((c) => !c.generated && (c.key || r.chance(0.8)));
  const names = columns.map((c) => c.name).join(', ');
  const values = (key) => `(${columns.map((c) => (c.key ? String(key) : r.chance(0.05) ? 'default' : columnValue(r, c, r.chance(0.1)))).join(', ')})`;
  const settable = t.columns.filter((c) => !c.generated && !c.key && !c.parent && !c.unique);
  const one = settable.length ? r.of(settable) : null;
  const assign = one ? r.of([`${one.name} = excluded.${one.name}`, `${one.name} = ${columnValue(r, one, false)}`, `org = excluded.org`, `org = ${1 + r.int(3)}`]) : 'org = 1';
  const unique = t.columns.find((c) => c.unique);
  const conflict = t.kind === 'view' ? '' : r.of(['', '', '', ' on conflict do nothing', ' on conflict (id) do nothing',
    ` on conflict (id) do update set ${assign}`, ` on conflict (id) do update set ${assign}`,
    ` on conflict (id) do update set ${assign} where ${plainCondition(r, t, t.name)}`,
    unique ? ` on conflict (${unique.name}) do update set ${assign}` : ' on conflict (id) do nothing']);
  if (r.chance(0.12)) {
    const from = r.of(w.tables);
    return `insert into ${t.name} (id, org, own) select o.id + ${20 + 20 * r.int(9)}, o.org, o.own from ${from.name} o where o.id = ${1 + r.int(6)}${conflict}${returning(r, t, conflict === '')}`;
  }
  return `insert into ${t.name} (${names}) values ${values(id)}${conflict}${returning(r, t, conflict === '')}`;
}

function update(r, w) {
  const t = r.of([...w.tables, ...w.tables, ...w.tables, ...w.views]);
  const settable = t.columns.filter((c) => !c.generated && !c.key);
  const one = r.of(settable);
  // Several rows with several errors: which comes first is open. Constraints meet one row alone.
  const risky = one.unique || one.check || one.notNull || one.parent;
  const narrow = risky || r.chance(0.4);
  const set = r.of([`${one.name} = ${columnValue(r, one, narrow && r.chance(0.1))}`, narrow ? `org = org, ${one.name === 'org' ? 'own' : one.name} = default` : `own = own`,
    `org = ${1 + r.int(3)}`, 'own = auth.uid()']);
  const where = narrow ? ` where ${t.name}.id = ${1 + r.int(8)}` : r.chance(0.8) ? ` where ${condition(r, w, t, t.name, false)}` : '';
  if (r.chance(0.15)) {
    const other = r.of(sources(w));
    return `update ${t.name} set own = own from ${other.name} o where o.id = ${t.name}.id and ${plainCondition(r, other, 'o')} returning ${t.name}.id, o.org`;
  }
  return `update ${t.name} set ${set}${where}${returning(r, t)}`;
}

function remove(r, w) {
  const t = r.of([...w.tables, ...w.tables, ...w.tables, ...w.views]);
  if (r.chance(0.15)) {
    const other = r.of(sources(w));
    return `delete from ${t.name} using ${other.name} o where o.id = ${t.name}.id and ${plainCondition(r, other, 'o')} and ${t.name}.id > 4`;
  }
  return `delete from ${t.name} where ${r.of([`${t.name}.id = ${1 + r.int(8)}`, `${t.name}.id = ${1 + r.int(8)}`, condition(r, w, t, t.name)])}${returning(r, t)}`;
}

function caseFile(seed) {
  const r = chooser(seed);
  const w = world(r);
  const lines = [`-- Random case of seed ${seed} (tests/diff/random.mjs).`, ...w.lines];
  let as = '';
  for (let i = 0; i < STATEMENTS; i++) {
    const identity = r.of(IDENTITIES);
    if (identity !== as) lines.push(`-- as: ${identity}`);
    as = identity;
    const make = r.of([select, select, select, select, insert, insert, update, update, remove]);
    lines.push(`${make(r, w)};`);
  }
  lines.push('-- as: owner', ...w.tables.map((t) => `select * from ${t.name} order by id;`));
  return `${lines.join('\n')}\n`;
}

const [folder, first = '1', count = '1'] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node tests/diff/random.mjs FOLDER [FIRST_SEED [COUNT]]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (let seed = Number(first); seed < Number(first) + Number(count); seed++)
  writeFileSync(join(folder, `random_${seed}.sql`), caseFile(seed));
