import { NdArray, sizeOf, typedArray } from '../../core/index.ts';
import { fillNormal, fillUniform, foldIn } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { valueOf } from './value.ts';
import type { Kernel } from './value.ts';

/** Draws in the declared dtype, so that every engine sees the same numbers. */
const draw =
  (fill: typeof fillNormal): Kernel<'randomNormal' | 'randomUniform'> =>
  (operands, { attributes: { path, dtype, start } }, shape) => {
    const [high, low] = operands[0]!.data as Uint32Array<ArrayBuffer>;
    const key = path.reduce<Key>((from, word) => foldIn(from, word), { high: high!, low: low! });
    const drawn = typedArray(dtype, sizeOf(shape));
    fill(key, drawn, start);
    return valueOf(new NdArray(drawn, shape, dtype)).data;
  };

export const randomKernels = { randomNormal: draw(fillNormal), randomUniform: draw(fillUniform) };
