import { readFileSync } from 'node:fs';
import { NdArray } from '../../src/core/index.ts';
import {
  decodeCmykJpeg,
  decodeIdx,
  decodeImage,
  decodeNpy,
  decodeNpz,
  decodeParquet,
  decodePng,
  decodeSafetensors,
  encodeIdx,
  encodeNpy,
  encodeNpz,
  encodeParquet,
  encodePng,
  encodeSafetensors,
  formatJsonLine,
  gunzip,
  gzip,
  parseCsv,
  parseJson,
  parseJsonLines,
  parseTableCsv,
  tableOf,
} from '../../src/io/index.ts';
import { parseRunConfig } from '../../src/config/index.ts';
import { parseThresholds } from '../../src/evaluation/index.ts';
import { mendGzip, mendPng, mendZip } from './checksums.ts';

/** A format that is read: sound files, as small as they can be, and what reads them. */
export interface Format {
  readonly seeds: readonly Uint8Array[];
  readonly decode: (bytes: Uint8Array) => unknown;
  /** The same file with checksums that fit, so that damage reaches what they guard. */
  readonly mend?: (bytes: Uint8Array) => Uint8Array;
  /** Whether what is cut can be a whole file: text, whose end nothing marks. */
  readonly isText?: boolean;
}

const textOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'));
const read = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const pixels = Uint8Array.from({ length: 60 }, (_, i) => (i * 37) % 256);
const matrix = NdArray.from([[1, 2, 3], [4, 5, 6]], 'float32'); // prettier-ignore
const image = { dtype: 'uint8' as const, shape: [3, 4, 5], data: pixels };
const jpegs = fixture('jpegs.json') as Record<string, { jpeg: string }>;
const arrays = fixture('npy.json') as { npzLong: string };
const parquets = fixture('parquet.json') as { files: Record<string, string> };

/** Made by ImageMagick and cwebp: grey of 4 bits, interlaced; a palette of 4 bits; lossless, with alpha, lossy. */
const pngs = [
  'iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJBAAAAAFz+FRmAAAAVUlEQVQI12M4w8DAcAGIQwsY7l5gCC9gEGJg6Fq9m8GIxZjh7p0DDFWrFjC4pCcwKCkbMAgIMDCsufvm9uoDDKXtGTNmTGAICXEJK0tgEBJkYBRgAAB7OBdJ/yj86gAAAABJRU5ErkJggg==', // prettier-ignore
  'iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJCAMAAADTuiYfAAAAJ1BMVEWf293T1NuSw7NrsbV/b5OLo6VOZo9rnW+LlnVmZ2QoVGEkPzoZGw86vzKxAAAAQklEQVQI10XGQRLAMAgCQGqCxuj/31uSHrrMAIA8oj4XZjjBgI1JM3LAQ0jGInJHrEx3n9iVmbXFUV1yC63tD/r3Al5vArA8kJSHAAAAAElFTkSuQmCC', // prettier-ignore
].map(base64);
const webps = [
  'UklGRqAAAABXRUJQVlA4TJMAAAAvBMAAEJ+gNrZtKBIS6eBXQQ/qFYsoYqeEfe1DTSRbDTnVWEAHZjCBKSpk/Y4ch1EkSYpiX8wkgZ2swbNxevgE3GsFTBiIJOMk+9eMZE+z+B+bMYh1/8Z3SEGHlGm+BhVQmfyB7Y7edqReIJO1ePob4UoXgN9CAzSc60RagcK2jdTQMT5/RP/jLRoWt/9JKEbfUxQA', // prettier-ignore
  'UklGRqAAAABXRUJQVlA4WAoAAAAQAAAABAAAAwAAQUxQSBUAAAAAAECAv/8AQIC//wBAgL//AECAv/8AVlA4IGQAAAAwAgCdASoFAAQAAUAmJbACdLoAkwAFDu5GoAD9ti31iO7e0b+/twfr/Tf/T3/cLai9RXPtAjK+X5vAQx4XoniP5kHnr/1N8APqmXYv+P9rRM55r0bfDv6OTFR8T+XV8Wt53AAA', // prettier-ignore
  'UklGRnAAAABXRUJQVlA4IGQAAABQBACdASoUAAwAPjEUiEKiISEYBAAgAwS2AE6XQCTAf4DCAPX/AeSAWKIMAP78V0wrH/clVOE9yq8KpHcuFUl/+6DZwSf+6DZwSf/nGx9W//nGx9Wcf5kdxXFnh9dlLwo58AAA', // prettier-ignore
].map(base64);

/** An NPY file of version 2 with zeros. */
function oldNpy(header: string, bytes: number): Uint8Array {
  return new Uint8Array(
    Buffer.concat([Buffer.from('\x93NUMPY\x02\0', 'latin1'), Buffer.from(Uint32Array.of(header.length).buffer), Buffer.from(header), Buffer.alloc(bytes)]), // prettier-ignore
  );
}

