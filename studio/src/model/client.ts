// The page's end of the worker in which models compute. It is started by who first needs it, and ended with the page.
import { WorkerCalls } from '../../../src/core/messages/index.ts';
import type { CallOptions } from '../../../src/core/messages/index.ts';
import type { RunDetail } from '../../../src/studio/contract.ts';
import { getFile } from '../api/client.ts';
import type { Decoded, DecodeRequest, OpenedModel, PlaygroundRequest, Row, WhatIf } from './messages.ts';

/** What of a run a model is opened from. */
const modelFiles = ['config.json', 'model.safetensors', 'thresholds.json'];

export class ModelClient {
  readonly #worker = new Worker(new URL('./model.worker.ts', import.meta.url), { type: 'module' });

  /** Opens a run of the studio's, by the files that it has. */
  async open({ id, files }: Pick<RunDetail, 'id' | 'files'>, signal: AbortSignal): Promise<OpenedModel> {
    const needed = files.filter(({ name }) => modelFiles.includes(name));
    const contents = await Promise.all(
      needed.map(async ({ name }) => {
        const blob = await getFile(id, name, { signal });
        return [name, new Uint8Array(await blob.arrayBuffer())] as const;
      }),
    );
    return this.#call('open', { files: contents }) as Promise<OpenedModel>;
  }

  decode(request: DecodeRequest): Promise<Decoded> {
    return this.#call('decode', request) as Promise<Decoded>;
  }

  whatIf(row: Row): Promise<WhatIf> {
    return this.#call('whatIf', { row }) as Promise<WhatIf>;
  }

  /** Trains; what `options.onEvent` gets is a `PlaygroundTold`. */
  async play(request: PlaygroundRequest & { readonly goOn: boolean }, options: CallOptions): Promise<void> {
    await this.#call('play', request, options);
  }

  /** Draws given such a condition, from now on; undefined while it trains: the next look has them. */
  draw(given: Row): Promise<Decoded | undefined> {
    return this.#call('draw', { given }) as Promise<Decoded | undefined>;
  }

  /** The run that was trained last, as a ZIP. */
  zip(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#call('zip', undefined) as Promise<Uint8Array<ArrayBuffer>>;
  }

  end(): void {
    this.#worker.terminate();
  }

  #call(method: string, argument: unknown, options?: CallOptions): Promise<unknown> {
    return WorkerCalls.of(this.#worker).call(method, argument, options);
  }
}

/** Calls one at a time, the latest of those that wait: what a pointer asked for on its way is not computed any more. */
export class Latest<A, T> {
  readonly #compute: (argument: A) => Promise<T>;
  readonly #take: (result: T, argument: A) => void;
  readonly #fail: (error: unknown) => void;
  #waiting: { readonly argument: A } | undefined;
  #isBusy = false;

  constructor(
    compute: (argument: A) => Promise<T>,
    { take, fail }: { readonly take: (result: T, argument: A) => void; readonly fail: (error: unknown) => void },
  ) {
    this.#compute = compute;
    this.#take = take;
    this.#fail = fail;
  }

  ask(argument: A): void {
    this.#waiting = { argument };
    if (!this.#isBusy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting) {
      const { argument } = this.#waiting;
      this.#waiting = undefined;
      try {
        this.#take(await this.#compute(argument), argument);
      } catch (error) {
        this.#fail(error);
      }
    }
    this.#isBusy = false;
  }
}
