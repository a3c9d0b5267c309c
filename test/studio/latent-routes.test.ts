// What the server answers of codes, examples and tables: of runs that are trained here, by the app's own `fetch`.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NdArray, load, train } from '../../src/index.ts';
import type { Run } from '../../src/index.ts';
import { HttpError, problemOf } from '../../src/server/index.ts';
import type { LocalEnv } from '../../src/server/index.ts';
import { CodeCache } from '../../src/studio/latent/code-cache.ts';
import type { Codes } from '../../src/studio/latent/codes.ts';
import type { ComparedTables, FrameHeader } from '../../src/studio/latent/contract.ts';
import { FrameReader, arrayOf, frame } from '../../src/studio/latent/frames.ts';
import { insideStore } from '../../src/studio/latent/inside-store.ts';
import { LatentRoutes } from '../../src/studio/latent/routes.ts';
import { RunPool } from '../../src/studio/latent/run-pool.ts';

const folder = mkdtempSync(join(tmpdir(), 'rootsigma-latent-'));
const quiet = { onNotice: 'silent', engine: 'reference' } as const;
const digits = { ...quiet, dataOptions: { count: 60, testCount: 20 }, epochs: 1, hidden: [8] };

/** Real rows: two numbers that go together, a category and a date. */
const table = [
  'id,height,weight,kind,day',
  ...Array.from({ length: 90 }, (_, k) => `${k},${150 + (k % 40)},${(50 + (k % 40) * 0.7).toFixed(1)},${'abc'[k % 3] ?? ''},2024-0${1 + (k % 9)}-11`), // prettier-ignore
].join('\n');

const placeOf = (name: string) => ({ root: folder, parts: [name], path: join(folder, name) });

let pool: RunPool;
let app: Hono<LocalEnv>;

beforeAll(async () => {
  await train('digits', { ...digits, latent: 3, out: join(folder, 'diagonal') });
  await train('digits', { ...digits, latent: 3, posterior: 'full', condition: 'label', out: join(folder, 'full') });
  await train('digits', { ...digits, latent: 2, prior: 'gaussian-mixture', out: join(folder, 'mixture') });
  await train('digits', {
    ...digits,
    latent: 4,
    posterior: 'deterministic',
    objective: 'ae',
    out: join(folder, 'plain'),
  });
  writeFileSync(join(folder, 'people.csv'), table);
  await train(join(folder, 'people.csv'), { ...quiet, latent: 2, hidden: [8], epochs: 2, out: join(folder, 'people') });
  // Its data go after it was trained.
  writeFileSync(join(folder, 'lost.csv'), table);
  await train(join(folder, 'lost.csv'), { ...quiet, latent: 2, hidden: [8], epochs: 1, prior: 'gaussian-mixture', out: join(folder, 'lost') }); // prettier-ignore
  rmSync(join(folder, 'lost.csv'));
  const colours = new NdArray(
    Float32Array.from({ length: 40 * 4 * 4 * 3 }, (_, k) => (k % 7) / 6),
    [40, 4, 4, 3],
  );
  await train(colours, { ...quiet, latent: 2, hidden: [8], epochs: 1, out: join(folder, 'array') });
  pool = new RunPool({ onNotice: () => undefined, open: (place) => load(insideStore(place), quiet) });
  app = new Hono<LocalEnv>();
  app.onError((error) => {
    const problem = problemOf(error, 'id');
    return Response.json(problem, { status: problem.status });
  });
  const find = (id: string) => {
    if (!/^[a-z]+$/.test(id)) throw new HttpError(404, 'no such run.');
    return placeOf(id);
  };
  const findData = (kind: string, name: string) => (kind === 'upload' && name === 'people.csv' ? join(folder, name) : undefined); // prettier-ignore
  new LatentRoutes({ find, findData, pool, onNotice: () => undefined }).install(app);
});

afterAll(async () => {
  await pool.dispose();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly headers: FrameHeader[];
  readonly arrays: Record<string, Float32Array | Uint32Array | Uint8Array>;
}

async function framesAt(path: string): Promise<Answer> {
  const response = await app.request(path);
  expect(response.status, await response.clone().text()).toBe(200);
  const reader = new FrameReader();
  const answer: Answer = { headers: [], arrays: {} };
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    for (const { header, body } of reader.read(piece)) {
      answer.headers.push(header);
      if (header.type === 'array') answer.arrays[header.name] = arrayOf(header.dtype, body);
    }
  }
  expect(reader.isWithin).toBe(false);
  expect(answer.headers.at(-1)).toEqual({ type: 'end' });
  return answer;
}

