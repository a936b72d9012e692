#!/usr/bin/env node
// tests/diff/values.mjs - every function, operator, aggregate, window function and cast that the compiler
// knows (src/sql/builtin.def, builtin_casts.def), called with values from the edges of their types.
//
//   node tests/diff/values.mjs FOLDER [FIRST_SEED [COUNT]]
//
// Writes FOLDER/values_SEED.sql, case files for diff_runner, one a seed; a seed always gives the same file
// as long as those tables stay as they are. A file calls each row of the tables once, in constants or in
// columns. What dapur refuses by name (0A000) is counted as skipped.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooser, clock, DATE_FORMATS, literal, NUMBER_FORMATS, offset, PATTERNS, quote, sqlType, VALUES } from './edges.mjs';

// ---- what is called ------------------------------------------------------------------------------

// Of the clock, of chance, of the server or of its catalog; words of the language, not calls; or answers that
// docs/limits.md names as different.
const LEFT_OUT = new Set(['now', 'random', 'setseed', 'clock_timestamp', 'statement_timestamp', 'transaction_timestamp', 'timeofday',
  'version', 'current_database', 'current_schema', 'current_setting', 'set_config', 'session_user', 'current_user', 'col_description',
  'obj_description', 'txid_current', 'show_limit', 'crypt', 'gen_salt', 'to_regclass', 'nextval', 'currval', 'lastval', 'setval']);
const LEFT_OUT_NAMES = /^(pg_|uuid_generate|gen_random)/;

const TYPE_OF = { BOOL: 'bool', INT2: 'int2', INT4: 'int4', INT8: 'int8', OID: 'oid', FLOAT4: 'float4', FLOAT8: 'float8', NUMERIC: 'numeric',
  TEXT: 'text', VARCHAR: 'varchar', NAME: 'name', BPCHAR: 'bpchar', CITEXT: 'citext', BYTEA: 'bytea', DATE: 'date', TIME: 'time',
  TIMETZ: 'timetz', TIMESTAMP: 'timestamp', TIMESTAMPTZ: 'timestamptz', INTERVAL: 'interval', UUID: 'uuid', JSON: 'json', JSONB: 'jsonb',
  INET: 'inet', CIDR: 'cidr', MACADDR: 'macaddr', MACADDR8: 'macaddr8', BIT: 'bit', VARBIT: 'varbit',
  TEXTARRAY: 'text[]', INT4ARRAY: 'int4[]', 1022: 'float8[]', 1187: 'interval[]', ANYENUM: 'mood' };

const TYPES = Object.keys(VALUES);
const POLYMORPHIC = TYPES.filter((type) => type !== 'json');

function readTable(file) {
  return readFileSync(new URL(`../../src/sql/${file}`, import.meta.url), 'utf8').split('\n');
}

function readRow(line) {
  const found = /^(\w+)\("(\w+)", "([^"]+)", "(\w+)", \w+, '(.)', ([^,]+), \d+, (\d+), \(([^)]*)\)(?:, '(.)')?/.exec(line);
  if (!found) return null;
  const [, kind, schema, name, symbol, volatility, flags, least, types, aggregate] = found;
  if (!['pg_catalog', 'extensions'].includes(schema) || volatility === 'v') return null;
  if (LEFT_OUT.has(name) || LEFT_OUT_NAMES.test(name)) return null;
  const args = types.split(',').map((type) => type.trim().replace(/OID$/, '')).filter((type) => type && type !== '0');
  return { kind, schema, name, symbol, args, least: Number(least), aggregate, variadic: flags.includes('VARIADIC') };
}

