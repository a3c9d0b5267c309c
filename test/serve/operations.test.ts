// Every operation over HTTP gives what the library gives, as JSON and as NPY; what is wrong with a request is said.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NdArray } from '../../src/index.ts';
import type { Run } from '../../src/index.ts';
import { decodeNpy, encodeNpy, toNdArray } from '../../src/io/index.ts';
import { serve } from '../../src/serve/index.ts';
import type { RunServer } from '../../src/serve/index.ts';
import { images, people, peopleRows, trainOn } from './runs.ts';

let server: RunServer;
let [pictures, table]: Run[] = [];
const notices: string[] = [];

beforeAll(async () => {
  pictures = await trainOn(images(64), { latent: 3, likelihood: 'bernoulli' });
  table = await trainOn(people(96), { latent: 3 });
  server = await serve({ pictures, people: table }, { port: 0, onNotice: (line) => notices.push(line) });
});

afterAll(async () => {
  await server.close();
  await Promise.all([pictures!.dispose(), table!.dispose()]);
});

const npy = 'application/x-npy';

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const isBytes = body instanceof Uint8Array;
  return fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': isBytes ? npy : 'application/json', ...headers },
    body: isBytes ? (body as Uint8Array<ArrayBuffer>) : typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function json(path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await post(path, body);
  const found = (await answer.json()) as Record<string, unknown>;
  expect(answer.status, JSON.stringify(found).slice(0, 500)).toBe(200);
  return found;
}

/** As JSON, to a float32's digits: a batch of the server's has other rows than the library is given here. */
function expectClose(found: unknown, expected: NdArray): void {
  const { data, shape } = NdArray.from(found as number[], 'float64');
  expect(shape).toEqual(expected.shape);
  data.forEach((value, k) => {
    expect(Math.abs(value - expected.data[k]!)).toBeLessThan(1e-5 * (1 + Math.abs(expected.data[k]!)));
  });
}

const x = images(3);

describe('operations on arrays', () => {
  it('encode: mean and standard deviations, a part, draws', async () => {
    const { mean, stddev, covariance } = await pictures!.encode(x);
    const all = await json('/runs/pictures/encode', { x: x.toNested() });
    expect(Object.keys(all)).toEqual(['run', 'mean', 'stddev']);
    expectClose(all.mean, mean);
    expectClose(all.stddev, stddev);
    expectClose((await json('/runs/pictures/encode', { x: x.toNested(), what: 'covariance' })).covariance, covariance);
    const { draws } = await pictures!.encode(x, { draws: 4, seed: 7 });
    expectClose((await json('/runs/pictures/encode', { x: x.toNested(), draws: 4, seed: 7 })).draws, draws!);
    // One example, and rows of numbers.
    expectClose((await json('/runs/pictures/encode', { x: images(1).reshape([8, 8]).toNested() })).mean, (await pictures!.encode(images(1))).mean); // prettier-ignore
    expectClose((await json('/runs/pictures/encode', { x: x.reshape([3, 64]).toNested() })).mean, mean);
  });

  it('the same as NPY, to the bit of the JSON', async () => {
    const answer = await post('/runs/pictures/encode', encodeNpy(x), { accept: npy });
    expect(answer.headers.get('content-type')).toBe(npy);
    const array = toNdArray(decodeNpy(new Uint8Array(await answer.arrayBuffer())));
    const { mean } = await json('/runs/pictures/encode', { x: x.toNested() });
    expect(array.dtype).toBe('float32');
    expect(array.toNested()).toEqual(mean);
    const stddev = await post('/runs/pictures/encode?what=stddev', encodeNpy(x), { accept: `text/html;q=0.9, ${npy}` });
    expectClose(toNdArray(decodeNpy(new Uint8Array(await stddev.arrayBuffer()))).toNested(), (await pictures!.encode(x)).stddev); // prettier-ignore
  });

  it('decode, reconstruct, score, explain, sample, impute', async () => {
    const z = [[0.5, -1, 2], [0, 0, 0]]; // prettier-ignore
    expectClose((await json('/runs/pictures/decode', { z })).x, await pictures!.decode(z));
    expectClose((await json('/runs/pictures/reconstruct', { x: x.toNested() })).x, await pictures!.reconstruct(x));
    const elbo = await pictures!.score(x, { method: 'elbo', draws: 5, seed: 2 });
    expectClose(
      (await json('/runs/pictures/score', { x: x.toNested(), method: 'elbo', draws: 5, seed: 2 })).scores,
      elbo,
    );
    expectClose((await json('/runs/pictures/explain', { x: x.toNested() })).contributions, await pictures!.explain(x));
    const sampled = await json('/runs/pictures/sample', { count: 2, seed: 9, show: 'draw' });
    expect(sampled.x).toEqual((await pictures!.sample(2, { seed: 9, show: 'draw' })).toNested());
    // Options may stand in the address, and the body may be empty.
    const again = await fetch(`${server.url}/runs/pictures/sample?count=2&seed=9&show=draw`, { method: 'POST' });
    expect(((await again.json()) as { x: unknown }).x).toEqual(sampled.x);
    const gappy = images(1).toNested() as (number | null)[][][];
    gappy[0]![3]![4] = null;
    const filled = await json('/runs/pictures/impute', { x: gappy, draws: 2, sweeps: 5, seed: 3 });
    const own = await pictures!.impute(NdArray.from(JSON.parse(JSON.stringify(gappy), (_, value: unknown) => value ?? NaN) as number[]), { draws: 2, sweeps: 5, seed: 3 }); // prettier-ignore
    expect(filled.draws).toEqual(own.draws.toNested());
    expect(filled.filled).toBe(1);
    const nans = images(1);
    nans.data[28] = NaN;
    const asNpy = await post('/runs/pictures/impute?sweeps=5&draws=2&seed=3', encodeNpy(nans), { accept: npy });
    expect(toNdArray(decodeNpy(new Uint8Array(await asNpy.arrayBuffer()))).shape).toEqual([2, 1, 8, 8]);
  });

  it('a threshold that was fitted judges', async () => {
    const { value } = await pictures!.fitThreshold(images(64), { method: 'elbo', contamination: 0.5 });
    const { threshold, anomalies, scores } = await json('/runs/pictures/score', { x: x.toNested(), method: 'elbo' });
    expect(threshold).toBe(value);
    expect(anomalies).toEqual((scores as number[]).map((score) => score > value));
  });
});

