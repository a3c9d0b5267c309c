// How a process ends in which threads share a training step. Runs what `npm ci` built into dist.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const dist = new URL('../../dist/', import.meta.url);
const isBuilt = existsSync(new URL('training/replicas/follower.js', dist));

/** A program that trains forever on two threads, after `before` and doing `each` at every event. */
function program({ before = '', each = '' }: { readonly before?: string; readonly each?: string }): string {
  return `
    import { createEngine } from '${new URL('engine/index.js', dist).href}';
    import { createVae } from '${new URL('models/index.js', dist).href}';
    import { Trainer } from '${new URL('training/index.js', dist).href}';
    const engine = await createEngine({ engine: 'onnxruntime-node', threads: 2 });
    const model = createVae({ inputSize: 200, latent: 4, hidden: [300], activation: 'relu', posterior: 'diagonal' });
    const trainer = await Trainer.create({
      engine,
      model,
      replicas: 2,
      onNotice: (line) => { throw new Error(line); },
      training: { size: 640, exampleSize: 200, read: (_, out) => out.fill(1) },
      config: {
        epochs: 1e6, batchSize: 64, seed: 0, validation: 0,
        optimizer: { name: 'adam', learningRate: 1e-3 }, schedule: { name: 'constant' },
      },
    });
    ${before}
    let steps = 0;
    for await (const event of trainer.run()) { if (event.event === 'step') steps++; ${each} }
    console.log('left after', steps);`;
}

function run(text: string) {
  const options = { encoding: 'utf8', timeout: 250_000, env: { ...process.env, ROOTSIGMA_THREADS: '2' } } as const;
  return spawnSync(process.execPath, ['--input-type=module', '-e', text], options);
}

describe.skipIf(!isBuilt)(`a shared step${isBuilt ? '' : ' (dist is not built: run npm run build)'}`, () => {
  // ONNX Runtime aborts a process that ends while it runs in another thread; a timer's turn comes within steps.
  it.each([0, 1, 2, 3])('lets process.exit end the process in the middle, time %i', (time) => {
    const { status, stderr } = run(program({ before: `setTimeout(() => process.exit(7), ${100 + 37 * time});` }));
    expect([status, stderr]).toEqual([7, '']);
  });

  it('shows an error thrown elsewhere, and no abort', () => {
    const { status, stderr } = run(program({ before: `setTimeout(() => { throw new Error('elsewhere'); }, 150);` }));
    expect(status).toBe(1);
    expect(stderr).toContain('Error: elsewhere');
    expect(stderr).not.toContain('terminate called');
  });

  it('does not hold a process that has left the training', () => {
    const { status, stdout } = run(program({ each: 'if (steps === 20) break;' }));
    expect([status, stdout]).toEqual([0, 'left after 20\n']);
  });
});
