import { describe, expect, it } from 'vitest';
import { CapabilityError, NdArray, sizeOf } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import { createOrtEngine } from '../engine/ort/index.ts';
import { evaluateAll } from '../engine/reference/index.ts';
import { asGraphKey, constant, grad, input, isOp, topologicalOrder, verifyGraph } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { createVae } from '../models/index.ts';
import type { Vae } from '../models/index.ts';
import { initializeParameters, isLearned } from '../nn/index.ts';
import type { ParameterSpec, Parameters } from '../nn/index.ts';
import { createObjective, fullValue, objectivePrefix, ofRows, scalarAt } from '../objectives/index.ts';
import type { Examples, Losses, ObjectiveRow, Scheduled, TrainingObjective } from '../objectives/index.ts';
import { bernoulli, foldIn, key, normal } from '../random/index.ts';
import { Trainer, buildStep } from '../training/index.ts';
import type { Checkpoint, StepEvent, TrainingConfig, TrainingEvent } from '../training/index.ts';
import { isShareable } from '../training/replicas/count.ts';
import { partByRows } from '../training/replicas/row-step.ts';
import { gradientName, scalarName } from '../training/step-graph.ts';
import { ortBuilds } from './engine/builds.ts';
import { checkGradients } from './gradients.ts';
import { expectAllClose } from './matchers.ts';

/** Posteriors of the models that objectives are tried on. */
type Kind = 'diagonal' | 'full' | 'deterministic' | 'vector-quantized';

const hasDensity = (kind: Kind): boolean => kind === 'diagonal' || kind === 'full';

const [rows, inputSize, latent] = [8, 4, 2];
/** Before, amid and after the warm-up. */
const steps = [0, 7, 40];
const [warmupSteps, totalSteps] = [20, 60];
/** Of the weights, at which an objective that compares examples is seen to do so. */
const scales = [1, ...Array.from({ length: 30 }, (_, k) => 0.05 * (k + 1))];
/** Networks of an objective have so many units here, as their weights are moved one by one. */
const width = 3;
/** Points at which gradients may be checked: the first that has no kink within the reach of differences. */
const mostPoints = 10;

export interface ObjectiveSuiteOptions {
  /** By the rows' names: options with which the losses are tested too. */
  readonly variants?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /** Cases, as they are called, whose encoder follows another gradient than that of the loss: their own tests have it. */
  readonly surrogates?: readonly string[];
}

/**
 * What every objective must pass, each row of the table by itself:
 *
 * - losses and metrics are finite scalars, at each step of its schedules
 * - gradients of the loss by the model's parameters, of the own loss by the objective's, by central differences
 * - the loss is a sum over rows exactly where it says that it compares no examples, and is shared by threads only then
 * - the model's parameters do not follow the own loss, nor the objective's the model's
 * - one that needs no density makes do without, in steps, validation and record; the others refuse such a model
 * - every engine of Node gives the numbers of the reference
 * - a training says the metrics and weights, and goes on from a checkpoint to the bit
 *
 * Weights that may be scheduled are warmed up; large numbers, the sizes of networks, are small.
 *
 */
