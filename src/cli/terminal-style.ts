import type { CliContext, TextSink } from './context.ts';

/** A line with an attribute: the only way in which a code of the terminal is written. */
export interface StyledLine {
  readonly text: string;
  /** What stands before and after it; empty where there are no attributes. */
  readonly open: string;
  readonly close: string;
}

/** Attributes of lines for a terminal, or none: NO_COLOR, a dumb terminal and files get plain text. */
export interface Style {
  readonly bold: (text: string) => StyledLine;
  readonly red: (text: string) => StyledLine;
  readonly yellow: (text: string) => StyledLine;
}

export function styleFor(sink: TextSink, env: CliContext['env']): Style {
  const { NO_COLOR: noColor = '', TERM: term } = env;
  const color = sink.isTTY === true && noColor === '' && term !== 'dumb';
  const attribute =
    (open: number, close: number) =>
    (text: string): StyledLine =>
      color ? { text, open: `\u001b[${open}m`, close: `\u001b[${close}m` } : { text, open: '', close: '' };
  return { bold: attribute(1, 22), red: attribute(31, 39), yellow: attribute(33, 39) };
}
