/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** A complex matrix, row-major, real and imaginary parts apart. */
export interface ComplexArray {
  readonly re: Float64Array<ArrayBuffer>;
  readonly im: Float64Array<ArrayBuffer>;
}

export function complexArray(size: number): ComplexArray {
  return { re: new Float64Array(size), im: new Float64Array(size) };
}

/** The entry at a flat index. */
export function entry(m: ComplexArray, at: number): Complex {
  return { re: m.re[at]!, im: m.im[at]! };
}

export function setEntry(m: ComplexArray, at: number, value: Complex): void {
  m.re[at] = value.re;
  m.im[at] = value.im;
}

/** |z|, without overflow or underflow on the way. */
export function magnitude({ re, im }: Complex): number {
  const scale = Math.max(Math.abs(re), Math.abs(im));
  return scale === 0 ? 0 : scale * Math.sqrt((re / scale) ** 2 + (im / scale) ** 2);
}

/** The principal root: real part ≥ 0, and +i √|z| for negative real z (whatever the sign of its zero). */
export function principalRoot(z: Complex): Complex {
  if (z.im === 0) return z.re >= 0 ? { re: Math.sqrt(z.re), im: 0 } : { re: 0, im: Math.sqrt(-z.re) };
  const larger = Math.sqrt((magnitude(z) + Math.abs(z.re)) / 2);
  const smaller = Math.abs(z.im) / (2 * larger);
  if (z.re >= 0) return { re: larger, im: z.im > 0 ? smaller : -smaller };
  return { re: smaller, im: z.im > 0 ? larger : -larger };
}

export function multiply(a: Complex, b: Complex): Complex {
  return { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re };
}

/** a / b (Smith's method). */
export function divide(a: Complex, b: Complex): Complex {
  if (Math.abs(b.re) >= Math.abs(b.im)) {
    const ratio = b.im / b.re;
    const denominator = b.re + b.im * ratio;
    return { re: (a.re + a.im * ratio) / denominator, im: (a.im - a.re * ratio) / denominator };
  }
  const ratio = b.re / b.im;
  const denominator = b.re * ratio + b.im;
  return { re: (a.re * ratio + a.im) / denominator, im: (a.im * ratio - a.re) / denominator };
}
