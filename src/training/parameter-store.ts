import { NdArray, ValueError, formatShape, sameShape, sizeOf } from '../core/index.ts';
import type { Shape } from '../core/index.ts';
import { allFinite, createBufferMemory } from '../kernels/index.ts';
import type { BufferMemory } from '../kernels/index.ts';
import { isLearned } from '../nn/index.ts';
import type { ParameterSpec } from '../nn/index.ts';

/** Views start at multiples of a cache line. */
const alignment = 16;

/** Parameters of a model by their full names, such as `encoder.0.weight`. */
export type NamedParameters = Readonly<Record<string, NdArray<'float32'>>>;

/** What the store has to know of a parameter. */
export type StoredSpec = Omit<ParameterSpec, 'initializer'>;

/** Where what is learned begins in the flat arrays, and how long they are. */
export function flatOffsets(specs: readonly StoredSpec[]): {
  readonly offsets: ReadonlyMap<string, number>;
  readonly length: number;
} {
  const offsets = new Map<string, number>();
  let length = 0;
  for (const { name, shape } of specs.filter(isLearned)) {
    offsets.set(name, length);
    length += paddedSize(shape);
  }
  return { offsets, length };
}

/** The length of the flat arrays. */
export function flatLength(specs: readonly StoredSpec[]): number {
  return flatOffsets(specs).length;
}

function paddedSize(shape: Shape): number {
  return Math.ceil(sizeOf(shape) / alignment) * alignment;
}

/**
 * All learned parameters in one flat float32 array inside a WebAssembly memory, and their gradients in another: an
 * optimiser step, a norm or a copy is one pass. The engine reads and writes the named views in place. State lies beside
 * them in arrays of its own, which no optimiser sees.
 */
export class ParameterStore {
  readonly memory: BufferMemory;
  readonly values: Float32Array<ArrayBuffer>;
  readonly gradients: Float32Array<ArrayBuffer>;
  /** By name: views of `values`, and the arrays of state. */
  readonly parameters: NamedParameters;
  /** Views of `gradients` by name, of what is learned. */
  readonly gradientViews: NamedParameters;
  /** What is not learned: running averages. */
  readonly state: readonly NdArray<'float32'>[];

  /** @param options.extra how many numbers more will be allocated in the memory: an optimiser's arrays */
  constructor(specs: readonly StoredSpec[], options: { readonly extra?: number } = {}) {
    const learned = specs.filter(isLearned);
    const { offsets, length } = flatOffsets(specs);
    this.memory = createBufferMemory((2 * length + (options.extra ?? 0)) * Float32Array.BYTES_PER_ELEMENT);
    this.values = this.memory.allocate('float32', length);
    this.gradients = this.memory.allocate('float32', length);
    const views = (flat: Float32Array<ArrayBuffer>): NamedParameters =>
      Object.fromEntries(
        learned.map(({ name, shape }) => {
          const start = offsets.get(name) ?? 0;
          return [name, new NdArray(flat.subarray(start, start + sizeOf(shape)), shape, 'float32')];
        }),
      );
    const values = views(this.values);
    this.parameters = Object.fromEntries(
      specs.map(({ name, shape }) => [name, values[name] ?? NdArray.zeros(shape, 'float32')]),
    );
    this.gradientViews = views(this.gradients);
    this.state = specs.flatMap(({ name }) => (values[name] ? [] : (this.parameters[name] ?? [])));
  }

  /** Copies values in. @throws ValueError when a name or a shape does not match, before anything is written */
  assign(values: Readonly<Record<string, NdArray>>): void {
    for (const [name, { shape }] of Object.entries(this.parameters)) {
      const given = values[name];
      if (!given) throw new ValueError(`The parameter '${name}' is missing. Was the model built with other options?`);
      if (!sameShape(given.shape, shape)) {
        throw new ValueError(
          `The parameter '${name}' has shape ${formatShape(given.shape)}, the model needs ${formatShape(shape)}.`,
        );
      }
    }
    const unknown = Object.keys(values).find((name) => !(name in this.parameters));
    if (unknown !== undefined) throw new ValueError(`The model has no parameter '${unknown}'.`);
    for (const [name, view] of Object.entries(this.parameters)) {
      const given = values[name];
      if (given) view.data.set(given.data);
    }
  }

  /** A copy of the parameters that later steps leave alone. */
  snapshot(): NamedParameters {
    return Object.fromEntries(
      Object.entries(this.parameters).map(([name, { data, shape }]) => [name, new NdArray(data.slice(), shape)]),
    );
  }

  isFinite(): boolean {
    return allFinite(this.memory, this.values) && this.isStateFinite();
  }

  isStateFinite(): boolean {
    return this.state.every(({ data }) => data.every(Number.isFinite));
  }

  /** How many numbers the model learns. */
  get count(): number {
    return Object.values(this.gradientViews).reduce((total, { size }) => total + size, 0);
  }
}
