/** Mean and variance (over n, not n − 1) of each column of rows [n, size]: two passes. */
export function columnMoments(
  rows: ArrayLike<number>,
  size: number,
): { readonly mean: Float64Array; readonly variance: Float64Array } {
  const count = rows.length / size;
  const [mean, variance] = [new Float64Array(size), new Float64Array(size)];
  for (let k = 0; k < rows.length; k++) mean[k % size]! += rows[k]! / count;
  for (let k = 0; k < rows.length; k++) variance[k % size]! += (rows[k]! - mean[k % size]!) ** 2 / count;
  return { mean, variance };
}
