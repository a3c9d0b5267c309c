import { NdArray, ValueError } from '../../core/index.ts';
import { asGraphKey, asTensor, concat, constant, gather, mul, slice, sub, zerosLike } from '../../graph/index.ts';
import type { GraphKey, Tensor } from '../../graph/index.ts';
import { mixedGroups } from './mixed-groups.ts';
import type { MixedGroup } from './mixed-groups.ts';
import { ofParts } from './likelihood.ts';
import type { DataSupport, Likelihood, LikelihoodFamily, LikelihoodSizes } from './likelihood.ts';
import type { NoiseStddev } from './noise-scale.ts';

/** The numbers of x that stand for one column of a table. */
export interface MixedBlock {
  /** The column's name, for messages. */
  readonly column: string;
  /**
   * What they are: a `numeric` one is a standardised number, a `boolean` one 0 or 1, a `categorical` one a one-hot vector, an
   * `ordinal` one a one-hot vector of levels in their order. A missing value is a 0 or a vector of zeros.
   */
  readonly kind: 'numeric' | 'boolean' | 'categorical' | 'ordinal';
  /** Where they begin in x. */
  readonly offset: number;
  /** How many there are. */
  readonly width: number;
  /** Where x says that the value is missing (1) or known (0); absent for columns that always have one. */
  readonly missing?: number;
}

export interface MixedOptions extends LikelihoodSizes {
  readonly blocks: readonly MixedBlock[];
  /** Of the numeric columns. Default: per-dimension, one learned σ a column. */
  readonly stddev?: NoiseStddev;
}

/**
 * Rows of a table: each column has a density of its own kind, independent given z. A missing value adds nothing to the
 * log-density, which is then that of the row's known values. One part a column.
 */
export function mixedFamily({ inputSize, blocks, stddev = 'per-dimension' }: MixedOptions): LikelihoodFamily {
  checkBlocks(blocks, inputSize);
  const groups = mixedGroups(blocks, stddev);
  const layout = layoutOf(blocks, groups, inputSize);
  return {
    name: 'mixed',
    outputSize: groups.reduce((total, { family }) => total + family.outputSize, 0),
    parameters: groups.flatMap(({ family }) => family.parameters),
    measure: 'densities of standardised numbers and probabilities of categories, over the values that are known',
    support: rowSupport(groups),
    apply: (outputs, parameters) => {
      let start = 0;
      const likelihoods = groups.map(({ family }) => {
        const part = slice(outputs, { [-1]: [start, start + family.outputSize] });
        start += family.outputSize;
        return family.apply(part, parameters);
      });
      return mixedLikelihood(groups, likelihoods, layout);
    },
  };
}

/** Where the groups' numbers and parts go. */
interface Layout {
  /** For each number of x, which of the groups' numbers it is; the last stands for a flag, "known". */
  readonly numbers: readonly number[];
  /** For each block, which of the groups' parts it is. */
  readonly parts: readonly number[];
  /** For each block, where x flags a missing value. */
  readonly flags: readonly (number | undefined)[];
}

function layoutOf(blocks: readonly MixedBlock[], groups: readonly MixedGroup[], inputSize: number): Layout {
  const order = groups.flatMap((group) => group.indices);
  const position = new Map(order.map((index, at) => [index, at]));
  const partOrder = groups.flatMap((group) => group.blocks);
  return {
    numbers: Array.from({ length: inputSize }, (_, index) => position.get(index) ?? order.length),
    parts: blocks.map((block) => partOrder.indexOf(block)),
    flags: blocks.map(({ missing }) => missing),
  };
}

function mixedLikelihood(
  groups: readonly MixedGroup[],
  likelihoods: readonly Likelihood[],
  layout: Layout,
): Likelihood {
  /** The groups' numbers, one group after the other, in the order that x has them. */
  const asRows = (values: readonly Tensor[]): Tensor => {
    const [first] = values;
    const known = first && zerosLike(slice(first, { [-1]: [0, 1] }));
    return take(concat([...values, ...(known ? [known] : [])], -1), layout.numbers);
  };
  return ofParts({
    logProbParts: (x) => {
      const rows = asTensor(x, likelihoods[0]?.mean.dtype);
      const parts = likelihoods.map((likelihood, k) => likelihood.logProbParts(take(rows, groups[k]?.indices ?? [])));
      const inOrder = take(concat(parts, -1), layout.parts);
      const known = knownFlags(rows, layout.flags);
      return known ? mul(inOrder, known) : inOrder;
    },
    mean: asRows(likelihoods.map(({ mean }) => mean)),
    mode: asRows(likelihoods.map(({ mode }) => mode)),
    sample: (key) => {
      const keys: readonly GraphKey[] = asGraphKey(key).split(likelihoods.length);
      return asRows(likelihoods.map((likelihood, k) => likelihood.sample(keys[k] ?? key)));
    },
    parameters: Object.assign({}, ...likelihoods.map(numericParameters)) as Likelihood['parameters'],
  });
}

/** The mean holds every probability; of the numeric columns it leaves the standard deviations open. */
function numericParameters({ parameters: { stddev } }: Likelihood): Likelihood['parameters'] {
  return stddev ? { stddev } : {};
}

/** The numbers at `indices` of the last axis. */
function take(x: Tensor, indices: readonly number[]): Tensor {
  const [first = 0] = indices;
  const isRange = indices.every((index, k) => index === first + k);
  if (isRange) return slice(x, { [-1]: [first, first + indices.length] });
  return gather(x, new NdArray(Int32Array.from(indices), [indices.length]), -1);
}

/** 1 for each block whose value is known, else 0; nothing when no column has missing values. */
function knownFlags(rows: Tensor, flags: Layout['flags']): Tensor | undefined {
  if (flags.every((flag) => flag === undefined)) return undefined;
  const hasFlag = constant(
    flags.map((flag) => (flag === undefined ? 0 : 1)),
    rows.dtype,
  );
  const read = take(
    rows,
    flags.map((flag) => flag ?? 0),
  );
  return sub(1, mul(read, hasFlag));
}

/** @throws ValueError when blocks overlap or leave the row */
function checkBlocks(blocks: readonly MixedBlock[], inputSize: number): void {
  const taken = new Set<number>();
  for (const { column, offset, width, missing } of blocks) {
    const indices = Array.from({ length: width }, (_, k) => offset + k);
    for (const index of missing === undefined ? indices : [...indices, missing]) {
      if (!Number.isInteger(index) || index < 0 || index >= inputSize || taken.has(index)) {
        throw new ValueError(`mixed likelihood: '${column}' cannot have number ${index} of ${inputSize}.`);
      }
      taken.add(index);
    }
  }
  if (blocks.length === 0) throw new ValueError('mixed likelihood: the table has no columns to model.');
}

function rowSupport(groups: readonly MixedGroup[]): DataSupport {
  return {
    description: 'encoded rows of its table',
    firstOutside: (example) => {
      for (const { indices, family } of groups) {
        const at = family.support.firstOutside(Float32Array.from(indices, (index) => example[index] ?? NaN));
        if (at >= 0) return indices[at] ?? -1;
      }
      return -1;
    },
  };
}
