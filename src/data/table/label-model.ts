import { permutation } from '../../random/index.ts';
import { fitSoftmax, standardScale } from '../softmax-regression.ts';
import { purposeKey } from '../streams.ts';
import { TableEncoder } from './encoder.ts';
import { keyOf } from './cells.ts';
import type { LabelModel } from './label-draws.ts';
import type { TypedTable } from './typed-table.ts';

/** Rows that a label's model is fitted to, at most, and numbers that a pass over them may take. */
const mostRows = 10_000;
const leastRows = 500;
const mostProducts = 2e7;
/** Numbers of a model in config.json; where it would take more, labels do not depend on the row. */
const mostWeights = 20_000;
const weightDecay = 1e-3;
/** Standard deviations at which a coordinate is cut for the fit: one wild number decides no class. */
const mostDeviations = 8;

/**
 * The encoder with a model of its label, p(label | row), by multinomial logistic regression on encoded training rows: rows that
 * are made up get labels that go with them, and nothing else sees a label, neither the model that is trained nor its scores.
 */
export function withLabelModel(encoder: TableEncoder, rows: TypedTable): TableEncoder {
  const label = encoder.state.columns.find((column) => column.kind === 'label');
  const column = label && rows.column(label.name);
  if (!label || !column) return encoder;
  const places = new Map(label.levels.map((level, place) => [keyOf(level), place]));
  const labels = column.read((cell) => places.get(keyOf(cell)) ?? NaN);
  const model = fitLabel(encoder, rows, labels);
  if (!model) return encoder;
  const columns = encoder.state.columns.map((other) => (other === label ? { ...label, model } : other));
  return new TableEncoder({ ...encoder.state, columns });
}

function fitLabel(encoder: TableEncoder, rows: TypedTable, labels: Float64Array): LabelModel | undefined {
  const labeled = Uint32Array.from(labels.keys()).filter((row) => !Number.isNaN(labels[row]!));
  if (labeled.length === 0) return undefined;
  const levels = [...new Set(Array.from(labeled, (row) => labels[row]!))].sort((a, b) => a - b);
  const missing = 1 - labeled.length / labels.length;
  const counts = levels.map((level) => labeled.reduce((sum, row) => sum + (labels[row] === level ? 1 : 0), 0));
  const shares = { levels, bias: counts.map((count) => rounded(Math.log(count / labeled.length))), missing };
  const products = levels.length * encoder.width;
  if (levels.length === 1 || products > mostWeights) return shares;
  const chosen = someOf(labeled, Math.max(leastRows, Math.min(mostRows, Math.floor(mostProducts / products))));
  const size = encoder.width;
  const { data } = encoder.encodeMatrix(rows.select(chosen));
  const { mean, scale } = standardScale(data, size);
  const inputs = Float64Array.from(data, (value, k) => cut((value - mean[k % size]!) * scale[k % size]!));
  const targets = Array.from(chosen, (row) => levels.indexOf(labels[row]!));
  const fitted = fitSoftmax(
    { inputs, size, targets, classes: levels.length },
    { weightDecay, tolerance: 1e-5, iterations: 200 },
  );
  // Of the encoded numbers themselves: W s (x − m) + b.
  const weights = levels.map((_, c) => Array.from(scale, (s, i) => rounded(fitted[c * (size + 1) + i]! * s)));
  const bias = weights.map((row, c) => rounded(row.reduce((sum, w, i) => sum - w * mean[i]!, fitted[c * (size + 1) + size]!))); // prettier-ignore
  return { levels, bias, weights, missing };
}

function cut(value: number): number {
  return Math.max(-mostDeviations, Math.min(mostDeviations, value));
}

/** Six digits: what is more is noise, and config.json stays small. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

function someOf(rows: Uint32Array, most: number): Uint32Array {
  if (rows.length <= most) return rows;
  const order = permutation(purposeKey(0, 'labels'), rows.length).data;
  return Uint32Array.from({ length: most }, (_, k) => rows[order[k]!]!).sort();
}
