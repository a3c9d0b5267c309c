// `npm run mutate [-- PATH…] [--count N] [--seed N] [--list]`: changes the sources in small ways, one at a time, in a copy of the project, and
// counts the changes that no test notices. README.md beside this file says how and what came of it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createCompiler } from './compiler.mjs';
import { withMarks } from './reach.mjs';
import { hash, sampleMutants, sourcesIn } from './sample.mjs';
import { Tests } from './tests.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const standard = ['linalg', 'gaussian', 'models', 'objectives', 'evaluation', 'training'].map((name) => `src/${name}`);

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '300' },
    seed: { type: 'string', default: '13' },
    only: { type: 'string', multiple: true },
    list: { type: 'boolean', default: false },
  },
});

/** Test files that say nothing of these folders (browsers, packages, documents, other processes) or take minutes. */
const leftOut = /^test\/(site|page|package|documents|reference|dependencies|onnx-tools|fuzz|supply|soak|stores|cli\/(process|outputs|help|strangers|progress))/; // prettier-ignore

/** The file that was mutated last, which the tests' process still knows so. */
let restored;

const cache = openCache(join(root, '.cache/mutate.json'));
const mutants = sample();
if (options.list) {
  for (const each of mutants) console.log(described(each));
} else {
  await main();
}

function sample() {
  const files = sourcesIn(root, positionals.length > 0 ? positionals : standard);
  const compiler = createCompiler(root);
  const compiles = (mutant) => cache.remember(`compiles ${hash(mutant.mutated)}`, () => compiler(mutant));
  const found = sampleMutants({ root, files, count: Number(options.count), seed: Number(options.seed), compiles });
  cache.save();
  const within = options.only?.map((path) => path.replace(/\/$/, ''));
  return within ? found.filter(({ file }) => within.some((path) => file.startsWith(path))) : found;
}

async function main() {
  const copy = copyProject();
  const tests = new Tests(copy, { ROOTSIGMA_REACH: join(copy, '.reach') });
  process.once('exit', () => {
    tests.end();
    rmSync(copy, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  mkdirSync(join(copy, '.reach'));
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.test.ts'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== '' && !leftOut.test(file));
  const ofTheirs = (file) =>
    mutants.some((mutant) => dirname(mutant.file).startsWith(file.split('/').slice(0, 2).join('/')));
  const near = files.filter(ofTheirs);
  const far = files.filter((file) => !ofTheirs(file));

  const verdicts = new Map();
  for (const ring of [near, far]) {
    const open = mutants.filter(
      ({ id }) => verdicts.get(id)?.state !== 'killed' && verdicts.get(id)?.state !== 'endless',
    );
    if (open.length === 0) break;
    console.error(`${open.length} mutants: which of ${ring.length} test files reach them?`);
    const reach = await findReach(copy, tests, ring, open);
    for (const [k, mutant] of open.entries()) {
      const verdict = await tried(copy, tests, mutant, reach);
      const earlier = verdicts.get(mutant.id);
      verdicts.set(mutant.id, verdict.state === 'unreached' && earlier ? earlier : verdict);
      const by = verdict.by ? ` by ${verdict.by}` : '';
      console.error(
        `${k + 1}/${open.length} ${verdict.state.padEnd(9)} ${verdict.seconds ?? ''} ${described(mutant)}${by}`,
      );
    }
  }
  report(verdicts);
}

/** All files, with what the build made among the sources; what is installed and built is linked. */
function copyProject() {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'rootsigma-mutate-')));
  const left = new Set(['node_modules', 'dist', '.git', '.cache', 'runs', 'coverage']);
  cpSync(root, copy, { recursive: true, filter: (path) => !left.has(basename(path)) });
  for (const name of ['node_modules', 'dist']) symlinkSync(join(root, name), join(copy, name));
  return copy;
}

