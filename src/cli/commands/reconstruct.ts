import { Command } from 'commander';
import { addCommonOptions, addEngineOptions, addExamples, formulasOption, splitOption, whole } from '../arguments.ts';
import type { ReconstructFlags } from '../actions/reconstruct.ts';
import type { Session } from '../session.ts';

export function reconstructCommand(session: Session): Command {
  const command = new Command('reconstruct')
    .description('encode and decode examples: E[x|z] at the mean of q(z|x)')
    .argument('<run>', "a run's folder")
    .requiredOption(
      '-o, --output <file>',
      'where to: .png (each example above its reconstruction), or the reconstructions as .npy, .csv or .json',
    )
    .option('--data <data>', 'other data than it was trained on, also a single image or example')
    .addOption(splitOption())
    .option('--count <n>', 'how many (default: 40)', whole(1))
    .option('--seed <n>', 'choose them at random (default: the first ones)', whole(0))
    .option('--columns <n>', 'images a row, for .png (default: 10)', whole(1))
    .addOption(formulasOption());
  addExamples(
    addCommonOptions(addEngineOptions(command)),
    'rootsigma reconstruct runs/digits-diagonal -o reconstructions.png',
    'rootsigma reconstruct runs/digits-diagonal -o all.npy --count 10000',
  );
  return command.action(async (path: string, flags: ReconstructFlags) => {
    const { reconstruct } = await import('../actions/reconstruct.ts');
    await session.perform((context) => reconstruct(context, path, flags), flags);
  });
}
