// What points are coloured by: categories that people with any kind of colour vision tell apart, and numbers from dark to light.

/** Okabe and Ito 2008 ("Color Universal Design") without black and yellow, which white pages and dark ones swallow, and four of Tol's (2021, "muted"). */
export const categoryColours = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#88ccee',
  '#999933',
  '#aa4499',
  '#8a8a8a',
] as const;

export type Rgb = readonly [number, number, number];

export function rgbOf(hex: string): Rgb {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as Rgb;
}

/** Cividis (Nuñez, Anderton and Renslow 2018), by nine of its colours: the same to people who do not see red or green. */
const cividis = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#fee838'].map(
  rgbOf,
);

/** A colour for a share from 0 to 1. @param isDark on dark paper it begins lighter, or its first colours could not be seen */
export function rampColour(share: number, isDark = false): Rgb {
  const shown = Math.min(1, Math.max(0, share));
  const at = (isDark ? 0.3 + 0.7 * shown : shown) * (cividis.length - 1);
  const [low, high] = [cividis[Math.floor(at)]!, cividis[Math.ceil(at)]!];
  return [0, 1, 2].map((k) => low[k]! + (at % 1) * (high[k]! - low[k]!)) as unknown as Rgb;
}

export function cssColour([r, g, b]: Rgb): string {
  return `rgb(${[r, g, b].map((part) => Math.round(255 * part)).join(' ')})`;
}

/** Marks in their order; of more categories than colours, each round has another. */
export const markNames = ['disc', 'square', 'triangle', 'diamond'] as const;

export interface CategoryLook {
  readonly colour: string;
  /** A place among `markNames`. */
  readonly mark: number;
}

export function categoryLook(category: number): CategoryLook {
  return {
    colour: categoryColours[category % categoryColours.length]!,
    mark: Math.floor(category / categoryColours.length) % markNames.length,
  };
}

/** How points look: colours by four bytes a point (the last one is its mark), and what explains them. */
export interface Colouring {
  readonly bytes: Uint8Array;
  readonly legend: Legend;
}

export type Legend =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'categories';
      readonly title: string;
      readonly levels: readonly string[];
      readonly counts: readonly number[];
    }
  | {
      readonly kind: 'numbers';
      readonly title: string;
      readonly low: number;
      readonly high: number;
      readonly missing: number;
      readonly isDark: boolean;
    };

/** Points that nothing is known of. */
const plain: Rgb = [0.45, 0.47, 0.52];

export function plainly(count: number): Colouring {
  const bytes = new Uint8Array(4 * count);
  for (let k = 0; k < count; k++) put(bytes, k, plain, 0);
  return { bytes, legend: { kind: 'none' } };
}

/** By category numbers; what is missing is grey. */
export function byCategory(title: string, values: ArrayLike<number>, levels: readonly string[]): Colouring {
  const bytes = new Uint8Array(4 * values.length);
  const counts = new Array<number>(levels.length).fill(0);
  const looks = levels.map((_, k) => ({ ...categoryLook(k), rgb: rgbOf(categoryLook(k).colour) }));
  for (let k = 0; k < values.length; k++) {
    const look = looks[values[k]!];
    put(bytes, k, look?.rgb ?? plain, look?.mark ?? 0);
    if (look) counts[values[k]!]!++;
  }
  return { bytes, legend: { kind: 'categories', title, levels, counts } };
}

/** By numbers, from the 1st to the 99th percentile, so that a few extremes do not take all colours. */
export function byNumber(title: string, values: ArrayLike<number>, isDark = false): Colouring {
  const known = Float64Array.from(values).filter(Number.isFinite).sort();
  const at = (share: number): number => known[Math.round(share * (known.length - 1))] ?? NaN;
  const [low, high] = [at(0.01), at(0.99)];
  const bytes = new Uint8Array(4 * values.length);
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    const share = high > low ? (value - low) / (high - low) : 0.5;
    put(bytes, k, Number.isFinite(value) ? rampColour(share, isDark) : plain, 0);
  }
  return { bytes, legend: { kind: 'numbers', title, low, high, missing: values.length - known.length, isDark } };
}

function put(bytes: Uint8Array, k: number, [r, g, b]: Rgb, mark: number): void {
  bytes[4 * k] = Math.round(255 * r);
  bytes[4 * k + 1] = Math.round(255 * g);
  bytes[4 * k + 2] = Math.round(255 * b);
  bytes[4 * k + 3] = mark;
}
