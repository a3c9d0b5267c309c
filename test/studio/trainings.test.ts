// Trainings that pages start: processes of the command line's own train, which save when they are stopped.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunDetail, RunSummary, StartTraining } from '../../src/studio/contract.ts';
import { newFolder, openStudio } from './harness.ts';
import type { TestStudio } from './harness.ts';

const program = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const isBuilt = existsSync(program);

let studio: TestStudio | undefined;
afterEach(async () => {
  await studio?.studio.close();
  studio = undefined;
});

const digits = { kind: 'dataset', name: 'digits' } as const;
/** Epochs that take milliseconds. */
const tiny = { latent: 2, hidden: [8], count: 200, testCount: 40, batchSize: 50, threads: 1, seed: 3 } as const;

async function start(body: object): Promise<string> {
  const answer = await studio!.post('/api/trainings', body);
  const { id, detail } = (await answer.json()) as { id: string; detail?: string };
  expect([answer.status, detail]).toEqual([201, undefined]);
  return id;
}

/** Waits for what a process does, however long that takes. */
async function until(id: string, holds: (run: RunDetail) => boolean): Promise<RunDetail> {
  let found: RunDetail | undefined;
  await expect
    .poll(async () => holds((found = await studio!.get<RunDetail>(`/api/runs/${id}`))), { timeout: 240_000, interval: 20 })
    .toBe(true);
  return found!;
} // prettier-ignore

