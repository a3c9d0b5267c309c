import { RunColumns } from '../series/run-columns.ts';
import { LogTail } from './log-tail.ts';
import { asRecord } from './records.ts';
import { LogFacts } from './log-facts.ts';
import type { RunPlace } from './run-folders.ts';

/** What the lines of a log come to. */
class Follower<T> {
  #state: T;
  readonly #tail: LogTail;
  readonly #make: () => T;
  readonly #add: (state: T, line: string) => void;
  #reading: Promise<unknown> = Promise.resolve();

  constructor({ root, parts }: RunPlace, make: () => T, add: (state: T, line: string) => void) {
    this.#tail = new LogTail(root, [...parts, 'metrics.jsonl']);
    this.#make = make;
    this.#add = add;
    this.#state = make();
  }

  get state(): T {
    return this.#state;
  }

  /** Reads what is new, and uses it before anything else is read: `at` is where that ends. One after the other, whoever asks. */
  use<R>(take: (state: T, at: Pick<LogTail, 'cursor' | 'position'>) => R): Promise<R> {
    const result = this.#reading.then(async () => {
      const onRestart = (): void => {
        this.#state = this.#make();
      };
      await this.#tail.readOn(({ text }) => { this.#add(this.#state, text); }, { onRestart }); // prettier-ignore
      return take(this.#state, this.#tail);
    });
    this.#reading = result.catch(() => undefined);
    return result;
  }
}

/** What is known of a run's log, and kept. */
export class RunLog {
  readonly #place: RunPlace;
  readonly #facts: Follower<LogFacts>;
  #columns: Follower<RunColumns> | undefined;

  constructor(place: RunPlace) {
    this.#place = place;
    const add = (facts: LogFacts, line: string): void => {
      facts.addLine(line);
    };
    this.#facts = new Follower(place, () => new LogFacts(), add);
  }

  /** As of now. */
  facts(): Promise<LogFacts> {
    return this.#facts.use((facts) => {
      facts.settle();
      return facts;
    });
  }

  /** As of now, and where the log was read to. */
  columns<R>(take: (columns: RunColumns, at: Pick<LogTail, 'cursor' | 'position'>) => R): Promise<R> {
    const add = (columns: RunColumns, line: string): void => {
      const record = asRecord(line);
      if (record) columns.add(record);
    };
    this.#columns ??= new Follower(this.#place, () => new RunColumns(), add);
    return this.#columns.use(take);
  }

  /** Bytes that the columns take, about. */
  get bytes(): number {
    return this.#columns?.state.bytes ?? 0;
  }

  /** Lets go of the columns: they are read again where somebody asks. */
  forget(): void {
    this.#columns = undefined;
  }
}
