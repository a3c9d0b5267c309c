const bars = '▁▂▃▄▅▆▇█';

/**
 * Values as a line of small bars, from the least to the largest of them; where there are more than fit, the last of as many neighbours each. What
 * is not finite is ×.
 */
export function sparkline(values: readonly (number | null)[], width: number): string {
  const every = Math.max(1, Math.ceil(values.length / width));
  const shown = values.filter((_, at) => (values.length - 1 - at) % every === 0);
  const finite = shown.filter((value) => value !== null && Number.isFinite(value));
  const [least, largest] = [Math.min(...(finite as number[])), Math.max(...(finite as number[]))];
  return shown
    .map((value) => {
      if (value === null || !Number.isFinite(value)) return '×';
      const share = largest > least ? (value - least) / (largest - least) : 0.5;
      return bars[Math.min(bars.length - 1, Math.floor(share * bars.length))] ?? '';
    })
    .join('');
}
