import { NdArray } from '../../dist/index.js';
import { examplesOf, makeDigits, makeSpriteGrid, subset } from '../../dist/data/index.js';
import { resolveDataset } from '../../dist/data/node/index.js';
import { key, permutation } from '../../dist/random/index.js';

/** Classes of the glyphs: 0–9, A–Z, a–z. */
const isCapital = (label) => label >= 10 && label < 36;
const isSmall = (label) => label >= 36;

/**
 * What training never sees. Nothing of the models was chosen by either group; the `typicality` score was thought of after the
 * first, and the second only tested it.
 */
const groups = {
  'new pictures': {
    digits: [1, 4, 7],
    odd: { name: 'thick and slanted', is: ({ thickness, slant }) => thickness > 1.3 && slant > 0.16 },
    sprites: [
      { name: 'hearts right', is: ({ shape, x }) => shape === 2 && x > 0.5 },
      { name: 'large ellipses', is: ({ shape, scale }) => shape === 1 && scale > 0.85 },
    ],
    glyphs: { name: 'a capital', are: isCapital, letters: [10, 16, 22, 28, 34] },
  },
  'later pictures': {
    digits: [0, 3, 8],
    odd: { name: 'thin and wide', is: ({ thickness, width }) => thickness < 1.15 && width > 1.12 },
    sprites: [
      { name: 'squares left', is: ({ shape, x }) => shape === 0 && x < 0.4 },
      { name: 'small hearts', is: ({ shape, scale }) => shape === 2 && scale < 0.65 },
    ],
    glyphs: { name: 'a small letter', are: isSmall, letters: [36, 42, 48, 54, 60] },
  },
};
export const unseenGroups = Object.keys(groups);

/**
 * Pictures made binary, to train on and to test with, and those of classes or combinations of factors that training never
 * saw: [{ set, name, train, normal, strange }].
 */
export async function unseenPictures(group, { glyphs, ...counts }) {
  const spec = groups[group];
  return [
    ...unseenDigits(spec, counts),
    ...unseenSprites(spec, counts),
    ...(glyphs === undefined ? [] : await unseenGlyphs(spec, { glyphs, ...counts })),
  ];
}

/** Digits drawn by code: a class left out, and a combination of factors (each occurs, not both). */
function unseenDigits({ digits: classes, odd }, counts) {
  const digits = makeDigits({ seed: counts.seed, count: 7000 });
  const factors = factorsOf(digits);
  return [
    ...classes.map((digit) => task('digits drawn: a class', digit, digits, (_, label) => label === digit, counts)),
    task(`digits drawn: ${odd.name}`, 0, digits, (i) => odd.is(factors(i)), counts),
  ];
}

/** Sprites at half their size, without two combinations of factors. */
function unseenSprites({ sprites: kinds }, counts) {
  const grid = makeSpriteGrid();
  const sprites = subset(grid, Uint32Array.from(permutation(key(counts.seed), grid.size).data.slice(0, 12_000)));
  const factors = factorsOf(sprites);
  const never = (i) => kinds.some(({ is }) => is(factors(i)));
  return kinds.map(({ name, is }) =>
    task(`sprites: ${name}`, 0, sprites, (i) => is(factors(i)), { ...counts, never, form: halved }),
  );
}

/** Letters of one case to train on; left out are one of them in turn, and all figures. */
async function unseenGlyphs({ glyphs: { name, are, letters } }, { glyphs, ...counts }) {
  const { train } = await resolveDataset(glyphs);
  const chosen = (isOne) =>
    subset(train, Uint32Array.from({ length: train.size }, (_, i) => i).filter((i) => isOne(train.labels[i]))); // prettier-ignore
  const alone = chosen(are);
  const withFigures = chosen((label) => are(label) || label < 10);
  return [
    ...letters.map((letter) => task(`glyphs: ${name}`, letter, alone, (_, label) => label === letter, counts)),
    task('glyphs: figures', 0, withFigures, (_, label) => label < 10, counts),
  ];
}

function factorsOf({ factors }) {
  return (i) => Object.fromEntries(Object.entries(factors).map(([name, column]) => [name, column.at(i)]));
}

function task(set, name, dataset, isStrange, { seed, training, test, never = isStrange, form = (array) => array }) {
  const order = Array.from(permutation(key(1000 + seed), dataset.size).data);
  const strange = order.filter((i) => isStrange(i, dataset.labels[i])).slice(0, test);
  const normal = order.filter((i) => !never(i, dataset.labels[i])).slice(0, training + test);
  const pictures = (indices) => binary(form(examplesOf(subset(dataset, Uint32Array.from(indices)))));
  return {
    set,
    name,
    train: pictures(normal.slice(test)),
    normal: pictures(normal.slice(0, test)),
    strange: pictures(strange),
  };
}

function binary({ data, shape }) {
  return new NdArray(
    Float32Array.from(data, (value) => Number(value >= 0.5)),
    shape,
  );
}

/** Means of 2 × 2 pixels. */
function halved({ data, shape: [count, height, width] }) {
  const [rows, columns] = [height / 2, width / 2];
  const values = Float32Array.from({ length: count * rows * columns }, (_, k) => {
    const at = Math.floor(k / columns) * 2 * width + (k % columns) * 2;
    return (data[at] + data[at + 1] + data[at + width] + data[at + width + 1]) / 4;
  });
  return new NdArray(values, [count, rows, columns]);
}
