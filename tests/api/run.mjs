#!/usr/bin/env node
// tests/api/run.mjs - requests and expected answers as text files, against real servers.
//
//   node tests/api/run.mjs [--dapur build/release/dapur] [--engine NAME]... [--suites DIR] [--bail] [WORD...]
//
// --engine: only these columns. --suites: a folder of suites other than this one. --bail: end at the first case that fails.
// WORDs keep the files whose path contains one of them. README.md describes the format.
// Exit code 1 when a case fails. DAPUR_COUNTS names a file for "passed failed skipped".
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINES } from '../lib/engines.mjs';
import { readCases } from './lib/cases.mjs';
import { send, sendRaw } from './lib/client.mjs';
import { compareAnswer } from './lib/compare.mjs';
import { makeToken, readKeys, startServer } from './lib/server.mjs';
import { Variables } from './lib/variables.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const FILES_AT_ONCE = 2;

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    dapur: { type: 'string', default: 'build/release/dapur' },
    engine: { type: 'string', multiple: true, default: Object.keys(ENGINES) },
    suites: { type: 'string', default: HERE },
    bail: { type: 'boolean', default: false },
  },
});
const SUITES = options.suites;

// One each: its name, the engine that `only:` names, why it cannot run here (or null).
const columns = Object.entries(ENGINES)
  .filter(([name]) => options.engine.includes(name))
  .map(([name, { engine, missing, open }]) => ({ name, engine, open, why: missing?.() ?? null }));
for (const name of options.engine) if (!ENGINES[name]) throw new Error(`there is no engine "${name}": ${Object.keys(ENGINES).join(', ')}`);

// ---- suites ---------------------------------------------------------------------------------------

// A suite is a folder with project/; its .http files may lie in folders below.
function findSuites() {
  return readdirSync(SUITES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(SUITES, entry.name, 'project')))
    .map((entry) => readSuite(entry.name));
}

function readSuite(name) {
  const folder = join(SUITES, name);
  const own = join(folder, 'server.mjs'); // the runner's own test brings its server
  return {
    name,
    project: join(folder, 'project'),
    program: existsSync(own) ? [process.execPath, own] : [options.dapur],
    isOwn: existsSync(own),
    identities: readIdentities(join(folder, 'identities')),
    files: readdirSync(folder, { recursive: true })
      .filter((file) => file.endsWith('.http') && !file.startsWith('project/'))
      .sort()
      .map((file) => join(folder, file))
      .filter((file) => words.length === 0 || words.some((word) => file.includes(word))),
  };
}

// "alice {claims}" a line.
function readIdentities(path) {
  if (!existsSync(path)) return {};
  const lines = readFileSync(path, 'utf8').split('\n').filter((l) => l.trim() !== '' && !l.startsWith('#'));
  return Object.fromEntries(lines.map((line) => {
    const [name, claims] = line.split(/\s+(.*)/s);
    return [name, JSON.parse(claims)];
  }));
}

// ---- one case ---------------------------------------------------------------------------------------

// The headers that a client of that identity sends: supabase-js always sends both.
function identityHeaders(as, suite, keys) {
  const both = (apikey, token) => [['apikey', apikey], ['Authorization', `Bearer ${token}`]];
  if (as === 'none') return [];
  if (as === 'anon' || as === 'service_role') return both(keys[as], keys[as]);
  if (!suite.identities[as]) throw new Error(`"${as}" is not in ${suite.name}/identities`);
  return both(keys.anon, makeToken(keys.jwt_secret, suite.identities[as]));
}

function buildRequest(one, suite, keys, variables) {
  const { method, target, headers, without, body } = one.request;
  const given = headers.map(([name, value]) => [name, variables.fill(value)]);
  const has = (name) => given.some(([n]) => n.toLowerCase() === name.toLowerCase());
  const added = identityHeaders(one.as, suite, keys).filter(([name]) => !has(name) && !without.includes(name.toLowerCase()));
  const filled = variables.fill(body);
  if (filled !== '' && !has('content-type') && !without.includes('content-type')) added.push(['Content-Type', 'application/json']);
  if (filled !== '') added.push(['Content-Length', String(Buffer.byteLength(filled))]);
  return { method, target: variables.fill(target), headers: [...added, ...given], body: filled };
}

// Answers a list of differences; an empty one is success.
async function runCase(one, suite, keys, base, variables) {
  try {
    const actual = one.raw
      ? await sendRaw(base, variables.fill(one.rawText))
      : await send(base, buildRequest(one, suite, keys, variables));
    const differences = compareAnswer(one.answer, actual, variables);
    if (differences.length) differences.push(`got: ${actual.status} ${actual.body.slice(0, 600)}`);
    return differences;
  } catch (error) {
    return [error.message];
  }
}

