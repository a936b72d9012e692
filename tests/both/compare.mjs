// Two answers to the same request, from two engines: what differs, a line each.
import { JsonError, parseJson, renderJson } from '../api/lib/json_text.mjs';

// Their value is the connection's, not the answer's.
const NOT_COMPARED = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding', 'x-request-id', 'server-timing', 'etag']);
const TIME = /"?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)"?/g;
const APART_MS = 300_000; // two servers' seeds and defaults say now() at different moments

// Rows in any order: of the outermost array alone.
function sorted(node) {
  if (node.kind !== 'array') return node;
  const keyed = node.items.map((item) => [renderJson(item).replace(TIME, 'T'), item]);
  keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return { ...node, items: keyed.map(([, item]) => item) };
}

function canonical(answer, unordered) {
  const type = answer.headers.find(([n]) => n.toLowerCase() === 'content-type')?.[1] ?? '';
  if (!/\bjson\b/.test(type) || answer.body === '') {
    if (!/csv/.test(type)) return answer.body;
    const text = answer.body.replace(/([}\]\d"l]), (?=[{["\d\-tfn])/g, '$1,'); // JSON in a cell: spaces do not count
    return unordered ? text.split('\n').sort().join('\n') : text;
  }
  try {
    const node = parseJson(answer.body);
    return renderJson(unordered ? sorted(node) : node);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return `not JSON (${error.message}): ${answer.body}`;
  }
}

// What an engine may tell first: a right that is missing, or a value that does not fit (docs/limits.md).
const FIRST = ['42501', '25006'];
const codeOf = (answer) => (answer.status < 400 ? null : /error=(\w+)/.exec(answer.headers.find(([n]) => n.toLowerCase() === 'proxy-status')?.[1] ?? '')?.[1] ?? null);
const bothRefuse = (a, b) => {
  const codes = [codeOf(a), codeOf(b)];
  return !codes.includes(null) && codes[0] !== codes[1] && codes.some((code) => FIRST.includes(code));
};
// Of several rows that are wrong another may be told first.
const rowsRefuse = (a, b) => [a, b].every((answer) => /^(23\d\d\d|42501|21000)$/.test(codeOf(answer) ?? ''));

// The row or key of a violated constraint: the embedded engine leaves it out of several rows, shows a generated value
// that was not needed yet as null, and does not always know which foreign key it was (docs/limits.md).
function withoutDetail(a, b) {
  const write = /cannot execute (?:a write|\w+) in a read-only transaction/; // PostgreSQL says which
  if (write.test(a) && write.test(b)) return [a, b].map((text) => text.replace(write, 'cannot execute'));
  if (!/"code":"23(502|503|505|514|P01)"/.test(a)) return [a, b];
  const vague = /"message":"statement on table \\"[^"]*\\" violates a foreign key constraint"/;
  if (vague.test(a) && /"code":"23503"/.test(b)) return ['23503', '23503'];
  const failing = (text) => text.replace(/"Failing row contains \((?:[^"\\]|\\.)*"/, '"Failing row"');
  const none = (text) => text.replace(/"details":(null|"(?:[^"\\]|\\.)*")/, '"details":null');
  return /"details":(null|"Key is still referenced)/.test(a) ? [none(a), none(b)] : [failing(a), failing(b)];
}

// Equal but for moments that are near each other.
function sameText(a, b, loose) {
  if (a === b) return true;
  if (!loose || a.replace(TIME, 'T') !== b.replace(TIME, 'T')) return false;
  const times = (text) => (text.match(TIME) ?? []).map((t) => Date.parse(t.replaceAll('"', '').replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')));
  const other = times(b);
  return times(a).every((at, i) => Math.abs(at - other[i]) < APART_MS);
}

const headersOf = (answer) => answer.headers
  .map(([name, value]) => [name.toLowerCase(), value]).filter(([name]) => !NOT_COMPARED.has(name))
  .map(([name, value]) => `${name}: ${value}`).sort();

// mistake: the request has one, so that a missing right may be told instead; many: it sends several rows.
export function compareBoth(a, b, { unordered = false, loose = false, mistake = false, many = false } = {}) {
  const differences = [];
  if ((mistake && bothRefuse(a, b)) || (many && rowsRefuse(a, b))) return differences;
  if (a.status !== b.status) differences.push(`status: ${a.status} / ${b.status}`);
  const [left, right] = [headersOf(a), headersOf(b)];
  for (const line of left) if (!right.some((other) => sameText(line, other, loose))) differences.push(`only the first has "${line}"`);
  for (const line of right) if (!left.some((other) => sameText(line, other, loose))) differences.push(`only the second has "${line}"`);
  const [x, y] = withoutDetail(canonical(a, unordered), canonical(b, unordered));
  if (!sameText(x, y, loose)) {
    let at = 0;
    while (x[at] === y[at]) at++;
    const around = (text) => text.slice(Math.max(0, at - 80), at + 200);
    differences.push(`body, at ${at}:`, `  first  ${around(x)}`, `  second ${around(y)}`);
  }
  return differences;
}
