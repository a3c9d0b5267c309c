// Pages built, served cross-origin isolated, and opened in Chromium.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { build, defaultClientConditions } from 'vite';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
/** Whether there is a browser; where not, the tests that need one are skipped. */
export const available = existsSync(executablePath);
if (!available) {
  process.stderr.write(`page: skipped, there is no ${executablePath} (Debian's package chromium has it).\n`);
}
const flags =
  '--headless --no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** What a page needs for threads that share memory. */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** Builds a page on this repository's sources. */
export async function buildPage(root: string, out: string): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['rootsigma:source', ...defaultClientConditions] },
    build: { outDir: out, emptyOutDir: true, target: 'es2023', minify: false, assetsInlineLimit: 0 },
  });
}

export interface Served {
  readonly browser: Browser;
  readonly address: string;
  /** Paths that were asked for. */
  readonly requests: string[];
  close(): Promise<void>;
}

export async function startBrowser(folder: string): Promise<Served> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname);
    requests.push(path);
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404, isolation).end();
      return;
    }
    const type = types[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { ...isolation, 'content-type': type }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath, args: flags.split(' ') });
  return {
    browser,
    requests,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

/**
 * How long the tasks of a page's main thread kept the processor between two marks of `action`, in milliseconds. What the browser calls a long
 * task counts by the clock, and so does waiting for a processor that other programs have: that says nothing of the page.
 */
export async function tasksDuring(
  { browser }: Served,
  page: Page,
  { action, marks }: { readonly action: () => Promise<unknown>; readonly marks: readonly [begin: string, end: string] },
): Promise<number[]> {
  const timeline = 'disabled-by-default-devtools.timeline';
  await browser.startTracing(page, { categories: [timeline, 'blink.user_timing', '__metadata'] });
  await action();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const [begin, end] = marks.map((mark) => traceEvents.find(({ name }) => name === mark));
  if (!begin || !end) throw new Error(`The trace has no marks ${marks.join(' and ')}.`);
  return (
    traceEvents
      .filter(({ name, pid, tid }) => name === 'RunTask' && pid === begin.pid && tid === begin.tid)
      // Whole between the marks: the task that holds the last mark may not have ended when the tracing stops, and has no duration then.
      .filter(({ ts, dur = Infinity }) => ts > begin.ts && ts + dur <= end.ts)
      .map(({ tdur = NaN }) => tdur / 1000)
  );
}

/** Times in microseconds: `dur` by the clock (none: not ended), `tdur` the thread's own. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

/** A page of its own profile, opened, and what its console says that it should not. */
export async function openIn({ browser, address }: Served, path = ''): Promise<{ page: Page; problems: string[] }> {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(250_000); // What hangs ends; nothing here is about time.
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      problems.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(address + path);
  await page.waitForSelector('html[data-ready]');
  return { page, problems };
}
