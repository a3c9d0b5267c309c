/**
 * Round numbers to mark an axis with: multiples of 1, 2 or 5 times a power of ten inside [low, high], about `count` of them.
 */
export function axisTicks(low: number, high: number, count = 5): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= 0.75 * rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step);
}

/**
 * Round numbers to mark a logarithmic axis with, all of them positive: 1, 2 and 5 times powers of ten, the powers alone (or every so many of
 * them) where these are many, and multiples as on a linear axis where [low, high] is too narrow for them.
 */
export function logTicks(low: number, high: number, count = 5): number[] {
  if (!(low > 0) || !(high > low)) return [low];
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const powers = Array.from({ length: last - first + 1 }, (_, k) => first + k);
  const inside = (ticks: readonly number[]): number[] => ticks.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)); // prettier-ignore
  const fine = inside(powers.flatMap((power) => [1, 2, 5].map((factor) => Number(`${factor}e${power}`))));
  if (fine.length < 3) return axisTicks(low, high, count);
  if (fine.length <= count + 3) return fine;
  const every = Math.ceil((last - first) / count);
  return inside(powers.filter((power) => power % every === 0).map((power) => Number(`1e${power}`)));
}

/** A tick's text: no more digits than tell it from its neighbours, and a true minus sign. */
export function tickText(value: number, step: number): string {
  const decimals = Math.min(12, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  const rounded = Number(value.toFixed(decimals));
  const text = Math.abs(rounded) >= 1e6 ? rounded.toExponential(1) : rounded.toFixed(decimals);
  return (rounded === 0 ? text.replace('-', '') : text).replaceAll('-', '−');
}
