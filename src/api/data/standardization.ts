import { DataError, NdArray, ValueError, sizeOf } from '../../core/index.ts';
import { Standardization } from '../../data/index.ts';
import type { Dataset, ScaleRule } from '../../data/index.ts';
import type { RunConfig } from '../../config/index.ts';
import type { LikelihoodRow } from '../../models/index.ts';

/** What `DatasetOptions.scale` may be. */
const scaleRules = ['none', 'whole', 'each'] as const;

/**
 * Which numbers of an example are standardised together. By default each number of a vector by itself, and images and
 * sequences as a whole where they are not in [0, 1] already.
 *
 * @param asked the option `scale`
 * @param usual of a configuration to start from, instead of the default
 * @throws ValueError for a rule that does not exist, or data that have no units
 */
export function scaleRuleFor(
  { sampleShape, support }: Pick<Dataset, 'sampleShape' | 'support'>,
  {
    likelihood,
    binarize,
  }: { readonly likelihood: Pick<LikelihoodRow, 'name' | 'isStandardized'> } & Pick<RunConfig['data'], 'binarize'>,
  { asked, usual }: { readonly asked?: unknown; readonly usual?: ScaleRule | 'none' | undefined },
): ScaleRule | undefined {
  if (asked !== undefined && !scaleRules.some((rule) => rule === asked)) {
    throw new ValueError(`data option scale: expected one of ${scaleRules.join(', ')}, got ${JSON.stringify(asked)}.`);
  }
  // Others are of counts, choices or numbers in [0, 1], which have no unit to choose.
  const hasUnits = likelihood.isStandardized === true && binarize === 'none' && support !== 'table';
  if (!hasUnits) {
    if (asked === undefined || asked === 'none') return undefined;
    const why =
      support === 'table'
        ? 'a table has a scale for each column already'
        : `it is for real values under 'gaussian' or 'laplace', and the likelihood is '${likelihood.name}'${binarize === 'none' ? '' : `, binarize '${binarize}'`}`;
    throw new ValueError(`data option scale ${JSON.stringify(asked)}: ${why}.`);
  }
  const rule = (asked as ScaleRule | 'none' | undefined) ?? usual ?? defaultRule(sampleShape, support);
  return rule === 'none' ? undefined : rule;
}

function defaultRule(sampleShape: readonly number[], support: Dataset['support']): ScaleRule | 'none' {
  if (sampleShape.length === 1) return 'each';
  return support === 'real' ? 'whole' : 'none';
}

const names = { center: 'data.centre', scale: 'data.scale' } as const;

/** The tensors by which a run keeps its standardisation beside its parameters: one number for all, or one for each. */
export function standardizationTensors({ rule, center, scale, size }: Standardization): Record<string, NdArray> {
  const count = rule === 'each' ? size : 1;
  return {
    [names.center]: new NdArray(center.slice(0, count), [count]),
    [names.scale]: new NdArray(scale.slice(0, count), [count]),
  };
}

/**
 * Parts a run's tensors into what its model learned and how its data are standardised.
 *
 * @throws DataError when the configuration speaks of a standardisation and the tensors do not hold it
 */
export function withoutStandardization(
  tensors: ReadonlyMap<string, NdArray>,
  { data }: Pick<RunConfig, 'data'>,
): { readonly parameters: Record<string, NdArray>; readonly standardization?: Standardization } {
  const { [names.center]: center, [names.scale]: scale, ...parameters } = Object.fromEntries(tensors);
  if (data.scale === undefined) return { parameters: Object.fromEntries(tensors) };
  const size = sizeOf(data.shape);
  const count = data.scale === 'each' ? size : 1;
  if (center?.size !== count || scale?.size !== count) {
    throw new DataError(
      `the data are standardised (scale '${data.scale}'), which needs '${names.center}' and '${names.scale}' of ${count} numbers each.`,
    );
  }
  return {
    parameters,
    standardization: Standardization.of(data.scale, size, { center: center.data, scale: scale.data }),
  };
}

/** A fixed standard deviation this many times larger or smaller than the data's own is hardly meant. */
const oddRatio = 1000;

/** What was done to the data, for people. */
export function unitNotices({ rule, scale, size }: Standardization, { model }: RunConfig, examples: number): string[] {
  const what =
    rule === 'whole'
      ? 'the numbers are standardised as a whole'
      : size === 1
        ? 'the numbers are standardised'
        : `each of an example's ${size} numbers is standardised`;
  const done = `${what}, by mean and standard deviation of the ${examples} examples that are learned from; ELBO, NLL and all that the model gives are in the data's own units (--data-option scale=none, whole or each).`;
  const { stddev } = model.likelihood;
  const odd = typeof stddev === 'number' && scale.find((s) => stddev > oddRatio * s || stddev < s / oddRatio);
  if (!odd) return [done];
  return [
    done,
    `the likelihood's standard deviation ${stddev} is in the data's own units, whose own is ${Number(odd.toPrecision(3))}: a learned one ('shared', 'per-dimension') would find its size.`,
  ];
}
