import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common';
import { NdArray, RootsigmaError } from '../../core/index.ts';
import type { TypedArray } from '../../core/index.ts';
import { isOp } from '../../graph/index.ts';
import type { HostOpName, Tensor } from '../../graph/index.ts';
import { checkBindings, writeBound } from '../bindings.ts';
import type { NamedArrays, Program, ProgramSpec } from '../engine.ts';
import { bindInputs, concreteShape } from '../feeds.ts';
import type { Sizes } from '../feeds.ts';
import { hostKernels } from '../host-ops.ts';
import type { HostKernel } from '../host-ops.ts';
import { boundBuffers, bufferOver, placeValues, sizesKey } from './buffers.ts';
import type { Buffer, Placement } from './buffers.ts';
import { discard } from './discard.ts';
import { makePlan, releaseSessions } from './plan.ts';
import type { HostStep, Plan, SessionStep } from './plan.ts';
import { reasonOf } from './runtime.ts';
import type { OrtRuntime } from './runtime.ts';

/** Everything that one run knows so far. */
interface Run {
  readonly sizes: Sizes;
  readonly homes: Placement['homes'];
  readonly values: Map<Tensor, Buffer>;
}

/** A program on ONNX Runtime: sessions and host kernels in turn. Runs one at a time; a second call waits. */
export class OrtProgram implements Program {
  readonly inputs: readonly string[];
  readonly #spec: ProgramSpec;
  readonly #plan: Plan;
  readonly #runtime: OrtRuntime;
  readonly #bound: ReadonlyMap<string, Buffer>;
  #placement: Placement | undefined;
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
    const sizes = bindInputs(this.#plan.inputs, feeds, this.#spec.boundInputs);
    if (this.#placement?.key !== sizesKey(sizes)) {
      this.#placement = placeValues(this.#spec, this.#plan, sizes, this.#runtime);
    }
    const run: Run = { sizes, homes: this.#placement.homes, values: this.#leaves(feeds) };
    for (const step of this.#plan.steps) {
      if (step.kind === 'host') this.#runHost(step, run);
      else await this.#runSession(step, run);
    }
    const updates = this.#stateUpdates(run);
    const results = this.#collect(run);
    for (const { name, value, target } of updates) writeBound(`run: state slot '${name}'`, value, target);
    return results;
  }

  #leaves(feeds: NamedArrays): Map<Tensor, Buffer> {
    const values = new Map<Tensor, Buffer>();
    for (const [name, tensor] of this.#plan.inputs) {
      values.set(tensor, this.#bound.get(name) ?? bufferOver(feeds[name]!, this.#runtime));
    }
    return values;
  }

  #valueOf(tensor: Tensor, run: Run): NdArray {
    return isOp(tensor, 'constant') ? tensor.attributes.value : run.values.get(tensor)!.array;
  }

  #runHost({ node, inputs }: HostStep, run: Run): void {
    const shape = concreteShape(node.shape, run.sizes);
    const home = run.homes.get(node) ?? bufferOver(NdArray.zeros(shape, node.dtype), this.#runtime);
    const kernel = hostKernels[node.op] as HostKernel<HostOpName>;
    kernel(
      node,
      inputs.map((input) => this.#valueOf(input, run)),
      home.array,
    );
    run.values.set(node, home);
  }

  async #runSession({ session, inputs, outputs }: SessionStep, run: Run): Promise<void> {
    const feeds: Record<string, OrtTensor> = {};
    for (const { name, tensor } of inputs) feeds[name] = run.values.get(tensor)!.ort;
    const fetches: Record<string, OrtTensor | null> = {};
    for (const { name, tensor } of outputs) {
      fetches[name] = this.#runtime.writesOutputs ? (run.homes.get(tensor)?.ort ?? null) : null;
    }
    const results = await this.#runModel(session, feeds, fetches);
    const copies: ArrayBuffer[] = [];
    for (const { name, tensor } of outputs) {
      const home = run.homes.get(tensor);
      const ort = results[name]!;
      const data = ort.data as TypedArray;
      if (home && this.#runtime.writesOutputs) {
        if (data.buffer !== home.array.data.buffer) copies.push(data.buffer);
        run.values.set(tensor, home);
        continue;
      }
      if (home) home.array.data.set(data);
      const array = home?.array ?? new NdArray(data, concreteShape(tensor.shape, run.sizes), tensor.dtype);
      run.values.set(tensor, home ?? { array, ort });
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
  #collect(run: Run): Record<string, NdArray> {
    const kept = new Set<NdArray>([...run.homes.values()].map(({ array }) => array));
    const results: Record<string, NdArray> = {};
    for (const [name, output] of Object.entries(this.#spec.outputs)) {
      const tensor = this.#plan.graph.representative(output);
      const value = this.#valueOf(tensor, run);
      const target = this.#spec.boundOutputs?.[name];
      if (target) {
        results[name] = writeBound(`run: output '${name}'`, value, target);
      } else if (isOp(tensor, 'input') || isOp(tensor, 'constant') || kept.has(value)) {
        results[name] = NdArray.from(value);
      } else {
        kept.add(value);
        results[name] = value;
      }
    }
    return results;
  }

  /** The new values of the state slots, apart from every array that is still to be written. */
  #stateUpdates(run: Run): { name: string; value: NdArray; target: NdArray }[] {
    return Object.entries(this.#spec.state ?? {}).map(([name, update]) => {
      const tensor = this.#plan.graph.representative(update);
      const value = this.#valueOf(tensor, run);
      const target = this.#bound.get(name)!.array;
      return { name, value: isOp(tensor, 'input') ? NdArray.from(value) : value, target };
    });
  }
}
