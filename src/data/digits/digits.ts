import { fillNormal, fillUniform, foldIn } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { checkOptions, rule } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';
import { datasetOf } from '../dataset.ts';
import type { Dataset } from '../dataset.ts';
import { purposeKey } from '../streams.ts';
import { drawPath, tracePath } from './pen.ts';
import type { Path } from './pen.ts';
import { digitStyles } from './strokes.ts';
import type { DigitStyle, PenPoint } from './strokes.ts';

export const digitSize = 28;
/** MNIST's box: the digit fits 20 × 20 pixels before it is centred by mass in 28 × 28. */
const box = 20;

/** What one digit is written with; all but style in the stated unit, drawn from truncated normals. */
export const digitFactors = ['style', 'slant', 'rotation', 'width', 'scale', 'thickness', 'wobble'] as const;
export type DigitFactor = (typeof digitFactors)[number];

/** How many digits `makeDigits` draws, of which seed and stream. */
export interface DigitsOptions {
  /** How many examples; default 10,000 (train) or 2,000 (test). */
  readonly count?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Two streams of digits that share no example; default train. */
  readonly split?: 'train' | 'test';
}

const digitsOptionRules: OptionRules<DigitsOptions> = {
  count: rule.whole(1, 10_000_000),
  seed: rule.seed,
  split: rule.oneOf(['train', 'test']),
};

export const digitsDefaults = { train: 10_000, test: 2_000, seed: 0 } as const;

/**
 * Digits 0–9 as if written by hand, drawn by code: grey 28 × 28 images like MNIST's, with class and factors known.
 *
 * Example i shows the digit i mod 10 and depends on (seed, split, i) alone: more examples begin with the same ones. Factors:
 * `style` (which of the digit's ways of writing), `slant` (shear), `rotation` (radians, about), `width` (factor on the
 * width), `scale` (longer side over 20 pixels), `thickness` (pen radius in pixels), `wobble` (how unsteady the hand is).
 */
export function makeDigits(options: DigitsOptions = {}): Dataset {
  checkOptions('digits', options, digitsOptionRules);
  const { split = 'train', seed = digitsDefaults.seed } = options;
  const count = options.count ?? digitsDefaults[split];
  const parent = foldIn(purposeKey(seed, 'digits'), split === 'train' ? 0 : 1);
  const pixels = digitSize * digitSize;
  const values = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  const factors = Object.fromEntries(digitFactors.map((name) => [name, new Float32Array(count)])) as Record<
    DigitFactor,
    Float32Array
  >;
  for (let i = 0; i < count; i++) {
    const digit = i % 10;
    labels[i] = digit;
    const drawn = writeDigit(digit, foldIn(parent, i), values.subarray(i * pixels, (i + 1) * pixels));
    for (const name of digitFactors) factors[name][i] = drawn[name];
  }
  return datasetOf({
    name: split === 'train' ? 'digits' : 'digits (test)',
    kind: 'digits',
    sampleShape: [digitSize, digitSize],
    values,
    labels,
    classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
    factors,
  });
}

/** Normals of one example: 5 factors, 6 of the warp, then two a pen point. */
const normals = new Float64Array(64);
const warpStart = 5;
const jitterStart = 11;
const uniforms = new Float64Array(2);

/** Draws one digit into `out`, which must be zero, and returns its factors. */
function writeDigit(digit: number, key: Key, out: Uint8Array): Record<DigitFactor, number> {
  fillUniform(foldIn(key, 0), uniforms);
  fillNormal(foldIn(key, 1), normals);
  const style = chooseStyle(digitStyles[digit]!, uniforms[0]!);
  const factors = {
    style,
    slant: 0.12 + 0.17 * truncated(0),
    rotation: 0.07 * truncated(1),
    width: 1.06 + 0.15 * truncated(2),
    scale: 0.97 + 0.04 * truncated(3),
    thickness: 1.25 + 0.27 * truncated(4),
    // The square favours steady hands.
    wobble: 0.35 + 0.9 * uniforms[1]! * uniforms[1]!,
  };
  const strokes = bend(digitStyles[digit]![style]!.strokes, factors);
  const path = tracePath(strokes, factors.thickness);
  place(path, factors);
  drawPath(path, digitSize, out);
  return factors;
}

function truncated(index: number): number {
  return Math.min(2.5, Math.max(-2.5, normals[index]!));
}

function chooseStyle(styles: readonly DigitStyle[], uniform: number): number {
  let rest = uniform * styles.reduce((sum, { weight }) => sum + weight, 0);
  for (const [index, { weight }] of styles.entries()) {
    rest -= weight;
    if (rest < 0) return index;
  }
  return styles.length - 1;
}

/** The style's points after jitter, a smooth warp, and the affine factors; the digit stays about 1 high. */
function bend(strokes: DigitStyle['strokes'], factors: Record<DigitFactor, number>): PenPoint[][] {
  const { slant, rotation, width, wobble } = factors;
  // cos and sin of 2 atan(rotation / 2), which needs no trigonometry (its last bits differ between machines).
  const half = rotation / 2;
  const cos = (1 - half * half) / (1 + half * half);
  const sin = (2 * half) / (1 + half * half);
  const warp = Array.from({ length: 6 }, (_, k) => 0.16 * wobble * truncated(warpStart + k));
  let next = jitterStart;
  return strokes.map((stroke) =>
    stroke.map(([x, y, corner]) => {
      const u = x - 0.3 + 0.03 * wobble * truncated(next++);
      const v = y - 0.5 + 0.03 * wobble * truncated(next++);
      const wx = u + warp[0]! * v * v + warp[1]! * u * v + warp[2]! * u * u;
      const wy = v + warp[3]! * v * v + warp[4]! * u * v + warp[5]! * u * u;
      const sx = width * wx - slant * wy;
      const point = [cos * sx - sin * wy, sin * sx + cos * wy] as const;
      return corner ? [...point, corner] : point;
    }),
  );
}

/** Scales the path to its box and puts its centre of mass (ink, not box) at the centre of the image, in place. */
function place(path: Path, { scale, thickness }: Record<DigitFactor, number>): void {
  const { pieces, count } = path;
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  let [mass, massX, massY] = [0, 0, 0];
  for (let at = 0; at < count * 6; at += 6) {
    const [x0, y0, x1, y1] = [pieces[at]!, pieces[at + 1]!, pieces[at + 3]!, pieces[at + 4]!];
    left = Math.min(left, x0, x1);
    right = Math.max(right, x0, x1);
    top = Math.min(top, y0, y1);
    bottom = Math.max(bottom, y0, y1);
    const length = Math.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0));
    mass += length;
    massX += (length * (x0 + x1)) / 2;
    massY += (length * (y0 + y1)) / 2;
  }
  const factor = (box * scale - 2 * thickness) / Math.max(right - left, bottom - top);
  const shiftX = center(massX / mass, left, right, factor, thickness);
  const shiftY = center(massY / mass, top, bottom, factor, thickness);
  for (let at = 0; at < count * 6; at += 3) {
    pieces[at] = pieces[at]! * factor + shiftX;
    pieces[at + 1] = pieces[at + 1]! * factor + shiftY;
  }
}

/** The shift that centres the mass, limited so that no ink leaves the image. */
function center(mass: number, low: number, high: number, factor: number, margin: number): number {
  const shift = digitSize / 2 - mass * factor;
  return Math.min(digitSize - 1 - margin - high * factor, Math.max(1 + margin - low * factor, shift));
}
