import { describe, expect, it } from 'vitest';
import { ValueError } from '../core/index.ts';
import { axpy, createBufferMemory, sumOfSquares } from './index.ts';

describe('KernelMemory', () => {
  it('hands out zeroed, aligned views that do not overlap', () => {
    const memory = createBufferMemory(4096);
    const views = [
      memory.allocate('float32', 3),
      memory.allocate('float64', 5),
      memory.allocate('bool', 1),
      memory.allocate('int32', 0),
      memory.allocate('uint32', 17),
    ];
    let end = 0;
    for (const view of views) {
      expect(view.byteOffset % 64).toBe(0);
      expect(view.byteOffset).toBeGreaterThan(0);
      expect(view.byteOffset).toBeGreaterThanOrEqual(end);
      expect(view.every((value) => value === 0)).toBe(true);
      end = view.byteOffset + view.byteLength;
    }
  });

  it('holds what was asked for and says when it is used up', () => {
    const memory = createBufferMemory(100_000);
    expect(memory.allocate('bool', 100_000).length).toBe(100_000);
    const left = memory.bytesLeft;
    memory.allocate('bool', left);
    expect(memory.bytesLeft).toBe(0);
    expect(() => memory.allocate('float32', 1)).toThrow('1 elements of float32 need 4 bytes, 0 are left');
    expect(memory.allocate('float32', 0).length).toBe(0);
  });

  it('cannot grow, so views stay attached, and is not shared', () => {
    const memory = createBufferMemory(1);
    expect(() => memory.memory.grow(1)).toThrow(RangeError);
    expect(memory.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it.each([-1, 0.5, NaN, 2 ** 33])('refuses the size %d', (bytes) => {
    expect(() => createBufferMemory(bytes)).toThrow(ValueError);
  });

  it('refuses negative and fractional lengths', () => {
    const memory = createBufferMemory(1000);
    expect(() => memory.allocate('float32', -1)).toThrow(ValueError);
    expect(() => memory.allocate('float32', 1.5)).toThrow(ValueError);
  });

  it('lets kernels touch its own views only', () => {
    const memory = createBufferMemory(1000);
    const other = createBufferMemory(1000).allocate('float32', 4);
    expect(() => sumOfSquares(memory, other)).toThrow("sumOfSquares: 'x' is not a view of the kernel memory");
    const own = memory.allocate('float32', 4);
    expect(() => {
      axpy(memory, 1, { x: new Float32Array(4), y: own });
    }).toThrow(ValueError);
  });
});
