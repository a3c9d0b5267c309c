import { DataError } from '../core/index.ts';
import { messageOf } from './bytes.ts';
import type { DecodeOptions } from './bytes.ts';
import { jsonFault } from './json-fault.ts';

/** Lists within lists, at most: what takes a value apart does so by recursion. */
export const mostDepth = 100;
/** Values in all: a table of 100,000 columns has some ten million in its configuration; each takes up to 60 bytes. */
const mostValues = 2 ** 24;

/**
 * What a JSON text says. What is nested deeper than 100 times, or holds more than 16 million values, is refused before it is read.
 *
 * @throws DataError that begins with `options.name`
 */
export function parseJson(text: string, options: DecodeOptions = {}): unknown {
  const name = options.name ?? 'JSON';
  checkExtent(text, name);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const fault = jsonFault(text);
    // A text that is longer than an engine takes, say.
    if (!fault) throw new DataError(`${name}: not JSON (${messageOf(error)}).`);
    const { line, column, expected, found } = fault;
    throw new DataError(`${name}: not JSON: line ${line}, column ${column}: expected ${expected}, found ${found}.`);
  }
}

/** @throws DataError for a value whose text would be longer than a string can be */
export function jsonText(value: unknown): string {
  try {
    return `${JSON.stringify(value, null, 2)}\n`;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DataError('a table of so many columns cannot be kept: its description is longer than a text can be.');
  }
}

function checkExtent(text: string, name: string): void {
  const [quote, comma, list, object, listEnd, objectEnd] = [34, 44, 91, 123, 93, 125];
  let [depth, values] = [0, 1];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfText(text, at) - 1;
    else if (code === comma) values++;
    else if (code === list || code === object) {
      values++;
      if (++depth > mostDepth) throw new DataError(`${name}: JSON nested more than ${mostDepth} times is not read.`);
    } else if (code === listEnd || code === objectEnd) depth--;
  }
  if (values > mostValues) {
    throw new DataError(
      `${name}: holds more than ${mostValues} values: as JSON so many are not read. Use .npy or .safetensors.`,
    );
  }
}

/** A value as a message shows it: its beginning, whatever its size. */
export function shown(value: unknown): string {
  const text = JSON.stringify(beginningOf(value, { left: 40 })) as string | undefined;
  if (text === undefined) return 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** A value with its first parts only; `left` is how many more are taken. */
function beginningOf(value: unknown, room: { left: number }): unknown {
  room.left--;
  if (typeof value === 'string') return value.length > 100 ? value.slice(0, 100) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (room.left < 0) return null;
  if (Array.isArray(value)) return value.slice(0, Math.max(1, room.left)).map((entry) => beginningOf(entry, room));
  const beginning: Record<string, unknown> = {};
  for (const key in value) {
    if (room.left <= 0) break;
    if (Object.hasOwn(value, key))
      beginning[key.slice(0, 100)] = beginningOf((value as Record<string, unknown>)[key], room);
  }
  return beginning;
}

/**
 * The first key that an object of `text` holds twice, with the nesting depth of that object (1 is the outermost), or
 * `undefined`. `JSON.parse` would silently keep the last. `text` must be valid JSON; texts in it may be of any length.
 */
export function findDuplicateKey(text: string): { key: string; depth: number } | undefined {
  const open: (Set<string> | undefined)[] = [];
  const structure = /["{}[\]]/g;
  const colon = /\s*:/y;
  for (let match = structure.exec(text); match; match = structure.exec(text)) {
    const [found] = match;
    if (found === '{') open.push(new Set());
    else if (found === '[') open.push(undefined);
    else if (found !== '"') open.pop();
    else {
      const end = endOfText(text, match.index);
      structure.lastIndex = end;
      colon.lastIndex = end;
      if (!colon.test(text)) continue;
      const key = JSON.parse(text.slice(match.index, end)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return { key, depth: open.length };
      keys?.add(key);
    }
  }
  return undefined;
}

/** Where a text in quotation marks ends that begins at `start`. A regular expression would run out of stack for long ones. */
function endOfText(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let first = quote;
    while (text[first - 1] === '\\') first--;
    if ((quote - first) % 2 === 0) return quote + 1;
  }
  return text.length;
}
