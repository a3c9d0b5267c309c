import { describe, expect, it } from 'vitest';
import { LinearAlgebraError, NumericalError, ShapeError, ValueError } from '../core/index.ts';
import { identity, logSpaced, relativeDistance, uniforms, withEigenvalues } from '../testing/matrices.ts';
import { denmanBeavers, invSqrtmh, newtonSchulz, sqrtm, sqrtmh } from './index.ts';

describe.each([
  ['newtonSchulz', newtonSchulz],
  ['denmanBeavers', denmanBeavers],
])('%s', (_, iterate) => {
  it('converges to the root and its inverse, quadratically at the end', () => {
    for (const n of [1, 2, 5, 12]) {
      const a = withEigenvalues(uniforms(n), logSpaced(n, 2));
      const steps = [...iterate(a)];
      const last = steps.at(-1)!;
      expect(last.residual).toBeLessThan(1e-14);
      expect(relativeDistance(last.root, sqrtmh(a))).toBeLessThan(1e-12);
      expect(relativeDistance(last.inverseRoot, invSqrtmh(a))).toBeLessThan(1e-11);
      expect(steps.map(({ step }) => step)).toEqual(steps.map((__, index) => index));
      for (let k = 1; k < steps.length; k++) {
        const before = steps[k - 1]!.residual;
        if (before < 1e-3 && before > 1e-7) expect(steps[k]!.residual).toBeLessThan(1e3 * before * before);
      }
    }
  });

  it('works at any scale, stops at maxSteps, and says what it cannot do', () => {
    const scaled = [[2e200, 1e200], [1e200, 2e200]]; // prettier-ignore
    expect([...iterate(scaled)].at(-1)!.residual).toBeLessThan(1e-14);
    expect([...iterate(identity(3), { maxSteps: 0 })]).toHaveLength(1);
    expect([...iterate([[2, 1], [1, 2]], { maxSteps: 3, tolerance: 0 })]).toHaveLength(4); // prettier-ignore
    expect(() => [...iterate(identity(2), { maxSteps: -1 })]).toThrow(ValueError);
    expect(() => [...iterate([identity(2).toNested()])]).toThrow(ShapeError);
  });
});

it('newtonSchulz diverges for indefinite matrices and says so', () => {
  expect(() => [...newtonSchulz([[1, 0], [0, -1]])]).toThrow(NumericalError); // prettier-ignore
  expect(() => [...newtonSchulz([[0]])]).toThrow(ValueError);
});

it('denmanBeavers takes matrices that are not symmetric, and refuses singular ones', () => {
  const a = [[1, 3], [1, 4]]; // prettier-ignore
  expect(relativeDistance([...denmanBeavers(a)].at(-1)!.root, sqrtm(a).real)).toBeLessThan(1e-14);
  expect(() => [...denmanBeavers([[1, 1], [1, 1]])]).toThrow(LinearAlgebraError); // prettier-ignore
});
