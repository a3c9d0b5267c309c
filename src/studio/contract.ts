// What the studio's server and its pages say to each other: types only, so that the pages import them and nothing of Node.
// Every path begins with /api and needs the header `Authorization: Bearer TOKEN`; errors are problems (RFC 9457).

/** What a run is doing, as its folder says it. */
export type RunState =
  'training' | 'finished' | 'stopped-early' | 'interrupted' | 'failed' | 'damaged' | 'starting' | 'stopping';

/** Something that a person should look at, in words, with what to try. */
export interface Alarm {
  readonly kind: 'collapse' | 'overfit' | 'divergence' | 'non-finite' | 'damaged' | 'failed';
  readonly severity: 'warning' | 'error';
  readonly text: string;
  readonly advice: string;
  /** The step at which it shows, where there is one. */
  readonly step?: number;
}

/** A line of the list of runs: `GET /api/runs`. */
export interface RunSummary {
  /** Opaque, of letters, digits, `-` and `_` alone: one path segment as it is. */
  readonly id: string;
  /** The run's folder below RUNS, with `/`. */
  readonly name: string;
  readonly state: RunState;
  readonly preset?: string;
  readonly data: { readonly source: string; readonly kind: string; readonly shape?: readonly number[] };
  readonly posterior: string;
  readonly prior: string;
  readonly likelihood: string;
  readonly network: string;
  readonly objective: string;
  readonly latent: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly totalSteps?: number;
  /** Of the last epoch, on the validation split where there is one, else on training; nats. Absent where the model has no density. */
  readonly elbo?: number;
  readonly reconstruction?: number;
  readonly kl?: number;
  /** What these three are of. */
  readonly split?: 'validation' | 'training';
  /** By which epochs are compared. */
  readonly criterion?: { readonly metric: string; readonly direction: 'max' | 'min'; readonly best: number };
  /** The last evaluation's, where the run was evaluated from here; nats, with its standard error. */
  readonly nll?: {
    readonly value: number;
    readonly standardError: number;
    readonly draws: number;
    readonly split: string;
  };
  /** While it is evaluated from here. */
  readonly evaluating?: boolean;
  /** Seconds that training took so far; 0 where its record does not say. */
  readonly seconds: number;
  /** Milliseconds since 1970. */
  readonly started?: number;
  readonly changed: number;
  /** Who writes the run now, where somebody does. */
  readonly owner?: { readonly host: string; readonly pid: number; readonly here: boolean };
  readonly alarms: readonly Alarm[];
  /** What the criterion was after each epoch, at most 60 values: a sparkline. */
  readonly trend: readonly (number | null)[];
}

/** `GET /api/runs/:id` */
export interface RunDetail extends RunSummary {
  readonly config: unknown;
  /** What may be fetched from `/api/runs/:id/files/NAME`, from a fixed list of kinds of names. */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly type: string }[];
  /** Pictures by step, in order: `samples` and `reconstructions`. */
  readonly pictures: readonly { readonly kind: string; readonly epoch: number; readonly file: string }[];
  /** Whether it can be resumed from here, and if not, why. */
  readonly resumable: true | string;
  /** Whether it ended at a number that is not finite, and can go on from its last good state with half the learning rate. */
  readonly rollback: boolean;
  /** Whether there is a model, to be evaluated and looked into, and if not, why. */
  readonly model: true | string;
  /** Whether figures of it come of draws of z: not of autoencoders without a density. */
  readonly takesDraws: boolean;
  /** What its last evaluation from here came to, of the model that it has now. */
  readonly evaluation?: RunEvaluation;
  /** The last lines that its training wrote to stderr, where it was started from here. */
  readonly log: readonly string[];
}

