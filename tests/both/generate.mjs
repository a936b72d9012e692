// Random requests about a project. What an answer leaves open in SQL stays open here: without an order that
// decides everything, `unordered` says that rows may come in any; one request has at most one mistake.

const GOOD = {
  int4: ['0', '1', '2', '-1', '5', '100000'],
  int8: ['0', '1', '2', '4', '100', '9007199254740993'],
  numeric: ['0', '1.50', '-3', '99999.99', '1234567.25'],
  text: ['', 'a', 'Atap', 'x,y', 'say "hi"', '50%', 'é', 'hati-hati'],
  bool: ['true', 'false'],
  uuid: ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'],
  date: ['2026-01-15', '2026-03-01', '1999-12-31'],
  timestamptz: ['2026-01-02T03:04:05+00:00', '2000-01-01T00:00:00Z'],
  jsonb: ['{}', '{"size": null}', '[1, 2.50]', '"x"', '3'],
  _text: ['{}', '{rumah}', '{a,"b c"}'],
  movement_kind: ['receipt', 'sale', 'adjustment'],
};
const BAD = { int4: ['x', '99999999999', '1.5'], int8: ['x', '1e3'], numeric: ['ten', '1e400'], bool: ['maybe'], uuid: ['1111'], date: ['2026-13-01', 'soon'],
  timestamptz: ['never'], jsonb: ['{'], _text: ['{a'], movement_kind: ['gift'], text: ['x'] };
const NUMBERS = new Set(['int4', 'int8', 'numeric']);

const encode = encodeURIComponent;
const bare = (name) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '\\"')}"`);
const word = (name) => encode(bare(name));

export class Generator {
  constructor(model, random) {
    Object.assign(this, { model, random });
    this.tables = model.relations.filter((r) => !r.isView);
  }

  value(column) {
    if (column.domain && column.samples.length) return this.random.pick(column.samples); // it has checks of its own
    const pool = GOOD[column.type] ?? ['x'];
    return column.samples?.length && this.random.chance(0.7) ? this.random.pick(column.samples) : this.random.pick(pool);
  }
  bad(column) { return this.random.pick(BAD[column.type] ?? ['x']); }

  // ---- parts of a query string ----

