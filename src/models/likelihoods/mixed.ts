import { NdArray, ValueError } from '../../core/index.ts';
import { add, asGraphKey, asTensor, concat, gather, mul, slice, sub, zerosLike } from '../../graph/index.ts';
import type { GraphKey, Tensor } from '../../graph/index.ts';
import { bernoulliLikelihood } from './bernoulli.ts';
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
  /** Where x says that the value is missing (1) or known (0), which is modelled too; absent for columns that always have one. */
  readonly missing?: number;
}

export interface MixedOptions extends LikelihoodSizes {
  readonly blocks: readonly MixedBlock[];
  /** Of the numeric columns. Default: per-dimension, one learned σ a column. */
  readonly stddev?: NoiseStddev;
}

/**
 * Rows of a table: each column has a density of its own kind, independent given z. Where values can be missing, whether one
 * is has a probability p(z) of its own: the part of a missing value is log p, that of a known one its log-density + log(1 − p).
 * So rows are drawn with the gaps that they have, where they have them; mean and mode are of complete rows.
 */
export function mixedFamily({ inputSize, blocks, stddev = 'per-dimension' }: MixedOptions): LikelihoodFamily {
  checkBlocks(blocks, inputSize);
  const groups = mixedGroups(blocks, stddev);
  const layout = layoutOf(blocks, groups, inputSize);
  const groupOutputs = groups.reduce((total, { family }) => total + family.outputSize, 0);
  return {
    name: 'mixed',
    outputSize: groupOutputs + layout.flagged.length,
    parameters: groups.flatMap(({ family }) => family.parameters),
    measure: 'densities of standardised numbers and probabilities of categories and of missing values',
    support: rowSupport(groups),
    apply: (outputs, parameters) => {
      let start = 0;
      const likelihoods = groups.map(({ family }) => {
        const part = slice(outputs, { [-1]: [start, start + family.outputSize] });
        start += family.outputSize;
        return family.apply(part, parameters);
      });
      const flags =
        layout.flagged.length > 0 ? bernoulliLikelihood(slice(outputs, { [-1]: [groupOutputs] })) : undefined;
      return mixedLikelihood(groups, likelihoods, { layout, flags });
    },
  };
}

/** Where the groups' numbers and parts go. */
interface Layout {
  /** For each number of x, which it is of the groups' numbers and, after them, of the flags. */
  readonly numbers: readonly number[];
  /** For each block, which of the groups' parts it is. */
  readonly parts: readonly number[];
  /** Where x flags missing values, in the order of their blocks. */
  readonly flagged: readonly number[];
  /** For each block, which of the flags it has; one behind the last for none. */
  readonly flagOfBlock: readonly number[];
}

function layoutOf(blocks: readonly MixedBlock[], groups: readonly MixedGroup[], inputSize: number): Layout {
  const flagged = blocks.flatMap(({ missing }) => (missing === undefined ? [] : [missing]));
  const order = [...groups.flatMap((group) => group.indices), ...flagged];
  const position = new Map(order.map((index, at) => [index, at]));
  const partOrder = groups.flatMap((group) => group.blocks);
  return {
    numbers: Array.from({ length: inputSize }, (_, index) => position.get(index) ?? 0),
    parts: blocks.map((block) => partOrder.indexOf(block)),
    flagged,
    flagOfBlock: blocks.map(({ missing }) => (missing === undefined ? flagged.length : flagged.indexOf(missing))),
  };
}

function mixedLikelihood(
  groups: readonly MixedGroup[],
  likelihoods: readonly Likelihood[],
  { layout, flags }: { readonly layout: Layout; readonly flags: Likelihood | undefined },
): Likelihood {
  /** The groups' numbers, one group after the other, in the order that x has them. */
  const asRows = (values: readonly Tensor[], drawn?: Tensor): Tensor => {
    const missing = drawn ?? (flags && zerosLike(flags.mean));
    return take(concat([...values, ...(missing ? [missing] : [])], -1), layout.numbers);
  };
  return ofParts({
    logProbParts: (x) => {
      const rows = asTensor(x, likelihoods[0]?.mean.dtype);
      const parts = likelihoods.map((likelihood, k) => likelihood.logProbParts(take(rows, groups[k]?.indices ?? [])));
      const inOrder = take(concat(parts, -1), layout.parts);
      if (!flags) return inOrder;
      const missing = take(rows, layout.flagged);
      return add(mul(inOrder, sub(1, byBlock(missing, layout))), byBlock(flags.logProbParts(missing), layout));
    },
    mean: asRows(likelihoods.map(({ mean }) => mean)),
    mode: asRows(likelihoods.map(({ mode }) => mode)),
    sample: (key) => {
      const keys: readonly GraphKey[] = asGraphKey(key).split(likelihoods.length + 1);
      return asRows(
        likelihoods.map((likelihood, k) => likelihood.sample(keys[k] ?? key)),
        flags?.sample(keys[likelihoods.length] ?? key),
      );
    },
    parameters: {
      ...(Object.assign({}, ...likelihoods.map(numericParameters)) as Likelihood['parameters']),
      ...(flags && { missing: flags.mean }),
    },
  });
}

/** A number a flag, [..., flags], as one a block; 0 for blocks without. */
function byBlock(values: Tensor, { flagOfBlock }: Layout): Tensor {
  const none = zerosLike(slice(values, { [-1]: [0, 1] }));
  return take(concat([values, none], -1), flagOfBlock);
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
