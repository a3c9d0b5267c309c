import { ValueError, counted, rule } from '../../core/index.ts';
import { add, log, matvec, mul, pad, reflect, slice, square, sub, sum, tanh } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { dense, zeros } from '../../nn/index.ts';
import { optional } from '../../parts/index.ts';
import { fillStrictlyLower, strictlyLowerSize } from './fill-triangular.ts';
import { FlowsOfDraws, baseOption, flowPosterior, flowsOption } from './flow.ts';
import type { Flow } from './flow.ts';
import { definePosterior } from './posterior.ts';
import type { Posterior, PosteriorSizes } from './posterior.ts';

/** Columns of Q where nobody says. */
const usualColumns = 8;

export const sylvester = definePosterior({
  name: 'sylvester',
  summary: 'a Gaussian bent along several directions at once: a planar flow with many units',
  when: 'For posteriors that no Gaussian fits, in more dimensions than planar flows are good for.',
  formula: 'z = f_L ∘ … ∘ f₁(z₀), z₀ ~ N(μ, Σ), f(z) = z + Q R tanh(R̃ Qᵀ z + b), Qᵀ Q = I, R and R̃ upper triangular',
  paper:
    'van den Berg, Hasenclever, Tomczak and Welling 2018, Sylvester Normalizing Flows for Variational Inference (Householder variant, Q of any number of columns)',
  options: {
    flows: flowsOption('flows in a chain, each given by the encoder', 4),
    columns: optional(rule.whole(1, 1000), {
      help: 'directions in which each Sylvester flow bends, at most latent',
      defaultText: `latent, at most ${usualColumns}`,
    }),
    base: baseOption,
  },
  capabilities: ['logProbOfDraw'],
  describe: ({ flows, base }) => `${counted(flows, 'Sylvester flow')} over a ${base} Gaussian`,
  build: ({ flows, columns, base }, sizes) => {
    const { latent } = sizes;
    if (columns !== undefined && columns > latent) {
      throw new ValueError(
        `posterior 'sylvester': there are no ${columns} directions upright on each other among ${latent} latent dimensions. Choose columns of at most ${latent}.`,
      );
    }
    const width = columns ?? Math.min(latent, usualColumns);
    return flowPosterior(base, sizes, sylvesterFlows({ flows, width }, sizes), (gaussian, maps) => new FlowsOfDraws('sylvester', gaussian, maps)); // prettier-ignore
  },
});

/** Each flow's matrices are read off the features; R starts at 0, where every flow is the identity. */
function sylvesterFlows(
  { flows, width }: { readonly flows: number; readonly width: number },
  { featureSize, latent }: PosteriorSizes,
) {
  const start = { weightInitializer: zeros, biasInitializer: zeros };
  const entries = width + strictlyLowerSize(width);
  const layers = Array.from({ length: flows }, (_, k) => ({
    vectors: Array.from({ length: width }, (__, i) => dense(`flow.${k}.reflection.${i}`, [featureSize, latent])),
    outer: dense(`flow.${k}.outer`, [featureSize, entries], start),
    inner: dense(`flow.${k}.inner`, [featureSize, entries]),
    b: dense(`flow.${k}.b`, [featureSize, width]),
  }));
  return {
    parameters: layers
      .flatMap(({ vectors, outer, inner, b }) => [...vectors, outer, inner, b])
      .flatMap(({ parameters }) => parameters),
    apply: (...[parameters, features]: Parameters<Posterior['apply']>) =>
      layers.map(({ vectors, outer, inner, b }) =>
        sylvesterFlow({
          vectors: vectors.map((layer) => layer.apply(parameters, features)),
          outer: outer.apply(parameters, features),
          inner: inner.apply(parameters, features),
          b: b.apply(parameters, features),
        }),
      ),
  };
}

/** Diagonals of R and R̃ stay within: then 1 + h′ rᵢ r̃ᵢ is at least 0.002, for h′ ≤ 1. */
const largestDiagonal = 0.999;

export interface SylvesterParameters {
  /** As many as Q has columns, [..., n] each: Q is the first columns of the product of their reflections, H_m … H₁. */
  readonly vectors: readonly Tensor[];
  /** Of R and of R̃: the diagonal, before tanh, and what stands above it, column by column, [..., m (m + 1) / 2]. */
  readonly outer: Tensor;
  readonly inner: Tensor;
  /** [..., m] */
  readonly b: Tensor;
}

/**
 * f(z) = z + Q R tanh(R̃ Qᵀ z + b) with Qᵀ Q = I and upper triangular R, R̃. By Sylvester's identity the determinant is that of
 * an m × m triangle (van den Berg et al. 2018, theorem 1 and eq. 10), and with t = tanh(R̃ Qᵀ z + b)
 *
 *   log|det| = Σ log(1 + (1 − t²) rᵢ r̃ᵢ) = Σ log(t² + (1 − t²) (1 + rᵢ r̃ᵢ)),
 *
 * invertible where all rᵢ r̃ᵢ > −1 (theorem 2): diagonals are within ±0.999.
 */
export function sylvesterFlow({ vectors, outer, inner, b }: SylvesterParameters): Flow {
  const width = vectors.length;
  const [r, rInner] = [upperTriangle(outer, width), upperTriangle(inner, width)];
  const slope = add(mul(r.diagonal, rInner.diagonal), 1);
  const size = vectors[0]?.shape.at(-1) as number;
  return {
    forwardWithLogDet: (z) => {
      const t = tanh(add(rInner.times(columnsOf(vectors, z, width)), b));
      const bent = square(t);
      const determinant = add(bent, mul(sub(1, bent), slope));
      return {
        value: add(z, fromColumns(vectors, r.times(t), size)),
        logDet: sum(log(determinant), -1),
      };
    },
  };
}

/** Qᵀ z */
function columnsOf(vectors: readonly Tensor[], z: Tensor, width: number): Tensor {
  const turned = vectors.reduceRight((x, v) => reflect(v, x), z);
  return slice(turned, { [-1]: [0, width] });
}

/** Q y: reflected are y and zeros, where Q has no column. */
function fromColumns(vectors: readonly Tensor[], y: Tensor, size: number): Tensor {
  const none = y.shape.map(() => 0);
  const whole = pad(y, none, [...none.slice(1), size - vectors.length]);
  return vectors.reduce((x, v) => reflect(v, x), whole);
}

interface Triangle {
  /** [..., m] */
  readonly diagonal: Tensor;
  /** [..., m] → [..., m] */
  times(x: Tensor): Tensor;
}

/** An upper triangular m × m matrix from its diagonal, bent by tanh, and the entries above it. */
function upperTriangle(entries: Tensor, m: number): Triangle {
  const diagonal = mul(tanh(slice(entries, { [-1]: [0, m] })), largestDiagonal);
  if (m === 1) return { diagonal, times: (x) => mul(diagonal, x) };
  const below = fillStrictlyLower(slice(entries, { [-1]: [m] }), m);
  return { diagonal, times: (x) => add(mul(diagonal, x), matvec(below, x, { transpose: true })) };
}
