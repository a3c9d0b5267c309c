// Runs that an earlier version wrote, stopped after two of four epochs: they load, and end as that version would have ended them.
// test/fixtures/old-runs holds them with the weights of an uncut training; commit b2536d3 made both.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { load, tableOf, train } from '../src/index.ts';
import type { Run } from '../src/index.ts';
import { NdArray } from '../src/core/index.ts';

const fixtures = fileURLToPath(new URL('fixtures/old-runs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'old-runs-'));
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Record<
  string,
  { elbo: number; weights: Record<string, string> }
>;

/** What the data were made of. */
function wave(count: number, speed = 12.9898): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, k) => {
    const value = Math.sin((k + 1) * speed) * 43758.5453;
    return value - Math.floor(value);
  });
}

const data = {
  array: new NdArray(wave(40 * 6), [40, 6]),
  table: tableOf({
    height: Array.from(wave(40), (value) => 150 + Math.round(40 * value)),
    colour: Array.from(wave(40, 5.1), (value) => ['red', 'green', 'blue'][Math.floor(3 * value)] ?? ''),
  }),
};

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each(Object.keys(data) as (keyof typeof data)[])('a run of an %s that an earlier version left', (name) => {
  const out = join(folder, name);
  cpSync(join(fixtures, name), out, { recursive: true });

  it('loads and draws', async () => {
    const run = await load(out, { onNotice: 'silent' });
    expect(run.config.training.epochs).toBe(4);
    if (name === 'table')
      expect((await run.sampleTable(3)).columns.map((column) => column.name)).toEqual(['height', 'colour']);
    else expect((await run.sample(3)).shape).toEqual([3, 6]);
  });

  it('goes on to the numbers of an uncut training', async () => {
    const run: Run = await train(data[name], { out, resume: true, onNotice: 'silent' });
    const { elbo, weights } = expected[name]!;
    expect(Object.keys(run.parameters)).toEqual(Object.keys(weights));
    for (const [parameter, base64] of Object.entries(weights)) {
      const known = new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer);
      // Kernels differ by processor: to rounding, carried through some forty steps.
      for (const [k, value] of known.entries()) expect(run.parameters[parameter]!.data[k]).toBeCloseTo(value, 4);
    }
    expect((await run.evaluate({ draws: 10, seed: 1 })).elbo).toBeCloseTo(elbo, 3);
  });
});
