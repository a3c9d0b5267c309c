// Numbers that are shares of a range: what a run keeps of them, and how new ones are read.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { examplesOf } from '../../data/index.ts';
import { encodeNpy } from '../../io/index.ts';
import { load, train } from '../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'rootsigma-range-'));
const numbers = Float32Array.from({ length: 60 * 16 }, (_, k) => (k * 37) % 256);
const floats = new NdArray(numbers, [60, 4, 4]);
const whole = new NdArray(Int32Array.from(numbers), [60, 4, 4]);
const small = { latent: 2, hidden: [8], epochs: 1, batchSize: 20, threads: 1, onNotice: 'silent' } as const;
const dataOptions = { range: 255 };
const file = (name: string, array: NdArray): string => {
  writeFileSync(join(folder, name), encodeNpy(array));
  return join(folder, name);
};
// Of numbers to 255, one so dark that it could have been divided already.
const dark = new NdArray(
  Float32Array.from({ length: 16 }, (_, k) => k / 16),
  [1, 4, 4],
);
const darkFile = file('dark.npy', dark);

it.each([
  ['floats in memory', floats, true],
  ['whole numbers in memory', whole, false],
  ['a file of floats', file('floats.npy', floats), true],
  ['a file of whole numbers', file('whole.npy', whole), false],
] as const)(
  'of %s a run keeps whether they were floats, and reads new floats by that',
  async (name, data, areFloats) => {
    const out = join(folder, name.replaceAll(' ', '-'));
    const trained = await train(data, { ...small, dataOptions, out });
    expect(trained.config.data).toMatchObject({ floats: areFloats, options: { range: 255 } });
    const { train: seen } = await trained.splits();
    expect(Math.max(...examplesOf(seen).data)).toBeLessThanOrEqual(1);
    await trained.dispose();
    const notices: string[] = [];
    const run = await load(out, { onNotice: (line) => notices.push(line) });
    const read = examplesOf((await run.splits(darkFile)).train).data;
    // Floats of a run of floats are shares of 255 too; of whole numbers only divided ones can have come so.
    const divisor = areFloats ? 255 : 1;
    expect(Array.from(read, (value) => Math.fround(value))).toEqual(Array.from(dark.data, (value) => Math.fround(value / divisor))); // prettier-ignore
    expect(notices.filter((line) => line.includes('taken as they are'))).toHaveLength(areFloats ? 0 : 1);
    await run.dispose();
  },
);

it('a run of old, which does not know, says what it takes', async () => {
  const out = join(folder, 'old');
  const trained = await train(floats, { ...small, dataOptions });
  const { floats: _, ...data } = trained.config.data;
  expect(_).toBe(true);
  const saved = await trained.save(out);
  await saved.dispose();
  const path = join(out, 'config.json');
  writeFileSync(path, JSON.stringify({ ...trained.config, data }));
  const notices: string[] = [];
  const run = await load(out, { onNotice: (line) => notices.push(line) });
  expect(examplesOf((await run.splits(darkFile)).train).data.at(-1)).toBeCloseTo(15 / 16, 6);
  expect(notices).toEqual([expect.stringContaining('holds floats up to 0.9375, taken as they are')]);
  await run.dispose();
});

it('an array in memory goes on with its range, takes no other option, and none outside the range', async () => {
  const out = join(folder, 'resumed');
  await (await train(floats, { ...small, dataOptions, out })).dispose();
  const on = await train(floats, { ...small, epochs: 2, out, resume: true });
  const whole = await train(floats, { ...small, epochs: 2, dataOptions });
  expect(on.parameters).toEqual(whole.parameters);
  await on.dispose();
  await whole.dispose();
  await expect(train(floats, { ...small, dataOptions: { testFraction: 0.5 } })).rejects.toThrow(
    'of an array in memory all examples are trained on, and testFraction 0.5 would hold some out',
  );
  // What it is anyway.
  const asked = await train(floats, { ...small, dataOptions: { testFraction: 0 } });
  expect(asked.config.data).toEqual((await train(floats, small)).config.data);
  await expect(train(floats, { ...small, dataOptions: { range: 100 } })).rejects.toThrow(
    'with range 100 they must lie',
  );
});
