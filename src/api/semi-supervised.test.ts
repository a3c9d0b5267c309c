// M2 through the API: labels that few examples have.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDigits, numbersOf } from '../data/index.ts';
import { tableOf } from '../io/index.ts';
import { key, normal, uniform } from '../random/index.ts';
import { keptCounts, keptLabels } from './data/kept-labels.ts';
import { load, train } from './index.ts';
import type { TrainOptions } from './index.ts';

const folder = (name: string): string => join(mkdtempSync(join(tmpdir(), 'rootsigma-m2-')), name);
const small: TrainOptions = {
  latent: 2,
  hidden: [24],
  epochs: 2,
  batchSize: 50,
  threads: 1,
  seed: 3,
  onNotice: 'silent',
};
const digits = makeDigits({ count: 400, seed: 1 });
const test = makeDigits({ count: 100, seed: 2 });
const splits = { source: 'drawn', train: digits, test, notes: [] };
const kept: TrainOptions = { ...small, labelled: 40 };
const m2: TrainOptions = { ...kept, preset: 'm2' };

describe('labels that are kept', () => {
  const labels = Uint32Array.from({ length: 200 }, (_, k) => (k % 10 < 7 ? 0 : k % 10 < 9 ? 1 : 2));
  const data = { name: 'some', labels, size: 200 };

  it('are as many as asked, of each class by its share and one at least, the same for a seed', () => {
    for (const labelled of [3, 10, 53, 199, 200]) {
      const kept = keptLabels(data, { labelled, seed: 1 });
      expect(kept.reduce((sum, value) => sum + value, 0)).toBe(labelled);
      const counts = keptCounts(data, kept, 3);
      expect(Math.min(...counts)).toBeGreaterThan(0);
      [0.7, 0.2, 0.1].forEach((share, k) => {
        expect(Math.abs((counts[k] ?? NaN) - share * labelled)).toBeLessThanOrEqual(2);
      });
      expect(keptLabels(data, { labelled, seed: 1 })).toEqual(kept);
      if (labelled < 199) expect(keptLabels(data, { labelled, seed: 2 })).not.toEqual(kept);
    }
    expect(() => keptLabels(data, { labelled: 2, seed: 1 })).toThrow('from 3, one of each class, to 200');
    expect(() => keptLabels(data, { labelled: 201, seed: 1 })).toThrow('got 201');
  });
});

