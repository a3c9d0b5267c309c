// What the explorer draws, against closed forms, eigendecompositions and brute force.
import { describe, expect, test } from 'vitest';
import { NdArray } from '../../src/core/index.ts';
import { principalAxes } from '../../src/evaluation/index.ts';
import { eigh, sqrtmh } from '../../src/linalg/index.ts';
import { key, normal } from '../../src/random/index.ts';
import { byCategory, byNumber, categoryColours, rgbOf } from '../../studio/src/latent/colours.ts';
import { contour, kernelOf, massLevels, mixtureDensity } from '../../studio/src/latent/contours.ts';
import { codeColumns, csvOf, metadataTsv, vectorsTsv } from '../../studio/src/latent/export-codes.ts';
import { nearest } from '../../studio/src/latent/neighbours.ts';
import {
  axesPlane,
  ellipseAxes,
  lift,
  pairPlane,
  project,
  projectAll,
  projectDiagonal,
  projectPacked,
} from '../../studio/src/latent/plane.ts';
import { PointIndex, isInside } from '../../studio/src/latent/point-index.ts';

/** A covariance of 5 dimensions and its packed lower triangle. */
const size = 5;
const factor = normal(key(1), [size, size], { dtype: 'float64' }).data;
const covariance = Float64Array.from({ length: size * size }, (_, at) => {
  const [i, j] = [Math.floor(at / size), at % size];
  let sum = i === j ? 0.1 : 0;
  for (let k = 0; k < size; k++) sum += factor[i * size + k]! * factor[j * size + k]!;
  return sum;
});
const packed = Array.from({ length: size }, (_, i) => Array.from({ length: i + 1 }, (_, j) => covariance[i * size + j]!)).flat(); // prettier-ignore

describe('planes', () => {
  const codes = normal(key(2), [200, size]).data;
  const { mean, axes, explained } = principalAxes(new NdArray(codes, [200, size]), 2);
  const plane = axesPlane(mean, axes.data, explained);

  test('principal axes of points on an ellipse in closed form', () => {
    // x = 3 cos t, y = sin t, turned by 30°: variances 9/2 and 1/2 along the turned axes.
    const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const points = Float32Array.from({ length: 720 }, (_, at) => {
      const t = (2 * Math.PI * Math.floor(at / 2)) / 360;
      const [u, v] = [3 * Math.cos(t), Math.sin(t)];
      return at % 2 === 0 ? c * u - s * v : s * u + c * v;
    });
    const found = principalAxes(new NdArray(points, [360, 2]), 2);
    const { a, b } = axesPlane(found.mean, found.axes.data, found.explained);
    expect(Math.abs(a[0]! * c + a[1]! * s)).toBeCloseTo(1, 6);
    expect(Math.abs(b![0]! * c + b![1]! * s)).toBeCloseTo(0, 6);
    expect(found.variances[0]).toBeCloseTo(4.5, 5);
    expect(found.variances[1]).toBeCloseTo(0.5, 5);
  });

  test('P Σ Pᵀ is what the whole product gives, in principal axes and in pairs', () => {
    for (const { a, b } of [plane, pairPlane(size, 3, 1)]) {
      const form = (u: Float64Array, v: Float64Array): number => u.reduce((sum, ui, i) => sum + v.reduce((inner, vj, j) => inner + ui * covariance[i * size + j]! * vj, 0), 0); // prettier-ignore
      const found = projectPacked({ ...plane, a, b }, [NaN, ...packed], 1);
      expect(found.xx).toBeCloseTo(form(a, a), 10);
      expect(found.xy).toBeCloseTo(form(a, b!), 10);
      expect(found.yy).toBeCloseTo(form(b!, b!), 10);
    }
  });

  test('a diagonal Σ is projected as its matrix is', () => {
    const stddev = [0.5, 2, 0.1, 1, 3];
    const matrix = stddev.flatMap((sd, i) => Array.from({ length: i + 1 }, (_, j) => (i === j ? sd * sd : 0)));
    const [mine, whole] = [projectDiagonal(plane, [9, ...stddev], 1), projectPacked(plane, matrix)];
    for (const entry of ['xx', 'xy', 'yy'] as const) expect(mine[entry]).toBeCloseTo(whole[entry], 10);
    expect(Math.abs(mine.xy)).toBeGreaterThan(0.01);
  });

  test('a lifted point lies where it was asked for, and nothing across the plane has moved', () => {
    const z = codes.slice(5 * size, 6 * size);
    const lifted = lift(plane, { x: 1.5, y: -0.25 }, z);
    const { x, y } = project(plane, lifted);
    expect([x, y]).toEqual([expect.closeTo(1.5, 6), expect.closeTo(-0.25, 6)]);
    const moved = lifted.map((value, k) => value - z[k]!);
    const along = project({ ...plane, center: new Float64Array(size) }, moved);
    const square = moved.reduce((sum, value) => sum + value * value, 0);
    expect(square).toBeCloseTo(along.x ** 2 + along.y ** 2, 6);
  });

  test('all at once as one by one; one dimension stands against its spread', () => {
    const all = projectAll(plane, codes);
    const { x, y } = project(plane, codes.subarray(7 * size, 8 * size));
    expect([all[14], all[15]]).toEqual([expect.closeTo(x, 5), expect.closeTo(y, 5)]);
    const line = projectAll(pairPlane(1, 0, 0), Float32Array.of(2, 3), Float32Array.of(0.5, 0.25));
    expect([...line]).toEqual([2, 0.5, 3, 0.25]);
  });
});

