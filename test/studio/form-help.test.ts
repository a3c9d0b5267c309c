// What the form says as one types, what it lists as data, and what a copy of a run is started with.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { About, FormFaults, StartTraining } from '../../src/studio/contract.ts';
import { listData } from '../../src/studio/data/data-files.ts';
import { trainingForm } from '../../src/studio/trainings/form.ts';
import { config, newFolder, openStudio, putRun } from './harness.ts';
import type { TestStudio } from './harness.ts';

let studio: TestStudio | undefined;
afterEach(async () => {
  await studio?.studio.close();
  studio = undefined;
});

it('says at each field what it takes, and what is wrong before anything is started', async () => {
  for (const { name, expected } of trainingForm.fields) expect([name, expected]).toEqual([name, expect.stringMatching(/\w/)]); // prettier-ignore
  studio = await openStudio();
  const faults = async (options: object): Promise<FormFaults['faults']> =>
    ((await (await studio!.post('/api/form/check', { options })).json()) as FormFaults).faults;
  expect(await faults({ latent: 8, beta: 2 })).toEqual({});
  expect(await faults({ latent: -3, learningRate: 0, nothing: 1, epochs: 5 })).toEqual({
    latent: expect.stringMatching(/^latent must be a whole number of at least 1, got -3/) as string,
    learningRate: expect.stringMatching(/^learningRate must be /) as string,
    nothing: expect.stringMatching(/no option 'nothing'/) as string,
  });
  // What is right by itself and does not go together.
  expect(Object.keys(await faults({ objective: 'elbo', posterior: 'deterministic' }))).toHaveLength(1);
});

it('lists what can be trained on alone, what lies on top first', () => {
  const folder = newFolder();
  const put = (path: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), 'x');
  };
  for (const path of ['b.csv', 'a10.npy', 'a2.npy', 'notes.txt', 'deep/c.tsv', 'node_modules/lib/test.csv', 'photos/cat/1.png', 'photos/dog/2.png']) put(path); // prettier-ignore
  for (const path of ['config.json', 'metrics.jsonl', 'pictures/samples-0001.png', 'samples.csv', 'samples.png']) put(`runs/first/${path}`); // prettier-ignore
  expect(listData(folder)).toEqual(['a2.npy', 'a10.npy', 'b.csv', 'photos/', 'deep/c.tsv', 'photos/cat/', 'photos/dog/']); // prettier-ignore
  expect(listData(join(folder, 'photos'))).toEqual(['.', 'cat/', 'dog/']);
});

it('a copy has what was given and no default, threads among it', async () => {
  studio = await openStudio();
  const training = { ...config.training, epochs: 375, threads: 2, seed: 5 };
  putRun(studio.runs, 'a', { of: { ...config, training } });
  const id = await studio.idOf('a');
  const { options } = await studio.get<StartTraining>(`/api/runs/${id}/start`);
  // 600 such examples take 375 epochs, a dense network of 400 units and a drawn Bernoulli by themselves.
  expect(options).toEqual({ latent: 4, count: 600, testCount: 100, seed: 5, threads: 2 });
});

it('uploads are let go of, one by one, and nothing else is', async () => {
  studio = await openStudio();
  const headers = { 'content-type': 'application/octet-stream' };
  for (const name of ['one.csv', 'two.csv']) expect((await studio.ask(`/api/uploads?name=${name}`, { method: 'POST', headers, body: 'a,b\n1,2\n' })).status).toBe(201); // prettier-ignore
  const remove = async (name: string): Promise<number> => (await studio!.ask(`/api/uploads/${encodeURIComponent(name)}`, { method: 'DELETE' })).status; // prettier-ignore
  putRun(studio.runs, 'run');
  expect([await remove('../run/config.json'), await remove('three.csv'), await remove('one.csv'), await remove('one.csv')]).toEqual([404, 404, 204, 404]); // prettier-ignore
  expect((await studio.get<About>('/api/about')).uploads).toEqual(['two.csv']);
  expect(await studio.idOf('run')).not.toMatch(/^no run/);
});
