import type { Option } from 'commander';
import type { CommandGroup, CommandRow } from './command-row.ts';

/** What comes after a flag, or as an argument. */
export interface Expected {
  readonly kind: 'nothing' | 'words' | 'file' | 'folder' | 'text';
  readonly words: readonly string[];
}

/** A flag, as shells complete it. */
export interface CompletedFlag {
  /** With their dashes: `-o`, `--output`. */
  readonly names: readonly string[];
  readonly what: string;
  readonly value: Expected;
}

/** A command with all that may follow it. Of a group the commands are its words, and each stands for itself besides: `gaussian sample`. */
export interface CompletedCommand {
  readonly name: string;
  readonly what: string;
  readonly flags: readonly CompletedFlag[];
  readonly argument: Expected;
}

const help: CompletedFlag = { names: ['-h', '--help'], what: 'print help', value: { kind: 'nothing', words: [] } };

/** What the help calls its values by, where they are files or folders. */
const files = /^(file|data|matrix|path|config|csv|json)/;
const folders = /^(dir|folder|run|runs|place)/;

/** The commands of the table, with their options, in one list. @param words of arguments, by how they are called */
export async function completedCommands(
  rows: readonly (CommandRow | CommandGroup)[],
  words: Readonly<Record<string, readonly string[]>>,
  prefix = '',
): Promise<CompletedCommand[]> {
  const found: CompletedCommand[] = [];
  for (const row of rows) {
    const name = prefix + row.name;
    if ('commands' in row) {
      const inner = row.commands.map((each) => each.name);
      found.push({ name, what: row.summary, flags: [help], argument: { kind: 'words', words: inner } });
      found.push(...(await completedCommands(row.commands, words, `${name} `)));
      continue;
    }
    const options = typeof row.options === 'function' ? await row.options() : row.options;
    const [syntax] = row.args?.[0] ?? [];
    found.push({
      name,
      what: row.summary,
      flags: [...options.filter(({ hidden }) => !hidden).map(flagOf), help],
      argument: syntax === undefined ? { kind: 'nothing', words: [] } : expectedAs(syntax, words[`${name} ${bare(syntax)}`]), // prettier-ignore
    });
  }
  return found;
}

function flagOf(option: Option): CompletedFlag {
  const names = [option.short, option.long].filter((name) => name !== undefined);
  const takesValue = option.required || option.optional;
  const value: Expected = takesValue ? expectedAs(option.flags, option.argChoices) : { kind: 'nothing', words: [] };
  return { names, what: firstClause(option.description), value };
}

/** The name of a value or argument: `run` of `<run>`, `dir` of `-o, --out <dir>`. */
function bare(syntax: string): string {
  return /[<[]([a-z]+)/.exec(syntax)?.[1] ?? '';
}

function expectedAs(syntax: string, words: readonly string[] = []): Expected {
  const name = bare(syntax);
  if (files.test(name)) return { kind: 'file', words };
  if (folders.test(name)) return { kind: 'folder', words };
  return words.length > 0 ? { kind: 'words', words } : { kind: 'text', words: [] };
}

/** Beside a flag there is room for a few words. */
function firstClause(text: string): string {
  const [clause = ''] = text.split(/[;:(]|\. /);
  return clause.trim().replace(/^(.{72}).+$/s, '$1…');
}