const words = ['red', 'grün', 'blue', null];
const table = tableOf({
  id: Array.from({ length: 40 }, (_, k) => k),
  real: Array.from({ length: 40 }, (_, k) => Math.sin(k)),
  word: Array.from({ length: 40 }, (_, k) => words[k % 4] ?? null),
});
const config = {
  schemaVersion: 2,
  rootsigmaVersion: '0.1.0',
  data: { source: 'x.csv', kind: 'array', shape: [3], count: 9, binarize: 'none', options: { a: [1, { b: null }] } },
  model: {
    latent: 2,
    prior: { name: 'standard-normal' },
    posterior: { name: 'low-rank', rank: 1 },
    likelihood: { name: 'bernoulli' },
    network: { name: 'dense', hidden: [4], activation: 'relu' },
  },
  objective: { name: 'elbo', beta: 1 },
  training: { epochs: 1, batchSize: 2, optimizer: { name: 'adam', learningRate: 0.001 }, schedule: { name: 'constant' }, validation: 0, seed: 0 }, // prettier-ignore
};
const thresholds = {
  schemaVersion: 1,
  thresholds: { elbo: { value: 3, quantile: 0.9, examples: 9, source: 'x', draws: 4, seed: 0 } },
};

/** All that is read, by name. */
export const formats: Readonly<Record<string, Format>> = {
  png: {
    seeds: [encodePng({ shape: [4, 5, 3], data: pixels }), ...pngs, cases('images/grey-16bit-12/000.png')],
    decode: (bytes) => decodePng(bytes, { range: 4095 }),
    mend: mendPng,
  },
  jpeg: {
    seeds: ['baseline', 'progressive', 'grey'].flatMap((name) => (jpegs[name] ? [base64(jpegs[name].jpeg)] : [])),
    decode: (bytes) => decodeImage(bytes),
  },
  'jpeg-cmyk': { seeds: [cases('images/one-cmyk/003.jpg')], decode: (bytes) => decodeCmykJpeg(bytes, 'x.jpg') },
  webp: { seeds: webps, decode: (bytes) => decodeImage(bytes) },
  npy: {
    seeds: [
      encodeNpy(matrix),
      encodeNpy(image),
      oldNpy("{'descr': '>i8', 'fortran_order': True, 'shape': (2, 1), }", 16),
    ],
    decode: (bytes) => decodeNpy(bytes),
  },
  npz: {
    seeds: [
      encodeNpz({ a: matrix, b: image }),
      encodeNpz({ a: matrix, b: image }, { compress: false }),
      base64(arrays.npzLong),
      cases('labels-strings.npz'),
    ],
    decode: (bytes) => decodeNpz(bytes),
    mend: mendZip,
  },
  gzip: { seeds: [gzip(pixels), gzip(new Uint8Array(5000))], decode: (bytes) => gunzip(bytes), mend: mendGzip },
  idx: {
    seeds: [encodeIdx(image), encodeIdx({ shape: [60], data: pixels }), gzip(encodeIdx(image))],
    decode: (bytes) => decodeIdx(bytes),
    mend: mendGzip,
  },
  safetensors: {
    seeds: [
      encodeSafetensors({ a: matrix, b: NdArray.from([1, 0], 'bool') }, { metadata: { k: 'v' } }),
      encodeSafetensors({}),
    ],
    decode: (bytes) => decodeSafetensors(bytes),
  },
  parquet: {
    seeds: [await encodeParquet(table), ...Object.values(parquets.files).map(base64)],
    decode: (bytes) => decodeParquet(bytes),
  },
  'csv-table': {
    seeds: [
      textOf('a,"b ""c""",d\r\n1,"x\ny",\n2,z,-3e4\n'),
      textOf('a;b\n1.234,5;x\n3,5;"y"\n'),
      textOf('# about\nx\ty\n1\t2\n'),
      Uint8Array.from(Buffer.from('\uFEFFa,b\n1,é\n', 'utf16le')),
    ],
    decode: (bytes) => parseTableCsv(bytes),
    isText: true,
  },
  'csv-matrix': {
    seeds: [textOf('1,2.5\n-3e4,nan\n'), textOf('1 2\n3 4\n')],
    decode: (bytes) => parseCsv(read(bytes)),
    isText: true,
  },
  config: {
    seeds: [textOf(JSON.stringify(config)), textOf(JSON.stringify(config, null, 1))],
    decode: (bytes) => parseRunConfig(parseJson(read(bytes))),
  },
  thresholds: {
    seeds: [textOf(JSON.stringify(thresholds))],
    decode: (bytes) => parseThresholds(parseJson(read(bytes))),
  },
  jsonl: {
    seeds: [textOf([{ a: 1 }, { b: [2, { c: 'é' }] }].map(formatJsonLine).join(''))],
    decode: (bytes) => parseJsonLines(bytes),
    isText: true,
  },
};

function cases(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../fixtures/cases/${name}`, import.meta.url)));
}
