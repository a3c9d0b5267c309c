import type { RunConfig } from '../../../config/index.ts';
import { eachJsonLine } from '../../../io/index.ts';
import type { Store } from '../../../io/index.ts';
import { tfRecord } from '../../../io/tf-record.ts';
import { runFile, tensorboardFolder } from '../../keeping/run-folder.ts';
import { listPictures } from '../../keeping/step-pictures.ts';
import { namedNumbers } from '../named-numbers.ts';
import { encodeEvent, encodeFirstEvent, encodeRestart, hyperparametersTag } from './event.ts';
import type { EventValue } from './event.ts';

type Given = Readonly<Record<string, unknown>>;

/** Bytes that are kept before they are written. */
const pieceBytes = 2 ** 20;

/**
 * A run's record as TensorBoard reads it, kept beside it: every number of metrics.jsonl, pictures, a histogram of the KL of latent dimensions,
 * hyperparameters. It is made from the record alone, and made anew where a run goes on or back, so that no step is there twice: in a file of
 * another name, which says that those before it are void to a TensorBoard that has read them.
 */
export class EventLog {
  readonly #store: Store;
  readonly #name: string;
  /** Events that are not written yet. */
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** The last step at which each tag has a value: of two lines of one step, the first counts. */
  readonly #lastSteps = new Map<string, number>();
  /** Of the epochs that pictures are taken after. */
  readonly #stepOfEpoch = new Map<number, number>();

  private constructor(store: Store, name: string) {
    this.#store = store;
    this.#name = name;
  }

  /**
   * The events of what the run's record holds so far, in place of those that were there.
   *
   * @param time seconds of training so far
   */
  static async create(store: Store, config: RunConfig, time: number): Promise<EventLog> {
    const old = await store.list(tensorboardFolder);
    const now = Date.now() / 1000;
    // Later names are read later; two within a second differ too.
    const number = 1 + old.reduce((most, name) => Math.max(most, Number(/\.(\d+)$/.exec(name)?.[1] ?? -1)), -1);
    const name = `${tensorboardFolder}events.out.tfevents.${Math.floor(now)}.rootsigma.${number}`;
    const log = new EventLog(store, name);
    log.#push(encodeFirstEvent(now - time));
    if (old.length > 0) log.#push(encodeRestart(now - time));
    log.#push(encodeEvent({ wallTime: now - time, values: valuesOf(config) }));
    await log.#addRecord(now - time);
    await log.#flush();
    for (const each of old) await store.remove(tensorboardFolder + each);
    return log;
  }

  /** What the record has of the run so far. @param start when it began, seconds since 1970, as if it had never stopped */
  async #addRecord(start: number): Promise<void> {
    const bytes = await this.#store.read(runFile.metrics);
    const pictures = await listPictures(this.#store);
    const events: Given[] = [];
    if (bytes) eachJsonLine(bytes, { name: runFile.metrics }, ({ record }) => events.push(record));
    for (const record of events) {
      const at = start + (typeof record.time === 'number' ? record.time : 0);
      this.#pushRecord(record, at);
      if (record.event === 'epoch') {
        for (const { kind, epoch, name } of pictures) {
          if (epoch === record.epoch) this.#pushPicture(kind, epoch, (await this.#store.read(name)) ?? new Uint8Array(), at); // prettier-ignore
        }
      }
      if (this.#bytes > pieceBytes) await this.#flush();
    }
  }

  /** Adds a line of the record. */
  async add(record: object): Promise<void> {
    this.#pushRecord(record as Given, Date.now() / 1000);
    await this.#flush();
  }

  /** Adds a picture of an epoch whose line was added. */
  async addPicture(kind: string, epoch: number, png: Uint8Array): Promise<void> {
    this.#pushPicture(kind, epoch, png, Date.now() / 1000);
    await this.#flush();
  }

  #pushRecord(record: Given, wallTime: number): void {
    const { step, event, epoch, klPerDimension } = record;
    if (typeof step !== 'number') return;
    if (event === 'epoch' && typeof epoch === 'number') this.#stepOfEpoch.set(epoch, step);
    const values: EventValue[] = namedNumbers(record).map(({ name, value }) => ({ tag: tagOf(name), scalar: value }));
    if (Array.isArray(klPerDimension)) {
      values.push({ tag: 'validation/klPerDimension', histogram: klPerDimension.filter((each) => typeof each === 'number') }); // prettier-ignore
    }
    const fresh = values.filter(({ tag }) => this.#lastSteps.get(tag) !== step);
    for (const { tag } of fresh) this.#lastSteps.set(tag, step);
    if (fresh.length > 0) this.#push(encodeEvent({ wallTime, step, values: fresh }));
  }

  #pushPicture(kind: string, epoch: number, png: Uint8Array, wallTime: number): void {
    const step = this.#stepOfEpoch.get(epoch);
    if (step !== undefined && png.length > 0) this.#push(encodeEvent({ wallTime, step, values: [{ tag: kind, png }] }));
  }

  #push(event: Uint8Array): void {
    const record = tfRecord(event);
    this.#pieces.push(record);
    this.#bytes += record.length;
  }

  async #flush(): Promise<void> {
    const all = new Uint8Array(this.#bytes);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    await this.#store.append(this.#name, all);
    this.#pieces = [];
    this.#bytes = 0;
  }
}

/** `validation.elbo` as TensorBoard groups it, `validation/elbo`. */
function tagOf(name: string): string {
  return name.replaceAll('.', '/');
}

/** The configuration, as text and as hyperparameters. */
function valuesOf(config: RunConfig): EventValue[] {
  const { data, ...options } = config;
  const hyperparameters: Record<string, number | string | boolean> = { 'data.source': data.source };
  const add = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [name, inner] of Object.entries(value)) add(inner, path === '' ? name : `${path}.${name}`);
    } else if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
      hyperparameters[path] = value;
    } else if (Array.isArray(value)) hyperparameters[path] = value.join(', ');
  };
  add(options, '');
  const { table, ...shown } = data;
  const listed = { ...config, data: table ? { ...shown, columns: table.columns.length } : shown };
  return [
    { tag: 'configuration', text: `\`\`\`json\n${JSON.stringify(listed, undefined, 2)}\n\`\`\`` },
    { tag: hyperparametersTag, hyperparameters },
  ];
}
