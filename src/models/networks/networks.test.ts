import { describe, expect, it } from 'vitest';
import { NdArray, ValueError } from '../../core/index.ts';
import { evaluate } from '../../engine/index.ts';
import { constant, input, topologicalOrder, verifyGraph } from '../../graph/index.ts';
import { activation, dense, initializeParameters, parameterInputs, sequential } from '../../nn/index.ts';
import { key, normal } from '../../random/index.ts';
import {
  bernoulliFamily,
  centerOf,
  createVae,
  defaultChannels,
  fromPlanes,
  gaussianFamily,
  networksFor,
  planesOf,
  toPlanes,
} from '../index.ts';
import type { Network, NetworkOptions, VaeOptions } from '../index.ts';

const base = { hidden: [], activation: 'relu' } as const;
const conv: NetworkOptions = { ...base, network: 'conv', channels: [4, 6] };

describe('images in rows', () => {
  it('become planes, channel by channel, and come back', () => {
    const image = planesOf([2, 1, 3]);
    const x = constant([[1, 2, 3, 4, 5, 6]]);
    const planes = toPlanes(image).apply({}, x);
    expect(evaluate(planes).toNested()).toEqual([[[[1], [4]], [[2], [5]], [[3], [6]]]]); // prettier-ignore
    expect(evaluate(fromPlanes(image, 1).apply({}, planes)).toNested()).toEqual(evaluate(x).toNested());
  });

  it('come back one group of numbers after the other', () => {
    const planes = constant([[[[1, 2]], [[3, 4]]]]); // two groups of one channel, 1 × 2 pixels
    expect(evaluate(fromPlanes(planesOf([1, 2]), 2).apply({}, planes)).toNested()).toEqual([[1, 2, 3, 4]]);
  });

  it('need two axes or three', () => {
    expect(() => planesOf([784])).toThrow(/the examples are \[784\]. Use the dense network/);
    expect(() => planesOf([2, 2, 2, 2])).toThrow(ValueError);
  });
});

describe('convolutional networks', () => {
  it.each([[[28, 28]], [[32, 32, 3]], [[7, 5]], [[13, 9, 3]], [[5, 64]], [[4, 4]]])(
    'take images %j of any size and give them back',
    (shape) => {
      for (const network of ['conv', 'residual'] as const) {
        const outputSize = 2 * shape.reduce((size, length) => size * length);
        const { encoder, decoder } = networksFor({ ...conv, network }, { shape, latent: 3, outputSize });
        const parameters = parameterInputs([...encoder.parameters, ...decoder.parameters]);
        const features = encoder.apply(parameters, input('x', ['batch', encoder.inputSize]));
        expect(features.shape).toEqual(['batch', encoder.outputSize]);
        const outputs = decoder.apply(parameters, input('z', [5, 'batch', 3]));
        expect(outputs.shape).toEqual([5, 'batch', outputSize]);
        verifyGraph([features, outputs]);
      }
    },
  );

  it('mirror the encoder, hidden layers included', () => {
    const sizes = { shape: [28, 28], latent: 2, outputSize: 784 };
    const { encoder, decoder } = networksFor({ ...conv, hidden: [10] }, sizes);
    const shapes = (network: Network) => network.parameters.map(({ name, shape }) => `${name} ${shape.join('×')}`);
    expect(shapes(encoder).filter((line) => line.includes('weight'))).toEqual([
      'encoder.0.weight 4×1×4×4',
      'encoder.1.weight 6×4×4×4',
      'encoder.hidden.0.weight 294×10',
    ]);
    expect(shapes(decoder).filter((line) => line.includes('weight'))).toEqual([
      'decoder.hidden.0.weight 2×10',
      'decoder.hidden.1.weight 10×294',
      'decoder.0.weight 6×4×4×4',
      'decoder.1.weight 4×1×4×4',
    ]);
  });

  it('halve by default until the shorter side is at most 8, and once at least', () => {
    const channels = (shape: number[]) => defaultChannels(planesOf(shape));
    expect([channels([28, 28]), channels([64, 64, 3]), channels([6, 200])]).toEqual([[32, 64], [32, 64, 128], [32]]);
  });

  it('normalise and drop where asked', () => {
    const sizes = { shape: [8, 8], latent: 2, outputSize: 64 };
    const names = (options: Partial<NetworkOptions>) =>
      networksFor({ ...conv, channels: [12], ...options }, sizes).encoder.parameters.map(({ name }) => name);
    expect(names({ normalization: 'batch' })).toContain('encoder.0.norm.variance');
    expect(names({ normalization: 'group' })).toContain('encoder.0.norm.scale');
    expect(names({})).toEqual(['encoder.0.weight', 'encoder.0.bias']);
    expect(names({ network: 'residual' })).toContain('encoder.0.residual.1.norm.scale');
  });

  it('end in a convolution, which gives numbers of either sign', () => {
    const sizes = { shape: [8, 8], latent: 2, outputSize: 64 };
    const { decoder } = networksFor({ ...conv, normalization: 'batch' }, sizes);
    const names = decoder.parameters.map(({ name }) => name);
    expect(names.filter((name) => name.endsWith('norm.variance'))).toEqual(['decoder.0.norm.variance']);
    const parameters = Object.fromEntries(
      Object.entries(initializeParameters(decoder.parameters, key(1))).map(([name, value]) => [name, constant(value)]),
    );
    const { data } = evaluate(decoder.apply(parameters, constant(normal(key(2), [20, 2]))));
    expect([Math.min(...data) < 0, Math.max(...data) > 0]).toEqual([true, true]);
  });

  it.each<[string, NetworkOptions, number[], RegExp]>([
    ['vectors', conv, [784], /need images/],
    [
      'more halvings than an image has',
      { ...conv, channels: [1, 1, 1, 1] },
      [8, 8],
      /4 layers halve.*\[8, 8\] too often/,
    ],
    ['no layer at all', { ...conv, channels: [] }, [8, 8], /at least 1, got \[\]/],
  ])('refuse %s', (_, options, shape, message) => {
    const outputSize = shape.reduce((size, length) => size * length);
    expect(() => networksFor(options, { shape, latent: 2, outputSize })).toThrow(message);
  });
});

