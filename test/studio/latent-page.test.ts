// The explorer, the table's page and the playground in Chromium, on the real server: what is decoded in the page is what the library decodes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NdArray, load, train } from '../../src/index.ts';
import type { Run } from '../../src/index.ts';
import { categoryColours, rgbOf } from '../../studio/src/latent/colours.ts';
import { available } from '../page/harness.ts';
import { newFolder } from './harness.ts';
import { Pages, violations } from './pages-harness.ts';
import type { OpenedPage } from './pages-harness.ts';

const quiet = { onNotice: 'silent', threads: 1 } as const;

describe.runIf(available)('in Chromium', () => {
  let pages: Pages;
  let digits: Run;
  let people: Run;
  const ids = new Map<string, string>();

  beforeAll(async () => {
    const runs = newFolder();
    digits = await train('digits', { ...quiet, dataOptions: { count: 120, testCount: 60 }, latent: 3, posterior: 'full', hidden: [16], epochs: 2, out: join(runs, 'digits') }); // prettier-ignore
    const rows = Array.from({ length: 120 }, (_, k) => `${20 + (k % 50)},${(1.5 + (k % 40) / 100).toFixed(2)},${['red', 'green', 'blue'][k % 3] ?? ''}`); // prettier-ignore
    writeFileSync(join(runs, 'people.csv'), ['age,height,colour', ...rows].join('\n'));
    people = await train(join(runs, 'people.csv'), { ...quiet, latent: 2, hidden: [8], epochs: 2, out: join(runs, 'people') }); // prettier-ignore
    // Numbers that code gave: not at hand when their run is looked at.
    const points = new NdArray(
      Float32Array.from({ length: 120 }, (_, k) => Math.sin(k)),
      [40, 3],
    );
    await (await train(points, { ...quiet, latent: 2, hidden: [4], epochs: 1, out: join(runs, 'points') })).dispose();
    pages = await Pages.open(runs);
    for (const name of ['digits', 'people', 'points']) ids.set(name, await pages.studio.idOf(name));
  });
  afterAll(async () => {
    await pages.close();
    await Promise.all([digits.dispose(), people.dispose()]);
  });

  /** What is wrong; a driver's remark that reading pictures back is slow, as this test does, is not. */
  const wrongIn = ({ problems }: OpenedPage): string[] => problems.filter((line) => !/ReadPixels|readback/.test(line));
  const at = (name: string, tab: string): string => `#/runs/${ids.get(name) ?? ''}/${tab}`;

  async function explorer(query = '', options = {}): Promise<OpenedPage> {
    const opened = await pages.page(options);
    await opened.goTo(`${at('digits', 'latent')}${query}`, '.stage-lines');
    await opened.page.waitForSelector('.categories button >> nth=9');
    return opened;
  }

  /** The picture that an example's code decodes to, when it is `expected`; else what is there in the end. */
  async function waitForPicture(page: Page, expected: readonly number[]): Promise<void> {
    await page.waitForFunction((wanted) => {
      const canvas = document.querySelector<HTMLCanvasElement>('canvas[aria-label="decoded from this code"]');
      const pixels = canvas?.getContext('2d')?.getImageData(0, 0, 28, 28).data;
      return pixels !== undefined && wanted.every((shade, k) => Math.abs(shade - (pixels[4 * k] ?? -99)) <= 1);
    }, expected); // prettier-ignore
  }

  async function decodedShades(z: readonly number[]): Promise<number[]> {
    const { data } = await digits.decode([...z]);
    return Array.from(data, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
  }

  async function textOf(download: Download): Promise<string> {
    return readFileSync(await download.path(), 'utf8');
  }

  test('a code that the keyboard goes to is decoded in the page, and a slider moves it', async () => {
    const opened = await explorer('?layout=pair');
    const { page, origins, close } = opened;
    await page.focus('.stage-lines');
    await page.keyboard.press('ArrowRight');
    await page.waitForSelector('.probe h2:has-text("example")');
    const title = await page.textContent('.probe h2');
    const index = Number(/example (\d+)/.exec(title ?? '')?.[1]);
    const { dataset } = await digits.testData();
    const { mean } = await digits.encode(dataset);
    const z = [0, 1, 2].map((k) => mean.data[3 * index + k] ?? NaN);
    expect(title).toContain(
      `, ${dataset.classNames?.[dataset.labels?.[index] ?? -1] ?? dataset.labels?.[index] ?? ''}`,
    );
    await waitForPicture(page, await decodedShades(z));
    await page.keyboard.press('Enter');
    await page.waitForSelector('.neighbours li >> nth=7');
    await page.locator('#z1').press('ArrowRight');
    await page.waitForSelector('.probe h2:has-text("Moved from")');
    await waitForPicture(page, await decodedShades([z[0] ?? NaN, (z[1] ?? NaN) + 0.1, z[2] ?? NaN]));
    // The way between two codes.
    await page.click('text=Begin here');
    await page.click('.neighbours button >> nth=3');
    await page.click('text=End here');
    await page.waitForSelector('.strip canvas >> nth=8');
    await page.click('text=Decode what is on the screen');
    await page.waitForSelector('canvas.whole');
    expect(await violations(page)).toEqual([]);
    expect(wrongIn(opened)).toEqual([]);
    expect([...origins]).toEqual([pages.studio.studio.url]);
    await close();
  });

  test('what a box surrounds is a table, and files', async () => {
    const opened = await explorer('?aggregate=yes', { colorScheme: 'dark', acceptDownloads: true });
    const { page, close } = opened;
    const saved = async (button: string): Promise<Download> => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.click(`text=${button}`)]);
      return download;
    };
    const picture = decode(readFileSync(await (await saved('Picture (PNG)')).path()));
    for (const colour of categoryColours.slice(0, 3)) {
      const [r, g, b] = rgbOf(colour).map((part) => 255 * part);
      let found = 0;
      for (let k = 0; k < picture.data.length; k += picture.channels) {
        const near = [r, g, b].every((part, c) => Math.abs((picture.data[k + c] ?? 0) - (part ?? 0)) < 45);
        if (near) found++;
      }
      expect(found, colour).toBeGreaterThan(20);
    }
    await page.click('text=Box');
    const box = await page.locator('.stage-lines').boundingBox();
    if (!box) throw new Error('no stage');
    await page.mouse.move(box.x + 5, box.y + 5);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 5, { steps: 4 });
    await page.mouse.up();
    await page.waitForSelector('#selection-title:has-text("selected")');
    const count = Number(/(\d+) selected/.exec((await page.textContent('#selection-title')) ?? '')?.[1]);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(60);
    const csv = (await textOf(await saved('Codes (CSV)'))).trim().split('\n');
    expect(csv[0]).toMatch(/^index,label,x,y,kl,reconstruction,.*z1,z2,z3,stddev1,stddev2,stddev3$/);
    expect(csv).toHaveLength(count + 1);
    const { mean } = await digits.encode((await digits.testData()).dataset);
    const [first = ''] = csv.slice(1);
    expect(Number(first.split(',').at(-6))).toBeCloseTo(mean.data[3 * Number(first.split(',')[0])] ?? NaN, 4);
    const downloads: Download[] = [];
    page.on('download', (download) => downloads.push(download));
    await page.click('text=Embedding Projector');
    await expect.poll(() => downloads.length, { timeout: 60_000 }).toBe(2);
    const [vectors, metadata] = await Promise.all(downloads.map(textOf));
    expect(vectors?.trim().split('\n')).toHaveLength(count);
    expect(metadata?.split('\n')[0]?.split('\t').slice(0, 2)).toEqual(['index', 'label']);
    // A label of the legend selects its examples, and takes them out again.
    await page.click('text=Select none');
    await page.click('.categories button >> nth=2');
    const { labels = [] } = (await digits.testData()).dataset;
    const ofLabel = Array.from(labels).filter((label) => label === 2).length;
    await page.waitForSelector(`#selection-title:has-text("${ofLabel} selected")`);
    await page.click('.categories button >> nth=2');
    await page.waitForSelector('#selection-title:has-text("all 60")');
    expect(await violations(page)).toEqual([]);
    expect(wrongIn(opened)).toEqual([]);
    await close();
  });

  test('UMAP lays codes out in a worker, on a phone too', async () => {
    const opened = await explorer('?layout=umap', { viewport: { width: 390, height: 844 } });
    const { page, close } = opened;
    await page.waitForSelector('text=lengths and directions mean nothing');
    await page.waitForFunction(() => !document.querySelector('.stage-bar [role=status]'));
    // A place in the layout: the table says it.
    await page.waitForFunction(() => /\d/.test(document.querySelector('.codes-table tbody td:nth-child(3)')?.textContent ?? '')); // prettier-ignore
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await violations(page)).toEqual([]);
    expect(wrongIn(opened)).toEqual([]);
    await close();
  });

  test('a table: columns side by side, and what a changed cell does', async () => {
    const opened = await pages.page();
    const { page, goTo, close } = opened;
    await goTo(at('people', 'table'), '.marginals figure >> nth=2');
    expect(await page.locator('.marginals h3').allTextContents()).toEqual(['age', 'height', 'colour']);
    // Both axes of a pair say their column and round numbers.
    const said = await page.locator('svg.scatter >> nth=0').locator('text').allTextContents();
    expect(said).toEqual(expect.arrayContaining(['age', 'height', '40', '1.6']));
    expect(await violations(page)).toEqual([]);
    await goTo(`${at('people', 'table')}?view=row`, '#score-title');
    const { dataset } = await people.testData();
    const row = people.toTable(people.fromTable(people.toTable(await people.examples()))).columns;
    expect(await page.inputValue('#cell-age')).toBe(String(row[0]?.values[0]));
    await page.fill('#cell-age', 'abc');
    await page.waitForSelector('.field-error:has-text("no number")');
    await page.fill('#cell-age', '64');
    await page.waitForSelector('.cell.changed');
    const changed = { columns: [{ name: 'age', values: [64] }, { name: 'height', values: [row[1]?.values[0] ?? null] }, { name: 'colour', values: [row[2]?.values[0] ?? null] }], rowCount: 1 }; // prettier-ignore
    const nats = (await people.explain(changed, { split: 'all' })).data;
    const expected = ['age', 'height', 'colour'].map(
      (name, k) => `${name} ${(nats[k] ?? NaN).toFixed(2).replace('-', '−')}`,
    );
    await page.waitForFunction((wanted) => {
      const rows = [...document.querySelectorAll('[aria-labelledby=score-title] tbody tr')];
      const said = rows.map((line) => `${line.querySelector('th')?.textContent ?? ''} ${line.querySelector('td.number')?.textContent ?? ''}`);
      return wanted.every((line) => said.includes(line));
    }, expected); // prettier-ignore
    expect(dataset.size).toBeGreaterThan(0);
    expect(await violations(page)).toEqual([]);
    expect(wrongIn(opened)).toEqual([]);
    await page.fill('.controls input[type=number]', '5000');
    await page.press('.controls input[type=number]', 'Tab');
    await page.waitForSelector('.message.error:has-text("numbered from 0 to")');
    expect(await page.locator('.what-if').count()).toBe(0);
    await close();
  });

  test('a run whose data are not at hand says so, and its latent space can be walked', async () => {
    const opened = await pages.page();
    const { page, goTo, close } = opened;
    await goTo(at('points', 'latent'), '.message.warning:has-text("not at hand")');
    await page.locator('#z1').press('ArrowRight');
    // It is decoded: numbers as a line.
    await page.waitForSelector('.probe svg.profile');
    expect(await page.locator('.codes-table').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    expect(wrongIn(opened)).toEqual([]);
    await close();
  });

  test('the playground trains by its address, stops, goes on, and gives a run that loads', async () => {
    const opened = await pages.page({ acceptDownloads: true });
    const { page, goTo, close } = opened;
    await goTo('#/playground?data=moons&examples=300&epochs=3000&hidden=8&posterior=diagonal&latent=1', 'button.primary:not([disabled])'); // prettier-ignore
    await page.fill('#play-latent', 'two');
    await page.waitForSelector('#play-latent-said:has-text("no number")');
    await page.fill('#play-latent', '2');
    await page.click('button.primary');
    await page.waitForSelector('.looks .stage-lines');
    // However far it has come by then: what has ended already is not stopped, and does not go on.
    const press = (text: string): Promise<boolean> => page.evaluate((wanted) => {
      const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === wanted);
      button?.click();
      return button !== undefined;
    }, text); // prettier-ignore
    await press('Stop');
    await page.waitForSelector('text=Download the run');
    if (await press('Continue')) {
      await page.waitForSelector('button.primary:has-text("Stop"), button:has-text("Download the run")');
      await press('Stop');
      await page.waitForSelector('text=Download the run');
    }
    expect(new URL(page.url()).hash).toContain('hidden=8');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Download the run')]);
    const run = await load(new Blob([readFileSync(await download.path())]), quiet);
    expect(run.config.model).toMatchObject({ latent: 2, posterior: { name: 'diagonal' } });
    expect((await run.sample(3)).shape).toEqual([3, 2]);
    await run.dispose();
    expect(await violations(page)).toEqual([]);
    expect(wrongIn(opened)).toEqual([]);
    await close();
  });

  test('a model with a condition trains in the page, draws given a label, and a training that fails leaves nothing of it', async () => {
    const opened = await pages.page({ acceptDownloads: true });
    const { page, goTo, close } = opened;
    const address = '#/playground?data=moons&examples=300&epochs=3&hidden=8&prior=conditional-normal';
    await goTo(`${address}&given.label=lower`, 'button.primary:not([disabled])');
    await page.click('button.primary');
    await page.waitForSelector('text=Download the run');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Download the run')]);
    const run = await load(new Blob([readFileSync(await download.path())]), quiet);
    expect(run.conditions?.names).toEqual(['label']);
    const drawn = async (): Promise<number[]> => {
      const path = (await page.getAttribute('svg.points .model', 'd')) ?? '';
      return [...path.matchAll(/M(\S+) (\S+?)h0/g)].flatMap(([, x, y]) => [Number(x), -Number(y)]);
    };
    const farthest = (a: readonly number[], b: ArrayLike<number>): number => a.length === b.length ? Math.max(...a.map((value, k) => Math.abs(value - (b[k] ?? NaN)))) : Infinity; // prettier-ignore
    for (const label of ['lower', 'upper']) {
      await page.selectOption('label:has-text("given label") select', label);
      const { data } = await run.sample(400, { show: 'draw', given: { label } });
      // As the page writes them: four digits, from WebAssembly's float32.
      await expect.poll(async () => farthest(await drawn(), data), { timeout: 250_000 }).toBeLessThan(0.005);
      expect(Math.max(...data)).toBeGreaterThan(0.1);
    }
    await run.dispose();
    expect(await violations(page)).toEqual([]);
    await goTo(`${address}&likelihood=bernoulli`, '#play-likelihood');
    await page.click('button.primary');
    await page.waitForSelector('.message.error:has-text("gaussian")');
    expect(await page.locator('.looks, button:has-text("Download the run")').count()).toBe(0);
    expect(wrongIn(opened)).toEqual([]);
    await close();
  });
});