  filter(column, value = this.value(column)) {
    const r = this.random;
    const not = r.chance(0.15) ? 'not.' : '';
    const quoted = (text) => (/[,()"{}\\]/.test(text) || text === '' ? `"${text.replace(/[\\"]/g, '\\$&')}"` : text);
    const ordered = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'isdistinct'];
    const kinds = ['compare', 'compare', 'compare', 'in', 'null'];
    if (column.type === 'text') kinds.push('like', 'match');
    if (column.type === 'bool') kinds.push('is');
    if (column.type === '_text') kinds.push('array');
    switch (r.pick(kinds)) {
      case 'in': return `${not}in.(${encode([value, this.value(column)].map(quoted).join(','))})`;
      case 'null': return `${not}is.${r.pick(['null', 'not_null'])}`;
      case 'is': return `${not}is.${r.pick(['true', 'false', 'unknown'])}`;
      case 'like': return `${not}${r.pick(['like', 'ilike'])}.${encode(`*${value.slice(0, 2)}*`)}`;
      case 'match': return `${not}${r.pick(['match', 'imatch'])}.${encode(`^[A-Za-z${r.pick(['', '0-9'])}]+`)}`;
      case 'array': return `${not}${r.pick(['cs', 'cd', 'ov'])}.${encode(value)}`;
      default: return `${not}${column.type === 'jsonb' ? r.pick(['eq', 'neq', 'cs']) : r.pick(ordered)}.${encode(value)}`;
    }
  }

  filters(relation, most = 2, prefix = '') {
    const r = this.random;
    const list = [];
    for (let n = r.below(most + 1); n > 0; n--) {
      const column = r.pick(relation.columns);
      if (r.chance(0.15)) {
        const other = r.pick(relation.columns);
        const side = (c) => `${word(c.name)}.${this.filter(c, this.value(c).replace(/[,()"{}\\]/g, '') || 'x')}`;
        if (![column, other].some((c) => ['jsonb', '_text'].includes(c.type))) {
          list.push(`${prefix}${r.pick(['or', 'and', 'not.or'])}=(${side(column)},${side(other)})`);
          continue;
        }
      }
      list.push(`${prefix}${word(column.name)}=${this.filter(column)}`);
    }
    return list;
  }

  // Columns that together tell every row apart.
  wholeOrder(relation) {
    const key = relation.columns.filter((c) => c.inKey);
    const columns = key.length ? key : relation.columns.filter((c) => c.type !== 'json');
    return columns.map((c) => `${word(c.name)}${this.random.pick(['', '.asc', '.desc'])}`);
  }
  order(relation) {
    const first = this.random.pick(relation.columns.filter((c) => c.type !== 'json'));
    const suffix = this.random.pick(['', '.asc', '.desc', '.desc.nullslast', '.asc.nullsfirst', '.nullsfirst']);
    const rest = this.wholeOrder(relation);
    return (this.random.chance(0.5) ? [`${word(first.name)}${suffix}`, ...rest] : rest).join(',');
  }

  columns(relation) {
    const r = this.random;
    if (r.chance(0.15)) return ['*'];
    return r.some(relation.columns).map((c) => {
      if (c.type === 'jsonb' && r.chance(0.4)) return `${word(c.name)}${r.pick(['->size', '->>size', '->size->w', '->colors->0'])}`;
      const alias = r.chance(0.1) ? `a_${r.below(9)}:` : '';
      const cast = r.chance(0.1) && !['jsonb', '_text'].includes(c.type) ? '::text' : '';
      return `${alias}${word(c.name)}${cast}`;
    });
  }

  // [select item, further parameters] of one relationship, or null. parents: those that the relation's keys point to, alone.
  embed(relation, depth = 0, parents = false) {
    const r = this.random;
    const ways = this.model.keys.filter((k) => (parents ? k.from === relation.name && k.to !== relation.name : k.from === relation.name || k.to === relation.name));
    if (!ways.length) return null;
    const key = r.pick(ways);
    const toOne = key.from === relation.name && key.to !== relation.name;
    const other = this.model.relations.find((x) => x.name === (toOne ? key.to : key.from));
    const hint = r.chance(0.5) ? `!${key.name}` : r.chance(0.2) ? `!${word(key.column)}` : '';
    const inner = r.chance(0.25) ? '!inner' : '';
    const name = word(other.name);
    const items = this.columns(other);
    const more = [];
    if (toOne && r.chance(0.15)) return [`...${name}${hint}${inner}(${items.filter((i) => i !== '*').map((i, n) => (i.includes(':') && !i.includes('::') ? i : `s${n}:${i}`)).join(',') || 'id'})`, more];
    if (!toOne && r.chance(0.15)) return [`${name}${hint}(count)`, more];
    if (depth < 1 && r.chance(0.35)) {
      const nested = this.embed(other, depth + 1);
      if (nested) {
        items.push(nested[0]);
        more.push(...nested[1].map((p) => `${name}.${p}`));
      }
    }
    if (!toOne) more.push(`${name}.order=${this.wholeOrder(other).join(',')}`);
    if (!toOne && r.chance(0.3)) more.push(`${name}.limit=${1 + r.below(3)}`);
    more.push(...this.filters(other, 1, `${name}.`));
    return [`${name}${hint}${inner}(${items.join(',')})`, more];
  }

  // ---- requests ----

  accept(headers) {
    const r = this.random;
    const type = r.pick(['', '', '', '', '', 'application/json', 'application/vnd.pgrst.object+json', 'application/vnd.pgrst.array+json;nulls=stripped', 'text/csv']);
    if (type) headers.push(['Accept', type]);
  }

  read() {
    const r = this.random;
    const relation = r.pick(this.model.relations);
    const query = this.filters(relation);
    const headers = [];
    if (r.chance(0.8)) {
      const items = this.columns(relation);
      const found = r.chance(0.5) ? this.embed(relation) : null;
      if (found) {
        items.push(found[0]);
        query.push(...found[1]);
      }
      query.push(`select=${items.join(',')}`);
    }
    query.push(`order=${this.order(relation)}`);
    if (r.chance(0.4)) query.push(`limit=${r.below(5)}`);
    if (r.chance(0.25)) query.push(`offset=${r.below(6)}`);
    if (r.chance(0.15)) headers.push(['Range-Unit', 'items'], ['Range', `${r.below(4)}-${r.below(6)}`]);
    if (r.chance(0.3)) headers.push(['Prefer', 'count=exact']);
    this.accept(headers);
    return { method: r.pick(['GET', 'GET', 'GET', 'GET', 'HEAD']), target: `/rest/v1/${encode(relation.name)}?${query.join('&')}`, headers, body: '' };
  }

  // The text as JSON of the column's kind, where it is one; else as a string.
  jsonValue(column, text) {
    if (NUMBERS.has(column.type) && /^-?\d+(\.\d+)?$/.test(text)) return text;
    if (column.type === 'bool' && /^(true|false)$/.test(text)) return text;
    if (column.type === 'jsonb') {
      try {
        JSON.parse(text);
        return text;
      } catch { /* a bad value goes as a string */ }
    }
    return JSON.stringify(text);
  }

  // The text of an object; wrong: the column that gets a value of another type.
  row(columns, wrong) {
    return `{${columns.map((c) => {
      const value = c === wrong ? JSON.stringify(this.bad(c)) : !c.notNull && this.random.chance(0.15) ? 'null' : this.jsonValue(c, this.value(c));
      return `${JSON.stringify(c.name)}:${value}`;
    }).join(',')}}`;
  }

  insert() {
    const r = this.random;
    const table = r.pick(this.tables);
    const needed = table.columns.filter((c) => !c.made && (c.inKey || (c.notNull && !c.hasDefault)));
    const optional = table.columns.filter((c) => !needed.includes(c) && (!c.made || r.chance(0.02)));
    const columns = [...needed.filter(() => !r.chance(0.03)), ...(optional.length ? r.some(optional) : [])];
    if (!columns.length) return this.read();
    const wrong = r.chance(0.08) && !columns.some((c) => c.made) ? r.pick(columns) : null;
    const many = r.chance(0.3);
    const rows = Array.from({ length: many ? 1 + r.below(3) : 1 }, (_, i) => this.row(columns, i === 0 ? wrong : null));
    const query = [];
    const prefer = [];
    if (r.chance(0.5)) {
      prefer.push(`resolution=${r.pick(['merge-duplicates', 'ignore-duplicates'])}`);
      if (table.unique.length && r.chance(0.5)) query.push(`on_conflict=${r.pick(table.unique).map(word).join(',')}`);
    }
    this.answerOf(table, query, prefer);
    if (r.chance(0.1)) prefer.push('missing=default');
    return { method: 'POST', target: `/rest/v1/${encode(table.name)}${query.length ? `?${query.join('&')}` : ''}`, headers: prefer.length ? [['Prefer', prefer.join(',')]] : [], body: many ? `[${rows.join(',')}]` : rows[0], unordered: true, mistake: wrong !== null, many: rows.length > 1, insertsInto: table };
  }

  // Embeds see the tables after the write on one engine, before it on the other (docs/limits.md): parents are the same.
  answerOf(table, query, prefer, embeds = true) {
    const r = this.random;
    const what = r.pick(['', 'minimal', 'representation', 'representation', 'representation', 'headers-only']);
    if (what) prefer.push(`return=${what}`);
    if (what === 'representation' && r.chance(0.6)) {
      const items = this.columns(table);
      const found = embeds && r.chance(0.3) ? this.embed(table, 1, true) : null;
      query.push(`select=${[...items, ...(found ? [found[0]] : [])].join(',')}`, ...(found ? found[1] : []));
    }
    if (r.chance(0.2)) prefer.push('count=exact');
  }

  change() {
    const r = this.random;
    const table = r.pick(this.tables);
    const isDelete = r.chance(0.35);
    const query = [];
    const prefer = [];
    const key = table.columns.filter((c) => c.inKey);
    for (const column of key) if (r.chance(0.8)) query.push(`${word(column.name)}=${r.pick(['eq', 'eq', 'eq', 'gte'])}.${encode(this.value(column))}`);
    query.push(...this.filters(table, 1));
    if (r.chance(0.1)) prefer.push('handling=strict', `max-affected=${r.below(3)}`);
    this.answerOf(table, query, prefer, !isDelete);
    const headers = prefer.length ? [['Prefer', prefer.join(',')]] : [];
    const target = `/rest/v1/${encode(table.name)}?${query.join('&')}`;
    if (isDelete) return { method: 'DELETE', target, headers, body: '', unordered: true, many: true };
    const columns = r.some(table.columns.filter((c) => !c.made), 3);
    // A domain's check is made when a row is met, or before.
    const plain = columns.filter((c) => !c.domain);
    const wrong = r.chance(0.08) && plain.length ? r.pick(plain) : null;
    return { method: 'PATCH', target, headers, body: this.row(columns, wrong), unordered: true, mistake: wrong !== null, many: true };
  }

  call() {
    const r = this.random;
    const f = r.pick(this.model.functions);
    const count = f.args.length - (r.chance(0.5) ? r.below(f.defaults + 1) : 0);
    const args = f.args.slice(0, r.chance(0.04) && count ? count - 1 : count);
    const wrong = r.chance(0.06) && args.length ? r.pick(args) : null;
    const samples = this.model.relations.flatMap((t) => t.columns);
    const valueOf = (arg) => {
      if (arg === wrong) return this.bad(arg);
      const likely = samples.find((c) => arg.name.endsWith(c.name) && c.samples.length);
      return this.value({ type: arg.type, samples: likely?.samples });
    };
    const headers = [];
    this.accept(headers);
    if (r.chance(0.15)) headers.push(['Prefer', 'count=exact']);
    // Over the rows of a function that writes nothing is computed (docs/limits.md).
    const item = f.reads ? this.model.relations.find((t) => t.name === f.returns) : undefined;
    const query = item && r.chance(0.5) ? [`select=${this.columns(item).join(',')}`] : [];
    if (item && f.isSet) query.push(`order=${this.order(item)}`);
    if (r.chance(f.reads ? 0.6 : 0.1)) {
      query.push(...args.map((a) => `${word(a.name)}=${encode(valueOf(a))}`));
      return { method: r.pick(['GET', 'GET', 'HEAD']), target: `/rest/v1/rpc/${f.name}?${query.join('&')}`, headers, body: '', unordered: true, mistake: wrong !== null || !f.reads };
    }
    const body = `{${args.map((a) => `${JSON.stringify(a.name)}:${this.jsonValue(a, valueOf(a))}`).join(',')}}`;
    return { method: 'POST', target: `/rest/v1/rpc/${f.name}${query.length ? `?${query.join('&')}` : ''}`, headers, body, unordered: true, mistake: wrong !== null };
  }

  // What must be refused, for one reason.
  refusal() {
    const r = this.random;
    const relation = r.pick(this.model.relations);
    const column = r.pick(relation.columns);
    const at = `/rest/v1/${encode(relation.name)}`;
    const table = `/rest/v1/${encode(r.pick(this.tables).name)}`; // to write into a view is a mistake of its own
    const get = (target, headers = []) => ({ method: 'GET', target, headers, body: '', mistake: true });
    return r.pick([
      () => get('/rest/v1/no_such_table'),
      () => get('/rest/v1/rpc/no_such_function'),
      () => get(`${at}?select=no_such_column`),
      () => get(`${at}?no_such_column=eq.1`),
      () => get(`${at}?select=*,no_such_table(id)`),
      () => get(`${at}?order=no_such_column`),
      () => get(`${at}?${word(column.name)}=${encode(this.value(column))}`),
      () => get(`${at}?${word(column.name)}=eq.${encode(this.bad(column))}`),
      () => get(`${at}?select=${word(column.name)}::no_such_type`),
      () => get(`${at}?limit=-1`),
      () => get(`${at}?offset=1000`, [['Prefer', 'count=exact']]),
      () => get(at, [['Accept', 'image/png']]),
      () => get(at, [['Accept-Profile', 'nowhere']]),
      () => get(at, [['Prefer', 'handling=strict, colour=red']]),
      () => ({ method: 'POST', target: table, headers: [], body: '{"no_such_column":1}', mistake: true }),
      () => ({ method: 'POST', target: table, headers: [], body: '{', mistake: true }),
      () => ({ method: 'PATCH', target: table, headers: [], body: '{}', mistake: true }),
      () => ({ method: 'DELETE', target: table, headers: [], body: '', mistake: true }),
      () => ({ method: 'DELETE', target: `${table}?no_such_column=eq.1`, headers: [], body: '', mistake: true }),
      () => ({ method: 'POST', target: `${table}?on_conflict=no_such_column`, headers: [['Prefer', 'resolution=merge-duplicates']], body: '{}', mistake: true }),
    ])();
  }

  request() {
    const { chance } = this.random;
    if (chance(0.5)) return this.read();
    if (chance(0.3)) return this.insert();
    if (chance(0.35)) return this.change();
    if (chance(0.6) && this.model.functions.length) return this.call();
    return this.refusal();
  }
}
