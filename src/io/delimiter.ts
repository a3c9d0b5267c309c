import { ValueError } from '../core/index.ts';

const words: Readonly<Record<string, string>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  '\\t': '\t',
  bar: '|',
  pipe: '|',
  space: ' ',
  blank: ' ',
  whitespace: ' ',
};

/** The character that the option says. @throws ValueError for more than one, or one beyond ASCII */
export function delimiterNamed(delimiter: string): string {
  const character = Object.hasOwn(words, delimiter) ? words[delimiter]! : delimiter;
  if (character.length !== 1 || '"\n\r'.includes(character) || character.charCodeAt(0) > 127) {
    throw new ValueError(`delimiter: expected one character (or tab, space), got ${JSON.stringify(delimiter)}.`);
  }
  return character;
}

/** A delimiter in words. */
export function delimiterWord(delimiter: string): string {
  const names: Readonly<Record<string, string>> = { '\t': 'a tab', ' ': 'blanks', ',': 'a comma', ';': 'a semicolon' };
  return names[delimiter] ?? `'${delimiter}'`;
}
