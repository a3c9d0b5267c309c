import { NdArray, ValueError } from '../core/index.ts';
import { firstNonFinite } from '../engine/index.ts';
import type { Engine, Program } from '../engine/index.ts';
import type { Tensor } from '../graph/index.ts';
import { keyWords } from '../graph/index.ts';
import type { Key } from '../random/index.ts';
import type { ParameterStore } from './parameter-store.ts';
import { gradientName, metricName, scalarName } from './step-graph.ts';
import type { StepGraph, StepNames } from './step-graph.ts';

/** Batch means, in nats. */
export interface StepValues {
  readonly loss: number;
  /** By name, as the objective has them. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What a step is fed besides its batch. */
export interface StepFeeds {
  /** The noise's key: the same key gives the same draws. */
  readonly key: Key;
  /** What the objective's numbers are at this step, by name. */
  readonly scalars: Readonly<Record<string, number>>;
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
    const { outputs, state, shape, names } = graph;
    const { store, batch = NdArray.zeros(shape, 'float32'), threads = engine.threads } = options;
    const buffers = Object.entries(store.gradientViews).map(([name, view]) => [gradientName(name), view] as const);
    const scalars = makeScalars(names);
    const boundOutputs = Object.fromEntries(
      [...buffers, ...Object.entries({ ...scalars.outputs, ...options.boundOutputs })].filter(
        ([name]) => name in outputs,
      ),
    );
    const boundInputs = { ...store.parameters, x: batch, key: scalars.key, ...scalars.inputs };
    const program = await engine.compile({ outputs, boundInputs, boundOutputs, state, threads });
    return new TrainingStep(batch, { program, scalars, graph, store });
  }

  async run(feeds: StepFeeds): Promise<StepValues> {
    feed(this.#graph.names, this.scalars, feeds);
    await this.#program.run();
    return this.values;
  }

  /** What was found last. */
  get values(): StepValues {
    const { outputs } = this.scalars;
    const value = (name: string): number => outputs[name]?.item() ?? NaN;
    const { metrics } = this.#graph.names;
    return {
      loss: value('loss'),
      metrics: Object.fromEntries(metrics.map((name) => [name, value(metricName(name))])),
    };
  }

  /** See the function of that name. */
  locateNonFinite(feeds: StepFeeds): string | undefined {
    return locateNonFinite(this.#graph, { store: this.#store, batch: this.batch }, feeds);
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}

/**
 * Re-runs the step of `feeds` on the reference engine, in float64 with values rounded to float32, and tells where NaN
 * or infinity first appears: `exp in encoder.0`. Undefined when nothing does.
 */
export function locateNonFinite(
  { outputs, state, names }: StepGraph,
  { store, batch }: { readonly store: ParameterStore; readonly batch: NdArray<'float32'> },
  feeds: StepFeeds,
): string | undefined {
  const computed = [...Object.values(outputs), ...Object.values(state)];
  const fed = feed(names, makeScalars(names), feeds);
  const found = firstNonFinite(computed, { ...store.parameters, x: batch, ...fed });
  if (!found) return undefined;
  const { node, op, scope, value, index } = found;
  const what = op === 'input' ? `'${(node as Tensor<'input'>).attributes.name}'` : op;
  return `${value} in ${what}${scope === '' ? '' : ` of ${scope}`} at [${index.join(', ')}]`;
}

/** Writes what a step reads besides the examples; gives it by the names of the graph's inputs. */
function feed(names: StepNames, { key, inputs }: StepScalars, feeds: StepFeeds): Record<string, NdArray> {
  key.data.set(keyWords(feeds.key).data);
  for (const name of names.scalars) {
    const place = inputs[scalarName(name)];
    const value = feeds.scalars[name];
    if (!place || value === undefined) throw new ValueError(`The step needs '${name}', and it was not given.`);
    place.data[0] = value;
  }
  return { key, ...inputs };
}

/** Where the program reads what it is fed and writes its values: the same in every run, so that a run makes nothing new. */
export interface StepScalars {
  readonly key: NdArray<'uint32'>;
  /** By the names of the graph's inputs and outputs. */
  readonly inputs: Readonly<Record<string, NdArray<'float32'>>>;
  readonly outputs: Readonly<Record<string, NdArray<'float32'>>>;
}

function makeScalars({ scalars, metrics }: StepNames): StepScalars {
  const places = (names: readonly string[]): Record<string, NdArray<'float32'>> =>
    Object.fromEntries(names.map((name) => [name, NdArray.zeros([], 'float32')]));
  return {
    key: NdArray.zeros([2], 'uint32'),
    inputs: places(scalars.map(scalarName)),
    outputs: places(['loss', ...metrics.map(metricName)]),
  };
}
