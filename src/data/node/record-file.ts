import { closeSync, openSync, readSync } from 'node:fs';
import { DataError } from '../../core/index.ts';
import { fillTogether } from '../../mpi/index.ts';
import type { Communicator } from '../../mpi/index.ts';

/** Closes what was left open when a data set is garbage: data sets have no end of their own. */
const leftOpen = new FinalizationRegistry<number>((file) => {
  closeSync(file);
});

/** Records of one size in a file, read by their number: what keeps data on disk. */
export class RecordFile {
  readonly path: string;
  readonly recordBytes: number;
  readonly #start: number;
  readonly #file: number;
  readonly #ranks: Communicator | undefined;

  /**
   * @param layout.ranks that read the same records at the same time: each its part of them, for all
   * @throws DataError when the file cannot be opened
   */
  constructor(
    path: string,
    layout: { readonly start?: number; readonly recordBytes: number; readonly ranks?: Communicator | undefined },
  ) {
    this.path = path;
    this.#ranks = layout.ranks;
    this.recordBytes = layout.recordBytes;
    this.#start = layout.start ?? 0;
    try {
      this.#file = openSync(path, 'r');
    } catch (error) {
      throw new DataError(`${path}: cannot be read (${(error as Error).message}).`);
    }
    leftOpen.register(this, this.#file);
  }

  /**
   * Reads records into `out`, one after another; neighbours in the file are read at once.
   *
   * @throws DataError when the file has become shorter
   */
  read(indices: Uint32Array, out: Uint8Array): void {
    const unit = this.recordBytes;
    this.#together(out, unit, (part, from) => {
      this.#read(indices.subarray(from, from + part.length / unit), part);
    });
  }

  #read(indices: Uint32Array, out: Uint8Array): void {
    const { recordBytes } = this;
    for (let i = 0; i < indices.length;) {
      let end = i + 1;
      while (end < indices.length && indices[end] === indices[end - 1]! + 1) end++;
      this.#readAt(indices[i]! * recordBytes, out.subarray(i * recordBytes, end * recordBytes));
      i = end;
    }
  }

  /** Reads as many neighbours as `out` holds, from the record `first` on. @throws DataError as `read` does */
  readRun(first: number, out: Uint8Array): void {
    const unit = this.recordBytes;
    this.#together(out, unit, (part, from) => {
      this.#readAt((first + from) * unit, part);
    });
  }

  #together(out: Uint8Array, unit: number, read: (part: Uint8Array, from: number) => void): void {
    if (this.#ranks) fillTogether(this.#ranks, out, { unit, read });
    else read(out, 0);
  }

  #readAt(position: number, out: Uint8Array): void {
    for (let done = 0; done < out.length;) {
      const got = readSync(this.#file, out, done, out.length - done, this.#start + position + done);
      if (got === 0) throw new DataError(`${this.path}: has become shorter while it was in use.`);
      done += got;
    }
  }
}