function aboutIn({ headers }: Answer) {
  const found = headers.find((header) => header.type === 'codes');
  if (found?.type !== 'codes') throw new Error('no codes');
  return found.about;
}

async function opened<T>(name: string, use: (run: Run) => Promise<T>): Promise<T> {
  const run = await load(join(folder, name), quiet);
  try {
    return await use(run);
  } finally {
    await run.dispose();
  }
}

describe('codes', () => {
  test('of a run whose data are not at hand are none, but its prior is there; other data give codes', async () => {
    const nothing = await framesAt('/api/runs/lost/codes');
    const about = aboutIn(nothing);
    expect(about).toMatchObject({ count: 0, total: 0, latent: 2, looks: 'row', priorIsStandard: false });
    expect(about.missing).toContain('lost.csv');
    expect(nothing.arrays.mean).toHaveLength(0);
    expect(nothing.arrays.priorDraws).toHaveLength(4000);
    const given = await framesAt('/api/runs/lost/codes?data=upload:people.csv&split=all');
    const path = join(folder, 'people.csv');
    await opened('lost', async (run) => {
      const { mean } = await run.encode(path, { split: 'all' });
      expect(given.arrays.mean).toEqual(mean.data);
    });
    expect(aboutIn(given)).toMatchObject({ count: 90, split: 'all' });
    expect(aboutIn(given).missing).toBeUndefined();
    for (const data of ['upload:other.csv', 'file:people.csv', path, 'upload:']) {
      const response = await app.request(`/api/runs/lost/codes?data=${encodeURIComponent(data)}`);
      expect([data, response.status]).toEqual([data, 400]);
    }
  });

  test('are what the library encodes, with KL and error in nats, and progress comes first', async () => {
    const answer = await framesAt('/api/runs/diagonal/codes');
    const about = aboutIn(answer);
    expect(about).toMatchObject({ count: 20, total: 20, split: 'test', latent: 3, spread: 'diagonal', looks: 'picture', priorIsStandard: true }); // prettier-ignore
    expect(answer.headers[0]?.type).toBe('progress');
    await opened('diagonal', async (run) => {
      const { dataset } = await run.testData();
      const { mean, stddev } = await run.encode(dataset);
      expect(answer.arrays.mean).toEqual(mean.data);
      expect(answer.arrays.stddev).toEqual(stddev.data);
      expect(answer.arrays.labels).toEqual(Uint32Array.from(dataset.labels ?? []));
      expect(answer.arrays.error).toEqual(Float32Array.from((await run.score(dataset, { method: 'reconstruction' })).data)); // prettier-ignore
      // ½ Σ (σ² + μ² − 1 − log σ²)
      const kl = Array.from({ length: 20 }, (_, row) => [0, 1, 2].reduce((sum, k) => {
        const [m, s] = [mean.data[3 * row + k]!, stddev.data[3 * row + k]!];
        return sum + (s * s + m * m - 1 - 2 * Math.log(s)) / 2;
      }, 0)); // prettier-ignore
      kl.forEach((value, row) => {
        expect(answer.arrays.kl![row]).toBeCloseTo(value, 5);
      });
    });
  });

  test('a full Σ comes packed, whole or of the rows that are asked for; a condition is no obstacle', async () => {
    const answer = await framesAt('/api/runs/full/codes?split=train&limit=7');
    expect(aboutIn(answer)).toMatchObject({ count: 7, split: 'train', spread: 'full', condition: ['label'] });
    const some = await framesAt('/api/runs/full/covariances?split=train&limit=7&rows=5,2');
    await opened('full', async (run) => {
      const { dataset } = await run.testData(undefined, { split: 'train' });
      const { covariance } = await run.encode(dataset);
      const at = (row: number) => [0, 3, 4, 6, 7, 8].map((entry) => covariance.data[9 * row + entry]);
      [0, 6].forEach((row) => {
        expect([...answer.arrays.covariance!.slice(6 * row, 6 * row + 6)]).toEqual(at(row).map((value) => expect.closeTo(value!, 5) as unknown)); // prettier-ignore
      });
      expect([...some.arrays.covariance!]).toEqual([...at(5), ...at(2)].map((value) => expect.closeTo(value!, 5) as unknown)); // prettier-ignore
    });
  });

  test('of a prior that is learned there are draws; of a model without a density no KL and no spread', async () => {
    const mixture = await framesAt('/api/runs/mixture/codes');
    expect(aboutIn(mixture).priorIsStandard).toBe(false);
    expect(mixture.arrays.priorDraws).toHaveLength(4000);
    const plain = await framesAt('/api/runs/plain/codes');
    expect(aboutIn(plain)).toMatchObject({ spread: 'none' });
    expect(aboutIn(plain).whyNoSamples).toMatch(/\w/);
    expect(Object.keys(plain.arrays).filter((name) => !name.startsWith('column:')).sort()).toEqual(['error', 'labels', 'mean']); // prettier-ignore
  });

  test("a table's columns come along: numbers, dates in milliseconds, categories by place", async () => {
    const answer = await framesAt('/api/runs/people/codes');
    const { columns, looks } = aboutIn(answer);
    expect(looks).toBe('row');
    expect(columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['height number', 'weight number', 'kind category', 'day number']); // prettier-ignore
    const { headers } = await framesAt('/api/runs/people/examples?rows=0,3');
    const found = headers.find((header) => header.type === 'examples');
    const cells = found?.type === 'examples' ? found.about.cells : undefined;
    expect(answer.arrays['column:height']![3]).toBeCloseTo(Number(cells?.[1]?.height), 3);
    expect(answer.arrays['column:day']![0]).toBeCloseTo(Date.parse(String(cells?.[0]?.day)), -6);
    const levels = columns[2]?.levels ?? [];
    expect(levels[answer.arrays['column:kind']![3]!]).toBe(cells?.[1]?.kind);
  });

  test('examples are pictures in shades', async () => {
    const { arrays, headers } = await framesAt('/api/runs/diagonal/examples?rows=4');
    expect(headers.find((header) => header.type === 'array')).toMatchObject({ shape: [1, 28, 28, 1] });
    await opened('diagonal', async (run) => {
      const examples = await run.examples();
      expect(arrays.shades![300]).toBe(Math.round(255 * examples.data[4 * 784 + 300]!));
    });
  });

  test('what cannot be is said: places, splits, data that are not at hand, runs that are none', async () => {
    const problem = async (path: string) => {
      const response = await app.request(path);
      return { status: response.status, text: await response.text() };
    };
    expect(await problem('/api/runs/diagonal/codes?split=nearest')).toMatchObject({ status: 400, text: expect.stringContaining('nearest') as unknown }); // prettier-ignore
    expect(await problem('/api/runs/diagonal/codes?limit=1e9')).toMatchObject({ status: 400 });
    expect(await problem('/api/runs/diagonal/examples?rows=20')).toMatchObject({ status: 400, text: expect.stringContaining('from 0 to 19') as unknown }); // prettier-ignore
    expect(await problem('/api/runs/diagonal/examples?rows=-1')).toMatchObject({ status: 400 });
    expect(await problem('/api/runs/diagonal/table')).toMatchObject({ status: 422, text: expect.stringContaining('no table') as unknown }); // prettier-ignore
    expect(await problem('/api/runs/..%2Fx/codes')).toMatchObject({ status: 404 });
    expect(aboutIn(await framesAt('/api/runs/array/codes')).missing).toMatch(/array|data/);
  });

  test('a link in a run leads nowhere', async () => {
    mkdirSync(join(folder, 'linked'));
    symlinkSync(join(folder, 'diagonal', 'config.json'), join(folder, 'linked', 'config.json'));
    const store = insideStore(placeOf('linked'));
    expect(await store.read('config.json')).toBeUndefined();
    expect(await store.read('../diagonal/config.json')).toBeUndefined();
    expect(await insideStore(placeOf('diagonal')).read('config.json')).toHaveProperty('length');
    expect(await store.list()).toEqual([]);
    await expect(store.replace('x', 'y')).rejects.toThrow(/does not write/);
  });
});

