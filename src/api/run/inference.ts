import { NdArray, ShapeError, formatShape } from '../../core/index.ts';
import { ParallelProgram, mapInOrder } from '../../engine/index.ts';
import type { Engine, NamedArrays } from '../../engine/index.ts';
import { input, keyInput, keyWords } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import type { Likelihood, Vae } from '../../models/index.ts';
import { parameterInputs } from '../../nn/index.ts';
import type { Parameters } from '../../nn/index.ts';
import { foldIn } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { checkResultSize } from '../model/size.ts';

/** q(z|x) of a batch, as numbers. */
export interface Encoding {
  /** [batch, latent] */
  readonly mean: NdArray<'float32'>;
  /** Marginal standard deviations, [batch, latent] */
  readonly stddev: NdArray<'float32'>;
  /** Σ, [batch, latent, latent] */
  readonly covariance: NdArray<'float32'>;
}

/** Rows that go through a program at once: bounds memory, whatever the caller passes. */
const chunkRows = 1024;

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

  /** @param x [batch, inputSize] */
  async encode(x: NdArray<'float32'>): Promise<Encoding> {
    const outputs = await this.#run('encode', x, (tensors) => {
      const posterior = this.#model.encode(tensors, input('in', ['batch', this.#model.inputSize]));
      return { mean: posterior.mean, stddev: posterior.stddev, covariance: posterior.covariance };
    });
    return outputs as unknown as Encoding;
  }

  /** E[x|z], or the most probable x. @param z [batch, latent] */
  async decode(z: NdArray<'float32'>, what: 'mean' | 'mode' = 'mean'): Promise<NdArray<'float32'>> {
    const { x } = await this.#run(what, z, (tensors) => ({ x: this.#decoded(tensors)[what] }));
    return x as NdArray<'float32'>;
  }

  /** A draw x ~ p(x|z) for each z. @param z [batch, latent] */
  async draw(z: NdArray<'float32'>, key: Key): Promise<NdArray<'float32'>> {
    const build = (tensors: Parameters) => ({ x: this.#decoded(tensors).sample(keyInput('key')) });
    const { x } = await this.#run('draw', z, build, (chunk) => ({ key: keyWords(foldIn(key, chunk)) }));
    return x as NdArray<'float32'>;
  }

  #decoded(tensors: Parameters): Likelihood {
    return this.#model.decode(tensors, input('in', ['batch', this.#model.latent]));
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
  ): Promise<Record<string, NdArray>> {
    let program = this.#programs.get(name);
    if (!program) {
      const outputs = build(parameterInputs(this.#model.parameters));
      program = ParallelProgram.compile(this.#engine, { outputs, boundInputs: this.#parameters });
      this.#programs.set(name, program);
    }
    return runInChunks(name, await program, rows, feeds);
  }
}

/** Runs the rows of one input through a program, a bounded number at a time, and joins the outputs. */
async function runInChunks(
  operation: string,
  program: ParallelProgram,
  rows: NdArray<'float32'>,
  feeds: (chunk: number) => NamedArrays,
): Promise<Record<string, NdArray>> {
  const [count = 0, width = 0] = rows.shape;
  if (rows.shape.length !== 2) throw new ShapeError(`expected rows [batch, n], got ${formatShape(rows.shape)}.`);
  program.expect(count);
  const starts = Array.from({ length: Math.max(1, Math.ceil(count / chunkRows)) }, (_, chunk) => chunk * chunkRows);
  const parts: Record<string, NdArray>[] = [];
  const results = mapInOrder(starts, program.width, (start, index) => {
    const size = Math.min(chunkRows, count - start);
    const chunk = new NdArray(rows.data.subarray(start * width, (start + size) * width), [size, width], 'float32');
    return program.run({ in: chunk, ...feeds(index) });
  });
  for await (const part of results) {
    if (parts.length === 0) checkResultSize({ operation, rows: count, bytesPerRow: bytesPerRowOf(part) });
    parts.push(part);
  }
  return Object.fromEntries(Object.keys(parts[0] ?? {}).map((name) => [name, joinRows(parts, name)]));
}

/** While they are joined, the parts are there too. */
function bytesPerRowOf(part: Readonly<Record<string, NdArray>>): number {
  const sizes = Object.values(part).map(({ data, shape }) => (2 * data.byteLength) / Math.max(shape[0] ?? 1, 1));
  return sizes.reduce((total, size) => total + size, 0);
}

function joinRows(parts: readonly Record<string, NdArray>[], name: string): NdArray {
  const arrays = parts.flatMap((part) => part[name] ?? []);
  const [first] = arrays;
  if (!first) throw new ShapeError(`the engine left out '${name}'.`);
  const rows = arrays.reduce((total, { shape }) => total + (shape[0] ?? 0), 0);
  const joined = NdArray.zeros([rows, ...first.shape.slice(1)], first.dtype);
  let offset = 0;
  for (const { data } of arrays) {
    joined.data.set(data, offset);
    offset += data.length;
  }
  return joined;
}
