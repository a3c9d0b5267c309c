import { NdArray } from '../core/index.ts';
import { firstNonFinite } from '../engine/index.ts';
import type { Engine, Program } from '../engine/index.ts';
import { grad, input, keyInput, keyWords, mean } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Vae } from '../models/index.ts';
import { isLearned, parameter, parameterInputs } from '../nn/index.ts';
import type { Parameters } from '../nn/index.ts';
import { elboTerms, negativeElbo } from '../objectives/index.ts';
import type { Key } from '../random/index.ts';
import type { ParameterStore } from './parameter-store.ts';

/** Batch means, in nats. */
export interface StepValues {
  readonly loss: number;
  readonly reconstruction: number;
  readonly kl: number;
}

export interface StepFeeds {
  /** The noise's key: the same key gives the same draws. */
  readonly key: Key;
  /** Weight of the KL term. */
  readonly beta: number;
}

/**
 * One training step's forward and backward pass, compiled: reads the batch from `batch` and the parameters from the
 * store, writes the gradients and the new state into the store.
 */
export class TrainingStep {
  /** [batchSize, inputSize]: write the examples here, then `run`. */
  readonly batch: NdArray<'float32'>;
  readonly #program: Program;
  readonly #outputs: Readonly<Record<string, Tensor>>;
  readonly #store: ParameterStore;

  private constructor(
    batch: NdArray<'float32'>,
    program: Program,
    outputs: Readonly<Record<string, Tensor>>,
    store: ParameterStore,
  ) {
    this.batch = batch;
    this.#program = program;
    this.#outputs = outputs;
    this.#store = store;
  }

  static async compile(
    engine: Engine,
    model: Vae,
    options: { readonly store: ParameterStore; readonly batchSize: number },
  ): Promise<TrainingStep> {
    const { store, batchSize } = options;
    const shape = [batchSize, model.inputSize];
    const batch = NdArray.zeros(shape, 'float32');
    const { outputs, state } = buildStep(model, batchSize);
    const boundOutputs = Object.fromEntries(
      Object.entries(store.gradientViews).map(([name, view]) => [gradientName(name), view]),
    );
    const boundInputs = { ...store.parameters, x: batch };
    const program = await engine.compile({ outputs, boundInputs, boundOutputs, state });
    return new TrainingStep(batch, program, outputs, store);
  }

  async run({ key, beta }: StepFeeds): Promise<StepValues> {
    const { loss, reconstruction, kl } = await this.#program.run(this.#feeds({ key, beta }));
    if (!loss || !reconstruction || !kl) throw new TypeError('TrainingStep: the engine left an output out.');
    return { loss: loss.item(), reconstruction: reconstruction.item(), kl: kl.item() };
  }

  /**
   * Re-runs the step of `feeds` on the reference engine, in float64 with values rounded to float32, and tells where NaN
   * or infinity first appears: `exp in encoder.0`. Undefined when nothing does.
   */
  locateNonFinite(feeds: StepFeeds): string | undefined {
    const arrays = { ...this.#store.parameters, x: this.batch, ...this.#feeds(feeds) };
    const found = firstNonFinite(this.#outputs, arrays);
    if (!found) return undefined;
    const { node, op, scope, value, index } = found;
    const what = op === 'input' ? `'${(node as Tensor<'input'>).attributes.name}'` : op;
    return `${value} in ${what}${scope === '' ? '' : ` of ${scope}`} at [${index.join(', ')}]`;
  }

  #feeds({ key, beta }: StepFeeds): Record<string, NdArray> {
    return { key: keyWords(key), beta: new NdArray(new Float32Array([beta]), []) };
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}

function gradientName(parameter: string): string {
  return `gradient/${parameter}`;
}

interface StepExpressions {
  /** Loss, its two parts and the gradient of everything learned. */
  readonly outputs: Record<string, Tensor>;
  /** New values of the state. */
  readonly state: Parameters;
}

/** The step as expressions over x, key, beta and the parameters. */
function buildStep(model: Vae, batchSize: number): StepExpressions {
  const x = input('x', [batchSize, model.inputSize]);
  const parameters = parameterInputs(model.parameters);
  const { posterior, likelihood, state = {} } = model.apply(parameters, x, { key: keyInput('key'), mode: 'train' });
  const terms = elboTerms({ posterior, prior: model.prior, likelihood, x });
  const loss = negativeElbo(terms, { beta: input('beta', []) });
  const names = model.parameters.filter(isLearned).map(({ name }) => name);
  const gradients = grad(
    loss,
    names.map((name) => parameter(parameters, name)),
  );
  const outputs = {
    loss,
    reconstruction: mean(terms.reconstruction),
    kl: mean(terms.kl),
    ...Object.fromEntries(gradients.map((gradient, index) => [gradientName(names[index] ?? ''), gradient])),
  };
  return { outputs, state };
}
