import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DataError, NdArray, ValueError, anomalyMethods, auroc, load, makeDigits, tableOf, train } from '../index.ts';
import { key, normal } from '../../random/index.ts';
import type { Run, Table, TrainOptions } from '../index.ts';

const digits = makeDigits({ seed: 0, count: 600 });
const small: TrainOptions = {
  latent: 4,
  hidden: [64],
  epochs: 20,
  batchSize: 50,
  learningRate: 3e-3,
  seed: 1,
  threads: 1,
};

/** Uniform noise, and nothing at all: far from every digit, on both sides. */
function outliers(): NdArray<'float32'> {
  let state = 1;
  const random = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
  const values = Float32Array.from({ length: 40 * 784 }, (_, k) => (k < 20 * 784 ? Math.round(random()) : 0));
  return new NdArray(values, [40, 28, 28]);
}

let run: Run;
beforeAll(async () => {
  run = await train(digits, small);
});

describe('a run', () => {
  it('scores data and arrays alike, and explains what it scored', async () => {
    const x = await run.examples({ limit: 5 });
    const scores = await run.score(x, { method: 'reconstruction' });
    const all = await run.score(digits, { method: 'reconstruction' });
    expect(all.shape).toEqual([600]);
    // A batch of another size adds up in another order.
    scores.data.forEach((score, k) => {
      expect(Math.abs(score - all.data[k]!)).toBeLessThan(1e-3);
    });
    const contributions = await run.explain(x);
    expect(contributions.shape).toEqual([5, 28, 28]);
    for (let k = 0; k < 5; k++) {
      const sum = contributions.data.subarray(784 * k, 784 * (k + 1)).reduce((total, part) => total + part, 0);
      expect(Math.abs(sum - scores.data[k]!)).toBeLessThan(1e-2);
    }
    const single = new NdArray(x.data.slice(784, 1568), [28, 28]);
    expect((await run.score(single, { method: 'reconstruction' })).data[0]).toBeCloseTo(scores.data[1]!, 3);
  });

  it('does not call noise or emptiness normal, by its default score', async () => {
    const normal = await run.score(makeDigits({ seed: 3, count: 100, split: 'test' }));
    const strange = await run.score(outliers());
    const labels = [...Array<number>(100).fill(0), ...Array<number>(40).fill(1)];
    expect(auroc([...normal.data, ...strange.data], labels)).toBeGreaterThan(0.95);
  });

  it.each(anomalyMethods)('calls about the asked share of its own data anomalous: %s', async (method) => {
    const threshold = await run.fitThreshold(undefined, { method, contamination: 0.1, draws: 4, limit: 200 });
    expect(threshold).toMatchObject({ quantile: 0.9, examples: 200, draws: 4, seed: 0, source: 'digits' });
    const verdicts = await run.isAnomaly(digits, { method });
    const share = verdicts.filter(Boolean).length / 600;
    // 200 of the 600 are the fit; of the others, ±4 standard errors of a share and of the threshold.
    expect(Math.abs(share - 0.1)).toBeLessThan(4 * Math.sqrt(0.09 / 200));
  });

  it('keeps thresholds with the run', async () => {
    const out = join(mkdtempSync(join(tmpdir(), 'rootsigma-anomalies-')), 'run');
    await run.save(out);
    const fresh = await load(out);
    const file = join(out, 'thresholds.json');
    const threshold = await fresh.fitThreshold(digits, { quantile: 0.99, draws: 8 });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      schemaVersion: 1,
      thresholds: { typicality: threshold },
    });
    const loaded = await load(out);
    expect((await loaded.isAnomaly(outliers())).filter(Boolean).length).toBeGreaterThan(30);
    const scores = await fresh.score(outliers(), { method: 'typicality' });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveProperty('typicality.slope');
    expect(await (await load(out)).score(outliers(), { method: 'typicality' })).toEqual(scores);
    const copy = await loaded.save(join(out, '..', 'copy'));
    expect(await copy.isAnomaly(outliers())).toEqual(await loaded.isAnomaly(outliers()));
    writeFileSync(file, '{"schemaVersion":1,"thresholds":{"elbo":{}}}');
    const damaged = await load(out);
    await expect(damaged.isAnomaly(outliers())).rejects.toThrow(/thresholds\.json: \$\.thresholds\.elbo/);
  });

  it('asks for usual examples where none are at hand', async () => {
    const out = join(mkdtempSync(join(tmpdir(), 'rootsigma-anomalies-')), 'run');
    const array = outliers();
    await train(array, { ...small, epochs: 1, batchSize: 8, out });
    const loaded = await load(out);
    await expect(loaded.score(array)).rejects.toThrow(/'typicality' is fitted to usual examples once.*fitThreshold/);
    await loaded.fitThreshold(array, { contamination: 0.1 });
    expect((await loaded.score(array)).shape).toEqual([array.shape[0]]);
  });

  it('asks for a threshold where there is none', async () => {
    const untrained = await train(digits, { ...small, epochs: 1 });
    await expect(untrained.isAnomaly(outliers())).rejects.toThrow(DataError);
    await expect(untrained.isAnomaly(outliers(), { method: 'nll' })).rejects.toThrow(
      /no threshold for 'nll'.*fitThreshold/,
    );
  });

  it('refuses what makes no sense', async () => {
    await expect(run.score(digits, { draws: 0 })).rejects.toThrow(ValueError);
    await expect(run.score(digits, { method: 'loss' as 'elbo' })).rejects.toThrow(
      /method must be one of 'reconstruction', .*got 'loss'/,
    );
    await expect(run.fitThreshold(digits, { contamination: 1 })).rejects.toThrow(
      /contamination must be a number in \[0, 1\), got 1/,
    );
    await expect(run.fitThreshold(digits, { quantile: 0.9, limit: 0 })).rejects.toThrow(/limit/);
    const grey = new NdArray(new Float32Array(784).fill(2), [28, 28]);
    await expect(run.score(grey)).rejects.toThrow(ValueError);
  });
});

