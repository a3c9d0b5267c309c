import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** How a process ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it wrote to stdout, where that was asked for: the last 64 KiB. */
  readonly output: string;
}

export interface ChildOptions {
  /** The command line's main module. */
  readonly program: string;
  readonly args: readonly string[];
  /** An open file, to which stderr goes: a process that outlives the studio goes on writing there. */
  readonly log: number;
  readonly readsOutput?: boolean;
}

const mostOutput = 2 ** 16;

/**
 * The command line in a process of its own: its memory, its threads and its crash are its own. It is not of the studio's terminal,
 * so that Ctrl-C there reaches the studio alone, which ends it in order; and it goes on where the studio is killed.
 */
export class Child {
  readonly #process: ChildProcess;
  readonly ended: Promise<ChildEnd>;
  #hasEnded = false;

  constructor({ program, args, log, readsOutput = false }: ChildOptions) {
    this.#process = spawn(process.execPath, [program, ...args], {
      detached: true,
      windowsHide: true,
      stdio: ['ignore', readsOutput ? 'pipe' : 'ignore', log],
    });
    this.#process.unref();
    let output = '';
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-mostOutput))); // prettier-ignore
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.#hasEnded = true;
        resolve({ code, signal, output });
      };
      this.#process.once('error', () => {
        end(null, null);
      });
      this.#process.once('close', end);
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Asks it to end in order. */
  stop(): void {
    if (!this.#hasEnded) this.#process.kill('SIGTERM');
  }
}
