// tests/diff/query_expr.mjs - random typed expressions, for queries.mjs.
//
// expr(r, scope, type, depth) is a SQL expression of that type over the columns of scope.columns. None of them
// fails, whatever the row: PostgreSQL leaves open whether a condition that fails is evaluated at all.
// scope.subquery(r, scope, type), where there is one, is a scalar query; scope.values(r, scope, type) a column of rows.

export const SQL_TYPES = { int: 'int', bigint: 'bigint', numeric: 'numeric', text: 'text', bool: 'boolean', date: 'date', stamp: 'timestamp',
  span: 'interval', jsonb: 'jsonb', ints: 'int[]', texts: 'text[]' };
export const TYPES = Object.keys(SQL_TYPES);

const LITERALS = {
  int: ['0', '1', '2', '3', '(-1)', '5', '7', '(-4)', '12'],
  bigint: ['0::bigint', '1::bigint', '4294967296', '(-7)::bigint', '9007199254740993'],
  numeric: ['0.0', '1.5', '(-2.25)', '10.00', '0.333', '100::numeric', '7.005', '(-0.5)'],
  text: ["''", "'a'", "'B'", "'ab-cd'", "'Zoë'", "'10'", "' x '", "'a%b'", "'aaa'"],
  bool: ['true', 'false'],
  date: ["date '2024-02-29'", "date '2023-12-31'", "date '2024-07-01'", "date '1999-01-04'"],
  stamp: ["timestamp '2024-02-29 13:14:15'", "timestamp '2023-12-31 23:59:59.5'", "timestamp '2024-07-01 00:00:00'"],
  span: ["interval '1 day'", "interval '-2 hours'", "interval '1 mon 3 days'", "interval '90 minutes'", "interval '0'"],
  jsonb: ["'{\"a\": 1, \"b\": [1, 2]}'::jsonb", "'[1, \"x\", null]'::jsonb", "'{}'::jsonb", "'\"s\"'::jsonb", "'3'::jsonb", "'{\"a\": {\"k\": \"v\"}, \"c\": null}'::jsonb"],
  ints: ["'{1,2,3}'::int[]", "'{}'::int[]", "'{2,NULL,5}'::int[]", "'{7}'::int[]"],
  texts: ["'{a,b}'::text[]", "'{}'::text[]", "'{x,NULL,\"y z\"}'::text[]"],
};

