import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../io/index.ts';
import { NdArray, ValueError, load, makeDigits, train } from './index.ts';
import type { TrainOptions, TrainingEvent } from './index.ts';

const digits = makeDigits({ seed: 0, count: 300 });
const small: TrainOptions = { latent: 3, hidden: [16], epochs: 2, batchSize: 50, seed: 1, threads: 1 };

const folder = (): string => join(mkdtempSync(join(tmpdir(), 'rootsigma-api-')), 'run');

describe('train', () => {
  it('gives a run that encodes, decodes, reconstructs, samples and evaluates, shapes as documented', async () => {
    const run = await train(digits, small);
    const x = new NdArray(new Float32Array(2 * 784).fill(0.25), [2, 28, 28]);
    const { mean, stddev, covariance } = await run.encode(x);
    expect([mean.shape, stddev.shape, covariance.shape]).toEqual([[2, 3], [2, 3], [2, 3, 3]]); // prettier-ignore
    expect(covariance.data[0]).toBeCloseTo((stddev.data[0] ?? NaN) ** 2, 6);
    const decoded = await run.decode(mean);
    expect(decoded.shape).toEqual([2, 28, 28]);
    expect(await run.reconstruct(x)).toEqual(decoded);
    expect((await run.reconstruct(new NdArray(x.data.slice(0, 784), [28, 28]))).shape).toEqual([28, 28]);
    const samples = await run.sample(5, { seed: 3 });
    expect(samples.shape).toEqual([5, 28, 28]);
    expect(Math.min(...samples.data)).toBeGreaterThan(0);
    expect(await run.sample(5, { seed: 3 })).toEqual(samples);
    const evaluation = await run.evaluate({ draws: 3, limit: 20 });
    expect(evaluation).toMatchObject({ examples: 20, nll: { draws: 3 } });
    expect(evaluation.nll.value).toBeLessThanOrEqual(-evaluation.elbo + 5);
    await run.dispose();
  });

  it('can be iterated and awaited at once', async () => {
    const seen: TrainingEvent[] = [];
    const training = train(digits, { ...small, onEvent: (event) => seen.push(event) });
    const iterated: TrainingEvent[] = [];
    for await (const event of training) iterated.push(event);
    const run = await training;
    expect(iterated).toEqual(seen);
    expect(iterated.filter(({ event }) => event === 'epoch')).toHaveLength(2);
    expect(iterated.at(-1)).toMatchObject({ event: 'done', reason: 'finished' });
    await run.dispose();
  });

  it('takes arrays', async () => {
    const x = new NdArray(
      Float32Array.from({ length: 64 * 6 }, (_, k) => (k % 5 === 0 ? 1 : 0)),
      [64, 2, 3],
    );
    const run = await train(x, { ...small, batchSize: 16, validation: 0 });
    expect((await run.sample(2)).shape).toEqual([2, 2, 3]);
    await expect(run.evaluate({ draws: 1 })).resolves.toMatchObject({ examples: 64 });
  });

  it('takes nested arrays, and says what to do with others', async () => {
    const rows = Array.from({ length: 32 }, (_, k) => [Math.sin(k), Math.cos(k), k % 2]);
    const run = await train(rows, { latent: 2, hidden: [4], epochs: 1, batchSize: 16, threads: 1 });
    expect((await run.encode(rows.slice(0, 2))).mean.shape).toEqual([2, 2]);
    const flat = new Float32Array(6) as unknown as number[][];
    await expect(Promise.resolve(train(flat))).rejects.toThrow(/a typed array needs its shape/);
  });

  it('stops by an AbortSignal with what it has', async () => {
    const abort = new AbortController();
    const events: TrainingEvent[] = [];
    const onEvent = (event: TrainingEvent): void => {
      events.push(event);
      abort.abort();
    };
    const run = await train(digits, { ...small, signal: abort.signal, onEvent });
    expect(events.map(({ event }) => event)).toEqual(['step', 'done']);
    expect((await run.sample(1)).shape).toEqual([1, 28, 28]);
  });

  it.each<[string, TrainOptions, RegExp]>([
    ['latent 0', { latent: 0 }, /latent must be a whole number of at least 1, got 0/],
    ['a negative rate', { learningRate: -1 }, /learningRate must be a number above 0, got -1/],
    [
      'a root without a full posterior',
      { root: 'cholesky' },
      /'root' is for posterior 'full', and the posterior is 'diagonal'/,
    ],
    ['validation of everything', { validation: 1 }, /validation must be a number in \[0, 1\), got 1/],
  ])('refuses %s before anything runs', async (_, options, message) => {
    const out = folder();
    const failed = Promise.resolve(train(digits, { ...small, ...options, out }));
    await expect(failed).rejects.toThrow(ValueError);
    await expect(failed).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
  });

  it('says what grey pixels mean', async () => {
    const lines: string[] = [];
    for (const binarize of ['none', 'dynamic', 'threshold'] as const) {
      await train(digits, { ...small, epochs: 1, binarize, onNotice: (line) => lines.push(line) });
    }
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/grey.*no probability/);
    expect(lines[1]).toMatch(/draws them as 0 or 1/);
  });

  it("runs on onnxruntime's WebAssembly build too, to the same numbers within float32", async () => {
    const options = { ...small, epochs: 1, validation: 0 };
    const [native, web] = await Promise.all(
      (['onnxruntime-node', 'onnxruntime-web'] as const).map((engine) => train(digits, { ...options, engine })),
    );
    expect([native?.engineName, web?.engineName]).toEqual(['onnxruntime-node', 'onnxruntime-web']);
    const [a, b] = [native, web].map((run) => run?.parameters['mean.weight']?.data ?? []);
    // Six steps of Adam at 1e-3: each may turn by what float32 sums in another order differ.
    a?.forEach((value, k) => {
      expect(Math.abs(value - (b?.[k] ?? NaN))).toBeLessThan(1e-4);
    });
  });
});

