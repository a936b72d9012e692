// JSON read without losing anything that a test may care about: numbers stay text ("1.50" is not
// "1.5"), members keep their order and duplicates. A node is {kind, text | items | members}.

export class JsonError extends Error {}

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

export function parseJson(text) {
  let at = 0;
  const match = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return null;
    at = pattern.lastIndex;
    return found[0];
  };
  const fail = (what) => { throw new JsonError(`${what} at byte ${at}`); };
  const take = (char) => {
    match(SPACE);
    if (text[at] !== char) return false;
    at++;
    return true;
  };

  function list(close, readItem) {
    const items = [];
    if (take(close)) return items;
    do items.push(readItem()); while (take(','));
    if (!take(close)) fail(`"," or "${close}" expected`);
    return items;
  }
  function member() {
    match(SPACE);
    const name = match(STRING);
    if (name === null) fail('a name expected');
    if (!take(':')) fail('":" expected');
    return { name: JSON.parse(name), value: value() };
  }
  function value() {
    match(SPACE);
    for (const word of ['null', 'true', 'false']) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return { kind: 'word', text: word };
      }
    }
    if (take('[')) return { kind: 'array', items: list(']', value) };
    if (take('{')) return { kind: 'object', members: list('}', member) };
    const string = match(STRING);
    if (string !== null) return { kind: 'string', text: JSON.parse(string) };
    const number = match(NUMBER);
    if (number === null || number === '') fail('a value expected');
    return { kind: 'number', text: number };
  }

  const node = value();
  match(SPACE);
  if (at !== text.length) fail('nothing more expected');
  return node;
}

export function renderJson(node) {
  switch (node.kind) {
    case 'string': return JSON.stringify(node.text);
    case 'array': return `[${node.items.map(renderJson).join(',')}]`;
    case 'object':
      return `{${node.members.map((m) => `${JSON.stringify(m.name)}:${renderJson(m.value)}`).join(',')}}`;
    default: return node.text;
  }
}
