import { NdArray, checkOptions, rule } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';
import { labeledRows } from '../../drawing/index.ts';
import type { DataInput } from '../data/data.ts';
import { asShades } from '../model/shades.ts';
import { interpolateOptionRules } from '../run/latent-paths.ts';
import type { InterpolateOptions } from '../run/latent-paths.ts';
import { givenRule } from '../run/run-options.ts';
import type { GivenOptions } from '../run/run-options.ts';
import type { Run } from '../run/run.ts';
import { checkImages } from './check-images.ts';

/** Options of `interpolationPicture`: which pairs of examples, and the paths between them. */
export interface InterpolationPictureOptions extends InterpolateOptions, GivenOptions {
  /** How many pairs of test examples, one a row. Default: 8. */
  readonly pairs?: number;
  /** Default: the data it was trained on. */
  readonly data?: DataInput;
  /** Of the choice of examples. Default: the first ones. */
  readonly seed?: number;
}

const interpolationOptionRules: OptionRules<InterpolationPictureOptions> = {
  ...interpolateOptionRules,
  given: givenRule,
  pairs: rule.whole(1),
  data: rule.anything,
  seed: rule.seed,
};

/**
 * What lies between test examples, as a PNG: a row for each pair, the originals at its ends and E[x|z] along the path between
 * their posterior means.
 *
 * @throws ShapeError when the examples are no images
 */
export async function interpolationPicture(run: Run, options: InterpolationPictureOptions = {}): Promise<Uint8Array> {
  checkOptions('interpolationPicture', options, interpolationOptionRules);
  checkImages('interpolationPicture', run);
  const { pairs = 8, data, seed, steps = 8, path = 'linear', given } = options;
  const chosen = await run.examples({ data, seed, limit: 2 * pairs });
  const count = Math.floor((chosen.shape[0] ?? 0) / 2);
  const size = chosen.size / (chosen.shape[0] ?? 1);
  const shape = [count, ...run.exampleShape];
  const from = new NdArray(chosen.data.slice(0, count * size), shape);
  const to = new NdArray(chosen.data.slice(count * size, 2 * count * size), shape);
  const between = await run.interpolate(from, to, { steps, path, given });
  const rows = NdArray.zeros([count, steps + 2, ...run.exampleShape], between.dtype);
  for (let row = 0; row < count; row++) {
    const at = row * (steps + 2) * size;
    rows.data.set(from.data.subarray(row * size, (row + 1) * size), at);
    rows.data.set(between.data.subarray(row * steps * size, (row + 1) * steps * size), at + size);
    rows.data.set(to.data.subarray(row * size, (row + 1) * size), at + (steps + 1) * size);
  }
  const shares = Array.from({ length: steps }, (_, step) => `${Math.round((100 * step) / (steps - 1))} %`);
  return labeledRows(asShades(run, rows), {
    title: `Interpolations, ${path}, between test examples`,
    columns: ['from', ...shares, 'to'],
  });
}
