// The policies of a migration's text: where each predicate begins and ends.

// Index behind the token that begins at i: a string, a comment, or one character.
function skip(text, i) {
  const rest = text.slice(i, i + 2);
  if (rest === '--') return endOf(text, '\n', i);
  if (rest === '/*') return endOf(text, '*/', i + 2);
  if (text[i] === "'" || text[i] === '"') return endOf(text, text[i], i + 1);
  const dollar = /^\$\w*\$/.exec(text.slice(i, i + 66));
  if (dollar) return endOf(text, dollar[0], i + dollar[0].length);
  return i + 1;
}

function endOf(text, what, from) {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at + what.length;
}

// The statements' [from, to) in the text, without what is quoted or commented deciding anything.
function* statements(text) {
  let from = 0;
  for (let i = 0; i < text.length; i = skip(text, i)) {
    if (text[i] !== ';') continue;
    yield [from, i];
    from = i + 1;
  }
}

// Index of the ")" that closes the "(" at i.
function closing(text, i) {
  let depth = 0;
  for (; i < text.length; i = skip(text, i)) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return i;
  }
  throw new Error('a policy without its closing parenthesis');
}

// [{policy, table, clause, from, to, text}]: every USING and WITH CHECK of the text's CREATE POLICYs.
export function predicates(text) {
  const found = [];
  for (const [from, to] of statements(text)) {
    const create = /create\s+policy\s+(\S+)\s+on\s+(\S+)/i.exec(text.slice(from, to));
    if (!create) continue;
    for (let i = from + create.index + create[0].length; i < to; ) {
      const clause = /^(using|with\s+check)\s*\(/i.exec(text.slice(i, to));
      if (!clause || /\w/.test(text[i - 1])) {
        i = skip(text, i);
        continue;
      }
      const open = i + clause[0].length - 1;
      const end = closing(text, open);
      found.push({
        policy: create[1], table: create[2], clause: clause[1].toLowerCase().replace(/\s+/, ' '),
        from: open + 1, to: end, text: text.slice(open + 1, end).trim(),
      });
      i = end + 1;
    }
  }
  return found;
}
