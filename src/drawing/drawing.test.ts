import { describe, expect, it } from 'vitest';
import { NdArray, ShapeError, ValueError } from '../core/index.ts';
import { decodePng } from '../io/index.ts';
import {
  Canvas,
  axisTicks,
  classColor,
  fitText,
  labeledRows,
  logTicks,
  mapColor,
  measureText,
  parallelCoordinates,
  scatterPlot,
  tickText,
} from './index.ts';

/** How much ink is on a white canvas that was drawn on in black, in pixels. */
function inkOf(canvas: Canvas): number {
  let total = 0;
  for (let k = 0; k < canvas.data.length; k += 3) total += 1 - canvas.data[k]! / 255;
  return total;
}

const black = [0, 0, 0] as const;

describe('Canvas', () => {
  it('covers the area of what it draws, wherever it lies on the grid', () => {
    for (const shift of [0, 0.2, 0.5, 0.77]) {
      const disc = new Canvas(60, 60);
      disc.disc({ x: 30 + shift, y: 29 - shift, radius: 11.3 }, black);
      expect(Math.abs(inkOf(disc) / (Math.PI * 11.3 ** 2) - 1)).toBeLessThan(0.005);
      const line = new Canvas(60, 60);
      line.line({ x: 10 + shift, y: 12 }, { x: 46, y: 39 + shift }, { color: black, width: 3 });
      const length = Math.hypot(36 - shift, 27 + shift);
      expect(Math.abs(inkOf(line) / (3 * length + Math.PI * 1.5 ** 2) - 1)).toBeLessThan(0.02);
      const ring = new Canvas(60, 60);
      ring.ellipse({ x: 30 + shift, y: 30, xx: 400, xy: 0, yy: 400 }, { color: black, width: 2 });
      expect(Math.abs(inkOf(ring) / (2 * Math.PI * 20 * 2) - 1)).toBeLessThan(0.01);
    }
  });

  it('draws an ellipse along its axes and cuts off what is outside', () => {
    const canvas = new Canvas(80, 80);
    // Standard deviations 30 along (1, 1)/√2 and 10 across.
    canvas.ellipse({ x: 40, y: 40, xx: 500, xy: 400, yy: 500 }, { color: black, width: 2 });
    const dark = (x: number, y: number): boolean => canvas.data[3 * (Math.floor(y) * 80 + Math.floor(x))]! < 140;
    const [far, near] = [30 / Math.SQRT2, 10 / Math.SQRT2];
    expect([dark(40 + far, 40 + far), dark(40 - far, 40 - far), dark(40 + near, 40 - near)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(dark(40 + far, 40 - far)).toBe(false);
    canvas.disc({ x: -5, y: 90, radius: 30 }, black);
    canvas.text('over the edge', { x: 70, y: 2 });
    expect(canvas.toPng().length).toBeGreaterThan(0);
  });

  it('writes text as wide as it says, in every character of the font', () => {
    const canvas = new Canvas(400, 40);
    const text = 'Σ^½ ε ~ N(0, 1) − naïve';
    canvas.text(text, { x: 10, y: 25 }, { color: black });
    const columns = Array.from({ length: 400 }, (_, x) =>
      Array.from({ length: 40 }, (_, y) => canvas.data[3 * (400 * y + x)]!),
    );
    const last = columns.findLastIndex((column) => column.some((value) => value < 255));
    expect(Math.abs(last - (10 + measureText(text)))).toBeLessThan(3);
    expect(measureText('日')).toBe(measureText('?'));
    expect(measureText(fitText('a rather long label', 80))).toBeLessThanOrEqual(80);
    expect(fitText('short', 80)).toBe('short');
  });
});

describe('axisTicks', () => {
  it('gives round numbers inside the range', () => {
    expect(axisTicks(0, 10)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(axisTicks(-0.041, 0.049).map((tick) => tickText(tick, 0.02))).toEqual(['−0.04', '−0.02', '0.00', '0.02', '0.04']); // prettier-ignore
    expect(axisTicks(3, 3)).toEqual([3]);
    expect(tickText(-2e-17, 1)).toBe('0');
    for (const scale of [1e-9, 1, 1e7]) {
      const ticks = axisTicks(-0.7 * scale, 1.9 * scale);
      expect(ticks.length).toBeGreaterThanOrEqual(4);
      expect(ticks.length).toBeLessThanOrEqual(8);
      expect(ticks[0]! >= -0.7 * scale && ticks.at(-1)! <= 1.9 * scale).toBe(true);
    }
  });
});

it('logTicks gives round numbers inside a range, few and at least three', () => {
  expect(logTicks(1, 1000)).toEqual([1, 10, 100, 1000]);
  expect(logTicks(3, 150)).toEqual([5, 10, 20, 50, 100]);
  expect(logTicks(90, 140)).toEqual([90, 100, 110, 120, 130, 140]);
  expect(logTicks(1e-8, 1e8)).toEqual([1e-8, 1e-4, 1, 1e4, 1e8]);
  expect([logTicks(2, 2), logTicks(0, 2)]).toEqual([[2], [0]]);
  for (let low = 1e-7; low < 1e7; low *= 3.7) {
    for (const ratio of [1.01, 1.3, 2, 7, 30, 99, 320, 1e4, 1e9]) {
      const ticks = logTicks(low, ratio * low);
      expect(ticks.length, `${low} to ${ratio * low}`).toBeGreaterThanOrEqual(2);
      expect(ticks.length, `${low} to ${ratio * low}`).toBeLessThanOrEqual(9);
      expect(ticks.every((tick, k) => tick > (ticks[k - 1] ?? 0) && tick >= low * 0.999999 && tick <= ratio * low * 1.000001)).toBe(true); // prettier-ignore
    }
  }
});

describe('colours', () => {
  it('differ between classes, and rise in brightness along a map', () => {
    for (const count of [10, 27]) {
      const colors = Array.from({ length: count }, (_, k) => classColor(k, count).join());
      expect(new Set(colors).size).toBe(count);
    }
    for (const map of ['viridis', 'inferno'] as const) {
      const gray = Array.from({ length: 50 }, (_, k) => {
        const [r, g, b] = mapColor(map, k / 49);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      });
      expect(gray.every((value, k) => k === 0 || value > gray[k - 1]!)).toBe(true);
    }
    expect(mapColor('viridis', 7)).toEqual([0xfd, 0xe7, 0x25]);
  });
});

describe('scatterPlot', () => {
  it('puts points where they belong, in the colour of their class', () => {
    const png = decodePng(scatterPlot(NdArray.from([[0, 0], [1, 1]]), { labels: [7, 3], size: 100 })); // prettier-ignore
    const [, width = 0] = png.shape;
    const at = (x: number, y: number) => Array.from(png.data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3));
    // The view spans 1.1 around the middle: (0, 0) lies 0.05 / 1.1 from the lower left corner.
    const offset = (100 * 0.05) / 1.1;
    const expected = [classColor(1, 2), classColor(0, 2)].map((color) =>
      color.map((v) => Math.round(0.85 * v + 0.15 * 255)),
    );
    const near = (actual: number[], wanted: number[]) => {
      actual.forEach((value, c) => {
        expect(Math.abs(value - wanted[c]!)).toBeLessThan(6); // A grid line may shine through.
      });
    };
    near(at(Math.floor(84 + offset), Math.floor(178 - offset)), expected[0]!);
    near(at(Math.floor(184 - offset), Math.floor(78 + offset)), expected[1]!);
  });

  it('draws around each point the ellipse of its own covariance', () => {
    const points = [[0, 0], [14, 1], [3, 12]]; // prettier-ignore
    // Long to the right and up, long to the right and down, upright.
    const covariances = [[[6, 3.5], [3.5, 4]], [[5, -3], [-3, 3]], [[1.5, 0], [0, 9]]]; // prettier-ignore
    const size = 500;
    const png = decodePng(scatterPlot(NdArray.from(points), { covariances: NdArray.from(covariances), size, labels: [0, 0, 0] })); // prettier-ignore
    // What is shown: all ellipses and 5 % of air on both sides of the wider axis, and as much of the other around its middle.
    const [x, y] = [0, 1].map((axis) => {
      const reaches = points.map((at, k) => [at[axis]!, Math.sqrt(covariances[k]![axis]![axis]!)] as const);
      return [Math.min(...reaches.map(([at, r]) => at - r)), Math.max(...reaches.map(([at, r]) => at + r))] as const;
    }) as [readonly [number, number], readonly [number, number]];
    const unit = size / (1.1 * Math.max(x[1] - x[0], y[1] - y[0]));
    const isInked = (px: number, py: number): boolean => {
      const column = Math.floor(84 + size / 2 + unit * (px - (x[0] + x[1]) / 2));
      const row = Math.floor(78 + size / 2 - unit * (py - (y[0] + y[1]) / 2));
      const around = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => 3 * ((row + dy) * png.shape[1]! + column + dx)));
      const strengths = around.map((at) => Math.max(...png.data.subarray(at, at + 3)) - Math.min(...png.data.subarray(at, at + 3))); // prettier-ignore
      return Math.max(...strengths) > 20; // A grid line has 7.
    };
    for (const [k, [px = 0, py = 0]] of points.entries()) {
      const [[xx, xy], [, yy]] = covariances[k] as [[number, number], [number, number]];
      // Σ = L Lᵀ: L u for unit vectors u is on the ellipse of one standard deviation.
      const l = [Math.sqrt(xx), xy / Math.sqrt(xx), Math.sqrt(yy - (xy * xy) / xx)] as const;
      for (let turn = 0; turn < 16; turn++) {
        const [c, s] = [Math.cos((turn * Math.PI) / 8), Math.sin((turn * Math.PI) / 8)];
        const at = (times: number) => isInked(px + times * l[0] * c, py + times * (l[1] * c + l[2] * s));
        expect([at(1), at(0.7), at(1.3)], `point ${k}, turn ${turn}`).toEqual([true, false, false]);
      }
    }
  });

  it('takes one point, and refuses what does not fit', () => {
    expect(scatterPlot(NdArray.from([[3, 3]]), { covariances: NdArray.from([[[1, 0], [0, 1]]]) }).length).toBeGreaterThan(0); // prettier-ignore
    expect(() => scatterPlot(NdArray.from([[1, 2, 3]]))).toThrow(ShapeError);
    expect(() => scatterPlot(NdArray.from([[1, 2]]), { labels: [1, 2] })).toThrow(/1 points, but 2 labels/);
    expect(() => scatterPlot(NdArray.from([[1, NaN]]))).toThrow(ValueError);
  });
});

