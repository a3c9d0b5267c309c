import { describe, expect, it, vi } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { add, input, matmul, mul } from '../../graph/index.ts';
import { key, normal } from '../../random/index.ts';
import { encodeModel } from '../onnx/index.ts';
import { createOrtEngine } from './index.ts';
import { loadNative } from './native-runtime.ts';

// That it computes what it should is tested with the other ways to ONNX Runtime; here is what it alone can do.
describe('ONNX Runtime through its C interface', () => {
  it('works in memory that threads share', async () => {
    const engine = await createOrtEngine('onnxruntime-node', { threads: 1, access: 'c' });
    const shared = (length: number, at: number): NdArray<'float32'> =>
      new NdArray(new Float32Array(memory as unknown as ArrayBuffer, at, length), [length]);
    const memory = new SharedArrayBuffer(1024);
    const [x, y] = [shared(3, 0), shared(3, 512)];
    const program = await engine.compile({
      outputs: { y: mul(input('x', [3]), 2) },
      boundInputs: { x },
      boundOutputs: { y },
    });
    x.data.set([1, 2, 3]);
    await program.run();
    x.data.set([4, 5, 6]);
    expect([...y.data]).toEqual([2, 4, 6]);
    await program.run();
    expect([...new Float32Array(memory, 512, 3)]).toEqual([8, 10, 12]);
    await program.dispose();
  });

  it('gives timers their turn between runs', async () => {
    const engine = await createOrtEngine('onnxruntime-node', { threads: 1, access: 'c' });
    const program = await engine.compile({ outputs: { y: add(input('x', [1]), 1) } });
    const feeds = { x: NdArray.from([1], 'float32') };
    const onTimer = vi.fn();
    setTimeout(onTimer, 1);
    const end = performance.now() + 10_000;
    while (onTimer.mock.calls.length === 0 && performance.now() < end) await program.run(feeds);
    expect(onTimer).toHaveBeenCalledOnce();
    await program.dispose();
  });

  it('reads and writes arrays wherever they are, small ones that V8 would move too', async () => {
    const engine = await createOrtEngine('onnxruntime-node', { threads: 1, access: 'c' });
    const program = await engine.compile({ outputs: { y: matmul(input('a', ['n', 2]), input('b', [2, 2])) } });
    const results: NdArray[] = [];
    const b = NdArray.from([[0, 1], [1, 0]], 'float32'); // prettier-ignore
    for (let n = 1; n < 200; n++) {
      const { y } = await program.run({ a: normal(key(n), [1 + (n % 3), 2]), b });
      // Garbage, so that collections come.
      Array.from({ length: 2000 }, () => new Float32Array(3));
      if (y) results.push(y);
    }
    results.forEach((y, k) => {
      const a = normal(key(k + 1), y.shape);
      expect([...y.data]).toEqual([...a.data].map((_, i) => a.data[i ^ 1]));
    });
    await program.dispose();
  });

  it('refuses to run what has been released', async () => {
    const runtime = await loadNative();
    const bytes = encodeModel({
      name: 'identity',
      nodes: [{ op: 'Identity', inputs: ['x'], output: 'y', attributes: {} }],
      initializers: [],
      inputs: [{ name: 'x', type: 'float32', shape: [1] }],
      outputs: [{ name: 'y', type: 'float32', shape: [1] }],
      metadata: {},
    });
    const session = await runtime.createSession({ bytes, inputs: ['x'], outputs: ['y'] }, 1);
    const [x, y] = [NdArray.from([7], 'float32'), NdArray.zeros([1], 'float32')];
    await session.run([x], [y]);
    expect(y.toNested()).toEqual([7]);
    await session.release();
    await session.release();
    await expect(session.run([x], [y])).rejects.toThrow('released');
  });
});
