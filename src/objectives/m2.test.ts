import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { evaluateAll } from '../engine/index.ts';
import { asGraphKey, constant } from '../graph/index.ts';
import { createVae } from '../models/index.ts';
import { initializeParameters } from '../nn/index.ts';
import { key } from '../random/index.ts';
import { buildStep } from '../training/index.ts';
import { createObjective, objectives, ofRows } from './index.ts';

const [inputSize, classes, latent] = [2, 3, 1];
const row = objectives.find(({ name }) => name === 'm2')!;
const sizes = { latent, inputSize, trainingSize: 1000, batchSize: 4 };
const model = createVae({ inputSize, latent, hidden: [4], activation: 'tanh', conditionSize: classes, classes, dtype: 'float64' }); // prettier-ignore
const values = Object.fromEntries(
  Object.entries(initializeParameters(model.parameters, key(4))).map(([name, value]) => [name, NdArray.from(Float64Array.from(value.data, (each) => 2 * each), 'float64').reshape(value.shape)]), // prettier-ignore
);
const parameters = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, constant(value)]));

/** A dense layer by hand. */
function layer(name: string, x: readonly number[]): number[] {
  const [weight, bias] = [values[`${name}.weight`]!, values[`${name}.bias`]!];
  return Array.from(bias.data, (b, j) => x.reduce((sum, value, i) => sum + value * weight.data[i * bias.size + j]!, b));
}
const tanh = (x: readonly number[]): number[] => x.map(Math.tanh);

/** log p(x, y) − KL at one z: the bound of one class, with the noise that the model draws. */
function byHand(x: readonly number[], y: number, draw: number): number {
  const c = Array.from({ length: classes }, (_, k) => Number(k === y));
  const features = tanh(layer('encoder.0', [...x, ...c]));
  const [mean = NaN] = layer('mean', features);
  const [logVariance = NaN] = layer('logVariance', features);
  const z = mean + Math.exp(logVariance / 2) * draw;
  const odds = layer('decoder.1', tanh(layer('decoder.0', [z, ...c])));
  const reconstruction = odds.reduce((sum, odd, i) => sum + x[i]! * odd - Math.log1p(Math.exp(odd)), 0);
  const kl = 0.5 * (Math.exp(logVariance) + mean * mean - 1 - logVariance);
  return reconstruction - kl;
}

const classify = (x: readonly number[]): number[] => {
  const odds = layer('classifier.logits', tanh(layer('classifier.encoder.0', x)));
  const total = Math.log(odds.reduce((sum, odd) => sum + Math.exp(odd), 0));
  return odds.map((odd) => odd - total);
};

const counts = [5, 3, 2];
const logPrior = counts.map((count) => Math.log(count / 10));

function losses(rows: readonly (readonly number[])[], options = {}, labels = { counts, share: 0.25 }) {
  const objective = createObjective(row, options, { ...sizes, labels });
  const { x, model: given, conditional } = ofRows(model, constant(NdArray.from(rows, 'float64')));
  const draw = asGraphKey(key(7));
  const context = {
    x,
    rows: rows.length,
    key: draw.foldIn(2),
    model: given,
    conditional,
    parameters,
    trainingSize: 1000,
  };
  const output = given.apply(parameters, x, { key: draw });
  const { loss, metrics } = objective.build({ ...context, output, scalars: { classifierWeight: constant(0.1, 'float64') } }); // prettier-ignore
  const { criterion } = objective;
  const perExample = criterion.perExample!({
    ...context,
    output,
    terms: criterion.terms!({ ...context, output }),
    reconstruction: x,
  });
  const found: Record<string, NdArray> = evaluateAll({ loss, ...metrics, perExample });
  return found;
}

const all = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

