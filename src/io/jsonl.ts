import { DataError } from '../core/index.ts';
import { messageOf } from './bytes.ts';
import type { DecodeOptions } from './bytes.ts';

export interface JsonLines {
  readonly records: Record<string, unknown>[];
  /** The last line, when a crash cut it short; absent when every line is whole. */
  readonly torn?: { readonly line: number; readonly text: string };
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
export function parseJsonLines(text: string, options: DecodeOptions = {}): JsonLines {
  const name = options.name ?? 'JSON lines';
  const lines = text.split('\n');
  const records: Record<string, unknown>[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const parsed = parseObject(line);
    if ('record' in parsed) records.push(parsed.record);
    else if (index === lines.length - 1) return { records, torn: { line: index + 1, text: line } };
    else throw new DataError(`${name}, line ${index + 1}: ${parsed.problem}.`);
  }
  return { records };
}

function parseObject(line: string): { record: Record<string, unknown> } | { problem: string } {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { problem: `expected a JSON object, found ${line.slice(0, 40)}` };
    }
    return { record: value as Record<string, unknown> };
  } catch (error) {
    return { problem: `not JSON (${messageOf(error)})` };
  }
}
