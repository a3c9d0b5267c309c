import { expect, it } from 'vitest';
import { CapabilityError, NdArray, UnsupportedError, epsilonOf } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import { createOrtEngine } from '../engine/ort/index.ts';
import { evaluate, evaluateAll } from '../engine/reference/index.ts';
import { MultivariateNormal, MultivariateNormalDiag } from '../gaussian/index.ts';
import {
  add,
  constant,
  exp,
  grad,
  input,
  matmul,
  mul,
  slice,
  stack,
  sub,
  sum,
  tanh,
  transpose,
  verifyGraph,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Distribution } from '../gaussian/index.ts';
import { centerOf } from '../models/index.ts';
import type { PosteriorDistribution, PosteriorRow, PriorDistribution, PriorRow } from '../models/index.ts';
import { parameter } from '../nn/index.ts';
import type { ParameterSpec, Parameters } from '../nn/index.ts';
import { valuesOf } from '../parts/index.ts';
import { foldIn, key, normal } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import { testDistribution } from './density-checks.ts';
import { ortBuilds } from './engine/builds.ts';
import { checkGradients } from './gradients.ts';
import { expectAllClose } from './matchers.ts';

const latent = 2;
const featureSize = 3;
const inputSize = 4;
const conditionSize = 3;
/** Standard errors that an average may be off: one false alarm in 150 000. */
const standardErrors = 4.5;

type Values = Readonly<Record<string, NdArray<'float64'>>>;

/** Numbers for parameters, drawn and not those that a training starts with: nothing is zero. */
function drawnValues(specs: readonly ParameterSpec[], from: Key): Values {
  const draw = ({ name, shape }: ParameterSpec, k: number) =>
    [name, normal(foldIn(from, k), shape, { dtype: 'float64' })] as const;
  return Object.fromEntries(specs.map(draw));
}

const constants = (values: Values, dtype: FloatDType): Parameters =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, constant(value, dtype)]));

/**
 * What every posterior must keep, whatever its options:
 *
 * - it can what its row says, and refuses the rest;
 * - a draw is `fromNoise` of its noise, and its log density that of the change of variables, by the Jacobian of the draw;
 * - without noise every draw is the same; without a density, whoever reads one gets a CapabilityError with the posterior's name;
 * - draws go with their densities: E_q[r / q] = 1 for another density r, and where the density is known at any point its
 *   integral, moments and entropy (`testDistribution`);
 * - gradients by features and parameters are those of differences;
 * - a batch is what its members are alone, also one of symbolic size;
 * - Node's engines give the reference's numbers in both float types.
 */
