import { Command } from 'commander';
import { addCommonOptions, addEngineOptions, addExamples, formerOption, splitOption, whole } from '../arguments.ts';
import type { EvaluateFlags } from '../actions/evaluate.ts';
import type { Session } from '../session.ts';

export function evaluateCommand(session: Session): Command {
  const command = new Command('evaluate')
    .description('how well a run fits: ELBO, importance-sampled NLL, active units, KL per dimension (nats)')
    .argument('<run>', "a run's folder")
    .option('--data <data>', 'other data than it was trained on, also a single image or example')
    .addOption(splitOption())
    .option('--draws <k>', 'draws of z an example, for ELBO and NLL (default: 100)', whole(1))
    .addOption(formerOption('--samples <k>', whole(1)))
    .option('--limit <n>', 'take the first n examples (default: all)', whole(1))
    .option('--seed <n>', 'seed of the draws (default: 0)', whole(0));
  addExamples(
    addCommonOptions(addEngineOptions(command)).option('--quiet', 'no progress, no table'),
    'rootsigma evaluate runs/digits-diagonal',
    'rootsigma evaluate runs/digits-diagonal --draws 500 --limit 1000 --json',
  );
  return command.action(async (path: string, flags: EvaluateFlags) => {
    const { evaluate } = await import('../actions/evaluate.ts');
    await session.perform((context) => evaluate(context, path, flags), { ...flags, stopsItself: true });
  });
}
