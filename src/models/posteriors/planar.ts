import { counted } from '../../core/index.ts';
import { add, div, log, mul, softplus, square, sub, sum, tanh } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { dense, zeros } from '../../nn/index.ts';
import { softClamp } from '../soft-clamp.ts';
import { FlowsOfDraws, baseOption, flowPosterior, flowsOption } from './flow.ts';
import type { Flow } from './flow.ts';
import { definePosterior } from './posterior.ts';
import type { Posterior, PosteriorSizes } from './posterior.ts';

export const planar = definePosterior({
  name: 'planar',
  summary: 'a diagonal Gaussian bent by a chain of planar flows, so that q(z|x) is no Gaussian any more',
  when: 'For few latent dimensions whose posteriors are skewed, curved or have two modes.',
  formula: 'z = f_L ∘ … ∘ f₁(μ + σ ⊙ ε), f(z) = z + û tanh(wᵀ z + b)',
  paper: 'Rezende and Mohamed 2015, Variational Inference with Normalizing Flows',
  options: {
    flows: flowsOption('flows in a chain, each given by the encoder', 8),
    base: baseOption,
  },
  capabilities: ['logProbOfDraw'],
  describe: ({ flows, base }) => `${counted(flows, 'planar flow')} over a ${base} Gaussian`,
  build: ({ flows, base }, sizes) =>
    flowPosterior(
      base,
      sizes,
      planarFlows(flows, sizes),
      (gaussian, maps) => new FlowsOfDraws('planar', gaussian, maps),
    ),
});

/** Each flow's u, w and b are read off the features; u starts at 0, where every flow is the identity. */
function planarFlows(flows: number, { featureSize, latent }: PosteriorSizes) {
  const layers = Array.from({ length: flows }, (_, k) => ({
    u: dense(`flow.${k}.u`, [featureSize, latent], { weightInitializer: zeros, biasInitializer: zeros }),
    w: dense(`flow.${k}.w`, [featureSize, latent]),
    b: dense(`flow.${k}.b`, [featureSize, 1]),
  }));
  return {
    parameters: layers.flatMap(({ u, w, b }) => [u, w, b]).flatMap((layer) => layer.parameters),
    apply: (...[parameters, features]: Parameters<Posterior['apply']>) =>
      layers.map(({ u, w, b }) =>
        planarFlow(u.apply(parameters, features), w.apply(parameters, features), b.apply(parameters, features)),
      ),
  };
}

/** m(0) = 0 with it: a flow with u = 0 is the identity, and none blows up where w vanishes. */
const shift = Math.log(Math.E - 1);
/** wᵀu is bent to stay within, so that 1 + ûᵀw is at least softplus(−14 + shift), 10⁻⁶. */
const bounds = { soft: 10, hard: 14 } as const;
/** Beside ‖w‖²: only a w of zeros notices. */
const least = 1e-30;

/**
 * f(z) = z + û tanh(wᵀz + b), invertible as ûᵀw = m(wᵀu) > −1 (Rezende and Mohamed 2015, eq. 10 and appendix A.1):
 *
 *   û = u + (m(wᵀu) − wᵀu) w / ‖w‖²,  m(a) = softplus(a + log(e − 1)) − 1
 *
 * which is the paper's m(a) = softplus(a) − 1 with its zero moved to 0. With t = tanh(wᵀz + b),
 *
 *   log|det| = log(1 + (1 − t²) ûᵀw) = log(t² + (1 − t²) softplus(wᵀu + log(e − 1))),
 *
 * a sum of terms that are not negative: nothing cancels.
 *
 * @param u [..., n]
 * @param w [..., n]
 * @param b [..., 1]
 */
export function planarFlow(u: Tensor, w: Tensor, b: Tensor): Flow {
  const product = sum(mul(w, u), -1, { keepDims: true });
  const slope = softplus(add(softClamp(product, bounds.soft, bounds.hard), shift)); // 1 + ûᵀw
  const along = div(sub(sub(slope, 1), product), add(sum(square(w), -1, { keepDims: true }), least));
  const direction = add(u, mul(along, w));
  return {
    forwardWithLogDet: (z) => {
      const t = tanh(add(sum(mul(w, z), -1, { keepDims: true }), b));
      const bent = square(t);
      const determinant = add(bent, mul(sub(1, bent), slope));
      return { value: add(z, mul(direction, t)), logDet: sum(log(determinant), -1) };
    },
  };
}
