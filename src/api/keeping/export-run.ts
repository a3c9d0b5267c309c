import { DataError } from '../../core/index.ts';
import { jsonText } from '../../io/index.ts';
import type { Store } from '../../io/index.ts';
import { whyNoSamples } from '../model/why-no-samples.ts';
import type { TrainedModel } from '../model/trained-model.ts';
import { exportCard } from './export-card.ts';
import { exportOnnx } from './onnx-models.ts';
import type { OnnxOptions } from './onnx-models.ts';
import { exportScore } from './onnx-score.ts';
import { weightsOf } from './run-files.ts';

/** Options of `run.export` and `run.exportTo`. */
export interface ExportOptions extends OnnxOptions {
  /** Write into a folder that is not empty. Default: false. */
  readonly overwrite?: boolean | undefined;
}

/**
 * Writes the models, the configuration, the weights and what the models take and give, for use without this library; of a table what makes
 * rows the models' inputs in Python and JavaScript. Gives the names.
 */
export async function exportRun(
  run: TrainedModel,
  store: Store,
  { overwrite = false, root }: ExportOptions,
): Promise<string[]> {
  if (!overwrite && (await store.list()).length > 0) {
    throw new DataError(`${store.name}: is not empty. Choose another folder, or ask to overwrite.`);
  }
  const { model, parameters, standardization } = run;
  const models = exportOnnx(model, parameters, { root, standardization });
  const { encoder, decoder } = models;
  const prior = whyNoSamples(run) === undefined ? models.prior : undefined;
  const score = exportScore(model, parameters, { standardization });
  const files = {
    'encoder.onnx': encoder,
    'decoder.onnx': decoder,
    ...(prior && { 'prior.onnx': prior }),
    ...(models.classifier && { 'classifier.onnx': models.classifier }),
    ...(score && { 'score.onnx': score.bytes }),
    ...(run.config.data.table && (await rowEncoders())),
    'config.json': jsonText(run.config),
    'model.safetensors': await weightsOf(run),
    'README.md': exportCard(run, { root, scores: score?.outputs ?? [] }),
  };
  for (const [name, contents] of Object.entries(files)) await store.replace(name, contents);
  return Object.keys(files);
}

/** Fetched by exports of tables alone. */
async function rowEncoders(): Promise<Readonly<Record<string, string>>> {
  const { encodeJs, encodePy } = await import('./encoders/index.ts');
  return { 'encode.py': encodePy, 'encode.mjs': encodeJs };
}
