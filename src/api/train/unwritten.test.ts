// A training whose disk is full: what it came to is never lost for a file that does not fit.
import { describe, expect, it } from 'vitest';
import { NdArray, WriteError } from '../../core/index.ts';
import { MemoryStore, parseJsonLines, readAll } from '../../io/index.ts';
import { bernoulli, key } from '../../random/index.ts';
import { UnwrittenRunError, load, train } from '../index.ts';
import type { Run, TrainOptions } from '../index.ts';

const x = new NdArray(Float32Array.from(bernoulli(key(1), 0.4, [40, 16]).data), [40, 4, 4]);
const options = {
  ...{ latent: 2, hidden: [8], epochs: 2, batchSize: 10, binarize: 'none', threads: 1, checkpointEvery: 0.000001 },
} as const satisfies TrainOptions;

/** A store that refuses what `refuses` says, as a full disk does. */
class FullStore extends MemoryStore {
  refuses: (name: string, size: number) => boolean = () => false;
  override async replace(...[name, contents, more]: Parameters<MemoryStore['replace']>): Promise<void> {
    this.#check(name, contents.length);
    return super.replace(name, contents, more);
  }
  override async append(name: string, contents: Uint8Array | string): Promise<void> {
    this.#check(name, contents.length);
    return super.append(name, contents);
  }
  #check(name: string, size: number): void {
    if (this.refuses(name, size)) throw new WriteError(`${name}: cannot be written: no space is left there.`);
  }
}

interface Outcome {
  readonly run: Run | undefined;
  readonly error: unknown;
  readonly notices: string[];
}

async function trainInto(out: FullStore): Promise<Outcome> {
  const notices: string[] = [];
  try {
    const run = await train(x, { ...options, out, onNotice: (line) => notices.push(line) });
    return { run, error: undefined, notices };
  } catch (error) {
    return { run: undefined, error, notices };
  }
}

const straight = await train(x, { ...options, onNotice: 'silent' });
const same = (run: Run): void => {
  expect(Object.values(run.parameters).map(({ data }) => data)).toEqual(
    Object.values(straight.parameters).map(({ data }) => data),
  );
};

describe('a training that cannot write', () => {
  it('checkpoints writes its model all the same, and says what is missing', async () => {
    const out = new FullStore();
    out.refuses = (name) => name.startsWith('checkpoints/');
    const { error, notices } = await trainInto(out);
    expect(error).toBeInstanceOf(UnwrittenRunError);
    expect(String(error)).toMatch(
      /Not written: checkpoints\/last\.safetensors\. The trained model is in memory\/model/,
    );
    same((error as UnwrittenRunError).run);
    same(await load(out, { engine: 'reference' }));
    // Tried at every step, said once.
    expect(notices.filter((line) => line.includes('Training goes on without it'))).toHaveLength(1);
  });

  it('pictures and cards has the rest', async () => {
    const out = new FullStore();
    out.refuses = (name) => /png|README|onnx/.test(name);
    const { error } = await trainInto(out);
    expect(String(error)).toContain(
      'Not written: pictures/, model/encoder.onnx, model/decoder.onnx, model/prior.onnx, samples.png, reconstructions.png, README.md.',
    );
    same(await load(out, { engine: 'reference' }));
  });

  it('its model gives the run with the error', async () => {
    const out = new FullStore();
    out.refuses = (name) => name === 'model.safetensors';
    const { error } = await trainInto(out);
    expect(String(error)).toMatch(/The trained model is among them: this error's 'run' has it/);
    const elsewhere = new MemoryStore();
    await (error as UnwrittenRunError).run.save(elsewhere);
    same(await load(elsewhere, { engine: 'reference' }));
  });

  it('the last lines of metrics for a while adds them when there is space again', async () => {
    const [out, whole] = [new FullStore(), new FullStore()];
    let refused = 0;
    out.refuses = (name) => name === 'metrics.jsonl' && refused++ < 1;
    const [{ run, notices }] = [await trainInto(out), await trainInto(whole)];
    if (run) same(run);
    expect(notices.filter((line) => line.startsWith('metrics.jsonl'))).toHaveLength(1);
    const linesOf = async (store: MemoryStore) =>
      parseJsonLines(new TextDecoder().decode(await store.read('metrics.jsonl'))).records.map(({ event }) => event);
    expect(await linesOf(out)).toEqual(await linesOf(whole));
  });

  it('both generations of checkpoints and the model gives the older one up', async () => {
    const out = new FullStore();
    let isFull = true;
    // Full until the older checkpoint is removed.
    out.refuses = (name) => isFull && name === 'model.safetensors';
    const remove = out.remove.bind(out);
    out.remove = (name) => {
      if (name === 'checkpoints/previous.safetensors') isFull = false;
      return remove(name);
    };
    const { run, error } = await trainInto(out);
    expect(error).toBeUndefined();
    if (run) same(run);
    const names = [...(await readAll(out)).keys()].filter((name) => name.startsWith('checkpoints/'));
    expect(names).toEqual(['checkpoints/last.safetensors']);
  });

  it('the last checkpoint, and not the model beside an older one, gives that up: the training is over', async () => {
    const out = new FullStore();
    let [isFull, checkpoints] = [true, 0];
    out.refuses = (name) =>
      name.startsWith('checkpoints/') ? checkpoints++ > 0 : isFull && name === 'model.safetensors';
    const remove = out.remove.bind(out);
    out.remove = (name) => {
      if (name === 'checkpoints/last.safetensors') isFull = false;
      return remove(name);
    };
    const { error } = await trainInto(out);
    expect(String(error)).toMatch(/Not written: checkpoints\/last\.safetensors\. The trained model is in/);
    same(await load(out, { engine: 'reference' }));
  });

  it('anything but what is no fault of writing ends at once', async () => {
    const out = new FullStore();
    out.refuses = (name) => {
      if (name === 'metrics.jsonl') throw new TypeError('a defect');
      return false;
    };
    expect((await trainInto(out)).error).toBeInstanceOf(TypeError);
  });
});
