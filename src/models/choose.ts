import { chosenPart } from '../parts/index.ts';
import type { FlatOptions, Part, PartChoice } from '../parts/index.ts';
import { likelihoods } from './likelihoods/index.ts';
import type { LikelihoodData, LikelihoodFamily, LikelihoodRow } from './likelihoods/index.ts';
import { networks } from './networks/index.ts';
import type { Networks, NetworkRow, NetworkSizes } from './networks/index.ts';
import type {
  LikelihoodOptionDocs,
  NetworkOptionDocs,
  PosteriorOptionDocs,
  PriorOptionDocs,
} from './option-docs.generated.ts';
import { posteriors } from './posteriors/index.ts';
import type { Posterior, PosteriorRow, PosteriorSizes } from './posteriors/index.ts';
import type { ModelPart } from './capabilities.ts';
import { priors } from './priors/index.ts';
import type { Prior, PriorRow, PriorSizes } from './priors/index.ts';

/** A row that a model is made of. */
export type ModelRow = PriorRow | PosteriorRow | LikelihoodRow | NetworkRow;

/** Rows of one's own, beside those that there are. */
interface WithParts {
  readonly parts?: readonly { readonly kind: string }[] | undefined;
}

/** The options of rows that `npm run build:models` has not seen yet. */
type Others<Row extends Part, Docs> = Omit<FlatOptions<Row>, keyof Docs>;

/** Which q(z|x). */
export interface PosteriorOptions
  extends PosteriorOptionDocs, Others<(typeof posteriors)[number], PosteriorOptionDocs>, WithParts {
  /** Default: diagonal. */
  readonly posterior?: PartChoice | undefined;
}

/** Which p(z). */
export interface PriorOptions extends PriorOptionDocs, Others<(typeof priors)[number], PriorOptionDocs>, WithParts {
  /** Default: standard-normal. */
  readonly prior?: PartChoice | undefined;
}

/** Which p(x|z). */
export interface LikelihoodOptions
  extends LikelihoodOptionDocs, Others<(typeof likelihoods)[number], LikelihoodOptionDocs>, WithParts {
  readonly likelihood: PartChoice;
}

/** Which networks. */
export interface NetworkOptions
  extends NetworkOptionDocs, Others<(typeof networks)[number], NetworkOptionDocs>, WithParts {
  /** Default: dense. The others need images. */
  readonly network?: PartChoice | undefined;
}

function rowsOf<Row extends ModelRow>(
  kind: Row['kind'],
  own: readonly Row[],
  { parts = [] }: WithParts,
): readonly Row[] {
  return [...own, ...parts.filter((row): row is Row => row.kind === kind)];
}

/** The posterior that the options name. @throws ValueError when there is none, or it does not have the options */
export function posteriorFor(options: PosteriorOptions, sizes: PosteriorSizes): Posterior & ModelPart {
  const rows = rowsOf<PosteriorRow>('posterior', posteriors, options);
  const data = { shape: [sizes.featureSize] };
  const { row, values } = chosenPart('posterior', options.posterior ?? 'diagonal', { rows, flat: options, data });
  const { kind, name, capabilities } = row;
  return { ...row.build(values, sizes), kind, name, capabilities };
}

/** The prior that the options name. @throws ValueError as `posteriorFor` */
export function priorFor(options: PriorOptions, sizes: PriorSizes): Prior & ModelPart {
  const rows = rowsOf<PriorRow>('prior', priors, options);
  const data = { shape: [sizes.inputSize] };
  const choice = options.prior ?? 'standard-normal';
  const { row, values } = chosenPart('prior', choice, { rows, flat: options, data });
  const { kind, name, capabilities } = row;
  return { ...row.build(values, sizes), kind, name, capabilities };
}

/**
 * The likelihood that the options name.
 *
 * @param data.shape of one example. Default: [inputSize]
 * @throws ValueError as `posteriorFor`, and when it does not fit the data's size
 */
export function likelihoodFamily(
  options: LikelihoodOptions,
  data: LikelihoodData & { readonly shape?: readonly number[] },
): LikelihoodFamily {
  const rows = rowsOf<LikelihoodRow>('likelihood', likelihoods, options);
  const { shape = [data.inputSize] } = data;
  const { row, values } = chosenPart('likelihood', options.likelihood, { rows, flat: options, data: { shape } });
  return row.build(values, data);
}

/** The encoder and the decoder that the options name. @throws ValueError when the examples do not go with them */
export function networksFor(options: NetworkOptions, sizes: NetworkSizes): Networks {
  const rows = rowsOf<NetworkRow>('network', networks, options);
  const choice = options.network ?? 'dense';
  const { row, values } = chosenPart('network', choice, { rows, flat: options, data: sizes });
  return row.build(values, sizes);
}
