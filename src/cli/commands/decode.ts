import { Command } from 'commander';
import { addCommonOptions, addEngineOptions, addExamples, formulasOption, whole } from '../arguments.ts';
import type { DecodeFlags } from '../actions/decode.ts';
import type { Session } from '../session.ts';

export function decodeCommand(session: Session): Command {
  const command = new Command('decode')
    .description('E[x|z] of given codes')
    .argument('<run>', "a run's folder")
    .requiredOption('--data <file>', 'codes z, one a row, as .npy, .csv, .json or .parquet; - reads stdin')
    .requiredOption('-o, --output <file>', 'where to: .png (one sheet), .npy, .csv, .json or .parquet')
    .option('--columns <n>', 'images a row, for .png', whole(1))
    .addOption(formulasOption());
  addExamples(
    addCommonOptions(addEngineOptions(command)),
    'rootsigma decode runs/digits-diagonal --data embedding.csv -o decoded.png',
  );
  return command.action(async (path: string, flags: DecodeFlags) => {
    const { decode } = await import('../actions/decode.ts');
    await session.perform((context) => decode(context, path, flags), flags);
  });
}
