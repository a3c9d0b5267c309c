/**
 * The exponential moving average, debiased, so that it begins at the first value and not at zero:
 *
 *   s_t = w s_{t−1} + (1 − w) x_t,   s_t / (1 − w^t)
 *
 * Values that are not there count for nothing and stay gaps.
 *
 * @param weight of what was before, 0 (none: the values themselves) to below 1
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...values];
  let sum = 0;
  let power = 1;
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    power *= weight;
    return sum / (1 - power);
  });
}
