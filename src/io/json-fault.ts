/** Where a text stops being JSON. */
export interface JsonFault {
  /** Both counted from 1; columns in UTF-16 units, as editors do. */
  readonly line: number;
  readonly column: number;
  /** What would be right there: `a value`. */
  readonly expected: string;
  /** What stands there instead. */
  readonly found: string;
}

const blank = /[ \t\n\r]*/y;
const plainNumber = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;
/** Of a text in quotation marks, up to what ends it, is escaped, or may not be in it. */
const letters = /[^"\\\u0000-\u001f]*/y;
const escape = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** Thrown and caught here. */
class Stop extends Error {
  readonly at: number;
  readonly expected: string;

  constructor(at: number, expected: string) {
    super(expected);
    this.at = at;
    this.expected = expected;
  }
}

/**
 * The first place at which `text` cannot go on as JSON; undefined where it is JSON. Each engine's `JSON.parse` says it in words of its own, and
 * some do not say where. Values that lie deeper than the stack must have been refused before.
 */
export function jsonFault(text: string): JsonFault | undefined {
  try {
    const end = skip(text, valueEnd(text, skip(text, 0)));
    return end === text.length ? undefined : faultAt(text, new Stop(end, 'the end'));
  } catch (stop) {
    if (stop instanceof Stop) return faultAt(text, stop);
    throw stop;
  }
}

function faultAt(text: string, { at, expected }: Stop): JsonFault {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const character = text.codePointAt(at);
  const found =
    character === undefined
      ? 'the end'
      : character < 0x20
        ? `the character U+${character.toString(16).toUpperCase().padStart(4, '0')}`
        : `'${String.fromCodePoint(character)}'`;
  return { line, column: at - before.lastIndexOf('\n'), expected, found };
}

/** The end of what a sticky expression finds at a place, or the place itself. */
function endOf(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : at;
}

function skip(text: string, at: number): number {
  return endOf(blank, text, at);
}

/** @throws Stop */
function valueEnd(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return textEnd(text, at);
  if (first === '{') return objectEnd(text, at);
  if (first === '[') return listEnd(text, at);
  const end = Math.max(endOf(plainNumber, text, at), endOf(word, text, at));
  if (end === at) throw new Stop(at, 'a value');
  return end;
}

function listEnd(text: string, start: number): number {
  let at = skip(text, start + 1);
  if (text[at] === ']') return at + 1;
  for (;;) {
    at = skip(text, valueEnd(text, at));
    if (text[at] === ']') return at + 1;
    if (text[at] !== ',') throw new Stop(at, "',' or ']'");
    at = skip(text, at + 1);
  }
}

function objectEnd(text: string, start: number): number {
  let at = skip(text, start + 1);
  if (text[at] === '}') return at + 1;
  for (;;) {
    if (text[at] !== '"') throw new Stop(at, 'a name in double quotes');
    at = skip(text, textEnd(text, at));
    if (text[at] !== ':') throw new Stop(at, "':'");
    at = skip(text, valueEnd(text, skip(text, at + 1)));
    if (text[at] === '}') return at + 1;
    if (text[at] !== ',') throw new Stop(at, "',' or '}'");
    at = skip(text, at + 1);
  }
}

function textEnd(text: string, start: number): number {
  for (let at = start + 1; ;) {
    at = endOf(letters, text, at);
    if (text[at] === '"') return at + 1;
    const end = text[at] === '\\' ? endOf(escape, text, at) : at;
    if (end === at)
      throw new Stop(at, text[at] === '\\' ? 'an escape such as \\n or \\u00e9' : 'the closing double quote');
    at = end;
  }
}
