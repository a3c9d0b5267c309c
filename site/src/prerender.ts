import { readFileSync } from 'node:fs';
import { digitMarkup, digitSamples } from './digit/markup.ts';
import { openDigitModel } from './digit/model.ts';
import { figures } from './figures/index.ts';
import { initialValues } from './fields.ts';
import { initialShared, viewOf } from './figure.ts';
import { measured } from './measured.ts';
import { noiseCloud } from './noise.ts';
import { trainMarkup } from './train/markup.ts';
import type { TrainView } from './train/markup.ts';
import { idle } from './train/state.ts';

/** The measured numbers that the text names. */
export const named: Readonly<Record<string, number>> = measured.named;

/** A figure's markup at its starting values. */
export function prerender(id: string): string {
  const target = figures.find((figure) => figure.id === id);
  if (!target) throw new Error(`article: there is no figure '${id}'.`);
  const view = viewOf(target, initialValues(target.fields), initialShared);
  if (id === 'digit') return thinned(prerenderDigit());
  if (id === 'train') return trainMarkup(idle('straight'), view as unknown as TrainView);
  return thinned(target.render(view));
}

/** Every other dot of each large cloud: enough until the script draws them all, and half the weight. */
function thinned(markup: string): string {
  return markup.replace(/(<path class="dots (?!strong)[^"]*" d=")([^"]*)/g, (_, open: string, dots: string) => {
    const kept = dots.split('z').filter((dot, index) => dot !== '' && index % 2 === 0);
    return open + kept.map((dot) => `${dot}z`).join('');
  });
}

/** The VAE's figure for its first example, computed as the page will. */
function prerenderDigit(): string {
  const file = readFileSync(new URL('../public/digits.safetensors', import.meta.url));
  const model = openDigitModel(new Uint8Array(file).buffer);
  const cloud = noiseCloud(initialShared.seed, digitSamples).data;
  return digitMarkup({
    model,
    posterior: model.encode(model.example(3)),
    epsilon: { x: 0.8, y: -0.6 },
    noise: Array.from({ length: digitSamples }, (_, k) => ({ x: cloud[2 * k] ?? 0, y: cloud[2 * k + 1] ?? 0 })),
  });
}
