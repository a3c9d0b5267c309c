// Round numbers, for axes.

/** 1, 2 or 5 times a power of ten, at least `least` (what rounding leaves aside). */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * (1 - 1e-9)) ?? least;
}

/** The round numbers of a range, `most` steps apart at most. */
export function roundNumbers(low: number, high: number, most: number): number[] {
  const step = niceStep((high - low) / most);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(high / step + 1e-9) - first + 1) }, (_, k) => (first + k) * step);
}
