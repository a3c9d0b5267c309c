// The library in Chromium, in one page: stores, training in a worker, resuming after a reload, runs from Node and to Node.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { NdArray } from '../../src/core/index.ts';
import { load, train } from '../../src/index.ts';
import type { Run } from '../../src/index.ts';
import { examplesOf } from '../../src/data/index.ts';
import { encodeNpy } from '../../src/io/index.ts';
import { key, normal } from '../../src/random/index.ts';
import { expectAllClose } from '../../src/testing/index.ts';
import { available, buildPage, openIn, startBrowser, tasksDuring } from './harness.ts';
import type { Served } from './harness.ts';
import type { tests } from './main.ts';
import { digits, images, options } from './shared.ts';

type Tests = typeof tests;
const folder = mkdtempSync(join(tmpdir(), 'rootsigma-page-'));
let served: Served;
let page: Page;
let problems: string[];
let nodes: Run;

async function call<N extends keyof Tests>(name: N): Promise<Awaited<ReturnType<Tests[N]>>> {
  const found = await page.evaluate((test) => {
    const { tests: all } = globalThis as unknown as { tests: Record<string, () => unknown> };
    return all[test]?.();
  }, name);
  return found as Awaited<ReturnType<Tests[N]>>;
}

/** As much as float32 arithmetic in another order differs by. */
function expectSame(found: readonly number[], expected: ArrayLike<number>): void {
  expectAllClose(NdArray.from(found), NdArray.from(Array.from(expected)), { atol: 2e-4 });
}

/** Pictures of two classes, of every format, and one that is cut: the files, and a list of them as a page might get it. */
function writePhotos(place: string): void {
  const cases = join(import.meta.dirname, '../fixtures/cases/images');
  const files = new Map<string, Uint8Array>();
  for (let k = 0; k < 8; k++) {
    const name = `${String(k).padStart(3, '0')}.png`;
    files.set(`cat/${name}`, readFileSync(join(cases, 'grey-transparent', name)));
    files.set(`dog/${name}`, readFileSync(join(cases, 'grey-16bit-12', name)));
  }
  files.set('dog/cmyk.jpg', readFileSync(join(cases, 'one-cmyk/000.jpg')));
  const jpegs = JSON.parse(readFileSync(join(cases, '../../jpegs.json'), 'utf8')) as Record<string, { jpeg: string }>;
  for (const [name, { jpeg }] of Object.entries(jpegs)) files.set(`dog/${name}.jpg`, Buffer.from(jpeg, 'base64'));
  files.set('cat/x.webp', Buffer.from(webp, 'base64'));
  files.set('cat/cut.png', files.get('cat/000.png')!.subarray(0, 60));
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), bytes);
  }
  writeFileSync(join(place, 'list.json'), JSON.stringify([...files.keys()]));
}

/** By cwebp: red to blue. */
const webp = 'UklGRnAAAABXRUJQVlA4IGQAAABQBACdASoUAAwAPjEUiEKiISEYBAAgAwS2AE6XQCTAf4DCAPX/AeSAWKIMAP78V0wrH/clVOE9yq8KpHcuFUl/+6DZwSf+6DZwSf/nGx9W//nGx9Wcf5kdxXFnh9dlLwo58AAA'; // prettier-ignore

