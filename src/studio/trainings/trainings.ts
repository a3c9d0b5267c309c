import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf, counted } from '../../core/index.ts';
import { HttpError } from '../../server/index.ts';
import type { Alarm, RunDetail, StartTraining } from '../contract.ts';
import type { Uploads } from '../data/uploads.ts';
import { resolveBelow } from '../data/inside-folder.ts';
import { statInside } from '../runs/inside.ts';
import { readinessOf } from '../runs/readiness.ts';
import type { Readiness } from '../runs/readiness.ts';
import type { KnownRuns } from '../runs/known-runs.ts';
import type { RunPlace } from '../runs/run-folders.ts';
import { writerOf } from '../runs/summary.ts';
import type { OwnKnowledge } from '../runs/summary.ts';
import { Child } from './child.ts';
import type { ChildEnd } from './child.ts';
import { Evaluations } from './evaluations.ts';
import { OwnFiles } from './own-files.ts';
import { checkStart, refusal } from './start-request.ts';
import type { CheckedStart } from './start-request.ts';
import { startOf } from './start-of.ts';

export interface TrainingsOptions {
  readonly runs: KnownRuns;
  readonly uploads: Uploads;
  /** The folder in which files may be chosen, with no link in its path. */
  readonly data: string | undefined;
  /** The command line's main module. */
  readonly program?: string | undefined;
  readonly most: number;
  readonly say: (line: string) => void;
  /** Something has just changed. */
  readonly onChange: () => void;
}

/** The command line of this package: this module lies two folders below src or dist. */
const ownProgram = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** A training that was started from here, and is or has failed. */
interface Job {
  readonly place: RunPlace;
  readonly child: Child;
  readonly start: StartTraining | undefined;
  isStopping: boolean;
  /** Why it failed, where it did. */
  fault: string | undefined;
}

/** Trainings and evaluations in processes of their own: started, stopped and told about from here. */
export class Trainings {
  readonly #options: TrainingsOptions;
  readonly #files: OwnFiles;
  readonly #jobs = new Map<string, Job>();
  readonly evaluations: Evaluations;
  #isClosing = false;

