// The numbers that the article shows of models and gradients equal the library's or a closed form.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDigitModel } from '../site/src/digit/model.ts';
import { lyapunov, sqrtmh } from '../src/linalg/index.ts';
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

describe.runIf(available)("the article's numbers of models", () => {
  beforeAll(startSite);
  afterAll(stopSite);

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
        const centered = (v: number[]): number[] => v.map((value) => value - v.reduce((s, w) => s + w, 0) / v.length);
        const dot = (u: number[], v: number[]): number => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
        const [u, v] = [centered(a), centered(b)];
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
