import { sizeOf } from '../../core/index.ts';
import { input, isOp, makeNode, matmul, sliceBatch, slice, topologicalOrder, withScope } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { flatOffsets } from '../parameter-store.ts';
import type { StoredSpec } from '../parameter-store.ts';
import { gradientName } from '../step-graph.ts';
import type { StepNames } from '../step-graph.ts';
import { overlap } from './range.ts';
import type { Range } from './range.ts';
import { rowParts, sumOverBlocks } from './row-blocks.ts';
import { batchName } from './row-step.ts';
import type { RowStep } from './row-step.ts';

/** How replicas share a step. */
export interface StepPlan {
  readonly replicas: number;
  readonly names: StepNames;
  /** Of the whole batch. */
  readonly batchShape: readonly [examples: number, inputSize: number];
  /** The rows that each replica computes. */
  readonly rows: readonly Range[];
  /** Length of the flat arrays. */
  readonly length: number;
  /** What each replica updates. */
  readonly ranges: readonly Range[];
  /** Sufficient factors of the gradients, computed by rows and gathered by all: each replica's rows of [examples, …]. */
  readonly factors: readonly Tensor[];
  /** The parts of the flat arrays whose gradients are added up: those of kernels. */
  readonly sums: readonly Range[];
  /** What each replica computes of all rows' factors: the gradients of its range. */
  readonly reductions: readonly ReplicaReduction[];
}

/** A rank of a job whose threads part again what it has of a step. */
export interface Rank {
  readonly rank: number;
  readonly ranks: number;
}

/** A replica's share of what is computed from all rows. */
export interface ReplicaReduction {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** The parts of the flat arrays that gradients among them are written into. */
  readonly buffers: Readonly<Record<string, GradientBuffer>>;
  /** Positions of the factors that they need. */
  readonly factors: readonly number[];
}

export interface GradientBuffer {
  readonly range: Range;
  readonly shape: readonly number[];
}

/**
 * Squares of the gradient are added up in blocks of so many numbers, and replicas update whole blocks, so that the norm has
 * the same bits however many replicas there are.
 */
export const normBlock = 4096;
/** Rows of a weight's gradient that are computed together: see `blockRows`. */
const weightRows = 16;

/**
 * @param replicas a power of two; another number changes the last bits of sums over kernels
 * @param of whose rows and range they part; default: all
 */
export function planStep(step: RowStep, parameters: readonly StoredSpec[], replicas: number, of?: Rank): StepPlan {
  const { offsets, length } = flatOffsets(parameters);
  const [examples] = step.graph.shape;
  const all = { from: 0, to: length };
  const own = of && { range: rangeParts(all, of.ranks)[of.rank], rows: rowParts(examples, of.ranks)[of.rank] };
  const ranges = rangeParts(own?.range ?? all, replicas);
  const flatRange = (name: string): Range => {
    const from = offsets.get(name) ?? 0;
    return { from, to: from + sizeOf(parameters.find((spec) => spec.name === name)?.shape ?? []) };
  };
  return {
    replicas,
    names: step.graph.names,
    batchShape: step.graph.shape,
    rows: rowParts(examples, replicas, own?.rows),
    length,
    ranges,
    factors: step.factors,
    sums: [...step.kernels, ...step.summed].map(({ parameter }) => flatRange(parameter)),
    reductions: ranges.map((range, replica) =>
      reductionOf(step, { range, isLead: replica === 0 && !of?.rank, flatRange }),
    ),
  };
}

/** Whole blocks of a part of the flat array, about as many for each. */
function rangeParts({ from, to }: Range, count: number): Range[] {
  const length = to - from;
  const edge = (k: number): number =>
    k === count ? to : from + Math.min(length, Math.round((length * k) / count / normBlock) * normBlock);
  return Array.from({ length: count }, (_, k) => ({ from: edge(k), to: edge(k + 1) }));
}

/** From where to where the replicas' parts reach, together. */
export function spanOf(parts: readonly Range[]): Range {
  return { from: parts[0]?.from ?? 0, to: parts.at(-1)?.to ?? 0 };
}

/** The part of the flat arrays that a replica updates. */
export function rangeOf({ ranges }: StepPlan, replica: number): Range {
  return ranges[replica] ?? { from: 0, to: 0 };
}

/** What a replica computes on its own rows: the factors, and its terms of the kernels' gradients. */
export function stepOnRows(
  { graph, axes, factors, kernels, summed }: RowStep,
  { rows, batchShape }: StepPlan,
  replica: number,
) {
  const own = rows[replica] ?? { from: 0, to: 0 };
  const handed = factors.map((tensor, k) => [tensor, k] as const).filter(([tensor]) => !isBatch(tensor));
  const operands = [...kernels, ...summed].flatMap(({ node }) => node.inputs);
  const parts = sliceBatch([...handed.map(([tensor]) => tensor), ...operands], axes, own);
  const kernelOperands = parts.slice(handed.length);
  const sums = kernels.map(({ parameter, node }, k) => {
    const pair = kernelOperands.slice(2 * k, 2 * k + 2);
    const sum = sumOverBlocks(pair, { batch: batchShape[0], rows: own }, (x, y) =>
      makeNode('conv2dWeightGradient', [x, y] as Tensor[], node.attributes),
    );
    return [gradientName(parameter), sum] as const;
  });
  let at = handed.length + 2 * kernels.length;
  const terms = summed.map(({ parameter, node }) => {
    const own = parts.slice(at, (at += node.inputs.length));
    return [gradientName(parameter), makeNode(node.op, own, node.attributes)] as const;
  });
  const outputs = Object.fromEntries([
    ...handed.map(([, k], at) => [factorName(k), parts[at]] as const),
    ...sums,
    ...terms,
  ]) as Record<string, Tensor>;
  return { ...graph, outputs, shape: [own.to - own.from, batchShape[1]] as const };
}