export function testObjectives(
  table: readonly ObjectiveRow[],
  { variants = {}, surrogates = [] }: ObjectiveSuiteOptions = {},
): void {
  const cases = table.flatMap((row) =>
    [{}, ...(variants[row.name] ?? [])].map((given) => [caseName(row.name, given), row, given] as const),
  );
  describe.each(cases)('the objective %s', (label, row, given) => {
    const isWhole = Object.keys(given).length === 0;
    const infers = row.infersCondition ?? false;
    const options = { ...suiteOptions(row), ...given };
    const create = (batchSize = rows): TrainingObjective =>
      createObjective(row, options, { latent, inputSize, batchSize, trainingSize: 50, ...(infers && { labels }) });
    const objective = create();
    const ofCodes = objective.needs.posterior?.includes('codes') ?? false;
    const kinds: readonly Kind[] = ofCodes
      ? ['vector-quantized']
      : ['diagonal', 'full', ...(row.needsNoDensity ? (['deterministic'] as const) : [])];
    const models = kinds.map(
      (posterior) => [posterior, modelOf(posterior, 'float64', infers), modelOf(posterior, 'float32', infers)] as const,
    );

    it('is described', () => {
      expect(row.name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      for (const text of [row.summary, row.when]) expect(text).toMatch(/^\S.*\S$/);
      for (const { help } of Object.values(row.options)) expect(help).toMatch(/^\S.*\S$/);
      for (const spec of objective.parameters) expect(spec.name.startsWith(objectivePrefix)).toBe(true);
    });

    describe.each(models)('of a model with a %s posterior', (kind, exact, model) => {
      it('has a loss and metrics at each step', () => {
        for (const step of steps) {
          const { loss, own, metrics } = lossesOf(objective, exact, { step });
          const scalars = { loss, ...(own && { own }), ...metrics };
          expect(Object.keys(metrics)).toContain('reconstruction');
          expect('kl' in metrics).toBe(hasDensity(kind));
          verifyGraph(Object.values(scalars));
          for (const [each, { shape, data }] of Object.entries(evaluateAll(scalars))) {
            expect(shape, each).toEqual([]);
            expect(Number.isFinite(data[0]), each).toBe(true);
          }
        }
      });

      it.skipIf(surrogates.includes(label))('has the gradients that differences give, amid the warm-up', () => {
        const step = steps[1] ?? 0;
        const specs = { model: model.parameters, own: objective.parameters };
        const named = (of: readonly ParameterSpec[], tensors: readonly Tensor[]): Parameters =>
          Object.fromEntries(of.map((spec, k) => [spec.name, tensors[k] ?? constant(NaN)]));
        checkGradientsSomewhere(
          (...tensors) => lossesOf(objective, exact, { step, parameters: named(specs.model, tensors) }).loss,
          specs.model,
        );
        if (specs.own.length === 0) return;
        checkGradientsSomewhere((...tensors) => {
          const { own, loss } = lossesOf(objective, exact, { step, parameters: named(specs.own, tensors) });
          return own ?? loss;
        }, specs.own);
      });

      it(`${objective.couplesExamples ? 'compares' : 'does not compare'} the examples of a batch`, () => {
        // What is a sum over rows does not see which rows come together.
        const differenceAt = (scale: number): number => {
          const batches = [
            [1, 1],
            [2, 2],
            [1, 2],
            [2, 1],
          ].map(([even = 0, odd = 0]) => {
            const { loss, own = loss } = lossesOf(objective, exact, { step: 40, scale, x: interleaved(even, odd) });
            return evaluateAll({ loss, own });
          });
          return Math.max(
            ...(['loss', 'own'] as const).map((of) => {
              const [a = NaN, b = NaN, c = NaN, d = NaN] = batches.map((losses) => losses[of].item());
              return Math.abs(a + b - c - d) / Math.max(1, Math.abs(a + b));
            }),
          );
        };
        // An objective with a threshold compares examples only where they lie on both sides of it.
        if (objective.couplesExamples) expect(scales.some((scale) => differenceAt(scale) > 1e-9)).toBe(true);
        else for (const scale of [1, 0.1]) expect(differenceAt(scale)).toBeLessThan(1e-12);
      });

      it('is shared by threads only where each example has its own loss', () => {
        const large = create(64);
        const step = buildStep(model, 64, large);
        const canPart = partByRows(step) !== undefined;
        expect(isShareable(large)).toBe(!large.couplesExamples && large.parameters.length === 0);
        // Codes follow the whole batch, whatever the loss does.
        if (isShareable(large)) expect(canPart).toBe(!ofCodes);
      });

      it('has a gradient for everything learned, each of its own loss', () => {
        const { outputs, names } = buildStep(model, rows, objective);
        const learned = [...model.parameters, ...objective.parameters].filter(isLearned);
        for (const spec of learned) expect(outputs[gradientName(spec.name)]?.shape).toEqual(spec.shape);
        expect(names.scalars).toEqual(Object.keys(objective.scalars));
        if (objective.parameters.length === 0) return;
        const { own } = lossesOf(objective, exact, { step: 0 });
        if (!own) return;
        const variables = model.parameters.map(({ name: of, shape }) => input(of, shape, 'float64'));
        const parameters = Object.fromEntries(model.parameters.map((spec, k) => [spec.name, variables[k] ?? own]));
        const through = lossesOf(objective, exact, { step: 0, parameters }).own ?? own;
        // Zeros, and no function of the parameters: nothing is fed.
        const found = evaluateAll(Object.fromEntries(Object.entries(grad(through, variables))));
        for (const { data } of Object.values(found)) expect(data.every((value) => value === 0)).toBe(true);
      });

      it.runIf(isWhole)('gives the same numbers on every engine', async () => {
        const { outputs, state } = buildStep(model, rows, objective);
        expect(Object.keys(state)).toEqual(ofCodes ? ['codebook.count', 'codebook.sum'] : []);
        const specs = [...model.parameters, ...objective.parameters];
        const used = new Set(
          topologicalOrder(Object.values(outputs)).flatMap((node) => (isOp(node, 'input') ? node.attributes.name : [])),
        );
        const given: Record<string, NdArray> = {
          ...initializeParameters(specs, key(3)),
          x: rowsFor(model, NdArray.from(bernoulli(key(5), 0.4, [rows, inputSize]), 'float64'), 'float32'),
          key: NdArray.from([12, 34], 'uint32'),
          ...Object.fromEntries(
            Object.entries(objective.scalars).map(([of, scheduled]) => [
              scalarName(of),
              NdArray.from(scalarAt(scheduled, 13, totalSteps), 'float32'),
            ]),
          ),
        };
        const boundInputs = Object.fromEntries(Object.entries(given).filter(([name]) => used.has(name)));
        const expected = evaluateAll(outputs, boundInputs);
        for (const { label, name: build, access } of ortBuilds) {
          const engine = await createOrtEngine(build, { threads: 1, ...(access && { access }) });
          const program = await engine.compile({ outputs, boundInputs });
          const found = await program.run({});
          for (const [output, value] of Object.entries(found)) {
            const tolerance = 2e-5;
            expectAllClose(value, expected[output] ?? [], { rtol: tolerance, atol: tolerance }, `${label}: ${output}`);
          }
          await program.dispose();
        }
      });
    });

    it.skipIf(row.needsNoDensity)('refuses a model without a density in a sentence', () => {
      const build = () => buildStep(modelOf('deterministic', 'float32', infers), rows, objective);
      expect(build).toThrow(CapabilityError);
      // With the option that needs more, where it is one: "objective 'iwae' with gradient 'dreg' needs …".
      expect(build).toThrow(
        new RegExp(`^objective '${row.name}'( with .*)? needs of the posterior the log density of its draws`),
      );
    });

    const trained: readonly Kind[] = ofCodes
      ? kinds
      : row.needsNoDensity
        ? ['diagonal', 'deterministic']
        : ['diagonal'];
    it.runIf(isWhole).each(trained)('trains a %s posterior, and goes on from a checkpoint to the bit', async (kind) => {
      const engine = await createOrtEngine('onnxruntime-node', { threads: 1 });
      const model = modelOf(kind, 'float32', infers);
      const trainer = (resume?: Checkpoint): Promise<Trainer> =>
        Trainer.create({
          engine,
          model,
          objective,
          config,
          resume,
          training: examples(50, model),
          validation: examples(12, model),
        });
      const whole = await trainer();
      const events: TrainingEvent[] = [];
      for await (const event of whole.run()) events.push(event);
      const first = await trainer();
      const abort = new AbortController();
      for await (const event of first.run(abort.signal)) if (event.event === 'step' && event.step === 4) abort.abort();
      const second = await trainer(first.checkpoint());
      const later: TrainingEvent[] = [];
      for await (const event of second.run()) later.push(event);
      expect(second.parameters).toEqual(whole.parameters);
      expect(second.checkpoint().optimizer).toEqual(whole.checkpoint().optimizer);

      const at = (list: readonly TrainingEvent[], step: number) =>
        list.find((event): event is StepEvent => event.event === 'step' && event.step === step);
      const { metrics, scalars } = at(events, 8) ?? {};
      expect([at(later, 8)?.metrics, at(later, 8)?.scalars]).toEqual([metrics, scalars]);
      expect(scalars).toEqual(mapScheduled(objective, (scheduled) => scalarAt(scheduled, 7, 12)));
      for (const value of Object.values(metrics ?? {})) expect(Number.isFinite(value)).toBe(true);
      const done = events.find((event) => event.event === 'done');
      const ofElbo = hasDensity(kind) ? ['elbo'] : [];
      expect(Object.keys(done?.training?.metrics ?? {})).toEqual([...ofElbo, ...Object.keys(metrics ?? {})]);
      expect(['elbo' in (done?.training ?? {}), 'kl' in (done?.validation ?? {})]).toEqual(
        hasDensity(kind) ? [true, true] : [false, false],
      );
      expect(done?.validation?.criterion?.metric).toBe(objective.criterion.metric);
      // What belongs to the training alone is in its checkpoints and not in its result.
      expect(Object.keys(whole.result())).toEqual(model.parameters.map((spec) => spec.name));
      expect(Object.keys(whole.checkpoint().parameters)).toEqual(
        [...model.parameters, ...objective.parameters].map((spec) => spec.name),
      );
      for (const each of [whole, first, second]) await each.dispose();
    });
  });
}

const config: TrainingConfig = {
  epochs: 2,
  batchSize: rows,
  optimizer: { name: 'adam', learningRate: 0.01 },
  schedule: { name: 'constant' },
  validation: 0,
  seed: 4,
};

function examples(size: number, model: Vae): Examples {
  const { data, shape } = rowsFor(model, NdArray.from(bernoulli(key(6), 0.4, [size, inputSize]), 'float64'), 'float32');
  const [, width = 0] = shape;
  return {
    size,
    exampleSize: width,
    read: (indices, out) => {
      indices.forEach((index, k) => {
        out.set(data.subarray(index * width, (index + 1) * width), k * width);
      });
    },
  };
}

/** Of the objectives that infer a condition: one of two classes, which two of three examples have. */
const labels = { counts: [12, 21], share: 2 / 3 };

/** Examples with their conditions behind them, where the model takes some: one class, the other, and not known, in turn. */
function rowsFor<D extends FloatDType>({ conditionSize = 0 }: Vae, x: NdArray, dtype: D): NdArray<D> {
  const [count = 0, width = 0] = x.shape;
  const joined = NdArray.zeros([count, width + conditionSize], dtype);
  for (let row = 0; row < count; row++) {
    joined.data.set(x.data.subarray(row * width, (row + 1) * width), row * (width + conditionSize));
    if (conditionSize > 0 && row % 3 < 2) joined.data[row * (width + conditionSize) + width + (row % 3)] = 1;
  }
  return joined;
}

/** Weights that rise, and sizes that are small. */
function suiteOptions(row: ObjectiveRow): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row.options).flatMap(([name, { default: usual, isScheduled, rule }]): [string, unknown][] => {
      if (isScheduled) return [[name, { value: fullValue(usual as Scheduled), schedule: 'linear', warmupSteps }]];
      const isSize = Number.isInteger(usual) && Number(usual) > width && rule.accepts(width);
      return isSize ? [[name, width]] : [];
    }),
  );
}

