import { printable, printableJson } from '../core/index.ts';
import type { CliContext } from './context.ts';
import { printableLines } from './given-text.ts';
import { styleFor } from './terminal-style.ts';
import type { Style, StyledLine } from './terminal-style.ts';

export interface OutputOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/**
 * What a command says: results for people or for programs on stdout, everything on the way on stderr. Names come from files:
 * characters that would act on the terminal are written out.
 */
export class Output {
  /** Whether stdout gets one JSON object a line; text for people then goes to stderr. */
  readonly json: boolean;
  readonly quiet: boolean;
  /** Of what `say` writes. */
  readonly style: Style;
  readonly #context: CliContext;
  /** What stands on the terminal's last line, to be drawn over. */
  #status = '';
  readonly #noticed = new Set<string>();
  /** Lines that `redraw` has drawn last. */
  #drawn = 0;

  constructor(context: CliContext, options: OutputOptions = {}) {
    this.#context = context;
    this.json = options.json ?? false;
    this.quiet = options.quiet ?? false;
    this.style = styleFor(this.#results, context.env);
  }

  /** Whether a status line can be redrawn in place. */
  get isLive(): boolean {
    return this.#context.stderr.isTTY === true && this.#context.env.TERM !== 'dumb' && !this.quiet;
  }

  get columns(): number {
    return this.#context.stderr.columns ?? 80;
  }

  /** One object on one line of stdout. JSON has no NaN and no infinity: they become null. */
  record(value: object): void {
    this.#context.stdout.write(`${printableJson(JSON.stringify(value))}\n`);
  }

  /** A result for people. */
  say(...lines: readonly (string | StyledLine)[]): void {
    if (this.quiet) return;
    this.clearStatus();
    for (const line of lines) this.#results.write(`${shown(line)}\n`);
  }

  /** Whether results can be drawn over. */
  get canRedraw(): boolean {
    return !this.json && this.#context.stdout.isTTY === true && this.#context.env.TERM !== 'dumb';
  }

  /** Results in place of those that the last call drew, where `canRedraw`: as many lines as the window has, each cut at its width. */
  redraw(lines: readonly (string | StyledLine)[]): void {
    if (this.quiet) return;
    const { columns = 80, rows = 24 } = this.#context.stdout;
    const most = Math.max(1, rows - 2);
    const left = lines.length - most;
    const seen =
      left > 0 ? [...lines.slice(0, most), `… and ${left} more lines, for which the window has no room`] : lines;
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : '';
    const text = seen.map((line) => `${shown(cutTo(line, columns))}\n`).join('');
    // What still is too wide (letters of two columns) ends at the border, and takes no second line.
    this.#context.stdout.write(`${up}\r\u001b[J\u001b[?7l${text}\u001b[?7h`);
    this.#drawn = seen.length;
  }

  /** What a person should know on the way. */
  note(...lines: readonly string[]): void {
    if (this.quiet) return;
    this.clearStatus();
    for (const line of lines) this.#context.stderr.write(`${shown(line)}\n`);
  }

  /** What the library says on the way, each line once a command: several of its steps may read the same data. */
  readonly notice = (line: string): void => {
    if (this.#noticed.has(line)) return;
    this.#noticed.add(line);
    this.note(line);
  };

  /** What went wrong, in one line or several: said even when quiet. `argv` is what it may repeat of the user's. */
  error(message: string, argv: readonly string[] = []): void {
    this.clearStatus();
    const { red } = styleFor(this.#context.stderr, this.#context.env);
    this.#context.stderr.write(`${shown(red('error:'))} ${printableLines(message, argv)}\n`);
  }

  /** Replaces the terminal's last line; nothing where lines cannot be redrawn. */
  status(text: string): void {
    if (!this.isLive) return;
    this.#status = printable(text).slice(0, this.columns - 1);
    this.#context.stderr.write(`\r\u001b[2K${this.#status}`);
  }

  clearStatus(): void {
    if (this.#status === '') return;
    this.#status = '';
    this.#context.stderr.write('\r\u001b[2K');
  }

  get #results(): CliContext['stdout'] {
    return this.json ? this.#context.stderr : this.#context.stdout;
  }
}

function shown(line: string | StyledLine): string {
  if (typeof line === 'string') return printable(line);
  return `${line.open}${printable(line.text)}${line.close}`;
}

function cutTo(line: string | StyledLine, columns: number): string | StyledLine {
  const text = typeof line === 'string' ? line : line.text;
  if (text.length <= columns) return line;
  const cut = `${text.slice(0, columns - 1)}…`;
  return typeof line === 'string' ? cut : { ...line, text: cut };
}
