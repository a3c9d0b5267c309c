import { DataError, NdArray, bytesPerElement, formatShape } from '../core/index.ts';
import type { DType } from '../core/index.ts';
import { bytesOf, checkedSize, copyBytes, decodeText, entriesOf, viewOf } from './bytes.ts';
import type { DecodeOptions } from './bytes.ts';
import { bytesPerElementOf, decodeElements } from './elements.ts';
import type { ElementType } from './elements.ts';
import { findDuplicateKey, parseJson, shown } from './json.ts';
import { toNdArray } from './npy.ts';

/** Tensors by name, and free text about them. */
export interface SafetensorsFile {
  readonly tensors: Map<string, NdArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

const codeOf: Readonly<Record<DType, string>> = {
  float64: 'F64',
  float32: 'F32',
  int32: 'I32',
  uint32: 'U32',
  bool: 'BOOL',
};
/** What is read. F8_E4M3 is the variant without infinities, as in PyTorch. */
const typeOfCode = new Map<string, ElementType>([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['F8_E4M3', 'float8_e4m3fn'],
  ['F8_E5M2', 'float8_e5m2'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U64', 'uint64'],
  ['U32', 'uint32'],
  ['U16', 'uint16'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
]);

/** The limit of the reference implementation. */
const maximumHeader = 100_000_000;

interface Entry {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a safetensors file strictly: 8 bytes of header length (little endian), a JSON header, then the tensors'
 * bytes without gap or overlap (format: huggingface/safetensors, "Format"). Every array is a copy. Values are kept
 * exactly (see `decodeElements`): F16, BF16 and F8 become float32, small integers int32, I64 and U64 int32 or float64.
 *
 * White space around the header is taken, a byte order mark is not, as the reference implementation does.
 *
 * @throws DataError, naming the file, for anything that the format does not allow or an element type unknown here
 */
export function decodeSafetensors(bytes: Uint8Array, options: DecodeOptions = {}): SafetensorsFile {
  const file = options.name ?? 'safetensors data';
  const { header, start } = readHeader(bytes, file);
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    checkUnicode(name, `${file}: tensor ${shown(name)}`);
    if (name === '__metadata__') metadata = readMetadata(value, file);
    else entries.push(readEntry(name, value, file));
  }
  checkLayout(entries, bytes.length - start, file);
  const tensors = new Map<string, NdArray>();
  for (const entry of entries) tensors.set(entry.name, readTensor(entry, bytes, start, file));
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array, file: string): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) {
    throw new DataError(`${file}: truncated: a safetensors file starts with 8 bytes of length, found ${bytes.length}.`);
  }
  const length = Number(viewOf(bytes).getBigUint64(0, true));
  if (length > maximumHeader || length > bytes.length - 8) {
    throw new DataError(
      `${file}: header length ${length} does not fit: ${bytes.length - 8} bytes follow (limit ${maximumHeader}). ` +
        'The file is truncated or is not safetensors.',
    );
  }
  const text = headerText(bytes.subarray(8, 8 + length), file);
  if (!/^[ \t\r\n]*\{/.test(text)) throw new DataError(`${file}: the safetensors header must start with '{'.`);
  const header = parseJson(text, { name: `${file}: the safetensors header` });
  const duplicate = findDuplicateKey(text);
  if (duplicate) {
    throw new DataError(`${file}: the safetensors header holds the key '${duplicate.key}' twice.`);
  }
  return { header: header as Record<string, unknown>, start: 8 + length };
}

/** A length that damage has changed takes tensors for text. */
function headerText(bytes: Uint8Array, file: string): string {
  try {
    return decodeText(bytes, file, { keepMark: true });
  } catch (error) {
    throw new DataError(
      `${file}: the safetensors header is no text in UTF-8: the file is damaged or is not safetensors.`,
      { cause: error },
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readMetadata(value: unknown, file: string): Record<string, string> {
  if (value === null) return {};
  checkMetadata(value, file);
  return value;
}

/** @throws DataError unless `value` is an object of strings */
function checkMetadata(value: unknown, file: string): asserts value is Record<string, string> {
  if (!isRecord(value)) throw new DataError(`${file}: __metadata__ must be an object of strings.`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') {
      throw new DataError(`${file}: __metadata__ '${key}' must be a string, found ${shown(text)}.`);
    }
    checkUnicode(key + text, `${file}: __metadata__ ${JSON.stringify(key)}`);
  }
}

/** JSON may escape half of a surrogate pair, but no other implementation reads that. */
function checkUnicode(text: string, where: string): void {
  if (/\p{Surrogate}/u.test(text))
    throw new DataError(`${where} holds half a surrogate pair, which is no Unicode text.`);
}

function readEntry(name: string, value: unknown, file: string): Entry {
  const fail = (problem: string): DataError => new DataError(`${file}: tensor '${name}': ${problem}`);
  if (!isRecord(value)) throw fail('its header entry is not an object.');
  const unknown = Object.keys(value).find((key) => !['dtype', 'shape', 'data_offsets'].includes(key));
  if (unknown !== undefined) throw fail(`unknown key '${unknown}' (expected dtype, shape, data_offsets).`);
  const code = value.dtype;
  const type = typeof code === 'string' ? typeOfCode.get(code) : undefined;
  if (!type) {
    const known = [...typeOfCode.keys()].join(', ');
    throw fail(`dtype ${shown(code)} is not supported; supported are ${known}.`);
  }
  const shape = value.shape;
  const size = Array.isArray(shape) ? checkedSize(shape) : undefined;
  if (size === undefined) throw fail(`shape ${shown(shape)} is not a list of sizes.`);
  const offsets = value.data_offsets;
  if (!Array.isArray(offsets) || offsets.length !== 2 || offsets.some((n) => !Number.isSafeInteger(n))) {
    throw fail(`data_offsets ${shown(offsets)} is not a pair of integers.`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin < 0 || end < begin) throw fail(`data_offsets [${begin}, ${end}] do not span a range.`);
  const needed = size * bytesPerElementOf[type];
  if (end - begin !== needed) {
    throw fail(
      `shape ${formatShape(shape as number[])} of ${code as string} needs ${needed} bytes, ` +
        `data_offsets [${begin}, ${end}] hold ${end - begin}.`,
    );
  }
  return { name, type, shape: shape as number[], begin, end };
}

/** The tensors must tile the data exactly. */
function checkLayout(entries: readonly Entry[], available: number, file: string): void {
  const sorted = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of sorted) {
    if (begin !== position) {
      const problem = begin < position ? 'overlaps the tensor before it' : 'leaves a gap before it';
      throw new DataError(`${file}: tensor '${name}' ${problem}: it begins at ${begin}, expected ${position}.`);
    }
    if (end > available) {
      throw new DataError(
        `${file}: tensor '${name}' ends at byte ${end} of the data, which has ${available}. The file is truncated.`,
      );
    }
    position = end;
  }
  if (position !== available) {
    throw new DataError(`${file}: ${available - position} bytes are left over after the last tensor.`);
  }
}

function readTensor(entry: Entry, bytes: Uint8Array, start: number, file: string): NdArray {
  const { name, type, shape, begin, end } = entry;
  const copy = copyBytes(bytes, start + begin, start + end);
  const { dtype, data } = decodeElements(type, copy, { where: `${file}: tensor '${name}'` });
  return toNdArray(dtype === 'uint8' ? { dtype, shape, data: data as Uint8Array } : new NdArray(data, shape, dtype));
}

/**
 * A safetensors file, in the element types of `NdArray`. Tensors are laid out by descending element size, then by name,
 * and the header is padded to 8 bytes, so every tensor is aligned and equal contents give equal files.
 *
 * @throws DataError for what could not be read again: a tensor named `__metadata__`, metadata that are not all text, half
 *   surrogate pairs, booleans other than 0 and 1, a header beyond the format's limit
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NdArray> | Readonly<Record<string, NdArray>>,
  options: { readonly metadata?: Readonly<Record<string, string>> } = {},
): Uint8Array<ArrayBuffer> {
  const operation = 'encodeSafetensors';
  const pairs = entriesOf(tensors);
  pairs.sort(
    ([nameA, a], [nameB, b]) =>
      bytesPerElement[b.dtype] - bytesPerElement[a.dtype] || (nameA < nameB ? -1 : nameA > nameB ? 1 : 0),
  );
  const items: [string, unknown][] = [];
  if (options.metadata !== undefined) {
    checkMetadata(options.metadata, operation);
    items.push(['__metadata__', options.metadata]);
  }
  let position = 0;
  for (const [name, { dtype, shape, data }] of pairs) {
    if (name === '__metadata__') throw new DataError(`${operation}: '__metadata__' cannot name a tensor.`);
    checkUnicode(name, `${operation}: tensor ${JSON.stringify(name)}`);
    const wrong = dtype === 'bool' ? data.findIndex((value) => value > 1) : -1;
    if (wrong >= 0) {
      throw new DataError(`${operation}: tensor '${name}': boolean ${wrong} is ${data[wrong]!}, expected 0 or 1.`);
    }
    const end = position + data.byteLength;
    items.push([name, { dtype: codeOf[dtype], shape, data_offsets: [position, end] }]);
    position = end;
  }
  const body = items.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',');
  const header = new TextEncoder().encode(`{${body}}`);
  const padded = Math.ceil(header.length / 8) * 8;
  if (padded > maximumHeader) {
    throw new DataError(
      `${operation}: names and metadata take ${padded} bytes; the format allows ${maximumHeader}. Keep long texts elsewhere.`,
    );
  }
  const bytes = new Uint8Array(8 + padded + position).fill(0x20, 8, 8 + padded);
  viewOf(bytes).setBigUint64(0, BigInt(padded), true);
  bytes.set(header, 8);
  let offset = 8 + padded;
  for (const [, { data }] of pairs) {
    bytes.set(bytesOf(data), offset);
    offset += data.byteLength;
  }
  return bytes;
}