function caseName(name: string, given: Readonly<Record<string, unknown>>): string {
  return [name, ...Object.entries(given).map(([option, value]) => `${option} ${String(value)}`)].join(', ');
}

/** At the first point where differences say anything. */
function checkGradientsSomewhere(f: (...inputs: Tensor[]) => Tensor, specs: readonly ParameterSpec[]): void {
  for (let point = 0; ; point++) {
    try {
      checkGradients(
        f,
        specs.map((spec) => valueOf(spec, point)),
      );
      return;
    } catch (error) {
      const isRough = error instanceof Error && error.message.includes('Choose a smoother point');
      if (!isRough || point === mostPoints) throw error;
    }
  }
}

function mapScheduled<T>({ scalars }: TrainingObjective, map: (scheduled: Scheduled) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(scalars).map(([name, scheduled]) => [name, map(scheduled)]));
}

function modelOf(posterior: Kind, dtype: FloatDType, infers: boolean): Vae {
  const condition = infers && { conditionSize: 2, classes: 2 };
  const codes = posterior === 'vector-quantized' && { codes: 3, codeSize: 1 };
  return createVae({ inputSize, latent, hidden: [3], activation: 'tanh', posterior, ...codes, ...condition, dtype });
}

/** The losses in float64 at fixed numbers: everything that is not given is a constant. */
function lossesOf(
  objective: TrainingObjective,
  model: Vae,
  options: {
    readonly step: number;
    readonly parameters?: Parameters;
    readonly x?: NdArray;
    /** Of its scalars. */
    readonly scale?: number;
  },
): Losses {
  const { step, scale = 1, x = bernoulli(key(5), 0.4, [rows, inputSize]) } = options;
  const specs = [...model.parameters, ...objective.parameters];
  const parameters = {
    ...Object.fromEntries(specs.map((spec) => [spec.name, constant(valueOf(spec))])),
    ...options.parameters,
  };
  const all = constant(rowsFor(model, NdArray.from(x, 'float64'), 'float64'));
  const { x: examples, model: given, conditional } = ofRows(model, all);
  const draw = asGraphKey(key(7));
  return objective.build({
    x: examples,
    rows,
    key: draw.foldIn(2),
    model: given,
    conditional,
    parameters,
    output: given.apply(parameters, examples, {
      key: draw,
      mode: 'train',
      draws: objective.draws,
      cutOff: objective.cutsOff,
    }),
    scalars: mapScheduled(objective, (scheduled) =>
      constant(NdArray.from(scale * scalarAt(scheduled, step, totalSteps), 'float64')),
    ),
    trainingSize: objective.trainingSize,
  });
}

/** Somewhere: no weight is zero. */
function valueOf({ name, shape }: ParameterSpec, point = 0): NdArray<'float64'> {
  const size = sizeOf(shape);
  const seed = Array.from(name).reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) >>> 0, 7);
  const drawn = normal(foldIn(key(11 + point), seed), shape, { dtype: 'float64' });
  return new NdArray(
    drawn.data.map((value) => (0.6 * value) / Math.sqrt(Math.max(1, size / 4))),
    shape,
  );
}

/** Examples of one kind in the even rows, of one or another in the odd ones. */
function interleaved(even: number, odd: number): NdArray {
  const kinds = [even, odd].map((kind) => bernoulli(key(100 + kind), kind === 1 ? 0.1 : 0.9, [rows, inputSize]).data);
  return NdArray.from(
    new NdArray(
      Float64Array.from({ length: rows * inputSize }, (_, at) => kinds[Math.floor(at / inputSize) % 2]?.[at] ?? NaN),
      [rows, inputSize],
    ),
  );
}
