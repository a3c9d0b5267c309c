import { describe, expect, it } from 'vitest';
import { NdArray, UnsupportedError } from '../../core/index.ts';
import { createEngine } from '../../engine/index.ts';
import { evaluate, evaluateAll } from '../../engine/reference/index.ts';
import { constant, input, verifyGraph } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { initializeParameters } from '../../nn/index.ts';
import { key, normal, uniform } from '../../random/index.ts';
import { expectAllClose } from '../../testing/index.ts';
import { createVae } from '../index.ts';
import { fitDependenceTree, meanLogProb } from '../../statistics/chow-liu-tree.ts';

const [positions, codes, latent] = [3, 4, 6];
const options = { inputSize: 5, hidden: [4], latent, posterior: 'vector-quantized', codes, codeSize: 2, prior: 'chow-liu' } as const; // prettier-ignore
const model = createVae(options);

/** Codes of 900 examples: the second follows the first, and the third is its own. */
const u = uniform(key(1), [900, 3]).data;
const numbers = Float64Array.from({ length: 900 * positions }, (_, at) => {
  const own = Math.floor(codes * u[at]!);
  return at % positions === 1 && u[at]! > 0.3 ? (Math.floor(codes * u[at - 1]!) + 1) % codes : own;
});
const rows = { values: numbers, positions, categories: codes };

const start = initializeParameters(model.parameters, key(2));
// A book whose vectors are apart.
const book = { ...start, 'codebook.count': ones(codes), 'codebook.sum': NdArray.from([[0, 0], [1, 0.2], [-1, 2], [0.5, -3]], 'float32') }; // prettier-ignore
function ones(size: number): NdArray<'float32'> {
  return new NdArray(new Float32Array(size).fill(1), [size]);
}
const values = { ...book, ...model.fitPrior?.(new NdArray(numbers, [900, positions]), key(3)) };
const tensors = (of: Readonly<Record<string, NdArray>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, constant(value)]));

/** Every choice of codes, and the z that it makes. */
const choices = Array.from({ length: codes ** positions }, (_, k) => [k % codes, Math.floor(k / codes) % codes, Math.floor(k / codes ** 2)]); // prettier-ignore
const vectors = evaluate(model.book!.vectors(tensors(values)));
const zOf = (choice: readonly number[]): number[] =>
  choice.flatMap((code) => [...vectors.data.subarray(2 * code, 2 * code + 2)]);
const z = constant(choices.map(zOf), 'float32');

describe('a tree over codes', () => {
  const prior = model.prior(tensors(values));

  it('has probabilities that sum to 1, and those of the tree that was fitted', () => {
    const found = Array.from(evaluate(prior.logProb(z)).data);
    expect(found.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 5);
    const every = [1, 4, 16, 64, 256, 1024].map((alpha) => fitDependenceTree(rows, alpha));
    const closest = Math.min(
      ...every.map((tree) =>
        Math.max(
          ...choices.map((choice, k) =>
            Math.abs(meanLogProb(tree, { values: choice, positions, categories: codes }) - found[k]!),
          ),
        ),
      ),
    );
    expect(closest).toBeLessThan(1e-5);
    // It is of the nearest codes.
    const moved = evaluate(prior.logProb(constant([zOf([1, 2, 3]).map((value) => value + 0.1)], 'float32')));
    expect(moved.item()).toBeCloseTo(evaluate(prior.logProb(constant([zOf([1, 2, 3])], 'float32'))).item(), 6);
  });

  it('draws each choice of codes as often as it is probable', () => {
    const draws = 40_000;
    const { value } = prior.fromNoise!(constant(normal(key(4), [draws, prior.noiseSize!])));
    const drawn = evaluate(value);
    expect(drawn.shape).toEqual([draws, latent]);
    const counts = new Map<string, number>();
    for (let k = 0; k < draws; k++) {
      const name = drawn.data.subarray(k * latent, (k + 1) * latent).join();
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const probabilities = evaluate(prior.logProb(z)).data.map(Math.exp);
    let seen = 0;
    choices.forEach((choice, k) => {
      const count = counts.get(Float32Array.from(zOf(choice)).join()) ?? 0;
      seen += count;
      const p = probabilities[k]!;
      // One false alarm in 150,000 comparisons.
      expect(Math.abs(count - draws * p), choice.join()).toBeLessThan(4.5 * Math.sqrt(draws * p * (1 - p)) + 1);
    });
    expect(seen).toBe(draws);
  });

  it('draws codes whatever the noise, and is even before it is fitted', () => {
    const extremes = constant([[-40, 40, 0], [40, -40, 40]], 'float32'); // prettier-ignore
    const drawn = evaluate(prior.fromNoise!(extremes).value);
    expect(drawn.data.every(Number.isFinite)).toBe(true);
    const even = evaluate(model.prior(tensors(book)).logProb(z)).data;
    even.forEach((value) => {
      expect(value).toBeCloseTo(-positions * Math.log(codes), 5);
    });
  });

  it('gives the same numbers on the engine, of batches of any size', async () => {
    const noise = normal(key(5), [7, positions]);
    const parameters = tensors(values);
    const symbolic = model.prior(parameters).fromNoise!(input('epsilon', ['batch', positions])).value;
    verifyGraph([symbolic]);
    const engine = await createEngine();
    const program = await engine.compile({
      outputs: { z: symbolic, logProb: model.prior(parameters).logProb(symbolic) },
    });
    const found = await program.run({ epsilon: noise });
    const drawn = prior.fromNoise!(constant(noise)).value;
    const expected = evaluateAll({ z: drawn, logProb: prior.logProb(drawn) });
    expect(found.z?.data).toEqual(expected.z.data);
    expectAllClose(found.logProb!, expected.logProb, { rtol: 1e-5 });
    await program.dispose();
  });

  it('says how likely it makes codes that it was not fitted to', () => {
    const text = model.describePriorFit?.(new NdArray(numbers, [900, positions]), key(3)) ?? '';
    const [tree = NaN, independent = NaN, uniform = NaN] = [...text.matchAll(/−(\d+\.\d+)/g)].map(
      ([, number]) => -Number(number),
    );
    expect(text).toContain('of 90 examples');
    expect(uniform).toBeCloseTo(-positions * Math.log(codes), 2);
    expect(tree).toBeGreaterThan(independent + 0.3);
    expect(model.describePriorFit?.(new NdArray(numbers.slice(0, 15), [5, positions]), key(3))).toMatch(/^too few/);
  });

  it('needs a posterior with codes, no condition, and tables that fit into memory', () => {
    expect(() => createVae({ ...options, posterior: 'diagonal' })).toThrow(UnsupportedError);
    expect(() => createVae({ inputSize: 5, latent, prior: 'chow-liu' })).toThrow(/needs of the posterior codes of a book .*Choose a posterior that has: vector-quantized/); // prettier-ignore
    expect(() => createVae({ ...options, conditionSize: 2 })).toThrow(/not to codes given a condition: choose prior 'standard-normal'/); // prettier-ignore
    expect(() => createVae({ ...options, codes: 10_000 })).toThrow(/3 × 10000² = 300000000 numbers/);
  });
});
