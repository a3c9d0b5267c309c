import { DataError, NdArray, counted } from '../../core/index.ts';
import { cellText } from '../../io/index.ts';
import type { Cell, Table, TableColumn, WrittenForm } from '../../io/index.ts';
import { describeNames, describeSurprise } from './describe-table.ts';
import type { TableEncoder } from './encoder.ts';
import { isFeature } from './fit-table.ts';
import { numberOf } from './cells.ts';
import type { ColumnState } from './table-state.ts';
import { TypedTable } from './typed-table.ts';
import type { TypedColumn } from './typed-table.ts';

/** What a cell that was missing is, over several draws. */
export interface FilledCell {
  /** In the table, from 0. */
  readonly row: number;
  readonly column: string;
  /** Of numbers the mean of the draws, of dates the middle one, of all else the commonest. */
  readonly value: Cell;
  /** Of numbers, the sample standard deviation of the draws; absent for a single one. */
  readonly stddev?: number;
  /** Share of the draws that are `value`; of numbers and dates it is not asked. */
  readonly share?: number;
}

/** Cells of a column that stay empty, and why. */
export interface LeftCells {
  readonly column: string;
  readonly count: number;
  readonly why: string;
}

interface FillableColumn {
  readonly column: TypedColumn;
  readonly state: ColumnState;
  /** Rows whose cell is missing. */
  readonly rows: readonly number[];
}

/** How a table is filled. */
export interface TableGapsOptions {
  /** Whether the model infers a condition that is missing: then it is filled, too. Default: false. */
  readonly infersCondition?: boolean;
}

/**
 * What is missing of a table, for the model of tables like it: rows as the encoder gives them, with what is missing of each, and the
 * way back. A cell that holds something, if only something that its column cannot hold, is no gap: it stays, and the model does without
 * its value.
 */
export class TableGaps {
  /** As it is given. */
  readonly table: TypedTable;
  readonly #encoder: TableEncoder;
  readonly #columns: readonly FillableColumn[];
  /** The rows of the table in which the model has something to fill, rising. */
  readonly rows: Uint32Array;
  /** These rows encoded, [rows, width]. */
  readonly encoded: NdArray<'float32'>;
  /** 1 where the value of a modelled block is missing, or is none, [rows, modelled blocks]. */
  readonly missing: Uint8Array;
  /** Cells that can be filled. */
  readonly count: number;
  readonly left: readonly LeftCells[];
  /** What there is to know of the table's values, one line each. */
  readonly notes: readonly string[];

  /** @throws DataError for a table without the columns that the model needs, and for a row to fill without its condition */
  constructor(table: Table, encoder: TableEncoder, { infersCondition = false }: TableGapsOptions = {}) {
    const { state } = encoder;
    const isGiven = (name: string): boolean => !infersCondition && state.condition?.includes(name) === true;
    this.table = TypedTable.of(table, { like: state });
    this.#encoder = encoder;
    const { codes, surprises } = encoder.encode(this.table);
    this.notes = [
      ...describeNames(this.table),
      ...surprises.filter(({ what }) => what !== 'missing value').map(describeSurprise),
    ];
    const left: LeftCells[] = [];
    const columns: FillableColumn[] = [];
    for (const column of this.table.columns) {
      const rows = gapsIn(column);
      if (rows.length === 0) continue;
      const own = state.columns.find(({ name }) => name === column.name);
      const why = isGiven(column.name) ? 'it is given to the model, and not modelled' : whyLeft(own);
      if (why !== undefined || !own) left.push({ column: column.name, count: rows.length, why: why ?? 'unknown' });
      else columns.push({ column, state: own, rows });
    }
    this.left = left;
    this.#columns = columns;
    this.count = columns.reduce((sum, { rows }) => sum + rows.length, 0);
    const asked = new Set(columns.flatMap(({ state: { kind }, rows }) => (kind === 'constant' ? [] : rows)));
    this.rows = Uint32Array.from(asked).sort();
    const stride = encoder.blocks.length;
    const modelled = encoder.modelled.length;
    if (!infersCondition) this.#checkConditions(codes);
    this.missing = new Uint8Array(this.rows.length * modelled);
    this.encoded = NdArray.zeros([this.rows.length, encoder.width], 'float32');
    for (const [at, row] of this.rows.entries()) {
      encoder.writeRow(codes, row * stride, this.encoded.data, at * encoder.width);
      for (let block = 0; block < modelled; block++) {
        this.missing[at * modelled + block] = +Number.isNaN(codes[row * stride + block]!);
      }
    }
  }

