import { NdArray } from '../../core/index.ts';
import { ParallelProgram } from '../../engine/index.ts';
import type { Engine } from '../../engine/index.ts';
import { broadcastTo, input, neg, sub } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { has } from '../../models/index.ts';
import type { Vae } from '../../models/index.ts';
import { parameterInputs } from '../../nn/index.ts';
import { klTerm, logImportanceWeights, ofRows, rowInput } from '../../objectives/index.ts';
import { foldIn, key as seedKey, normal } from '../../random/index.ts';
import type { KeptPrograms } from './kept-programs.ts';

/**
 * What a draw z = μ(x) + R(x) ε says of an example, in nats:
 *
 * - `reconstruction`: log p(x|z)
 * - `elbo`: log p(x|z) − KL(q(z|x) ‖ p(z)), whose mean over draws is the ELBO
 * - `kl`: −KL(q(z|x) ‖ p(z)), the same for every draw where it has a closed form
 * - `weight`: log p(x|z) + log p(z) − log q(z|x), whose log-mean-exp over draws estimates log p(x)
 */
export type DrawQuantity = 'reconstruction' | 'kl' | 'elbo' | 'weight';

/** A model, and what computes it. */
export interface ModelParts {
  readonly engine: Engine;
  readonly model: Vae;
  readonly parameters: Readonly<Record<string, NdArray>>;
  /** Where programs are kept for later calls with the same model. Default: they are compiled for each. */
  readonly programs?: KeptPrograms | undefined;
}

/** Draws of ε in chunks. */
export interface Noise {
  readonly chunks: number;
  /** [draws, 1, noise] */
  at(chunk: number): NdArray<'float32'>;
}

/** So many bytes of noise are kept from batch to batch; more are drawn anew for each. */
const mostKept = 2 ** 26;

/**
 * Some `DrawQuantity`s of every example at several draws of ε, which are the same for every example: the result is a function
 * of the example, whatever else is asked about in the same batch.
 */
export class DrawProgram {
  readonly #program: ParallelProgram;
  readonly #quantities: readonly DrawQuantity[];
  readonly #noiseSize: number;

  private constructor(program: ParallelProgram, quantities: readonly DrawQuantity[], noiseSize: number) {
    this.#program = program;
    this.#quantities = quantities;
    this.#noiseSize = noiseSize;
  }

  static async compile(parts: ModelParts, quantities: readonly DrawQuantity[]): Promise<DrawProgram> {
    const { x, model } = ofRows(parts.model, rowInput(parts.model));
    const tensors = parameterInputs(model.parameters);
    const posterior = model.encode(tensors, x);
    const prior = model.prior(tensors);
    const { noiseSize } = posterior;
    const epsilon = input('epsilon', ['draws', 1, noiseSize]);
    // Without noise there is one draw, which no ε is an input of.
    const drawn =
      noiseSize === 0
        ? posterior.sampleAndLogProb(seedKey(0), [1])
        : posterior.fromNoise(broadcastTo(epsilon, ['draws', 'batch', noiseSize]));
    const { value: z } = drawn;
    const likelihood = model.decode(tensors, z);
    const kl = (): Tensor => klTerm(posterior, prior, { latent: z, logProbOfDraw: drawn.logProb });
    const rows: Record<DrawQuantity, () => Tensor> = {
      reconstruction: () => likelihood.logProb(x),
      elbo: () => sub(likelihood.logProb(x), kl()),
      kl: () => broadcastTo(neg(kl()), ['draws', 'batch']),
      weight: () =>
        logImportanceWeights({
          prior,
          latent: z,
          posteriorLogProb: has(model.parts.posterior, 'logProb') ? posterior.logProb(z) : drawn.logProb,
          likelihood,
          x,
        }),
    };
    const outputs = Object.fromEntries(quantities.map((quantity) => [quantity, rows[quantity]()]));
    const program = await ParallelProgram.compile(parts.engine, { outputs, boundInputs: parts.parameters });
    return new DrawProgram(program, quantities, noiseSize);
  }

  /** How many runs may be under way together. @param rows so many are coming, each draw of an example one */
  expect(rows: number): number {
    this.#program.expect(rows);
    return this.#program.width;
  }

  /** Each quantity, [draws, batch], in the order asked for. @param epsilon [draws, 1, noise] */
  async run(x: NdArray<'float32'>, epsilon: NdArray<'float32'>): Promise<NdArray[]> {
    const values = await this.#program.run(this.#noiseSize === 0 ? { x } : { x, epsilon });
    return this.#quantities.map((quantity) => {
      const array = values[quantity];
      if (!array) throw new TypeError('DrawProgram: the engine left an output out.');
      return array;
    });
  }

  /** ε = 0: the draw is the posterior's mean. */
  get noNoise(): NdArray<'float32'> {
    return NdArray.zeros([1, 1, this.#noiseSize], 'float32');
  }

  /** The noise of `count` draws under a seed, in chunks of at most `size`: chunk c does not depend on the count. */
  noise(count: number, { seed, size }: { readonly seed: number; readonly size: number }): Noise {
    const kept: NdArray<'float32'>[] = [];
    const isKept = 4 * count * this.#noiseSize <= mostKept;
    return {
      chunks: Math.ceil(count / size),
      at: (chunk) => {
        const draws = Math.min(size, count - chunk * size);
        const values = kept[chunk] ?? normal(foldIn(seedKey(seed), chunk), [draws, 1, this.#noiseSize]);
        if (isKept) kept[chunk] = values;
        return values;
      },
    };
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}
