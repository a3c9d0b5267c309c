import type { Output } from './output.ts';
import { Throttle } from './throttle.ts';

/** Where lines cannot be redrawn, one says how far a stage is every so many milliseconds. */
const betweenLines = 30_000;

/** How far a long command is: on a terminal one line drawn over; elsewhere a line as a stage begins, and one every half minute. */
export class Stages {
  readonly #output: Output;
  readonly #redrawn = new Throttle();
  #lines = new Throttle(betweenLines);
  #stage: string | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  /** @param stage as it is said where it begins. @param text how far it is */
  say(stage: string, text: string): void {
    if (this.#output.isLive) {
      if (this.#redrawn.isDue()) this.#output.status(text);
      return;
    }
    if (stage !== this.#stage) {
      this.#stage = stage;
      this.#lines = new Throttle(betweenLines);
      this.#lines.isDue();
      this.#output.note(`${stage} …`);
    } else if (this.#lines.isDue()) this.#output.note(text);
  }
}
