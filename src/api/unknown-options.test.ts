// What JavaScript may pass: every function of the public API that takes an options object refuses what it does not know.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { NdArray, ValueError } from '../core/index.ts';
import { key } from '../random/index.ts';
import * as api from '../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'rootsigma-options-'));
const digits = api.makeDigits({ count: 40 });
const identity = NdArray.from([
  [1, 0],
  [0, 1],
]);
const codes = { codes: NdArray.from([[0], [1]]), labels: Uint8Array.of(0, 1) };
const table = api.tableOf({ a: [1, 2, 3], b: ['x', 'y', 'x'] });
const kinds = { a: 'numeric', b: 'categorical' } as const;
let run: api.Run;
let x: NdArray;

beforeAll(async () => {
  run = await api.train(digits, { latent: 2, hidden: [4], epochs: 1, batchSize: 8, threads: 1, onNotice: 'silent' });
  x = await run.examples({ limit: 2 });
});

type Call = (options: never) => unknown;
/** Each with its options as the last argument, and what else it needs. */
const calls: Readonly<Record<string, Call>> = {
  train: (o) => Promise.resolve(api.train(digits, o)),
  load: (o) => api.load(folder, o),
  createEngine: (o) => api.createEngine(o),
  makeDigits: (o) => api.makeDigits(o),
  datasetOf: (o) =>
    api.datasetOf(
      Object.assign({ name: 'a', kind: 'array', sampleShape: [1], values: new Float32Array(1) } as const, o),
    ),
  'run.evaluate': (o) => run.evaluate(o),
  'run.testData': (o) => run.testData(undefined, o),
  'run.examples': (o) => run.examples(o),
  'run.sample': (o) => run.sample(1, o),
  'run.sampleTable': (o) => run.sample(1, o),
  'run.testReconstructions': (o) => run.testReconstructions(1, o),
  'run.interpolate': (o) => run.interpolate(x, x, o),
  'run.traverse': (o) => run.traverse(o),
  'run.score': (o) => run.score(x, o),
  'run.explain': (o) => run.explain(x, o),
  'run.fitThreshold': (o) => run.fitThreshold(digits, Object.assign({ contamination: 0.1 }, o)),
  'run.threshold': (o) => run.threshold(o),
  'run.isAnomaly': (o) => run.isAnomaly(x, o),
  'run.exportTo': (o) => run.exportTo(join(folder, 'export'), o),
  'run.export': (o) => run.export(o),
  'run.save': (o) => run.save(join(folder, 'save'), o),
  exportOnnx: (o) => api.exportOnnx(run.model, run.parameters, o),
  describeGaussian: (o) => api.describeGaussian(identity, o),
  sampleGaussian: (o) => api.sampleGaussian(identity, o),
  'linalg.sqrtmh': (o) => api.linalg.sqrtmh(identity, o),
  'linalg.invSqrtmh': (o) => api.linalg.invSqrtmh(identity, o),
  'linalg.sqrtmhJvp': (o) => api.linalg.sqrtmhJvp(identity, identity, o),
  'linalg.sqrtmhVjp': (o) => api.linalg.sqrtmhVjp(identity, identity, o),
  'linalg.lyapunov': (o) => api.linalg.lyapunov(identity, identity, o),
  'linalg.checkCovariance': (o) => api.linalg.checkCovariance(identity, o),
  'linalg.rank': (o) => api.linalg.rank(identity, o),
  'linalg.condition': (o) => api.linalg.condition(identity, o),
  'linalg.pseudoDeterminant': (o) => api.linalg.pseudoDeterminant(identity, o),
  'linalg.logPseudoDeterminant': (o) => api.linalg.logPseudoDeterminant(identity, o),
  'linalg.solveTriangular': (o) => api.linalg.solveTriangular(identity, identity, o),
  'linalg.newtonSchulz': (o) => [...api.linalg.newtonSchulz(identity, o)],
  'linalg.denmanBeavers': (o) => [...api.linalg.denmanBeavers(identity, o)],
  'gaussian.fromCovariance': (o) => api.gaussian.MultivariateNormal.fromCovariance([0, 0], identity, o),
  'gaussian.LowRank': (o) =>
    api.gaussian.LowRankMultivariateNormal.fromStddev([0, 0], [1, 1], Object.assign({ factor: [[1], [1]] }, o)),
  matrixRoot: (o) => api.matrixRoot(identity, o),
  latentScatter: (o) => api.latentScatter(run, o),
  traversalPicture: (o) => api.traversalPicture(run, o),
  interpolationPicture: (o) => api.interpolationPicture(run, o),
  anomalyPicture: (o) => api.anomalyPicture(run, x, o),
  reconstructionQuality: (o) => api.reconstructionQuality(run, o),
  codeQuality: (o) => api.codeQuality(run, o),
  auroc: (o) => api.auroc([0, 1], [0, 1], o),
  averagePrecision: (o) => api.averagePrecision([0, 1], [0, 1], o),
  linearProbe: (o) => api.linearProbe(codes, codes, o),
  nearestNeighbourAccuracy: (o) => api.nearestNeighbourAccuracy(codes, codes, o),
  sampleIndependently: (o) => api.sampleIndependently(table, Object.assign({ count: 1, key: key(0), kinds }, o)),
  sampleGaussianCopula: (o) => api.sampleGaussianCopula(table, Object.assign({ count: 1, key: key(0), kinds }, o)),
  downstreamAccuracy: (o) => api.downstreamAccuracy(table, table, Object.assign({ target: 'b', kinds }, o)),
  writeTable: (o) => api.writeTable(join(folder, 'a.csv'), table, o),
  writeArray: (o) => api.writeArray(join(folder, 'a.csv'), identity, o),
  parseArray: (o) => api.parseArray(new TextEncoder().encode('1,2'), o),
};

