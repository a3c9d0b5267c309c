// `npm run results [-- zoo|roots] [--only TEXT] [--list] [--quick] [--page] [--times]`: trains the presets of plan.mjs, measures them, and writes docs/results.md and
// its pictures. What is done is kept in .cache/results, so that a stopped one goes on. README.md beside this file says more.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { load, train } from '../../dist/index.js';
import { measure } from './measure.mjs';
import { writePage } from './page.mjs';
import { jobsOf } from './plan.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', multiple: true, default: [] },
    list: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    times: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(readFileSync(new URL('README.md', import.meta.url), 'utf8'));
  process.exit(0);
}
const [study = 'zoo'] = positionals;
if (!['zoo', 'roots'].includes(study)) throw new Error(`results: the studies are zoo and roots, not '${study}'.`);

const kept = join(root, '.cache', values.quick ? 'results-quick' : 'results');
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => { stop.abort(); }); // prettier-ignore

const jobs = jobsOf(study, { isQuick: values.quick }).map((job) => ({ ...job, folder: folderOf(job) }));
const chosen = jobs.filter((job) => values.only.every((text) => nameOf(job).includes(text)));
if (values.list) {
  for (const job of chosen) console.log(`${existsSync(resultFile(job)) ? 'done' : '    '} ${nameOf(job)}`);
} else {
  if (values.times) await timeAll(chosen.filter((job) => existsSync(resultFile(job))));
  else if (!values.page) await measureAll(chosen.filter((job) => !existsSync(resultFile(job))));
  const done = jobs.filter((job) => existsSync(resultFile(job)));
  const results = done.map((job) => ({ ...job, result: JSON.parse(readFileSync(resultFile(job), 'utf8')) }));
  if (values.quick) console.log(`${results.length} of ${jobs.length} run; --quick writes no page.`);
  else writePage(study, results, { root, total: jobs.length });
}

async function measureAll(missing) {
  const begun = performance.now();
  for (const [at, job] of missing.entries()) {
    const start = performance.now();
    process.stdout.write(`${at + 1}/${missing.length} ${nameOf(job)} … `);
    const run = await trained(job);
    if (stop.signal.aborted) return void console.log('stopped; the same command goes on.');
    const result = await measure(run, { source: job.source, isQuick: values.quick, signal: stop.signal });
    await run.dispose();
    write(job, result);
    const left = ((performance.now() - begun) / (at + 1)) * (missing.length - at - 1);
    console.log(
      `${seconds(performance.now() - start)}, ${result.negativeElbo === undefined ? `log p(x|z) ${result.reconstruction.toFixed(2)}` : `−ELBO ${result.negativeElbo.toFixed(2)}`}; about ${seconds(left)} left`,
    );
  }
}

/** The seconds of an epoch anew, of what is done: where the machine was busy with other work meanwhile. */
async function timeAll(done) {
  for (const [at, job] of done.entries()) {
    if (stop.signal.aborted) return;
    const times = [];
    const onEvent = (each) => each.event === 'epoch' && times.push(each.seconds);
    const run = await train(job.source, {
      ...job.options,
      epochs: 2,
      onNotice: 'silent',
      signal: stop.signal,
      onEvent,
    });
    await run.dispose();
    if (stop.signal.aborted) return;
    const result = JSON.parse(readFileSync(resultFile(job), 'utf8'));
    // The second: the first compiles.
    write(job, { ...result, secondsAnEpoch: times.at(-1) });
    console.log(
      `${at + 1}/${done.length} ${nameOf(job)}: ${times.at(-1).toFixed(1)} s an epoch, was ${result.secondsAnEpoch.toFixed(1)} s`,
    );
  }
}

function write(job, result) {
  writeFileSync(`${resultFile(job)}.tmp`, JSON.stringify(result, null, 2));
  renameSync(`${resultFile(job)}.tmp`, resultFile(job));
}

/** Trained to the end: anew, from where it was stopped, or earlier. */
async function trained({ source, options, folder }) {
  const out = join(folder, 'run');
  if (existsSync(join(out, 'model.safetensors')) && !wasStopped(out)) return load(out);
  const common = { out, onNotice: 'silent', signal: stop.signal };
  if (existsSync(join(out, 'checkpoints'))) return train(source, { ...common, resume: true });
  rmSync(out, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return train(source, { ...options, ...common });
}

/** Whether the training was stopped on the way: its folder has a model all the same, of the epochs until then. */
function wasStopped(out) {
  const ends = readFileSync(join(out, 'metrics.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{"event":"done"'));
  return ends.length === 0 || JSON.parse(ends.at(-1)).reason === 'interrupted';
}

function nameOf({ study: of, source, row, seed }) {
  return `${of} ${source} ${row}${of === 'roots' ? ` seed ${seed}` : ''}`;
}

/** By all that decides about the numbers: other settings are another result. */
function folderOf({ source, row, options }) {
  const digest = createHash('sha256')
    .update(JSON.stringify([source, options]))
    .digest('hex')
    .slice(0, 8);
  return join(kept, `${source}-${row.replaceAll(/[^\w-]+/g, '-')}-${options.seed}-${digest}`);
}

function resultFile({ folder }) {
  return join(folder, 'result.json');
}

function seconds(milliseconds) {
  const total = Math.round(milliseconds / 1000);
  return total < 120 ? `${total} s` : `${Math.round(total / 60)} min`;
}