test('the axes of an ellipse are the eigenvectors of Σ^{1/2} times its eigenvalues', () => {
  for (const [xx, xy, yy] of [
    [2, 1, 2],
    [0.3, -0.25, 4],
    [1, 0, 5],
    [1e-8, 0, 1],
    [3, 2.9999, 3],
  ] as const) {
    // prettier-ignore
    const { major, minor, angle } = ellipseAxes({ xx, xy, yy });
    const { values, vectors } = eigh(sqrtmh([[xx, xy], [xy, yy]])); // prettier-ignore
    expect(minor).toBeCloseTo(values.data[0]!, 8);
    expect(major).toBeCloseTo(values.data[1]!, 8);
    const cosine = Math.cos(angle) * vectors.data[1]! + Math.sin(angle) * vectors.data[3]!;
    expect(Math.abs(cosine)).toBeCloseTo(1, 6);
  }
});

describe('contours', () => {
  const grid = { columns: 121, rows: 101, x: [-6, 6], y: [-5, 5] } as const;
  const sigma = { xx: 1.5, xy: 0.6, yy: 0.8 };
  const determinant = sigma.xx * sigma.yy - sigma.xy ** 2;

  test('the density of a mixture is the sum of its parts, and its mass one', () => {
    const means = Float32Array.of(0.5, -0.5, -1, 1);
    const covariances = Float32Array.of(sigma.xx, sigma.xy, sigma.yy, 0.5, -0.1, 0.5);
    const { values } = mixtureDensity(means, covariances, grid);
    // Each is spread by half a cell: 0.05² on either axis.
    const part = (x: number, y: number, k: number): number => {
      const [a, b, d] = [covariances[3 * k]! + 0.0025, covariances[3 * k + 1]!, covariances[3 * k + 2]! + 0.0025];
      const [u, v, det] = [x - means[2 * k]!, y - means[2 * k + 1]!, a * d - b * b];
      return Math.exp(-(d * u * u - 2 * b * u * v + a * v * v) / det / 2) / (2 * Math.PI * Math.sqrt(det));
    };
    const at = values[60 * 121 + 70]!; // x = 1, y = 1
    expect(at).toBeCloseTo((part(1, 1, 0) + part(1, 1, 1)) / 2, 8);
    expect(values.reduce((sum, value) => sum + value, 0) * 0.01).toBeCloseTo(1, 3);
  });

  test('around a share p of a Gaussian runs the ellipse of Mahalanobis distance √(−2 log(1 − p))', () => {
    const density = mixtureDensity(Float32Array.of(0, 0), { xx: sigma.xx - 0.0025, xy: sigma.xy, yy: sigma.yy - 0.0025 }, grid); // prettier-ignore
    for (const share of [0.5, 0.9]) {
      const [level = NaN] = massLevels(density, [share]);
      const segments = contour(density, level);
      expect(segments.length).toBeGreaterThan(100);
      for (let k = 0; k < segments.length; k += 2) {
        const [x, y] = [segments[k]!, segments[k + 1]!];
        const distance = Math.sqrt((sigma.yy * x * x - 2 * sigma.xy * x * y + sigma.xx * y * y) / determinant);
        // A cell is a tenth, of the shorter half-axis an eighth.
        expect(Math.abs(distance - Math.sqrt(-2 * Math.log(1 - share)))).toBeLessThan(0.03);
      }
    }
  });

  test('lines are closed: every end is the beginning of another, saddles too', () => {
    const values = Float64Array.from({ length: 40 * 40 }, (_, at) => Math.sin(at % 40) * Math.cos(Math.floor(at / 40) / 2)); // prettier-ignore
    for (let k = 0; k < 40; k++) for (const at of [k, 1560 + k, 40 * k, 40 * k + 39]) values[at] = -1;
    const segments = contour({ columns: 40, rows: 40, x: [0, 39], y: [0, 39], values }, 0.013);
    const ends = new Map<string, number>();
    for (let k = 0; k < segments.length; k += 2) {
      const place = `${segments[k]!.toFixed(9)} ${segments[k + 1]!.toFixed(9)}`;
      ends.set(place, (ends.get(place) ?? 0) + 1);
    }
    expect(ends.size).toBeGreaterThan(100);
    expect([...ends.values()].every((count) => count === 2)).toBe(true);
  });

  test('at a saddle, what is high in the middle belongs together', () => {
    const saddle = { columns: 2, rows: 2, x: [0, 1], y: [0, 1], values: Float64Array.of(1, 0, 0, 1) } as const;
    // The middle is at ½: below it the two low corners are cut off, above it the two high ones.
    for (const [level, corners] of [
      [
        0.4,
        [
          [1, 0],
          [0, 1],
        ],
      ],
      [
        0.6,
        [
          [0, 0],
          [1, 1],
        ],
      ],
    ] as const) {
      // prettier-ignore
      const segments = contour(saddle, level);
      expect(segments).toHaveLength(8);
      for (const [x, y] of corners) {
        const near = [0, 4].filter((k) => Math.hypot((segments[k]! + segments[k + 2]!) / 2 - x, (segments[k + 1]! + segments[k + 3]!) / 2 - y) < 0.4); // prettier-ignore
        expect(near).toHaveLength(1);
      }
    }
  });

  test("Scott's kernel", () => {
    const points = normal(key(3), [1000, 2]).data.map((value, at) => (at % 2 === 0 ? 3 * value : value));
    const { xx, yy } = kernelOf(points);
    expect(xx / 9).toBeCloseTo(0.1, 1);
    expect(yy).toBeCloseTo(0.1, 1);
  });
});

