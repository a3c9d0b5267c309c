// The page that tries a server out, in Chromium: with a token, by keyboard, without network, readable for screen readers.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../src/index.ts';
import { serve } from '../../src/serve/index.ts';
import type { RunServer } from '../../src/serve/index.ts';
import { available } from '../page/harness.ts';
import { images, people, trainOn } from './runs.ts';

const token = 'a-token-of-24-characters';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.runIf(available)('the page', () => {
  let server: RunServer;
  let browser: Browser;
  let runs: Run[];

  beforeAll(async () => {
    runs = [await trainOn(images(64), { latent: 2 }), await trainOn(people(64), { latent: 2 })];
    server = await serve({ pictures: runs[0]!, people: runs[1]! }, { port: 0, token, onNotice: 'silent' });
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--no-first-run', '--disable-background-networking'] }); // prettier-ignore
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    await Promise.all(runs.map((run) => run.dispose()));
  });

  it.each(['light', 'dark'] as const)(
    'asks for the token, sends requests and shows what comes, %s',
    async (colorScheme) => {
      const context = await browser.newContext({ colorScheme, viewport: { width: 900, height: 900 } });
      const page = await context.newPage();
      page.setDefaultTimeout(250_000);
      const problems: string[] = [];
      const asked: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (line) => {
        // A refused token is said by the browser too.
        if (line.type() === 'error' && !line.text().includes('401')) problems.push(line.text());
      });
      page.on('request', (request) => asked.push(new URL(request.url()).origin));
      await page.goto(server.url);
      await page.waitForSelector('#access:not([hidden])');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('token');
      expect(await page.content()).not.toContain('pictures');
      await page.keyboard.type('a-token-of-somebody-else');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#message.bad');
      await page.fill('#token', token);
      await page.keyboard.press('Enter');
      await page.waitForSelector('#work:not([hidden])');
      expect(await page.locator('#run option').allTextContents()).toEqual(['pictures', 'people']);

      // What the page proposes is answered, for every run and operation.
      for (const run of colorScheme === 'light' ? ['pictures', 'people'] : []) {
        await page.selectOption('#run', run);
        const operations = await page.locator('#operation option').allTextContents();
        expect(operations).toHaveLength(7);
        for (const operation of operations) {
          await page.selectOption('#operation', operation);
          const [answer] = await Promise.all([
            page.waitForResponse((response) => response.url().endsWith(`/runs/${run}/${operation}`)),
            page.click('#send'),
          ]);
          expect([run, operation, answer.status()]).toEqual([run, operation, 200]);
          await page.waitForSelector('#send:enabled');
        }
      }
      await page.selectOption('#run', 'pictures');
      await page.selectOption('#operation', 'sample');
      await page.click('#send');
      await page.waitForFunction(() => document.querySelectorAll('#picture canvas').length === 8);
      if (process.env.SCREENSHOTS !== undefined) await page.screenshot({ path: `${process.env.SCREENSHOTS}/serve-${colorScheme}.png`, fullPage: true }); // prettier-ignore
      // What contributes: pixels as a heat map beside the image, columns as bars.
      const explained = async (run: string, operation: string): Promise<void> => {
        await page.selectOption('#run', run);
        await page.selectOption('#operation', operation);
        await page.click('#send');
      };
      await explained('pictures', 'explain');
      await page.waitForSelector('#picture figure');
      const shown = await page.evaluate(() => {
        const canvases = [...document.querySelectorAll<HTMLCanvasElement>('#picture figure canvas')];
        const pixels = canvases.map((canvas) => [...canvas.getContext('2d')!.getImageData(0, 0, 8, 8).data]);
        return { labels: canvases.map((canvas) => canvas.getAttribute('aria-label')), pixels, caption: document.querySelector('figcaption')?.textContent ?? ''}; // prettier-ignore
      });
      const { contributions } =
        (await (await fetch(`${server.url}/runs/pictures/explain`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ x: [Array.from({ length: 8 }, () => new Array<number>(8).fill(0))] }) })) // prettier-ignore
          .json()) as { contributions: number[][][] };
      const values = contributions[0]!.flat();
      const most = values.indexOf(Math.max(...values));
      expect(shown.labels[0]).toBe('example 0');
      expect(shown.labels[1]).toMatch(new RegExp(`most at row ${Math.floor(most / 8)}, column ${most % 8}: `));
      expect(Number.parseFloat(shown.caption)).toBeCloseTo(
        values.reduce((a, b) => a + b, 0),
        1,
      );
      const top = Math.max(...values.map(Math.abs));
      const green = values.map((value) => Math.round(255 + (Math.abs(value) / top) * ((value < 0 ? 95 : 38) - 255)));
      const drawn = green.map((_, at) => shown.pixels[1]![4 * at + 1]!);
      expect(drawn.filter((channel, at) => Math.abs(channel - green[at]!) > 1)).toEqual([]);
      await explained('people', 'explain');
      await page.waitForSelector('#picture .bars');
      expect((await page.locator('#picture .bars th').allTextContents()).sort()).toEqual(['age', 'city', 'smoker']);
      if (process.env.SCREENSHOTS !== undefined) await page.screenshot({ path: `${process.env.SCREENSHOTS}/serve-bars-${colorScheme}.png`, fullPage: true }); // prettier-ignore
      const widths = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('.bar')].map((bar) => Number.parseFloat(bar.style.width)),
      );
      expect(widths[0]).toBe(100);
      expect([...widths].sort((a, b) => b - a)).toEqual(widths);

      // What the field wants is said while one types, before anything is sent.
      await page.selectOption('#run', 'pictures');
      await page.selectOption('#operation', 'sample');
      expect(await page.textContent('#wants')).toMatch(/count.*From 1 on/);
      expect(await page.getAttribute('#body', 'aria-invalid')).toBe('false');
      await page.fill('#body', '{"count": -1}');
      expect(await page.textContent('#fault')).toBe("'count' is a whole number from 1 to 1073741824, and not -1.");
      expect(await page.getAttribute('#body', 'aria-invalid')).toBe('true');
      await page.click('#send');
      await page.waitForSelector('#message.bad');
      expect(await page.textContent('#message')).toMatch(/count must be a whole number/);
      // What was written stays, for all that takes the same.
      const bodyOf = async (run: string, operation: string): Promise<string> => {
        await page.selectOption('#run', run);
        await page.selectOption('#operation', operation);
        return page.inputValue('#body');
      };
      const proposed = await bodyOf('people', 'encode');
      await page.fill('#body', '{"rows": []}');
      expect(await bodyOf('people', 'score')).toBe('{"rows": []}');
      expect(await bodyOf('people', 'impute')).toContain('null');
      expect(await bodyOf('pictures', 'encode')).toMatch(/^\{"x"/);
      expect(await bodyOf('pictures', 'sample')).toBe('{"count": -1}');
      expect(await bodyOf('people', 'encode')).toBe('{"rows": []}');
      expect(JSON.parse(proposed)).toHaveProperty('rows');

      await page.setViewportSize({ width: 360, height: 700 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      // As the browser's own tool, not the page's: its policy lets no script in.
      const session = await context.newCDPSession(page);
      await session.send('Runtime.evaluate', { expression: axe });
      const found = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: unknown[] }[] }> };
        };
        return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.length}`);
      });
      expect(found).toEqual([]);
      expect(problems.filter((line) => !line.includes('400'))).toEqual([]);
      // Nothing is asked of anybody else.
      expect([...new Set(asked)]).toEqual([server.url]);
      await context.close();
    },
  );

  it('opens by a link that has the token, which then is in no address', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.url}/#token=${token}`);
    await page.waitForSelector('#work:not([hidden])');
    expect(page.url()).toBe(`${server.url}/`);
    await page.close();
  });
});
