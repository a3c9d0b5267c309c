import type { NdArray } from '../core/index.ts';
import type { Engine } from '../engine/index.ts';
import type { Vae } from '../models/index.ts';
import type { Examples } from '../objectives/index.ts';
import type { ClassAccuracy } from './class-accuracy.ts';
import type { NllEstimate } from './importance-sampling.ts';

/**
 * How well a model fits examples: nats, sums over dimensions, means over examples. Of a model whose posterior has no density
 * (`deterministic`) there are `reconstruction`, its squared error and the active units; reading ELBO, KL or NLL throws a
 * CapabilityError, and JSON has them not.
 */
export interface Evaluation {
  readonly examples: number;
  /** E_q[log p(x|z)] − KL: the expectation by `draws` draws of z an example, the same as the NLL's; the KL in closed form, or where it has none by the same draws. */
  readonly elbo: number;
  /** Standard deviation of the examples' ELBOs / √examples: both the data's spread and the draws' noise. */
  readonly elboStandardError: number;
  readonly reconstruction: number;
  readonly kl: number;
  /** Draws of z an example. */
  readonly draws: number;
  /** `draws`, under its former name. */
  readonly samples: number;
  readonly nll: NllEstimate;
  /** Latent dimensions, of which `activeUnits` are active. */
  readonly latent: number;
  readonly activeUnits: number;
  /** Of a posterior of codes (`vector-quantized`): how many the book has, how many the examples use, and how evenly. */
  readonly codes?: CodesFound;
  /**
   * Mean KL(q(zᵢ|x) ‖ N(0, 1)) of each latent dimension. Absent where the prior is another, or the posterior's moments have no
   * closed form.
   */
  readonly klPerDimension?: readonly number[];
  /** Of a model that infers the class of an example: how often it does so right. */
  readonly classAccuracy?: ClassAccuracy;
  /** Where there is no density: standard deviation of the examples' `reconstruction` / √examples. */
  readonly reconstructionStandardError?: number;
  /** Where there is no density: mean ‖x − E[x|z]‖² over examples, x as the model takes it (binarised, standardised). */
  readonly squaredError?: { readonly value: number; readonly standardError: number };
}

/** Which codes of a book the evaluated examples are made of. */
export interface CodesFound {
  /** Of the book, K. */
  readonly size: number;
  /** Those that some example uses. */
  readonly codesUsed: number;
  /** exp of the entropy of their shares among all that is chosen: from 1, where one is used alone, to K. */
  readonly perplexity: number;
}

/** How far an evaluation is: its stage, and how many of how many examples are done. */
export interface EvaluationProgress {
  readonly stage: 'elbo' | 'nll' | 'reconstruction' | 'metric';
  /** Which, at the stage 'metric'. */
  readonly metric?: string;
  readonly done: number;
  readonly total: number;
}

/** What `evaluateModel` evaluates: a model with its parameters, on which examples, with how many draws. */
export interface EvaluateOptions {
  readonly engine: Engine;
  readonly model: Vae;
  readonly parameters: Readonly<Record<string, NdArray>>;
  readonly examples: Examples;
  /** Draws of z an example. */
  readonly draws: number;
  readonly seed: number;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Examples whose label is not known, by ones: their accuracy is nobody's. */
  readonly inferred?: Uint8Array | undefined;
}
