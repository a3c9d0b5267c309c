import { ValueError, nearestName, rule } from '../../core/index.ts';
import type { OnNotice, OptionRules } from '../../core/index.ts';
import type { DatasetOptions, LoadProgress } from '../../data/index.ts';
import { engineOptionRules } from '../../engine/index.ts';
import type { EngineOptions } from '../../engine/index.ts';
import { partsRule } from '../../config/index.ts';
import type { PartRow } from '../../config/index.ts';
import type { NetworksFactory } from '../../models/index.ts';
import type { Communicator } from '../../mpi/index.ts';
import type { TrainingEvent } from '../../training/index.ts';
import { modelOptionRules } from './model-options.ts';
import type { ModelOptions } from './model-options.ts';
import type { RunPlace, RunSource } from '../keeping/place.ts';
import type { Run } from '../run/run.ts';

/** Options of `train`: the model's and the training's flat, how data are read, where the run is kept, and who hears of it. */
export interface TrainOptions extends ModelOptions {
  /**
   * Networks of your own instead of the built-in ones, made to the sizes that they get; see `rootsigma/nn` for layers. No
   * file holds them: `load` must be given the same again.
   */
  readonly networks?: NetworksFactory;
  /**
   * Parts of your own, which `definePrior`, `definePosterior`, `defineLikelihood`, `defineNetwork` and `defineObjective` give: their
   * names can be chosen like those of the built-in ones. No file holds their code: `load` must be given the same again.
   */
  readonly parts?: readonly PartRow[];
  /** What the data are made with or how they are read: seed, count, size, … Each source takes some of them. */
  readonly dataOptions?: DatasetOptions;
  /** Default: `auto`, ONNX Runtime's native build, or its WebAssembly build where that does not load. */
  readonly engine?: EngineOptions['engine'];
  /**
   * In a page: a worker that runs `rootsigma/worker`. It trains there, and the run that it gives computes there, so that the
   * page stays responsive (docs/in-a-page.md).
   */
  readonly worker?: Worker;
  /**
   * Write the run to this folder as it goes: a path; in a page `{ opfs: 'runs/x' }`, which the browser keeps. Default: nothing
   * is written.
   */
  readonly out?: RunPlace;
  /** Replace a run that the folder holds. */
  readonly overwrite?: boolean;
  /**
   * Start from the weights of this run instead of drawn ones (fine-tuning): a `Run`, or what `load` takes. The new run has its
   * model and the form of its data (columns, codes, standardisation); options that would be others are refused. It has its
   * objective too, unless you ask for another. What training is (epochs, batches, learning rate) is as new as the optimiser.
   */
  readonly from?: RunSource | Run;
  /** Continue the run that the folder holds from its last checkpoint, to the bit as if it had not stopped. */
  readonly resume?: boolean;
  /**
   * Seconds between checkpoints, within epochs too; 0: after every step. Default: 10, and at most a twentieth of the time. The
   * first is taken after the first step.
   */
  readonly checkpointEvery?: number;
  /**
   * With `out`, for images: epochs between pictures of the model as it is then (samples of the prior, reconstructions), kept in
   * `pictures/`; 0: none. Default: after each of the first epochs, then ever fewer, some 50 in 3,000, and 100 steps apart at least.
   */
  readonly pictures?: number;
  /**
   * With `out`: another record of the training beside `metrics.jsonl`. `tensorboard`: event files in `tensorboard/`, which TensorBoard
   * reads (metrics, pictures, a histogram of the KL of latent dimensions, hyperparameters). Default: none.
   */
  readonly log?: 'tensorboard';
  /**
   * The processes that train together (`rootsigma/mpi`): each calls `train` with the same data and options, takes its rows of every
   * batch, and gets the same run. Rank 0 alone writes to `out` and gives notices. Default: this process trains alone.
   */
  readonly ranks?: Communicator | undefined;
  /** Gets every event: steps, epochs, the end. */
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Gets how far data have been downloaded or read, where that takes time. */
  readonly onLoad?: (progress: LoadProgress) => void;
  /**
   * Gets what a person should know: what the data were taken for, grey pixels, a slower engine. One line each, of the run's
   * later work too. Default: the console.
   */
  readonly onNotice?: OnNotice | undefined;
  /** Stops after the step under way; what was learned so far is the result. */
  readonly signal?: AbortSignal;
}

export const trainOptionRules: OptionRules<TrainOptions> = {
  ...modelOptionRules,
  networks: rule.callback,
  parts: partsRule,
  dataOptions: rule.object,
  engine: engineOptionRules.engine,
  worker: engineOptionRules.worker,
  out: rule.either(rule.text, rule.object),
  overwrite: rule.flag,
  from: rule.either(rule.text, rule.object),
  resume: rule.flag,
  checkpointEvery: rule.number({ least: 0 }),
  pictures: rule.whole(0),
  log: rule.oneOf(['tensorboard']),
  ranks: rule.object,
  onEvent: rule.callback,
  onLoad: rule.callback,
  onNotice: rule.notice,
  signal: rule.signal,
};

/**
 * Options of built-in parts may stand flat beside the part's name; those of one's own stand in it, as no type could know them.
 *
 * @throws ValueError for an option, or a slip of the hand for it, of a part of one's own that is given flat, saying how to give it
 */
export function refuseFlatOwnOptions(given: unknown): void {
  if (!rule.object.accepts(given)) return;
  const options = given as object;
  const { parts = [] } = options as { readonly parts?: readonly PartRow[] };
  if (!partsRule.accepts(parts)) return;
  const known = Object.keys(trainOptionRules);
  for (const name of Object.keys(options).filter((each) => !known.includes(each))) {
    const own = nearestName(name, [...known, ...parts.flatMap((row) => Object.keys(row.options))]);
    const row = parts.find((each) => own !== undefined && Object.hasOwn(each.options, own));
    if (own === undefined || row === undefined) continue;
    throw new ValueError(
      `train: '${name}' is no option by itself: '${own}' is one of the ${row.kind} '${row.name}', a part of your own, and stands in it, ${row.kind}: { name: '${row.name}', ${own}: … }.`,
    );
  }
}
