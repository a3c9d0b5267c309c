import { Command } from 'commander';
import { addCommonOptions, addExamples } from '../arguments.ts';
import type { OutputOptions } from '../output.ts';
import type { Session } from '../session.ts';

export function datasetsCommand(session: Session): Command {
  const command = new Command('datasets').description('list the data sets that need no files');
  addExamples(addCommonOptions(command), 'rootsigma datasets', 'rootsigma datasets --json');
  return command.action(async (flags: OutputOptions) => {
    const { datasets } = await import('../actions/datasets.ts');
    await session.perform(datasets, flags);
  });
}
