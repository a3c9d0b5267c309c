import { crc32, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { encodeNpz, encodeSafetensors } from '../../src/io/index.ts';
import { NdArray } from '../../src/core/index.ts';
import { mendPng, mendZip } from './checksums.ts';
import { formats } from './formats.ts';
import { joined } from './mutate.ts';

// Files made to take memory, time, or a decoder apart, and what must be said of them; `undefined` where they must be read.

type Case = readonly [name: string, make: () => Uint8Array, message: RegExp | undefined];

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const uint32 = (value: number, little = false): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, little);
  return bytes;
};
const seedOf = (name: string, index = 0): Uint8Array => Uint8Array.from(formats[name]?.seeds[index] ?? []);
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

/** A deflate stream of so many times 64 KiB of zeros, a thousandth of their size. */
function zeros(blocks: number): Uint8Array {
  const block = deflateRawSync(new Uint8Array(2 ** 16), { finishFlush: 2 });
  return joined(...Array.from({ length: blocks }, () => block), deflateRawSync(new Uint8Array(0)));
}

function png(header: readonly number[], ...chunks: readonly (readonly [type: string, data: Uint8Array])[]): Uint8Array {
  const all = [['IHDR', Uint8Array.from(header)] as const, ...chunks, ['IEND', new Uint8Array(0)] as const];
  const parts = all.map(([type, data]) => joined(uint32(data.length), text(type), data, new Uint8Array(4)));
  return mendPng(joined(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), ...parts));
}

const sides = (width: number, height: number, ...rest: readonly number[]): number[] => [...uint32(width), ...uint32(height), ...rest, 0, 0, 0]; // prettier-ignore
const pixels = (rows: readonly number[]): readonly [string, Uint8Array] => ['IDAT', deflateSync(Uint8Array.from(rows))];
const zlibOf = (raw: Uint8Array): Uint8Array => joined(Uint8Array.of(0x78, 0x9c), raw, new Uint8Array(4));

/** Where a JPEG's frame begins, behind its marker. */
function frameOf(bytes: Uint8Array): number {
  for (let at = 2; at < bytes.length;) {
    const marker = bytes[at + 1] ?? 0;
    if (marker >= 0xc0 && marker <= 0xc2) return at + 4;
    at += 2 + new DataView(bytes.buffer).getUint16(at + 2);
  }
  throw new Error('no frame');
}

function jpegOf(name: string, height: number, width: number, padding = 0): Uint8Array {
  const bytes = joined(seedOf(name), new Uint8Array(padding));
  const view = new DataView(bytes.buffer);
  const at = frameOf(bytes);
  view.setUint16(at + 1, height);
  view.setUint16(at + 3, width);
  return bytes;
}

/** A JPEG with its first scan's header, which says nothing of the pixels, again and again. */
function manyScans(name: string): Uint8Array {
  const bytes = seedOf(name);
  const scan = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0xda);
  const header = bytes.subarray(scan, scan + 2 + new DataView(bytes.buffer).getUint16(scan + 2));
  return joined(bytes.subarray(0, scan), ...Array.from({ length: 200 }, () => header), bytes.subarray(scan));
}

function gzipBomb(blocks: number, size: number): Uint8Array {
  return joined(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3), zeros(blocks), uint32(0), uint32(size, true));
}

function npyOf(header: string, data = new Uint8Array(0)): Uint8Array {
  const length = Uint8Array.of(header.length & 255, header.length >> 8);
  return joined(Uint8Array.of(0x93), text('NUMPY\x01\0'), length, text(header), data);
}
const shaped = (shape: string, descr = '<f4'): Uint8Array => npyOf(`{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`, new Uint8Array(64)); // prettier-ignore

