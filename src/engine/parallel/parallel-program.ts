import { nextTurn } from '../../core/index.ts';
import { multiplications } from '../../graph/index.ts';
import type { Engine, NamedArrays, Program, ProgramSpec } from '../engine.ts';
import { usableCores } from '../ort/index.ts';
import { withConstants } from './constant-part.ts';
import { HelperThread } from './helper-threads.ts';
import { PartedRuns } from './parted-runs.ts';

/** Multiplications from which on helpers are worth their start: one thread takes a third of a second for them. */
const leastWork = 2e10;
/** Runs at a helper, one under way and others waiting, so that it has something to do while this thread computes. */
const runsAtHelper = 4;

/** What a `ParallelProgram` compiles. */
export type ParallelSpec = Pick<ProgramSpec, 'outputs' | 'boundInputs'>;

/** A run that nobody has taken yet. */
interface Job {
  readonly feeds: NamedArrays;
  readonly resolve: (result: ReturnType<Program['run']>) => void;
}

/** The program on a helper's thread. */
interface Remote {
  readonly thread: HelperThread;
  readonly program: Program;
}

/**
 * A program whose runs may be started together: several threads take them then, each with a session of one thread. A run has
 * the same bits wherever it is taken. Bound inputs must not change; what they alone decide is computed once, if it is much. Where the engine has ranks, these part the runs among them.
 */
export class ParallelProgram implements Program {
  readonly inputs: readonly string[];
  readonly #engine: Engine;
  readonly #spec: ParallelSpec;
  readonly #local: Program;
  readonly #entry: URL | undefined;
  readonly #jobs: Job[] = [];
  #isLocalBusy = false;
  /** Multiplications of a row. */
  #rowWork: number | undefined;
  #starting: Promise<void>[] = [];
  readonly #remotes: Remote[] = [];

  private constructor(engine: Engine, spec: ParallelSpec, local: Program, entry: URL | undefined) {
    this.#engine = engine;
    this.#spec = spec;
    this.#local = local;
    this.#entry = entry;
    this.inputs = local.inputs;
  }

  /** @param entry the module that helpers run, where it does not lie beside this one */
  static async compile(engine: Engine, spec: ParallelSpec, entry?: URL): Promise<ParallelProgram> {
    const alone = engine.name === 'onnxruntime-node' ? { threads: 1 } : {};
    const rest = await withConstants(engine, spec, alone);
    return new ParallelProgram(engine, rest, await engine.compile({ ...rest, ...alone }), entry);
  }

  /** How many runs may be under way together to keep everybody busy: what `expect` started helpers for. */
  get width(): number {
    return (this.#engine.ranks?.size ?? 1) * (1 + this.#starting.length * runsAtHelper);
  }

  /** So many rows (values of a symbolic size) are coming: starts helpers where that is worth it. */
  expect(rows: number): void {
    if (this.#starting.length > 0) return;
    this.#rowWork ??= multiplications(Object.values(this.#spec.outputs));
    // The cores are looked up in files, which takes longer than a small run.
    const own = rows / (this.#engine.ranks?.size ?? 1);
    if (this.#rowWork * own < leastWork || this.#mostHelpers === 0) return;
    const options = { engine: this.#engine.choice ?? 'onnxruntime-node', entry: this.#entry } as const;
    this.#starting = HelperThread.take(this.#mostHelpers, options).map((thread) => this.#compileAt(thread));
  }

  run(feeds: NamedArrays = {}): ReturnType<Program['run']> {
    const { ranks } = this.#engine;
    if (!ranks) return this.#queue(feeds);
    return PartedRuns.of(ranks).take(Object.keys(this.#spec.outputs), () => this.#queue(feeds));
  }

  #queue(feeds: NamedArrays): ReturnType<Program['run']> {
    return new Promise((resolve) => {
      this.#jobs.push({ feeds, resolve });
      this.#handOut();
    });
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#starting);
    const remotes = this.#remotes.splice(0);
    await Promise.all([
      this.#local.dispose(),
      ...remotes.map(async ({ thread, program }) => {
        await thread.during(() => program.dispose());
        await thread.give();
      }),
    ]);
  }

  get #mostHelpers(): number {
    return this.#engine.name === 'onnxruntime-node' ? Math.min(this.#engine.threads, usableCores()) - 1 : 0;
  }

  /** A helper that does not start is one less; the others have its runs. */
  async #compileAt(thread: HelperThread): Promise<void> {
    try {
      const program = await thread.during(async () => (await thread.engine).compile({ ...this.#spec, threads: 1 }));
      this.#remotes.push({ thread, program });
      this.#handOut();
    } catch {
      await thread.give();
    }
  }

  #handOut(): void {
    for (let job = this.#jobs[0]; job; job = this.#jobs[0]) {
      const remote = this.#remotes.find(({ thread }) => thread.runs < runsAtHelper);
      if (!remote && this.#isLocalBusy) return;
      this.#jobs.shift();
      const { feeds, resolve } = job;
      const result = remote ? remote.thread.during(() => remote.program.run(feeds)) : this.#runHere(feeds);
      resolve(result);
      const goOn = (): void => {
        this.#handOut();
      };
      result.then(goOn, goOn);
    }
  }

  async #runHere(feeds: NamedArrays): ReturnType<Program['run']> {
    this.#isLocalBusy = true;
    try {
      // Helpers answer in messages, and are handed their next runs first.
      if (this.#starting.length > 0) await nextTurn();
      return await this.#local.run(feeds);
    } finally {
      this.#isLocalBusy = false;
    }
  }
}

/** Results in the order of the items, of which `width` are under way together. */
export async function* mapInOrder<T, R>(
  items: Iterable<T>,
  width: number,
  compute: (item: T, index: number) => Promise<R>,
): AsyncGenerator<R> {
  const waiting: Promise<R>[] = [];
  let index = 0;
  try {
    for (const item of items) {
      const result = compute(item, index++);
      // Whoever takes the results hears of it; a result that nobody takes any more fails in silence.
      result.catch(() => undefined);
      waiting.push(result);
      const next = waiting.length < width ? undefined : waiting.shift();
      if (next) yield await next;
    }
    for (let next = waiting.shift(); next; next = waiting.shift()) yield await next;
  } finally {
    await Promise.allSettled(waiting);
  }
}
