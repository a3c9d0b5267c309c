import type { CommandContext, CommandRow } from '../command-row.ts';
import { openRun } from '../open-run.ts';
import { choice, option, outputOptions, required } from '../flags.ts';
import type { OutputOptions } from '../output.ts';

interface ExportFlags extends OutputOptions {
  readonly output: string;
  readonly overwrite?: boolean;
  readonly root?: 'symmetric';
}

export const exportCommand: CommandRow<[path: string], ExportFlags> = {
  name: 'export',
  summary:
    'encoder, decoder, prior and scores as ONNX, ε an explicit input; of a table also what makes its rows inputs in Python and JavaScript',
  args: [['<run>', "a run's folder"]],
  options: [
    required('-o, --output <dir>', 'a folder of its own'),
    choice(
      '--root <kind>',
      'the encoder gives Σ^½ too, whatever factor its family has: outputs covariance, symmetric_root and, as it may take Newton–Schulz iterations, symmetric_root_residual',
      ['symmetric'],
    ),
    option('--overwrite', 'replace files there'),
    ...outputOptions,
  ],
  examples: [
    'rootsigma export runs/digits-diagonal -o exported',
    'rootsigma export runs/digits-full -o exported --root symmetric',
  ],
  writesFolder: true,
  run: exportModels,
};

async function exportModels(context: CommandContext, [path]: [path: string], flags: ExportFlags): Promise<undefined> {
  const { output } = context;
  const { output: folder, overwrite, root } = flags;
  // Nothing is computed: no engine is needed.
  const run = await openRun(context, path, { engine: 'reference' });
  const files = await run.exportTo(folder, { overwrite, root });
  if (output.json) output.record({ files });
  output.say(...files);
  return undefined;
}
