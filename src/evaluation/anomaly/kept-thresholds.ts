import * as v from 'valibot';
import { ValueError, anomalyMethods } from '../../core/index.ts';

/** The version of the layout below. */
export const thresholdsSchemaVersion = 1;

const finite = v.pipe(v.number('a number'), v.finite('a finite number'));
const whole = (least: number) => {
  const expected = `a whole number of at least ${least}`;
  return v.pipe(v.number(expected), v.safeInteger(expected), v.minValue(least, expected));
};

const thresholdSchema = v.strictObject({
  /** A score above it is an anomaly's, in the method's unit. */
  value: finite,
  /** The share of the examples below that were called normal. */
  quantile: v.pipe(finite, v.gtValue(0, 'a number in (0, 1]'), v.maxValue(1, 'a number in (0, 1]')),
  /** How many examples it was fitted to. */
  examples: whole(1),
  /** What they were. */
  source: v.string('a string'),
  /** Draws of z an example, and their seed: scores are compared with the threshold under the same. */
  draws: whole(1),
  seed: whole(0),
});

/** What is usual of two costs of an example: what the `typicality` score compares with. */
const typicalitySchema = v.strictObject({
  center: finite,
  spread: v.pipe(finite, v.gtValue(0, 'a number above 0')),
  intercept: finite,
  slope: finite,
  residual: v.pipe(finite, v.gtValue(0, 'a number above 0')),
});

const usualSchema = v.strictObject({ center: finite, spread: v.pipe(finite, v.gtValue(0, 'a number above 0')) });

const thresholdsSchema = v.strictObject({
  schemaVersion: v.literal(thresholdsSchemaVersion, `${thresholdsSchemaVersion}`),
  /** By the score's name. */
  thresholds: v.partial(v.strictObject(v.entriesFromList(anomalyMethods, thresholdSchema))),
  typicality: v.optional(typicalitySchema),
  /** What is usual of the two terms of the ELBO: what the `balanced-elbo` score compares with. */
  balance: v.exactOptional(v.strictObject({ reconstruction: usualSchema, kl: usualSchema })),
});

/** Where normal ends under one score. */
export type AnomalyThreshold = v.InferOutput<typeof thresholdSchema>;
/** What `thresholds.json` in a run's folder holds. */
export type AnomalyThresholds = v.InferOutput<typeof thresholdsSchema>;

/**
 * Checks what a `thresholds.json` holds.
 *
 * @param options.name what is checked, for messages
 * @throws ValueError naming each entry that is wrong
 */
export function parseThresholds(value: unknown, options: { readonly name?: string } = {}): AnomalyThresholds {
  const { name = 'thresholds' } = options;
  const result = v.safeParse(thresholdsSchema, value);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => {
    const path = (issue.path ?? []).map(({ key }) => `.${String(key)}`).join('');
    return `${name}: $${path}: expected ${issue.message}, found ${JSON.stringify(issue.path?.at(-1)?.value ?? issue.input)}.`;
  });
  throw new ValueError(problems.join('\n'));
}
