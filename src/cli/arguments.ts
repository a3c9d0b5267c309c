import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

/** Parses a whole number from `least` to `most`. Default: to 2^53 − 1. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const bounds = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`Expected a whole number ${bounds}.`);
  };
}

/** Parses a finite number; its range is checked where it is used. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number.');
}

/** Parses a number, or leaves a word as it is. */
export function numberOrWord(text: string): number | string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Parses `400,200`. */
export function wholeList(text: string): number[] {
  if (text.trim() === '') throw new InvalidArgumentError('Expected whole numbers with commas between, such as 64,32.');
  return text.split(',').map(whole(1));
}

/** Parses the widths of hidden layers, or `none`. */
export function widths(text: string): number[] {
  if (text.trim() === '') throw new InvalidArgumentError('Expected widths such as 400,200, or none.');
  return text === 'none' ? [] : wholeList(text);
}

/** Collects `--set a.b=c`; c is JSON where it is JSON, else text. */
export function setting(text: string, previous: Record<string, unknown> = {}): Record<string, unknown> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected path=value, such as training.optimizer.beta1=0.8.');
  const value = text.slice(at + 1);
  return { ...previous, [text.slice(0, at)]: parseJson(value) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** An option with a fixed set of values. */
export function choice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices([...choices]);
}

const engines = ['auto', 'onnxruntime-node', 'onnxruntime-web', 'reference'];

/** Options of commands that compute with a model. */
export function addEngineOptions(command: Command): Command {
  return command
    .optionsGroup('Machine:')
    .addOption(choice('--engine <name>', 'what computes (default: auto, the fastest that loads)', engines))
    .option('--threads <n>', 'threads for the engine (default: the physical cores)', whole(1));
}

/** Which examples of its data a command takes. */
export function splitOption(): Option {
  const what =
    'test (default where there is one), train, validation (held out of train, to choose the best epoch) or all';
  return choice('--split <name>', what, ['all', 'train', 'validation', 'test']);
}

/** Options of every command. */
export function addCommonOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--json', 'print one JSON object a line on stdout; text for people goes to stderr')
    .option('--debug', 'show where an error arose');
}

/** An option under its former name, which is still taken and no longer shown: see `underPresentFlags`. */
export function formerOption(flags: string, parse: (text: string) => unknown): Option {
  return new Option(flags).argParser(parse).hideHelp();
}

/** What becomes of text in a .csv or .tsv that a spreadsheet would run. */
export function formulasOption(): Option {
  return choice(
    '--formulas <how>',
    "text in a .csv or .tsv that a spreadsheet would run: 'guard' writes an apostrophe before it, which reading takes away (default: guard)",
    ['guard', 'keep'],
  );
}

/** A section at the end of a command's help. */
export function addExamples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`);
}
