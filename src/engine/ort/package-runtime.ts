import type * as ortCommon from 'onnxruntime-common';
import type { Tensor as OrtTensor, InferenceSession, TensorConstructor } from 'onnxruntime-common';
import { takeTurns } from '../../core/index.ts';
import type { NdArray } from '../../core/index.ts';
import type { OrtEngineName } from '../onnx/index.ts';
import { discard } from './discard.ts';
import type { OrtModel, OrtRuntime, OrtSession } from './runtime.ts';

/** What both packages export (they share onnxruntime-common, where the types are). */
export type OrtModule = typeof ortCommon;

/** ONNX Runtime through the JavaScript interface of one of its npm packages. */
export function packageRuntime(name: OrtEngineName, ort: OrtModule): OrtRuntime {
  // What goes wrong is thrown; nothing is printed besides.
  ort.env.logLevel = 'fatal';
  const writesOutputs = name === 'onnxruntime-node';
  const options: InferenceSession.SessionOptions = {
    executionProviders: [name === 'onnxruntime-node' ? 'cpu' : 'wasm'],
    graphOptimizationLevel: 'basic',
    executionMode: 'sequential',
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  };
  const inTurn: InTurn = name === 'onnxruntime-web' ? oneAtATime() : (work) => work();
  return {
    name,
    createSession: (model, intraOpNumThreads) =>
      inTurn(async () => {
        const session = await ort.InferenceSession.create(model.bytes, { ...options, intraOpNumThreads });
        return new PackageSession(session, model, { Tensor: ort.Tensor, writesOutputs, inTurn });
      }),
  };
}

type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Does one thing after the other. All sessions of onnxruntime-web share the stack of one WebAssembly module, on which a run lays its names
 * before it waits: another that comes in between writes over them, whatever session it is of.
 */
function oneAtATime(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}

class PackageSession implements OrtSession {
  readonly #session: InferenceSession;
  readonly #model: OrtModel;
  readonly #Tensor: TensorConstructor;
  /** Whether a run writes into the outputs' arrays; where it does not, the results are copied there. */
  readonly #writesOutputs: boolean;
  readonly #inTurn: InTurn;
  /** What stands here from the last run is used again. */
  readonly #tensors = new Map<string, { readonly array: NdArray; readonly ort: OrtTensor }>();

  constructor(
    session: InferenceSession,
    model: OrtModel,
    options: { readonly Tensor: TensorConstructor; readonly writesOutputs: boolean; readonly inTurn: InTurn },
  ) {
    this.#session = session;
    this.#model = model;
    this.#Tensor = options.Tensor;
    this.#writesOutputs = options.writesOutputs;
    this.#inTurn = options.inTurn;
  }

  async run(inputs: readonly NdArray[], outputs: readonly NdArray[]): Promise<void> {
    const { inputs: inputNames, outputs: outputNames } = this.#model;
    const feeds = Object.fromEntries(inputNames.map((name, k) => [name, this.#tensor(name, inputs[k]!)]));
    const fetches = Object.fromEntries(
      outputNames.map((name, k) => [name, this.#writesOutputs ? this.#tensor(name, outputs[k]!) : null]),
    );
    await takeTurns();
    const results = await this.#inTurn(() => this.#session.run(feeds, fetches));
    const copies = outputNames.map((name, k) => {
      const data = results[name]!.data as NdArray['data'];
      if (!this.#writesOutputs) outputs[k]!.data.set(data);
      return data.buffer;
    });
    if (this.#writesOutputs) discard(copies.filter((buffer, k) => buffer !== outputs[k]!.data.buffer));
  }

  release(): Promise<void> {
    return this.#inTurn(() => this.#session.release());
  }

  #tensor(name: string, array: NdArray): OrtTensor {
    const last = this.#tensors.get(name);
    if (last?.array === array) return last.ort;
    const ort = new this.#Tensor(array.dtype, array.data, array.shape);
    this.#tensors.set(name, { array, ort });
    return ort;
  }
}
