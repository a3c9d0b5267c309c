import { formats } from './formats.ts';
import { fuzz } from './run.ts';

// One format, many damaged files: `npm run fuzz` builds this and runs it in a process of its own, whose memory is measured.

const [name = '', count = '', seed = ''] = process.argv.slice(2);
const format = formats[name];
if (!format) throw new Error(`no format '${name}': there are ${Object.keys(formats).join(', ')}`);
const began = performance.now();
const figures = await fuzz(name, format, {
  count: Number(count),
  seed: Number(seed),
  onProgress: (done) => process.stderr.write(`\r${name}: ${done}`),
});
const { maxRSS, userCPUTime } = process.resourceUsage();
process.stderr.write('\r');
process.stdout.write(
  `${JSON.stringify({
    date: new Date().toISOString().slice(0, 10),
    format: name,
    ...figures,
    slowestMs: Math.round(figures.slowestMs),
    seconds: Math.round((performance.now() - began) / 1000),
    cpuSeconds: Math.round(userCPUTime / 1e6),
    maxRssMB: Math.round(maxRSS / 1024),
  })}\n`,
);
