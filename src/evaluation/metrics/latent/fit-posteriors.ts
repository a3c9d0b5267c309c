import { NdArray } from '../../../core/index.ts';
import type { Program } from '../../../engine/index.ts';
import { MultivariateNormal, MultivariateNormalDiag } from '../../../gaussian/index.ts';
import type { Gaussian } from '../../../gaussian/index.ts';
import {
  add,
  constant,
  exp,
  expandDims,
  grad,
  identityMatrix,
  input,
  keyInput,
  keyWords,
  mean as meanOver,
  mul,
  neg,
  sub,
  sum,
} from '../../../graph/index.ts';
import type { Tensor } from '../../../graph/index.ts';
import { cholesky } from '../../../linalg/index.ts';
import { parameterInputs } from '../../../nn/index.ts';
import { klTerm, ofRows, rowInput } from '../../../objectives/index.ts';
import type { Examples } from '../../../objectives/index.ts';
import { foldIn, key as seedKey, permutation } from '../../../random/index.ts';
import type { Key } from '../../../random/index.ts';
import type { MeasuredModel } from '../encode.ts';

/** How `fitPosteriors` improves q(z|x) example by example: how many, by how many steps. */
export interface FitOptions {
  /** How many examples, chosen by the key. */
  readonly examples: number;
  readonly steps: number;
  /** Draws of z a step and example. */
  readonly draws: number;
  readonly learningRate: number;
  readonly key: Key;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Draws by which the ELBOs are compared. */
const finalDraws = 64;
/** Examples that are fitted together. */
const batchSize = 64;

/**
 * ELBOs of single examples in nats, by the encoder's posteriors and by Gaussians fitted to each example, which begin as the
 * encoder's: diagonal ones where those are, else full ones. Adam, with steps that fall to 0 as a cosine.
 */
export async function fitPosteriors(
  measured: MeasuredModel,
  examples: Examples,
  { steps, key, draws, onProgress, ...options }: FitOptions,
): Promise<{ readonly before: number[]; readonly after: number[] }> {
  const { signal } = measured;
  const order = Uint32Array.from(permutation(foldIn(key, 0), examples.size).data);
  const chosen = order.subarray(0, options.examples).sort();
  const programs = await compile(measured, draws);
  const [before, after]: [number[], number[]] = [[], []];
  try {
    for (let from = 0; from < chosen.length; from += batchSize) {
      const indices = chosen.subarray(from, from + batchSize);
      const x = NdArray.zeros([indices.length, examples.exampleSize], 'float32');
      examples.read(indices, x.data, seedKey(0));
      const q = startOf(await programs.start.run({ x }));
      const batchKey = foldIn(foldIn(key, 1), from / batchSize);
      const elbos = async (): Promise<readonly number[]> => {
        const { elbo } = await programs.final.run({ x, ...q, key: keyWords(foldIn(batchKey, 0)) });
        return Array.from(elbo!.data);
      };
      before.push(...(await elbos()));
      const adam = new Adam(q);
      for (let step = 0; step < steps; step++) {
        signal?.throwIfAborted();
        const gradients = await programs.step.run({ x, ...q, key: keyWords(foldIn(batchKey, 1 + step)) });
        adam.step(gradients, (options.learningRate * (1 + Math.cos((Math.PI * step) / steps))) / 2);
        onProgress?.(from * steps + (step + 1) * indices.length, chosen.length * steps);
      }
      after.push(...(await elbos()));
    }
  } finally {
    await Promise.all([programs.start, programs.step, programs.final].map((program) => program.dispose()));
  }
  return { before, after };
}

/** Parameters of q, each [batch, …]: mean, log of the root's diagonal and, of a full Gaussian, the entries below it. */
type Parameters = Readonly<Record<string, NdArray<'float32'>>>;

interface Programs {
  /** x → what the encoder's Gaussian is */
  readonly start: Program;
  /** x, parameters of q → the gradient of −Σ ELBO */
  readonly step: Program;
  /** x, parameters of q → ELBO, [batch] */
  readonly final: Program;
}

async function compile({ engine, model: of, parameters }: MeasuredModel, draws: number): Promise<Programs> {
  const { x, model } = ofRows(of, rowInput(of));
  const { latent } = model;
  const tensors = parameterInputs(model.parameters);
  const posterior = model.encode(tensors, x);
  const isDiagonal = posterior instanceof MultivariateNormalDiag;
  const mean = input('mean', ['batch', latent]);
  const logScale = input('logScale', ['batch', latent]);
  const below = input('below', ['batch', latent, latent]);
  const q = isDiagonal
    ? MultivariateNormalDiag.fromLogVariance(mean, mul(logScale, 2))
    : MultivariateNormal.fromScaleTril(mean, factorOf(logScale, below, latent));
  const elboBy = (count: number): Tensor => {
    const { value: z, logProb } = (q as Gaussian).sampleAndLogProb(keyInput('key'), [count]);
    const reconstruction = meanOver(model.decode(tensors, z).logProb(x), 0);
    const kl = klTerm(q, model.prior(tensors), { latent: z, logProbOfDraw: logProb });
    return sub(reconstruction, kl.rank === 2 ? meanOver(kl, 0) : kl);
  };
  const free = { mean, logScale, ...(!isDiagonal && { below }) };
  const gradients = grad(neg(sum(elboBy(draws))), Object.values(free));
  const { mean: center, variance, covariance } = posterior;
  const start = { mean: center!, ...(isDiagonal ? { variance: variance! } : { covariance: covariance! }) };
  const step = Object.fromEntries(Object.keys(free).map((name, at) => [name, gradients[at]!]));
  const compiled = (outputs: Readonly<Record<string, Tensor>>) => engine.compile({ outputs, boundInputs: parameters });
  const [first, second, third] = await Promise.all([
    compiled(start),
    compiled(step),
    compiled({ elbo: elboBy(finalDraws) }),
  ]);
  return { start: first, step: second, final: third };
}

/** L: exp(logScale) on the diagonal, and what is below it of `below`. */
function factorOf(logScale: Tensor, below: Tensor, n: number): Tensor {
  const isBelow = NdArray.zeros([n, n], 'float32');
  isBelow.data.forEach((_, at) => (isBelow.data[at] = at % n < Math.floor(at / n) ? 1 : 0));
  return add(mul(below, constant(isBelow)), mul(identityMatrix(n, 'float32'), expandDims(exp(logScale), -2)));
}

/** The encoder's Gaussian in the parameters of q. */
function startOf({ mean, variance, covariance }: Readonly<Record<string, NdArray>>): Parameters {
  const start = { mean: NdArray.from(mean!, 'float32'), logScale: NdArray.zeros(mean!.shape, 'float32') };
  const { data } = start.logScale;
  if (variance) {
    data.forEach((_, k) => (data[k] = 0.5 * Math.log(variance.data[k]!)));
    return start;
  }
  const factor = cholesky(NdArray.from(covariance!, 'float64'));
  const n = factor.shape.at(-1) ?? 1;
  data.forEach((_, k) => (data[k] = Math.log(factor.data[k * n + (k % n)]!)));
  return { ...start, below: NdArray.from(factor, 'float32') };
}

/** Kingma and Ba 2015, with the usual rates; changes the parameters in place. */
class Adam {
  readonly #parameters: Parameters;
  readonly #moments: ReadonlyMap<string, { readonly first: Float64Array; readonly second: Float64Array }>;
  #steps = 0;

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
    this.#moments = new Map(
      Object.entries(parameters).map(([name, { size }]) => {
        return [name, { first: new Float64Array(size), second: new Float64Array(size) }];
      }),
    );
  }

  step(gradients: Readonly<Record<string, NdArray>>, learningRate: number): void {
    this.#steps++;
    const [unbiasFirst, unbiasSecond] = [1 - 0.9 ** this.#steps, 1 - 0.999 ** this.#steps];
    for (const [name, { first, second }] of this.#moments) {
      const [values, gradient] = [this.#parameters[name]!.data, gradients[name]!.data];
      for (let k = 0; k < values.length; k++) {
        first[k] = 0.9 * first[k]! + 0.1 * gradient[k]!;
        second[k] = 0.999 * second[k]! + 0.001 * gradient[k]! ** 2;
        values[k]! -= (learningRate * (first[k]! / unbiasFirst)) / (Math.sqrt(second[k]! / unbiasSecond) + 1e-8);
      }
    }
  }
}
