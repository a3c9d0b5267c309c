// The article as a page of the studio: under its policy, on the studio's files alone.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPageFiles } from '../../src/studio/page/page-files.ts';
import { available } from '../page/harness.ts';
import { newFolder } from './harness.ts';
import { Pages, until } from './pages-harness.ts';

const built = new URL('../../dist/studio-app/', import.meta.url).pathname;

it('has every file that was built among those that are served, and ONNX Runtime’s from the studio’s place', () => {
  const served = readPageFiles();
  const files = readdirSync(join(built, 'article/assets'));
  expect(files.filter((name) => !served.has(`/article/assets/${name}`) || name.endsWith('.wasm'))).toEqual([]);
  expect(served.has('/article/')).toBe(true);
  expect(served.has('/article/digits.safetensors')).toBe(true);
  const scripts = files.filter((name) => name.endsWith('.js')).map((name) => readFileSync(join(built, 'article/assets', name), 'utf8')); // prettier-ignore
  const addresses = scripts.flatMap((text) => [...text.matchAll(/new URL\(["'`]([^"'`]+\.wasm)["'`]/g)].map(([, address = '']) => address)); // prettier-ignore
  expect(new Set(addresses)).toEqual(new Set(['/assets/ort-wasm-simd-threaded.wasm']));
  expect(served.has('/assets/ort-wasm-simd-threaded.wasm')).toBe(true);
  // Links lead to what is there.
  const page = readFileSync(join(built, 'article/index.html'), 'utf8');
  const links = [...page.matchAll(/<a [^>]*href="([^"#][^"]*)"/g)].map(([, to = '']) => to);
  expect(links.filter((to) => !to.startsWith('https:'))).toEqual(['../']);
});

describe.runIf(available && existsSync(built))('the article', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.open(newFolder());
  });
  afterAll(async () => {
    await pages.close();
  });

  it('is led to and back from, moves and trains, and asks nobody but the studio', async () => {
    const { page, problems, origins, close } = await pages.page();
    // It follows the studio's switch, and not the system, which is light here.
    await page.selectOption('header.bar select', 'dark');
    await page.click('nav >> text=Article');
    await page.waitForSelector('html[data-ready]');
    const colours = await page.evaluate(() => [getComputedStyle(document.documentElement).colorScheme, getComputedStyle(document.body).backgroundColor]); // prettier-ignore
    expect(colours).toEqual(['dark', 'rgb(21, 24, 28)']);
    expect(new URL(page.url()).pathname).toBe('/article/');

    // Its drawings and formulas are placed by style attributes, which the policy lets in.
    const track = page.locator('.matrix').first();
    expect(await track.evaluate((element) => getComputedStyle(element).getPropertyValue('--columns'))).toBe('2');
    const handle = page.locator('#fig-noise [data-handle]').first();
    const before = await handle.getAttribute('data-x');
    await handle.press('ArrowRight');
    await until(async () => (await handle.getAttribute('data-x')) !== before, true);

    await page.locator('#fig-train').scrollIntoViewIfNeeded();
    await page.waitForSelector('#fig-train [aria-live]', { state: 'attached' });
    const button = page.locator('#fig-train [data-action="train"]');
    const offer = await button.innerText();
    await button.click();
    await page.locator('#fig-train [role="status"]').filter({ hasText: /^(Training both|Trained)/ }).waitFor(); // prettier-ignore
    expect(offer).not.toBe('Stop');

    // By its name without a slash too, which its relative addresses need.
    await page.goto(`${pages.studio.studio.url}/article`);
    expect(new URL(page.url()).pathname).toBe('/article/');
    await page.click('.way-back a');
    await page.waitForSelector('header.bar');
    expect(new URL(page.url()).pathname).toBe('/');
    expect(problems).toEqual([]);
    expect([...origins]).toEqual([pages.studio.studio.url]);
    await close();
  });
});
