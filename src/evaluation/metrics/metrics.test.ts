import { describe, expect, it } from 'vitest';
import { NumericalError, UnsupportedError, rule } from '../../core/index.ts';
import { datasetOf } from '../../data/index.ts';
import { referenceEngine } from '../../engine/index.ts';
import { createVae } from '../../models/index.ts';
import { initializeParameters } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import { key, normal } from '../../random/index.ts';
import { defineMetric, encodeExamples, metrics, obstacleTo, planMetrics } from './index.ts';
import type { Measurements, Metric, MetricSubject } from './index.ts';

const count = 300;
const values = Float32Array.from(normal(key(1), [count, 4]).data, (value) => 1 / (1 + Math.exp(-value)));
const dataset = datasetOf({ name: 'some rows', kind: 'array', sampleShape: [4], values });
const examples = {
  size: count,
  exampleSize: 4,
  read: (indices: Uint32Array, out: Float32Array) => {
    dataset.gather(indices, out);
  },
};
const model = createVae({ inputSize: 4, latent: 2, hidden: [5], activation: 'tanh', posterior: 'diagonal' });
const parameters = initializeParameters(model.parameters, key(2));
const missing = () => Promise.reject(new Error('not asked for'));
const subject: MetricSubject = {
  ...{ engine: referenceEngine, model, parameters, examples, dataset },
  ...{ training: missing, sample: missing, sampleTable: missing, examplesOf: () => examples },
};

const drawing = (name: string) =>
  defineMetric({
    name,
    summary: 'a number by the key',
    quantities: { number: { what: 'a number', range: [-Infinity, Infinity], better: 'neither' } },
    cost: 'nothing',
    needs: {},
    options: { shift: option(rule.number(), { help: 'added to it', default: 1 }) },
    compute: ({ key: own }, { shift }) => Promise.resolve({ number: normal(own, [1]).item() + shift }),
  });
const labeled = defineMetric({ ...drawing('labeled'), needs: { labels: true } });
const late: Metric = {
  ...drawing('late'),
  compute: () => Promise.reject(new UnsupportedError("metric 'late' cannot be had.")),
};

describe('the table', () => {
  it('has names of one form, each once, and ranges', () => {
    const names = metrics.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const metric of metrics) {
      const { name, quantities, options } = metric;
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(Object.keys(quantities).length).toBeGreaterThan(0);
      for (const { range, namesOf } of Object.values(quantities)) {
        if (namesOf === undefined) expect(range?.[0]).toBeLessThan(range?.[1] ?? NaN);
        else expect(quantities).toHaveProperty(namesOf);
      }
      for (const each of Object.values(options)) expect(each.rule.accepts(each.default)).toBe(true);
    }
  });
});

it('mig says whose gap each is', async () => {
  const column = (at: (k: number) => number) => ({ length: count, at });
  const factors = { still: column(() => 1), size: column((k) => k % 3), shade: column((k) => k % 2) };
  const of = { ...subject, dataset: { ...dataset, factors } };
  const { metrics: found } = await planMetrics(['mig'], { subject: of, known: metrics })({ seed: 0 });
  expect(found.mig).toMatchObject({ factors: ['size', 'shade'], perFactor: [expect.any(Number), expect.any(Number)] });
});

