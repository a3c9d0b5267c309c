import type { ColumnMetaData } from 'hyparquet';
import { checkRatio } from './inflate.ts';
import { Thrift } from './thrift.ts';
import type { ThriftStruct } from './thrift.ts';

// hyparquet takes counts and sizes within pages on trust: a damaged one can keep it from ending, or grow an array without
// bound. So each page is walked before hyparquet sees it, by the headers of its parts alone, and what does not add up is an
// error. Flat columns only: the levels are 0 or 1.
// Source: Apache Parquet, "Encodings" and parquet.thrift.

const pageTypes = { data: 0, dictionary: 2, dataV2: 3 } as const;
const encodings = {
  plain: 0,
  plainDictionary: 2,
  rle: 3,
  deltaBinary: 5,
  deltaLength: 6,
  deltaBytes: 7,
  rleDictionary: 8,
  byteStreamSplit: 9,
} as const;
const widths: Readonly<Record<string, number>> = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8, INT96: 12 };

export type Decompress = (bytes: Uint8Array, length: number) => Uint8Array;

export interface ColumnChunk {
  readonly metadata: ColumnMetaData;
  /** Whether values may be missing. */
  readonly optional: boolean;
  /** Bytes of a FIXED_LEN_BYTE_ARRAY. */
  readonly typeLength: number | undefined;
  /** Rows of its row group. */
  readonly rows: number;
  /** Absent where pages are stored as they are. */
  readonly decompress: Decompress | undefined;
}

/**
 * Walks the pages of a column in one row group.
 *
 * @returns bytes of all its pages, unpacked
 * @throws Error that says what does not add up, or that they unpack to more than files of use do
 */
export function checkPages(bytes: Uint8Array, chunk: ColumnChunk): number {
  let offset = 0;
  let rows = 0;
  let unpacked = 0;
  while (rows < chunk.rows) {
    const reader = new Thrift(bytes, offset);
    const header = reader.struct();
    const size = natural(header, 3, "a page's compressed size");
    const start = reader.offset;
    offset = start + size;
    if (offset > bytes.length) throw new Error(`a page of ${size} bytes reaches beyond its column`);
    unpacked += natural(header, 2, "a page's size");
    checkRatio('a column', unpacked, offset);
    rows += checkPage(bytes.subarray(start, offset), header, { ...chunk, rows: chunk.rows - rows });
  }
  return unpacked;
}

/** Gives the page's rows. */
function checkPage(stored: Uint8Array, header: ThriftStruct, chunk: ColumnChunk): number {
  const type = header.get(1);
  const length = natural(header, 2, "a page's size");
  if (length > 2 * Number(chunk.metadata.total_uncompressed_size) + 2 ** 16) {
    throw new Error(`a page of ${length} bytes in a column of ${chunk.metadata.total_uncompressed_size}`);
  }
  const unpack = (from: number): Uint8Array => {
    const packed = stored.subarray(from);
    const page = chunk.decompress ? chunk.decompress(packed, length - from) : packed;
    if (page.length !== length - from) throw new Error(`a page unpacks to ${page.length} bytes, not ${length - from}`);
    return page;
  };
  if (type === pageTypes.dictionary) {
    const page = inner(header, 7);
    checkPlain(unpack(0), natural(page, 1, 'the size of a dictionary'), chunk);
    return 0;
  }
  const page = inner(header, type === pageTypes.dataV2 ? 8 : 5);
  const values = natural(page, 1, "a page's number of values");
  if (values > chunk.rows) throw new Error(`a page of ${values} values where ${chunk.rows} are left`);
  if (type === pageTypes.data) {
    const data = unpack(0);
    const levels = chunk.optional ? checkLevels(data, values) : { end: 0, present: values };
    checkValues(data.subarray(levels.end), { encoding: page.get(2), count: levels.present, chunk, version: 1 });
    return values;
  }
  if (type !== pageTypes.dataV2) throw new Error(`a page of the unknown type ${Number(type)}`);
  const nulls = natural(page, 2, "a page's number of nulls");
  // Repetition levels are for lists: a flat column has none.
  const levels = natural(page, 5, 'the length of levels');
  if (
    nulls > values ||
    levels > Math.min(stored.length, length) ||
    page.get(6) !== 0 ||
    (levels > 0 && !chunk.optional)
  ) {
    throw new Error('a page with impossible levels');
  }
  if (chunk.optional) checkRuns(stored, { bitWidth: 1, count: values });
  const data = page.get(7) === false ? stored.subarray(levels) : unpack(levels);
  checkValues(data, { encoding: page.get(4), count: values - nulls, chunk, version: 2 });
  return values;
}

