// What of a project the generator asks for, read from PostgreSQL's own catalog: relations with columns,
// keys and samples of their values; foreign keys; functions. Without partitions: the errors of their constraints name other tables (docs/limits.md).

const RELATIONS = `select c.relname, c.relkind, a.attname, a.attnotnull, a.attgenerated <> '' or a.attidentity <> '',
    a.atthasdef, t.typname, coalesce(b.typname, t.typname),
    exists (select 1 from pg_index i where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey))
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_type t on t.oid = a.atttypid left join pg_type b on b.oid = t.typbasetype
  where n.nspname = 'public' and c.relkind in ('r', 'v') and not c.relispartition order by c.relname, a.attnum`;

const KEYS = `select k.conname, c.relname, r.relname, (select attname from pg_attribute where attrelid = c.oid and attnum = k.conkey[1])
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class r on r.oid = k.confrelid
  join pg_namespace n on n.oid = c.relnamespace join pg_namespace m on m.oid = r.relnamespace
  where k.contype = 'f' and c.relkind = 'r' and not c.relispartition and r.relkind = 'r' and n.nspname = 'public' and m.nspname = 'public' order by k.conname`;

// Identity and serial columns: the sequence of each.
const SEQUENCES = `select c.relname, pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where n.nspname = 'public' and c.relkind = 'r' and pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) is not null`;

const UNIQUE = `select c.relname, (select string_agg(a.attname, ',' order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum = any (k.conkey))
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
  where k.contype = 'u' and c.relkind = 'r' and not c.relispartition and n.nspname = 'public' order by k.conname`;

const FUNCTIONS = `select p.proname, p.provolatile, p.proretset, t.typname, coalesce(p.proargnames, '{}')::text,
    (select coalesce(string_agg(y.typname, ',' order by o), '') from unnest(p.proargtypes) with ordinality u (id, o) join pg_type y on y.oid = u.id), p.pronargs, p.pronargdefaults
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_type t on t.oid = p.prorettype
  where n.nspname = 'public' and t.typname <> 'trigger' order by p.proname`;

export async function readModel(postgres, database) {
  const ask = (text) => postgres.sql(text, { database });
  const relations = new Map();
  for (const [name, kind, column, notNull, made, hasDefault, type, base, inKey] of await ask(RELATIONS)) {
    if (!relations.has(name)) relations.set(name, { name, isView: kind === 'v', columns: [], unique: [] });
    relations.get(name).columns.push({
      name: column, type: base, notNull: notNull === 't', made: made === 't', hasDefault: hasDefault === 't', inKey: inKey === 't', domain: type !== base, samples: [],
    });
  }
  for (const [name, columns] of await ask(UNIQUE)) relations.get(name).unique.push(columns.split(','));
  for (const [name, sequence] of await ask(SEQUENCES)) relations.get(name).sequence = sequence;
  for (const relation of relations.values()) {
    for (const column of relation.columns) {
      const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
      const rows = await ask(`select distinct ${quoted(column.name)}::text from public.${quoted(relation.name)} where ${quoted(column.name)} is not null order by 1 limit 12`);
      column.samples = rows.map(([text]) => text);
    }
  }
  const keys = (await ask(KEYS)).map(([name, from, to, column]) => ({ name, from, to, column }));
  // A function of one unnamed argument takes the whole body: not one of these.
  const named = (names, types) => types === '' || (names !== '{}' && !/[{,]("")?[,}]/.test(names));
  const functions = (await ask(FUNCTIONS)).filter(([, , , , names, types]) => named(names, types)).map(([name, volatility, isSet, returns, names, types, count, defaults]) => ({
    name, reads: volatility !== 'v', isSet: isSet === 't', returns,
    args: types === '' ? [] : types.split(',').map((type, i) => ({ type, name: names.slice(1, -1).split(',')[i].replace(/^"|"$/g, '') })),
    defaults: Number(defaults),
  }));
  return { relations: [...relations.values()], keys, functions };
}
