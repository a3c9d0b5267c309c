import { DataError } from '../core/index.ts';
import type { DecodeOptions } from './bytes.ts';

/** What a scanner hands on. Bytes are UTF-8, and lie where they do until the call returns. */
export interface FieldSink {
  /** A field's text, without its quotes and, where it has none, without the blanks around it. */
  field(bytes: Uint8Array, start: number, end: number, quoted: boolean): void;
  /** The end of a record, and the line it began in, from 1. */
  record(line: number): void;
}

export interface CsvScannerOptions extends DecodeOptions {
  /** One ASCII character; a blank stands for any run of blanks and tabs. */
  readonly delimiter: string;
  /** Lines that begin with it are left out. */
  readonly comment?: string | undefined;
  /** Lines to leave out at the start. */
  readonly skip?: number | undefined;
  readonly sink: FieldSink;
}

/** The longest field, bytes: more is a quote that was never closed. */
const longestField = 2 ** 24;

const [tab, newline, carriageReturn, blank, quote] = [9, 10, 13, 32, 34];

type State = 'between' | 'comment' | 'bare' | 'quoted' | 'quote' | 'behind';

/**
 * Splits the bytes of a CSV file (RFC 4180) into fields, piece by piece: fields may be quoted, with "" for a quote and line
 * breaks inside; lines end with \n, \r\n or \r; empty lines are skipped. A quote within an unquoted field is a character.
 * Blanks around fields are no part of them, unless they are quoted.
 *
 * A field that lies within a piece is found by one look at each of its bytes and not copied; one that reaches beyond it goes
 * on byte by byte, so the time is linear in the bytes however they come. Written here because libraries that stream need Node
 * and make a string of every field; the tests compare with `csv-parse`.
 */
export class CsvScanner {
  readonly #name: string;
  readonly #delimiter: number;
  readonly #shown: string;
  readonly #comment: number;
  readonly #sink: FieldSink;
  #skip: number;
  #state: State = 'between';
  /** The line that is read, and that where its field and record began. */
  #line = 1;
  #fieldLine = 1;
  #recordLine = 1;
  #inRecord = false;
  #afterReturn = false;
  /** Of a field that reaches beyond its piece. */
  #carried = new Uint8Array(256);
  #length = 0;

  constructor({ name = 'CSV data', delimiter, comment, skip = 0, sink }: CsvScannerOptions) {
    this.#name = name;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#shown = delimiter === '\t' ? 'a tab' : delimiter === ' ' ? 'a blank' : `'${delimiter}'`;
    this.#comment = comment?.charCodeAt(0) ?? -1;
    this.#skip = skip;
    this.#sink = sink;
  }

