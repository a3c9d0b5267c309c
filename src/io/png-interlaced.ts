import { unzlibSync, zlibSync } from 'fflate';
import { DataError } from '../core/index.ts';
import { messageOf, viewOf } from './bytes.ts';
import { crc32 } from './crc32.ts';

/** Adam7 (PNG specification, 8.2): where each pass begins, and its steps. */
const passes = [
  { x0: 0, y0: 0, dx: 8, dy: 8 },
  { x0: 4, y0: 0, dx: 8, dy: 8 },
  { x0: 0, y0: 4, dx: 4, dy: 8 },
  { x0: 2, y0: 0, dx: 4, dy: 4 },
  { x0: 0, y0: 2, dx: 2, dy: 4 },
  { x0: 1, y0: 0, dx: 2, dy: 2 },
  { x0: 0, y0: 1, dx: 1, dy: 2 },
];

/** Whether a PNG is of the kind that fast-png takes for damaged: interlaced, with samples of 1, 2 or 4 bits. */
export function isInterlacedBelowBytes(bytes: Uint8Array): boolean {
  return bytes[28] === 1 && bytes[24]! < 8;
}

/**
 * The same PNG without interlacing. All chunks but the header and the pixels stay as they are.
 *
 * @throws DataError when it is damaged (checksums of what changes are checked)
 */
export function withoutInterlacing(bytes: Uint8Array, name: string): Uint8Array {
  const damaged = (what: string): DataError => new DataError(`${name}: the PNG is damaged (${what}).`);
  const view = viewOf(bytes);
  const before: Uint8Array[] = [];
  const after: Uint8Array[] = [];
  const packed: Uint8Array[] = [];
  for (let at = 8; at < bytes.length;) {
    const end = at + 12 <= bytes.length ? at + 12 + view.getUint32(at) : Infinity;
    if (end > bytes.length) throw damaged('it is truncated');
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'IHDR' || type === 'IDAT') {
      if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) throw damaged(`checksum of ${type}`);
      if (type === 'IDAT') packed.push(bytes.subarray(at + 8, end - 4));
    } else (packed.length === 0 ? before : after).push(bytes.subarray(at, end));
    at = end;
  }
  const size = { width: view.getUint32(16), height: view.getUint32(20), depth: bytes[24]! };
  const rows = joinPasses(inflate(concatenate(packed), size, damaged), size, damaged);
  const header = bytes.slice(16, 29);
  header[12] = 0;
  return concatenate([
    bytes.subarray(0, 8),
    chunk('IHDR', header),
    ...before,
    chunk('IDAT', zlibSync(rows, { level: 1 })),
    ...after,
  ]);
}

interface Size {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}
type Damaged = (what: string) => DataError;

/** Columns and rows of each pass; either may be 0. */
function sidesOf(
  { width, height }: Size,
  { x0, y0, dx, dy }: (typeof passes)[number],
): [columns: number, rows: number] {
  return [Math.ceil(Math.max(0, width - x0) / dx), Math.ceil(Math.max(0, height - y0) / dy)];
}

function inflate(packed: Uint8Array, size: Size, damaged: Damaged): Uint8Array {
  let length = 0;
  for (const pass of passes) {
    const [columns, rows] = sidesOf(size, pass);
    if (columns > 0) length += rows * (1 + Math.ceil((columns * size.depth) / 8));
  }
  try {
    const raw = unzlibSync(packed);
    if (raw.length === length) return raw;
  } catch (error) {
    throw damaged(messageOf(error));
  }
  throw damaged(`its pixels are not ${length} bytes`);
}

/** Packed rows, each with a filter byte 0, from the filtered rows of all passes. */
function joinPasses(raw: Uint8Array, size: Size, damaged: Damaged): Uint8Array {
  const { width, height, depth } = size;
  const perRow = 1 + Math.ceil((width * depth) / 8);
  const joined = new Uint8Array(height * perRow);
  const top = (1 << depth) - 1;
  let at = 0;
  for (const pass of passes) {
    const [columns, rows] = sidesOf(size, pass);
    if (columns === 0) continue;
    const length = Math.ceil((columns * depth) / 8);
    let above = new Uint8Array(length);
    for (let row = 0; row < rows; row++, at += 1 + length) {
      const line = raw.slice(at + 1, at + 1 + length);
      if (!unfilter(raw[at]!, line, above)) throw damaged(`filter ${raw[at]!}`);
      const start = (pass.y0 + row * pass.dy) * perRow + 1;
      for (let column = 0; column < columns; column++) {
        const from = column * depth;
        const to = (pass.x0 + column * pass.dx) * depth;
        const sample = (line[from >> 3]! >> (8 - depth - (from & 7))) & top;
        joined[start + (to >> 3)]! |= sample << (8 - depth - (to & 7));
      }
      above = line;
    }
  }
  return joined;
}

/** PNG specification, 9.2, where a sample is at most a byte: adds to each byte what its neighbours predict. */
function unfilter(filter: number, line: Uint8Array, above: Uint8Array): boolean {
  if (filter > 4) return false;
  for (let i = 0; i < line.length; i++) {
    const [left, up, corner] = [line[i - 1] ?? 0, above[i]!, above[i - 1] ?? 0];
    line[i]! += filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : filter === 4 ? paeth(left, up, corner) : 0; // prettier-ignore
  }
  return true;
}

/** Of left, above and the corner between them, the one next to left + above − corner. */
function paeth(left: number, up: number, corner: number): number {
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  viewOf(bytes).setUint32(0, data.length);
  viewOf(bytes).setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