describe('a run on disk', () => {
  it('is written whole, loads to the same model, and is not overwritten unasked', async () => {
    const out = folder();
    const run = await train('digits', { ...small, epochs: 1, posterior: 'full', out });
    expect(readdirSync(out).sort()).toEqual([
      'README.md', 'checkpoints', 'config.json', 'metrics.jsonl', 'model', 'model.safetensors', 'pictures', 'reconstructions.png', 'samples.png',
    ]); // prettier-ignore
    const loaded = await load(out);
    expect(loaded.config).toEqual(run.config);
    expect(await loaded.sample(3)).toEqual(await run.sample(3));
    await expect(Promise.resolve(train('digits', { ...small, out }))).rejects.toThrow(/holds a run already/);
    await loaded.dispose();
  });

  it('continues to the bit', async () => {
    const [whole, parts] = [folder(), folder()];
    const straight = await train(digits, { ...small, epochs: 3, out: whole });
    const abort = new AbortController();
    await train(digits, {
      ...small,
      epochs: 3,
      out: parts,
      signal: abort.signal,
      onEvent: (event) => {
        if (event.event === 'step' && event.step === 7) abort.abort();
      },
    });
    const resumed = await train(digits, { out: parts, resume: true });
    expect(resumed.parameters).toEqual(straight.parameters);
    const records = (path: string): unknown[] =>
      readFileSync(join(path, 'metrics.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as unknown); // prettier-ignore
    const epochs = (path: string): unknown[] =>
      records(path).flatMap((record) => {
        const { event, epoch, training, validation } = record as Record<string, unknown>;
        return event === 'epoch' ? [{ epoch, training, validation }] : [];
      });
    expect(epochs(parts)).toEqual(epochs(whole));
  });

  it.each([
    ['model.safetensors', 'garbage', /model\.safetensors/],
    ['config.json', '{"schemaVersion": 1}', /config\.json: \$\.rootsigmaVersion/],
    ['config.json', '{', /config\.json: not JSON/],
  ])('names %s when it is damaged', async (name, contents, message) => {
    const out = folder();
    await train(digits, { ...small, epochs: 1, out });
    writeFileSync(join(out, name), contents);
    await expect(load(out)).rejects.toThrow(message);
  });

  it('refuses a model of which one bit has changed, and takes one that says nothing of its bits', async () => {
    const out = folder();
    const { parameters } = await train(digits, { ...small, epochs: 1, out });
    const path = join(out, 'model.safetensors');
    const whole = readFileSync(path);
    const flipped = Buffer.from(whole);
    flipped[flipped.length - 3]! ^= 1;
    writeFileSync(path, flipped);
    await expect(load(out)).rejects.toThrow(/model\.safetensors: is damaged: .*SHA-256/);
    // As earlier versions and other programs write it.
    writeFileSync(path, encodeSafetensors(decodeSafetensors(whole).tensors, { metadata: { format: 'rootsigma' } }));
    expect((await load(out)).parameters).toEqual(parameters);
  });

  it('refuses points that no memory holds before it makes them', async () => {
    const run = await train(digits, { ...small, epochs: 1 });
    const many = NdArray.zeros([20_000, 28, 28], 'float32');
    await expect(run.interpolate(many, many, { steps: 10_000 })).rejects.toThrow(
      /interpolate: what 200,000,000 rows give takes 630 GB; this machine has .* GB\. Take fewer at a time: .*number of steps/,
    );
    await expect(run.sample(1e9)).rejects.toThrow(/the count must be a whole number .*1369568/);
    await run.dispose();
  });

  it('exports an encoder and a decoder that plain ONNX Runtime runs to the same numbers', async () => {
    const { InferenceSession, Tensor } = await import('onnxruntime-node');
    for (const posterior of ['diagonal', 'full', 'low-rank'] as const) {
      const out = folder();
      const run = await train(digits, { ...small, epochs: 1, posterior, out });
      const x = new NdArray(
        Float32Array.from({ length: 7 * 784 }, (_, k) => ((k * 7919) % 97) / 96),
        [7, 784],
      );
      // The noise has as many numbers as z, plus the rank.
      const width = posterior === 'low-rank' ? 5 : 3;
      const epsilon = Float32Array.from({ length: 7 * width }, (_, k) => Math.sin(k));
      const encoder = await InferenceSession.create(join(out, 'model/encoder.onnx'));
      const decoder = await InferenceSession.create(join(out, 'model/decoder.onnx'));
      const feeds = { x: new Tensor(x.data, [7, 784]), epsilon: new Tensor(epsilon, [7, width]) };
      const { mean, z, root, stddev } = await encoder.run(feeds);
      const encoding = await run.encode(x.reshape([7, 28, 28]));
      const close = (a: unknown, b: ArrayLike<number>): void => {
        const values = a as Float32Array;
        expect(values).toHaveLength(b.length);
        values.forEach((value, k) => {
          expect(Math.abs(value - (b[k] ?? NaN))).toBeLessThan(1e-5);
        });
      };
      close(mean?.data, encoding.mean.data);
      close(stddev?.data, encoding.stddev.data);
      // z = mean + root · epsilon
      const factor = root?.data as Float32Array;
      const expected = Float32Array.from({ length: 21 }, (_, at) => {
        const [row, i] = [Math.floor(at / 3), at % 3];
        let total = encoding.mean.data[at] ?? NaN;
        for (let j = 0; j < width; j++)
          total += (factor[(row * 3 + i) * width + j] ?? NaN) * (epsilon[row * width + j] ?? NaN);
        return total;
      });
      close(z?.data, expected);
      const decoded = await decoder.run({ z: new Tensor(expected, [7, 3]) });
      close(decoded.mean?.data, (await run.decode(new NdArray(expected, [7, 3]))).data);
      await run.dispose();
    }
  });
});
