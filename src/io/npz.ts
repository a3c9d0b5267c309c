import { DataError } from '../core/index.ts';
import { entriesOf } from './bytes.ts';
import type { DecodeOptions, StoredArray } from './bytes.ts';
import { decodeNpy, encodeNpy } from './npy.ts';
import { unzip, zip } from './zip.ts';

const extension = '.npy';

/** The arrays of an NPZ archive (`numpy.savez`, `savez_compressed`) by name. @throws DataError as `decodeNpy` does */
export function decodeNpz(bytes: Uint8Array, options: DecodeOptions = {}): Map<string, StoredArray> {
  const archive = options.name ?? 'NPZ data';
  const arrays = new Map<string, StoredArray>();
  for (const [file, contents] of unzip(bytes, { name: archive })) {
    if (!file.endsWith(extension)) {
      throw new DataError(`${archive}: holds '${file}'; an NPZ archive holds ${extension} files only.`);
    }
    arrays.set(file.slice(0, -extension.length), decodeNpy(contents, { name: `${archive}: '${file}'` }));
  }
  return arrays;
}

/** An NPZ archive, compressed unless told otherwise. */
export function encodeNpz(
  arrays: ReadonlyMap<string, StoredArray> | Readonly<Record<string, StoredArray>>,
  options: { readonly compress?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  return zip(new Map(entriesOf(arrays).map(([name, array]) => [name + extension, encodeNpy(array)])), options);
}