// %t asks for an expression of type t; %_ for one of the type asked for. Weights by repetition.
const FORMS = {
  int: ['(%int + %int)', '(%int - %int)', '(%_ * 2)', '(%int / nullif(%int, 0))', '(%int %% nullif(%int, 0))', 'abs(%int)', 'length(%text)',
    '(- %int)', 'extract(day from %date)::int', 'extract(dow from %stamp)::int', "position('a' in %text)", '%bool::int', 'cardinality(%ints)', '(%ints)[2]',
    '(%ints)[abs(%int) %% 4]', 'array_length(%texts, 1)', '(%date - %date)', 'ascii(%text)', 'jsonb_array_length(case when jsonb_typeof(%jsonb) = \'array\' then \'[1, 2]\'::jsonb end)',
    'coalesce(array_position(%ints, %int), 0)', 'octet_length(%text)', 'sign(%int)::int', "strpos(%text, 'b')", '(%int & 7)', '(%int | 4)', '(%int # 3)', '(1 << (abs(%int) %% 8))', 'num_nulls(%text, %int, %date)'],
  bigint: ['%int::bigint', '(%bigint + %int)', '(%int - %bigint / 3)', 'abs(%bigint / 2)', '(%bigint %% 1000)', 'extract(epoch from %stamp)::bigint'],
  numeric: ['(%numeric + %numeric)', '(%numeric - %int)', '(%numeric * 1.5)', 'round(%numeric, 1)', 'round(%numeric)', 'trunc(%numeric, 1)', 'ceil(%numeric)', 'floor(%numeric)',
    '%int::numeric', '(%numeric / nullif(round(%numeric, 2), 0))', '(%int / 4.0)', 'abs(%numeric)', 'mod(%numeric, 3)', 'extract(epoch from %span)', 'extract(year from %date)', '(%bigint * 0.5)',
    'sign(%numeric)', '(- %numeric)', 'div(%numeric, 2)', 'width_bucket(%numeric, 0, 10, 4)::numeric', "date_part('month', %date)::numeric"],
  text: ['(%text || %text)', 'upper(%text)', 'lower(%text)', 'substr(%text, 2, 2)', 'left(%text, %int)', 'right(%text, 2)', "replace(%text, 'a', 'oo')", '%int::text', '%numeric::text', '%bool::text',
    '%date::text', '%stamp::text', '%span::text', '%jsonb::text', '%ints::text', '%texts::text', "concat(%text, '-', %int)", "concat_ws('/', %text, %numeric, %text)", 'trim(%text)', "lpad(%text, 4, '*')", 'reverse(%text)',
    "split_part(%text, '-', 1)", "to_char(%date, 'YYYY Mon DD')", "to_char(%numeric, 'FM990.00')", "format('%%s=%%L', %text, %int)", 'md5(%text)', 'initcap(%text)', 'repeat(%text, 2)', "translate(%text, 'abc', 'xy')",
    "(%jsonb ->> 'a')", "(%jsonb #>> '{a,k}')", "array_to_string(%texts, ',', '?')", "regexp_replace(%text, '[a-c]+', '<\\&>', 'g')", '(%texts)[1]', 'quote_nullable(%text)', 'jsonb_typeof(%jsonb)', '(%text || %int)', "rtrim(%text, 'ab')",
    "overlay(%text placing 'Q' from 2 for 1)", "to_char(%stamp, 'HH24:MI')", "substring(%text from '[a-z]+')", "encode(convert_to(%text, 'UTF8'), 'hex')"],
  bool: ['(%int = %int)', '(%int < %int)', '(%numeric >= %numeric)', '(%text = %text)', '(%text < %text)', '(%date <= %date)', '(%stamp > %date)', '(%jsonb = %jsonb)', '(%ints < %ints)', '(%texts = %texts)', '(%span < %span)', '(%int <> %numeric)', '(%bigint > %int)',
    '(%bool and %bool)', '(%bool or %bool)', '(not %bool)', '(%int is null)', '(%text is not null)', '(%numeric is distinct from %int)', '(%text is not distinct from %text)', '(%int between %int and %int)', '(%int not between symmetric %int and 3)',
    '(%int in (1, 2, %int))', "(%text not in ('a', 'x'))", "(%text in (%text, 'B'))", "(%text like 'a%%')", "(%text ilike '%%B%%')", "(%text ~ '^[ab]')", "(%text !~* 'A')", '(%int = any(%ints))', '(%int <> all(%ints))', "(%texts @> array['a'])",
    '(%ints && %ints)', "(%jsonb ? 'a')", "(%jsonb @> '{\"a\": 1}')", '(%bool is true)', '(%bool is not false)', '(%bool is unknown)', '((%int, %text) < (%int, %text))', '((%int, %int) = (%int, 2))', "starts_with(%text, 'a')", '(%jsonb < %jsonb)',
    '(row(%int, null) is null)', "(%text like any(array['a%%', '%%d']))", '((%date, %date) overlaps (%date, %span))', '(%int <= all(%ints))', "(%text similar to '(a|b)%%')"],
  date: ['(%date + %int)', "date_trunc('month', %stamp)::date", '%stamp::date', '(%date - %int)', 'greatest(%date, %date)', "to_date('2024-03-05', 'YYYY-MM-DD')", 'make_date(2024, 1 + abs(%int) %% 12, 3)'],
  stamp: ['%date::timestamp', '(%stamp + %span)', '(%stamp - %span)', "date_trunc('hour', %stamp)", "date_trunc('week', %stamp)", '(%date + %span)', "(%stamp at time zone 'UTC' at time zone 'Asia/Jakarta')", 'least(%stamp, %stamp)'],
  span: ['(%stamp - %stamp)', '(%span + %span)', '(%span * 2)', '(- %span)', 'make_interval(days => %int)', 'age(%stamp, %stamp)', 'justify_hours(%span)', '(%span / 3)', "date_trunc('day', %span)"],
  jsonb: ["jsonb_build_object('a', %int, 'b', %text)", 'to_jsonb(%text)', 'to_jsonb(%numeric)', 'to_jsonb(%ints)', "(%jsonb -> 'a')", '(%jsonb -> 0)', "('{\"z\": 1}'::jsonb || %jsonb)", 'jsonb_build_array(%int, %text, %bool)', "jsonb_set('{\"a\": {}}', '{a,b}', to_jsonb(%int), true)",
    "('{\"a\": 1, \"b\": 2}'::jsonb - %text)", "(%jsonb #> '{b,0}')", 'to_jsonb(%date)', 'to_jsonb(%bool)', 'jsonb_strip_nulls(%jsonb)', "jsonb_build_object(coalesce(%text, 'k'), %jsonb)"],
  ints: ['array[%int, %int]', '(%ints || %int)', '(%int || %ints)', 'array_remove(%ints, %int)', '(%ints)[1:2]', 'array_cat(%ints, %ints)', 'array_append(%ints, %int)', "string_to_array('1,2,3', ',')::int[]", 'array_replace(%ints, 2, %int)'],
  texts: ['array[%text, %text]', '(%texts || %text)', "string_to_array(%text, '-')", "regexp_split_to_array(%text, 'a')", 'array_remove(%texts, %text)', '%ints::text[]', 'array_prepend(%text, %texts)'],
};
const ANY_FORMS = ['coalesce(%_, %_)', 'nullif(%_, %_)', 'case when %bool then %_ else %_ end', 'case when %bool then %_ when %bool then %_ end', 'case %int when 1 then %_ when %int then %_ else %_ end', 'greatest(%_, %_)', 'least(%_, %_)'];

