#!/usr/bin/env node
// tests/both/run.mjs - the same random requests, as the same identities, to the same project on both
// engines: equal status, headers and body (order of members and text of numbers included).
//
//   node tests/both/run.mjs [--dapur build/release/dapur] [--requests 600] [--seed N] [--pooler] [SUITE...]
//
// A suite is a project of tests/api. --requests: for each. A failure prints the seed and the request; the same seed
// makes the same requests. --pooler: PostgreSQL behind PgBouncer. DAPUR_COUNTS as everywhere.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { send } from '../api/lib/client.mjs';
import { makeToken, readKeys, startServer } from '../api/lib/server.mjs';
import { ENGINES, openHost } from '../lib/engines.mjs';
import { compareBoth } from './compare.mjs';
import { Generator } from './generate.mjs';
import { readModel } from './model.mjs';
import { random } from './random.mjs';

const API = join(dirname(fileURLToPath(import.meta.url)), '..', 'api');
const DIFFERENCES_MOST = 20;
const run = promisify(execFile);

// as: who asks; loose: rows have moments of their own, so those may differ by a little.
const SUITES = {
  gudang: { as: ['anon', 'admin', 'cashier', 'service_role'], loose: true },
  rest: { as: ['anon', 'alice', 'bob', 'service_role'], loose: false },
};

// What is known to differ, and why: skipped, and counted.
const KNOWN = [
  { why: 'the embedded engine takes set_config for a write', is: ({ method, target }) => method !== 'POST' && /\/rpc\/(teapot|bad_headers|set_headers)\b/.test(target) },
];

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    dapur: { type: 'string', default: 'build/release/dapur' },
    requests: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    pooler: { type: 'boolean', default: false },
  },
});
const second = options.pooler ? 'pooler' : 'postgres';
const total = { passed: 0, failed: 0, skipped: 0 };

function readIdentities(suite) {
  const lines = readFileSync(join(API, suite, 'identities'), 'utf8').split('\n').filter((l) => l.trim() && !l.startsWith('#'));
  return Object.fromEntries(lines.map((l) => [l.slice(0, l.indexOf(' ')), JSON.parse(l.slice(l.indexOf(' ')))]));
}

class Side {
  static async start(name, suite) {
    const one = new Side();
    one.host = await openHost(name);
    one.place = await one.host.place();
    const project = one.project = join(API, suite, 'project');
    one.server = await startServer([options.dapur], project, one.place.data, one.place.args);
    one.keys = await readKeys([options.dapur], project, one.place.data, one.place.args);
    return one;
  }
  ask(request, as, identities) {
    const key = as === 'service_role' ? this.keys.service_role : this.keys.anon;
    const token = identities[as] ? makeToken(this.keys.jwt_secret, identities[as]) : key;
    const headers = [['apikey', key], ['Authorization', `Bearer ${token}`], ...request.headers];
    if (request.body) headers.push(['Content-Type', 'application/json'], ['Content-Length', String(Buffer.byteLength(request.body))]);
    return send(this.server.base, { ...request, headers });
  }
  async sql(text) {
    if (this.host.postgres) await this.host.postgres.sql(text, { database: this.place.database });
    else await run(options.dapur, ['sql', this.project, '--data', this.place.data, '--command', text]);
  }
  async stop() {
    const trouble = await this.server?.stop();
    await this.place?.remove();
    await this.host?.close();
    return trouble && `${trouble}\n${this.server.log().slice(-3000)}`;
  }
}

// How many values of a sequence a refused or merged row takes is the engine's own: both go on from the same one.
async function alignSequence(sides, request, answer, next) {
  const sequence = request.insertsInto?.sequence;
  const plain = answer.status < 300 && !request.headers.some(([, value]) => value.includes('resolution='));
  if (!sequence || plain) return;
  await Promise.all(sides.map((side) => side.sql(`select setval('${sequence}', ${next})`)));
}

// Rows of all tables in the end: writes did the same.
async function compareTables(sides, model, suite, report) {
  for (const table of model.relations.filter((r) => !r.isView)) {
    const order = table.columns.filter((c) => c.inKey).map((c) => c.name).join(',');
    const request = { method: 'GET', target: `/rest/v1/${encodeURIComponent(table.name)}?order=${order}&limit=1000`, headers: [], body: '' };
    const [a, b] = await Promise.all(sides.map((side) => side.ask(request, 'service_role', {})));
    report(request, 'service_role', compareBoth(a, b, suite), 'in the end');
  }
}

async function runSuite(name) {
  const suite = SUITES[name];
  const identities = readIdentities(name);
  const sides = await Promise.all([Side.start('sqlite', name), Side.start(second, name)]);
  const count = Number(options.requests);
  let bad = 0;
  const statuses = new Map();
  const report = (request, as, differences, where) => {
    if (!differences.length) {
      total.passed++;
      return;
    }
    total.failed++;
    bad++;
    console.log(`  FAIL ${name} ${where}, seed ${options.seed}, as ${as}: ${request.method} ${decodeURIComponent(request.target)}`);
    for (const [header, value] of request.headers) console.log(`       ${header}: ${value}`);
    if (request.body) console.log(`       ${request.body}`);
    for (const line of differences) console.log(`       ${line}`);
  };
  try {
    const model = await readModel(sides[1].host.postgres, sides[1].place.database);
    if (suite.loose) for (const relation of model.relations) for (const column of relation.columns) if (column.type === 'timestamptz') column.samples = [];
    const r = random(Number(options.seed));
    const generator = new Generator(model, r);
    for (let i = 0; i < count && bad < DIFFERENCES_MOST; i++) {
      const request = generator.request();
      const as = r.pick(suite.as);
      const known = KNOWN.find((one) => one.is(request));
      if (known) {
        total.skipped++;
        known.count = (known.count ?? 0) + 1;
        continue;
      }
      const [a, b] = await Promise.all(sides.map((side) => side.ask(request, as, identities)));
      statuses.set(a.status, (statuses.get(a.status) ?? 0) + 1);
      report(request, as, compareBoth(a, b, { ...request, loose: suite.loose }), `request ${i}`);
      await alignSequence(sides, request, a, 1000 + 10 * i);
    }
    if (bad < DIFFERENCES_MOST) await compareTables(sides, model, suite, report);
    else console.log(`  ${name}: stopped after ${bad} differences`);
    console.log(`  ${name}: ${[...statuses].sort(([a], [b]) => a - b).map(([s, n]) => `${n} of ${s}`).join(', ')}`);
  } finally {
    for (const side of sides) {
      const trouble = await side.stop();
      if (!trouble) continue;
      total.failed++;
      console.log(`  FAIL ${name}: ${trouble}`);
    }
  }
}

const why = ENGINES[second].missing();
if (why) {
  console.log(`  skipped: ${why}`);
  total.skipped++;
} else {
  for (const name of Object.keys(SUITES)) {
    if ((words.length && !words.includes(name)) || !existsSync(join(API, name))) continue;
    await runSuite(name);
  }
}
for (const { why, count } of KNOWN) if (count) console.log(`  skipped ${count}: ${why}`);
if (process.env.DAPUR_COUNTS) writeFileSync(process.env.DAPUR_COUNTS, `${total.passed} ${total.failed} ${total.skipped}\n`);
console.log(`  ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed ? 1 : 0);
