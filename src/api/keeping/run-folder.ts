import { parseRunConfig } from '../../config/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import { DataError, ValueError } from '../../core/index.ts';
import { parseThresholds } from '../../evaluation/index.ts';
import type { AnomalyThresholds } from '../../evaluation/index.ts';
import {
  decodeSafetensors,
  eachJsonLine,
  formatJsonLine,
  jsonText,
  nameIn,
  parseJsonLines,
  readBytes,
  readJson,
} from '../../io/index.ts';
import type { JsonLine, JsonLines, SafetensorsFile, Store } from '../../io/index.ts';

/** The files of a run: what it may leave in its folder. */
export const runFile = {
  config: 'config.json',
  /** The trained parameters. */
  model: 'model.safetensors',
  /** What a training continues from. */
  checkpoint: 'checkpoints/last.safetensors',
  /** The checkpoint before the last. */
  previousCheckpoint: 'checkpoints/previous.safetensors',
  metrics: 'metrics.jsonl',
  /** The model card. */
  card: 'README.md',
  samples: 'samples.png',
  /** Samples of a table. */
  rows: 'samples.csv',
  reconstructions: 'reconstructions.png',
  /** Where anomalies begin, once that was fitted. */
  thresholds: 'thresholds.json',
  encoder: 'model/encoder.onnx',
  decoder: 'model/decoder.onnx',
  prior: 'model/prior.onnx',
  classifier: 'model/classifier.onnx',
} as const;

/** Where pictures of a training are kept (`step-pictures.ts`). */
export const picturesFolder = 'pictures/';

/** Where event files for TensorBoard are kept. */
export const tensorboardFolder = 'tensorboard/';

/** What overwriting removes: the files and folders above, and nothing else. */
const entries = new Set(
  [...Object.values(runFile), picturesFolder, tensorboardFolder].map((name) => name.replace(/\/.*/, '')),
);

interface PartsOption {
  /** The table in which the run's parts stand. Default: the built-in ones. */
  readonly parts?: PartTable | undefined;
}

/** One run's folder, wherever it is kept. It holds data only, no code. */
export class RunFolder {
  readonly store: Store;
  readonly #parts: PartTable | undefined;

  private constructor(store: Store, { parts }: PartsOption) {
    this.store = store;
    this.#parts = parts;
  }

  /**
   * Checks that a new run may take the folder; changes nothing.
   *
   * @throws DataError when it holds a run and `overwrite` is not set, or holds files that are not a run's
   */
  static async checkFree(store: Store, options: { readonly overwrite?: boolean } = {}): Promise<void> {
    const present = await store.list();
    if (present.length === 0) return;
    if (!present.includes(runFile.config)) {
      throw new DataError(`${store.name}: is not empty and is no run (no ${runFile.config}). Choose another folder.`);
    }
    if (!options.overwrite) {
      throw new DataError(
        `${store.name}: holds a run already. Choose another folder, resume it, or ask to overwrite it.`,
      );
    }
  }

  /**
   * A new run's folder. Of an old one the configuration stays until the new one takes its place, so that what a kill leaves of
   * it is a run that was begun and has come to nothing yet.
   *
   * @param options.overwrite remove an existing run's files there first, and nothing else
   * @throws DataError when the folder is taken, as `checkFree` says
   */
  static async create(store: Store, options: PartsOption & { readonly overwrite?: boolean } = {}): Promise<RunFolder> {
    await RunFolder.checkFree(store, options);
    const present = await store.list();
    const old = present.filter((name) => entries.has(name.replace(/\/$/, '')) && name !== runFile.config);
    // First what says that there is a finished model, then what one could continue from.
    const order = [runFile.model, 'checkpoints/', runFile.metrics];
    for (const name of [...order, ...old.filter((other) => !order.includes(other))]) {
      if (old.includes(name)) await store.remove(name);
    }
    return new RunFolder(store, options);
  }

  /** An existing run's folder. @throws DataError when there is none */
  static async open(store: Store, options: PartsOption = {}): Promise<RunFolder> {
    if ((await store.read(runFile.config)) === undefined) {
      throw new DataError(`${store.name}: ${await whatIsThere(store)}, so it is no run folder. ${remedyFor(store)}`);
    }
    return new RunFolder(store, options);
  }

