// The article's last figure: two VAEs trained in the tab, in real Chromium.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from 'rootsigma/engine';
import type { SubjectName } from '../site/src/train/messages.ts';
import { LearningPair } from '../site/src/train/pair.ts';
import { straight, subjects } from '../site/src/train/subjects.ts';
import { available, axeViolations, numbers, open, show, startSite, stopSite } from './site/harness.ts';
import { crossedLabels } from './site/labels.ts';

const names = [
  'train.diagonal.elbo',
  'train.full.elbo',
  'train.diagonal.diagonalElbo',
  'train.full.diagonalElbo',
  'train.diagonal.lost',
  'train.full.lost',
];
const trainButton = '#fig-train [data-action="train"]';

async function said(page: Page, words: RegExp): Promise<string> {
  const status = page.locator('#fig-train [role="status"]').filter({ hasText: words });
  await status.waitFor({ timeout: 250_000 });
  return status.innerText();
}

/** Turns, waits until everything was measured there, and reads it. */
async function turnTo(page: Page, degrees: number): Promise<number[]> {
  await page.locator('#train-angle').fill(String(degrees));
  await page.waitForSelector(`#fig-train table[data-degrees="${degrees}"]`);
  return numbers(page, ...names);
}

/** Mean log N(x; 0, W Wᵀ + s² I) of the test points, from what the straight cloud is made of. */
function closedForm(): number {
  const [[a, c], [b, d]] = [straight.g([1, 0]), straight.g([0, 1])];
  const [xx, xy, yy] = [a * a + b * b + straight.noise ** 2, a * c + b * d, c * c + d * d + straight.noise ** 2];
  const det = xx * yy - xy * xy;
  const points = subjects.straight.draw('test', 100, 1).data;
  let sum = 0;
  for (let i = 0; i < 200; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!];
    sum += -Math.log(2 * Math.PI) - 0.5 * Math.log(det) - (yy * x * x - 2 * xy * x * y + xx * y * y) / (2 * det);
  }
  return sum / 100;
}

describe('what the article says of the other data', () => {
  const profilesOf = async (subject: SubjectName, seed: number) => {
    const pair = await LearningPair.create(await createEngine({ threads: 1 }), subjects[subject], seed);
    for await (const epoch of pair.train(new AbortController().signal)) expect(epoch).toBeGreaterThan(0);
    const [profiles, looks] = [await pair.profiles(), await pair.look(0)];
    await pair.dispose();
    return { profiles, elbo: looks.full.elbo };
  };

  it('no turn suits all of the bent cloud, and one does all of the straight one', async () => {
    const [bent, straight] = [await profilesOf('bent', 1), await profilesOf('straight', 1)];
    expect(Math.min(...straight.profiles.full)).toBeLessThan(0.005);
    expect(Math.min(...bent.profiles.full)).toBeGreaterThan(0.01);
  });

  it('what a turn costs the digits is small beside what a seed does', async () => {
    const [one, two] = [await profilesOf('digits', 1), await profilesOf('digits', 2)];
    const cost = Math.max(...Object.values(one.profiles).flat(), ...Object.values(two.profiles).flat());
    expect(cost).toBeLessThan(0.5 * Math.abs(one.elbo - two.elbo));
  });
});

