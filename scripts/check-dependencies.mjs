// Refuses imports against the layer order (scripts/layers.mjs) and import cycles, in the given folder (default: src): those of
// types and dynamic ones too, as who reads one file of a cycle must read them all.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';
import { layers } from './layers.mjs';

const root = resolve(process.argv[2] ?? 'src');
const order = new Map(layers.map((layer, index) => [layer.name, { ...layer, index }]));

const files = readdirSync(root, { recursive: true })
  .map((name) => join(root, String(name)))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !path.includes(`kernels${sep}assembly`));

/** The sources that `#…` stands for, in Node and in pages: package.json says where each leads. */
const { imports: aliases } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const leavesOf = (target) => (typeof target === 'string' ? [target] : Object.values(target).flatMap(leavesOf));
const sourcesOf = (alias) => [
  ...new Set(
    leavesOf(aliases[alias] ?? {}).map((path) =>
      join(root, path.replace(/^\.\/(dist|src)\//, '').replace(/\.js$/, '.ts')),
    ),
  ),
];

const isTest = (path) => path.endsWith('.test.ts');
const layerOf = (path) => relative(root, path).split(sep)[0] ?? '';

/** Relative imports of a file, with whether each is for types only. */
function importsOf(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    const specifier =
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined;
    if (specifier && ts.isStringLiteral(specifier) && /^[.#]/.test(specifier.text)) {
      const clause = ts.isImportDeclaration(node) ? node.importClause : undefined;
      const typeOnly =
        clause?.phaseModifier === ts.SyntaxKind.TypeKeyword ||
        (ts.isExportDeclaration(node) && node.isTypeOnly) ||
        ts.isImportTypeNode(node);
      const { text } = specifier;
      const targets = text.startsWith('#') ? sourcesOf(text) : [resolve(dirname(path), text)];
      for (const target of targets) found.push({ target, typeOnly });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const problems = [];
const edges = new Map();
for (const file of files) {
  const imports = importsOf(file);
  edges.set(
    file,
    imports.map((i) => i.target),
  );
  const from = order.get(layerOf(file));
  if (!from) {
    problems.push(`${relative(root, file)}: folder '${layerOf(file)}' is not in scripts/layers.mjs`);
    continue;
  }
  for (const { target, typeOnly } of imports) {
    const to = order.get(layerOf(target));
    // A test may check a layer with any other: it is not part of the layer.
    if (!to || to.name === from.name || isTest(file)) continue;
    const say = (why) => problems.push(`${relative(root, file)} imports ${relative(root, target)}: ${why}`);
    if (to.index > from.index) say(`'${from.name}' stands above '${to.name}'`);
    else if (to.name === 'testing') say("'testing' is for tests only");
    else {
      if (from.only && !from.only.includes(to.name)) say(`'${from.name}' may import ${from.only.join(', ')} only`);
      if (from.not?.includes(to.name)) say(`'${from.name}' may not import '${to.name}'`);
      if (from.typesOnly?.includes(to.name) && !typeOnly) say(`'${from.name}' may import types only from '${to.name}'`);
    }
  }
}

// Cycles: depth-first search; a file met again while still open closes one.
const state = new Map();
const stack = [];
const reported = new Set();
function visit(file) {
  state.set(file, 'open');
  stack.push(file);
  for (const target of edges.get(file) ?? []) {
    if (!edges.has(target)) continue;
    if (state.get(target) === 'open') {
      const cycle = [...stack.slice(stack.indexOf(target)), target].map((path) => relative(root, path)).join(' → ');
      if (!reported.has(cycle)) problems.push(`import cycle: ${cycle}`);
      reported.add(cycle);
    } else if (!state.has(target)) visit(target);
  }
  stack.pop();
  state.set(file, 'done');
}
for (const file of files) if (!state.has(file)) visit(file);

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
