import { DataError } from '../core/index.ts';
import { viewOf } from './bytes.ts';

/** One component of a JPEG: its samples, in blocks' full width. */
export interface JpegPlane {
  /** Samples a row; there may be more than the image shows. */
  readonly stride: number;
  readonly samples: Uint8Array;
  /** Samples for each pixel of the image, at most 1: less where it is subsampled. */
  readonly scaleX: number;
  readonly scaleY: number;
}

interface Component {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  readonly quantization: number;
  /** Blocks that cover the component's own samples: what a scan of it alone has. */
  readonly columns: number;
  readonly rows: number;
  /** Blocks a row in whole MCUs: what is stored. */
  readonly stride: number;
  /** 64 an entry, in the order of rows and columns. */
  readonly coefficients: Int16Array;
  prediction: number;
}

interface Frame {
  readonly progressive: boolean;
  readonly components: readonly Component[];
  readonly mcuColumns: number;
  readonly mcuRows: number;
  readonly maxH: number;
  readonly maxV: number;
}

/** Canonical Huffman codes: of each length the first code, and where its values begin. */
interface HuffmanTable {
  readonly firstCode: Int32Array;
  readonly firstValue: Int32Array;
  readonly counts: Uint8Array;
  readonly values: Uint8Array;
}

/** What a scan says: the coefficients from `first` to `last`, and the bits of them that it brings. */
interface Scan {
  readonly first: number;
  readonly last: number;
  /** Whether bits were sent before, which these refine. */
  readonly refines: boolean;
  /** The lowest bit sent. */
  readonly low: number;
}

// Where the k-th coefficient of a block's zigzag stands.
const zigzag = Uint8Array.from(
  [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63], // prettier-ignore
);

/**
 * The samples of each component of a JPEG (ITU-T T.81): 8 bits, Huffman-coded, baseline or progressive, as they are stored, without
 * any conversion of colours. libjpeg's WebAssembly build gives RGB only, which it cannot make of four components.
 *
 * @throws DataError for other kinds, and where the file is damaged or ends early
 */
export function decodeJpegPlanes(bytes: Uint8Array, name: string): JpegPlane[] {
  return new PlaneDecoder(bytes, name).decode();
}

