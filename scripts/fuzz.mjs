// Damaged files by the million: `npm run fuzz -- --format png --count 1000000 --seed 1`. Without a format: all of them. What was stopped goes
// on by the same command, from the parts kept in .cache/fuzz. (The collector's threads take longer over these small heaps than one does.)
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runFromSources } from './from-sources.mjs';

const { values } = parseArgs({
  options: {
    format: { type: 'string' },
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1000000' },
  },
});
const source = readFileSync(new URL('../test/fuzz/formats.ts', import.meta.url), 'utf8');
const all = [...source.slice(source.indexOf('export const formats')).matchAll(/^ {2}'?([a-z-]+)'?: \{/gm)].map(([, name]) => name); // prettier-ignore
let failed = false;
for (const format of values.format ? values.format.split(',') : all) {
  const code = await runFromSources('test/fuzz/main.ts', [format, values.count, values.seed], { node: ['--max-old-space-size=1024', '--single-threaded-gc'] }); // prettier-ignore
  if (code !== 0) failed = true;
}
process.exit(failed ? 1 : 0);
