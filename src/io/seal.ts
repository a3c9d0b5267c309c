import { DataError } from '../core/index.ts';
import type { DecodeOptions } from './bytes.ts';
import { decodeSafetensors } from './safetensors.ts';
import type { SafetensorsFile } from './safetensors.ts';
import { sha256 } from './sha256.ts';

/** The first entry of a sealed safetensors file's metadata: a place for the digest. */
export const unsealed = { sha256: '0'.repeat(64) } as const;

/** Metadata come first in the header, after its length. */
const searched = 256;
const mark = '"sha256":"';

/**
 * Writes a file's SHA-256 into the file: of all its bytes, with zeros where the digest is. So no bit of it can change
 * unnoticed: lengths, names, shapes, metadata, padding or numbers.
 *
 * @param file a safetensors file whose metadata begin with `unsealed`; changed in place
 */
export async function seal(file: Uint8Array<ArrayBuffer>): Promise<void> {
  const place = placeOf(file);
  if (!place) throw new RangeError('seal: the file has no place for a digest.');
  place.set(await digestOf(file, place));
}

/** Whether a file is as it was sealed; undefined where it has no seal. */
export async function isWhole(file: Uint8Array<ArrayBuffer>): Promise<boolean | undefined> {
  const place = placeOf(file);
  if (!place) return undefined;
  const digest = await digestOf(file, place);
  return place.every((byte, k) => byte === digest[k]);
}

/**
 * Reads a safetensors file that may be sealed: earlier versions, and other programs, write none.
 *
 * @returns `isSealed` where it has a seal, and is as it was written
 * @throws DataError for what `decodeSafetensors` refuses, and where a bit has changed since
 */
export async function decodeSealed(
  bytes: Uint8Array<ArrayBuffer>,
  options: DecodeOptions = {},
): Promise<SafetensorsFile & { readonly isSealed: boolean }> {
  const file = decodeSafetensors(bytes, options);
  const state = await isWhole(bytes);
  // A bit may have changed in the word that the seal is found by, too.
  const hasSeal = 'sha256' in file.metadata || Object.values(file.metadata).some((text) => /^[0-9a-f]{64}$/.test(text));
  if (state === false || (hasSeal && state !== true)) {
    throw new DataError(
      `${options.name ?? 'safetensors data'}: is damaged: its bytes are not those that it was written with (SHA-256).`,
    );
  }
  return { ...file, isSealed: state === true };
}

/** In hexadecimal digits, as bytes. */
async function digestOf(file: Uint8Array<ArrayBuffer>, place: Uint8Array): Promise<Uint8Array> {
  const found = place.slice();
  place.fill(0x30);
  const digest = await sha256(file);
  place.set(found);
  return new TextEncoder().encode([...digest].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
}

function placeOf(file: Uint8Array): Uint8Array | undefined {
  const head = String.fromCharCode(...file.subarray(0, searched));
  const at = head.indexOf(mark);
  const place = at < 0 ? undefined : file.subarray(at + mark.length, at + mark.length + 64);
  return place?.length === 64 ? place : undefined;
}