test('tables side by side, with the distances of evaluation', async () => {
  const response = await app.request('/api/runs/people/table?seed=3');
  const compared = (await response.json()) as ComparedTables;
  expect(compared.columns.map(({ name }) => name)).toEqual(['height', 'weight', 'kind', 'day']);
  for (const { real, synthetic, levels, distance } of compared.columns) {
    expect(real).toHaveLength(compared.rows);
    expect(synthetic).toHaveLength(compared.rows);
    if (!levels) continue;
    const share = (values: readonly (number | null)[], k: number) => values.filter((value) => value === k).length / values.length; // prettier-ignore
    const variation = levels.reduce((sum, _, k) => sum + Math.abs(share(real, k) - share(synthetic, k)), 0) / 2;
    expect(distance).toBeCloseTo(variation, 10);
  }
  const again = (await (await app.request('/api/runs/people/table?seed=3')).json()) as ComparedTables;
  expect(again.columns).toEqual(compared.columns);
});

test('frames arrive whole, whatever the pieces', () => {
  const sent = [frame({ type: 'progress', what: 'ü', done: 1, total: 2 }), frame({ type: 'array', name: 'a', dtype: 'float32', shape: [2] }, Float32Array.of(1.5, -2)), frame({ type: 'end' })]; // prettier-ignore
  const bytes = Uint8Array.from(sent.flatMap((part) => [...part]));
  for (const size of [1, 7, 64, bytes.length]) {
    const reader = new FrameReader();
    const found = [];
    for (let at = 0; at < bytes.length; at += size) found.push(...reader.read(bytes.subarray(at, at + size)));
    expect(found.map(({ header }) => header.type)).toEqual(['progress', 'array', 'end']);
    expect(arrayOf('float32', found[1]!.body)).toEqual(Float32Array.of(1.5, -2));
    expect(reader.isWithin).toBe(false);
  }
  expect(() => [...new FrameReader().read(new Uint8Array(12).fill(255))]).toThrow(/header/);
});

