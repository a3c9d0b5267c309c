import { describe, expect, it } from 'vitest';
import { NdArray, NumericalError, ShapeError, ValueError } from '../core/index.ts';
import { decodePng } from '../io/index.ts';
import { drawImageGrid, imageGrid } from './index.ts';

describe('imageGrid', () => {
  it('places, enlarges and clips', () => {
    const images = new NdArray(Float32Array.of(0, 1, 0.5, -3, 7, 0.2), [3, 1, 2]);
    const { shape, data } = drawImageGrid(images, { columns: 2, padding: 1, scale: 2 });
    const g = 88;
    // Cells are 4×2 pixels; the sheet is 2 columns, 2 rows, gaps of 1 around; the last cell stays empty.
    expect(shape).toEqual([7, 11]);
    const row = (y: number): number[] => [...data.subarray(y * 11, (y + 1) * 11)];
    expect(row(0)).toEqual(new Array(11).fill(g));
    expect(row(1)).toEqual([g, 0, 0, 255, 255, g, 128, 128, 0, 0, g]);
    expect(row(2)).toEqual(row(1));
    expect(row(4)).toEqual([g, 255, 255, 51, 51, g, g, g, g, g, g]);
  });

  it('colour, bytes and the default enlargement', () => {
    const sheet = decodePng(imageGrid({ dtype: 'uint8', shape: [1, 1, 1, 3], data: Uint8Array.of(10, 20, 30) }));
    expect(sheet.shape).toEqual([76, 76, 3]);
    expect([...sheet.data.subarray((2 * 76 + 2) * 3, (2 * 76 + 3) * 3)]).toEqual([10, 20, 30]);
    expect(decodePng(imageGrid(NdArray.zeros([10, 28, 28], 'float32'))).shape).toEqual([3 * 86 + 2, 4 * 86 + 2]);
  });

  it('labels stand below their cells', () => {
    const plain = drawImageGrid(NdArray.zeros([2, 8, 8], 'float32'), { scale: 8 });
    const labeled = drawImageGrid(NdArray.zeros([2, 8, 8], 'float32'), { scale: 8, labels: ['ELBO -80', 1] });
    expect(labeled.shape[0]! - plain.shape[0]!).toBe(18);
    expect(plain.data.includes(235)).toBe(false);
    // '1' in the font has 8 pixels of 2×2, 'ELBO -80' cut to the room of a 64-pixel cell keeps all its 8 letters.
    const ink = labeled.data.filter((value) => value === 235).length;
    expect(ink % 4).toBe(0);
    expect(ink).toBeGreaterThan(4 * 60);
  });

  it('refuses what makes no sheet', () => {
    expect(() => imageGrid(NdArray.zeros([0, 2, 2], 'float32'))).toThrow(ShapeError);
    expect(() => imageGrid(NdArray.zeros([2, 2], 'float32'))).toThrow(/\[N, height, width\].*got \[2, 2\]/);
    expect(() => imageGrid(NdArray.zeros([1, 2, 2, 4], 'float32'))).toThrow(ShapeError);
    expect(() => imageGrid(NdArray.zeros([1, 2, 2], 'float32'), { scale: 1.5 })).toThrow(ValueError);
    expect(() => imageGrid(NdArray.zeros([1, 2, 2], 'float32'), { labels: [] })).toThrow(/0 labels for 1 images/);
    expect(() => imageGrid(NdArray.from([[[0]], [[NaN]]]))).toThrow(NumericalError);
  });
});
