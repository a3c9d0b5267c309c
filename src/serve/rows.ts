import { NdArray, sizeOf } from '../core/index.ts';
import type { Run } from '../api/index.ts';
import type { Dataset, RowFacts, TableEncoder } from '../data/index.ts';
import type { Cell } from '../io/index.ts';
import type { RowAlignment } from './alignment.ts';

/** Rows of a request, as numbers that may stand beside those of others. */
export interface Rows {
  readonly count: number;
  /** [count, width], row by row. */
  readonly data: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
  readonly width: number;
  /** Of a table's rows: what training never had, for scores. */
  readonly unseen?: RowFacts['unseen'] | undefined;
  /** The condition of each row, by name. */
  readonly given?: Readonly<Record<string, readonly Cell[]>> | undefined;
}

/** Rows of several requests in one, and where each begins. */
export interface JoinedRows extends Rows {
  readonly offsets: readonly number[];
}

/** How many rows a request takes in a batch. */
export function slotted(count: number, { slot }: Pick<RowAlignment, 'slot'>): number {
  return Math.ceil(count / slot) * slot;
}

/**
 * Rows one after the other, each request's from a multiple of `slot` on and in all a multiple of `block`: gaps are filled with the row
 * before them. At least one request, none without rows.
 */
export function joinRows(requests: readonly [Rows, ...Rows[]], { slot, block }: RowAlignment): JoinedRows {
  const [first] = requests;
  const { width } = first;
  const places = requests.map(({ count }) => slotted(count, { slot }));
  const used = places.reduce((sum, rows) => sum + rows, 0);
  const count = Math.ceil(used / block) * block;
  places[places.length - 1] = (places.at(-1) ?? 0) + count - used;
  const data = first.data instanceof Float64Array ? new Float64Array(count * width) : new Float32Array(count * width);
  /** Of each row, the request that it is of and its number there. */
  const owners = new Int32Array(count);
  const numbers = new Int32Array(count);
  const offsets: number[] = [];
  let at = 0;
  requests.forEach((rows, request) => {
    offsets.push(at);
    data.set(rows.data, at * width);
    const end = at + (places[request] ?? 0);
    for (let row = at; row < end; row++) {
      owners[row] = request;
      numbers[row] = Math.min(row - at, rows.count - 1);
      if (row - at >= rows.count) data.copyWithin(row * width, (row - 1) * width, row * width);
    }
    at = end;
  });
  const of = <T>(row: number, take: (rows: Rows, number: number) => T): T =>
    take(requests[owners[row] ?? 0] ?? first, numbers[row] ?? 0);
  return {
    count,
    data,
    width,
    offsets,
    ...(first.unseen && { unseen: (row: number) => of(row, ({ unseen }, number) => unseen?.(number) ?? []) }),
    ...(first.given && {
      given: Object.fromEntries(
        Object.keys(first.given).map((name) => [
          name,
          Array.from({ length: count }, (_, row) => of(row, ({ given }, number) => given?.[name]?.[number] ?? null)),
        ]),
      ),
    }),
  };
}

/** Some of the rows. */
export function rowsFrom({ data, width, unseen, given }: Rows, start: number, end: number): Rows {
  return {
    count: end - start,
    data: data.subarray(start * width, end * width),
    width,
    ...(unseen && { unseen: (row: number) => unseen(start + row) }),
    ...(given && {
      given: Object.fromEntries(Object.entries(given).map(([name, cells]) => [name, cells.slice(start, end)])),
    }),
  };
}

/** Rows as a run takes examples: an array, or rows of its table. */
export function examplesFrom(run: Run, rows: Rows, table: TableEncoder | undefined): NdArray | Dataset {
  const { data, count, width } = rows;
  return table ? tableRowsOf(rows, table) : new NdArray(data, [count, ...shapeOf(run, width)]);
}

function shapeOf({ exampleShape }: Run, width: number): readonly number[] {
  return sizeOf(exampleShape) === width ? exampleShape : [width];
}

function tableRowsOf({ data, count, width, unseen }: Rows, table: TableEncoder): Dataset {
  return {
    name: 'rows',
    kind: 'table',
    support: 'table',
    size: count,
    sampleShape: [width],
    table,
    rows: { ids: [], id: () => null, unseen: (row) => unseen?.(row) ?? [] },
    gather: (indices, out) => {
      indices.forEach((row, k) => {
        out.set(data.subarray(row * width, (row + 1) * width), k * width);
      });
    },
  };
}