describe('createVae', () => {
  const model = (options: Partial<VaeOptions> = {}) =>
    createVae({ ...conv, inputSize: 64, shape: [8, 8], latent: 2, posterior: 'diagonal', ...options });

  it('takes networks of one’s own, and says what does not fit', () => {
    const encoder: Network = { ...sequential([dense('in', [6, 4]), activation('tanh')]), inputSize: 6, outputSize: 4 };
    const decoder: Network = { ...dense('out', [2, 12]), inputSize: 2, outputSize: 12 };
    const likelihood = gaussianFamily({ inputSize: 6, stddev: 'head', variance: 1 });
    const custom = createVae({ encoder, decoder, likelihood, latent: 2, posterior: 'full' });
    expect(custom.inputSize).toBe(6);
    const parameters = parameterInputs(custom.parameters);
    const { posterior } = custom.apply(parameters, input('x', ['batch', 6]), { key: key(0) });
    expect([posterior.batchShape, posterior.eventShape]).toEqual([['batch'], [2]]);
    expect(() => createVae({ encoder, decoder, latent: 2, posterior: 'full' })).toThrow(
      /give the likelihood 6, it takes 2 and gives 12/,
    );
  });

  it('updates state in training only', () => {
    const vae = model({ normalization: 'batch' });
    const parameters = parameterInputs(vae.parameters);
    const x = input('x', [5, 64]);
    const { state } = vae.apply(parameters, x, { key: key(0), mode: 'train' });
    const names = vae.parameters.filter(({ kind }) => kind === 'state').map(({ name }) => name);
    expect(Object.keys(state ?? {}).sort()).toEqual(names.sort());
    expect(names).toHaveLength(6); // two layers down, one up; each mean and variance
    expect(vae.apply(parameters, x, { key: key(0) }).state).toEqual({});
  });

  it('draws nothing but z in evaluation', () => {
    const vae = model({ dropout: 0.5 });
    const x = input('x', [5, 64]);
    const randomOps = (mode: 'train' | 'evaluate') => {
      const { likelihood } = vae.apply(parameterInputs(vae.parameters), x, { key: key(0), mode });
      return topologicalOrder([likelihood.mean]).filter(({ op }) => op.startsWith('random')).length;
    };
    expect([randomOps('evaluate'), randomOps('train')]).toEqual([1, 4]);
  });

  it('sees an image as the same picture whatever its neighbours in the batch', () => {
    const vae = model({ network: 'residual' });
    const drawn = initializeParameters(vae.parameters, key(1));
    const parameters = Object.fromEntries(Object.entries(drawn).map(([name, value]) => [name, constant(value)]));
    const x = normal(key(2), [3, 64]);
    const means = evaluate(centerOf(vae.encode(parameters, constant(x))));
    const last = evaluate(centerOf(vae.encode(parameters, constant(new NdArray(x.data.slice(128), [1, 64])))));
    expect([...means.data.slice(4)]).toEqual([...last.data]);
  });

  it('refuses a shape that is not the input’s', () => {
    expect(() => model({ shape: [8, 9] })).toThrow(/examples \[8, 9\] do not have inputSize 64 numbers/);
    expect(bernoulliFamily({ inputSize: 64 }).outputSize).toBe(64);
  });
});
