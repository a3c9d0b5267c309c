import { defineMetric } from '../metric.ts';
import { factorCodesOf, factorOptions } from './factor-levels.ts';
import type { FactorCodes } from './factor-levels.ts';
import { binsOption, codeInformation } from './information.ts';

export const mig = defineMetric({
  name: 'mig',
  summary: 'mutual information gap: whether each factor is in one code and no other',
  quantities: {
    mig: { what: 'mean over the factors', range: [0, 1], better: 'larger' },
    perFactor: {
      what: 'gap between the two codes that know most of a factor, as a share of its entropy',
      range: [0, 1],
      better: 'larger',
    },
    factors: { what: 'the factors that vary, in the order of perFactor', namesOf: 'perFactor' },
  },
  formula: 'MIG = 1/K Σ_k (I(z₍₁₎; v_k) − I(z₍₂₎; v_k)) / H(v_k)',
  paper: 'Chen et al. 2018, Isolating Sources of Disentanglement in Variational Autoencoders',
  remarks:
    'As disentanglement_lib (Locatello et al. 2019): of the means of q(z|x), cut into bins. Few examples make all informations too large, about (bins − 1)(levels − 1) / 2n nats.',
  cost: 'one pass of the encoder',
  needs: { factors: true },
  options: { ...binsOption, ...factorOptions },
  async compute(context, { bins, levels }) {
    const codes = await factorCodesOf(context, levels);
    const perFactor = mutualInformationGaps(codes, bins);
    const mean = perFactor.reduce((sum, gap) => sum + gap, 0) / perFactor.length;
    return { mig: mean, perFactor, factors: codes.factors.map(({ name }) => name) };
  },
});

/** Of each factor, as a share of its entropy. A single code has no other beside it. */
export function mutualInformationGaps(given: FactorCodes, bins: number): number[] {
  const { information, entropies } = codeInformation(given, bins);
  return Array.from(entropies, (entropy, k) => {
    const [first = 0, second = 0] = information.map((row) => row[k]!).sort((a, b) => b - a);
    return (first - second) / entropy;
  });
}
