import { WriteError } from '../../core/index.ts';
import { nameIn } from '../../io/index.ts';
import { runFile } from '../keeping/run-folder.ts';
import type { Store } from '../../io/index.ts';
import type { Run } from '../run/run.ts';

/** A training that came to its end, some of whose files could not be written: the run is here all the same. */
export class UnwrittenRunError extends WriteError {
  override name = 'UnwrittenRunError';
  /** What was trained: `run.save` writes it elsewhere. */
  readonly run: Run;

  constructor(message: string, run: Run, options: ErrorOptions) {
    super(message, options);
    this.run = run;
  }
}

/**
 * What could not be written while a run was trained. A training goes on without it: a full disk must not cost the training, and a
 * checkpoint that does not fit must not cost the model.
 */
export class Unwritten {
  readonly #store: Store;
  readonly #onNotice: (line: string) => void;
  readonly #faults = new Map<string, WriteError>();

  constructor(store: Store, onNotice: (line: string) => void) {
    this.#store = store;
    this.#onNotice = onNotice;
  }

  /** Whether it was written. What fails is said once, and tried again by whoever calls. @throws what is no WriteError */
  async attempt(name: string, write: () => Promise<unknown>): Promise<boolean> {
    try {
      await write();
      this.#faults.delete(name);
      return true;
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      if (!this.#faults.has(name)) this.#onNotice(`${error.message} Training goes on without it.`);
      this.#faults.set(name, error);
      return false;
    }
  }

  has(name: string): boolean {
    return this.#faults.has(name);
  }

  /** @throws UnwrittenRunError naming what is missing at the end, if anything is */
  check(run: Run): void {
    const [first] = this.#faults.values();
    if (!first) return;
    const missing = [...this.#faults.keys()];
    const model = nameIn(this.#store, runFile.model);
    const rest = missing.includes(runFile.model)
      ? `The trained model is among them: this error's 'run' has it, in code. Make room and resume from the last checkpoint.`
      : `The trained model is in ${model}.`;
    throw new UnwrittenRunError(`${first.message} Not written: ${missing.join(', ')}. ${rest}`, run, { cause: first });
  }
}
