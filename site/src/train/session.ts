import type { Reply, Request, SubjectName } from './messages.ts';
import { idle, isBusy } from './state.ts';
import type { TrainState } from './state.ts';

/** The page's side of a training: asks the worker, and keeps what it told. */
export class TrainSession {
  state: TrainState;
  readonly #changed: () => void;
  #worker: Worker | undefined;
  #begun = 0;

  constructor(subject: SubjectName, changed: () => void) {
    this.state = idle(subject);
    this.#changed = changed;
  }

  train(subject: SubjectName, seed: number, degrees: number): void {
    this.#set({ ...idle(subject, this.state.loaded), phase: 'loading' });
    this.#ask({ ask: 'train', subject, seed, degrees });
  }

  stop(): void {
    if (this.state.phase === 'training') {
      this.#ask({ ask: 'stop' });
    } else {
      // What is still loading has nothing to show.
      this.forget(this.state.subject);
    }
  }

  turn(degrees: number): void {
    if (this.state.looks) this.#ask({ ask: 'turn', degrees });
  }

  /** Other data or another seed: what was learned belongs to the old ones. */
  forget(subject: SubjectName): void {
    if (isBusy(this.state)) this.#end();
    this.#set(idle(subject, this.state.loaded));
  }

  #set(state: TrainState): void {
    this.state = state;
    this.#changed();
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #ask(request: Request): void {
    try {
      this.#worker ??= this.#start();
    } catch (error) {
      this.#fail('unstarted', error);
      return;
    }
    this.#worker.postMessage(request);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
      if (worker === this.#worker) this.#hear(data);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (worker === this.#worker)
        this.#fail('unstarted', new Error(`train: ${event.message || 'the worker’s script did not load'}`));
    });
    return worker;
  }

  #fail(phase: 'unstarted' | 'broken', reason: unknown): void {
    // For developers; the reader gets a sentence.
    reportError(reason);
    this.#end();
    this.#set({ ...idle(this.state.subject), phase });
  }

  #hear(reply: Reply): void {
    const { state } = this;
    switch (reply.tell) {
      case 'begun':
        this.#begun = performance.now();
        this.#set({ ...state, phase: 'training', loaded: true, epochs: reply.epochs, logDensity: reply.logDensity });
        return;
      case 'looked': {
        const { epoch, degrees, looks } = reply;
        const { diagonal, full } = state.curves;
        const curves = { diagonal: [...diagonal, looks.diagonal.elbo], full: [...full, looks.full.elbo] };
        this.#set({ ...state, epoch, degrees, looks, curves, seconds: (performance.now() - this.#begun) / 1000 });
        return;
      }
      case 'turned':
        // Of a training that was forgotten meanwhile, nothing is shown.
        if (state.looks) this.#set({ ...state, degrees: reply.degrees, looks: reply.looks });
        return;
      case 'done':
        this.#set({ ...state, phase: reply.stopped ? 'stopped' : 'trained', profiles: reply.profiles });
        return;
      case 'failed':
        this.#fail(reply.where === 'start' ? 'unstarted' : 'broken', new Error(reply.reason));
    }
  }
}