describe.skipIf(!isBuilt)(`a training${isBuilt ? '' : ` (no ${program}: run npm run build)`}`, () => {
  it('starts, is stopped and saves, goes on, is evaluated and duplicated', async () => {
    studio = await openStudio();
    const options = {
      ...tiny,
      epochs: 100_000,
      beta: '2',
      betaSchedule: 'linear',
      betaWarmupSteps: 40,
      hidden: '8, 8',
    };
    const id = await start({ data: digits, name: 'mine/first one', options });
    const running = await until(id, ({ state, epoch }) => state === 'training' && epoch > 0);
    expect(running).toMatchObject({ name: 'mine/first one', latent: 2, epochs: 100_000, posterior: 'diagonal' });
    expect(running.owner).toMatchObject({ here: true });
    expect([running.resumable, (await studio.post(`/api/runs/${id}/resume`, {})).status]).toEqual(['it is being trained.', 409]); // prettier-ignore
    expect(running.config).toMatchObject({
      objective: { beta: { value: 2, schedule: 'linear', warmupSteps: 40 } },
      model: { network: { hidden: [8, 8] } },
      data: { options: { count: 200 } },
    });
    expect((await studio.post(`/api/runs/${id}/stop`, {})).status).toBe(202);
    const stopped = await until(id, ({ state }) => state === 'interrupted');
    expect([stopped.resumable, existsSync(join(studio.runs, 'mine/first one/model.safetensors'))]).toEqual([
      true,
      true,
    ]);
    expect(stopped.log.join('\n')).toMatch(/Stopping after this step, then saving/);
    expect((await studio.post(`/api/runs/${id}/stop`, {})).status).toBe(409);

    const more = stopped.epoch + 2;
    expect((await studio.post(`/api/runs/${id}/resume`, { epochs: more })).status).toBe(202);
    const ended = await until(id, ({ state }) => state === 'finished');
    expect(ended.epoch).toBe(more);

    expect(ended.nll).toBeUndefined();
    expect((await studio.post(`/api/runs/${id}/evaluate`, { draws: 5 })).status).toBe(202);
    const evaluated = await until(
      id,
      ({ nll, alarms }) => nll !== undefined || alarms.some(({ kind }) => kind === 'failed'),
    );
    expect(evaluated.nll).toMatchObject({ draws: 5, split: 'test', value: expect.any(Number) as number });
    const [first] = (evaluated.evaluation?.figures ?? []).filter(({ name }) => name === 'nll');
    expect([evaluated.evaluation?.split, evaluated.evaluation?.examples, first]).toMatchObject(['test', 40, { title: 'NLL', unit: 'nats', draws: 5, value: evaluated.nll?.value, standardError: evaluated.nll?.standardError }]); // prettier-ignore
    // It is of the model that was evaluated, and of no other.
    const model = join(studio.runs, 'mine/first one/model.safetensors');
    const time = new Date(statSync(model).mtimeMs + 5000);
    utimesSync(model, time, time);
    expect((await studio.get<RunSummary[]>('/api/runs'))[0]!.nll).toBeUndefined();

    const again = await studio.get<StartTraining>(`/api/runs/${id}/start`);
    expect(again).toEqual({ data: digits, options });
    // Without what the studio kept, by config.json.
    rmSync(join(studio.runs, '.studio'), { recursive: true });
    const derived = await studio.get<StartTraining>(`/api/runs/${id}/start`);
    expect(derived).toMatchObject({ data: digits, options: { latent: 2, hidden: [8, 8], count: 200, batchSize: 50, seed: 3, beta: { value: 2 } } }); // prettier-ignore
    const second = await start({ ...derived, options: { ...derived.options, epochs: 1 } });
    const same = await until(second, ({ state }) => state === 'finished' || state === 'failed');
    expect(same.config).toMatchObject({ objective: (ended.config as { objective: object }).objective });
  });

  it('that fails says why, in the list and in its log, and leaves no folder', async () => {
    const data = newFolder();
    writeFileSync(join(data, 'empty.csv'), '\n');
    studio = await openStudio(newFolder(), { data });
    const id = await start({ data: { kind: 'file', name: 'empty.csv' }, options: {} });
    const failed = await until(id, ({ state }) => state === 'failed');
    expect(failed).toMatchObject({ name: 'empty-diagonal', resumable: 'its training never began; duplicate it to try again.', data: { source: 'empty.csv' } }); // prettier-ignore
    expect(failed.alarms.map(({ kind }) => kind)).toEqual(['failed']);
    expect(failed.alarms[0]!.text).toMatch(/empty\.csv/);
    expect(failed.log.join('\n')).toContain(failed.alarms[0]!.text.slice(0, 40));
    expect(readdirSync(studio.runs).filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  it('is refused beyond the bound, and under a name that is taken', async () => {
    studio = await openStudio(newFolder(), { maxTrainings: 1 });
    const first = await start({ data: digits, name: 'a', options: { ...tiny, epochs: 100_000 } });
    await until(first, ({ epoch }) => epoch > 0);
    const another = await studio.post('/api/trainings', { data: digits, options: tiny });
    expect([another.status, await another.json()]).toMatchObject([429, { detail: expect.stringMatching(/--max-trainings/) as string }]); // prettier-ignore
    await studio.post(`/api/runs/${first}/stop`, {});
    await until(first, ({ state }) => state === 'interrupted');
    for (const name of ['a', 'a/b']) {
      const taken = await studio.post('/api/trainings', { data: digits, name, options: tiny });
      expect([taken.status, await taken.json()]).toMatchObject([409, { pointer: '/name' }]);
    }
  });

  it('takes an upload as data', async () => {
    studio = await openStudio();
    const rows = Array.from({ length: 120 }, (_, k) => `${k % 7},${(k * 37) % 11},${k % 2 === 0 ? 'yes' : 'no'}`);
    const sent = await studio.ask('/api/uploads?name=people.csv', { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: `a,b,c\n${rows.join('\n')}\n` }); // prettier-ignore
    const { name } = (await sent.json()) as { name: string };
    expect([sent.status, name]).toEqual([201, 'people.csv']);
    const id = await start({
      data: { kind: 'upload', name },
      options: { epochs: 1, latent: 2, hidden: [8], threads: 1 },
    });
    const ended = await until(id, ({ state }) => state === 'finished');
    expect(ended).toMatchObject({ likelihood: 'mixed', name: 'people-diagonal' });
    rmSync(join(studio.runs, '.studio'), { recursive: true });
    expect((await studio.get<StartTraining>(`/api/runs/${id}/start`)).data).toEqual({ kind: 'upload', name });
  });
});

describe.skipIf(!isBuilt)('the studio ends', () => {
  /** The program, and what it printed first. */
  async function open(runs: string) {
    const child = spawn(process.execPath, [program, 'studio', runs, '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] }); // prettier-ignore
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const first = await new Promise<{ url: string; token: string }>((resolve, reject) => {
      child.stdout.once('data', (bytes: Buffer) => { resolve(JSON.parse(bytes.toString()) as { url: string; token: string }); }); // prettier-ignore
      void ended.then((code) => { reject(new Error(`${code} ${said}`)); }); // prettier-ignore
    });
    const headers = { authorization: `Bearer ${first.token}`, 'content-type': 'application/json' };
    const post = (path: string, body: object) => fetch(first.url + path, { method: 'POST', headers, body: JSON.stringify(body) }); // prettier-ignore
    const begin = async (): Promise<string> => {
      const { id } = (await (await post('/api/trainings', { data: digits, name: 'a', options: { ...tiny, epochs: 1_000_000 } })).json()) as { id: string }; // prettier-ignore
      const epoch = async () => ((await (await fetch(`${first.url}/api/runs/${id}`, { headers })).json()) as RunDetail).epoch; // prettier-ignore
      await expect.poll(epoch, { timeout: 240_000, interval: 20 }).toBeGreaterThan(0);
      return id;
    };
    return { child, ended, begin, post, said: () => said };
  }

  it('on Ctrl-C: its trainings save and end, and it says so', async () => {
    const runs = newFolder();
    const { child, ended, begin, said } = await open(runs);
    await begin();
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(said()).toMatch(/Stopping 1 training/);
    expect(readFileSync(join(runs, 'a/metrics.jsonl'), 'utf8').trim().split('\n').at(-1)).toMatch(/"reason":"interrupted"/); // prettier-ignore
    expect(existsSync(join(runs, 'a/.lock'))).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')('by a kill: its trainings go on, and the next one finds and stops them', async () => {
    const runs = newFolder();
    const { child, ended, begin } = await open(runs);
    const id = await begin();
    child.kill('SIGKILL');
    await ended;
    studio = await openStudio(runs);
    const { epoch } = await until(id, ({ state }) => state === 'training');
    await until(id, (run) => run.epoch > epoch);
    expect((await studio.post(`/api/runs/${id}/stop`, {})).status).toBe(202);
    const stopped = await until(id, ({ state }) => state === 'interrupted');
    expect(stopped.log.join('\n')).toMatch(/Stopping after this step/);
  }); // prettier-ignore

  it('sends no signal to a process that a lock names without proof', async () => {
    const runs = newFolder();
    studio = await openStudio(runs);
    const victim = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const { putRun } = await import('./harness.ts');
    const { hostname } = await import('node:os');
    const folder = putRun(runs, 'stranger');
    writeFileSync(join(folder, '.lock'), JSON.stringify({ host: hostname(), pid: victim.pid }));
    const id = await studio.idOf('stranger');
    expect((await studio.get<RunDetail>(`/api/runs/${id}`)).state).toBe('training');
    expect((await studio.post(`/api/runs/${id}/stop`, {})).status).toBe(409);
    expect(victim.exitCode).toBeNull();
    const over = new Promise((resolve) => victim.once('close', (_, signal) => { resolve(signal); })); // prettier-ignore
    victim.kill('SIGKILL');
    expect(await over).toBe('SIGKILL');
  });
});
