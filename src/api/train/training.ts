import { ValueError, checkOptions, noticesTo } from '../../core/index.ts';
import type { TrainingEvent } from '../../training/index.ts';
import type { DataInput } from '../data/data.ts';
import { together } from '../../mpi/index.ts';
import { EventQueue } from './event-queue.ts';
import type { Run } from '../run/run.ts';
import { refuseFlatOwnOptions, trainOptionRules } from './train-options.ts';
import type { TrainOptions } from './train-options.ts';
import { trainInWorker } from './worker-training.ts';

/**
 * A training under way: await it for the `Run`, or iterate over its events.
 *
 *     for await (const event of train('digits')) if (event.event === 'epoch') console.log(event.training.elbo);
 */
export class Training implements PromiseLike<Run>, AsyncIterable<TrainingEvent> {
  readonly #run: Promise<Run>;
  readonly #queue = new EventQueue<TrainingEvent>();

  constructor(data: DataInput, options: TrainOptions) {
    this.#run = runTraining(data, options, this.#queue);
    this.#run.then(
      () => {
        this.#queue.end();
      },
      (error: unknown) => {
        this.#queue.fail(error);
      },
    );
  }

  then<A = Run, B = never>(
    onFulfilled?: ((run: Run) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#run.then(onFulfilled, onRejected);
  }

  [Symbol.asyncIterator](): AsyncIterator<TrainingEvent> {
    return this.#queue.listen();
  }
}

/**
 * Trains a VAE.
 *
 * @param data a built-in name (`digits`), a folder or file by its path (in Node), files that the user picked, a table, a data set, or an
 *   array [examples, ...shape]
 * @throws ValueError or DataError (when awaited) for options or data that do not fit; NumericalError when a loss is not
 *   finite, naming the step and the layer
 */
export function train(data: DataInput, options: TrainOptions = {}): Training {
  return new Training(data, options);
}

async function runTraining(
  data: DataInput,
  given: TrainOptions,
  queue: Pick<EventQueue<TrainingEvent>, 'push'>,
): Promise<Run> {
  // Not checked yet: what is no object has no ranks.
  const { ranks } = Object(given) as TrainOptions;
  if (!ranks || !(ranks.size > 1)) {
    return trainChecked(data, ranks?.size === 1 ? { ...given, ranks: undefined } : given, queue);
  }
  // Rank 0 speaks for all.
  const own = ranks.rank === 0 ? given : { ...given, onNotice: 'silent' as const };
  return together(ranks, () => trainChecked(data, own, queue));
}

async function trainChecked(
  data: DataInput,
  given: TrainOptions,
  queue: Pick<EventQueue<TrainingEvent>, 'push'>,
): Promise<Run> {
  refuseFlatOwnOptions(given);
  checkOptions('train', given, trainOptionRules);
  const onNotice = noticesTo(given.onNotice);
  const onEvent = (event: TrainingEvent): void => {
    given.onEvent?.(event);
    queue.push(event);
  };
  const options = { ...given, onNotice, onEvent };
  const { worker, ranks } = options;
  if (worker && ranks)
    throw new ValueError('train: ranks are processes of Node, and a worker is of a page: choose one.');
  if (worker) return trainInWorker(data, { ...options, worker });
  // A page that trains in its worker does not fetch what trains.
  const { trainHere } = await import('./train-here.ts');
  return trainHere(data, options);
}
