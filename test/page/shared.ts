import type { TrainOptions } from '../../src/index.ts';

/** The training that page and Node both do. */
export const options = {
  epochs: 4,
  latent: 2,
  hidden: [16],
  posterior: 'full',
  seed: 3,
  batchSize: 32,
} satisfies TrainOptions;
export const digits = { seed: 1, count: 160, testCount: 40 } as const;

/** The training on image files. */
export const images = {
  epochs: 2,
  latent: 2,
  hidden: [8],
  seed: 1,
  batchSize: 4,
  dataOptions: { size: 8, testFraction: 0.25, seed: 5 },
} satisfies TrainOptions;

/** A small table as CSV. */
export function columns(): string {
  const rows = Array.from({ length: 60 }, (_, k) => `${(k * 37) % 50},${k % 3 === 0 ? 'yes' : 'no'},${(k % 7) / 2}`);
  return ['age,member,score', ...rows, ''].join('\n');
}