describe('a table', () => {
  /** b follows a, colour follows the sign of a; every k-th row breaks one of the rules, when asked. */
  function measurements(count: number, { seed = 0, broken = false } = {}): Table {
    const a = normal(key(seed), [count]).data;
    const noise = normal(key(seed + 1), [count]).data;
    const rows = Array.from({ length: count }, (_, k) => k);
    const wrong = (k: number): boolean => broken && k % 4 === 0;
    return tableOf({
      a: rows.map((k) => (k % 9 === 5 ? '' : a[k]!.toFixed(3))),
      b: rows.map((k) => ((wrong(k) ? -2 : 2) * a[k]! + 0.1 * noise[k]!).toFixed(3)),
      colour: rows.map((k) => (a[k]! > 0 ? 'red' : 'blue')),
    });
  }

  it('finds rows that break its rules, and names the columns', async () => {
    const table = await train(measurements(400), { latent: 2, hidden: [32], epochs: 60, learningRate: 3e-3, seed: 1, threads: 1 }); // prettier-ignore
    expect(table.columns).toEqual(['a', 'b', 'colour']);
    const broken = measurements(200, { seed: 5, broken: true });
    const labels = Array.from({ length: 200 }, (_, k) => Number(k % 4 === 0));
    for (const method of ['elbo', 'nll', 'reconstruction-probability', 'likelihood-ratio'] as const) {
      const scores = await table.score(broken, { method, draws: 30 });
      // A row near 0 follows every rule, and so does one that lacks a: no score can tell all of them.
      expect(auroc(scores.data, labels)).toBeGreaterThan(0.85);
    }
    const [elbo, balanced] = [await table.score(broken, { method: 'elbo' }), await table.score(broken, { method: 'balanced-elbo' })]; // prettier-ignore
    expect(await table.score(broken)).toEqual(balanced);
    expect(balanced).not.toEqual(elbo);
    const contributions = await table.explain(broken);
    expect(contributions.shape).toEqual([200, 3]);
    // A missing value costs −log of the share that is missing, one in nine.
    expect(Math.abs(contributions.data[5 * 3]! - Math.log(9))).toBeLessThan(0.7);
  });

  it('keeps the balance of its default score; a run from before there was one keeps its score', async () => {
    const out = join(mkdtempSync(join(tmpdir(), 'rootsigma-anomalies-')), 'run');
    const table = measurements(100);
    const trained = await train(table, { latent: 2, hidden: [8], epochs: 3, threads: 1, out });
    expect(trained.config.training.validationTrim).toBe(0.2);
    const file = join(out, 'thresholds.json');
    const { balance } = JSON.parse(readFileSync(file, 'utf8')) as { balance: unknown };
    expect(balance).toMatchObject({ kl: { center: expect.any(Number) as number } });
    expect(await (await load(out)).score(table)).toEqual(await trained.score(table));
    writeFileSync(file, '{"schemaVersion":1,"thresholds":{}}');
    const old = await load(out);
    expect(await old.score(table)).toEqual(await trained.score(table, { method: 'elbo' }));
    await expect(old.score(table, { method: 'balanced-elbo' })).rejects.toThrow(/'balanced-elbo' is fitted to usual/);
  });

  it('takes a share to trim', async () => {
    const trimmed = await train(measurements(100), { latent: 2, hidden: [8], epochs: 2, trim: 0.2, threads: 1 });
    expect(trimmed.config.training.trim).toEqual({ fraction: 0.2, warmupEpochs: 1 });
    expect(trimmed.config.training.validationTrim).toBe(0.2);
    await expect(Promise.resolve(train(measurements(100), { trim: 1 }))).rejects.toThrow(
      /trim must be a number in \[0, 1\)/,
    );
  });
});
