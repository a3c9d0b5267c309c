import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { NdArray } from '../src/core/index.ts';
import { tableOf, train } from '../src/index.ts';
import { configurations, optionsOf } from '../scripts/same-numbers/configurations.mjs';

// What a few trainings come to, to 1e-5: what changes a number by more than another processor's rounding is seen. Twenty steps, as
// such differences grow with each; by ONNX Runtime's WebAssembly build instead of its native one they come to 3.5e-7 at most (but to
// 6e-4 with batch normalisation, which is left out). Where a change is meant: KEEP_NUMBERS=1 npx vitest run test/kept-numbers.test.ts

const file = new URL('fixtures/kept-numbers.json', import.meta.url);
type Kept = Readonly<Record<string, number>>;
const kept = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Kept>>;
const isKeeping = process.env.KEEP_NUMBERS !== undefined;
const found: Record<string, Kept> = {};

const names = ['full-symmetric', 'low-rank', 'gaussian-head', 'table', 'conv', 'adamw', 'beta-trim-patience'];

describe('twenty steps', () => {
  it.each(names)('of %s come to what they came to', async (name) => {
    const configuration = configurations[name]!;
    const { columns, values, shape } = configuration.data();
    const data = columns ? tableOf(columns) : new NdArray(values!, shape!);
    const run = await train(data, { ...optionsOf(configuration), epochs: 2, onNotice: 'silent' });
    const { elbo, reconstruction, kl, nll } = await run.evaluate({ draws: 10, seed: 1 });
    const squares = Object.values(run.parameters).flatMap(({ data: numbers }) => Array.from(numbers, (x) => x * x));
    const weights = Math.sqrt(squares.reduce((sum, x) => sum + x, 0));
    await run.dispose();
    found[name] = { elbo, reconstruction, kl, nll: nll.value, weights };
    if (isKeeping) return;
    for (const [what, value] of Object.entries(kept[name] ?? {})) {
      expect(Math.abs(found[name][what]! / value - 1), what).toBeLessThan(1e-5);
    }
    expect(Object.keys(kept[name] ?? {})).toEqual(Object.keys(found[name]));
  });

  afterAll(() => {
    if (isKeeping) writeFileSync(file, `${JSON.stringify(found, undefined, 2)}\n`);
  });
});
