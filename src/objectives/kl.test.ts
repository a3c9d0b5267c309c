import { describe, expect, it } from 'vitest';
import { UnsupportedError } from '../core/index.ts';
import { Categorical, MixtureSameFamily } from '../distributions/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import { MultivariateNormal, MultivariateNormalDiag, StandardNormal, klDivergence } from '../gaussian/index.ts';
import { key } from '../random/index.ts';
import { hasClosedKl, klTerm } from './index.ts';

describe('klTerm', () => {
  const q = MultivariateNormal.fromCovariance([0.5, -1], [[0.7, 0.2], [0.2, 0.4]]); // prettier-ignore
  const standard = StandardNormal.ofSize(2);
  /** N(0, I) too, as a mixture: no closed form is registered. */
  const mixture = new MixtureSameFamily(
    Categorical.fromLogits([0, 0]),
    MultivariateNormalDiag.fromStddev([[0, 0], [0, 0]], [[1, 1], [1, 1]]), // prettier-ignore
  );
  const draws = 20_000;
  const { value, logProb } = q.sampleAndLogProb(key(1), [draws]);
  const draw = { latent: value, logProbOfDraw: logProb };

  it('is the closed form where there is one', () => {
    expect([hasClosedKl(q, standard), hasClosedKl(q, mixture)]).toEqual([true, false]);
    expect(evaluate(klTerm(q, standard, draw)).toNested()).toEqual(evaluate(klDivergence(q, standard)).toNested());
  });

  it('is else log q − log p at the draw, whose mean it is (4.5 standard errors)', () => {
    const terms = [...evaluate(klTerm(q, mixture, draw)).data];
    const exact = evaluate(klDivergence(q, standard)).item();
    const mean = terms.reduce((a, b) => a + b, 0) / draws;
    const variance = terms.reduce((total, term) => total + (term - mean) ** 2, 0) / draws;
    expect(Math.abs(mean - exact)).toBeLessThan(4.5 * Math.sqrt(variance / draws));
    expect(() => klTerm(q, mixture)).toThrow(UnsupportedError);
  });
});
