import { describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { evaluate } from '../../engine/reference/index.ts';
import { constant } from '../../graph/index.ts';
import { eigh, sqrtmh } from '../../linalg/index.ts';
import { centerOf, createVae, priors } from '../../models/index.ts';
import type { VaeOptions } from '../../models/index.ts';
import { initializeParameters } from '../../nn/index.ts';
import { key, normal } from '../../random/index.ts';
import { expectAllClose } from '../../testing/index.ts';
import { exportOnnx, makeDigits, train } from '../index.ts';
import type { TrainOptions } from '../index.ts';

// The encoder's file, run by plain ONNX Runtime, against this library's own Σ and its root in float64.

const latent = 5;
const count = 7;
const data = makeDigits({ seed: 0, count: 100 });
const options: TrainOptions = { latent, hidden: [16], epochs: 1, batchSize: 50, seed: 1, threads: 1, validation: 0 };
/** Unit roundoff of float32. */
const u = 2 ** -24;

const frobenius = (values: ArrayLike<number>): number => Math.sqrt(Array.from(values).reduce((t, v) => t + v * v, 0));

/** Every matrix of [count, n, n] in float64, made symmetric to the bit as float32's sums need not be. */
function matrices(flat: ArrayLike<number>, n: number): number[][][] {
  return Array.from({ length: flat.length / (n * n) }, (_, at) =>
    Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => {
        const entry = (row: number, column: number): number => flat[(at * n + row) * n + column] ?? NaN;
        return (entry(i, j) + entry(j, i)) / 2;
      }),
    ),
  );
}

async function encode(model: Uint8Array, batch = count): Promise<Record<string, Float32Array>> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(model);
  const noise = session.inputMetadata.find(({ name }) => name === 'epsilon') as
    { shape: (number | string)[] } | undefined;
  const width = Number(noise?.shape.at(-1));
  const x = Float32Array.from({ length: batch * 784 }, (_, k) => ((k * 7919) % 97) / 96);
  const outputs = await session.run({
    x: new Tensor(x, [batch, 784]),
    epsilon: new Tensor(new Float32Array(batch * width), [batch, width]),
  });
  const result = Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]));
  await session.release();
  return result;
}

/**
 * S against Σ^{1/2} of the same Σ: with the residual r as the file says it, and up to (n + 3) u by which float32 may have
 * misjudged it, ‖S − Σ^{1/2}‖_F ≤ r ‖Σ‖_F / (λmin(S) + λmin(Σ^{1/2})). Gives the largest r.
 */
function checkRoots(outputs: Record<string, Float32Array>, n: number): number {
  const { covariance = [], symmetric_root: root = [], symmetric_root_residual: residual = [] } = outputs;
  const [sigmas, roots] = [matrices(covariance, n), matrices(root, n)];
  sigmas.forEach((sigma, at) => {
    const exact = sqrtmh(sigma);
    const s = (roots[at] ?? []).flat();
    const smallest = (matrix: number[][]): number => eigh(matrix).values.data[0] ?? NaN;
    const bound = smallest(roots[at] ?? []) + smallest(exact.toNested() as number[][]);
    const size = frobenius(sigma.flat());
    expect(bound).toBeGreaterThan(0);
    const distance = frobenius(s.map((value, k) => value - (exact.data[k] ?? NaN)));
    expect(distance).toBeLessThan((((residual[at] ?? NaN) + (n + 3) * u) * size) / bound);
  });
  return Math.max(...residual);
}

