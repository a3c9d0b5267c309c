// What a run keeps of its training on the way: latent dimensions, times, pictures.
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NdArray, makeDigits, train } from '../index.ts';
import type { StepEvent, TrainOptions, TrainingEvent } from '../index.ts';
import { decodePng } from '../../io/index.ts';
import { FolderStore } from '../../io/node/index.ts';
import { bernoulli, key } from '../../random/index.ts';
import { isPictured, listPictures } from '../keeping/step-pictures.ts';

const folder = (): string => join(mkdtempSync(join(tmpdir(), 'rootsigma-recorded-')), 'run');
const digits = makeDigits({ seed: 0, count: 120 });
const small: TrainOptions = { latent: 3, hidden: [8], epochs: 4, batchSize: 27, seed: 1, threads: 1, onNotice: 'silent' }; // prettier-ignore

interface Line {
  readonly event: string;
  readonly time: number;
  readonly learningRate?: number;
  readonly scalars?: Readonly<Record<string, number>>;
  readonly activeUnits?: number;
  readonly klPerDimension?: readonly number[];
}

function linesOf(run: string): Line[] {
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

const picturesIn = (run: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(run, 'pictures')).map((name) => [name, readFileSync(join(run, 'pictures', name), 'base64')]),
  );

it('an epoch tells the KL of each latent dimension on the held-out examples, and which are active', async () => {
  const pixels = Float32Array.from(bernoulli(key(3), 0.4, [200, 12]).data);
  const options = { ...small, posterior: 'full', epochs: 1, validation: 0.2, binarize: 'none', schedule: 'linear', beta: { value: 2, schedule: 'linear', warmupSteps: 4 } } as const; // prettier-ignore
  const out = folder();
  const steps: StepEvent[] = [];
  const onEvent = (event: TrainingEvent): unknown => event.event === 'step' && steps.push(event);
  const run = await train(new NdArray(pixels, [200, 12]), { ...options, out, onEvent });
  const line = linesOf(out).find(({ event }) => event === 'epoch');
  // By hand, from what the model says of them.
  const { mean, stddev } = await run.encode(await run.examples({ split: 'validation' }));
  const ofUnit = (values: ArrayLike<number>, unit: number) => Array.from(values).filter((_, k) => k % 3 === unit);
  const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  for (const unit of [0, 1, 2]) {
    const [m, s] = [ofUnit(mean.data, unit), ofUnit(stddev.data, unit)];
    const kl = average(m.map((mu, k) => 0.5 * (s[k]! ** 2 + mu ** 2 - 1) - Math.log(s[k]!)));
    expect(line?.klPerDimension?.[unit]).toBeCloseTo(kl, 5);
  }
  const spread = [0, 1, 2].filter((unit) => {
    const m = ofUnit(mean.data, unit);
    return average(m.map((mu) => (mu - average(m)) ** 2)) > 0.01;
  });
  expect(line?.activeUnits).toBe(spread.length);
  const last = steps.at(-1);
  expect(steps).toHaveLength(5);
  expect(line?.learningRate).toBe(last?.learningRate);
  expect(line?.learningRate).toBeLessThan(steps[0]!.learningRate);
  expect(line?.scalars).toEqual({ beta: 2 });
});

it('a mixture as prior, or no density, leaves out what there is not', async () => {
  for (const [options, expected] of [
    [{ prior: 'gaussian-mixture' }, [true, false]],
    [{ posterior: 'planar' }, [false, false]],
    [{ posterior: 'deterministic', objective: 'ae' }, [false, false]],
    [{ validation: 0 }, [false, false]],
  ] as const) {
    const out = folder();
    await train(digits, { ...small, ...options, epochs: 1, out, pictures: 0 });
    const line = linesOf(out).find(({ event }) => event === 'epoch');
    expect([line?.activeUnits !== undefined, line?.klPerDimension !== undefined]).toEqual(expected);
  }
});

it('pictures of images are taken by epochs, alter no bit, and are the same where a run was stopped', async () => {
  const [whole, none, parted] = [folder(), folder(), folder()];
  await train(digits, { ...small, out: whole, pictures: 2 });
  await train(digits, { ...small, out: none, pictures: 0 });
  const [model, other] = [whole, none].map((run) => readFileSync(join(run, 'model.safetensors')));
  expect(model?.equals(other!)).toBe(true);
  expect(existsSync(join(none, 'pictures'))).toBe(false);
  const stop = new AbortController();
  const onEvent: TrainOptions['onEvent'] = (event) => {
    if (event.event === 'epoch' && event.epoch === 3) stop.abort();
  };
  await train(digits, { ...small, out: parted, pictures: 2, onEvent, signal: stop.signal });
  // What a process had taken after its last checkpoint.
  writeFileSync(join(parted, 'pictures', 'samples-00004.png'), 'torn');
  writeFileSync(join(parted, 'pictures', 'samples-00009.png'), 'of an epoch that never comes');
  await train(digits, { ...small, out: parted, pictures: 2, resume: true });
  const pictures = picturesIn(whole);
  expect(picturesIn(parted)).toEqual(pictures);
  expect(await listPictures(new FolderStore(whole))).toEqual([
    { kind: 'samples', epoch: 2, name: 'pictures/samples-00002.png' },
    { kind: 'reconstructions', epoch: 2, name: 'pictures/reconstructions-00002.png' },
    { kind: 'samples', epoch: 4, name: 'pictures/samples-00004.png' },
    { kind: 'reconstructions', epoch: 4, name: 'pictures/reconstructions-00004.png' },
  ]);
  // Six by six images of 28 × 28 with gaps of two; another model after two epochs more.
  for (const png of Object.values(pictures)) expect(decodePng(Buffer.from(png, 'base64')).shape).toEqual([182, 182]);
  expect(new Set(Object.values(pictures)).size).toBe(4);
  await train(digits, { ...small, out: whole, overwrite: true, pictures: 3 });
  expect(Object.keys(picturesIn(whole))).toEqual(['reconstructions-00003.png', 'samples-00003.png']);
});

it('times rise, through a stop too', async () => {
  const out = folder();
  const stop = new AbortController();
  const onEvent: TrainOptions['onEvent'] = (event) => {
    if (event.event === 'epoch' && event.epoch === 2) stop.abort();
  };
  await train(digits, { ...small, out, pictures: 0, onEvent, signal: stop.signal });
  const before = linesOf(out).at(-1)!.time;
  await train(digits, { ...small, out, pictures: 0, resume: true });
  const times = linesOf(out).map(({ time }) => time);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times[0]).toBeGreaterThan(0);
  // Not of the clock, and not from anew: what was trained before counts.
  expect(times.at(-1)).toBeGreaterThan(before - 1e-9);
  expect(times.at(-1)).toBeLessThan(1e6);
});

it('of many epochs some fifty are pictured, at least a hundred steps apart', () => {
  const pictured = (epochs: number, stepsAnEpoch: number): number[] =>
    Array.from({ length: epochs }, (_, k) => k + 1).filter((epoch) => isPictured(epoch, epoch * stepsAnEpoch));
  expect(pictured(30, 500)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 25, 30]);
  expect(pictured(3000, 500).length).toBeLessThanOrEqual(50);
  expect(pictured(3000, 4).length).toBeLessThanOrEqual(50);
  expect(pictured(60, 40)).toEqual([1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60]);
  expect(pictured(4, 1)).toEqual([1]);
  expect([1, 2, 3, 4].filter((epoch) => isPictured(epoch, epoch, 2))).toEqual([2, 4]);
});