// ---- one file in one column ----------------------------------------------------------------------------

// A server over fresh data: the suite's prepared place, copied. So files know nothing of each other.
async function runFile(path, suite, column, prepared) {
  const result = { passed: 0, failed: 0, skipped: 0, lines: [] };
  const fail = (where, differences) => {
    result.failed++;
    result.lines.push(`  FAIL ${where}`, ...differences.map((d) => `       ${d}`));
  };
  let place = null;
  let server = null;
  try {
    const cases = readCases(path);
    place = await column.host.copy(prepared.place);
    server = await startServer(suite.program, suite.project, place.data, place.args);
    const variables = new Variables({ base: server.base, ...prefixed(prepared.keys) });
    for (const one of cases) {
      const where = `${column.name} ${relative(SUITES, path)}:${one.line} ${one.title}`;
      const why = one.skip ?? (one.only && one.only !== column.engine ? one.onlyReason : null);
      if (why) {
        result.skipped++;
        result.lines.push(`  skip ${where}: ${why}`);
        continue;
      }
      const differences = await runCase(one, suite, prepared.keys, server.base, variables);
      const wrong = suite.isOwn && one.fails ? (differences.length ? [] : ['expected to differ, and did not']) : differences;
      if (wrong.length) fail(where, wrong);
      else result.passed++;
      if (wrong.length && options.bail) break;
    }
  } catch (error) {
    fail(`${column.name} ${relative(SUITES, path)}`, [error.message]);
  } finally {
    const trouble = server ? await server.stop() : null;
    if (trouble) fail(`${column.name} ${relative(SUITES, path)}`, [trouble, ...server.log().trim().split('\n').slice(-40)]);
    await place?.remove();
  }
  return result;
}

const prefixed = (keys) => Object.fromEntries(Object.entries(keys).map(([k, v]) => [`key.${k}`, String(v)]));

// Applies the suite's migrations once: a first start, and an orderly stop.
async function prepareSuite(suite, column) {
  const place = await column.host.place();
  try {
    const server = await startServer(suite.program, suite.project, place.data, place.args);
    const keys = await readKeys(suite.program, suite.project, place.data, place.args);
    const trouble = await server.stop();
    if (trouble) throw new Error(`${trouble}\n${server.log().slice(-2000)}`);
    return { place, keys };
  } catch (error) {
    await place.remove();
    throw error;
  }
}

async function runSuite(suite, column, report) {
  if (suite.files.length === 0) return;
  let prepared;
  try {
    prepared = await prepareSuite(suite, column);
  } catch (error) {
    report(suite.name, { passed: 0, failed: 1, skipped: 0, lines: [`  FAIL ${column.name} ${suite.name}`, `       ${error.message}`] });
    return;
  }
  const waiting = [...suite.files];
  const worker = async () => {
    for (let path = waiting.shift(); path && !(options.bail && total.failed); path = waiting.shift()) {
      report(relative(SUITES, path), await runFile(path, suite, column, prepared));
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, worker));
  await prepared.place.remove();
}

// ---- the table -------------------------------------------------------------------------------------------

const total = { passed: 0, failed: 0, skipped: 0 };
const table = new Map(); // file -> column -> result
const suites = findSuites();

async function runColumn(column) {
  column.host = await column.open();
  try {
    for (const suite of suites) {
      if (suite.isOwn && column !== columns[0]) continue; // it tests the runner: once will do
      await runSuite(suite, column, (file, result) => {
        if (!table.has(file)) table.set(file, {});
        table.get(file)[column.name] = result;
        for (const key of Object.keys(total)) total[key] += result[key];
        for (const line of result.lines) console.log(line);
      });
    }
  } finally {
    await column.host.close();
  }
}

for (const column of columns) {
  if (column.why) {
    console.log(`  ${column.name}: no column, ${column.why}`);
    total.skipped++;
  } else await runColumn(column);
}

const width = Math.max(10, ...[...table.keys()].map((file) => file.length));
console.log(`  ${''.padEnd(width)}  ${columns.map((c) => c.name.padEnd(14)).join('')}`);
for (const [file, byColumn] of [...table].sort()) {
  const cells = columns.map(({ name }) => {
    const result = byColumn[name];
    if (!result) return '-'.padEnd(14);
    return `${result.passed} ok${result.failed ? `, ${result.failed} BAD` : ''}`.padEnd(14);
  });
  console.log(`  ${file.padEnd(width)}  ${cells.join('')}`);
}
if (process.env.DAPUR_COUNTS) writeFileSync(process.env.DAPUR_COUNTS, `${total.passed} ${total.failed} ${total.skipped}\n`);
console.log(`  ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed ? 1 : 0);
