import { sizeOf, typedArrayFrom } from '../../core/index.ts';
import type { DType, NdArray, TypedArray } from '../../core/index.ts';
import type { OnnxAttribute, OnnxInitializer, OnnxNode, OnnxType } from './proto.ts';

type Attributes = Readonly<Record<string, OnnxAttribute>>;

export interface FinishedGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  /** Every name that is read, and the outputs'. */
  readonly needed: ReadonlySet<string>;
}

/** Constants up to this many elements are compared by content, larger ones by identity. */
const smallConstant = 64;

/**
 * Collects the nodes and initializers of one model. Asking twice for the same node or the same small constant gives
 * the first one's name: lowerings say what they need, and what several of them need (eˢ of softplus and its
 * gradient, say) is computed once.
 */
export class ModelBuilder {
  /** Prefixed to the names of nodes emitted from now on: where in the model they come from. */
  scope = '';
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxInitializer[] = [];
  readonly #known = new Map<string, string>();
  readonly #arrays = new Map<TypedArray, Map<string, string>>();
  readonly #taken: Set<string>;

  /** @param reserved names that belong to the graph's inputs and outputs */
  constructor(reserved: Iterable<string> = []) {
    this.#taken = new Set(reserved);
  }

  /** The name of op(inputs), emitted unless it already was. Every op used here has one output. */
  emit(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const key = `${op}(${inputs.join()})${JSON.stringify(attributes)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const output = this.#freshName(op);
    this.#nodes.push({ op, inputs, output, attributes });
    this.#known.set(key, output);
    return output;
  }

  constant({ data, shape, dtype }: NdArray): string {
    if (data.length <= smallConstant) return this.#smallInitializer(dtype, shape, data);
    const layout = `${dtype}[${shape.join()}]`;
    const byLayout = this.#arrays.get(data) ?? new Map<string, string>();
    this.#arrays.set(data, byLayout);
    const known = byLayout.get(layout);
    if (known !== undefined) return known;
    const name = this.#addInitializer(dtype, shape, data);
    byLayout.set(layout, name);
    return name;
  }

  scalar(value: number, dtype: DType): string {
    return this.#smallInitializer(dtype, [], typedArrayFrom(dtype, [value]));
  }

  int64(value: number): string {
    return this.#smallInitializer('int64', [], BigInt64Array.of(BigInt(value)));
  }

  /** An int64 vector: what ONNX takes shapes, axes and ranges as. */
  ints(values: readonly number[]): string {
    return this.#smallInitializer('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  /**
   * The nodes and initializers that the outputs need, in an order that can run. A value takes its output's name; where
   * it cannot (it is an input or a constant, or has such a name already) an Identity copies it.
   *
   * @param outputs the reserved name and the value of each output
   */
  finish(outputs: ReadonlyMap<string, string>): FinishedGraph {
    const computed = new Set(this.#nodes.map(({ output }) => output));
    const renamed = new Map<string, string>();
    const copies: OnnxNode[] = [];
    for (const [name, value] of outputs) {
      if (computed.has(value) && !renamed.has(value)) renamed.set(value, name);
      else copies.push({ op: 'Identity', inputs: [renamed.get(value) ?? value], output: name, attributes: {} });
    }
    const nameOf = (value: string): string => renamed.get(value) ?? value;
    const needed = new Set([...outputs.keys(), ...copies.flatMap(({ inputs }) => inputs)]);
    const nodes: OnnxNode[] = [];
    for (let k = this.#nodes.length - 1; k >= 0; k--) {
      const node = this.#nodes[k]!;
      const output = nameOf(node.output);
      if (!needed.has(output)) continue;
      const inputs = node.inputs.map(nameOf);
      nodes.push({ ...node, inputs, output });
      for (const name of inputs) needed.add(name);
    }
    nodes.reverse();
    const initializers = this.#initializers.filter(({ name }) => needed.has(name));
    return { nodes: [...nodes, ...copies], initializers, needed };
  }

  #smallInitializer(type: OnnxType, shape: readonly number[], data: OnnxInitializer['data']): string {
    // The bytes, not the numbers: −0 is not 0, and NaN is NaN.
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const key = `${type}[${shape.join()}]=${bytes.join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.#addInitializer(type, shape, data);
    this.#known.set(key, name);
    return name;
  }

  #addInitializer(type: OnnxType, shape: readonly number[], data: OnnxInitializer['data']): string {
    const name = this.#freshName(sizeOf(shape) <= smallConstant ? 'constant' : 'array');
    this.#initializers.push({ name, type, shape, data });
    return name;
  }

  #freshName(kind: string): string {
    const base = this.scope === '' ? kind : `${this.scope}/${kind}`;
    let name = base;
    for (let count = 1; this.#taken.has(name); count++) name = `${base}_${count}`;
    this.#taken.add(name);
    return name;
  }
}