class PlaneDecoder {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  readonly #quantizations = new Map<number, Uint16Array>();
  /** By class (0 DC, 1 AC) · 16 + number. */
  readonly #tables = new Map<number, HuffmanTable>();
  #frame: Frame | undefined;
  #restartInterval = 0;
  #at = 2;
  #bits = 0;
  #bitCount = 0;
  /** Blocks that a progressive scan has said to have nothing more. */
  #endOfBand = 0;

  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes;
    this.#name = name;
  }

  decode(): JpegPlane[] {
    for (;;) {
      const marker = this.#marker();
      if (marker === 0xd9) break;
      const segment = this.#segment();
      if (marker === 0xdb) this.#readQuantizations(segment);
      else if (marker === 0xc4) this.#readTables(segment);
      else if (marker === 0xdd) this.#restartInterval = viewOf(segment).getUint16(0);
      else if (marker === 0xda) this.#readScan(segment);
      else if (marker >= 0xc0 && marker <= 0xc2) this.#readFrame(segment, marker === 0xc2);
      else if (marker > 0xc2 && marker <= 0xcf) throw this.#wrong('its coding is not read (lossless or arithmetic)');
    }
    const { components, maxH, maxV } = this.#frame ?? { components: [], maxH: 1, maxV: 1 };
    return components.map((component) => {
      const table = this.#quantizations.get(component.quantization);
      if (!table) throw this.#wrong('a table of quantization is missing');
      return { ...samplesOf(component, table), scaleX: component.h / maxH, scaleY: component.v / maxV };
    });
  }

  #wrong(what: string): DataError {
    return new DataError(`${this.#name}: the JPEG is damaged or unsupported: ${what}.`);
  }

  #marker(): number {
    // Any number of fill bytes may stand before a marker.
    while (this.#bytes[this.#at] === 0xff && this.#bytes[this.#at + 1] === 0xff) this.#at++;
    if (this.#at + 1 >= this.#bytes.length) throw this.#wrong('it is truncated');
    if (this.#bytes[this.#at] !== 0xff) throw this.#wrong(`no marker at byte ${this.#at}`);
    this.#at += 2;
    return this.#bytes[this.#at - 1]!;
  }

  #segment(): Uint8Array {
    const length = this.#at + 2 <= this.#bytes.length ? viewOf(this.#bytes).getUint16(this.#at) : 0;
    const end = this.#at + length;
    if (length < 2 || end > this.#bytes.length) throw this.#wrong('it is truncated');
    const segment = this.#bytes.subarray(this.#at + 2, end);
    this.#at = end;
    return segment;
  }

  #readQuantizations(segment: Uint8Array): void {
    for (let at = 0; at < segment.length;) {
      const size = segment[at]! >> 4 === 0 ? 1 : 2;
      if (at + 1 + 64 * size > segment.length) throw this.#wrong('a table of quantization is cut');
      const table = new Uint16Array(64);
      for (let k = 0; k < 64; k++) {
        const from = at + 1 + k * size;
        table[zigzag[k]!] = size === 1 ? segment[from]! : segment[from]! * 256 + segment[from + 1]!;
      }
      this.#quantizations.set(segment[at]! & 15, table);
      at += 1 + 64 * size;
    }
  }

  #readTables(segment: Uint8Array): void {
    for (let at = 0; at < segment.length;) {
      const counts = segment.slice(at + 1, at + 17);
      const total = counts.reduce((sum, count) => sum + count, 0);
      if (at + 17 + total > segment.length) throw this.#wrong('a Huffman table is cut');
      const [firstCode, firstValue] = [new Int32Array(16), new Int32Array(16)];
      for (let length = 0, code = 0, value = 0; length < 16; length++) {
        firstCode[length] = code;
        firstValue[length] = value;
        code = (code + counts[length]!) << 1;
        value += counts[length]!;
      }
      const values = segment.slice(at + 17, at + 17 + total);
      this.#tables.set(segment[at]!, { firstCode, firstValue, counts, values });
      at += 17 + total;
    }
  }

  #readFrame(segment: Uint8Array, progressive: boolean): void {
    if (this.#frame) throw this.#wrong('it has two frames');
    const count = segment[5] ?? 0;
    if (segment[0] !== 8) throw this.#wrong(`its samples have ${segment[0] ?? 0} bits, expected 8`);
    if (count === 0 || segment.length < 6 + 3 * count) throw this.#wrong('its frame is cut');
    const [height, width] = [viewOf(segment).getUint16(1), viewOf(segment).getUint16(3)];
    const given = Array.from({ length: count }, (_, k) => {
      const [id = 0, factors = 0, quantization = 0] = segment.subarray(6 + 3 * k);
      return { id, h: factors >> 4, v: factors & 15, quantization };
    });
    if (given.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) throw this.#wrong('sampling factors beyond 1 to 4');
    const [maxH, maxV] = [Math.max(...given.map(({ h }) => h)), Math.max(...given.map(({ v }) => v))];
    const [mcuColumns, mcuRows] = [Math.ceil(width / (8 * maxH)), Math.ceil(height / (8 * maxV))];
    const blocks = given.reduce((sum, { h, v }) => sum + mcuColumns * h * mcuRows * v, 0);
    // A block takes a bit at least.
    if (blocks > 8 * this.#bytes.length) throw this.#wrong(`${width}×${height} pixels in ${this.#bytes.length} bytes`);
    const components = given.map((component) => ({
      ...component,
      columns: Math.ceil(Math.ceil((width * component.h) / maxH) / 8),
      rows: Math.ceil(Math.ceil((height * component.v) / maxV) / 8),
      stride: mcuColumns * component.h,
      coefficients: new Int16Array(64 * mcuColumns * component.h * mcuRows * component.v),
      prediction: 0,
    }));
    this.#frame = { progressive, components, mcuColumns, mcuRows, maxH, maxV };
  }

  #readScan(segment: Uint8Array): void {
    const frame = this.#frame;
    const count = segment[0] ?? 0;
    if (!frame || count === 0 || count > 4 || segment.length < 4 + 2 * count) throw this.#wrong('a scan is cut');
    const [first = 0, last = 0, bits = 0] = segment.subarray(1 + 2 * count);
    const scan = frame.progressive
      ? { first, last, refines: bits >> 4 !== 0, low: bits & 15 }
      : { first: 0, last: 63, refines: false, low: 0 };
    if (last > 63 || first > last || (frame.progressive && first === 0 && last > 0) || (first > 0 && count > 1)) {
      throw this.#wrong(`a scan of the coefficients ${first} to ${last} of ${count} components`);
    }
    const parts = Array.from({ length: count }, (_, k) => {
      const component = frame.components.find(({ id }) => id === segment[1 + 2 * k]);
      if (!component) throw this.#wrong('a scan of a component that does not exist');
      const tables = segment[2 + 2 * k]!;
      const read = this.#blockReader(scan, { dc: this.#tables.get(tables >> 4), ac: this.#tables.get(16 + (tables & 15)) }); // prettier-ignore
      return { component, read };
    });
    this.#restart(parts);
    const [only] = parts;
    let done = 0;
    const next = (): void => {
      if (this.#restartInterval > 0 && done > 0 && done % this.#restartInterval === 0) {
        this.#bitCount = 0;
        const marker = this.#marker();
        if (marker < 0xd0 || marker > 0xd7) throw this.#wrong('a restart marker is missing');
        this.#restart(parts);
      }
      done++;
    };
    if (only && count === 1) {
      const { component, read } = only;
      for (let row = 0; row < component.rows; row++) {
        for (let column = 0; column < component.columns; column++) {
          next();
          read(component, 64 * (row * component.stride + column));
        }
      }
    } else {
      for (let mcu = 0; mcu < frame.mcuRows * frame.mcuColumns; mcu++) {
        next();
        const [mcuRow, mcuColumn] = [Math.floor(mcu / frame.mcuColumns), mcu % frame.mcuColumns];
        for (const { component, read } of parts) {
          for (let block = 0; block < component.h * component.v; block++) {
            const row = mcuRow * component.v + Math.floor(block / component.h);
            read(component, 64 * (row * component.stride + mcuColumn * component.h + (block % component.h)));
          }
        }
      }
    }
    this.#bitCount = 0;
  }

  #restart(parts: readonly { readonly component: Component }[]): void {
    for (const { component } of parts) component.prediction = 0;
    this.#bitCount = 0;
    this.#endOfBand = 0;
  }

  /** What reads one block of a scan into the coefficients from `start` on. */
  #blockReader(
    scan: Scan,
    tables: { readonly dc: HuffmanTable | undefined; readonly ac: HuffmanTable | undefined },
  ): (component: Component, start: number) => void {
    const need = (table: HuffmanTable | undefined): HuffmanTable => {
      if (!table) throw this.#wrong('a Huffman table is missing');
      return table;
    };
    if (scan.first > 0) {
      const ac = need(tables.ac);
      return scan.refines
        ? ({ coefficients }, start) => {
            this.#refineBand(coefficients, start, { scan, ac });
          }
        : ({ coefficients }, start) => {
            this.#readBand(coefficients, start, { scan, ac });
          };
    }
    if (scan.refines) {
      return ({ coefficients }, start) => {
        coefficients[start]! |= this.#bit() << scan.low;
      };
    }
    const dc = need(tables.dc);
    const ac = scan.last > 0 ? need(tables.ac) : undefined;
    return (component, start) => {
      component.prediction += this.#signed(this.#symbol(dc));
      component.coefficients[start] = component.prediction * 2 ** scan.low;
      if (ac) this.#readBand(component.coefficients, start, { scan: { ...scan, first: 1 }, ac });
    };
  }

  #readBand(
    coefficients: Int16Array,
    start: number,
    { scan, ac }: { readonly scan: Scan; readonly ac: HuffmanTable },
  ): void {
    if (this.#endOfBand > 0) {
      this.#endOfBand--;
      return;
    }
    for (let k = scan.first; k <= scan.last; k++) {
      const symbol = this.#symbol(ac);
      const [zeros, size] = [symbol >> 4, symbol & 15];
      if (size === 0 && zeros < 15) {
        this.#endOfBand = 2 ** zeros - 1 + this.#read(zeros);
        return;
      }
      k += zeros;
      if (size === 0) continue;
      if (k > scan.last) throw this.#wrong('a block of more than 64 coefficients');
      coefficients[start + zigzag[k]!] = this.#signed(size) * 2 ** scan.low;
    }
  }

  #refineBand(
    coefficients: Int16Array,
    start: number,
    { scan, ac }: { readonly scan: Scan; readonly ac: HuffmanTable },
  ): void {
    const bit = 1 << scan.low;
    const refine = (at: number): void => {
      const value = coefficients[at]!;
      if (this.#bit() === 1 && (value & bit) === 0) coefficients[at] = value + (value > 0 ? bit : -bit);
    };
    let k = scan.first;
    for (; this.#endOfBand === 0 && k <= scan.last; k++) {
      const symbol = this.#symbol(ac);
      let zeros = symbol >> 4;
      if ((symbol & 15) === 0 && zeros < 15) {
        this.#endOfBand = 2 ** zeros + this.#read(zeros);
        break;
      }
      const value = (symbol & 15) === 0 ? 0 : this.#bit() === 1 ? bit : -bit;
      for (; k <= scan.last; k++) {
        const at = start + zigzag[k]!;
        if (coefficients[at] !== 0) refine(at);
        else if (zeros === 0) {
          coefficients[at] = value;
          break;
        } else zeros--;
      }
    }
    if (this.#endOfBand === 0) return;
    for (; k <= scan.last; k++) if (coefficients[start + zigzag[k]!] !== 0) refine(start + zigzag[k]!);
    this.#endOfBand--;
  }

  #bit(): number {
    if (this.#bitCount === 0) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw this.#wrong('it is truncated');
      if (byte === 0xff) {
        // A data byte of 255 is followed by a zero; else a marker has come too early.
        if (this.#bytes[this.#at + 1] !== 0) throw this.#wrong('its pixels end early');
        this.#at++;
      }
      this.#at++;
      this.#bits = byte;
      this.#bitCount = 8;
    }
    this.#bitCount--;
    return (this.#bits >> this.#bitCount) & 1;
  }

  #read(count: number): number {
    let value = 0;
    for (let k = 0; k < count; k++) value = value * 2 + this.#bit();
    return value;
  }

  /** A number of `size` bits; those that begin with a zero are negative. */
  #signed(size: number): number {
    if (size > 16) throw this.#wrong('a coefficient of more than 16 bits');
    const value = this.#read(size);
    return size === 0 || value >= 2 ** (size - 1) ? value : value - 2 ** size + 1;
  }

  #symbol({ firstCode, firstValue, counts, values }: HuffmanTable): number {
    let code = 0;
    for (let length = 0; length < 16; length++) {
      code = code * 2 + this.#bit();
      const place = code - firstCode[length]!;
      if (place < counts[length]!) return values[firstValue[length]! + place]!;
    }
    throw this.#wrong('a Huffman code that does not exist');
  }
}

