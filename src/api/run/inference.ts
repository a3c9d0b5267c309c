import { NdArray, ShapeError, UnsupportedError, formatShape } from '../../core/index.ts';
import { ParallelProgram, mapInOrder } from '../../engine/index.ts';
import type { Engine, NamedArrays } from '../../engine/index.ts';
import { StandardNormal } from '../../gaussian/index.ts';
import {
  broadcastTo,
  cast,
  constant,
  gather,
  input,
  keyInput,
  keyWords,
  matmul,
  mean,
  mul,
  randomNormal,
  reshape,
  softmax,
  sqrt,
  square,
  sub,
  sum,
  transpose,
} from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { centerOf, codeIndices } from '../../models/index.ts';
import type { CodeBook, Likelihood, PosteriorDistribution, PriorDistribution, Vae } from '../../models/index.ts';
import { parameterInputs } from '../../nn/index.ts';
import type { Parameters } from '../../nn/index.ts';
import { ofRows, rowInput, rowSize, withConditions } from '../../objectives/index.ts';
import { foldIn, normal, key as seedKey } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { checkResultSize } from '../model/size.ts';

/** q(z|x) of a batch, as numbers. */
export interface Encoding {
  /** [batch, latent]; of a posterior without moments the image of the noise's mean, ε = 0 */
  readonly mean: NdArray<'float32'>;
  /** Marginal standard deviations, [batch, latent]; of draws, where they have no closed form; 0 of a posterior without noise */
  readonly stddev: NdArray<'float32'>;
  /** Σ, [batch, latent, latent]; of draws, as `stddev` */
  readonly covariance: NdArray<'float32'>;
  /** Of a posterior of codes (`vector-quantized`): which ones of its book, counted from 0, [batch, positions] */
  readonly codes?: NdArray<'float32'>;
  /** z ~ q(z|x), where draws were asked for: [batch, draws, latent] */
  readonly draws?: NdArray<'float32'>;
}

/** Draws that stddev and covariance are taken of, where the posterior has none in closed form. */
export const spreadDraws = 256;

/** Sample standard deviations and covariances, of draws by the same noise for every example. */
function spreadOfDraws(posterior: PosteriorDistribution): { readonly stddev: Tensor; readonly covariance: Tensor } {
  const { noiseSize, batchShape, dtype } = posterior;
  const noise = constant(normal(seedKey(0), [spreadDraws, 1, noiseSize]), dtype);
  const { value } = posterior.fromNoise(broadcastTo(noise, [spreadDraws, ...batchShape, noiseSize]));
  const centered = transpose(sub(value, mean(value, 0)), [1, 0, 2]); // [batch, draws, latent]
  const share = 1 / (spreadDraws - 1);
  return {
    stddev: sqrt(mul(sum(square(centered), 1), share)),
    covariance: mul(matmul(centered, centered, { transposeA: true }), share),
  };
}

/** A code without noise. */
function noSpread(mean: Tensor): Record<keyof Omit<Encoding, 'draws' | 'codes'>, Tensor> {
  const [latent = 1] = mean.shape.slice(-1);
  const none = constant(0, mean.dtype);
  return { mean, stddev: broadcastTo(none, mean.shape), covariance: broadcastTo(none, [...mean.shape, latent]) };
}

/** Rows of draws from a prior that has no noise to be a function of. */
const priorRows = 256;

/** Rows that go through a program at once: bounds memory, whatever the caller passes. */
const chunkRows = 1024;
/** Numbers of draws that are made at once. */
const chunkNumbers = 2 ** 22;

/** A trained model's encoder and decoder, compiled on first use for batches of any size. */
export class Inference {
  readonly #engine: Engine;
  readonly #model: Vae;
  readonly #parameters: Readonly<Record<string, NdArray>>;
  readonly #programs = new Map<string, Promise<ParallelProgram>>();

