import { sizeOf } from '../../core/index.ts';
import { input, isOp, matmul, slice } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { flatOffsets } from '../parameter-store.ts';
import type { StoredSpec } from '../parameter-store.ts';
import { gradientName } from '../step-graph.ts';
import type { StepGraph } from '../step-graph.ts';

/** A half-open part of the flat parameter array. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * A weight whose gradient is aᵀ d over the rows of a layer's inputs a and of its outputs' gradients d. Replicas hand
 * each other a and d, which are small, and each multiplies for the weights that it updates.
 */
export interface Product {
  /** The weight. */
  readonly parameter: string;
  readonly shape: readonly [rows: number, columns: number];
  /** Its part of the flat arrays. */
  readonly range: Range;
  /** Positions of a and d among the factors. */
  readonly left: number;
  readonly right: number;
}

/** How replicas share a step. */
export interface StepPlan {
  readonly replicas: number;
  /** Of the whole batch. */
  readonly batchShape: readonly [examples: number, inputSize: number];
  /** Length of the flat arrays. */
  readonly length: number;
  /** What each replica updates. */
  readonly ranges: readonly Range[];
  readonly products: readonly Product[];
  /** What is handed around for products, [examples of a replica, width] each. */
  readonly factors: readonly Tensor[];
  /** The parts of the flat arrays whose gradients are added up: all that are no product's. */
  readonly sums: readonly Range[];
}

/** A cache line, in float32. */
const lineLength = 16;
/** A product takes a second session: that is worth it from so many weights on, and where its factors are that much smaller. */
const leastSize = 2 ** 16;
const leastRatio = 2;

/** @param step one replica's */
export function planStep(step: StepGraph, parameters: readonly StoredSpec[], replicas: number): StepPlan {
  const { offsets, length } = flatOffsets(parameters);
  const factors: Tensor[] = [];
  const positionOf = (tensor: Tensor): number => {
    if (!factors.includes(tensor)) factors.push(tensor);
    return factors.indexOf(tensor);
  };
  const products = parameters.flatMap(({ name }): Product[] => {
    const gradient = step.outputs[gradientName(name)];
    const from = offsets.get(name);
    const pair = gradient && factorsOf(gradient, step.shape[0]);
    if (!pair || from === undefined) return [];
    const shape = [pair[0].shape[1], pair[1].shape[1]] as [number, number];
    const range = { from, to: from + sizeOf(shape) };
    return [{ parameter: name, shape, range, left: positionOf(pair[0]), right: positionOf(pair[1]) }];
  });
  const edges = Array.from({ length: replicas + 1 }, (_, k) => edgeNear((length * k) / replicas, products, length));
  const [examples, inputSize] = step.shape;
  return {
    replicas,
    batchShape: [examples * replicas, inputSize],
    length,
    ranges: edges.slice(1).map((to, k) => ({ from: edges[k] ?? 0, to })),
    products,
    factors,
    sums: gapsBetween(
      products.map(({ range }) => range),
      length,
    ),
  };
}

/** The part of the step that each replica takes on its own rows: all but the products, and their factors. */
export function stepOnRows(step: StepGraph, plan: StepPlan): StepGraph {
  const left = new Set(plan.products.map(({ parameter }) => gradientName(parameter)));
  const kept = Object.entries(step.outputs).filter(([name]) => !left.has(name));
  const handed = plan.factors.flatMap((tensor, k) => (isBatch(tensor) ? [] : [[factorName(k), tensor] as const]));
  return { ...step, outputs: Object.fromEntries([...kept, ...handed]) };
}

/** The rows of weights that a replica updates, and their gradients by everybody's factors. */
export function productsOf(plan: StepPlan, replica: number): { product: Product; range: Range; gradient: Tensor }[] {
  const mine = plan.ranges[replica] ?? { from: 0, to: 0 };
  return plan.products.flatMap((product) => {
    const range = overlap(mine, product.range);
    if (!range) return [];
    const [rows, columns] = product.shape;
    const row = (at: number): number => (at - product.range.from) / columns;
    const [examples] = plan.batchShape;
    const left = slice(input(factorName(product.left), [examples, rows]), { 1: [row(range.from), row(range.to)] });
    const right = input(factorName(product.right), [examples, columns]);
    return [{ product, range, gradient: matmul(left, right, { transposeA: true }) }];
  });
}

/** Which factors a replica needs of all rows. */
export function factorsFor(plan: StepPlan, replica: number): Set<number> {
  return new Set(productsOf(plan, replica).flatMap(({ product: { left, right } }) => [left, right]));
}

/** The part of the flat batch that a replica reads: its own rows, or all where its products need them. */
export function batchPartOf(plan: StepPlan, replica: number): Range {
  const length = plan.batchShape[0] * plan.batchShape[1];
  const rows = length / plan.replicas;
  const needsAll = plan.factors.some((factor, k) => isBatch(factor) && factorsFor(plan, replica).has(k));
  return needsAll ? { from: 0, to: length } : { from: replica * rows, to: (replica + 1) * rows };
}

/** The part of the batch that followers read: all replicas but the first. */
export function sharedBatchPart(plan: StepPlan): Range {
  const parts = Array.from({ length: plan.replicas - 1 }, (_, k) => batchPartOf(plan, k + 1));
  return { from: Math.min(...parts.map(({ from }) => from)), to: Math.max(...parts.map(({ to }) => to)) };
}

export function factorName(position: number): string {
  return `factor/${position}`;
}

/** Whether a factor is the examples themselves, which are handed around as such. Other inputs are parameters. */
export function isBatch(factor: Tensor | undefined): boolean {
  return factor !== undefined && isOp(factor, 'input') && factor.attributes.name === 'x';
}

export function overlap(a: Range, b: Range): Range | undefined {
  const [from, to] = [Math.max(a.from, b.from), Math.min(a.to, b.to)];
  return from < to ? { from, to } : undefined;
}

/** a and d where the gradient is aᵀ d over the rows, and large enough. */
function factorsOf(gradient: Tensor, rows: number): readonly [a: Tensor, d: Tensor] | undefined {
  if (!isOp(gradient, 'matmul') || !gradient.attributes.transposeA || gradient.attributes.transposeB) return undefined;
  const [a, d] = gradient.inputs as [Tensor, Tensor];
  if (a.rank !== 2 || d.rank !== 2 || a.shape[0] !== rows || a.dtype !== 'float32') return undefined;
  const [m, n] = [a.shape[1] as number, d.shape[1] as number];
  return m * n >= leastSize && m * n >= leastRatio * rows * (m + n) ? [a, d] : undefined;
}

/** Where a replica's range may end: between two rows of a product's weight, else at a cache line. */
function edgeNear(target: number, products: readonly Product[], length: number): number {
  const inside = products.find(({ range }) => target > range.from && target < range.to);
  if (!inside) return target >= length ? length : Math.floor(target / lineLength) * lineLength;
  const [, columns] = inside.shape;
  return inside.range.from + Math.round((target - inside.range.from) / columns) * columns;
}

/** What lies between ranges in ascending order. */
function gapsBetween(ranges: readonly Range[], length: number): Range[] {
  const starts = [0, ...ranges.map(({ to }) => to)];
  const ends = [...ranges.map(({ from }) => from), length];
  return starts.map((from, k) => ({ from, to: ends[k] ?? length })).filter(({ from, to }) => from < to);
}
