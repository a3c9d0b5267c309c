import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { MemoryStore, parseTableCsv as parseTable, readAll } from '../../io/index.ts';
import { normal, key } from '../../random/index.ts';
import { originArchive, originOf } from './origin.ts';
import { load, train } from '../index.ts';
import type { Run, TrainOptions } from '../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'rootsigma-from-'));
const old = join(folder, 'old');

/** Vectors in a unit of their own, which are standardised. */
function vectors(seed: number, count: number, { center = 100, scale = 5 } = {}): NdArray {
  const { data } = normal(key(seed), [count, 4]);
  return new NdArray(
    Float64Array.from(data, (value, k) => center + scale * (1 + (k % 4)) * value),
    [count, 4],
  );
}

const tiny = {
  ...{ latent: 2, hidden: [6], epochs: 2, batchSize: 16, threads: 1, onNotice: () => undefined },
} as const satisfies TrainOptions;
/** A step that moves nothing: the parameters stay what they start from. */
const still = { optimizer: 'sgd', learningRate: 1e-37, epochs: 1, batchSize: 16, threads: 1 } as const;

let origin: Run;
beforeAll(async () => {
  origin = await train(vectors(1, 80), { ...tiny, out: old });
});

const numbers = ({ parameters }: Pick<Run, 'parameters'>): number[][] =>
  Object.values(parameters).map(({ data }) => Array.from(data));

describe('train from a run', () => {
  it.each([
    ['a run', () => origin],
    ['its folder', () => old],
    ['what is sent to a worker', async () => originArchive(await originOf(origin, {}))],
  ])('starts from its weights, units and model: %s', async (_, from) => {
    const notices: string[] = [];
    const onNotice = (line: string): void => void notices.push(line);
    const run = await train(vectors(2, 50, { center: 90 }), { ...still, from: await from(), onNotice });
    expect(numbers(run)).toEqual(numbers(origin));
    expect(run.config.model).toEqual(origin.config.model);
    expect(run.standardization?.center).toEqual(origin.standardization?.center);
    expect(run.standardization?.scale).toEqual(origin.standardization?.scale);
    expect(run.config.from).toMatchObject({ run: old, source: 'array' });
    expect(notices[0]).toMatch(/^starting from the weights of .*old \(trained on array\)/);
    // What it thinks of an example is what the other does.
    const x = vectors(3, 5);
    expect((await run.encode(x)).mean.data).toEqual((await origin.encode(x)).mean.data);
  });

  it('learns on, with training options and an optimiser of its own', async () => {
    const out = join(folder, 'new');
    const run = await train(vectors(2, 200, { center: 90 }), { ...still, ...{ optimizer: 'adam', learningRate: 0.01 }, from: old, out, onNotice: 'silent' }); // prettier-ignore
    expect(run.config.training.optimizer).toEqual({ name: 'adam', learningRate: 0.01 });
    expect(numbers(run)).not.toEqual(numbers(origin));
    const loaded = await load(out);
    expect(numbers(loaded)).toEqual(numbers(run));
    expect(loaded.standardization?.scale).toEqual(origin.standardization?.scale);
    // From where it starts, an epoch of few steps leads further than from nowhere.
    const data = vectors(4, 50, { center: 90 });
    const fresh = await train(vectors(2, 200, { center: 90 }), { ...tiny, ...still, optimizer: 'adam', learningRate: 0.01, onNotice: 'silent' }); // prettier-ignore
    const [warm, cold] = await Promise.all([run.evaluate({ data, draws: 20 }), fresh.evaluate({ data, draws: 20 })]); // prettier-ignore
    expect(warm.examples).toBe(cold.examples);
  });

  it('is resumed to the bit, in the units that it began with', async () => {
    const [parted, x] = [join(folder, 'parted'), vectors(2, 60, { center: 90 })];
    const options = { ...tiny, from: old, onNotice: 'silent' } as const;
    await train(x, { ...options, epochs: 1, out: parted });
    const resumed = await train(x, { ...tiny, epochs: 3, out: parted, resume: true });
    const whole = await train(x, { ...options, epochs: 3 });
    expect(numbers(resumed)).toEqual(numbers(whole));
    expect(resumed.config.from?.run).toBe(old);
    expect(resumed.standardization?.center).toEqual(origin.standardization?.center);
  });

  it.each<[string, TrainOptions, RegExp]>([
    ['latent', { latent: 3 }, /from .*old has its model.*model\.latent: 2 became 3\. Leave those options out/],
    ['layers', { hidden: [7, 7] }, /model\.network\.hidden: \[6\] became \[7,7\]/],
    ['posterior', { posterior: 'full' }, /model\.posterior\.name: "diagonal" became "full"/],
    ['activation', { activation: 'tanh' }, /model\.network\.activation: "relu" became "tanh"/],
    ['likelihood', { likelihood: 'laplace' }, /model\.likelihood\.name: "gaussian" became "laplace"/],
    ['noise', { stddev: 2 }, /model\.likelihood\.stddev: "shared" became 2/],
    ['network', { network: 'conv' }, /model\.network\.name: "dense" became "conv"/],
    ['units', { dataOptions: { scale: 'whole' } }, /data\.scale: "each" became "whole"/],
    ['several', { latent: 3, rank: 1, posterior: 'low-rank' }, /latent.*posterior.*rank/],
  ])('refuses another %s by name, with both values', async (_, options, message) => {
    await expect(train(vectors(2, 50), { ...still, from: old, onNotice: 'silent', ...options })).rejects.toThrow(
      message,
    );
  });

  it('takes another objective, and says which', async () => {
    const notices: string[] = [];
    const onNotice = (line: string): void => void notices.push(line);
    const run = await train(vectors(2, 50), { ...still, from: old, objective: 'beta-tc', beta: 3, onNotice });
    expect(run.config.objective).toMatchObject({ name: 'beta-tc', beta: 3 });
    expect(notices[0]).toMatch(
      /starts afresh\. Its objective is another: β-TC, β = 3, where the weights come from ELBO\.$/,
    );
    const same: string[] = [];
    const again = await train(vectors(2, 50), { ...still, from: run, onNotice: (line) => same.push(line) });
    expect(again.config.objective).toEqual(run.config.objective);
    expect(same[0]).not.toContain('objective is another');
  });

  it('refuses data of another shape or kind, the run’s own folder, a resume, and what is no run', async () => {
    const options = { ...still, from: old, onNotice: 'silent' } as const;
    await expect(train(NdArray.zeros([50, 5], 'float64'), options)).rejects.toThrow(
      /old was trained on array, and its examples are \[4\], those of array \[5\]/,
    );
    await expect(train(parseTable('a,b\n1,x\n2,y\n3,x\n4,y\n'), options)).rejects.toThrow(
      /was trained on array, and table is a table: its weights do not fit\./,
    );
    await expect(train(vectors(2, 50), { ...options, out: old, overwrite: true })).rejects.toThrow(
      /old is the run to start from; write the new one to another folder/,
    );
    expect(numbers(await load(old))).toEqual(numbers(origin));
    await expect(train(vectors(1, 80), { ...options, out: old, resume: true })).rejects.toThrow(/leave 'from' out/);
    await expect(train(vectors(2, 50), { ...options, from: folder })).rejects.toThrow(/is no run folder/);
  });
});

