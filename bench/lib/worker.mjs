import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { warmUp } from './warm-up.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** What starts each kind of worker. */
const servers = {
  node: () => [process.execPath, path('../workers/serve.mjs')],
  python: ({ python }) => [python, path('../workers/serve.py')],
};

/**
 * One contestant in a process of its own. It is set up once, warmed up, and then does one timed block of work whenever it
 * is asked: between blocks it waits on its standard input and uses no core.
 */
export class Worker {
  #child;
  #answers;
  #stderr = '';
  /** What the contestant says of itself: `name`, `units` (of work in one repetition), `notes`. */
  facts;
  /** Seconds a repetition, as the warm-up found it. */
  secondsPerRepetition = 0;
  /** Done so far, warm-up included. */
  repetitions = 0;

  /** @returns a warm worker, or `{ skipped: reason }` when what it needs is not installed */
  static async start(contestant, { python, warmUpSeconds }) {
    const { kind, module, options = {}, env = {} } = contestant;
    if (kind === 'python' && python === undefined) return { skipped: 'no python3 with numpy' };
    const worker = new Worker(servers[kind]({ python }), env);
    try {
      worker.facts = await worker.#ask({ module, options });
      if (worker.facts.skipped === undefined) {
        await warmUp(worker, warmUpSeconds);
        return worker;
      }
    } catch (error) {
      await worker.stop();
      throw error;
    }
    await worker.stop();
    return { skipped: worker.facts.skipped };
  }

  constructor([command, ...args], env) {
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.on('data', (text) => (this.#stderr = (this.#stderr + text).slice(-4000)));
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Does `repetitions` units of work; the worker's own clock, so that the pipe does not count. */
  async block(repetitions) {
    this.repetitions += repetitions;
    return this.#ask({ repetitions });
  }

  async stop() {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.stdin.end();
    await exited;
  }

  async #ask(message) {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`The worker ended without an answer.\n${this.#stderr}`);
    const answer = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}
