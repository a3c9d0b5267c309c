/** B₂ₙ / (2n (2n − 1)), n = 1 … 7. */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/**
 * log Γ(x) for x > 0: Stirling's series from x = 10 on, where its terms leave 10⁻¹⁶, and Γ(x) = Γ(x + 1) / x below
 * (Abramowitz and Stegun 6.1.40 and 6.1.15).
 */
export function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 10; y++) shift += Math.log(y);
  const inverse = 1 / y;
  const square = inverse * inverse;
  const series = stirling.reduceRight((tail, term) => tail * square + term, 0) * inverse;
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
