// `npm run mutate [-- PATH…] [--only PATH] [--count N] [--seed N] [--list]`: changes the sources in small ways, one at a time, in a copy of
// the project, and counts the changes that no test notices. README.md beside this file says how.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Answers } from './answers.mjs';
import { createCompiler } from './compiler.mjs';
import { findReach } from './reach.mjs';
import { described, report } from './report.mjs';
import { hash, sampleMutants, sourcesIn } from './sample.mjs';
import { Tests } from './tests.mjs';
import { tryMutant } from './trial.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const standard = ['linalg', 'gaussian', 'models', 'objectives', 'evaluation', 'training'].map((name) => `src/${name}`);

/** Tests that say nothing of other folders' sources: those of folders below or aside, of browsers, packages, documents and the built program. */
const leftOut = [
  /^src\/(core|kernels|random|graph|io|data|config|drawing|cli|testing)\//,
  /^test\/(site|page|package|documents|reference|dependencies|onnx-tools|fuzz|supply|soak|stores)/,
  /^test\/cli\/(process|outputs|help|strangers|progress)/,
];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '300' },
    seed: { type: 'string', default: '13' },
    only: { type: 'string', multiple: true },
    list: { type: 'boolean', default: false },
  },
});

// What is tried is what is here now, whatever changes meanwhile.
const copy = copyProject();
const answers = new Answers(join(root, '.cache/mutate.json'));
const tests = new Tests(copy);
process.once('exit', () => {
  tests.end();
  rmSync(copy, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));

const sample = drawSample();
const chosen = sample.filter(({ file }) => options.only?.some((path) => file.startsWith(path)) ?? true);
if (options.list) for (const mutant of chosen) console.log(described(mutant));
else report(chosen, await tryAll(), copy);
process.exit();

/** All files, with what the build made among the sources; what is installed and built is linked. */
function copyProject() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rootsigma-mutate-')));
  const left = new Set(['node_modules', 'dist', '.git', '.cache', 'runs', 'coverage']);
  cpSync(root, folder, { recursive: true, filter: (path) => !left.has(basename(path)) });
  for (const name of ['node_modules', 'dist']) symlinkSync(join(root, name), join(folder, name));
  mkdirSync(join(folder, '.reach'));
  return folder;
}

function drawSample() {
  const files = sourcesIn(copy, positionals.length > 0 ? positionals : standard);
  const compiler = createCompiler(copy);
  const compiles = (mutant) => answers.remember(`compiles ${hash(mutant.mutated)}`, () => compiler(mutant));
  const { count, seed } = options;
  return sampleMutants({ root: copy, files, count: Number(count), seed: Number(seed), compiles });
}

/** By a mutant's id, what became of it. The tests of the mutants' folders go first, the others only where those notice nothing. */
async function tryAll() {
  const files = ['src', 'test']
    .flatMap((folder) => readdirSync(join(copy, folder), { recursive: true }).map((name) => join(folder, name)))
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name.endsWith('.test.ts'))
    .sort();
  const folderOf = (file) => file.split('/').slice(0, 2).join('/');
  const homes = new Set(chosen.map(({ file }) => folderOf(file)));
  const isNearby = (file) => homes.has(folderOf(file));
  const verdicts = new Map();
  const isOpen = ({ id }) => !['killed', 'endless'].includes(verdicts.get(id)?.state);
  const others = files.filter((file) => !isNearby(file) && !leftOut.some((pattern) => pattern.test(file)));
  for (const ring of [files.filter(isNearby), others]) {
    const open = chosen.filter(isOpen);
    if (open.length === 0) break;
    console.error(`${open.length} mutants: which of ${ring.length} test files reach them?`);
    const reach = await findReach({ copy, tests, answers, sample, files: ring });
    for (const [k, mutant] of open.entries()) {
      const verdict = await tryMutant({ copy, tests, answers, mutant, reach });
      if (verdict.state !== 'unreached' || !verdicts.has(mutant.id)) verdicts.set(mutant.id, verdict);
      const by = verdict.by ? `, by ${verdict.by}` : '';
      console.error(`${k + 1}/${open.length} ${verdict.state}: ${described(mutant)}${by}`);
    }
  }
  return verdicts;
}
