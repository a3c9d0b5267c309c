import { Command } from 'commander';
import { addCommonOptions, addEngineOptions, addExamples, number, whole, wholeList } from '../arguments.ts';
import type { TraverseFlags } from '../actions/traverse.ts';
import type { Session } from '../session.ts';

export function traverseCommand(session: Session): Command {
  const command = new Command('traverse')
    .description('what each latent dimension does: E[x|z] as one runs through its range and the others stay')
    .argument('<run>', "a run's folder")
    .requiredOption(
      '-o, --output <file>',
      'where to: .png (a dimension a row, those of highest KL first), .npy, .csv or .json',
    )
    .option('--dimensions <list>', 'which, as evaluate numbers them: 1,4,7 (default: all)', wholeList)
    .option('--range <r>', 'from −r to r (default: 3)', number)
    .option('--steps <n>', 'points on each path (default: 9)', whole(2))
    .option('--example <n>', 'start from the mean of q(z|x) of test example n, from 1 (default: z = 0)', whole(1));
  addExamples(
    addCommonOptions(addEngineOptions(command)),
    'rootsigma traverse runs/digits-diagonal -o dimensions.png',
    'rootsigma traverse runs/digits-diagonal -o seven.png --example 8 --dimensions 1,2,3',
  );
  return command.action(async (path: string, flags: TraverseFlags) => {
    const { traverse } = await import('../actions/traverse.ts');
    await session.perform((context) => traverse(context, path, flags), flags);
  });
}
