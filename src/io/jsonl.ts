import { DataError } from '../core/index.ts';
import { decodeText, messageOf } from './bytes.ts';
import type { DecodeOptions } from './bytes.ts';
import { parseJson, shown } from './json.ts';

/** A last line that a crash cut short. */
export interface TornLine {
  readonly line: number;
  readonly text: string;
}

export interface JsonLines {
  readonly records: Record<string, unknown>[];
  /** Absent when every line is whole. */
  readonly torn?: TornLine;
}

/** One record as one line. */
export function formatJsonLine(record: object): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * The records of a JSON-lines text. A last line that does not end in a newline and is no JSON object is what an
 * interrupted write leaves: it is reported in `torn`, not thrown.
 *
 * @throws DataError naming the line for any other line that is no JSON object
 */
export function parseJsonLines(data: string | Uint8Array, options: DecodeOptions = {}): JsonLines {
  const records: Record<string, unknown>[] = [];
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  const torn = eachJsonLine(bytes, options, ({ record }) => records.push(record));
  return { records, ...(torn && { torn }) };
}

/** A record and where its line lies, its newline included if it has one. */
export interface JsonLine {
  readonly record: Record<string, unknown>;
  readonly start: number;
  readonly end: number;
}

const newline = 10;

/**
 * Takes the lines of a JSON-lines file one after another, in linear time and the memory of one line.
 *
 * @returns the last line, if it is torn (`parseJsonLines`)
 * @throws DataError as `parseJsonLines` does
 */
export function eachJsonLine(
  bytes: Uint8Array,
  options: DecodeOptions,
  take: (line: JsonLine) => void,
): TornLine | undefined {
  const name = options.name ?? 'JSON lines';
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found + 1;
    const parsed = parseLine(bytes.subarray(start, found < 0 ? end : found), `${name}, line ${line}`);
    if ('record' in parsed) take({ record: parsed.record, start, end });
    else if (parsed.error !== undefined) {
      if (found < 0) return { line, text: new TextDecoder().decode(bytes.subarray(start)) };
      throw parsed.error;
    }
    start = end;
  }
  return undefined;
}

/** The record, or what is wrong; neither for an empty line. */
function parseLine(
  bytes: Uint8Array,
  name: string,
): { record: Record<string, unknown> } | { error: DataError | undefined } {
  try {
    const text = decodeText(bytes, name);
    if (text.trim() === '') return { error: undefined };
    const value = parseJson(text, { name });
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { record: value as Record<string, unknown> };
    }
    return { error: new DataError(`${name}: expected a JSON object, found ${shown(value)}.`) };
  } catch (error) {
    return { error: error instanceof DataError ? error : new DataError(`${name}: ${messageOf(error)}.`) };
  }
}