/** An archive after `edit` has changed its directory's entries. */
function zipOf(edit: (view: DataView, entry: number, index: number) => void, mend = false): Uint8Array {
  const array = NdArray.zeros([64], 'float32');
  const bytes = Uint8Array.from(encodeNpz({ a: array, b: array, c: array }));
  const view = new DataView(bytes.buffer);
  for (let at = 0, index = 0; at + 46 <= bytes.length; at++) {
    if (view.getUint32(at, true) === 0x02014b50) edit(view, at, index++);
  }
  return mend ? mendZip(bytes) : bytes;
}

function safetensorsOf(header: string, data = new Uint8Array(0)): Uint8Array {
  return joined(uint32(header.length, true), new Uint8Array(4), text(header), data);
}

const jpegCases = (name: string): Case[] => [
  ['65,535² pixels in a megabyte', () => jpegOf(name, 65535, 65535, 2 ** 20), /claims|more than the \d+ million/],
  ['20,000² pixels in a megabyte', () => jpegOf(name, 20000, 20000, 2 ** 20), /more than the \d+ million/],
  ['no pixels', () => jpegOf(name, 0, 9), /pixels/],
  ['200 scans', () => manyScans(name), /more than 100 scans/],
  ['two beginnings', () => joined(Uint8Array.of(0xff, 0xd8), seedOf(name)), /damaged/],
  [
    'a marker alone, before whose end another size would stand',
    () => joined(Uint8Array.of(0xff, 0xd8, 0xff, 0xd0), jpegOf(name, 65535, 65535).subarray(2)),
    /claims/,
  ],
];

const config = new TextDecoder().decode(seedOf('config'));
const configOf = (key: string, value: string): Uint8Array =>
  text(config.replace(new RegExp(`"${key}":(\\[[^\\]]*\\]|[^,}]*)`), `"${key}":${value}`));