describe('an export with root symmetric', () => {
  const families: [string, TrainOptions][] = [
    ['isotropic', { posterior: 'isotropic' }],
    ['diagonal', { posterior: 'diagonal' }],
    ['symmetric', { posterior: 'full', root: 'symmetric' }],
    ['cholesky', { posterior: 'full', root: 'cholesky' }],
    ['low rank', { posterior: 'low-rank', rank: 2 }],
  ];
  it.each(families)('gives Σ^{1/2} of a %s posterior, with a small residual', async (_, family) => {
    const run = await train(data, { ...options, ...family });
    const plain = await encode(exportOnnx(run.model, run.parameters).encoder);
    const outputs = await encode(exportOnnx(run.model, run.parameters, { root: 'symmetric' }).encoder);
    // What was there before is as it was; what is new has the documented shapes.
    expect(Object.keys(plain).sort()).toEqual(['mean', 'root', 'stddev', 'z']);
    for (const [name, values] of Object.entries(plain)) expect(outputs[name], name).toEqual(values);
    expect(outputs.symmetric_root).toHaveLength(count * latent * latent);
    expect(outputs.symmetric_root_residual).toHaveLength(count);
    // A well-conditioned Σ: products of n terms, a few of them, and the condition's root.
    expect(checkRoots(outputs, latent)).toBeLessThan(20 * latent * u);
    const x = new NdArray(
      Float32Array.from({ length: count * 784 }, (_, k) => ((k * 7919) % 97) / 96),
      [count, 784],
    );
    const { covariance } = await run.encode(x);
    covariance.data.forEach((value, k) => {
      expect(Math.abs(value - (outputs.covariance?.[k] ?? NaN))).toBeLessThan(1e-5);
    });
    await run.dispose();
  });

  it('takes batches of any size, and one latent dimension', async () => {
    const run = await train(data, { ...options, latent: 1, posterior: 'full', root: 'cholesky' });
    const { encoder } = exportOnnx(run.model, run.parameters, { root: 'symmetric' });
    for (const batch of [1, 128]) {
      const { symmetric_root: root = [], stddev = [] } = await encode(encoder, batch);
      expect(root).toHaveLength(batch);
      Array.from(root).forEach((value, k) => {
        expect(Math.abs(value / (stddev[k] ?? NaN) - 1)).toBeLessThan(8 * u);
      });
    }
    await run.dispose();
  });

  it('says by its residual when Σ is badly conditioned', async () => {
    const run = await train(data, { ...options, epochs: 1, posterior: 'full', root: 'cholesky' });
    // Log-variances that fall from half of `range` to minus half of it, and coordinates tilted as far as the family can.
    const encodeAt = (range: number): Promise<Record<string, Float32Array>> => {
      const parameters = Object.fromEntries(
        Object.entries(run.parameters).map(([name, { data, shape }]) => {
          const values = data.slice();
          if (name === 'logVariance.bias') values.forEach((_, k) => (values[k] = range * (0.5 - k / (latent - 1))));
          if (name === 'offDiagonal.bias') values.forEach((_, k) => (values[k] = 3 * Math.cos(3 * k)));
          return [name, new NdArray(values, shape)];
        }),
      );
      return encode(exportOnnx(run.model, parameters, { root: 'symmetric' }).encoder);
    };
    const residuals = [];
    for (const range of [0, 7, 14]) residuals.push(checkRoots(await encodeAt(range), latent));
    const [good = NaN, poor = NaN, bad = NaN] = residuals;
    expect(good).toBeLessThan(20 * latent * u);
    expect(poor).toBeGreaterThan(4 * good);
    expect(bad).toBeGreaterThan(4 * poor);
    // Σ, rounded to float32, is indefinite here and has no root: the numbers stay finite, and the residual tells.
    const { symmetric_root: root = [], symmetric_root_residual: hopeless = [], covariance = [] } = await encodeAt(26);
    expect(() => sqrtmh(matrices(covariance, latent)[0] ?? [])).toThrow(/not positive semidefinite/);
    expect(Array.from(root).every(Number.isFinite)).toBe(true);
    expect(Math.min(...hopeless)).toBeGreaterThan(10 * good);
  });
});

describe('an export of other parts', () => {
  const sizes = { inputSize: 784, latent: 3, hidden: [6], activation: 'relu' } as const;
  const made = (parts: Pick<VaeOptions, 'posterior' | 'prior'>) => {
    const model = createVae({ ...sizes, ...parts });
    const parameters = initializeParameters(model.parameters, key(4));
    const tensors = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, constant(value)]));
    return { model, parameters, tensors };
  };

  it.each(priors.map(({ name }) => name).filter((name) => name !== 'conditional-normal'))(
    'has the prior %s: noise becomes z',
    async (name) => {
      const prior = { name, ...(name === 'vamp' && { pseudoInputs: 5 }) };
      const posterior = name === 'chow-liu' ? { name: 'vector-quantized', codes: 6, codeSize: 1 } : 'full';
      const { model, parameters, tensors } = made({ posterior, prior });
      const { noiseSize: width = NaN } = model.prior(tensors);
      const { InferenceSession, Tensor } = await import('onnxruntime-node');
      const session = await InferenceSession.create(exportOnnx(model, parameters).prior ?? new Uint8Array());
      const epsilon = normal(key(5), [40, width]);
      const { z } = await session.run({ epsilon: new Tensor(epsilon.data, [40, width]) });
      await session.release();
      const expected = model.prior(tensors).fromNoise?.(constant(epsilon)).value;
      expectAllClose(z?.data as Float32Array<ArrayBuffer>, [...evaluate(expected!).data], { rtol: 1e-5, atol: 1e-5 });
    },
  );

  it('gives of a posterior without moments a draw alone, and no root', async () => {
    const { model, parameters, tensors } = made({ posterior: { name: 'planar', flows: 2 } });
    const { z, ...rest } = await encode(exportOnnx(model, parameters).encoder);
    expect(Object.keys(rest)).toEqual([]);
    const x = Float32Array.from({ length: count * 784 }, (_, k) => ((k * 7919) % 97) / 96);
    const center = evaluate(centerOf(model.encode(tensors, constant(new NdArray(x, [count, 784])))));
    expectAllClose([...(z ?? [])], [...center.data], { rtol: 1e-5, atol: 1e-5 });
    expect(() => exportOnnx(model, parameters, { root: 'symmetric' })).toThrow(
      /needs of the posterior a covariance root \(root\), which 'planar' does not have\. Leave root out/,
    );
  });
});
