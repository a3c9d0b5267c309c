import { describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { evaluate } from '../../engine/index.ts';
import { constant, slice } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { initializeParameters } from '../../nn/index.ts';
import { key, normal } from '../../random/index.ts';
import { expectAllClose } from '../../testing/index.ts';
import { gaussianFamily, gaussianLikelihood, laplaceFamily, laplaceLikelihood } from './index.ts';
import type { LikelihoodFamily, NoiseStddev } from './index.ts';

// y = (x − c) / s, p(x) = p(y) / Π s. Truth: the density of x itself, from its mean c + s m and standard deviation s σ.

const inputSize = 3;
const scale = [1e-9, 0.25, 3e5];
const center = [5, -1, 1e6];
const y = normal(key(1), [4, inputSize], { dtype: 'float64' });
const x = y.data.map((value, k) => (center[k % 3] ?? NaN) + (scale[k % 3] ?? NaN) * value);
const logVolume = scale.reduce((total, s) => total + Math.log(s), 0);

function of(family: LikelihoodFamily, outputs: Tensor) {
  const parameters = Object.fromEntries(
    Object.entries(initializeParameters(family.parameters, key(0))).map(([name, value]) => [
      name,
      constant(NdArray.from(value, 'float64')),
    ]),
  );
  return family.apply(outputs, parameters);
}

const spreads: NoiseStddev[] = ['shared', 'per-dimension', 'head'];
describe.each([gaussianFamily, laplaceFamily])('%o', (make) => {
  it.each(spreads)('of the same outputs, log p(x) = log p(y) − Σ log s with stddev %s', (stddev) => {
    const [plain, scaled] = [make({ inputSize, stddev }), make({ inputSize, stddev, scale })];
    const outputs = constant(normal(key(2), [4, plain.outputSize], { dtype: 'float64' }));
    const [a, b] = [of(plain, outputs), of(scaled, outputs)];
    const [before, after] = [evaluate(a.logProb(y)), evaluate(b.logProb(y))];
    expectAllClose(after, new NdArray(before.data.map((value) => value - logVolume), before.shape), { rtol: 1e-14, atol: 1e-13 }); // prettier-ignore
    const [parts, sums] = [evaluate(b.logProbParts(y)).data, evaluate(b.logProb(y)).data];
    for (let row = 0; row < 4; row++) {
      const sum = [0, 1, 2].reduce((total, i) => total + (parts[3 * row + i] ?? NaN), 0);
      expect(sum).toBeCloseTo(sums[row] ?? NaN, 11);
    }
    expect(evaluate(b.mean)).toEqual(evaluate(a.mean));
    // Where x is spread wider than y, by Π s, its entropy is as much larger, and its draws as much rarer.
    const [entropy, ofScaled] = [evaluate(a.entropy!()), evaluate(b.entropy!())];
    expectAllClose(ofScaled, new NdArray(entropy.data.map((value) => value + logVolume), entropy.shape), { rtol: 1e-14, atol: 1e-13 }); // prettier-ignore
    const drawn = b.sampleAndLogProb(key(3), [2]);
    expectAllClose(evaluate(drawn.logProb), evaluate(b.logProb(evaluate(drawn.value))), { rtol: 1e-10, atol: 1e-10 });
  });

  it('takes from the network a number for each mean, and one for each variance where that is a head', () => {
    for (const [stddev, heads, learned] of [
      [0.4, 0, []],
      ['shared', 0, [[]]],
      ['per-dimension', 0, [[inputSize]]],
      ['head', inputSize, []],
    ] as const) {
      // prettier-ignore
      for (const options of [{ inputSize, stddev }, { inputSize, stddev, scale }]) {
        const { outputSize, parameters } = make(options);
        expect([outputSize, parameters.map(({ shape }) => shape)]).toEqual([inputSize + heads, learned]);
      }
    }
  });

  it('has a fixed standard deviation in the units of x', () => {
    const stddev = 0.4;
    const family = make({ inputSize, stddev, scale });
    const outputs = constant(normal(key(2), [4, family.outputSize], { dtype: 'float64' }));
    const m = evaluate(slice(outputs, { [-1]: [0, inputSize] })).data;
    const mean = constant(
      new NdArray(
        Float64Array.from(m, (value, k) => (center[k % 3] ?? NaN) + (scale[k % 3] ?? NaN) * value),
        [4, 3],
      ),
    );
    const truth =
      make === gaussianFamily
        ? gaussianLikelihood(mean, stddev)
        : laplaceLikelihood(mean, constant(Math.log(stddev / Math.SQRT2)));
    // x − mean loses digits where s is small beside c: 1e-16 · 1e6 / 0.4 at most.
    const there = constant(new NdArray(Float64Array.from(x), [4, 3]));
    expectAllClose(evaluate(of(family, outputs).logProbParts(y)), evaluate(truth.logProbParts(there)), { rtol: 1e-8, atol: 1e-9 }); // prettier-ignore
  });
});
