// Parts of one's own, defined here and nowhere else: a prior, a posterior, a likelihood, a network and an objective, each of which
// trains, is kept, goes on, comes back and is exported like a built-in one.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { load, train } from '../src/api/index.ts';
import type { TrainOptions } from '../src/api/index.ts';
import { trainInWorker } from '../src/api/train/worker-training.ts';
import type { PartRow } from '../src/config/index.ts';
import { NdArray, UnsupportedError, rule } from '../src/core/index.ts';
import { Independent, Laplace } from '../src/distributions/index.ts';
import { MultivariateNormalDiag } from '../src/gaussian/index.ts';
import { add, broadcastTo, constant, maximum, mean, mul, sub } from '../src/graph/index.ts';
import {
  defineLikelihood,
  defineNetwork,
  definePosterior,
  definePrior,
  gaussianFamily,
  gaussianLikelihood,
  likelihoods,
} from '../src/models/index.ts';
import { activation, dense, ones, parameter, sequential } from '../src/nn/index.ts';
import { defineObjective, elboTerms } from '../src/objectives/index.ts';
import { option } from '../src/parts/index.ts';
import type { PartKind } from '../src/parts/index.ts';

const words = { summary: 'of a test', when: 'For a test.' };
const above0 = rule.number({ above: 0 });

/** p(z): Laplace variables with a learned scale each, which have no closed-form KL with a Gaussian. */
const laplacePrior = definePrior({
  name: 'laplace-of-mine',
  ...words,
  options: { width: option(above0, { help: 'what scales begin at', default: 1 }) },
  capabilities: ['logProbOfDraw', 'logProb', 'marginalLogProb'],
  build: ({ width }, { latent }) => ({
    parameters: [{ name: 'prior.scale', shape: [latent], initializer: ones }],
    apply: (parameters) => {
      const zero = constant(NdArray.zeros([latent], 'float32'));
      return new Independent(Laplace.fromScale(zero, maximum(mul(parameter(parameters, 'prior.scale'), width), 0.01)));
    },
  }),
});

/** q(z|x) with one fixed standard deviation. */
const fixedPosterior = definePosterior({
  name: 'fixed-of-mine',
  ...words,
  options: { spread: option(above0, { help: 'standard deviation', default: 0.5 }) },
  capabilities: ['logProbOfDraw', 'logProb', 'marginalLogProb', 'moments', 'root'],
  build: ({ spread }, { featureSize, latent }) => {
    const loc = dense('mean', [featureSize, latent]);
    return {
      parameters: loc.parameters,
      apply: (parameters, features) => {
        const at = loc.apply(parameters, features);
        return MultivariateNormalDiag.fromStddev(at, broadcastTo(constant(NdArray.from(spread, 'float32')), at.shape));
      },
    };
  },
});

/** p(x|z): normal noise of one known size. */
const noisyLikelihood = defineLikelihood({
  name: 'noisy-of-mine',
  ...words,
  options: { noise: option(above0, { help: 'standard deviation', default: 0.3 }) },
  build: ({ noise }, { inputSize }) => ({
    name: 'noisy-of-mine',
    outputSize: inputSize,
    parameters: [],
    measure: 'densities of a test',
    support: gaussianFamily({ inputSize, stddev: noise }).support,
    apply: (outputs) => gaussianLikelihood(outputs, noise),
  }),
});

const narrowNetwork = defineNetwork({
  name: 'narrow-of-mine',
  ...words,
  options: { units: option(rule.whole(1), { help: 'hidden units', default: 3 }) },
  build: ({ units }, { shape, latent, outputSize }) => {
    const inputSize = shape.reduce((product, length) => product * length, 1);
    const [down, up] = [dense('narrow.down', [inputSize, units]), dense('narrow.up', [latent, outputSize])];
    return {
      encoder: { ...sequential([down, activation('tanh')]), inputSize, outputSize: units },
      decoder: { ...up, inputSize: latent, outputSize },
    };
  },
});

/** Minus the ELBO, with a KL of less than `floor` nats counted as `floor`. */
const flooredObjective = defineObjective({
  name: 'floored-of-mine',
  ...words,
  options: { floor: option(rule.number({ least: 0 }), { help: 'nats that are free', default: 0.5 }) },
  build: ({ floor }) => ({
    couplesExamples: false,
    build: ({ x, output }) => {
      const { reconstruction, kl } = elboTerms({ ...output, x });
      const paid = mean(maximum(kl, floor));
      return {
        loss: sub(paid, mean(reconstruction)),
        metrics: { reconstruction: mean(reconstruction), kl: mean(kl), paid: add(paid, 0) },
      };
    },
  }),
});

const cases: readonly [kind: PartKind, row: PartRow, options: Readonly<Record<string, number>>][] = [
  ['prior', laplacePrior, { width: 0.7 }],
  ['posterior', fixedPosterior, { spread: 0.2 }],
  ['likelihood', noisyLikelihood, { noise: 0.4 }],
  ['network', narrowNetwork, { units: 5 }],
  ['objective', flooredObjective, { floor: 0.25 }],
];

