import { describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { createEngine } from '../../engine/index.ts';
import { add, grad, input, matmul, packGraph, sum, tanh, unpackGraph, verifyGraph } from '../../graph/index.ts';
import { createVae } from '../../models/index.ts';
import type { VaeOptions } from '../../models/index.ts';
import { key, uniform } from '../../random/index.ts';
import { flatLength, flatOffsets } from '../parameter-store.ts';
import { buildStep, gradientName } from '../step-graph.ts';
import { batchPartOf, factorsFor, planStep, productsOf, stepOnRows } from './plan.ts';

const dense = { inputSize: 784, hidden: [400], latent: 20, activation: 'relu', posterior: 'diagonal' } as const;

function planFor(options: Partial<VaeOptions>, replicas: number, batchSize = 128) {
  const model = createVae({ ...dense, ...options });
  const step = buildStep(model, batchSize / replicas);
  return { model, step, plan: planStep(step, model.parameters, replicas) };
}

describe('planStep', () => {
  it('parts a 784-400-20 model into encoder and decoder, a large product each', () => {
    const { model, step, plan } = planFor({}, 2);
    expect(plan.products.map(({ parameter, shape }) => [parameter, ...shape])).toEqual([
      ['encoder.0.weight', 784, 400],
      ['decoder.1.weight', 400, 784],
    ]);
    expect(plan.factors).toHaveLength(4);
    expect([0, 1].map((replica) => productsOf(plan, replica).map(({ product }) => product.parameter))).toEqual([
      ['encoder.0.weight'],
      ['decoder.1.weight'],
    ]);
    // The lead alone multiplies with the examples, which it has.
    const length = 128 * 784;
    expect(batchPartOf(plan, 0)).toEqual({ from: 0, to: length });
    expect(batchPartOf(plan, 1)).toEqual({ from: length / 2, to: length });
    const left = stepOnRows(step, plan);
    verifyGraph(Object.values(left.outputs));
    const names = Object.keys(left.outputs);
    expect(names).not.toContain(gradientName('encoder.0.weight'));
    expect(names).toContain(gradientName('encoder.0.bias'));
    expect(names.filter((name) => name.startsWith('factor/'))).toHaveLength(3);
    expect(plan.length).toBe(flatLength(model.parameters));
  });

  it.each([2, 3, 4, 7])(
    'gives every number of the flat arrays to one of %i replicas, weights in whole rows',
    (replicas) => {
      for (const options of [{}, { hidden: [512, 300] }, { inputSize: 100 }]) {
        const { model, plan } = planFor(options, replicas, 16 * replicas);
        const { offsets } = flatOffsets(model.parameters);
        expect(plan.ranges).toHaveLength(replicas);
        expect(plan.ranges.at(0)?.from).toBe(0);
        expect(plan.ranges.at(-1)?.to).toBe(plan.length);
        const covered = new Uint8Array(plan.length);
        plan.sums.forEach(({ from, to }) => covered.fill(1, from, to));
        plan.ranges.forEach(({ from, to }, replica) => {
          expect(from).toBe(plan.ranges[replica - 1]?.to ?? 0);
          expect((to - from) / plan.length).toBeCloseTo(1 / replicas, 1);
          for (const { product, range, gradient } of productsOf(plan, replica)) {
            verifyGraph([gradient]);
            expect(gradient.shape).toEqual([(range.to - range.from) / product.shape[1], product.shape[1]]);
            expect(range.from - (offsets.get(product.parameter) ?? NaN)).toBeGreaterThanOrEqual(0);
            covered.subarray(range.from, range.to).forEach((count, k) => (covered[range.from + k] = count + 1));
          }
        });
        expect(covered.every((count) => count === 1)).toBe(true);
      }
    },
  );

  it('leaves small weights and convolutions to be added up', () => {
    for (const options of [
      { inputSize: 50 },
      { shape: [28, 28], network: 'conv', channels: [8, 8], hidden: [] },
    ] as const) {
      const { plan } = planFor(options, 2);
      expect(plan.products).toEqual([]);
      expect(plan.sums).toEqual([{ from: 0, to: plan.length }]);
    }
    // Many rows: the factors would be as large as the gradient.
    expect(planFor({}, 2, 4096).plan.products).toEqual([]);
  });

  it('is the same for a graph that came from another thread', () => {
    const { model, step, plan } = planFor({}, 3, 96);
    const again = { ...step, outputs: unpackGraph(structuredClone(packGraph(step.outputs))) };
    const { factors, ...other } = planStep(again, model.parameters, 3);
    expect(plan).toMatchObject(other);
    expect(factors.map(({ op, shape }) => [op, shape])).toEqual(plan.factors.map(({ op, shape }) => [op, shape]));
    expect([0, 1, 2].map((k) => [...factorsFor(plan, k)].length)).toEqual([2, 4, 2]);
  });

  it('hands a parameter around like any other factor', async () => {
    // y = x + w v: the gradient of v is wᵀ times y's, and w is no batch although it has as many rows.
    const specs = [
      { name: 'w', shape: [4, 300] },
      { name: 'v', shape: [300, 300] },
    ];
    const [w, v] = [input('w', [4, 300]), input('v', [300, 300])];
    const loss = sum(tanh(add(input('x', [4, 300]), matmul(w, v))));
    const outputs = { loss, [gradientName('v')]: grad(loss, [v])[0]! };
    const step = { outputs, state: {}, shape: [4, 300] } as const;
    const plan = planStep(step, specs, 2);
    expect(plan.products.map(({ parameter }) => parameter)).toEqual(['v']);
    expect(batchPartOf(plan, 1)).toEqual({ from: 4 * 300, to: 2 * 4 * 300 });
    const handed = stepOnRows(step, plan).outputs;
    const place = NdArray.zeros([4, 300], 'float32');
    const name = Object.keys(handed).find((key) => handed[key] === w)!;
    const values = uniform(key(1), [4, 300]);
    const engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });
    const program = await engine.compile({
      outputs: handed,
      boundInputs: { w: values },
      boundOutputs: { [name]: place },
    });
    await program.run({ x: NdArray.zeros([4, 300], 'float32'), v: NdArray.zeros([300, 300], 'float32') });
    expect(place.data).toEqual(values.data);
    await program.dispose();
  });
});
