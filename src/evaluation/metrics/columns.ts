/** Mean and variance (over n, not n − 1) of each column of rows [n, size]; exactly 0 for a column of one value. */
export function columnMoments(
  rows: ArrayLike<number>,
  size: number,
): { readonly mean: Float64Array; readonly variance: Float64Array } {
  const count = rows.length / size;
  const [mean, variance] = [new Float64Array(size), new Float64Array(size)];
  // From the first row on, so that equal values have their own mean to the last bit.
  for (let k = 0; k < rows.length; k++) mean[k % size]! += rows[k]! - rows[k % size]!;
  for (let i = 0; i < size; i++) mean[i] = rows[i]! + mean[i]! / count;
  for (let k = 0; k < rows.length; k++) variance[k % size]! += (rows[k]! - mean[k % size]!) ** 2 / count;
  return { mean, variance };
}