export function testPosterior(row: PosteriorRow, options: Readonly<Record<string, unknown>> = {}): void {
  const built = row.build(valuesOf(row, options, { shape: [inputSize] }), { featureSize, latent });
  const values = drawnValues(built.parameters, key(11));
  const features = normal(key(12), [3, featureSize], { dtype: 'float64' });
  const at = (dtype: FloatDType): PosteriorDistribution =>
    built.apply(constants(values, dtype), constant(features, dtype));
  const one = (index: number): PosteriorDistribution =>
    built.apply(constants(values, 'float64'), slice(constant(features), { 0: [index, index + 1] }));
  const { noiseSize } = at('float64');
  const noise = normal(key(13), [5, 3, noiseSize], { dtype: 'float64' });
  const points = normal(key(14), [4, 1, latent], { dtype: 'float64' });
  const can = (capability: PosteriorRow['capabilities'][number]): boolean => row.capabilities.includes(capability);

  const said = (posterior: PosteriorDistribution, epsilon: Tensor, z: Tensor): Record<string, Tensor> => {
    const drawn = posterior.fromNoise(epsilon);
    return {
      draw: drawn.value,
      ...(can('logProbOfDraw') && { logProbOfDraw: drawn.logProb }),
      ...(can('logProb') && { logProb: posterior.logProb(z) }),
      ...(posterior.marginalLogProb && { marginalLogProb: posterior.marginalLogProb(z) }),
      ...(posterior.mean && { mean: posterior.mean }),
      ...(posterior.variance && { variance: posterior.variance }),
      ...(posterior.covariance && { covariance: posterior.covariance }),
    };
  };

  it('can what its row says', () => {
    const posterior = at('float64');
    expect(posterior.eventShape).toEqual([latent]);
    expect(posterior.batchShape).toEqual([3]);
    expect(posterior.isReparameterized).toBe(true);
    expect([posterior.mean !== undefined, posterior.variance !== undefined]).toEqual([can('moments'), can('moments')]);
    expect([posterior.root !== undefined, posterior.covariance !== undefined]).toEqual([can('root'), can('root')]);
    expect(posterior.marginalLogProb !== undefined).toBe(can('marginalLogProb'));
    if (!can('logProb')) expect(() => posterior.logProb(points)).toThrow(UnsupportedError);
    if (can('logProbOfDraw')) return;
    // What has no density of a draw has none at all, and says so by its name where one is read.
    expect(row.capabilities.filter((capability) => capability !== 'codes')).toEqual([]);
    expect(posterior.codes !== undefined).toBe(can('codes'));
    for (const { logProb: read } of [
      { logProb: () => posterior.fromNoise(constant(noise)).logProb },
      { logProb: () => posterior.sampleAndLogProb(key(1)).logProb },
      { logProb: () => posterior.logProb(points) },
    ]) {
      expect(read).toThrow(CapabilityError);
      expect(read).toThrow(row.name);
    }
  });

  it('draws the same z whatever the noise, where there is none', () => {
    if (noiseSize > 0) return;
    const posterior = at('float64');
    const one = evaluate(posterior.sample(key(1)));
    expect(one.shape).toEqual([3, latent]);
    for (const drawn of [posterior.sample(key(2), [2]), posterior.sampleAndLogProb(key(2), [2]).value]) {
      const { shape, data } = evaluate(drawn);
      expect(shape).toEqual([2, 3, latent]);
      expect([...data]).toEqual([...one.data, ...one.data]);
    }
    expect(evaluate(centerOf(posterior))).toEqual(one);
  });

  it('draws with the density that it states', () => {
    if (!can('logProbOfDraw')) return;
    if (can('logProb')) testDistribution(at('float64'), { draws: 5000 });
    checkDensityByDraws(at('float64'), 3);
    const [alone, together] = [at('float64').sample(key(3), [50]), at('float64').sampleAndLogProb(key(3), [50]).value];
    expectAllClose(evaluate(alone), evaluate(together));
  });

  it('states the density of the change of variables', () => {
    if (noiseSize !== latent || !can('logProbOfDraw')) return;
    const epsilon = constant(noise);
    const { value, logProb } = at('float64').fromNoise(epsilon);
    const rows = Array.from(
      { length: latent },
      (_, k) => grad(sum(slice(value, { [-1]: [k, k + 1] })), [epsilon])[0] ?? epsilon,
    );
    const [a, b] = rows.map((each) => evaluate(each).data) as [Float64Array, Float64Array];
    const logProbs = evaluate(logProb).data;
    logProbs.forEach((actual, k) => {
      const [a1 = NaN, a2 = NaN] = a.subarray(2 * k, 2 * k + 2);
      const [b1 = NaN, b2 = NaN] = b.subarray(2 * k, 2 * k + 2);
      const determinant = a1 * b2 - a2 * b1;
      const [e = NaN, f = NaN] = noise.data.subarray(2 * k, 2 * k + 2);
      const expected = -(e * e + f * f) / 2 - Math.log(2 * Math.PI) - Math.log(Math.abs(determinant));
      expect(Math.abs(actual - expected)).toBeLessThan(1e-9 * Math.max(1, Math.abs(expected)));
    });
  });

  // Codes give their gradient straight through, which is none of a difference.
  it.skipIf(can('codes'))('has the gradients that differences give', () => {
    const names = Object.keys(values);
    const inputs = [features, ...Object.values(values)];
    for (const what of Object.keys(said(at('float64'), constant(noise), constant(points)))) {
      checkGradients(
        (x, ...tensors) => {
          const parameters = Object.fromEntries(tensors.map((tensor, k) => [names[k] ?? '', tensor]));
          return said(built.apply(parameters, x), constant(noise), constant(points))[what] ?? constant(NaN);
        },
        inputs,
        { step: 2 ** -12 },
      );
    }
  });

  it('is in a batch what it is alone, and takes a symbolic one', () => {
    const whole = evaluateAll(said(at('float64'), constant(noise), constant(points)));
    const symbolic = built.apply(constants(values, 'float32'), input('features', ['batch', featureSize]));
    expect(symbolic.batchShape).toEqual(['batch']);
    const { value } = symbolic.sampleAndLogProb(key(1), [2]);
    expect(value.shape).toEqual([2, 'batch', latent]);
    expect(evaluate(value, { features: NdArray.from(features.data.slice(0, 6), 'float32').reshape([2, 3]) }).shape).toEqual([2, 2, latent]); // prettier-ignore
    [0, 1, 2].forEach((index) => {
      const epsilon = slice(constant(noise), { 1: [index, index + 1] });
      for (const [name, tensor] of Object.entries(said(one(index), epsilon, constant(points)))) {
        const axis = name === 'mean' || name === 'variance' || name === 'covariance' ? 0 : 1;
        const own = evaluate(slice(constant(whole[name] ?? NaN), { [axis]: [index, index + 1] }));
        expectAllClose(own, evaluate(tensor), { rtol: 1e-12, atol: 1e-12 }, name);
      }
    });
  });

  it('has draws along an axis behind the examples, as several draws of each are made', () => {
    const perExample = built.apply(constants(values, 'float64'), constant(features.reshape([3, 1, featureSize])));
    expect(perExample.batchShape).toEqual([3, 1]);
    const wanted = at('float64').fromNoise(constant(noise));
    const found = perExample.fromNoise(transpose(constant(noise), [1, 0, 2]));
    expectAllClose(evaluate(transpose(found.value, [1, 0, 2])), evaluate(wanted.value), { rtol: 1e-12, atol: 1e-12 });
    if (can('logProbOfDraw'))
      expectAllClose(evaluate(transpose(found.logProb)), evaluate(wanted.logProb), { rtol: 1e-12, atol: 1e-12 });
  });

  testEngines((dtype) => said(at(dtype), constant(noise, dtype), constant(points, dtype)));
}

