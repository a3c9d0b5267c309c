import type { NdArray } from '../../core/index.ts';
import type { Cell } from '../../io/index.ts';
import type { ColumnState } from './table-state.ts';
import { fillUniform } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { logNormalizer, softmaxLogits } from '../softmax-regression.ts';

type LabelState = Extract<ColumnState, { kind: 'label' }>;
export type LabelModel = NonNullable<LabelState['model']>;

/** Labels of encoded rows [n, width], drawn given each row; missing as often as in training. */
export function drawLabels(
  { levels, model }: LabelState & { readonly model: LabelModel },
  rows: NdArray,
  { key, missing }: { readonly key: Key; readonly missing: boolean },
): Cell[] {
  const [count = 0, size = 0] = rows.shape;
  const draws = new Float64Array(2 * count);
  fillUniform(key, draws);
  const classes = model.levels.length;
  const { bias, weights } = model;
  const flat = Float64Array.from({ length: classes * (size + 1) }, (_, k) => {
    const [c, i] = [Math.floor(k / (size + 1)), k % (size + 1)];
    return i === size ? bias[c]! : (weights?.[c]?.[i] ?? 0);
  });
  const logits = new Float64Array(classes);
  return Array.from({ length: count }, (_, row): Cell => {
    if (missing && draws[2 * row + 1]! < model.missing) return null;
    softmaxLogits(flat, { inputs: rows.data, at: row * size, size }, logits);
    const normalizer = logNormalizer(logits);
    let [left, c] = [draws[2 * row]!, 0];
    while (c < classes - 1 && (left -= Math.exp(logits[c]! - normalizer)) >= 0) c++;
    return levels[model.levels[c]!] ?? null;
  });
}
