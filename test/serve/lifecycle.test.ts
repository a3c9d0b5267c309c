// A server over its life: runs that are replaced, limits, the description of what it offers, counts, the end.
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FolderStore } from '../../src/io/node/index.ts';
import { ServeApp, serve } from '../../src/serve/index.ts';
import type { RunServer } from '../../src/serve/index.ts';
import { rootsigma } from '../cli/harness.ts';
import { images, people, peopleRows, trainOn, waves } from './runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'rootsigma-serve-'));
const [first, second, served] = ['first', 'second', 'served'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const files = ['config.json', 'model.safetensors'];
const x = [[0.1, 0.9, 0.2, 0.8, 0.3, 0.7]];

beforeAll(async () => {
  for (const [path, seed] of [[first, 1], [second, 2]] as const) await (await trainOn(waves(64, 6), { latent: 2, seed, out: path })).dispose(); // prettier-ignore
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a run's files there, as new ones. */
function put(from: string, names = files): void {
  mkdirSync(served, { recursive: true });
  for (const name of names) {
    rmSync(join(served, name), { force: true });
    copyFileSync(join(from, name), join(served, name));
  }
}

async function encode({ url }: Pick<RunServer, 'url'>): Promise<string> {
  const answer = await fetch(`${url}/encode`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ x }) }); // prettier-ignore
  return answer.text();
}

describe('a run that is replaced', () => {
  it('is loaded when it is whole and nobody writes there; requests under way end with the old one', async () => {
    const notices: string[] = [];
    put(first);
    const server = await serve(served, { port: 0, reloadEvery: 0, onNotice: (line) => notices.push(line) });
    const { runs } = server.app;
    const old = await encode(server);
    await runs.check();
    expect(await encode(server)).toBe(old);

    // Half a run: weights that are cut off, and none.
    put(second);
    truncateSync(join(served, 'model.safetensors'), 1000);
    for (let k = 0; k < 3; k++) await runs.check();
    rmSync(join(served, 'model.safetensors'));
    for (let k = 0; k < 3; k++) await runs.check();
    expect(await encode(server)).toBe(old);
    expect(notices).toHaveLength(2);
    expect(notices[0]).toMatch(/^served: what is in .*served now cannot be loaded, the run of before is served on\./);

    // Whole, and somebody has the lock.
    const release = await new FolderStore(served).lock();
    put(second);
    for (let k = 0; k < 3; k++) await runs.check();
    expect(await encode(server)).toBe(old);
    expect(notices[2]).toMatch(/process \d+ on .* writes in .*; it is loaded when that has ended\./);
    await release();

    // A request that has begun keeps its run.
    const lease = runs.lease(undefined);
    await runs.check();
    const fresh = await encode(server);
    expect(fresh).not.toBe(old);
    expect(notices[3]).toMatch(/^served: loaded anew/);
    const { mean } = await lease.loaded.run.encode(Array.from({ length: 16 }, () => x[0]!));
    expect(Array.from(mean.data.subarray(0, 2))).toEqual((JSON.parse(old) as { mean: number[][] }).mean[0]);
    let freed = 0;
    const dispose = lease.loaded.run.dispose.bind(lease.loaded.run);
    lease.loaded.run.dispose = () => {
      freed++;
      return dispose();
    };
    lease.release();
    lease.release();
    expect(freed).toBe(1);

    const other = await serve(second, { port: 0, onNotice: 'silent' });
    expect(JSON.parse(fresh)).toEqual({ ...(JSON.parse(await encode(other)) as object), run: 'served' });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('rootsigma_reloads_total{run="served",result="failed"} 2\n');
    expect(metrics).toContain('rootsigma_reloads_total{run="served",result="loaded"} 1\n');
    await Promise.all([server.close(), other.close()]);
  });

  it('changes while it is looked at: it is looked at again', async () => {
    put(first);
    const server = await serve(served, { port: 0, reloadEvery: 0, onNotice: 'silent' });
    const old = await encode(server);
    // Other files every time: never the same twice.
    for (const from of [second, first, second]) {
      put(from);
      await server.checkRuns();
      expect(await encode(server)).toBe(old);
    }
    await server.checkRuns();
    expect(await encode(server)).not.toBe(old);
    await server.close();
  });

  it('is not written to', async () => {
    put(first);
    const server = await serve(served, { port: 0, reloadEvery: 0, onNotice: 'silent' });
    const { loaded } = server.app.runs.lease(undefined);
    await loaded.run.fitThreshold(waves(64, 6), { method: 'elbo', contamination: 0.1 });
    expect(existsSync(join(served, 'thresholds.json'))).toBe(false);
    await server.close();
  });
});

