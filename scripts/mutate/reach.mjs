// Which tests reach a mutant's place: each place gets a mark, the tests run once, and every test writes which marks it passed.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { hash } from './sample.mjs';

const mark = (id) => `globalThis.__reached?.(${JSON.stringify(id)})`;

/**
 * Of each test file: which of its tests reach which mutants of the sample ('*': what all its tests share), and how long each test that
 * passes takes, in milliseconds.
 */
export async function findReach({ copy, tests, answers, sample, files }) {
  const texts = new Map(sample.map(({ file }) => [file, readFileSync(join(copy, file), 'utf8')]));
  const marked = [...texts].map(([file, text]) => [file, withMarks(file, text, sample.filter((each) => each.file === file))]); // prettier-ignore
  const places = hash(marked.sort());
  const nameOf = (file) => `reach ${file} ${hash(readFileSync(join(copy, file), 'utf8'))} ${places}`;
  const unknown = files.filter((file) => answers.get(nameOf(file)) === undefined);
  if (unknown.length > 0) {
    for (const [file, text] of marked) writeFileSync(join(copy, file), text);
    tests.end();
    for (const [k, file] of unknown.entries()) {
      const result = await tests.run({ tests: [{ file }], limit: 900, bail: 0 });
      answers.set(nameOf(file), reachOf(copy, file, result?.files[0]));
      console.error(`  ${k + 1}/${unknown.length} ${file}`);
    }
    for (const [file, text] of texts) writeFileSync(join(copy, file), text);
    tests.end();
  }
  return files.map((file) => ({ file, ...answers.get(nameOf(file)) }));
}

function reachOf(copy, file, outcome) {
  const failing = outcome?.tests.filter(({ state }) => state === 'failed') ?? [];
  const problems = [...(outcome?.errors ?? ['no answer']), ...failing.map(({ name }) => name)];
  if (problems.length > 0) console.error(`  ${file} fails without a mutant: ${problems.join('; ')}`);
  if (!outcome || outcome.errors.length > 0) return { reached: {}, durations: {} };
  const written = readdirSync(join(copy, '.reach'))
    .map((name) => JSON.parse(readFileSync(join(copy, '.reach', name), 'utf8')))
    .find(({ testPath }) => testPath === join(copy, file));
  const passed = outcome.tests.filter(({ state }) => state === 'passed');
  return {
    reached: written?.reached ?? {},
    durations: Object.fromEntries(passed.map(({ id, duration }) => [id, Math.round(duration)])),
  };
}

/** A file's text with a mark before each mutant's place: before its statement, or in the expression that a function or a property is. */
function withMarks(path, text, mutants) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const insertions = mutants.flatMap(({ id, start }) => marksAt(source, start, id));
  return insertions
    .sort((a, b) => b.at - a.at)
    .reduce((marked, { at, text: inserted }) => marked.slice(0, at) + inserted + marked.slice(at), text);
}

function marksAt(source, position, id) {
  let node = nodeAt(source, position);
  for (; node.parent; node = node.parent) {
    const { parent } = node;
    const isStatement = ts.isBlock(parent) || ts.isSourceFile(parent) || ts.isCaseOrDefaultClause(parent);
    if (isStatement && ts.isStatement(node)) return [{ at: node.getStart(source), text: `${mark(id)};` }];
    const isValue =
      (ts.isArrowFunction(parent) && parent.body === node) ||
      ((ts.isPropertyDeclaration(parent) || ts.isParameter(parent)) && parent.initializer === node);
    if (isValue) {
      return [
        { at: node.getStart(source), text: `(${mark(id)}, ` },
        { at: node.end, text: ')' },
      ];
    }
  }
  return [];
}

/** The innermost node that begins at a position, or holds it. */
function nodeAt(source, position) {
  let found = source;
  const visit = (node) => {
    if (node.getStart(source) <= position && position < node.end) {
      found = node;
      ts.forEachChild(node, visit);
    }
  };
  ts.forEachChild(source, visit);
  return found;
}
