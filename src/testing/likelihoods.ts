import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType } from '../core/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import { constant, grad, input, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Likelihood, LikelihoodData, LikelihoodFamily, LikelihoodRow } from '../models/index.ts';
import type { Parameters } from '../nn/index.ts';
import { valuesOf } from '../parts/index.ts';
import { foldIn, key, normal } from '../random/index.ts';
import { testDistributions } from './distribution-suite.ts';
import type { Domain } from './domains.ts';
import { checkGradients } from './gradients.ts';
import { expectAllClose } from './matchers.ts';

/** A likelihood of few numbers, so that its density can be added up. */
export interface LikelihoodCase {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly data: LikelihoodData;
  /** Examples in the support, [count, inputSize]. */
  readonly x: ArrayLikeInput;
  /** Where the densities add up to 1. */
  readonly domain: Domain;
  /** How exact integrals over it are. Default: 1e-10. */
  readonly tolerance?: number;
  /** As in `DistributionCase`. */
  readonly looseness?: number;
}

/**
 * What every likelihood must keep: as a distribution of x given the decoder's outputs all of `testDistributions`, and besides
 *
 * - `logProb` is the sum of `logProbParts`, data in the support have a density, others are found by `firstOutside`;
 * - gradients by its own learned parameters are those of differences;
 * - densities stay finite for outputs of any size, as a network may give them.
 */
export function testLikelihood(row: LikelihoodRow, item: LikelihoodCase): void {
  const { options = {}, data, x } = item;
  const shape = [data.inputSize];
  const family: LikelihoodFamily = row.build(valuesOf(row, options, { shape }), data);
  const drawn = family.parameters.map(({ shape: size }, k) => normal(foldIn(key(31), k), size, { dtype: 'float64' }));
  const parameters = (dtype: FloatDType): Parameters =>
    Object.fromEntries(family.parameters.map(({ name }, k) => [name, constant(drawn[k] ?? NaN, dtype)]));
  const at = (outputs: Tensor): Likelihood => family.apply(outputs, parameters(outputs.dtype as FloatDType));
  const outputs = normal(key(32), [2, family.outputSize], { dtype: 'float64' });
  const member = (k: number): NdArray =>
    new NdArray(outputs.data.slice(k * family.outputSize, (k + 1) * family.outputSize), [family.outputSize]);
  const examples = NdArray.from(x, 'float64');

  testDistributions({
    'as a distribution': {
      make: (...[given]) => at(given ?? constant(outputs)),
      parameters: [member(0)],
      other: [member(1)],
      x: examples,
      domain: item.domain,
      ...(item.tolerance !== undefined && { tolerance: item.tolerance }),
      ...(item.looseness !== undefined && { looseness: item.looseness }),
    },
  });

  describe('of a decoder', () => {
    it('adds up its parts, and knows its data', () => {
      const likelihood = at(constant(member(0)));
      const parts = likelihood.logProbParts(examples);
      expectAllClose(evaluate(sum(parts, -1)), evaluate(likelihood.logProb(examples)), { rtol: 1e-12, atol: 1e-12 });
      const [count = 0] = examples.shape;
      for (let k = 0; k < count; k++) {
        const example = Float32Array.from(examples.data.subarray(k * data.inputSize, (k + 1) * data.inputSize));
        expect(family.support.firstOutside(example)).toBe(-1);
        example[data.inputSize - 1] = NaN;
        expect(family.support.firstOutside(example)).toBe(data.inputSize - 1);
      }
    });

    it('has the gradients by its parameters that differences give', () => {
      if (drawn.length === 0) return;
      const names = family.parameters.map(({ name }) => name);
      checkGradients(
        (...tensors) =>
          family
            .apply(constant(outputs), Object.fromEntries(tensors.map((tensor, k) => [names[k] ?? '', tensor])))
            .logProb(examples.reshape([examples.shape[0] ?? 0, 1, data.inputSize])),
        drawn,
      );
    });

    it('stays finite for outputs of any size, with its gradient', () => {
      for (const scale of [1e3, 1e30]) {
        const huge = constant(
          new NdArray(
            Float32Array.from(member(0).data, (each) => each * scale),
            member(0).shape,
          ),
        );
        const given = input('outputs', member(0).shape);
        const logProb = sum(at(given).logProb(NdArray.from(x, 'float32')));
        const feeds = { outputs: evaluate(huge) };
        if (scale < 1e20) expect(Number.isFinite(evaluate(logProb, feeds).item())).toBe(true);
        const [gradient = logProb] = grad(logProb, [given]);
        for (const value of evaluate(gradient, feeds).data) expect(value).not.toBeNaN();
      }
    });
  });
}