/** The definition levels at the start of a page: where they end, and how many are 1. */
function checkLevels(page: Uint8Array, count: number): { readonly end: number; readonly present: number } {
  const length = uint32(page, 0);
  if (4 + length > page.length) throw new Error(`levels of ${length} bytes in a page of ${page.length}`);
  let present = 0;
  checkRuns(page.subarray(4), { bitWidth: 1, count, onRun: (ones) => (present += ones) });
  return { end: 4 + length, present };
}

interface Runs {
  readonly bitWidth: number;
  readonly count: number;
  /** Gets how many of a run's values are 1, for a bit width of 1. */
  readonly onRun?: (ones: number) => void;
}

/** Runs of the hybrid of run lengths and bit packing: each at most as long as what is left, which is what memory needs. */
function checkRuns(bytes: Uint8Array, { bitWidth, count, onRun }: Runs): void {
  const reader = new Thrift(bytes, 0);
  for (let seen = 0; seen < count;) {
    const header = reader.varint();
    const packed = header % 2 === 1;
    const run = packed ? 8 * ((header - 1) / 2) : header / 2;
    const left = count - seen;
    // Bit-packed runs come in eights, and the last may be filled up: some writers fill it to 504.
    if (run > (packed ? left + 504 : left) || (packed && run === 0))
      throw new Error(`a run of ${run} values where ${left} are left`);
    const start = reader.offset;
    reader.skip(packed ? (run / 8) * bitWidth : Math.ceil(bitWidth / 8));
    if (onRun) onRun(packed ? countBits(bytes, start, Math.min(run, left)) : bytes[start] === 1 ? run : 0);
    seen += run;
  }
}

function countBits(bytes: Uint8Array, start: number, count: number): number {
  let ones = 0;
  for (let k = 0; k < count; k++) ones += (bytes[start + (k >> 3)]! >> (k & 7)) & 1;
  return ones;
}

interface Values {
  readonly encoding: unknown;
  readonly count: number;
  readonly chunk: ColumnChunk;
  /** Of the page's layout. */
  readonly version: 1 | 2;
}

function checkValues(bytes: Uint8Array, { encoding, count, chunk, version }: Values): void {
  const { type } = chunk.metadata;
  const isBoolean = type === 'BOOLEAN';
  const isDictionary = encoding === encodings.plainDictionary || encoding === encodings.rleDictionary;
  // Both are runs, and hyparquet goes by the type alone.
  if ((encoding === encodings.rle && !isBoolean) || (isDictionary && isBoolean)) {
    throw new Error(`a page of the encoding ${String(encoding)} in a column of ${type}`);
  }
  if (encoding === encodings.plain) checkPlain(bytes, count, chunk);
  else if (encoding === encodings.rle) {
    if (count > 0) checkRuns(bytes.subarray(4), { bitWidth: 1, count });
  } else if (isDictionary) {
    if (count === 0) return;
    const bitWidth = bytes[0] ?? 255;
    if (bitWidth > 32) throw new Error(`dictionary indices of ${bitWidth} bits`);
    if (bitWidth > 0 || version === 2) checkRuns(bytes.subarray(1), { bitWidth, count });
  } else if (encoding === encodings.byteStreamSplit) {
    checkLength(bytes, count * (widths[type] ?? chunk.typeLength ?? 0));
  } else if (encoding === encodings.deltaBinary) checkDelta(bytes, 0, count);
  else if (encoding === encodings.deltaLength) checkDelta(bytes, 0, count);
  else if (encoding === encodings.deltaBytes) checkDeltaBytes(bytes, count);
  else throw new Error(`a page of the unknown encoding ${String(encoding)}`);
}

