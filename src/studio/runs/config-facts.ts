import { parseRunConfig } from '../../config/index.ts';
import { readInside, statInside } from './inside.ts';
import { asRecord, recordIn } from './records.ts';
import type { RunPlace } from './run-folders.ts';

/** What a run's config.json holds. */
export interface RunConfigFacts {
  /** As this version has it where it can read it, else as it stands. */
  readonly value: Readonly<Record<string, unknown>>;
  /** What is wrong with it, in words. */
  readonly fault?: string;
  /** Whether it says what the model is, for all that may be wrong with it. */
  readonly isReadable: boolean;
  /** When the file was first written, milliseconds since 1970, where the file system says so. */
  readonly started: number | undefined;
}

/** A table's configuration has every level of every column. */
const mostBytes = 2 ** 26;
const mostFault = 500;

/** Keeps what was read as long as the file is the same. */
export class ConfigReader {
  readonly #place: RunPlace;
  #print = '';
  #facts: RunConfigFacts | undefined;

  constructor(place: RunPlace) {
    this.#place = place;
  }

  read(): RunConfigFacts {
    const { root, parts } = this.#place;
    const stats = statInside(root, [...parts, 'config.json']);
    const print = stats ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : '-';
    if (this.#facts && print === this.#print) return this.#facts;
    this.#print = print;
    const text = stats?.isFile() ? readInside(root, [...parts, 'config.json'], mostBytes) : undefined;
    return (this.#facts = { ...factsOf(text), started: stats?.birthtimeMs ? Math.round(stats.birthtimeMs) : undefined });
  }
}

function factsOf(text: string | undefined): Omit<RunConfigFacts, 'started'> {
  if (text === undefined) return { value: {}, fault: 'config.json cannot be read.', isReadable: false };
  const given = asRecord(text);
  if (!given) return { value: {}, fault: 'config.json is no JSON object.', isReadable: false };
  try {
    return { value: { ...parseRunConfig(given, { name: 'config.json' }) }, isReadable: true };
  } catch (error) {
    const fault = (error instanceof Error ? error.message : String(error)).slice(0, mostFault);
    return { value: given, fault, isReadable: Object.keys(recordIn(given, 'model')).length > 0 };
  }
}
