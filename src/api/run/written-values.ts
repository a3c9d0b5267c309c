import { NdArray } from '../../core/index.ts';
import { TableEncoder } from '../../data/index.ts';
import { tableOf } from '../../io/index.ts';
import type { Cell } from '../../io/index.ts';

// What drawn rows can have in a column of numbers or dates. A drawn number is written as its column is: cut to what training had,
// rounded to whole numbers, decimals, days. What is written rises in steps with the number that is drawn.

/** A value as it is written, and how it is encoded again. */
export interface Written {
  readonly cell: Cell;
  readonly code: number;
}

/** The values of one column that drawn rows can have. */
export class WrittenValues {
  readonly least: Written;
  readonly most: Written;
  readonly #encoder: TableEncoder;

  constructor(column: TableEncoder['state']['columns'][number]) {
    this.#encoder = new TableEncoder({ columns: [column] });
    // Encoded columns are of unit spread: these numbers are beyond all of training's.
    [this.least, this.most] = [this.#of(-(2 ** 20)), this.#of(2 ** 20)];
  }

  /**
   * The least value that is large enough, by bisection; undefined where none is.
   *
   * @param isEnough of a code: false up to some value, true from there on
   */
  leastThat(isEnough: (code: number) => boolean): Written | undefined {
    const { least, most } = this;
    if (isEnough(least.code)) return least;
    if (!isEnough(most.code)) return undefined;
    let [low, high, found] = [least.code, most.code, most];
    for (;;) {
      const middle = Math.fround(low + (high - low) / 2);
      if (middle <= low || middle >= high) return found;
      const value = this.#of(middle);
      if (isEnough(value.code)) [high, found] = [middle, value];
      else low = middle;
    }
  }

  /** What a drawn number is written as. */
  #of(number: number): Written {
    const row = NdArray.zeros([1, this.#encoder.width], 'float32');
    row.data[0] = number;
    const decoded = this.#encoder.decode(row);
    const { codes } = this.#encoder.encode(decoded);
    return { cell: decoded.columns[0]?.values[0] ?? null, code: codes[0] ?? NaN };
  }
}

/** One cell of a column as it is encoded, in a table of nothing else; whether training had none such. */
export function codesOf(name: string, values: readonly Cell[], table: TableEncoder) {
  const nothing = values.map(() => null);
  const columns = table.state.columns.map((column) => ({ name: column.name, values: column.name === name ? values : nothing })); // prettier-ignore
  const { codes, surprises } = table.encode(tableOf(columns));
  const features = table.blocks.length;
  const place = table.blocks.findIndex(({ column }) => column === name);
  return {
    codes: values.map((_, row) => codes[row * features + place] ?? NaN),
    isOdd: surprises.some(({ column }) => column === name),
  };
}
