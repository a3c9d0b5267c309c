// What the first figure shows, computed as the site is built: the page's own VAE on one test digit.
import { readFileSync } from 'node:fs';
import { encode } from 'fast-png';
import { openDigitModel, side } from '../src/digit/model.ts';
import { sampleAt } from '../src/figures/digit-sample.ts';
import { initialShared } from '../src/figure.ts';
import type { LineData } from '../src/figures/line-data.ts';
import { noiseCloud } from '../src/noise.ts';

const draws = 6;
const digit = 9;

/** Darkness from 0 to 1 as a picture of black ink on nothing. */
function picture(ink: Float32Array): string {
  const data = new Uint8Array(2 * ink.length);
  ink.forEach((value, i) => {
    data[2 * i + 1] = Math.round(255 * Math.min(1, Math.max(0, value)));
  });
  const png = encode({ width: side, height: side, data, channels: 2, depth: 8 });
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

export function lineData(): LineData {
  const file = readFileSync(new URL('../public/digits.safetensors', import.meta.url));
  const model = openDigitModel(new Uint8Array(file).buffer);
  const image = model.example(digit);
  const posterior = model.encode(image);
  const cloud = noiseCloud(initialShared.seed, draws).data;
  const epsilons = Array.from({ length: draws }, (_, k) => ({ x: cloud[2 * k] ?? NaN, y: cloud[2 * k + 1] ?? NaN }));
  const points = epsilons.map((epsilon) => sampleAt(posterior, epsilon));
  const decoded = model.decode(points);
  return {
    image: picture(image),
    posterior,
    draws: points.map((z, k) => ({
      epsilon: epsilons[k] ?? z,
      z,
      image: picture(decoded.subarray(k * side * side, (k + 1) * side * side)),
    })),
  };
}
