import { describe, expect, it } from 'vitest';
import { NdArray, RootsigmaError } from '../../core/index.ts';
import { createVae } from '../../models/index.ts';
import { train } from '../index.ts';
import { checkModelSize, checkResultSize, trainingError } from './size.ts';

const x = NdArray.zeros([64, 8], 'float32');

const trained = await train(x, { posterior: 'diagonal', latent: 2, hidden: [4], epochs: 1, batchSize: 16, onNotice: 'silent' }); // prettier-ignore

describe('train refuses a model that cannot fit, before it is made', () => {
  it('a full posterior whose head is too large for one memory', async () => {
    const began = train(x, {
      posterior: 'full',
      latent: 8192,
      hidden: [64],
      onNotice: 'silent',
    });
    await expect(began).rejects.toThrow(
      /needs 34.9 GB for 2,180,000,000 parameters.*8192 × 8192 matrices of a batch of \d+; the first must be within 4.29 GB. Choose fewer latent/,
    );
  });

  it('a batch whose matrices are too large for the machine', () => {
    const vae = createVae({
      inputSize: 8,
      latent: 256,
      hidden: [4],
      activation: 'relu',
      posterior: 'full',
    });
    const { config } = trained;
    const sized = { ...config, model: { ...config.model, posterior: { name: 'full', root: 'symmetric' }, latent: 256 }, training: { ...config.training, batchSize: 128 } } as const; // prettier-ignore
    expect(() => {
      checkModelSize(vae, sized, { memory: 0.6e9 });
    }).toThrow(/671 MB for the 256 × 256 matrices of a batch of 128; this machine has 600 MB/);
    const bent = {
      ...sized,
      model: { ...sized.model, posterior: { name: 'planar', flows: 1, base: 'full' } },
    } as const;
    expect(() => {
      checkModelSize(vae, bent, { memory: 0.6e9 });
    }).toThrow(/256 × 256 matrices .* Choose fewer latent dimensions, or base 'diagonal'/);
    checkModelSize(vae, sized, { memory: 1e9 });
    checkModelSize(vae, sized, { memory: NaN }); // a page does not know
  });

  it('a batch of images of which the layers make too much for the machine', () => {
    const vae = createVae({
      inputSize: 256 * 256,
      shape: [256, 256],
      network: 'conv',
      channels: [32, 64],
      hidden: [],
      latent: 4,
      activation: 'relu',
      posterior: 'diagonal',
    });
    const of = (batchSize: number, memory: number) => () => {
      const { config } = trained;
      checkModelSize(vae, { ...config, training: { ...config.training, batchSize } }, { memory });
    };
    // Its two layers' outputs are there once before and once behind the activation's, in the encoder and in the decoder, beside the image.
    const held = 4 * 2 * (32 * 128 ** 2 + 64 * 64 ** 2);
    of(64, 4e9)();
    expect(of(64, 2 * 64 * held)).toThrow(
      /GB for what its layers make of a batch of 64; this machine has 805 MB\. Choose smaller batches \(batchSize\)/,
    );
    expect(of(6400, 4e9)).toThrow(/batch of 6400/);
  });

  it('layers that are too large', async () => {
    const began = train(x, { posterior: 'diagonal', latent: 2, hidden: [30_000, 30_000], onNotice: 'silent' });
    await expect(began).rejects.toThrow(/Choose smaller layers/);
  });
});

describe('what memory cannot hold', () => {
  it('of results is refused once a part shows what a row takes', () => {
    const of = (rows: number) => () => {
      checkResultSize({ operation: 'encode', rows, bytesPerRow: 4000 }, 1e9);
    };
    of(250_000)();
    expect(of(250_001)).toThrow(/encode: what 250,001 rows give takes 1 GB; this machine has 1 GB\. Take fewer/);
  });

  it('of a training names what to lower, and other errors stay what they are', () => {
    const reasons = [
      'Array buffer allocation failed',
      'WebAssembly.Memory(): could not allocate memory',
      'Invalid typed array length: 9000000000',
      'Non-zero status code: bad_alloc',
    ];
    for (const reason of reasons) {
      const error = trainingError(new RangeError(reason));
      expect(error).toBeInstanceOf(RootsigmaError);
      expect((error as Error).message).toMatch(/memory ran out \(.*\).*Lower the batch size \(batchSize\), the layers/);
    }
    const other = new TypeError('a defect');
    expect(trainingError(other)).toBe(other);
  });
});
