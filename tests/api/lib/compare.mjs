// Compares an answer with the expected one; returns a list of differences, one line each.
import { JsonError, parseJson, renderJson } from './json_text.mjs';

export function compareAnswer(expected, actual, variables) {
  const differences = [];
  if (expected.status !== actual.status) {
    differences.push(`status: expected ${expected.status}, got ${actual.status}`);
  }
  for (const [name, value] of expected.headers) {
    const got = actual.headers.filter(([n]) => n.toLowerCase() === name).map(([, v]) => v).join(', ');
    const there = actual.headers.some(([n]) => n.toLowerCase() === name);
    if (!there) differences.push(`${name}: expected "${value}", and there is no such header`);
    else if (!variables.matches(value, got)) differences.push(`${name}: expected "${value}", got "${got}"`);
  }
  for (const name of expected.absent) {
    const got = actual.headers.find(([n]) => n.toLowerCase() === name);
    if (got) differences.push(`${name}: expected none, got "${got[1]}"`);
  }
  compareBody(expected.body, actual, variables, differences);
  return differences;
}

function compareBody(expected, actual, variables, differences) {
  if (expected === '*') return;
  const type = actual.headers.find(([n]) => n.toLowerCase() === 'content-type')?.[1] ?? '';
  if (!/\bjson\b/.test(type) || expected === '') {
    if (!variables.matches(expected, actual.body)) {
      differences.push(`body: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual.body)}`);
    }
    return;
  }
  let want;
  let got;
  try {
    want = parseJson(expected);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    differences.push(`the expected body is not JSON (${error.message}), the answer says that it is`);
    return;
  }
  try {
    got = parseJson(actual.body);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    differences.push(`body: not JSON (${error.message})`);
    return;
  }
  compareNode(want, got, '$', variables, differences);
}

function compareNode(want, got, path, variables, differences) {
  const differs = () => differences.push(`${path}: expected ${renderJson(want)}, got ${renderJson(got)}`);
  if (want.kind === 'string') {
    // A hole or variable stands for a value of any kind; plain text for a string alone.
    const open = want.text === '*' || want.text.includes('{{');
    const text = got.kind === 'string' ? got.text : renderJson(got);
    if ((!open && got.kind !== 'string') || !variables.matches(want.text, text, got)) differs();
    return;
  }
  if (want.kind !== got.kind) {
    differs();
    return;
  }
  if (want.kind === 'array') compareItems(want.items, got.items, path, variables, differences);
  else if (want.kind === 'object') compareMembers(want.members, got.members, path, variables, differences);
  else if (want.text !== got.text) differs();
}

// A last item "..." takes any rest.
function compareItems(want, got, path, variables, differences) {
  const rest = want.at(-1)?.kind === 'string' && want.at(-1).text === '...';
  const count = rest ? want.length - 1 : want.length;
  if (rest ? got.length < count : got.length !== count) {
    differences.push(`${path}: expected ${count}${rest ? ' or more' : ''} items, got ${got.length}`);
  }
  for (let i = 0; i < Math.min(count, got.length); i++) {
    compareNode(want[i], got[i], `${path}[${i}]`, variables, differences);
  }
}

// Order counts. A last member "...": "*" takes any further ones.
function compareMembers(want, got, path, variables, differences) {
  const rest = want.at(-1)?.name === '...';
  const members = rest ? want.slice(0, -1) : want;
  const wantNames = members.map((m) => m.name);
  const gotNames = got.map((m) => m.name).slice(0, rest ? members.length : undefined);
  if (wantNames.join('\0') !== gotNames.join('\0')) {
    differences.push(`${path}: expected members ${wantNames.join(', ')}; got ${got.map((m) => m.name).join(', ')}`);
    return;
  }
  members.forEach((m, i) => compareNode(m.value, got[i].value, `${path}.${m.name}`, variables, differences));
}