test('neighbours are those of a sort of all distances', () => {
  const codes = normal(key(4), [500, 3]).data;
  const z = [0.1, -0.2, 0.3];
  const all = Array.from({ length: 500 }, (_, index) => ({ index, distance: Math.hypot(...z.map((value, k) => codes[3 * index + k]! - value)) })); // prettier-ignore
  const expected = all.filter(({ index }) => index !== 17).sort((a, b) => a.distance - b.distance);
  const found = nearest(codes, z, { count: 12, without: 17 });
  expect(found.map(({ index }) => index)).toEqual(expected.slice(0, 12).map(({ index }) => index));
  expect(found[5]!.distance).toBeCloseTo(expected[5]!.distance, 6);
});

test('what is under a pointer, in a rectangle and in a lasso', () => {
  const points = normal(key(5), [5000, 2]).data;
  points[40] = NaN;
  const index = new PointIndex(points);
  const at = (k: number) => ({ x: points[2 * k]!, y: points[2 * k + 1]! });
  const all = Array.from({ length: 5000 }, (_, k) => k).filter((k) => k !== 20);
  for (const place of [
    { x: 0.2, y: -0.4 },
    { x: 2.5, y: 2.5 },
    { x: -9, y: 9 },
  ]) {
    // prettier-ignore
    const near = all
      .map((k) => ({ k, d: Math.hypot((at(k).x - place.x) / 0.3, (at(k).y - place.y) / 0.6) }))
      .filter(({ d }) => d <= 1)
      .sort((a, b) => a.d - b.d)[0];
    expect(index.nearest(place, { x: 0.3, y: 0.6 })).toBe(near?.k);
  }
  const star = [{ x: 0, y: 2 }, { x: 1.2, y: -1.5 }, { x: -2, y: 0.5 }, { x: 2, y: 0.5 }, { x: -1.2, y: -1.5 }]; // prettier-ignore
  expect(index.within(star)).toEqual(all.filter((k) => isInside(star, at(k))));
  const square = [{ x: -1, y: -1 }, { x: 1, y: -1 }, { x: 1, y: 1 }, { x: -1, y: 1 }]; // prettier-ignore
  expect(index.within(square)).toEqual(all.filter((k) => Math.abs(at(k).x) < 1 && Math.abs(at(k).y) < 1));
});

