import { Command } from 'commander';
import { addCommonOptions, addEngineOptions, addExamples, choice, splitOption, whole } from '../arguments.ts';
import type { EncodeFlags } from '../actions/encode.ts';
import type { Session } from '../session.ts';

export function encodeCommand(session: Session): Command {
  const command = new Command('encode')
    .description('q(z|x) of examples, one a row: an embedding of data')
    .argument('<run>', "a run's folder")
    .requiredOption('-o, --output <file>', 'where to: .npy, .csv, .json or .parquet')
    .option('--data <data>', 'other data than it was trained on, also a single image or example')
    .addOption(splitOption())
    .option('--limit <n>', 'take the first n examples (default: all)', whole(1))
    .addOption(
      choice('--what <part>', 'of q(z|x) = N(mean, covariance) (default: mean)', ['mean', 'stddev', 'covariance']),
    )
    .option(
      '--names',
      "begin each row of a .csv or .parquet with the example's file or its place in the data; with a header",
    );
  addExamples(
    addCommonOptions(addEngineOptions(command)),
    'rootsigma encode runs/digits-diagonal -o embedding.csv',
    'rootsigma encode runs/digits-diagonal --split train --what stddev -o stddev.npy',
  );
  return command.action(async (path: string, flags: EncodeFlags) => {
    const { encode } = await import('../actions/encode.ts');
    await session.perform((context) => encode(context, path, flags), flags);
  });
}
