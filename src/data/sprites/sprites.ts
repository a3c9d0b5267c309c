import { ValueError, checkOptions, rule } from '../../core/index.ts';
import { permutation } from '../../random/index.ts';
import { checkGather, subset } from '../dataset.ts';
import type { Dataset, FactorColumn } from '../dataset.ts';
import { purposeKey } from '../streams.ts';
import { drawSpriteMask, spritePositions, spriteSize, stampSprite } from './masks.ts';
import type { SpriteMask } from './masks.ts';

const spriteShapes = ['square', 'ellipse', 'heart'] as const;

const steps = (count: number, valueOf: (step: number) => number): readonly number[] =>
  Array.from({ length: count }, (_, step) => valueOf(step));

/**
 * The factors that make an image, the slowest of the grid first, with the values of their levels: `shape` (number in
 * `spriteShapes`), `scale`, `rotation` (radians, anticlockwise), and the position of the centre from 0 to 1, `x` to the
 * right and `y` down.
 *
 * The levels are dSprites' (Matthey et al. 2017) but for the rotation: there the first and last of 40 are both upright,
 * here all differ by 2π/40. As there, a square looks the same after a quarter turn and an ellipse after half a turn.
 */
export const spriteFactors = {
  shape: steps(3, (step) => step),
  scale: steps(6, (step) => (5 + step) / 10),
  rotation: steps(40, (step) => (step * Math.PI) / 20),
  x: steps(spritePositions, (step) => step / (spritePositions - 1)),
  y: steps(spritePositions, (step) => step / (spritePositions - 1)),
} as const;

export type SpriteFactor = keyof typeof spriteFactors;
/** A level of each factor, counted from 0. */
export type SpriteLevels = Readonly<Record<SpriteFactor, number>>;

const names = Object.keys(spriteFactors) as SpriteFactor[];
/** Images in the whole grid: 3 · 6 · 40 · 32 · 32 = 737,280. */
export const spriteCount = names.reduce((product, name) => product * spriteFactors[name].length, 1);
/** How far apart neighbouring levels are in the grid. */
const strides = Object.fromEntries(
  names.map((name, at) => [
    name,
    names.slice(at + 1).reduce((product, later) => product * spriteFactors[later].length, 1),
  ]),
) as Record<SpriteFactor, number>;

function levelOf(factor: SpriteFactor, index: number): number {
  return Math.floor(index / strides[factor]) % spriteFactors[factor].length;
}

function noExample(index: number): ValueError {
  return new ValueError(`sprites: example ${index} does not exist, there are ${spriteCount}.`);
}

/** The levels of image `index` of the grid. @throws ValueError when there is no such image */
export function spriteLevelsOf(index: number): SpriteLevels {
  if (!Number.isInteger(index) || index < 0 || index >= spriteCount) throw noExample(index);
  return Object.fromEntries(names.map((name) => [name, levelOf(name, index)])) as Record<SpriteFactor, number>;
}

/** The image of the grid that has these levels. @throws ValueError for a level that does not exist */
export function spriteIndexOf(levels: SpriteLevels): number {
  let index = 0;
  for (const name of names) {
    const count = spriteFactors[name].length;
    const level = levels[name];
    if (!Number.isInteger(level) || level < 0 || level >= count) {
      throw new ValueError(`sprites: ${name} has the levels 0 to ${count - 1}, got ${level}.`);
    }
    index += level * strides[name];
  }
  return index;
}

/** The 720 masks, each drawn when first needed: 0.4 MB when all are. */
const masks: SpriteMask[] = [];

function maskOf(index: number): SpriteMask {
  const number = Math.floor(index / strides.rotation);
  return (masks[number] ??= drawSpriteMask(
    levelOf('shape', index),
    spriteFactors.scale[levelOf('scale', index)]!,
    spriteFactors.rotation[levelOf('rotation', index)]!,
  ));
}

/** The whole grid, image `spriteIndexOf(levels)` of each combination. Images are drawn when gathered; nothing is kept. */
export function makeSpriteGrid(): Dataset {
  const column = (factor: SpriteFactor): FactorColumn => ({
    length: spriteCount,
    at: (index) => (index < spriteCount ? spriteFactors[factor][levelOf(factor, index)] : undefined),
  });
  return {
    name: 'sprites',
    kind: 'sprites',
    support: 'unit-interval',
    size: spriteCount,
    sampleShape: [spriteSize, spriteSize],
    labels: Uint8Array.from({ length: spriteCount }, (_, index) => levelOf('shape', index)),
    classNames: spriteShapes,
    factors: Object.fromEntries(names.map((name) => [name, column(name)])),
    gather(indices, out) {
      checkGather(this, indices, out);
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i]!;
        if (index >= spriteCount) throw noExample(index);
        const at = { start: i * spriteSize * spriteSize, x: levelOf('x', index), y: levelOf('y', index) };
        stampSprite(maskOf(index), out, at);
      }
    },
  };
}

export interface SpritesOptions {
  /** Training images, drawn from the grid without repetition; default 50,000. */
  readonly count?: number;
  /** Test images, none of which is a training image; default 10,000. */
  readonly testCount?: number;
  /** Chooses which; default 0. */
  readonly seed?: number;
}

export const spritesDefaults = { train: 50_000, test: 10_000, seed: 0 } as const;

/**
 * Training and test images chosen at random from the grid of `makeSpriteGrid`. With `count: spriteCount, testCount: 0` all
 * of it.
 *
 * @throws ValueError when both together exceed the grid
 */
export function makeSprites(options: SpritesOptions = {}): { readonly train: Dataset; readonly test?: Dataset } {
  checkOptions('sprites', options, { count: rule.whole(1), testCount: rule.whole(0), seed: rule.seed });
  const { count = spritesDefaults.train, testCount = spritesDefaults.test, seed = spritesDefaults.seed } = options;
  if (count + testCount > spriteCount) {
    throw new ValueError(
      `sprites: ${count} training and ${testCount} test images are more than the ${spriteCount} of the grid.`,
    );
  }
  const grid = makeSpriteGrid();
  const order = Uint32Array.from(permutation(purposeKey(seed, 'sprites'), spriteCount).data);
  return {
    train: subset(grid, order.subarray(0, count)),
    ...(testCount > 0 && {
      test: subset(grid, order.subarray(spriteCount - testCount), { name: 'sprites (test)' }),
    }),
  };
}