/** What `rootsigma evaluate` came to, in words. */
export interface RunEvaluation {
  /** `test`, or `all` where there is none. */
  readonly split: string;
  readonly examples: number;
  readonly figures: readonly EvaluationFigure[];
  /** Metrics that cannot be had, and why. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
}

/** A number of an evaluation (null where it is not finite), or several: one a latent dimension, one a factor. */
export type EvaluationFigure = {
  /** `nll`, `mig.perFactor` */
  readonly name: string;
  /** `NLL` */
  readonly title: string;
  /** The metric that it is of, where it is one of the table of metrics. */
  readonly group?: string;
  readonly unit?: string;
  /** What it is, and which is better. */
  readonly what?: string;
  readonly standardError?: number;
  /** Of z an example. */
  readonly draws?: number;
  /** How many there are in all: 3 **of 8** active units. */
  readonly of?: number;
} & (
  | { readonly value: number | null }
  | { readonly values: readonly (number | null)[]; readonly names?: readonly string[] }
);

/**
 * One metric over training, with at most as many points as were asked for. Each stands for some values next to each other, itself the
 * last of them by `step`, `epoch` and `time`: `value` is their mean, null where one of them is not finite; `low` and `high` are the
 * extremes of those that are.
 */
export interface Series {
  /** `training.elbo`, `validation.kl`, `step.loss`, `step.gradientNorm`, `step.learningRate`, `scalars.beta`, … */
  readonly name: string;
  readonly step: readonly number[];
  readonly epoch: readonly number[];
  /** Seconds since training began; null where the record has none. */
  readonly time: readonly (number | null)[];
  readonly value: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** `GET /api/runs/:id/series?points=1000[&metrics=a,b]` */
export interface RunSeries {
  readonly id: string;
  readonly series: readonly Series[];
  /** Nats of KL by epoch (rows) and latent dimension (columns), where the record has it. */
  readonly klPerDimension?: { readonly epochs: readonly number[]; readonly values: readonly (readonly number[])[] };
  readonly activeUnits?: { readonly epochs: readonly number[]; readonly values: readonly number[] };
  /** Where the record was read to: `GET /api/live?runs=ID&from=CURSOR` goes on from here, without a gap or a repetition. */
  readonly cursor: string;
  /** The same in bytes: of `records` that come by a stream which began before, those beyond this `position` are not in here yet. */
  readonly position: number;
}

/**
 * Events of `GET /api/live?runs=ID,ID&from=CURSOR,CURSOR` (text/event-stream, read by `fetch`, as EventSource sends no token): at first a
 * `run` for every run there is, then what changes. `from` has the cursors of the runs' series, in their order; a run without one begins
 * with what comes after now. At most 16 runs. Each event has an `id`, an opaque text: the header `Last-Event-ID` goes on after
 * it without a gap or a repetition of records, after the studio itself was started anew too. Comments (`:`) come every 15 s.
 */
export type LiveEvent =
  /** First of all, whenever a stream begins: which runs there are. Others are gone. */
  | { readonly type: 'present'; readonly ids: readonly string[] }
  | { readonly type: 'run'; readonly run: RunSummary }
  | { readonly type: 'gone'; readonly id: string }
  /** Records of metrics.jsonl as they were written, of the runs that were asked for, and the bytes at which each ends there. */
  | {
      readonly type: 'records';
      readonly id: string;
      readonly records: readonly unknown[];
      readonly positions: readonly number[];
      readonly cursor: string;
    }
  /** A run's log is another (overwritten, rolled back, resumed): its series are to be fetched again; what comes after now follows. */
  | { readonly type: 'restart'; readonly id: string };

/** `GET /api/about` */
export interface About {
  readonly version: string;
  readonly runs: string;
  /** The folder given by `--data`, and what can be trained on in it, by path below it. */
  readonly data?: { readonly folder: string; readonly files: readonly string[] };
  readonly uploads: readonly string[];
  /** `isDrawn`: by code, so that a page can make it too; else downloaded. */
  readonly datasets: readonly { readonly name: string; readonly what: string; readonly isDrawn: boolean }[];
  readonly maxUploadBytes: number;
  /** Of trainings started from here, at once. */
  readonly maxTrainings: number;
}

/** One field of the form that starts a training, made from the rows of the table of parts: `GET /api/form`. */
export interface FormField {
  /** The option's name in `train`'s options. */
  readonly name: string;
  readonly flag: string;
  readonly help: string;
  /** What its value may be, in words: a whole number of at least 1. */
  readonly expected: string;
  readonly type: 'number' | 'whole' | 'text' | 'flag' | 'choice' | 'numbers';
  readonly choices?: readonly { readonly value: string; readonly what: string }[];
  readonly default?: unknown;
  readonly group: string;
  /** Shown only where these options have these values. */
  readonly when?: Readonly<Record<string, readonly string[]>>;
}

export interface TrainingForm {
  readonly presets: readonly { readonly name: string; readonly what: string; readonly options: Readonly<Record<string, unknown>> }[]; // prettier-ignore
  readonly fields: readonly FormField[];
}

/** Answer of `POST /api/form/check` { options }: what is wrong with options, by their names, as somebody types them. */
export interface FormFaults {
  readonly faults: Readonly<Record<string, string>>;
}

/** Body of `POST /api/trainings`; answers 201 with `{ id }`, or a problem that names the field (`pointer`). */
export interface StartTraining {
  /** Where the examples come from: a built-in set, a path below `--data`, or an upload. */
  readonly data: { readonly kind: 'dataset' | 'file' | 'upload'; readonly name: string };
  /** The run's name below RUNS; one is made where there is none. */
  readonly name?: string;
  readonly options: Readonly<Record<string, unknown>>;
}
// Further, all of which work:
// - `POST /api/runs/:id/stop` {}: the training ends after its step and saves; 202.
// - `POST /api/runs/:id/resume` { epochs?, onNan?: 'rollback' }; 202.
// - `POST /api/runs/:id/evaluate` { draws?, metrics?: 'all' }; 202, and a `run` event with its `nll`, or an alarm of kind `failed`, when it is done.
// - `GET /api/runs/:id/start` → StartTraining, to duplicate it; `data.name` is empty where its data are not to be had from here.
// - `POST /api/uploads?name=NAME`, the file's bytes as application/octet-stream; 201 with `{ name }`, the name that it has now.
// - `DELETE /api/uploads/NAME`; 204. Runs that were trained on it keep what they have.
// - `GET /api/runs/:id/files/NAME`: `RunDetail.files` and `pictures` have the names.
