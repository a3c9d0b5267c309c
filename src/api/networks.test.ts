// Networks from options to files: what they keep besides their weights must come along everywhere.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NdArray, load, makeDigits, train } from './index.ts';
import type { NetworksFactory, TrainOptions } from './index.ts';
import { activation, dense, sequential } from '../nn/index.ts';

const digits = makeDigits({ seed: 0, count: 160 });
const small: TrainOptions = { latent: 3, epochs: 2, batchSize: 24, seed: 1, threads: 1 };
const normalized: TrainOptions = { ...small, network: 'conv', channels: [4, 6], normalization: 'batch', dropout: 0.1 };
const folder = (): string => join(mkdtempSync(join(tmpdir(), 'rootsigma-networks-')), 'run');

const images = (shape: readonly number[]): NdArray<'float32'> => {
  const size = shape.reduce((product, length) => product * length);
  return new NdArray(
    Float32Array.from({ length: 32 * size }, (_, k) => (((k * 7919) % 13) / 12)),
    [32, ...shape],
  );
}; // prettier-ignore

describe('the network', () => {
  it.each<[string, readonly number[], TrainOptions, string | undefined]>([
    ['small grey images', [28, 28], {}, 'dense'],
    ['colour', [16, 12, 3], {}, 'conv'],
    ['images above 32 × 32', [40, 20], {}, 'conv'],
    ['strips', [2, 64], {}, 'dense'],
    ['vectors', [50], {}, 'dense'],
    ['an option', [16, 12, 3], { network: 'dense' }, 'dense'],
    ['another option', [8, 8], { network: 'residual', channels: [4] }, 'residual'],
  ])('is chosen by %s', async (_, shape, options, network) => {
    const run = await train(images(shape), {
      ...small,
      epochs: 1,
      batchSize: 8,
      ...(network !== 'dense' && { channels: [4] }),
      ...options,
    });
    expect(run.config.model.network).toMatchObject({ name: network, hidden: network === 'dense' ? [400] : [] });
    expect((await run.reconstruct(images(shape))).shape).toEqual([32, ...shape]);
    await run.dispose();
  });

  it('refuses options of convolutions for dense layers', async () => {
    await expect(Promise.resolve(train(digits, { ...small, channels: [4] }))).rejects.toThrow(
      /'channels' is for network 'conv' or 'residual', and the network is 'dense'/,
    );
  });
});

describe('networks of one’s own', () => {
  const networks: NetworksFactory = ({ shape, latent, outputSize }) => {
    const inputSize = shape.reduce((product, length) => product * length, 1);
    const [down, up] = [dense('mine.down', [inputSize, 12]), dense('mine.up', [latent, outputSize])];
    return {
      encoder: { ...sequential([down, activation('tanh')]), inputSize, outputSize: 12 },
      decoder: { ...up, inputSize: latent, outputSize },
    };
  };

  it('train, save, resume and load like any others', async () => {
    const out = folder();
    const run = await train(digits, { ...small, networks, out });
    expect(run.config.model).toMatchObject({ network: { name: 'custom' } });
    expect(Object.keys(run.parameters)).toContain('mine.down.weight');
    const reloaded = await load(out, { networks });
    const x = images([28, 28]);
    expect((await reloaded.encode(x)).mean.data).toEqual((await run.encode(x)).mean.data);
    const longer = await train(digits, { ...small, networks, out, epochs: 3, resume: true });
    const straight = await train(digits, { ...small, networks, epochs: 3 });
    expect(longer.parameters['mine.up.weight']?.data).toEqual(straight.parameters['mine.up.weight']?.data);
  });

  it('are asked for where they are missing, and options without effect on them refused', async () => {
    const out = folder();
    await train(digits, { ...small, networks, out });
    await expect(load(out)).rejects.toThrow(
      /networks of its author's own.*give them again in code, load\(path, \{ networks \}\)/,
    );
    await expect(Promise.resolve(train(digits, { ...small, networks, hidden: [3] }))).rejects.toThrow(
      /'hidden' is for network 'dense', 'conv' or 'residual', and the network is your own/,
    );
    const builtIn = folder();
    await train(digits, { ...small, out: builtIn });
    await expect(load(builtIn, { networks })).rejects.toThrow(/built-in 'dense' networks: leave 'networks' out/);
    const narrow: NetworksFactory = (sizes) => ({
      ...networks(sizes),
      decoder: { ...dense('d', [3, 5]), inputSize: 3, outputSize: 5 },
    });
    await expect(Promise.resolve(train(digits, { ...small, networks: narrow }))).rejects.toThrow(
      /the decoder must take latent 3 numbers and give the likelihood 784/,
    );
  });
});

describe('running statistics', () => {
  it('move in training, and are saved, loaded, evaluated with and exported', async () => {
    const out = folder();
    const run = await train(digits, { ...normalized, out });
    const variance = run.parameters['encoder.0.norm.variance'];
    expect(variance?.data.every((value) => value > 0 && value !== 1)).toBe(true);
    const x = new NdArray(
      Float32Array.from({ length: 5 * 784 }, (_, k) => ((k * 31) % 7 < 2 ? 1 : 0)),
      [5, 28, 28],
    );
    const encoding = await run.encode(x);
    // In evaluation an example is what it is by itself, but for the order of float32 sums.
    const alone = await run.encode(new NdArray(x.data.slice(0, 784), [28, 28]));
    alone.mean.data.forEach((value, k) => {
      expect(value).toBeCloseTo(encoding.mean.data[k] ?? NaN, 5);
    });

    const loaded = await load(out);
    expect((await loaded.encode(x)).mean).toEqual(encoding.mean);
    expect((await loaded.evaluate({ data: digits, draws: 2, limit: 20 })).examples).toBe(20);

    const { InferenceSession, Tensor } = await import('onnxruntime-node');
    const encoder = await InferenceSession.create(join(out, 'model/encoder.onnx'));
    const epsilon = new Tensor(new Float32Array(15), [5, 3]);
    const { mean } = await encoder.run({ x: new Tensor(x.data, [5, 784]), epsilon });
    (mean?.data as Float32Array).forEach((value, k) => {
      expect(value).toBeCloseTo(encoding.mean.data[k] ?? NaN, 5);
    });
  });

  it('continue to the bit, dropped elements too', async () => {
    const [whole, parts] = [folder(), folder()];
    const straight = await train(digits, { ...normalized, out: whole });
    const abort = new AbortController();
    await train(digits, {
      ...normalized,
      out: parts,
      signal: abort.signal,
      onEvent: (event) => {
        if (event.event === 'step' && event.step === 4) abort.abort();
      },
    });
    const resumed = await train(digits, { out: parts, resume: true });
    expect(resumed.parameters).toEqual(straight.parameters);
  });
});

it('learns digits by convolutions and residual blocks', async () => {
  for (const network of ['conv', 'residual'] as const) {
    const elbos: number[] = [];
    const run = await train(digits, {
      ...small,
      network,
      channels: [8, 12],
      epochs: 6,
      validation: 0,
      learningRate: 5e-3,
      onEvent: (event) => {
        if (event.event === 'epoch') elbos.push(event.training.elbo ?? NaN);
      },
    });
    // From 784 log 2 = 543 nats at the start to where a Bernoulli of the mean image is, about 220, and below.
    expect(elbos[0]).toBeLessThan(-250);
    expect(elbos.at(-1)).toBeGreaterThan(-250);
    await run.dispose();
  }
});
