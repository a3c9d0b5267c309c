// Training in the tab, for the playground: one training at a time, that is looked at while it learns.
import { MemoryStore, listDatasets } from 'rootsigma';
import type { Dataset, EpochEvent, Run, StepEvent, TrainingEvent } from 'rootsigma';
import { trainHere } from '../../../src/api/train/train-here.ts';
import type { CallContext } from '../../../src/core/messages/index.ts';
import { subset } from '../../../src/data/index.ts';
import { engineChoice } from './engine-choice.ts';
import { decodedLook } from './look-at.ts';
import { conditionOf } from './condition.ts';
import type { Decoded, PlaygroundLook, PlaygroundRequest, PlaygroundTold, Row } from './messages.ts';
import { drawPoints, pointSets } from './point-sets.ts';

/** Milliseconds between two looks, at least: each takes the time of some steps. */
const lookEvery = 600;
const lookedExamples = 400;
const shownPictures = 24;

/** What was trained last, and where it is kept, so that it can go on. */
let last: { readonly run: Run; readonly store: MemoryStore; readonly request: PlaygroundRequest } | undefined;

/** What samples are given, as far as somebody has chosen. */
let given: Row = {};
let isTraining = false;

export async function play(asked: PlayRequest, context: CallContext): Promise<void> {
  isTraining = true;
  try {
    await train(asked, context);
  } finally {
    isTraining = false;
  }
}

/** @returns draws of the run that was trained last; undefined while one trains, or where there is none */
export async function draw(chosen: { readonly given: Row }): Promise<Decoded | undefined> {
  ({ given } = chosen);
  if (isTraining || !last) return undefined;
  const { dataset } = await last.run.testData();
  return samplesOf(last.run, dataset);
}

type PlayRequest = PlaygroundRequest & { readonly goOn: boolean };

async function train(request: PlayRequest, { tell, signal }: CallContext): Promise<void> {
  const say = (told: PlaygroundTold): void => {
    tell(told);
  };
  const { goOn, ...asked } = request;
  const previous = goOn ? last : undefined;
  if (!goOn) {
    await last?.run.dispose();
    last = undefined;
  }
  const store = previous?.store ?? new MemoryStore([], 'playground');
  const looks = new Looks(say);
  const progress = new Progress(say);
  const run = await trainHere(dataOf(asked), {
    ...asked.options,
    ...(asked.data.kind === 'set' && isBuiltIn(asked.data.name) && { dataOptions: { count: asked.examples, testCount: Math.max(200, Math.round(asked.examples / 10)) } }), // prettier-ignore
    ...(asked.data.kind === 'file' && { dataOptions: asked.dataOptions }),
    engine: engineChoice,
    out: store,
    ...(goOn && { resume: true }),
    signal,
    onNotice: (line) => {
      say({ kind: 'notice', line });
    },
    onEvent: (event) => {
      progress.hear(event);
      if (event.event === 'step') looks.at(event.step);
    },
    onLive: (live) => {
      looks.begin(live);
    },
  });
  await looks.end();
  progress.tell();
  last = { run, store, request: asked };
  const { dataset } = await run.testData();
  say({ kind: 'look', look: await lookAt(run, first(dataset, lookedExamples), -1) });
}

export async function zip(): Promise<Uint8Array<ArrayBuffer>> {
  if (!last) throw new Error('Nothing has been trained yet.');
  return last.run.zip();
}

function isBuiltIn(name: string): boolean {
  return listDatasets().some((known) => known.name === name);
}

function dataOf({ data, examples, options }: PlaygroundRequest): string | Dataset | File {
  if (data.kind === 'file') return data.file;
  const set = pointSets.find(({ name }) => name === data.name);
  return set ? drawPoints(set, examples, Number(options.seed ?? 0)) : data.name;
}

function first(dataset: Dataset, count: number): Dataset {
  return subset(
    dataset,
    Uint32Array.from({ length: Math.min(count, dataset.size) }, (_, k) => k),
  );
}

/** Tells the page how far it is, ten times a second: small models take thousands of steps in one, and nobody draws so often. */
class Progress {
  readonly #say: (told: PlaygroundTold) => void;
  #step: StepEvent | undefined;
  #epochs: EpochEvent[] = [];
  #next = 0;

