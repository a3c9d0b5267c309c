// What a run keeps of steps that are not finite: in metrics.jsonl, in checkpoints, after a resume.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NdArray, NumericalError } from '../core/index.ts';
import type { Dataset } from '../data/index.ts';
import { MemoryStore } from '../io/index.ts';
import { RunFolder } from './keeping/run-folder.ts';
import { bernoulli, key } from '../random/index.ts';
import { load, train } from './index.ts';
import type { TrainOptions, TrainingEvent } from './index.ts';
import { writeCheckpoint } from './keeping/checkpoint-file.ts';

const inputSize = 6;
const values = Float32Array.from(bernoulli(key(1), 0.4, [40, inputSize]).data);

/** Rows of which, at the reads that `isSpoiled` names, counted from 0, values are too large for float32. */
function dataset(isSpoiled: (read: number) => boolean): Dataset {
  let reads = 0;
  return {
    name: 'rows',
    kind: 'array',
    size: 40,
    sampleShape: [inputSize],
    support: 'unit-interval',
    gather: (indices, out) => {
      indices.forEach((index, k) => {
        out.set(values.subarray(index * inputSize, (index + 1) * inputSize), k * inputSize);
      });
      if (indices.length === 10 && isSpoiled(reads++)) out.fill(3e38);
    },
  };
}

const options = {
  ...{ latent: 2, hidden: [4], epochs: 4, batchSize: 10, validation: 0, binarize: 'none', threads: 1 },
  onNotice: () => undefined,
} as const satisfies TrainOptions;

interface Line {
  readonly event: string;
  readonly step: number;
}

function metricsOf(folder: string): Line[] {
  const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

const newFolder = (): string => join(mkdtempSync(join(tmpdir(), 'rootsigma-nan-')), 'run');

describe('a run with steps that are not finite', () => {
  it('stops with what happened in metrics, and no model', async () => {
    const out = newFolder();
    await expect(
      train(
        dataset((read) => read === 5),
        { ...options, out },
      ),
    ).rejects.toThrow(NumericalError);
    expect(metricsOf(out).at(-1)).toMatchObject({
      ...{ event: 'non-finite', policy: 'stop', action: 'stopped', step: 5, failedStep: 6, epoch: 2, inARow: 1 },
      place: expect.stringMatching(/^-?Infinity in /) as string,
    });
    await expect(load(out)).rejects.toThrow(/has no model\.safetensors/);
  });

  it('skips, keeps the policy in its configuration, and says so', async () => {
    const out = newFolder();
    const run = await train(
      dataset((read) => read === 5),
      { ...options, out, onNan: 'skip' },
    );
    expect(run.config.training.onNan).toBe('skip');
    const metrics = metricsOf(out);
    expect(metrics.filter(({ event }) => event === 'non-finite')).toMatchObject([
      { action: 'skipped', step: 6, failedStep: 6, skipped: 1 },
    ]);
    expect(metrics.at(-1)).toMatchObject({ event: 'done', steps: 16, skipped: 1 });
    for (const { data } of Object.values((await load(out)).parameters)) expect(data.every(Number.isFinite)).toBe(true);
  });

  it('goes back, and metrics go on as if what was undone had not been', async () => {
    const out = newFolder();
    await train(
      dataset((read) => read === 6),
      { ...options, out, onNan: 'rollback' },
    );
    const metrics = metricsOf(out).filter(({ event }) => event !== 'step');
    expect(metrics.map(({ event, step }) => [event, step])).toEqual([
      ['epoch', 4],
      ['non-finite', 4],
      ['epoch', 8],
      ['epoch', 12],
      ['epoch', 16],
      ['done', undefined],
    ]);
    expect(metrics[1]).toMatchObject({ action: 'rolled-back', failedStep: 7, rollbacks: 1, learningRateFactor: 0.5 });
    expect(metrics.at(-1)).toMatchObject({ steps: 16, rollbacks: 1 });
  });

  it('that was stopped goes on under another policy, from its last checkpoint', async () => {
    const out = newFolder();
    const stop = new AbortController();
    const onEvent = (event: TrainingEvent): void => {
      if (event.event === 'step' && event.step === 6) stop.abort();
    };
    await train(
      dataset(() => false),
      { ...options, out, signal: stop.signal, onEvent },
    );
    const resumed = await train(
      dataset((read) => read === 0),
      { ...options, out, resume: true, onNan: 'rollback' },
    );
    expect(resumed.config.training.onNan).toBe('rollback');
    expect(metricsOf(out).filter(({ event }) => event === 'non-finite')).toMatchObject([{ step: 6, failedStep: 7 }]);
  });

  it('never writes a checkpoint with a number that is not finite', async () => {
    const store = new MemoryStore();
    const folder = await RunFolder.create(store);
    const parameters = { weight: new NdArray(Float32Array.of(1, NaN), [2], 'float32') };
    const progress = { epoch: 0, batch: 1, sums: { reconstruction: 0, kl: 0 }, bestEpoch: 0, bestValue: null };
    const checkpoint = { parameters, optimizer: {}, steps: 1, progress: { ...progress, patience: { reference: null, waited: 0 } } }; // prettier-ignore
    await expect(writeCheckpoint(folder.store, checkpoint)).rejects.toThrow(/'parameter\/weight' holds NaN/);
    expect(await store.list()).toEqual([]);
  });
});
