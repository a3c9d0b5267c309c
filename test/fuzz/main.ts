import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formats } from './formats.ts';
import { fuzz } from './run.ts';
import type { FuzzFigures } from './run.ts';

// One format, many damaged files: `npm run fuzz` builds this and runs it in a process of its own, whose memory is measured. A million take
// long: each part is kept as it ends, under a hash of this very program, and the same command goes on where it was stopped.

const part = 20_000;
const [name = '', count = '', seed = ''] = process.argv.slice(2);
const format = formats[name];
if (!format) throw new Error(`no format '${name}': there are ${Object.keys(formats).join(', ')}`);

interface Part extends FuzzFigures {
  readonly from: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly maxRssMB: number;
}

const program = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url))).digest('hex'); // prettier-ignore
const folder = join(process.cwd(), '.cache', 'fuzz');
mkdirSync(folder, { recursive: true });
const kept = join(folder, `${name}-${program.slice(0, 16)}.jsonl`);
const known = new Map<string, Part>();
if (existsSync(kept)) {
  // A line that a stop cut in two is no part; it is tried again.
  for (const line of readFileSync(kept, 'utf8')
    .split('\n')
    .filter((text) => text.endsWith('}'))) {
    const one = JSON.parse(line) as Part;
    known.set(`${one.from} ${one.count}`, one);
  }
}

const end = Number(seed) + Number(count);
const parts: Part[] = [];
for (let from = Number(seed); from < end; from += part) {
  const size = Math.min(part, end - from);
  let one = known.get(`${from} ${size}`);
  if (!one) {
    const [began, before] = [performance.now(), process.cpuUsage()];
    const figures = await fuzz(name, format, { count: size, seed: from });
    const { user, system } = process.cpuUsage(before);
    one = {
      from,
      ...figures,
      seconds: (performance.now() - began) / 1000,
      cpuSeconds: (user + system) / 1e6,
      maxRssMB: process.resourceUsage().maxRSS / 1024,
    };
    appendFileSync(kept, `\n${JSON.stringify(one)}`);
  }
  parts.push(one);
  process.stderr.write(`\r${name}: ${from + size - Number(seed)}`);
}
process.stderr.write('\r');
const sum = (of: (one: Part) => number): number => parts.reduce((total, one) => total + of(one), 0);
const slowest = parts.reduce((most, one) => (one.slowestMs > most.slowestMs ? one : most));
process.stdout.write(
  `${JSON.stringify({
    date: new Date().toISOString().slice(0, 10),
    format: name,
    count: sum((one) => one.count),
    read: sum((one) => one.read),
    refused: sum((one) => one.refused),
    slowestMs: Math.round(slowest.slowestMs),
    slowestSeed: slowest.slowestSeed,
    seconds: Math.round(sum((one) => one.seconds)),
    cpuSeconds: Math.round(sum((one) => one.cpuSeconds)),
    maxRssMB: Math.round(Math.max(...parts.map((one) => one.maxRssMB))),
  })}\n`,
);