  /** That a condition is missing is one itself where training had such rows; elsewhere there is nothing to give. */
  #checkConditions(codes: Float32Array): void {
    const { blocks, modelled } = this.#encoder;
    for (const [index, { column, missing }] of blocks.entries()) {
      if (index < modelled.length || missing !== undefined) continue;
      const without = Array.from(this.rows).filter((row) => Number.isNaN(codes[row * blocks.length + index]));
      const [first] = without;
      if (first === undefined) continue;
      const more = without.length > 1 ? ` (nor have ${counted(without.length - 1, 'other row')} with gaps)` : '';
      throw new DataError(
        `table: row ${first}, counted from 0, has gaps to fill and no '${column}'${more}, which the model is given of each row and had of every training row: give it a value, leave the row out, or train a model without that condition.`,
      );
    }
  }

  /**
   * The table with its gaps filled, once a draw; what there was is as it was, to the letter.
   *
   * @param drawn complete rows as a model drew them, [draws, rows, width]
   * @param options.seed of what rows leave open: which of the pooled categories, which label
   */
  fill(drawn: NdArray, { seed }: { readonly seed: number }): Table[] {
    const [draws = 0, count = 0, width = 0] = drawn.shape;
    const decoded = this.#decode(drawn.reshape([draws * count, width]), seed);
    return Array.from({ length: draws }, (_, draw) =>
      this.#filled((name, at) => decoded.get(name)?.[draw * count + at] ?? null),
    );
  }

  /** What the filled cells are over the draws, row by row. */
  cells(drawn: NdArray, { seed }: { readonly seed: number }): FilledCell[] {
    const [draws = 0, count = 0, width = 0] = drawn.shape;
    const decoded = this.#decode(drawn.reshape([draws * count, width]), seed);
    const placeOf = new Map(Array.from(this.rows, (row, at) => [row, at]));
    const cells = this.#columns.flatMap(({ column: { name }, state, rows }) =>
      rows.map((row): FilledCell => {
        if (state.kind === 'constant') return { row, column: name, value: state.value, share: 1 };
        const at = placeOf.get(row) ?? 0;
        const values = Array.from({ length: draws }, (_, draw) => decoded.get(name)?.[draw * count + at] ?? null);
        if (state.kind !== 'datetime') {
          return { row, column: name, ...(state.kind === 'numeric' ? ofNumbers(values) : ofNames(values)) };
        }
        const { offset = 0 } = this.#encoder.blocks.find((block) => block.column === name) ?? {};
        const timeOf = (draw: number): number => drawn.data[(draw * count + at) * width + offset]!;
        const order = Array.from({ length: draws }, (_, draw) => draw).sort((a, b) => timeOf(a) - timeOf(b));
        return { row, column: name, value: values[order[(draws - 1) >> 1]!] ?? null };
      }),
    );
    return cells.sort((a, b) => a.row - b.row);
  }

  #decode(rows: NdArray, seed: number): ReadonlyMap<string, readonly Cell[]> {
    const table = this.#encoder.decode(rows, { seed, labels: true, missing: false });
    return new Map(table.columns.map(({ name, values }) => [name, values]));
  }

  #filled(valueOf: (column: string, at: number) => Cell): Table {
    const placeOf = new Map(Array.from(this.rows, (row, at) => [row, at]));
    const columns = this.table.columns.map((typed): TableColumn => {
      const { column, name } = typed;
      const values = Array.from({ length: this.table.rowCount }, (_, row) => column.cell(row));
      const fillable = this.#columns.find((each) => each.column === typed);
      // Cells of files of text are text, so what comes between them is too.
      const isText = values.some((cell) => typeof cell === 'string');
      const written = writtenForm(typed, fillable?.state);
      for (const row of fillable?.rows ?? []) {
        const value = fillable?.state.kind === 'constant' ? fillable.state.value : valueOf(name, placeOf.get(row) ?? 0);
        values[row] = isText && value !== null ? String(cellText(value, written)) : value;
      }
      return { name: column.name, values };
    });
    const { dialect, rowCount } = this.table;
    return { columns, rowCount, ...(dialect && { delimiter: dialect.delimiter }) };
  }
}

/** Rows whose cell holds nothing. */
function gapsIn({ column, reading, present, length }: TypedColumn): number[] {
  if (present === length) return [];
  const isGap = column.numbers((cell) => (reading.isMissing(cell) ? 1 : 0));
  return Array.from(isGap.keys()).filter((row) => isGap[row] === 1);
}

function whyLeft(state: ColumnState | undefined): string | undefined {
  if (!state) return 'the model does not know the column';
  if (isFeature(state.kind)) return undefined;
  if (state.kind === 'constant') return state.value === null ? 'it held nothing in training' : undefined;
  if (state.kind === 'label') return state.model ? undefined : 'the run has no model of its label';
  return `it is of kind '${state.kind}', which the model does not see`;
}

/** How a number is written among the column's own. */
function writtenForm({ reading }: TypedColumn, state: ColumnState | undefined): WrittenForm {
  if (state?.kind !== 'numeric') return {};
  const numbers = reading.form ?? state.form;
  return { ...(numbers && { numbers }), ...(state.decimals !== undefined && { decimals: state.decimals }) };
}

function ofNumbers(values: readonly Cell[]): Pick<FilledCell, 'value' | 'stddev'> {
  const numbers = values.map(numberOf);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  if (numbers.length < 2) return { value: mean };
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { value: mean, stddev: Math.sqrt(squares / (numbers.length - 1)) };
}

function ofNames(values: readonly Cell[]): Pick<FilledCell, 'value' | 'share'> {
  const counts = new Map<Cell, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let [best, most]: [Cell, number] = [null, 0];
  for (const [value, count] of counts) if (count > most) [best, most] = [value, count];
  return { value: best, share: most / values.length };
}
