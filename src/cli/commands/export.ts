import { Command } from 'commander';
import { addCommonOptions, addExamples, choice } from '../arguments.ts';
import type { ExportFlags } from '../actions/export.ts';
import type { Session } from '../session.ts';

export function exportCommand(session: Session): Command {
  const command = new Command('export')
    .description('encoder and decoder as ONNX, ε an explicit input, with the configuration')
    .argument('<run>', "a run's folder")
    .requiredOption('-o, --output <dir>', 'a folder of its own')
    .addOption(
      choice(
        '--root <kind>',
        'the encoder gives Σ^½ too, whatever factor its family has: outputs covariance, symmetric_root and, as it may take Newton–Schulz iterations, symmetric_root_residual',
        ['symmetric'],
      ),
    )
    .option('--overwrite', 'replace files there');
  addExamples(
    addCommonOptions(command),
    'rootsigma export runs/digits-diagonal -o exported',
    'rootsigma export runs/digits-full -o exported --root symmetric',
  );
  return command.action(async (path: string, flags: ExportFlags) => {
    const { exportModels } = await import('../actions/export.ts');
    await session.perform((context) => exportModels(context, path, flags), { ...flags, writesFolder: true });
  });
}
