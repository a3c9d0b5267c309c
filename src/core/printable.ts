/**
 * Characters that act on a terminal or on the order of text instead of being shown: control characters (C0, DEL, C1), line
 * and paragraph separators, marks and overrides of direction, invisible formats and tags.
 */
const acting = /[\0-\x1F\x7F-\x9F\u061C\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;
const named: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** One line of text for people, in which what would act on the terminal is written out: ESC as `\x1b`. */
export function printable(text: string): string {
  return text.replace(acting, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return (
      named[character] ??
      (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${code < 0x10000 ? hex(code, 4) : `{${hex(code, 5)}}`}`)
    );
  });
}

/** JSON text with the same characters escaped as JSON has it: it reads as the same value. */
export function printableJson(json: string): string {
  return json.replace(acting, (character) =>
    Array.from({ length: character.length }, (_, unit) => `\\u${hex(character.charCodeAt(unit), 4)}`).join(''),
  );
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
