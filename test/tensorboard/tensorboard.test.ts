// What `log: 'tensorboard'` writes, read by a reader that shares nothing with it, and by TensorBoard's own where that is installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { makeDigits, train } from '../../src/index.ts';
import type { TrainOptions } from '../../src/index.ts';
import { crc32c } from '../../src/io/crc32.ts';

const folder = (): string => join(mkdtempSync(join(tmpdir(), 'rootsigma-tensorboard-')), 'run');
const digits = makeDigits({ seed: 0, count: 120 });
const options: TrainOptions = {
  ...{ latent: 3, hidden: [8], epochs: 6, batchSize: 9, seed: 1, threads: 1 },
  ...{ beta: { value: 2, schedule: 'linear' }, log: 'tensorboard', pictures: 3, onNotice: 'silent' },
};

interface Value {
  readonly tag: string;
  readonly scalar?: number;
  readonly image?: { readonly height: number; readonly width: number; readonly colors: number; readonly png: string };
  readonly histogram?: { readonly min: number; readonly max: number; readonly num: number; readonly sum: number; readonly squares: number; readonly limits: readonly number[]; readonly counts: readonly number[] }; // prettier-ignore
  readonly text?: string;
  readonly plugin?: string;
  readonly hyperparameters?: Readonly<Record<string, unknown>>;
}

interface Event {
  readonly time: number;
  readonly step: number;
  readonly version?: string;
  readonly session?: number;
  readonly values?: readonly Value[];
}

const script = fileURLToPath(new URL('read_events.py', import.meta.url));

function eventsIn(run: string): Event[] {
  const files = readdirSync(join(run, 'tensorboard'));
  expect(files).toHaveLength(1);
  const lines = execFileSync('python3', [script, join(run, 'tensorboard', files[0]!)], { encoding: 'utf8' });
  // Python writes NaN where JSON has none.
  return lines.trim().split('\n').map((line) => JSON.parse(line.replaceAll('NaN', 'null')) as Event); // prettier-ignore
}

/** What is shown: every value by its tag and step. */
function valuesOf(events: readonly Event[]): Record<string, Record<number, Value>> {
  const found: Record<string, Record<number, Value>> = {};
  for (const { step, values = [] } of events) {
    for (const value of values) {
      const of = (found[value.tag] ??= {});
      // No tag has a step twice.
      expect(of[step]).toBeUndefined();
      of[step] = value;
    }
  }
  return found;
}

const timeless = (values: Record<string, Record<number, Value>>): unknown =>
  Object.entries(values).filter(([tag]) => !/stepMs|seconds/.test(tag));

const linesOf = (run: string): Record<string, unknown>[] =>
  readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore

it('the checksum is that of RFC 3720, B.4', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, k) => k))).toBe(0x46dd794e);
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
});

