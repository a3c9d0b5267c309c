import { describe, expect, it } from 'vitest';
import { DataError, NdArray } from '../../core/index.ts';
import { MemoryStore, decodeSafetensors, encodeSafetensors, readBytes } from '../../io/index.ts';
import { runFile } from './run-folder.ts';
import type { Store } from '../../io/index.ts';
import type { Checkpoint } from '../../training/index.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';
import { train } from '../index.ts';
import type { TrainOptions, TrainingEvent } from '../index.ts';

const array = (values: readonly number[]) => new NdArray(Float32Array.from(values), [values.length], 'float32');

const checkpoint = (steps: number): Checkpoint => ({
  parameters: { 'mean.weight': array([steps, 0.5]), bias: array([-0]) },
  optimizer: { firstMoments: array([1e-30, 2, 3]) },
  ...(steps === 30 && { sharing: { count: 2, by: 'rows' } }),
  best: { 'mean.weight': array([7, 8]), bias: array([9]) },
  steps,
  progress: {
    epoch: 2,
    batch: 3,
    trimmed: [5, 1, 4_000_000_000],
    sums: { reconstruction: -1.25, kl: 0.5 },
    bestEpoch: 1,
    bestValue: null,
    patience: { reference: -3, waited: 1 },
    last: { training: { elbo: 1, reconstruction: 2, kl: 1 } },
  },
});

async function written(...steps: number[]): Promise<Store> {
  const store = new MemoryStore();
  for (const step of steps) await writeCheckpoint(store, checkpoint(step));
  return store;
}

async function flip(store: Store, name: string, bit: number): Promise<void> {
  const bytes = await readBytes(store, name);
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  await store.replace(name, bytes);
}

describe('a checkpoint on disk', () => {
  it('is read as it was, and the one before it is kept', async () => {
    const store = await written(10, 20, 30);
    expect(await readCheckpoint(store)).toEqual({ checkpoint: checkpoint(30) });
    expect(await store.list('checkpoints')).toEqual(['last.safetensors', 'previous.safetensors']);
    await store.remove(runFile.checkpoint);
    const found = await readCheckpoint(store);
    expect(found).toEqual({ checkpoint: checkpoint(20), fault: expect.stringMatching(/last\.safetensors: is missing/) as string }); // prettier-ignore
    expect(await readCheckpoint(new MemoryStore())).toBeUndefined();
  });

  it('of which any bit has changed is never read: the one before it is', async () => {
    const store = await written(10, 20);
    const bytes = await readBytes(store, runFile.checkpoint);
    // Every byte of the header and of the tensors, each with bits in turn (seal.test.ts flips every bit).
    const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(bytes.length).toBeGreaterThan(header);
    for (let bit = 0; bit < 8 * bytes.length; bit += bit < 8 * header ? 5 : 9) {
      await flip(store, runFile.checkpoint, bit);
      const found = await readCheckpoint(store);
      expect(found?.checkpoint.steps, `bit ${bit}`).toBe(10);
      expect(found?.fault).toContain('memory/checkpoints/last.safetensors: ');
      await flip(store, runFile.checkpoint, bit);
    }
    expect((await readCheckpoint(store))?.checkpoint.steps).toBe(20);
  });

  it.each([0, 1, 100, -1])('cut to %i bytes is not read either', async (length) => {
    const store = await written(10, 20);
    const bytes = await readBytes(store, runFile.checkpoint);
    await store.replace(runFile.checkpoint, bytes.slice(0, length));
    expect((await readCheckpoint(store))?.checkpoint.steps).toBe(10);
  });

  it('is one clear error when both are damaged', async () => {
    const store = await written(10, 20);
    for (const name of [runFile.checkpoint, runFile.previousCheckpoint]) {
      const { length } = await readBytes(store, name);
      await flip(store, name, 8 * length - 20);
    }
    await expect(readCheckpoint(store)).rejects.toThrow(DataError);
    await expect(readCheckpoint(store)).rejects.toThrow(
      /last\.safetensors: is damaged.*SHA-256.*previous\.safetensors: is damaged.*train again/,
    );
  });

  it('of earlier versions is read, without a digest and with its list in the metadata', async () => {
    const store = await written(10);
    const { tensors, metadata } = decodeSafetensors(await readBytes(store, runFile.checkpoint));
    tensors.delete('progress/trimmed');
    const state = JSON.parse(metadata.state ?? '') as Pick<Checkpoint, 'progress' | 'steps'>;
    const { last, ...progress } = { ...state.progress, trimmed: [5, 1, 4_000_000_000] };
    expect(last).toBeDefined();
    const old = { format: 'rootsigma checkpoint', state: JSON.stringify({ ...state, progress }) };
    await store.replace(runFile.checkpoint, encodeSafetensors(tensors, { metadata: old }));
    expect(await readCheckpoint(store)).toEqual({ checkpoint: { ...checkpoint(10), progress } });
  });
});