describe('tables', () => {
  const table = (rows: number, colours: readonly string[], offset = 0) =>
    parseTable(
      ['size,colour', ...Array.from({ length: rows }, (_, k) => `${offset + ((k * 7) % 23)},${colours[k % colours.length] ?? ''}`)].join('\n'), // prettier-ignore
    );
  let first: Run;
  beforeAll(async () => {
    first = await train(table(120, ['red', 'green']), { ...tiny, hidden: [6] });
  });

  it('are encoded as the run’s own, and what it did not know is said', async () => {
    const notices: string[] = [];
    const data = table(90, ['red', 'blue'], 100);
    const run = await train(data, { ...still, from: first, onNotice: (line) => notices.push(line) });
    expect(run.config.data.table).toEqual(first.config.data.table);
    expect(numbers(run)).toEqual(numbers(first));
    expect(notices.join('\n')).toMatch(/blue/);
    // A test split is held out of new data too.
    const { dataset, split } = await run.testData();
    expect([split, dataset.size]).toEqual(['test', 9]);
  });

  it('without a column of the run’s, or with a schema of their own, are refused', async () => {
    const options = { ...still, from: first, onNotice: 'silent' } as const;
    await expect(train(parseTable('size\n1\n2\n3\n4\n5\n'), options)).rejects.toThrow(/colour/);
    const schema = { colour: 'id' } as const;
    await expect(train(table(90, ['red', 'green']), { ...options, dataOptions: { schema } })).rejects.toThrow(/schema/);
  });
});

it('a run that was stopped before its first checkpoint begins anew from the same weights', async () => {
  const [out, x] = [join(folder, 'early'), vectors(2, 60)];
  const options = { ...tiny, from: old, onNotice: 'silent' } as const;
  await train(x, { ...options, out });
  for (const name of ['checkpoints', 'model.safetensors']) rmSync(join(out, name), { recursive: true });
  const again = await train(x, { ...tiny, out, resume: true });
  expect(numbers(again)).toEqual(numbers(await train(x, options)));
});

it('a run is not written over the one that it starts from, however the place is spelt', async () => {
  const memory = new MemoryStore();
  await origin.save(memory);
  const own = await load(memory);
  const places = [[memory, memory], [own, memory], [old, join(old, '..', 'old')], [origin, old]] as const; // prettier-ignore
  const before = [await readAll(memory), await readFile(join(old, 'model.safetensors'))];
  for (const [from, out] of places) {
    const trained = train(vectors(2, 60), { ...still, from, out, overwrite: true, onNotice: 'silent' });
    await expect(trained).rejects.toThrow(/is the run to start from; write the new one to another folder/);
  }
  expect([await readAll(memory), await readFile(join(old, 'model.safetensors'))]).toEqual(before);
  // Another store is another place, whatever it is called.
  const other = new MemoryStore();
  expect(numbers(await train(vectors(2, 60), { ...still, from: memory, out: other, onNotice: 'silent' }))).toEqual(numbers(origin)); // prettier-ignore
});