function fill(r, scope, type, depth, form) {
  return form.replace(/%(%|_|[a-z]+)/g, (_, what) => (what === '%' ? '%' : expr(r, scope, what === '_' ? type : what, depth - 1)));
}

function leaf(r, scope, type) {
  const columns = scope.columns.filter((column) => column.type === type);
  if (columns.length && r.chance(0.75)) return r.of(columns).sql;
  if (r.chance(0.07)) return `null::${SQL_TYPES[type]}`;
  // Bare literals are of unknown type: what they become is asked too, now and then.
  const literal = r.of(LITERALS[type]);
  return type === 'text' && r.chance(0.8) ? `${literal}::text` : literal;
}

const COMPARED = ['int', 'text', 'numeric', 'date'];

function fromQuery(r, scope, type) {
  if (type === 'bool' && r.chance(0.6)) {
    const compared = r.of(COMPARED), rows = scope.values(r, scope, compared);
    const left = leaf(r, scope, compared);
    return r.of([`exists (${rows})`, `not exists (${rows})`, `(${left} in (${rows}))`, `(${left} not in (${rows}))`, `(${left} = any (${rows}))`, `(${left} <= all (${rows}))`, `(${left} > any (${rows}))`]);
  }
  if (type === 'ints' && r.chance(0.6)) return `array(${scope.values(r, scope, 'int')} order by 1)`;
  return `(${scope.subquery(r, scope, type)})`;
}

export function expr(r, scope, type, depth) {
  if (depth <= 0 || r.chance(0.2)) return leaf(r, scope, type);
  if (scope.subquery && depth >= 2 && r.chance(0.1)) return fromQuery(r, scope, type);
  return fill(r, scope, type, depth, r.chance(0.15) ? r.of(ANY_FORMS) : r.of(FORMS[type]));
}

// ---- aggregates and window functions ------------------------------------------------------------------

