import * as v from 'valibot';

// What a table's columns are and how they became numbers: part of config.json, so that new rows are encoded as those in
// training were, and generated ones decoded.

const text = v.string('a string');
const finite = v.pipe(v.number('a number'), v.finite('a finite number'));
const count = v.pipe(v.number('a whole number'), v.safeInteger('a whole number'), v.minValue(0, 'a whole number'));
const flag = v.boolean('true or false');
const cell = v.union([text, finite, flag], 'a string, a number, true or false');
const numbers = v.pipe(v.array(finite, 'a list of numbers'), v.minLength(2, 'at least two numbers'));

const transform = v.variant(
  'name',
  [
    /** (x − mean) / stddev */
    v.strictObject({
      name: v.literal('standard'),
      mean: finite,
      stddev: v.pipe(finite, v.gtValue(0, 'a number above 0')),
    }),
    /** Piecewise linear through (x, z), which brings the training values to normal scores; straight on beyond the ends. */
    v.strictObject({ name: v.literal('quantile'), x: numbers, z: numbers }),
  ],
  "a transform: 'standard' or 'quantile'",
);

/** The training values' quantiles x and their normal scores z. */
const marginal = v.strictObject({ x: numbers, z: numbers });

/** What dates are whole numbers of, from coarse to fine. */
export const dateUnits = [
  ...(['year', 'quarter', 'month', 'month end', 'week', 'day', '12 hours', '6 hours', 'hour', '30 minutes'] as const),
  ...(['15 minutes', '10 minutes', '5 minutes', 'minute', '30 seconds', '10 seconds', 'second'] as const),
  ...(['100 ms', '10 ms', 'ms', '100 µs', '10 µs', 'µs'] as const),
] as const;
export type DateUnit = (typeof dateUnits)[number];

/** How numbers are written (`NumberForm`). */
const numberForm = v.strictObject({
  decimal: v.picklist(['.', ',']),
  group: v.exactOptional(text),
  indian: v.exactOptional(v.literal(true)),
  prefix: v.exactOptional(text),
  suffix: v.exactOptional(text),
  negative: v.exactOptional(v.picklist(['parentheses', 'trailing', 'minus sign'])),
  plus: v.exactOptional(v.literal(true)),
  fixed: v.exactOptional(v.literal(true)),
});

/** Texts that stand for a missing value, the commonest first: it is written back. Absent in runs of old, which had them fixed. */
const missing = v.exactOptional(v.array(text, 'a list'));

const measured = {
  name: text,
  nullable: flag,
  missing,
  min: finite,
  max: finite,
  transform,
  /** What drawn rows are brought to; absent where the transform has it, or nothing varies. */
  marginal: v.exactOptional(marginal),
};
const column = v.variant(
  'kind',
  [
    v.strictObject({
      kind: v.literal('numeric'),
      ...measured,
      integer: flag,
      decimals: v.exactOptional(count),
      form: v.exactOptional(numberForm),
    }),
    /**
     * `format`: how it is written, such as DD.MM.YYYY; absent in runs of old, which wrote ISO 8601. `months` and `weekdays`: the
     * names that it writes. `unit`: what its values are whole numbers of from the first on. `number`: whether its cells are numbers.
     */
    v.strictObject({
      kind: v.literal('datetime'),
      ...measured,
      dateOnly: flag,
      format: v.exactOptional(text),
      months: v.exactOptional(v.array(text, 'a list')),
      weekdays: v.exactOptional(v.array(text, 'a list')),
      unit: v.exactOptional(v.picklist(dateUnits)),
      number: v.exactOptional(flag),
    }),
    v.strictObject({ kind: v.literal('boolean'), name: text, nullable: flag, missing, values: v.tuple([cell, cell]) }),
    /**
     * `pooled`: training rows whose category is none of the levels and counts as "other". `rare`: the commonest of those
     * categories with their counts, which rows that are made up have instead; absent in runs of old.
     */
    v.strictObject({
      kind: v.literal('categorical'),
      name: text,
      nullable: flag,
      missing,
      levels: v.array(cell, 'a list'),
      pooled: count,
      rare: v.exactOptional(
        v.strictObject({ levels: v.array(cell, 'a list'), counts: v.array(count, 'a list of whole numbers') }),
      ),
    }),
    v.strictObject({
      kind: v.literal('ordinal'),
      name: text,
      nullable: flag,
      missing,
      levels: v.array(cell, 'a list'),
    }),
    /**
     * `model`: which label a row that is made up gets, p(label | row) = softmax(W x + b) over the encoded row, W [levels, width];
     * without `weights` whatever the row. Absent in runs of old, which leave the label out. `missing`: the share of rows without.
     */
    v.strictObject({
      kind: v.literal('label'),
      name: text,
      levels: v.array(cell, 'a list'),
      model: v.exactOptional(
        v.strictObject({
          levels: v.array(count, 'a list of whole numbers'),
          bias: v.array(finite, 'a list of numbers'),
          weights: v.exactOptional(v.array(v.array(finite, 'a list of numbers'), 'a list')),
          missing: v.pipe(finite, v.minValue(0, 'a share'), v.maxValue(1, 'a share')),
        }),
      ),
    }),
    v.strictObject({ kind: v.literal('constant'), name: text, value: v.nullable(cell) }),
    v.strictObject({ kind: v.picklist(['id', 'split', 'ignored']), name: text }),
  ],
  'a column of a known kind',
);

/** The schema of `config.data.table`. */
export const tableStateSchema = v.strictObject({
  columns: v.pipe(v.array(column, 'a list of columns'), v.minLength(1, 'at least one column')),
  /** Training rows: a value that none of them had is as probable as one in more. Absent in runs of old, whose scores do not ask. */
  rows: v.exactOptional(count),
  /** Columns that are given and not modelled, `p(x | condition)`: they stand last in an encoded row. */
  condition: v.exactOptional(v.pipe(v.array(text, 'a list of columns'), v.minLength(1, 'at least one column'))),
  /** What parted the fields of the file that it was fitted to, where that was no comma. */
  delimiter: v.exactOptional(text),
});

export type TableState = v.InferOutput<typeof tableStateSchema>;
export type ColumnState = TableState['columns'][number];
export type ColumnKind = ColumnState['kind'];
export type NumericTransform = v.InferOutput<typeof transform>;