// cosines[x · 8 + u] = ½ C(u) cos((2x + 1) u π / 16)
const cosines = Float64Array.from({ length: 64 }, (_, k) => {
  const [x, u] = [k >> 3, k & 7];
  return 0.5 * (u === 0 ? Math.SQRT1_2 : 1) * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
});

/** Dequantizes, and sums cosines: rows, then columns. */
function samplesOf(
  { coefficients, stride }: Component,
  table: Uint16Array,
): { readonly stride: number; readonly samples: Uint8Array } {
  const width = stride * 8;
  const samples = new Uint8ClampedArray(coefficients.length);
  const [block, rows] = [new Float64Array(64), new Float64Array(64)];
  for (let start = 0; start < coefficients.length; start += 64) {
    for (let k = 0; k < 64; k++) block[k] = coefficients[start + k]! * table[k]!;
    for (let v = 0; v < 8; v++) {
      for (let x = 0; x < 8; x++) {
        let sum = 0;
        for (let u = 0; u < 8; u++) sum += cosines[x * 8 + u]! * block[v * 8 + u]!;
        rows[v * 8 + x] = sum;
      }
    }
    const number = start / 64;
    const corner = Math.floor(number / stride) * 8 * width + (number % stride) * 8;
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        let sum = 128;
        for (let v = 0; v < 8; v++) sum += cosines[y * 8 + v]! * rows[v * 8 + x]!;
        samples[corner + y * width + x] = sum;
      }
    }
  }
  return { stride: width, samples: new Uint8Array(samples.buffer) };
}
