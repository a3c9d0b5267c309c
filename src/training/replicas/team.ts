import type { Worker } from 'node:worker_threads';
import { RootsigmaError } from '../../core/index.ts';
import type { PackedGraph } from '../../graph/index.ts';
import type { Exchange } from './exchange.ts';
import { MeetingFailed } from './meeting.ts';
import { writeOrder } from './orders.ts';
import type { Order } from './orders.ts';
import { sharedBatchPart } from './plan.ts';
import type { Range } from './plan.ts';
import type { ReplicaOptions, StepRequest } from './replica.ts';

/** What a follower's thread is given: plain data. */
export interface FollowerTask extends Omit<ReplicaOptions, 'graph' | 'place'> {
  readonly step: { readonly outputs: PackedGraph; readonly shape: readonly [rows: number, inputSize: number] };
  readonly place: { readonly replicas: number; readonly memory: SharedArrayBuffer; readonly index: number };
}

/** How long followers that wait for orders may take to answer. */
const patienceSeconds = 20;
/** How long the reason of a failure may be on its way from one thread to another. */
const reasonMs = 2000;

/** The threads of the followers, and what the lead tells them. */
export class Team {
  readonly exchange: Exchange;
  /** The part of the batch that followers read. */
  readonly batchPart: Range;
  readonly #workers: readonly Worker[];
  /** Why a follower ended before it was told to; the first reason counts. */
  readonly #failure: Promise<Error>;
  readonly #beforeExit = (): void => {
    this.exchange.activity.settle(this.exchange.meeting, patienceSeconds);
  };
  #failed = false;

  /**
   * Starts a thread for each replica but the first.
   * @param entry the module that they run
   * @throws Error when one of them does not start, with the reason
   */
  static async start(exchange: Exchange, task: Omit<FollowerTask, 'place'>, entry: URL): Promise<Team> {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const { plan, memory } = exchange;
    const workers = Array.from({ length: plan.replicas - 1 }, (_, k) => {
      const place = { replicas: plan.replicas, memory, index: k + 1 };
      const workerData: FollowerTask = { ...task, place };
      // Flags of the process can be such that no file can run (`--input-type`), and loaders that the follower needs not.
      return new Worker(entry, { workerData, execArgv: [] });
    });
    const team = new Team(exchange, workers);
    const ready = Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
    const problem = await Promise.race([ready, team.#failure]);
    if (problem instanceof Error) {
      await team.stop();
      throw problem;
    }
    // Followers that wait for orders do not keep the process alive.
    for (const worker of workers) worker.unref();
    return team;
  }

  private constructor(exchange: Exchange, workers: readonly Worker[]) {
    this.exchange = exchange;
    this.batchPart = sharedBatchPart(exchange.plan);
    this.#workers = workers;
    process.on('exit', this.#beforeExit);
    this.#failure = new Promise((resolve) => {
      const fail = (error: Error): void => {
        this.#failed = true;
        exchange.meeting.fail();
        resolve(error);
      };
      for (const worker of workers) {
        worker.on('error', fail);
        worker.on('exit', (code) => {
          if (code !== 0) fail(new RootsigmaError(`a thread ended with code ${code}`));
        });
      }
    });
  }

  /** Tells the followers to take a step; they begin at once. @throws MeetingFailed when one of them cannot */
  async begin(request: StepRequest): Promise<void> {
    this.#write({ kind: 'step', ...request });
    await this.exchange.meeting.waitLong();
  }

  /** Tells the followers what to do between steps. @throws MeetingFailed when one of them cannot */
  order(order: Order): void {
    this.#write(order);
    this.exchange.meeting.wait(patienceSeconds);
  }

  #write(order: Order): void {
    this.exchange.activity.rouse(this.#workers.length);
    writeOrder(order, this.exchange.order);
  }

  /** Waits until the followers have carried out an order that ends with a meeting. */
  finish(): void {
    this.exchange.meeting.wait(patienceSeconds);
  }

  /** The error to report when the lead ran into `error` in a step: a follower's, where one of them failed first. */
  async reasonFor(error: unknown): Promise<unknown> {
    this.exchange.meeting.fail();
    this.#failed = true;
    if (!(error instanceof MeetingFailed)) return error;
    const silence = new Promise<Error>((resolve) => setTimeout(resolve, reasonMs, error));
    const cause = await Promise.race([this.#failure, silence]);
    return new RootsigmaError(`train: a thread of the step failed: ${cause.message}`, { cause });
  }

  /** Ends the followers, each after what it is doing: ONNX Runtime must not be stopped while it runs. */
  async stop(): Promise<void> {
    const ends = this.#workers.map(
      (worker) =>
        new Promise<void>((resolve) => {
          if (worker.threadId === -1) resolve();
          else
            worker.once('exit', () => {
              resolve();
            });
        }),
    );
    for (const worker of this.#workers) worker.ref();
    if (!this.#failed) this.order({ kind: 'stop' });
    await Promise.all(ends);
    process.off('exit', this.#beforeExit);
  }
}
