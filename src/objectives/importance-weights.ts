import { sub, add } from '../graph/index.ts';
import type { Tensor, TensorLike } from '../graph/index.ts';
import type { Distribution } from '../gaussian/index.ts';
import type { Likelihood } from '../models/index.ts';

/** A draw z ~ q(z|x) with its density, and the likelihood that the decoder gives for it. */
export interface ImportanceInputs {
  readonly prior: Distribution;
  /** [draws, batch, latent] */
  readonly latent: Tensor;
  /** log q(z|x) at the draws, [draws, batch] */
  readonly posteriorLogProb: Tensor;
  readonly likelihood: Pick<Likelihood, 'logProb'>;
  readonly x: TensorLike;
}

/**
 * log w = log p(x|z) + log p(z) − log q(z|x), [draws, batch]: the log importance weights whose log-mean-exp over
 * draws estimates log p(x) (Burda, Grosse and Salakhutdinov 2016, eq. 7). The mean of log w is the ELBO.
 */
export function logImportanceWeights({ prior, latent, posteriorLogProb, likelihood, x }: ImportanceInputs): Tensor {
  return sub(add(likelihood.logProb(x), prior.logProb(latent)), posteriorLogProb);
}
