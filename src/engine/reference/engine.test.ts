import { expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { add, input, mul } from '../../graph/index.ts';
import { referenceEngine } from './index.ts';

it('runs at once, state and bindings included', () => {
  const total = NdArray.from([0]);
  const doubled = NdArray.zeros([1], 'float64');
  const next = add(input('total', [1], 'float64'), input('x', [1], 'float64'));
  const program = referenceEngine.compileSync({
    outputs: { doubled: mul(next, 2) },
    boundInputs: { total },
    boundOutputs: { doubled },
    state: { total: next },
  });
  expect(program.inputs).toEqual(['x']);
  expect(program.runSync({ x: NdArray.from([3]) }).doubled).toBe(doubled);
  program.runSync({ x: NdArray.from([4]) });
  expect([total.item(), doubled.item()]).toEqual([7, 14]);
  expect(() => program.runSync({})).toThrow(/'x'.*is missing/);
  expect(() => referenceEngine.compileSync({ outputs: { next }, boundOutputs: { other: total } })).toThrow(/'other'/);
});
