import { NdArray } from '../core/index.ts';
import type { Engine, Program } from '../engine/index.ts';
import { Gaussian } from '../gaussian/index.ts';
import { keyInput, keyWords, withPlainDType } from '../graph/index.ts';
import type { GraphKey, Tensor } from '../graph/index.ts';
import type { Vae, VaeOutput } from '../models/index.ts';
import { parameterInputs } from '../nn/index.ts';
import type { Parameters } from '../nn/index.ts';
import type { Key } from '../random/index.ts';
import { drawnTerms } from './draws.ts';
import { elboTerms, knownTerms } from './elbo-terms.ts';
import type { ElboTerms } from './elbo-terms.ts';
import { isKlPerDimensionKnown } from './kl-per-dimension.ts';
import { ofRows, rowInput } from './rows.ts';
import type { Conditional } from './rows.ts';

/** What a criterion is computed from: examples by themselves, in batches of any size. */
export interface CriterionContext {
  /** [batch, inputSize] */
  readonly x: Tensor;
  readonly model: Vae;
  /** As an objective has it. */
  readonly conditional?: Conditional | undefined;
  /** For what it draws itself. */
  readonly key: GraphKey;
  /** The model's. */
  readonly parameters: Parameters;
  readonly output: VaeOutput;
  /** log p(x|z), [batch] */
  readonly reconstruction: Tensor;
  /** Of the ELBO, [batch]. Reading them throws where the posterior has no density. */
  readonly terms: ElboTerms;
}

/**
 * What an objective compares by: epochs (the best is kept, none better for a while ends the training), and examples, of which
 * `trim` leaves out the worst. It says how good the model is and does not change over the steps, as a loss that is warmed up does.
 */
export interface Criterion {
  /** As events and logs have it. */
  readonly metric: string;
  readonly direction: 'max' | 'min';
  /** Draws of z an example that it is made of, as an objective has them (`Objective.draws`). */
  readonly draws?: number;
  /** The ELBO's terms, [batch], where they are not those of the model's output. */
  terms?(context: Omit<CriterionContext, 'terms' | 'reconstruction'>): ElboTerms;
  /** One value an example, [batch]; absent for the ELBO, reconstruction − KL. */
  perExample?(context: CriterionContext): Tensor;
}

/** What a criterion draws is apart from what the model does, as an objective's draws are. */
const criterionStream = 2;

/** The ELBO at β = 1: a bound of log p(x), whatever the loss weighs otherwise. */
export const elboCriterion: Criterion = { metric: 'elbo', direction: 'max' };

/** log p(x|z) alone: of objectives that make do with a model without a density. */
export const reconstructionCriterion: Criterion = {
  metric: 'reconstruction',
  direction: 'max',
  perExample: ({ reconstruction }) => reconstruction,
};

/** Whether the first value is the better one. What is not a number is never better. */
export function isBetter({ direction }: Pick<Criterion, 'direction'>, value: number, than: number): boolean {
  return direction === 'max' ? value > than : value < than;
}

/** What a model says of the examples of a batch, by one draw of z each. */
export interface ExampleValues {
  /** log p(x|z), nats, [batch] */
  readonly reconstruction: NdArray;
  /** KL(q(z|x) ‖ p(z)), nats, [batch]; absent where the posterior has no density */
  readonly kl?: NdArray;
  /** The criterion's, [batch] */
  readonly criterion: Float64Array;
  /** Of q(z|x), where it is Gaussian and the conditions are known. */
  readonly moments?: LatentMoments;
}

/** Of each latent dimension, [batch, latent]; without variances where no KL of single dimensions is known. */
export interface LatentMoments {
  readonly mean: NdArray;
  readonly variance?: NdArray;
}

/**
 * A criterion of a model and the terms of the ELBO, compiled once for batches of any size. The parameters are read in place:
 * what a training step writes there, the next call sees.
 */
export class CriterionProgram {
  readonly criterion: Criterion;
  /** Whether values have a KL: the posterior has a density. */
  readonly hasKl: boolean;
  /** Whether they have moments, and those their variances: all that the KL of single latent dimensions takes. */
  readonly hasMoments: boolean;
  readonly hasKlPerDimension: boolean;
  readonly #program: Program;
  /** Where the program reads the key, if it draws. */
  readonly #key: NdArray<'uint32'>;

  private constructor(
    criterion: Criterion,
    parts: {
      readonly program: Program;
      readonly key: NdArray<'uint32'>;
      readonly outputs: Readonly<Record<string, Tensor>>;
    },
  ) {
    this.criterion = criterion;
    this.hasKl = 'kl' in parts.outputs;
    this.hasMoments = 'mean' in parts.outputs;
    this.hasKlPerDimension = 'variance' in parts.outputs;
    this.#program = parts.program;
    this.#key = parts.key;
  }

  static async compile(
    engine: Engine,
    of: Vae,
    options: { readonly parameters: Readonly<Record<string, NdArray>>; readonly criterion: Criterion },
  ): Promise<CriterionProgram> {
    const { criterion } = options;
    const { x, model, conditional } = ofRows(of, rowInput(of));
    const parameters = parameterInputs(of.parameters);
    const key = keyInput('key');
    const output = model.apply(parameters, x, { key, draws: criterion.draws });
    const own = { x, model, conditional, parameters, output, key: key.foldIn(criterionStream) };
    const ofModel = (): ElboTerms | Pick<ElboTerms, 'reconstruction'> =>
      criterion.draws === undefined ? knownTerms(model, output, x) : drawnTerms(x, output).terms;
    const known = withPlainDType('float32', () => criterion.terms?.(own)) ?? ofModel();
    const { reconstruction } = known;
    const context: CriterionContext = {
      ...own,
      reconstruction,
      get terms(): ElboTerms {
        return 'kl' in known ? (known as ElboTerms) : elboTerms({ ...output, x });
      },
    };
    const value = withPlainDType('float32', () => criterion.perExample?.(context));
    const outputs = { ...known, ...(value && { criterion: value }), ...momentsOf(output, conditional) };
    const words = NdArray.zeros([2], 'uint32');
    const program = await engine.compile({ outputs, boundInputs: { ...options.parameters, key: words } });
    return new CriterionProgram(criterion, { program, key: words, outputs });
  }

  /** One draw of z for each row of x [batch, inputSize], with its condition behind it where the model takes one. */
  async run(x: NdArray<'float32'>, key: Key): Promise<ExampleValues> {
    this.#key.data.set(keyWords(key).data);
    const values = await this.#program.run({ x });
    const { reconstruction, kl, criterion, mean, variance } = values as unknown as ProgramValues;
    return {
      reconstruction,
      ...(kl && { kl }),
      criterion: criterion
        ? Float64Array.from(criterion.data)
        : Float64Array.from(reconstruction.data, (value, row) => value - (kl?.data[row] ?? 0)),
      ...(mean && { moments: { mean, ...(variance && { variance }) } }),
    };
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}

interface ProgramValues extends Pick<ExampleValues, 'reconstruction' | 'kl'>, Partial<LatentMoments> {
  readonly criterion?: NdArray;
}

/** None where the condition of an example is inferred: q(z|x, y) of no y says nothing. */
function momentsOf({ posterior, prior }: VaeOutput, conditional: Conditional | undefined): Record<string, Tensor> {
  if (!(posterior instanceof Gaussian) || conditional?.model.classifier) return {};
  const { mean, variance } = posterior as Gaussian;
  return { mean, ...(isKlPerDimensionKnown(posterior, prior) && { variance }) };
}
