import type { WriteStream } from 'node:tty';
import type { TextSink } from './context.ts';

/**
 * stdout or stderr of this process. What cannot be written (a full disk, a pipe whose reader has gone) does not end the program
 * on the spot, and is not lost either: it is noted, and what comes after it is dropped.
 */
export class StandardStream implements TextSink {
  failure: NodeJS.ErrnoException | undefined;
  readonly #stream: WriteStream;
  readonly #onFailure: () => void;

  /** @param onFailure called once, with the first write that fails */
  constructor(stream: WriteStream, onFailure: () => void = () => undefined) {
    this.#stream = stream;
    this.#onFailure = onFailure;
    stream.on('error', (error: Error) => {
      this.#fail(error);
    });
  }

  get isTTY(): boolean {
    return this.#stream.isTTY;
  }

  get columns(): number | undefined {
    return known(this.#stream.columns);
  }

  get rows(): number | undefined {
    return known(this.#stream.rows);
  }

  write(text: string): void {
    if (this.failure) return;
    this.#stream.write(text, (error) => {
      if (error) this.#fail(error);
    });
  }

  /** Of several writes, the stream's own order says when all are done. */
  flush(): Promise<void> {
    if (this.failure) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stream.write('', (error) => {
        if (error) this.#fail(error);
        resolve();
      });
    });
  }

  #fail(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    this.#onFailure();
  }
}

/** A terminal that nobody told its size says 0. */
function known(size: number | undefined): number | undefined {
  return size === 0 ? undefined : size;
}