/** The part of the flat batch that a replica reads: its own rows, or all where what it computes of all rows needs them. */
export function batchPartOf(
  { batchShape: [examples, inputSize], rows, factors, reductions }: StepPlan,
  replica: number,
): Range {
  const needsAll = reductions[replica]?.factors.some((position) => isBatch(factors[position])) ?? false;
  const own = rows[replica] ?? { from: 0, to: 0 };
  return needsAll ? { from: 0, to: examples * inputSize } : { from: own.from * inputSize, to: own.to * inputSize };
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
  return factor !== undefined && isOp(factor, 'input') && factor.attributes.name === batchName;
}

/** Numbers that a factor has for each example. */
export function widthOf(factor: Tensor, { batchShape: [examples] }: Pick<StepPlan, 'batchShape'>): number {
  return sizeOf(factor.shape as number[]) / examples;
}

/** The gradients in a replica's range, whole rows of the weights that it shares with others, and for the lead what is no gradient. */
function reductionOf(
  step: RowStep,
  { range, isLead, flatRange }: { range: Range; isLead: boolean; flatRange: (name: string) => Range },
): ReplicaReduction {
  const buffers: Record<string, GradientBuffer> = {};
  const wanted: [string, Tensor][] = [];
  for (const [name, tensor] of Object.entries(step.reductions)) {
    if (!name.startsWith(gradientName(''))) {
      if (isLead) wanted.push([name, tensor]);
      continue;
    }
    const all = flatRange(name.slice(gradientName('').length));
    const mine = overlap(range, all);
    if (!mine) continue;
    const part = weightPart(tensor, { all, mine }) ?? { tensor, range: all };
    wanted.push([name, part.tensor]);
    buffers[name] = { range: part.range, shape: part.tensor.shape as number[] };
  }
  const { outputs, used } = onFactors(Object.fromEntries(wanted), step.factors);
  return { outputs, buffers, factors: used };
}

/**
 * The rows of the gradient aᵀ d of a weight that cover a range of it. They are products of their own with the same bits, as
 * long as they are not a single row.
 */
function weightPart(
  gradient: Tensor,
  { all, mine }: { readonly all: Range; readonly mine: Range },
): { readonly tensor: Tensor; readonly range: Range } | undefined {
  if (!isOp(gradient, 'matmul') || !gradient.attributes.transposeA || gradient.attributes.transposeB) return undefined;
  const [a, d] = gradient.inputs as [Tensor, Tensor];
  const [rows, columns] = gradient.shape as [number, number];
  if (a.rank !== 2 || d.rank !== 2 || rows < 2 * weightRows) return undefined;
  const row = (at: number): number => (at - all.from) / columns / weightRows;
  let from = Math.floor(row(mine.from)) * weightRows;
  const to = Math.min(rows, Math.ceil(row(mine.to)) * weightRows);
  if (to - from === 1) from -= weightRows;
  if (from === 0 && to === rows) return undefined;
  const tensor = matmul(slice(a, { 1: [from, to] }), d, { transposeA: true });
  return { tensor, range: { from: all.from + from * columns, to: all.from + to * columns } };
}

/** The same expressions with the factors as inputs. */
function onFactors(
  outputs: Readonly<Record<string, Tensor>>,
  factors: readonly Tensor[],
): { readonly outputs: Record<string, Tensor>; readonly used: number[] } {
  const made = new Map<Tensor, Tensor>();
  const used: number[] = [];
  for (const node of orderUpTo(Object.values(outputs), new Set(factors))) {
    const position = factors.indexOf(node);
    if (position >= 0) {
      used.push(position);
      made.set(node, input(factorName(position), node.shape));
      continue;
    }
    const inputs = node.inputs.map((tensor) => made.get(tensor) ?? tensor);
    if (inputs.some((tensor, k) => tensor !== node.inputs[k])) {
      made.set(
        node,
        withScope(node.scope, () => makeNode(node.op, inputs, node.attributes)),
      );
    }
  }
  return {
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, made.get(node) ?? node])),
    used: used.sort((a, b) => a - b),
  };
}

/** The expressions that the outputs need where the values of some are known. */
function orderUpTo(outputs: readonly Tensor[], known: ReadonlySet<Tensor>): Tensor[] {
  const needed = new Set<Tensor>();
  const stack = [...outputs];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (needed.has(node)) continue;
    needed.add(node);
    if (!known.has(node)) stack.push(...node.inputs);
  }
  return topologicalOrder(outputs).filter((node) => needed.has(node));
}