  constructor(say: (told: PlaygroundTold) => void) {
    this.#say = say;
  }

  hear(event: TrainingEvent): void {
    if (event.event === 'step') this.#step = event;
    else if (event.event === 'epoch') this.#epochs.push(event);
    if (performance.now() >= this.#next) this.tell();
  }

  tell(): void {
    this.#say({ kind: 'progress', step: this.#step, epochs: this.#epochs });
    this.#epochs = [];
    this.#next = performance.now() + 100;
  }
}

/** Looks at a model while it learns, one at a time and not too often. */
class Looks {
  readonly #say: (told: PlaygroundTold) => void;
  #live: Run | undefined;
  #dataset: Promise<Dataset> | undefined;
  #under: Promise<void> = Promise.resolve();
  #isBusy = false;
  #next = 0;

  constructor(say: (told: PlaygroundTold) => void) {
    this.#say = say;
  }

  begin(live: Run): void {
    this.#live = live;
    this.#dataset = live.testData().then(({ dataset }) => first(dataset, lookedExamples));
    this.at(0);
  }

  at(step: number): void {
    const live = this.#live;
    if (!live || this.#isBusy || performance.now() < this.#next) return;
    this.#isBusy = true;
    this.#under = this.#look(live, step).finally(() => {
      this.#isBusy = false;
      this.#next = performance.now() + lookEvery;
    });
  }

  /** When the last one is done. */
  async end(): Promise<void> {
    this.#live = undefined;
    await this.#under;
  }

  async #look(live: Run, step: number): Promise<void> {
    try {
      const dataset = await this.#dataset;
      if (dataset) this.#say({ kind: 'look', look: await lookAt(live, dataset, step) });
    } catch (error) {
      // A model that diverges has nothing to look at; the training itself says what became of it.
      this.#say({ kind: 'notice', line: error instanceof Error ? error.message : String(error) });
    }
  }
}

async function lookAt(run: Run, dataset: Dataset, step: number): Promise<PlaygroundLook> {
  const { mean, stddev, covariance } = await run.encode(dataset);
  const { latent } = run.model;
  const entry = (k: number, i: number, j: number): number => covariance.data[(k * latent + i) * latent + j] ?? 0;
  const firstTwo = Array.from({ length: dataset.size }, (_, k) =>
    latent < 2 ? [0, 0, 0] : [entry(k, 0, 0), entry(k, 0, 1), entry(k, 1, 1)],
  );
  const some = first(dataset, shownPictures / 2);
  const samples = await samplesOf(run, dataset);
  const isPlotted = arePlotted(dataset);
  return {
    step,
    mean: mean.data,
    stddev: stddev.data,
    covariance: Float32Array.from(firstTwo.flat()),
    latent,
    ...(dataset.labels && { labels: Uint32Array.from(dataset.labels) }),
    ...(dataset.classNames && { classes: dataset.classNames }),
    ...conditionOf(run),
    ...(samples && { samples }),
    originals: decodedLook(run, await run.examples({ limit: isPlotted ? lookedExamples : some.size })),
    reconstructions: decodedLook(run, await run.reconstruct(isPlotted ? dataset : some)),
  };
}

/** Examples that are numbers and no pictures are points, or lines, of which there may be many. */
function arePlotted({ sampleShape, table }: Dataset): boolean {
  return sampleShape.length === 1 && !table;
}

/** Draws, given what was chosen of a condition, else what most of the training examples have. */
async function samplesOf(run: Run, dataset: Dataset): Promise<Decoded | undefined> {
  if (run.whyNoSamples() !== undefined) return undefined;
  const isPlotted = arePlotted(dataset);
  const show = dataset.table ? {} : ({ show: isPlotted ? 'draw' : 'mean' } as const);
  const names = run.conditions?.names ?? [];
  const chosen = Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
  const condition = run.conditions && { given: { ...run.conditions.example(), ...chosen } };
  return decodedLook(run, await run.sample(isPlotted ? lookedExamples : shownPictures, { ...show, ...condition }));
}
