// `rootsigma report` at the command line, and its page as a browser has it.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { trainingReport } from '../src/api/index.ts';
import { FolderStore } from '../src/io/node/index.ts';
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

/** The run without its model, and without whatever else is named. */
function unfinished(name: string, ...without: readonly string[]): string {
  const place = join(folder, name);
  cpSync(run, place, { recursive: true });
  for (const each of ['model.safetensors', 'model', 'samples.png', 'reconstructions.png', 'README.md', ...without]) rmSync(join(place, each), { recursive: true, force: true }); // prettier-ignore
  const log = join(place, 'metrics.jsonl');
  if (!without.includes('metrics.jsonl')) writeFileSync(log, readFileSync(log, 'utf8').split('\n').filter((line) => line !== '' && !line.includes('"done"')).join('\n') + '\n'); // prettier-ignore
  return place;
}

/** What its report says. */
async function reported(place: string): Promise<string> {
  const target = join(folder, 'unfinished.html');
  const { code, records, stderr } = await rootsigma(['report', place, '-o', target, '--json']);
  expect([code, stderr]).toEqual([0, expect.stringContaining('without what only a model could show')]);
  expect(records).toEqual([{ file: target, bytes: readFileSync(target).length, model: false }]);
  return readFileSync(target, 'utf8');
}

it('of a training that was ended it has what there is, says so, and how it goes on', async () => {
  const killed = unfinished('killed');
  // What a kill leaves of the line that was being written.
  appendFileSync(join(killed, 'metrics.jsonl'), '{"event":"ste');
  const page = await reported(killed);
  expect(page).toContain(`Its training was ended before it was finished, and left no model. It goes on from its last checkpoint with: rootsigma train --resume --out ${killed}`); // prettier-ignore
  // Curves with all six epochs, KL of the dimensions, pictures of the way, configuration.
  const chart = page.split('<figure').find((part) => part.includes('<b>ELBO, nats</b>')) ?? '';
  expect([...chart.matchAll(/<tr>\s*<td>/g)]).toHaveLength(6);
  expect(page).toContain('<b>KL of latent dimensions over time</b>');
  expect([...page.matchAll(/alt="(\w+) after epoch (\d)"/g)].map(([, kind, epoch]) => `${kind} ${epoch}`)).toEqual(['samples', 'reconstructions'].flatMap((kind) => ['2', '4', '6'].map((epoch) => `${kind} ${epoch}`))); // prettier-ignore
  expect(page).toContain('6 of 6');
  expect(page).toContain('<th scope="row">training.optimizer.name</th>');
  expect(page).toMatch(/<h2>Latent space<\/h2>\s*<p class="quiet">Not shown: there is no model/);
  expect(page).not.toMatch(/end of training|<dt>Parameters<|class="point"/);
  // Resumed, it comes to a model, and to the report of one.
  expect((await rootsigma(['train', '--resume', '--out', killed, '--epochs', '7', '-q'])).code).toBe(0);
  expect((await rootsigma(['report', killed, '-o', file, '-q'])).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toContain('<dt>Parameters<');
  rmSync(file);
});

it('of one without checkpoint or record it says that there is none', async () => {
  const page = await reported(unfinished('empty', 'metrics.jsonl', 'checkpoints', 'pictures'));
  expect(page).toContain('Its training was ended before its first record, and left no model. It has no checkpoint to go on from: train again.'); // prettier-ignore
  expect(page).toContain('The run has no record of its training.');
  expect(page).not.toContain('<h2>Pictures</h2>');
});

it('of one that goes on it says so, and of one that came to NaN where', async () => {
  const place = unfinished('going');
  // Who is not told whether somebody trains it, says that.
  expect(await trainingReport(place)).toContain('The record has no end: training goes on, or its process was ended. There is no model.'); // prettier-ignore
  const release = await new FolderStore(place).lock();
  try {
    const page = await reported(place);
    expect(page).toContain('It is being trained: this is how far it had come, and there is no model yet.');
    expect(page).not.toContain('--resume');
  } finally {
    await release();
  }
  const broken = join(folder, 'broken');
  const { code } = await rootsigma(['train', 'digits', '--count', '200', '--hidden', '16', '--learning-rate', '1e30', '--epochs', '2', '--on-nan', 'stop', '--out', broken, '-q']); // prettier-ignore
  expect([code === 0, existsSync(join(broken, 'model.safetensors'))]).toEqual([false, false]);
  const page = await reported(broken);
  expect(page).toContain('Its training ended at a number that is not finite, and left no model.');
  expect(page).toMatch(/class="alarm error" role="note">\s*<strong>Training ended at step \d+: /);
});

it('refuses of one without a model what only a model can give', async () => {
  const place = unfinished('asked');
  const { code, stderr } = await rootsigma(['report', place, '-o', join(folder, 'asked.html'), '--evaluate', '--points', '5']); // prettier-ignore
  expect([code, stderr]).toEqual([2, expect.stringContaining('Without --evaluate and --points the report has what there is')]); // prettier-ignore
  expect(existsSync(join(folder, 'asked.html'))).toBe(false);
});

it.runIf(available)('needs nothing but itself, fits a phone, reads in the dark and aloud, and prints', async () => {
  if (!existsSync(file)) await rootsigma(['report', run, '-o', file, '-q']);
  const partly = join(folder, 'partly.html');
  expect((await rootsigma(['report', unfinished('partly'), '-o', partly, '-q'])).code).toBe(0);
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--no-first-run'] });
  try {
    for (const [shown, width, colorScheme] of [
      [file, 1280, 'light'],
      [file, 390, 'dark'],
      [partly, 390, 'light'],
    ] as const) {
      // axe is put in from outside, which the page's own policy forbids.
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      const reached: string[] = [];
      page.on('request', (request) => reached.push(request.url()));
      await page.goto(pathToFileURL(shown).href);
      expect(reached.filter((url) => !url.startsWith('data:'))).toEqual([pathToFileURL(shown).href]);
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