  constructor(engine: Engine, model: Vae, parameters: Readonly<Record<string, NdArray>>) {
    this.#engine = engine;
    this.#model = model;
    this.#parameters = parameters;
  }

  /** @param x [batch, inputSize], each with its condition behind it where the model takes one */
  async encode(x: NdArray<'float32'>): Promise<Encoding> {
    const outputs = await this.#run('encode', x, (tensors) => {
      const posterior = this.#encoded(tensors);
      const { codes } = posterior;
      const indices = codes && { codes: codeIndices(codes.assignment) };
      if (posterior.noiseSize === 0) return { ...noSpread(centerOf(posterior)), ...indices };
      const { stddev, covariance } = posterior;
      return {
        mean: centerOf(posterior),
        ...(stddev && covariance ? { stddev, covariance } : spreadOfDraws(posterior)),
      };
    });
    return outputs as unknown as Encoding;
  }

  /** Numbers of noise that a draw of q(z|x) takes; 0 where there are no draws to speak of. */
  get noiseSize(): number {
    return this.#encoded(parameterInputs(this.#model.parameters)).noiseSize;
  }

  /** The z that stands for each example (`centerOf`), [batch, latent]: the mean of `encode`, and nothing else. */
  async center(x: NdArray<'float32'>): Promise<NdArray<'float32'>> {
    const { z } = await this.#run('center', x, (tensors) => ({ z: centerOf(this.#encoded(tensors)) }));
    return z as NdArray<'float32'>;
  }

  /** z ~ q(z|x), [batch, draws, latent]: those of the first rows are the same however many rows there are. */
  async drawPosterior(x: NdArray<'float32'>, draws: number, key: Key): Promise<NdArray<'float32'>> {
    const build = (tensors: Parameters) => {
      const posterior = this.#encoded(tensors);
      const noise = randomNormal(keyInput('key'), ['batch', draws, posterior.noiseSize], posterior.dtype);
      return { z: transpose(posterior.fromNoise(transpose(noise, [1, 0, 2])).value, [1, 0, 2]) };
    };
    const rows = Math.max(1, Math.min(chunkRows, Math.floor(chunkNumbers / (draws * this.#model.latent))));
    const feeds = (chunk: number): NamedArrays => ({ key: keyWords(foldIn(key, chunk)) });
    const { z } = await this.#run(`draws ${draws}`, x, build, feeds, rows);
    return z as NdArray<'float32'>;
  }

  /** z ~ p(z), [count, latent]. @param condition [count, conditionSize], where the model takes one */
  async drawPrior(count: number, key: Key, condition?: NdArray<'float32'>): Promise<NdArray<'float32'>> {
    const { latent } = this.#model;
    const { prior } = this.#priorOf(parameterInputs(this.#model.parameters), 0);
    if (prior instanceof StandardNormal) return normal(key, [count, latent]);
    const { noiseSize } = prior;
    if (noiseSize !== undefined && prior.fromNoise) {
      const noise = besideRows(normal(key, [count, noiseSize]), condition);
      const { z } = await this.#run('prior', noise, (tensors) => {
        const { prior: own, value } = this.#priorOf(tensors, noiseSize);
        return { z: own.fromNoise?.(value).value ?? value };
      });
      return z as NdArray<'float32'>;
    }
    if (prior.batchShape.length > 0) {
      throw new UnsupportedError(
        `sample: the prior '${this.#model.parts.prior.name}' looks at the condition, and its draws are no function of noise: it cannot be drawn from here.`,
      );
    }
    const build = (tensors: Parameters) => ({
      z: this.#priorOf(tensors, 0).prior.sample(keyInput('key'), [priorRows]),
    });
    const program = await this.#program('prior', build);
    const z = NdArray.zeros([count, latent], 'float32');
    for (let start = 0, chunk = 0; start < count; start += priorRows, chunk++) {
      const { z: drawn } = await program.run({ key: keyWords(foldIn(key, chunk)) });
      z.data.set((drawn as NdArray<'float32'>).data.subarray(0, (count - start) * latent), start * latent);
    }
    return z;
  }

  /** q(y|x) of a model that infers the class of an example, [batch, classes]. @param x [batch, inputSize], without conditions */
  async classify(x: NdArray<'float32'>): Promise<NdArray<'float32'> | undefined> {
    const { classifier, inputSize } = this.#model;
    if (!classifier) return undefined;
    const { probs } = await this.#run('classify', x, (tensors) => ({
      probs: softmax(classifier.apply(tensors, input('in', ['batch', inputSize])), -1),
    }));
    return probs as NdArray<'float32'>;
  }

  /** z of which the codes are given by their numbers, [batch, latent]. @param numbers whole ones below `book.codes`, [batch, positions] */
  async codeVectors(numbers: NdArray<'float32'>, book: CodeBook): Promise<NdArray<'float32'>> {
    const { z } = await this.#run('code vectors', numbers, (tensors) => {
      const places = cast(input('in', ['batch', book.positions]), 'int32');
      return { z: reshape(gather(book.vectors(tensors), places), ['batch', this.#model.latent]) };
    });
    return z as NdArray<'float32'>;
  }

  /** E[x|z], or the most probable x. @param z [batch, latent], with conditions as `encode` */
  async decode(z: NdArray<'float32'>, what: 'mean' | 'mode' = 'mean'): Promise<NdArray<'float32'>> {
    const { x } = await this.#run(what, z, (tensors) => ({ x: this.#decoded(tensors)[what] }));
    return x as NdArray<'float32'>;
  }

  /** A draw x ~ p(x|z) for each z. @param z [batch, latent], with conditions as `encode` */
  async draw(z: NdArray<'float32'>, key: Key): Promise<NdArray<'float32'>> {
    const build = (tensors: Parameters) => ({ x: this.#decoded(tensors).sample(keyInput('key')) });
    const { x } = await this.#run('draw', z, build, (chunk) => ({ key: keyWords(foldIn(key, chunk)) }));
    return x as NdArray<'float32'>;
  }

  /** Before so many points of the latent space are made, and decoded. @throws ValueError where the memory cannot hold that */
  checkPoints(operation: string, rows: number): void {
    const { latent, inputSize } = this.#model;
    checkResultSize({ operation, rows, bytesPerRow: 4 * (latent + inputSize) });
  }

  #encoded(tensors: Parameters): PosteriorDistribution {
    const { x, model } = ofRows(this.#model, rowInput(this.#model, { name: 'in' }));
    return model.encode(tensors, x);
  }

  #decoded(tensors: Parameters): Likelihood {
    const { value, model } = this.#withCondition(this.#model.latent);
    return model.decode(tensors, value);
  }

  /** p(z), and rows of `size` numbers beside its condition, where it has one. */
  #priorOf(tensors: Parameters, size: number): { readonly prior: PriorDistribution; readonly value: Tensor } {
    const { value, model } = this.#withCondition(size);
    return { prior: model.prior(tensors), value };
  }

  /** Rows of `size` numbers, and the model of the conditions behind them. */
  #withCondition(size: number): { readonly value: Tensor; readonly model: Vae } {
    return withConditions(this.#model, input('in', ['batch', rowSize(this.#model) - this.#model.inputSize + size]));
  }

  async dispose(): Promise<void> {
    const programs = await Promise.all(this.#programs.values());
    this.#programs.clear();
    await Promise.all(programs.map((program) => program.dispose()));
  }

  async #run(
    name: string,
    rows: NdArray<'float32'>,
    build: (parameters: Parameters) => Record<string, Tensor>,
    feeds: (chunk: number) => NamedArrays = () => ({}),
    atOnce = chunkRows,
  ): Promise<Record<string, NdArray>> {
    return runInChunks(await this.#program(name, build), rows, { operation: name, feeds, atOnce });
  }

  #program(name: string, build: (parameters: Parameters) => Record<string, Tensor>): Promise<ParallelProgram> {
    let program = this.#programs.get(name);
    if (!program) {
      const outputs = build(parameterInputs(this.#model.parameters));
      program = ParallelProgram.compile(this.#engine, { outputs, boundInputs: this.#parameters });
      this.#programs.set(name, program);
    }
    return program;
  }
}

/** Rows [n, a] with those of [n, b] behind them; as they are where there are none. */
export function besideRows(rows: NdArray<'float32'>, others: NdArray<'float32'> | undefined): NdArray<'float32'> {
  if (!others) return rows;
  const [count = 0, width = 0] = rows.shape;
  const [, size = 0] = others.shape;
  const joined = NdArray.zeros([count, width + size], 'float32');
  for (let row = 0; row < count; row++) {
    joined.data.set(rows.data.subarray(row * width, (row + 1) * width), row * (width + size));
    joined.data.set(others.data.subarray(row * size, (row + 1) * size), row * (width + size) + width);
  }
  return joined;
}

/** The first `size` numbers of each row. */
export function firstOfRows(rows: NdArray<'float32'>, size: number): NdArray<'float32'> {
  const [count = 0, width = 0] = rows.shape;
  const first = NdArray.zeros([count, size], 'float32');
  for (let row = 0; row < count; row++) first.data.set(rows.data.subarray(row * width, row * width + size), row * size);
  return first;
}

/** The last `size` numbers of each row. */
export function lastOfRows(rows: NdArray<'float32'>, size: number): NdArray<'float32'> {
  const [count = 0, width = 0] = rows.shape;
  const last = NdArray.zeros([count, size], 'float32');
  for (let row = 0; row < count; row++)
    last.data.set(rows.data.subarray((row + 1) * width - size, (row + 1) * width), row * size);
  return last;
}

/** Runs the rows of one input through a program, a bounded number at a time, and joins the outputs. */
async function runInChunks(
  program: ParallelProgram,
  rows: NdArray<'float32'>,
  {
    operation,
    feeds,
    atOnce,
  }: { readonly operation: string; readonly feeds: (chunk: number) => NamedArrays; readonly atOnce: number },
): Promise<Record<string, NdArray>> {
  const [count = 0, width = 0] = rows.shape;
  if (rows.shape.length !== 2) throw new ShapeError(`expected rows [batch, n], got ${formatShape(rows.shape)}.`);
  program.expect(count);
  const starts = Array.from({ length: Math.max(1, Math.ceil(count / atOnce)) }, (_, chunk) => chunk * atOnce);
  let joined: Record<string, NdArray> | undefined;
  let done = 0;
  const results = mapInOrder(starts, program.width, (start, index) => {
    const size = Math.min(atOnce, count - start);
    const chunk = new NdArray(rows.data.subarray(start * width, (start + size) * width), [size, width], 'float32');
    return program.run({ in: chunk, ...feeds(index) });
  });
  for await (const part of results) {
    joined ??= roomFor(operation, count, part);
    for (const [name, { data, shape }] of Object.entries(part)) {
      joined[name]?.data.set(data, (done * data.length) / Math.max(shape[0] ?? 1, 1));
    }
    done += Object.values(part)[0]?.shape[0] ?? 0;
  }
  return joined ?? {};
}

/** Arrays for what all rows give, as the first of them show. @throws ValueError where the memory cannot hold them */
function roomFor(operation: string, rows: number, part: Readonly<Record<string, NdArray>>): Record<string, NdArray> {
  const bytes = Object.values(part).map(({ data, shape }) => data.byteLength / Math.max(shape[0] ?? 1, 1));
  checkResultSize({ operation, rows, bytesPerRow: bytes.reduce((total, size) => total + size, 0) });
  return Object.fromEntries(
    Object.entries(part).map(([name, { shape, dtype }]) => [name, NdArray.zeros([rows, ...shape.slice(1)], dtype)]),
  );
}
