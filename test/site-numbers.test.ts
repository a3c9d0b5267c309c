// Every number that the article shows equals the library's, a closed form, or the 60-digit fixtures.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDigitModel } from '../site/src/digit/model.ts';
import { evaluate } from '../src/engine/reference/index.ts';
import { MultivariateNormal, Normal, SymmetricRoot } from '../src/gaussian/index.ts';
import { cholesky, denmanBeavers, lyapunov, newtonSchulz, sqrtmh } from '../src/linalg/index.ts';
import { key, normal } from '../src/random/index.ts';
import {
  available,
  entries,
  numbers,
  open,
  root,
  setRange,
  settle,
  show,
  startSite,
  stopSite,
} from './site/harness.ts';

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

  it('of the first picture: z = μ + Σ^{1/2} ε, and the images those of the model', async () => {
    await open(async (page) => {
      const file = new Uint8Array(readFileSync(join(root, 'site/public/digits.safetensors'))).buffer;
      const model = openDigitModel(file);
      const { mean, root: s } = model.encode(model.example(9));
      const noise = normal(key(3), [6, 2], { dtype: 'float64' }).data;
      const points = Array.from({ length: 6 }, (_, k) => {
        const [x, y] = [noise[2 * k]!, noise[2 * k + 1]!];
        return { x: mean.x + s.a * x + s.b * y, y: mean.y + s.c * x + s.d * y };
      });
      const decoded = model.decode(points);
      const shown = await page.evaluate(() =>
        Promise.all(
          [...document.querySelectorAll<HTMLImageElement>('#fig-line .stack img')].map(async (image) => {
            await image.decode();
            const canvas = new OffscreenCanvas(28, 28).getContext('2d')!;
            canvas.drawImage(image, 0, 0);
            return [...canvas.getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 3);
          }),
        ),
      );
      expect(shown).toHaveLength(6);
      shown.flat().forEach((alpha, i) => {
        expect(Math.abs(alpha / 255 - decoded[i]!)).toBeLessThan(0.5 / 255 + 1e-6);
      });
      const spread = new Set(shown.map((image) => image.join()));
      expect(spread.size).toBe(6);
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

  it("of the gradient through the root: the Lyapunov equation's", async () => {
    await open(async (page) => {
      await show(page, 'gradients');
      const s = sqrtmh([
        [2, 1],
        [1, 2],
      ]).data;
      const noise = normal(key(3), [960, 2], { dtype: 'float64' }).data;
      // dE/dS is the mean of (z − t) εᵀ; its symmetric part C goes to X with S X + X S = C.
      const g = [0, 0, 0, 0];
      for (let i = 0; i < 960; i++) {
        const e = [noise[2 * i]!, noise[2 * i + 1]!] as const;
        const r = [s[0]! * e[0] + s[1]! * e[1] - 2, s[2]! * e[0] + s[3]! * e[1] + 1] as const;
        for (const [k, value] of [r[0] * e[0], r[0] * e[1], r[1] * e[0], r[1] * e[1]].entries()) g[k]! += value / 960;
      }
      const off = (g[1]! + g[2]!) / 2;
      const expected = lyapunov(
        [
          [s[0]!, s[1]!],
          [s[2]!, s[3]!],
        ],
        [
          [g[0]!, off],
          [off, g[3]!],
        ],
      ).data;
      const shown = await numbers(page, ...entries('gradients.sigma'));
      shown.forEach((value, index) => {
        expect(value).toBeCloseTo(expected[index]!, 12);
      });
      const [pathwise, score] = await numbers(page, 'gradients.pathwise', 'gradients.score');
      expect(score! / pathwise!).toBeGreaterThan(5);
    });
  });

  it('of the diagonal approximation: ½ log(Λ₁₁ Λ₂₂ / det Λ)', async () => {
    await open(async (page) => {
      for (const degrees of [0, 20, 35, 80]) {
        await setRange(page, 'turning-angle', degrees);
        const turn = ((35 - degrees) * Math.PI) / 180;
        const [c, s] = [Math.cos(turn) ** 2, Math.sin(turn) ** 2];
        const gap = 0.5 * Math.log(((1 + 7 * c + 0.35 * s) * (1 + 7 * s + 0.35 * c)) / (8 * 1.35));
        expect((await numbers(page, 'turning.gap'))[0]).toBeCloseTo(gap, 12);
      }
    });
  });

  it('of the VAE: an example is reconstructed, a drawing gets a posterior, draws are decoded', async () => {
    await open(async (page) => {
      await page.locator('#fig-digit').scrollIntoViewIfNeeded();
      const ink = (name: string): Promise<number[]> =>
        page.locator(`#fig-digit [data-canvas="${name}"]`).evaluate((canvas: HTMLCanvasElement) => {
          const small = new OffscreenCanvas(28, 28).getContext('2d', { willReadFrequently: true })!;
          small.drawImage(canvas, 0, 0, 28, 28);
          return Array.from({ length: 784 }, (_, i) => small.getImageData(0, 0, 28, 28).data[4 * i + 3]! / 255);
        });
      await page.waitForFunction(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('#fig-digit [data-canvas="decoded"]')!;
        return canvas
          .getContext('2d', { willReadFrequently: true })!
          .getImageData(0, 0, 28, 28)
          .data.some((value) => value > 200);
      });
      const correlation = (a: number[], b: number[]): number => {
        const centred = (v: number[]): number[] => v.map((value) => value - v.reduce((s, w) => s + w, 0) / v.length);
        const dot = (u: number[], v: number[]): number => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
        const [u, v] = [centred(a), centred(b)];
        return dot(u, v) / Math.sqrt(dot(u, u) * dot(v, v));
      };
      for (const digit of [0, 1, 7]) {
        await page.locator(`#fig-digit [data-action="example-${digit}"]`).click();
        await settle(page);
        expect(correlation(await ink('draw'), await ink('decoded'))).toBeGreaterThan(0.6);
      }
      const consistent = async (): Promise<number[]> => {
        const [a, b, c, d] = (await numbers(page, ...entries('digit.root'))) as [number, number, number, number];
        const sigma = await numbers(page, ...entries('digit.covariance'));
        [a * a + b * c, a * b + b * d, c * a + d * c, c * b + d * d].forEach((value, i) => {
          expect(Math.abs(value - sigma[i]!)).toBeLessThan(4 * 2 ** -23 * Math.abs(sigma[0]!));
        });
        const [z0, z1, m0, m1, e0, e1] = (await numbers(
          page,
          'digit.z.00',
          'digit.z.10',
          'digit.mean.00',
          'digit.mean.10',
          'digit.noise.00',
          'digit.noise.10',
        )) as [number, number, number, number, number, number];
        expect(z0).toBeCloseTo(m0 + a * e0 + b * e1, 10);
        expect(z1).toBeCloseTo(m1 + c * e0 + d * e1, 10);
        return [m0, m1];
      };
      const before = await consistent();
      // A ring, drawn by hand: the posterior goes where the zeros are.
      const board = (await page.locator('#fig-digit [data-canvas="draw"]').boundingBox())!;
      const at = (t: number): [number, number] => [
        board.x + board.width * (0.5 + 0.2 * Math.cos(t)),
        board.y + board.height * (0.5 + 0.32 * Math.sin(t)),
      ];
      await page.mouse.move(...at(0));
      await page.mouse.down();
      for (let k = 1; k <= 24; k++) await page.mouse.move(...at((2 * Math.PI * k) / 24));
      await page.mouse.up();
      await settle(page);
      const drawn = await consistent();
      expect(drawn).not.toEqual(before);
      await page.locator('#fig-digit [data-action="example-0"]').click();
      await settle(page);
      const zero = await consistent();
      expect(Math.hypot(drawn[0]! - zero[0]!, drawn[1]! - zero[1]!)).toBeLessThan(1.5);
    });
  });
});
