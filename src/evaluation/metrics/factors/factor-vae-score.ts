import { takeTurns } from '../../../core/index.ts';
import { foldIn } from '../../../random/index.ts';
import type { Key } from '../../../random/index.ts';
import { columnMoments } from '../columns.ts';
import { defineMetric } from '../metric.ts';
import { scoreOptions } from './beta-vae-score.ts';
import type { ScoreOptions } from './beta-vae-score.ts';
import { factorCodesOf } from './factor-levels.ts';
import type { FactorCodes } from './factor-levels.ts';
import { LevelPools, drawRemarks, fixedFactorDraws } from './fixed-factor-draws.ts';

export const factorVaeScore = defineMetric({
  name: 'factor-vae-score',
  summary: 'whether the factor that examples have in common is told by the code that varies least',
  quantities: {
    accuracy: { what: 'share of test points; 1 / factors is chance', range: [0, 1], better: 'larger' },
  },
  formula: 'the vote of argminᵢ Var(zᵢ | v_k fixed) / Var(zᵢ) for k, by the majority of the training points',
  paper: 'Kim and Mnih 2018, Disentangling by Factorising',
  remarks: `As disentanglement_lib; codes that never vary are left out, 0 where none does. ${drawRemarks}`,
  cost: 'one pass of the encoder; (training + test) × batch codes',
  needs: { factors: true },
  options: scoreOptions,
  async compute(context, { levels, ...sizes }) {
    const given = await factorCodesOf(context, levels);
    const { key, signal, onProgress } = context;
    return { accuracy: await majorityVoteAccuracy(given, { ...sizes, key, signal, onProgress }) };
  },
});

/** The share of test points whose factor is the one that most training points had where the same code varied least. */
export async function majorityVoteAccuracy(given: FactorCodes, options: ScoreOptions): Promise<number> {
  const { codes, size, factors } = given;
  const { variance } = columnMoments(codes, size);
  const active = Array.from(variance.keys()).filter((i) => variance[i]! > 0);
  if (active.length === 0) return 0;
  const pools = new LevelPools(given);
  let done = 0;
  const votesOf = async (count: number, key: Key): Promise<Float64Array[]> => {
    const votes = Array.from({ length: size }, () => new Float64Array(factors.length));
    for (const { factor, uniforms } of fixedFactorDraws(factors.length, { count, size: options.batch, key })) {
      await takeTurns();
      options.signal?.throwIfAborted();
      const first = pools.row(factor, uniforms[0]!);
      const rows = uniforms.map((u, at) => (at === 0 ? first : pools.alike(factor, first, u)));
      const share = active.map((i) => {
        const values = rows.map((row) => codes[row * size + i]!);
        return columnMoments(values, 1).variance[0]! / variance[i]!;
      });
      votes[active[share.indexOf(Math.min(...share))]!]![factor]!++;
      options.onProgress?.(++done, options.training + options.test);
    }
    return votes;
  };
  const training = await votesOf(options.training, foldIn(options.key, 0));
  const test = await votesOf(options.test, foldIn(options.key, 1));
  const right = training.map((row, i) => test[i]![row.indexOf(Math.max(...row))]!);
  return right.reduce((sum, count) => sum + count, 0) / options.test;
}
