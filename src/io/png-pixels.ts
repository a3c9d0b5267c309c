import { reasonOf, unzlibExactly } from './inflate.ts';
import type { Damaged, PngHeader } from './png-chunks.ts';

/** What is stored together: every `dx`-th column from `x0` on, every `dy`-th row from `y0` on. */
interface Pass {
  readonly x0: number;
  readonly y0: number;
  readonly dx: number;
  readonly dy: number;
}

/** Adam7 (PNG specification, 8.2). */
const adam7: readonly Pass[] = [
  { x0: 0, y0: 0, dx: 8, dy: 8 },
  { x0: 4, y0: 0, dx: 8, dy: 8 },
  { x0: 0, y0: 4, dx: 4, dy: 8 },
  { x0: 2, y0: 0, dx: 4, dy: 4 },
  { x0: 0, y0: 2, dx: 2, dy: 4 },
  { x0: 1, y0: 0, dx: 2, dy: 2 },
  { x0: 0, y0: 1, dx: 1, dy: 2 },
];
const whole: readonly Pass[] = [{ x0: 0, y0: 0, dx: 1, dy: 1 }];

/**
 * The pixels of a PNG as they are stored: rows one after another, each beginning with a byte, without filters and interlacing.
 * The packed stream is unpacked to just what the header says.
 *
 * @throws DataError when it holds another number of bytes, or an unknown filter
 */
export function pixelRows(packed: Uint8Array, header: PngHeader, damaged: Damaged): Uint8Array<ArrayBuffer> {
  const { width, height, depth, channels, interlaced } = header;
  const bits = depth * channels;
  const bytesOf = (columns: number): number => Math.ceil((columns * bits) / 8);
  const passes = (interlaced ? adam7 : whole)
    .map((pass) => ({
      ...pass,
      columns: Math.ceil(Math.max(0, width - pass.x0) / pass.dx),
      rows: Math.ceil(Math.max(0, height - pass.y0) / pass.dy),
    }))
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
  // A byte before each row says how it is filtered.
  const length = passes.reduce((sum, { columns, rows }) => sum + rows * (1 + bytesOf(columns)), 0);
  let raw: Uint8Array<ArrayBuffer>;
  try {
    raw = unzlibExactly(packed, length);
  } catch (error) {
    throw damaged(reasonOf(error));
  }
  const perRow = bytesOf(width);
  // Rows that are not interlaced move to where they belong within the same memory.
  const pixels = interlaced ? new Uint8Array(height * perRow) : raw;
  const step = Math.max(1, bits >> 3);
  let at = 0;
  for (const { x0, y0, dx, dy, columns, rows } of passes) {
    const size = bytesOf(columns);
    let above = new Uint8Array(size);
    for (let row = 0; row < rows; row++, at += 1 + size) {
      const line = raw.subarray(at + 1, at + 1 + size);
      if (!unfilter(raw[at]!, line, { above, step })) throw damaged(`filter ${raw[at]!}`);
      const start = (y0 + row * dy) * perRow;
      if (interlaced) {
        scatter(line, pixels.subarray(start, start + perRow), { bits, columns, x0, dx });
        above = line;
      } else {
        pixels.copyWithin(start, at + 1, at + 1 + size);
        above = pixels.subarray(start, start + size);
      }
    }
  }
  return pixels.subarray(0, height * perRow);
}

/** Puts a line's pixels of `bits` each into every `dx`-th place of a row. */
function scatter(
  line: Uint8Array,
  row: Uint8Array,
  {
    bits,
    columns,
    x0,
    dx,
  }: { readonly bits: number; readonly columns: number; readonly x0: number; readonly dx: number },
): void {
  if (bits >= 8) {
    const size = bits >> 3;
    for (let column = 0; column < columns; column++) {
      const to = (x0 + column * dx) * size;
      for (let k = 0; k < size; k++) row[to + k] = line[column * size + k]!;
    }
    return;
  }
  const top = (1 << bits) - 1;
  for (let column = 0; column < columns; column++) {
    const from = column * bits;
    const to = (x0 + column * dx) * bits;
    const sample = (line[from >> 3]! >> (8 - bits - (from & 7))) & top;
    row[to >> 3]! |= sample << (8 - bits - (to & 7));
  }
}

/** PNG specification, 9.2: adds to each byte what its neighbours, `step` bytes to the left and in the row above, predict. */
function unfilter(
  filter: number,
  line: Uint8Array,
  { above, step }: { readonly above: Uint8Array; readonly step: number },
): boolean {
  const { length } = line;
  if (filter === 1) for (let i = step; i < length; i++) line[i]! += line[i - step]!;
  else if (filter === 2) for (let i = 0; i < length; i++) line[i]! += above[i]!;
  else if (filter === 3) {
    for (let i = 0; i < length; i++) line[i]! += ((i < step ? 0 : line[i - step]!) + above[i]!) >> 1;
  } else if (filter === 4) {
    for (let i = 0; i < length; i++) {
      line[i]! += i < step ? above[i]! : paeth(line[i - step]!, above[i]!, above[i - step]!);
    }
  }
  return filter <= 4;
}

/** Of left, above and the corner between them, the one next to left + above − corner. */
function paeth(left: number, up: number, corner: number): number {
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
