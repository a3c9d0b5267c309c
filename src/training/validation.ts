import type { CriterionProgram, Examples } from '../objectives/index.ts';
import type { ValidationMeans } from './events.ts';
import { merit } from './trim.ts';
import { valuesInOrder } from './values-in-order.ts';
import type { InOrderOptions } from './values-in-order.ts';

/** What validation says, and by what the epoch is compared with others. */
export interface Validation extends ValidationMeans {
  readonly criterion: NonNullable<ValidationMeans['criterion']>;
}

/**
 * Mean ELBO terms over all examples, as far as the model has them, and the mean of the criterion, one draw of z each.
 *
 * @param options.trim share of the examples, those explained worst, that the criterion leaves out
 */
export async function validate(
  program: CriterionProgram,
  examples: Examples,
  options: InOrderOptions & { readonly trim: number },
): Promise<Validation> {
  let [reconstruction, kl, total] = [0, 0, 0];
  const { metric, direction } = program.criterion;
  const merits = new Float64Array(examples.size);
  for await (const { values, start } of valuesInOrder(program, examples, options)) {
    for (const value of values.reconstruction.data) reconstruction += value;
    for (const value of values.kl?.data ?? []) kl += value;
    for (const value of values.criterion) total += value;
    // As the float32 numbers that they are computed from.
    merits.set(
      Float32Array.from(values.criterion, (value) => merit(value, program.criterion)),
      start,
    );
  }
  const { size } = examples;
  const means = meansOfTerms(
    { reconstruction: reconstruction / size, ...(program.hasKl && { kl: kl / size }) },
    (reconstruction - kl) / size,
  );
  const own = metric === 'elbo' ? (reconstruction - kl) / size : total / size;
  const trimmed = options.trim > 0 ? (direction === 'max' ? 1 : -1) * upperMean(merits, options.trim) : undefined;
  const trimmedMetric = `trimmed${metric.charAt(0).toUpperCase()}${metric.slice(1)}`;
  return {
    ...means,
    ...(trimmed !== undefined && metric === 'elbo' && { trimmedElbo: trimmed }),
    metrics: { ...means, [metric]: own, ...(trimmed !== undefined && { [trimmedMetric]: trimmed }) },
    criterion: { metric: trimmed === undefined ? metric : trimmedMetric, direction, value: trimmed ?? own },
  };
}

/** The terms with the ELBO before them, where there is one; else the reconstruction alone. */
export function meansOfTerms(
  { reconstruction, kl }: { readonly reconstruction: number; readonly kl?: number | undefined },
  elbo = reconstruction - (kl ?? NaN),
): Pick<ValidationMeans, 'elbo' | 'reconstruction' | 'kl'> {
  return kl === undefined ? { reconstruction } : { elbo, reconstruction, kl };
}

/** The mean of all values but the lowest share. */
function upperMean(values: Float64Array, share: number): number {
  const kept = values.sort().subarray(Math.floor(share * values.length));
  return kept.reduce((total, value) => total + value, 0) / kept.length;
}
