import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { createVae } from '../models/index.ts';
import { train } from './index.ts';
import { checkModelSize } from './size.ts';

const x = NdArray.zeros([64, 8], 'float32');

const trained = await train(x, { posterior: 'diagonal', latent: 2, hidden: [4], epochs: 1, batchSize: 16, onNotice: 'silent' }); // prettier-ignore

describe('train refuses a model that cannot fit, before it is made', () => {
  it('a full posterior whose head is too large for one memory', async () => {
    const began = train(x, { posterior: 'full', latent: 8192, hidden: [64], onNotice: 'silent' });
    await expect(began).rejects.toThrow(
      /needs 34.9 GB for 2,180,000,000 parameters.*8192 × 8192 matrices of a batch of \d+; the first must be within 4.29 GB. Choose fewer latent/,
    );
  });

  it('a batch whose matrices are too large for the machine', () => {
    const vae = createVae({ inputSize: 8, latent: 256, hidden: [4], activation: 'relu', posterior: 'full' });
    const { config } = trained;
    const sized = { ...config, model: { ...config.model, posterior: 'full', latent: 256 }, training: { ...config.training, batchSize: 128 } } as const; // prettier-ignore
    expect(() => {
      checkModelSize(vae, sized, 0.6e9);
    }).toThrow(/0.671 GB for the 256 × 256 matrices of a batch of 128; this machine has 0.6 GB/);
    checkModelSize(vae, sized, 1e9);
    checkModelSize(vae, sized, NaN); // a page does not know
  });

  it('layers that are too large', async () => {
    const began = train(x, { posterior: 'diagonal', latent: 2, hidden: [30_000, 30_000], onNotice: 'silent' });
    await expect(began).rejects.toThrow(/Choose smaller layers/);
  });
});
