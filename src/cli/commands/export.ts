import { Command } from 'commander';
import { addCommonOptions, addExamples } from '../arguments.ts';
import type { ExportFlags } from '../actions/export.ts';
import type { Session } from '../session.ts';

export function exportCommand(session: Session): Command {
  const command = new Command('export')
    .description('encoder and decoder as ONNX, ε an explicit input, with the configuration')
    .argument('<run>', "a run's folder")
    .requiredOption('-o, --output <dir>', 'a folder of its own')
    .option('--overwrite', 'replace files there');
  addExamples(addCommonOptions(command), 'rootsigma export runs/digits-diagonal -o exported');
  return command.action(async (path: string, flags: ExportFlags) => {
    const { exportModels } = await import('../actions/export.ts');
    await session.perform((context) => exportModels(context, path, flags), flags);
  });
}
