// Viridis (van der Walt, Smith), nine of its colours: equal steps look equal, with every kind of colour vision and in grey.
export const rampStops = [
  '#440154',
  '#472d7b',
  '#3b528b',
  '#2c728e',
  '#21918c',
  '#28ae80',
  '#5ec962',
  '#addc30',
  '#fde725',
] as const;

const channels = rampStops.map((stop) => [1, 3, 5].map((at) => parseInt(stop.slice(at, at + 2), 16)));

/** @param share 0 to 1; beyond, the end */
export function rampColor(share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (channels.length - 1);
  const below = Math.min(channels.length - 2, Math.floor(place));
  const mixed = [0, 1, 2].map((channel) => {
    const [from = 0, to = 0] = [channels[below]?.[channel], channels[below + 1]?.[channel]];
    return Math.round(from + (to - from) * (place - below));
  });
  return `rgb(${mixed.join(', ')})`;
}
