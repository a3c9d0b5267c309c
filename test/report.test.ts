// `rootsigma report` at the command line, and its page as a browser has it.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { newFolder, rootsigma } from './cli/harness.ts';
import { available } from './page/harness.ts';

const folder = newFolder();
const [run, file] = [join(folder, 'a run'), join(folder, 'report.html')];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

beforeAll(async () => {
  const options = ['--count', '200', '--test-count', '40', '--latent', '4', '--hidden', '16', '--epochs', '6'];
  const { code } = await rootsigma(['train', 'digits', ...options, '--pictures', '2', '--out', run, '-q']);
  expect(code).toBe(0);
});

it('writes one page, and says what it holds as JSON', async () => {
  const { code, records, stderr } = await rootsigma(['report', run, '-o', file, '--evaluate', '--draws', '2', '--limit', '30', '--json']); // prettier-ignore
  expect([code, stderr]).toEqual([0, expect.stringContaining('on one page')]);
  expect(records).toMatchObject([{ file, bytes: readFileSync(file).length, evaluation: { examples: 30, draws: 2 } }]);
  expect(readFileSync(file, 'utf8')).toContain('<h2>Evaluation</h2>');
});

it('refuses what is no run, another ending, and options of what is not asked for; leaves no part of a file', async () => {
  mkdirSync(join(folder, 'none'));
  writeFileSync(join(folder, 'none', 'x.txt'), '');
  const other = join(folder, 'other');
  for (const [args, expected, message] of [
    [['report', join(folder, 'none'), '-o', `${other}.html`], 2, 'so it is no run folder'],
    [['report', run, '-o', `${other}.pdf`], 2, 'write it to a .html file'],
    [['report', run, '-o', `${other}.html`, '--draws', '3'], 2, 'give --evaluate too'],
    [['report', run, '-o', join(folder, 'none', 'x.txt', 'a.html')], 1, 'x.txt'],
    [['report', run], 2, '--output'],
  ] as const) {
    const { code, stderr } = await rootsigma(args);
    expect([args.at(-1), code, stderr.includes(message) ? message : stderr]).toEqual([args.at(-1), expected, message]);
  }
  expect(readdirSync(folder).filter((name) => name.startsWith('other'))).toEqual([]);
});

it.runIf(available)('needs nothing but itself, fits a phone, reads in the dark and aloud, and prints', async () => {
  if (!existsSync(file)) await rootsigma(['report', run, '-o', file, '-q']);
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--no-first-run'] });
  try {
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [390, 'dark'],
    ] as const) {
      // axe is put in from outside, which the page's own policy forbids.
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      const reached: string[] = [];
      page.on('request', (request) => reached.push(request.url()));
      await page.goto(pathToFileURL(file).href);
      expect(reached.filter((url) => !url.startsWith('data:'))).toEqual([pathToFileURL(file).href]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      const back = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(back).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 23, 27)');
      await page.evaluate(axe);
      const violations = await page.evaluate(async () => {
        const { axe: library } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }; // prettier-ignore
        return (await library.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
      });
      expect(violations).toEqual([]);
      await context.close();
    }
    // Under its own policy: the style is the one that it names, and nothing is blocked.
    const page = await browser.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(pathToFileURL(file).href);
    expect(await page.evaluate(() => getComputedStyle(document.querySelector('.tiles')!).display)).toBe('grid');
    expect(await page.evaluate(() => [...document.images].every(({ complete, naturalWidth }) => complete && naturalWidth > 0))).toBe(true); // prettier-ignore
    expect(said).toEqual([]);
    const pdf = join(folder, 'report.pdf');
    await page.pdf({ path: pdf });
    expect(execFileSync('head', ['-c', '5', pdf], { encoding: 'utf8' })).toBe('%PDF-');
  } finally {
    await browser.close();
  }
});
