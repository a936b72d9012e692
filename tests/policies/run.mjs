#!/usr/bin/env node
// tests/policies/run.mjs - does a test notice when a policy lets everybody in?
//
//   node tests/policies/run.mjs [--dapur build/release/dapur] [WORD...]
//
// For each CREATE POLICY of the projects in tests/api, each USING and WITH CHECK in turn becomes `true`,
// and that suite of tests/api has to fail. A change that nobody notices survives: a failure here.
// WORDs keep the predicates whose "suite: policy clause" contains one of them.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { predicates } from './policies.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const API = join(HERE, '..', 'api');
const SERVERS_AT_ONCE = 2;
const LIKELY = ['access', 'policies']; // files that are asked first

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { dapur: { type: 'string', default: 'build/release/dapur' } },
});

// [{suite, file, name, from, to}]: one a predicate that says something.
function findMutants() {
  const suites = readdirSync(API).filter((name) => existsSync(join(API, name, 'project', 'migrations')));
  return suites.flatMap((suite) => {
    const folder = join(API, suite, 'project', 'migrations');
    return readdirSync(folder).filter((file) => file.endsWith('.sql')).sort().flatMap((file) =>
      predicates(readFileSync(join(folder, file), 'utf8'))
        .filter((one) => one.text !== 'true')
        .map((one) => ({ suite, file, name: `${suite}: ${one.policy} ${one.clause}`, ...one })));
  }).filter((one) => words.length === 0 || words.some((word) => one.name.includes(word)));
}

// A folder of suites with one: its files as they are, its project with the predicate changed.
function writeSuite(folder, mutant) {
  const from = join(API, mutant.suite);
  const to = join(folder, mutant.suite);
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (name !== 'project') symlinkSync(join(from, name), join(to, name));
  }
  cpSync(realpathSync(join(from, 'project')), join(to, 'project'), {
    recursive: true, filter: (path) => !path.endsWith('/public') && !path.endsWith('/data'),
  });
  if (mutant.from === undefined) return;
  const migration = join(to, 'project', 'migrations', mutant.file);
  const text = readFileSync(migration, 'utf8');
  writeFileSync(migration, `${text.slice(0, mutant.from)}true${text.slice(mutant.to)}`);
}

function runSuite(folder, files = []) {
  const args = [join(API, 'run.mjs'), '--suites', folder, '--dapur', resolve(options.dapur), '--engine', 'sqlite', '--bail', ...files];
  const env = { ...process.env, DAPUR_COUNTS: '' };
  return new Promise((done) => {
    execFile(process.execPath, args, { env, maxBuffer: 1 << 26 }, (error, stdout) =>
      done({ code: error ? error.code ?? 1 : 0, out: stdout }));
  });
}

// Answers what is wrong, or null.
async function tryMutant(mutant, wantsFailure) {
  const folder = mkdtempSync(join(tmpdir(), 'dapur-policies-'));
  try {
    writeSuite(folder, mutant);
    if (!wantsFailure) {
      const { code, out } = await runSuite(folder);
      return code === 0 ? null : `does not pass as it is\n${out}`;
    }
    let { code, out } = await runSuite(folder, LIKELY);
    if (code === 0) ({ code, out } = await runSuite(folder));
    if (code === 0) return 'survives: no case fails when it is true';
    // A case has to say so: a server that does not start proves nothing.
    return /^ {2}FAIL \S+ \S+:\d+ /m.test(out) ? null : `ended without a failing case\n${out}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inParallel(items, each) {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item; item = waiting.shift()) await each(item);
  };
  await Promise.all(Array.from({ length: SERVERS_AT_ONCE }, worker));
}

const mutants = findMutants();
const whole = [...new Set(mutants.map((one) => one.suite))].map((suite) => ({ suite, name: `${suite}: unchanged` }));
let passed = 0;
let failed = 0;
await inParallel([...whole, ...mutants], async (one) => {
  const wrong = await tryMutant(one, one.from !== undefined);
  if (wrong) {
    failed++;
    console.log(`  FAIL ${one.name}${one.table ? ` on ${one.table}` : ''}: ${wrong}`);
  } else passed++;
});
if (process.env.DAPUR_COUNTS) writeFileSync(process.env.DAPUR_COUNTS, `${passed} ${failed} 0\n`);
console.log(`  ${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
