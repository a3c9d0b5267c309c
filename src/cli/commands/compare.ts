import { Command } from 'commander';
import { addCommonOptions, addEngineOptions, addExamples, formerOption, splitOption, whole } from '../arguments.ts';
import type { CompareFlags } from '../actions/compare.ts';
import type { Session } from '../session.ts';

export function compareCommand(session: Session): Command {
  const command = new Command('compare')
    .description('evaluate runs on the same examples with the same draws, side by side')
    .argument('<runs...>', 'folders of runs')
    .option('--data <data>', 'the examples (default: what the first run was trained on)')
    .addOption(splitOption())
    .option('--draws <k>', 'draws of z an example, for the NLL (default: 100)', whole(1))
    .addOption(formerOption('--samples <k>', whole(1)))
    .option('--limit <n>', 'take the first n examples (default: all)', whole(1))
    .option('--seed <n>', 'seed of the draws (default: 0)', whole(0));
  addExamples(
    addCommonOptions(addEngineOptions(command)),
    'rootsigma compare runs/digits-diagonal runs/digits-full',
    'rootsigma compare runs/* --limit 1000 --json',
  );
  return command.action(async (paths: readonly string[], flags: CompareFlags) => {
    const { compare } = await import('../actions/compare.ts');
    await session.perform((context) => compare(context, paths, flags), { ...flags, stopsItself: true });
  });
}