const AGGREGATES = {
  int: ['max(%int)', 'min(%int)', 'count(*)::int', 'count(distinct %text)::int', 'bit_or(%int)', 'bit_and(%int)'],
  bigint: ['count(*)', 'count(%int)', 'sum(%int)', 'count(distinct %int)', 'sum(distinct %int)', 'max(%bigint)'],
  numeric: ['sum(%numeric)', 'avg(%numeric)', 'avg(%int)', 'trim_scale(max(%numeric))', 'sum(%bigint)', 'var_pop(%int)', 'round(stddev_samp(%numeric), 6)', 'variance(%numeric)'],
  text: ['max(%text)', 'min(%text)', "string_agg(%1text, ',' order by %int, %1text)", "string_agg(%1text, ',' order by %1text desc)", "string_agg(distinct %text, '|' order by %_)"],
  bool: ['bool_and(%bool)', 'bool_or(%bool)', 'every(%bool)'],
  date: ['max(%date)', 'min(%date)'],
  stamp: ['max(%stamp)', 'min(%stamp)'],
  span: ['sum(%span)', 'avg(%span)', 'max(%span)'],
  jsonb: ['jsonb_agg(%1int order by %1int)', "jsonb_object_agg(coalesce(%1text, 'null'), 1)", 'jsonb_agg(%1text order by %1text desc nulls last)'],
  ints: ['array_agg(%1int order by %1int)', 'array_agg(distinct %1int order by %1int)'],
  texts: ['array_agg(%1text order by %1text nulls first)'],
};

// In distinct and ordered aggregates %1t is the same expression at each place.
export function aggregate(r, scope, type, depth) {
  const same = {};
  let form = r.of(AGGREGATES[type]);
  if (/distinct %text, '\|'/.test(form)) {
    const text = `(${expr(r, scope, 'text', depth - 1)})::text`;
    return `string_agg(distinct ${text}, '|' order by ${text})`;
  }
  form = form.replace(/%1([a-z]+)/g, (_, what) => (same[what] ??= expr(r, scope, what, depth - 1)).replaceAll('%', '%%'));
  const filter = r.chance(0.2) ? ` filter (where ${expr(r, scope, 'bool', depth - 1)})` : '';
  const call = fill(r, scope, type, depth, form);
  return /^(round|trim_scale)\(|\)::\w+$/.test(form) ? call : call + filter;
}

const WINDOWS = {
  int: ['rank()::int', 'dense_rank()::int', 'ntile(3)', 'lag(%int)', 'lead(%int, 2, -9)', 'first_value(%int)', 'last_value(%int)', 'nth_value(%int, 2)', 'max(%int)'],
  bigint: ['row_number()', 'rank()', 'count(*)', 'sum(%int)', 'count(%text)'],
  numeric: ['sum(%numeric)', 'avg(%int)', 'round(percent_rank()::numeric, 6)', 'round(cume_dist()::numeric, 6)', 'min(%int)::numeric'],
  text: ['lag(%text)', 'first_value(%text)', 'max(%text)', 'lead(%text)'],
};
export const WINDOW_TYPES = Object.keys(WINDOWS);
const FRAMES = ['', '', '', ' rows between 1 preceding and 1 following', ' rows unbounded preceding', ' rows between current row and unbounded following', ' groups between 1 preceding and current row',
  ' range between unbounded preceding and unbounded following', ' rows between 2 preceding and 1 following exclude current row', ' rows between unbounded preceding and 1 preceding'];

// key: makes the order of rows total.
export function windowed(r, scope, type, key) {
  const form = r.of(WINDOWS[type]);
  const parts = r.chance(0.6) ? `partition by ${expr(r, scope, r.of(['int', 'text', 'bool']), 1)} ` : '';
  const order = `order by ${expr(r, scope, r.of(['int', 'text', 'date', 'numeric']), 1)}${r.of(['', ' desc', ' nulls first', ' desc nulls last'])}, ${key}`;
  const over = ` over (${parts}${order}${r.of(FRAMES)})`;
  const call = fill(r, scope, type, 2, form);
  return call.startsWith('round(') ? call.replace(/\(\)::/, `()${over}::`) : /\)::\w+$/.test(form) ? call.replace(/::int$/, `${over}::int`) : call + over;
}