describe('digits of which 40 have a label', () => {
  it('train, go on to the bit, load, and say how often labels are inferred right', async () => {
    const out = folder('run');
    const run = await train(splits, { ...m2, out });
    const { condition } = run.config.data;
    expect(condition?.labelled).toBe(40);
    expect(condition?.counts.reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(run.config.objective).toEqual({ name: 'm2', classifierWeight: 10 });

    const half = folder('half');
    await (await train(splits, { ...m2, epochs: 1, out: half })).dispose();
    const on = await train(splits, { ...kept, out: half, resume: true });
    expect(on.parameters).toEqual(run.parameters);
    await on.dispose();

    const { probabilities, classes } = await run.classify(test);
    expect([probabilities.shape, classes]).toEqual([
      [100, 10],
      ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    ]);
    let right = 0;
    for (let k = 0; k < 100; k++) {
      const own = Array.from(probabilities.data.subarray(10 * k, 10 * k + 10));
      expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      if (own.indexOf(Math.max(...own)) === test.labels?.[k]) right++;
    }
    // Dynamic binarisation makes other examples of grey ones: these are the evaluation's own.
    const plain = await run.evaluate({ draws: 2 });
    expect(plain.classAccuracy?.examples).toBe(100);
    expect(Math.abs((plain.classAccuracy?.value ?? NaN) - right / 100)).toBeLessThan(0.15);

    const again = await load(out, { onNotice: 'silent' });
    expect((await again.classify(test)).probabilities).toEqual(probabilities);
    await again.dispose();
    await run.dispose();
  });

  it('learn nothing of a label that is left out', async () => {
    const { trainingExamples } = await import('./data/data.ts');
    const { Conditions } = await import('./data/conditions.ts');
    const counts = Array.from({ length: 10 }, () => 40);
    const classes = counts.map((_, k) => String(k));
    const data = { condition: { classes, counts } } as never;
    const conditions = Conditions.fit(data, digits);
    const held = keptLabels(digits, { labelled: 40, seed: 3 });
    const of = trainingExamples(digits, { binarize: 'none', conditions, labelled: held });
    const rows = new Float32Array(digits.size * 794);
    of.read(Uint32Array.from({ length: digits.size }, (_, k) => k), rows, key(0)); // prettier-ignore
    for (let k = 0; k < digits.size; k++) {
      const own = Array.from(rows.subarray(794 * k + 784, 794 * (k + 1)));
      expect(own).toEqual(classes.map((_, at) => Number(held[k] === 1 && at === digits.labels?.[k])));
    }
  });

  it('are drawn, scored, coded and exported; examples without labels get the inferred ones, which is said', async () => {
    const notices: string[] = [];
    const run = await train(splits, { ...m2, onNotice: (line) => notices.push(line) });
    expect(notices).toContainEqual(
      expect.stringMatching(/^objective 'm2': 11\.11 % of the training examples have a label/),
    );
    notices.length = 0;
    expect((await run.sample(3, { given: 'label=3' })).shape).toEqual([3, 28, 28]);
    const { labels: _, classNames, ...unlabelled } = test;
    expect([_?.length, classNames]).toEqual([100, classNames]);
    const { probabilities } = await run.classify(unlabelled);
    const inferred = Array.from({ length: 100 }, (_each, k) => {
      const own = probabilities.data.subarray(10 * k, 10 * k + 10);
      return String(own.indexOf(Math.max(...own)));
    });
    const given = { label: inferred };
    expect(await run.score(unlabelled)).toEqual(await run.score(test, { given }));
    expect(await run.encode(unlabelled)).toEqual(await run.encode(numbersOf(test), { given }));
    expect(new Set(notices).size).toBe(1);
    expect(notices[0]).toMatch(
      /100 of 100 examples have no label; each has the one that q\(y\|x\) finds most probable/,
    );
    // What is inferred is no measure of how well it is.
    const evaluation = await run.evaluate({ data: unlabelled, draws: 1 });
    expect(evaluation).not.toHaveProperty('classAccuracy');
    const files = await run.export();
    expect(Object.keys(files)).toContain('classifier.onnx');
    expect(new TextDecoder().decode(files['README.md'])).toContain('`classifier.onnx`: q(y|x)');
    await run.dispose();
  });

  it.each<[string, TrainOptions, string]>([
    ['no condition', { objective: 'm2' }, "objective 'm2' infers the label of examples that have none, and the model has no condition"], // prettier-ignore
    ['another objective', { condition: 'label', labelled: 40 }, "labelled 40 leaves the other examples without a label, and objective 'elbo' learns from none such"], // prettier-ignore
    [
      'no label as condition',
      { labelled: 40 },
      "labelled says how many examples keep their label, and the model is given none: condition: 'label' with objective: 'm2' (--condition label --objective m2, or --preset m2)",
    ],
    ['fewer than classes', { preset: 'm2', labelled: 9 }, 'labelled must be a whole number from 10, one of each class'],
    ['a prior of posteriors', { preset: 'm2', prior: 'vamp' }, "prior 'vamp' is made of the posteriors of inputs"],
  ])('with %s are refused', async (_, options, message) => {
    await expect(train(splits, { ...small, ...options })).rejects.toThrow(message);
  });

  it('are refused to networks of one’s own and to classify of other models', async () => {
    const run = await train(splits, { ...small, epochs: 1 });
    const from = train(splits, { ...small, from: run, labelled: 40 });
    await expect(from).rejects.toThrow('learns from all labels that the data have');
    await expect(run.classify(test)).rejects.toThrow("the model infers no label: train one with objective 'm2'");
    await run.dispose();
  });
});

describe('a table whose label column has empty cells', () => {
  const count = 600;
  const [a, b, gaps] = [normal(key(1), [count]).data, normal(key(2), [count]).data, uniform(key(3), [count]).data];
  const truth = Array.from(a, (value, k) => (value + 0.2 * (b[k] ?? 0) > 0 ? 'high' : value < -0.8 ? 'low' : 'middle'));
  const kind = truth.map((value, k) => ((gaps[k] ?? 0) < 0.1 ? value : null));
  const round = (value: number): number => Number(value.toFixed(3));
  const table = tableOf({
    x: Array.from(a, round),
    y: Array.from(b, (value, k) => round(value + 2 * (a[k] ?? 0))),
    kind,
  });

  it('learns from all rows, and fills what is not known', { timeout: 60_000 }, async () => {
    const options = { ...small, condition: 'kind', objective: 'm2', epochs: 60, learningRate: 0.01 } as const;
    const notices: string[] = [];
    const run = await train(table, { ...options, onNotice: (line) => notices.push(line) });
    expect(notices).toContainEqual(expect.stringMatching(/^objective 'm2': \d+(\.\d+)? % of the training examples have a label; .* all 3 classes/)); // prettier-ignore
    const { probabilities, classes } = await run.classify(run.fromTable(table));
    expect(classes.toSorted()).toEqual(['high', 'low', 'middle']);
    const right = truth.filter((value, k) => {
      const own = Array.from(probabilities.data.subarray(k * classes.length, (k + 1) * classes.length));
      return classes[own.indexOf(Math.max(...own))] === value;
    });
    // The commonest class is half of the rows.
    expect(right.length / count).toBeGreaterThan(0.8);
    notices.length = 0;
    const evaluation = await run.evaluate({ draws: 2 });
    expect(notices).toEqual([expect.stringMatching(/of 60 examples have no label; each has the one/)]);
    const { examples = NaN } = evaluation.classAccuracy ?? {};
    expect(notices[0]).toContain(`${60 - examples} of 60 examples`);
    const drawn = await run.sampleTable(20, { given: 'kind=low' });
    expect(new Set(drawn.columns.find(({ name }) => name === 'kind')?.values)).toEqual(new Set(['low']));
    // A row without a label is no class: it is neither drawn nor given.
    const free = await run.sampleTable(64);
    expect(free.columns.find(({ name }) => name === 'kind')?.values).not.toContain(null);
    await expect(run.sampleTable(4, { given: 'kind=' })).rejects.toThrow("'kind' is ");
    expect(run.conditions?.describe()).not.toContain('missing');
    // A gap in x is filled given the label; a label that is not there is inferred, said, and filled in.
    const gaps = tableOf({ x: [null, 1.5, null], y: [1, 3, -1], kind: ['low', null, null] });
    notices.length = 0;
    const { mean, filled, left } = await run.imputeTable(gaps, { draws: 5, sweeps: 5 });
    expect([filled, left]).toEqual([4, []]);
    expect(notices).toEqual([expect.stringMatching(/^table: 2 of 3 examples have no label/)]);
    const kinds = mean.columns.find(({ name }) => name === 'kind')?.values ?? [];
    expect(kinds[0]).toBe('low');
    expect(classes).toEqual(expect.arrayContaining(kinds.slice(1)));
    expect(kinds[1]).toBe('high');
    await run.dispose();
  });

  it('is refused where the condition is no single choice', async () => {
    const two = train(table, { ...small, condition: ['kind', 'x'], objective: 'm2' });
    await expect(two).rejects.toThrow('the objective infers one label, and the condition is');
    const number = train(table, { ...small, condition: 'x', objective: 'm2' });
    await expect(number).rejects.toThrow('give it one column of categories');
    await expect(train(table, { ...small, condition: 'kind', objective: 'm2', labelled: 20 })).rejects.toThrow('an empty cell is no label'); // prettier-ignore
  });
});
