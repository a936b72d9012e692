// A private PostgreSQL 15 in a folder of its own, and PgBouncer in front of it: started, asked by psql,
// stopped by pid. Plain Node, no packages. Should this process die, they end with it.
import { execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const READY_MS = 30_000;
const LOOK_MS = 20;
const PORT = 5432; // names the socket; on TCP the kernel chooses

// Debian's folders; 15 is the version that the project compares with.
const BIN = ['/usr/lib/postgresql/15/bin', '/usr/pgsql-15/bin'].find((folder) => existsSync(join(folder, 'initdb')));

// The server's superuser: "postgres" is the role that Supabase projects know (tests/diff/prelude.sql).
export const ADMIN = 'supabase_admin';

const SETTINGS = {
  fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', // a test's data need not survive
  max_connections: '200', TimeZone: 'UTC', jit: 'off', logging_collector: 'off',
  listen_addresses: '', log_min_messages: 'warning',
};

export const missing = () => (BIN ? null : 'no PostgreSQL 15 server is installed (Debian: postgresql-15)');

// ---- processes ----------------------------------------------------------------------------------------

// The servers refuse to run as root; Debian's user has rights enough.
function ids() {
  if (process.getuid() !== 0) return null;
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((l) => l.startsWith('postgres:'));
  if (!line) throw new Error('PostgreSQL does not run as root, and there is no user "postgres"');
  const [, , uid, gid] = line.split(':').map(Number);
  return { uid, gid };
}

// [program, arguments] as that user, ending with this process where the system can do that. core: on that one alone.
function asServer(program, args, signal, core) {
  if (core !== undefined) [program, args] = ['/usr/bin/taskset', ['-c', String(core), program, ...args]];
  const user = ids();
  if (!existsSync('/usr/bin/setpriv')) return { file: program, args, options: user ?? {} };
  const first = core !== undefined && user ? ['/usr/bin/nice', '-n', '-20'] : []; // a measurement: before the machine's other work
  const who = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : [];
  const [file, ...words] = [...first, '/usr/bin/setpriv', ...who, `--pdeathsig=${signal}`, program, ...args];
  return { file, args: words, options: {} };
}

function makeFolder(prefix, root = tmpdir()) {
  const folder = mkdtempSync(join(root, prefix));
  const user = ids();
  if (user) chownSync(folder, user.uid, user.gid);
  return folder;
}

function writeOwned(file, text) {
  const user = ids();
  writeFileSync(file, text, { mode: 0o600 });
  if (user) chownSync(file, user.uid, user.gid);
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Calls look() until it answers something true; what says what is waited for.
export async function until(what, look, limitMs = READY_MS) {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${typeof what === 'function' ? await what() : what}: not within ${limitMs / 1000} s`);
    await pause(LOOK_MS);
  }
}

// A child with its log, and a promise of its end.
function startChild(program, args, cwd, signal, core) {
  const { file, args: words, options } = asServer(program, args, signal, core);
  const child = spawn(file, words, { cwd, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const log = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => log.push(part));
  const ended = new Promise((resolve) => {
    child.on('exit', (code, by) => resolve(by ?? code));
    child.on('error', (error) => { log.push(Buffer.from(error.message)); resolve(error.message); });
  });
  const one = { child, ended, gone: false, log: () => Buffer.concat(log).toString('utf8') };
  ended.then(() => { one.gone = true; });
  return one;
}

async function endChild(one, signal) {
  if (!one) return;
  if (!one.gone) one.child.kill(signal);
  await one.ended;
}

// ---- the server ----------------------------------------------------------------------------------------

class Postgres {
  // tcp: also on 127.0.0.1, at a port that stays the same when it is stopped and started.
  // root: the folder for its data, other than the system's temporary one; core: it runs on that one.
  // files: {name: text} in its folder, which is where it runs: its own, nobody else's (keys).
  static async start({ tcp = false, settings = {}, admin = ADMIN, root, core, files = {} } = {}) {
    if (missing()) throw new Error(missing());
    const one = new Postgres();
    one.folder = makeFolder('dapur-pg-', root);
    one.core = core;
    one.admin = admin;
    for (const [name, text] of Object.entries(files)) writeOwned(join(one.folder, name), text);
    one.settings = { ...SETTINGS, ...(tcp ? { listen_addresses: '127.0.0.1' } : {}), ...settings };
    one.port = tcp ? await freePort() : PORT;
    one.tcp = tcp;
    one.names = 0;
    try {
      await one.#initdb();
      await one.resume();
    } catch (error) {
      await one.stop();
      throw error;
    }
    return one;
  }

  async #initdb() {
    const { file, args, options } = asServer(join(BIN, 'initdb'),
      ['-D', join(this.folder, 'data'), '-U', this.admin, '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'], 'KILL', this.core);
    await run(file, args, { cwd: this.folder, ...options });
  }

  // After suspend(): the same data, socket and port.
  async resume() {
    const settings = Object.entries(this.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.process = startChild(join(BIN, 'postgres'),
      ['-D', join(this.folder, 'data'), '-k', this.folder, '-p', String(this.port), ...settings], this.folder, 'QUIT', this.core);
    await until(() => `PostgreSQL did not start\n${this.log().slice(-2000)}`, async () => {
      if (this.process.gone) throw new Error(`PostgreSQL ended at once\n${this.log().slice(-2000)}`);
      return this.sql('select 1').then(() => true, () => false);
    });
  }

  // fast: sessions are ended and the data is written; immediate: as if it had crashed.
  async suspend(how = 'fast') { await endChild(this.process, how === 'immediate' ? 'SIGQUIT' : 'SIGINT'); }

  async stop() {
    await this.suspend('immediate'); // nothing is kept
    rmSync(this.folder, { recursive: true, force: true });
  }

  log() { return this.process?.log() ?? ''; }

  // A URL for libpq. Through TCP where it listens and tcp is asked for, else through its socket.
  url(database, { user = this.admin, tcp = false, password, host = '127.0.0.1' } = {}) {
    const who = password === undefined ? user : `${user}:${encodeURIComponent(password)}`;
    return tcp
      ? `postgres://${who}@${host}:${this.port}/${database}`
      : `postgres://${who}@/${database}?host=${encodeURIComponent(this.folder)}&port=${this.port}`;
  }

  // Rows of text; null is ''. One statement, or a script, whose last result counts.
  async sql(text, { database = 'postgres', user = this.admin } = {}) {
    const { stdout } = await run(join(BIN, 'psql'),
      ['-XqAtw', '-F', '\x1f', '-R', '\x1e', '-v', 'ON_ERROR_STOP=1', '-h', this.folder, '-p', String(this.port), '-U', user, '-d', database, '-c', text],
      { maxBuffer: 1 << 28 });
    const rows = stdout.replace(/\n$/, '');
    return rows === '' ? [] : rows.split('\x1e').map((row) => row.split('\x1f'));
  }
  async value(text, options) { return (await this.sql(text, options))[0]?.[0]; }

  // A new database; template: one that nobody is connected to. Answers its name.
  async createDatabase({ name = `d${++this.names}`, template, owner } = {}) {
    await this.sql(`create database "${name}" ${template ? `template "${template}"` : ''} ${owner ? `owner "${owner}"` : ''}`);
    return name;
  }
  async dropDatabase(name) { await this.sql(`drop database if exists "${name}" with (force)`); }

  // Ends every session of a database but the one that asks.
  async terminate(database) {
    await this.sql(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}' and pid <> pg_backend_pid()`);
  }

  // Sessions of clients in a database, other than the one that asks: [{pid, user, application, state, query}].
  async sessions(database, { application } = {}) {
    const rows = await this.sql(`select pid, usename, application_name, coalesce(state, ''), query from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid() and datname = '${database}'
        ${application ? `and application_name = '${application}'` : ''} order by pid`);
    return rows.map(([pid, user, name, state, query]) => ({ pid: Number(pid), user, application: name, state, query }));
  }
}

// ---- PgBouncer ----------------------------------------------------------------------------------------

const BOUNCER = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((file) => existsSync(file));

// In transaction mode: every client may be given another server session at each transaction.
class Bouncer {
  static async start(postgres, { settings = {} } = {}) {
    if (!BOUNCER) throw new Error('PgBouncer is not installed (Debian: pgbouncer)');
    const one = new Bouncer();
    one.folder = makeFolder('dapur-pgb-');
    one.port = PORT;
    one.admin = postgres.admin;
    const all = {
      listen_addr: '', listen_port: one.port, unix_socket_dir: one.folder, pool_mode: 'transaction', auth_type: 'any',
      max_client_conn: 1000, default_pool_size: 10, logfile: '', admin_users: postgres.admin, ...settings,
    };
    const file = join(one.folder, 'pgbouncer.ini');
    writeFileSync(file, `[databases]\n* = host=${postgres.folder} port=${postgres.port} user=${postgres.admin}\n[pgbouncer]\n`
      + Object.entries(all).filter(([, value]) => value !== '').map(([name, value]) => `${name} = ${value}\n`).join(''));
    one.process = startChild(BOUNCER, [file], one.folder, 'INT');
    try {
      await until(() => `PgBouncer did not start\n${one.log().slice(-2000)}`, () => {
        if (one.process.gone) throw new Error(`PgBouncer ended at once\n${one.log().slice(-2000)}`);
        return existsSync(join(one.folder, `.s.PGSQL.${one.port}`));
      });
    } catch (error) {
      await one.stop();
      throw error;
    }
    return one;
  }

  log() { return this.process.log(); }
  url(database) { return `postgres://${this.admin}@/${database}?host=${encodeURIComponent(this.folder)}&port=${this.port}`; }

  async stop() {
    await endChild(this.process, 'SIGTERM'); // at once
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const startPostgres = (options) => Postgres.start(options);
export const startBouncer = (postgres, options) => Bouncer.start(postgres, options);
