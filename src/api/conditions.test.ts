import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NdArray, ValueError } from '../core/index.ts';
import { makeDigits, numbersOf, takeFirst } from '../data/index.ts';
import { tableOf } from '../io/index.ts';
import { createVae } from '../models/index.ts';
import { normal, key, uniform } from '../random/index.ts';
import { partByRows } from '../training/replicas/row-step.ts';
import { buildStep } from '../training/step-graph.ts';
import { Run, load, train } from './index.ts';
import type { TrainOptions } from './index.ts';

const folder = (name: string): string => join(mkdtempSync(join(tmpdir(), 'rootsigma-conditions-')), name);
const quiet = { onNotice: 'silent', threads: 1, seed: 1 } as const;

/** A size and a colour decide a weight: 10 size + 50 for blue, and noise of 1. */
function things(count: number) {
  const [a, b, noise] = [uniform(key(1), [count]).data, uniform(key(2), [count]).data, normal(key(3), [count]).data];
  const colour = Array.from(a, (u) => (u < 0.5 ? 'red' : u < 0.8 ? 'green' : 'blue'));
  const size = Array.from(b, (u) => 1 + Math.round(80 * u) / 10);
  const weight = size.map((s, k) => Number((10 * s + (colour[k] === 'blue' ? 50 : 0) + (noise[k] ?? 0)).toFixed(3)));
  const ripe = Array.from(noise, (u, k) => (k % 11 === 0 ? null : u > 0 ? 'yes' : 'no'));
  return tableOf({ colour, weight, size, ripe });
}
const small: TrainOptions = { ...quiet, latent: 2, hidden: [16], epochs: 2, batchSize: 32, validation: 0, stddev: 0.1 };
const column = (table: ReturnType<typeof tableOf>, name: string) =>
  Array.from(table.columns.find((each) => each.name === name)?.values ?? []);

