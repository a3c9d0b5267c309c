import { DTypeError, ShapeError, ValueError, formatShape } from '../core/index.ts';
import type { NdArray, Shape } from '../core/index.ts';
import { isOp } from '../graph/index.ts';
import type { GraphShape, Tensor } from '../graph/index.ts';
import type { NamedArrays } from './engine.ts';

/** The inputs of a graph, by name. */
export type GraphInputs = ReadonlyMap<string, Tensor<'input'>>;

/** Run-time sizes of the symbolic dimensions, by name. */
export type Sizes = ReadonlyMap<string, number>;

/**
 * The inputs among `nodes`. Expressions of the same name, shape and dtype are one input.
 * @throws ShapeError when inputs of one name differ, or when some node has a symbolic size that no input tells
 */
export function graphInputs(nodes: readonly Tensor[]): GraphInputs {
  const inputs = new Map<string, Tensor<'input'>>();
  const known = new Set<string>();
  for (const node of nodes) {
    if (!isOp(node, 'input')) continue;
    const name = node.attributes.name;
    const earlier = inputs.get(name);
    if (earlier && describe(earlier) !== describe(node)) {
      throw new ShapeError(`compile: two inputs are named '${name}': ${describe(earlier)} and ${describe(node)}.`);
    }
    if (!earlier) inputs.set(name, node);
    for (const size of node.shape) if (typeof size === 'string') known.add(size);
  }
  for (const node of nodes) {
    const names = isOp(node, 'dimension') ? [node.attributes.name] : node.shape;
    for (const name of names) {
      if (typeof name === 'number' || known.has(name)) continue;
      throw new ShapeError(
        `compile: ${node.op} ${formatShape(node.shape)} needs the size '${name}', but no input of the graph has it.`,
      );
    }
  }
  return inputs;
}

/**
 * Checks what is fed (and bound) against the inputs and reads the symbolic sizes off it.
 * @throws ValueError for a missing or unknown name, DTypeError or ShapeError for an array that does not fit
 */
export function bindInputs(inputs: GraphInputs, feeds: NamedArrays, bound: NamedArrays = {}): Sizes {
  for (const name in feeds) {
    if (Object.hasOwn(bound, name))
      throw new ValueError(`run: input '${name}' is bound to an array; write there, do not feed it.`);
    if (!inputs.has(name)) {
      const names = [...inputs.keys()].filter((known) => !Object.hasOwn(bound, known));
      throw new ValueError(`run: no input is named '${name}'. The inputs are: ${names.join(', ') || '(none)'}.`);
    }
  }
  const sizes = new Map<string, number>();
  const sources = new Map<string, string>();
  for (const [name, input] of inputs) {
    const array = feeds[name] ?? bound[name];
    if (!array) throw new ValueError(`run: input '${name}' (${describe(input)}) is missing. Feed it, or bind it.`);
    checkArray(`run: input '${name}'`, input, array);
    input.shape.forEach((size, axis) => {
      if (typeof size === 'number') return;
      const actual = array.shape[axis] ?? 0;
      const earlier = sizes.get(size);
      if (earlier !== undefined && earlier !== actual) {
        const from = sources.get(size) ?? '';
        throw new ShapeError(`run: '${size}' is ${earlier} in input '${from}' but ${actual} in input '${name}'.`);
      }
      sizes.set(size, actual);
      sources.set(size, name);
    });
  }
  return sizes;
}

/** @throws DTypeError or ShapeError when `array` cannot hold a value of `tensor` (symbolic sizes take any) */
export function checkArray(what: string, tensor: Tensor, array: NdArray): void {
  if (array.dtype !== tensor.dtype) throw new DTypeError(`${what} is ${tensor.dtype}, the array is ${array.dtype}.`);
  const fits =
    array.shape.length === tensor.rank &&
    tensor.shape.every((size, axis) => typeof size === 'string' || size === array.shape[axis]);
  if (!fits) {
    throw new ShapeError(`${what} has the shape ${formatShape(tensor.shape)}, the array ${formatShape(array.shape)}.`);
  }
}

/** The shape with its symbolic sizes filled in. */
export function concreteShape(shape: GraphShape, sizes: Sizes): Shape {
  return shape.map((size) => (typeof size === 'number' ? size : (sizes.get(size) ?? unknownSize(size))));
}

function unknownSize(name: string): never {
  throw new ShapeError(`run: no input tells the size '${name}'.`);
}

function describe(input: Tensor): string {
  return `${input.dtype} ${formatShape(input.shape)}`;
}
