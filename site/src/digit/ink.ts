import { side } from './model.ts';

/** The longer side of a digit's ink, as in MNIST and in the data that the model learned. */
const box = 20;

/**
 * A drawing made into what the model knows: its ink scaled to 20 pixels, centred by mass in 28 × 28, averaged over areas.
 *
 * @param ink darkness from 0 to 1 of a square drawing, row by row
 * @returns 28 × 28 values, all 0 for an empty drawing
 */
export function normalizeInk(ink: Float32Array, size: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(side * side);
  let [left, right, top, bottom, mass, massX, massY] = [size, -1, size, -1, 0, 0, 0];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const value = ink[y * size + x] ?? 0;
      if (value < 0.1) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      mass += value;
      massX += value * (x + 0.5);
      massY += value * (y + 0.5);
    }
  }
  if (mass === 0) return out;
  // Source pixels to a target pixel; a dot is not blown up.
  const scale = Math.max(right - left + 1, bottom - top + 1, size / 4) / box;
  const originX = massX / mass - (scale * side) / 2;
  const originY = massY / mass - (scale * side) / 2;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      out[y * side + x] = areaMean(ink, size, { x: originX + x * scale, y: originY + y * scale, width: scale });
    }
  }
  return out;
}

function areaMean(ink: Float32Array, size: number, area: { x: number; y: number; width: number }): number {
  const samples = Math.max(2, Math.ceil(area.width));
  let sum = 0;
  for (let j = 0; j < samples; j++) {
    for (let i = 0; i < samples; i++) {
      const x = Math.floor(area.x + ((i + 0.5) / samples) * area.width);
      const y = Math.floor(area.y + ((j + 0.5) / samples) * area.width);
      if (x >= 0 && x < size && y >= 0 && y < size) sum += ink[y * size + x] ?? 0;
    }
  }
  return sum / (samples * samples);
}