describe.runIf(available)('a page', () => {
  beforeAll(async () => {
    const site = join(folder, 'site');
    await buildPage(import.meta.dirname, site);
    nodes = await train('digits', {
      ...options,
      threads: 1,
      dataOptions: digits,
      out: join(site, 'run'),
      onNotice: 'silent',
    });
    const grey = new NdArray(
      Float32Array.from({ length: 12 * 16 }, (_, k) => (k % 17) / 16),
      [12, 4, 4],
    );
    writeFileSync(join(site, 'images.npy'), encodeNpy(grey));
    writePhotos(join(site, 'photos'));
    served = await startBrowser(site);
    ({ page, problems } = await openIn(served));
  });

  afterAll(async () => {
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps the contract of a store in the file system of the browser', async () => {
    expect(await call('store')).toEqual([]);
  });

  it('locks a folder by what it is, not by what it is called', async () => {
    const { held, listed, free, names } = await call('locks');
    expect(held).toEqual([
      expect.stringMatching(/^DataError: run: another run, perhaps in another tab, is writing there/),
      expect.stringMatching(/^DataError: by another name: another run/),
      'taken',
    ]);
    expect([listed, free, names]).toEqual([[], ['taken', 'taken'], []]);
  });

  it('keeps it in a folder by its handle, where runs are trained, loaded, saved and exported', async () => {
    expect(await call('handleStore')).toEqual([]);
    const { taken, samples, exported, again } = await call('handles');
    expect(taken).toMatch(/^DataError: kept: holds a run already/);
    expect(exported).toContain('models/encoder.onnx');
    for (const sample of [...samples.slice(1), again]) expect(sample).toEqual(samples[0]);
  });

  it('draws what Node draws, to the bit', async () => {
    expect(await call('draws')).toEqual([...normal(key(5), [64]).data]);
  });

  it('trains in a worker, keeps the run, and goes on after a reload to the bit', async () => {
    const trained = await call('trainTwice');
    expect(trained).toMatchObject({ engine: 'onnxruntime-web', isolated: true, path: undefined });
    expect(trained.events.filter((event) => event === 'epoch')).toHaveLength(4);
    expect(trained.notices.filter((line) => line.includes('One thread takes the training steps'))).toHaveLength(1);
    // The same seed on one thread: the same training as in Node, up to the arithmetic of the two builds.
    expectSame(trained.sample, (await nodes.sample(4)).data);
    expect(trained.elbo).toBeCloseTo((await nodes.evaluate({ draws: 5 })).elbo, 1);

    await page.reload();
    await page.waitForSelector('html[data-ready]');
    const { part, whole } = await call('resume');
    for (const name of ['model.safetensors', 'config.json']) expect(part[name], name).toEqual(whole[name]);
    const steps = (log: number[] | undefined): string[] =>
      new TextDecoder()
        .decode(Uint8Array.from(log ?? []))
        .split('\n')
        .filter((line) => line.includes('"event":"epoch"'))
        .map((line) => (JSON.parse(line) as { training: { elbo: number } }).training.elbo.toString());
    expect(steps(part['metrics.jsonl'])).toEqual(steps(whole['metrics.jsonl']));

    // The ZIP, unpacked and loaded in Node, is the same run, and is written again byte for byte.
    const zip = join(folder, 'run.zip');
    writeFileSync(zip, Uint8Array.from(trained.zip));
    const again = await load(new Blob([readFileSync(zip)]));
    expectSame(trained.sample, (await again.sample(4)).data);
    const unpacked = join(folder, 'unpacked');
    for (const [name, bytes] of Object.entries(await again.files())) {
      mkdirSync(dirname(join(unpacked, name)), { recursive: true });
      writeFileSync(join(unpacked, name), bytes);
    }
    const saved = await (await load(unpacked)).save(join(folder, 'saved'));
    const files = await saved.files();
    for (const name of ['config.json', 'model.safetensors', 'model/encoder.onnx', 'model/decoder.onnx']) {
      expect([...(files[name] ?? [])], name).toEqual(whole[name]);
    }
    expect(existsSync(join(folder, 'saved', '.lock'))).toBe(false);
  });

  it('goes on from the weights of a run, in a worker as on its own thread and in Node', async () => {
    const { inWorker, here, other, origin, samples, onItself, isUntouched } = await call('startFrom');
    expect(onItself).toHaveLength(6);
    for (const text of onItself)
      expect(text).toMatch(/^ValueError: train: .*origin is the run to start from; write the new/);
    expect(isUntouched).toBe(true);
    expect(here.length).toBeGreaterThan(1000);
    for (const bytes of inWorker) expect(bytes).toEqual(here);
    const from = join(folder, 'site', 'run');
    const tuned = await train('digits', {
      dataOptions: digits,
      epochs: 1,
      seed: 7,
      threads: 1,
      from,
      onNotice: 'silent',
    });
    const expected = (await tuned.sample(4)).data;
    for (const sample of samples) expectSame(sample, expected);
    const nodesSample = (await nodes.sample(4)).data;
    // One epoch of another seed is something else than what it began with.
    expect(() => {
      expectSame([...expected], nodesSample);
    }).toThrow();
    expect(origin).toMatch(/run/);
    expect(other).toMatch(/^ValueError: train: a run that starts from a run in memory .* model\.latent: 2 became 3/);
  });

  it('opens a run that Node made, from its URL and from files', async () => {
    const { sample, picked, evaluated, scores, threshold, files } = await call('fromNode');
    expect(scores.every(Number.isFinite)).toBe(true);
    expect(threshold).toBe(50);
    expect(files).toContain('model/encoder.onnx');
    const expected = (await nodes.sample(4)).data;
    expectSame(sample, expected);
    expectSame(picked, expected);
    expect(Number.isFinite(evaluated)).toBe(true);
  });

  it('leaves the thread of the page free while a worker trains: no task of over 50 ms', async () => {
    let steps = 0;
    const action = async (): Promise<void> => {
      steps = await call('sendAndTrain');
    };
    const tasks = await tasksDuring(served, page, { action, marks: ['training begins', 'training ends'] });
    expect(steps).toBe(9);
    expect(tasks.length).toBeGreaterThan(15); // Pieces of the data alone.
    expect(tasks.filter((milliseconds) => !(milliseconds <= 50))).toEqual([]);
  });

  it('shares the steps among two threads', async () => {
    const { notices, steps } = await call('share');
    expect(notices).toContain('2 threads share each training step.');
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.every(Number.isFinite)).toBe(true);
  });

  it('does all that a run can, with data from files', async () => {
    const { shapes, notices } = await call('everything');
    expect(shapes).toEqual({
      columns: ['age', 'member', 'score'],
      scored: [expect.any(Number)],
      encode: [3, 2, 2],
      decode: [3, 4, 4],
      reconstruct: [3, 4, 4],
      explain: [3, 4, 4],
      interpolate: [3, 4, 4, 4],
      traverse: [2, 3, 4, 4],
      exported: [
        ...[
          'README.md',
          'config.json',
          'decoder.onnx',
          'encoder.onnx',
          'model.safetensors',
          'prior.onnx',
          'score.onnx',
        ],
      ],
      files: expect.arrayContaining(['config.json', 'model.safetensors', 'model/encoder.onnx', 'samples.png']) as never,
      again: [2, 4, 4],
    });
    expect(notices.join('\n')).toMatch(/held out as the test split/);
  });

  it('trains on image files as Node does on their folder', async () => {
    const found = await call('images');
    const place = join(folder, 'site/photos');
    const made = { ...images, engine: 'onnxruntime-web', threads: 1 } as const;
    const notices: string[] = [];
    const run = await train(place, { ...made, onNotice: (line) => notices.push(line) });
    const { dataset } = await run.testData(place, { split: 'all' });
    expect(found.classNames).toEqual(['cat', 'dog']);
    expect(found.labels).toEqual([...dataset.labels!]);
    expect(found.names).toEqual(Array.from({ length: dataset.size }, (_, k) => dataset.names!.at(k)));
    expect(found.pixels).toEqual([...examplesOf(dataset).data]);
    // What the run says of itself and its weights, to the bit.
    const { data, ...config } = run.config;
    for (const each of found.configs) expect(each).toEqual({ ...config, data: { ...data, source: 'photos' } });
    const weights = [...(await run.files())['model.safetensors']!];
    for (const each of found.weights) expect(each).toEqual(weights);
    const said = (lines: readonly string[]) =>
      lines.filter((line) => / as 8×8 |left aside|held out/.test(line)).map((line) => line.replace(place, 'photos'));
    expect(said(found.notices)).toEqual(said(notices));
    expect(said(found.notices)).toHaveLength(3);
    // New files, by their names.
    expect(found.pickedNames).toEqual(['000.png', '000 (2).png', '001.png']);
    expect(found.scores[1]).toEqual(found.scores[0]);
    expect(found.scores[0]).toHaveLength(dataset.size);
    expect(found.means[1]).toEqual(found.means[0]);
    expect(found.reconstructions).toEqual([3, 8, 8, 3]);
    expect(found.one).toEqual([1, 2]);
  });

  it('says in a sentence what it cannot', async () => {
    expect(await call('refusals')).toEqual({
      path: expect.stringMatching(
        /^DataError: people\.csv: a page has no data by path\. Give the files themselves/,
      ) as never,
      download: expect.stringMatching(/^DataError: mnist: is downloaded in Node only/) as never,
      folder: expect.stringMatching(
        /^UnsupportedError: runs\/x: a page has no folders by path\. Use \{ opfs:/,
      ) as never,
      read: expect.stringMatching(/^UnsupportedError: A page has no paths/) as never,
      networks: expect.stringMatching(/^UnsupportedError: train: networks of your own are functions/) as never,
      store: expect.stringMatching(/^UnsupportedError: train: a store is in this thread's memory/) as never,
      kind: expect.stringMatching(/^DataError: thesis\.tex: files of a kind that is not read/) as never,
      taken: expect.stringMatching(/^DataError: opfs:runs\/whole: holds a run already/) as never,
      none: expect.stringMatching(/^DataError: opfs:runs\/none: does not exist or is empty/) as never,
      native: expect.stringMatching(/^UnsupportedError: createEngine: onnxruntime-node does not load here: it needs Node/) as never, // prettier-ignore
    });
    // Chromium notes that a run has no thresholds yet; that is no problem.
    expect(problems.filter((line) => !line.endsWith('/run/thresholds.json'))).toEqual([]);
  });
});
