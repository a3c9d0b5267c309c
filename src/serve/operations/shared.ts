import { NdArray, ValueError, sizeOf } from '../../core/index.ts';
import { examplesOf, tableDataset } from '../../data/index.ts';
import type { Cell } from '../../io/index.ts';
import type { GivenRows } from '../../api/index.ts';
import { rowsOf } from '../json-input.ts';
import type { Answer, Input, OperationOptions, PerformContext, Schema } from '../operation.ts';
import type { Rows } from '../rows.ts';
import { computeTogether } from '../scheduler.ts';
import type { Group, Outputs } from '../scheduler.ts';
import { hearing } from '../served-runs.ts';
import type { LoadedRun } from '../served-runs.ts';

export const numbers = (what: string): Schema => ({ type: 'array', items: {}, description: what });

/** Rows or arrays of examples, as the run has them. */
export function examplesSchema({ table, run }: LoadedRun, what: string): Readonly<Record<string, Schema>> {
  return table
    ? { rows: { type: 'array', items: { type: 'object' }, description: `${what}, a cell by its column's name` } }
    : { x: numbers(`${what}, [n, ${run.exampleShape.join(', ')}]`) };
}

/** Input as rows that may stand beside those of others. */
export function rowsFor(input: Input, { given }: OperationOptions, { loaded, onNotice }: PerformContext): Rows {
  const { run, table } = loaded;
  if (input.kind === 'table' && table) {
    const notes: string[] = [];
    const dataset = tableDataset(input.table, { name: 'rows', encoder: table, notes });
    for (const note of notes) onNotice(note);
    const { rows } = dataset;
    const data = examplesOf(dataset).data;
    if (given !== undefined) {
      throw new ValueError('given: rows of a table have their condition among their columns: leave given out.');
    }
    return { count: dataset.size, data, width: table.width, unseen: (row) => rows?.unseen(row) ?? [] };
  }
  if (input.kind !== 'array') throw new TypeError('rowsFor: there is no input.');
  const { data, shape } = NdArray.from(input.array, run.standardization ? 'float64' : 'float32');
  const [count = 0] = shape;
  return { count, data, width: sizeOf(shape.slice(1)), given: givenRows(given, count) };
}

/** A condition of each row, where it is an object; a text says one for all. @throws ValueError for lists of another length */
export function givenRows(given: GivenRows | undefined, count: number): Rows['given'] {
  if (given === undefined || typeof given === 'string') return undefined;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]): [string, readonly Cell[]] => {
      const cells = Array.isArray(value) ? (value as readonly Cell[]) : [value as Cell];
      if (cells.length !== 1 && cells.length !== count) {
        throw new ValueError(`given: ${count} examples need one '${name}' or ${count} of them, got ${cells.length}.`);
      }
      return [name, cells.length === count ? cells : new Array<Cell>(count).fill(cells[0] ?? null)];
    }),
  );
}

/** Rows that a run's methods take at once, a multiple of 16: what they would part otherwise is parted here. */
const pieceRows = 1024;
/** Rows and draws from which on a computation is none of a batch. */
const mostTogether = 2 ** 14;

/** How rows are computed by an operation. */
export interface RowWork {
  readonly operation: string;
  readonly options: OperationOptions;
  /** Rows that the run's method takes at once. Default: 1024. */
  readonly piece?: number;
  /** Draws of each row. */
  readonly draws?: number;
  /** @param signal of rows that are computed by themselves */
  readonly compute: (
    rows: Rows,
    options: { readonly given?: GivenRows; readonly signal?: AbortSignal },
  ) => Promise<Outputs>;
}

/** Computes rows with those of others who ask for the same, or by themselves where they are many. */
export function computeRows(
  rows: Rows,
  { loaded, scheduler, gone, onNotice }: PerformContext,
  work: RowWork,
): Promise<Outputs> {
  const { operation, options, piece = pieceRows, draws = 1, compute } = work;
  const { name, generation, alignment } = loaded;
  const names = rows.given && Object.keys(rows.given).sort();
  const own = Object.entries(options).filter(([key]) => key !== 'given' || names === undefined);
  const ofOptions = JSON.stringify([own.sort(([a], [b]) => (a < b ? -1 : 1)), names]);
  const groupWith = (signal?: AbortSignal): Group => ({
    key: `${name} ${generation} ${operation} ${ofOptions}`,
    labels: { run: name, operation },
    alignment,
    piece,
    compute: (joined) => {
      const given = names ? joined.given : options.given;
      return compute(joined, { ...(given !== undefined && { given }), ...(signal && { signal }) });
    },
  });
  if (rows.count * draws <= mostTogether) return scheduler.rows(groupWith(), rows);
  return scheduler.alone(
    (signal) => hearing(onNotice, async () => (await computeTogether(groupWith(signal), [rows]))[0] ?? {}),
    gone,
  );
}

/** @throws ValueError where an answer would be longer than the server's limit */
export function checkNumbers(operation: string, count: number, { maxNumbers }: PerformContext['limits']): void {
  if (count <= maxNumbers) return;
  throw new ValueError(`${operation}: the answer would have ${count} numbers, ${maxNumbers} is the limit: ask for fewer rows or draws.`); // prettier-ignore
}

/** Examples that a model made, as they are answered. */
export function examplesAnswer({ run, table }: LoadedRun, x: NdArray): Answer {
  if (table) return { json: () => ({ rows: rowsOf(run.toTable(x)) }) };
  return { json: () => ({ x: x.toNested() }), array: x };
}

/** Whether the model is of examples given something. */
export function isConditional({ run }: LoadedRun): boolean {
  return run.conditions !== undefined;
}

/** An array by its name. */
export function outputOf(outputs: Outputs, name: string): NdArray {
  const found = outputs[name];
  if (!found) throw new TypeError(`outputs: there is no ${name}.`);
  return found;
}
