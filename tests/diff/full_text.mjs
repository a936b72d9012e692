#!/usr/bin/env node
// tests/diff/full_text.mjs - random texts and queries of full text, for diff_runner.
//
//   node tests/diff/full_text.mjs FOLDER [FIRST_SEED [COUNT]]
//
// Writes FOLDER/full_text_SEED.sql, case files, one a seed; a seed always gives the same file. Texts are made of
// pieces that the default parser takes apart in its own way; vectors and queries of few words, so that they meet.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooser, quote } from './edges.mjs';

const STATEMENTS = 120;

const PIECES = ['a', 'b', 'abc', 'www', 'com', 'e', 'E', '1', '23', '0', 'é', 'Ωm', '-', '-', '.', '.', '/', '_', '@', ':', '://', 'http://', '?', '=', '&',
  '&amp;', '#', '<', '</', '>', '<b>', '<br/>', '<script>', '</script>', '<!--', '-->', '~', '+', ' ', ' ', ' ', "'", '"', '\\', '\u0301', '\u0e31', '٣', '1.5',
  'e5', '(', ')', '!', '%', 'foo-bar', 'x.com', 'a@b.cd', '../', './', '~/', '/usr/lib', '&#12;', '&#x1f;', '\u3000', '日本', ',', ';', '|', '*', '{'];
const WORDS = ['the', 'cats', 'dog', 'Running', 'quickly', 'of', 'and', 'databases', 'Universities', 'fox', "it's", 'wall-mounted', 'naïve', 'or', 'not',
  'generalization', 'happily', 'skies', 'dying', 'news', 'relational', 'ÉCOLE', 'Häuser', 'katten', 'enfants', 'ragazzi', 'города'];
const LANGUAGES = ['simple', 'english', 'english', 'german', 'french', 'spanish', 'russian', 'dutch', 'italian', 'portuguese', 'swedish', 'danish',
  'norwegian', 'finnish', 'hungarian', 'turkish', 'romanian', 'indonesian', 'arabic', 'greek', 'irish', 'lithuanian', 'serbian', 'catalan', 'basque'];
const LEXEMES = ['a', 'b', 'c', 'ab', 'abc'];

const times = (r, most, make, between) => Array.from({ length: 1 + r.int(most) }, make).join(between);
const odd = (r) => times(r, 9, () => r.of(PIECES), '');
const plain = (r) => times(r, 12, () => r.of(WORDS), r.of([' ', ' ', ', ', '-', ' - ']));
const text = (r) => quote(r.chance(0.5) ? odd(r) : plain(r));
const config = (r) => quote(r.of(LANGUAGES));

const position = (r) => `${1 + r.int(12)}${r.of(['', '', 'A', 'B', 'C', 'D'])}`;
const lexeme = (r) => r.of(LEXEMES) + (r.chance(0.15) ? '' : `:${times(r, 4, () => position(r), ',')}`);
const vector = (r) => `${quote(times(r, 5, () => lexeme(r), ' '))}::tsvector`;

function tree(r, depth) {
  if (depth === 0 || r.chance(0.3)) return r.of(LEXEMES) + r.of(['', '', '', ':*', ':A', ':BC', ':*D']);
  if (r.chance(0.15)) return `!(${tree(r, depth - 1)})`;
  return `(${tree(r, depth - 1)}) ${r.of(['&', '|', '<->', '<->', '<2>', '<0>'])} (${tree(r, depth - 1)})`;
}
const bare = (r) => times(r, 5, () => r.of(['', '', '!']) + r.of(LEXEMES), r.of([' & ', ' | ', ' <-> ', '&', ' <3> ']));
const query = (r) => `${quote(r.chance(0.8) ? tree(r, 1 + r.int(3)) : bare(r))}::tsquery`;
const words = (r) => quote(times(r, 5, () => r.of(['', '', '!', '(']) + r.of(WORDS) + r.of(['', '', ':*', ':A', ')']), r.of([' & ', ' | ', ' <-> ', ' <2> ', ' '])));
const web = (r) => quote(times(r, 6, () => r.of(['', '', '-', '"', '(']) + r.of([...WORDS, 'or', 'OR', 'or']) + r.of(['', '', '"', ':', ')', '.']), ' '));
const weights = (r) => r.of(['', '', `'{0.1,0.2,0.4,1}', `, `'{1,0.5,0.25,0.125}', `]);

const MAKERS = [
  (r) => `to_tsvector(${config(r)}, ${text(r)})`, (r) => `to_tsvector('simple', ${quote(odd(r))})`, (r) => `to_tsvector('english', ${quote(odd(r))})`,
  (r) => `plainto_tsquery(${config(r)}, ${text(r)})`, (r) => `phraseto_tsquery(${config(r)}, ${text(r)})`,
  (r) => `websearch_to_tsquery(${config(r)}, ${r.chance(0.3) ? text(r) : web(r)})`, (r) => `to_tsquery(${config(r)}, ${words(r)})`,
  (r) => query(r), (r) => `${query(r)}::text::tsquery`, (r) => vector(r),
  (r) => `${vector(r)} @@ ${query(r)}`, (r) => `${vector(r)} @@ ${query(r)}`, (r) => `${vector(r)} @@ ${query(r)}`, (r) => `strip(${vector(r)}) @@ ${query(r)}`,
  (r) => `to_tsvector('english', ${quote(plain(r))}) @@ websearch_to_tsquery('english', ${web(r)})`,
  (r) => `${vector(r)} ${r.of(['<', '=', '>', '<=', '<>', '||'])} ${vector(r)}`, (r) => `${query(r)} ${r.of(['<', '=', '>', '>=', '<>', '||', '&&', '<->', '@>', '<@'])} ${query(r)}`,
  (r) => `!! ${query(r)}`, (r) => `numnode(${query(r)})`, (r) => `querytree(${query(r)})`,
  (r) => `setweight(${vector(r)}, '${r.of(['A', 'b', 'D'])}'${r.of(['', ", '{a,abc}'"])})`, (r) => `ts_filter(${vector(r)}, '{${r.of(['a', 'b,c', 'd', 'a,d'])}}')`,
  (r) => `ts_delete(${vector(r)}, ${r.of(["'a'", "'{a,c}'::text[]"])})`, (r) => `tsquery_phrase(${query(r)}, ${query(r)}, ${r.int(5)})`,
  (r) => `ts_rank(${weights(r)}${vector(r)}, ${query(r)}, ${r.int(64)})`, (r) => `ts_rank_cd(${weights(r)}${vector(r)}, ${query(r)}, ${r.int(64)})`,
];

function caseFile(seed) {
  const r = chooser(seed);
  const lines = ['-- Made by tests/diff/full_text.mjs.', 'create table one (id int);', '-- as: owner'];
  for (let i = 0; i < STATEMENTS; i++) lines.push(`select ${r.of(MAKERS)(r)} as x;`);
  return `${lines.join('\n')}\n`;
}

const [folder, first = '1', count = '1'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
for (let seed = Number(first); seed < Number(first) + Number(count); seed++)
  writeFileSync(join(folder, `full_text_${seed}.sql`), caseFile(seed));
