import type { NdArray } from '../../core/index.ts';
import { ParallelProgram } from '../../engine/index.ts';
import {
  add,
  cast,
  expandDims,
  input,
  keyInput,
  less,
  logSumExp,
  mul,
  stack,
  sub,
  sum,
  where,
} from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { has } from '../../models/index.ts';
import type { Vae } from '../../models/index.ts';
import { parameterInputs } from '../../nn/index.ts';
import type { ModelParts } from '../anomaly/draws.ts';

/**
 * One move of the chains: z′ is proposed and taken with probability min(1, w(z′) / w(z)), w = target / proposal; then the missing
 * values are drawn anew from p(x|z).
 *
 * - `given`: z′ from q(z|x₀), x₀ the example with its gaps as training had them, half of the time from p(z); the target is
 *   p(z | x_observed), the missing values summed out. With p(z) in the mixture w has a bound wherever p(x_observed|z) has one, so the
 *   chain forgets where it began at a rate that is the same everywhere (Mengersen and Tweedie 1996, theorem 2.1; Hesterberg 1995 on
 *   defensive mixtures).
 * - `filled`: z′ from q(z|x), x with the gaps as they are filled now; the target is p(z | x) (Metropolis within Gibbs: Mattei and
 *   Frellsen 2018, section 3.3). Were it always taken, this would be the pseudo-Gibbs sampler (Rezende, Mohamed and Wierstra 2014,
 *   appendix F), which is exact where q is.
 */
export type Move = 'given' | 'filled';

/** Where the numbers of an example belong: a part is a pixel or a column, what `logProbParts` counts by. */
export interface PartLayout {
  /** Numbers in one example. */
  readonly inputSize: number;
  readonly parts: readonly ExamplePart[];
}

export interface ExamplePart {
  readonly offset: number;
  readonly width: number;
  /** Where the example says that the part is missing: then training had such, and the encoder knows them. */
  readonly flag?: number | undefined;
}

export interface ChainState {
  /** The example as the encoder is asked about it, [batch, inputSize]. */
  readonly asked: NdArray<'float32'>;
  /** With its gaps filled and no flag of them set, [batch, inputSize]. */
  readonly filled: NdArray<'float32'>;
  /** 1 where a number is missing, [batch, inputSize]. */
  readonly missing: NdArray<'float32'>;
  /** 1 where a flag says so, [batch, inputSize]. */
  readonly flags: NdArray<'float32'>;
  /** 1 where a part is missing, [batch, parts]. */
  readonly missingParts: NdArray<'float32'>;
  /** What each example is given, [batch, conditionSize], where the model takes a condition. */
  readonly condition?: NdArray<'float32'>;
  /** 1 where it is and no flag says so, [batch, parts]. */
  readonly unflagged: NdArray<'float32'>;
  readonly z: NdArray<'float32'>;
  /** log of the density that z was proposed with, [batch]; asked for where the posterior has none at other points. */
  readonly proposed: NdArray<'float32'>;
}

/** What a move draws from. */
export interface MoveNoise {
  /** [batch, noise] */
  readonly epsilon: NdArray<'float32'>;
  /** log of a uniform number, [batch]; −∞ takes whatever is proposed. */
  readonly logUniform: NdArray<'float32'>;
  /** z ~ p(z), [batch, latent] */
  readonly fresh: NdArray<'float32'>;
  /** 1 where that is proposed, [batch] */
  readonly takesFresh: NdArray<'float32'>;
  /** Of the values. */
  readonly key: NdArray<'uint32'>;
}

export interface Moved {
  readonly z: NdArray<'float32'>;
  readonly proposed: NdArray<'float32'>;
  /** Draws of the missing values, the others as they were, [batch, inputSize]. */
  readonly filled: NdArray<'float32'>;
  /** E[x|z], [batch, inputSize] */
  readonly mean: NdArray<'float32'>;
  /** 1 where the proposal was taken, [batch] */
  readonly accepted: NdArray<'float32'>;
}

/** A model whose examples are given `condition`, [batch, conditionSize], where it takes one: p(x|c), which is moved in as p(x) is. */
export function ofConditions(model: Vae): Vae {
  const { conditionSize = 0 } = model;
  if (conditionSize === 0 || !model.given) return model;
  return model.given(input('condition', ['batch', conditionSize]));
}

/** The program of one kind of move; its inputs are those of `ChainState` and `MoveNoise` that it asks for. */
export function compileMove(
  { engine, model: of, parameters }: ModelParts,
  move: Move,
  parts: number,
): Promise<ParallelProgram> {
  const model = ofConditions(of);
  const { inputSize, latent } = model;
  const tensors = parameterInputs(model.parameters);
  const rows = (name: string, size: number): Tensor => input(name, ['batch', size]);
  const column = (name: string): Tensor => input(name, ['batch']);
  const [asked, filled, missing, flags] = ['asked', 'filled', 'missing', 'flags'].map((name) => rows(name, inputSize)) as [Tensor, Tensor, Tensor, Tensor]; // prettier-ignore
  const [missingParts, unflagged] = [rows('missingParts', parts), rows('unflagged', parts)];
  const z = rows('z', latent);

  const prior = model.prior(tensors);
  const posterior = model.encode(tensors, asked);
  const drawn = posterior.fromNoise(rows('epsilon', posterior.noiseSize));
  // A density at any point is what a mixture needs, and the proposal of a point that another move came to.
  const isOpen = has(model.parts.posterior, 'logProb');
  const isMixed = move === 'given' && isOpen;
  const proposal = isMixed
    ? where(less(0, expandDims(column('takesFresh'), -1)), rows('fresh', latent), drawn.value)
    : drawn.value;
  const density = (point: Tensor): Tensor => {
    const own = posterior.logProb(point);
    // Of equal shares: what they are cancels in the ratio.
    return isMixed ? logSumExp(stack([own, prior.logProb(point)], -1), -1) : own;
  };
  const proposed = isOpen ? density(proposal) : drawn.logProb;

  const known = add(filled, flags);
  const target = (point: Tensor): Tensor => {
    const likelihood = model.decode(tensors, point);
    const observed = mul(likelihood.logProbParts(known), sub(1, unflagged));
    const values = (): Tensor => likelihood.logProbValues?.(filled) ?? likelihood.logProbParts(filled);
    const parts = move === 'given' ? observed : add(observed, mul(values(), missingParts));
    return add(sum(parts, -1), prior.logProb(point));
  };
  const ratio = sub(sub(target(proposal), proposed), sub(target(z), isOpen ? density(z) : column('proposed')));
  const accepted = less(column('logUniform'), ratio);
  const next = where(expandDims(accepted, -1), proposal, z);
  const likelihood = model.decode(tensors, next);
  return ParallelProgram.compile(engine, {
    outputs: {
      z: next,
      proposed: isOpen ? proposed : where(accepted, proposed, column('proposed')),
      filled: where(less(0, missing), likelihood.sample(keyInput('key')), filled),
      mean: likelihood.mean,
      accepted: cast(accepted, 'float32'),
    },
    boundInputs: parameters,
  });
}
