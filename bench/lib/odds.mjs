// Classic tables of anomaly detection with their anomalies among the training rows, without labels, as Debian's R packages have them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { auroc, train } from '../../dist/index.js';

const exporter = fileURLToPath(new URL('../workers/r/odds.R', import.meta.url));

/** What is asked of ours besides the defaults. */
const variants = {
  'VAE, no options': { methods: [undefined, 'elbo', 'reconstruction-probability'] },
  'VAE, trim 0.2': { options: { trim: 0.2 }, methods: [undefined] },
};

/**
 * AUROC of every detector on every table, by `odds;table;NAME;0;SEED`; undefined where R or its packages are not installed.
 *
 * @param {{ folder: string, seeds: number, threads: number, peers: (folder: string) => Record<string, Record<string, number>> }} options
 */
export async function odds({ folder, seeds, threads, peers }) {
  const tables = join(folder, 'odds');
  mkdirSync(tables);
  const { status, error } = spawnSync('Rscript', [exporter, tables, String(seeds)], { stdio: 'ignore' });
  if (error ?? status !== 0) return undefined;
  const results = peers(tables);
  for (const file of readdirSync(tables).filter((name) => name.endsWith('.csv'))) {
    const path = join(tables, file);
    Object.assign(
      results[file.slice(0, -4)],
      await ours(path, { seed: Number(file.match(/;(\d+)\.csv$/)[1]), threads }),
    );
    if (process.stderr.isTTY) process.stderr.write(`\r${file}\u001b[K`);
  }
  return Object.fromEntries(
    Object.entries(results).map(([name, aurocs]) => [`odds;table;${name.replace(';', ';0;')}`, aurocs]),
  );
}

async function ours(path, shared) {
  const labels = readFileSync(path.replace(/csv$/, 'labels'), 'utf8').trim().split('\n').map(Number);
  const aurocs = {};
  for (const [name, { options, methods }] of Object.entries(variants)) {
    // All rows are learned from, and the same are scored.
    const run = await train(path, { ...options, ...shared, dataOptions: { testFraction: 0 }, onNotice: () => {} });
    for (const method of methods) {
      const { data } = await run.score(path, method && { method });
      aurocs[method ? `${name}, ${method}` : name] = auroc(data, labels);
    }
    await run.dispose();
  }
  return aurocs;
}