export const hostile: Readonly<Record<string, readonly Case[]>> = {
  png: [
    ['one pixel of 400 MB', () => png(sides(1, 1, 8, 0), ['IDAT', zlibOf(zeros(6000))]), /more than 2 bytes/],
    ['one interlaced pixel of 400 MB', () => png([...sides(1, 1, 8, 0).slice(0, 12), 1], ['IDAT', zlibOf(zeros(6000))]), /more than 2 bytes/], // prettier-ignore
    ['a colour profile of 400 MB, which nobody needs', () => png(sides(1, 1, 8, 0), ['iCCP', joined(text('x\0\0'), zlibOf(zeros(6000)))], pixels([0, 7])), undefined], // prettier-ignore
    [
      '4 billion by 4 billion',
      () => png(sides(2 ** 32 - 1, 2 ** 32 - 1, 8, 6), pixels([0])),
      /more than the \d+ million/,
    ],
    ['15,000² in a few bytes', () => png(sides(15000, 15000, 8, 0), pixels([0])), /cannot hold/],
    ['no pixels', () => png(sides(0, 1, 8, 0), pixels([0])), /0×1/],
    ['3 bits', () => png(sides(1, 1, 3, 0), pixels([0, 0])), /3 bits/],
    ['colour type 7', () => png(sides(1, 1, 8, 7), pixels([0, 0])), /type 7/],
    ['another interlacing', () => png([...sides(1, 1, 8, 0).slice(0, 12), 2], pixels([0, 0])), /way of packing/],
    ['filter 9', () => png(sides(1, 1, 8, 0), pixels([9, 0])), /filter 9/],
    ['no palette', () => png(sides(1, 1, 8, 3), pixels([0, 0])), /no palette/],
    ['a colour beyond the palette', () => png(sides(1, 1, 8, 3), ['PLTE', new Uint8Array(3)], pixels([0, 1])), /colour 1 of a palette of 1/], // prettier-ignore
    ['more transparency than colours', () => png(sides(1, 1, 8, 3), ['PLTE', new Uint8Array(3)], ['tRNS', new Uint8Array(9)], pixels([0, 0])), /alpha values/], // prettier-ignore
    ['two headers', () => png(sides(1, 1, 8, 0), ['IHDR', Uint8Array.from(sides(9, 9, 8, 0))], pixels([0, 0])), /IHDR/],
    ['no pixels at all', () => png(sides(1, 1, 8, 0)), /zlib/],
    [
      'a chunk of 4 GB',
      () => joined(png(sides(1, 1, 8, 0)).subarray(0, 33), uint32(2 ** 32 - 1), text('IDAT')),
      /truncated/,
    ],
    ['a row too few', () => png(sides(1, 2, 8, 0), pixels([0, 0])), /2 of 4/],
    ['a row too many', () => png(sides(1, 1, 8, 0), pixels([0, 0, 0, 0])), /more than 2/],
  ],
  jpeg: jpegCases('jpeg'),
  'jpeg-cmyk': jpegCases('jpeg-cmyk').slice(2, 3),
  webp: [
    ['a canvas of 16 million²', () => Uint8Array.from(seedOf('webp', 1)).fill(255, 24, 30), /claims/],
    ['a lossless size of 16,384²', () => Uint8Array.from(seedOf('webp', 0)).fill(255, 21, 24), /claims|damaged/],
    ['a canvas other than its frame', () => Uint8Array.from(seedOf('webp', 1)).fill(9, 24, 25), /damaged/],
    [
      'another first chunk',
      () => joined(seedOf('webp').subarray(0, 12), text('WXYZ'), seedOf('webp').subarray(16)),
      /WXYZ/,
    ],
  ],
  npy: [
    ['a shape beyond the file', () => shaped('(60000000,)'), /needs 240000000 bytes/],
    ['4 billion³', () => shaped('(4000000000, 4000000000, 4000000000)'), /truncated/],
    ['numbers of 400 digits', () => shaped(`(${'9'.repeat(400)},)`), /truncated/],
    ['nothing, a billion times', () => shaped('(1000000000,)', '<U0'), /needs 0 bytes|width 0/],
    ['65 dimensions', () => shaped(`(${'1, '.repeat(65)})`), /more than 64 dimensions/],
    ['a negative size', () => shaped('(-1,)'), /header/],
    ['code', () => shaped('(1,)', '|O'), /code/],
    [
      'a header of 4 GB',
      () => joined(Uint8Array.of(0x93), text('NUMPY\x02\0'), uint32(2 ** 32 - 1), text('{')),
      /truncated/,
    ],
    ['60,000 brackets', () => npyOf('('.repeat(60000)), /header/],
    ['a header of blanks', () => npyOf(`{${' '.repeat(60000)}`), /header/],
    ['a key twice', () => npyOf("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"), /twice/],
  ],
  npz: [
    ['all members in one place', () => zipOf((view, at, index) => { if (index > 0) view.setUint32(at + 42, 0, true); }, true), /overlaps/], // prettier-ignore
    ['a member over the directory', () => zipOf((view, at, index) => { if (index === 2) view.setUint32(at + 20, 1e6, true); }), /overlaps/], // prettier-ignore
    ['a terabyte', () => zipOf((view, at) => { view.setUint32(at + 24, 2 ** 32 - 2, true); }), /more than|deflate can hold/], // prettier-ignore
    ['fewer bytes than there are', () => zipOf((view, at) => { view.setUint32(at + 24, 10, true); }), /more than 10 bytes/], // prettier-ignore
    ['another method', () => zipOf((view, at) => { view.setUint16(at + 10, 9, true); }), /method 9/], // prettier-ignore
    ['encrypted', () => zipOf((view, at) => { view.setUint16(at + 8, 1, true); }), /encrypted/], // prettier-ignore
    ['one name for all', () => zipOf((view, at) => { view.setUint8(at + 46, 97); }), /twice/], // prettier-ignore
    ['65,535 entries', () => { const bytes = zipOf(() => undefined); new DataView(bytes.buffer).setUint16(bytes.length - 12, 65535, true); return bytes; }, /no directory entry/], // prettier-ignore
    ['another file than .npy', () => zipOf((view, at) => { view.setUint8(at + 49, 121); view.setUint8(at + 50, 120); }), /holds/], // prettier-ignore
  ],
  gzip: [
    ['a gigabyte in a megabyte', () => gzipBomb(2 ** 14, 2 ** 30), /more than 256 to 1/],
    ['a gigabyte that says it is a byte', () => gzipBomb(2 ** 14, 1), /more than 1 bytes/],
    ['4 GB in 100 bytes', () => gzipBomb(1, 2 ** 32 - 1), /deflate can hold/],
    ['two members', () => joined(gzipSync('a'.repeat(99)), gzipSync('b')), undefined],
    ['half a million empty members', () => joined(Buffer.alloc(500_000 * gzipSync('').length, gzipSync('')), gzipSync('a'.repeat(99))), /members/], // prettier-ignore
    [
      'a name without end',
      () => joined(Uint8Array.of(0x1f, 0x8b, 8, 8), new Uint8Array(86).fill(1), uint32(0), uint32(9, true)),
      /header/,
    ],
    ['another method', () => joined(Uint8Array.of(0x1f, 0x8b, 9, 0), new Uint8Array(90)), /header/],
    ['another checksum', () => joined(gzipSync('abc').subarray(0, -8), uint32(crc32('abd'), true), uint32(3, true)), /checksum/], // prettier-ignore
  ],
  idx: [
    ['4 billion³', () => joined(uint32(0x803), new Uint8Array(12).fill(255)), /truncated/],
    ['255 dimensions', () => joined(uint32(0x8ff), new Uint8Array(2000).fill(255)), /truncated/],
    ['none', () => uint32(0x800), /truncated/],
    ['floats', () => joined(uint32(0xd01), uint32(1), uint32(0)), /unsigned byte/],
    ['a gigabyte in a megabyte', () => gzipBomb(2 ** 14, 2 ** 30), /more than 256 to 1/],
    ['nothing, 4 billion times', () => joined(uint32(0x802), uint32(2 ** 32 - 1), uint32(0)), undefined],
  ],
  safetensors: [
    ['a header of 2⁶³ bytes', () => new Uint8Array(100).fill(255), /does not fit/],
    ['a header of a gigabyte', () => joined(uint32(2 ** 30, true), new Uint8Array(100)), /does not fit/],
    ['2,000 brackets', () => safetensorsOf(`{"a":${nested(2000)}}`), /nested more than 100/],
    ['a million dimensions', () => safetensorsOf(`{"a":{"dtype":"U8","shape":[${'1,'.repeat(1e6)}1],"data_offsets":[0,1]}}`, new Uint8Array(2)), /left over/], // prettier-ignore
    ['a million things for a shape', () => safetensorsOf(`{"a":{"dtype":"U8","shape":[${'"x",'.repeat(1e6)}1],"data_offsets":[0,1]}}`), /no list|not a list/], // prettier-ignore
    ['a shape beyond the file', () => safetensorsOf('{"a":{"dtype":"F32","shape":[60000000],"data_offsets":[0,240000000]}}'), /truncated/], // prettier-ignore
    ['two tensors in one place', () => safetensorsOf('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', new Uint8Array(4)), /overlaps/], // prettier-ignore
    ['a gap', () => safetensorsOf('{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}', new Uint8Array(8)), /gap/],
    ['a key twice', () => safetensorsOf('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), /twice/], // prettier-ignore
    ['__proto__', () => safetensorsOf('{"__proto__":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), undefined],
    ['a text of 16 million characters', () => encodeSafetensors({}, { metadata: { k: '"\\'.repeat(8e6) } }), undefined],
  ],
  parquet: [
    ['a description of 4 GB', () => { const bytes = seedOf('parquet'); new DataView(bytes.buffer).setUint32(bytes.length - 8, 2 ** 32 - 1, true); return bytes; }, /damaged/], // prettier-ignore
    ['a description of a gigabyte', () => { const bytes = seedOf('parquet'); new DataView(bytes.buffer).setUint32(bytes.length - 8, 2 ** 30, true); return bytes; }, /damaged/], // prettier-ignore
    ['nothing but its marks', () => text('PAR1PAR1'), /Parquet/],
  ],
  'csv-table': [
    ['200,000 columns', () => text(`${'a,'.repeat(200_000)}a\n${'1,'.repeat(200_000)}1\n`), /131072 columns/],
    ['a line of 10 MB that does not end', () => text('a,'.repeat(5e6)), /131072 columns/],
    ['20,000 columns of one name', () => text(`${'a,'.repeat(20_000)}a\n${'1,'.repeat(20_000)}1\n`), undefined],
    ['a quote that is never closed, 20 MB', () => text(`a,b\n1,"${'x,y\n'.repeat(5e6)}`), /never closed/],
    ['a field of 20 MB', () => text('x'.repeat(2e7)), /16 MiB/],
    ['40 MB of empty lines', () => text('\n'.repeat(4e7)), /do not end within|no rows/],
    ['zeros', () => new Uint8Array(1e6), /zero bytes/],
    ['other lengths', () => text('a,b\n1,2\n1,2,3\n'), /line 3/],
    ['names only', () => text('a,b\n'), /no rows/],
    ['text behind a quote', () => text('a,b\n"x"y,2\n'), /after a closing quote/],
  ],
  'csv-matrix': [
    ['a line of 2 million words', () => text('x '.repeat(2e6)), /expected a number/],
    ['a word of 4 million characters', () => text('x'.repeat(4e6)), /expected a number/],
    ['other lengths', () => text('1,2\n3\n'), /line 2/],
    ['blanks', () => text(' '.repeat(2e6)), /no numbers/],
    ['signs', () => text('+'.repeat(2e6)), /expected a number/],
    ['digits', () => text('1'.repeat(2e6)), undefined],
  ],
  config: [
    ['2,000 brackets', () => configOf('options', nested(2000)), /nested more than 100/],
    ['a million brackets', () => text('['.repeat(1e6)), /nested more than 100/],
    ['a million wrong sizes', () => configOf('shape', `[${'"x",'.repeat(1e6)}1]`), /data\.shape\[0\]/],
    ['9 sizes', () => configOf('shape', '[1,1,1,1,1,1,1,1,1]'), /up to 8/],
    ['a size beyond whole numbers', () => configOf('shape', '[1e300]'), /whole number/],
    ['2,000 layers', () => configOf('hidden', `[${'1,'.repeat(2000)}1]`), /up to 1,000/],
    ['__proto__', () => text(config.replace('"a":[1,{"b":null}]', '"__proto__":{"a":1}')), undefined],
    ['another version', () => configOf('schemaVersion', '99'), /newer/],
    ['no object', () => text('[]'), /expected/],
    ['a text of 4 million characters', () => configOf('source', `"${'\\"'.repeat(2e6)}"`), undefined],
    ['17 million values', () => text(`[${'0,'.repeat(2 ** 24)}0]`), /16777216 values/],
  ],
  thresholds: [
    ['2,000 brackets', () => text(nested(2000)), /nested more than 100/],
    ['no object', () => text('7'), /expected|object/i],
  ],
  jsonl: [
    ['2,000 brackets', () => text(`{"a":${nested(2000)}}\n`), /line 1: JSON nested/],
    ['a line that is no object', () => text('{"a":1}\n[2]\n{"b":1}\n'), /line 2: expected a JSON object/],
    ['a million empty lines', () => text('\n'.repeat(1e6)), undefined],
    ['bytes that are no text', () => joined(Uint8Array.of(0xff, 0xfe, 10), text('{"a":1}\n')), /line 1: the text is not valid UTF-8/], // prettier-ignore
  ],
};
