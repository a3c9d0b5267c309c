// What batching changes: nothing. The bits of a request's answer are those that it has alone, whoever else asks at the same time.
import { describe, expect, it } from 'vitest';
import { NdArray } from '../../src/index.ts';
import type { Run, TrainOptions } from '../../src/index.ts';
import { rowAlignment } from '../../src/serve/alignment.ts';
import type { Input, OperationOptions, PerformContext } from '../../src/serve/operation.ts';
import { operations } from '../../src/serve/operations/index.ts';
import { Scheduler, computeTogether } from '../../src/serve/scheduler.ts';
import type { Group, Outputs } from '../../src/serve/scheduler.ts';
import type { Rows } from '../../src/serve/rows.ts';
import { TableEncoder } from '../../src/data/index.ts';
import { images, measures, people, trainOn, waves } from './runs.ts';

/** Takes down what is to be computed, and computes none of it. */
class Recorder extends Scheduler {
  readonly asked: { readonly group: Group; readonly rows: Rows }[] = [];

  override rows(group: Group, rows: Rows): Promise<Outputs> {
    this.asked.push({ group, rows });
    return new Promise(() => undefined);
  }
}

/** Requests of 1 to 7 rows, out of order, as they would meet. */
const sizes = [1, 3, 1, 7, 2, 1, 5, 1, 1, 4];

