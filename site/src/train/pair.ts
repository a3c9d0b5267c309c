import { NdArray } from 'rootsigma/core';
import type { Engine, Program } from 'rootsigma/engine';
import { input } from 'rootsigma/graph';
import { asGaussian, createVae } from 'rootsigma/models';
import type { Vae } from 'rootsigma/models';
import { parameterInputs } from 'rootsigma/nn';
import type { Examples } from 'rootsigma/objectives';
import { foldIn, key, normal } from 'rootsigma/random';
import { Trainer } from 'rootsigma/training';
import { profileStep, testCount } from './messages.ts';
import type { EachHead, Look, Profile } from './messages.ts';
import type { Subject } from './subjects.ts';
import { turnedElbo } from './turned-elbo.ts';

/** The noise by which the ELBO is measured: the same at every look. */
const measuring = 1000;

/** One of the two models: its training, and the program that looks at it. */
class Learner {
  readonly trainer: Trainer;
  readonly #program: Program;
  readonly #feeds: Readonly<Record<string, NdArray>>;

  private constructor(trainer: Trainer, program: Program, feeds: Readonly<Record<string, NdArray>>) {
    this.trainer = trainer;
    this.#program = program;
    this.#feeds = feeds;
  }

  static async create(
    engine: Engine,
    model: Vae,
    { subject, seed, training }: { readonly subject: Subject; readonly seed: number; readonly training: Examples },
  ): Promise<Learner> {
    const { epochs, batchSize, learningRate, draws } = subject;
    const trainer = await Trainer.create({
      engine,
      model,
      training,
      config: {
        epochs,
        batchSize,
        optimizer: { name: 'adam', learningRate },
        schedule: { name: 'cosine' },
        validation: 0,
        seed,
      },
      replicas: 1,
      // It would say why one thread trains, which is what is wanted here.
      onNotice: () => undefined,
    });
    const parameters = parameterInputs(model.parameters);
    const x = input('x', [testCount, model.inputSize]);
    const posterior = asGaussian(model.encode(parameters, x));
    const inputs = { x, noise: input('noise', [draws, testCount, 2]), turn: input('turn', [2, 2]) };
    const program = await engine.compile({
      outputs: {
        means: posterior.mean,
        covariances: posterior.covariance,
        ...turnedElbo(model, parameters, inputs),
      },
      boundInputs: trainer.parameters,
    });
    return new Learner(trainer, program, {
      x: subject.draw('test', testCount, seed),
      noise: normal(foldIn(key(seed), measuring), [draws, testCount, 2]),
    });
  }

  /** The model as it stands, measured with its latent space turned. */
  async look(degrees: number): Promise<Look> {
    const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    const turn = new NdArray(Float32Array.of(c, -s, s, c), [2, 2], 'float32');
    const result = await this.#program.run({ ...this.#feeds, turn });
    // Copies: the next run may write where this one did.
    const values = (name: string): Float32Array => Float32Array.from(result[name]?.data ?? [], Number);
    return {
      means: values('means'),
      covariances: values('covariances'),
      elbo: values('elbo')[0] ?? NaN,
      diagonalElbo: values('diagonalElbo')[0] ?? NaN,
    };
  }

  async dispose(): Promise<void> {
    await this.#program.dispose();
    await this.trainer.dispose();
  }
}

/** A VAE with a diagonal Σ and one with a full Σ, of the same networks, on the same examples in the same order. */
export class LearningPair {
  readonly #learners: EachHead<Learner>;

  private constructor(learners: EachHead<Learner>) {
    this.#learners = learners;
  }

  static async create(engine: Engine, subject: Subject, seed: number): Promise<LearningPair> {
    const { inputSize, hidden, likelihood } = subject;
    const training = examplesOf(subject.draw('train', subject.examples, seed));
    const shared = { inputSize, hidden, likelihood, latent: 2, activation: 'tanh' } as const;
    const [diagonal, full] = [
      createVae({ ...shared, posterior: 'diagonal' }),
      createVae({ ...shared, posterior: 'full', root: 'symmetric' }),
    ].map((model) => Learner.create(engine, model, { subject, seed, training }));
    if (!diagonal || !full) throw new Error('train: there are two models.');
    return new LearningPair({ diagonal: await diagonal, full: await full });
  }

  /** Trains both by turns, step by step, until the signal fires; gives the number of each epoch that both have finished. */
  async *train(signal: AbortSignal): AsyncGenerator<number, void> {
    const runs = Object.values(this.#learners).map(({ trainer }) => trainer.run(signal));
    for (;;) {
      const steps = [];
      for (const run of runs) steps.push(await run.next());
      const [last] = steps.slice(-1);
      if (!last || steps.some(({ done }) => done === true)) return;
      if (last.value?.event === 'epoch') yield last.value.epoch;
    }
  }

  async look(degrees: number): Promise<EachHead<Look>> {
    const { diagonal, full } = this.#learners;
    return { diagonal: await diagonal.look(degrees), full: await full.look(degrees) };
  }

  /** What a diagonal Σ loses at each turn: after 90° the axes are the same two again. */
  async profiles(): Promise<EachHead<Profile>> {
    const profiles: { diagonal: number[]; full: number[] } = { diagonal: [], full: [] };
    for (let degrees = 0; degrees <= 90; degrees += profileStep) {
      const { diagonal, full } = await this.look(degrees);
      profiles.diagonal.push(diagonal.elbo - diagonal.diagonalElbo);
      profiles.full.push(full.elbo - full.diagonalElbo);
    }
    return profiles;
  }

  async dispose(): Promise<void> {
    for (const learner of Object.values(this.#learners)) await learner.dispose();
  }
}

function examplesOf(rows: NdArray<'float32'>): Examples {
  const [size = 0, exampleSize = 0] = rows.shape;
  return {
    size,
    exampleSize,
    read: (indices, out) => {
      indices.forEach((index, place) => {
        out.set(rows.data.subarray(index * exampleSize, (index + 1) * exampleSize), place * exampleSize);
      });
    },
  };
}
