import { NdArray, RootsigmaError, sameShape } from '../../core/index.ts';
import { isOp } from '../../graph/index.ts';
import type { HostOpName, Tensor } from '../../graph/index.ts';
import { checkBindings, writeBound } from '../bindings.ts';
import type { NamedArrays, Program, ProgramSpec } from '../engine.ts';
import { bindInputs, concreteShape } from '../feeds.ts';
import type { Sizes } from '../feeds.ts';
import { hostKernels } from '../host-ops.ts';
import type { HostKernel } from '../host-ops.ts';
import { assignBuffers } from './buffer-assignment.ts';
import { makePlan, releaseSessions } from './plan.ts';
import type { HostStep, Plan, SessionStep } from './plan.ts';
import { reasonOf } from './reason.ts';
import type { OrtRuntime } from './runtime.ts';

/** The values of one run that have no lasting buffer. */
type Values = Map<Tensor, NdArray>;

/** What stays the same as long as runs have the same sizes. */
interface Prepared {
  readonly sizes: Sizes;
  /** What was fed: the same dtypes and shapes give the same sizes. */
  readonly fed: readonly NdArray[];
  /** The values that have a lasting buffer, by the buffer assignment; bound inputs among them. */
  readonly buffers: ReadonlyMap<Tensor, NdArray>;
}

/** A program on ONNX Runtime: sessions and host kernels in turn. Runs one at a time; a second call waits. */
export class OrtProgram implements Program {
  readonly inputs: readonly string[];
  readonly #spec: ProgramSpec;
  readonly #plan: Plan;
  readonly #name: string;
  readonly #outputs: readonly (readonly [name: string, tensor: Tensor, target: NdArray | undefined])[];
  #prepared: Prepared | undefined;
  /** Settles when every run so far has. */
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  static async compile(spec: ProgramSpec & { readonly threads: number }, runtime: OrtRuntime): Promise<OrtProgram> {
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
    this.#name = runtime.name;
    this.#outputs = Object.entries(spec.outputs).map(([name, output]) => [
      name,
      plan.graph.representative(output),
      spec.boundOutputs?.[name],
    ]);
    this.inputs = [...plan.inputs.keys()].filter((name) => !spec.boundInputs?.[name]);
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
    for (const name of this.inputs) values.set(this.#plan.inputs.get(name)!, feeds[name]!);
    for (const step of this.#plan.steps) {
      if (step.kind === 'session') await this.#runSession(step, prepared, values);
      else this.#runHost(step, prepared, values);
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
    const buffers = assignBuffers(this.#spec, this.#plan, sizes);
    for (const [name, array] of Object.entries(this.#spec.boundInputs ?? {})) {
      const tensor = this.#plan.inputs.get(name);
      if (tensor) buffers.set(tensor, array);
    }
    return (this.#prepared = { sizes, fed: inputs.map((name) => feeds[name]!), buffers });
  }

  #runHost({ node, inputs }: HostStep, prepared: Prepared, values: Values): void {
    const kernel = hostKernels[node.op] as HostKernel<HostOpName>;
    const given = inputs.map((input) => arrayOf(input, prepared.buffers, values));
    kernel(node, given, bufferOf(node, prepared, values));
  }

  async #runSession({ session, inputs, outputs }: SessionStep, prepared: Prepared, values: Values): Promise<void> {
    const given = inputs.map((tensor) => arrayOf(tensor, prepared.buffers, values));
    const targets = outputs.map((tensor) => bufferOf(tensor, prepared, values));
    try {
      await session.run(given, targets);
    } catch (cause) {
      throw new RootsigmaError(`run: ${this.#name} failed: ${reasonOf(cause)}`, { cause });
    }
  }

  /** The outputs by name: bound arrays, and arrays that belong to nobody else. */
  #collect({ buffers }: Prepared, values: Values): Record<string, NdArray> {
    const results: Record<string, NdArray> = {};
    const given = new Set<NdArray>();
    for (const [name, tensor, target] of this.#outputs) {
      const value = arrayOf(tensor, buffers, values);
      if (target) {
        results[name] = writeBound(`run: output '${name}'`, value, target);
      } else if (isOp(tensor, 'input') || isOp(tensor, 'constant') || buffers.has(tensor) || given.has(value)) {
        results[name] = NdArray.from(value);
      } else {
        given.add(value);
        results[name] = value;
      }
    }
    return results;
  }

  /** The new values of the state slots, apart from every array that is still to be written. */
  #stateUpdates({ buffers }: Prepared, values: Values): { name: string; value: NdArray; target: NdArray }[] {
    return Object.entries(this.#spec.state ?? {}).map(([name, update]) => {
      const tensor = this.#plan.graph.representative(update);
      const value = arrayOf(tensor, buffers, values);
      const target = this.#spec.boundInputs![name]!;
      return { name, value: isOp(tensor, 'input') ? NdArray.from(value) : value, target };
    });
  }
}

function arrayOf(tensor: Tensor, buffers: Prepared['buffers'], values: Values): NdArray {
  return isOp(tensor, 'constant') ? tensor.attributes.value : (buffers.get(tensor) ?? values.get(tensor)!);
}

/** Where a value of a run is written: its lasting buffer, else a new one. */
function bufferOf(tensor: Tensor, { buffers, sizes }: Prepared, values: Values): NdArray {
  const buffer = buffers.get(tensor);
  if (buffer) return buffer;
  const array = NdArray.zeros(concreteShape(tensor.shape, sizes), tensor.dtype);
  values.set(tensor, array);
  return array;
}
