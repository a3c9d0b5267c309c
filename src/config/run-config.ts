import * as v from 'valibot';
import { ValueError } from '../core/index.ts';
import { dataSchema } from '../data/index.ts';
import type { DataConfig } from '../data/index.ts';
import { mostDepth, schema, shown } from '../io/index.ts';
import { partSchema } from './part-config.ts';
import type { PartConfig } from './part-config.ts';
import { builtInParts } from './part-table.ts';
import type { PartTable } from './part-table.ts';
import { trainingSchema } from './training-config.ts';
import type { TrainingConfig } from './training-config.ts';
import { upgraded } from './upgrade.ts';

/** The version of the layout below. A change that old readers would misread raises it. */
export const configSchemaVersion = 2;

/** The run whose weights a training started from, instead of drawn ones. */
const fromSchema = schema.object({
  /** Its folder or address, as it was given. */
  run: schema.text,
  /** Its data. */
  source: schema.text,
  /** How its data were standardised, and those of this run are too. */
  standardization: v.exactOptional(schema.object({ centre: v.array(v.number()), scale: v.array(v.number()) })),
});

/** What a model is made of, each part by its name and options. */
export interface ModelConfig {
  /** Dimensions of z. */
  readonly latent: number;
  readonly prior: PartConfig;
  readonly posterior: PartConfig;
  readonly likelihood: PartConfig;
  /** `custom`: networks that code gave, which whoever loads the run must give again. */
  readonly network: PartConfig;
}

/** What config.json holds: a run's data, model, objective and training. */
export interface RunConfig {
  readonly schemaVersion: typeof configSchemaVersion;
  readonly rootsigmaVersion: string;
  readonly data: DataConfig;
  readonly model: ModelConfig;
  readonly objective: PartConfig;
  readonly training: TrainingConfig;
  /** What its options began from; they may have been changed since. */
  readonly preset?: string;
  readonly from?: v.InferOutput<typeof fromSchema>;
}

/** The schema of a run whose parts stand in `parts`. */
function runSchema(parts: PartTable): v.GenericSchema<unknown, RunConfig> {
  return schema.object({
    schemaVersion: v.literal(configSchemaVersion, `${configSchemaVersion}`),
    rootsigmaVersion: schema.text,
    data: dataSchema,
    model: schema.object({
      latent: schema.whole(1),
      prior: partSchema(parts, 'prior'),
      posterior: partSchema(parts, 'posterior'),
      likelihood: partSchema(parts, 'likelihood'),
      network: partSchema(parts, 'network'),
    }),
    objective: partSchema(parts, 'objective'),
    training: trainingSchema,
    preset: v.exactOptional(schema.text),
    from: v.exactOptional(fromSchema),
  });
}

/**
 * Checks a run's configuration: every key known, every value of its type and range.
 * A file of an earlier layout becomes one of this; options of parts that it does not name get their defaults.
 *
 * @param options.parts the table in which its parts stand. Default: the built-in ones
 * @param options.name what is checked, for messages: a file's name
 * @throws ValueError with one line per problem: JSON path, what was expected, what was found
 */
export function parseRunConfig(
  given: unknown,
  options: { readonly name?: string; readonly parts?: PartTable | undefined } = {},
): RunConfig {
  const { name = 'config', parts = builtInParts } = options;
  refuseOtherVersion(given, name);
  if (isDeep(given))
    throw new ValueError(`${name}: is nested more than ${mostDepth} times, which no configuration is.`);
  const value = upgraded(given);
  const ofRun = runSchema(parts);
  // Of a list of millions all problems would take much memory: the first is enough to refuse it.
  const first = v.safeParse(ofRun, value, { abortEarly: true });
  if (first.success) return first.output;
  const { issues } = isLong(value) ? first : v.safeParse(ofRun, value);
  const problems = (issues ?? first.issues).map((issue) => `${name}: ${describeIssue(issue)}.`);
  const rest = problems.splice(mostProblems).length;
  throw new ValueError([...problems, ...(rest > 0 ? [`${name}: and ${rest} more.`] : [])].join('\n'));
}

/** Problems that are listed. */
const mostProblems = 20;

function isDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth >= mostDepth) return true;
  return Object.values(value).some((entry) => isDeep(entry, depth + 1));
}

/** Whether a value has more parts than a configuration by hand. */
function isLong(value: unknown, room = { left: 10_000 }): boolean {
  if (typeof value === 'object' && value !== null) {
    for (const key in value) {
      if (--room.left < 0 || isLong((value as Record<string, unknown>)[key], room)) return true;
    }
  }
  return room.left < 0;
}

/** A file of a newer layout fails for its version, not for the keys that came with it. */
function refuseOtherVersion(value: unknown, name: string): void {
  const version =
    typeof value === 'object' && value !== null && 'schemaVersion' in value ? value.schemaVersion : undefined;
  if (typeof version === 'number' && version > configSchemaVersion) {
    throw new ValueError(
      `${name}: schemaVersion ${version} was written by a newer rootsigma; this one reads up to ${configSchemaVersion}. Update rootsigma.`,
    );
  }
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const items = issue.path ?? [];
  const path = items.map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  if (issue.expected === 'never') return `$${path}: unknown key; ${issue.message}`;
  const last = items.at(-1);
  return `$${path}: expected ${issue.message}, found ${shown(last ? last.value : issue.input)}`;
}