async function recorded(run: Run, name: string, inputs: readonly Input[], options: OperationOptions = {}) {
  const scheduler = new Recorder({ maxBatch: 1, maxWaitMs: 0, maxQueue: 1, deadlineMs: 1 });
  const { table } = run.config.data;
  const loaded = { name: 'a', generation: 1, run, alignment: rowAlignment(run), table: table && new TableEncoder(table), loadedAt: new Date() }; // prettier-ignore
  const limits = { maxRows: 1e6, maxNumbers: 1e9 };
  const context: PerformContext = { loaded, scheduler, limits, gone: undefined, onNotice: () => undefined };
  const operation = operations.find((each) => each.name === name)!;
  for (const input of inputs) {
    void operation.perform(input, options, context);
    // A score looks up its threshold first.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return scheduler.asked;
}

async function expectSameBits(run: Run, name: string, inputs: readonly Input[], options: OperationOptions = {}) {
  const asked = await recorded(run, name, inputs, options);
  expect(asked).toHaveLength(inputs.length);
  expect(new Set(asked.map(({ group }) => group.key)).size).toBe(1);
  const { group } = asked[0]!;
  const all = asked.map(({ rows }) => rows);
  const alone: Outputs[] = [];
  for (const rows of all) alone.push((await computeTogether(group, [rows]))[0]!);
  const orders = [all, [...all].reverse(), all.slice(1, 4)];
  for (const order of orders) {
    const together = await computeTogether(group, order as [Rows, ...Rows[]]);
    order.forEach((rows, k) => {
      const own = alone[all.indexOf(rows)]!;
      for (const [output, { data, shape }] of Object.entries(together[k]!)) {
        expect(shape[0]).toBe(rows.count);
        expect({ name, output, data: Array.from(data) }).toEqual({ name, output, data: Array.from(own[output]!.data) });
      }
    });
  }
  return alone;
}

function inputsOf(array: NdArray): Input[] {
  const [, ...shape] = array.shape;
  const width = shape.reduce((a, b) => a * b, 1);
  let at = 0;
  return sizes.map((count) => {
    const data = array.data.slice(at * width, (at + count) * width);
    at += count;
    return { kind: 'array', array: new NdArray(data, [count, ...shape], array.dtype) };
  });
}

const total = sizes.reduce((a, b) => a + b, 0);
const kinds: readonly { name: string; data: () => NdArray; options: Partial<TrainOptions> }[] = [
  { name: 'diagonal, odd widths', data: () => waves(96, 13), options: { latent: 3, hidden: [7] } },
  { name: 'full, Cholesky', data: () => waves(96, 16), options: { latent: 5, posterior: 'full', hidden: [9] } },
  {
    name: 'full, symmetric root',
    data: () => waves(96, 16),
    options: { latent: 3, posterior: 'full', root: 'symmetric' },
  },
  { name: 'low rank', data: () => waves(96, 10), options: { latent: 6, posterior: 'low-rank', rank: 2 } },
  { name: 'a flow, without moments', data: () => waves(96, 10), options: { latent: 3, posterior: 'planar' } },
  { name: 'a mixture as the prior', data: () => waves(96, 10), options: { latent: 3, prior: 'gaussian-mixture' } },
  { name: 'standardised numbers', data: () => measures(96), options: { latent: 2 } },
  { name: 'convolutions', data: () => images(64), options: { latent: 4, network: 'conv' } },
];

describe('answers have the same bits alone and among others', () => {
  it.each(kinds)('$name', async ({ data, options }) => {
    const array = data();
    const run = await trainOn(array, options);
    const inputs = inputsOf(array);
    const [encoded] = await Promise.all([expectSameBits(run, 'encode', inputs)]);
    await expectSameBits(run, 'reconstruct', inputs);
    await expectSameBits(run, 'explain', inputs);
    await expectSameBits(run, 'score', inputs, { method: 'elbo', draws: 3 });
    await expectSameBits(run, 'score', inputs, { method: 'nll', draws: 21 });
    const codes = new NdArray(Float32Array.from({ length: total * run.model.latent }, (_, k) => Math.cos(k)), [total, run.model.latent]); // prettier-ignore
    await expectSameBits(run, 'decode', inputsOf(codes));
    // And those of the library, where it computes as many rows as a batch has.
    const whole = inputs.find(({ kind }) => kind === 'array') as Extract<Input, { kind: 'array' }>;
    const row = whole.array.data;
    const sixteen = new NdArray(Float64Array.from({ length: 16 * row.length }, (_, k) => row[k % row.length]!), [16, ...array.shape.slice(1)]); // prettier-ignore
    const { mean } = await run.encode(sixteen);
    expect(Array.from(mean.data.subarray(0, run.model.latent))).toEqual(Array.from(encoded[0]!.mean!.data));
    await run.dispose();
  });

  it('rows of a table, what training never had among them', async () => {
    const table = people(96);
    const run = await trainOn(table, { latent: 3 });
    let at = 0;
    const inputs = sizes.map((count): Input => {
      const columns = table.columns.map(({ name, values }) => ({ name, values: values.slice(at, at + count).map((cell, row) => (name === 'city' && row === 1 ? 'Bern' : cell)) })); // prettier-ignore
      at += count;
      return { kind: 'table', table: { columns, rowCount: count } };
    });
    for (const name of ['encode', 'reconstruct', 'explain', 'score']) await expectSameBits(run, name, inputs);
    await run.dispose();
  });

  it('examples given something, each its own', async () => {
    const labels = Uint8Array.from({ length: 96 }, (_, k) => k % 3);
    const { datasetOf } = await import('../../src/index.ts');
    const array = waves(96, 10);
    const data = datasetOf({ name: 'waves', kind: 'array', sampleShape: [10], values: array.data, labels });
    const run = await trainOn(data, { latent: 3, condition: 'label' });
    const asked: { group: Group; rows: Rows }[] = [];
    for (const [k, input] of inputsOf(array).entries()) {
      asked.push(...(await recorded(run, 'reconstruct', [input], { given: { label: String(k % 3) } })));
    }
    const { group } = asked[0]!;
    expect(new Set(asked.map((each) => each.group.key)).size).toBe(1);
    const together = await computeTogether(group, asked.map(({ rows }) => rows) as [Rows, ...Rows[]]);
    for (const [k, { rows }] of asked.entries()) {
      const [alone] = await computeTogether(group, [rows]);
      expect(Array.from(together[k]!.x!.data)).toEqual(Array.from(alone!.x!.data));
    }
    // Another condition is another answer.
    const [first] = await computeTogether(group, [asked[0]!.rows]);
    const [other] = await computeTogether(group, [{ ...asked[0]!.rows, given: { label: ['2'] } }]);
    expect(Array.from(first!.x!.data)).not.toEqual(Array.from(other!.x!.data));
    await run.dispose();
  });
});
