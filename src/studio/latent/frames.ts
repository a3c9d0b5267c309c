import type { ArrayType, FrameHeader } from './contract.ts';

/** The media type of a sequence of frames. */
export const framesType = 'application/x-rootsigma-frames';

/** Bytes of a header, at most: what is longer is no frame. */
export const maxHeader = 2 ** 26;

/**
 * A frame: how long its header is (4 bytes, little-endian), how long its body is (4 bytes), the header as JSON in UTF-8, the body. Bodies are
 * arrays in the machine's order, which is little-endian wherever this runs.
 */
export function frame(header: FrameHeader, body: ArrayBufferView = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + body.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, text.length, true);
  view.setUint32(4, body.byteLength, true);
  bytes.set(text, 8);
  bytes.set(new Uint8Array(body.buffer, body.byteOffset, body.byteLength), 8 + text.length);
  return bytes;
}

/** Frames out of bytes as they come, in pieces that end anywhere. */
export class FrameReader {
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** @throws Error for bytes that are no frames */
  *read(piece: Uint8Array): Generator<{ readonly header: FrameHeader; readonly body: Uint8Array<ArrayBuffer> }> {
    this.#pieces.push(piece);
    this.#length += piece.length;
    let needed = this.#needed();
    while (needed !== undefined && this.#length >= needed) {
      const all = this.#joined();
      const view = new DataView(all.buffer, all.byteOffset);
      const head = view.getUint32(0, true);
      const header = JSON.parse(new TextDecoder().decode(all.subarray(8, 8 + head))) as FrameHeader;
      // A copy begins at a multiple of whatever an element takes.
      const body = all.slice(8 + head, needed);
      this.#keep(all.subarray(needed));
      yield { header, body };
      needed = this.#needed();
    }
  }

  /** Whether bytes of a frame that has not ended are held. */
  get isWithin(): boolean {
    return this.#length > 0;
  }

  /** How long the next frame is; undefined before its first 8 bytes are there. */
  #needed(): number | undefined {
    if (this.#length < 8) return undefined;
    if ((this.#pieces[0]?.length ?? 0) < 8) this.#keep(this.#joined());
    const first = this.#pieces[0] ?? new Uint8Array();
    const view = new DataView(first.buffer, first.byteOffset);
    const head = view.getUint32(0, true);
    if (head > maxHeader) throw new Error(`frames: a header of ${head} bytes is none.`);
    return 8 + head + view.getUint32(4, true);
  }

  #joined(): Uint8Array {
    const [only] = this.#pieces;
    if (only && this.#pieces.length === 1) return only;
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  #keep(rest: Uint8Array): void {
    this.#pieces = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
  }
}

/** A body as the array that its header says. */
export function arrayOf(dtype: ArrayType, body: Uint8Array<ArrayBuffer>): Float32Array | Uint32Array | Uint8Array {
  if (dtype === 'uint8') return body;
  return dtype === 'float32' ? new Float32Array(body.buffer) : new Uint32Array(body.buffer);
}