describe('labelledRows', () => {
  it('lays images out with room for the texts', () => {
    const images = NdArray.zeros([2, 3, 8, 8], 'float32');
    const bare = decodePng(labeledRows(images)).shape;
    const labeled = decodePng(
      labeledRows(images, { title: 'title', rows: ['a', 'b'], columns: ['1', '2', '3'] }),
    ).shape;
    expect(bare.slice(0, 2)).toEqual([12 + 2 * 68 + 12, 16 + 3 * 68 + 12]);
    expect(labeled[0]! > bare[0]! && labeled[1]! > bare[1]!).toBe(true);
    expect(() => labeledRows(images, { rows: ['a'] })).toThrow(/1 texts for 2 rows/);
    expect(() => labeledRows(NdArray.zeros([2, 8, 8], 'float32'))).toThrow(ShapeError);
  });
});

describe('parallel coordinates', () => {
  const axes = ['a', 'b', 'c'].map((name) => ({ name, ticks: [{ at: 0, text: '0' }] }));
  /** The colours at a place halfway between two axes, from above, without white and greys. */
  const between = (png: Uint8Array, x: number): Set<string> => {
    const { shape, data } = decodePng(png);
    const [height = 0, width = 0] = shape;
    const found = new Set<string>();
    for (let y = 100; y < height; y++) {
      const [r, g, b] = data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3);
      if (r === 255 && g === 0 && b === 0) found.add(`red ${y}`);
      if (r === 0 && g === 0 && b === 255) found.add(`blue ${y}`);
    }
    return found;
  };

  it('draw each line through its places, and below the axis where it has none', () => {
    const lines = [
      { places: [0, 1, 1], color: [255, 0, 0], width: 3 },
      { places: [1, undefined, 0], color: [0, 0, 255], width: 3 },
    ] as const;
    const png = parallelCoordinates({ title: '', axes, lines });
    const row = (places: readonly (number | undefined)[]): number =>
      places.reduce<number>((sum, place) => sum + (place === undefined ? 108 + 420 + 34 : 108 + 420 * (1 - place)), 0) /
      2;
    // From the axes at 40 and 190 pixels, 115 is half way.
    const first = between(png, 115);
    expect([...first]).toContain(`red ${Math.floor(row([0, 1]))}`);
    expect([...first]).toContain(`blue ${Math.floor(row([1, undefined]))}`);
    // Labels stand on a ground of their own: at a text's edge nothing is left of the line that goes there.
    const crossed = decodePng(parallelCoordinates({ title: '', axes, lines: [{ places: [0, 0, 0], color: [255, 0, 0], width: 9 }] })); // prettier-ignore
    const at = 3 * ((108 + 420 - 4) * (crossed.shape[1] ?? 0) + 40 + 10 - 1);
    expect([...crossed.data.subarray(at, at + 3)].every((value) => value > 200)).toBe(true);
    expect([...between(png, 265)]).toContain(`blue ${Math.floor(row([undefined, 0]))}`);
  });
});
