// Whole training steps against PyTorch's: same weights, batch and noise (fixtures/generate_torch.py wrote the values).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NdArray } from '../src/core/index.ts';
import type { NestedArray } from '../src/core/index.ts';
import { createEngine, engineNames } from '../src/engine/index.ts';
import { grad, input } from '../src/graph/index.ts';
import type { Tensor } from '../src/graph/index.ts';
import { createVae } from '../src/models/index.ts';
import type { PosteriorOptions } from '../src/models/index.ts';
import { parameterInputs } from '../src/nn/index.ts';
import { elboTerms, negativeElbo } from '../src/objectives/index.ts';
import { expectAllClose } from '../src/testing/index.ts';
import { Optimizer, ParameterStore, flatLength } from '../src/training/index.ts';

interface Expected {
  z: NestedArray;
  reconstruction: number[];
  kl: number[];
  elbo: number;
  gradients_of_negative_elbo: Record<string, NestedArray>;
  after_three_adam_steps: Record<string, NestedArray>;
}

const fixture = JSON.parse(readFileSync(new URL('fixtures/torch_step.json', import.meta.url), 'utf8')) as {
  meta: { lr: number };
  x: NestedArray;
  noise: NestedArray[];
  weights: Record<string, NestedArray>;
  expected: Record<'diagonal' | 'cholesky' | 'symmetric', Expected>;
};

const [batch, inputSize] = NdArray.from(fixture.x).shape as [number, number];
const latent = NdArray.from(fixture.noise[0] ?? 0).shape[1] ?? 0;
const families: Record<keyof typeof fixture.expected, PosteriorOptions> = {
  diagonal: { posterior: 'diagonal' },
  cholesky: { posterior: 'full', root: 'cholesky' },
  symmetric: { posterior: 'full', root: 'symmetric' },
};

/** The step as expressions over the parameters, `x` and `epsilon`. */
function buildStep(family: keyof typeof families, dtype: 'float32' | 'float64') {
  const options = { inputSize, latent, hidden: [8], activation: 'relu', dtype } as const;
  const model = createVae({ ...options, ...families[family] });
  const parameters = parameterInputs(model.parameters, dtype);
  const x = input('x', [batch, inputSize], dtype);
  const posterior = model.encode(parameters, x);
  const z = posterior.fromNoise(input('epsilon', [batch, latent], dtype)).value;
  const terms = elboTerms({ posterior, prior: model.prior(parameters), likelihood: model.decode(parameters, z), x });
  const loss = negativeElbo(terms);
  const names = Object.keys(parameters);
  const gradients: Record<string, Tensor> = {};
  grad(loss, Object.values(parameters)).forEach((g, k) => (gradients[`gradient/${names[k] ?? ''}`] = g));
  return { model, names, outputs: { z, loss, ...terms, ...gradients } };
}

function pick(names: readonly string[], values: Record<string, NestedArray>, dtype: 'float32' | 'float64') {
  return Object.fromEntries(names.map((name) => [name, NdArray.from(values[name] ?? 0, dtype)]));
}

// float64: a few hundred roundings of numbers near 1. float32 likewise, on numbers up to 10.
const tolerances = { float64: { rtol: 1e-12, atol: 1e-13 }, float32: { rtol: 2e-5, atol: 5e-6 } } as const;

const cases = (['diagonal', 'cholesky', 'symmetric'] as const).flatMap((family) =>
  (
    [
      ['reference', 'float64'],
      ['onnxruntime-node', 'float32'],
      ['onnxruntime-web', 'float32'],
    ] as const
  ).map(([engine, dtype]) => [family, engine, dtype] as const),
);

describe.each(cases)('a %s step on %s in %s', (family, engineName, dtype) => {
  const expected = fixture.expected[family];
  const { model, names, outputs } = buildStep(family, dtype);

  it("gives PyTorch's draws, ELBO and gradients", async () => {
    expect(engineNames).toContain(engineName);
    const engine = await createEngine({ engine: engineName, threads: 1 });
    const program = await engine.compile({ outputs });
    const results = await program.run({
      ...pick(names, fixture.weights, dtype),
      x: NdArray.from(fixture.x, dtype),
      epsilon: NdArray.from(fixture.noise[0] ?? 0, dtype),
    });
    const close = (name: string, values: NestedArray): void => {
      const actual = results[name];
      if (!actual) throw new Error(`no output '${name}'`);
      expectAllClose(actual, NdArray.from(values), tolerances[dtype], name);
    };
    close('z', expected.z);
    close('reconstruction', expected.reconstruction);
    close('kl', expected.kl);
    close('loss', -expected.elbo);
    for (const name of names) close(`gradient/${name}`, expected.gradients_of_negative_elbo[name] ?? NaN);
    await program.dispose();
  });

  if (dtype === 'float64') return;

  it("gives PyTorch's weights after three Adam steps", async () => {
    const store = new ParameterStore(model.parameters, { extra: 2 * flatLength(model.parameters) });
    store.assign(pick(names, fixture.weights, 'float32'));
    const optimizer = new Optimizer({ name: 'adam', learningRate: fixture.meta.lr }, store);
    const engine = await createEngine({ engine: engineName, threads: 1 });
    const boundOutputs = Object.fromEntries(
      Object.entries(store.gradientViews).map(([name, view]) => [`gradient/${name}`, view]),
    );
    const program = await engine.compile({ outputs, boundInputs: { ...store.parameters }, boundOutputs });
    for (const noise of fixture.noise) {
      await program.run({ x: NdArray.from(fixture.x, 'float32'), epsilon: NdArray.from(noise, 'float32') });
      optimizer.step({ learningRate: fixture.meta.lr, gradientScale: 1 });
    }
    for (const [name, view] of Object.entries(store.parameters)) {
      // A step moves a weight by at most lr; float32 gradients turn it by a relative 1e-5 of that, more where g ≈ 0.
      expectAllClose(view, NdArray.from(expected.after_three_adam_steps[name] ?? NaN), { rtol: 0, atol: 5e-6 }, name);
    }
    await program.dispose();
  });
});
