import type { Run } from '../../api/index.ts';
import { CapabilityError, UnsupportedError } from '../../core/index.ts';
import type { NdArray } from '../../core/index.ts';
import { evaluate } from '../../engine/index.ts';
import { constant } from '../../graph/index.ts';
import { key } from '../../random/index.ts';

/** Enough for contours of where a prior has its mass. */
const draws = 2000;

/**
 * z ~ p(z) of a prior that is not N(0, I), [2000, latent]; undefined where p(z) depends on a condition, or cannot be drawn from.
 */
export async function drawPrior(run: Run): Promise<NdArray<'float32'> | undefined> {
  if (run.conditions || run.whyNoSamples() !== undefined) return undefined;
  const parameters = Object.fromEntries(Object.entries(run.parameters).map(([name, value]) => [name, constant(value)]));
  try {
    const prior = run.model.prior(parameters);
    if (prior.batchShape.length > 0) return undefined;
    return await Promise.resolve(evaluate(prior.sample(key(0), [draws])) as NdArray<'float32'>);
  } catch (error) {
    if (error instanceof CapabilityError || error instanceof UnsupportedError) return undefined;
    throw error;
  }
}
