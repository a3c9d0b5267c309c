// Runs of a program that several threads take: the same bits, whoever takes which, and an end in order.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { NdArray } from '../src/core/index.ts';
import { ParallelProgram, createEngine, mapInOrder } from '../src/engine/index.ts';
import type { Engine } from '../src/engine/index.ts';
import { add, input, keyInput, keyWords, log1p, matmul, randomNormal, softplus } from '../src/graph/index.ts';
import { foldIn, key, normal } from '../src/random/index.ts';
import { Entries } from './replicas/entry.ts';

const entries = new Entries();
let entry: URL;
let engine: Engine;
beforeAll(async () => {
  entry = await entries.built('src/engine/parallel/helper.ts');
  engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });
});
afterAll(() => {
  entries.remove();
});

const x = input('x', ['batch', 40]);
const noise = randomNormal(keyInput('key'), ['batch', 30]);
const spec = {
  outputs: { y: log1p(softplus(add(matmul(x, input('w', [40, 30])), noise))) },
  boundInputs: { w: normal(key(1), [40, 30]) },
};
const feedsOf = (run: number) => ({
  x: normal(key(run), [17 + (run % 3), 40]),
  key: keyWords(foldIn(key(2), run)),
});

/** The engine, and how many runs it took on this thread. */
function counted(): { readonly engine: Engine; readonly here: () => number } {
  let runs = 0;
  const compile: Engine['compile'] = async (given) => {
    const program = await engine.compile(given);
    return {
      inputs: program.inputs,
      run: (feeds) => {
        runs++;
        return program.run(feeds);
      },
      dispose: () => program.dispose(),
    };
  };
  return { engine: { ...engine, threads: 2, compile }, here: () => runs };
}

describe('ParallelProgram', () => {
  it('gives every run its own bits, in order, on this thread and on a helper', async () => {
    const one = await engine.compile(spec);
    const { engine: two, here } = counted();
    const program = await ParallelProgram.compile(two, spec, entry);
    try {
      expect(program.width).toBe(1);
      program.expect(1e9);
      expect(program.width).toBeGreaterThan(1);
      // It begins here, and goes on there too once the helper has started.
      await vi.waitFor(
        async () => {
          const before = here();
          await Promise.all(Array.from({ length: 8 }, (_, run) => program.run(feedsOf(run))));
          expect(here() - before).toBeLessThan(8);
        },
        { timeout: 250_000 },
      );
      const runs = Array.from({ length: 30 }, (_, run) => run);
      const results: NdArray[] = [];
      for await (const { y } of mapInOrder(runs, program.width, (run) => program.run(feedsOf(run)))) results.push(y!);
      for (const run of runs) expect(results[run]).toEqual((await one.run(feedsOf(run))).y);
      // An error there is one here, and others go on.
      const wrong = Array.from({ length: 8 }, () =>
        program.run({ ...feedsOf(1), x: NdArray.zeros([2, 3], 'float32') }),
      );
      for (const result of await Promise.allSettled(wrong)) expect(result.status).toBe('rejected');
      expect(await program.run(feedsOf(3))).toEqual(await one.run(feedsOf(3)));
    } finally {
      await program.dispose();
      await one.dispose();
    }
  });

  it('starts no helper for little work, and does without one that does not start', async () => {
    const { engine: two, here } = counted();
    const program = await ParallelProgram.compile(two, spec, new URL('missing.mjs', entry));
    program.expect(1000);
    await Promise.all([1, 2, 3].map((run) => program.run(feedsOf(run))));
    expect(here()).toBe(3);
    program.expect(1e9);
    await Promise.all([1, 2, 3].map((run) => program.run(feedsOf(run))));
    await program.dispose();
    expect(here()).toBe(6);
  });
});

describe('mapInOrder', () => {
  it('has so many under way, hands them on in their order and waits for all when one fails', async () => {
    let [running, most, ended] = [0, 0, 0];
    const slow = async (item: number): Promise<number> => {
      most = Math.max(most, ++running);
      await new Promise((resume) => setTimeout(resume, (item * 7) % 5));
      running--;
      ended++;
      if (item === 12) throw new RangeError('twelve');
      return item;
    };
    const got: number[] = [];
    for await (const item of mapInOrder([5, 3, 8, 1, 9, 2], 3, slow)) got.push(item);
    expect(got).toEqual([5, 3, 8, 1, 9, 2]);
    expect(most).toBe(3);
    const failing = async (): Promise<void> => {
      for await (const item of mapInOrder([1, 12, 3, 4], 4, slow)) got.push(item);
    };
    ended = 0;
    await expect(failing()).rejects.toThrow('twelve');
    expect(ended).toBe(4);
  });
});

const dist = new URL('../dist/', import.meta.url);
const isBuilt = existsSync(new URL('engine/parallel/helper.js', dist));

describe.skipIf(!isBuilt)(`a process with helpers${isBuilt ? '' : ' (dist is not built: run npm run build)'}`, () => {
  // ONNX Runtime aborts a process that ends while it runs in another thread.
  it.each(['setTimeout(() => process.exit(7), 150)', 'process.exitCode = 7'])('ends in order: %s', (end) => {
    const text = `
      import { ParallelProgram, createEngine } from '${new URL('engine/index.js', dist).href}';
      import { input, matmul } from '${new URL('graph/index.js', dist).href}';
      import { normal, key } from '${new URL('random/index.js', dist).href}';
      const engine = await createEngine({ engine: 'onnxruntime-node', threads: 2 });
      const w = normal(key(1), [300, 300]);
      let y = input('x', ['batch', 300]);
      for (let k = 0; k < 6; k++) y = matmul(y, input('w', [300, 300]));
      const program = await ParallelProgram.compile(engine, { outputs: { y }, boundInputs: { w } });
      program.expect(1e9);
      const x = normal(key(2), [400, 300]);
      ${end};
      for (let k = 0; k < (process.exitCode === 7 ? 3 : 1e9); k++) await Promise.all([1, 2, 3, 4, 5, 6].map(() => program.run({ x })));
      if (process.exitCode === 7) await program.dispose();`;
    const options = { encoding: 'utf8', timeout: 250_000 } as const;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', text], options);
    expect([status, stderr]).toEqual([7, '']);
  });
});