const folder = mkdtempSync(join(tmpdir(), 'parts-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const examples = new NdArray(
  Float32Array.from({ length: 60 * 4 }, (_, k) => (Math.sin(k * 12.9898) + 1) / 2),
  [60, 4],
);

describe.each(cases)('a %s of one’s own', (kind, row, options) => {
  const { name } = row;
  const parts = [row];
  const common: TrainOptions = {
    ...{ latent: 2, epochs: 1, batchSize: 20, threads: 1, engine: 'onnxruntime-web', onNotice: 'silent' },
    [kind]: { name, ...options },
  };
  const out = join(folder, name);

  it('trains, is kept by name and options, comes back, and is asked for where it is missing', async () => {
    const run = await train(examples, { ...common, parts, out });
    const { model, objective } = run.config;
    expect(kind === 'objective' ? objective : model[kind]).toEqual({ name, ...options });
    expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))).toEqual(run.config);
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toContain(`| ${kind} | ${name}; `);

    const again = await load(out, { parts, engine: 'onnxruntime-web', onNotice: 'silent' });
    expect((await again.encode(examples)).mean.data).toEqual((await run.encode(examples)).mean.data);
    const sought = { data: examples, draws: 3, limit: 10 };
    expect(await again.evaluate(sought)).toEqual(await run.evaluate(sought));
    expect((await again.sample(3)).data).toEqual((await run.sample(3)).data);
    expect(Object.keys(await again.export())).toEqual(expect.arrayContaining(['encoder.onnx', 'decoder.onnx']));

    const missing = new RegExp(
      `\\.${kind}\\.name: .*a part of your own, which code gives.*parts: \\[yours\\].*, found "${name}"`,
    );
    await expect(load(out)).rejects.toThrow(missing);
    await expect(train(examples, { ...common, out, resume: true, [kind]: undefined })).rejects.toThrow(missing);
  });

  it('goes on to the bit', async () => {
    const further = { ...common, parts, epochs: 2 };
    const resumed = await train(examples, { ...further, out, resume: true });
    const straight = await train(examples, further);
    for (const [key, value] of Object.entries(straight.parameters)) {
      expect(resumed.parameters[key]?.data, key).toEqual(value.data);
    }
  });
});

describe('what a likelihood’s row says of itself decides, and not its name', () => {
  const real = new NdArray(
    Float32Array.from(examples.data, (value) => 40 * value - 7),
    [60, 4],
  );

  it.each<[name: string, options: Readonly<Record<string, number>>, data: NdArray]>([
    ['gaussian', { stddev: 0.5 }, real],
    ['bernoulli', {}, examples],
  ])('a copy of %s is treated as it is', async (name, options, data) => {
    const row = likelihoods.find((each) => each.name === name);
    const runOf = async (likelihood: string, parts: readonly PartRow[]) => {
      const notices: string[] = [];
      const onNotice = (line: string): void => void notices.push(line);
      const run = await train(data, {
        ...{ latent: 2, epochs: 1, batchSize: 20, threads: 1, engine: 'onnxruntime-web', parts, onNotice },
        likelihood: { name: likelihood, ...options },
      });
      const scores = await Promise.all(
        [{}, { method: 'likelihood-ratio', draws: 2 } as const].map((how) => run.score(data, how)),
      );
      return { data: run.config.data, notices, scores, parameters: run.parameters };
    };
    const copy = { ...row, name: 'copy-of-mine' } as PartRow;
    expect(await runOf('copy-of-mine', [copy])).toEqual(await runOf(name, []));
  });
});

describe('parts of one’s own', () => {
  const begin = (options: TrainOptions): Promise<unknown> => Promise.resolve(train(examples, options));

  it('take no name that is taken, and must be parts', async () => {
    await expect(begin({ parts: [{ ...fixedPosterior, name: 'full' }] })).rejects.toThrow(
      "parts: there is a posterior 'full' already; give yours another name.",
    );
    await expect(begin({ parts: [fixedPosterior, fixedPosterior] })).rejects.toThrow(/there is a posterior/);
    await expect(begin({ parts: [{ ...fixedPosterior, name: 'Of Mine' }] })).rejects.toThrow(/lower-case letters/);
    await expect(begin({ parts: [{} as PartRow] })).rejects.toThrow(
      /parts must be a list of parts, each of which define/,
    );
  });

  it('have their options checked as those of built-in ones are', async () => {
    const parts = [fixedPosterior];
    await expect(begin({ parts, posterior: { name: 'fixed-of-mine', spread: -1 } })).rejects.toThrow(
      '$.model.posterior.spread: expected a number above 0, found -1',
    );
    await expect(begin({ parts, posterior: { name: 'fixed-of-mine', spred: 1 } })).rejects.toThrow(
      '$.model.posterior.spred: unknown key; known keys are name, spread',
    );
    await expect(begin({ posterior: { name: 'fixed-of-mine' } })).rejects.toThrow(
      "posterior: there is no 'fixed-of-mine'; known are",
    );
  });

  it('have options that stand in their choice: who gives one flat is told how', async () => {
    const parts = [fixedPosterior, flooredObjective];
    const flat = { parts, posterior: 'fixed-of-mine', spread: 0.1 } as unknown as TrainOptions;
    await expect(begin(flat)).rejects.toThrow(
      "train: 'spread' is no option by itself: 'spread' is one of the posterior 'fixed-of-mine', a part of your own, and stands in it, posterior: { name: 'fixed-of-mine', spread: … }.",
    );
    const slip = { parts, objective: 'floored-of-mine', flor: 0.1 } as unknown as TrainOptions;
    await expect(begin(slip)).rejects.toThrow("objective: { name: 'floored-of-mine', floor: … }");
    // What is nearer to an option that there is stays a slip of that.
    await expect(begin({ parts, latnt: 2 } as TrainOptions)).rejects.toThrow("did you mean 'latent'?");
    await expect(begin({ parts: 'x', spread: 2 } as unknown as TrainOptions)).rejects.toThrow(
      /unknown option|parts must/,
    );
  });

  it('cannot be sent to a worker', async () => {
    const sent = trainInWorker(examples, { parts: [fixedPosterior], worker: {} as Worker });
    await expect(sent).rejects.toThrow(UnsupportedError);
    await expect(sent).rejects.toThrow(/parts of your own are functions/);
  });
});
