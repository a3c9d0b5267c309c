import { reshape } from '../../graph/index.ts';
import { parameter } from '../../nn/index.ts';
import { bernoulliFamily } from './bernoulli.ts';
import { categoricalFamily, categoricalLikelihood } from './categorical.ts';
import { gaussianFamily } from './gaussian.ts';
import type { LikelihoodFamily } from './likelihood.ts';
import type { MixedBlock } from './mixed-block.ts';
import type { NoiseStddev } from './noise-scale.ts';
import { cutpointParameter, ordinalLogProbs } from './ordinal.ts';

/** Blocks of one kind and width, which one likelihood takes at once: a table of many columns has few groups. */
export interface MixedGroup {
  readonly blocks: readonly MixedBlock[];
  /** Whether they are numbers of any size; else they are 0 or 1. */
  readonly isNumeric: boolean;
  /** Their numbers in x, in the order of the blocks. */
  readonly indices: readonly number[];
  /** Of these numbers; one part a block. */
  readonly family: LikelihoodFamily;
}

export function mixedGroups(blocks: readonly MixedBlock[], stddev: NoiseStddev): MixedGroup[] {
  const byKind = new Map<string, MixedBlock[]>();
  for (const block of blocks) {
    const name = `${block.kind} ${block.width}`;
    const members = byKind.get(name);
    // Not a new array a block: that takes quadratic time.
    if (members) members.push(block);
    else byKind.set(name, [block]);
  }
  return [...byKind.values()].map((members) => {
    const indices = members.flatMap(({ offset, width }) => Array.from({ length: width }, (_, k) => offset + k));
    return {
      blocks: members,
      isNumeric: members[0]?.kind === 'numeric',
      indices,
      family: familyOf(members, stddev),
    };
  });
}

function familyOf(members: readonly MixedBlock[], stddev: NoiseStddev): LikelihoodFamily {
  const count = members.length;
  const { kind = 'numeric', width = 1 } = members[0] ?? {};
  switch (kind) {
    case 'numeric':
      return gaussianFamily({ inputSize: count, stddev });
    case 'boolean':
      return bernoulliFamily({ inputSize: count });
    case 'categorical':
      return categoricalFamily({ inputSize: count * width, classes: width });
    case 'ordinal':
      return width === 1 ? categoricalFamily({ inputSize: count, classes: 1 }) : oneHotOrdinal(count, width);
  }
}

/** Levels as one-hot vectors: a categorical likelihood whose probabilities come from one location a column. */
function oneHotOrdinal(count: number, levels: number): LikelihoodFamily {
  const cutpoints = `likelihood.cutpoints.${levels}`;
  return {
    ...categoricalFamily({ inputSize: count * levels, classes: levels }),
    name: 'ordinal',
    outputSize: count,
    parameters: [cutpointParameter(cutpoints, [count], levels)],
    apply: (outputs, parameters) =>
      categoricalLikelihood(
        reshape(ordinalLogProbs(outputs, parameter(parameters, cutpoints)), [...outputs.shape, levels]),
      ),
  };
}
