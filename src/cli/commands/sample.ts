import { Command } from 'commander';
import { addCommonOptions, addEngineOptions, addExamples, choice, formulasOption, whole } from '../arguments.ts';
import type { SampleFlags } from '../actions/sample.ts';
import type { Session } from '../session.ts';

export function sampleCommand(session: Session): Command {
  const command = new Command('sample')
    .description('draw new examples from a trained model: z ~ N(0, I), then x by p(x|z)')
    .argument('<run>', "a run's folder")
    .requiredOption(
      '-o, --output <file>',
      'where to: .png (one sheet), .npy, .csv, .json or .parquet; rows of a table: .csv, .tsv or .parquet',
    )
    .option('-n, --count <n>', 'how many (default: 64)', whole(1))
    .option('--no-missing', 'rows of a table: leave no value out, where training rows have gaps')
    .option('--seed <n>', 'which draws (default: 0)', whole(0))
    .addOption(
      choice(
        '--show <what>',
        'of p(x|z): its mean, its mode, or a draw with its noise (default: mean; for tables draw)',
        ['mean', 'mode', 'draw'],
      ),
    )
    .option('--columns <n>', 'images a row, for .png', whole(1))
    .addOption(formulasOption());
  addExamples(
    addCommonOptions(addEngineOptions(command)),
    'rootsigma sample runs/digits-diagonal -o samples.png',
    'rootsigma sample runs/digits-diagonal -o samples.npy --count 1000 --seed 7',
    'rootsigma sample runs/people-diagonal -o synthetic.csv --count 5000',
  );
  return command.action(async (path: string, flags: SampleFlags) => {
    const { sample } = await import('../actions/sample.ts');
    await session.perform((context) => sample(context, path, flags), flags);
  });
}