it('has every number of the record, pictures, histograms and the configuration, once a step, also where it was stopped', async () => {
  const [whole, parted] = [folder(), folder()];
  await train(digits, { ...options, out: whole });
  const events = eventsIn(whole);
  const values = valuesOf(events);
  expect(events[0]).toMatchObject({ version: 'brain.Event:2' });
  expect(events.filter(({ session }) => session !== undefined)).toEqual([]);
  for (const line of linesOf(whole)) {
    const step = line.step as number;
    if (line.event === 'step') {
      const { loss, gradientNorm, learningRate, scalars } = line as Record<string, number> & { scalars: { beta: number } }; // prettier-ignore
      for (const [tag, value] of [['step/loss', loss], ['step/gradientNorm', gradientNorm], ['step/learningRate', learningRate], ['scalars/beta', scalars.beta]] as const) {
        expect(values[tag]?.[step]?.scalar).toBe(Math.fround(value!));
      } // prettier-ignore
    }
    if (line.event !== 'epoch') continue;
    const { training, validation, klPerDimension, activeUnits } = line as { training: { elbo: number }; validation: { kl: number }; klPerDimension: number[]; activeUnits: number }; // prettier-ignore
    expect(values['training/elbo']?.[step]?.scalar).toBe(Math.fround(training.elbo));
    expect(values['validation/kl']?.[step]?.scalar).toBe(Math.fround(validation.kl));
    expect(values['epoch/activeUnits']?.[step]?.scalar).toBe(activeUnits);
    const { min, max, num, sum, squares, limits, counts } = values['validation/klPerDimension']![step]!.histogram!;
    expect([min, max, num]).toEqual([Math.min(...klPerDimension), Math.max(...klPerDimension), 3]);
    expect([sum, squares]).toEqual([klPerDimension.reduce((a, b) => a + b), klPerDimension.reduce((a, b) => a + b * b, 0)]); // prettier-ignore
    // As many up to each limit as are not above it.
    limits.forEach((limit, at) => {
      const below = counts.slice(0, at + 1).reduce((a, b) => a + b, 0);
      expect(below).toBeGreaterThanOrEqual(klPerDimension.filter((kl) => kl < limit - 1e-12).length);
      expect(below).toBeLessThanOrEqual(klPerDimension.filter((kl) => kl <= limit + 1e-12).length);
    });
  }
  const perEpoch = linesOf(whole).filter(({ event }) => event === 'epoch').map(({ step }) => step as number); // prettier-ignore
  for (const kind of ['samples', 'reconstructions']) {
    const shown = Object.entries(values[kind]!).map(([step, { image }]) => [Number(step), image!.png, image!.width, image!.height, image!.colors]); // prettier-ignore
    const files = [3, 6].map((epoch) => readFileSync(join(whole, 'pictures', `${kind}-0000${epoch}.png`)));
    expect(shown).toEqual(files.map((png, k) => [perEpoch[3 * k + 2], png.toString('hex'), 182, 182, 1]));
  }
  expect(values.configuration?.[0]).toMatchObject({ plugin: 'text', text: expect.stringContaining('"latent": 3') as never }); // prettier-ignore
  expect(values['_hparams_/session_start_info']?.[0]).toMatchObject({
    plugin: 'hparams',
    hyperparameters: { 'model.latent': 3, 'model.posterior.name': 'diagonal', 'training.seed': 1, 'training.optimizer.learningRate': 0.001 }, // prettier-ignore
  });

  // Stopped within an epoch, and killed while it wrote an event.
  const stop = new AbortController();
  const onEvent: TrainOptions['onEvent'] = (event) => {
    if (event.event === 'step' && event.step === 55) stop.abort();
  };
  await train(digits, { ...options, out: parted, onEvent, signal: stop.signal });
  appendFileSync(join(parted, 'tensorboard', readdirSync(join(parted, 'tensorboard'))[0]!), 'torn');
  await train(digits, { ...options, out: parted, resume: true });
  const resumed = eventsIn(parted);
  expect(timeless(valuesOf(resumed))).toEqual(timeless(values));
  // To a TensorBoard that has read the file before.
  expect(resumed[1]).toMatchObject({ session: 1, step: 0 });
  const times = resumed.map(({ time }) => time);
  expect(times).toEqual([...times].sort((a, b) => a - b));

  await train(digits, { ...options, out: parted, overwrite: true, epochs: 1 });
  expect(eventsIn(parted).at(-1)!.step).toBe(12);
});

const reader = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
found = EventAccumulator(sys.argv[1], size_guidance={'tensors': 0, 'scalars': 0, 'images': 0, 'histograms': 0}).Reload()
scalars = {tag: [[event.step, event.value] for event in found.Scalars(tag)] for tag in found.Tags()['scalars']}
print(json.dumps({'scalars': scalars, 'images': {tag: [event.step for event in found.Images(tag)] for tag in found.Tags()['images']},
    'histograms': found.Tags()['histograms'], 'tensors': found.Tags()['tensors']}))
`;
const python = process.env.ROOTSIGMA_TENSORBOARD_PYTHON ?? 'python3';
const hasTensorBoard = spawnSync(python, ['-c', 'import tensorboard']).status === 0;

it.skipIf(!hasTensorBoard)('TensorBoard reads the same', async () => {
  const out = folder();
  await train(digits, { ...options, out });
  const text = execFileSync(python, ['-c', reader, join(out, 'tensorboard')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }); // prettier-ignore
  const found = JSON.parse(text) as { scalars: Record<string, [number, number][]>; images: unknown; histograms: string[]; tensors: string[] }; // prettier-ignore
  const values = valuesOf(eventsIn(out));
  const scalars = Object.entries(values).filter(([, of]) => Object.values(of)[0]?.scalar !== undefined);
  expect(found.scalars).toEqual(
    Object.fromEntries(scalars.map(([tag, of]) => [tag, Object.entries(of).map(([step, { scalar }]) => [Number(step), scalar])])), // prettier-ignore
  );
  expect(found.images).toEqual({ samples: [36, 72], reconstructions: [36, 72] });
  expect(found.histograms).toEqual(['validation/klPerDimension']);
  expect(found.tensors).toContain('configuration');
});
