// Models without a density, from training to export: what they say, and what they refuse in a sentence.
import { beforeAll, describe, expect, it } from 'vitest';
import { CapabilityError, NdArray } from '../core/index.ts';
import { MemoryStore } from '../io/index.ts';
import { normal, key } from '../random/index.ts';
import { expectAllClose } from '../testing/index.ts';
import { load, train } from './index.ts';
import type { Run, TrainingEvent } from './index.ts';
import { writeCheckpoint, readCheckpoint } from './keeping/checkpoint-file.ts';
import { hubMetadata } from './keeping/hub-metadata.ts';
import { modelCard } from './keeping/model-card.ts';

const count = 300;
const centers = [[4, 0, 0, 4], [-4, 4, 0, 0], [0, -4, 4, -4]]; // prettier-ignore
/** Three groups of rows of four numbers. */
const rows = normal(key(1), [count, 4]);
rows.data.forEach((value, at) => (rows.data[at] = 0.3 * value + centers[Math.floor(at / 4) % 3]![at % 4]!));
const quiet = { onNotice: 'silent' } as const;
const small = { latent: 2, hidden: [16], batchSize: 32, ...quiet } as const;

async function trained(options: object) {
  const events: TrainingEvent[] = [];
  const run = await train(rows, {
    ...small,
    epochs: 3,
    onEvent: (event: TrainingEvent) => events.push(event),
    ...options,
  });
  return { run, events };
}

describe('an autoencoder', () => {
  let run: Run;
  let events: TrainingEvent[];
  beforeAll(async () => {
    ({ run, events } = await trained({ preset: 'ae' }));
  });

  it('is trained and kept by its reconstruction, and says nothing of a KL', () => {
    const epochs = events.filter((event) => event.event === 'epoch');
    const values = epochs.map(({ validation }) => validation?.criterion?.value ?? NaN);
    expect(epochs[0]?.validation?.criterion?.metric).toBe('reconstruction');
    expect(events.find((event) => event.event === 'done')?.bestEpoch).toBe(values.indexOf(Math.max(...values)) + 1);
    expect(JSON.stringify(events)).not.toMatch(/"(kl|elbo)"|null/);
  });

  it('evaluates what it has, and what it has not says so where it is read', async () => {
    const evaluation = await run.evaluate({ metrics: ['active-units'] });
    const { reconstruction, squaredError, metrics } = evaluation;
    expect(Number.isFinite(reconstruction)).toBe(true);
    expect(metrics?.['active-units']).toBeDefined();
    // By hand, from codes and decoder.
    const { originals, reconstructions } = await run.testReconstructions(count);
    expect(originals.shape[0]).toBe(evaluation.examples);
    const scale = run.standardization!.scale;
    const [x, again] = [Array.from(originals.data), reconstructions.data];
    const squares = x.map((value, at) => ((value - again[at]!) / scale[scale.length === 1 ? 0 : at % 4]!) ** 2);
    const total = squares.reduce((a, b) => a + b, 0);
    expect(squaredError!.value).toBeCloseTo(total / evaluation.examples, 4);
    expect(() => evaluation.elbo).toThrow(CapabilityError);
    expect(() => evaluation.nll).toThrow(/no 'nll', as the posterior 'deterministic' has no density/);
    expect(Object.keys(JSON.parse(JSON.stringify(evaluation)) as object)).not.toContain('elbo');
    await expect(run.evaluate({ metrics: ['aggregate-gap'] })).rejects.toThrow(/'deterministic' does not have/);
  });

  it('encodes without spread, decodes, and refuses draws of either kind', async () => {
    const examples = rows.data.slice(0, 8);
    const x = new NdArray(examples, [2, 4]);
    const { mean, stddev, covariance } = await run.encode(x);
    expect([stddev.shape, covariance.shape]).toEqual([[2, 2], [2, 2, 2]]); // prettier-ignore
    expect([...stddev.data, ...covariance.data].every((value) => value === 0)).toBe(true);
    const again = await run.decode(mean);
    expect([...again.data]).toEqual([...(await run.reconstruct(x)).data]);
    await expect(run.encode(x, { draws: 2 })).rejects.toThrow(/'deterministic' has no noise/);
    await expect(run.sample(3)).rejects.toThrow(CapabilityError);
    await expect(run.sample(3)).rejects.toThrow(/objective 'ae' asks nothing of how codes are spread/);
    await expect(run.impute([1, NaN, 2, 3])).rejects.toThrow(CapabilityError);
    await expect(run.impute([1, NaN, 2, 3])).rejects.toThrow(
      /Train a model with a posterior that has it, such as 'diag/,
    );
    await expect(run.traverse()).rejects.toThrow(CapabilityError);
    await expect(run.traverse({ example: x.data.slice(0, 4) })).rejects.toThrow(/^traverse: .*interpolate between two/);
  });

  it('scores by reconstruction alone', async () => {
    const x = new NdArray(rows.data.slice(0, 40), [10, 4]);
    for (const method of ['elbo', 'nll', 'balanced-elbo', 'typicality', 'likelihood-ratio'] as const) {
      await expect(run.score(x, { method }), method).rejects.toThrow(/--method reconstruction/);
    }
    await expect(run.fitThreshold(undefined, { contamination: 0.1 })).rejects.toThrow(CapabilityError);
    const scores = await run.score(x, { method: 'reconstruction' });
    const parts = await run.explain(x);
    const sums = Array.from({ length: 10 }, (_, row) =>
      parts.data.slice(4 * row, 4 * row + 4).reduce((a, b) => a + b, 0),
    );
    scores.data.forEach((score, row) => {
      expect(sums[row]).toBeCloseTo(score, 4);
    });
    // There is one z an example: however many draws are asked for, its reconstruction is the same.
    const probable = await run.score(x, { method: 'reconstruction-probability', draws: 3 });
    scores.data.forEach((score, row) => {
      expect(probable.data[row]).toBeCloseTo(score, 5);
    });
  });

  it('is exported without noise and prior, and its card names no ELBO', async () => {
    const files = await run.export();
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining(['README.md', 'config.json', 'decoder.onnx', 'encoder.onnx']),
    );
    expect(Object.keys(files)).not.toContain('prior.onnx');
    expect(new TextDecoder().decode(files['README.md'])).not.toContain('epsilon');
    const card = modelCard(run, 'runs/ae');
    expect(card).toContain("The posterior 'deterministic' has no density");
    expect(card).not.toMatch(/\| ELBO|NaN|rootsigma sample/);
    const done = events.find((event) => event.event === 'done')!;
    const head = hubMetadata(run, done.validation);
    expect(head).toContain('metrics: ["reconstruction"]');
    expect(head).toContain(`"value":${done.validation!.reconstruction}`);
    // Neither is a picture drawn where nothing is.
    const ofImages = { config: run.config, exampleShape: [2, 2], model: run.model, parts: run.parts } as unknown as Run;
    expect(hubMetadata(ofImages, done.validation)).not.toMatch(/elbo|unconditional-image-generation/);
  });
});

