import { describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import type { Engine, Program } from '../../engine/engine.ts';
import { referenceEngine } from '../../engine/reference/index.ts';
import type { OpName } from '../../graph/index.ts';
import { opErrors } from '../tolerances.ts';
import { opCases } from './cases.ts';
import { compareWithReference, isSymbolic } from './compare.ts';

/** The reference with one mistake in what it returns. */
function faulty(spoil: (result: Record<string, NdArray>) => Record<string, NdArray>): Engine {
  return {
    name: 'faulty',
    threads: 1,
    compile: async (spec) => {
      const program = await referenceEngine.compile(spec);
      const run: Program['run'] = async (feeds) => spoil(await program.run(feeds));
      return { inputs: program.inputs, run, dispose: () => program.dispose() };
    },
  };
}

const supports = (): boolean => true;
const problemsOf = (engine: Engine, op: OpName, symbolic: boolean): Promise<string[]> => {
  const cases = opCases[op].cases('float32').filter((item) => isSymbolic(item) === symbolic);
  return compareWithReference(engine, cases, symbolic ? [1, 7] : [1], { supports, errors: opErrors[op] });
};

const mapValues = (part: string, change: (array: NdArray) => NdArray) => (result: Record<string, NdArray>) =>
  Object.fromEntries(
    Object.entries(result).map(([name, array]) => [name, name.includes(part) ? change(array) : array]),
  );

const scaled =
  (factor: number) =>
  (array: NdArray): NdArray =>
    new NdArray(new Float32Array(array.data.map((x) => x * factor)), array.shape);

describe('compareWithReference', () => {
  it('finds nothing wrong with the reference', async () => {
    expect(await problemsOf(referenceEngine, 'tanh', false)).toEqual([]);
  });

  it('finds values that are off by a few units in the last place', async () => {
    const problems = await problemsOf(faulty(mapValues('_value', scaled(1 + 2 ** -19))), 'exp', false);
    expect(problems.length).toBeGreaterThan(3);
    expect(problems.join()).toMatch(/\[2,3\], case5_value: 6 of 6 elements differ; the worst, at \[\d, \d\], is/);
  });

  it('finds gradients that are off, and only those', async () => {
    const problems = await problemsOf(faulty(mapValues('_gradient1', scaled(1.001))), 'mul', true);
    expect(problems.length).toBeGreaterThan(3);
    expect(problems.every((problem) => /\(batch [17]\), case\d_gradient1/.test(problem))).toBe(true);
  });

  it('finds wrong shapes, wrong dtypes and missing outputs', async () => {
    const flat = faulty(mapValues('_value', (array) => array.reshape([array.size])));
    expect((await problemsOf(flat, 'add', false)).join()).toMatch(/the shape is \[6\], expected \[2, 3\]/);
    const wide = faulty(mapValues('_value', (array) => NdArray.from(array, 'float64')));
    expect((await problemsOf(wide, 'add', false)).join()).toMatch(/the dtype is float64, expected float32/);
    expect(
      (
        await problemsOf(
          faulty(() => ({})),
          'add',
          false,
        )
      ).join(),
    ).toMatch(/the output is missing/);
  });
});
