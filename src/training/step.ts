import { NdArray } from '../core/index.ts';
import { firstNonFinite } from '../engine/index.ts';
import type { Engine, Program } from '../engine/index.ts';
import type { Tensor } from '../graph/index.ts';
import { keyWords } from '../graph/index.ts';
import type { Key } from '../random/index.ts';
import type { ParameterStore } from './parameter-store.ts';
import { gradientName } from './step-graph.ts';
import type { StepGraph } from './step-graph.ts';

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
  /** [rows, inputSize]: write the examples here, then `run`. */
  readonly batch: NdArray<'float32'>;
  /** What the step is fed, and what it finds. */
  readonly scalars: StepScalars;
  readonly #program: Program;
  readonly #graph: StepGraph;
  readonly #store: ParameterStore;

  private constructor(
    batch: NdArray<'float32'>,
    {
      program,
      scalars,
      graph,
      store,
    }: { program: Program; scalars: StepScalars; graph: StepGraph; store: ParameterStore },
  ) {
    this.batch = batch;
    this.#program = program;
    this.scalars = scalars;
    this.#graph = graph;
    this.#store = store;
  }

  /**
   * @param options.batch where the examples will be; default: a new array
   * @param options.boundOutputs where outputs of the graph go that are no gradients
   * @param options.threads of the engine's that the step may use; default: all
   */
  static async compile(
    engine: Engine,
    graph: StepGraph,
    options: {
      readonly store: ParameterStore;
      readonly batch?: NdArray<'float32'>;
      readonly boundOutputs?: Readonly<Record<string, NdArray>>;
      readonly threads?: number;
    },
  ): Promise<TrainingStep> {
    const { outputs, state, shape } = graph;
    const { store, batch = NdArray.zeros(shape, 'float32'), threads = engine.threads } = options;
    const buffers = Object.entries(store.gradientViews).map(([name, view]) => [gradientName(name), view] as const);
    const scalars = makeScalars();
    const { loss, reconstruction, kl } = scalars;
    const boundOutputs = Object.fromEntries(
      [...buffers, ...Object.entries({ loss, reconstruction, kl, ...options.boundOutputs })].filter(
        ([name]) => name in outputs,
      ),
    );
    const boundInputs = { ...store.parameters, x: batch, key: scalars.key, beta: scalars.beta };
    const program = await engine.compile({ outputs, boundInputs, boundOutputs, state, threads });
    return new TrainingStep(batch, { program, scalars, graph, store });
  }

  async run(feeds: StepFeeds): Promise<StepValues> {
    this.#feed(feeds);
    await this.#program.run();
    return this.values;
  }

  /** What was found last. */
  get values(): StepValues {
    const { loss, reconstruction, kl } = this.scalars;
    return { loss: loss.item(), reconstruction: reconstruction.item(), kl: kl.item() };
  }

  /**
   * Re-runs the step of `feeds` on the reference engine, in float64 with values rounded to float32, and tells where NaN
   * or infinity first appears: `exp in encoder.0`. Undefined when nothing does.
   */
  locateNonFinite(feeds: StepFeeds): string | undefined {
    const { outputs, state } = this.#graph;
    const computed = [...Object.values(outputs), ...Object.values(state)];
    const found = firstNonFinite(computed, { ...this.#store.parameters, x: this.batch, ...this.#feed(feeds) });
    if (!found) return undefined;
    const { node, op, scope, value, index } = found;
    const what = op === 'input' ? `'${(node as Tensor<'input'>).attributes.name}'` : op;
    return `${value} in ${what}${scope === '' ? '' : ` of ${scope}`} at [${index.join(', ')}]`;
  }

  #feed(feeds: StepFeeds): Pick<StepScalars, 'key' | 'beta'> {
    const { key, beta } = this.scalars;
    key.data.set(keyWords(feeds.key).data);
    beta.data[0] = feeds.beta;
    return { key, beta };
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}

export type StepScalars = ReturnType<typeof makeScalars>;

/** Where the program reads what it is fed and writes its values: the same in every run, so that a run makes nothing new. */
function makeScalars() {
  const scalar = (): NdArray<'float32'> => NdArray.zeros([], 'float32');
  return {
    key: NdArray.zeros([2], 'uint32'),
    beta: scalar(),
    loss: scalar(),
    reconstruction: scalar(),
    kl: scalar(),
  };
}