describe('both bounds of a tiny model, by enumeration', () => {
  // Of a model whose z says nothing (mean 0, variance 1 whatever x and y are), the bounds hold with no draw in them.
  it('are those of each class, weighed by the label or the classifier', () => {
    const none = [0, 0, 0];
    for (const x of all) {
      const logQ = classify(x);
      // The draws that the model makes for the three classes are read off three labelled rows.
      const open = losses([[...x, ...none]]).perExample!.item();
      const each = [0, 1, 2].map((y) => losses([[...x, ...none.map((_, k) => Number(k === y))]]).perExample!.item());
      const expected = logQ.reduce((sum, value, y) => sum + Math.exp(value) * (each[y]! - value), 0);
      expect(open).toBeCloseTo(expected, 10);
    }
  });

  it('of a label are the bound of log p(x, y): its mean over draws is the integral over z by hand', () => {
    const nodes = Array.from({ length: 2001 }, (_, k) => -8 + (16 * k) / 2000);
    const mass = nodes.map((node) => Math.exp(-node * node / 2) / Math.sqrt(2 * Math.PI) * (16 / 2000)); // prettier-ignore
    const [x, y] = [[1, 0], 2];
    const exact = nodes.reduce((sum, node, k) => sum + mass[k]! * byHand(x, y, node), 0) + logPrior[y]!;
    const many = Array.from({ length: 4000 }, () => [...x, 0, 0, 1]);
    const found = Array.from(losses(many).perExample!.data);
    const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
    const spread = Math.sqrt(found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / found.length ** 2);
    expect(Math.abs(mean - exact)).toBeLessThan(4.5 * spread);
    expect(spread).toBeLessThan(0.02);

    // And below log p(x, y), as the bound of x is below log p(x), both by quadrature over the prior.
    const odds = (z: number, of: number): number[] =>
      layer('decoder.1', tanh(layer('decoder.0', [z, ...[0, 1, 2].map((k) => Number(k === of))])));
    const joint = (of: number): number =>
      nodes.reduce((sum, z, k) => sum + mass[k]! * Math.exp(odds(z, of).reduce((total, odd, i) => total + x[i]! * odd - Math.log1p(Math.exp(odd)), 0)), 0) * Math.exp(logPrior[of]!); // prettier-ignore
    expect(exact).toBeLessThan(Math.log(joint(y)));
    const logQ = classify(x);
    const ofX = logQ.reduce((sum, value, k) => sum + Math.exp(value) * (nodes.reduce((total, node, at) => total + mass[at]! * byHand(x, k, node), 0) + logPrior[k]! - value), 0); // prettier-ignore
    const open = Array.from(losses(Array.from({ length: 4000 }, () => [...x, 0, 0, 0])).perExample!.data);
    const meanOpen = open.reduce((sum, value) => sum + value, 0) / open.length;
    const spreadOpen = Math.sqrt(open.reduce((sum, value) => sum + (value - meanOpen) ** 2, 0) / open.length ** 2);
    expect(Math.abs(meanOpen - ofX)).toBeLessThan(4.5 * spreadOpen);
    expect(ofX).toBeLessThan(Math.log(joint(0) + joint(1) + joint(2)));
  });

  it('and the loss adds α of the labelled examples’ cross-entropy, as if all were labelled', () => {
    const rows = [[0, 1, 1, 0, 0], [1, 1, 0, 0, 0], [1, 0, 0, 0, 1], [0, 0, 0, 0, 0]]; // prettier-ignore
    const { loss, bound, classification } = losses(rows);
    const crossEntropy = -(classify([0, 1])[0]! + classify([1, 0])[2]!) / 4 / 0.25;
    expect(classification!.item()).toBeCloseTo(crossEntropy, 10);
    expect(loss!.item()).toBeCloseTo(-bound!.item() + 0.1 * crossEntropy, 10);
  });

  it('have no class that no label has', () => {
    const { perExample } = losses([[1, 0, 0, 0, 0]], {}, { counts: [5, 0, 5], share: 0.25 });
    const logQ = classify([1, 0]);
    const total = Math.log(Math.exp(logQ[0]!) + Math.exp(logQ[2]!));
    const at = (y: number): number => losses([[1, 0, ...[0, 1, 2].map((k) => Number(k === y))]], {}, { counts: [5, 0, 5], share: 0.25 }).perExample!.item(); // prettier-ignore
    const expected = [0, 2].reduce((sum, y) => sum + Math.exp(logQ[y]! - total) * (at(y) - logQ[y]! + total), 0);
    expect(perExample!.item()).toBeCloseTo(expected, 9);
  });
});

it('is refused of a model that infers no condition, and classes that a model cannot have', () => {
  const plain = createVae({ inputSize, latent, hidden: [4] });
  expect(() => buildStep(plain, 4, createObjective(row, {}, sizes))).toThrow(/^objective 'm2' infers the label of examples that have none, and the model has no condition/); // prettier-ignore
  expect(() => createVae({ inputSize, latent, conditionSize: 2, classes: 3 })).toThrow('does not begin with 3 classes');
  expect(() => createVae({ inputSize, latent, conditionSize: 2, classes: 1 })).toThrow('classes must be a whole number of at least 2'); // prettier-ignore
});
