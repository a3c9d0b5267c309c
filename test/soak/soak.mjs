// Many steps, loads, samples and requests in one process, whose memory must stay flat: `npm run soak`; in a short form in soak.test.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NdArray, load, train } from '../../dist/index.js';
import { serve } from '../../dist/serve/index.js';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '20000' },
    loads: { type: 'string', default: '1000' },
    samples: { type: 'string', default: '10000' },
    requests: { type: 'string', default: '100000' },
  },
});
/** How much more memory may be in use at the end than after the first third. */
const mostGrowth = { heapMB: 3, rssMB: 24 };
/** Looks at the memory, in all. */
const looks = 24;

const folder = mkdtempSync(join(tmpdir(), 'rootsigma-soak-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const out = join(folder, 'run');
const quiet = { onNotice: 'silent', engine: 'auto' };
const rows = NdArray.from(Array.from({ length: 640 }, (_, row) => Array.from({ length: 16 }, (_, k) => Math.sin(row * (k + 1)) / 2 + 0.5)), 'float32'); // prettier-ignore

/** What is in use once nothing can be freed any more. */
async function memory() {
  for (let k = 0; k < 3; k++) {
    globalThis.gc();
    // What a finalizer frees comes a turn later.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rssMB: rss / 2 ** 20, heapMB: (heapUsed + external) / 2 ** 20 };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/** Calls `look` as often as told while something runs; says whether memory stayed flat from the second third to the last. */
async function soak(name, count, run) {
  const began = performance.now();
  const seen = [];
  const every = Math.max(1, Math.floor(count / looks));
  await run(async (done) => {
    // Not at multiples alone: what is counted by twenties may never come to one.
    if (done >= every * (seen.length + 1)) seen.push(await memory());
  });
  const third = Math.floor(seen.length / 3);
  const growth = (key) => median(seen.slice(-third).map((at) => at[key])) - median(seen.slice(third, 2 * third).map((at) => at[key])); // prettier-ignore
  const [heapMB, rssMB] = [growth('heapMB'), growth('rssMB')];
  const isFlat = heapMB <= mostGrowth.heapMB && rssMB <= mostGrowth.rssMB;
  const round = (value) => Math.round(value * 100) / 100;
  const figures = { soak: name, count, seconds: Math.round((performance.now() - began) / 1000), endRssMB: Math.round(seen.at(-1).rssMB), growthHeapMB: round(heapMB), growthRssMB: round(rssMB), isFlat }; // prettier-ignore
  console.log(JSON.stringify(figures));
  if (!isFlat) process.exitCode = 1;
}

const steps = Number(values.steps);
await soak('training steps', steps, async (look) => {
  // 20 steps an epoch.
  const training = train(rows, { ...quiet, out, latent: 2, hidden: [32], batchSize: 32, validation: 0, epochs: Math.ceil(steps / 20), threads: 1 }); // prettier-ignore
  for await (const event of training) if (event.event === 'step') await look(event.step);
  await training;
});

const loads = Number(values.loads);
await soak('load and dispose', loads, async (look) => {
  for (let k = 1; k <= loads; k++) {
    const run = await load(out, quiet);
    await run.sample(1);
    await run.dispose?.();
    await look(k);
  }
});

const samples = Number(values.samples);
await soak('samples', samples, async (look) => {
  const run = await load(out, quiet);
  for (let k = 1; k <= samples; k++) {
    await run.sample(1, { seed: k });
    await look(k);
  }
  await run.dispose?.();
});

const requests = Number(values.requests);
await soak('requests', requests, async (look) => {
  const server = await serve(out, { port: 0, onNotice: 'silent' });
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const x = Array.from({ length: 16 }, (_, k) => Math.sin(k) / 2 + 0.5);
  /** What is asked in turn, one of them wrong. */
  const asked = [
    ['/encode', { x: [x] }, 200],
    ['/score', { x: [x, x], method: 'elbo' }, 200],
    ['/reconstruct', { x: [x] }, 200],
    ['/encode', { x: [['a']] }, 400],
    ['/sample', { count: 2, seed: 1 }, 200],
  ].map(([path, body, status]) => ({ path, body: JSON.stringify(body), status }));
  const ask = ({ path, body, status }) =>
    new Promise((resolve, reject) => {
      const sent = request(
        server.url + path,
        { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
        (answer) => {
          // prettier-ignore
          answer.resume();
          answer.on('end', () => (answer.statusCode === status ? resolve() : reject(new Error(`${path}: ${answer.statusCode}`)))); // prettier-ignore
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  const atOnce = 20;
  for (let done = 0; done < requests; done += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, (_, k) => ask(asked[(done + k) % asked.length])));
    await look(done + atOnce);
  }
  agent.destroy();
  await server.close();
});