  /** @throws DataError naming the line, for text behind a closing quote or a field that does not end */
  write(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state !== 'between') at = this.#goOn(bytes, at);
      else if (this.#afterReturn && bytes[at] === newline) at++;
      else if (this.#inRecord || this.#begins(bytes[at]!)) at = this.#fields(bytes, at);
      else at++;
      this.#afterReturn = false;
      if (at > 0 && this.#state === 'between' && !this.#inRecord) this.#afterReturn = bytes[at - 1] === carriageReturn;
    }
  }

  /** @throws DataError also for a quote that is never closed */
  end(): void {
    if (this.#state === 'quoted') throw this.#error(this.#fieldLine, 'a quote is opened and never closed');
    if (this.#state === 'comment') return;
    if (this.#state !== 'between') this.#carriedField();
    else if (!this.#inRecord) return;
    else if (this.#delimiter !== blank) this.#sink.field(this.#carried, 0, 0, false);
    this.#sink.record(this.#recordLine);
    this.#inRecord = false;
  }

  /** Whether a record begins with this byte, at the start of a line. */
  #begins(code: number): boolean {
    if (code === newline || code === carriageReturn) {
      this.#line++;
      if (this.#skip > 0) this.#skip--;
      return false;
    }
    this.#recordLine = this.#line;
    if (this.#skip > 0 || code === this.#comment) this.#state = 'comment';
    return this.#state === 'between';
  }

  /** Fields from `at` on as long as they end within these bytes; gives where the next line, or what is left, begins. */
  #fields(bytes: Uint8Array, at: number): number {
    const delimiter = this.#delimiter;
    const length = bytes.length;
    for (;;) {
      let start = at;
      while (start < length && this.#isBlank(bytes[start]!)) start++;
      const isQuoted = bytes[start] === quote;
      let end = start;
      let after: number;
      let content = bytes;
      const fieldLine = this.#line;
      if (isQuoted) {
        const close = closingQuote(bytes, start + 1);
        if (close < 0 || close + 1 >= length || close - start > longestField) return this.#carry(bytes, at);
        [start, end, after] = [start + 1, close, close + 1];
        while (after < length && this.#isBlank(bytes[after]!)) after++;
      } else {
        for (let code = 0; end < length; end++) {
          code = bytes[end]!;
          if (code === delimiter || code === newline || code === carriageReturn) break;
          if (delimiter === blank && code === tab) break;
        }
        after = end;
        while (end > start && this.#isBlank(bytes[end - 1]!)) end--;
      }
      if (after >= length || end - start > longestField) return this.#carry(bytes, at);
      const code = bytes[after]!;
      const ends = code === newline || code === carriageReturn;
      const spaced =
        delimiter === blank && (code === blank || code === tab || (isQuoted && this.#isBlank(bytes[after - 1]!)));
      if (isQuoted) {
        if (!ends && code !== delimiter && !spaced) throw this.#behindQuote(this.#line, code);
        this.#line += breaksWithin(bytes, start, end);
        if (bytes.subarray(start, end).includes(quote)) {
          content = unquoted(bytes, start, end);
          [start, end] = [0, content.length];
        }
      }
      this.#fieldLine = fieldLine;
      // A line of blanks is an empty one; at the end of a record they are no field where they part them.
      const isNone = !isQuoted && start === end && ends && (!this.#inRecord || delimiter === blank);
      if (!isNone) this.#sink.field(content, start, end, isQuoted);
      if (ends) {
        if (!isNone || this.#inRecord) this.#sink.record(this.#recordLine);
        this.#inRecord = false;
        this.#line++;
        return after + 1;
      }
      this.#inRecord = true;
      at = spaced && code !== blank && code !== tab ? after : after + 1;
    }
  }

  /** Blanks around fields; a tab that parts them is none. */
  #isBlank(code: number): boolean {
    return code === blank || (code === tab && this.#delimiter !== tab);
  }

  /** From `at` on byte by byte: the field may not end within its piece. */
  #carry(bytes: Uint8Array, at: number): number {
    this.#length = 0;
    this.#fieldLine = this.#line;
    this.#state = 'bare';
    return this.#goOn(bytes, at);
  }

  #goOn(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const code = bytes[at]!;
      const ends = code === newline || code === carriageReturn;
      if (this.#state === 'comment') {
        if (!ends) continue;
        this.#state = 'between';
        if (this.#skip > 0) this.#skip--;
        this.#line++;
        return at + 1;
      }
      if (this.#state === 'quoted') {
        if (code === quote) this.#state = 'quote';
        else {
          if (code === carriageReturn || (code === newline && this.#carried[this.#length - 1] !== carriageReturn)) {
            this.#line++;
          }
          this.#put(code);
        }
        continue;
      }
      if (this.#state === 'quote' && code === quote) {
        this.#put(quote);
        this.#state = 'quoted';
        continue;
      }
      if (ends || code === this.#delimiter || (this.#delimiter === blank && code === tab)) {
        if (this.#delimiter === blank && !ends && this.#state === 'bare' && this.#length === 0) continue;
        return this.#carriedEnd(at, ends);
      }
      if (this.#state === 'bare') {
        if (this.#length === 0 && this.#isBlank(code)) continue;
        if (this.#length === 0 && code === quote) this.#state = 'quoted';
        else this.#put(code);
      } else {
        this.#state = 'behind';
        if (!this.#isBlank(code)) throw this.#behindQuote(this.#line, code);
      }
    }
    return bytes.length;
  }

  /** The carried field ends at `at`. */
  #carriedEnd(at: number, ends: boolean): number {
    const isEmpty = this.#state === 'bare' && this.#trimmed() === 0;
    if (!(isEmpty && ends && (!this.#inRecord || this.#delimiter === blank))) this.#carriedField();
    else this.#state = 'between';
    if (!ends) this.#inRecord = true;
    else {
      if (!isEmpty || this.#inRecord) this.#sink.record(this.#recordLine);
      this.#inRecord = false;
      this.#line++;
    }
    return at + 1;
  }

  #carriedField(): void {
    const quoted = this.#state !== 'bare';
    this.#state = 'between';
    this.#sink.field(this.#carried, 0, quoted ? this.#length : this.#trimmed(), quoted);
  }

  /** The carried field's length without the blanks behind it. */
  #trimmed(): number {
    let end = this.#length;
    while (end > 0 && this.#isBlank(this.#carried[end - 1]!)) end--;
    return end;
  }

  #put(code: number): void {
    if (this.#length === this.#carried.length) {
      if (this.#length >= longestField) {
        throw this.#error(
          this.#fieldLine,
          `a field that begins here is longer than ${longestField / 2 ** 20} MiB: ` +
            (this.#state === 'bare'
              ? 'is it a table of text? If its lines end otherwise, convert them'
              : 'a quote is opened and never closed'),
        );
      }
      const larger = new Uint8Array(2 * this.#length);
      larger.set(this.#carried);
      this.#carried = larger;
    }
    this.#carried[this.#length++] = code;
  }

  #behindQuote(line: number, code: number): DataError {
    return this.#error(
      line,
      `expected ${this.#shown} after a closing quote, found ${JSON.stringify(String.fromCharCode(code))}`,
    );
  }

  #error(line: number, problem: string): DataError {
    return new DataError(`${this.#name}, line ${line}: ${problem}.`);
  }
}

/** The quote that ends a field whose text begins at `from`; −1 when there is none. Doubled quotes are text. */
function closingQuote(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(quote, from); at >= 0; at = bytes.indexOf(quote, at + 2)) {
    if (bytes[at + 1] !== quote) return at;
    if (at - from > longestField) return -1;
  }
  return -1;
}

function unquoted(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const content = new Uint8Array(end - start);
  let length = 0;
  for (let at = start; at < end; at++) {
    content[length++] = bytes[at]!;
    if (bytes[at] === quote) at++;
  }
  return content.subarray(0, length);
}

function breaksWithin(bytes: Uint8Array, start: number, end: number): number {
  let breaks = 0;
  for (let at = start; at < end; at++) {
    if (bytes[at] === newline || (bytes[at] === carriageReturn && bytes[at + 1] !== newline)) breaks++;
  }
  return breaks;
}