describe('a VQ-VAE', () => {
  const options = { preset: 'vq-vae', latent: 4, codes: 8, codeSize: 2, epochs: 4 } as const;

  it('draws codes by the tree that is fitted to them, kept and exported; the training is the same to the bit', async () => {
    const notices: string[] = [];
    const { run } = await trained({ ...options, onNotice: (line: string) => notices.push(line) });
    expect(notices).toContainEqual(expect.stringMatching(/^prior 'chow-liu': log p\(codes\) of \d+ examples .* nats an example/)); // prettier-ignore
    const without = await trained({ ...options, prior: 'standard-normal' });
    for (const [name, value] of Object.entries(without.run.parameters)) expect(run.parameters[name]).toEqual(value);
    expect(await run.evaluate()).toEqual(await without.run.evaluate());
    // Each draw is a z of the book, and pairs of codes are as frequent as among the training examples, within what chance does.
    const pairs = Array.from({ length: 64 }, (_, k) => [Math.floor(k / 8), k % 8]);
    const each = (x: NdArray): string[] => Array.from({ length: x.shape[0]! }, (_, k) => Array.from(x.data.subarray(4 * k, 4 * k + 4), (value) => value.toFixed(3)).join()); // prettier-ignore
    const known = each(await run.decode(pairs, { codes: true }));
    const draws = 2000;
    const drawn = each(await run.sample(draws, { seed: 4, show: 'mean' }));
    const { codes } = await run.encode(await run.examples({ split: 'train' }));
    const total = codes!.shape[0]!;
    known.forEach((name, k) => {
      const same = known.filter((other) => other === name).length;
      if (same > 1) return;
      const found = drawn.filter((each) => each === name).length / draws;
      let count = 0;
      for (let row = 0; row < total; row++) if (codes!.data[2 * row] === pairs[k]![0] && codes!.data[2 * row + 1] === pairs[k]![1]) count++; // prettier-ignore
      expect(Math.abs(found - count / total), name).toBeLessThan(0.05);
    });
    expect(drawn.filter((name) => !known.includes(name))).toEqual([]);
    await run.sample(1);
    expect(notices.filter((line) => line.startsWith("codes are drawn by the prior 'chow-liu'"))).toHaveLength(1);
    expect(modelCard(run, 'runs/vq')).toContain('| prior | tree over the codes');
    expect(Object.keys(await run.export())).toContain('prior.onnx');
    await expect(run.traverse()).rejects.toThrow(
      /^traverse: the codes .* are discrete.*interpolate between two examples/,
    );
    const store = new MemoryStore();
    await run.save(store);
    expect(await (await load(store)).sample(5)).toEqual(await run.sample(5));
  });

  it('encodes as codes of its book, is exported with them, and refuses to draw without a prior over them', async () => {
    const { run, events } = await trained({ ...options, prior: 'standard-normal' });
    const steps = events.filter((event) => event.event === 'step');
    for (const { metrics } of steps) {
      expect(metrics.perplexity).toBeGreaterThanOrEqual(1);
      expect(metrics.perplexity).toBeLessThanOrEqual(metrics.codesUsed! + 1e-4);
    }
    const x = new NdArray(rows.data.slice(0, 40), [10, 4]);
    const { mean, codes } = await run.encode(x);
    expect(codes?.shape).toEqual([10, 2]);
    // The same code is the same part of z, wherever it stands, and another one another.
    const parts = new Map<number, string>();
    codes!.data.forEach((code, at) => {
      const part = [...mean.data.slice(2 * at, 2 * at + 2)].map((value) => value.toFixed(4)).join();
      expect(Number.isInteger(code) && code >= 0 && code < 8).toBe(true);
      expect(parts.get(code) ?? part).toBe(part);
      parts.set(code, part);
    });
    // By the numbers of its codes z is what the encoder made, but for the rounding of its straight-through sum.
    expectAllClose(await run.decode(codes!, { codes: true }), await run.decode(mean), { atol: 1e-5 });
    const [first] = (await run.decode([[7, 0]], { codes: true })).data;
    expect(first).toBe((await run.decode([7, 0], { codes: true })).data[0]);
    await expect(run.decode([[0, 8]], { codes: true })).rejects.toThrow('codes are numbered 0 to 7, and code 2 of example 0 is 8.'); // prettier-ignore
    await expect(run.decode([[1, 0.5]], { codes: true })).rejects.toThrow('code 2 of example 0 is 0.5');
    await expect(run.decode([[1, 2, 3, 4]], { codes: true })).rejects.toThrow('codes must be [batch, 2], got [1, 4]');
    const { originals } = await run.testReconstructions(count);
    const chosen = Array.from((await run.encode(originals)).codes!.data);
    const { codes: found, examples, activeUnits } = await run.evaluate();
    expect(2 * examples).toBe(chosen.length);
    const shares = [...new Set(chosen)].map((code) => chosen.filter((each) => each === code).length / chosen.length);
    expect(found).toMatchObject({ size: 8, codesUsed: shares.length });
    expect(found!.perplexity).toBeCloseTo(
      Math.exp(-shares.reduce((sum, share) => sum + share * Math.log(share), 0)),
      8,
    );
    expect(activeUnits).toBeGreaterThan(0);
    expect(run.hasSpread).toBe(false);
    await expect(run.sample(3)).rejects.toThrow(
      /nothing is drawn from .*codes are discrete, .*Train it with prior 'chow-liu'/,
    );
    expect(modelCard(run, 'runs/vq')).not.toContain('| prior |');
    await expect(run.traverse()).rejects.toThrow(/^traverse: .*codes are discrete.*interpolate between two examples/);
    await expect(run.evaluate({ metrics: ['mutual-information'] })).rejects.toThrow(/'vector-quantized' does not have/);
    const files = await run.export();
    expect(Object.keys(files)).not.toContain('prior.onnx');
    expect(new TextDecoder().decode(files['README.md'])).toContain('`codes`');
    const store = new MemoryStore();
    await run.save(store);
    expect((await (await load(store)).encode(x)).codes).toEqual(codes);
  });
});

