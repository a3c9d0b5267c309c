// Values that the package exports and that neither a document mentions nor a doc comment explains, which the reference (`npm run
// build:docs`) would list bare: `npm run exports` fails for each. `-- --all` lists every name that no document mentions, types too.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const text = (folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'));
const documents = [readFileSync(join(root, 'README.md'), 'utf8'), ...text('docs'), ...text('src')].join('\n');
const words = new Set(documents.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
const entries = Object.entries(exports).flatMap(([name, { types }]) =>
  types ? [[name, join(root, types.replace('./dist/', 'src/').replace('.d.ts', '.ts'))]] : [],
);
const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const program = ts.createProgram(
  entries.map(([, path]) => path),
  { ...options, noEmit: true },
);
const checker = program.getTypeChecker();
const found = new Map();
for (const [entry, path] of entries) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(path));
  for (const symbol of module ? checker.getExportsOfModule(module) : []) {
    const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const isValue = (real.flags & ts.SymbolFlags.Value) !== 0;
    const comment = ts.displayPartsToString(real.getDocumentationComment(checker));
    const known = found.get(symbol.name) ?? { entries: [], isValue, isSaid: false };
    known.entries.push(entry);
    known.isSaid ||= comment !== '';
    found.set(symbol.name, known);
  }
}
const isAll = process.argv.includes('--all');
const bare = [...found].filter(([name, { isValue, isSaid }]) => !words.has(name) && (isAll || (isValue && !isSaid)));
for (const [name, { entries: from, isValue, isSaid }] of bare.sort()) {
  console.log(`${name}: a ${isValue ? 'value' : 'type'}${isSaid ? ' with a comment' : ''}, of ${from.join(' ')}`);
}
console.log(
  `${found.size} names are exported; ${bare.length} of them are ${isAll ? 'in no document' : 'values without a word'}.`,
);
process.exitCode = !isAll && bare.length > 0 ? 1 : 0;
