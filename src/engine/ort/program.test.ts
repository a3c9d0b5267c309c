import { beforeAll, describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { add, cholesky, dimension, exp, gather, grad, input, keyInput, keyWords, matmul, mul, randomNormal, sub, sum, tanh } from '../../graph/index.ts'; // prettier-ignore
import { key, normal } from '../../random/index.ts';
import { ortBuilds } from '../../testing/engine/index.ts';
import { expectAllClose } from '../../testing/index.ts';
import type { Engine } from '../engine.ts';
import { evaluate } from '../reference/index.ts';
import { createOrtEngine } from './index.ts';

// What every engine promises is tested in conformance.test.ts; here is what is particular to ONNX Runtime.
describe.each(ortBuilds)('a program on $label', ({ name, access }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createOrtEngine(name, { threads: 1, access });
  });

  it('works in place on one WebAssembly memory', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    const w = new NdArray(new Float32Array(memory.buffer, 0, 2), [2]);
    const gradient = new NdArray(new Float32Array(memory.buffer, 64, 2), [2]);
    w.data.set([3, 4]);
    const wTensor = input('w', [2]);
    const loss = sum(mul(input('x', [2]), mul(wTensor, wTensor)));
    const program = await engine.compile({
      outputs: { gradient: grad(loss, [wTensor])[0]! },
      boundInputs: { w },
      boundOutputs: { gradient },
    });
    const feeds = { x: NdArray.from([1, 2], 'float32') };
    await program.run(feeds);
    expect([...gradient.data]).toEqual([6, 16]);
    w.data.set([1, 1]);
    await program.run(feeds);
    expect([...new Float32Array(memory.buffer, 64, 2)]).toEqual([2, 4]);
    await program.dispose();
  });

  it('computes all outputs from the old values where an output lies over an input', async () => {
    const store = new Float32Array([1, 2, 3, 4]);
    const w = new NdArray(store.subarray(0, 3), [3]);
    const target = new NdArray(store.subarray(1, 4), [3]);
    const wTensor = input('w', [3]);
    const program = await engine.compile({
      outputs: { y: mul(wTensor, 10), total: sum(mul(wTensor, 10)) },
      boundInputs: { w },
      boundOutputs: { y: target },
    });
    const result = await program.run();
    expect(result.total?.item()).toBe(60);
    expect([...store]).toEqual([1, 10, 20, 30]);
    await program.dispose();
  });

  it('feeds a host op from one model and its result to the next', async () => {
    const a = input('a', ['batch', 3, 3], 'float64');
    const covariance = add(matmul(a, a, { transposeB: true }), mul(exp(a), 0));
    const factor = cholesky(covariance);
    const residual = sub(matmul(factor, factor, { transposeB: true }), covariance);
    const program = await engine.compile({ outputs: { residual, scaled: mul(factor, dimension('batch', 'float64')) } });
    for (const batch of [1, 4, 1]) {
      const values = normal(key(batch), [batch, 3, 3], { dtype: 'float64' });
      const result = await program.run({ a: values });
      expectAllClose(result.residual!, NdArray.zeros([batch, 3, 3], 'float64'), { atol: 1e-13 });
      expectAllClose(result.scaled!, evaluate(mul(factor, batch), { a: values }), { rtol: 1e-9, atol: 1e-9 });
    }
    await program.dispose();
  });

  it('adapts to changing sizes of several symbolic dimensions', async () => {
    const a = input('a', ['n', 2]);
    const b = input('b', ['m', 2]);
    const distances = matmul(a, b, { transposeB: true });
    const program = await engine.compile({ outputs: { distances, sizes: mul(dimension('n', 'float32'), dimension('m', 'float32')) } }); // prettier-ignore
    for (const [n, m] of [
      [1, 1],
      [3, 2],
      [0, 2],
      [2, 0],
    ] as const) {
      const ones = (rows: number): NdArray => new NdArray(new Float32Array(rows * 2).fill(1), [rows, 2]);
      const result = await program.run({ a: ones(n), b: ones(m) });
      expect(result.distances?.shape).toEqual([n, m]);
      expect([...result.distances!.data]).toEqual(new Array<number>(n * m).fill(2));
      expect(result.sizes?.item()).toBe(n * m);
    }
    await program.dispose();
  });

  it('gives the same bits every time, and in another program, with two threads', async () => {
    const x = input('x', [64, 96]);
    const w = input('w', [96, 48]);
    const h = tanh(add(matmul(x, w), randomNormal(keyInput('key'), [64, 48])));
    const outputs = { loss: sum(h), gradient: grad(sum(mul(h, h)), [w])[0]! };
    const feeds = { x: normal(key(1), [64, 96]), w: normal(key(2), [96, 48]), key: keyWords(key(3)) };
    const two = await createOrtEngine(name, { threads: 2, access });
    const [first, second] = await Promise.all([two.compile({ outputs }), two.compile({ outputs })]);
    const results = [await first.run(feeds), await first.run(feeds), await second.run(feeds)];
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    await Promise.all([first.dispose(), second.dispose()]);
  });

  it('finishes the run under way before it frees its sessions', async () => {
    const program = await engine.compile({ outputs: { y: mul(input('x', [2]), 2) } });
    const run = program.run({ x: NdArray.from([1, 2], 'float32') });
    await Promise.all([program.dispose(), program.dispose()]);
    expect((await run).y?.toNested()).toEqual([2, 4]);
  });

  it('says what ONNX Runtime said when a run fails', async () => {
    const program = await engine.compile({ outputs: { y: gather(input('x', [3]), input('i', [1], 'int32')) } });
    const x = NdArray.from([1, 2, 3], 'float32');
    await expect(program.run({ x, i: NdArray.from([5], 'int32') })).rejects.toThrow(
      new RegExp(`${name} failed:.*idx=5`),
    );
    expect((await program.run({ x, i: NdArray.from([2], 'int32') })).y?.toNested()).toEqual([3]);
    await program.dispose();
  });
});