/** By test file: its text's hash, what it costs and which of its tests reach which mutant. Tests that fail without a mutant are left out. */
async function findReach(copy, tests, ring, open) {
  const marked = new Map();
  for (const { file } of open) {
    const mine = mutants.filter((each) => each.file === file);
    if (!marked.has(file)) marked.set(file, withMarks(file, readFileSync(join(root, file), 'utf8'), mine));
  }
  // All mutants of the sample are marked, whatever is open: so an answer serves the next run too.
  for (const mutant of mutants) {
    if (marked.has(mutant.file)) continue;
    const mine = mutants.filter((each) => each.file === mutant.file);
    marked.set(mutant.file, withMarks(mutant.file, readFileSync(join(root, mutant.file), 'utf8'), mine));
  }
  const places = hash([...marked].sort());
  const nameOf = (file) => `reach ${file} ${hash(readFileSync(join(root, file), 'utf8'))} ${places}`;
  const unknown = ring.filter((file) => cache.get(nameOf(file)) === undefined);
  if (unknown.length > 0) {
    for (const [file, text] of marked) writeFileSync(join(copy, file), text);
    let changed = [...marked.keys()];
    for (const [k, file] of unknown.entries()) {
      const result = await tests.run({ changed, tests: [{ file }], limit: 1200, bail: 0 });
      changed = [];
      const [outcome] = result?.files ?? [];
      cache.set(nameOf(file), outcome ? reachOf(copy, outcome) : { reached: {}, durations: {}, failing: ['*'] });
      cache.save();
      const seconds = outcome ? outcome.tests.reduce((sum, { duration }) => sum + duration, 0) / 1000 : NaN;
      console.error(`  ${k + 1}/${unknown.length} ${file}: ${seconds.toFixed(1)} s`);
    }
    for (const file of marked.keys()) cpSync(join(root, file), join(copy, file));
    tests.end();
  }
  return ring.map((file) => ({ file, ...cache.get(nameOf(file)) }));
}

function reachOf(copy, { file, state, errors, tests }) {
  const written = readdirSync(join(copy, '.reach'))
    .map((name) => JSON.parse(readFileSync(join(copy, '.reach', name), 'utf8')))
    .find(({ testPath }) => testPath === join(copy, file));
  const failing = tests.filter((test) => test.state === 'failed').map(({ id }) => id);
  if (failing.length > 0 || errors.length > 0 || state === 'failed') {
    console.error(`  ${file} fails without a mutant: ${[...errors, ...tests.filter((test) => test.state === 'failed').map(({ name }) => name)].join('; ')}`); // prettier-ignore
  }
  return {
    reached: written?.reached ?? {},
    durations: Object.fromEntries(
      tests.filter((test) => test.state === 'passed').map(({ id, duration }) => [id, Math.round(duration)]),
    ),
    failing: errors.length > 0 ? ['*'] : failing,
  };
}

/** What the tests that reach a mutant say of it. */
async function tried(copy, tests, mutant, reach) {
  const chosen = reach.flatMap(({ file, reached, durations, failing }) => {
    const by = reached[mutant.id];
    if (!by || failing.includes('*')) return [];
    const ids = (by.includes('*') ? Object.keys(durations) : by).filter((id) => durations[id] !== undefined);
    const cost = ids.reduce((sum, id) => sum + durations[id], 0) / 1000;
    return ids.length > 0 ? [{ file, ids, cost }] : [];
  });
  if (chosen.length === 0) return { state: 'unreached' };
  const home = dirname(mutant.file);
  const price = ({ file, cost }) => (cost + 0.5) * (dirname(file) === home ? 0.25 : 1);
  chosen.sort((a, b) => price(a) - price(b));
  const hashes = Object.fromEntries(chosen.map(({ file }) => [file, hash(readFileSync(join(root, file), 'utf8'))]));
  const name = `verdict ${hash(mutant.mutated)}`;
  const known = cache.get(name);
  if (known && isStillTrue(known, hashes)) return known;

  writeFileSync(join(copy, mutant.file), mutant.mutated);
  const begun = performance.now();
  const limit = 30 + 10 * Math.max(...chosen.map(({ cost }) => cost));
  const changed = [mutant.file, ...(restored ? [restored] : [])];
  const result = await tests.run({ changed, tests: chosen, limit });
  cpSync(join(root, mutant.file), join(copy, mutant.file));
  restored = mutant.file;
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const verdict = { ...verdictOf(result, chosen), seconds, hashes };
  cache.set(name, verdict);
  cache.save();
  return verdict;
}