describe('planMetrics', () => {
  it('takes of all what there is, and says of the others why not', async () => {
    const known = [drawing('first'), labeled, late];
    const { metrics: found, skippedMetrics } = await planMetrics('all', { subject, known })({ seed: 0 });
    expect(Object.keys(found)).toEqual(['first']);
    expect(skippedMetrics).toEqual({
      labeled: "metric 'labeled' needs a class for each example; there are no labels (some rows).",
      late: "metric 'late' cannot be had.",
    });
  });

  it('gives what there is after each metric, for who stops it before the last', async () => {
    const stop = new AbortController();
    const stopping = defineMetric({
      ...drawing('stopping'),
      compute: () => {
        stop.abort();
        return Promise.reject(stop.signal.reason as Error);
      },
    });
    const known = [drawing('first'), drawing('second'), stopping];
    const found: string[][] = [];
    const measure = planMetrics('all', { subject: { ...subject, signal: stop.signal }, known });
    const onMeasured = (measured: Measurements) => found.push(Object.keys(measured.metrics));
    await expect(measure({ seed: 0, onMeasured })).rejects.toThrow(/abort/i);
    expect(found).toEqual([['first'], ['first', 'second']]);
  });

  it('loses nothing that is found for one that cannot be computed; what is no fault of the data is thrown', async () => {
    const failing = (error: Error) => defineMetric({ ...drawing('failing'), compute: () => Promise.reject(error) });
    const singular = failing(new NumericalError('matmul: NaN.'));
    const { metrics: found, skippedMetrics } = await planMetrics('all', {
      subject,
      known: [singular, drawing('first')],
    })({ seed: 0 });
    expect([Object.keys(found), skippedMetrics]).toEqual([['first'], { failing: 'matmul: NaN.' }]);
    await expect(planMetrics(['failing'], { subject, known: [singular] })({ seed: 0 })).rejects.toThrow(NumericalError);
    const broken = failing(new TypeError('a mistake of ours'));
    await expect(planMetrics('all', { subject, known: [broken] })({ seed: 0 })).rejects.toThrow(TypeError);
  });

  it('refuses what is named and cannot be had, before anything is computed where that is known', async () => {
    const known = [labeled, late];
    expect(() => planMetrics(['labeled'], { subject, known })).toThrow(/needs a class/);
    expect(() => planMetrics(['all', { name: 'labeled', shift: 2 }], { subject, known })).toThrow(/needs a class/);
    await expect(planMetrics(['late'], { subject, known })({ seed: 0 })).rejects.toThrow(/'late' cannot be had/);
  });

  it.each([
    [['nonesuch'], /there is no 'nonesuch'; known are first, and 'all'/],
    [['first', 'first'], /'first' is chosen twice/],
    [[{ name: 'first', shft: 1 }], /metric 'first': unknown option 'shft'; did you mean 'shift'/],
    [[{ name: 'first', shift: 'x' }], /shift must be a number/],
  ])('refuses %j', (choices, message) => {
    expect(() => planMetrics(choices, { subject, known: [drawing('first')] })).toThrow(message);
  });

  it('draws by seed and name, whatever else is measured', async () => {
    const known = [drawing('first'), drawing('second')];
    const both = await planMetrics('all', { subject, known })({ seed: 3 });
    const one = await planMetrics(['second'], { subject, known })({ seed: 3 });
    const other = await planMetrics(['second'], { subject, known })({ seed: 4 });
    const shifted = await planMetrics(['all', { name: 'second', shift: 3 }], { subject, known })({ seed: 3 });
    expect(Object.keys(shifted.metrics)).toEqual(['first', 'second']);
    const backwards = planMetrics([{ name: 'first', shift: 0 }, 'all'], { subject, known });
    expect(Object.keys((await backwards({ seed: 0 })).metrics)).toEqual(['first', 'second']);
    const numberOf = ({ metrics: found }: typeof both, name: string) => found[name]?.number as number;
    expect(numberOf(one, 'second')).toBe(numberOf(both, 'second'));
    expect(numberOf(one, 'second')).not.toBe(numberOf(both, 'first'));
    expect(numberOf(one, 'second')).not.toBe(numberOf(other, 'second'));
    expect(numberOf(shifted, 'second')).toBeCloseTo(numberOf(one, 'second') + 2, 9);
    expect(numberOf(shifted, 'first')).toBe(numberOf(both, 'first'));
  });

  it('takes one of your own, computes what is shared once, and stops when asked', async () => {
    let made = 0;
    const sharing = (name: string) =>
      defineMetric({
        ...drawing(name),
        compute: async ({ once }) => ({
          number: await once('shared', (own) => Promise.resolve(++made + normal(own, [1]).item())),
        }),
      });
    const measure = planMetrics([sharing('a'), sharing('b')], { subject, known: [] });
    const { metrics: found } = await measure({ seed: 0 });
    expect([made, found.a]).toEqual([1, found.b]);
    const stopped = { ...subject, signal: AbortSignal.abort() };
    await expect(planMetrics([drawing('a')], { subject: stopped, known: [] })({ seed: 0 })).rejects.toThrow(/abort/);
  });

  it('says which part lacks what', () => {
    const planar = createVae({ inputSize: 4, latent: 2, hidden: [5], activation: 'tanh', posterior: 'planar' });
    const needing = defineMetric({ ...drawing('needing'), needs: { posterior: ['moments'] } });
    expect(obstacleTo(needing, { model: planar, dataset })).toMatch(
      /metric 'needing' needs of the posterior mean and variance in closed form \(moments\), which 'planar' does not have/,
    );
  });
});

describe('encodeExamples', () => {
  it('gives what the encoder does, over several batches', async () => {
    const { mean, variance } = await encodeExamples(subject, examples);
    const few = await encodeExamples(subject, {
      ...examples,
      size: 20,
      read: (indices, out) => {
        dataset.gather(
          indices.map((index) => index + 270),
          out,
        );
      },
    });
    expect([mean.shape, variance?.shape]).toEqual([[count, 2], [count, 2]]); // prettier-ignore
    few.mean.data.forEach((value, k) => {
      expect(value).toBeCloseTo(mean.data[2 * 270 + k]!, 6);
    });
    expect(Math.min(...variance!.data)).toBeGreaterThan(0);
  });
});
