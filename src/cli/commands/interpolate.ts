import { Command } from 'commander';
import { addCommonOptions, addEngineOptions, addExamples, choice, splitOption, whole } from '../arguments.ts';
import type { InterpolateFlags } from '../actions/interpolate.ts';
import type { Session } from '../session.ts';

export function interpolateCommand(session: Session): Command {
  const command = new Command('interpolate')
    .description('what lies between two examples: E[x|z] along the way from one to the other')
    .argument('<run>', "a run's folder")
    .requiredOption('-o, --output <file>', 'where to: .png (a pair a row), .npy, .csv or .json')
    .option('--data <data>', 'other data than it was trained on')
    .addOption(splitOption())
    .option('--pairs <n>', 'how many pairs of examples (default: 8)', whole(1))
    .option('--steps <n>', 'points on each path, both ends included (default: 10)', whole(2))
    .addOption(
      choice('--path <kind>', 'spherical keeps to where N(0, I) has its mass (default: linear)', [
        'linear',
        'spherical',
      ]),
    )
    .option('--seed <n>', 'which examples (default: 0)', whole(0));
  addExamples(
    addCommonOptions(addEngineOptions(command)),
    'rootsigma interpolate runs/digits-diagonal -o between.png',
    'rootsigma interpolate runs/digits-diagonal -o between.png --path spherical --seed 3',
  );
  return command.action(async (path: string, flags: InterpolateFlags) => {
    const { interpolate } = await import('../actions/interpolate.ts');
    await session.perform((context) => interpolate(context, path, flags), flags);
  });
}
