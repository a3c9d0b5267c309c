import { takeTurns } from '../../../core/index.ts';
import { fitSoftmax, softmaxLogits } from '../../../data/index.ts';
import { option, rule } from '../../../parts/index.ts';
import { foldIn } from '../../../random/index.ts';
import type { Key } from '../../../random/index.ts';
import { defineMetric } from '../metric.ts';
import { factorCodesOf, factorOptions } from './factor-levels.ts';
import type { FactorCodes } from './factor-levels.ts';
import { LevelPools, drawRemarks, fixedFactorDraws } from './fixed-factor-draws.ts';

/** Sample sizes of disentanglement_lib. */
export const scoreOptions = {
  batch: option(rule.whole(2), { help: 'examples, or pairs of them, that have a factor in common', default: 64 }),
  training: option(rule.whole(10), { help: 'points that the classifier is made from', default: 10_000 }),
  test: option(rule.whole(10), { help: 'points that it is measured on', default: 5000 }),
  ...factorOptions,
};

/** Sample sizes of the scores of β-VAE and FactorVAE. */
export interface ScoreOptions {
  readonly batch: number;
  readonly training: number;
  readonly test: number;
  readonly key: Key;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export const betaVaeScore = defineMetric({
  name: 'beta-vae-score',
  summary: 'whether the factor that pairs of examples have in common is read off how their codes differ',
  quantities: {
    accuracy: { what: 'share of test points; 1 / factors is chance', range: [0, 1], better: 'larger' },
  },
  formula: 'a linear classifier of k on 1/L Σ |z₁ − z₂| over L pairs that have factor k in common',
  paper: 'Higgins et al. 2017, beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework',
  remarks: `As disentanglement_lib, logistic regression (L2, C = 1). It can be 1 for codes that mix factors linearly. ${drawRemarks}`,
  cost: 'one pass of the encoder; (training + test) × batch differences of codes',
  needs: { factors: true },
  options: scoreOptions,
  async compute(context, { levels, ...sizes }) {
    const given = await factorCodesOf(context, levels);
    const { key, signal, onProgress } = context;
    return { accuracy: await differenceAccuracy(given, { ...sizes, key, signal, onProgress }) };
  },
});

/** The share of test points whose factor is read off the mean absolute difference of codes. */
export async function differenceAccuracy(given: FactorCodes, options: ScoreOptions): Promise<number> {
  const { size, factors } = given;
  const [train, test] = [
    await points(given, { ...options, count: options.training, key: foldIn(options.key, 0) }),
    await points(given, { ...options, count: options.test, key: foldIn(options.key, 1) }),
  ];
  const rows = { inputs: train.inputs, size, targets: train.targets, classes: factors.length };
  // scikit-learn has one logit for two classes, whose penalty is twice that of two that are opposite.
  const weightDecay = (factors.length === 2 ? 2 : 1) / options.training;
  const weights = fitSoftmax(rows, { weightDecay, tolerance: 1e-6, iterations: 500 });
  const logits = new Float64Array(factors.length);
  const right = test.targets.filter((target, row) => {
    softmaxLogits(weights, { inputs: test.inputs, at: row * size, size }, logits);
    return logits.indexOf(Math.max(...logits)) === target;
  });
  return right.length / options.test;
}

async function points(
  given: FactorCodes,
  { count, batch, key, signal, onProgress, training, test }: ScoreOptions & { readonly count: number },
): Promise<{ readonly inputs: Float64Array; readonly targets: Uint32Array }> {
  const { codes, size, factors } = given;
  const pools = new LevelPools(given);
  const inputs = new Float64Array(count * size);
  const targets = new Uint32Array(count);
  let point = 0;
  for (const { factor, uniforms } of fixedFactorDraws(factors.length, { count, size: 2 * batch, key })) {
    await takeTurns();
    signal?.throwIfAborted();
    for (let pair = 0; pair < batch; pair++) {
      const first = pools.row(factor, uniforms[2 * pair]!);
      const second = pools.partner(factor, first, uniforms[2 * pair + 1]!);
      for (let i = 0; i < size; i++) {
        inputs[point * size + i]! += Math.abs(codes[first * size + i]! - codes[second * size + i]!) / batch;
      }
    }
    targets[point++] = factor;
    onProgress?.(count === test ? training + point : point, training + test);
  }
  return { inputs, targets };
}
