import { NdArray, checkOptions, rule } from '../../core/index.ts';
import { labeledRows, mapColor } from '../../drawing/index.ts';
import { asShades } from '../model/shades.ts';
import { givenRule } from '../run/run-options.ts';
import type { GivenOptions } from '../run/run-options.ts';
import type { Run } from '../run/run.ts';
import { checkImages } from './check-images.ts';

/** Options of `anomalyPicture`, which shows examples beside what the model makes of them. */
export interface AnomalyPictureOptions extends GivenOptions {
  /** What stands left of each example, such as its score. */
  readonly texts?: readonly string[];
}

/**
 * Where examples are anomalous, as a PNG: each with its reconstruction and the heat map of what its pixels contribute to the
 * reconstruction score, on one scale from 0 (of standardised data the 0.5th percentile) to the 99.5th percentile.
 *
 * @param x [n, ...exampleShape], images
 * @throws ShapeError when they are no images
 */
export async function anomalyPicture(run: Run, x: NdArray, options: AnomalyPictureOptions = {}): Promise<Uint8Array> {
  checkOptions('anomalyPicture', options, { given: givenRule, texts: rule.listOf(rule.anything, 'texts') });
  checkImages('anomalyPicture', run);
  const { given } = options;
  const contributions = await run.explain(x, { given });
  const [originalShades, shades] = [asShades(run, x), asShades(run, await run.reconstruct(x, { given }))];
  const [height = 0, width = 0, channels = 1] = run.exampleShape;
  const pixels = height * width;
  const count = x.size / (pixels * channels);
  const heat = Float32Array.from({ length: count * pixels }, (_, pixel) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += contributions.data[pixel * channels + c] ?? 0;
    return sum;
  });
  const sorted = heat.slice().sort();
  const quantile = (share: number): number => sorted[Math.floor(share * (heat.length - 1))] ?? 0;
  // A density in units of its own has no natural zero: the unit alone adds log scale to every pixel.
  const [least, largest] = [run.standardization ? quantile(0.005) : 0, quantile(0.995)];
  const sheet = NdArray.zeros([count, 3, height, width, 3], 'float32');
  const paint = (cell: number, pixel: number, color: (channel: number) => number): void => {
    for (let c = 0; c < 3; c++) sheet.data[(cell * pixels + pixel) * 3 + c] = color(c);
  };
  for (let n = 0; n < count; n++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const at = n * pixels + pixel;
      const value = (shades: NdArray) => (c: number) => shades.data[at * channels + (channels === 1 ? 0 : c)] ?? 0;
      paint(3 * n, pixel, value(originalShades));
      paint(3 * n + 1, pixel, value(shades));
      const color = mapColor('inferno', largest > least ? ((heat[at] ?? 0) - least) / (largest - least) : 0);
      paint(3 * n + 2, pixel, (c) => (color[c] ?? 0) / 255);
    }
  }
  const { texts } = options;
  return labeledRows(sheet, {
    columns: ['x', 'E[x|z]', '−log p'],
    ...(texts && { rows: texts }),
  });
}