function readCast(line) {
  const found = /^CAST\((\w+?)(?:OID)?, (\w+?)(?:OID)?, /.exec(line);
  return found && TYPE_OF[found[1]] && TYPE_OF[found[2]] ? [TYPE_OF[found[1]], TYPE_OF[found[2]]] : null;
}

// ---- arguments -----------------------------------------------------------------------------------

const cast = (values) => (r, type) => `${r.of(values)}::${sqlType(type)}`;
const quoted = (values) => (r, type) => `${quote(r.of(values))}::${sqlType(type)}`;
const small = cast(['0', '1', '2', '3', '-1', '5', '10', '-3', '12']);
const moment = (r, type) => {
  const date = r.of(['2024-02-29', '2023-12-31', '1970-01-01', '1600-02-29', '0999-01-31', '9000-06-30']);
  const time = type === 'date' ? '' : ` ${clock(r)}${type === 'timestamptz' ? offset(r) : ''}`;
  return `'${date}${time}'::${type}`;
};
const FIELDS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'milliseconds', 'microseconds', 'epoch', 'dow', 'isodow', 'doy', 'week',
  'isoyear', 'quarter', 'decade', 'century', 'millennium', 'julian', 'timezone', 'timezone_hour', 'YEAR', 'days', 'nothing', ''];
const ZONES = ['UTC', 'utc', 'Asia/Jakarta', 'America/New_York', 'Europe/London', '+07', '-03:30', 'EST', 'EST5EDT', 'CET', 'PST8PDT',
  'Nowhere/At_All', 'Australia/Lord_Howe'];
const DATES = ['2024-02-29', '2024-02-29 13:14:15.678', '2024-2-3', '2024-02-30', '2024', '0999-1-1', '2024-13-01', ' 2024 - 02 - 29 ',
  '20240229', 'x'];
const PATHS = ['{a}', '{a,b}', '{a,b,0}', '{a,b,2,c}', '{0}', '{-1}', '{}', '{x}', '{a,b,-1}', '{NULL}'];

const last = (row, index) => index === row.args.length - 1;
const first = (row, index) => index === 0;
const second = (row, index) => index === 1;
const later = (row, index) => index >= 2;
const dated = (row) => row.args.some((type) => /^(DATE|TIMESTAMP)/.test(type));
const ofNumber = (row) => /^(INT\d|FLOAT|NUMERIC|TEXT)/.test(row.args[0]);