test('files: CSV quotes what it must, the Embedding Projector gets numbers between tabs', () => {
  const codes = Float32Array.of(0.1, -2, 1 / 3, 4e-7);
  const names = ['a "b", c', 'tab\there'];
  const columns = [{ name: 'index', at: (k: number) => k }, { name: 'the, name', at: (k: number) => names[k] }, ...codeColumns('z', codes, 2)]; // prettier-ignore
  expect(csvOf([1, 0], columns)).toBe('index,"the, name",z1,z2\n1,tab\there,0.33333334,4e-7\n0,"a ""b"", c",0.1,-2\n');
  expect(vectorsTsv([0, 1], codes, 2)).toBe('0.1\t-2\n0.33333334\t4e-7\n');
  expect(metadataTsv([0, 1], columns.slice(0, 2))).toBe('index\tthe, name\n0\ta "b", c\n1\ttab here\n');
  expect(metadataTsv([1], columns.slice(1, 2))).toBe('tab here\n');
});

describe('colours', () => {
  test('categories beyond the colours get another mark; what is missing is grey', () => {
    const { bytes, legend } = byCategory(
      'label',
      [0, 13, NaN],
      Array.from({ length: 14 }, (_, k) => `c${k}`),
    );
    expect([...bytes.slice(0, 4)]).toEqual([0, 0x72, 0xb2, 0]);
    expect(bytes[7]).toBe(1);
    expect(bytes[8]).not.toBe(0);
    expect(legend).toMatchObject({ counts: expect.arrayContaining([1]) as unknown });
  });

  test('every two categories stay apart to people without red, green or blue cones', () => {
    // Viénot, Brettel and Mollon 1999, on linear light: what a dichromat's eye makes of a colour.
    const matrices = {
      protanope: [0.11238, 0.88762, 0, 0.11238, 0.88762, 0, 0.00401, -0.00401, 1],
      deuteranope: [0.29275, 0.70725, 0, 0.29275, 0.70725, 0, -0.02234, 0.02234, 1],
    };
    const seen = categoryColours.map((hex) => rgbOf(hex).map((part) => part ** 2.2));
    for (const matrix of Object.values(matrices)) {
      const looks = seen.map((rgb) => [0, 1, 2].map((row) => Math.max(0, rgb.reduce((sum, part, k) => sum + matrix[3 * row + k]! * part, 0)) ** (1 / 2.2))); // prettier-ignore
      for (let i = 0; i < looks.length; i++)
        for (let j = 0; j < i; j++)
          expect(Math.hypot(...looks[i]!.map((part, k) => part - looks[j]![k]!)), `${i} and ${j}`).toBeGreaterThan(
            0.07,
          );
    }
  });

  test('numbers run between percentiles', () => {
    const values = Float32Array.from({ length: 1001 }, (_, k) => k);
    values[1000] = 1e9;
    const { legend } = byNumber('KL', values);
    expect(legend).toMatchObject({ low: 10, high: 990, missing: 0 });
  });
});
