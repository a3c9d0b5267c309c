/** What is used of a `Worker` of node:worker_threads, whose types strangers may not have. */
export interface NodeThread {
  on(event: 'message', listener: (data: unknown) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  postMessage(message: unknown): void;
}

/** A thread of Node's as the part of a page's worker that `WorkerCalls` uses; one that ends by an error fails its calls. */
export function asPageWorker(thread: NodeThread): Worker {
  const listen = (type: string, listener: (event: unknown) => void): void => {
    if (type === 'message') {
      thread.on('message', (data: unknown) => {
        listener({ data });
      });
    } else if (type === 'error') {
      const fail = (message: string): void => {
        listener({ message, preventDefault: () => undefined });
      };
      thread.on('error', ({ message }) => {
        fail(message);
      });
      thread.on('exit', (code) => {
        if (code !== 0) fail(`it ended with code ${code}`);
      });
    }
  };
  const post = (message: unknown): void => {
    thread.postMessage(message);
  };
  return { addEventListener: listen, postMessage: post } as unknown as Worker;
}
