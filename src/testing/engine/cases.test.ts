import { describe, expect, it } from 'vitest';
import { cast, constant, input, isOp, topologicalOrder, verifyGraph } from '../../graph/index.ts';
import type { OpName, Tensor } from '../../graph/index.ts';
import { sizeOf } from '../../core/index.ts';
import type { Shape } from '../../core/index.ts';
import { checkGradients } from '../gradients.ts';
import type { Case } from './case.ts';
import { opCases } from './cases.ts';
import { isSymbolic } from './compare.ts';

const ops = Object.keys(opCases) as OpName[];

describe('the engine suite', () => {
  it.each(ops)('%s: every case contains the op, and is a graph that its language allows', (op) => {
    for (const dtype of opCases[op].dtypes) {
      const cases = opCases[op].cases(dtype);
      expect(cases.length).toBeGreaterThan(0);
      expect(new Set(cases.map(({ label }) => label)).size).toBe(cases.length);
      for (const item of cases) {
        const output = item.build(...item.operands.map((x, k) => input(`x${k}`, x.shape, x.dtype)));
        expect(topologicalOrder([output]).some((node) => isOp(node, op))).toBe(true);
        verifyGraph([output]);
      }
    }
  });
});

/** Where differences of the value do not tell the gradient, on purpose. */
const withoutDifferences: readonly OpName[] = ['stopGradient'];

describe('gradients against differences', () => {
  // Each element costs twelve runs: big operands add time, not kinds of elements.
  const isSmall = (item: Case): boolean => item.operands.every(({ shape }) => sizeOf(shape as Shape) <= 100);
  const float = (item: Case): boolean => item.smooth && !isSymbolic(item) && isSmall(item);
  const checked = ops.filter((op) => opCases[op].cases('float64').some(float) && !withoutDifferences.includes(op));

  it.each(checked)('%s', (op) => {
    for (const item of opCases[op].cases('float64').filter(float)) {
      const constants = item.operands.filter((x) => x.dtype !== 'float64');
      const variables = item.operands.filter((x) => x.dtype === 'float64');
      const valueOf = (x: (typeof item.operands)[number], k: number) => x.values(x.shape as Shape, 100 + k);
      const fixed = new Map(constants.map((x) => [x, valueOf(x, item.operands.indexOf(x))]));
      const build = (...tensors: Tensor[]): Tensor =>
        item.build(...item.operands.map((x) => tensors[variables.indexOf(x)] ?? constant(fixed.get(x)!)));
      checkGradients(
        (...tensors) => cast(build(...tensors), 'float64'),
        variables.map((x) => valueOf(x, item.operands.indexOf(x))),
        { order: 2 },
      );
    }
  });
});
