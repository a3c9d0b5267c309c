import type { Color } from './canvas.ts';

/** Tableau's ten: told apart by most eyes, also as small points. */
const ten: readonly Color[] = [
  [78, 121, 167], [242, 142, 43], [225, 87, 89], [118, 183, 178], [89, 161, 79],
  [237, 201, 72], [176, 122, 161], [255, 157, 167], [156, 117, 95], [140, 140, 140],
]; // prettier-ignore

/** A colour for each of `count` classes: ten chosen ones, and beyond ten hues all around with three lightnesses. */
export function classColor(index: number, count: number): Color {
  if (count <= ten.length) return ten[index % ten.length]!;
  const [saturation, lightness] = [[0.65, 0.45], [0.6, 0.62], [0.75, 0.33]][index % 3] as [number, number]; // prettier-ignore
  return fromHsl(index / count, saturation, lightness);
}

function fromHsl(hue: number, saturation: number, lightness: number): Color {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number): number => {
    const k = (n + hue * 12) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/** Nine steps each of matplotlib's colour maps viridis and inferno (CC0); both are even to the eye and read in grey too. */
const maps = {
  viridis: ['440154', '472d7b', '3b528b', '2c728e', '21918c', '28ae80', '5ec962', 'addc30', 'fde725'],
  inferno: ['000004', '210c4a', '57106e', '8a226a', 'bc3754', 'e45a31', 'f98e09', 'f9cb35', 'fcffa4'],
} as const;
export type ColorMap = keyof typeof maps;

/** The colour of a number in [0, 1]; what is outside gets the end's. */
export function mapColor(map: ColorMap, value: number): Color {
  const steps = maps[map];
  const place = Math.min(1, Math.max(0, value)) * (steps.length - 1);
  const below = Math.min(Math.floor(place), steps.length - 2);
  const [low, high] = [channels(steps[below]!), channels(steps[below + 1]!)];
  const mix = (c: 0 | 1 | 2): number => low[c] + (high[c] - low[c]) * (place - below);
  return [mix(0), mix(1), mix(2)];
}

function channels(hex: string): Color {
  const value = Number.parseInt(hex, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
