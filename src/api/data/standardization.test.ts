import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NdArray, ValueError, asShades, load, train } from '../index.ts';
import type { Run, TrainOptions } from '../index.ts';
import { Standardization, datasetOf, splitValidation } from '../../data/index.ts';
import { decodeSafetensors, encodeSafetensors } from '../../io/index.ts';
import { key, normal } from '../../random/index.ts';

const caseFile = (name: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/cases/${name}`, import.meta.url));
const folder = (): string => join(mkdtempSync(join(tmpdir(), 'rootsigma-units-')), 'run');

// The same eight correlated measurements in two units, x and (x − 1e5) · 1e-8. On all 400 rows independent normals give them −86.5
// and +60.8 nats, the normal of full covariance −79.9 and +67.5 (numpy). A model that works lies between, or above.

describe.each([
  ['units-large.npy', -86.5, -79.9, 1e5],
  ['units-small.npy', 60.8, 67.5, 1e-4],
] as const)('%s', (file, independent, full, size) => {
  let run: Run;
  let out: string;
  const events: string[] = [];
  const validation: number[] = [];
  const notices: string[] = [];
  beforeAll(async () => {
    out = folder();
    run = await train(caseFile(file), {
      latent: 4, hidden: [32], epochs: 150, batchSize: 32, learningRate: 3e-3, seed: 1, threads: 1, out,
      dataOptions: { testFraction: 0 },
      onEvent: (event) => {
        events.push(event.event);
        if (event.event === 'epoch') validation.push(event.validation?.elbo ?? NaN);
      },
      onNotice: (line) => notices.push(line),
    }); // prettier-ignore
  });
  afterAll(() => run.dispose());

  it('has an ELBO and NLL of the data in their own units, in training too', async () => {
    expect(notices).toContainEqual(
      expect.stringMatching(/each of an example's 8 numbers is standardised.*360 examples/),
    );
    const { elbo, reconstruction, kl, nll, activeUnits } = await run.evaluate({ draws: 200 });
    expect(-nll.value).toBeGreaterThan(independent);
    expect(-nll.value).toBeLessThan(full + 1);
    expect(elbo).toBeGreaterThan(independent);
    expect(elbo).toBeLessThan(full + 1);
    expect(elbo).toBeCloseTo(reconstruction - kl, 9);
    expect(activeUnits).toBeGreaterThan(0);
    // 40 rows are held out: 3.2 nats a row of spread, five standard errors.
    expect(Math.abs((validation.at(-1) ?? NaN) - elbo)).toBeLessThan((5 * 3.2) / Math.sqrt(40));
  });

  it('gives and takes examples in their own units', async () => {
    const { originals, reconstructions } = await run.testReconstructions(400);
    expect(originals.dtype).toBe('float32');
    const samples = await run.sample(4000, { show: 'draw' });
    const spread = (values: ArrayLike<number>, column: number): [mean: number, stddev: number] => {
      const own = Array.from(values).filter((_, k) => k % 8 === column);
      const mean = own.reduce((a, b) => a + b, 0) / own.length;
      return [mean, Math.sqrt(own.reduce((a, b) => a + (b - mean) ** 2, 0) / own.length)];
    };
    for (let column = 0; column < 8; column++) {
      const [mean, stddev] = spread(originals.data, column);
      const [drawnMean, drawnStddev] = spread(samples.data, column);
      expect(Math.abs(drawnMean - mean) / stddev).toBeLessThan(0.25);
      expect(Math.abs(Math.log(drawnStddev / stddev))).toBeLessThan(0.25);
      expect(Math.abs(spread(reconstructions.data, column)[0] - mean) / stddev).toBeLessThan(0.1);
    }
    const paths = await run.interpolate([...originals.data.slice(0, 8)], [...originals.data.slice(8, 16)], {
      steps: 3,
    });
    const decoded = await run.decode((await run.encode(originals)).mean);
    expect(Math.max(...paths.data.map(Math.abs), ...(await run.traverse({ steps: 3 })).data.map(Math.abs))).toBeLessThan(10 * size); // prettier-ignore
    expect(decoded).toEqual(reconstructions);
  });

  it('explains scores by densities in these units, which add up', async () => {
    const { data } = await run.examples({ limit: 20 });
    const rows = new NdArray(data.slice(), [20, 8]);
    const scores = await run.score(rows, { method: 'reconstruction' });
    const parts = await run.explain(rows);
    for (let row = 0; row < 20; row++) {
      const sum = Array.from(parts.data.subarray(8 * row, 8 * row + 8)).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(scores.data[row] ?? NaN, 3);
    }
    // An unusual example is where a likelihood ratio to the background of the same units finds it.
    const odd = rows.data.slice(0, 8).map((value, k) => (k === 2 ? value + 20 * size : value));
    for (const method of ['elbo', 'nll', 'likelihood-ratio', 'typicality'] as const) {
      const [usual] = (await run.score(rows, { method })).data;
      const [unusual] = (await run.score([...odd], { method })).data;
      expect(unusual).toBeGreaterThan((usual ?? NaN) + 5);
    }
    const ratio = (await run.score(rows, { method: 'likelihood-ratio' })).data;
    expect(Math.abs(ratio[0] ?? NaN)).toBeLessThan(20);
  });

  it('is the same when loaded or saved anew', async () => {
    const [loaded, saved] = [await load(out, { threads: 1 }), await run.save(folder())];
    const again = await load(saved.path ?? '', { threads: 1 });
    const { elbo } = await run.evaluate({ draws: 1 });
    for (const other of [loaded, saved, again]) {
      expect((await other.evaluate({ draws: 1, data: caseFile(file) })).elbo).toBe(elbo);
      expect(await other.sample(3)).toEqual(await run.sample(3));
    }
    expect(again.config.data.scale).toBe('each');
    await Promise.all([loaded.dispose(), again.dispose()]);
  });

  it('exports models that take and give its units', async () => {
    const { InferenceSession, Tensor } = await import('onnxruntime-node');
    const [encoder, decoder] = [
      await InferenceSession.create(join(out, 'model/encoder.onnx')),
      await InferenceSession.create(join(out, 'model/decoder.onnx')),
    ];
    const x = await run.examples({ limit: 5 });
    const codes = await run.encode(x);
    const encoded = await encoder.run({
      x: new Tensor(Float32Array.from(x.data), [5, 8]),
      epsilon: new Tensor(new Float32Array(20), [5, 4]),
    });
    const decoded = await decoder.run({ z: new Tensor(Float32Array.from(codes.mean.data), [5, 4]) });
    const mean = encoded.mean?.data as Float32Array;
    for (let k = 0; k < 20; k++) expect(Math.abs((mean[k] ?? NaN) - (codes.mean.data[k] ?? NaN))).toBeLessThan(1e-4);
    const means = (await run.decode(codes.mean)).data;
    const [xs, spreads] = [decoded.mean?.data as Float32Array, decoded.stddev?.data as Float32Array];
    means.forEach((value, k) => {
      expect(Math.abs((xs[k] ?? NaN) - value)).toBeLessThan(1e-6 * (Math.abs(value) + size));
      // The noise is a part of the spread of the data, whose columns' are 4.6 to 28 percent of 1e5, or of 1e-3.
      const share = (spreads[k] ?? NaN) / (file === 'units-large.npy' ? 1e5 : 1e-3);
      expect(share).toBeGreaterThan(0.01);
      expect(share).toBeLessThan(0.3);
    });
  });

  it('has a card that says so', () => {
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toMatch(
      /\| units \| the model sees each number .* in the data's own units \|/,
    );
  });

  it('is refused without the numbers that it was standardised by', async () => {
    const broken = (await run.save(folder())).path ?? '';
    const path = join(broken, 'model.safetensors');
    const { tensors } = decodeSafetensors(readFileSync(path));
    tensors.delete('data.scale');
    writeFileSync(path, encodeSafetensors(tensors));
    await expect(load(broken)).rejects.toThrow(/model\.safetensors: .*scale 'each'.*'data\.scale' of 8 numbers/);
  });
});

const small: TrainOptions = { latent: 2, hidden: [8], epochs: 2, batchSize: 16, seed: 1, threads: 1, validation: 0.25 };
const vectors = normal(key(3), [64, 3], { dtype: 'float64' });
/** One number beside noise, in three columns of very different spread around 1e9. */
const far = new NdArray(
  Float64Array.from(vectors.data, (value, k) => {
    const shared = vectors.data[k - (k % 3)] ?? NaN;
    return 1e9 + (shared + 0.3 * value) * ([0.01, 1, 1000][k % 3] ?? NaN);
  }),
  [64, 3],
  'float64',
);

describe('the rule', () => {
  const scaleOf = async (data: NdArray, options: TrainOptions = {}): Promise<string | undefined> => {
    const run = await train(data, { ...small, epochs: 1, ...options });
    await run.dispose();
    return run.config.data.scale;
  };
  const images = new NdArray(Float32Array.from({ length: 64 * 12 }, (_, k) => (k % 7) - 3), [64, 3, 4]); // prettier-ignore
  const grays = new NdArray(images.data.map((value) => (value + 3) / 6), [64, 3, 4]); // prettier-ignore

  it('is each number of a vector, images as a whole, and none for images in [0, 1] or what has no unit', async () => {
    expect(await scaleOf(far)).toBe('each');
    expect(await scaleOf(far, { likelihood: 'laplace' })).toBe('each');
    expect(await scaleOf(images)).toBe('whole');
    expect(await scaleOf(grays)).toBeUndefined();
    expect(await scaleOf(grays, { likelihood: 'gaussian' })).toBeUndefined();
    expect(await scaleOf(grays, { likelihood: 'gaussian', dataOptions: { scale: 'whole' } })).toBe('whole');
    expect(await scaleOf(images, { dataOptions: { scale: 'each' } })).toBe('each');
    expect(await scaleOf(far, { dataOptions: { scale: 'none' } })).toBeUndefined();
  });

  it('is refused where there are no units, or where it is none', async () => {
    const options = { dataOptions: { scale: 'each' } } as const;
    await expect(scaleOf(grays, options)).rejects.toThrow(/scale "each": it is for real values.*'bernoulli'/);
    await expect(scaleOf(grays, { likelihood: 'gaussian', binarize: 'threshold', ...options })).rejects.toThrow(ValueError); // prettier-ignore
    await expect(scaleOf(far, { dataOptions: { scale: 'both' as 'each' } })).rejects.toThrow(
      /one of none, whole, each/,
    );
  });

  it("is a configuration's own, by its silence too: runs of before stay as they are", async () => {
    const { config } = await train(far, { ...small, epochs: 1, dataOptions: { scale: 'none' } });
    expect(await scaleOf(far, { config })).toBeUndefined();
    expect(await scaleOf(far, { config, likelihood: 'laplace' })).toBe('each');
  });
});

describe('what it is found on', () => {
  it('is the training split without the examples held out for validation', async () => {
    const run = await train(far, { ...small, epochs: 1 });
    const all = datasetOf({ name: 'far', kind: 'array', support: 'real', sampleShape: [3], values: far.data });
    const { train: learned } = splitValidation(all, { fraction: 0.25, seed: 1 });
    expect(learned.size).toBe(48);
    expect(run.standardization).toEqual(await Standardization.fit(learned, 'each'));
    expect(run.standardization).not.toEqual(await Standardization.fit(all, 'each'));
    await run.dispose();
  });
});

describe('pictures', () => {
  it('spread images in units of their own about their mean, and leave others', () => {
    const images = new NdArray(Float64Array.of(100, 70, 130, 115), [1, 2, 2]);
    const standardization = Standardization.of('whole', 4, { center: [100], scale: [10] });
    expect([...asShades({ standardization }, images).data]).toEqual([0.5, 0, 1, 0.75]);
    expect(asShades({ standardization: undefined }, images)).toBe(images);
  });
});

describe('digits that float32 has not', () => {
  it('are not lost on the way in or out', async () => {
    const run = await train(far, { ...small, epochs: 300, latent: 3, learningRate: 0.01 });
    const { originals, reconstructions } = await run.testReconstructions(64);
    expect([originals.dtype, reconstructions.dtype]).toEqual(['float64', 'float64']);
    expect(originals.data).toEqual(far.data);
    // float32 has steps of 64 at 1e9, where the first column varies by 0.01.
    const first = (values: ArrayLike<number>): number[] => Array.from({ length: 64 }, (_, row) => (values[3 * row] ?? NaN) - 1e9); // prettier-ignore
    const [before, after] = [first(originals.data), first(reconstructions.data)];
    const correlation = before.reduce((sum, value, k) => sum + value * (after[k] ?? NaN), 0) / Math.sqrt(before.reduce((s, v) => s + v * v, 0) * after.reduce((s, v) => s + v * v, 0)); // prettier-ignore
    expect(correlation).toBeGreaterThan(0.5);
    // The first number alone, moved by thirty of its standard deviations: in float32 the two rows are the same.
    const row = Array.from(far.data.slice(0, 3));
    const [usual, moved] = await run.score([row, [(row[0] ?? NaN) + 0.3, ...row.slice(1)]], { method: 'reconstruction' }).then(({ data }) => data); // prettier-ignore
    expect(moved).toBeGreaterThan((usual ?? NaN) + 100);
    await run.dispose();
  });
});

describe('resuming', () => {
  it('continues to the bit', async () => {
    const [whole, parted] = [folder(), folder()];
    const data = { source: 'far', train: datasetOf({ name: 'far', kind: 'array', support: 'real', sampleShape: [3], values: far.data }), notes: [] }; // prettier-ignore
    const first = await train(data, { ...small, epochs: 4, out: whole });
    await train(data, { ...small, epochs: 2, out: parted });
    const second = await train(data, { ...small, epochs: 4, out: parted, resume: true });
    expect(second.parameters).toEqual(first.parameters);
    expect(second.standardization).toEqual(first.standardization);
    expect(readFileSync(join(parted, 'model.safetensors')).equals(readFileSync(join(whole, 'model.safetensors')))).toBe(
      true,
    );
  });

  it('of a run of before, which has no scale, standardises nothing', async () => {
    const out = folder();
    await train(far, { ...small, dataOptions: { scale: 'none' }, out });
    const path = join(out, 'config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as { data: { options?: unknown } };
    delete config.data.options;
    writeFileSync(path, JSON.stringify(config));
    const run = await train(far, { ...small, epochs: 3, out, resume: true });
    expect([run.standardization, run.config.data.scale]).toEqual([undefined, undefined]);
  });
});

describe('a fixed standard deviation', () => {
  it('is in the units of the data, and one of another size is asked about', async () => {
    const notices: string[] = [];
    const run = await train(far, { ...small, epochs: 1, likelihood: 'gaussian', stddev: 1e-3, onNotice: (line) => notices.push(line) }); // prettier-ignore
    expect(notices).toContainEqual(expect.stringMatching(/standard deviation 0\.001 is in the data's own units/));
    await run.dispose();
  });
});