describe('the description', () => {
  it('is OpenAPI 3.1, and what it describes is there', async () => {
    const [table, pictures] = [await trainOn(people(64), { latent: 2 }), await trainOn(images(32), { latent: 2 })];
    const ask = (app: ServeApp, path: string, init: RequestInit = {}) =>
      app.fetch(new Request(`http://localhost${path}`, { ...init, headers: { host: 'localhost', 'content-type': 'application/json' } })); // prettier-ignore
    for (const runs of [{ table, pictures }, { table }]) {
      const app = await ServeApp.open(runs, { onNotice: 'silent' });
      const description = (await (await ask(app, '/openapi.json')).json()) as {
        paths: Record<string, Record<string, unknown>>;
      };
      const { valid, errors } = await new Validator().validate(structuredClone(description));
      expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
      const paths = Object.entries(description.paths);
      expect(paths.filter(([path]) => path.startsWith('/runs/table/'))).toHaveLength(7);
      expect(Object.hasOwn(description.paths, '/score')).toBe(Object.keys(runs).length === 1);
      for (const [path, methods] of paths) {
        for (const method of Object.keys(methods)) {
          const { status } = await ask(app, path, { method: method.toUpperCase() });
          expect([method, path, status]).toEqual([
            method,
            path,
            method === 'get' || path.endsWith('sample') ? 200 : 400,
          ]);
        }
      }
      await app.dispose();
    }
    await Promise.all([table.dispose(), pictures.dispose()]);
  });
});

describe('limits and counts', () => {
  it('too many at once get 429 and 503, and everybody else their answer', async () => {
    const run = await trainOn(waves(64, 6), { latent: 2 });
    const limited = await serve(run, { port: 0, maxPerClient: 3, onNotice: 'silent' });
    // What computes waits until so many have been refused.
    const impute = run.impute.bind(run);
    const statuses = async ({ url }: RunServer, refusals: number): Promise<number[]> => {
      let open: () => void = () => undefined;
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      run.impute = async (...given) => {
        await opened;
        return impute(...given);
      };
      let refused = 0;
      const body = JSON.stringify({ x: [[0.5, 0.5, null, 0.5, 0.5, 0.5]], sweeps: 5 });
      const ask = async (): Promise<number> => {
        const answer = await fetch(`${url}/impute`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }); // prettier-ignore
        if (answer.status !== 200) {
          expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
          if (++refused === refusals) open();
        }
        return answer.status;
      };
      return (await Promise.all(Array.from({ length: 12 }, ask))).sort();
    };
    expect(await statuses(limited, 9)).toEqual([...Array<number>(3).fill(200), ...Array<number>(9).fill(429)]);
    await limited.close();
    const short = await serve(run, { port: 0, maxQueue: 2, onNotice: 'silent' });
    // One may have begun before the others came.
    const among = await statuses(short, 9);
    expect([...new Set(among)]).toEqual([200, 503]);
    expect(among.filter((status) => status === 200).length).toBeLessThanOrEqual(3);
    expect(await encode(short)).toContain('"mean"');
    const metrics = await (await fetch(`${short.url}/metrics`)).text();
    expect(metrics).toMatch(/rootsigma_http_requests_total\{route="\/impute",method="POST",status="503"\} \d+\n/);
    // Prometheus' text format, line by line.
    for (const line of metrics.trimEnd().split('\n')) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="[^"\n]*",?)+\})? -?[\d.e+-]+|[a-z_]+\{.*le="\+Inf"\} \d+)$/,
      );
    }
    const count = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)?.[1]);
    expect(count('rootsigma_batch_rows_count\\{run="run",operation="encode"\\}')).toBe(1);
    await short.close();
    await run.dispose();
  });

  it('a deadline ends what takes longer, and the server goes on', async () => {
    const run = await trainOn(waves(64, 6), { latent: 2 });
    const server = await serve(run, { port: 0, deadline: 50, onNotice: 'silent' });
    const body = JSON.stringify({ x: [[0.5, 0.5, null, 0.5, 0.5, 0.5]], draws: 1000, sweeps: 100_000 });
    const answer = await fetch(`${server.url}/impute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect([answer.status, await answer.text()]).toEqual([504, expect.stringContaining('0.05 s')]);
    await server.close();
    await run.dispose();
  });
});

describe('the end', () => {
  it('answers what it has and takes nothing more', async () => {
    const run = await trainOn(waves(64, 6), { latent: 2 });
    const server = await serve(run, { port: 0, onNotice: 'silent' });
    const body = JSON.stringify({ x: [[0.5, 0.5, null, 0.5, 0.5, 0.5]], draws: 20, sweeps: 200 });
    let isIn: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => { isIn = resolve; }); // prettier-ignore
    const impute = run.impute.bind(run);
    run.impute = (...given) => {
      isIn();
      return impute(...given);
    };
    const underWay = fetch(`${server.url}/impute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    await begun;
    const closed = server.close();
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    const answer = await underWay;
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await closed).toBe(0);
    expect(await server.close()).toBe(0);
    await run.dispose();
  });

  it('cuts what does not end in time', async () => {
    const run = await trainOn(waves(64, 6), { latent: 2 });
    const server = await serve(run, { port: 0, grace: 50, onNotice: 'silent' });
    const endless = new ReadableStream({ pull: () => new Promise(() => undefined) });
    const sent = fetch(`${server.url}/encode`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: endless, duplex: 'half' } as RequestInit); // prettier-ignore
    const failed = expect(sent).rejects.toThrow();
    await expect.poll(async () => (await (await fetch(`${server.url}/metrics`)).text()).length).toBeGreaterThan(0);
    await server.close();
    await failed;
    await run.dispose();
  });
});

