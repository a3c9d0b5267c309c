import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { NdArray } from '../core/index.ts';
import { decodeSafetensors, decodeSealed, encodeSafetensors, isWhole, seal, unsealed } from './index.ts';
import { sha256, sha256Here } from './sha256.ts';

test('SHA-256 is that of others, for every length of a last block', async () => {
  for (const length of [...Array.from({ length: 140 }, (_, n) => n), 100_003]) {
    const bytes = Uint8Array.from({ length }, (_, k) => (k * 7919) >> 3);
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect(Buffer.from(sha256Here(bytes)).toString('hex'), String(length)).toBe(expected);
    if (length % 20 === 0) expect(Buffer.from(await sha256(bytes)).toString('hex')).toBe(expected);
  }
});

test('a seal holds while every bit stays, and the file is a safetensors file with the digest of the unsealed one', async () => {
  const tensors = { a: new NdArray(Float32Array.of(1, NaN, -0), [3], 'float32') };
  const metadata = { ...unsealed, state: '{"sha256":"no"}' };
  const file = encodeSafetensors(tensors, { metadata });
  const expected = createHash('sha256').update(file).digest('hex');
  await seal(file);
  expect(decodeSafetensors(file).metadata).toEqual({ ...metadata, sha256: expected });
  expect(await isWhole(file)).toBe(true);
  for (let bit = 0; bit < 8 * file.length; bit++) {
    const flipped = file.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    expect(await isWhole(flipped), String(bit)).not.toBe(true);
  }
  expect(await isWhole(encodeSafetensors(tensors, { metadata: { state: '' } }))).toBeUndefined();
});

test('a sealed file is read while every bit stays, and one without a seal is read as it is', async () => {
  const tensors = { a: new NdArray(Float32Array.of(1, 2, 3), [3], 'float32') };
  const file = encodeSafetensors(tensors, { metadata: { ...unsealed, format: 'rootsigma', version: '0.1.0' } });
  await seal(file);
  expect(await decodeSealed(file)).toMatchObject({ isSealed: true, metadata: { format: 'rootsigma' } });
  for (let bit = 0; bit < 8 * file.length; bit++) {
    const flipped = file.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    await expect(decodeSealed(flipped, { name: 'm' }), String(bit)).rejects.toThrow(/^m: /);
  }
  const plain = encodeSafetensors(tensors, { metadata: { format: 'rootsigma', version: '0.1.0' } });
  expect((await decodeSealed(plain)).isSealed).toBe(false);
  expect((await decodeSealed(encodeSafetensors(tensors))).tensors.get('a')).toEqual(tensors.a);
});
