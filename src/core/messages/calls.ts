import { RootsigmaError } from '../errors.ts';
import { isOurs, unpackError } from './protocol.ts';
import type { Reply, Request } from './protocol.ts';

export interface CallOptions {
  /** Gets what the worker tells before its result. */
  readonly onEvent?: (event: unknown) => void;
  /** Tells the worker; what becomes of the call is its affair. */
  readonly signal?: AbortSignal | undefined;
  /** What of the argument is given away instead of copied. */
  readonly transfer?: readonly Transferable[];
}

interface Pending extends CallOptions {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Calls of methods that a worker serves (`serve`). */
export class WorkerCalls {
  static readonly #known = new WeakMap<Worker, WorkerCalls>();
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  /** The calls of a worker: one object for each. */
  static of(worker: Worker): WorkerCalls {
    let calls = WorkerCalls.#known.get(worker);
    if (!calls) WorkerCalls.#known.set(worker, (calls = new WorkerCalls(worker)));
    return calls;
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (isOurs(data)) this.#hear(data as Reply);
    });
    const fail = (reason: string): void => {
      for (const { reject } of this.#pending.values()) reject(new RootsigmaError(`The worker failed: ${reason}`));
      this.#pending.clear();
    };
    worker.addEventListener('error', (event) => {
      // Else a worker's worker fails the calls of everybody above it.
      event.preventDefault();
      // A script that does not load has no message.
      fail(event.message || "its script did not load. It must be the module 'rootsigma/worker', or import it.");
    });
    worker.addEventListener('messageerror', () => {
      fail('a message could not be read.');
    });
  }

  /** @throws the worker's error; DataCloneError for an argument that cannot be sent */
  call(method: string, argument: unknown, options: CallOptions = {}): Promise<unknown> {
    const id = ++this.#last;
    const { signal, transfer } = options;
    const abort = (): void => {
      this.#send({ rootsigma: 'abort', id });
    };
    return new Promise((resolve, reject) => {
      this.#send({ rootsigma: 'call', id, method, argument }, transfer);
      this.#pending.set(id, { ...options, resolve, reject });
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort, { once: true });
    }).finally(() => {
      signal?.removeEventListener('abort', abort);
    });
  }

  #send(request: Request, transfer: readonly Transferable[] = []): void {
    this.#worker.postMessage(request, [...transfer]);
  }

  #hear(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (!pending) return;
    if (reply.rootsigma === 'event') {
      pending.onEvent?.(reply.event);
      return;
    }
    this.#pending.delete(reply.id);
    if (reply.rootsigma === 'done') pending.resolve(reply.result);
    else pending.reject(unpackError(reply.error));
  }
}
