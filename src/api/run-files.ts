import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, NumericalError, version } from '../core/index.ts';
import { RunFolder, writeFileAtomic, writeSafetensorsFile } from '../io/node/index.ts';
import { exportCard } from './export-card.ts';
import { modelCard } from './model-card.ts';
import type { TrainingSummary } from './model-card.ts';
import { exportOnnx } from './onnx-models.ts';
import type { OnnxOptions } from './onnx-models.ts';
import { comparison, isImageShape, sheet } from './pictures.ts';
import type { Run } from './run.ts';
import { writeTable } from './table-files.ts';

/** Writes a run that lives in memory as a run folder. */
export async function saveRun(run: Run, path: string, options: { readonly overwrite?: boolean } = {}): Promise<void> {
  const folder = RunFolder.create(path, options);
  folder.writeConfig(run.config);
  await writeRunFiles(folder, run);
}

export interface ExportOptions extends OnnxOptions {
  /** Write into a folder that is not empty. Default: false. */
  readonly overwrite?: boolean | undefined;
}

/** Writes the models, the configuration and what the models take and give, for use without this library. Gives the paths. */
export function exportRun(run: Run, path: string, { overwrite = false, root }: ExportOptions): string[] {
  if (!overwrite && existsSync(path) && readdirSync(path).length > 0) {
    throw new DataError(`${path}: is not empty. Choose another folder, or ask to overwrite.`);
  }
  const { encoder, decoder } = exportOnnx(run.model, run.parameters, { root });
  const files = {
    'encoder.onnx': encoder,
    'decoder.onnx': decoder,
    'config.json': `${JSON.stringify(run.config, null, 2)}\n`,
    'README.md': exportCard(run, { root }),
  };
  return Object.entries(files).map(([name, contents]) => {
    const file = join(path, name);
    writeFileAtomic(file, contents);
    return file;
  });
}

/** The files of a finished run besides config, metrics and checkpoints. */
export async function writeRunFiles(folder: RunFolder, run: Run, summary?: TrainingSummary): Promise<void> {
  for (const [name, { data }] of Object.entries(run.parameters)) {
    const wrong = data.find((value) => !Number.isFinite(value));
    if (wrong !== undefined)
      throw new NumericalError(`save: the parameter '${name}' holds ${wrong}; nothing was written.`);
  }
  writeSafetensorsFile(folder.model, run.parameters, { metadata: { format: 'rootsigma', version } });
  const { encoder, decoder } = exportOnnx(run.model, run.parameters);
  writeFileAtomic(folder.encoder, encoder);
  writeFileAtomic(folder.decoder, decoder);
  if (isImageShape(run.exampleShape)) {
    writeFileAtomic(folder.samples, sheet(await run.sample(64)));
    const { originals, reconstructions } = await run.testReconstructions(40);
    writeFileAtomic(folder.reconstructions, comparison(originals, reconstructions));
  }
  if (run.config.data.table) {
    await writeTable(folder.rows, await run.sampleTable(1000));
  }
  writeFileAtomic(folder.card, modelCard(run, folder.path, summary));
}
