import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { WorkerCalls, arrivals, sendArray, serve } from './index.ts';
import type { Piece, WorkerScope } from './index.ts';

/** Calls that reach a port as they would reach a worker, and the bytes of every piece that did. */
function connect() {
  const { port1, port2 } = new MessageChannel();
  const { methods, take } = arrivals();
  const pieces: number[] = [];
  const piece = (given: Piece): void => {
    pieces.push(given.values.byteLength);
    methods.piece(given);
  };
  serve(port2 as unknown as WorkerScope, { piece });
  port2.start();
  port1.start();
  return { calls: WorkerCalls.of(port1 as unknown as Worker), take, pieces, close: () => { port1.close(); } }; // prettier-ignore
}

/** By the bytes: element by element takes a minute. */
function isSame(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const [left, right] = [a, b].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength),
  );
  return left!.equals(right!);
}

test('large arrays arrive whole, in pieces that are copied in a few milliseconds, and stay as they are', async () => {
  const { calls, take, pieces, close } = connect();
  try {
    const arrays = [
      Float32Array.from({ length: 2_500_001 }, (_, k) => k % 1001),
      Float64Array.from({ length: 600_000 }, (_, k) => k / 7),
      new Uint32Array(3_000_000).subarray(5).fill(9, 1000),
    ];
    for (const array of arrays) {
      const before = array.slice();
      const sent = await sendArray(calls, array);
      expect(sent).toHaveProperty('sent');
      const taken = take(sent);
      expect(taken.constructor).toBe(array.constructor);
      expect(isSame(taken, before)).toBe(true);
      expect(isSame(array, before)).toBe(true);
      // Once: nobody holds it any more.
      expect(() => take(sent)).toThrow(/has no array/);
    }
    expect(Math.max(...pieces)).toBeLessThanOrEqual(2 ** 22);
    expect(pieces.reduce((sum, bytes) => sum + bytes)).toBe(
      arrays.reduce((sum, { byteLength }) => sum + byteLength, 0),
    );
  } finally {
    close();
  }
});

test('small ones go along with their call, without the rest of their buffer', async () => {
  const { calls, take, pieces, close } = connect();
  const part = new Float32Array(100_000).subarray(3, 6);
  const sent = await sendArray(calls, part);
  close();
  expect(pieces).toEqual([]);
  expect(take(sent)).toEqual(part);
  expect((sent as Float32Array).buffer.byteLength).toBe(12);
});
