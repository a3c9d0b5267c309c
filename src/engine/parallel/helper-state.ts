/** What a helper's thread and this one tell each other in shared memory. */
const stateWords = 2;
const runs = 0;
const ending = 1;

/** Whether a helper is inside ONNX Runtime: a process that ends meanwhile is aborted. */
export class HelperState {
  readonly words: Int32Array<SharedArrayBuffer>;

  constructor(words = new Int32Array(new SharedArrayBuffer(4 * stateWords))) {
    this.words = words;
  }

  /** The helper computes with ONNX Runtime, unless the process is ending: then it waits for that. */
  async during<T>(compute: () => Promise<T>): Promise<T> {
    Atomics.store(this.words, runs, 1);
    while (Atomics.load(this.words, ending) !== 0) {
      Atomics.store(this.words, runs, 0);
      Atomics.notify(this.words, runs);
      Atomics.wait(this.words, ending, 1);
    }
    try {
      return await compute();
    } finally {
      Atomics.store(this.words, runs, 0);
      Atomics.notify(this.words, runs);
    }
  }

  /** Before the process ends: blocks until the helper has finished what it computes, or so long. */
  drain(milliseconds: number): void {
    Atomics.store(this.words, ending, 1);
    Atomics.wait(this.words, runs, 1, milliseconds);
  }
}
