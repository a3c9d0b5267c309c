import { describe, expect, it } from 'vitest';
import { packGraph, unpackGraph, verifyGraph } from '../../graph/index.ts';
import { createVae, likelihoodFamily } from '../../models/index.ts';
import type { VaeOptions } from '../../models/index.ts';
import { flatOffsets } from '../parameter-store.ts';
import { buildStep, gradientName } from '../step-graph.ts';
import { batchPartOf, normBlock, planStep, sharedBatchPart, stepOnRows, widthOf } from './plan.ts';
import type { StepPlan } from './plan.ts';
import { mostReplicas, rowBlocks, rowParts, sumByHalves } from './row-blocks.ts';
import { partByRows } from './row-step.ts';

const dense = { inputSize: 784, hidden: [400], latent: 20, activation: 'relu', posterior: 'diagonal' } as const;
const conv = { shape: [28, 28], network: 'conv', channels: [8, 8], hidden: [] } as const;

function planFor(options: Partial<VaeOptions>, replicas: number, batchSize = 128) {
  const model = createVae({ ...dense, ...options });
  const step = partByRows(buildStep(model, batchSize));
  if (!step) throw new Error('The step cannot be parted.');
  return { model, step, plan: planStep(step, model.parameters, replicas) };
}

describe('rowParts', () => {
  it('end at multiples of 16 rows and hold more than one', () => {
    for (let rows = 2; rows < 300; rows++) {
      for (let replicas = 1; replicas <= mostReplicas(rows); replicas *= 2) {
        const parts = rowParts(rows, replicas);
        expect(parts).toHaveLength(replicas);
        expect([parts[0]?.from, parts.at(-1)?.to]).toEqual([0, rows]);
        parts.forEach(({ from, to }, k) => {
          expect(from % 16).toBe(0);
          expect(from).toBe(parts[k - 1]?.to ?? 0);
          expect(to - from).toBeGreaterThan(1);
        });
      }
    }
  });

  it('are terms of the sum over blocks', () => {
    const text = (a: string, b: string): string => `(${a}${b})`;
    for (const rows of [33, 128, 100, 240, 1000]) {
      const blocks = rowBlocks(rows);
      const name = ({ from }: { from: number }): string => `${from / 16},`;
      const whole = sumByHalves(blocks.map(name), text);
      for (let replicas = 1; replicas <= mostReplicas(rows); replicas *= 2) {
        const parts = rowParts(rows, replicas).map(({ from, to }) =>
          sumByHalves(blocks.filter((block) => block.from >= from && block.to <= to).map(name), text),
        );
        expect(sumByHalves(parts, text)).toBe(whole);
      }
    }
  });
});

const totalWidth = (plan: StepPlan): number => plan.factors.reduce((total, factor) => total + widthOf(factor, plan), 0);

describe('planStep', () => {
  it('has one number a row handed around of a sum over rows and columns: the gradient of a σ that all columns share', () => {
    const { inputSize } = dense;
    const width = (options: Partial<VaeOptions>): number => totalWidth(planFor(options, 2).plan);
    for (const name of ['gaussian', 'laplace'] as const) {
      const likelihood = likelihoodFamily({ likelihood: name }, { inputSize });
      expect(width({ likelihood })).toBe(width({}) + 1);
    }
  });

  it('parts a 784-400-20 model into encoder and decoder', () => {
    const { step, plan } = planFor({}, 2);
    expect(plan.sums).toEqual([]);
    // Rows of all that a gradient is made of: much less than the gradients.
    expect(totalWidth(plan)).toBe(3231);
    const names = plan.reductions.map(({ outputs }) => Object.keys(outputs));
    expect(names[0]).toEqual(expect.arrayContaining(['loss', 'metric/reconstruction', 'metric/kl']));
    expect(names[0]).toContain(gradientName('encoder.0.weight'));
    expect(names[1]).toContain(gradientName('decoder.1.weight'));
    expect(names[1]).not.toContain('loss');
    // The lead alone multiplies with the examples, which it has.
    const length = 128 * 784;
    expect(batchPartOf(plan, 0)).toEqual({ from: 0, to: length });
    expect(sharedBatchPart(plan)).toEqual({ from: length / 2, to: length });
    for (const replica of [0, 1]) {
      const { outputs, shape } = stepOnRows(step, plan, replica);
      verifyGraph(Object.values(outputs));
      expect(shape).toEqual([64, 784]);
      expect(Object.keys(outputs).every((name) => name.startsWith('factor/'))).toBe(true);
    }
  });

  it.each([2, 4, 8])('gives every number of the flat arrays to one of %i replicas, and its gradient', (replicas) => {
    for (const options of [{}, { hidden: [512, 300] }, { inputSize: 100 }, conv]) {
      const { model, plan } = planFor(options, replicas);
      const { offsets } = flatOffsets(model.parameters);
      expect([plan.ranges[0]?.from, plan.ranges.at(-1)?.to]).toEqual([0, plan.length]);
      plan.ranges.forEach((mine, replica) => {
        expect(mine.from).toBe(plan.ranges[replica - 1]?.to ?? 0);
        expect(mine.from % normBlock).toBe(0);
        const covered = new Uint8Array(plan.length);
        for (const { from, to } of plan.sums) covered.fill(1, from, to);
        const { outputs, buffers } = plan.reductions[replica]!;
        verifyGraph(Object.values(outputs));
        for (const [name, { range, shape }] of Object.entries(buffers)) {
          expect(outputs[name]?.shape).toEqual(shape);
          expect(range.to - range.from).toBe(shape.reduce((a, b) => a * b, 1));
          covered.fill(1, range.from, range.to);
        }
        for (const { name, shape } of model.parameters) {
          const from = offsets.get(name) ?? 0;
          const to = from + shape.reduce((a, b) => a * b, 1);
          for (let at = Math.max(from, mine.from); at < Math.min(to, mine.to); at++) {
            if (covered[at] === 0) throw new Error(`${name} at ${at} is nobody's.`);
          }
        }
      });
    }
  });

  it('adds kernels up, whose examples are larger than they', () => {
    const { plan, step } = planFor(conv, 2);
    expect(step.kernels.map(({ parameter }) => parameter)).toEqual(
      ['encoder.0', 'encoder.1', 'decoder.0', 'decoder.1'].map((layer) => `${layer}.weight`),
    );
    expect(plan.sums).toHaveLength(4);
    const { outputs } = stepOnRows(step, plan, 1);
    verifyGraph(Object.values(outputs));
    expect(Object.keys(outputs).filter((name) => name.startsWith('gradient/'))).toHaveLength(4);
    // A bias's gradient is summed over pixels before it is handed around.
    expect(Math.max(...plan.factors.map((factor) => widthOf(factor, plan)))).toBeLessThan(1000);
  });

  it('is the same for a graph that came from another thread', () => {
    const { model, plan } = planFor({}, 4);
    const step = buildStep(model, 128);
    const again = partByRows({ ...step, outputs: unpackGraph(structuredClone(packGraph(step.outputs))) });
    if (!again) throw new Error('The step cannot be parted.');
    const describeFactors = ({ factors }: typeof plan) => factors.map(({ op, shape, scope }) => [op, shape, scope]);
    const other = planStep(again, model.parameters, 4);
    expect(describeFactors(other)).toEqual(describeFactors(plan));
    expect(other.reductions.map(({ buffers, factors }) => ({ buffers, factors }))).toEqual(
      plan.reductions.map(({ buffers, factors }) => ({ buffers, factors })),
    );
    expect(other.ranges).toEqual(plan.ranges);
  });
});
