// Runs a TypeScript example on any supported Node: `npm run example examples/01-covariance-roots.ts`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';

const [file, ...rest] = process.argv.slice(2);
if (!file) {
  console.error('Name a file: npm run example examples/01-covariance-roots.ts');
  process.exit(2);
}
const folder = join(import.meta.dirname, '../.cache/examples');
const target = join(folder, `${basename(file, '.ts')}.mjs`);
const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
  compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
});
mkdirSync(folder, { recursive: true });
writeFileSync(target, outputText);
process.exit(spawnSync(process.execPath, [target, ...rest], { stdio: 'inherit' }).status ?? 1);