// Arguments whose place has a meaning. name, type: which they are for; at: a condition on row and place.
// always: other values would be beyond what docs/limits.md promises, or cost much and show nothing; the
// others give way to any value now and then.
const FITTING = [
  // Few rows.
  { name: /^generate_series$/, type: /^int/, at: (row) => /^INT/.test(row.args[0]), always: true, of: cast(['0', '1', '2', '5', '-3', '10']) },
  { name: /^generate_series$/, type: /^numeric$/, always: true, of: cast(['0', '1', '2.5', '-1', '0.5', '5', 'null']) },
  { name: /^generate_series$/, type: /^timestamp/, always: true, of: (r, type) => `'2024-01-${28 + r.int(3)} 10:00'::${type}` },
  { name: /^generate_series$/, type: /^interval$/, always: true, of: cast(["'1 hour'", "'-5 hours'", "'1 day'", "'0'", "'7:30'", "'1 mon'"]) },
  // Years end at 9999.
  { type: /^interval$/, at: dated, always: true, of: cast(["'0'", "'1 day'", "'-1 day'", "'1 mon'", "'-13 mons'",
    "'1 year 2 mons -3 days 04:05:06.789'", "'-00:00:00.000001'", "'36 hours'", "'30 days'"]) },
  { name: /^(\+|-|timezone|age|date_bin|date_trunc|overlaps)$/, type: /^(date|timestamp|timestamptz)$/, always: true, of: moment },
  { name: /^[+-]$/, type: /^int4$/, at: dated, always: true, of: (r) => r.of(['0', '1', '-1', '365', '10000', '-100000']) },
  { name: /^to_(date|timestamp)$/, type: /^text$/, at: first, always: true, of: quoted(DATES) },
  { name: /^to_(date|timestamp)$/, type: /^text$/, always: true, of: quoted(DATE_FORMATS.filter((f) => f.startsWith('YYYY-MM-DD'))) },
  { name: /^to_timestamp$/, type: /^float8$/, always: true, of: cast(['0', '1e9', '-1e9', '1234567890.123456', '0.0000005', "'Infinity'", '-0.5']) },
  // Large answers, or long work.
  { name: /^(\^|pow|power)$/, type: /^numeric$/, at: second, always: true,
    of: cast(['0', '1', '-1', '2', '0.5', '-2.5', '3', '10', '100', '0.333', '-3', "'NaN'", "'Infinity'", "'-Infinity'"]) },
  { name: /^(factorial|repeat|lpad|rpad|array_fill|!)$/, type: /^int/, always: true, of: (r, type) =>
    (r.chance(0.8) ? small(r, type) : `${r.of([type === 'int2' ? '-32768' : '-2147483648', '20'])}::${type}`) },
  { name: /^array_fill$/, type: /^int4\[\]$/, always: true, of: quoted(['{2}', '{0}', '{2,3}', '{}', '{-1}', '{NULL}', '{{1},{2}}', '{1,1,1,1,1,1,1}']) },
  { name: /^make_interval$/, type: /^float8$/, always: true, of: cast(['0', '1.5', '-0.000001', '1e6', '59.9999999']) },
  { name: /^make_interval$/, type: /^int/, always: true, of: cast(['0', '1', '-2', '500']) },

  { name: /^make_/, type: /^int4$/, at: first, always: true, of: cast(['1', '2024', '9999', '0', '1900']) },
  { name: /^make_/, type: /^text$/, of: quoted(ZONES) },
  { name: /^(left|right|substr|substring|overlay|split_part|generate_subscripts|trim_array|regexp_\w+|[gs]et_bit|[gs]et_byte|round|trunc|array_length|array_lower|array_upper|make_\w+|width_bucket|chr|array_position|nth_value|ntile|lag|lead|<<|>>)$/,
    type: /^int/, of: small },
  { name: /^(date_part|extract|date_trunc)$/, type: /^text$/, at: first, of: (r) => quote(r.of(FIELDS)) },
  { name: /^(timezone|date_trunc)$/, type: /^text$/, of: (r) => quote(r.of(ZONES)) },
  { name: /^timezone$/, type: /^interval$/, of: cast(["'07:00'", "'-03:30'", "'00:00'", "'11:59:59.5'", "'1 day'"]) },
  { name: /^to_(char|number)$/, type: /^text$/, at: (row, index) => last(row, index) && ofNumber(row), of: quoted(NUMBER_FORMATS) },
  { name: /^to_number$/, type: /^text$/, of: quoted(['1', '12', '-3', '1.5', '1,234.5', '$5', '5-', '<5>', '', 'x', '1 2', '+7', '.5']) },
  { name: /^to_char$/, type: /^text$/, at: (row) => row.args[0] === 'INTERVAL', always: true, of: quoted(DATE_FORMATS.filter((f) => !/[IJ]/.test(f))) },
  { name: /^to_char$/, type: /^text$/, at: last, of: quoted(DATE_FORMATS) },
  { name: /^(like|notlike|regexp_|similar|~|!~)/, type: /^(text|citext)$/, at: second, of: quoted(PATTERNS) },
  { name: /^regexp_/, type: /^text$/, at: later, of: quoted(['g', 'i', '', 'x', 'n', 'gi', 'q', '\\1', 'z']) },
  { name: /^set_masklen$/, type: /^int/, of: cast(['-1', '0', '8', '24', '32', '33', '64', '128', '129', '-2']) },
  { name: /^[+-]$/, type: /^int8$/, at: (row) => row.args.includes('INET'), of: cast(['0', '1', '-1', '255', '65536', '4294967295', '-9223372036854775808']) },
  { name: /^(encode|decode)$/, type: /^text$/, at: second, of: quoted(['hex', 'base64', 'escape', 'HEX', 'none']) },
  { name: /^(digest|hmac)$/, type: /^text$/, at: last, of: quoted(['md5', 'sha1', 'sha256', 'sha512', 'none']) },
  { name: /^convert_/, type: /^name$/, of: quoted(['UTF8', 'utf-8', 'LATIN1', 'none']) },
  { name: /^format$/, type: /^text$/, at: first, of: quoted(['%s', '%I', '%L', '%s %s', '%2$s', '%-5s|', '%5s|', '%%', '%x', '%1$s %s', 'none', '%*s']) },
  { name: /_extract_path|^(#>|#>>|#-|jsonb_set|jsonb_insert)$/, type: /^text\[\]$/, of: quoted(PATHS) },
  { name: /_extract_path/, type: /^text$/, at: (row, index) => index > 0, of: quoted(['a', 'b', '0', '-1', 'x']) },
  { name: /^->>?$/, type: /^text$/, of: quoted(['a', 'b', 'x', '', '0']) },
  { name: /^->>?$/, type: /^int4$/, of: cast(['0', '1', '-1', '5', '-3']) },
  { name: /^percentile/, type: /^float8$/, at: first, always: true, of: cast(['0', '0.5', '1', '0.25', '0.333', '1.5', '-0.1', 'null']) },
  { name: /^percentile/, type: /^float8\[\]$/, always: true, of: quoted(['{0.5}', '{0,1,NULL}', '{}', '{0.25,2}', '{{0.1,0.2},{0.3,0.4}}']) },
  { name: /^json_object|^jsonb_object/, type: /^text\[\]$/, of: quoted(['{a,1,b,2}', '{a}', '{}', '{{a,1},{b,2}}', '{a,NULL}', '{NULL,1}', '{{a}}']) },
];

function argument(r, row, index, type) {
  const rule = FITTING.find((one) => (!one.name || one.name.test(row.name)) && one.type.test(type) && (!one.at || one.at(row, index)));
  return rule && (rule.always || r.chance(0.85)) ? rule.of(r, type) : literal(r, type);
}

// The types of a call; one for all polymorphic arguments. Null: some have no values here.
function argumentTypes(r, row) {
  const any = r.of(POLYMORPHIC);
  const count = row.least + r.int(row.args.length - row.least + 1);
  const types = row.args.slice(0, count).map((name) => {
    if (/^ANY(COMPATIBLE)?ARRAY$/.test(name)) return `${any}[]`;
    if (/^ANY(ELEMENT|COMPATIBLE|NONARRAY|COMPATIBLENONARRAY)$/.test(name)) return any;
    return name === 'ANY' ? r.of(TYPES) : TYPE_OF[name];
  });
  if (!row.variadic) return types.every(Boolean) ? types : null;
  const repeated = types.pop();
  const one = () => (row.args.at(-1) === 'ANY' ? r.of(TYPES) : repeated.slice(0, -2));
  return [...types, ...Array.from({ length: r.int(4) }, one)];
}

// ---- statements ----------------------------------------------------------------------------------

// Words of the grammar are not called by their bare name.
const WORDS = new Set(['overlay', 'position', 'extract', 'substring', 'overlaps']);
function called(row) {
  if (row.schema === 'extensions') return `extensions.${row.name}`;
  return WORDS.has(row.name) ? `pg_catalog."${row.name}"` : row.name;
}

function expression(row, args) {
  if (row.kind !== 'OPERATOR') return `${called(row)}(${args.join(', ')})`;
  const operator = row.schema === 'extensions' ? `operator(extensions.${row.name})` : row.name;
  return args.length === 2 ? `${args[0]} ${operator} ${args[1]}` : `${operator} ${args[0]}`;
}

// Constants are computed when a statement is compiled, columns when it runs.
function call(r, row) {
  const types = argumentTypes(r, row);
  if (!types) return null;
  const args = types.map((type, index) => argument(r, row, index, type));
  if (!args.length || r.chance(0.5)) return `select ${expression(row, args)}`;
  const columns = args.map((_, index) => `c${index}`);
  return `select ${expression(row, columns)} from (values (${args.join(', ')})) t(${columns.join(', ')})`;
}

const RECORDS = {
  to_record: (r, name, json) => `select * from ${name}(${json}) as t(x int, y text, z numeric)`,
  to_recordset: (r, name, json) => `select * from ${name}(${json}) as t(x int, y text, a jsonb)`,
  populate_record: (r, name, json) => `select * from ${name}(null::pair, ${json})`,
  populate_recordset: (r, name, json) => `select * from ${name}(null::pair, ${json})`,
};
function set(r, row) {
  const types = argumentTypes(r, row);
  if (!types) return null;
  const args = types.map((type, index) => argument(r, row, index, type)).join(', ');
  return `select * from ${called(row)}(${args})${r.of(['', '', ' with ordinality'])}`;
}

// Rows of a key k and the types' columns.
function rows(r, row, types, count) {
  const names = ['k', ...types.map((_, index) => `v${index}`)].join(', ');
  const line = (k) => `(${[k, ...types.map((type, index) => argument(r, row, index, type))].join(', ')})`;
  if (count) return `from (values ${Array.from({ length: count }, (_, k) => line(k)).join(', ')}) t(${names})`;
  return `from (select 0, ${types.map((type) => `null::${sqlType(type)}`).join(', ')} where false) t(${names})`;
}

const FRAMES = ['', '', 'rows between unbounded preceding and unbounded following', 'rows between 1 preceding and 1 following',
  'rows between current row and unbounded following', 'rows between 2 preceding and 1 preceding', 'groups between 1 preceding and current row',
  'rows between 1 preceding and 1 following exclude current row'];
function over(r) {
  return `over (${r.of(['', 'partition by k % 2 '])}order by k ${r.of(FRAMES)})`;
}

// rank(x) within group (order by v): where x would stand.
function hypothetical(r, row) {
  const type = r.of(POLYMORPHIC);
  return `select ${row.name}(${literal(r, type)}) within group (order by v0) ${rows(r, row, [type], r.int(5))}`;
}

function aggregate(r, row) {
  if (row.aggregate === 'h') return hypothetical(r, row);
  const types = argumentTypes(r, row);
  if (!types) return null;
  const names = types.map((_, index) => `v${index}`);
  const count = r.int(5);
  if (row.aggregate === 'o') {
    const direct = names.slice(0, -1).map((_, index) => argument(r, row, index, types[index]));
    const key = `within group (order by ${names.at(-1)}${r.of(['', '', ' desc'])})`;
    return `select ${row.name}(${direct.join(', ')}) ${key} ${rows(r, row, types, count)}`;
  }
  const from = rows(r, row, types, count);
  if (count && r.chance(0.25)) return `select k, ${called(row)}(${names.join(', ') || '*'}) ${over(r)} ${from} order by k`;
  const filter = r.of(['', '', '', ' filter (where k <> 1)']);
  if (!names.length) return `select ${called(row)}(*)${filter} ${from}`;
  if (types.length === 1 && types[0] !== 'json' && r.chance(0.1)) return `select ${called(row)}(distinct v0 order by v0) ${from}`;
  return `select ${called(row)}(${names.join(', ')} order by k)${filter} ${from}`;
}

function window(r, row) {
  const types = argumentTypes(r, row);
  if (!types) return null;
  const args = types.map((type, index) => (index || row.name === 'ntile' ? argument(r, row, index, type) : 'v0'));
  return `select k, ${row.name}(${args.join(', ')}) ${over(r)} ${rows(r, row, types.slice(0, 1), 1 + r.int(4))} order by k`;
}

const MAKERS = { FUNCTION: call, OPERATOR: call, SET: set, AGGREGATE: aggregate, WINDOW: window };

// Which of equal values that look different is the greatest is open: on PostgreSQL it hangs on the plan.
// Letters of a name are those of ASCII there: docs/limits.md.
const isOpen = (row) => /^(min|max)_(numeric|citext|interval|float|anyarray)|^namei?c?regex/.test(row.symbol);

function rowStatement(r, row) {
  const record = /^jsonb?_(\w+)$/.exec(row.name);
  if (record && RECORDS[record[1]]) return RECORDS[record[1]](r, row.name, literal(r, row.name.startsWith('jsonb') ? 'jsonb' : 'json'));
  return MAKERS[row.kind](r, row);
}

function castStatement(r, [from, to]) {
  const length = { numeric: '(5,2)', bpchar: '(3)', varchar: '(2)', timestamp: '(3)', interval: '(2)' }[to] ?? '';
  const target = `${sqlType(to)}${to === 'bpchar' ? length : r.of(['', '', length])}`; // char keeps no blanks
  if (r.chance(0.5)) return `select ${literal(r, from)}::${target}`;
  return `select c::${target} from (values (${literal(r, from)})) t(c)`;
}

// What no table has: input and output of a type, order, JSON, CASE-like forms.
const FORMS = [
  (r, type) => (type === 'bpchar' ? null : `select ${literal(r, 'text')}::${sqlType(type)}`),
  (r, type) => `select ${literal(r, type)}::text`,
  (r, type) => `select ${literal(r, `${type}[]`)}`,
  (r, type) => `select to_jsonb(${literal(r, r.chance(0.3) ? `${type}[]` : type)})`,
  (r, type) => `select to_json(c) from (values (${literal(r, type)})) t(c)`,
  (r, type) => (type === 'json' ? null : `select c from (values ${Array.from({ length: 5 }, () => `(${literal(r, type)})`).join(', ')}) t(c) `
    + `order by c ${r.of(['', 'desc', 'nulls first'])}, c::text`),
  (r, type) => (type === 'json' ? null : `select ${r.of(['greatest', 'least'])}(${literal(r, type)}, ${literal(r, type)}, ${literal(r, type)})`),
  (r, type) => (type === 'json' ? null : `select nullif(${literal(r, type)}, ${literal(r, type)}), ${literal(r, type)} in (${literal(r, type)}, ${literal(r, type)})`),
  (r, type) => (type === 'json' ? null : `select count(distinct c), count(*) from (values (${literal(r, type)}), (${literal(r, type)}), (${literal(r, type)})) t(c) group by c order by 2, c::text`),
];

// ---- files ---------------------------------------------------------------------------------------

const PROLOGUE = ['-- Made by tests/diff/values.mjs.', 'create extension if not exists citext with schema extensions;',
  'create extension if not exists pg_trgm with schema extensions;',
  "create type mood as enum ('sad', 'ok', 'happy');", 'create type pair as (x int, y text);', '-- as: owner', '-- refusals: skipped'];

const [folder, from = '1', count = '1'] = process.argv.slice(2);
const builtins = readTable('builtin.def').map(readRow).filter((row) => row && !isOpen(row));
const casts = readTable('builtin_casts.def').map(readCast).filter(Boolean);
mkdirSync(folder, { recursive: true });
for (let seed = Number(from); seed < Number(from) + Number(count); seed++) {
  const r = chooser(seed);
  const makers = [...builtins.map((row) => () => rowStatement(r, row)), ...casts.map((pair) => () => castStatement(r, pair)),
    ...TYPES.flatMap((type) => FORMS.map((form) => () => form(r, type)))];
  const statements = r.shuffled(makers).map((make) => make()).filter(Boolean);
  writeFileSync(join(folder, `values_${seed}.sql`), `${[...PROLOGUE, ...statements.map((sql) => `${sql};`)].join('\n')}\n`);
}
