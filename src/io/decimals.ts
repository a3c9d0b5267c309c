// Plain decimal numbers as digits and the place of one sign among them: 12, -3.50, 0,125. What was written can be told from it
// to the letter, whether the sign is a point, a comma, or no decimal sign at all (2.695 are 2,695 of something).

/** Digits of each of the two parts. */
const half = 1e9;
const mostDigits = 18;
const negativeBit = 64;
const commaBit = 32;
const scaleBits = 31;
/** A tag that no decimal has. */
export const noDecimal = 255;

/** A decimal: `high` · 10⁹ + `low` are its digits, `tag` the digits behind the sign, which sign it is, and the minus. */
export interface Decimal {
  high: number;
  low: number;
  tag: number;
}

/** What a sign within a plain decimal means. */
export interface DecimalSigns {
  readonly point: 'decimal' | 'group' | 'neither';
  readonly comma: 'decimal' | 'group' | 'neither';
}

/** Reads a plain decimal into `out`: false for all else, zeros before other digits and more than 18 digits among it. */
export function packDecimal(bytes: Uint8Array, start: number, end: number, out: Decimal): boolean {
  let at = start;
  let tag = 0;
  if (bytes[at] === 45) {
    tag = negativeBit;
    at++;
  }
  const first = bytes[at];
  if (first === undefined || at >= end || end - at > mostDigits + 1) return false;
  const digitsFrom = at;
  let [high, low, digits, sign] = [0, 0, 0, -1];
  for (; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit >= 0 && digit <= 9) {
      if (++digits > mostDigits) return false;
      if (digits > 9) high = high * 10 + Math.floor(low / 1e8);
      low = digits > 9 ? (low % 1e8) * 10 + digit : low * 10 + digit;
    } else if ((digit === -2 || digit === -4) && sign < 0 && digits > 0) {
      sign = at;
      if (digit === -4) tag |= commaBit;
    } else return false;
  }
  const scale = sign < 0 ? 0 : end - sign - 1;
  // No digit before or behind the sign, or 007.
  if (digits === 0 || (sign >= 0 && scale === 0)) return false;
  if (first === 48 && digits - scale > 1) return false;
  if (sign === digitsFrom) return false;
  out.high = high;
  out.low = low;
  out.tag = tag | scale;
  return true;
}

/** As it was written. */
export function decimalText(high: number, low: number, tag: number): string {
  const scale = tag & scaleBits;
  const digits = (high > 0 ? `${high}${String(low).padStart(9, '0')}` : String(low)).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale === 0 ? '' : `${tag & commaBit ? ',' : '.'}${digits.slice(-scale)}`;
  return `${tag & negativeBit ? '-' : ''}${whole}${fraction}`;
}

/** Kinds are numbers below this. */
export const decimalKinds = 1024;

/** Two decimals of one kind can be told apart by their digits only. */
export function decimalKind(high: number, low: number, tag: number): number {
  let digits = high > 0 ? 10 : 1;
  if (high === 0) for (let limit = 10; digits < 9 && low >= limit; limit *= 10) digits++;
  const whole = Math.max(1, digits - (tag & scaleBits));
  const isZero = digits <= (tag & scaleBits);
  return (tag << 3) | (isZero ? 0 : Math.min(whole, 4));
}

/** Exact powers of ten. */
const powers = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

/** The number, correctly rounded; NaN where a sign cannot be what it is said to be. */
export function decimalValue(high: number, low: number, tag: number, signs: DecimalSigns): number {
  const scale = tag & scaleBits;
  let divided = scale;
  if (scale > 0) {
    const role = tag & commaBit ? signs.comma : signs.point;
    const digits = high * half + low;
    // Groups have three digits, and a first one that is not 0 and no longer.
    if (role === 'neither' || (role === 'group' && (scale !== 3 || digits < 1000 || digits >= 1e6))) return NaN;
    if (role === 'group') divided = 0;
  }
  const digits = high * half + low;
  // Both are exact below 2⁵³ and 10²², so their quotient is rounded once.
  const value =
    digits <= Number.MAX_SAFE_INTEGER
      ? digits / powers[divided]!
      : Number(decimalText(high, low, divided === 0 && scale > 0 ? 0 : tag & scaleBits));
  return tag & negativeBit ? -value : value;
}

/** Digits behind the decimal sign. */
export function decimalsOf(tag: number): number {
  return tag & scaleBits;
}
