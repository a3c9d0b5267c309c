import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { NdArray, htmlReport, load, makeDigits, tableOf, train } from '../index.ts';
import type { Run, TrainOptions } from '../index.ts';
import { splitLines } from '../record/split-lines.ts';
import { markup } from './html.ts';
import { shownDuration, shownNumber } from './numbers.ts';

const small: TrainOptions = { hidden: [16], epochs: 6, batchSize: 40, seed: 1, threads: 1, pictures: 2, onNotice: 'silent' }; // prettier-ignore
const folder = (name: string): string => join(mkdtempSync(join(tmpdir(), 'rootsigma-report-')), name);
/** What belongs to one chart. */
const figureOf = (page: string, title: string): string => page.split('<figure').find((part) => part.includes(`<b>${title}</b>`)) ?? ''; // prettier-ignore
const cells = (table: string): string[][] =>
  [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell]) => cell!.trim()),
  );

describe('of images', () => {
  const out = folder('my run');
  let run: Run;
  let page = '';
  beforeAll(async () => {
    const trained = await train(makeDigits({ seed: 0, count: 120 }), { ...small, latent: 3, out });
    await trained.dispose();
    run = await load(out, { onNotice: 'silent' });
    page = await htmlReport(run, { data: makeDigits({ seed: 5, count: 50 }), title: '</title><script>alert(1)</script>', points: 40 }); // prettier-ignore
  });

  it('is one file without scripts that reaches for nothing, and says so to the browser', () => {
    expect(/<script|<link|javascript:|\son\w+=|https?:/i.exec(page)?.[0]).toBeUndefined();
    expect(page).toContain('<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</title>');
    const style = /<style>(.*?)<\/style>/s.exec(page)![1]!;
    expect(style).not.toMatch(/url\(|@import/);
    expect(page).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(page).toContain("default-src 'none'; img-src data:;");
    // Elements end in the order in which they began.
    const open: string[] = [];
    for (const [, end, name, rest] of page.replace(/<!doctype html>/, '').matchAll(/<(\/?)([a-z0-9]+)([^>]*)>/gi)) {
      if (['meta', 'img', 'br'].includes(name!) || rest!.endsWith('/')) continue;
      if (end === '') open.push(name!);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  it('has the numbers of the record behind its curves', () => {
    const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
    const epochs = lines.filter(({ event }) => event === 'epoch') as unknown as { step: number; epoch: number; training: { elbo: number }; validation: { elbo: number }; klPerDimension: number[] }[]; // prettier-ignore
    const figure = figureOf(page, 'ELBO, nats');
    expect(cells(figure).filter((row) => row.length > 0)).toEqual(
      epochs.map(({ step, epoch, training, validation }) => [String(step), String(epoch), shownNumber(validation.elbo), shownNumber(training.elbo)]), // prettier-ignore
    );
    // Two lines of six points, higher ones higher up.
    const paths = [...figure.matchAll(/class="line k(\d)"(?: stroke-dasharray="([\d ]+)")?\s+d="(M[^"]+)"/g)].filter(([, , , d]) => !d!.includes('H')); // prettier-ignore
    // Validation is full and training dashed, as everywhere.
    expect(paths.map(([, color, dash = '']) => [Number(color), dash])).toEqual(Object.values(splitLines).map(({ color, dash }) => [color, dash.join(' ')])); // prettier-ignore
    expect(Object.keys(splitLines)).toEqual(['validation', 'training']);
    for (const [, , , d] of paths) {
      const places = [...d!.matchAll(/([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
      expect(places).toHaveLength(6);
      expect(places.map(([x]) => x)).toEqual(places.map(([x]) => x).sort((a, b) => a - b));
    }
    const heights = [...paths[1]![3]!.matchAll(/[\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y));
    const order = (values: readonly number[]): number[] => values.map((_, k) => k).sort((a, b) => values[a]! - values[b]!); // prettier-ignore
    expect(order(heights)).toEqual(order(epochs.map(({ training }) => -training.elbo)));
    const bars = cells(figureOf(page, 'KL of each latent dimension')).filter((row) => row.length > 0);
    const kl = epochs.at(-1)!.klPerDimension;
    expect(bars).toEqual(order(kl.map((value) => -value)).map((unit) => [`z${unit + 1}`, shownNumber(kl[unit]!)]));
  });

  it('shows the run’s own pictures, at the end and by epochs, each told in words', () => {
    const images = [...page.matchAll(/<img src="data:image\/png;base64,([^"]+)" alt="([^"]+)"/g)];
    const files = ['samples.png', 'reconstructions.png', ...['samples', 'reconstructions'].flatMap((kind) => [4, 6].map((epoch) => `pictures/${kind}-0000${epoch}.png`))]; // prettier-ignore
    const shown = images.map(([, base64]) => base64);
    for (const file of files) expect(shown).toContain(readFileSync(join(out, file)).toString('base64'));
    expect(images.map(([, , alt]) => alt)).toContain('samples after epoch 4');
    expect([...page.matchAll(/<svg [^>]*role="img"/g)].length).toBe([...page.matchAll(/<svg [^>]*role="img"\s+aria-label="[^"]{20,}"/g)].length); // prettier-ignore
  });

  it('has every example in latent space, coloured by its label, and says how it was projected', () => {
    const figure = figureOf(page, 'Posterior means').split('</figure>')[0]!;
    expect([...figure.matchAll(/<circle\s+class="point"/g)]).toHaveLength(40);
    expect(figure).toMatch(/of 40 examples of .*; projected on their first two principal axes, which have \d+ % and/s);
    const counts = cells(figure).filter((row) => row.length > 0).map((row) => Number(row[1])); // prettier-ignore
    expect(counts).toHaveLength(10);
    expect(counts.reduce((a, b) => a + b)).toBe(40);
  });

  it('says where data cannot be had, evaluates only if asked, and tells alarms and a missing end', async () => {
    expect(page).not.toContain('<h2>Evaluation</h2>');
    appendFileSync(join(out, 'metrics.jsonl'), '{"event":"non-finite","action":"stopped","failedStep":31,"what":"loss <NaN>","step":30}\n'); // prettier-ignore
    const evaluation = await run.evaluate({ data: makeDigits({ seed: 5, count: 20 }), draws: 3 });
    const again = await htmlReport(run, { evaluation, data: join(out, 'nowhere.npy') });
    expect(again.slice(again.indexOf('<h2>Latent space'))).toMatch(
      /^<h2>Latent space<\/h2>\s*<p class="quiet">Not shown: /,
    );
    expect(again).toContain(`>${shownNumber(evaluation.nll.value)}<`);
    expect(again).toMatch(/class="alarm error" role="note">\s*<strong>Training ended at step 31: loss &lt;NaN&gt;\.<\/strong>/); // prettier-ignore
    expect(again).toContain('The record has no end');
    await run.dispose();
  });
});

it('of a table it has drawn rows, whose text is text', async () => {
  const count = 60;
  const table = tableOf({ size: Array.from({ length: count }, (_, k) => k / 7), '<b>kind': Array.from({ length: count }, (_, k) => (k % 3 ? '<i>x</i>' : 'y')) }); // prettier-ignore
  const run = await train(table, { ...small, latent: 2, epochs: 2, batchSize: 20 });
  const page = await htmlReport(run);
  expect(page).toContain('&lt;b&gt;kind');
  expect(page).not.toContain('<i>x');
  const drawn = page.slice(page.indexOf('<h2>Drawn rows</h2>'), page.indexOf('<h2>Latent space</h2>'));
  expect(cells(drawn).filter((row) => row.length === 2)).toHaveLength(8);
  // It was never kept: there is no record of its training.
  expect(page).toContain('The run has no record of its training.');
  expect(page).toContain('the two latent dimensions');
  await run.dispose();
});

it('of numbers in one latent dimension it has means and deviations', async () => {
  const rows = new NdArray(Float32Array.from({ length: 60 * 4 }, (_, k) => (k % 5) / 5), [60, 4]); // prettier-ignore
  const run = await train(rows, { ...small, latent: 1, epochs: 1, batchSize: 20 });
  expect(await htmlReport(run)).toContain('across μ(x), up σ(x).');
  await expect(htmlReport(run, { points: 0 })).rejects.toThrow(/points/);
  await run.dispose();
});

it('writes numbers as people do, and nothing of a text as HTML', () => {
  expect([-85.178, 0, 0.00001234, 1234567, 12, 0.5, NaN, -Infinity, 1500.4].map(shownNumber)).toEqual(['−85.18', '0', '1.23e−5', '1.23e+6', '12', '0.5', 'NaN', '−Infinity', '1500']); // prettier-ignore
  expect([3.21, 42, 200, 3700].map(shownDuration)).toEqual(['3.2 s', '42 s', '3 min 20 s', '1 h 2 min']);
  expect(markup`<p title="${'"><x'}">${['a&b', undefined, markup`<b>${1}</b>`]}${'\u202e\0'}</p>`.text).toBe('<p title="&quot;&gt;&lt;x">a&amp;b<b>1</b>\uFFFD\uFFFD</p>'); // prettier-ignore
});