describe('a training with checkpoints', () => {
  const rows = new NdArray(
    Float32Array.from({ length: 60 * 3 }, (_, k) => (k % 5 === 0 ? 1 : 0)),
    [60, 3],
  );
  const small: TrainOptions = { latent: 2, hidden: [4], epochs: 3, batchSize: 10, seed: 1, threads: 1, trim: 0.1 };

  /** Trains until it is cut without notice: from then on, nothing is written. */
  async function cutAt(steps: number, options: TrainOptions): Promise<MemoryStore> {
    const store = new MemoryStore();
    const left = new MemoryStore();
    const onEvent = (event: TrainingEvent): void => {
      if (event.event === 'step' && event.step === steps) throw new Error('cut');
    };
    await expect(train(rows, { ...small, ...options, out: store, onEvent, onNotice: 'silent' })).rejects.toThrow('cut');
    for (const name of ['config.json', 'metrics.jsonl', runFile.checkpoint, runFile.previousCheckpoint]) {
      const bytes = await store.read(name);
      if (bytes) await left.replace(name, bytes);
    }
    return left;
  }

  it('takes the first after the first step, and then by time, also within epochs; from each it goes on to the bit', async () => {
    const straight = await train(rows, { ...small, onNotice: 'silent' });
    for (const [cut, checkpointEvery, kept] of [
      [1, 1e9, 1],
      [9, 1e9, 1],
      [9, 0, 9],
      [2, 0, 2],
      [13, 0, 13],
    ] as const) {
      // prettier-ignore
      const store = await cutAt(cut, { checkpointEvery });
      expect((await readCheckpoint(store))?.checkpoint.steps).toBe(kept);
      // The one before the last, where the last is damaged.
      if (cut > 1 && checkpointEvery === 0) await flip(store, runFile.checkpoint, 8 * 1700);
      const notices: string[] = [];
      const run = await train(rows, { out: store, resume: true, onNotice: (line) => notices.push(line) });
      expect(run.parameters).toEqual(straight.parameters);
      const said = notices.filter((line) => line.includes('goes on from'));
      expect(said).toHaveLength(cut > 1 && checkpointEvery === 0 ? 1 : 0);
      if (said[0]) expect(said[0]).toMatch(new RegExp(`goes on from the checkpoint before it, step ${kept - 1}`));
      expect((await readCheckpoint(store))?.checkpoint.steps).toBe(13);
    }
  });

  it('begins anew where none was taken yet, and not over a model that came to its end', async () => {
    const straight = await train(rows, { ...small, onNotice: 'silent' });
    const store = await cutAt(1, {});
    await store.remove('checkpoints');
    const notices: string[] = [];
    const run = await train(rows, { out: store, resume: true, onNotice: (line) => notices.push(line) });
    expect(run.parameters).toEqual(straight.parameters);
    expect(notices.join('\n')).toContain('no checkpoint yet: it begins anew');
    await store.remove('checkpoints');
    await expect(train(rows, { out: store, resume: true })).rejects.toThrow(/no checkpoint to continue from/);
  });
});
