/** Something compiled. */
export interface Compiled {
  dispose(): Promise<void>;
}

/** Programs that are kept from call to call, so that scoring one example after the other compiles once. */
export class KeptPrograms {
  readonly #programs = new Map<string, Promise<Compiled>>();

  /** @param name of what `make` makes: equal names, equal programs */
  get<T extends Compiled>(name: string, make: () => Promise<T>): Promise<T> {
    const kept = this.#programs.get(name) as Promise<T> | undefined;
    if (kept) return kept;
    const made = make();
    this.#programs.set(name, made);
    // What did not compile is tried anew.
    made.catch(() => this.#programs.delete(name));
    return made;
  }

  async dispose(): Promise<void> {
    const programs = await Promise.allSettled(this.#programs.values());
    this.#programs.clear();
    await Promise.all(programs.flatMap((program) => (program.status === 'fulfilled' ? [program.value.dispose()] : [])));
  }
}

/** Lends a program: a kept one, or one that is made for this and gone after. */
export async function withProgram<T extends Compiled, R>(
  kept: KeptPrograms | undefined,
  name: string,
  make: () => Promise<T>,
  use: (program: T) => Promise<R>,
): Promise<R> {
  if (kept) return use(await kept.get(name, make));
  const program = await make();
  try {
    return await use(program);
  } finally {
    await program.dispose();
  }
}
