import { isOp, makeNode, batchAxes, topologicalOrder, withScope } from '../../graph/index.ts';
import type { BatchAxis, Tensor } from '../../graph/index.ts';
import { isLearned } from '../../nn/index.ts';
import type { StoredSpec } from '../parameter-store.ts';
import { gradientName } from '../step-graph.ts';
import type { StepGraph } from '../step-graph.ts';
import { sumOverBlocks } from './row-blocks.ts';

/** The gradient of a convolution's kernel, a sum over examples of what is too large to be handed around. */
export interface KernelGradient {
  readonly parameter: string;
  readonly node: Tensor<'conv2dWeightGradient'>;
}

/** The gradient of a dense layer's weight or bias, where it is added up too: a product, or a sum, over the examples. */
export interface SummedGradient {
  readonly parameter: string;
  readonly node: Tensor<'matmul'> | Tensor<'sum'>;
}

/** A step that can be parted by rows. */
export interface RowStep {
  /** What one thread computes. Any number of them computes the same bits. */
  readonly graph: StepGraph;
  /** How its expressions depend on the examples. */
  readonly axes: ReadonlyMap<Tensor, BatchAxis>;
  /**
   * Sufficient factors: what is computed row by row and needed of all rows, [examples, …], the batch itself among them. A dense
   * weight's gradient aᵀ d has a and d, much smaller than itself (Xie et al., 2016: sufficient factor broadcasting).
   */
  readonly factors: readonly Tensor[];
  /** The outputs that are reductions over the examples, computed from the factors, or from no example at all. */
  readonly reductions: Readonly<Record<string, Tensor>>;
  /** The outputs that are added up block by block. */
  readonly kernels: readonly KernelGradient[];
  /** The outputs that are added up part by part: their last bits depend on the parts. */
  readonly summed: readonly SummedGradient[];
}

/** The input that the examples are. */
export const batchName = 'x';

/** Whether a step is computed from state, such as a prior that is fitted afterwards: followers are given what is learned, and no state. */
export function readsState({ outputs }: StepGraph, specs: readonly StoredSpec[]): boolean {
  const states = new Set(specs.filter((spec) => !isLearned(spec)).map(({ name }) => name));
  return (
    states.size > 0 &&
    topologicalOrder(Object.values(outputs)).some((node) => isOp(node, 'input') && states.has(node.attributes.name))
  );
}

/**
 * A step in two: what each example gives for itself, and what is then made of all of them, once, as if nothing had been
 * parted. With `sumsDense` gradients of dense layers are added up where they can be, as those of kernels are. Undefined where examples depend on each other before that: batch normalisation, or an objective that compares them.
 */
export function partByRows(step: StepGraph, options: { readonly sumsDense?: boolean } = {}): RowStep | undefined {
  if (Object.keys(step.state).length > 0) return undefined;
  const outputs = withRowSums(step.outputs);
  const axes = batchAxes(Object.values(outputs), batchName);
  const kernels = Object.entries(outputs).flatMap(([name, node]): KernelGradient[] => {
    const parameter = name.startsWith(gradientName('')) ? name.slice(gradientName('').length) : undefined;
    const isKernel = isOp(node, 'conv2dWeightGradient') && node.inputs.every((x) => axes.get(x) === 0 && x.rank >= 4);
    return parameter !== undefined && isKernel ? [{ parameter, node }] : [];
  });
  const blockwise = Object.fromEntries(
    kernels.map(({ parameter, node }) => [gradientName(parameter), overBlocks(node, step.shape[0])]),
  );
  const summed = options.sumsDense ? summedIn(outputs, axes) : [];
  const addedUp = new Set([...Object.keys(blockwise), ...summed.map(({ parameter }) => gradientName(parameter))]);
  const reductions = Object.fromEntries(Object.entries(outputs).filter(([name]) => !addedUp.has(name)));
  const factors = factorsOf(reductions, axes);
  return (
    factors && { graph: { ...step, outputs: { ...outputs, ...blockwise } }, axes, factors, reductions, kernels, summed }
  );
}

function summedIn(outputs: StepGraph['outputs'], axes: RowStep['axes']): SummedGradient[] {
  return Object.entries(outputs).flatMap(([name, node]): SummedGradient[] => {
    if (!name.startsWith(gradientName('')) || !node.inputs.every((x) => axes.get(x) === 0)) return [];
    const parameter = name.slice(gradientName('').length);
    if (isOp(node, 'matmul')) {
      const { transposeA, transposeB } = node.attributes;
      return transposeA && !transposeB && node.rank === 2 && node.inputs.every((x) => x.rank === 2)
        ? [{ parameter, node }]
        : [];
    }
    return isOp(node, 'sum') && node.attributes.axes.join() === '0' ? [{ parameter, node }] : [];
  });
}

function overBlocks(node: Tensor<'conv2dWeightGradient'>, batch: number): Tensor {
  return sumOverBlocks(node.inputs, { batch, rows: { from: 0, to: batch } }, (x, y) =>
    makeNode('conv2dWeightGradient', [x, y] as Tensor[], node.attributes),
  );
}

/** What crosses from rows to the whole; undefined where it comes back to rows, or cannot be handed around. */
function factorsOf(outputs: RowStep['reductions'], axes: RowStep['axes']): Tensor[] | undefined {
  const factors = new Set<Tensor>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    if (axes.get(node) !== 'coupled') continue;
    const known = node.inputs.map((input) => axes.get(input));
    const byRows = node.inputs.filter((_, k) => typeof known[k] === 'number');
    if (byRows.length > 0 && known.includes('coupled')) return undefined;
    for (const tensor of byRows) {
      if (axes.get(tensor) !== 0 || tensor.dtype !== 'float32') return undefined;
      factors.add(tensor);
    }
  }
  return [...factors];
}

/** StepTotals over examples and other axes at once as sums over the others first, so that what crosses is small. */
function withRowSums(outputs: StepGraph['outputs']): StepGraph['outputs'] {
  const axes = batchAxes(Object.values(outputs), batchName);
  const made = new Map<Tensor, Tensor>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    const inputs = node.inputs.map((input) => made.get(input) ?? input);
    const own = rowSum(node, inputs, axes);
    if (own) made.set(node, own);
    else if (inputs.some((input, k) => input !== node.inputs[k])) {
      made.set(
        node,
        withScope(node.scope, () => makeNode(node.op, inputs, node.attributes)),
      );
    }
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, made.get(node) ?? node]));
}

function rowSum(node: Tensor, [x]: readonly Tensor[], axes: RowStep['axes']): Tensor | undefined {
  const [operand] = node.inputs;
  if (!isOp(node, 'sum') || !x || !operand) return undefined;
  const axis = axes.get(operand);
  if (typeof axis !== 'number' || axes.get(node) !== 'coupled' || node.attributes.axes.length === 1) return undefined;
  const others = node.attributes.axes.filter((other) => other !== axis);
  return withScope(node.scope, () =>
    makeNode('sum', [makeNode('sum', [x], { axes: others, keepDims: true })], node.attributes),
  );
}
