import { UnsupportedError, nextTurn, noticesTo } from '../../core/index.ts';
import { WorkerCalls, arrivals, sendArray } from '../../core/messages/index.ts';
import type { CallContext } from '../../core/messages/index.ts';
import type { DatasetSplits } from '../../data/index.ts';
import { MemoryStore } from '../../io/index.ts';
import type { RunConfig } from '../../config/index.ts';
import type { TrainingEvent } from '../../training/index.ts';
import type { LoadProgress } from '../../data/index.ts';
import { resolveData } from '../data/data.ts';
import type { DataInput } from '../data/data.ts';
import { assembleRun } from '../run/load.ts';
import { originArchive, originOf, refuseSamePlace } from './origin.ts';
import { storeAt } from '../keeping/place.ts';
import type { Run } from '../run/run.ts';
import { weightsOf } from '../keeping/run-files.ts';
import type { TrainOptions } from './train-options.ts';
import { packData, unpackData } from './worker-data.ts';
import type { PackedData } from './worker-data.ts';

/** What a worker needs to train: plain data. */
interface TrainRequest {
  readonly data: PackedData;
  readonly options: Omit<
    TrainOptions,
    'worker' | 'signal' | 'networks' | 'parts' | 'onEvent' | 'onLoad' | 'onNotice' | 'from'
  > & {
    readonly from?: File;
  };
}

/** What it tells meanwhile. */
type Told =
  | { readonly kind: 'event'; readonly value: TrainingEvent }
  | { readonly kind: 'load'; readonly value: LoadProgress }
  | { readonly kind: 'notice'; readonly value: string };

interface TrainResult {
  readonly config: RunConfig;
  /** The contents of model.safetensors. */
  readonly weights: Uint8Array<ArrayBuffer>;
}

/**
 * Trains in a worker that runs `rootsigma/worker`. The run computes there too, as long as the worker lives.
 *
 * @throws UnsupportedError for what cannot be sent there: networks of one's own, a store in this thread's memory
 */
export async function trainInWorker(
  data: DataInput,
  options: TrainOptions & { readonly worker: Worker },
): Promise<Run> {
  const { worker, signal, networks, parts, onEvent, onLoad, onNotice, from, ...rest } = options;
  if (networks) {
    throw new UnsupportedError(
      'train: networks of your own are functions, which cannot be sent to a worker. Call train in a worker of your own instead.',
    );
  }
  if (parts && parts.length > 0) {
    throw new UnsupportedError(
      'train: parts of your own are functions, which cannot be sent to a worker. Call train in a worker of your own instead.',
    );
  }
  if (rest.out instanceof MemoryStore || (typeof rest.out === 'object' && 'replace' in rest.out)) {
    throw new UnsupportedError(
      "train: a store is in this thread's memory, where the worker cannot write. Use { opfs: 'runs/x' } or a folder's handle.",
    );
  }
  const say = noticesTo(onNotice);
  // Stores and addresses are this thread's: what they hold goes along.
  const start = from && (await originOf(from, {}));
  if (start && rest.out !== undefined) await refuseSamePlace(start, await storeAt(rest.out));
  const origin = start && { from: await originArchive(start) };
  const calls = WorkerCalls.of(worker);
  const packed = await packData(data, (array) => sendArray(calls, array));
  const request: TrainRequest = { data: packed, options: { ...rest, ...origin } };
  const { config, weights } = (await calls.call('train', request, {
    signal,
    onEvent: (told) => {
      const { kind, value } = told as Told;
      if (kind === 'event') onEvent?.(value);
      else if (kind === 'load') onLoad?.(value);
      else say(value);
    },
  })) as TrainResult;
  // Its arrival has taken its time already.
  await nextTurn();
  return assembleRun(
    {
      config,
      weights,
      data: once(() => {
        const context = config.from && { like: config.data, trainsOn: true };
        return resolveData(data, { ...config.data.options, ...rest.dataOptions }, context);
      }),
      store: rest.out === undefined ? undefined : await storeAt(rest.out),
    },
    { name: 'train', worker, onNotice, ...(rest.engine !== undefined && { engine: rest.engine }) },
  );
}

/** The data as they were read in the worker: read again here when they are first asked for. */
function once(read: () => Promise<DatasetSplits>): () => Promise<DatasetSplits> {
  let splits: Promise<DatasetSplits> | undefined;
  return () => (splits ??= read());
}

/** What the worker does for `trainInWorker`: methods for `serve`. */
export function trainingService(train: (data: DataInput, options: TrainOptions) => PromiseLike<Run>) {
  const { methods, take } = arrivals();
  return {
    ...methods,
    async train({ data, options }: TrainRequest, { tell, signal }: CallContext): Promise<TrainResult> {
      const say = (told: Told): void => {
        tell(told);
      };
      const run = await train(unpackData(data, take), {
        ...options,
        signal,
        onEvent: (value) => {
          say({ kind: 'event', value });
        },
        onLoad: (value) => {
          say({ kind: 'load', value });
        },
        onNotice: (value) => {
          say({ kind: 'notice', value });
        },
      });
      await run.dispose();
      return { config: run.config, weights: await weightsOf(run) };
    },
  };
}
