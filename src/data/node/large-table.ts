import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ValueError } from '../../core/index.ts';
import { columnOf, tableOf } from '../../io/index.ts';
import type { Cell, CsvDialect, CsvOptions, JsonValue, Table } from '../../io/index.ts';
import { fillUniform } from '../../random/index.ts';
import { checkGather, subset } from '../dataset.ts';
import type { Dataset } from '../dataset.ts';
import type { DatasetSplits } from '../source.ts';
import { splitNames } from '../split-names.ts';
import { purposeKey } from '../streams.ts';
import { describeSurprise } from '../table/describe-table.ts';
import { Surprises } from '../table/encoder.ts';
import type { TableEncoder } from '../table/encoder.ts';
import { csvPart, joinSplits, layoutOf, labelCodes, planTable, splitsIn, unseenNats } from '../table/table-dataset.ts';
import type { SplitRows, TableOptions, TablePlan, TableSample, TableSource } from '../table/table-dataset.ts';
import type { ResolveContext } from '../context.ts';
import { cachedRecords } from './record-cache.ts';
import { RecordFile } from './record-file.ts';
import { streamTable } from './table-stream.ts';

/** Rows that the schema and the encoder are made from. */
const sampledRows = 100_000;
/** Records that are read at once to look at all of them. */
const scannedRecords = 2 ** 14;

/**
 * A table that does not fit into memory as training and test examples. The file is read twice: for a random sample of its
 * rows, from which the columns are understood and the encoder is fitted; then to write the encoded rows, a few numbers each,
 * into the cache, from where they are read as they are asked for. Tables of up to 100,000 rows give the same as in memory.
 *
 * @throws DataError as `tableSplits` does
 */
export async function readLargeTable(
  path: string,
  options: TableOptions & Omit<TableSource, 'source'>,
  context: ResolveContext,
): Promise<DatasetSplits> {
  const { hints, expected } = layoutOf(options.like);
  const csv = { ...hints, ...csvPart(options), expected };
  const sample = await sampleRows(path, csv, context);
  const plan = planTable(sample, { ...options, source: path });
  const cached = await encodeRows(path, { plan, csv, rowCount: sample.rowCount, context });
  plan.notes.push(`${path} is large: its rows are read from ${cached} as they are needed.`);
  const { dataset, rows } = openRows(cached, { plan, rowCount: sample.rowCount, ranks: context.ranks });
  return joinSplits(plan, plan.rowsAtRandom ?? rows, (split, indices) =>
    subset(dataset, indices, { name: split === 'train' ? path : `${path} (${split})` }),
  );
}

/** A random sample of the rows, in their order (Vitter's algorithm R). */
async function sampleRows(path: string, csv: CsvOptions, context: ResolveContext): Promise<TableSample> {
  const key = purposeKey(0, 'sample');
  const kept: { number: number; cells: Cell[] }[] = [];
  let names: string[] = [];
  let dialect: CsvDialect | undefined;
  let rowCount = 0;
  for await (const piece of streamTable(path, csv, context)) {
    context.signal?.throwIfAborted();
    names = piece.columns.map(({ name }) => name);
    dialect = piece.dialect;
    const columns = piece.columns.map(columnOf);
    const draws = new Float64Array(piece.rowCount);
    fillUniform(key, draws, rowCount);
    for (let row = 0; row < piece.rowCount; row++) {
      const number = rowCount + row;
      const place = number < sampledRows ? number : Math.floor(draws[row]! * (number + 1));
      if (place < sampledRows) kept[place] = { number, cells: columns.map((column) => column.cell(row)) };
    }
    rowCount += piece.rowCount;
    context.onProgress?.({ what: path, unit: 'rows', done: rowCount });
  }
  kept.sort((a, b) => a.number - b.number);
  return {
    sample: {
      ...tableOf(names.map((name, index) => ({ name, values: kept.map(({ cells }) => cells[index] ?? null) }))),
      dialect,
    },
    numbers: Uint32Array.from(kept, ({ number }) => number),
    rowCount,
  };
}

/**
 * Numbers in a record: the codes, then how many values training never had, the class number (NaN for none) and the split (NaN for
 * none).
 */
function recordLength(encoder: TableEncoder): number {
  return encoder.blocks.length + 3;
}

/** The file of encoded rows, written when it is not there yet. */
async function encodeRows(
  path: string,
  options: {
    readonly plan: TablePlan;
    readonly csv: CsvOptions;
    readonly rowCount: number;
    readonly context: ResolveContext;
  },
): Promise<string> {
  const { plan, csv, rowCount, context } = options;
  const { size, mtimeMs } = statSync(path);
  const identity = [
    4,
    resolve(path),
    size,
    mtimeMs,
    plan.encoder.state,
    plan.splitColumn ?? null,
    plan.options,
  ] as unknown as JsonValue;
  const cached = await cachedRecords({ kind: 'tables', identity }, context, async (append) => {
    const surprises = new Surprises();
    let done = 0;
    for await (const piece of streamTable(path, csv, context)) {
      context.signal?.throwIfAborted();
      append(new Uint8Array(recordsOf(piece, plan, surprises).buffer));
      done += piece.rowCount;
      context.onProgress?.({ what: path, unit: 'rows', done, total: rowCount });
    }
    return surprises.list().map((surprise) => `${path}: ${describeSurprise(surprise)}`);
  });
  plan.notes.push(...cached.about);
  return cached.path;
}

