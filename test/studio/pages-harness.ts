// The studio's built pages on a real server, in Chromium.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { expect } from 'vitest';
import { images, people, trainOn } from '../serve/runs.ts';
import { openStudio, putRun, stepLine } from './harness.ts';
import type { TestStudio } from './harness.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Two small runs on images, one on a table, and a long log with numbers that are none. */
export async function putRuns(runs: string): Promise<void> {
  const kept = { epochs: 3, validation: 0.25, latent: 3 };
  for (const [name, more] of [
    ['first', {}],
    ['folder/second', { posterior: 'full' }],
  ] as const) {
    await (await trainOn(images(64), { ...kept, ...more, out: join(runs, name) })).dispose();
  }
  await (await trainOn(people(64), { ...kept, out: join(runs, 'people') })).dispose();
  putRun(runs, 'long', { log: longLog() });
}

/** 100,000 steps as the recorder keeps them, every 25th, two of them not finite. */
export function longLog(): string {
  let text = '';
  for (let step = 25; step <= 100_000; step += 25) {
    text += stepLine(step, { loss: step === 50_000 ? null : 100 + 50 * Math.exp(-step / 20_000) + Math.sin(step), time: step / 100 }); // prettier-ignore
  }
  return text;
}

export interface OpenedPage {
  readonly page: Page;
  /** Errors of the page and lines on its console that should not be. */
  readonly problems: string[];
  /** Whom it asked. */
  readonly origins: Set<string>;
  readonly goTo: (address: string, selector: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export class Pages {
  readonly studio: TestStudio;
  readonly #browser: Browser;

  private constructor(studio: TestStudio, browser: Browser) {
    this.studio = studio;
    this.#browser = browser;
  }

  /** @param runs the folder, with runs in it. @param more options of the studio */
  static async open(runs: string, more: Parameters<typeof openStudio>[1] = {}): Promise<Pages> {
    const studio = await openStudio(runs, { ...more, pages: undefined });
    const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
    const args = ['--headless', '--no-sandbox', '--no-first-run', '--disable-background-networking'];
    return new Pages(studio, await chromium.launch({ executablePath, args }));
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.studio.studio.close();
  }

  /** A page of its own, opened by the link that the studio prints. */
  async page(options: BrowserContextOptions = {}, prepare?: (page: Page) => Promise<void>): Promise<OpenedPage> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    // What hangs ends; nothing here is about time.
    page.setDefaultTimeout(Number(process.env.PAGE_TIMEOUT ?? 250_000));
    const problems: string[] = [];
    const origins = new Set<string>();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (line) => {
      if (line.type() === 'error' || line.type() === 'warning') problems.push(`${line.text()} ${line.location().url}`);
    });
    page.on('request', (request) => {
      if (/^https?:/.test(request.url())) origins.add(new URL(request.url()).origin);
    });
    await prepare?.(page);
    await page.goto(this.studio.studio.page);
    await page.waitForSelector('header.bar');
    return {
      page,
      problems,
      origins,
      goTo: async (address, selector) => {
        await page.evaluate((to) => {
          location.hash = to;
        }, address);
        await page.waitForSelector(selector);
      },
      close: () => context.close(),
    };
  }
}

/** Waits until something is so: no test asks how soon a page has done what it was told. */
export async function until<T>(read: () => Promise<T>, expected: T): Promise<void> {
  await expect.poll(read, { timeout: Number(process.env.PAGE_TIMEOUT ?? 250_000), interval: 25 }).toEqual(expected);
}

/** What axe-core finds (by some of its rules, where one says which), run by the browser and not by the page: its policy lets no script in. */
export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) {
    const session = await page.context().newCDPSession(page);
    await session.send('Runtime.evaluate', { expression: axe });
    await session.detach();
  }
  return page.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run(runOnly ? { runOnly } : {})).violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    );
  }, rules);
}
