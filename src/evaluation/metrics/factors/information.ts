import { option, rule } from '../../../parts/index.ts';
import { contingency, entropyOf, mutualInformationOf } from '../classes/contingency.ts';
import type { FactorCodes } from './factor-levels.ts';

export const binsOption = {
  bins: option(rule.whole(2), { help: 'bins of equal width into which a code is cut', default: 20 }),
};

/** I(zᵢ; v_k) of each code and factor, nats, and the entropies of the factors. */
export interface CodeInformation {
  /** [size, factors] */
  readonly information: readonly Float64Array[];
  readonly entropies: Float64Array;
}

/** Codes cut into bins of equal width from the least to the largest value, as disentanglement_lib does. */
export function codeInformation({ codes, size, factors }: FactorCodes, bins: number): CodeInformation {
  const count = codes.length / size;
  const information = Array.from({ length: size }, (_, code) => {
    const binned = histogramBins(
      Float64Array.from({ length: count }, (_, row) => codes[row * size + code]!),
      bins,
    );
    return Float64Array.from(factors, ({ levels }) => mutualInformationOf(contingency(binned, levels)));
  });
  const entropies = Float64Array.from(factors, ({ levels }) => {
    const { rows, total } = contingency(levels, levels);
    return entropyOf(rows, total);
  });
  return { information, entropies };
}

/** The bin of each value, 0 … bins − 1; all in one where the values are equal. */
export function histogramBins(values: Float64Array, bins: number): Uint32Array {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  if (least === most) return new Uint32Array(values.length);
  const edges = Float64Array.from({ length: bins }, (_, k) => least + (k * (most - least)) / bins);
  return Uint32Array.from(values, (value) => {
    let bin = bins - 1;
    while (value < edges[bin]!) bin--;
    return bin;
  });
}
