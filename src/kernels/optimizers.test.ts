import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../core/index.ts';
import * as kernels from './index.ts';
import type { AdamSettings, BufferMemory, SgdSettings } from './index.ts';

/** Numbers of every size, both signs, the same in each run. */
function samples(length: number, seed: number): Float32Array {
  let state = seed + 1;
  return Float32Array.from({ length }, () => {
    state = Math.imul(state, 1664525) + 1013904223;
    return (state / 2 ** 31) * 10 ** ((state & 7) - 5);
  });
}

function place(memory: BufferMemory, values: Float32Array): Float32Array {
  const view = memory.allocate('float32', values.length);
  view.set(values);
  return view;
}

const adamSettings = fc.record({
  learningRate: fc.constantFrom(0, 1e-3, 0.1),
  beta1: fc.constantFrom(0, 0.9, 0.95),
  beta2: fc.constantFrom(0.99, 0.999),
  epsilon: fc.constantFrom(1e-8, 1e-5),
  weightDecay: fc.constantFrom(0, 0.01, 0.3),
  biasCorrection1: fc.constantFrom(0.1, 0.7, 1),
  biasCorrection2: fc.constantFrom(0.001, 0.5, 1),
  gradientScale: fc.constantFrom(1, 0.37),
});

const length = fc.integer({ min: 0, max: 70 });

describe('kernels and their specification agree to the bit', () => {
  it.each([
    ['adam', kernels.adam, kernels.referenceAdam],
    ['adamw', kernels.adamw, kernels.referenceAdamw],
  ] as const)('%s', (_, kernel, reference) => {
    fc.assert(
      fc.property(adamSettings, length, (settings, n) => {
        const memory = kernels.createBufferMemory(4096);
        const expected = {
          parameters: samples(n, 1),
          gradients: samples(n, 2),
          firstMoments: samples(n, 3),
          secondMoments: samples(n, 4).map(Math.abs),
        };
        const actual = {
          parameters: place(memory, expected.parameters),
          gradients: place(memory, expected.gradients),
          firstMoments: place(memory, expected.firstMoments),
          secondMoments: place(memory, expected.secondMoments),
        };
        for (let step = 0; step < 2; step++) {
          kernel(memory, actual, settings);
          reference(expected, settings);
        }
        for (const name of ['parameters', 'gradients', 'firstMoments', 'secondMoments'] as const) {
          expect([...actual[name]]).toEqual([...expected[name]]);
        }
      }),
      { seed: 42 },
    );
  });

  const sgdSettings = fc.record({
    learningRate: fc.constantFrom(1e-3, 0.1),
    momentum: fc.constantFrom(0, 0.9),
    nesterov: fc.boolean(),
    weightDecay: fc.constantFrom(0, 0.3),
    gradientScale: fc.constantFrom(1, 0.37),
  });

  it('sgd with momentum', () => {
    fc.assert(
      fc.property(sgdSettings, length, (settings, n) => {
        const memory = kernels.createBufferMemory(4096);
        const expected = { parameters: samples(n, 1), gradients: samples(n, 2), velocities: samples(n, 3) };
        const actual = {
          parameters: place(memory, expected.parameters),
          gradients: place(memory, expected.gradients),
          velocities: place(memory, expected.velocities),
        };
        kernels.sgd(memory, actual, settings);
        kernels.referenceSgd(expected, settings);
        expect([...actual.parameters]).toEqual([...expected.parameters]);
        expect([...actual.velocities]).toEqual([...expected.velocities]);
      }),
      { seed: 42 },
    );
  });

  it('sgd without momentum', () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 0.3), length, (weightDecay, n) => {
        const memory = kernels.createBufferMemory(4096);
        const expected = { parameters: samples(n, 1), gradients: samples(n, 2) };
        const actual = {
          parameters: place(memory, expected.parameters),
          gradients: place(memory, expected.gradients),
        };
        kernels.sgd(memory, actual, { learningRate: 0.1, weightDecay });
        kernels.referenceSgd(expected, { learningRate: 0.1, weightDecay });
        expect([...actual.parameters]).toEqual([...expected.parameters]);
      }),
      { seed: 42 },
    );
  });

  it.each([1023, 1024, 1025, 5000])('sums of %d squares, of every size', (n) => {
    const memory = kernels.createBufferMemory(2 ** 16);
    const x = place(memory, new Float32Array(n));
    for (const size of [1, 1e-25, 1e-12, 1e18, 3e19, 3e38]) {
      x.set(samples(n, 7).map((value) => Math.fround(Math.tanh(value) * size)));
      const exact = x.reduce((sum, value) => sum + value * value, 0);
      const sum = kernels.sumOfSquares(memory, x);
      expect(sum).toBe(kernels.referenceSumOfSquares(x));
      expect(Math.abs(sum - exact)).toBeLessThanOrEqual(64 * 2 ** -24 * exact);
      x[n >> 1] = NaN;
      expect(kernels.sumOfSquares(memory, x)).toBeNaN();
      x[n >> 1] = Infinity;
      expect(kernels.sumOfSquares(memory, x)).toBe(Infinity);
    }
  });

  it('sums and averages', () => {
    fc.assert(
      fc.property(length, (n) => {
        const memory = kernels.createBufferMemory(4096);
        const x = samples(n, 5);
        const y = samples(n, 6);
        const [xView, yView, average] = [place(memory, x), place(memory, y), place(memory, y)];
        expect(kernels.sumOfSquares(memory, xView)).toBe(kernels.referenceSumOfSquares(x));
        const expected = y.slice();
        kernels.referenceMovingAverage(expected, x, 0.99);
        kernels.movingAverage(memory, { average, x: xView }, { decay: 0.99 });
        expect([...average]).toEqual([...expected]);
        kernels.referenceAxpy(0.3, x, y);
        kernels.axpy(memory, 0.3, { x: xView, y: yView });
        expect([...yView]).toEqual([...y]);
      }),
      { seed: 42 },
    );
  });

  it('flushBelow takes what is closer to 0, and nothing else, for 0', () => {
    const memory = kernels.createBufferMemory(4096);
    const normal = [2 ** -100, -(2 ** -100), 1, -(2 ** 127), Infinity, NaN, 0];
    const x = place(memory, Float32Array.of(...normal, 2 ** -101, -(2 ** -149), 1e-40, ...normal));
    kernels.flushBelow(memory, 2 ** -100, x);
    expect([...x]).toEqual([...normal, 0, 0, 0, ...normal]);
  });

  it('touch nothing beyond their views', () => {
    const memory = kernels.createBufferMemory(4096);
    const whole = place(memory, new Float32Array(40).fill(3));
    const gradients = place(memory, new Float32Array(5).fill(1));
    // A view that begins in the middle of a vector and ends in the middle of another one.
    kernels.sgd(memory, { parameters: whole.subarray(7, 12), gradients }, { learningRate: 1 });
    expect([...whole]).toEqual([...whole].map((_, i) => (i >= 7 && i < 12 ? 2 : 3)));
  });
});

