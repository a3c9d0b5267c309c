// The article for everyone: keyboard, screen reader, touch, phone, dark, less motion, and without JavaScript.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { available, axeViolations, figures, open, settle, show, startSite, stopSite } from './site/harness.ts';
import { crossedLabels } from './site/labels.ts';

describe.runIf(available)('the article, for everyone,', () => {
  beforeAll(startSite);
  afterAll(stopSite);

  it('reads without JavaScript: text, formulas, pictures and numbers', async () => {
    await open(
      async (page) => {
        // Scripts are off in the page, not for the test's own questions.
        expect(await page.locator('.noscript').isVisible()).toBe(true);
        expect(await page.locator('#bar').isVisible()).toBe(false);
        for (const figure of await page.locator('figure').all()) {
          expect((await figure.locator('svg, table, .matrix, .hbars').first().boundingBox())!.height).toBeGreaterThan(
            20,
          );
        }
        const shown = (name: string): Promise<string | null> =>
          page.locator(`data[data-name="${name}"]`).first().getAttribute('value');
        expect(Number(await shown('answer.z1'))).toBeCloseTo(1.3, 12);
        expect(Number(await shown('answer.z2'))).toBeCloseTo(-4.2, 12);
        expect(Number(await shown('square.factor.00'))).toBeCloseTo(1.3660254037844386, 14);
        expect(await page.locator('.katex-error').count()).toBe(0);
        expect(await page.locator('.katex math').count()).toBeGreaterThan(8);
        expect(await page.locator('body').innerText()).not.toMatch(/\\\(|\\\[|\[object/);
        expect(await page.locator('data[value="NaN"]').count()).toBe(0);
      },
      '',
      { javaScriptEnabled: false },
    );
  });

  it('explains a word where it stands, by click, keyboard, touch and hovering', async () => {
    await open(async (page) => {
      const words = page.locator('button.term');
      expect(await words.allInnerTexts()).toEqual(
        expect.arrayContaining(['KL', 'eigenvalue', 'Frobenius norm', 'Lyapunov equation', 'ELBO', 'nats']),
      );
      const first = words.first();
      const note = page.locator(`#${(await first.getAttribute('popovertarget'))!}`);
      await first.focus();
      await page.keyboard.press('Enter');
      expect(await note.isVisible()).toBe(true);
      await page.keyboard.press('Escape');
      expect(await note.isVisible()).toBe(false);
      await first.click();
      expect(await note.isVisible()).toBe(true);
      await page.keyboard.press('Escape');
      await page.mouse.move(5, 5);
      await first.hover();
      await note.waitFor({ state: 'visible' });
      const [word, box] = [(await first.boundingBox())!, (await note.boundingBox())!];
      expect(Math.min(Math.abs(box.y - word.y - word.height), Math.abs(word.y - box.y - box.height))).toBeLessThan(8);
      await page.mouse.move(5, 5);
      await note.waitFor({ state: 'hidden' });
    });
    await open(
      async (page) => {
        for (const word of await page.locator('button.term').all()) {
          await word.tap();
          const note = page.locator(`#${(await word.getAttribute('popovertarget'))!}`);
          const { x, width } = (await note.boundingBox())!;
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x + width).toBeLessThanOrEqual(390);
        }
      },
      '',
      { viewport: { width: 390, height: 844 }, hasTouch: true },
    );
  });

  it('is for keyboards, screen readers and readers who want less motion', async () => {
    await open(
      async (page) => {
        for (const figure of await figures(page)) await show(page, figure);
        const nameless = await page.evaluate(() => {
          const named = (e: Element): boolean =>
            e.hasAttribute('aria-label') || (e.closest('label') ?? e).textContent.trim() !== '';
          return [
            ...document.querySelectorAll('input, button, [role="slider"], svg[role], canvas, figure svg:not(svg svg)'),
          ]
            .filter((e) => !named(e))
            .map((e) => e.outerHTML.slice(0, 120));
        });
        expect(nameless).toEqual([]);
        expect(await page.locator('[data-handle]:not([tabindex="0"])').count()).toBe(0);
        expect(await page.locator('figure').count()).toBe(
          (await page.locator('figure [aria-live="polite"]').count()) + 1,
        );
        // Steps, not a film: after a moment the figure stands still between few frames.
        await show(page, 'geometry');
        await page.evaluate(() => {
          const target = document.querySelector('#fig-geometry .figure-body')!;
          const counter = window as unknown as { frames: number };
          counter.frames = 0;
          new MutationObserver(() => counter.frames++).observe(target, {
            attributes: true,
            subtree: true,
            childList: true,
          });
        });
        await page.locator('#fig-geometry [data-action="play"]').click();
        await page.waitForTimeout(1500);
        const frames = await page.evaluate(() => (window as unknown as { frames: number }).frames);
        expect(frames).toBeGreaterThan(0);
        expect(frames).toBeLessThan(8);
        // What changed is said.
        await page.waitForFunction(() => document.querySelector('#fig-geometry [aria-live]')!.textContent !== '');
      },
      '',
      { reducedMotion: 'reduce' },
    );
  });

  it.each([
    { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
    { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
  ] as const)('has nothing that axe objects to in $colorScheme at $viewport.width pixels', async (options) => {
    await open(
      async (page) => {
        for (const figure of await figures(page)) await show(page, figure);
        expect(await axeViolations(page)).toEqual([]);
      },
      '',
      { ...options, reducedMotion: 'reduce' },
    );
  });

  it.each(['light', 'dark'] as const)('has legible colours in %s, and all its fonts', async (colorScheme) => {
    await open(
      async (page) => {
        await settle(page);
        const poor = await page.evaluate(() => {
          const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
          const luminance = (color: string): number => {
            canvas.fillStyle = color;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => {
              const v = value / 255;
              return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
            }) as [number, number, number];
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          // As an element shows them: what the property says may depend on the scheme.
          const shown = document.body.appendChild(document.createElement('span'));
          const value = (name: string): number => {
            shown.style.color = `var(--${name})`;
            return luminance(getComputedStyle(shown).color);
          };
          const contrast = (a: number, b: number): number => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          return ['ink', 'quiet', 'noise', 'mean', 'cov', 'root', 'sample', 'wrong'].flatMap((ink) =>
            ['paper', 'surface'].flatMap((ground) => {
              const ratio = contrast(value(ink), value(ground));
              return ratio < 4.5 ? [`${ink} on ${ground}: ${ratio.toFixed(2)}`] : [];
            }),
          );
        });
        expect(poor).toEqual([]);
        const faces = await page.evaluate(async () => {
          await document.fonts.ready;
          return [...document.fonts].map(({ family, status }) => `${family} ${status}`);
        });
        expect(faces.filter((face) => face.endsWith('error'))).toEqual([]);
        // Formulas need no family beyond those shipped.
        const missing = await page.evaluate(() => {
          const shipped = new Set([...document.fonts].map(({ family }) => family.replaceAll('"', '')));
          return [...document.querySelectorAll('.katex, .katex *')]
            .map((e) => getComputedStyle(e).fontFamily.split(',')[0]!.trim().replaceAll('"', ''))
            .filter((family) => family.startsWith('KaTeX') && !shipped.has(family));
        });
        expect([...new Set(missing)]).toEqual([]);
      },
      '',
      { colorScheme },
    );
  });

  it.each([
    '',
    '?sigma=4.5,0.5,0.4&seed=7&turning.angle=45&iterations.step=6&geometry.progress=1.5&gradients.x=1&gradients.y=1&spread.variance=0.25&logvar.value=3&digit.example=7',
    '?sigma=0.5,0.3,4&tried=1,5,1&logvar.value=-3&turning.angle=80&answer.mean1=3&answer.mean2=2&spread.variance=9&iterations.method=denman&gradients.x=0.3&gradients.y=0.2&digit.example=1&digit.x=2',
  ])('has no word on a curve, a handle or another word at %s', async (query) => {
    for (const width of [1280, 390]) {
      // prettier-ignore
      await open(
        async (page) => {
          for (const figure of await figures(page)) await show(page, figure);
          await page.waitForSelector('#fig-digit [data-canvas="decoded"]');
          await settle(page);
          expect(await page.locator('figure svg text').count()).toBeGreaterThan(100);
          expect(await crossedLabels(page), `${width} pixels`).toEqual([]);
        },
        query,
        { viewport: { width, height: 900 }, reducedMotion: 'reduce' },
      );
    }
  });

  it('fits a phone', async () => {
    await open(
      async (page) => {
        for (const figure of await figures(page)) await show(page, figure);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
        const small = await page.evaluate(
          () =>
            [
              ...document.querySelectorAll(
                'figure button:not(.term), #bar button, .segmented label, input[type="range"]',
              ),
            ]
              .map((e) => e.getBoundingClientRect())
              .filter(({ height, width }) => height > 0 && (height < 24 || width < 24)).length,
        );
        expect(small).toBe(0);
        // Words in drawings, as they stand on the screen.
        const tiny = await page.evaluate(() =>
          [...document.querySelectorAll<SVGTextElement>('figure svg text, figure svg tspan')]
            .filter((e) => e.textContent.trim() !== '' && !e.classList.contains('sub'))
            .map((e) => [parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM()!.a, e.textContent] as const)
            .filter(([size]) => size < 10.99)
            .map(([size, text]) => `${text}: ${size.toFixed(1)}`),
        );
        expect(tiny).toEqual([]);
      },
      '',
      { viewport: { width: 375, height: 740 }, hasTouch: true },
    );
  });
});
