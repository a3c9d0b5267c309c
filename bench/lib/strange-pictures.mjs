import { NdArray } from '../../dist/index.js';
import { examplesOf, makeDigits, subset } from '../../dist/data/index.js';
import { resolveDataset } from '../../dist/data/node/index.js';
import { key, permutation, uniform } from '../../dist/random/index.js';

const side = 28;
const size = side * side;

/** Glyphs made binary, to train on and to test with, and pictures of ten kinds that are none of them. */
export async function strangePictures(glyphs, { seed, training, test }) {
  const splits = await resolveDataset(glyphs);
  const some = (dataset, count) =>
    binary(examplesOf(subset(dataset, Uint32Array.from(permutation(key(seed), dataset.size).data.slice(0, count)))));
  const normal = some(splits.test, test);
  const random = uniform(key(100 + seed), [test, size]).data;
  const picture = (pixel) => {
    const values = Float32Array.from({ length: test * size }, (_, k) => {
      const n = Math.floor(k / size);
      return Number(pixel({ n, x: k % side, y: Math.floor((k % size) / side), k }));
    });
    return new NdArray(values, [test, side, side]);
  };
  const at = (n, x, y) => (x >= 0 && x < side && y >= 0 && y < side ? normal.data[n * size + y * side + x] : 0);
  const kinds = {
    blank: picture(() => 0),
    discs: picture(
      ({ n, x, y }) => (x - 6 - ((7 * n) % 16)) ** 2 + (y - 6 - ((11 * n) % 16)) ** 2 <= (2 + (n % 5)) ** 2,
    ),
    lines: picture(({ n, x, y }) => Math.abs((n % 2 === 0 ? x : y) - 4 - (n % 20)) <= 1),
    'faint noise': picture(({ k }) => random[k] < 0.05),
    noise: picture(({ k }) => random[k] < 0.5),
    spoilt: picture(({ n, x, y, k }) => (random[k] < 0.05 ? 1 - at(n, x, y) : at(n, x, y))),
    inverted: picture(({ n, x, y }) => 1 - at(n, x, y)),
    shifted: picture(({ n, x, y }) => at(n, x - 6, y)),
    'upside down': picture(({ n, x, y }) => at(n, x, side - 1 - y)),
    digits: binary(examplesOf(makeDigits({ seed, count: test }))),
  };
  return { train: some(splits.train, training), normal, kinds };
}

function binary({ data, shape }) {
  return new NdArray(
    Float32Array.from(data, (value) => Number(value >= 0.5)),
    shape,
  );
}
