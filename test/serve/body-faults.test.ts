// What the page says of a body before it is sent is what the server says of it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../src/index.ts';
import { serve } from '../../src/serve/index.ts';
import type { RunAbout, RunServer } from '../../src/serve/index.ts';
import { bodyFaults } from '../../src/serve/page/body-faults.ts';
import type { BodyFaults, DescribedSchema } from '../../src/serve/page/body-faults.ts';
import { images, people, trainOn } from './runs.ts';

const image = Array.from({ length: 8 }, () => new Array<number>(8).fill(0.5));
const row = { age: 33, city: 'Oslo', smoker: 'no' };
const bodies: readonly (readonly [run: string, operation: string, body: string])[] = [
  ...['', ' ', '{', '[]', '3', '"x"', '{}', '{"count": 2}', '{"count": 0}', '{"count": 1.5}', '{"count": "2"}', '{"cuont": 2}', '{"count": 2, "seed": -1}', '{"show": "median"}', '{"show": "mean"}', '{"x": []}'].map((body) => ['pictures', 'sample', body] as const), // prettier-ignore
  ...['', '{}', '{"x": []}', '{"x": [[]]}', '{"x": 3}', '{"x": [[[1e999]]]}', '{"rows": []}', '{"x": null}', '{"z": [[0, 0]]}'].map((body) => ['pictures', 'encode', body] as const), // prettier-ignore
  ...[image, [image, image], [image.flat()], [image, 3], [image, image.slice(1)], image.slice(1), [[...image.slice(1), [1]]], [[...image.slice(1), [0, 0, 0, 'a', 0, 0, 0, 0]]], [[...image.slice(1), new Array(8).fill(null)]]].flatMap((x) => ['encode', 'impute'].map((operation) => ['pictures', operation, JSON.stringify({ x })] as const)), // prettier-ignore
  ...['{"z": [[0, 0]]}', '{"z": [0, 0]}', '{"z": [[0]]}', '{"z": [[0, null]]}'].map((body) => ['pictures', 'decode', body] as const), // prettier-ignore
  ...['{"what": "mean", "x": 1}', '{"draws": 0, "rows": [{}]}', '{"what": "median", "rows": [{}]}', '{"rows": {}}', '{"rows": []}', '{"rows": [3]}', '{"rows": [[1]]}', '{"rows": [null]}', '{"rows": [{"age": [1]}]}', '{"rows": [{"age": {}}]}'].map((body) => ['people', 'encode', body] as const), // prettier-ignore
  ...[row, { age: '33' }, { ...row, city: 'Bern' }, { ...row, town: 'Oslo' }, { ...row, age: null }].map((each) => ['people', 'encode', JSON.stringify({ rows: [each] })] as const), // prettier-ignore
];

interface Described {
  readonly paths: Readonly<Record<string, { readonly post: { readonly requestBody: { readonly content: Readonly<Record<string, { readonly schema: DescribedSchema }>> } } }>>; // prettier-ignore
}

describe('what is typed', () => {
  let runs: Run[];
  let server: RunServer;
  let paths: Described['paths'];
  let abouts: readonly RunAbout[];
  beforeAll(async () => {
    runs = [await trainOn(images(64), { latent: 2 }), await trainOn(people(64), { latent: 2 })];
    server = await serve({ pictures: runs[0]!, people: runs[1]! }, { port: 0, onNotice: 'silent' });
    ({ paths } = (await (await ask('/openapi.json')).json()) as Described);
    ({ runs: abouts } = (await (await ask('/runs')).json()) as { runs: readonly RunAbout[] });
  });
  afterAll(async () => {
    await server.close();
    await Promise.all(runs.map((run) => run.dispose()));
  });

  const ask = (path: string, body?: string): Promise<Response> =>
    fetch(server.url + path, body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body }); // prettier-ignore
  const saidOf = (name: string, operation: string, body: string): BodyFaults => {
    const { exampleShape, latent, columns = [] } = abouts.find((each) => each.name === name)!;
    const { schema } = paths[`/runs/${name}/${operation}`]!.post.requestBody.content['application/json']!;
    return bodyFaults(body, { schema, exampleShape, latent, columns });
  };

  it('is called wrong where the server refuses it, and nowhere else', async () => {
    for (const [name, operation, body] of bodies) {
      const { fault } = saidOf(name, operation, body);
      const { status } = await ask(`/runs/${name}/${operation}`, body);
      // A body of blanks is one for the server, and none for who types.
      const isBlank = body.trim() === '' && body !== '';
      if (!isBlank) expect([name, operation, body, fault !== undefined], fault).toEqual([name, operation, body, status !== 200]); // prettier-ignore
    }
  });

  it('is said by its place, and what the server would do with it', () => {
    const of = (body: unknown, operation = 'encode', name = 'pictures') =>
      saidOf(name, operation, JSON.stringify(body));
    const spoilt = image.map((line, at) => (at === 2 ? [0, 'a', ...line.slice(2)] : line));
    expect(of({ x: [spoilt] }).fault).toBe(`x[0][2][1] is a number, and not "a".`);
    expect(of({ x: [spoilt] }, 'impute').fault).toMatch(/or null where it is missing/);
    expect(of({ x: [[1, 2]] }).fault).toBe("'x' is [n, 8, 8] or one of it, and this is [1, 2].");
    expect(of({ rows: [{ age: 3, city: 'Bern', town: 1 }] }, 'encode', 'people')).toEqual({
      notes: ['city was never "Bern" in training', 'no such column, left out: town', 'not given, so missing: smoker'],
    });
  });
});
