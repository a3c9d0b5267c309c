// Two ranks of Open MPI against two threads that share steps, on the same cores: `node bench/ranks.mjs [PAIRS]`.
// The model of the other benchmarks: 784-400-20, batch 128. Medians of pairs, in turn; needs `mpirun` and an idle machine.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const pairs = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'rootsigma-ranks-'));
const train = ['train', 'digits', '--count', '6400', '--test-count', '10', '--hidden', '400', '--latent', '20'];
const flags = [
  '--batch-size',
  '128',
  '--epochs',
  '5',
  '--json',
  '--quiet',
  '--overwrite',
  '--out',
  join(folder, 'run'),
];

/** Milliseconds a step, the median and the mean. */
function measure(command, args, env) {
  const options = { encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 2 ** 28 };
  const { status, stdout, stderr } = spawnSync(command, [...args, program, ...train, ...flags], options);
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  const done = stdout.split('\n').find((line) => line.includes('"event":"done"'));
  const { stepMs, meanStepMs } = JSON.parse(done);
  return { median: stepMs, mean: meanStepMs };
}

const asRoot = {
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
};
const cases = {
  'one thread': () => measure('node', [], { ROOTSIGMA_THREADS: '1' }),
  'two threads': () => measure('node', [], { ROOTSIGMA_THREADS: '2' }),
  'two ranks': () => measure('mpirun', ['-q', '-np', '2', 'node'], asRoot),
};
const found = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
for (let pair = 0; pair < pairs; pair++) for (const [name, run] of Object.entries(cases)) found[name].push(run());
rmSync(folder, { recursive: true, force: true });

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const of = (name, what) => median(found[name].map((each) => each[what]));
for (const name of Object.keys(cases)) {
  console.log(
    `${name.padEnd(12)} ${of(name, 'median').toFixed(2)} ms a step (median), ${of(name, 'mean').toFixed(2)} ms (mean)`,
  );
}
const ratio = (what) => (of('two threads', what) / of('two ranks', what)).toFixed(2);
console.log(`two ranks are ${ratio('median')} times as fast as two threads (by means ${ratio('mean')})`);
