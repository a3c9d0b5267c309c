import { ValueError } from '../errors.ts';
import { isOurs, packError } from './protocol.ts';
import type { Reply, Request } from './protocol.ts';

/** What a method gets besides its argument. */
export interface CallContext {
  /** Tells the caller something before the result. */
  readonly tell: (event: unknown) => void;
  /** Fires when the caller wants it to stop. */
  readonly signal: AbortSignal;
}

export type Method = (argument: never, context: CallContext) => unknown;

/** What a worker's own thread has of its global object. */
export interface WorkerScope {
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  postMessage(message: unknown): void;
}

/** Answers the calls (`WorkerCalls`) that reach a worker. */
export function serve(scope: WorkerScope, methods: Readonly<Record<string, Method>>): void {
  const running = new Map<number, AbortController>();
  const reply = (message: Reply): void => {
    scope.postMessage(message);
  };
  scope.addEventListener('message', ({ data }) => {
    if (!isOurs(data)) return;
    const request = data as Request;
    if (request.rootsigma === 'abort') running.get(request.id)?.abort();
    else void answer(request);
  });

  async function answer({ id, method, argument }: Extract<Request, { rootsigma: 'call' }>): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    const tell = (event: unknown): void => {
      reply({ rootsigma: 'event', id, event });
    };
    try {
      const found = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (!found) throw new ValueError(`The worker has no method '${method}': is it of another version of rootsigma?`);
      const result = await found(argument as never, { tell, signal: controller.signal });
      reply({ rootsigma: 'done', id, result });
    } catch (error) {
      reply({ rootsigma: 'failed', id, error: packError(error) });
    } finally {
      running.delete(id);
    }
  }
}
