// Where a test's projects keep their data, one kind per column of the tests' tables: the embedded
// database, a private PostgreSQL, and the same behind PgBouncer in transaction mode.
//
//   const host = await openHost('postgres');      once
//   const place = await host.place();             an empty one: {data, args, database, remove()}
//   const other = await host.copy(place);         the same content; no server may run on `place`
//   await host.close();
//
// `args` are for `dapur serve` and for the commands that need the database (`keys`, `user`).
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing, startBouncer, startPostgres } from './postgres.mjs';

const makeData = () => mkdtempSync(join(tmpdir(), 'dapur-data-'));
const removeData = (data) => rmSync(data, { recursive: true, force: true });

const sqlite = {
  engine: 'sqlite',
  async open() {
    const place = (data) => ({ data, args: [], remove: async () => removeData(data) });
    return {
      place: async () => place(makeData()),
      copy: async (from) => {
        const data = makeData();
        cpSync(from.data, data, { recursive: true });
        return place(data);
      },
      close: async () => {},
    };
  },
};

// argsOf: a database's name to what dapur is told of it; letGo: ends what keeps sessions for others.
function onPostgres(postgres, argsOf, close, letGo = async () => {}) {
  const place = (data, database) => ({
    data, database, args: argsOf(database),
    remove: async () => {
      removeData(data);
      await postgres.dropDatabase(database);
    },
  });
  return {
    postgres,
    place: async () => place(makeData(), await postgres.createDatabase()),
    copy: async (from) => {
      const data = makeData();
      cpSync(from.data, data, { recursive: true });
      await letGo(from.database);
      return place(data, await postgres.createDatabase({ template: from.database }));
    },
    close,
  };
}

const postgres = {
  engine: 'postgres',
  missing,
  async open() {
    const server = await startPostgres();
    return onPostgres(server, (database) => ['--db', server.url(database)], () => server.stop());
  },
};

const pooler = {
  engine: 'postgres',
  missing,
  async open() {
    const server = await startPostgres();
    const bouncer = await startBouncer(server);
    const args = (database) => ['--db', bouncer.url(database), '--database.pooler=transaction', `--database.direct_url=${server.url(database)}`];
    return onPostgres(server, args, async () => {
      await bouncer.stop();
      await server.stop();
    }, (database) => server.terminate(database));
  },
};

// In the order of the columns.
export const ENGINES = { sqlite, postgres, pooler };

export const openHost = (name) => ENGINES[name].open();
