import type { Shape } from '../../core/index.ts';
import { decodeNpy, readNpyHeader, readNpzDirectory, unzipEntry } from '../../io/index.ts';
import type { ByteSource, NpyArray, NpyHeader } from '../../io/index.ts';
import type { Dataset } from '../dataset.ts';
import type { ResolveContext } from '../context.ts';
import type { TrainedValues, ValueReading } from './array-values.ts';

/** An array in NPY format, not read yet. */
export interface ArraySource {
  /** File and member, for messages. */
  readonly where: string;
  /** Bytes of its NPY format, header included, once it is unpacked. */
  readonly bytes: number;
  readHeader(): NpyHeader;
  /** All of it, in memory. */
  decode(): NpyArray;
  /** As a data set whose examples stay where they are; only for arrays on disk. */
  openLarge?(options: LargeOptions): Promise<LargeArray>;
}

export interface LargeOptions {
  readonly name: string;
  /** Of one example. */
  readonly sampleShape: Shape;
  readonly context: ResolveContext;
  /** As `readValues` takes it, and `trained` too. */
  readonly asked?: number | undefined;
  readonly trained?: TrainedValues | undefined;
}

export interface LargeArray {
  readonly dataset: Dataset;
  /** Where its examples are read from, where that is not the file itself. */
  readonly elsewhere: string | undefined;
  readonly reading: ValueReading;
}

/** A file of arrays: one in NPY format, or an NPZ archive's by their names. */
export interface ArrayFile {
  /** Its path or name. */
  readonly path: string;
  readonly npy: () => ArraySource;
  readonly npz: () => ReadonlyMap<string, ArraySource>;
}

/** A file of arrays in memory. */
export function arrayFileOf(source: ByteSource): ArrayFile {
  const { name, size } = source;
  const whole = (): Uint8Array => source.read(0, size);
  return {
    path: name,
    npy: () => ({
      where: name,
      bytes: size,
      readHeader: () => readNpyHeader(whole(), { name }),
      decode: () => decodeNpy(whole(), { name }),
    }),
    npz: () =>
      new Map(
        [...readNpzDirectory(source)].map(([member, entry]) => {
          const where = `${name}: '${member}'`;
          let unpacked: Uint8Array | undefined;
          const contents = (): Uint8Array => (unpacked ??= unzipEntry(entry, source));
          const readHeader = (): NpyHeader => readNpyHeader(contents(), { name: where });
          const decode = (): NpyArray => decodeNpy(contents(), { name: where });
          return [member, { where, bytes: entry.unpacked, readHeader, decode }];
        }),
      ),
  };
}