describe.runIf(available)('the training in the tab', () => {
  beforeAll(startSite);
  afterAll(stopSite);

  it('reaches the best ELBO that there is, and turns as theory says', async () => {
    await open(async (page) => {
      const fetched: { path: string; bytes: number }[] = [];
      page.on('response', (response) => {
        void response
          .body()
          .then(({ length }) => fetched.push({ path: new URL(response.url()).pathname, bytes: length }));
      });
      await show(page, 'train');
      await page.waitForLoadState('networkidle');
      expect(fetched.filter(({ path }) => /wasm|worker/.test(path))).toEqual([]);
      const promised = /([\d.]+) MB/.exec(await page.locator('#fig-train [role="status"]').innerText());
      fetched.length = 0;

      await page.locator(trainButton).click();
      await said(page, /^Training both/);
      expect(await page.locator(trainButton).innerText()).toBe('Stop');
      await said(page, /^Trained 60 epochs/);
      const megabytes = fetched.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
      // But for half a kilobyte by which the bundler's chunks find each other.
      const large = fetched.filter(({ bytes }) => bytes > 1000);
      expect(large.map(({ path }) => path.split('/').at(-1)!.split('-')[0]).sort()).toEqual(['ort', 'ort.wasm.bundle.min', 'worker']); // prettier-ignore
      expect(Math.abs(megabytes - Number(promised![1]))).toBeLessThan(0.1);

      // ELBO ≤ log p(x) on average, with equality for linear networks. What it is measured by adds noise: (x − g(z))²∕2s² of
      // two coordinates has a standard deviation of at most 1, for 1,600 draws 1∕40.
      const best = closedForm();
      const [shown] = await numbers(page, 'train.logDensity');
      expect(shown).toBeCloseTo(best, 6);
      const upright = await turnTo(page, 0);
      const noise = 1 / 40;
      for (const elbo of upright.slice(0, 2)) {
        expect(elbo).toBeGreaterThan(best - 4 * noise);
        expect(elbo).toBeLessThan(best + 4 * noise);
      }
      // A diagonal Σ is its own nearest diagonal one.
      expect(upright[4]).toBeCloseTo(0, 5);

      const ellipses = page.locator('#fig-train .panel').nth(1).locator('ellipse');
      expect(await ellipses.count()).toBe(60);
      const tilt = async (): Promise<number> =>
        Number(/rotate\((\S+)/.exec((await ellipses.first().getAttribute('transform'))!)![1]);
      const before = await tilt();
      const turned = await turnTo(page, 45);
      // Counter-clockwise is negative on a screen; an axis has no direction.
      expect(Math.cos((2 * (before - (await tilt()) - 45) * Math.PI) / 180)).toBeGreaterThan(0.9999);
      // Nothing but rounding, in float32, of sums over 1,600 draws.
      for (const head of [0, 1]) expect(Math.abs(turned[head]! - upright[head]!)).toBeLessThan(1e-4);
      // The exact posterior of a linear decoder has the precision I + WᵀW∕s²; what a diagonal one loses at 45° to its axes
      // is ½ log of (half the trace)² over the determinant. Again as exact as the draws, of which it takes twice as many.
      const [p, q] = [1 + (1.8 / 0.4) ** 2, 1 + (0.6 / 0.4) ** 2];
      expect(Math.abs(turned[4]! - 0.5 * Math.log((p + q) ** 2 / (4 * p * q)))).toBeLessThan(4 * Math.SQRT2 * noise);

      // By 90° each axis takes the other's place. The full one's loss nearly vanishes at some turn.
      const quarter = await turnTo(page, 90);
      quarter.forEach((value, i) => {
        expect(Math.abs(value - upright[i]!)).toBeLessThan(1e-4);
      });
      const lost: number[] = [];
      for (let degrees = 0; degrees < 90; degrees += 15) lost.push((await turnTo(page, degrees))[5]!);
      expect(Math.max(...lost)).toBeGreaterThan(0.2);
      expect(Math.min(...lost)).toBeLessThan(0.06);

      expect(await axeViolations(page, '#fig-train')).toEqual([]);
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await crossedLabels(page, '#fig-train svg')).toEqual([]);
      }

      // What was learned belongs to its seed.
      await page.locator('#fig-train [data-field="seed"]').fill('2');
      await said(page, /^Nothing is loaded yet|^Ready/);
      expect(await ellipses.count()).toBe(0);
    });
  });

  it('stops when asked, shows what it had, and starts again', async () => {
    await open(
      async (page) => {
        await show(page, 'train');
        await page.locator(trainButton).click();
        await page.waitForFunction(() => /epoch [1-9]/.test(document.querySelector('#fig-train .epochs')!.textContent));
        await page.locator(trainButton).press('Enter');
        const [, epoch] = /after epoch (\d+) of 20/.exec(await said(page, /^Stopped/))!;
        expect(Number(epoch)).toBeLessThan(20);
        const [diagonal, full] = await turnTo(page, 30);
        // A start: pixels of even chances have 784 log 2 nats.
        for (const elbo of [diagonal!, full!]) expect(elbo).toBeGreaterThan(-784 * Math.LN2);
        expect(await page.locator('#fig-train .panel').first().locator('ellipse').count()).toBe(60);
        await page.locator(trainButton).click();
        await said(page, /^Training both/);
        await page.locator('[data-do="reset"]').click();
        await said(page, /^Ready/);
      },
      '?train.subject=digits',
      { reducedMotion: 'reduce' },
    );
  });

  it.each([
    ['its worker does not load', /worker-.*\.js/],
    ['ONNX Runtime does not load', /\.wasm/],
  ])(
    'says so in words where %s, and can be tried again',
    async (_, missing) => {
      await open(
        async (page) => {
          await page.route(missing, (route) => route.abort());
          await show(page, 'train');
          await page.locator(trainButton).click();
          const sentence = await said(page, /could not be loaded/);
          expect(sentence).not.toMatch(/wasm|Error|undefined|onnxruntime-web/);
          await page.unroute(missing);
          await page.locator(trainButton).click();
          await said(page, /^Training both/);
        },
        '',
        { expected: /./ },
      );
    },
    120_000,
  );

  it('says so where there are no workers', async () => {
    await open(
      async (page) => {
        await page.evaluate(() => {
          (globalThis as { Worker?: unknown }).Worker = undefined;
        });
        await show(page, 'train');
        await page.locator(trainButton).click();
        await said(page, /could not be loaded, or this browser cannot run it/);
      },
      '',
      { expected: /Worker/ },
    );
  });
});
