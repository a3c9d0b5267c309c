import type { CliContext, TextSink } from './context.ts';

/** Text attributes for a terminal, or none: NO_COLOR, a dumb terminal and files get plain text. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
}

export function styleFor(sink: TextSink, env: CliContext['env']): Style {
  const { NO_COLOR: noColor = '', TERM: term } = env;
  const colour = sink.isTTY === true && noColor === '' && term !== 'dumb';
  const attribute =
    (open: number, close: number) =>
    (text: string): string =>
      colour ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return { bold: attribute(1, 22), dim: attribute(2, 22), red: attribute(31, 39), yellow: attribute(33, 39) };
}