function verdictOf(result, chosen) {
  if (!result) return { state: 'endless', by: chosen[0].file };
  const failed = result.files.find(({ state }) => state === 'failed');
  if (failed) {
    const test = failed.tests.find(({ state }) => state === 'failed');
    return {
      state: 'killed',
      by: failed.file,
      test: test?.name,
      message: (test?.message ?? failed.errors[0])?.slice(0, 200),
    };
  }
  if (result.unhandled.length > 0)
    return { state: 'killed', by: result.files.at(-1)?.file, message: result.unhandled[0] };
  return { state: 'survived' };
}

/** A test that killed still does while its file stays; one that survived does while no test file that reaches it changes. */
function isStillTrue(known, hashes) {
  if (known.state === 'survived') return Object.keys(hashes).every((file) => known.hashes[file] === hashes[file]);
  return hashes[known.by] !== undefined && known.hashes[known.by] === hashes[known.by];
}

function described({ id, file, line, kind, original, replacement }) {
  const short = (text) => (text.length > 60 ? `${text.slice(0, 57)}…` : text).replace(/\s+/g, ' ');
  return `${id} ${file}:${line} ${kind}: ${short(original)} ⇒ ${short(replacement)}`;
}

function report(verdicts) {
  const reasons = JSON.parse(readFileSync(new URL('survivors.json', import.meta.url), 'utf8'));
  const alive = mutants.filter(({ id }) => ['survived', 'unreached'].includes(verdicts.get(id).state));
  const folders = [...new Set(mutants.map(({ file }) => file.split('/').slice(0, 2).join('/')))].sort();
  const count = (list, state) => list.filter(({ id }) => verdicts.get(id).state === state).length;
  const line = (name, list) => {
    const [killed, endless, survived, unreached] = ['killed', 'endless', 'survived', 'unreached'].map((state) => count(list, state)); // prettier-ignore
    const share = ((100 * (killed + endless)) / list.length).toFixed(1);
    console.log(`${name.padEnd(18)} ${[list.length, killed, endless, survived, unreached].map((n) => String(n).padStart(8)).join(' ')} ${share.padStart(7)} %`); // prettier-ignore
  };
  console.log(`${'folder'.padEnd(18)}  mutants   killed  endless survived unreached   dead`);
  for (const folder of folders)
    line(
      folder,
      mutants.filter(({ file }) => file.startsWith(`${folder}/`)),
    );
  line('all', mutants);
  const unnamed = alive.filter(({ id }) => reasons[id] === undefined);
  console.log('\nalive:');
  for (const each of alive) console.log(`${verdicts.get(each.id).state.padEnd(9)} ${described(each)}\n            ${reasons[each.id] ?? 'NO REASON'}`); // prettier-ignore
  for (const id of Object.keys(reasons).filter((id) => !alive.some((each) => each.id === id))) {
    if (mutants.some((each) => each.id === id)) console.log(`${id} has a reason in survivors.json, and dies.`);
  }
  if (unnamed.length > 0) console.log(`\n${unnamed.length} have no reason in survivors.json.`);
}

/** Answers by name in a file, so that a trial that was stopped goes on. */
function openCache(path) {
  let answers = {};
  try {
    answers = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // None yet.
  }
  return {
    get: (name) => answers[name],
    set: (name, value) => {
      answers[name] = value;
    },
    remember(name, make) {
      return (answers[name] ??= make());
    },
    save: () => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, JSON.stringify(answers));
    },
  };
}
