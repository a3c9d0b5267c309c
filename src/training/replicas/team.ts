import { beforeExit, startFollower } from '#threads';
import { RootsigmaError } from '../../core/index.ts';
import type { Exchange } from './thread-exchange.ts';
import type { FollowerTask, FollowerThread } from './follower-thread.ts';
import { BrokenBarrierError } from './barrier.ts';
import { writeCommand } from './commands.ts';
import type { Command } from './commands.ts';
import { sharedBatchPart } from './plan.ts';
import type { Rank } from './plan.ts';
import type { Range } from './range.ts';
import type { StepRequest } from './commands.ts';

/** How long followers that wait for commands may take to answer. */
const timeoutSeconds = 20;
/** How long the reason of a failure may be on its way from one thread to another. */
const reasonMs = 2000;
/** How long a follower may be late in a step, besides 20 times what the lead takes for its part; and how long to end once one has failed. */
const lateSeconds = 120;
const endSeconds = 20;

/** The threads of the followers, and what the lead tells them. */
export class Team {
  readonly exchange: Exchange;
  /** The part of the batch that followers read. */
  readonly batchPart: Range;
  readonly #threads: readonly FollowerThread[];
  /** Why a follower ended before it was told to; the first reason counts. */
  readonly #failure: Promise<Error>;
  readonly #patience: number;
  readonly #forgetExit: () => void;
  #failed = false;

  /**
   * Starts a thread for each replica but the first.
   * @param options.entry the module that they run, where it is not this package's own
   * @param options.of whose threads they are, where they are those of one of several processes
   * @param options.patience seconds that one may be late in a step, besides 20 times what the lead takes for its part
   * @throws Error when one of them does not start, with the reason
   */
  static async start(
    exchange: Exchange,
    task: Omit<FollowerTask, 'member'>,
    options: {
      readonly entry?: URL | undefined;
      readonly patience?: number | undefined;
      readonly of?: Rank | undefined;
    } = {},
  ): Promise<Team> {
    const { entry, patience = lateSeconds, of } = options;
    const { plan, memory } = exchange;
    const threads = Array.from({ length: plan.replicas - 1 }, (_, k) =>
      startFollower({ ...task, member: { replicas: plan.replicas, memory, index: k + 1, of } }, entry),
    );
    exchange.barrier.expectWithin(patience);
    const team = new Team(exchange, threads, patience);
    const problem = await Promise.race([Promise.all(threads.map(({ ready }) => ready)), team.#failure]);
    if (problem instanceof Error) {
      await team.stop();
      throw problem;
    }
    // Followers that wait for commands do not keep the process alive.
    for (const thread of threads) thread.hold(false);
    return team;
  }

  private constructor(exchange: Exchange, threads: readonly FollowerThread[], patience: number) {
    this.#patience = patience;
    this.exchange = exchange;
    this.batchPart = sharedBatchPart(exchange.plan);
    this.#threads = threads;
    this.#forgetExit = beforeExit(() => {
      exchange.activity.drain(exchange.barrier, timeoutSeconds);
    });
    this.#failure = Promise.race(threads.map(({ failure }) => failure)).then((error) => {
      this.#failed = true;
      exchange.barrier.abort();
      return error;
    });
  }

  /** Tells the followers to take a step; they begin at once. @throws BrokenBarrierError when one of them cannot */
  async begin(request: StepRequest): Promise<void> {
    this.#post({ kind: 'step', ...request });
    await this.exchange.barrier.waitYielding();
  }

  /** Tells the followers what to do between steps. @throws BrokenBarrierError when one of them cannot */
  send(command: Command): void {
    this.#post(command);
    this.exchange.barrier.wait(timeoutSeconds);
  }

  #post(command: Command): void {
    this.exchange.activity.add(this.#threads.length);
    const { command: words, plan } = this.exchange;
    writeCommand(command, words, plan.names.scalars);
  }

  /** Waits until the followers have carried out a command that ends with a barrier. */
  finish(): void {
    this.exchange.barrier.wait(timeoutSeconds);
  }

  /** The error to report when the lead ran into `error` in a step: a follower's, where one of them failed first. */
  async reasonFor(error: unknown): Promise<unknown> {
    this.exchange.barrier.abort();
    this.#failed = true;
    if (!(error instanceof BrokenBarrierError)) return error;
    const silence = new Promise<Error>((resolve) => setTimeout(resolve, reasonMs, error));
    const cause = await Promise.race([this.#failure, silence]);
    return new RootsigmaError(`train: a thread of the step failed: ${cause.message}`, { cause });
  }

  /** Ends the followers, each after what it is doing: ONNX Runtime must not be stopped while it runs. One that hangs is stopped all the same. */
  async stop(): Promise<void> {
    for (const thread of this.#threads) thread.hold(true);
    this.#tellToStop();
    const ends = Promise.all(this.#threads.map(({ end }) => end));
    const seconds = Math.min(endSeconds, this.#patience);
    if (this.#failed && !(await isWithin(seconds, ends))) {
      for (const thread of this.#threads) thread.kill();
      // Nothing ends a thread that hangs outside JavaScript; the process does not wait for it.
      if (!(await isWithin(seconds, ends))) for (const thread of this.#threads) thread.hold(false);
    } else await ends;
    this.#forgetExit();
  }

  #tellToStop(): void {
    if (this.#failed) return;
    try {
      this.send({ kind: 'stop' });
    } catch {
      // One has failed that nobody has asked anything of since: what was trained is there.
      this.#failed = true;
      this.exchange.barrier.abort();
    }
  }
}

async function isWithin(seconds: number, end: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, 1000 * seconds, false)));
  const isOver = await Promise.race([end.then(() => true), late]);
  clearTimeout(timer);
  return isOver;
}