describe('operations on tables', () => {
  const rows = peopleRows(3);

  it('take rows by their columns, and give such', async () => {
    expectClose((await json('/runs/people/encode', { rows })).mean, (await table!.encode(people(3))).mean);
    expectClose((await json('/runs/people/score', { rows })).scores, await table!.score(people(3)));
    const explained = await json('/runs/people/explain', { rows });
    expect(explained.columns).toEqual(['age', 'city', 'smoker']);
    expectClose(explained.contributions, await table!.explain(people(3)));
    const sampled = (await json('/runs/people/sample', { count: 3, seed: 4 })).rows as Record<string, unknown>[];
    const own = await table!.sampleTable(3, { seed: 4 });
    expect(sampled.map((row) => row.age)).toEqual(own.columns.find(({ name }) => name === 'age')!.values);
    const reconstructed = await json('/runs/people/reconstruct', { rows });
    expect(Object.keys((reconstructed.rows as object[])[0]!)).toEqual(['age', 'city', 'smoker']);
    expect((await json('/runs/people/decode', { z: [[0, 0, 0]] })).rows).toHaveLength(1);
    const asked = await json('/runs/people/sample', { count: 2, given: { city: 'Rome', age: { above: 30 } } });
    for (const row of asked.rows as { city: string; age: number }[]) {
      expect(row.city).toBe('Rome');
      expect(row.age).toBeGreaterThan(30);
    }
    expect(asked.acceptance).toMatchObject({ accepted: expect.any(Number) as number });
  });

  it('impute: cells that are there stay as they are', async () => {
    const gaps = [{ age: 33, city: null, smoker: 'no' }, { city: 'Rome', smoker: null }]; // prettier-ignore
    const { draws, cells, filled } = await json('/runs/people/impute', { rows: gaps, draws: 3, sweeps: 5 });
    expect(draws).toHaveLength(3);
    for (const [first, second] of draws as Record<string, unknown>[][]) {
      expect(first).toMatchObject({ age: 33, smoker: 'no', city: expect.any(String) as string });
      expect(second).toMatchObject({ city: 'Rome', age: expect.any(Number) as number });
    }
    expect([filled, (cells as unknown[]).length]).toEqual([3, 3]);
    expect((await json('/runs/people/impute', { rows: gaps, show: 'mean', draws: 3, sweeps: 5 })).mean).toHaveLength(2);
  });

  it('a column that no row has is missing, as beside a row that has it', async () => {
    const fewer = { age: 33, city: 'Oslo' };
    for (const [operation, what] of [
      ['score', 'scores'],
      ['encode', 'mean'],
      ['explain', 'contributions'],
    ] as const) {
      const alone = (await json(`/runs/people/${operation}`, { rows: [fewer] }))[what] as unknown[];
      const beside = (await json(`/runs/people/${operation}`, { rows: [fewer, rows[1]] }))[what] as number[];
      expectClose(alone, NdArray.from([beside[0]!], 'float64'));
    }
    expect((await json('/runs/people/reconstruct', { rows: [fewer] })).rows).toHaveLength(1);
    const { draws, filled } = await json('/runs/people/impute', { rows: [fewer], sweeps: 5 });
    expect(filled).toBe(1);
    expect(draws).toEqual([[{ ...fewer, smoker: expect.stringMatching(/^(yes|no)$/) as string }]]);
    expect((await json('/runs/people/score', { rows: [{}] })).scores).toHaveLength(1);
  });

  it('dates are described as texts that a request may have, and constants by their value', async () => {
    const day = (k: number): string => new Date(Date.UTC(2024, 0, 1 + ((k * 7) % 64))).toISOString();
    const values = Array.from({ length: 64 }, (_, k) => day(k));
    const table = {
      rowCount: 64,
      columns: [
        { name: 'age', values: values.map((_, k) => 20 + ((k * 37) % 50)) },
        { name: 'day', values: values.map((text) => text.slice(0, 10)) },
        { name: 'local', values: values.map((text) => text.slice(0, 10).split('-').reverse().join('.')) },
        { name: 'time', values: values.map((text, k) => `${text.slice(0, 10)}T0${k % 10}:30:00Z`) },
        { name: 'unit', values: values.map(() => 'metric') },
      ],
    };
    const run = await trainOn(table, { latent: 2 });
    const own = await serve(run, { port: 0, onNotice: 'silent' });
    const about = async (path: string) => (await (await fetch(own.url + path)).json()) as Record<string, unknown>;
    const { runs } = (await about('/runs')) as { runs: { name: string; columns: Record<string, unknown>[] }[] };
    const { name, columns } = runs[0]!;
    const days = { kind: 'datetime', min: '2024-01-01', max: '2024-03-04' };
    expect(columns.slice(1)).toEqual([
      { name: 'day', ...days },
      { name: 'local', ...days },
      { name: 'time', kind: 'datetime', min: '2024-01-01T00:30:00Z', max: expect.stringMatching(/^2024-03-04T0\d:30:00Z$/) as string }, // prettier-ignore
      { name: 'unit', kind: 'constant', levels: ['metric'] },
    ]);
    const described = JSON.stringify((await about('/openapi.json')).paths);
    expect(described).toContain('"examples":["2024-01-01","2024-03-04"]');
    expect(described).toContain('"examples":["metric"]');
    const value = ({ min, levels }: (typeof columns)[number]): unknown => min ?? (levels as readonly unknown[])[0];
    const row = Object.fromEntries(columns.map((column) => [column.name as string, value(column)] as const));
    const answer = await fetch(`${own.url}/runs/${name}/score`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ rows: [row] }) }); // prettier-ignore
    expect([answer.status, ((await answer.json()) as { notices?: unknown }).notices]).toEqual([200, undefined]);
    await own.close();
    await run.dispose();
  });

  it('what the model did not know of is said with the answer', async () => {
    const { notices: said } = await json('/runs/people/encode', { rows: [{ ...rows[0], city: 'Bern', hobby: 'chess', cty: 'Rome' }] }); // prettier-ignore
    expect(said).toEqual([
      "left out, as the run's table has no such column: 'hobby', 'cty' (did you mean 'city'?).",
      expect.stringMatching(/'city' has a category that training had not.*Bern/),
    ]);
    expect(notices).toEqual([]);
  });
});