describe('a regularised autoencoder with a mixture fitted to its codes', () => {
  it('draws from where its codes lie, before and after it was kept', async () => {
    const notices: string[] = [];
    const { run } = await trained({ preset: 'rae-l2', components: 3, epochs: 40, learningRate: 0.01, onNotice: (line: string) => notices.push(line) }); // prettier-ignore
    expect(notices.join()).toContain("the prior 'ex-post-mixture' is fitted to the codes of");
    const drawn = await run.sample(300, { seed: 5, show: 'mean' });
    const near = (x: ArrayLike<number>): number => Math.min(...centers.map((c) => Math.hypot(...c.map((v, j) => v - x[j]!)))); // prettier-ignore
    const distances = Array.from({ length: 300 }, (_, at) => near(drawn.data.slice(4 * at, 4 * at + 4))).sort(
      (a, b) => a - b,
    );
    // Groups lie 6.9 and more apart; nine of ten draws lie within a unit of one of them.
    expect(distances[270]).toBeLessThan(1);
    const store = new MemoryStore();
    await run.save(store);
    const again = await load(store);
    expect(await again.sample(20, { seed: 1 })).toEqual(await run.sample(20, { seed: 1 }));
    expect(Object.keys(await again.export())).toContain('prior.onnx');
  });

  it('is fitted anew when a training that was cut goes on, and comes to the same', async () => {
    const options = { ...small, preset: 'rae-sn', epochs: 2 } as const;
    const whole = await train(rows, { ...options, out: new MemoryStore() });
    const store = new MemoryStore();
    const abort = new AbortController();
    let steps = 0;
    await train(rows, { ...options, out: store, signal: abort.signal, onEvent: ({ event }) => { if (event === 'step' && ++steps === 5) abort.abort(); } }); // prettier-ignore
    const resumed = await train(rows, { resume: true, out: store, ...quiet });
    expect(resumed.parameters).toEqual(whole.parameters);
    const found = await readCheckpoint(store);
    await writeCheckpoint(store, found!.checkpoint);
    expect(found!.checkpoint.progress.last?.training).not.toHaveProperty('kl');
  });
});