function checkPlain(bytes: Uint8Array, count: number, { metadata: { type }, typeLength }: ColumnChunk): void {
  if (type === 'BOOLEAN') checkLength(bytes, Math.ceil(count / 8));
  else if (type !== 'BYTE_ARRAY') checkLength(bytes, count * (widths[type] ?? typeLength ?? 0));
  else {
    let end = 0;
    for (let k = 0; k < count; k++) {
      checkLength(bytes, end + 4);
      end += 4 + uint32(bytes, end);
    }
    checkLength(bytes, end);
  }
}

/**
 * Texts that begin as those before them do: each says how much of the one before it takes, so that a few bytes could say as much as
 * memory holds.
 */
function checkDeltaBytes(bytes: Uint8Array, count: number): void {
  let total = 0;
  const end = checkDelta(bytes, 0, count, (length) => {
    total += Math.max(0, length);
    checkRatio('a page of texts', total, bytes.length);
  });
  checkDelta(bytes, end, count);
}

/** Differences in blocks of miniblocks, from `start` on; gives where they end. */
function checkDelta(bytes: Uint8Array, start: number, count: number, onValue?: (value: number) => void): number {
  const reader = new Thrift(bytes, start);
  const [blockSize, miniblocks, stated] = [reader.varint(), reader.varint(), reader.varint()];
  const perMiniblock = blockSize / miniblocks;
  if (stated !== count || !(perMiniblock >= 8) || perMiniblock % 8 !== 0) {
    throw new Error(`differences of ${stated} values in blocks of ${blockSize} / ${miniblocks}, for ${count} values`);
  }
  let value = reader.zigzag();
  if (count > 0) onValue?.(value);
  for (let left = count - 1; left > 0;) {
    const least = reader.zigzag();
    const bitWidths = reader.skip(miniblocks);
    for (let k = 0; k < miniblocks && left > 0; k++) {
      const bitWidth = bytes[bitWidths + k]!;
      if (bitWidth > 64 || (onValue && bitWidth > 32)) throw new Error(`differences of ${bitWidth} bits`);
      const packed = reader.skip((perMiniblock / 8) * bitWidth);
      for (let k = 0; onValue && k < Math.min(left, perMiniblock); k++) {
        value += least + bitsAt(bytes, packed * 8 + k * bitWidth, bitWidth);
        onValue(value);
      }
      left -= perMiniblock;
    }
  }
  return reader.offset;
}

/** A number of up to 32 bits, the lowest first. */
function bitsAt(bytes: Uint8Array, from: number, width: number): number {
  let value = 0;
  for (let done = 0; done < width;) {
    const at = from + done;
    const taken = Math.min(8 - (at & 7), width - done);
    value += ((bytes[at >> 3]! >> (at & 7)) & ((1 << taken) - 1)) * 2 ** done;
    done += taken;
  }
  return value;
}

function checkLength(bytes: Uint8Array, needed: number): void {
  if (needed > bytes.length) throw new Error(`values of ${needed} bytes in a page that has ${bytes.length} for them`);
}

function uint32(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw new Error('a page ends within a length');
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
}

function inner(header: ThriftStruct, field: number): ThriftStruct {
  const value = header.get(field);
  if (value instanceof Map) return value;
  throw new Error('a page whose header lacks its kind');
}

function natural(header: ThriftStruct, field: number, what: string): number {
  const value = header.get(field);
  if (typeof value === 'number' && value >= 0 && value < 2 ** 31) return value;
  throw new Error(`${what} is ${typeof value === 'number' ? value : 'missing'}`);
}
