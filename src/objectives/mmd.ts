import { CapabilityError, rule } from '../core/index.ts';
import { add, div, exp, expandDims, mul, square, sub, sum } from '../graph/index.ts';
import type { GraphKey, Tensor } from '../graph/index.ts';
import { isLearned } from '../nn/index.ts';
import { option } from '../parts/index.ts';
import type { ObjectiveContext } from './objective.ts';

export const kernels = ['imq', 'rbf'] as const;

export interface KernelOptions {
  readonly kernel: (typeof kernels)[number];
  /** σ */
  readonly bandwidth: number;
}

/** The options of a kernel, as objectives with an MMD have them. */
export const kernelOptions = {
  kernel: option(rule.oneOf(kernels), {
    help: 'imq: C / (C + ‖z − z′‖²), or rbf: exp(−‖z − z′‖² / C), with C = 2 n σ² for n latent dimensions',
    default: 'imq',
  }),
  bandwidth: option(rule.number({ above: 0 }), {
    help: 'σ of the kernel: for 1, C is the mean squared distance of two draws of N(0, I)',
    default: 1,
  }),
} as const;

/** k(a, b) of all pairs, a [n, d] and b [m, d] → [n, m]: C = 2 d σ² (Tolstikhin et al. 2018, section 4). */
function kernelOf(a: Tensor, b: Tensor, { kernel, bandwidth }: KernelOptions): Tensor {
  const scale = 2 * Number(a.shape.at(-1)) * bandwidth ** 2;
  const distance = sum(square(sub(expandDims(a, 1), expandDims(b, 0))), -1);
  return kernel === 'rbf' ? exp(mul(distance, -1 / scale)) : div(scale, add(distance, scale));
}

/**
 * The squared maximum mean discrepancy of two samples of n, by its unbiased estimate (Gretton et al. 2012, eq. 3; Tolstikhin et al.
 * 2018, algorithm 2), which may be below 0:
 *
 *   1/(n(n − 1)) Σ_{i≠j} [k(aᵢ, aⱼ) + k(bᵢ, bⱼ)] − 2/n² Σᵢⱼ k(aᵢ, bⱼ)
 *
 * @param a [n, d]
 * @param b [n, d]
 */
export function maximumMeanDiscrepancy(a: Tensor, b: Tensor, options: KernelOptions): Tensor {
  const n = a.shape[0] as number;
  // The kernel of a point with itself is 1.
  const within = (z: Tensor): Tensor => mul(sub(sum(kernelOf(z, z, options)), n), 1 / (n * (n - 1)));
  return sub(add(within(a), within(b)), mul(sum(kernelOf(a, b, options)), 2 / n ** 2));
}

/**
 * The MMD of the batch's codes, one draw an example, and as many draws of the prior.
 *
 * @throws CapabilityError for a prior that is learned and whose draws have no gradient: nothing would train it
 */
export function mmdToPrior(
  { output: { latent, prior }, model, rows, key }: ObjectiveContext,
  options: KernelOptions,
): Tensor {
  const drawn = drawsOf(prior, rows, key);
  const isLearnedPrior = model.parameters.some((spec) => spec.name.startsWith('prior.') && isLearned(spec));
  if (isLearnedPrior && !prior.isReparameterized) {
    throw new CapabilityError(
      `the draws of the prior '${model.parts.prior.name}' have no gradient, and nothing else in this objective trains it: choose prior 'standard-normal', or an objective with a KL term.`,
    );
  }
  return maximumMeanDiscrepancy(latent, drawn, options);
}

function drawsOf(prior: ObjectiveContext['output']['prior'], rows: number, key: GraphKey): Tensor {
  return prior.batchShape.length === 0 ? prior.sample(key, [rows]) : prior.sample(key);
}
