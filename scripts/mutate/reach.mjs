// Which tests reach a mutant's place: each place gets a mark, the tests run once, and every test writes which marks it passed.
import ts from 'typescript';

const mark = (id) => `globalThis.__reached?.(${JSON.stringify(id)})`;

/** A file's text with a mark before each mutant's place: before its statement, or in the expression that a function or a property is. */
export function withMarks(path, text, mutants) {
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