/**
 * What every prior must keep: it can what its row says; as a density `testDistribution`, with densities of single coordinates
 * that are its integrals; gradients by its parameters (and those of the posterior that it asks for) by differences (under one
 * condition, where it looks at it); draws as a function of noise where it has them; and the same numbers on Node's engines.
 */
export function testPrior(row: PriorRow, options: Readonly<Record<string, unknown>> = {}): void {
  const weight = normal(key(21), [inputSize, latent], { dtype: 'float64' });
  const build = (dtype: FloatDType) =>
    row.build(valuesOf(row, options, { shape: [inputSize] }), { latent, inputSize, conditionSize, dtype });
  const values = { ...drawnValues(build('float64').parameters, key(22)), weight };
  const at = (parameters: Parameters, dtype: FloatDType): PriorDistribution =>
    build(dtype).apply(parameters, {
      encode: (x) => {
        const mean = matmul(tanh(x), parameter(parameters, 'weight'));
        return MultivariateNormalDiag.fromLogVariance(mean, sub(tanh(add(mean, 1)), 1));
      },
      condition: constant(normal(key(27), [1, conditionSize], { dtype: 'float64' }), dtype),
    });
  const prior = (dtype: FloatDType): PriorDistribution => at(constants(values, dtype), dtype);
  const points = normal(key(23), [4, latent], { dtype: 'float64' });
  const { noiseSize } = prior('float64');

  const can = (capability: PriorRow['capabilities'][number]): boolean => row.capabilities.includes(capability);

  it('can what its row says', () => {
    const distribution = prior('float64');
    const { batchShape, eventShape, mean, variance } = distribution;
    // That of the condition, where it looks at one.
    expect([[], [1]]).toContainEqual(batchShape);
    expect(eventShape).toEqual([latent]);
    expect([can('logProbOfDraw'), can('logProb')]).toEqual([true, true]);
    expect([mean !== undefined, variance !== undefined]).toEqual([can('moments'), can('moments')]);
    expect(distribution.marginalLogProb !== undefined).toBe(can('marginalLogProb'));
  });

  it('is a density over latent vectors', () => {
    const distribution = prior('float64');
    testDistribution(distribution);
    checkDensityByDraws(distribution, 1);
    if (!distribution.marginalLogProb) return;
    // Over the other coordinate: trapezia of a smooth function that vanishes at both ends, 20 standard deviations off.
    const marginals = evaluate(distribution.marginalLogProb(constant(points))).data;
    const [centers, spreads] = [distribution.mean, distribution.variance].map((x) => evaluate(x ?? constant(NaN)).data);
    marginals.forEach((actual, at) => {
      const [own, other] = [at % latent, 1 - (at % latent)];
      const center = centers?.[other] ?? NaN;
      const spread = Math.sqrt(spreads?.[other] ?? NaN);
      const across = Array.from({ length: 4001 }, (_, k) => {
        const x = [0, 0];
        x[own] = points.data[at] ?? NaN;
        x[other] = center + ((k - 2000) / 100) * spread;
        return x;
      });
      const total = Array.from(evaluate(exp(distribution.logProb(across))).data).reduce((a, b) => a + b);
      expect(Math.abs(actual - Math.log((total * spread) / 100)), `coordinate ${at}`).toBeLessThan(1e-9);
    });
  });

  it('draws as a function of noise what it draws by a key', () => {
    const distribution = prior('float64');
    if (noiseSize === undefined || !distribution.fromNoise) return;
    const draws = 20_000;
    const noise = constant(normal(key(24), [draws, noiseSize], { dtype: 'float64' }));
    const [mine, theirs] = [evaluate(distribution.fromNoise(noise).value), evaluate(distribution.sample(key(25), [draws]))]; // prettier-ignore
    const surprise = (z: NdArray): NdArray => evaluate(distribution.logProb(z));
    const features = (z: NdArray): number[][] => {
      const logProbs = surprise(z).data;
      return Array.from({ length: draws }, (_, k) => {
        const [a = 0, b = 0] = z.data.subarray(2 * k, 2 * k + 2);
        return [a, b, a * a, a * b, b * b, logProbs[k] ?? NaN];
      });
    };
    const [left, right] = [momentsOf(features(mine)), momentsOf(features(theirs))];
    left.forEach(({ mean, variance }, k) => {
      const other = right[k] ?? { mean: NaN, variance: NaN };
      const allowed = standardErrors * Math.sqrt((variance + other.variance) / draws);
      expect(Math.abs(mean - other.mean), `feature ${k}`).toBeLessThan(allowed);
    });
  });

  it('has the gradients that differences give', () => {
    const names = Object.keys(values);
    checkGradients(
      (z, ...tensors) =>
        at(Object.fromEntries(tensors.map((tensor, k) => [names[k] ?? '', tensor])), 'float64').logProb(z),
      [points, ...Object.values(values)],
      { step: 2 ** -12 },
    );
  });

  testEngines((dtype) => {
    const distribution = prior(dtype);
    const noise = constant(normal(key(26), [6, noiseSize ?? 1], { dtype: 'float64' }), dtype);
    const drawn = noiseSize === undefined ? undefined : distribution.fromNoise?.(noise).value;
    return { logProb: distribution.logProb(constant(points, dtype)), ...(drawn && { drawn }) };
  });
}

