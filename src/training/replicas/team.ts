import { beforeExit, startFollower } from '#threads';
import { RootsigmaError } from '../../core/index.ts';
import type { Exchange } from './exchange.ts';
import type { FollowerTask, FollowerThread } from './follower-thread.ts';
import { MeetingFailed } from './meeting.ts';
import { writeOrder } from './orders.ts';
import type { Order } from './orders.ts';
import { sharedBatchPart } from './plan.ts';
import type { Range } from './plan.ts';
import type { StepRequest } from './replica.ts';

/** How long followers that wait for orders may take to answer. */
const patienceSeconds = 20;
/** How long the reason of a failure may be on its way from one thread to another. */
const reasonMs = 2000;

/** The threads of the followers, and what the lead tells them. */
export class Team {
  readonly exchange: Exchange;
  /** The part of the batch that followers read. */
  readonly batchPart: Range;
  readonly #threads: readonly FollowerThread[];
  /** Why a follower ended before it was told to; the first reason counts. */
  readonly #failure: Promise<Error>;
  readonly #forgetExit: () => void;
  #failed = false;

  /**
   * Starts a thread for each replica but the first.
   * @param entry the module that they run, where it is not this package's own
   * @throws Error when one of them does not start, with the reason
   */
  static async start(exchange: Exchange, task: Omit<FollowerTask, 'place'>, entry?: URL): Promise<Team> {
    const { plan, memory } = exchange;
    const threads = Array.from({ length: plan.replicas - 1 }, (_, k) =>
      startFollower({ ...task, place: { replicas: plan.replicas, memory, index: k + 1 } }, entry),
    );
    const team = new Team(exchange, threads);
    const problem = await Promise.race([Promise.all(threads.map(({ ready }) => ready)), team.#failure]);
    if (problem instanceof Error) {
      await team.stop();
      throw problem;
    }
    // Followers that wait for orders do not keep the process alive.
    for (const thread of threads) thread.hold(false);
    return team;
  }

  private constructor(exchange: Exchange, threads: readonly FollowerThread[]) {
    this.exchange = exchange;
    this.batchPart = sharedBatchPart(exchange.plan);
    this.#threads = threads;
    this.#forgetExit = beforeExit(() => {
      exchange.activity.settle(exchange.meeting, patienceSeconds);
    });
    this.#failure = Promise.race(threads.map(({ failure }) => failure)).then((error) => {
      this.#failed = true;
      exchange.meeting.fail();
      return error;
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
    this.exchange.activity.rouse(this.#threads.length);
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
    for (const thread of this.#threads) thread.hold(true);
    if (!this.#failed) this.order({ kind: 'stop' });
    await Promise.all(this.#threads.map(({ end }) => end));
    this.#forgetExit();
  }
}
