import { zlibSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { DataError } from '../core/index.ts';
import { crc32 } from './crc32.ts';
import { decodePng, encodePng } from './index.ts';

/** A PNG put together by hand: unfiltered rows, given packed. */
function build(
  width: number,
  height: number,
  depth: number,
  color: number,
  rows: number[],
  extra: [string, number[]][] = [],
): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, color], 8);
  const perRow = rows.length / height;
  const raw = Array.from({ length: height }, (_, y) => [0, ...rows.slice(y * perRow, (y + 1) * perRow)]).flat();
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', header),
      ...extra.map(([type, data]) => chunk(type, Uint8Array.from(data))),
      chunk('IDAT', zlibSync(Uint8Array.from(raw))),
      chunk('IEND', new Uint8Array(0)),
    ]),
  );
}

// Made by ImageMagick, 11 × 9, the same image without and with interlacing.
// prettier-ignore
const pairs: Record<string, readonly [plain: string, interlaced: string]> = {
  'grey of 1 bit': ['iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJAQAAAADMH+uAAAAAC0lEQVQI12NgwAkAABsAAVJE5KkAAAAASUVORK5CYII=', 'iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJAQAAAAG7GNsWAAAADElEQVQI12NgIBYAAAAqAAGzwmscAAAAAElFTkSuQmCC'],
  'grey of 2 bits': ['iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJAgAAAACLv5FQAAAAJUlEQVQI12NYtWoFQ1TWCobQzAiG0NAQhtDAEAZHBgYGBwY4AAC4Kgb4sfpW4gAAAABJRU5ErkJggg==', 'iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJAgAAAAH8uKHGAAAAMUlEQVQI12NYwMDA0ADEIQwrGFyAdFgCgwMDw6oGhkgHhlAgCwyislYwhIaGMDhCuADuIghaQIvcLwAAAABJRU5ErkJggg=='],
  'grey of 4 bits': ['iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJBAAAAAAE/2TwAAAARklEQVQI12M4e/funTMXGNbcfXN79QGG9lWrdu3awFDanjFjxgSGkJCw8rICIOUSVpbAYKTE5GxswCAkyMAowADEjAoMDADgqRaz5/NfBwAAAABJRU5ErkJggg==', 'iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJBAAAAAFz+FRmAAAAVUlEQVQI12M4w8DAcAGIQwsY7l5gCC9gEGJg6Fq9m8GIxZjh7p0DDFWrFjC4pCcwKCkbMAgIMDCsufvm9uoDDKXtGTNmTGAICXEJK0tgEBJkYBRgAAB7OBdJ/yj86gAAAABJRU5ErkJggg=='],
  'a palette of 4 bits': ['iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJCAMAAADTuiYfAAAAJ1BMVEWf293T1NuSw7NrsbV/b5OLo6VOZo9rnW+LlnVmZ2QoVGEkPzoZGw86vzKxAAAAQklEQVQI10XGQRLAMAgCQGqCxuj/31uSHrrMAIA8oj4XZjjBgI1JM3LAQ0jGInJHrEx3n9iVmbXFUV1yC63tD/r3Al5vArA8kJSHAAAAAElFTkSuQmCC', 'iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJCAMAAAGkvRaJAAAAJ1BMVEWf293T1NuSw7NrsbV/b5OLo6VOZo9rnW+LlnVmZ2QoVGEkPzoZGw86vzKxAAAAR0lEQVQI1yWKQQLAIAjDIg4Q4f/vHWzJLS1AFYsijsFaeDydii2P6CYzK5Nvgq2iXA8zunavgUGEEfNGVf30MyMibzP/9ucFhgMCsOdxF3oAAAAASUVORK5CYII='],
};

