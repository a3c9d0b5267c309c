/** A half-open part of the flat parameter array, or of the batch's rows. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export function overlap(a: Range, b: Range): Range | undefined {
  const [from, to] = [Math.max(a.from, b.from), Math.min(a.to, b.to)];
  return from < to ? { from, to } : undefined;
}
