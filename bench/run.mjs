// Compares rootsigma with its peers in one table. README.md says how it measures; `--help` lists the options.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { convTrainingStep } from './cases/conv-training-step.mjs';
import { gaussianDraws } from './cases/gaussian-draws.mjs';
import { normals } from './cases/normals.mjs';
import { posteriors } from './cases/posteriors.mjs';
import { roots, batchesInThreads } from './cases/roots.mjs';
import { nll } from './cases/nll.mjs';
import { tables } from './cases/tables.mjs';
import { trainingStep } from './cases/training-step.mjs';
import { trainingStepInPage } from './cases/training-step-page.mjs';
import { startBrowser } from './lib/browser.mjs';
import { runContest } from './lib/contest.mjs';
import { prepareInputs } from './lib/inputs.mjs';
import { findPython, machineFacts } from './lib/machine.mjs';
import { formatTable } from './lib/table.mjs';

const usage = `npm run bench -- [NAME…] [--pairs N] [--seconds S]

  NAME       run only the benchmarks whose name begins so: training-step, page-training-step, conv-training-step, posterior, normals, gaussian-draws, roots, roots-16, threads-roots, threads-cholesky, threads-eigh, nll, table-read, …
  --pairs    pairs of blocks for each peer (default 7, at least 5)
  --seconds  length of a block (default 0.3)`;

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '0.3' },
    help: { type: 'boolean', default: false },
  },
});

async function main() {
  if (options.help) return console.log(usage);
  const [pairs, blockSeconds] = [Number(options.pairs), Number(options.seconds)];
  if (!(Number.isInteger(pairs) && pairs >= 5 && blockSeconds > 0)) throw new Error(usage);
  if (!existsSync(new URL('../dist/training/index.js', import.meta.url))) {
    throw new Error('bench: the package is not built. Run `npm run build` first.');
  }
  // OpenBLAS chooses its kernels by the processor; a setting left in the environment could slow the peers down.
  for (const name of ['OPENBLAS_CORETYPE', 'OPENBLAS_L2_SIZE']) delete process.env[name];
  const python = findPython();
  const facts = machineFacts(python);
  const progress = (line) => console.error(line);
  facts.forEach(progress);

  const inputs = await prepareInputs();
  const contests = [];
  let started;
  const browser = () => (started ??= startBrowser(inputs.folder));
  try {
    const all = [
      trainingStep,
      trainingStepInPage,
      convTrainingStep,
      posteriors,
      normals,
      gaussianDraws,
      roots,
      batchesInThreads,
      nll,
      tables,
    ].flatMap((make) => make(inputs));
    const wanted = all.filter(({ name }) => names.length === 0 || names.some((prefix) => name.startsWith(prefix)));
    if (wanted.length === 0) throw new Error(`No benchmark is named ${names.join(', ')}.\n\n${usage}`);
    for (const contest of wanted) {
      contests.push({
        ...contest,
        rows: await runContest(contest, { pairs, blockSeconds, python, browser, progress }),
      });
    }
  } finally {
    await (await started)?.close?.();
    inputs.remove();
  }
  console.log(['', ...facts, `median of ${pairs} pairs of blocks of about ${blockSeconds} s`, ''].join('\n'));
  console.log(formatTable(contests));
  const notes = contests.flatMap(({ rows }) => rows.filter(({ notes }) => notes).map(({ name, notes }) => `${name}: ${notes}`)); // prettier-ignore
  if (notes.length > 0) console.log(`\n${[...new Set(notes)].join('\n')}`);
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