describe('the command', () => {
  /** Serves until the test has what it wants. */
  async function served(args: readonly string[], use: (url: string, said: () => string) => Promise<void>, env = {}) {
    const end = new AbortController();
    let text = '';
    let found: (url: string) => void = () => undefined;
    const url = new Promise<string>((resolve) => { found = resolve; }); // prettier-ignore
    const ended = rootsigma(['serve', ...args, '--port', '0', '--json'], {
      signal: end.signal,
      env,
      onStderr: (piece) => {
        text += piece;
        const [, at] = /at (http:\S+)/.exec(text) ?? [];
        if (at !== undefined) found(at);
      },
    });
    const failed = ended.then(({ stderr }) => Promise.reject(new Error(stderr)));
    failed.catch(() => undefined);
    await use(await Promise.race([url, failed]), () => text);
    end.abort();
    return ended;
  }

  it('serves runs by name, logs, and ends with 0', async () => {
    const { code, stdout, stderr, records } = await served([first, `b=${second}`, '--log', 'json'], async (url) => {
      const { runs } = (await (await fetch(`${url}/runs`)).json()) as { runs: { name: string }[] };
      expect(runs.map(({ name }) => name)).toEqual(['first', 'b']);
    });
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 1]);
    expect(records[0]).toMatchObject({
      runs: ['first', 'b'],
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
    });
    expect(stderr).toMatch(/Serving 2 runs at http/);
    expect(stderr).toMatch(/\{"time":.*"path":"\/runs","status":200/);
  });

  it('makes a token where others can reach it, and takes one from a file or the environment', async () => {
    const status = async (url: string, token?: string): Promise<number> =>
      (await fetch(`${url.replace('0.0.0.0', '127.0.0.1')}/runs`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })).status; // prettier-ignore
    const open = await served([first, '--host', '0.0.0.0', '--log', 'none'], async (url, said) => {
      const token = /Token, made for this server: (\S+)/.exec(said())?.[1];
      expect([await status(url), token?.length]).toEqual([401, 43]);
      expect(await status(url, token)).toBe(200);
    });
    expect(open.code).toBe(0);
    const file = join(folder, 'token.txt');
    writeFileSync(file, 'a-token-in-a-file-of-mine\n');
    await served([first, '--token-file', file], async (url, said) => {
      expect([await status(url), await status(url, 'a-token-in-a-file-of-mine')]).toEqual([401, 200]);
      expect(said()).not.toContain('a-token-in');
    });
    await served([first], async (url) => {
      expect([await status(url), await status(url, 'a-token-of-the-environment')]).toEqual([401, 200]);
    }, { ROOTSIGMA_TOKEN: 'a-token-of-the-environment' }); // prettier-ignore
  });

  it.each<[string[], number, RegExp]>([
    [[join(folder, 'nothing')], 2, /does not exist or is empty, so it is no run folder/],
    [[first, `first=${second}`], 2, /both named 'first': name one of them, NAME=FOLDER/],
    [[first, '--token', 'short'], 2, /token must be a text of at least 16 characters/],
    [[first, '--no-token', '--token-file', 'x'], 2, /choose one/],
    [[first, '--host', 'not-an-address.invalid'], 2, /cannot listen on not-an-address\.invalid/],
    [[first, '--max-wait', '-1'], 2, /maxWait must be a number in \[0, 60000\]/],
  ])('%s is refused', async (args, code, what) => {
    const result = await rootsigma(['serve', ...args]);
    expect([result.code, result.stderr]).toEqual([code, expect.stringMatching(what)]);
  });

  it.skipIf(!existsSync('dist/cli/main.js'))(
    'runs as the Dockerfile starts it, is healthy, and ends with 0 on SIGTERM',
    async () => {
      const dockerfile = readFileSync('Dockerfile', 'utf8');
      const listOf = (keyword: string): string[] => JSON.parse(new RegExp(`^${keyword}.*?(\\[.*\\])$`, 'm').exec(dockerfile)?.[1] ?? '[]') as string[]; // prettier-ignore
      const [program, ...args] = listOf('ENTRYPOINT');
      const token = 'a-token-of-24-characters';
      const child = spawn(program!, [...args, first, '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ROOTSIGMA_TOKEN: token } }); // prettier-ignore
      const { port } = await new Promise<{ port: number }>((resolve) => {
        child.stdout.once('data', (bytes: Buffer) => {
          resolve(JSON.parse(bytes.toString()) as { port: number });
        });
      });
      const health = listOf('HEALTHCHECK').map((word) => word.replace(':8080', `:${port}`));
      expect(spawnSync(health[0]!, health.slice(1)).status).toBe(0);
      const answer = await fetch(`http://127.0.0.1:${port}/sample?count=1`, { method: 'POST', headers: { authorization: `Bearer ${token}` } }); // prettier-ignore
      expect(answer.status).toBe(200);
      await answer.text();
      const ended = new Promise((resolve) => child.once('exit', (code, signal) => { resolve([code, signal]); })); // prettier-ignore
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
      expect(spawnSync(health[0]!, health.slice(1)).status).toBe(1);
    },
  );

  it('is built by a Dockerfile whose last stage has what runs, and no more rights than it needs', () => {
    const stages = readFileSync('Dockerfile', 'utf8')
      .split(/^FROM /m)
      .slice(1);
    const last = stages.at(-1)!;
    expect(stages.map((stage) => /^node:24-slim\b/.test(stage))).toEqual([true, true, true]);
    expect(last).toMatch(/^USER node$/m);
    expect(last).not.toMatch(/^RUN /m);
    // All of it comes from stages, where it was made or its modes were set: who builds may have files that nobody else reads.
    const copies = [...last.matchAll(/^COPY (.*)$/gm)].map(([, words = '']) => words.split(' '));
    expect(copies.map(([from]) => from)).toEqual(['--from=dependencies', '--from=build', '--from=build']);
    const copied = copies.flatMap((words) => words.slice(1, -1)).map((path) => path.replace('/app/', ''));
    expect(copied.filter((name) => !existsSync(name) && name !== 'dist')).toEqual([]);
    expect(/^RUN chmod -R a\+rX (.*)$/m.exec(stages[0]!)?.[1]?.split(' ')).toEqual(copied.slice(1));
    // What the command reads at run time is there.
    expect(copied).toContain('package.json');
    expect(readFileSync('.dockerignore', 'utf8').split('\n')).toEqual(
      expect.arrayContaining(['.git', '**/node_modules', 'runs']),
    );
  });
});

describe('the guide', () => {
  it('curl lines are answered as it says', async () => {
    const run = await trainOn(people(64), { latent: 2 });
    const server = await serve(run, { port: 0, onNotice: 'silent' });
    const guide = readFileSync('docs/serving.md', 'utf8');
    const commands = [...guide.matchAll(/^curl (\S+) -H '([^:]+): ([^']+)' \\\n {2}-d '([^']+)'/gm)];
    expect(commands).toHaveLength(1);
    for (const [, url = '', name = '', value = '', body = ''] of commands) {
      const answer = await fetch(url.replace('http://127.0.0.1:8080', server.url), {
        method: 'POST',
        headers: { [name]: value },
        body,
      });
      expect(answer.status).toBe(200);
      const { scores, notices } = (await answer.json()) as { scores: number[]; notices: string[] };
      expect(scores).toHaveLength(peopleRows(2).length);
      expect(notices.join()).toContain('Bern');
    }
    // Every status that it lists is one that it explains, and every endpoint is there.
    for (const path of guide.matchAll(/`GET (\/[\w.]*)`/g))
      expect((await fetch(server.url + path[1]!)).status).toBe(200);
    await server.close();
    await run.dispose();
  });
});
