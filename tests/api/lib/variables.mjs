// {{name}}: what an earlier answer of the same file gave. {{*}}, {{*uuid}}...: holes in an expected
// text that match what varies.
import { renderJson } from './json_text.mjs';

export const HOLES = {
  '*': '[\\s\\S]*',
  '*int': '-?[0-9]+',
  '*uuid': '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  '*time': '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{8}(?:\\.[0-9]+)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?',
  '*jwt': '[\\w-]+\\.[\\w-]+\\.[\\w-]+',
};
const REFERENCE = /\{\{([^{}]+)\}\}/g;

export class Variables {
  #values = new Map();

  constructor(start = {}) {
    for (const [name, text] of Object.entries(start)) this.set(name, { kind: 'string', text });
  }
  set(name, node) { this.#values.set(name, node); }
  get(name) { return this.#values.get(name); }

  textOf(name) {
    const node = this.#values.get(name);
    if (!node) return null;
    return node.kind === 'string' ? node.text : renderJson(node);
  }

  // For requests: every name must be known.
  fill(text) {
    return text.replace(REFERENCE, (whole, name) => {
      const value = this.textOf(name);
      if (value === null) throw new Error(`{{${name}}} has no value yet`);
      return value;
    });
  }

  // An expected text against an actual one. A lone "*" or unknown {{name}} takes anything; the
  // latter keeps it.
  matches(expected, actual, node = { kind: 'string', text: actual }) {
    if (expected === '*') return true;
    const lone = /^\{\{([^{}*]+)\}\}$/.exec(expected);
    if (lone && !this.#values.has(lone[1])) {
      this.set(lone[1], node);
      return true;
    }
    const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    let pattern = '';
    let from = 0;
    for (const found of expected.matchAll(REFERENCE)) {
      const value = HOLES[found[1]] ?? (this.textOf(found[1]) === null ? null : escape(this.textOf(found[1])));
      if (value === null) throw new Error(`{{${found[1]}}} has no value yet`);
      pattern += escape(expected.slice(from, found.index)) + value;
      from = found.index + found[0].length;
    }
    return new RegExp(`^${pattern}${escape(expected.slice(from))}$`).test(actual);
  }
}