describe('what is wrong is said: which value, where', () => {
  const cases: readonly [what: string, path: string, body: unknown, status: number, detail: RegExp][] = [
    ['a text among numbers', '/runs/pictures/encode', { x: [[...x.toNested() as number[][][]][0]!.map((row, k) => k === 2 ? [...row.slice(0, 5), 'a', 0, 0] : row)] }, 400, /^\$\.x\[0\]\[2\]\[5\]: expected a number, found "?'?a/], // prettier-ignore
    ['a null where nothing may be missing', '/runs/pictures/decode', { z: [[0, null, 0]] }, 400, /^\$\.z\[0\]\[1\]: expected a number, found null/],
    ['lists of different length', '/runs/pictures/decode', { z: [[0, 1, 2], [0]] }, 400, /^\$\.z\[1\]: has 1 entries, and the first such list 3/],
    ['another shape', '/runs/pictures/encode', { x: [[1, 2, 3]] }, 400, /^\$\.x must be \[n, 8, 8\] or one of it, got \[1, 3\]/],
    ['no examples', '/runs/pictures/encode', { x: [] }, 400, /\$\.x must be \[n, 8, 8\]|holds nothing/],
    ['a number that is too large for any', '/runs/pictures/decode', '{"z": [[1e999, 0, 0]]}', 400, /^\$\.z\[0\]\[0\]: expected a number, found Infinity/],
    ['values outside the likelihood', '/runs/pictures/encode', { x: [Array.from({ length: 64 }, (_, k) => (k === 9 ? 1.5 : 0))] }, 400, /example 0 holds 1.5/],
    ['no input', '/runs/pictures/encode', { y: 1 }, 400, /unknown option 'y'/],
    ['an input that is missing', '/runs/pictures/encode', {}, 400, /'x' is missing: \{ "x": \[ … \] \} of shape \[n, 8, 8\]/],
    ['an option that there is not', '/runs/pictures/encode', { x: 0, drws: 3 }, 400, /unknown option 'drws'; did you mean 'draws'\?/],
    ['a value out of range', '/runs/pictures/encode', { x: [[0]], draws: 0 }, 400, /draws must be a whole number from 1 to 100000, got 0/],
    ['options that contradict', '/runs/pictures/encode', { x: x.toNested(), draws: 2, what: 'mean' }, 400, /choose one/],
    ['an option of the wrong type', '/runs/pictures/sample', { count: '5' }, 400, /count must be a whole number .* got '?"?5/],
    ['more rows than a request may have', '/runs/pictures/sample', { count: 10_001 }, 400, /10001 rows are more .* 10000/],
    ['a condition that there is not', '/runs/pictures/sample', { count: 1, given: { label: '3' } }, 400, /unknown option 'given'/],
    ['a cell that is a list', '/runs/people/encode', { rows: [{ age: [1] }] }, 400, /^\$\.rows\[0\]\.age: expected a number, a text, true, false or null/],
    ['a row that is none', '/runs/people/encode', { rows: [3] }, 400, /^\$\.rows\[0\]: expected a row as an object, found 3/],
    ['rows without the columns', '/runs/people/encode', { rows: [{ a: 1 }] }, 400, /column/],
    ['an array to a table', '/runs/people/encode', { x: [[0]] }, 400, /^encode: this run takes rows of a table: \{"rows": \[\.\.\.\]\}\.$/],
    ['rows to a run of arrays', '/runs/pictures/encode', { rows: [{ age: 3 }] }, 400, /^encode: this run takes arrays: \{"x": \[\.\.\.\]\}\.$/],
    ['a body that is no object', '/runs/pictures/encode', [1], 400, /the body must be an object, \{ "x": … \}/],
    ['no JSON', '/runs/pictures/encode', '{"x": [1,}', 400, /the body: not JSON/],
    ['NaN, which JSON has not', '/runs/pictures/decode', '{"z": [[NaN, 0, 0]]}', 400, /the body: not JSON/],
    ['JSON nested without end', '/runs/pictures/decode', `{"z": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 400, /nested more than 100 times/],
    ['text that is no UTF-8', '/runs/pictures/decode', new Uint8Array([0x7b, 0xff, 0x7d]), 400, /not an NPY file/],
    ['a run that there is not', '/runs/pictues/encode', {}, 404, /no run 'pictues' is served; did you mean 'pictures'\?/],
    ['a run that is like none', '/runs/qqqqqqqqqq/encode', {}, 404, /no run 'qqqqqqqqqq' is served\. There are pictures, people\.$/],
    ['no run where there are several', '/encode', {}, 404, /several runs are served: say which/],
    ['an operation that there is not', '/runs/pictures/train', {}, 404, /there is nothing at POST \/runs\/pictures\/train/],
  ]; // prettier-ignore

  it.each(cases)('%s', async (_, path, body, status, detail) => {
    const answer = await post(path, body);
    const found = (await answer.json()) as { status: number; detail: string; title: string; requestId: string };
    expect([answer.status, found.detail]).toEqual([status, expect.stringMatching(detail)]);
    if (status === 200) return;
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(found).toMatchObject({ type: 'about:blank', status, requestId: answer.headers.get('x-request-id') });
  });

  it('a method that an address does not have, with those that it has', async () => {
    for (const [method, path, allow] of [
      ['GET', '/runs/pictures/encode', 'POST'],
      ['PUT', '/score', 'POST'],
      ['POST', '/runs', 'GET, HEAD'],
      ['DELETE', '/runs/pictures', 'GET, HEAD'],
    ] as const) {
      const answer = await fetch(server.url + path, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
      expect(await answer.json()).toMatchObject({ detail: `${path} takes ${allow}, and not ${method}.` });
    }
  });

  it('NPY that promises more than the body has, holds what is no number, or is of another shape', async () => {
    const header = (shape: string): Uint8Array<ArrayBuffer> => {
      const bytes = encodeNpy(x);
      const text = new TextDecoder('latin1').decode(bytes).replace(/\(3, 8, 8\), \} {0,20}/, (found) => `(${shape}), }`.padEnd(found.length)); // prettier-ignore
      return Uint8Array.from(text, (char) => char.charCodeAt(0));
    };
    const detail = async (bytes: Uint8Array): Promise<string> => {
      const answer = await post('/runs/pictures/encode', bytes);
      expect(answer.status).toBe(400);
      return ((await answer.json()) as { detail: string }).detail;
    };
    expect(await detail(header('9999999, 8, 8'))).toMatch(/the body: truncated: .* needs 2559999744 bytes, found 768/);
    expect(await detail(encodeNpy(x).slice(0, 20))).toMatch(/the body: (truncated|not an NPY)/);
    const broken = images(2);
    broken.data[70] = NaN;
    expect(await detail(encodeNpy(broken))).toMatch(/the array holds NaN at \[1, 0, 6\] of \[2, 8, 8\]/);
    expect(await detail(encodeNpy(NdArray.zeros([2, 7], 'float32')))).toMatch(/the array must be \[n, 8, 8\]/);
    const table = await post('/runs/people/encode', encodeNpy(x));
    expect([table.status, ((await table.json()) as { detail: string }).detail]).toEqual([415, expect.stringMatching(/rows of a table come as JSON/)]); // prettier-ignore
  });

  it('rows without end, before anything is made of them, and packed bodies', async () => {
    const many = await post('/runs/people/encode', `{"rows": [${'{},'.repeat(100_000)}{}]}`);
    expect([many.status, ((await many.json()) as { detail: string }).detail]).toEqual([400, expect.stringMatching(/100001 rows are more than a request may have/)]); // prettier-ignore
    const packed = await post('/runs/people/encode', gzipSync('{}'), { 'content-type': 'application/json', 'content-encoding': 'gzip' }); // prettier-ignore
    expect(packed.status).toBe(415);
  });

  it('types that are not read, and such as cannot be had', async () => {
    const wrong = await post('/runs/pictures/encode', { x: [] }, { 'content-type': 'text/plain' });
    expect([wrong.status, wrong.headers.get('accept')]).toEqual([415, 'application/json, application/x-npy']);
    const html = await post('/runs/pictures/encode', { x: x.toNested() }, { accept: 'text/html' });
    expect(html.status).toBe(406);
    // Rows of a table are no array.
    expect((await post('/runs/people/sample', { count: 1 }, { accept: npy })).status).toBe(406);
    const twice = await post('/runs/pictures/sample?count=2', { count: 2 });
    expect(((await twice.json()) as { detail: string }).detail).toMatch(/'count' is in the address and in the body/);
  });

  it('a faulty request does not touch those that are computed with it', async () => {
    const bad = { x: images(1).toNested() as number[][][] };
    bad.x[0]![0]![0] = 2;
    const answers = await Promise.all([
      ...Array.from({ length: 6 }, () => post('/runs/pictures/encode', { x: x.toNested() })),
      post('/runs/pictures/encode', bad),
      ...Array.from({ length: 6 }, () => post('/runs/pictures/encode', { x: x.toNested() })),
    ]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 13 }, (_, k) => (k === 6 ? 400 : 200)));
    expect(texts[6]).toContain('example 0 holds 2');
    expect(new Set(texts.filter((_, k) => k !== 6)).size).toBe(1);
  });
});

describe('models that cannot do everything', () => {
  it('an autoencoder encodes and reconstructs; what it has no density for is refused with 422', async () => {
    const run = await trainOn(images(64), { latent: 2, posterior: 'deterministic', objective: 'ae' });
    const own = await serve(run, { port: 0, onNotice: 'silent' });
    const ask = async (operation: string, body: object): Promise<[number, string]> => {
      const answer = await fetch(`${own.url}/${operation}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }); // prettier-ignore
      return [answer.status, await answer.text()];
    };
    const x1 = { x: images(1).toNested() };
    expect((await ask('encode', x1))[0]).toBe(200);
    expect((await ask('reconstruct', x1))[0]).toBe(200);
    expect((await ask('score', { ...x1, method: 'reconstruction' }))[0]).toBe(200);
    const [status, text] = await ask('score', { ...x1, method: 'elbo' });
    expect([status, text]).toEqual([422, expect.stringContaining('deterministic')]);
    await own.close();
    await run.dispose();
  });

  it('a model given labels wants them, and says which there are', async () => {
    const labels = Uint8Array.from({ length: 64 }, (_, k) => k % 3);
    const { datasetOf } = await import('../../src/index.ts');
    const data = datasetOf({ name: 'waves', kind: 'array', sampleShape: [8, 8], values: images(64).data, labels });
    const run = await trainOn(data, { latent: 2, condition: 'label' });
    const own = await serve(run, { port: 0, onNotice: 'silent' });
    const ask = async (operation: string, body: object) => {
      const answer = await fetch(`${own.url}/${operation}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }); // prettier-ignore
      return { status: answer.status, found: (await answer.json()) as Record<string, unknown> };
    };
    const two = images(2).toNested();
    const given = { label: ['1', '2'] };
    expectClose((await ask('reconstruct', { x: two, given })).found.x, await run.reconstruct(images(2), { given }));
    expectClose((await ask('decode', { z: [[0, 1]], given: 'label=2' })).found.x, await run.decode([[0, 1]], { given: { label: '2' } })); // prettier-ignore
    expect((await ask('sample', { count: 2, given: { label: '2' } })).found.conditions).toEqual([
      { label: '2' },
      { label: '2' },
    ]);
    expect(await ask('encode', { x: two })).toMatchObject({
      status: 400,
      found: { detail: expect.stringMatching(/given label/) as string },
    });
    expect(await ask('encode', { x: two, given: { label: ['1', '2', '0'] } })).toMatchObject({ status: 400, found: { detail: expect.stringMatching(/2 examples need one 'label' or 2 of them, got 3/) as string } }); // prettier-ignore
    expect(await ask('encode', { x: two, given: { label: '7' } })).toMatchObject({ status: 400 });
    expect(await ask('impute', { x: two })).toMatchObject({ status: 400 });
    const [, second] = two as number[][][];
    const gappy = [second?.map((row) => row.map(() => null)), second];
    const filled = await ask('impute', { x: gappy, given, sweeps: 2 });
    expect(filled).toMatchObject({ status: 200, found: { filled: 64 } });
    await own.close();
    await run.dispose();
  });
});
