import { DataError, ValueError } from '../core/index.ts';

/** What text is in that is no UTF-8 and has no mark: nearly always Windows' or ISO's Latin letters, which agree. */
const westernEncoding = 'windows-1252';
const pieceBytes = 2 ** 20;

/**
 * The encoding of text, from its bytes: a byte order mark; zeros beside letters, which UTF-16 has; UTF-8 where it is valid;
 * else `windows-1252`.
 *
 * @param options.whole whether the bytes are all there are: else the last character may be cut
 */
export function findEncoding(bytes: Uint8Array, options: { readonly whole: boolean }): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, 1000);
  const [even, odd] = [0, 1].map((k) => head.filter((byte, at) => byte === 0 && at % 2 === k).length);
  if (odd! > 0.3 * head.length) return 'utf-16le';
  if (even! > 0.3 * head.length) return 'utf-16be';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for (let at = asciiLength(bytes); at < bytes.length; at += pieceBytes) {
      decoder.decode(bytes.subarray(at, at + pieceBytes), { stream: true });
    }
    if (options.whole) decoder.decode();
  } catch {
    return westernEncoding;
  }
  return 'utf-8';
}

/** How many bytes at the start are ASCII, about: up to 1 KiB less. */
function asciiLength(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at += 1024) {
    const end = Math.min(at + 1024, bytes.length);
    let all = 0;
    for (let k = at; k < end; k++) all |= bytes[k]!;
    if (all > 127) return at;
  }
  return bytes.length;
}

/** Thrown for bytes that are not of the encoding: a caller that has guessed it by the first of them may read again. */
class EncodingError extends DataError {
  override readonly name = 'EncodingError';
}

/** Turns text in any encoding that `TextDecoder` knows into UTF-8, piece by piece, without a byte order mark. */
export class Utf8Reader {
  readonly #name: string;
  readonly #encoding: string;
  readonly #decoder: TextDecoder;
  #begun = false;
  #mayGoOn = false;

  /** @throws ValueError for an encoding that does not exist */
  constructor(encoding: string, name: string) {
    this.#name = name;
    try {
      this.#decoder = new TextDecoder(encoding, { fatal: true });
    } catch {
      throw new ValueError(
        `encoding: '${encoding}' is none that is read; there are utf-8, utf-16le, utf-16be, windows-1252 (Latin 1), and others of the WHATWG's.`,
      );
    }
    this.#encoding = this.#decoder.encoding;
  }

  /** @throws EncodingError for bytes that are not of the encoding; DataError for bytes that are no text */
  write(bytes: Uint8Array): Uint8Array {
    // What is ASCII is UTF-8, unless it comes where a character goes on.
    const isAscii = this.#begun && this.#encoding === 'utf-8' && asciiLength(bytes) === bytes.length;
    if (isAscii && !this.#mayGoOn) return bytes;
    this.#mayGoOn = !isAscii;
    const text = this.#decode(() => this.#decoder.decode(bytes, { stream: true }));
    const utf8 = this.#encoding === 'utf-8' ? bytes : new TextEncoder().encode(text);
    if (this.#begun || bytes.length === 0) return utf8;
    this.#begun = true;
    if (text.slice(0, 1000).includes('\0')) throw new DataError(`${this.#name}: is no text: it holds zero bytes.`);
    return utf8[0] === 0xef && utf8[1] === 0xbb && utf8[2] === 0xbf ? utf8.subarray(3) : utf8;
  }

  /** What is left. @throws EncodingError when the last character is cut */
  end(): Uint8Array {
    const text = this.#decode(() => this.#decoder.decode());
    return this.#encoding === 'utf-8' ? new Uint8Array(0) : new TextEncoder().encode(text);
  }

  #decode(decode: () => string): string {
    try {
      return decode();
    } catch {
      throw new EncodingError(
        `${this.#name}: cannot be read as ${this.#encoding} text. Say what it is in, as in --data-option encoding=windows-1252.`,
      );
    }
  }
}
