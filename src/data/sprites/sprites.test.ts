import { describe, expect, test } from 'vitest';
import { ValueError } from '../../core/index.ts';
import {
  examplesOf,
  makeSpriteGrid,
  makeSprites,
  spriteCount,
  spriteFactors,
  spriteIndexOf,
  spriteLevelsOf,
  spriteSize,
} from '../index.ts';
import { drawSpriteMask } from './masks.ts';

const grid = makeSpriteGrid();
const upright = { shape: 0, scale: 5, rotation: 0, x: 16, y: 16 };
const draw = (levels: Partial<typeof upright>): Float32Array =>
  examplesOf(grid, Uint32Array.of(spriteIndexOf({ ...upright, ...levels }))).data;

/** Ink, centre of mass and third moments about it, in pixels. */
function momentsOf(image: Float32Array): { ink: number; x: number; y: number; skewX: number; skewY: number } {
  let [ink, x, y] = [0, 0, 0];
  image.forEach((value, p) => {
    ink += value;
    x += value * (p % spriteSize);
    y += value * Math.floor(p / spriteSize);
  });
  let [skewX, skewY] = [0, 0];
  image.forEach((value, p) => {
    skewX += (value * ((p % spriteSize) - x / ink) ** 3) / ink;
    skewY += (value * (Math.floor(p / spriteSize) - y / ink) ** 3) / ink;
  });
  return { ink, x: x / ink, y: y / ink, skewX, skewY };
}

describe('the grid', () => {
  test('has an image for every combination, and the numbering inverts', () => {
    expect(spriteCount).toBe(737_280);
    expect(spriteLevelsOf(0)).toEqual({ shape: 0, scale: 0, rotation: 0, x: 0, y: 0 });
    expect(spriteLevelsOf(1)).toEqual({ shape: 0, scale: 0, rotation: 0, x: 0, y: 1 });
    expect(spriteLevelsOf(spriteCount - 1)).toEqual({ shape: 2, scale: 5, rotation: 39, x: 31, y: 31 });
    for (let index = 0; index < spriteCount; index += 997) expect(spriteIndexOf(spriteLevelsOf(index))).toBe(index);
    for (const index of [-1, 0.5, spriteCount]) expect(() => spriteLevelsOf(index)).toThrow(ValueError);
    expect(() => spriteIndexOf({ ...upright, rotation: 40 })).toThrow(/rotation has the levels 0 to 39, got 40/);
  });

  test('factors and labels are those of the image', () => {
    const index = spriteIndexOf({ shape: 2, scale: 1, rotation: 10, x: 31, y: 0 });
    const values = Object.fromEntries(Object.entries(grid.factors!).map(([name, column]) => [name, column.at(index)]));
    expect(values).toEqual({ shape: 2, scale: 0.6, rotation: Math.PI / 2, x: 1, y: 0 });
    expect([grid.labels![index], grid.classNames![2]]).toEqual([2, 'heart']);
  });
});

describe('the images', () => {
  test('binary, with the ink of area 441 · scale², whatever shape and rotation', () => {
    for (const shape of [0, 1, 2]) {
      for (const scale of [0, 5]) {
        const area = 441 * spriteFactors.scale[scale]! ** 2;
        for (let rotation = 0; rotation < 40; rotation++) {
          const image = draw({ shape, scale, rotation });
          expect(image.every((value) => value === 0 || value === 1)).toBe(true);
          // A pixel is counted by its centre: off by a fraction of the pixels on the outline, of length 60 to 90 · scale.
          expect(Math.abs(momentsOf(image).ink - area)).toBeLessThan(21);
        }
      }
    }
  });

  test('the centre of mass is where x and y say, for every position', () => {
    for (let shape = 0; shape < 3; shape++) {
      for (let k = 0; k < 32; k++) {
        const { x, y } = momentsOf(draw({ shape, rotation: k, x: k, y: 31 - k }));
        expect(Math.abs(x - (16 + k))).toBeLessThan(0.2);
        expect(Math.abs(y - (47 - k))).toBeLessThan(0.2);
      }
    }
  });

  test('no sprite touches the frame, so none is cut off', () => {
    for (let shape = 0; shape < 3; shape++) {
      for (let rotation = 0; rotation < 40; rotation += 5) {
        const ink = momentsOf(draw({ shape, rotation })).ink;
        for (const corner of [0, 31]) {
          const image = draw({ shape, rotation, x: corner, y: corner });
          expect(momentsOf(image).ink).toBe(ink);
          const edge = (p: number): boolean => p % 64 === 0 || p % 64 === 63 || p < 64 || p >= 63 * 64;
          expect(image.some((value, p) => value === 1 && edge(p))).toBe(false);
        }
      }
    }
  });

  test('a square repeats after a quarter turn, an ellipse after half a turn, a heart never', () => {
    const periods = [0, 1, 2].map((shape) => {
      const images = Array.from({ length: 40 }, (_, rotation) => draw({ shape, rotation }).join(''));
      return new Set(images).size;
    });
    expect(periods).toEqual([10, 20, 40]);
  });

  test('rotation is anticlockwise: the tip of the heart goes from down to the right', () => {
    // The third moment is longest towards the tip.
    const down = momentsOf(draw({ shape: 2, rotation: 0 }));
    const right = momentsOf(draw({ shape: 2, rotation: 10 }));
    expect(Math.abs(down.skewX)).toBeLessThan(1e-9);
    expect(down.skewY).toBeGreaterThan(30);
    expect(right.skewX).toBeGreaterThan(30);
  });

  test('no pixel centre lies near an outline, so rounding decides nothing', () => {
    // All masks stay the same when lengths change by 10⁻⁹.
    for (let shape = 0; shape < 3; shape++) {
      for (const scale of spriteFactors.scale) {
        for (const rotation of spriteFactors.rotation) {
          const masks = [1, 1 + 1e-9, 1 - 1e-9].map((factor) => drawSpriteMask(shape, scale * factor, rotation).join());
          expect(new Set(masks).size).toBe(1);
        }
      }
    }
  });
});

describe('makeSprites', () => {
  test('training and test images share none, and depend on the seed alone', () => {
    const keyOf = (dataset: ReturnType<typeof makeSpriteGrid>, index: number): string =>
      Object.values(dataset.factors!)
        .map((column) => column.at(index)!)
        .join(' ');
    const { train, test: held } = makeSprites({ count: 2000, testCount: 1000 });
    const trained = new Set(Array.from({ length: 2000 }, (_, i) => keyOf(train, i)));
    expect(trained.size).toBe(2000);
    for (let i = 0; i < 1000; i++) expect(trained.has(keyOf(held!, i))).toBe(false);
    const more = makeSprites({ count: 3000, testCount: 1000 });
    expect(examplesOf(more.train, Uint32Array.of(7))).toEqual(examplesOf(train, Uint32Array.of(7)));
    for (let i = 0; i < 1000; i++) expect(keyOf(more.test!, i)).toBe(keyOf(held!, i));
    expect(keyOf(makeSprites({ count: 10, seed: 1 }).train, 0)).not.toBe(keyOf(train, 0));
  });

  test('all of the grid, or more than there is', () => {
    const { train, test: none } = makeSprites({ count: spriteCount, testCount: 0 });
    expect([train.size, none]).toEqual([spriteCount, undefined]);
    expect(() => makeSprites({ count: spriteCount })).toThrow(/737280 training and 10000 test images are more than/);
    for (const count of [0, 1.5, NaN]) expect(() => makeSprites({ count })).toThrow(ValueError);
  });
});
