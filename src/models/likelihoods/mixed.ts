import { NdArray, ValueError } from '../../core/index.ts';
import type { FloatDType, Shape } from '../../core/index.ts';
import { DistributionBase } from '../../distributions/index.ts';
import type { Support } from '../../distributions/index.ts';
import { every, zeroOrOne } from '../../distributions/support.ts';
import {
  abs,
  add,
  asGraphKey,
  asTensor,
  concat,
  gather,
  less,
  lessEqual,
  logicalAnd,
  mul,
  reshape,
  slice,
  sub,
  sum,
  zerosLike,
} from '../../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../../graph/index.ts';
import type { Key } from '../../random/index.ts';
import { option } from '../../parts/index.ts';
import { bernoulliLikelihood } from './bernoulli.ts';
import type { MixedBlock } from './mixed-block.ts';
import { mixedGroups } from './mixed-groups.ts';
import type { MixedGroup } from './mixed-groups.ts';
import type { DataSupport, Likelihood, LikelihoodFamily, LikelihoodSizes } from './likelihood.ts';
import { stddevRule } from './noise-scale.ts';
import type { NoiseStddev } from './noise-scale.ts';
import { defineLikelihood } from './row.ts';

export const mixed = defineLikelihood({
  name: 'mixed',
  summary: 'the columns of a table, a density of its own kind for each',
  when: 'For tables, and nothing else.',
  options: {
    stddev: option(stddevRule, { help: 'standard deviation of the numeric columns', default: 'per-dimension' }),
  },
  isOfTables: true,
  build: ({ stddev }, { inputSize, blocks = [] }) => mixedFamily({ inputSize, blocks, stddev }),
});

/** The columns of the table that `mixed` is the likelihood of, and the noise of numeric ones. */
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
      return new MixedLikelihood(groups, likelihoods as [Likelihood, ...Likelihood[]], { layout, flags });
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

/** What the groups of a row say, and whether its values are missing. */
class MixedLikelihood extends DistributionBase implements Likelihood {
  readonly name = 'mixed';
  readonly batchShape: GraphShape;
  readonly eventShape: Shape;
  readonly dtype: FloatDType;
  readonly support: Support;
  readonly isReparameterized = false;
  /** Of complete rows. */
  readonly mean: Tensor;
  /** Of complete rows. */
  readonly mode: Tensor;
  /** The mean holds every probability; of the numeric columns it leaves the standard deviations open. */
  readonly parameters: Likelihood['parameters'];
  readonly #groups: readonly MixedGroup[];
  readonly #likelihoods: readonly Likelihood[];
  readonly #layout: Layout;
  readonly #flags: Likelihood | undefined;

  constructor(
    groups: readonly MixedGroup[],
    likelihoods: readonly [Likelihood, ...Likelihood[]],
    { layout, flags }: { readonly layout: Layout; readonly flags: Likelihood | undefined },
  ) {
    super();
    const [first] = likelihoods;
    this.batchShape = first.batchShape;
    this.eventShape = [layout.numbers.length];
    this.dtype = first.dtype;
    this.support = {
      description: 'encoded rows of a table, zeros where a value is missing',
      isDiscrete: false,
      contains: (x) => groupsContain(x, groups, layout),
    };
    this.#groups = groups;
    this.#likelihoods = likelihoods;
    this.#layout = layout;
    this.#flags = flags;
    const complete = (of: 'mean' | 'mode'): Tensor =>
      this.rows(
        likelihoods.map((likelihood) => likelihood[of]),
        flags && zerosLike(flags.mean),
      );
    this.mean = complete('mean');
    this.mode = complete('mode');
    const stddev = likelihoods.find(({ parameters }) => parameters.stddev)?.parameters.stddev;
    this.parameters = { ...(stddev && { stddev }), ...(flags && { missing: flags.mean }) };
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    const keys: readonly GraphKey[] = asGraphKey(key).split(this.#likelihoods.length + 1);
    return this.rows(
      this.#likelihoods.map((likelihood, k) => likelihood.sample(keys[k] ?? key, sampleShape)),
      this.#flags?.sample(keys[this.#likelihoods.length] ?? key, sampleShape),
    );
  }

  logProb(x: TensorLike): Tensor {
    return sum(this.logProbParts(x), -1);
  }

  logProbValues(x: TensorLike): Tensor {
    const rows = asTensor(x, this.dtype);
    const parts = this.#likelihoods.map((likelihood, k) =>
      likelihood.logProbParts(take(rows, this.#groups[k]?.indices ?? [])),
    );
    return take(concat(parts, -1), this.#layout.parts);
  }

  logProbParts(x: TensorLike): Tensor {
    const rows = asTensor(x, this.dtype);
    const inOrder = this.logProbValues(rows);
    if (!this.#flags) return inOrder;
    const missing = take(rows, this.#layout.flagged);
    const known = mul(inOrder, sub(1, byBlock(missing, this.#layout)));
    return add(known, byBlock(this.#flags.logProbParts(missing), this.#layout));
  }

  /** The groups' numbers, one group after the other, and the flags, in the order that x has them. */
  private rows(values: readonly Tensor[], flags: Tensor | undefined): Tensor {
    return take(concat([...values, ...(flags ? [flags] : [])], -1), this.#layout.numbers);
  }
}

/** Whether rows are such as the encoder makes: finite numbers, flags, and at most one 1 in the numbers of a category. */
function groupsContain(x: Tensor, groups: readonly MixedGroup[], { flagged }: Layout): Tensor {
  const flags = groups.filter(({ isNumeric }) => !isNumeric).flatMap(({ indices }) => indices);
  const conditions = [every(less(abs(x), Infinity), 1)];
  const binary = [...flags, ...flagged];
  if (binary.length > 0) conditions.push(every(zeroOrOne.contains(take(x, binary)), 1));
  for (const { blocks, indices } of groups) {
    const { width = 1 } = blocks[0] ?? {};
    if (width === 1) continue;
    const values = take(x, indices);
    const byCategory = reshape(values, [...values.shape.slice(0, -1), blocks.length, width]);
    conditions.push(every(lessEqual(sum(byCategory, -1), 1), 1));
  }
  return conditions.reduce((all, each) => logicalAnd(all, each));
}

/** A number a flag, [..., flags], as one a block; 0 for blocks without. */
function byBlock(values: Tensor, { flagOfBlock }: Layout): Tensor {
  const none = zerosLike(slice(values, { [-1]: [0, 1] }));
  return take(concat([values, none], -1), flagOfBlock);
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
