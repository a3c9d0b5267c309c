// The article in a real browser: what it weighs, and that every figure moves by every control.
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  available,
  body,
  entries,
  figures,
  numbers,
  open,
  root,
  setRange,
  settle,
  show,
  startSite,
  stopSite,
} from './site/harness.ts';

describe("the article's text form", () => {
  it('asks the same twelve questions, answers each before it links, and says how to cite', () => {
    const letters: Readonly<Record<string, string>> = { cov: 'Σ', rt: 'Σ^{1/2}', mean: 'μ', eps: 'ε', odot: '⊙', mu: 'μ', sigma: 'σ', Sigma: 'Σ', sqrt: '√', Lambda: 'Λ', mathcal: '' }; // prettier-ignore
    const plain = (text: string): string =>
      text
        .replace(/\\([A-Za-z]+)/g, (_, name: string) => letters[name] ?? `\\${name}`)
        .replace(/\\[()]|<\/?code>|`|\s+/g, ' ')
        .replace(/\^2/g, '²')
        .replace(/ /g, '');
    const page = readFileSync(join(root, 'site/article/questions.html'), 'utf8');
    const text = readFileSync(join(root, 'docs/sigma-root.md'), 'utf8');
    const asked = [...page.matchAll(/<li>\s*<b>(.*?)<\/b>/gs)].map(([, question]) => plain(question!));
    const answers = text
      .slice(text.indexOf('\n## Twelve'), text.indexOf('\n## Sources'))
      .split(/\n\d+\. /)
      .slice(1);
    expect(answers.map((answer) => plain(/\*\*(.*?)\*\*/s.exec(answer)![1]!))).toEqual(asked);
    expect(asked).toHaveLength(12);
    for (const answer of answers) expect(answer).toMatch(/\*\* .*?[.:;,] .*?\.\s+→ \[/s);
    const cite = (source: string): string => plain(/@misc\{.*?\n\}/s.exec(source)![0]);
    expect(cite(text)).toBe(cite(readFileSync(join(root, 'site/article/footer.html'), 'utf8')));
  });
});

describe.runIf(available)('the article', () => {
  beforeAll(startSite);
  afterAll(stopSite);

  it('weighs at most 550 kB before compression, and the digits 350 kB more when they are wanted', async () => {
    await open(async (page) => {
      const weight = (): Promise<number> =>
        page.evaluate(() =>
          performance
            .getEntries()
            .reduce((sum, entry) => sum + (entry instanceof PerformanceResourceTiming ? entry.decodedBodySize : 0), 0),
        );
      await page.evaluate(() => document.fonts.ready);
      const article = await weight();
      expect(article).toBeGreaterThan(100_000);
      expect(article).toBeLessThanOrEqual(550_000);
      await page.locator('#fig-digit').scrollIntoViewIfNeeded();
      await page.waitForFunction(
        () => performance.getEntriesByName(new URL('digits.safetensors', document.baseURI).href).length > 0,
      );
      const digits = (await weight()) - article;
      expect(digits).toBeGreaterThan(200_000);
      // 242 kB of weights and pictures, and the reference engine with the whole table of parts.
      expect(digits).toBeLessThanOrEqual(350_000);
    });
  });

  it('is painted without waiting for a script, by 350 kB of page and styles', async () => {
    await open(
      async (page) => {
        // The scripts have not come, and never will.
        await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
        const blocking = await page.evaluate(() =>
          performance
            .getEntries()
            .filter((entry) => entry instanceof PerformanceResourceTiming)
            .map((entry) => entry as PerformanceResourceTiming & { readonly renderBlockingStatus: string })
            .filter((entry) => entry.entryType === 'navigation' || entry.renderBlockingStatus === 'blocking')
            .map(({ name, decodedBodySize: bytes }) => ({ name: new URL(name).pathname, bytes })),
        );
        expect(blocking.map(({ name }) => extname(name))).toEqual(['', '.css']);
        expect(blocking.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(350_000);
        expect(await page.locator('h1').isVisible()).toBe(true);
      },
      '',
      { withhold: /\.js$/ },
    );
  });

  it('leads to the reference that the same command builds', async () => {
    await open(async (page) => {
      await page.route(/reference/, (route) =>
        route.fulfill({ contentType: 'text/html', body: route.request().url() }),
      );
      const inside = await page.locator('a[href]:not([href^="#"]):not([href^="https:"])').all();
      expect(inside).toHaveLength(1);
      await inside[0]!.click();
      await page.waitForURL('**/some/path/reference/index.html');
    });
    const read = (path: string): string => readFileSync(join(root, path), 'utf8');
    expect(read('scripts/build-reference.mjs')).toContain("'site/dist/reference'");
    expect(read('package.json')).toMatch(/"build:site": "vite build site && npm run build:docs"/);
  });

  it('keeps its layout when the script takes over', async () => {
    await open(async (page) => {
      const heights = (): Promise<number[]> =>
        page.evaluate(() =>
          [...document.querySelectorAll('.figure-body')].map((b) => b.getBoundingClientRect().height),
        );
      const before = await heights();
      for (const figure of await figures(page)) await show(page, figure);
      const after = await heights();
      after.forEach((height, index) => {
        expect(Math.abs(height - before[index]!)).toBeLessThan(2);
      });
    });
  });

  it('moves every figure by every control', async () => {
    await open(async (page) => {
      await page.locator('#fig-digit').scrollIntoViewIfNeeded();
      await page.waitForSelector('#fig-digit [data-canvas="decoded"]');
      for (const figure of await figures(page)) {
        await show(page, figure);
        // The cursor itself and what a canvas shows are no markup; everything else that changes is.
        const state = (): Promise<string> => page.locator(body(figure)).innerHTML();
        const changes = async (what: string, act: () => Promise<void>): Promise<void> => {
          const before = await state();
          await act();
          await settle(page);
          expect(await state(), `${figure}: ${what}`).not.toBe(before);
        };
        for (const input of await page.locator(`${body(figure)} input`).all()) {
          const [type, field] = await input.evaluate((e: HTMLInputElement) => [e.type, e.dataset.field!]);
          if (type === 'range') {
            const atEnd = await input.evaluate((e: HTMLInputElement) => e.value === e.max);
            await changes(`slider ${field}`, () => input.press(atEnd ? 'ArrowLeft' : 'ArrowRight'));
          } else if (type === 'number') {
            await changes(`number ${field}`, () => input.fill('2'));
          } else if (!(await input.isChecked())) {
            await changes(`choice ${field}`, () => input.check({ force: true }));
          }
        }
        const handles = await page
          .locator(`${body(figure)} [data-handle]`)
          .evaluateAll((all: SVGGElement[]) => all.map((handle) => handle.dataset.handle!));
        // Last first: the handle that roams a digit's map takes the one of the close-up out of sight.
        for (const name of handles.reverse()) {
          const handle = page.locator(`${body(figure)} [data-handle="${name}"]`);
          await changes(`keys on ${name}`, () => handle.press('ArrowLeft'));
          const knob = handle.locator('.knob');
          await changes(`pointer on ${name}`, async () => {
            const box = (await knob.boundingBox())!;
            await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
            await page.mouse.down();
            await page.mouse.move(box.x + 22, box.y + 13, { steps: 3 });
            await page.mouse.up();
          });
          expect(await page.evaluate(() => document.activeElement?.getAttribute('data-handle'))).toBe(name);
        }
        for (const button of await page.locator(`${body(figure)} button:not([data-action="clear"])`).all()) {
          const name = (await button.getAttribute('data-action'))!;
          await changes(`button ${name}`, async () => {
            await button.click();
            await page.waitForTimeout(name === 'play' ? 600 : 0);
          });
        }
      }
    });
  });

  it('keeps every setting in its address, and takes nothing else from there', async () => {
    await open(async (page) => {
      await setRange(page, 'iterations-step', 5);
      await setRange(page, 'covariance-_xy', -0.7);
      await page.waitForFunction(() => location.search.includes('iterations.step=5'));
      await page.waitForFunction(() => location.search.includes('sigma=2,-0.7,2'));
      await page.reload();
      await page.waitForSelector('html[data-ready]');
      await show(page, 'iterations');
      expect(await page.locator('#iterations-step').inputValue()).toBe('5');
      expect(await numbers(page, 'bar.sigma.01')).toEqual([-0.7]);
      await page.locator('[data-do="reset"]').click();
      await page.waitForFunction(() => location.search === '');
      expect(await numbers(page, 'bar.sigma.01')).toEqual([1]);
    });
    await open(async (page) => {
      expect(await page.locator('#complaints').isVisible()).toBe(false);
      await setRange(page, 'covariance-_xy', 3);
      await page.waitForFunction(() => location.search.includes('tried=4,3,2'));
      await page.reload();
      await page.waitForSelector('html[data-ready]');
      await show(page, 'covariance');
      expect(await numbers(page, ...entries('covariance.sigma'))).toEqual([4, 3, 3, 2]);
      expect(await page.locator('[data-name="covariance.verdict"]').innerText()).toContain('Refused');
      expect(await page.locator('#covariance-_xy').inputValue()).toBe('3');
      expect(await numbers(page, ...entries('bar.sigma'))).toEqual([4, 1, 1, 2]);
      expect(await page.locator('#complaints').isVisible()).toBe(false);
      await setRange(page, 'covariance-_xy', 0.5);
      await page.waitForFunction(() => !location.search.includes('tried'));
    }, '?sigma=4,1,2&utm_source=letter');
  });

  it.each([
    ['sigma=1,5,1', [1, 5, 5, 1], [/Σ = \[\[1, 5\], \[5, 1\]\] describes no cloud/]],
    [
      'sigma=1,2&sigma=2,NaN,2&sigma=0.00001,0,1&sigma=1e9,0,1&sigma=,,',
      [2, 1, 1, 2],
      [
        /“1,2” is no Σ: it takes three numbers/,
        /“2,NaN,2” is no Σ/,
        /Σ = \[\[0\.00001, 0\].*reach/,
        /Σ = \[\[1000000000/,
        /“,,” is/,
      ],
    ],
    [
      'seed=-1&seed=&iterations.step=900&iterations.method=evil&answer.mean1=seven',
      [2, 1, 1, 2],
      [
        /“-1” is no seed/,
        /“” is no seed/,
        /“900” is no value of iterations.step, which takes a number from 0 to 24/,
        /“evil” is no value of iterations.method, which takes schulz, denman/,
        /“seven” is no value of answer.mean1, which takes a number/,
      ],
    ],
    [
      'unknown=%3Cscript%3E&covariance._xx=3&a=1&b=1&c=1&d=1',
      [2, 1, 1, 2],
      [/no setting “unknown”/, /no setting “covariance._xx”/, /and 1 more/],
    ],
  ] as const)('says what it cannot take of the address ?%s', async (query, tried, said) => {
    await open(async (page) => {
      const complaints = await page.locator('#complaints').innerText();
      for (const sentence of said) expect(complaints).toMatch(sentence);
      await show(page, 'covariance');
      expect(await numbers(page, ...entries('covariance.sigma'))).toEqual(tried);
      expect(await numbers(page, ...entries('bar.sigma'))).toEqual([2, 1, 1, 2]);
      await page.locator('#complaints button').click();
      expect(await page.locator('#complaints').isVisible()).toBe(false);
    }, `?${query}`);
  });

  it('answers on the first screen, with the bar out of the way and no formula cut off', async () => {
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 390, height: 844 },
      { width: 320, height: 640 },
    ]) {
      // prettier-ignore
      await open(
        async (page) => {
          await settle(page);
          const { key, line, bar } = await page.evaluate(() => {
            const box = (selector: string): { top: number; bottom: number } => {
              const { top, bottom } = document.querySelector(selector)!.getBoundingClientRect();
              return { top, bottom };
            };
            return { key: box('.key'), line: box('#fig-line .line'), bar: box('#bar') };
          });
          expect(key.bottom).toBeLessThan(viewport.height);
          if (viewport.width > 320) expect(line.bottom).toBeLessThan(viewport.height);
          expect(bar.top).toBeGreaterThanOrEqual(viewport.height);
          const cut = await page.evaluate(() =>
            [...document.querySelectorAll('.katex-display, h1, .stage, .names dd, .cases, .katex')]
              .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
              .map((e) => e.textContent),
          );
          expect(cut, `${viewport.width} pixels`).toEqual([]);
        },
        '',
        { viewport },
      );
    }
  });

  it('has its contents at every width, and answers twelve questions before it links', async () => {
    for (const [width, unfolded] of [
      [390, false],
      [1280, false],
      [1440, true],
    ] as const) {
      // prettier-ignore
      await open(
        async (page) => {
          const list = page.locator('#contents ol');
          expect(await list.isVisible()).toBe(unfolded);
          if (!unfolded) await page.locator('#contents summary').click();
          expect(await list.isVisible()).toBe(true);
          const targets = await page.locator('a[href^="#"]').evaluateAll((all: HTMLAnchorElement[]) => all.map(({ hash }) => hash)); // prettier-ignore
          const lost = await page.evaluate((ids) => ids.filter((id) => !document.querySelector(id)), targets);
          expect(lost).toEqual([]);
          const sections = await page.locator('main section').evaluateAll((all) => all.map(({ id }) => `#${id}`));
          expect(await page.locator('#contents a').evaluateAll((all: HTMLAnchorElement[]) => all.map(({ hash }) => hash))).toEqual(sections); // prettier-ignore
          const answers = await page.locator('.questions > li').allInnerTexts();
          expect(answers).toHaveLength(12);
          for (const answer of answers) expect(answer.match(/[.?](\s|$)/g)!.length).toBeGreaterThanOrEqual(3);
          expect(await page.locator('.questions > li > a').count()).toBe(12);
        },
        '',
        { viewport: { width, height: 900 } },
      );
    }
  });

  it('plays the whole line until it is stopped, and not for readers who want less motion', async () => {
    const draw = `document.querySelectorAll('#fig-line .stack img.now')[0].src`;
    await open(async (page) => {
      const first = await page.evaluate(draw);
      await page.waitForFunction(`${draw} !== ${JSON.stringify(first)}`);
      await page.locator('#fig-line [data-action="play"]').click();
      const stopped = await page.evaluate(draw);
      await page.waitForTimeout(3200);
      expect(await page.evaluate(draw)).toBe(stopped);
      for (const stage of await page.locator('#fig-line a.stage').all()) {
        expect(await page.locator((await stage.getAttribute('href'))!).count()).toBe(1);
      }
    });
    await open(
      async (page) => {
        const first = await page.evaluate(draw);
        await page.waitForTimeout(3200);
        expect(await page.evaluate(draw)).toBe(first);
      },
      '',
      { reducedMotion: 'reduce' },
    );
  });

  it('copies the present Σ as TypeScript, numpy and torch', async () => {
    await open(
      async (page) => {
        await page.locator('#scale').scrollIntoViewIfNeeded();
        await page.locator('[data-bar="toggle"]').click();
        for (const [language, call] of [
          ['typescript', 'sqrtmh('],
          ['numpy', 'np.linalg.eigh('],
          ['torch', 'torch.linalg.eigh('],
        ] as const) {
          await page.locator(`#bar input[value="${language}"]`).check({ force: true });
          await page.locator('[data-do="copy"]').click();
          const copied = await page.evaluate(() => navigator.clipboard.readText());
          expect(copied).toContain(language === 'typescript' ? '[[4, 2], [2, 3]]' : '[[4.0, 2.0], [2.0, 3.0]]');
          expect(copied).toContain('[[1.9194, 0.5622], [0.5622, 1.6383]]');
          expect(copied).toContain(call);
          expect(await page.locator('[data-bar="code"]').innerText()).toBe(copied);
        }
        await page.keyboard.press('Escape');
        expect(await page.locator('[data-bar="panel"]').isVisible()).toBe(false);
      },
      '?sigma=4,2,3',
      { permissions: ['clipboard-read', 'clipboard-write'] },
    );
  });
});
