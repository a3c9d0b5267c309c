import { Command } from 'commander';
import { addCommonOptions, addEngineOptions, addExamples, splitOption, whole } from '../arguments.ts';
import type { LatentFlags } from '../actions/latent.ts';
import type { Session } from '../session.ts';

export function latentCommand(session: Session): Command {
  const command = new Command('latent')
    .description('where examples lie in latent space: a scatter plot of posterior means, coloured by label')
    .argument('<run>', "a run's folder")
    .requiredOption('-o, --output <file>', 'where to: .png')
    .option('--data <data>', 'other data than it was trained on')
    .addOption(splitOption())
    .option('--limit <n>', 'show the first n examples (default: 2000)', whole(1))
    .option('--ellipses', 'draw q(z|x) as ellipses (default: up to 200 examples)')
    .option('--no-ellipses', 'draw points only')
    .option('--probe', 'also say how well classes are read off the codes: k nearest neighbours and a linear probe');
  addExamples(
    addCommonOptions(addEngineOptions(command)),
    'rootsigma latent runs/digits-diagonal -o latent.png',
    'rootsigma latent runs/digits-diagonal -o latent.png --limit 150 --ellipses --probe',
  );
  return command.action(async (path: string, flags: LatentFlags) => {
    const { latent } = await import('../actions/latent.ts');
    await session.perform((context) => latent(context, path, flags), flags);
  });
}
