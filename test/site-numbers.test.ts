// Every number that the article shows equals the library's, a closed form, or the 60-digit fixtures.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../src/engine/reference/index.ts';
import { MultivariateNormal, Normal, SymmetricRoot } from '../src/gaussian/index.ts';
import { cholesky, denmanBeavers, newtonSchulz, sqrtmh } from '../src/linalg/index.ts';
import { key, normal } from '../src/random/index.ts';
import { available, entries, numbers, open, root, setRange, show, startSite, stopSite } from './site/harness.ts';

interface RootCase {
  readonly name: string;
  readonly a: number[][];
  readonly root: number[][];
}
const fixtures = (JSON.parse(readFileSync(join(root, 'test/fixtures/sqrtmh.json'), 'utf8')) as { cases: RootCase[] })
  .cases;
const byName = (name: string): RootCase => fixtures.find((entry) => entry.name === name)!;

describe.runIf(available)("the article's numbers", () => {
  beforeAll(startSite);
  afterAll(stopSite);

  it.each(['two-by-two', 'unequal-diagonal', 'spd-2-cond-10'])(
    'of the root equal the 60-digit fixture %s',
    async (name) => {
      const { a, root: expected } = byName(name);
      const sigma = [a[0]![0], a[0]![1], a[1]![1]].join(',');
      await open(async (page) => {
        for (const [figure, place] of [
          ['answer', 'bar.root'],
          ['square', 'square.factor'],
          ['clouds', 'clouds.symmetric.factor'],
          ['iterations', 'iterations.exact'],
        ] as const) {
          await show(page, figure);
          (await numbers(page, ...entries(place))).forEach((value, index) => {
            expect(Math.abs(value - expected.flat()[index]!)).toBeLessThanOrEqual(2 ** -52);
          });
        }
        const product = await numbers(page, ...entries('square.product'));
        product.forEach((value, index) => {
          expect(value).toBeCloseTo(a.flat()[index]!, 14);
        });
        expect(await numbers(page, ...entries('clouds.cholesky.factor'))).toEqual([...cholesky(a).data]);
        for (const factor of ['symmetric', 'cholesky', 'eigen', 'turned']) {
          const exact = await numbers(page, ...entries(`clouds.${factor}.exact`));
          exact.forEach((value, index) => {
            expect(value).toBeCloseTo(a.flat()[index]!, 13);
          });
        }
        const moved = await numbers(
          page,
          ...['symmetric', 'cholesky', 'eigen', 'turned'].map((f) => `clouds.${f}.moved`),
        );
        expect(Math.min(...moved)).toBe(moved[0]);
      }, `?sigma=${sigma}`);
    },
  );

  it("of the empirical covariances are those of the library's draws", async () => {
    await open(async (page) => {
      await show(page, 'clouds');
      const sigma = [
        [2, 1],
        [1, 2],
      ];
      const noise = normal(key(3), [4000, 2], { dtype: 'float64' });
      const z = evaluate(MultivariateNormal.fromRoot([0, 0], SymmetricRoot.fromCovariance(sigma)).unwhiten(noise)).data;
      const [x, y] = [0, 1].map((axis) => Array.from({ length: 4000 }, (_, i) => z[2 * i + axis]!)) as [
        number[],
        number[],
      ];
      const mean = (v: number[]): number => v.reduce((sum, value) => sum + value, 0) / v.length;
      const covariance = (u: number[], v: number[]): number => {
        const [mu, mv] = [mean(u), mean(v)];
        return u.reduce((sum, value, i) => sum + (value - mu) * (v[i]! - mv), 0) / 3999;
      };
      const expected = [covariance(x, x), covariance(x, y), covariance(x, y), covariance(y, y)];
      const measured = await numbers(page, ...entries('clouds.symmetric.measured'));
      measured.forEach((value, index) => {
        expect(value).toBeCloseTo(expected[index]!, 10);
      });
      // Five standard errors of a variance of 2 from 4,000 draws: 5 · 2 √(2/4000).
      measured.forEach((value, index) => {
        expect(Math.abs(value - sigma.flat()[index]!)).toBeLessThan(0.224);
      });
    });
  });

  it.each([
    { mean: 1, variance: 9, noise: 0.6 },
    { mean: 7.5, variance: 0.25, noise: -1 },
    { mean: -1234.5, variance: 1e6, noise: 2 },
    { mean: 0, variance: 1e-8, noise: -3 },
    { mean: 2, variance: 0, noise: 4.5 },
    { mean: 1e8, variance: 2, noise: 40 },
  ])('of the line at μ = $mean, σ² = $variance, ε = $noise', async ({ mean, variance, noise }) => {
    await open(async (page) => {
      for (const [field, value] of Object.entries({ mean1: mean, variance1: variance, noise1: noise })) {
        await page.locator(`#fig-answer [data-field="${field}"]`).fill(String(value));
      }
      await show(page, 'answer');
      const [stddev, z] = await numbers(page, 'answer.stddev1', 'answer.z1');
      expect(stddev).toBe(Math.sqrt(variance));
      expect(Math.abs(z! - (mean + Math.sqrt(variance) * noise))).toBeLessThanOrEqual(2 ** -51 * Math.abs(z!));
      expect(await page.locator('[data-name="answer.refusal"]').count()).toBe(0);
      // What is shown is what was computed, to four digits.
      const shown = (name: string): Promise<number> =>
        page
          .locator(`#fig-answer data[data-name="${name}"]`)
          .innerText()
          .then((text) =>
            Number(
              text
                .replaceAll('−', '-')
                .replace(/·10/, 'e')
                .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/g, (sign) => (sign === '⁻' ? '-' : String('⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(sign)))),
            ),
          );
      expect(Math.abs((await shown('answer.stddev1')) - stddev!)).toBeLessThanOrEqual(6e-4 * stddev!);
      expect(Math.abs((await shown('answer.z1')) - z!)).toBeLessThanOrEqual(6e-4 * Math.abs(z!));
      // Both points, and both bells' middles, lie within the drawing.
      const outside = await page.evaluate(
        () =>
          [...document.querySelectorAll('#fig-answer svg circle')].filter((circle) => {
            const own = circle.getBoundingClientRect();
            const all = circle.closest('svg')!.getBoundingClientRect();
            const middle = (own.left + own.right) / 2;
            return middle < all.left || middle > all.right;
          }).length,
      );
      expect(outside).toBe(0);
    });
  });

  it('of the line: none where there are none, and why', async () => {
    await open(async (page) => {
      const refusal = page.locator('[data-name="answer.refusal"]');
      const variance = page.locator('#fig-answer [data-field="variance2"]');
      for (const [text, said] of [
        ['-3', /−3\.00 is no variance.*squares are never negative/],
        ['', /type a number for σ²/],
        ['1e400', /type a number for σ²/],
      ] as const) {
        await variance.fill(text).catch(() => variance.press('ControlOrMeta+a').then(() => variance.pressSequentially(text))); // prettier-ignore
        await show(page, 'answer');
        expect(await refusal.innerText()).toMatch(said);
        expect(await numbers(page, 'answer.stddev2', 'answer.z2')).toEqual([NaN, NaN]);
        expect((await numbers(page, 'answer.z1'))[0]).toBeCloseTo(1.3, 12);
      }
      await variance.fill('9');
      await show(page, 'answer');
      expect(await refusal.count()).toBe(0);
      expect(await numbers(page, 'answer.stddev2')).toEqual([3]);
      await page.locator('#fig-answer [data-field="variance2"]').fill('-3');
      await page.waitForFunction(() => location.search.includes('answer.variance2=-3'));
      await page.reload();
      await page.waitForSelector('html[data-ready]');
      await show(page, 'answer');
      expect(await refusal.innerText()).toContain('no variance');
    });
  });

  it('of scales and conventions', async () => {
    await open(async (page) => {
      await show(page, 'spread');
      const draws = Array.from(evaluate(Normal.fromVariance(0, 4).sample(key(3), [4000])).data);
      const mean = draws.reduce((sum, value) => sum + value, 0) / 4000;
      const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3999;
      const [stddev, measured, slip] = await numbers(page, 'spread.stddev', 'spread.measured', 'spread.slip');
      expect([stddev, slip]).toEqual([2, Math.SQRT2]);
      expect(measured).toBeCloseTo(Math.sqrt(variance), 10);
      await setRange(page, 'spread-variance', 9);
      expect(await numbers(page, 'spread.stddev')).toEqual([3]);

      await setRange(page, 'logvar-value', -2);
      const [s2, s] = await numbers(page, 'logvar.variance', 'logvar.stddev');
      expect(s2).toBeCloseTo(Math.exp(-2), 15);
      expect(s).toBeCloseTo(Math.exp(-1), 15);

      await show(page, 'conventions');
      const names = ['stddev', 'variance', 'covariance', 'precision'].map((name) => `conventions.${name}`);
      expect(await numbers(page, ...names)).toEqual([4, 2, 2, 0.5]);
    });
  });

  it.each([
    [2, 1, 2],
    [1.5, -0.9, 0.8],
  ] as const)('of the KL and of S ε, for Σ = %d, %d, %d', async (xx, xy, yy) => {
    // prettier-ignore
    await open(async (page) => {
      await show(page, 'kl');
      // ½ (tr Σ + μᵀμ − 2 − log det Σ) with μ = (1, ½)
      const expected = 0.5 * (xx + yy + 1.25 - 2 - Math.log(xx * yy - xy * xy));
      for (const name of ['sigma', 'symmetric', 'cholesky', 'library']) {
        expect((await numbers(page, `kl.${name}`))[0]).toBeCloseTo(expected, 13);
      }
      await show(page, 'product');
      const [a, b, c, d] = sqrtmh([[xx, xy], [xy, yy]]).data as unknown as [number, number, number, number]; // prettier-ignore
      const shown = await numbers(page, 'product.result.00', 'product.result.10', 'product.row1', 'product.row2');
      [a + 0.8 * b, c + 0.8 * d, a + 0.8 * b, c + 0.8 * d].forEach((value, i) => {
        expect(shown[i]).toBeCloseTo(value, 14);
      });
    }, `?sigma=${xx},${xy},${yy}`);
  });

  it('of samples: z = μ + Σ^{1/2} ε', async () => {
    await open(async (page) => {
      await show(page, 'noise');
      const gaussian = MultivariateNormal.fromRoot(
        [1, 0.5],
        SymmetricRoot.fromCovariance([
          [2, 1],
          [1, 2],
        ]),
      );
      const expected = [...evaluate(gaussian.unwhiten([1.2, -0.4])).data];
      expect(await numbers(page, 'noise.z.00', 'noise.z.10')).toEqual(expected);
      await show(page, 'shapes');
      const [a, b, c, d] = sqrtmh([
        [2, 1],
        [1, 2],
      ]).data as unknown as [number, number, number, number];
      expect(await numbers(page, ...entries('shapes.hadamard'))).toEqual([a * 1.5, b * -0.5, c * 1.5, d * -0.5]);
      const product = await numbers(page, 'shapes.product.00', 'shapes.product.10');
      product.forEach((value, i) => {
        expect(value).toBeCloseTo([1.5 * a - 0.5 * b, 1.5 * c - 0.5 * d][i]!, 14);
      });
      expect(await numbers(page, 'shapes.rowSums.00', 'shapes.rowSums.10')).toEqual(product);
      await setRange(page, 'shapes-share', 0);
      expect(await numbers(page, 'shapes.vector.00')).toEqual(await numbers(page, 'shapes.product.00'));
    });
  });

  it('of an indefinite Σ: why the library refuses it', async () => {
    await open(async (page) => {
      const verdict = page.locator('[data-name="covariance.verdict"]');
      await setRange(page, 'covariance-_xy', 2);
      expect(await verdict.innerText()).toContain('semidefinite, rank 1');
      await setRange(page, 'covariance-_xy', 3);
      expect(await verdict.innerText()).toContain('Refused');
      // [[2, 3], [3, 2]] has the eigenvalue −1 along (1, −1).
      expect(await verdict.innerText()).toMatch(
        /direction 135° the variance would be −1\.00.*which is 2\.00.*keep Σ = \[\[2, 1\]/,
      );
      // What no figure can draw is not shared.
      expect(await numbers(page, 'bar.sigma.01')).not.toEqual([3]);
      await setRange(page, 'covariance-_xy', -0.5);
      expect(await numbers(page, 'bar.sigma.01')).toEqual([-0.5]);
    });
  });

  it('of the geometry and the iterations', async () => {
    await open(async (page) => {
      await show(page, 'geometry');
      const [major, minor, angle, ...inside] = await numbers(
        page,
        'geometry.major',
        'geometry.minor',
        'geometry.angle',
        'geometry.inside1',
        'geometry.inside2',
        'geometry.inside3',
      );
      expect(major).toBeCloseTo(3, 14);
      expect(minor).toBeCloseTo(1, 14);
      expect(angle).toBeCloseTo(45, 12);
      inside.forEach((share, k) => {
        expect(share).toBeCloseTo(1 - Math.exp(-((k + 1) ** 2) / 2), 14);
      });

      for (const [method, iterate] of [
        ['schulz', newtonSchulz],
        ['denman', denmanBeavers],
      ] as const) {
        await show(page, 'iterations');
        await page.locator(`#fig-iterations input[value="${method}"]`).check({ force: true });
        const steps = [
          ...iterate(
            [
              [2, 1],
              [1, 2],
            ],
            { maxSteps: 24, tolerance: 1e-15 },
          ),
        ];
        for (const step of [0, 2, 5]) {
          await setRange(page, 'iterations-step', step);
          expect(await numbers(page, 'iterations.residual')).toEqual([steps[step]!.residual]);
          expect(await numbers(page, ...entries('iterations.iterate'))).toEqual([...steps[step]!.root.data]);
        }
      }
    });
  });
});