describe('the specification follows the papers in float64', () => {
  const n = 50;
  // A float32 step of size s loses at most a few roundings of p and of s; 10 steps stay far below this.
  const tolerance = 1e-6;
  const gradientAt = (p: number, i: number, t: number): number => Math.cos(3 * p + i) + 0.1 * t;

  it.each(['adam', 'adamw'] as const)('%s', (name) => {
    const hyper = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };
    const p = Float64Array.from({ length: n }, (_, i) => Math.sin(i));
    const m = new Float64Array(n);
    const v = new Float64Array(n);
    const single = {
      parameters: Float32Array.from(p),
      gradients: new Float32Array(n),
      firstMoments: new Float32Array(n),
      secondMoments: new Float32Array(n),
    };
    for (let t = 1; t <= 10; t++) {
      const settings: AdamSettings = {
        ...hyper,
        biasCorrection1: 1 - hyper.beta1 ** t,
        biasCorrection2: 1 - hyper.beta2 ** t,
      };
      for (let i = 0; i < n; i++) {
        single.gradients[i] = gradientAt(p[i]!, i, t);
        let g = gradientAt(p[i]!, i, t);
        if (name === 'adam') g += hyper.weightDecay * p[i]!;
        else p[i]! *= 1 - hyper.learningRate * hyper.weightDecay;
        m[i] = hyper.beta1 * m[i]! + (1 - hyper.beta1) * g;
        v[i] = hyper.beta2 * v[i]! + (1 - hyper.beta2) * g * g;
        const mHat = m[i]! / (1 - hyper.beta1 ** t);
        const vHat = v[i]! / (1 - hyper.beta2 ** t);
        p[i]! -= (hyper.learningRate * mHat) / (Math.sqrt(vHat) + hyper.epsilon);
      }
      (name === 'adam' ? kernels.referenceAdam : kernels.referenceAdamw)(single, settings);
    }
    single.parameters.forEach((value, i) => {
      expect(Math.abs(value - p[i]!)).toBeLessThan(tolerance);
    });
  });

  it('sgd with Nesterov momentum, two steps by hand', () => {
    const buffers = {
      parameters: Float32Array.of(1),
      gradients: Float32Array.of(2),
      velocities: new Float32Array(1),
    };
    const settings: SgdSettings = {
      learningRate: 0.25,
      momentum: 0.5,
      nesterov: true,
      weightDecay: 1,
      gradientScale: 0.5,
    };
    // g = 2/2 + 1 = 2, u = 2, d = 2 + 1 = 3, p = 1 − 3/4.
    kernels.referenceSgd(buffers, settings);
    expect([buffers.velocities[0], buffers.parameters[0]]).toEqual([2, 0.25]);
    // g = 1 + 1/4, u = 1 + 5/4 = 9/4, d = 5/4 + 9/8 = 19/8, p = 1/4 − 19/32.
    kernels.referenceSgd(buffers, settings);
    expect([buffers.velocities[0], buffers.parameters[0]]).toEqual([2.25, 0.25 - 19 / 32]);
  });
});

describe('checks', () => {
  const memory = kernels.createBufferMemory(4096);
  const [a, b] = [memory.allocate('float32', 8), memory.allocate('float32', 9)];

  it('refuses buffers of different lengths', () => {
    expect(() => {
      kernels.sgd(memory, { parameters: a, gradients: b }, { learningRate: 1 });
    }).toThrow(ShapeError);
    expect(() => {
      kernels.sgd(memory, { parameters: a, gradients: b }, { learningRate: 1 });
    }).toThrow('parameters [8], gradients [9]');
  });

  it('refuses momentum without velocities', () => {
    expect(() => {
      kernels.sgd(memory, { parameters: a, gradients: a }, { learningRate: 1, momentum: 0.9 });
    }).toThrow(ValueError);
  });

  it('allFinite finds one NaN or infinity anywhere, and takes the largest floats', () => {
    for (let i = 0; i < b.length; i++) {
      for (const bad of [NaN, Infinity, -Infinity]) {
        b.fill(3.4e38);
        expect(kernels.allFinite(memory, b)).toBe(true);
        b[i] = bad;
        expect(kernels.allFinite(memory, b)).toBe(false);
      }
    }
    expect(kernels.allFinite(memory, b.subarray(0, 0))).toBe(true);
  });
});
