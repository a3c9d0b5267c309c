import { describe, expect, it } from 'vitest';
import { NdArray, epsilonOf } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType } from '../core/index.ts';
import { createOrtEngine } from '../engine/ort/index.ts';
import { evaluate, evaluateAll } from '../engine/reference/index.ts';
import type { Distribution } from '../gaussian/index.ts';
import { constant, grad, input, stack, sum, verifyGraph } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { key } from '../random/index.ts';
import { testDistribution } from './density-checks.ts';
import type { Domain } from './domains.ts';
import { ortBuilds } from './engine/builds.ts';
import { checkGradients } from './gradients.ts';
import { expectAllClose } from './matchers.ts';

/** A family of distributions as a function of numbers without bounds, which differences may move. */
export interface DistributionCase {
  readonly make: (...parameters: readonly Tensor[]) => Distribution;
  /** Of one distribution, without batch axes. */
  readonly parameters: readonly ArrayLikeInput[];
  /** The same parameters otherwise, for another member of a batch. */
  readonly other: readonly ArrayLikeInput[];
  /** Events in the support, [count, ...event]. */
  readonly x: ArrayLikeInput;
  /** Where the densities of both add up to 1. */
  readonly domain?: Domain;
  /** How exact integrals over it are, beside 1. Default: 1e-10. */
  readonly tolerance?: number;
  /** Events outside the support of both. */
  readonly outside?: ArrayLikeInput;
  /** How much further than by rounding, some 64 ε, an engine's float32 may be from the reference's, and why. Default: 1. */
  readonly looseness?: number;
}

/**
 * What every distribution must pass: `testDistribution` alone and in a batch, whose members are what they are alone;
 * gradients by central differences; a symbolic batch in float32; and the numbers of the reference on every engine of Node,
 * draws included, in float32 and float64.
 */
export function testDistributions(cases: Readonly<Record<string, DistributionCase>>): void {
  describe.each(Object.entries(cases))('%s', (_, item) => {
    const { make, parameters, other } = item;
    const array = (value: ArrayLikeInput, dtype: FloatDType = 'float64'): NdArray => NdArray.from(value, dtype);
    const alone = (values: readonly ArrayLikeInput[]): Distribution => make(...values.map((value) => constant(array(value)))); // prettier-ignore
    const pairs = (dtype: FloatDType): Tensor[] =>
      parameters.map((value, k) =>
        constant(evaluate(stack([constant(array(value, dtype)), constant(array(other[k] ?? NaN, dtype))]))),
      );
    const options = {
      ...(item.domain && { domain: item.domain }),
      ...(item.tolerance !== undefined && { tolerance: item.tolerance }),
      ...(item.outside !== undefined && { outside: item.outside }),
    };

    it('draws and says what its density is', () => {
      testDistribution(alone(parameters), options);
      testDistribution(make(...pairs('float64')), { ...options, draws: 5000 });
    });

    it('is in a batch what it is alone', () => {
      const batch = make(...pairs('float64'));
      expect(batch.batchShape).toEqual([2]);
      const x = array(item.x);
      const points = constant(x.reshape([x.shape[0] ?? 0, 1, ...x.shape.slice(1)]));
      [parameters, other].forEach((values, member) => {
        const one = alone(values);
        const mine = (of: (d: Distribution) => Tensor | undefined, axis = 0): void => {
          const [whole, single] = [of(batch), of(one)];
          expect(whole === undefined).toBe(single === undefined);
          if (!whole || !single) return;
          const picked = evaluate(whole);
          const flat = [...picked.data];
          const inner = picked.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
          const part = flat.filter((__, at) => Math.floor(at / inner) % 2 === member);
          expectAllClose(part, [...evaluate(single).data], { rtol: 1e-13, atol: 1e-13 });
        };
        mine((d) => d.mean);
        mine((d) => d.mode);
        mine((d) => d.variance);
        mine((d) => d.entropy?.());
        mine((d) => (d === batch ? d.logProb(points) : d.logProb(x)), 1);
      });
    });

    it('has the gradients that differences give', () => {
      const at = (f: (d: Distribution) => Tensor | undefined): void => {
        if (!f(alone(parameters))) return;
        checkGradients(
          (...tensors) => f(make(...tensors)) ?? constant(NaN),
          parameters.map((value) => array(value)),
        );
      };
      at((d) => d.logProb(item.x));
      at((d) => d.mean);
      at((d) => d.variance);
      at((d) => d.entropy?.());
      if (!alone(parameters).support.isDiscrete) checkGradients((x) => alone(parameters).logProb(x), [array(item.x)]);
      if (alone(parameters).isReparameterized) {
        at((d) => d.sample(key(3), [2]));
        at((d) => d.sampleAndLogProb(key(3), [2]).logProb);
      } else {
        const variables = parameters.map((value, k) => input(`p${k}`, array(value).shape, 'float64'));
        const draws = make(...variables).sample(key(3), [20]);
        // A constant: nothing is fed.
        for (const gradient of grad(sum(draws), variables)) {
          expect([...evaluate(gradient).data].every((value) => value === 0)).toBe(true);
        }
      }
    });

    it('takes a symbolic batch', () => {
      const shapes = parameters.map((value) => array(value).shape);
      const symbolic = make(...shapes.map((shape, k) => input(`p${k}`, ['batch', ...shape])));
      expect(symbolic.batchShape).toEqual(['batch']);
      expect(symbolic.dtype).toBe('float32');
      const z = symbolic.sample(key(1), [5]);
      expect(z.shape).toEqual([5, 'batch', ...symbolic.eventShape]);
      expect(symbolic.logProb(z).shape).toEqual([5, 'batch']);
      const feeds = Object.fromEntries(pairs('float32').map((pair, k) => [`p${k}`, evaluate(pair)]));
      const fixed = make(...pairs('float32'));
      expectAllClose(evaluate(z, feeds), evaluate(fixed.sample(key(1), [5])));
      expectAllClose(evaluate(symbolic.logProb(z), feeds), evaluate(fixed.logProb(fixed.sample(key(1), [5]))));
    });

    for (const dtype of ['float32', 'float64'] as const) {
      it(`gives the same numbers on every engine, ${dtype}`, async () => {
        const distribution = make(...pairs(dtype));
        const x = array(item.x, dtype);
        const points = constant(x.reshape([x.shape[0] ?? 0, 1, ...x.shape.slice(1)]));
        const drawn = distribution.sampleAndLogProb(key(2), [7]);
        const { mean, mode, variance } = distribution;
        const tensors: Record<string, Tensor> = {
          logProb: distribution.logProb(points),
          drawn: drawn.value,
          drawnLogProb: drawn.logProb,
          ...(mean && { mean }),
          ...(mode && { mode }),
          ...(variance && { variance }),
          ...(distribution.entropy && { entropy: distribution.entropy() }),
        };
        verifyGraph(Object.values(tensors));
        const expected = evaluateAll(tensors);
        // Logarithms and exponentials of numbers of size 10 or so, a few of each.
        const tolerance = 64 * epsilonOf[dtype] * (dtype === 'float32' ? (item.looseness ?? 1) : 16);
        for (const { label, name, access } of ortBuilds) {
          const engine = await createOrtEngine(name, { threads: 1, ...(access && { access }) });
          const program = await engine.compile({ outputs: tensors });
          const values = await program.run({});
          for (const [output, value] of Object.entries(values)) {
            expect(value.dtype).toBe(dtype);
            const wanted = expected[output] ?? [];
            expectAllClose(value, wanted, { rtol: tolerance, atol: tolerance }, `${label}: ${output}`);
          }
          await program.dispose();
        }
      });
    }
  });
}
