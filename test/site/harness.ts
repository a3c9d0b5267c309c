// The article, built once for all tests (`built-once.ts`), served, and opened in Chromium.
import { existsSync, readFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect, inject } from 'vitest';
// Its declaration of what is injected.
import type {} from './built-once.ts';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
/** Whether there is a browser; where not, the tests that need one are skipped. */
export const available = existsSync(executablePath);
if (!available) {
  process.stderr.write(`site: skipped, there is no ${executablePath} (Debian's package chromium has it).\n`);
}
export const root = join(import.meta.dirname, '../..');
const flags =
  '--headless --no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.safetensors': 'application/octet-stream',
};

let folder: string;
let server: Server;
let browser: Browser;
let address: string;

/** Where the article lies, once it is built; however long that takes. */
function builtSite(): Promise<string> {
  return new Promise((resolve, reject) => {
    get(inject('builtSite'), (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`the article cannot be built: ${text}`));
      });
    }).on('error', reject);
  });
}

export async function startSite(): Promise<void> {
  folder = await builtSite();
  server = createServer((request, response) => {
    // Under a path of its own: the page must not depend on standing at the root of its host.
    const path = new URL(request.url ?? '/', 'http://host').pathname.replace(/^\/some\/path\//, '');
    const file = join(folder, path === '' ? 'index.html' : path);
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain' }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/path/`;
  browser = await chromium.launch({ executablePath, args: flags.split(' ') });
}

export async function stopSite(): Promise<void> {
  await browser.close();
  server.close();
}

export interface OpenOptions extends BrowserContextOptions {
  /** What the page's console may say: that which the test is about. */
  readonly expected?: RegExp;
  /** Addresses that are never answered. */
  readonly withhold?: RegExp;
}

export async function open(use: (page: Page) => Promise<void>, query = '', options: OpenOptions = {}) {
  const { expected, withhold, ...contextOptions } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...contextOptions });
  const page = await context.newPage();
  page.setDefaultTimeout(250_000); // What hangs ends; nothing here is about time.
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('requestfailed', (request) => problems.push(`failed: ${request.url()}`));
  if (withhold) await page.route(withhold, () => undefined);
  await page.goto(address + query, { waitUntil: withhold ? 'commit' : 'load' });
  if (options.javaScriptEnabled !== false && !withhold) await page.waitForSelector('html[data-ready]');
  await use(page);
  expect(problems.filter((problem) => expected?.test(problem) !== true)).toEqual([]);
  await context.close();
}

/** Full-precision numbers of the page by name: the first of each. */
export async function numbers(page: Page, ...names: string[]): Promise<number[]> {
  return page.evaluate(
    (wanted) =>
      wanted.map((name) => Number(document.querySelector(`data[data-name="${name}"]`)?.getAttribute('value') ?? NaN)),
    names,
  );
}

export const entries = (name: string): string[] => ['00', '01', '10', '11'].map((place) => `${name}.${place}`);

/** Makes sure that a figure is on screen, has what it runs on, and has drawn its present state. */
export async function show(page: Page, figure: string): Promise<void> {
  await page.locator(`#fig-${figure}`).scrollIntoViewIfNeeded();
  if (figure === 'train') await page.waitForSelector('#fig-train [aria-live]', { state: 'attached' });
  await settle(page);
}

export async function settle(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) =>
        requestAnimationFrame(() =>
          requestAnimationFrame(() =>
            requestAnimationFrame(() => {
              resolve();
            }),
          ),
        ),
      ),
  );
}

export async function setRange(page: Page, field: string, value: number): Promise<void> {
  const [figure = ''] = field.split('-');
  await page.locator(`#${field}`).evaluate((input: HTMLInputElement, next) => {
    input.value = String(next);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }, value);
  await show(page, figure);
}

/** What axe-core objects to in the page, or in a part of it. */
export async function axeViolations(page: Page, part = 'html'): Promise<string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(async (selector) => {
    const { axe } = window as unknown as { axe: { run(where: string): Promise<AxeResults> } };
    return (await axe.run(selector)).violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
    );
  }, part);
}

export const body = (figure: string): string => `figure[data-figure="${figure}"] .figure-body`;
export const figures = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('figure')].map((figure) => figure.dataset.figure ?? ''),
  );
