// The studio's curves of runs of 100,000 steps while records come and the pointer moves over them: what each frame takes of the page's main
// thread. README.md has the numbers.
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { studio } from '../dist/studio/index.js';
import { logLines, longConfig, stepsPerRecord } from './lib/long-log.mjs';
import { machineFacts } from './lib/machine.mjs';
import { mainThread, traced } from './lib/main-thread.mjs';
import { longestCalls } from './lib/script-profile.mjs';

const usage = `node bench/studio-frames.mjs [--runs N] [--rate N] [--seconds S] [--rounds N] [--smooth W] [--pages FOLDER]… [--profile FILE]

  --runs       that are shown at once, each with 100,000 steps (default 1)
  --rate       records a second, of ${stepsPerRecord} steps each, appended to each run's log (default 10)
  --seconds    of each measurement (default 10)
  --rounds     measurements of each kind, in turn; their frames are taken together (default 3)
  --smooth     weight of the smoothing (default 0)
  --pages      built pages (default: dist/studio-app); several are compared, in turn
  --profile    writes a profile of the script (.cpuprofile) and says which functions take longest; without minified names if
               the pages were built by: npx vite build studio --minify false --outDir FOLDER`;

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    rate: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    smooth: { type: 'string', default: '0' },
    pages: { type: 'string', multiple: true, default: [new URL('../dist/studio-app', import.meta.url).pathname] },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
if (!existsSync(executablePath)) {
  console.error(`There is no ${executablePath}; CHROMIUM_PATH says where Chromium is.`);
  process.exit(1);
}

const totalSteps = 200_000;
const [runs, rate, seconds, rounds, weight] = ['runs', 'rate', 'seconds', 'rounds', 'smooth'].map((name) => Number(options[name])); // prettier-ignore
const folder = mkdtempSync(join(tmpdir(), 'rootsigma-frames-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const logs = Array.from({ length: runs }, (_, k) => {
  const run = join(folder, `run-${k}`);
  mkdirSync(run);
  writeFileSync(join(run, 'config.json'), JSON.stringify(longConfig(totalSteps)));
  return { path: join(run, 'metrics.jsonl'), seed: 100 * k, step: 0 };
});

/** As a run is after 100,000 steps. */
function begin() {
  for (const log of logs) {
    log.step = 100_000;
    writeFileSync(log.path, [...logLines({ from: 0, to: log.step, totalSteps, seed: log.seed })].join(''));
  }
}

/** Writes the next record, and an epoch's where one ends. */
function append() {
  for (const log of logs) {
    const to = log.step + stepsPerRecord;
    appendFileSync(log.path, [...logLines({ from: log.step, to, totalSteps, seed: log.seed })].join(''));
    log.step = to;
  }
}

const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--no-first-run', '--disable-background-networking'] }); // prettier-ignore

/** The curves of all runs, drawn, in a browser's page of their own. */
async function openCurves(pages) {
  begin();
  const server = await studio(folder, { port: 0, onNotice: 'silent', pages });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(server.page);
  await page.waitForSelector('header.bar');
  const answer = await fetch(`${server.url}/api/runs`, { headers: { authorization: `Bearer ${server.token}` } });
  const ids = (await answer.json()).map(({ id }) => id);
  const address = ids.length === 1 ? `runs/${ids[0]}/curves?x=step` : `compare?runs=${ids.join(',')}`;
  await page.evaluate((to) => (location.hash = to), `#/${address}${weight > 0 ? `&smooth=${weight}` : ''}`);
  await page.waitForSelector('.charts .plot');
  await page.evaluate(() => document.querySelector('.charts').scrollIntoView());
  await page.waitForFunction(() => [...document.querySelectorAll('.plot')].every((plot) => plot.getBoundingClientRect().top > innerHeight || plot.querySelector('canvas'))); // prettier-ignore
  await page.waitForTimeout(2000);
  const charts = await page.evaluate(() => {
    const plots = [...document.querySelectorAll('.plot')];
    const boxes = plots.map((plot) => plot.getBoundingClientRect()).filter(({ top, bottom }) => top > 0 && bottom < innerHeight); // prettier-ignore
    return {
      all: plots.length,
      drawn: plots.filter((plot) => plot.querySelector('canvas')).length,
      boxes: boxes.map(({ left, top, width, height }) => ({ left, top, width, height })),
    };
  });
  return {
    page,
    charts,
    close: async () => {
      await context.close();
      await server.close();
    },
  };
}

