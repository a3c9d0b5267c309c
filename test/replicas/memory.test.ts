// What trainings take of memory, on one thread and on two that share steps, beside what is said before anything is made.
// Runs what `npm ci` built into dist.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const dist = new URL('../../dist/', import.meta.url);
const isBuilt = existsSync(new URL('training/replicas/follower.js', dist));

/** What is measured may be so many times what is said, and so much of it: arenas of ONNX Runtime, garbage, code. */
const [least, most] = [0.75, 2.25];

/** Takes two steps and prints bytes: what is said, and by how much the most that was resident grew. */
function program(model: object, { batchSize, threads }: { readonly batchSize: number; readonly threads: number }) {
  const from = (path: string): string => `await import('${new URL(path, dist).href}')`;
  return `
    const { createEngine } = ${from('engine/index.js')};
    const { createVae } = ${from('models/index.js')};
    const { initializeParameters } = ${from('nn/index.js')};
    const { key } = ${from('random/index.js')};
    const { buildStep } = ${from('training/index.js')};
    const { Replicas } = ${from('training/replicas/replicas.js')};
    const { sharedBytes } = ${from('training/replicas/memory.js')};
    const { planStep } = ${from('training/replicas/plan.js')};
    const { partByRows } = ${from('training/replicas/row-step.js')};
    const { checkModelSize } = ${from('api/model/size.js')};
    const [batchSize, threads] = [${batchSize}, ${threads}];
    const training = { optimizer: { name: 'adam', learningRate: 1e-4 }, batchSize };
    const fail = (line) => { throw new Error(line); };

    const takeSteps = async (model) => {
      const engine = await createEngine({ engine: 'onnxruntime-node', threads, onNotice: () => {} });
      const pace = { next: () => 'all', add: () => {} };
      const replicas = await Replicas.start(engine, {
        model, config: training, onNotice: () => {},
        ...(threads === 1 ? { count: 1 } : { count: threads, pace }),
      });
      replicas.load(initializeParameters(model.parameters, key(1)));
      for (let step = 0; step < 2; step++) {
        replicas.batch.fill(0.5);
        const outcome = await replicas.take({ key: key(step), scalars: { beta: 1 }, learningRate: 1e-4 });
        if (outcome.refused) fail(outcome.refused);
      }
      await replicas.dispose();
    };
    const resident = () => 1024 * process.resourceUsage().maxRSS;

    // Code of everything is loaded, and threads have been there.
    const small = { inputSize: 64, latent: 2, hidden: [8], activation: 'relu', posterior: 'diagonal' };
    await takeSteps(createVae(small));
    const before = resident();
    const options = ${JSON.stringify(model)};
    const model = createVae(options);
    const machine = 1e12;
    const config = { model: { posterior: { name: 'diagonal' }, latent: options.latent }, training };
    const { bytes, step } = checkModelSize(model, config, { memory: machine });
    const plan = planStep(partByRows(buildStep(model, batchSize)), model.parameters, threads);
    const said = machine - bytes + (threads === 1 ? 0 : sharedBytes(plan, { slots: 2, step }));
    await takeSteps(model);
    console.log(JSON.stringify({ said, measured: resident() - before }));`;
}

const dense = { inputSize: 784, latent: 8, hidden: [1600, 1600], activation: 'relu', posterior: 'diagonal' };
const conv = { ...dense, inputSize: 64 * 64, shape: [64, 64], network: 'conv', channels: [32, 64], hidden: [] };

describe.skipIf(!isBuilt)(`the size that is said${isBuilt ? '' : ' (dist is not built: run npm run build)'}`, () => {
  it.each([
    ['a dense model', dense, 1],
    ['a dense model', dense, 2],
    ['a convolutional model', conv, 1],
    ['a convolutional model', conv, 2],
  ] as const)('is what is measured, within a factor: %s, %#', (_, model, threads) => {
    const options = { encoding: 'utf8', timeout: 250_000, env: { ...process.env, ROOTSIGMA_THREADS: '2' } } as const;
    const text = program(model, { batchSize: 64, threads });
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', text], options);
    expect(status, stderr).toBe(0);
    const { said, measured } = JSON.parse(stdout) as { readonly said: number; readonly measured: number };
    expect(measured / said, stdout).toBeGreaterThan(least);
    expect(measured / said, stdout).toBeLessThan(most);
  });
});
