import type { CommandContext, CommandGroup, CommandRow } from '../command-row.ts';
import { completedCommands } from '../completion.ts';
import { bashCompletion, fishCompletion, zshCompletion } from '../completion-scripts.ts';
import { UsageError } from '../errors.ts';
import { outputOptions } from '../flags.ts';
import type { OutputOptions } from '../output.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
type Shell = keyof typeof scripts;
const shells = Object.keys(scripts) as Shell[];

/** @param rows every command, this one among them */
export function completionCommand(
  rows: () => readonly (CommandRow | CommandGroup)[],
): CommandRow<[shell: string], OutputOptions> {
  return {
    name: 'completion',
    summary: 'a script by which a shell completes commands, flags, their values and files',
    args: [['<shell>', shells.join(', ')]],
    options: outputOptions,
    examples: [
      'eval "$(rootsigma completion bash)"',
      'rootsigma completion zsh > ~/.zfunc/_rootsigma',
      'rootsigma completion fish > ~/.config/fish/completions/rootsigma.fish',
    ],
    run: (context, [shell]) => write(context, shell, rows()),
  };
}

async function write(
  { output, library }: CommandContext,
  shell: string,
  rows: readonly (CommandRow | CommandGroup)[],
): Promise<undefined> {
  if (!shells.includes(shell as Shell)) throw new UsageError(`completion: '${shell}' is none of ${shells.join(', ')}.`);
  const datasets = library.listDatasets().map(({ name }) => name);
  const words = {
    'train data': datasets,
    'completion shell': shells,
    'presets name': library.presets.map(({ name }) => name),
  };
  const script = scripts[shell as Shell](await completedCommands(rows, words));
  if (output.json) output.record({ shell, script });
  output.say(...script.trimEnd().split('\n'));
  return undefined;
}
