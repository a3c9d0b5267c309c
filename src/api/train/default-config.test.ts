import { expect, it } from 'vitest';
import { datasetOf } from '../../data/index.ts';
import { defaultsFor } from './default-config.ts';

it.each([
  [3, 1, 750],
  [230, 32, 250],
  [600, 128, 375],
  [2000, 128, 107],
  [12_000, 128, 20],
])('%i images are trained on in batches of %i for %i epochs', (size, batchSize, epochs) => {
  const values = new Uint8Array(size * 12);
  const { training } = defaultsFor(datasetOf({ name: 'x', kind: 'images', sampleShape: [2, 2, 3], values }));
  expect([training.batchSize, training.epochs]).toEqual([batchSize, epochs]);
});
