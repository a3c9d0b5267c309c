/** Images are 64 × 64. */
export const spriteSize = 64;

/** How many positions an axis has: the centre stands on the pixels 16 … 47, so that no sprite leaves the image. */
export const spritePositions = 32;
const firstCenter = 16;

/** Pixels that a sprite may reach from its centre. */
const reach = 15;

/**
 * Whether a point (y upwards, pixels, sprite upright and at scale 1) lies in the sprite. All three have the centre of
 * mass at the origin and the area 441, so that neither place nor ink tells them apart.
 */
const insideOf: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => Math.abs(x) <= 10.5 && Math.abs(y) <= 10.5,
  (x, y) => (x * x) / (ellipse.x * ellipse.x) + (y * y) / (ellipse.y * ellipse.y) <= 1,
  (x, y) => {
    // (u² + v² − 1)³ ≤ u² v³, whose area is 3.6602 and centre of mass (0, 0.2935).
    const u = x / heart.unit;
    const v = y / heart.unit + heart.center;
    const ring = u * u + v * v - 1;
    return ring * ring * ring <= u * u * v * v * v;
  },
];
const ellipse = { x: 14.7, y: 441 / (14.7 * Math.PI) };
const heart = { unit: Math.sqrt(441 / 3.6602), center: 0.2935 };

/** One shape at one scale and rotation: its ink as steps in the image's memory from the centre's pixel. */
export type SpriteMask = Int16Array;

/**
 * The ink of a sprite whose centre is the centre of a pixel: the pixels whose centres lie inside.
 *
 * @param shape 0 square, 1 ellipse, 2 heart
 * @param scale factor on lengths, at most 1
 * @param rotation radians, anticlockwise as seen
 */
export function drawSpriteMask(shape: number, scale: number, rotation: number): SpriteMask {
  const inside = insideOf[shape]!;
  const cos = Math.cos(rotation) / scale;
  const sin = Math.sin(rotation) / scale;
  const ink: number[] = [];
  for (let row = -reach; row <= reach; row++) {
    for (let column = -reach; column <= reach; column++) {
      // Turn the pixel back; rows count downwards.
      if (inside(cos * column - sin * row, -sin * column - cos * row)) ink.push(row * spriteSize + column);
    }
  }
  return Int16Array.from(ink);
}

/** Draws `mask` into one image, which begins at `start` of `out`. @param x,y positions 0 … 31, y downwards */
export function stampSprite(
  mask: SpriteMask,
  out: Float32Array,
  at: { readonly start: number; readonly x: number; readonly y: number },
): void {
  const { start, x, y } = at;
  out.fill(0, start, start + spriteSize * spriteSize);
  const center = start + (firstCenter + y) * spriteSize + firstCenter + x;
  for (let i = 0; i < mask.length; i++) out[center + mask[i]!] = 1;
}