  constructor(options: TrainingsOptions) {
    this.#options = options;
    const { runs, onChange, program = ownProgram } = options;
    this.#files = new OwnFiles(runs.folders.root);
    this.evaluations = new Evaluations({ files: this.#files, program, onChange });
    runs.folders.withStarting(() => [...this.#jobs.values()].map(({ place }) => place));
    runs.alsoKnows((place) => this.#knowledgeOf(place));
  }

  /** What the page of a run says of its training. */
  async about(place: RunPlace): Promise<Readiness & Pick<RunDetail, 'log' | 'evaluation'>> {
    const { evaluation } = this.evaluations.of(place);
    return { ...(await this.#readiness(place)), log: this.#files.log(place.id), ...(evaluation && { evaluation }) };
  }

  /** @returns the new run. @throws HttpError that points to what is wrong */
  start(body: unknown): RunPlace {
    this.#checkRoom();
    const checked = checkStart(body);
    const source = this.#sourceOf(checked.start.data);
    const place = this.#claim(checked);
    try {
      this.#run(place, trainArgs(checked, { source, out: place.path, files: this.#files, id: place.id }), checked.start); // prettier-ignore
    } catch (error) {
      removeIfEmpty(place.path);
      throw error;
    }
    this.#files.write('starts', place.id, { ...checked.start, name: place.name });
    return place;
  }

  /** Asks a training to end after its step, and to save: one that was started from here, or by a process of this machine. */
  stop(place: RunPlace): void {
    const job = this.#jobs.get(place.id);
    if (job && !job.child.hasEnded) {
      job.isStopping = true;
      job.child.stop();
      this.#options.onChange();
      return;
    }
    const writer = writerOf(place);
    if (!writer) throw new HttpError(409, 'it is not being trained.');
    // A lock is a file, and a folder may come from anywhere: only a process that it names beyond doubt is sent a signal.
    if (!writer.isProven || writer.pid === process.pid) {
      throw new HttpError(409, `process ${writer.pid} on ${writer.host} trains it, which cannot be stopped from here: end it there.`); // prettier-ignore
    }
    process.kill(writer.pid, 'SIGTERM');
  }

  /** @param body `{ epochs?, onNan? }` */
  async resume(place: RunPlace, body: unknown): Promise<void> {
    const { epochs, onNan } = entriesIn(body, { epochs: wholeEntry, onNan: { isIt: (value) => value === 'rollback', what: "'rollback'" } }); // prettier-ignore
    const { resumable, rollback } = await this.#readiness(place);
    if (resumable !== true && !(onNan !== undefined && rollback)) throw new HttpError(409, resumable);
    this.#checkRoom();
    const flags = [...(epochs === undefined ? [] : [`--epochs=${epochs as number}`]), ...(onNan === undefined ? [] : ['--on-nan=rollback'])]; // prettier-ignore
    this.#run(place, ['train', '--resume', `--out=${place.path}`, ...flags], this.#jobs.get(place.id)?.start);
  }

  /** @param body `{ draws?, metrics? }` */
  async evaluate(place: RunPlace, body: unknown): Promise<void> {
    const { draws, metrics } = entriesIn(body, { draws: wholeEntry, metrics: { isIt: (value) => value === 'all', what: "'all'" } }); // prettier-ignore
    if (writerOf(place)) throw new HttpError(409, 'it is being trained: evaluate it when that has ended.');
    const { model, takesDraws } = await this.#readiness(place);
    if (model !== true) throw new HttpError(409, model);
    if (draws !== undefined && !takesDraws) throw refusal('/draws', 'its figures come of no draws: its posterior has no density.'); // prettier-ignore
    this.evaluations.start(place, {
      draws: takesDraws ? ((draws as number | undefined) ?? 100) : undefined,
      metrics: metrics === undefined ? undefined : 'all',
    });
  }

  /** What starts another like it. */
  startOf(place: RunPlace): StartTraining {
    const { runs, data, uploads } = this.#options;
    return startOf(this.#files.read('starts', place.id), runs.config(place).value, { data, uploads });
  }

  /** Stops what was started from here; it saves. @returns when all has ended, or so many milliseconds have gone */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    this.evaluations.close();
    const running = [...this.#jobs.values()].filter(({ child }) => !child.hasEnded);
    if (running.length === 0) return;
    this.#options.say(`Stopping ${counted(running.length, 'training')}, which save what they have …`);
    for (const { child } of running) child.stop();
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => { timer = setTimeout(resolve, graceMs); }); // prettier-ignore
    await Promise.race([Promise.all(running.map(({ child }) => child.ended)), grace]);
    clearTimeout(timer);
    for (const { child, place } of running) {
      if (!child.hasEnded) this.#options.say(`${place.name}: process ${child.pid ?? '?'} has not ended yet; it goes on to do so.`); // prettier-ignore
    }
  }

  #run(place: RunPlace, args: readonly string[], start: StartTraining | undefined): void {
    const log = this.#files.openLog(place.id);
    try {
      const child = new Child({ program: this.#options.program ?? ownProgram, args, log });
      const job: Job = { place, child, start, isStopping: false, fault: undefined };
      this.#jobs.set(place.id, job);
      void child.ended.then((end) => {
        this.#end(job, end);
      });
    } finally {
      this.#files.closeLog(log);
    }
    this.#options.onChange();
  }

  #end(job: Job, end: ChildEnd): void {
    const { place } = job;
    job.fault = faultOf(end, this.#files.log(place.id));
    if (this.#jobs.get(place.id) === job && job.fault === undefined) this.#jobs.delete(place.id);
    removeIfEmpty(place.path);
    if (!this.#isClosing) this.#options.onChange();
  }

  #knowledgeOf(place: RunPlace): OwnKnowledge {
    const job = this.#jobs.get(place.id);
    const { nll, evaluating, alarm } = this.evaluations.of(place);
    return {
      state: job && stateOf(job),
      evaluating,
      ...(nll && { nll }),
      ...(job?.start && { provisional: provisionalOf(job.start) }),
      alarms: [...(job?.fault === undefined ? [] : [failed(job.fault)]), ...(alarm ? [alarm] : [])],
    };
  }

  async #readiness(place: RunPlace): Promise<Readiness> {
    const { runs } = this.#options;
    const { isNonFinite } = await runs.log(place).facts();
    return readinessOf(place, { busy: this.#busy(place), isNonFinite, config: runs.config(place).value });
  }

  /** Who trains it now. */
  #busy(place: RunPlace): string | undefined {
    const job = this.#jobs.get(place.id);
    if (job && !job.child.hasEnded) return 'it is being trained.';
    const writer = writerOf(place);
    return writer && `process ${writer.pid} on ${writer.host} writes in its folder.`;
  }

  #checkRoom(): void {
    if (this.#isClosing) throw new HttpError(503, 'the studio ends.');
    const running = [...this.#jobs.values()].filter(({ child }) => !child.hasEnded).length;
    const { most } = this.#options;
    if (running >= most) throw new HttpError(429, `${counted(running, 'training')} of this studio ${running === 1 ? 'runs' : 'run'} already, which is the limit (--max-trainings). Wait, or stop one.`, { 'retry-after': '10' }); // prettier-ignore
  }

  /** What the command line is given as data: a name, or a path with no link in it. */
  #sourceOf({ kind, name }: StartTraining['data']): string {
    if (kind === 'dataset') return name;
    const { data, uploads } = this.#options;
    const path = kind === 'upload' ? uploads.pathOf(name) : data === undefined ? undefined : resolveBelow(data, name);
    if (path !== undefined) return path;
    if (kind === 'upload') throw refusal('/data/name', `there is no upload of that name; there are ${uploads.list().join(', ') || 'none'}.`); // prettier-ignore
    throw refusal('/data/name', data === undefined ? 'files can be chosen where the studio is started with --data FOLDER.' : `there is nothing of that name within ${data}.`); // prettier-ignore
  }

  /** A folder of its own for the run. @throws HttpError 409 where the name is taken */
  #claim({ start, options }: CheckedStart): RunPlace {
    const { folders } = this.#options.runs;
    const make = (parts: readonly string[]): RunPlace | undefined => {
      const place = folders.placeOf(parts);
      if (this.#isLive(place)) return undefined;
      for (const [at] of parts.slice(1).entries()) {
        const above = parts.slice(0, at + 1);
        const stats = statInside(folders.root, above);
        if (!stats) makeFolder(join(folders.root, ...above));
        else if (!stats.isDirectory() || statInside(folders.root, [...above, 'config.json'])) return undefined;
      }
      return makeFolder(place.path) ? place : undefined;
    };
    if (start.name !== undefined) {
      const place = make(start.name.split('/'));
      if (place) return place;
      throw refusal('/name', `'${start.name}' is taken: choose another name.`, 409);
    }
    const part = [options.preset, options.posterior].find((each) => typeof each === 'string') ?? 'diagonal';
    const data = start.data.name.split('/').filter(Boolean).at(-1) ?? 'data';
    const base = `${data.replace(/\.(csv|tsv|parquet|npy|npz)(\.gz)?$/i, '')}-${part}`.replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, '').slice(0, 80); // prettier-ignore
    for (let number = 1; ; number++) {
      const place = make([number === 1 ? base : `${base}-${number}`]);
      if (place) return place;
    }
  }

  #isLive({ id }: RunPlace): boolean {
    return this.#jobs.get(id)?.child.hasEnded === false;
  }
}

function trainArgs(
  { options, dataOptions, flags }: CheckedStart,
  { source, out, files, id }: { readonly source: string; readonly out: string; readonly files: OwnFiles; readonly id: string }, // prettier-ignore
): string[] {
  const flagOf = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return [
    'train',
    // What a page says goes by a file; flags are a name of ours and a number or a word of a list, and data come after `--`.
    `--config=${files.write('options', id, options)}`,
    `--out=${out}`,
    ...Object.entries(dataOptions).map(([name, value]) => `--data-option=${name}=${JSON.stringify(value)}`),
    ...Object.entries(flags).map(([name, value]) => `${flagOf(name)}=${value}`),
    '--',
    source,
  ];
}

function stateOf({ child, isStopping, fault, place }: Job): OwnKnowledge['state'] {
  if (child.hasEnded) return fault === undefined ? undefined : 'failed';
  if (isStopping) return 'stopping';
  return statInside(place.root, [...place.parts, 'config.json']) ? 'training' : 'starting';
}

/** What went wrong, in the words of the command line; undefined where it ended as it should, or was told to. */
function faultOf({ code, signal }: ChildEnd, log: readonly string[]): string | undefined {
  // Done, interrupted, terminated, hung up.
  if (code !== null && [0, 129, 130, 143].includes(code)) return undefined;
  const said = log.findLastIndex((line) => line.startsWith('error:'));
  if (said >= 0) return log.slice(said, said + 5).join(' ').replace(/^error: */, '').slice(0, 1000); // prettier-ignore
  const how = signal === null ? `with code ${code ?? '?'}` : `by ${signal}`;
  const memory = signal === 'SIGKILL' ? ' (the system ends so what takes too much memory)' : '';
  return `Its process ended ${how}${memory}.`;
}

function failed(text: string): Alarm {
  return { kind: 'failed', severity: 'error', text, advice: 'Its log below has all that it said. Duplicate it to change what it was started with.' }; // prettier-ignore
}

/** What its config.json will say, until there is one. */
function provisionalOf({ data, options }: StartTraining): Readonly<Record<string, unknown>> {
  const part = (kind: string, usual: string): object => ({ name: typeof options[kind] === 'string' ? options[kind] : usual }); // prettier-ignore
  return {
    data: { source: data.name, kind: data.kind },
    model: { latent: options.latent ?? 16, posterior: part('posterior', 'diagonal'), prior: part('prior', 'standard-normal'), likelihood: part('likelihood', '…'), network: part('network', '…') }, // prettier-ignore
    objective: part('objective', 'elbo'),
    training: { epochs: options.epochs },
    ...(typeof options.preset === 'string' && { preset: options.preset }),
  };
}

/** What an entry of a body may be. */
interface Entry {
  readonly isIt: (value: unknown) => boolean;
  readonly what: string;
}

const wholeEntry: Entry = {
  isIt: (value) => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= 1e6,
  what: 'a whole number from 1 to 1000000',
};

/** Entries of a body. @throws HttpError that points to what is none, or is not what it may be */
function entriesIn<const Name extends string>(body: unknown, known: Readonly<Record<Name, Entry>>): Partial<Record<Name, unknown>> {
  const entries = Object.entries(Object(body) as object);
  for (const [name, value] of entries) {
    const entry = Object.hasOwn(known, name) ? known[name as Name] : undefined;
    if (!entry) throw refusal(`/${name.slice(0, 60)}`, `there is no '${name.slice(0, 60)}' here: ${Object.keys(known).join(', ')}.`); // prettier-ignore
    if (!entry.isIt(value)) throw refusal(`/${name}`, `${name} must be ${entry.what}.`);
  }
  return Object.fromEntries(entries) as Partial<Record<Name, unknown>>;
} // prettier-ignore

/** False where something of that name is there already: of two, one makes it. */
function makeFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** A folder that was claimed for a run that never began. */
function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It has something in it, or is gone.
  }
}
