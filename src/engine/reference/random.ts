import { foldIn, normal, uniform } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { valueOf } from './value.ts';
import type { Kernel } from './value.ts';

/** Draws in the declared dtype, so that every engine sees the same numbers. */
const draw =
  (sample: typeof normal): Kernel<'randomNormal' | 'randomUniform'> =>
  (operands, { attributes: { path, dtype } }, shape) => {
    const [high, low] = operands[0]!.data as Uint32Array<ArrayBuffer>;
    const key = path.reduce<Key>((from, word) => foldIn(from, word), { high: high!, low: low! });
    return valueOf(sample(key, shape, { dtype })).data;
  };

export const randomKernels = { randomNormal: draw(normal), randomUniform: draw(uniform) };