describe('decodePng', () => {
  const read = (bytes: Uint8Array): [readonly number[], number[]] => {
    const { shape, data } = decodePng(bytes);
    return [shape, [...data]];
  };

  test('grey of 1, 2, 4, 8 and 16 bits becomes bytes', () => {
    expect(read(build(3, 2, 1, 0, [0b10100000, 0b01000000]))).toEqual([
      [2, 3],
      [255, 0, 255, 0, 255, 0],
    ]);
    expect(read(build(3, 1, 2, 0, [0b00011100]))).toEqual([
      [1, 3],
      [0, 85, 255],
    ]);
    expect(read(build(3, 1, 4, 0, [0x0f, 0x80]))).toEqual([
      [1, 3],
      [0, 255, 136],
    ]);
    expect(read(build(2, 1, 8, 0, [7, 200]))).toEqual([
      [1, 2],
      [7, 200],
    ]);
    expect(read(build(2, 1, 16, 0, [7, 99, 200, 1]))).toEqual([
      [1, 2],
      [7, 200],
    ]);
  });

  test('RGB, palettes, and alpha where it is opaque', () => {
    expect(read(build(1, 2, 8, 2, [1, 2, 3, 4, 5, 6]))).toEqual([
      [2, 1, 3],
      [1, 2, 3, 4, 5, 6],
    ]);
    expect(read(build(2, 1, 8, 3, [1, 0], [['PLTE', [1, 2, 3, 9, 8, 7]]]))).toEqual([
      [1, 2, 3],
      [9, 8, 7, 1, 2, 3],
    ]);
    expect(read(build(2, 1, 8, 4, [5, 255, 6, 255]))).toEqual([
      [1, 2],
      [5, 6],
    ]);
    expect(read(build(1, 1, 8, 6, [5, 6, 7, 255]))).toEqual([
      [1, 1, 3],
      [5, 6, 7],
    ]);
  });

  test('mixes transparent pixels with white or the background: alpha, palettes, and one transparent value', () => {
    const on = (bytes: Uint8Array, background?: number): [boolean | undefined, number[]] => {
      const { transparent, data } = decodePng(bytes, background === undefined ? {} : { background });
      return [transparent, [...data]];
    };
    // 5 · 51/255 + 255 · 204/255 = 205
    expect(on(build(2, 1, 8, 4, [5, 51, 6, 255]))).toEqual([true, [205, 6]]);
    expect(on(build(2, 1, 8, 4, [5, 51, 6, 255]), 0)).toEqual([true, [1, 6]]);
    // 16 bits: (0x8000 / 65535) of 0xff over 0.
    expect(on(build(1, 1, 16, 4, [0xff, 0xff, 0x80, 0x00]), 0)).toEqual([true, [128]]);
    const palette: [string, number[]][] = [['PLTE', [1, 2, 3, 9, 8, 7]], ['tRNS', [0]]]; // prettier-ignore
    expect(on(build(2, 1, 8, 3, [1, 0], palette), 40)).toEqual([true, [9, 8, 7, 40, 40, 40]]);
    expect(on(build(2, 1, 8, 0, [7, 200], [['tRNS', [0, 200]]]))).toEqual([true, [7, 255]]);
    expect(on(build(2, 1, 8, 0, [7, 200], [['tRNS', [0, 9]]]))).toEqual([undefined, [7, 200]]);
    // Values are compared as they are stored: 1 of 0 to 3, and all 16 bits.
    expect(on(build(4, 1, 2, 0, [0b00011011], [['tRNS', [0, 1]]]))).toEqual([true, [0, 255, 170, 255]]);
    expect(on(build(2, 1, 16, 0, [7, 99, 7, 98], [['tRNS', [7, 98]]]))).toEqual([true, [7, 255]]);
    const rgb = [1, 2, 3, 1, 2, 4, 9, 9, 9];
    expect(on(build(3, 1, 8, 2, rgb, [['tRNS', [0, 1, 0, 2, 0, 3]]]), 0)).toEqual([true, [0, 0, 0, 1, 2, 4, 9, 9, 9]]);
  });

  test('16 bits by a range: round(255 min(v, range) / range); the highest value is told', () => {
    const bytes = build(4, 1, 16, 0, [0x00, 0x00, 0x01, 0x00, 0x0f, 0xff, 0x20, 0x00]);
    expect([...decodePng(bytes, { range: 4095 }).data]).toEqual([0, Math.round((255 * 256) / 4095), 255, 255]);
    expect([...decodePng(bytes).data]).toEqual([0, 1, 15, 32]);
    expect([decodePng(bytes).highest, decodePng(build(1, 1, 8, 0, [9])).highest]).toEqual([0x2000, undefined]);
  });

  for (const [name, files] of Object.entries(pairs)) {
    test(`interlaced, ${name}: as without`, () => {
      const [plain, interlaced] = files.map((text) => new Uint8Array(Buffer.from(text, 'base64')));
      expect([plain![28], interlaced![28]]).toEqual([0, 1]);
      expect(decodePng(interlaced!)).toEqual(decodePng(plain!));
      expect(() => decodePng(interlaced!.with(45, interlaced![45]! ^ 1))).toThrow(DataError);
    });
  }

  test('refuses damage, and sizes that the file cannot hold before allocating them', () => {
    const bytes = encodePng({ shape: [8, 8], data: new Uint8Array(64) });
    expect(() => decodePng(bytes.with(40, bytes[40]! ^ 1), { name: 'a.png' })).toThrow(/a\.png: .*damaged/);
    expect(() => decodePng(bytes.subarray(0, bytes.length - 14))).toThrow(DataError);
    expect(() => decodePng(Uint8Array.of(1, 2, 3))).toThrow(/not a PNG/);
    expect(() => decodePng(bytes.with(16, 0x40))).toThrow(/checksum of IHDR/);
  });
});

test('encodePng is read back: grey and RGB', () => {
  const gray = { shape: [3, 5], data: Uint8Array.from({ length: 15 }, (_, i) => i * 17) };
  const color = { shape: [2, 2, 3], data: Uint8Array.from({ length: 12 }, (_, i) => i * 20) };
  for (const image of [gray, color]) expect(decodePng(encodePng(image))).toEqual({ dtype: 'uint8', ...image });
  expect(() => encodePng({ shape: [2, 2, 2], data: new Uint8Array(8) })).toThrow(DataError);
});

test('crc32 gives the check value of its definition', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});
