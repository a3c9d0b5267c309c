import { RootsigmaError } from '../../core/index.ts';
import type { NdArray } from '../../core/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { checkBindings, writeBound } from '../bindings.ts';
import type { Engine, NamedArrays, Program, ProgramSpec } from '../engine.ts';
import { toNdArray } from './evaluate.ts';
import { Plan } from './plan.ts';

/** A program that can also run at once. */
export interface ReferenceProgram extends Program {
  runSync(feeds?: NamedArrays): Record<string, NdArray>;
}

/** The interpreter's engine, whose programs can be compiled and run without waiting. */
export interface ReferenceEngine extends Engine {
  compile(spec: ProgramSpec): Promise<ReferenceProgram>;
  compileSync(spec: ProgramSpec): ReferenceProgram;
}

/** The plain TypeScript float64 interpreter: exact and small, not made for big graphs. */
export const referenceEngine: ReferenceEngine = {
  name: 'reference',
  threads: 1,
  compile: (spec) => attempt(() => new Interpreter(spec)),
  compileSync: (spec) => new Interpreter(spec),
};

/** Runs `action` now; what it throws rejects. */
function attempt<T>(action: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(action());
  });
}

class Interpreter implements ReferenceProgram {
  readonly inputs: readonly string[];
  readonly #plan: Plan;
  readonly #outputs: readonly (readonly [name: string, tensor: Tensor])[];
  readonly #state: readonly (readonly [name: string, tensor: Tensor])[];
  readonly #boundInputs: NamedArrays;
  readonly #boundOutputs: NamedArrays;
  #disposed = false;

  constructor(spec: ProgramSpec) {
    this.#outputs = Object.entries(spec.outputs);
    this.#state = Object.entries(spec.state ?? {});
    this.#boundInputs = { ...spec.boundInputs };
    this.#boundOutputs = { ...spec.boundOutputs };
    this.#plan = new Plan([...this.#outputs, ...this.#state].map(([, tensor]) => tensor));
    this.inputs = [...this.#plan.inputs.keys()].filter((name) => !Object.hasOwn(this.#boundInputs, name));
    checkBindings(spec, this.#plan.inputs);
  }

  runSync(feeds: NamedArrays = {}): Record<string, NdArray> {
    if (this.#disposed) throw new RootsigmaError('run: the program has been disposed of. Compile it again.');
    const values = this.#plan.run(feeds, this.#boundInputs);
    // Everything is copied out before anything is written: values may share memory with bound arrays.
    const arrays = values
      .slice(0, this.#outputs.length)
      .map((value, k) => toNdArray(value, this.#outputs[k]![1].dtype));
    const updates = this.#state.map(([, tensor], k) => toNdArray(values[this.#outputs.length + k]!, tensor.dtype));
    const results: Record<string, NdArray> = {};
    this.#outputs.forEach(([name], k) => {
      const bound = this.#boundOutputs[name];
      results[name] = bound ? writeBound(`run: output '${name}'`, arrays[k]!, bound) : arrays[k]!;
    });
    this.#state.forEach(([name], k) => writeBound(`run: state slot '${name}'`, updates[k]!, this.#boundInputs[name]!));
    return results;
  }

  run(feeds: NamedArrays = {}): Promise<Record<string, NdArray>> {
    return attempt(() => this.runSync(feeds));
  }

  dispose(): Promise<void> {
    this.#disposed = true;
    return Promise.resolve();
  }
}