describe('digits given their label', () => {
  const options: TrainOptions = {
    ...quiet,
    condition: 'label',
    prior: 'conditional-normal',
    dataOptions: { count: 1500, testCount: 200 },
    latent: 4,
    hidden: [100],
    epochs: 8,
    batchSize: 50,
    learningRate: 0.003,
  };

  it('decode to what they were given, and go on as if nothing had stopped them', { timeout: 120_000 }, async () => {
    const out = folder('run');
    const notices: string[] = [];
    const stopped = await train('digits', { ...options, epochs: 5, out });
    await stopped.dispose();
    const run = await train('digits', { ...options, out, resume: true, onNotice: (line) => notices.push(line) });
    const whole = await train('digits', options);
    expect(run.parameters).toEqual(whole.parameters);
    expect(notices[0]).toBe('the model is one of examples given label (0, 1, 2, 3, 4, 5, 6, 7, 8 or 9).');

    // Nearest centroid, of the training examples of each class.
    const { train: examples } = await run.splits();
    const centroids = Array.from({ length: 10 }, () => new Float64Array(784));
    const pixels = numbersOf(examples).data;
    const counts = new Array<number>(10).fill(0);
    examples.labels?.forEach((label: number, k: number) => {
      counts[label] = (counts[label] ?? 0) + 1;
      for (let i = 0; i < 784; i++) centroids[label]![i]! += pixels[784 * k + i] ?? 0;
    });
    const classOf = (image: ArrayLike<number>): number => {
      const distances = centroids.map((sum, label) => sum.reduce((total, value, i) => total + (value / (counts[label] ?? 1) - (image[i] ?? 0)) ** 2, 0)); // prettier-ignore
      return distances.indexOf(Math.min(...distances));
    };
    const given = { label: Object.fromEntries(counts.map((_, label) => [String(label), 0.1])) };
    const images = await run.sample(200, { given });
    const labels = column(run.sampleConditions(200, { given }), 'label');
    expect(labels.toSorted()).toEqual(Array.from({ length: 200 }, (_, k) => String(Math.floor(k / 20))));
    const right = labels.filter((label, k) => classOf(images.data.subarray(784 * k, 784 * (k + 1))) === Number(label));
    // 164 of 200, and of real digits 189; 20 where the label is not looked at.
    const { dataset } = await run.testData();
    expect(right.length).toBeGreaterThan(140);

    // Its own data bring their labels; arrays are asked for theirs, and say the same then.
    const own = await run.encode(dataset);
    const names = Array.from(dataset.labels ?? [], String);
    expect(await run.encode(numbersOf(dataset), { given: { label: names } })).toEqual(own);
    const other = await run.encode(numbersOf(dataset), { given: { label: names.map((name) => String(9 - Number(name))) } }); // prettier-ignore
    expect(other.mean).not.toEqual(own.mean);
    await expect(run.encode(numbersOf(dataset))).rejects.toThrow(
      /say which with 'given' \(--given\), such as label=\d\.$/,
    );
    await expect(run.score(numbersOf(dataset))).rejects.toThrow('say which');
    expect(await run.score(numbersOf(dataset), { given: { label: names } })).toEqual(await run.score(dataset));
    expect((await run.evaluate({ draws: 2, limit: 50, metrics: ['active-units'] })).nll.value).toBeGreaterThan(50);
    await expect(run.evaluate({ draws: 2, limit: 20, metrics: ['aggregate-gap'] })).rejects.toThrow(
      "one prior p(z) for all examples, and 'conditional-normal' is another for each condition",
    );
    const unlabelled = { ...takeFirst(dataset, 40), labels: undefined } as never;
    const given40 = { label: names.slice(0, 40) };
    for (const metrics of [undefined, ['active-units']] as const) {
      const asked = { draws: 2, metrics };
      const labelled = await run.evaluate({ ...asked, data: takeFirst(dataset, 40) });
      expect(await run.evaluate({ ...asked, data: unlabelled, given: given40 })).toEqual(labelled);
      expect(await run.evaluate({ ...asked, data: unlabelled, given: 'label=3' })).not.toEqual(labelled);
      await expect(run.evaluate({ ...asked, data: unlabelled })).rejects.toThrow(
        "none: say which with 'given' (--given), such as label=",
      );
    }
    const pairs = await run.testReconstructions(40, { data: unlabelled, given: given40 });
    expect(pairs).toEqual(await run.testReconstructions(40, { data: takeFirst(dataset, 40) }));
    const rule = { method: 'elbo', quantile: 0.5, draws: 2 } as const;
    const { value } = await run.fitThreshold(unlabelled, { ...rule, given: given40 });
    expect(await run.fitThreshold(takeFirst(dataset, 40) as never, rule)).toMatchObject({ value });
    expect((await run.traverse({ steps: 2, given: 'label=3' })).shape).toEqual([4, 2, 28, 28]);

    // A folder keeps all of it; what is exported takes the condition by name.
    const loaded = await load(out, { onNotice: 'silent', threads: 1 });
    expect(await loaded.sample(200, { given })).toEqual(images);
    const { InferenceSession, Tensor } = await import('onnxruntime-node');
    const decoder = await InferenceSession.create(join(out, 'model/decoder.onnx'));
    const z = normal(key(9), [3, 4]);
    const condition = new Float32Array(30);
    [2, 7, 1].forEach((label, row) => (condition[10 * row + label] = 1));
    const feeds = { z: new Tensor('float32', z.data, [3, 4]), condition: new Tensor('float32', condition, [3, 10]) };
    const { mean } = await decoder.run(feeds);
    const decoded = await run.decode(z, { given: { label: [2, 7, 1] } });
    decoded.data.forEach((value, k) => {
      expect(Math.abs(value - Number(mean?.data[k]))).toBeLessThan(1e-5);
    });
    const prior = await InferenceSession.create(join(out, 'model/prior.onnx'));
    expect(prior.inputNames).toEqual(['condition', 'epsilon']);
    await Promise.all([run.dispose(), whole.dispose(), loaded.dispose()]);
  });

  it('refuses what there is not', async () => {
    const digits = makeDigits({ seed: 0, count: 60 });
    const run = await train(digits, { ...small, stddev: undefined, condition: 'label', epochs: 1 });
    await expect(run.sample(2, { given: 'label=12' })).rejects.toThrow(
      /'label' is 0, 1, .* or 9 in training; got "12"/,
    );
    await expect(run.sample(2, { given: { colour: 'red' } })).rejects.toThrow(
      /no condition 'colour'; it has label \(0/,
    );
    await expect(run.sample(2, { given: 'label=1,label=2' })).rejects.toThrow('each needs a share, label=VALUE:SHARE');
    await expect(run.sample(2, { given: 'label=3:-1,label=1:2' })).rejects.toThrow(
      'the shares of \'label\' must be numbers of at least 0, got "label=3:-1"',
    );
    await expect(run.sample(2, { given: 'label=3:1e999,label=1:2' })).rejects.toThrow('numbers of at least 0');
    await expect(run.sample(2, { given: { label: { 1: -1, 2: 3 } } })).rejects.toThrow('numbers of at least 0');
    await expect(run.evaluate({ data: { ...digits, labels: undefined } as never })).rejects.toThrow(ValueError);
    const plain = await train(digits, { ...small, stddev: undefined, epochs: 1 });
    await expect(plain.evaluate({ given: 'label=1' })).rejects.toThrow(
      "Train one with 'condition' (--condition), such as label.",
    );
    await expect(plain.testReconstructions(2, { given: 'label=1' })).rejects.toThrow('the model has no condition');
    await expect(plain.sample(2, { given: 'label=1' })).rejects.toThrow('the model has no condition');
    const array = new NdArray(numbersOf(digits).data, [60, 28, 28]);
    await expect(train(array, { ...small, stddev: undefined, condition: 'label' })).rejects.toThrow('array has none');
    await expect(train(digits, { ...small, stddev: undefined, condition: 'colour' })).rejects.toThrow('is no table');
    await Promise.all([run.dispose(), plain.dispose()]);
  });
});

describe('a table given some of its columns', () => {
  it('draws the rest by them, writes them out as they were given, and is the same when loaded', async () => {
    const table = things(600);
    const out = folder('things');
    const run = await train(table, { ...small, condition: ['size', 'colour'], epochs: 60, learningRate: 0.01, out });
    expect(run).toBeInstanceOf(Run);
    expect(run.config.data.table?.condition).toEqual(['size', 'colour']);
    expect([run.model.inputSize, run.model.conditionSize, run.exampleShape]).toEqual([3, 5, [8]]);
    expect(run.columns).toEqual(['weight', 'ripe']);

    const drawn = await run.sampleTable(100, { given: 'size=3.7,colour=blue', matchMarginals: false });
    expect(drawn.columns.map(({ name }) => name)).toEqual(['colour', 'weight', 'size', 'ripe']);
    expect([new Set(column(drawn, 'colour')), new Set(column(drawn, 'size'))]).toEqual([new Set(['blue']), new Set([3.7])]); // prettier-ignore
    const weights = column(drawn, 'weight').map(Number);
    const mean = weights.reduce((sum, value) => sum + value / 100, 0);
    // The likelihood's deviation is a tenth of the column's, some 3; the truth 87.
    expect(Math.abs(mean - 87)).toBeLessThan(6);
    const red = await run.sampleTable(100, { given: { size: 3.7, colour: 'red' }, matchMarginals: false });
    expect(Math.abs(column(red, 'weight').reduce<number>((sum, value) => sum + Number(value) / 100, 0) - 37)).toBeLessThan(6); // prettier-ignore

    // Shares to the row; without a word as often as in training; the rest as the rows have it that have what is given.
    const shares = await run.sampleTable(50, { given: 'colour=blue:0.3,colour=red:0.7' });
    expect(column(shares, 'colour').filter((value) => value === 'blue').length).toBe(15);
    const usual = column(run.sampleConditions(2000), 'colour').filter((value) => value === 'blue').length / 2000;
    expect(Math.abs(usual - 0.2)).toBeLessThan(4.5 * Math.sqrt(0.16 / 600));
    const sizes = new Set(column(run.sampleConditions(200, { given: { colour: 'green' } }), 'size').map(Number));
    const ofGreen = new Set(
      column(table, 'size')
        .filter((_, k) => column(table, 'colour')[k] === 'green')
        .map(Number),
    );
    expect([...sizes].filter((size) => ![...ofGreen].some((own) => Math.abs(own - size) < 1e-6))).toEqual([]);

    const rows = run.fromTable(table);
    const reconstructed = run.toTable(await run.reconstruct(rows));
    expect(column(reconstructed, 'colour')).toEqual(column(table, 'colour'));
    expect((await run.explain(rows)).shape).toEqual([600, 2]);
    expect((await run.decode([[0, 0]], { given: { colour: 'red', size: 2 } })).shape).toEqual([1, 8]);
    await expect(run.decode([[0, 0]])).rejects.toThrow('say which');
    await expect(run.decode([[0, 0]], { given: { colour: 'red' } })).rejects.toThrow('size is missing');
    await expect(run.sampleTable(2, { given: { size: 30 } })).rejects.toThrow(
      "'size' is a number with at most 1 decimals from 1 to 9 in training; got 30",
    );
    await expect(run.sampleTable(2, { given: { size: 3.75 } })).rejects.toThrow('got 3.75');
    await expect(run.sampleTable(2, { given: { height: 30 } })).rejects.toThrow("no condition 'height'");
    await expect(run.encode(rows, { given: { size: 1 } })).rejects.toThrow('among their columns');

    const loaded = await load(out, { onNotice: 'silent', threads: 1 });
    expect(await loaded.sample(20, { seed: 4 })).toEqual(await run.sample(20, { seed: 4 }));
    expect((await loaded.evaluate({ data: table, draws: 2 })).elbo).toBe((await run.evaluate({ data: table, draws: 2 })).elbo); // prettier-ignore
    await expect(train(table, { ...small, from: loaded, condition: 'colour' })).rejects.toThrow('has its condition');
    const tuned = await train(things(200), { ...small, from: loaded, epochs: 1 });
    expect(tuned.config.data.table?.condition).toEqual(['size', 'colour']);
    await Promise.all([run.dispose(), loaded.dispose(), tuned.dispose()]);
  });

  it('refuses columns that cannot be given', async () => {
    const table = things(80);
    const attempt = (condition: string | string[]) => Promise.resolve(train(table, { ...small, condition }));
    await expect(attempt(['colour', 'size', 'colour'])).rejects.toThrow("the condition 'colour' comes twice");
    await expect(attempt('shape')).rejects.toThrow(/no column 'shape'; there are colour, weight, size, ripe/);
    await expect(attempt(['colour', 'weight', 'size', 'ripe'])).rejects.toThrow('as all of them are given');
    // Where there is none from the start, the condition is not the reason.
    const constant = tableOf({ a: ['1', '1', '1'], b: ['2', '2', '2'] });
    await expect(train(constant, small)).rejects.toThrow('no column is left to model: a (constant), b (constant)');
    const numbered = tableOf({ id: Array.from({ length: 80 }, (_, k) => `n${k}`), x: column(table, 'size') });
    await expect(train(numbered, { ...small, condition: 'id' })).rejects.toThrow("'id' is taken for id");
  });
});

it('a condition with gaps may be missing; the card and the files beside exported models say p(x|c)', async () => {
  const run = await train(things(200), { ...small, condition: 'ripe', prior: 'conditional-normal' });
  expect(run.conditions?.describe()).toBe("ripe (no or yes, or missing ('ripe='))");
  for (const given of ['ripe=', { ripe: null }]) {
    const rows = run.toTable(await run.sample(5, { given }));
    expect(column(rows, 'ripe')).toEqual([null, null, null, null, null]);
  }
  const text = async (files: Readonly<Record<string, Uint8Array>>) => Promise.resolve(new TextDecoder().decode(files['README.md'])); // prettier-ignore
  const card = await text(await run.files());
  expect(card).toMatch(/ELBO and NLL are of densities of standardised .*, given ripe \|/);
  expect(card).toContain('E[x|z, c], and the numbers that determine p(x|z, c)');
  const beside = await text(await run.export());
  const size = run.model.inputSize;
  for (const line of [`| takes | \`x\` | [batch, ${size}] | examples of shape [${size}], flattened`, 'q(z|x, c)', 'p(x|z, c)', 'E[x\\|z, c]', 'p(z|c), for new']) expect(beside).toContain(line); // prettier-ignore
  await run.dispose();
});

describe('a table of which some rows are wanted', () => {
  it('draws until enough have what is asked, says how many had, and stops at the bound', async () => {
    const notices: string[] = [];
    const options = { ...small, epochs: 20, learningRate: 0.01, onNotice: (line: string) => notices.push(line) };
    const run = await train(things(600), options);
    notices.length = 0;
    const found: { drawn: number; accepted: number }[] = [];
    const onAcceptance = (acceptance: { drawn: number; accepted: number }) => found.push(acceptance);
    const rows = await run.sampleTable(300, { given: 'weight>70, colour=blue,size<=6', onAcceptance });
    expect(rows.rowCount).toBe(300);
    expect(column(rows, 'weight').filter((weight) => !(Number(weight) > 70))).toEqual([]);
    expect(column(rows, 'size').filter((size) => !(Number(size) <= 6))).toEqual([]);
    expect(new Set(column(rows, 'colour'))).toEqual(new Set(['blue']));
    const { drawn = NaN, accepted = NaN } = found[0] ?? {};
    expect(notices).toEqual([expect.stringMatching(`${accepted} of ${drawn} drawn rows have weight > 70 and colour = blue and size <= 6 \\(`)]); // prettier-ignore

    // The rate is that of draws which nothing is asked of, within their standard errors; so are the rows that are kept.
    const all = await run.sampleTable(4000, { seed: 9 });
    const fits = column(all, 'weight').map((weight, k) => Number(weight) > 70 && column(all, 'colour')[k] === 'blue' && Number(column(all, 'size')[k]) <= 6); // prettier-ignore
    const share = fits.filter(Boolean).length / 4000;
    const spread = Math.sqrt(share * (1 - share) * (1 / 4000 + 1 / drawn));
    expect(Math.abs(accepted / drawn - share)).toBeLessThan(4.5 * spread);

    const range = await run.sample(50, { given: { weight: { above: 30, most: 60 }, colour: 'red' } });
    const kept = column(run.toTable(range), 'weight').map(Number);
    expect(kept.filter((weight) => !(weight > 30 && weight <= 60))).toEqual([]);
    expect(await run.sample(50, { given: 'weight>30,weight<=60,colour=red' })).toEqual(range);

    const refused: [string, string][] = [
      ['weight>100,size<1.3,ripe=no,colour=red', 'of 1000 drawn rows 0 have weight > 100 and size < 1.3'],
      ['weight>1e6', "given: no row can have weight > 1e6; 'weight' is a number with at most 3 decimals from "],
      ['weight=-1e6', 'no row can have weight = -1e6'],
      ['weight>60,weight<50', 'no row can have weight > 60 and weight < 50'],
      ['weight>60,size>2,weight<=60', 'no row can have weight > 60 and weight <= 60'],
      ['size<1', "no row can have size < 1; 'size' is a number with at most 1 decimals from 1 to 9 in training."],
      ['size>9', 'no row can have size > 9'],
      ['colour>red', "'colour' has no order"],
      ['colour=purple', "'colour' is red, green or blue in training"],
      ['shape=round', "draws no column 'shape'; it draws colour, weight, size, ripe"],
      ['weight>heavy', "'weight' is a number"],
      ['colour=red:0.5,colour=blue:0.5', "shares are of what the model is given, and it draws 'colour'"],
      ['weight', 'expected NAME=VALUE, or NAME>VALUE'],
    ];
    for (const [given, message] of refused)
      await expect(run.sample(5, { given, tries: 1000 })).rejects.toThrow(message);
    for (const show of ['mean', 'mode'] as const) {
      const shown = run.sample(5, { given: 'weight>60', show, tries: 1000 });
      await expect(shown).rejects.toThrow(
        `the ${show} of p(x|z) is no draw ('show', --show), and rows are drawn until`,
      );
    }
    const atEnds = await run.sampleTable(3, { given: 'size>=1,size<=1' });
    expect(column(atEnds, 'size')).toEqual([1, 1, 1]);
    await run.dispose();
  });

  it('goes with a condition, but not with shares of one', async () => {
    const run = await train(things(300), { ...small, condition: 'colour', epochs: 20, learningRate: 0.01 });
    const rows = await run.sampleTable(40, { given: 'colour=blue,weight>90' });
    expect(new Set(column(rows, 'colour'))).toEqual(new Set(['blue']));
    expect(column(rows, 'weight').filter((weight) => !(Number(weight) > 90))).toEqual([]);
    const shares = run.sample(5, { given: 'colour=blue:1,colour=red:1,weight>90' });
    await expect(shares).rejects.toThrow('shares cannot be kept where rows are drawn until they have weight > 90');
    await expect(run.sample(5, { given: 'colour>blue' })).rejects.toThrow('ranges are of columns that the model');
    expect(() => run.sampleConditions(5, { given: 'weight>90' })).toThrow('sampleTable gives them');
    await run.dispose();
  });
});

it.each([
  ['dense', { shape: [64] }],
  ['conv', { shape: [8, 8], channels: [4] }],
] as const)('a step of %s networks with a condition can be shared by rows', (network, options) => {
  const model = createVae({ ...options, network, inputSize: 64, latent: 2, posterior: 'full', conditionSize: 3, prior: 'conditional-normal' }); // prettier-ignore
  const step = buildStep(model, 8);
  expect(step.shape).toEqual([8, 67]);
  expect(partByRows(step)).toBeDefined();
});
