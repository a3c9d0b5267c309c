import { Command } from 'commander';
import {
  addCommonOptions,
  addEngineOptions,
  addExamples,
  choice,
  formulasOption,
  number,
  splitOption,
  whole,
} from '../arguments.ts';
import type { ScoreFlags } from '../actions/score.ts';
import type { Session } from '../session.ts';

const methods = [
  'reconstruction',
  'reconstruction-probability',
  'elbo',
  'nll',
  'likelihood-ratio',
  'typicality',
  'balanced-elbo',
];

export function scoreCommand(session: Session): Command {
  const command = new Command('score')
    .description('how anomalous examples are: a score in nats for each, higher is more anomalous')
    .argument('<run>', "a run's folder")
    .requiredOption(
      '-o, --output <file>',
      'where to: .csv, .tsv or .parquet (a row an example), .npy, .json; .png for images',
    )
    .option('--data <data>', 'what to score, also a single image or example (default: what it was trained on)')
    .addOption(splitOption())
    .addOption(
      choice(
        '--method <name>',
        'which score (default: typicality for Bernoulli likelihoods, balanced-elbo for tables, else elbo)',
        methods,
      ),
    )
    .option('--draws <k>', 'draws of z an example (default: 16, for nll and likelihood-ratio 100)', whole(1))
    .option('--seed <n>', 'of the draws (default: 0)', whole(0))
    .option('--limit <n>', 'in a .png, show so many of the most anomalous (default: 16)', whole(1))
    .option('--explain', 'add what each column or pixel contributes to the reconstruction score, to a table')
    .option(
      '--contamination <share>',
      "set the run's threshold, which is kept: this share of its training examples are anomalies",
      number,
    )
    .option('--anomalies <classes>', 'the classes that are anomalies, such as 3,8: gives AUROC and AUPRC')
    .addOption(formulasOption());
  addExamples(
    addCommonOptions(addEngineOptions(command)),
    'rootsigma score runs/people --data new.csv -o scores.csv --explain --contamination 0.01',
    'rootsigma score runs/photos --split all -o scores.csv',
    'rootsigma score runs/photos --data new.jpg -o score.json',
    'rootsigma score runs/digits-diagonal -o strangest.png',
  );
  return command.action(async (path: string, flags: ScoreFlags) => {
    const { score } = await import('../actions/score.ts');
    await session.perform((context) => score(context, path, flags), { ...flags, stopsItself: true });
  });
}
