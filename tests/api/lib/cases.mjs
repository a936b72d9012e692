// Reads a .http file into cases. The format is described in tests/api/README.md.
import { readFileSync } from 'node:fs';

const DIRECTIVES = new Set(['as', 'only', 'skip', 'raw', 'fails']);

export function readCases(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  const cases = [];
  let open = null;
  lines.forEach((line, index) => {
    if (line.startsWith('=== ')) {
      open = { title: line.slice(4).trim(), path, line: index + 1, lines: [] };
      cases.push(open);
    } else if (open) open.lines.push(line);
    else if (line.trim() !== '' && !line.startsWith('#')) {
      throw new Error(`${path}:${index + 1}: text before the first "=== title"`);
    }
  });
  return cases.map(readCase);
}

function readCase({ title, path, line, lines }) {
  const fail = (what) => { throw new Error(`${path}:${line}: "${title}": ${what}`); };
  const split = lines.indexOf('---');
  if (split < 0) fail('has no "---" line before the answer');
  const one = { title, path, line, as: 'anon' };
  const request = dropComments(lines.slice(0, split));
  for (;;) {
    const found = /^([a-z]+):\s*(.*)$/.exec(request[0] ?? '');
    if (!found || !DIRECTIVES.has(found[1])) break;
    one[found[1]] = found[2] || 'yes';
    request.shift();
  }
  if (one.only) {
    const [engine, reason] = one.only.split('#').map((s) => s.trim());
    if (!reason) fail('"only: ENGINE # REASON" needs its reason');
    one.only = engine;
    one.onlyReason = reason;
  }
  if (one.raw) one.rawText = trimEnd(request).join('\n');
  else one.request = readRequest(request, fail);
  one.answer = readAnswer(dropComments(lines.slice(split + 1)), fail);
  return one;
}

// Comments are lines that start with "#" before the body.
function dropComments(lines) {
  const body = lines.findIndex((l, i) => l === '' && lines.slice(0, i).some((b) => b !== '' && !b.startsWith('#')));
  const head = body < 0 ? lines : lines.slice(0, body);
  return [...head.filter((l) => l !== '' && !l.startsWith('#')), ...(body < 0 ? [] : lines.slice(body))];
}

function trimEnd(lines) {
  const kept = [...lines];
  while (kept.length && kept.at(-1) === '') kept.pop();
  return kept;
}

function headAndBody(lines) {
  const blank = lines.indexOf('');
  const head = blank < 0 ? lines : lines.slice(0, blank);
  return { head, body: blank < 0 ? '' : trimEnd(lines.slice(blank + 1)).join('\n') };
}

function readRequest(lines, fail) {
  const { head, body } = headAndBody(lines);
  const first = /^([A-Z]+) (\S+)$/.exec(head[0] ?? '');
  if (!first) fail(`"METHOD /path" expected, not "${head[0] ?? ''}"`);
  const request = { method: first[1], target: first[2], headers: [], without: [], body };
  for (const line of head.slice(1)) {
    const gone = /^-([\w-]+)$/.exec(line);
    const header = /^([\w-]+):\s*(.*)$/.exec(line);
    if (gone) request.without.push(gone[1].toLowerCase());
    else if (header) request.headers.push([header[1], header[2]]);
    else fail(`"Name: value" or "-Name" expected, not "${line}"`);
  }
  return request;
}

function readAnswer(lines, fail) {
  const { head, body } = headAndBody(lines);
  if (!/^[1-5][0-9][0-9]$/.test(head[0] ?? '')) fail(`a status expected after "---", not "${head[0] ?? ''}"`);
  const answer = { status: Number(head[0]), headers: [], absent: [], body };
  for (const line of head.slice(1)) {
    const gone = /^!([\w-]+)$/.exec(line);
    const header = /^([\w-]+):\s*(.*)$/.exec(line);
    if (gone) answer.absent.push(gone[1].toLowerCase());
    else if (header) answer.headers.push([header[1].toLowerCase(), header[2]]);
    else fail(`"Name: value" or "!Name" expected in the answer, not "${line}"`);
  }
  return answer;
}