/** The pointer goes to and fro over the charts that are whole in view, about as often as a mouse says where it is. */
async function hover({ page, charts: { boxes } }, until) {
  for (let turn = 0; performance.now() < until; turn++) {
    const { left, top, width, height } = boxes[Math.floor(turn / 120) % boxes.length];
    const along = Math.abs(((turn % 120) - 60) / 60);
    const next = performance.now() + 1000 / 60;
    await page.mouse.move(left + width * (0.15 + 0.8 * along), top + height * (0.4 + 0.2 * Math.sin(turn)));
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
}

const kinds = {
  'pointer moves': { isHovered: true },
  'records come': { isAppended: true },
  'both': { isHovered: true, isAppended: true },
}; // prettier-ignore

async function measure(opened, { isHovered, isAppended }) {
  await opened.page.mouse.move(5, 5);
  const until = performance.now() + 1000 * seconds;
  const timer = isAppended && setInterval(append, 1000 / rate);
  if (isHovered) await hover(opened, until);
  else await opened.page.waitForTimeout(1000 * seconds);
  if (timer) clearInterval(timer);
}

console.log(machineFacts()[0]);
console.log(`Chromium ${browser.version()}, which draws without a GPU; ${runs === 1 ? 'a run' : `${runs} runs`} of 100,000 steps, ${rate} records/s\n`); // prettier-ignore

if (options.profile !== undefined) {
  const opened = await openCurves(options.pages[0]);
  const session = await opened.page.context().newCDPSession(opened.page);
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: 200 });
  await session.send('Profiler.start');
  await measure(opened, kinds.both);
  const { profile } = await session.send('Profiler.stop');
  writeFileSync(options.profile, JSON.stringify(profile));
  console.log(longestCalls(profile, 30));
  await opened.close();
} else {
  const found = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const pages of options.pages) {
      const opened = await openCurves(pages);
      if (round === 0) console.log(`${pages}: ${opened.charts.all} charts, ${opened.charts.drawn} of them drawn, ${opened.charts.boxes.length} whole in view`); // prettier-ignore
      for (const [kind, what] of Object.entries(kinds)) {
        const name = options.pages.length > 1 ? `${kind}, ${pages}` : kind;
        const { frames, tasks } = mainThread(await traced(browser, () => measure(opened, what)));
        const list = found.get(name) ?? { frames: [], tasks: [] };
        found.set(name, { frames: [...list.frames, ...frames], tasks: [...list.tasks, ...tasks] });
      }
      await opened.close();
    }
  }
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const three = (values) => [0.5, 0.95, 1].map((share) => quantile(values, share).toFixed(1)).join(' / ');
  console.log('\nOf the main thread, ms a frame: median / 95 % / most. All but the wall time is processor time of that thread.\n'); // prettier-ignore
  console.log(row(['', 'frames/s', 'wall', 'all', 'script', 'style, layout, paint', 'canvases', 'frames beyond 16 ms (wall, all)', 'longest task (wall, processor)'])); // prettier-ignore
  console.log(row(Array(9).fill('---')));
  for (const [name, { frames, tasks }] of [...found].sort(([a], [b]) => (a < b ? 1 : -1))) {
    const of = (kind) => frames.map((frame) => frame[kind]);
    const beyond = (kind) => `${((100 * of(kind).filter((ms) => ms > 16).length) / frames.length).toFixed(1)} %`;
    const longest = (kind) => Math.max(...tasks.map((task) => task[kind])).toFixed(1);
    console.log(row([name, (frames.length / seconds / rounds).toFixed(1), ...['wall', 'processor', 'script', 'layout', 'canvases'].map((kind) => three(of(kind))), `${beyond('wall')}, ${beyond('processor')}`, `${longest('wall')}, ${longest('processor')}`])); // prettier-ignore
  }
}
await browser.close();

/** The value below which that share of them lies. */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