async function errorOf(call: Call, options: unknown): Promise<unknown> {
  try {
    await call(options as never);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('an option that there is not', () => {
  it.each(Object.entries(calls))('is refused by %s', async (_, call) => {
    const error = await errorOf(call, { bogus: 1 });
    expect(error).toBeInstanceOf(ValueError);
    expect(String(error)).toMatch(/unknown option 'bogus'; known are \w+/);
  });

  it.each<[string, unknown, RegExp]>([
    ['train', { posteriro: 'full' }, /did you mean 'posterior'/],
    ['train', { epochs: '5' }, /epochs must be a whole number of at least 1, got '5'/],
    ['train', { latent: 2.5 }, /latent .*got 2\.5/],
    ['train', { latent: NaN }, /latent .*got NaN/],
    ['train', { hidden: 16 }, /hidden must be a list of whole numbers of at least 1, up to 1,000, got 16/],
    ['train', { hidden: ['16'] }, /hidden .*got \['16'\]/],
    ['train', { validation: 1 }, /validation must be a number in \[0, 1\)/],
    ['train', { seed: 2 ** 53 }, /seed must be a whole number from 0 to 2\^53/],
    ['train', { onNotice: true }, /onNotice must be a function/],
    ['train', { dataOptions: { sede: 1 } }, /unknown option/],
    ['train', null, /options must be an object/],
    ['load', { thread: 1 }, /did you mean 'threads'/],
    ['run.evaluate', { sample: 5 }, /did you mean 'samples'/],
    ['run.evaluate', { data: 5 }, /expected a name or path, a table/],
    ['run.sample', { show: 'median' }, /show must be one of 'mean', 'mode', 'draw'/],
    ['run.fitThreshold', { contamination: 1 }, /contamination must be a number in \[0, 1\)/],
    ['run.score', { draws: 0 }, /draws must be a whole number of at least 1/],
  ])('and a wrong one by %s, case %#', async (name, options, message) => {
    const call = calls[name]!;
    // Data of a source that takes options.
    const error =
      name === 'train' && JSON.stringify(options).includes('dataOptions')
        ? await errorOf((o) => Promise.resolve(api.train('digits', o)), options)
        : await errorOf(call, options);
    expect(error).toBeInstanceOf(ValueError);
    expect(String(error)).toMatch(message);
  });
});