function recordsOf(
  rows: Table,
  { encoder, splitColumn, source, sample }: TablePlan,
  surprises: Surprises,
): Float32Array {
  const piece = sample.alike(rows);
  const features = encoder.blocks.length;
  const length = recordLength(encoder);
  const { codes, surprises: found, unseen } = encoder.encode(piece);
  // Of what is given no probability is asked.
  const counted = [...unseen].flatMap(([column, marks]) => (encoder.state.condition?.includes(column) ? [] : [marks]));
  surprises.merge(found);
  const labels = labelCodes(piece, encoder.state);
  const splits = splitColumn === undefined ? undefined : splitsIn(piece, splitColumn, source);
  const records = new Float32Array(piece.rowCount * length);
  for (let row = 0; row < piece.rowCount; row++) {
    records.set(codes.subarray(row * features, (row + 1) * features), row * length);
    for (const marks of counted) records[row * length + features]! += marks[row]!;
    records[row * length + features + 1] = labels?.[row] ?? NaN;
    records[row * length + features + 2] = splits ? splitNames.indexOf(splits[row]!) : NaN;
  }
  return records;
}

/** All encoded rows as one data set, and which of them belong to each split, where a column says so. */
function openRows(
  cached: string,
  {
    plan,
    rowCount,
    ranks,
  }: { readonly plan: TablePlan; readonly rowCount: number; readonly ranks: ResolveContext['ranks'] },
): { dataset: Dataset; rows: SplitRows } {
  const { encoder, source } = plan;
  const length = recordLength(encoder);
  const reading =
    (records: RecordFile) =>
    (indices: Uint32Array): Float32Array => {
      const bytes = new Uint8Array(indices.length * 4 * length);
      records.read(indices, bytes);
      return new Float32Array(bytes.buffer);
    };
  const read = reading(new RecordFile(cached, { recordBytes: 4 * length }));
  const readByAll = ranks ? reading(new RecordFile(cached, { recordBytes: 4 * length, ranks })) : read;
  const { labels, rows, unseen } = scan(readByAll, { rowCount, length });
  const nats = unseenNats(encoder.state);
  const label = encoder.state.columns.find((column) => column.kind === 'label');
  const dataset: Dataset = {
    name: source,
    kind: 'table',
    support: 'table',
    size: rowCount,
    sampleShape: [encoder.width],
    table: encoder,
    onDisk: true,
    // Which columns they were in is not kept: scores need their number alone.
    rows: {
      ids: [],
      id: () => null,
      unseen: (index) => Array.from({ length: unseen[index] ?? 0 }, () => ({ column: undefined, nats })),
    },
    ...(labels && label && { labels, classNames: label.levels.map(String) }),
    gather(indices, out) {
      checkGather(this, indices, out);
      const outside = indices.find((index) => index >= rowCount);
      if (outside !== undefined) {
        throw new ValueError(`${source}: example ${outside} does not exist, there are ${rowCount}.`);
      }
      const codes = read(indices);
      for (let i = 0; i < indices.length; i++) encoder.writeRow(codes, i * length, out, i * encoder.width);
    },
  };
  return { dataset, rows };
}

/** The last three numbers of every record. */
function scan(
  read: (indices: Uint32Array) => Float32Array,
  { rowCount, length }: { readonly rowCount: number; readonly length: number },
): { labels: Uint32Array | undefined; rows: SplitRows; unseen: Uint16Array } {
  const labels = new Uint32Array(rowCount);
  const unseen = new Uint16Array(rowCount);
  const rows = splitNames.map((): number[] => []);
  let labeled = true;
  for (let first = 0; first < rowCount; first += scannedRecords) {
    const count = Math.min(scannedRecords, rowCount - first);
    const records = read(Uint32Array.from({ length: count }, (_, i) => first + i));
    for (let i = 0; i < count; i++) {
      const label = records[(i + 1) * length - 2]!;
      if (Number.isNaN(label)) labeled = false;
      labels[first + i] = label;
      unseen[first + i] = records[(i + 1) * length - 3]!;
      rows[records[(i + 1) * length - 1]!]?.push(first + i);
    }
  }
  const byName = Object.fromEntries(splitNames.map((name, place) => [name, Uint32Array.from(rows[place] ?? [])]));
  return { labels: labeled ? labels : undefined, rows: byName, unseen };
}
