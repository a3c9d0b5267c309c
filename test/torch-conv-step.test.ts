// A convolutional training step with batch normalisation against PyTorch's (fixtures/generate_torch_conv.py).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NdArray } from '../src/core/index.ts';
import type { FloatDType, NestedArray } from '../src/core/index.ts';
import { createEngine } from '../src/engine/index.ts';
import { grad, input } from '../src/graph/index.ts';
import type { Tensor } from '../src/graph/index.ts';
import { createVae } from '../src/models/index.ts';
import { isLearned, parameterInputs } from '../src/nn/index.ts';
import type { LayerContext } from '../src/nn/index.ts';
import { elboTerms, negativeElbo } from '../src/objectives/index.ts';
import { expectAllClose } from '../src/testing/index.ts';

type Values = Record<string, NestedArray>;

const fixture = JSON.parse(readFileSync(new URL('fixtures/torch_conv_step.json', import.meta.url), 'utf8')) as {
  meta: { shape: number[]; channels: number[]; latent: number };
  x: number[][];
  noise: NestedArray;
  weights: Values;
  expected: {
    loss: number;
    kl: number[];
    logits: NestedArray;
    logits_in_evaluation: NestedArray;
    gradients: Values;
    state: Values;
  };
};
const { shape, channels, latent } = fixture.meta;
const batch = fixture.x.length;
const inputSize = fixture.x[0]?.length ?? 0;

function buildStep(dtype: FloatDType) {
  const networks = { network: 'conv', channels, normalization: 'batch', hidden: [], activation: 'relu' } as const;
  const model = createVae({ ...networks, inputSize, shape, latent, posterior: 'diagonal', dtype });
  const parameters = parameterInputs(model.parameters, dtype);
  const x = input('x', [batch, inputSize], dtype);
  const epsilon = input('epsilon', [batch, latent], dtype);
  const apply = (context: LayerContext) => {
    const posterior = model.encode(parameters, x, context);
    return { posterior, likelihood: model.decode(parameters, posterior.fromNoise(epsilon).value, context) };
  };
  const context: LayerContext = { mode: 'train', state: new Map() };
  const { posterior, likelihood } = apply(context);
  const terms = elboTerms({ posterior, prior: model.prior(parameters), likelihood, x });
  const loss = negativeElbo(terms);
  const learned = model.parameters.filter(isLearned).map(({ name }) => name);
  const gradients = grad(
    loss,
    learned.map((name) => parameters[name] as Tensor),
  );
  const outputs: Record<string, Tensor> = { loss, kl: terms.kl };
  const evaluated = apply({ mode: 'evaluate', state: new Map() }).likelihood;
  for (const [name, value] of Object.entries(likelihood.parameters)) outputs[name] = value;
  for (const [name, value] of Object.entries(evaluated.parameters)) outputs[`${name} in evaluation`] = value;
  for (const [name, value] of context.state) outputs[`state/${name}`] = value;
  gradients.forEach((gradient, k) => (outputs[`gradient/${learned[k] ?? ''}`] = gradient));
  return { model, outputs };
}

// As in torch-step.test.ts; normalising by the deviation of three numbers magnifies float32's rounding tenfold.
const tolerances = { float64: { rtol: 1e-11, atol: 1e-12 }, float32: { rtol: 2e-4, atol: 5e-5 } } as const;

describe.each([
  ['reference', 'float64'],
  ['onnxruntime-node', 'float32'],
  ['onnxruntime-web', 'float32'],
] as const)('a convolutional step on %s in %s', (engineName, dtype) => {
  it("gives PyTorch's loss, gradients and running statistics", async () => {
    const { model, outputs } = buildStep(dtype);
    expect(model.parameters.map(({ name }) => name).sort()).toEqual(Object.keys(fixture.weights).sort());
    const engine = await createEngine({ engine: engineName, threads: 1 });
    const program = await engine.compile({ outputs });
    const results = await program.run({
      ...Object.fromEntries(Object.entries(fixture.weights).map(([name, value]) => [name, NdArray.from(value, dtype)])),
      x: NdArray.from(fixture.x, dtype),
      epsilon: NdArray.from(fixture.noise, dtype),
    });
    const { expected } = fixture;
    const wanted: Values = {
      loss: expected.loss,
      kl: expected.kl,
      logits: expected.logits,
      'logits in evaluation': expected.logits_in_evaluation,
      ...Object.fromEntries(Object.entries(expected.state).map(([name, value]) => [`state/${name}`, value])),
      ...Object.fromEntries(Object.entries(expected.gradients).map(([name, value]) => [`gradient/${name}`, value])),
    };
    expect(Object.keys(results).sort()).toEqual(Object.keys(wanted).sort());
    for (const [name, value] of Object.entries(wanted)) {
      expectAllClose(results[name] ?? NaN, NdArray.from(value), tolerances[dtype], name);
    }
    await program.dispose();
  });
});