interface OfNoise extends Distribution {
  readonly noiseSize?: number;
  fromNoise?(epsilon: Tensor): { readonly value: Tensor; readonly logProb?: Tensor };
}

/**
 * E_q[r / q] = 1 for each of `members` distributions q over pairs of numbers whose draws are functions of noise, and another density
 * r: the Gaussian that noise around one draw becomes where z = f(ε) is taken to be linear, so that no weight is large.
 *
 * @param distribution of batch shape [members], or [] for one
 */
function checkDensityByDraws(distribution: OfNoise, members: number): void {
  const { noiseSize } = distribution;
  const draw = (epsilon: Tensor) => distribution.fromNoise?.(epsilon);
  if (noiseSize === undefined || !distribution.fromNoise) return;
  const draws = 20_000;
  const batch = distribution.batchShape.length > 0 ? [members] : [];
  const noise = normal(key(3), [draws, ...batch, noiseSize], { dtype: 'float64' });
  const { value, logProb } = draw(constant(noise)) ?? {};
  const z = constant(evaluate(value ?? constant(NaN)).reshape([draws, members, latent]));
  const stated = evaluate(logProb ?? distribution.logProb(value ?? NaN)).reshape([draws, members]);
  const each = Array.from({ length: members }, (_, k) => k);
  // r lies where q is neither low nor a needle.
  const places = each.map((member) => {
    const own = Array.from({ length: draws }, (_, at) => members * at + member);
    return own.sort((a, b) => (stated.data[b] ?? NaN) - (stated.data[a] ?? NaN))[draws / 5] ?? NaN;
  });
  const at = places.flatMap((place) => [...noise.data.subarray(noiseSize * place, noiseSize * (place + 1))]);
  const epsilon = constant(new NdArray(Float64Array.from(at), [...batch, noiseSize]));
  const center = draw(epsilon)?.value ?? epsilon;
  const rows = Array.from({ length: latent }, (_, k) => grad(sum(slice(center, { [-1]: [k, k + 1] })), [epsilon])[0] ?? epsilon); // prettier-ignore
  const jacobian = mul(stack(rows, -2), 1 / 3); // [...batch, latent, noise]
  const r = MultivariateNormal.fromCovariance(evaluate(center), evaluate(matmul(jacobian, jacobian, { transposeB: true }))); // prettier-ignore
  const weights = evaluate(exp(sub(r.logProb(z), constant(stated))));
  for (const member of each) {
    const own = Array.from({ length: draws }, (_, draw) => weights.data[members * draw + member] ?? NaN);
    const mean = own.reduce((a, b) => a + b, 0) / own.length;
    const variance = own.reduce((total, w) => total + (w - mean) ** 2, 0) / own.length;
    const allowed = standardErrors * Math.sqrt(variance / own.length);
    expect(allowed, `example ${member}`).toBeLessThan(0.25);
    expect(Math.abs(mean - 1), `E[r/q] = ${mean}, example ${member}`).toBeLessThan(allowed);
  }
}

