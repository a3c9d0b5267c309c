import { DataError } from '../core/index.ts';
import type { DecodeOptions } from './bytes.ts';

export interface CsvRecordsOptions extends DecodeOptions {
  readonly delimiter: string;
  /** Gets each record's fields and the number of the line it begins in, from 1. */
  readonly onRecord: (fields: string[], line: number) => void;
}

const quote = 34;
const newline = 10;
const carriageReturn = 13;

/**
 * Splits CSV text (RFC 4180) into records, piece by piece: fields may be quoted, with "" for a quote and line breaks
 * inside; lines end with \n, \r\n or \r; empty lines are skipped. A quote within an unquoted field is a character.
 *
 * Written here and not left to a library because those with streaming need Node and read a fifth as fast; the tests
 * compare it with `csv-parse`.
 */
export class CsvRecords {
  readonly #options: CsvRecordsOptions;
  readonly #delimiter: number;
  #rest = '';
  #line = 1;
  #begun = false;

  constructor(options: CsvRecordsOptions) {
    this.#options = options;
    this.#delimiter = options.delimiter.charCodeAt(0);
  }

  /** @throws DataError naming the line, for text behind a closing quote */
  write(text: string): void {
    this.#take(this.#rest + text, false);
  }

  /** @throws DataError also for a quote that is never closed */
  end(): void {
    this.#take(this.#rest, true);
    this.#rest = '';
  }

  #take(text: string, final: boolean): void {
    let at = 0;
    if (!this.#begun && text.length > 0) {
      this.#begun = true;
      if (text.charCodeAt(0) === 0xfeff) at = 1;
    }
    while (at < text.length) {
      const next = this.#record(text, at, final);
      if (next < 0) break;
      at = next;
    }
    this.#rest = text.slice(at);
  }

  /** Reads the record at `start`: where the next one begins, or −1 when it does not end in `text`. */
  #record(text: string, start: number, final: boolean): number {
    const fields: string[] = [];
    const line = this.#line;
    let breaks = 0;
    let at = start;
    for (;;) {
      let end: number;
      if (text.charCodeAt(at) === quote) {
        end = closingQuote(text, at + 1);
        // A quote at the very end may be the first of a pair.
        if (end < 0 || (end === text.length - 1 && !final)) return this.#incomplete(final, line + breaks);
        const content = text.slice(at + 1, end);
        breaks += countBreaks(content);
        fields.push(content.includes('""') ? content.replaceAll('""', '"') : content);
        end++;
        if (end < text.length && !this.#isEnd(text.charCodeAt(end))) {
          throw this.#error(
            line + breaks,
            `expected '${this.#options.delimiter}' after a closing quote, found '${text[end]!}'`,
          );
        }
      } else {
        end = at;
        while (end < text.length && !this.#isEnd(text.charCodeAt(end))) end++;
        fields.push(text.slice(at, end));
      }
      const code = text.charCodeAt(end);
      if (code === this.#delimiter) {
        at = end + 1;
        continue;
      }
      if (end === text.length ? !final : code === carriageReturn && end + 1 === text.length && !final) return -1;
      this.#line = line + breaks + 1;
      if (fields.length > 1 || fields[0] !== '' || text.charCodeAt(start) === quote)
        this.#options.onRecord(fields, line);
      return end + (code === carriageReturn && text.charCodeAt(end + 1) === newline ? 2 : 1);
    }
  }

  #isEnd(code: number): boolean {
    return code === this.#delimiter || code === newline || code === carriageReturn;
  }

  #incomplete(final: boolean, line: number): number {
    if (final) throw this.#error(line, 'a quote is opened and never closed');
    return -1;
  }

  #error(line: number, problem: string): DataError {
    return new DataError(`${this.#options.name ?? 'CSV data'}, line ${line}: ${problem}.`);
  }
}

/** The quote that ends a field whose text begins at `from`; −1 when there is none. Doubled quotes are text. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text.charCodeAt(at + 1) !== quote) return at;
  }
  return -1;
}

function countBreaks(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

const candidates = [',', ';', '\t', '|'];
/** Text and records that are looked at. */
const sniffedText = 2 ** 16;
const sniffedRecords = 50;

/**
 * The delimiter of CSV text: of comma, semicolon, tab and bar the one that gives the most fields, equally many in each of
 * the first records; a comma when none does.
 */
export function sniffDelimiter(text: string): string {
  let best = { delimiter: ',', fields: 1 };
  for (const delimiter of candidates) {
    const counts: number[] = [];
    const parser = new CsvRecords({ delimiter, onRecord: (fields) => counts.push(fields.length) });
    try {
      parser.write(text.slice(0, sniffedText));
      if (text.length <= sniffedText) parser.end();
    } catch {
      continue;
    }
    const [fields = 1] = counts;
    if (fields > best.fields && counts.slice(0, sniffedRecords).every((count) => count === fields)) {
      best = { delimiter, fields };
    }
  }
  return best.delimiter;
}
