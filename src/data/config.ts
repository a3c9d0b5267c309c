import * as v from 'valibot';
import { schema } from '../io/index.ts';
import { tableStateSchema } from './table/table-state.ts';

/** How grey values become 0 and 1. */
export const binarizeChoices = ['dynamic', 'threshold', 'none'] as const;

/** What a run's configuration says of its data. */
export const dataSchema = schema.object({
  /** The name or folder that `resolveDataset` takes; for arrays given in code, the data set's name. */
  source: schema.text,
  kind: schema.oneOf(['digits', 'sprites', 'idx', 'images', 'npy', 'table', 'array']),
  /** One example: [height, width]. */
  shape: v.pipe(
    v.array(schema.whole(1), 'a list of sizes'),
    v.minLength(1, 'a list of sizes'),
    v.maxLength(8, 'up to 8 sizes'),
  ),
  /** Training examples, before the validation split. */
  count: schema.whole(1),
  binarize: schema.oneOf(binarizeChoices),
  /** What values the examples can have: numbers in [0, 1] (when absent), any numbers, or encoded rows of a table. */
  support: v.exactOptional(schema.oneOf(['unit-interval', 'real', 'table'])),
  /**
   * How Gaussian and Laplace data are standardised, by the numbers `data.centre` and `data.scale` in model.safetensors: all
   * numbers of an example as a schema.whole, or each by itself. Absent: they are not.
   */
  scale: v.exactOptional(schema.oneOf(['whole', 'each'])),
  /** Of an array whose numbers are shares of `options.range`: whether they were floats. Absent in runs of old, which do not know. */
  floats: v.exactOptional(v.boolean('true or false')),
  /** What the source was made with (the digits' seed and count). */
  options: v.exactOptional(v.record(v.string(), schema.json, 'an object')),
  /**
   * What the model is given of each example, and does not model, where that is its class: the classes, and how many training examples
   * have each. A table says in `table` which columns are given.
   */
  condition: v.exactOptional(
    v.pipe(
      schema.object({
        classes: v.pipe(v.array(schema.text, 'a list of classes'), v.minLength(1, 'a class at least')),
        counts: v.array(schema.whole(0), 'a list of whole numbers'),
        /** Examples that keep their class in training; the counts are of these. Absent: all. */
        labelled: v.exactOptional(schema.whole(1)),
      }),
      v.check(({ classes, counts }) => classes.length === counts.length, 'as many counts as classes'),
    ),
  ),
  /** A table's columns and how they became numbers. */
  table: v.exactOptional(tableStateSchema),
});

export type DataConfig = v.InferOutput<typeof dataSchema>;
