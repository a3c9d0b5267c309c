/** One Jacobi rotation diagonalises [[a, b], [b, d]] (Golub and Van Loan, §8.5). */
export function solve2(matrix: usize, values: usize, vectors: usize): void {
  const a = load<f64>(matrix);
  const b = load<f64>(matrix, 8);
  const d = load<f64>(matrix, 24);
  const theta = (d - a) / (2 * b);
  // b = 0 gives θ = ±∞ (t = 0), or NaN for a multiple of the identity.
  const t = b == 0 ? 0 : copysign<f64>(1, theta) / (abs(theta) + sqrt(theta * theta + 1));
  const c = 1 / sqrt(t * t + 1);
  const s = t * c;
  const first = a - t * b;
  const second = d + t * b;
  // (c, −s) belongs to the first, (s, c) to the second.
  const swap = second < first;
  store<f64>(values, swap ? second : first);
  store<f64>(values, swap ? first : second, 8);
  store<f64>(vectors, swap ? s : c);
  store<f64>(vectors, swap ? c : s, 8);
  store<f64>(vectors, swap ? c : -s, 16);
  store<f64>(vectors, swap ? -s : c, 24);
}
