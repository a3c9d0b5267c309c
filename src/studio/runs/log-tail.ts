import { crc32 } from '../../io/index.ts';
import { openInside } from './inside.ts';
import type { InsideFile } from './inside.ts';

/** What a look at a log came to. */
export type TailChange = 'same' | 'grown' | 'restarted';

/** A line of the log: a record, and where it ends. */
export interface LogLine {
  readonly text: string;
  /** In bytes, its newline included. */
  readonly end: number;
}

const newline = 10;
const nothing: Buffer<ArrayBuffer> = Buffer.alloc(0);
const pieceBytes = 2 ** 18;
/** A longer line is no record of a training: it is left out. */
const mostLine = 2 ** 20;
/** Of what stands before the place that was read to, by which a file that was written anew is told. */
const markBytes = 64;

/** A place in a log, as text: the file, the bytes, a check of what stands before them. */
interface Cursor {
  readonly file: string;
  readonly offset: number;
  readonly mark: number;
}

const start: Cursor = { file: '', offset: 0, mark: 0 };

/**
 * Reads a log that grows, from where it was read to: whole lines alone, in pieces, so that neither the memory nor the time between two
 * of them grows with the file. A log that was replaced, cut, or written anew is noticed, and read from its beginning.
 */
export class LogTail {
  readonly #root: string;
  readonly #parts: readonly string[];
  #at: Cursor;
  /** Within a line that is too long. */
  #isSkipping = false;

  constructor(root: string, parts: readonly string[], cursor?: string) {
    this.#root = root;
    this.#parts = parts;
    this.#at = (cursor === undefined ? undefined : parseCursor(cursor)) ?? start;
  }

  /** Where it was read to; another tail of the same log may go on from there, in another process too. */
  get cursor(): string {
    const { file, offset, mark } = this.#at;
    return `${file}.${offset.toString(36)}.${mark.toString(36)}`;
  }

  /** Bytes that were read. */
  get position(): number {
    return this.#at.offset;
  }

  /** Leaves out what there is: what is read is what comes after it. */
  skipToEnd(): void {
    const file = openInside(this.#root, this.#parts);
    this.#at = start;
    if (!file) return;
    try {
      let end = file.stats.size;
      while (end > 0) {
        const from = Math.max(0, end - pieceBytes);
        const found = file.read(from, end - from).lastIndexOf(newline);
        end = found < 0 ? from : from + found + 1;
        if (found >= 0) break;
      }
      this.#at = { file: nameOf(file), offset: end, mark: markBefore(file, end) };
    } finally {
      file.close();
    }
  }

  /** Whether the log is another than the one that was read: it is then read from its beginning. */
  isAnother(): boolean {
    if (this.#at.offset === 0) return false;
    const file = openInside(this.#root, this.#parts);
    try {
      return !file || !this.#goesOn(file, nameOf(file));
    } finally {
      file?.close();
    }
  }

  /**
   * Reads on.
   *
   * @param take gets each whole line that is new
   * @param most bytes to read, or a piece more: what is left, the next call reads
   * @param onRestart called before the first line of a log that is not the one that was read before
   */
  async readOn(
    take: (line: LogLine) => void,
    { most = Infinity, onRestart }: { readonly most?: number; readonly onRestart?: () => void } = {},
  ): Promise<TailChange> {
    const file = openInside(this.#root, this.#parts);
    if (!file) return this.#restart('', onRestart);
    try {
      const name = nameOf(file);
      const change = this.#goesOn(file, name) ? 'same' : this.#restart(name, onRestart);
      const first = this.#at.offset;
      let offset = first;
      /** What follows it and ends no line yet. */
      let ahead = nothing;
      while (offset - first < most) {
        const piece = file.read(offset + ahead.length, Math.min(pieceBytes, most));
        if (piece.length === 0) break;
        const bytes = ahead.length > 0 ? Buffer.concat([ahead, piece]) : piece;
        let from = 0;
        for (let found = bytes.indexOf(newline, ahead.length); found >= 0; found = bytes.indexOf(newline, from)) {
          if (!this.#isSkipping && found - from > 1) take({ text: bytes.toString('utf8', from, found), end: offset + found + 1 }); // prettier-ignore
          this.#isSkipping = false;
          from = found + 1;
        }
        offset += from;
        ahead = bytes.subarray(from);
        if (ahead.length > mostLine) {
          this.#isSkipping = true;
          offset += ahead.length;
          ahead = nothing;
        }
        // Others are answered between two pieces.
        await new Promise<void>((resolve) => { setImmediate(resolve); }); // prettier-ignore
      }
      if (offset > first) this.#at = { file: name, offset, mark: markBefore(file, offset) };
      return change === 'same' && offset > first ? 'grown' : change;
    } finally {
      file.close();
    }
  }

  #restart(name: string, onRestart: (() => void) | undefined): TailChange {
    const { offset } = this.#at;
    this.#at = { ...start, file: name };
    this.#isSkipping = false;
    if (offset === 0) return 'same';
    onRestart?.();
    return 'restarted';
  }

  #goesOn(file: InsideFile, name: string): boolean {
    const { offset, mark } = this.#at;
    if (offset === 0) return true;
    return this.#at.file === name && file.stats.size >= offset && markBefore(file, offset) === mark;
  }
}

/** What tells a file from another of the same name: one that replaces it is another. */
function nameOf({ stats }: InsideFile): string {
  return `${stats.dev.toString(36)}-${stats.ino.toString(36)}-${Math.round(stats.birthtimeMs).toString(36)}`;
}

function markBefore(file: InsideFile, offset: number): number {
  const from = Math.max(0, offset - markBytes);
  return crc32(file.read(from, offset - from));
}

function parseCursor(text: string): Cursor | undefined {
  const [, file, offset, mark] = /^([\w-]{0,60})\.([\da-z]{1,11})\.([\da-z]{1,7})$/.exec(text) ?? [];
  if (file === undefined || offset === undefined || mark === undefined) return undefined;
  return { file, offset: parseInt(offset, 36), mark: parseInt(mark, 36) };
}