  /** @throws DataError when the file is missing or no JSON; ValueError naming each wrong entry */
  async readConfig(): Promise<RunConfig> {
    const name = nameIn(this.store, runFile.config);
    return parseRunConfig(await readJson(this.store, runFile.config), { name, parts: this.#parts });
  }

  /** @throws ValueError when `config` is not valid: nothing is written then */
  async writeConfig(config: RunConfig): Promise<void> {
    await this.store.replace(runFile.config, jsonText(parseRunConfig(config, { parts: this.#parts })));
  }

  /** The tensors of a safetensors file. @throws DataError that names the file when it is missing or damaged */
  async readTensors(name: string): Promise<SafetensorsFile> {
    return decodeSafetensors(await readBytes(this.store, name), { name: nameIn(this.store, name) });
  }

  /** Where anomalies begin; undefined where that was not fitted. @throws DataError for a damaged file */
  async readThresholds(): Promise<AnomalyThresholds | undefined> {
    try {
      const found = await readJson(this.store, runFile.thresholds);
      return found === undefined ? undefined : parseThresholds(found, { name: nameIn(this.store, runFile.thresholds) });
    } catch (error) {
      throw withRemedy(error, 'Without the file thresholds are fitted anew: remove it.');
    }
  }

  /** Removes thresholds of weights that are no more. @returns the scores that had one, as far as the file can be read */
  async dropThresholds(): Promise<readonly string[]> {
    const kept = await this.readThresholds().catch(() => undefined);
    await this.store.remove(runFile.thresholds);
    return Object.keys(kept?.thresholds ?? {});
  }

  async writeThresholds(thresholds: AnomalyThresholds): Promise<void> {
    await this.store.replace(runFile.thresholds, jsonText(parseThresholds(thresholds)));
  }

  /** The lines of the log, with what a crash left of the last one; no file means no lines. */
  async readMetrics(): Promise<JsonLines> {
    const bytes = await this.store.read(runFile.metrics);
    const name = nameIn(this.store, runFile.metrics);
    return bytes === undefined ? { records: [] } : parseJsonLines(bytes, { name });
  }

  async appendMetrics(record: object): Promise<void> {
    await this.store.append(runFile.metrics, formatJsonLine(record));
  }

  /**
   * Makes the log fit to append to: drops a torn last line, ends the last one with a newline, and keeps only the records for
   * which `keep` holds (resuming drops those beyond its checkpoint).
   *
   * @returns what was dropped from the end, if a line was torn
   * @throws DataError for any other line that is no record
   */
  async repairMetrics(keep: (record: Record<string, unknown>) => boolean = () => true): Promise<JsonLines['torn']> {
    const bytes = await this.store.read(runFile.metrics);
    if (bytes === undefined) return undefined;
    // A long training's log has millions of lines: they are looked at one by one, and what stays is not written anew by them.
    const kept: { start: number; end: number }[] = [];
    const name = nameIn(this.store, runFile.metrics);
    const take = ({ record, start, end }: JsonLine): void => {
      if (!keep(record)) return;
      const last = kept.at(-1);
      if (last?.end === start) last.end = end;
      else kept.push({ start, end });
    };
    let torn: JsonLines['torn'];
    try {
      torn = eachJsonLine(bytes, { name }, take);
    } catch (error) {
      throw withRemedy(error, 'The run goes on without that line, or without the whole file: remove it.');
    }
    const [only] = kept;
    const isWhole = only?.start === 0 && only.end === bytes.length && bytes.at(-1) === newline;
    if (isWhole || bytes.length === 0) return torn;
    await this.store.replace(runFile.metrics, linesIn(bytes, kept));
    return torn;
  }
}

/** What is wrong with a file of a run, and what helps. Faults of the disk stay what they are. */
function withRemedy(error: unknown, remedy: string): unknown {
  if (!(error instanceof DataError || error instanceof ValueError)) return error;
  return new DataError(`${error.message} ${remedy}`, { cause: error });
}

const newline = 10;

/** The bytes of some lines, the last of which ends with a newline. */
function linesIn(bytes: Uint8Array, kept: readonly { readonly start: number; readonly end: number }[]): Uint8Array {
  const [only = { start: 0, end: 0 }] = kept;
  if (kept.length <= 1 && (only.end === only.start || bytes[only.end - 1] === newline)) {
    return bytes.subarray(only.start, only.end);
  }
  const lines = new Uint8Array(kept.reduce((sum, { start, end }) => sum + end - start, 1));
  let length = 0;
  for (const { start, end } of kept) {
    lines.set(bytes.subarray(start, end), length);
    length += end - start;
  }
  lines[length] = newline;
  return lines.subarray(0, lines[length - 1] === newline ? length : length + 1);
}

/** Where to have a run from: a command writes folders of this machine, and code all others. */
function remedyFor(store: Store): string {
  return store.path === undefined
    ? "Train one into it (train(data, { out })), or load one from elsewhere: a run's folder that the user picks, its files, its ZIP (run.zip()) or a URL."
    : `Train one with \`rootsigma train … --out ${store.name}\`.`;
}

/** Why there is no run. */
async function whatIsThere(store: Store): Promise<string> {
  try {
    return (await store.list()).length > 0 ? `has no ${runFile.config}` : 'does not exist or is empty';
  } catch {
    return `has no ${runFile.config}`;
  }
}
