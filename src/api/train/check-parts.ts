import { CapabilityError } from '../../core/index.ts';
import { presetNamed, upgradedEntries } from '../../config/index.ts';
import { createVae, posteriors, priors } from '../../models/index.ts';
import { createObjective, objectives } from '../../objectives/index.ts';
import type { PartChoice } from '../../parts/index.ts';
import { buildStep } from '../../training/index.ts';
import { wantedConditions } from '../data/condition-config.ts';
import type { ModelOptions } from './model-options.ts';

const kinds = ['prior', 'posterior', 'objective'] as const;
type Choices = Readonly<Record<(typeof kinds)[number], PartChoice>>;

const usual: Choices = { prior: 'standard-normal', posterior: 'diagonal', objective: 'elbo' };

/** What the parts are tried on: no size decides what they can. */
const tried = { inputSize: 4, hidden: [4], network: 'dense', mostLatent: 64, rows: 4 } as const;

/**
 * Puts prior, posterior and objective together in a small model, before any data are read: what one lacks for another is said
 * at once. All else is left to the model itself, and so are parts of one's own, which may ask for sizes.
 *
 * @throws CapabilityError, as the training would
 */
export function checkPartsTogether(options: ModelOptions): void {
  const { choices, flat } = chosenIn(options);
  const { prior, posterior, objective } = choices;
  const objectiveRow = objectives.find(({ name }) => name === nameOf(objective));
  const isKnown = [
    priors.some(({ name }) => name === nameOf(prior)),
    posteriors.some(({ name }) => name === nameOf(posterior)),
  ];
  // A name that there is not, the configuration refuses with all that there are.
  if (!objectiveRow || isKnown.includes(false)) return;
  const { inputSize, hidden, network, mostLatent, rows } = tried;
  const { latent: wanted = options.config?.model.latent ?? 16 } = flat as Pick<ModelOptions, 'latent'>;
  const latent = Math.min(wanted, mostLatent);
  const conditionSize = wantedConditions(options).length > 0 ? 2 : 0;
  const own = Object.fromEntries(Object.entries(flat).filter(([name]) => name !== 'likelihood'));
  try {
    const classes = conditionSize > 0 && objectiveRow.infersCondition && { classes: conditionSize };
    const model = createVae({
      ...own,
      inputSize,
      hidden,
      network,
      latent,
      prior,
      posterior,
      conditionSize,
      ...classes,
    });
    const sizes = { latent, inputSize, trainingSize: rows, batchSize: rows };
    buildStep(model, rows, createObjective(objectiveRow, optionsIn(objective, objectiveRow, flat), sizes));
  } catch (error) {
    if (error instanceof CapabilityError) throw error;
  }
}

/** The parts that the options name, over those of a preset or a configuration, and all flat options. */
function chosenIn({ preset, config, set, ...options }: ModelOptions): {
  readonly choices: Choices;
  readonly flat: Readonly<Record<string, unknown>>;
} {
  const ofPreset = preset === undefined ? {} : presetNamed(preset).options;
  const { choices: ofEntries } = upgradedEntries(set ?? {});
  const ofConfig = config && { ...config.model, objective: config.objective };
  const flat: Readonly<Record<string, unknown>> = { ...ofPreset, ...defined(options), ...ofEntries };
  const choices = Object.fromEntries(
    kinds.map((kind) => [kind, flat[kind] ?? ofConfig?.[kind] ?? usual[kind]]),
  ) as unknown as Choices;
  return { choices, flat };
}

function optionsIn(
  choice: PartChoice,
  { options }: { readonly options: object },
  flat: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const among = (values: object): object =>
    Object.fromEntries(Object.entries(values).filter(([key]) => Object.hasOwn(options, key)));
  return { ...among(flat), ...(typeof choice === 'string' ? {} : among(choice)) };
}

function nameOf(choice: PartChoice): string {
  return typeof choice === 'string' ? choice : choice.name;
}

function defined<T extends object>(entries: T): Partial<T> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Partial<T>;
}
