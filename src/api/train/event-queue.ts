/** Events from a producer that does not wait, for one consumer that iterates. Before it asks, nothing is kept. */
export class EventQueue<T> {
  readonly #items: T[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #listening = false;

  push(item: T): void {
    if (!this.#listening) return;
    this.#items.push(item);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.end();
  }

  /** Everything pushed from this call on. */
  listen(): AsyncGenerator<T, void> {
    this.#listening = true;
    return this.#drain();
  }

  async *#drain(): AsyncGenerator<T, void> {
    try {
      for (;;) {
        const item = this.#items.shift();
        if (item !== undefined) yield item;
        else if (this.#failure) throw this.#failure.error;
        else if (this.#ended) return;
        else await new Promise<void>((resume) => (this.#wake = resume));
      }
    } finally {
      this.#listening = false;
      this.#items.length = 0;
    }
  }
}
