import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common';
import { NdArray, RootsigmaError, sameShape } from '../../core/index.ts';
import type { TypedArray } from '../../core/index.ts';
import { isOp } from '../../graph/index.ts';
import type { HostOpName, Tensor } from '../../graph/index.ts';
import { checkBindings, writeBound } from '../bindings.ts';
import type { NamedArrays, Program, ProgramSpec } from '../engine.ts';
import { bindInputs, concreteShape } from '../feeds.ts';
import type { Sizes } from '../feeds.ts';
import { hostKernels } from '../host-ops.ts';
import type { HostKernel } from '../host-ops.ts';
import { boundBuffers, bufferOver, placeValues } from './buffers.ts';
import type { Buffer } from './buffers.ts';
import { discard } from './discard.ts';
import { makePlan, releaseSessions } from './plan.ts';
import type { HostStep, Plan, Port, SessionStep } from './plan.ts';
import { reasonOf } from './runtime.ts';
import type { OrtRuntime } from './runtime.ts';

/** A session's turn in a run. What is the same in every run stands in `feeds` and `fetches` already. */
interface SessionTurn extends SessionStep {
  readonly feeds: Record<string, OrtTensor>;
  readonly fetches: Record<string, OrtTensor | null>;
  /** Inputs that are new in every run. */
  readonly changing: readonly Port[];
}

/** The values of one run that have no lasting place. */
type Values = Map<Tensor, Buffer>;

/** What stays the same as long as runs have the same sizes. */
interface Prepared {
  readonly sizes: Sizes;
  /** What was fed: the same dtypes and shapes give the same sizes. */
  readonly fed: readonly NdArray[];
  /** Where values live that have a lasting place: bound inputs among them. */
  readonly homes: ReadonlyMap<Tensor, Buffer>;
  readonly turns: readonly (HostStep | SessionTurn)[];
}

/** A program on ONNX Runtime: sessions and host kernels in turn. Runs one at a time; a second call waits. */
export class OrtProgram implements Program {
  readonly inputs: readonly string[];
  readonly #spec: ProgramSpec;
  readonly #plan: Plan;
  readonly #runtime: OrtRuntime;
  readonly #bound: ReadonlyMap<string, Buffer>;
  readonly #outputs: readonly (readonly [name: string, tensor: Tensor, target: NdArray | undefined])[];
  #prepared: Prepared | undefined;
  /** Settles when every run so far has. */
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  static async compile(spec: ProgramSpec, runtime: OrtRuntime): Promise<OrtProgram> {
    const outputs = [...Object.values(spec.outputs), ...Object.values(spec.state ?? {})];
    const plan = await makePlan(outputs, runtime, spec.threads);
    try {
      checkBindings(spec, plan.inputs);
    } catch (error) {
      await releaseSessions(plan.steps);
      throw error;
    }
    return new OrtProgram(spec, plan, runtime);
  }

