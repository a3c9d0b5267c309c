import { CapabilityError, counted, rule } from '../../core/index.ts';
import type { FloatDType, Shape } from '../../core/index.ts';
import { realSupport } from '../../gaussian/distribution.ts';
import { MultivariateNormalDiag } from '../../gaussian/index.ts';
import type { SampleAndLogProb } from '../../gaussian/index.ts';
import { add, div, log, mul, randomNormal, softplus, square, sub, sum, tanh } from '../../graph/index.ts';
import type { GraphKey, GraphShape, Tensor } from '../../graph/index.ts';
import { dense, zeros } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import type { Key } from '../../random/index.ts';
import { softClamp } from '../soft-clamp.ts';
import { definePosterior, logVarianceBounds } from './posterior.ts';
import type { Posterior, PosteriorDistribution, PosteriorSizes } from './posterior.ts';

export const planar = definePosterior({
  name: 'planar',
  summary: 'a diagonal Gaussian bent by a chain of planar flows, so that q(z|x) is no Gaussian any more',
  when: 'For few latent dimensions whose posteriors are skewed, curved or have two modes.',
  formula: 'z = f_L ∘ … ∘ f₁(μ + σ ⊙ ε), f(z) = z + û tanh(wᵀ z + b)',
  paper: 'Rezende and Mohamed 2015, Variational Inference with Normalizing Flows',
  options: {
    flows: option(rule.whole(1, 100), { help: 'planar flows in a chain, each given by the encoder', default: 8 }),
  },
  capabilities: ['logProbOfDraw'],
  describe: ({ flows }) => `${counted(flows, 'planar flow')} over a diagonal Gaussian`,
  build: ({ flows }, sizes) => planarPosterior(flows, sizes),
});

/** Each flow's u, w and b are read off the features; u starts at 0, where every flow is the identity. */
function planarPosterior(flows: number, { featureSize, latent }: PosteriorSizes): Posterior {
  const mean = dense('mean', [featureSize, latent]);
  const logVariance = dense('logVariance', [featureSize, latent]);
  const layers = Array.from({ length: flows }, (_, k) => ({
    u: dense(`flow.${k}.u`, [featureSize, latent], { weightInitializer: zeros, biasInitializer: zeros }),
    w: dense(`flow.${k}.w`, [featureSize, latent]),
    b: dense(`flow.${k}.b`, [featureSize, 1]),
  }));
  const { soft, hard } = logVarianceBounds;
  return {
    parameters: [mean, logVariance, ...layers.flatMap(({ u, w, b }) => [u, w, b])].flatMap((layer) => layer.parameters),
    apply: (parameters, features) => {
      const base = MultivariateNormalDiag.fromLogVariance(
        mean.apply(parameters, features),
        softClamp(logVariance.apply(parameters, features), soft, hard),
      );
      const maps = layers.map(({ u, w, b }) =>
        planarFlow(u.apply(parameters, features), w.apply(parameters, features), b.apply(parameters, features)),
      );
      return new PlanarFlows(base, maps);
    },
  };
}

/** z [..., n] → f(z) and log|det ∂f/∂z| [...] */
type Flow = (z: Tensor) => { readonly value: Tensor; readonly logDet: Tensor };

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
  return (z) => {
    const t = tanh(add(sum(mul(w, z), -1, { keepDims: true }), b));
    const bent = square(t);
    const determinant = add(bent, mul(sub(1, bent), slope));
    return { value: add(z, mul(direction, t)), logDet: sum(log(determinant), -1) };
  };
}

/** The image of a Gaussian under flows, one after the other: a draw's density is known by the way it came. */
class PlanarFlows implements PosteriorDistribution {
  readonly name = 'PlanarFlows';
  readonly batchShape: GraphShape;
  readonly eventShape: Shape;
  readonly dtype: FloatDType;
  readonly support = realSupport(-1);
  readonly isReparameterized = true;
  readonly noiseSize: number;
  readonly #base: MultivariateNormalDiag;
  readonly #flows: readonly Flow[];

  constructor(base: MultivariateNormalDiag, flows: readonly Flow[]) {
    this.batchShape = base.batchShape;
    this.eventShape = base.eventShape;
    this.dtype = base.dtype;
    this.noiseSize = base.noiseSize;
    this.#base = base;
    this.#flows = flows;
  }

  fromNoise(epsilon: Tensor): SampleAndLogProb {
    return this.#flows.reduce((draw, flow) => {
      const { value, logDet } = flow(draw.value);
      return { value, logProb: sub(draw.logProb, logDet) };
    }, this.#base.fromNoise(epsilon));
  }

  sampleAndLogProb(key: GraphKey | Key, sampleShape: GraphShape = []): SampleAndLogProb {
    return this.fromNoise(randomNormal(key, [...sampleShape, ...this.batchShape, this.noiseSize], this.dtype));
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    return this.sampleAndLogProb(key, sampleShape).value;
  }

  /** @throws CapabilityError: the inverse of a planar flow has no closed form */
  logProb(): Tensor {
    throw new CapabilityError(
      "planar: log q(z|x) is known of its own draws only (sampleAndLogProb), as planar flows have no inverse in closed form. Choose posterior 'full' where any z is asked about.",
    );
  }
}
