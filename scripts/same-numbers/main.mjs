// `npm run same-numbers -- COMMIT [NAME…]`: trains the same models at a commit and here, and compares every number: weights after
// some fifty steps, ELBO, NLL, samples, codes, and what the exported graphs compute.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configurations } from './configurations.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tolerance = 1e-6;
const [commit, ...names] = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(configurations, name));
if (commit === undefined || commit.startsWith('-') || unknown.length > 0) {
  if (unknown.length > 0) console.error(`No configuration is named ${unknown.join(', ')}.`);
  console.error(`npm run same-numbers -- COMMIT [NAME…]\n\nnames: ${Object.keys(configurations).join(', ')}`);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'same-numbers-'));
const tree = join(folder, 'tree');
const git = (...args) => execFileSync('git', args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
try {
  git('worktree', 'add', '--detach', tree, commit);
  console.error(`Building ${commit} and this tree …`);
  install(tree);
  for (const each of [tree, root]) execFileSync('npm', ['run', '--silent', 'build'], { cwd: each, stdio: ['ignore', 'ignore', 'inherit'] }); // prettier-ignore
  const verdicts = (names.length > 0 ? names : Object.keys(configurations)).map(compare);
  const differing = verdicts.filter(({ state }) => state === 'differs').map(({ name }) => name);
  const close = verdicts.filter(({ state }) => state === 'close').map(({ name }) => name);
  const equal = verdicts.length - differing.length - close.length;
  console.log(
    `${equal} of ${verdicts.length} equal to the bit` +
      (close.length > 0 ? `; within ${tolerance}: ${close.join(', ')}` : '') +
      (differing.length > 0 ? `; otherwise: ${differing.join(', ')}` : ''),
  );
  process.exitCode = differing.length > 0 ? 1 : 0;
} finally {
  spawnSync('git', ['worktree', 'remove', '--force', tree], { cwd: root });
  rmSync(folder, { recursive: true, force: true });
}

/** The commit's dependencies: those that are here, where its lock file is the same. */
function install(at) {
  const lock = (where) => readFileSync(join(where, 'package-lock.json'), 'utf8');
  if (lock(at) === lock(root)) symlinkSync(join(root, 'node_modules'), join(at, 'node_modules'));
  else execFileSync('npm', ['ci', '--ignore-scripts', '--silent'], { cwd: at, stdio: ['ignore', 'ignore', 'inherit'] });
}

function compare(name) {
  const [theirs, ours] = [tree, root].map((at) => record(join(at, 'dist'), name));
  const verdict = theirs.failed ?? ours.failed ?? difference(theirs, ours);
  console.log(`${name.padEnd(22)} ${verdict.text}`);
  return { name, ...verdict };
}

function record(dist, name) {
  const script = fileURLToPath(new URL('record.mjs', import.meta.url));
  const file = join(folder, 'record.json');
  const { status, stderr } = spawnSync(process.execPath, [script, dist, name, file], {
    encoding: 'utf8',
    env: { ...process.env, ROOTSIGMA_CACHE: join(folder, 'cache') },
  });
  if (status === 0) return JSON.parse(readFileSync(file, 'utf8'));
  const reason = stderr.split('\n').find((line) => /Error/.test(line)) ?? stderr.trim().split('\n').at(-1);
  return { failed: { state: 'differs', text: `fails ${dist.startsWith(tree) ? `at ${commit}` : 'here'}: ${reason}` } };
}

/** The largest difference, in units of the array's largest number. */
function difference(theirs, ours) {
  const missing = Object.keys(theirs).filter((label) => ours[label] === undefined);
  if (missing.length > 0) return { state: 'differs', text: `here is no ${missing.join(', ')}` };
  const added = Object.keys(ours).filter((label) => theirs[label] === undefined);
  const also = added.length > 0 ? `; new here: ${added.join(', ')}` : '';
  let worst = { size: 0, label: '' };
  for (const [label, text] of Object.entries(theirs)) {
    if (ours[label] === text) continue;
    const [a, b] = [text, ours[label]].map((base64) => new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer)); // prettier-ignore
    if (a.length !== b.length) return { state: 'differs', text: `${label}: ${a.length} numbers, here ${b.length}` };
    const scale = a.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
    const size = a.reduce((largest, value, k) => Math.max(largest, Math.abs(value - b[k]) / scale), 0);
    // Bits that differ where no number does (a NaN's, a zero's sign) are a difference too.
    if (Number.isNaN(size) || size >= worst.size) worst = { size: Number.isNaN(size) ? Infinity : size, label };
  }
  if (worst.label === '') return { state: 'equal', text: `equal to the bit${also}` };
  const state = worst.size <= tolerance ? 'close' : 'differs';
  return { state, text: `${state}: ${worst.label} by ${worst.size.toExponential(1)} of its largest number${also}` };
}
