// The tests, from outside: starts the process that runs them (tests-process.mjs) and ends it, with all that it began, when a limit is over.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export class Tests {
  #root;
  #process;

  constructor(root) {
    this.#root = root;
  }

  /** Outcomes of test files in their order, up to the first that fails; undefined when one takes longer than `limit` seconds. */
  async run({ changed = [], tests, limit, bail = 1 }) {
    const child = (this.#process ??= await this.#start());
    child.send({ changed, tests, bail });
    const result = await answerOf(child, limit);
    if (!result || result.problem) this.end();
    if (result?.problem) throw new Error(result.problem);
    return result;
  }

  end() {
    const { pid } = this.#process ?? {};
    this.#process = undefined;
    // The group: a worker in an endless loop would outlive the process.
    if (pid !== undefined) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
  }

  async #start() {
    const child = fork(join(this.#root, 'scripts/mutate/tests-process.mjs'), [this.#root], {
      cwd: this.#root,
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, ROOTSIGMA_REACH: join(this.#root, '.reach') },
    });
    await once(child, 'message');
    return child;
  }
}

/** What a process answers; undefined when it says nothing for so many seconds. */
function answerOf(child, limit) {
  return new Promise((resolve) => {
    const settle = (result) => {
      clearTimeout(timer);
      child.off('message', listen);
      child.off('exit', leave);
      resolve(result);
    };
    const listen = (message) => {
      if (message === 'a file ended') timer.refresh();
      else settle(message);
    };
    const leave = () => settle({ problem: 'the process that runs the tests ended' });
    const timer = setTimeout(settle, limit * 1000);
    child.on('message', listen);
    child.on('exit', leave);
  });
}
