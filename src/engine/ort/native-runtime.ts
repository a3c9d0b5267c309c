import { takeTurns } from '../../core/index.ts';
import type { NdArray } from '../../core/index.ts';
import { loadOrtApi } from './c-api.ts';
import type { OrtApi, Pointer } from './c-api.ts';
import type { OrtModel, OrtRuntime, OrtSession } from './runtime.ts';

/**
 * onnxruntime-node's library through its C interface. Its sessions work in the caller's arrays, shared memory included,
 * and copy nothing; onnxruntime-node's own binding refuses shared memory and returns a copy of every output.
 */
export async function loadNative(): Promise<OrtRuntime> {
  const api = await loadOrtApi();
  return {
    name: 'onnxruntime-node',
    createSession: (model, threads) =>
      new Promise((resolve) => {
        resolve(new NativeSession(api, model, threads));
      }),
  };
}

/** Programs should be disposed of; what a forgotten one holds is given back with it. */
const forgotten = new FinalizationRegistry<() => void>((free) => {
  free();
});

class NativeSession implements OrtSession {
  readonly #api: OrtApi;
  readonly #inputs: Slots;
  readonly #outputs: Slots;
  readonly #free: () => void;
  #session: Pointer | undefined;

  constructor(api: OrtApi, model: OrtModel, threads: number) {
    const session = api.createSession(model.bytes, threads);
    const [inputs, outputs] = [new Slots(api, model.inputs), new Slots(api, model.outputs)];
    this.#api = api;
    this.#session = session;
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#free = () => {
      inputs.release();
      outputs.release();
      api.releaseSession(session);
    };
    forgotten.register(this, this.#free, this);
  }

  async run(inputs: readonly NdArray[], outputs: readonly NdArray[]): Promise<void> {
    await takeTurns();
    if (this.#session === undefined) throw new Error('the session has been released');
    this.#inputs.fill(inputs);
    this.#outputs.fill(outputs);
    this.#api.run(this.#session, this.#inputs, this.#outputs);
  }

  release(): Promise<void> {
    if (this.#session !== undefined) {
      this.#session = undefined;
      forgotten.unregister(this);
      this.#free();
    }
    return Promise.resolve();
  }
}

/** The inputs, or the outputs, of a session. What was given in the last run already needs nothing new. */
class Slots {
  readonly names: BigUint64Array;
  /** 0 where there is none. */
  readonly tensors: BigUint64Array;
  readonly #api: OrtApi;
  /** ONNX Runtime works in their memory, so they stay. */
  readonly #arrays: (NdArray | undefined)[];
  /** The memory of the names. */
  readonly #texts: readonly Uint8Array[];

  constructor(api: OrtApi, names: readonly string[]) {
    this.#api = api;
    this.#texts = names.map((name) => new TextEncoder().encode(`${name}\0`));
    this.names = new BigUint64Array(this.#texts.map((text) => api.addressOf(text)));
    this.tensors = new BigUint64Array(names.length);
    this.#arrays = names.map(() => undefined);
  }

  fill(arrays: readonly NdArray[]): void {
    arrays.forEach((array, k) => {
      if (array === this.#arrays[k]) return;
      this.#empty(k);
      this.tensors[k] = this.#api.createTensor(array);
      this.#arrays[k] = array;
    });
  }

  release(): void {
    this.tensors.forEach((_, k) => {
      this.#empty(k);
    });
  }

  #empty(k: number): void {
    const tensor = this.tensors[k];
    if (!tensor) return;
    this.tensors[k] = 0n;
    this.#arrays[k] = undefined;
    this.#api.releaseValue(tensor);
  }
}