describe('what is kept', () => {
  const codes = (bytes: number): Codes => ({ about: {} as Codes['about'], arrays: [], bytes });
  const request = (signal = new AbortController().signal) => ({ signal, onProgress: () => undefined });

  test('codes are computed once for all who wait, and the oldest are forgotten', async () => {
    const cache = new CodeCache(100);
    let count = 0;
    const compute = () => Promise.resolve().then(() => (count++, codes(60)));
    const [a, b] = await Promise.all([cache.get('a', request(), compute), cache.get('a', request(), compute)]);
    expect(a).toBe(b);
    await cache.get('b', request(), compute);
    expect(cache.bytes).toBe(60);
    await cache.get('b', request(), compute);
    expect(count).toBe(2);
    await cache.get('a', request(), compute);
    expect(count).toBe(3);
  });

  test('when all have gone it is stopped, and not while one waits', async () => {
    const cache = new CodeCache();
    const [first, second] = [new AbortController(), new AbortController()];
    let stopped: AbortSignal | undefined;
    const compute = ({ signal }: { readonly signal: AbortSignal }) => {
      stopped = signal;
      return new Promise<Codes>((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    };
    const waits = [first, second].map(({ signal }) => cache.get('a', request(signal), compute));
    first.abort(new Error('gone'));
    await expect(waits[0]).rejects.toThrow('gone');
    expect(stopped?.aborted).toBe(false);
    second.abort(new Error('gone too'));
    await expect(waits[1]).rejects.toThrow('gone too');
    expect(stopped?.aborted).toBe(true);
    // And what failed is no answer for the next.
    await expect(cache.get('a', request(), () => Promise.resolve(codes(1)))).resolves.toMatchObject({ bytes: 1 });
  });

  test('a run is loaded once for all who use it, and freed when another was used since', async () => {
    const loaded: string[] = [];
    const disposed: string[] = [];
    const at = (path: string) => ({ root: '/', parts: [], path });
    const open = ({ path }: { readonly path: string }) => {
      loaded.push(path);
      return Promise.resolve({ dispose: () => { disposed.push(path); return Promise.resolve(); } } as unknown as Run); // prettier-ignore
    };
    const runs = new RunPool({ most: 1, onNotice: () => undefined, open });
    const [a, b] = [await runs.lease(at('/a')), await runs.lease(at('/a'))];
    expect(loaded).toEqual(['/a']);
    const c = await runs.lease(at('/c'));
    a.release();
    a.release();
    expect(disposed).toEqual([]);
    b.release();
    await Promise.resolve();
    expect(runs.size).toBe(1);
    c.release();
    await runs.dispose();
    expect(disposed.sort()).toEqual(['/a', '/c']);
  });
});
