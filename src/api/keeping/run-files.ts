import { NumericalError, version } from '../../core/index.ts';
import type { NdArray } from '../../core/index.ts';
import { comparison, isImageShape, sheet } from '../../drawing/index.ts';
import { RunFolder, runFile } from './run-folder.ts';
import { encodeSafetensors, formatTableCsv, seal, unsealed } from '../../io/index.ts';
import type { Store, Table } from '../../io/index.ts';
import { modelCard } from './model-card.ts';
import type { TrainingSummary } from './model-card.ts';
import { exportOnnx } from './onnx-models.ts';
import { asShades } from '../model/shades.ts';
import { whyNoSamples } from '../model/why-no-samples.ts';
import type { TrainedModel } from '../model/trained-model.ts';
import { standardizationTensors } from '../data/standardization.ts';

/** What a run's folder holds of it: the model, and what it makes. */
export interface KeptRun extends TrainedModel {
  sample(count: number): Promise<NdArray>;
  sampleTable(count: number): Promise<Table>;
  testReconstructions(count: number): Promise<{ readonly originals: NdArray; readonly reconstructions: NdArray }>;
}

/** Writes a run that lives in memory as a run folder. */
export async function saveRun(
  run: KeptRun,
  store: Store,
  options: { readonly overwrite?: boolean } = {},
): Promise<void> {
  const folder = await RunFolder.create(store, { ...options, parts: run.parts });
  await folder.writeConfig(run.config);
  await writeRunFiles(folder, run);
}

/** What the model learned, and how its data are standardised: the contents of model.safetensors, sealed by its SHA-256. */
export async function weightsOf({
  parameters,
  standardization,
  conditions,
}: Pick<TrainedModel, 'parameters' | 'standardization' | 'conditions'>): Promise<Uint8Array<ArrayBuffer>> {
  const ofData = { ...(standardization && standardizationTensors(standardization)), ...conditions?.tensors() };
  const tensors = { ...parameters, ...ofData };
  const file = encodeSafetensors(tensors, { metadata: { ...unsealed, format: 'rootsigma', version } });
  await seal(file);
  return file;
}

/** Of samples.csv: a thousand rows, or fewer where a table has thousands of columns. */
const mostCells = 2 ** 21;

/** How the files of a run are written. */
export interface RunFilesOptions {
  /** How its training went. */
  readonly summary?: TrainingSummary;
  /** Default: the store's own, which ends at the first file that cannot be written. */
  readonly replace?: Store['replace'];
}

/** The files of a finished run besides config, metrics and checkpoints: the model first. */
export async function writeRunFiles(folder: RunFolder, run: KeptRun, options: RunFilesOptions = {}): Promise<void> {
  for (const [name, { data }] of Object.entries(run.parameters)) {
    const wrong = data.find((value) => !Number.isFinite(value));
    if (wrong !== undefined)
      throw new NumericalError(`save: the parameter '${name}' holds ${wrong}; nothing was written.`);
  }
  const { store } = folder;
  const { summary, replace = store.replace.bind(store) } = options;
  const { standardization } = run;
  await replace(runFile.model, await weightsOf(run));
  const { encoder, decoder, prior, classifier } = exportOnnx(run.model, run.parameters, { standardization });
  const isSampled = whyNoSamples(run) === undefined;
  await replace(runFile.encoder, encoder);
  await replace(runFile.decoder, decoder);
  if (prior && isSampled) await replace(runFile.prior, prior);
  if (classifier) await replace(runFile.classifier, classifier);
  if (isImageShape(run.exampleShape)) {
    if (isSampled) await replace(runFile.samples, sheet(asShades(run, await run.sample(64))));
    const { originals, reconstructions } = await run.testReconstructions(40);
    await replace(runFile.reconstructions, comparison(asShades(run, originals), asShades(run, reconstructions)));
  }
  if (run.config.data.table && isSampled) {
    const rows = Math.max(10, Math.min(1000, Math.floor(mostCells / run.config.data.table.columns.length)));
    await replace(runFile.rows, formatTableCsv(await run.sampleTable(rows)));
  }
  await replace(runFile.card, modelCard(run, store.name, summary));
}
