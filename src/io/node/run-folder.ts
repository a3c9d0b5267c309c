import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, ValueError } from '../../core/index.ts';
import { parseRunConfig } from '../config.ts';
import type { RunConfig } from '../config.ts';
import { decodeSafetensors, encodeSafetensors } from '../safetensors.ts';
import type { SafetensorsFile } from '../safetensors.ts';
import { readFileBytes, readFileJson, writeFileAtomic } from './files.ts';

/** What a run may leave in its folder; overwriting removes these and nothing else. */
const layout = {
  config: 'config.json',
  model: 'model.safetensors',
  checkpoints: 'checkpoints',
  metrics: 'metrics.jsonl',
  card: 'README.md',
  samples: 'samples.png',
  rows: 'samples.csv',
  reconstructions: 'reconstructions.png',
  thresholds: 'thresholds.json',
  onnx: 'model',
} as const;

/** One run's folder: where each of its files lies. It holds data only, no code. */
export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Checks that a new run may take the folder; changes nothing.
   *
   * @throws DataError when it holds a run and `overwrite` is not set, or holds files that are not a run's
   */
  static checkFree(path: string, options: { readonly overwrite?: boolean } = {}): void {
    const present = existsSync(path) ? listFolder(path) : [];
    if (present.length === 0) return;
    if (!present.includes(layout.config)) {
      throw new DataError(`${path}: is not empty and is no run (no ${layout.config}). Choose another folder.`);
    }
    if (!options.overwrite) {
      throw new DataError(`${path}: holds a run already. Choose another folder, resume it, or ask to overwrite it.`);
    }
  }

  /**
   * A new run's folder, created.
   *
   * @param options.overwrite remove an existing run's files there first, and nothing else
   * @throws DataError when the folder is taken, as `checkFree` says
   */
  static create(path: string, options: { readonly overwrite?: boolean } = {}): RunFolder {
    RunFolder.checkFree(path, options);
    const folder = new RunFolder(path);
    for (const name of Object.values(layout)) rmSync(join(path, name), { recursive: true, force: true });
    mkdirSync(folder.checkpoints, { recursive: true });
    return folder;
  }

  /** An existing run's folder. @throws DataError when there is none */
  static open(path: string): RunFolder {
    const folder = new RunFolder(path);
    if (!existsSync(folder.config)) {
      const why = existsSync(path) ? `has no ${layout.config}` : 'does not exist';
      throw new DataError(
        `${path}: ${why}, so it is no run folder. Train one with \`rootsigma train … --out ${path}\`.`,
      );
    }
    return folder;
  }

  get config(): string {
    return join(this.path, layout.config);
  }

  /** The trained parameters. */
  get model(): string {
    return join(this.path, layout.model);
  }

  /** A folder. */
  get checkpoints(): string {
    return join(this.path, layout.checkpoints);
  }

  get metrics(): string {
    return join(this.path, layout.metrics);
  }

  /** The model card. */
  get card(): string {
    return join(this.path, layout.card);
  }

  get samples(): string {
    return join(this.path, layout.samples);
  }

  /** Samples of a table. */
  get rows(): string {
    return join(this.path, layout.rows);
  }

  get reconstructions(): string {
    return join(this.path, layout.reconstructions);
  }

  /** Where anomalies begin, once that was fitted. */
  get thresholds(): string {
    return join(this.path, layout.thresholds);
  }

  get encoder(): string {
    return join(this.path, layout.onnx, 'encoder.onnx');
  }

  get decoder(): string {
    return join(this.path, layout.onnx, 'decoder.onnx');
  }

  /** @throws DataError when the file is missing or no JSON; ValueError naming each wrong entry */
  readConfig(): RunConfig {
    return parseRunConfig(readFileJson(this.config), { name: this.config });
  }

  /** @throws ValueError when `config` is not valid: nothing is written then */
  writeConfig(config: RunConfig): void {
    const checked = parseRunConfig(config);
    writeFileAtomic(this.config, `${JSON.stringify(checked, null, 2)}\n`);
  }
}

function listFolder(path: string): string[] {
  if (!statSync(path).isDirectory()) throw new ValueError(`${path}: is a file, a run needs a folder.`);
  return readdirSync(path);
}

/** A safetensors file. @throws DataError that names the file */
export function readSafetensorsFile(path: string): SafetensorsFile {
  return decodeSafetensors(readFileBytes(path), { name: path });
}

/** Writes a safetensors file as a whole or not at all. */
export function writeSafetensorsFile(path: string, ...contents: Parameters<typeof encodeSafetensors>): void {
  writeFileAtomic(path, encodeSafetensors(...contents));
}
