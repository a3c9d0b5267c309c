import { printable } from '../core/index.ts';

/**
 * A message of one line or several, for the terminal: what acts on it is written out, line breaks too where they stand in what the user has
 * given (a file's name), and are none of the message.
 */
export function printableLines(message: string, argv: readonly string[]): string {
  // `--data=x` names x.
  const given = argv.flatMap((argument) => [argument, argument.slice(argument.indexOf('=') + 1)]);
  const acting = given.filter((text) => text !== printable(text)).sort((a, b) => b.length - a.length);
  const quoted = acting.reduce((text, each) => text.replaceAll(each, printable(each)), message);
  return quoted.split('\n').map(printable).join('\n');
}
