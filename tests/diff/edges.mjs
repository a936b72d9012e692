// tests/diff/edges.mjs - the chooser of all generators here, and literals from the edges of each type, for values.mjs.
//
// No NaN in double precision, no year beyond 9999, no array that starts elsewhere than at 1: docs/limits.md.

// mulberry32: small, seeded, good enough to choose with.
export function chooser(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (n) => Math.floor(next() * n);
  const shuffled = (list) => {
    const out = [...list];
    for (let i = out.length - 1; i > 0; i--) {
      const j = int(i + 1);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  };
  const some = (list, p) => list.filter(() => next() < p);
  return { int, chance: (p) => next() < p, of: (list) => list[int(list.length)], some, shuffled };
}

// ---- pieces --------------------------------------------------------------------------------------

const digits = (r, most) => String(1 + r.int(9)) + Array.from({ length: r.int(most) }, () => r.int(10)).join('');
const sign = (r) => (r.chance(0.4) ? '-' : '');
const two = (n) => String(n).padStart(2, '0');

const YEARS = ['0001', '0004', '0999', '1582', '1600', '1899', '1900', '1969', '1970', '1999', '2000', '2023', '2024', '2038', '2100', '9998', '9999'];
const day = (r) => `${r.of(YEARS)}-${two(1 + r.int(12))}-${two(1 + r.int(28))}`;
export const clock = (r) =>
  `${two(r.int(24))}:${two(r.int(60))}:${two(r.int(60))}${r.of(['', '.5', '.999999', '.000001', '.123456', '.1234565'])}`;
export const offset = (r) => r.of(['', 'Z', '+00', '+07', '-03:30', '+14', '-12', '+05:45', '+01:02:03']);

const INTERVALS = ['0', '1 day', '-1 day', '1 mon', '-13 mons', '100 years', '1 year 2 mons -3 days 04:05:06.789', '-00:00:00.000001',
  '24:00:00', '36 hours', '30 days', '31 days 23:59:59.999999', 'P1Y2M3DT4H5M6.7S', '1.5 months', '2.75 days', '1 week', '@ 1 minute ago',
  '178000000 years', '2147483647 days', '-2147483648 days', '1 mon -1 day', '0.5 years'];
const TEXTS = ['', ' ', 'a', 'A', 'abc', 'ABC def', '  both  ', 'aXbXc', 'x'.repeat(60), 'é', 'É', 'ß', 'straße', 'Ǆ ǆ', 'İstanbul', 'ﬁne',
  '日本語', '🍜', 'a\u0301', 'ﬃ', '%', '_', 'a%b_c', '\\', "'", '"quoted"', 'a.b', 'a,b,,c', '(x)', '[a-c]+', '^a.*c$', '(a)(b)?', '\t\n', '1',
  '-12.50', '1e5', 'NaN', 'true', 'null', '2024-02-29', '{1,2}', '{"a": 1}', '0x1F', '1_000', '١٢', 'foo bar baz', 'Hello, World!', 'aaa',
  'abab'];
export const PATTERNS = ['a', 'a%', '%a', '_b%', '%', '', 'A%', 'é', 'a\\%b', '\\', 'b+', '^a', 'c$', '[[:alpha:]]+', '\\d+', '(a|ab)(c|bcd)?',
  'x*', '.', '(.)\\1', '[^a]', 'a{2}', 'a{2,1}', '(', '\\y', '(?i)A', '\\m\\w', 'b*?', '(?=a)', '[a-', '[[:foo:]]', 'a|b|', '%%', '日'];
const JSONS = ['null', 'true', '0', '-0.0', '1', '1.50', '1e3', '1E400', '12345678901234567890', '""', '"a"', '"\\u00e9"', '"\\ud83c\\udf5c"',
  '"\\n"', '[]', '{}', '[1, 2, 3]', '[1, [2, [3]], {"a": null}]', '{"a": 1}', '{"a": {"b": [1, 2, {"c": "x"}]}, "d": null}',
  '{"b": 1, "a": 2, "aa": 3}', '{"a": 1, "a": 2}', '["a", "b", null, 1, true]', '{"": 1, " ": 2}', ' [ 1 , 2 ] ',
  '{"x": "1", "y": "two", "z": 3.0}', '{"x": 7, "y": null}', '[{"x": 1}, {"x": 2, "y": "b"}]', '[0.1, 1e-7, 100]'];
export const NUMBER_FORMATS = ['9', '999', '99.99', '0000.00', '9,999.99', 'S999', 'FM990.099', 'MI99', '9PR', 'RN', 'FMRN', 'L99', '9.99EEEE',
  '99V99', 'SG99', 'TH', '999th', 'B99', '999S', '99.9S', 'FM9.999MI', 'PL99', '"n="99', '9G9D9', ''];
export const DATE_FORMATS = ['YYYY-MM-DD', 'YYYY-MM-DD HH24:MI:SS.US', 'DD Mon YYYY', 'FMDay, FMMonth DDth', 'HH12:MI AM', 'J', 'IYYY-IW-ID', 'DDD',
  'Q', 'W WW', 'CC', 'BC', 'Y,YYY', 'MS US', 'SSSS', 'TZ', 'OF', 'TZH:TZM', 'RM', '"text" YYYY', '\\YYYY', 'FF3', ''];

const NETWORKS = ['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '10.1.2.128/25', '255.255.255.255/32', '::/0', '::/64', '2001:db8::/32',
  '::ffff:1.2.3.0/120', '::ffff:0:0/96', '8000::/1'];
const ipv4 = (r) => `${r.int(256)}.${r.int(256)}.${r.int(256)}.${r.int(256)}/${r.int(33)}`;
const ipv6 = (r) => `${Array.from({ length: 8 }, () => r.of(['0', '0', '0', '1', 'ffff', r.int(65536).toString(16)])).join(':')}/${r.int(129)}`;

const BITS = (r, most) => Array.from({ length: r.int(most + 1) }, () => r.int(2)).join('');

// ---- types ---------------------------------------------------------------------------------------

// The text of a value, without quotes.
export const VALUES = {
  bool: (r) => r.of(['true', 'false']),
  int2: (r) => r.of(['0', '1', '-1', '2', '7', '10', '100', '32767', '-32768', digits(r, 3)]),
  int4: (r) => r.of(['0', '1', '-1', '2', '3', '5', '10', '-10', '255', '32768', '65536', '2147483647', '-2147483648', '-2147483647',
    sign(r) + digits(r, 8)]),
  int8: (r) => r.of(['0', '1', '-1', '2', '10', '4294967296', '9007199254740993', '9223372036854775807', '-9223372036854775808',
    '-9223372036854775807', sign(r) + digits(r, 17)]),
  oid: (r) => r.of(['0', '1', '4294967295', '2147483648', digits(r, 8)]),
  float4: (r) => r.of(['0', '-0', '1', '-1', '0.1', '1.5', '2.5', '3.4028235e38', '-3.4028235e38', '1.1754944e-38', '1e-45', 'Infinity',
    '-Infinity', '16777217', `${sign(r)}${digits(r, 5)}.${digits(r, 4)}`]),
  float8: (r) => r.of(['0', '-0', '1', '-1', '0.1', '0.5', '1.5', '2.5', '-2.5', '0.3', '1e15', '123456789012345680', '1e16', '1e-7',
    '1.7976931348623157e308', '-1.7976931348623157e308', '2.2250738585072014e-308', '5e-324', 'Infinity', '-Infinity', '9007199254740993',
    '9223372036854775807', '2147483647.5', `${sign(r)}${digits(r, 9)}.${digits(r, 6)}`, `${sign(r)}${digits(r, 2)}e${r.int(600) - 300}`]),
  numeric: (r) => r.of(['0', '0.00', '1', '-1', '1.5', '2.5', '-2.5', '0.1', '0.5', '-0.5', '99.995', '1e10', '1e-10',
    '123456789012345678901234567890', '0.000000000000000000001', 'NaN', 'Infinity', '-Infinity', '9223372036854775807',
    '9223372036854775808', '-9223372036854775808', '32767.5', '2147483647.4', sign(r) + digits(r, 12),
    `${sign(r)}${digits(r, 6)}.${digits(r, 8)}`, `0.${'0'.repeat(r.int(20))}${digits(r, 5)}`]),
  text: (r) => (r.chance(0.15) ? r.of(PATTERNS) : r.chance(0.1) ? r.of([...NUMBER_FORMATS, ...DATE_FORMATS]) : r.of(TEXTS)),
  varchar: (r) => r.of(TEXTS),
  name: (r) => r.of(['a', 'Abc', 'x'.repeat(70), 'é', '', 'with space']),
  bpchar: (r) => r.of(['a', 'b c', '  a', '', 'abc', 'é']),
  citext: (r) => r.of(['a', 'A', 'abc', 'ABC', 'é', 'É', '', 'a ', 'ß']),
  bytea: (r) => r.of(['', '\\x', '\\x00', '\\xff', '\\x0001feff', '\\x616263', 'abc', '\\x00ff00ff00ff', 'a\\\\b', '\\000\\377']),
  date: (r) => (r.chance(0.1) ? r.of(['infinity', '-infinity', '2024-02-29', '2023-12-31', '9999-12-31', '0001-01-01']) : day(r)),
  time: (r) => (r.chance(0.15) ? r.of(['24:00:00', '00:00:00', '23:59:59.999999', '23:59:60']) : clock(r)),
  timetz: (r) => clock(r) + r.of(['+00', '+07', '-03:30', '+14']),
  timestamp: (r) => (r.chance(0.1)
    ? r.of(['infinity', '-infinity', '9999-12-31 23:59:59.999', '0001-01-01 00:00:00', '2000-01-01 24:00:00'])
    : `${day(r)} ${clock(r)}`),
  timestamptz: (r) => (r.chance(0.1)
    ? r.of(['infinity', '-infinity', '9999-12-30 23:59:59.999999+00', '0001-01-02 00:00:00+00'])
    : `${day(r).replace('0001-01-01', '0001-01-02')} ${clock(r)}${offset(r)}`), // east of UTC the first day begins in year 0
  interval: (r) => (r.chance(0.7)
    ? r.of(INTERVALS)
    : `${r.int(200) - 100} mons ${r.int(4000) - 2000} days ${sign(r)}${r.int(300)}:${two(r.int(60))}:${two(r.int(60))}.${r.int(999999)}`),
  uuid: (r) => r.of(['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}',
    'a0eebc999c0b4ef8bb6d6bb9bd380a11']),
  inet: (r) => r.of([...NETWORKS, '10.1.2.3', '10.1.2.3/8', '192.168.1.5/24', '1.2.3.4.', '1.2/16', '255.255.255.255', '::1', '::ffff:1.2.3.4',
    '::1.2.3.4/100', '::1.2', '1:0:0:2:0:0:0:3/64', 'FE80::ABCD/10', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', ipv4(r), ipv6(r)]),
  cidr: (r) => r.of([...NETWORKS, '10', '10.1', '128', '192.168.1', '224', '240', '0x0a01', '0', '1.2.3.4', '::1', '1:2:3:4:5:6:7:8',
    '0:0:0:0:0:0:0:200/120', '1:0:2:0:0:3::/96', '::/1']),
  bit: (r) => r.of(['0000', '1010', '1111', '0001', '1', '', '10110', 'xF', 'b0110', BITS(r, 4)]),
  varbit: (r) => r.of(['', '0', '1', '01', '10', '0110', 'x0aF', 'b101', 'X', '11111111', '000000001', BITS(r, 70)]),
  macaddr: (r) => r.of(['08:00:2b:01:02:03', '08-00-2B-01-02-03', '08002b010203', '0800.2b01.0203', '0:0:0:0:0:0', 'ff:ff:ff:ff:ff:ff',
    ' 8:0:2b:1:2:3 ']),
  macaddr8: (r) => r.of(['08:00:2b:01:02:03:04:05', '08002b:0102030405', '08-00-2b-01-02-03', '08:00:2b:ff:fe:01:02:03', '0000000000000000',
    'ffffffffffffffff', '08:00:2b:ff:fe:01:02:04']),
  json: (r) => r.of(JSONS),
  jsonb: (r) => r.of(JSONS),
  mood: (r) => r.of(['sad', 'ok', 'happy']),
};

function element(r, type) {
  if (r.chance(0.12)) return 'NULL';
  return `"${VALUES[type](r).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

// Of one dimension mostly, of two seldom.
function arrayText(r, type) {
  if (r.chance(0.1)) return '{}';
  const row = (width) => `{${Array.from({ length: width }, () => element(r, type)).join(',')}}`;
  const count = 1 + r.int(3);
  if (!r.chance(0.12)) return row(count);
  const width = 1 + r.int(2);
  return `{${Array.from({ length: count }, () => row(width)).join(',')}}`;
}

export function quote(text) {
  const line = text.replaceAll("'", "''");
  if (!/[\\\n\t]/.test(text)) return `'${line}'`;
  return ` E'${line.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}'`;
}

export function sqlType(type) {
  if (type.endsWith('[]')) return `${sqlType(type.slice(0, -2))}[]`;
  return { char: '"char"', citext: 'extensions.citext', bit: 'bit(4)' }[type] ?? type;
}

// A literal with its type; now and then a NULL.
export function literal(r, type) {
  if (r.chance(0.06)) return `null::${sqlType(type)}`;
  const text = type.endsWith('[]') ? arrayText(r, type.slice(0, -2)) : VALUES[type](r);
  return `${quote(text)}::${sqlType(type)}`;
}
