/** `1 epoch`, `1,500 epochs` */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** With so many decimals; what rounds to zero has no sign. */
export function fixed(value: number, decimals = 2): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** `12 MB`, `1.5 GB` */
export function bytesInWords(bytes: number, digits = 3): string {
  const [size, unit] = [[1e9, 'GB'] as const, [1e6, 'MB'] as const].find(([least]) => bytes >= least) ?? [1e3, 'kB'];
  return `${Number((bytes / size).toPrecision(digits))} ${unit}`;
}
