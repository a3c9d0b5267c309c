import { Option } from 'commander';
import { given, whole } from './flag-values.ts';

/** An option, with what makes a value of its text; without, the text is the value. */
export function option<T>(flags: string, what: string, parse?: (text: string, previous: T) => T): Option {
  const made = new Option(flags, what);
  return parse ? made.argParser(parse) : made;
}

/** An option that may come more than once: what it comes to is collected. Others are refused when they do. */
export class RepeatedOption extends Option {
  constructor(flags: string, what: string, collect: (text: string, previous?: never) => string | object) {
    super(flags, what);
    this.argParser<unknown>((text, previous) => collect(text, previous as never));
  }
}

/** An option under its former name, which is still taken and no longer shown: see `underPresentFlags`. */
export function formerOption<T>(flags: string, parse: (text: string, previous: T) => T): Option {
  return option(flags, '', parse).hideHelp();
}

/** An option that must be given. */
export function required(flags: string, what: string): Option {
  return new Option(flags, what).makeOptionMandatory();
}

/** An option with a fixed set of values. */
export function choice(flags: string, what: string, choices: readonly string[]): Option {
  return new Option(flags, what).choices([...choices]);
}

/** Options under a heading of their own in the help. */
export function group(heading: string, ...options: readonly Option[]): readonly Option[] {
  return options.map((each) => each.helpGroup(`${heading}:`));
}

/** Of commands that compute with a model. */
export const engineOptions = group(
  'Machine',
  choice('--engine <name>', 'what computes (default: auto, the fastest that loads)', [
    'auto',
    'onnxruntime-node',
    'onnxruntime-web',
    'reference',
  ]),
  option('--threads <n>', 'threads for the engine (default: the physical cores)', whole(1)),
);

/** Of every command. */
export const outputOptions = group(
  'Output',
  option('--json', 'print one JSON object a line on stdout; text for people goes to stderr'),
  option('-q, --quiet', 'no text for people, no progress and no notices: files, --json and errors alone'),
  option('--debug', 'show where an error arose'),
);

/** Which examples of its data a command takes. */
export const splitOption = choice(
  '--split <name>',
  'test (default where there is one), train, validation (held out of train, to choose the best epoch) or all',
  ['all', 'train', 'validation', 'test'],
);

/** Of a model with a condition: that of examples or codes which come without. */
export const givenOption = new RepeatedOption(
  '--given <condition>',
  'of a model with a condition, which one where the data do not say: label=3, or colour=red,size=3; repeatable',
  given,
);

/** What becomes of text in a .csv or .tsv that a spreadsheet would run. */
export const formulasOption = choice(
  '--formulas <how>',
  "text in a .csv or .tsv that a spreadsheet would run: 'guard' writes an apostrophe before it, which reading takes away (default: guard)",
  ['guard', 'keep'],
);

/** How examples are evaluated. @param what the draws are for */
export function evaluationOptions(what: string): readonly Option[] {
  return [
    splitOption,
    option('--draws <k>', `draws of z an example, for ${what} (default: 100)`, whole(1)),
    formerOption('--samples <k>', whole(1)),
    option('-n, --limit <n>', 'take the first n examples (default: all)', whole(1)),
    option('--seed <n>', 'seed of the draws (default: 0)', whole(0)),
    ...engineOptions,
    ...outputOptions,
  ];
}
