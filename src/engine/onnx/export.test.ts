import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { add, constant, input, keyInput, matmul, mean, mul, randomNormal, reshape, softplus, sub, sum } from '../../graph/index.ts'; // prettier-ignore
import { expectAllClose } from '../../testing/index.ts';
import { evaluate } from '../reference/index.ts';
import { toOnnx } from './index.ts';

const x = input('x', ['batch', 3]);
const noise = input('noise', ['batch', 2]);
const weights = constant([[1, 2], [3, -4], [0.5, 0]], 'float32'); // prettier-ignore

describe('toOnnx', () => {
  it('keeps the batch symbolic: the file runs at 1, 7 and 128', async () => {
    const h = softplus(matmul(x, weights));
    const centered = sub(h, mean(h, 0));
    const y = add(reshape(reshape(centered, ['batch', 2, 1]), ['batch', 2]), mul(noise, 0.5));
    const bytes = toOnnx({ name: 'decoder', outputs: { y, total: sum(y) }, inputs: ['noise', 'x'] });
    const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });
    expect(session.inputNames).toEqual(['noise', 'x']);
    expect(session.outputNames).toEqual(['y', 'total']);
    expect(session.outputMetadata[0]).toMatchObject({ type: 'float32', shape: ['batch', 2] });
    for (const batch of [1, 7, 128]) {
      const values = Float32Array.from({ length: batch * 3 }, (_, i) => Math.sin(i));
      const noises = Float32Array.from({ length: batch * 2 }, (_, i) => Math.cos(i));
      const result = await session.run({
        x: new OrtTensor('float32', values, [batch, 3]),
        noise: new OrtTensor('float32', noises, [batch, 2]),
      });
      expect(result.y?.dims).toEqual([batch, 2]);
      const feeds = { x: new NdArray(values, [batch, 3]), noise: new NdArray(noises, [batch, 2]) };
      const expected = evaluate(y, feeds);
      expectAllClose(new NdArray(result.y!.data as Float32Array<ArrayBuffer>, [batch, 2]), expected, { atol: 2e-6 });
    }
    await session.release();
  });

  it('stores metadata and writes the same bytes again', () => {
    const write = (): Uint8Array => toOnnx({ name: 'm', outputs: { y: mul(x, 2) }, metadata: { latent: '16' } });
    expect(write()).toEqual(write());
    expect(new TextDecoder('latin1').decode(write())).toContain('latent');
  });

  it('refuses host ops, saying what to do', () => {
    const outputs = { y: add(noise, randomNormal(keyInput('key'), ['batch', 2])) };
    expect(() => toOnnx({ name: 'm', outputs })).toThrow(/randomNormal.*input of the graph/);
  });

  it('refuses inputs that are missing, unknown or named like an output', () => {
    const outputs = { y: add(matmul(x, weights), noise) };
    expect(() => toOnnx({ name: 'm', outputs, inputs: ['x'] })).toThrow(/also needs noise/);
    expect(() => toOnnx({ name: 'm', outputs, inputs: ['x', 'noise', 'z'] })).toThrow(/no input 'z'/);
    expect(() => toOnnx({ name: 'm', outputs: { x: mul(x, 2) } })).toThrow(/'x' names both/);
  });
});
