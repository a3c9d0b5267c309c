import { beforeAll, describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { input, mul } from '../../graph/index.ts';
import type { Engine } from '../engine.ts';
import { createEngine } from '../index.ts';
import { ortEngineNames } from '../onnx/index.ts';

describe.each(ortEngineNames)('%s', (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ engine: name, threads: 1 });
  });

  it('runs a graph over bound arrays', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    const w = new NdArray(new Float32Array(memory.buffer, 0, 2), [2]);
    const y = new NdArray(new Float32Array(memory.buffer, 64, 2), [2]);
    w.data.set([3, 4]);
    const program = await engine.compile({
      outputs: { y: mul(input('x', [2]), input('w', [2])) },
      boundInputs: { w },
      boundOutputs: { y },
    });
    const result = await program.run({ x: NdArray.from([1, 2], 'float32') });
    expect(result.y).toBe(y);
    expect([...y.data]).toEqual([3, 8]);
    w.data[0] = 10;
    await program.run({ x: NdArray.from([1, 2], 'float32') });
    expect([...y.data]).toEqual([10, 8]);
    await program.dispose();
  });
});
