// The studio's pages in Chromium, on the real server: every page by light and dark, on a desk and on a phone, by keys, live.
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { available } from '../page/harness.ts';
import { newFolder, stepLine } from './harness.ts';
import { Pages, putRuns, until, violations } from './pages-harness.ts';

describe.runIf(available)('the pages', () => {
  let pages: Pages;
  let runs: string;
  const ids = new Map<string, string>();
  const idOf = (name: string): string => ids.get(name) ?? `no run ${name}`;

  beforeAll(async () => {
    runs = newFolder();
    await putRuns(runs);
    pages = await Pages.open(runs);
    for (const name of ['first', 'folder/second', 'people', 'long']) ids.set(name, await pages.studio.idOf(name));
  });
  afterAll(async () => {
    await pages.close();
  });

  /** Every page, and what is there when it is. */
  const everyPage = (): Readonly<Record<string, readonly [address: string, selector: string]>> => ({
    runs: ['#/runs', 'table.runs tbody tr'],
    overview: [`#/runs/${idOf('first')}`, '.figures'],
    curves: [`#/runs/${idOf('long')}/curves?smooth=0.5`, '.u-over'],
    'curves of latent dimensions': [`#/runs/${idOf('first')}/curves?find=latent`, '.heat-map canvas'],
    pictures: [`#/runs/${idOf('first')}/pictures`, '.picture img'],
    configuration: [`#/runs/${idOf('people')}/configuration`, 'dl.facts'],
    files: [`#/runs/${idOf('first')}/files`, 'main table'],
    compare: [`#/compare?runs=${idOf('first')},${idOf('folder/second')}`, '.u-over'],
    differences: [`#/compare?runs=${idOf('first')},${idOf('folder/second')}&view=configuration`, '[aria-label="Configurations"]'], // prettier-ignore
    'nothing to compare': ['#/compare', '.empty'],
    new: ['#/new', '.start button'],
    'no such run': ['#/runs/nobody', '.empty'],
    'no such page': ['#/nowhere', '.empty'],
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 375],
    ['dark', 375],
  ] as const)('are read out, fit and ask nobody else: %s, %i pixels', async (colorScheme, width) => {
    const { page, problems, origins, goTo, close } = await pages.page({ colorScheme, viewport: { width, height: 900 } }); // prettier-ignore
    expect(page.url()).not.toContain('token');
    for (const [name, [address, selector]] of Object.entries(everyPage())) {
      await goTo(address, selector);
      if (process.env.SCREENSHOTS !== undefined) await page.screenshot({ path: `${process.env.SCREENSHOTS}/studio-${name}-${colorScheme}-${width}.png`, fullPage: true }); // prettier-ignore
      await until(async () => [name, await page.evaluate(() => document.documentElement.scrollWidth)], [name, width]);
      // What is wrong with the order of headings or names is so at every width and in every colour: of the dark ones it is the contrast.
      const rules = colorScheme === 'dark' ? ['color-contrast'] : undefined;
      if (width === 1280 || name === 'runs') expect([name, await violations(page, rules)]).toEqual([name, []]);
      await until(() => page.locator('h1').count(), 1);
    }
    expect(problems.filter((line) => !line.includes('/api/runs/nobody'))).toEqual([]);
    expect([...origins]).toEqual([pages.studio.studio.url]);
    await close();
  });

  it('ask for the token, refuse another, and keep it for the tab alone', async () => {
    const { page, close } = await pages.page();
    await page.evaluate(() => {
      sessionStorage.clear();
    });
    await page.goto(`${pages.studio.studio.url}/#/compare`);
    await page.reload();
    await page.waitForSelector('.sign-in');
    expect(await violations(page)).toEqual([]);
    await page.fill('#token', 'a-token-of-somebody-else');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#token[aria-invalid="true"]');
    await until(async () => (await page.textContent('#token-said'))?.includes('not the token'), true);
    await page.fill('#token', pages.studio.studio.page);
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1:has-text("Compare")');
    await page.reload();
    await page.waitForSelector('h1:has-text("Compare")');
    await until(() => Promise.resolve(page.url()), `${pages.studio.studio.url}/#/compare`);
    await close();
  });

  it('find, sort and choose runs, all of it in the address, and compare those that are chosen', async () => {
    const { page, close } = await pages.page();
    const names = (): Promise<string[]> => page.locator('table.runs tbody th a').allTextContents();
    await page.waitForSelector('table.runs');
    await until(async () => (await names()).sort(), ['first', 'folder/second', 'long', 'people']);
    await page.click('thead button:has-text("Run")');
    await page.waitForSelector('th[aria-sort="ascending"]');
    await until(names, ['first', 'folder/second', 'long', 'people']);
    await page.keyboard.press('Enter');
    await page.waitForSelector('th[aria-sort="descending"]');
    await until(names, ['people', 'long', 'folder/second', 'first']);
    await page.fill('input[type="search"]', 'full bernoulli');
    await until(names, ['folder/second']);
    await page.reload();
    await page.waitForSelector('table.runs');
    await until(names, ['folder/second']);
    await page.fill('input[type="search"]', '');
    for (const name of ['first', 'folder/second']) await page.check(`input[aria-label="Compare ${name}"]`);
    await page.click('a:has-text("Compare 2 runs")');
    await page.waitForSelector('table.compared');
    await until(() => page.locator('table.compared tbody th').allTextContents(), ['first', 'folder/second']);
    await page.click('button:has-text("Configuration")');
    const rows = page.locator('[aria-label="Configurations"] tbody tr');
    await rows.first().waitFor();
    const shown = await rows.allTextContents();
    expect(shown).toContain('model.posterior.namediagonalfull');
    expect(shown.some((row) => row.startsWith('model.latent'))).toBe(false);
    await page.goBack();
    await page.waitForSelector('table.runs');
    expect(page.url()).toContain(`chosen=${idOf('first')},${idOf('folder/second')}`);
    await until(() => page.isChecked('input[aria-label="Compare first"]'), true);
    await close();
  });

  it('draw every metric, say its values by keys, and zoom all charts together', async () => {
    const { page, goTo, problems, close } = await pages.page({ viewport: { width: 1280, height: 2400 } });
    const records = readFileSync(join(runs, 'first/metrics.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { event: string; validation?: { kl: number } }); // prettier-ignore
    const kl = records.flatMap(({ event, validation }) => (event === 'epoch' && validation ? [validation.kl] : []));
    expect(kl).toHaveLength(3);
    await goTo(`#/runs/${idOf('first')}/curves?x=epoch`, '.u-over');
    const chart = page.locator('figure.chart', { has: page.locator('h3', { hasText: /^KL$/ }) });
    await chart.locator('.u-over').waitFor();
    const value = chart.locator('.legend-value').first();
    const text = (number: number): string => String(Number(number.toPrecision(4))).replace('-', '−');
    await until(() => value.textContent(), text(kl[2]!));
    await chart.locator('.plot').focus();
    await page.keyboard.press('Home');
    await until(() => value.textContent(), text(kl[0]!));
    await until(() => chart.locator('.legend-place').textContent(), 'epoch 1');
    await page.keyboard.press('ArrowRight');
    await until(() => value.textContent(), text(kl[1]!));
    await until(
      async () => (await chart.locator('[role="status"]').textContent())?.startsWith('epoch 2: validation '),
      true,
    );
    await chart.locator('summary').click();
    await until(() => chart.locator('tbody tr').first().locator('td').allTextContents(), [text(kl[2]!), text(Math.min(...kl)), text(Math.max(...kl)), 'epoch 3']); // prettier-ignore

    await page.locator('h3', { hasText: 'Active units' }).waitFor();
    const names = await page.locator('figure.chart h3').allTextContents();
    expect(names).toEqual(expect.arrayContaining(['ELBO', 'Reconstruction', 'KL', 'β', 'Learning rate', 'KL of each latent dimension', 'Active units'])); // prettier-ignore
    expect(new Set(names).size).toBe(names.length);

    // All charts say what they are where the pointer is over one of them, and those beyond the screen when they come to it.
    const said = async (): Promise<string[]> => [...new Set(await page.locator('.legend-place').allTextContents())];
    await page.setViewportSize({ width: 1280, height: 700 });
    const top = (await page.locator('.u-over').first().boundingBox())!;
    await page.mouse.move(top.x + 3, top.y + 40);
    await until(() => page.locator('.legend-place').first().textContent(), 'epoch 1');
    await page.setViewportSize({ width: 1280, height: 5000 });
    await until(said, ['epoch 1']);
    await page.mouse.move(3, 3);
    await until(said, ['last']);

    const box = (await chart.locator('.u-over').boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.6, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, box.y + 50, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => location.hash.includes('zoom='));
    const [from, to] = /zoom=([\d.]+),([\d.]+)/.exec(page.url())!.slice(1).map(Number);
    // Epochs are whole.
    expect([from, to]).toEqual([2, 3]);
    await until(() => page.locator('.zoom input').evaluateAll((all: HTMLInputElement[]) => all.map(({ value: said }) => said)), ['2', '3']); // prettier-ignore
    await page.click('button:has-text("Show all")');
    await page.waitForFunction(() => !location.hash.includes('zoom='));

    // Of each dimension what the record says.
    const heat = page.locator('.heat-map');
    await heat.scrollIntoViewIfNeeded();
    await page.locator('.heat-values', { hasText: 'After epoch 3' }).waitFor({ state: 'attached' });
    await heat.focus();
    await page.keyboard.press('ArrowDown');
    const perDimension = (records.at(-2) as unknown as { klPerDimension: number[] }).klPerDimension;
    await until(() => page.locator('.heat-legend output').textContent(), `epoch 3, z2: ${text(perDimension[1]!)} nats`);
    expect(problems).toEqual([]);
    await close();
  });

  it('say where numbers are none, smooth, and show extremes of joined points', async () => {
    const { page, goTo, close } = await pages.page();
    await goTo(`#/runs/${idOf('long')}/curves?find=loss`, '.u-over');
    await until(() => page.locator('.chart-note').allTextContents(), ['× 1 place where a value is NaN or infinite']);
    const value = page.locator('.legend-value');
    const before = await value.textContent();
    await page.locator('.smoothing input').focus();
    await page.keyboard.press('End');
    await page.waitForFunction(() => location.hash.includes('smooth=0.99'));
    // The value stays what it is, and what is drawn is said to be smoothed.
    await page.waitForFunction(() =>
      /^smoothed [\d.]+$/.test(document.querySelector('.legend-smoothed')?.textContent ?? ''),
    );
    expect(await value.textContent()).toBe(before);
    await page.selectOption('label:has-text("Scale") select', 'log');
    await page.waitForFunction(() => location.hash.includes('scale=log'));
    await until(() => page.locator('.chart-note').count(), 1);
    await close();
  });

  it('follow a run as it is written, through connections that end, without a gap', async () => {
    let asked: URL[] = [];
    const { page, goTo, close } = await pages.page({}, async (opened) => {
      await opened.route('**/api/live**', async (route) => {
        const url = new URL(route.request().url());
        if (!url.searchParams.has('runs')) return route.continue();
        asked = [...asked, url];
        // One that fails, and one that ends at once, come first.
        if (asked.length === 1) return route.abort('connectionreset');
        if (asked.length === 2) return route.fulfill({ status: 200, contentType: 'text/event-stream', body: ': nothing\n\n' }); // prettier-ignore
        return route.continue();
      });
    });
    await goTo(`#/runs/${idOf('long')}/curves?find=loss`, '.u-over');
    const log = join(runs, 'long/metrics.jsonl');
    appendFileSync(log, stepLine(100_025, { loss: 12.5 }) + stepLine(100_050, { loss: 7.75 }));
    await page.waitForFunction(() => document.querySelector('.legend-value')?.textContent === '7.75');
    expect(asked.length).toBeGreaterThanOrEqual(3);
    // What was not told is asked for again, from the same place.
    expect(new Set(asked.slice(0, 3).map((url) => url.searchParams.get('from'))).size).toBe(1);
    appendFileSync(log, stepLine(100_075, { loss: 3.25 }));
    await page.waitForFunction(() => document.querySelector('.legend-value')?.textContent === '3.25');
    await page.locator('.plot').focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await until(() => page.locator('.legend-value').textContent(), '12.5');
    await page.waitForSelector('.connection.live');
    await close();
  });

  it('show pictures by epoch, moved by keys', async () => {
    const { page, goTo, close } = await pages.page({ reducedMotion: 'reduce' });
    await goTo(`#/runs/${idOf('first')}/pictures`, '.picture img');
    // Nothing plays for who wants less motion.
    expect(await page.locator('button:has-text("Play")').count()).toBe(0);
    await until(() => page.locator('.picture').count(), 2);
    const texts = (): Promise<(string | null)[]> => page.locator('.picture img').evaluateAll((all: HTMLImageElement[]) => all.map(({ alt, naturalWidth }) => (naturalWidth > 0 ? alt : null))); // prettier-ignore
    await until(texts, ['reconstructions of first after epoch 3', 'samples of first after epoch 3']);
    await page.locator('.picture-epoch input').focus();
    await page.keyboard.press('Home');
    await until(texts, ['reconstructions of first after epoch 1', 'samples of first after epoch 1']);
    expect(page.url()).toContain('epoch=1');
    await close();
  });

  it('start a training by the form, say what is wrong at its field; stop, resume, train on, evaluate and duplicate it', async () => {
    const { page, goTo, problems, close } = await pages.page();
    await goTo('#/new', '.start button');
    expect(await page.textContent('.start code')).toBe('rootsigma train digits');
    // A field that depends on another is there with it.
    expect(await page.locator('#option-root').count()).toBe(0);
    await page.selectOption('#preset', 'full-vae');
    await until(() => page.inputValue('#option-posterior'), 'full');
    await until(() => page.locator('#option-root').count(), 1);
    const type = async (values: Readonly<Record<string, string>>): Promise<void> => {
      for (const [name, text] of Object.entries(values)) {
        // Folded groups open for who wants to see them.
        await page.locator(`details:has(#option-${name})`).evaluate((group: HTMLDetailsElement) => (group.open = true));
        await page.fill(`#option-${name}`, text);
      }
    };
    await type({ latent: 'two', count: '200', testCount: '40', epochs: '100000', threads: '1', hidden: '8' });
    await page.click('.start button:has-text("Start training")');
    await until(() => page.textContent('#option-latent-error'), '“two” is no number.');
    await until(() => page.evaluate(() => document.activeElement?.id), 'option-latent');
    // What only the server knows is said at the field too, as one types.
    await type({ latent: '-3' });
    await until(async () => (await page.textContent('#option-latent-error'))?.includes('latent must be'), true);
    expect(await violations(page)).toEqual([]);
    await type({ latent: '2' });
    await page.fill('#run-name', 'from/the page');
    await until(() => page.textContent('.start code'), `rootsigma train digits --preset full-vae --count 200 --test-count 40 --latent 2 --hidden 8 --epochs 100000 --threads 1 --out '${pages.studio.studio.runs}/from/the page'`); // prettier-ignore
    await page.click('.start button:has-text("Start training")');

    await page.waitForSelector('h1:has-text("from/the page")');
    await page.waitForSelector('.badge:has-text("training")');
    const epoch = async (): Promise<number> =>
      Number(await page.textContent('.figure:has-text("Epoch") .figure-value'));
    const stop = async (): Promise<void> => {
      await page.click('button:has-text("Stop and save")');
      await page.waitForSelector('.badge:has-text("interrupted")');
      await page.waitForSelector('button:has-text("Resume")');
    };
    await until(async () => (await epoch()) > 0, true);
    await stop();
    const first = await epoch();
    await page.click('button:has-text("Resume")');
    await page.waitForSelector('.badge:has-text("training")');
    await until(async () => (await epoch()) > first, true);
    await stop();
    // Some epochs more, and what it is worth.
    const more = (await epoch()) + 2;
    await page.click('summary:has-text("Train on")');
    await page.fill('label:has-text("Epochs in all") input', String(more));
    await page.click('button:text-is("Train on")');
    await page.waitForSelector('.badge:has-text("finished")');
    await until(epoch, more);
    await page.click('summary:has-text("Evaluate")');
    await page.fill('label:has-text("Draws of z an example") input', '3');
    await page.click('button:text-is("Evaluate")');
    await page.waitForSelector('.evaluation tbody tr:has-text("NLL"):has-text("3 draws")');
    await page.waitForSelector('.figure:has-text("NLL"):has-text("test")');
    expect(await page.textContent('.evaluation')).toContain('Means over 40 examples of the test split');
    expect(await violations(page)).toEqual([]);
    await page.click('a:has-text("Duplicate")');
    await page.waitForSelector('#option-latent');
    await until(async () => [await page.inputValue('#option-latent'), await page.inputValue('#preset'), await page.inputValue('#option-hidden')], ['2', 'full-vae', '8']); // prettier-ignore
    expect(await page.inputValue('#run-name')).toBe('from/the page-2');
    // The refusal of −3 is on the console, as it should be, and nothing else.
    expect(problems.filter((line) => !line.includes('/api/trainings'))).toEqual([]);
    await close();
  });

  it('take an upload, train on it, and let go of it', async () => {
    const { page, goTo, problems, close } = await pages.page();
    await goTo('#/new', '.start button');
    await page.click('label:has-text("Upload")');
    const rows = Array.from({ length: 60 }, (_, k) => `${k % 7},${(k * 37) % 11}`).join('\n');
    await page.setInputFiles('input[type="file"]', { name: 'two columns.csv', mimeType: 'text/csv', buffer: Buffer.from(`a,b\n${rows}\n`) });
    await until(() => page.textContent('.start code'), `rootsigma train ${pages.studio.studio.runs}/.uploads/two-columns.csv`);
    for (const [name, text] of Object.entries({ latent: '1', epochs: '1', threads: '1' })) await page.fill(`#option-${name}`, text);
    await page.click('.start button:has-text("Start training")');
    await page.waitForSelector('.badge:has-text("finished")');
    expect(await page.textContent('main')).toContain('2 columns, encoded as 2 numbers a row');
    await goTo('#/new', '.start button');
    await page.click('label:has-text("Upload")');
    // Nothing is chosen that one has not chosen.
    await until(() => page.isDisabled('.start button:has-text("Start training")'), true);
    await page.click('summary:has-text("Uploads that are kept: 1")');
    await page.click('button[aria-label="Remove two-columns.csv"]');
    await until(() => page.locator('summary:has-text("Uploads that are kept")').count(), 0);
    expect(problems).toEqual([]);
    await close();
  }); // prettier-ignore
});
