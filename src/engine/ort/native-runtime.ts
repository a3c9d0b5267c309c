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

/** What must be given back to ONNX Runtime. */
interface Holdings {
  session: Pointer | undefined;
  readonly tensors: Set<Pointer>;
}

/** Programs should be disposed of; what a forgotten one holds is given back with it. */
const forgotten = new FinalizationRegistry<() => void>((free) => {
  free();
});

/** How long computing may keep timers and messages from their turn. */
const turnMs = 20;
let lastTurn = performance.now();

class NativeSession implements OrtSession {
  readonly #api: OrtApi;
  readonly #holdings: Holdings;
  readonly #free: () => void;
  readonly #inputs: Slots;
  readonly #outputs: Slots;

  constructor(api: OrtApi, { bytes, inputs, outputs }: OrtModel, threads: number) {
    const holdings: Holdings = { session: api.createSession(bytes, threads), tensors: new Set() };
    this.#api = api;
    this.#holdings = holdings;
    this.#inputs = new Slots(api, holdings, inputs);
    this.#outputs = new Slots(api, holdings, outputs);
    this.#free = () => {
      for (const tensor of holdings.tensors) api.releaseValue(tensor);
      holdings.tensors.clear();
      if (holdings.session !== undefined) api.releaseSession(holdings.session);
      holdings.session = undefined;
    };
    forgotten.register(this, this.#free, this);
  }

  async run(inputs: readonly NdArray[], outputs: readonly NdArray[]): Promise<void> {
    if (performance.now() - lastTurn > turnMs) {
      await new Promise((resolve) => setImmediate(resolve));
      lastTurn = performance.now();
    }
    const { session } = this.#holdings;
    if (session === undefined) throw new Error('the session has been released');
    this.#inputs.fill(inputs);
    this.#outputs.fill(outputs);
    this.#api.run(session, this.#inputs, this.#outputs);
  }

  release(): Promise<void> {
    this.#free();
    forgotten.unregister(this);
    return Promise.resolve();
  }
}

/** The inputs, or the outputs, of a session. What was given in the last run already needs nothing new. */
class Slots {
  readonly names: BigUint64Array;
  readonly tensors: BigUint64Array;
  readonly #api: OrtApi;
  readonly #holdings: Holdings;
  /** ONNX Runtime works in their memory, so they stay. */
  readonly #arrays: (NdArray | undefined)[];
  /** The memory of the names. */
  readonly #texts: readonly Uint8Array[];

  constructor(api: OrtApi, holdings: Holdings, names: readonly string[]) {
    this.#api = api;
    this.#holdings = holdings;
    this.#texts = names.map((name) => new TextEncoder().encode(`${name}\0`));
    this.names = new BigUint64Array(this.#texts.map((text) => api.addressOf(text)));
    this.tensors = new BigUint64Array(names.length);
    this.#arrays = names.map(() => undefined);
  }

  fill(arrays: readonly NdArray[]): void {
    const { tensors } = this.#holdings;
    arrays.forEach((array, k) => {
      if (array === this.#arrays[k]) return;
      const old = this.tensors[k];
      if (old) {
        tensors.delete(old);
        this.#api.releaseValue(old);
      }
      this.#arrays[k] = undefined;
      this.tensors[k] = 0n;
      const tensor = this.#api.createTensor(array);
      tensors.add(tensor);
      this.tensors[k] = tensor;
      this.#arrays[k] = array;
    });
  }
}
