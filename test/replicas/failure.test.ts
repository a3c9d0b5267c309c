// A thread that ends in the middle of `rootsigma train`: one error, nothing lost. Runs what `npm ci` built into dist.
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

/** Ends the thread that shares steps as soon as there is a checkpoint. It is taken up when steps are shared the next time. */
const breaker = `
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
  syncBuiltinESMExports();`;

const task = ['digits', '--count', '640', '--test-count', '20', '--latent', '4', '--hidden', '400', '--seed', '3'];
const flags = ['--threads', '2', '--checkpoint-every', '0.01', '--quiet'];

describe.skipIf(why !== '')(`a thread that ends in the middle of a training${why}`, () => {
  it('ends it with one error; what was trained is there, and goes on to the same bytes', () => {
    const cwd = mkdtempSync(join(tmpdir(), 'rootsigma-follower-'));
    writeFileSync(join(cwd, 'breaker.mjs'), breaker);
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
    expect(broken.stderr).toMatch(/^[^\n]*train: a thread of the step failed: a thread ended with code 1\n$/);

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