  private constructor(spec: ProgramSpec, plan: Plan, runtime: OrtRuntime) {
    this.#spec = { ...spec, boundInputs: { ...spec.boundInputs }, boundOutputs: { ...spec.boundOutputs } };
    this.#plan = plan;
    this.#runtime = runtime;
    this.#bound = boundBuffers(spec.boundInputs ?? {}, runtime);
    this.#outputs = Object.entries(spec.outputs).map(([name, output]) => [
      name,
      plan.graph.representative(output),
      spec.boundOutputs?.[name],
    ]);
    this.inputs = [...plan.inputs.keys()].filter((name) => !this.#bound.has(name));
  }

  run(feeds: NamedArrays = {}): Promise<Record<string, NdArray>> {
    if (this.#disposed) {
      return Promise.reject(new RootsigmaError('run: the program has been disposed of. Compile it again.'));
    }
    const result = this.#last.then(() => this.#run(feeds));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#last;
    await releaseSessions(this.#plan.steps);
  }

  async #run(feeds: NamedArrays): Promise<Record<string, NdArray>> {
    const prepared = this.#prepare(feeds);
    const values: Values = new Map();
    for (const name of this.inputs) values.set(this.#plan.inputs.get(name)!, bufferOver(feeds[name]!, this.#runtime));
    for (const turn of prepared.turns) {
      if ('session' in turn) await this.#runSession(turn, prepared, values);
      else this.#runHost(turn, prepared, values);
    }
    const updates = this.#stateUpdates(prepared, values);
    const results = this.#collect(prepared, values);
    for (const { name, value, target } of updates) writeBound(`run: state slot '${name}'`, value, target);
    return results;
  }

  /** Checks what is fed; what is like the last run's needs nothing new. */
  #prepare(feeds: NamedArrays): Prepared {
    const { inputs } = this;
    const last = this.#prepared;
    const isLikeLast = (name: string, k: number): boolean => {
      const [array, earlier] = [feeds[name], last?.fed[k]];
      return array !== undefined && array.dtype === earlier?.dtype && sameShape(array.shape, earlier.shape);
    };
    if (last && Object.keys(feeds).length === inputs.length && inputs.every(isLikeLast)) return last;
    const sizes = bindInputs(this.#plan.inputs, feeds, this.#spec.boundInputs);
    const homes = new Map(placeValues(this.#spec, this.#plan, sizes, this.#runtime));
    for (const [name, buffer] of this.#bound) {
      const tensor = this.#plan.inputs.get(name);
      if (tensor) homes.set(tensor, buffer);
    }
    const turns = this.#plan.steps.map((step) => (step.kind === 'host' ? step : this.#sessionTurn(step, homes)));
    return (this.#prepared = { sizes, fed: inputs.map((name) => feeds[name]!), homes, turns });
  }

  #sessionTurn(step: SessionStep, homes: Prepared['homes']): SessionTurn {
    const lasting = step.inputs.filter(({ tensor }) => homes.has(tensor));
    const fetch = ({ tensor }: Port): OrtTensor | null =>
      this.#runtime.writesOutputs ? (homes.get(tensor)?.ort ?? null) : null;
    return {
      ...step,
      feeds: Object.fromEntries(lasting.map(({ name, tensor }) => [name, homes.get(tensor)!.ort])),
      fetches: Object.fromEntries(step.outputs.map((port) => [port.name, fetch(port)])),
      changing: step.inputs.filter(({ tensor }) => !homes.has(tensor)),
    };
  }

  #runHost({ node, inputs }: HostStep, { sizes, homes }: Prepared, values: Values): void {
    let home = homes.get(node);
    if (!home) {
      home = bufferOver(NdArray.zeros(concreteShape(node.shape, sizes), node.dtype), this.#runtime);
      values.set(node, home);
    }
    const kernel = hostKernels[node.op] as HostKernel<HostOpName>;
    kernel(
      node,
      inputs.map((input) => arrayOf(input, homes, values)),
      home.array,
    );
  }

  async #runSession(turn: SessionTurn, { sizes, homes }: Prepared, values: Values): Promise<void> {
    const { session, feeds, fetches, changing, outputs } = turn;
    for (const { name, tensor } of changing) feeds[name] = values.get(tensor)!.ort;
    const results = await this.#runModel(session, feeds, fetches);
    const copies: ArrayBuffer[] = [];
    for (const { name, tensor } of outputs) {
      const home = homes.get(tensor);
      const ort = results[name]!;
      const data = ort.data as TypedArray;
      if (!home) {
        values.set(tensor, { array: new NdArray(data, concreteShape(tensor.shape, sizes), tensor.dtype), ort });
      } else if (this.#runtime.writesOutputs) {
        if (data.buffer !== home.array.data.buffer) copies.push(data.buffer);
      } else home.array.data.set(data);
    }
    discard(copies);
  }

  async #runModel(
    session: InferenceSession,
    feeds: Record<string, OrtTensor>,
    fetches: Record<string, OrtTensor | null>,
  ): Promise<InferenceSession.ReturnType> {
    try {
      return await session.run(feeds, fetches);
    } catch (cause) {
      throw new RootsigmaError(`run: ${this.#runtime.name} failed: ${reasonOf(cause)}`, { cause });
    }
  }

  /** The outputs by name: bound arrays, and arrays that belong to nobody else. */
  #collect({ homes }: Prepared, values: Values): Record<string, NdArray> {
    const results: Record<string, NdArray> = {};
    const given = new Set<NdArray>();
    for (const [name, tensor, target] of this.#outputs) {
      const value = arrayOf(tensor, homes, values);
      if (target) {
        results[name] = writeBound(`run: output '${name}'`, value, target);
      } else if (isOp(tensor, 'input') || isOp(tensor, 'constant') || homes.has(tensor) || given.has(value)) {
        results[name] = NdArray.from(value);
      } else {
        given.add(value);
        results[name] = value;
      }
    }
    return results;
  }

  /** The new values of the state slots, apart from every array that is still to be written. */
  #stateUpdates({ homes }: Prepared, values: Values): { name: string; value: NdArray; target: NdArray }[] {
    return Object.entries(this.#spec.state ?? {}).map(([name, update]) => {
      const tensor = this.#plan.graph.representative(update);
      const value = arrayOf(tensor, homes, values);
      const target = this.#bound.get(name)!.array;
      return { name, value: isOp(tensor, 'input') ? NdArray.from(value) : value, target };
    });
  }
}

function arrayOf(tensor: Tensor, homes: Prepared['homes'], values: Values): NdArray {
  return isOp(tensor, 'constant') ? tensor.attributes.value : (homes.get(tensor) ?? values.get(tensor)!).array;
}
