import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Option } from 'commander';
import type { CommandGroup, CommandRow } from './command-row.ts';
import { commands } from './commands/index.ts';
import { RepeatedOption } from './flags.ts';
import { printableLines } from './given-text.ts';
import type { PerformOptions, Session } from './session.ts';

/**
 * Every command with its options and help, for what `argv` names. What a command does is imported when it runs: help needs nothing but the
 * parser, and starts in a blink.
 */
export async function createProgram(session: Session, argv: readonly string[]): Promise<Command> {
  const { stdout, stderr } = session.context;
  const program = new Command('rootsigma')
    .description('Train, evaluate and explore variational autoencoders: z = μ(x) + Σ(x)^½ ε.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      // It repeats what it was given.
      writeErr: (text) => stderr.write(printableLines(text, argv)),
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText(
      'after',
      `
First steps:
  rootsigma train digits --epochs 5          train on digits drawn by code
  rootsigma evaluate runs/digits-diagonal    ELBO, NLL, active units
  rootsigma COMMAND --help                   options and examples of a command
`,
    );
  for (const row of commands) program.addCommand(inherit(await commandOf(row, session, argv), program));
  return program;
}

async function commandOf(row: CommandRow | CommandGroup, session: Session, argv: readonly string[]): Promise<Command> {
  const command = new Command(row.name).description(row.summary);
  if ('commands' in row) {
    for (const inner of row.commands) command.addCommand(await commandOf(inner, session, argv));
    return command.helpCommand(false);
  }
  const { args = [], stopsItself, writesFolder, parted } = row;
  for (const [syntax, what] of args) command.argument(syntax, what);
  const { options } = row;
  // What has to be loaded for them is loaded for who names the command.
  const known = typeof options !== 'function' ? options : argv.includes(row.name) ? await options() : [];
  for (const option of known) {
    command.addOption(option);
    if (!(option instanceof RepeatedOption)) refuseTwice(command, option);
  }
  // Where -h stands.
  command.optionsGroup('Output:');
  command.addHelpText('after', `\nExamples:\n${row.examples.map((line) => `  ${line}`).join('\n')}\n`);
  return command.action(async (...given: readonly unknown[]) => {
    // Arguments and flags are what the row's own parsers made of them.
    const [values, flags] = [given.slice(0, args.length) as never, given[args.length] as never];
    await session.perform((context) => row.run(context, values, flags), {
      ...(flags as PerformOptions),
      stopsItself,
      writesFolder,
      parted,
      name: row.name,
      argv,
    });
  });
}

/** Of two values one would be lost without a word. A flag without a value says the same twice. */
function refuseTwice(command: Command, option: Option): void {
  if (option.variadic || (!option.required && !option.optional)) return;
  let first: string | undefined;
  command.on(`option:${option.name()}`, (value: string) => {
    if (first === undefined) first = value;
    else command.error(`error: option '${option.flags}' takes one value, and is given '${first}' and '${value}'.`);
  });
}

/** Errors, output and help of the program, for a command and its own commands. */
function inherit(command: Command, program: Command): Command {
  command.copyInheritedSettings(program).helpOption('-h, --help', 'print help');
  for (const inner of command.commands) inherit(inner, program);
  return command;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
