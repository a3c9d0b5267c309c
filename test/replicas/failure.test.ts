// A thread that ends or hangs in the middle of `rootsigma train`: one error, nothing lost. Runs what `npm ci` built into dist.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { usableCores } from '../../src/engine/index.ts';

const program = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const why = !existsSync(program)
  ? ' (dist is not built: run npm run build)'
  : usableCores() < 2
    ? ' (there is one core: threads share no step)'
    : '';

/** What becomes of the thread that shares steps, once there is a checkpoint. It is taken up when steps are shared the next time. */
const breakers = {
  ends: `
    import workerThreads from 'node:worker_threads';
    import { existsSync } from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    workerThreads.Worker = class extends workerThreads.Worker {
      constructor(...args) {
        super(...args);
        const timer = setInterval(() => {
          if (!existsSync('run/checkpoints/last.safetensors')) return;
          clearInterval(timer);
          this.terminate();
        }, 1);
        timer.unref();
      }
    };
    syncBuiltinESMExports();`,
  // It never comes to a barrier again. From then on this process's clock goes 30 times as fast, and timers with it: two minutes are four seconds.
  hangs: `
    import workerThreads, { isMainThread } from 'node:worker_threads';
    import { existsSync } from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const isDue = () => existsSync('run/checkpoints/last.safetensors');
    if (isMainThread) {
      workerThreads.Worker = class extends workerThreads.Worker {
        constructor(entry, options) {
          super(entry, { ...options, execArgv: ['--import', import.meta.url] });
        }
      };
      syncBuiltinESMExports();
      const [now, timeout] = [performance.now.bind(performance), setTimeout];
      let due = Infinity;
      const timer = setInterval(() => {
        if (!isDue()) return;
        clearInterval(timer);
        due = now();
      }, 1);
      timer.unref();
      performance.now = () => now() + 29 * Math.max(0, now() - due);
      globalThis.setTimeout = (call, ms, ...args) => timeout(call, due < now() ? ms / 30 : ms, ...args);
    } else {
      const { add } = Atomics;
      Atomics.add = (...args) => {
        if (isDue()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        return add(...args);
      };
    }`,
};

const task = ['digits', '--count', '640', '--test-count', '20', '--latent', '4', '--hidden', '400', '--seed', '3'];
const flags = ['--threads', '2', '--checkpoint-every', '0.01', '--quiet'];

describe.skipIf(why !== '')(`a thread in the middle of a training${why}`, () => {
  it.each([
    ['ends', /a thread ended with code 1/],
    ['hangs', /a thread has not come for \d+ s|A thread did not answer for \d+ s\./],
  ] as const)('that %s is one error; what was trained is there, and goes on to the same bytes', (how, message) => {
    const cwd = mkdtempSync(join(tmpdir(), 'rootsigma-follower-'));
    writeFileSync(join(cwd, 'breaker.mjs'), breakers[how]);
    const run = (node: readonly string[], ...args: readonly string[]) =>
      spawnSync(process.execPath, [...node, program, 'train', ...args, ...flags], {
        cwd,
        encoding: 'utf8',
        timeout: 120_000,
        env: { ...process.env, ROOTSIGMA_THREADS: '2' },
      });
    // So many epochs that steps are shared again before the last.
    const broken = run(['--import', './breaker.mjs'], ...task, '--epochs', '100000', '--out', 'run');
    expect(broken.status, broken.stderr).toBe(1);
    expect(broken.stderr).toMatch(/^[^\n]*train: a thread of the step failed: [^\n]*\n$/);
    expect(broken.stderr).toMatch(message);

    const log = join(cwd, 'run', 'metrics.jsonl');
    const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
    const done = lines.filter((line) => line.includes('"event":"epoch"')).length;
    const epochs = ['--epochs', String(done + 2)];
    const resumed = run([], '--resume', '--out', 'run', ...epochs);
    expect(resumed.status, resumed.stderr).toBe(0);
    const whole = run([], ...task, ...epochs, '--out', 'whole');
    expect(whole.status, whole.stderr).toBe(0);
    const [a, b] = ['run', 'whole'].map((name) => readFileSync(join(cwd, name, 'model.safetensors')));
    expect(a?.equals(b ?? Buffer.alloc(0))).toBe(true);
    rmSync(cwd, { recursive: true });
  });
});