function momentsOf(rows: readonly (readonly number[])[]): { readonly mean: number; readonly variance: number }[] {
  return (rows[0] ?? []).map((_, k) => {
    const mean = rows.reduce((total, row) => total + (row[k] ?? NaN), 0) / rows.length;
    return { mean, variance: rows.reduce((total, row) => total + ((row[k] ?? NaN) - mean) ** 2, 0) / rows.length };
  });
}

/** The same numbers on Node's engines as on the reference, some 64 roundings apart, in float32 and float64. */
function testEngines(tensorsOf: (dtype: FloatDType) => Record<string, Tensor>): void {
  for (const dtype of ['float32', 'float64'] as const) {
    it(`gives the same numbers on every engine, ${dtype}`, async () => {
      const tensors = tensorsOf(dtype);
      verifyGraph(Object.values(tensors));
      const expected = evaluateAll(tensors);
      const tolerance = 64 * epsilonOf[dtype] * (dtype === 'float32' ? 1 : 16);
      for (const { label, name, access } of ortBuilds) {
        const engine = await createOrtEngine(name, { threads: 1, ...(access && { access }) });
        const program = await engine.compile({ outputs: tensors });
        for (const [output, value] of Object.entries(await program.run({}))) {
          expect(value.dtype).toBe(dtype);
          expectAllClose(value, expected[output] ?? [], { rtol: tolerance, atol: tolerance }, `${label}: ${output}`);
        }
        await program.dispose();
      }
    });
  }
}
