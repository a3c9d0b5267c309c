// What strangers send, and what strangers' folders hold: each is refused or shown as text, nothing outside RUNS is read, and the studio goes on.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { About, RunDetail, RunSeries, RunSummary } from '../../src/studio/contract.ts';
import type { StudioOptions } from '../../src/studio/index.ts';
import { config, newFolder, openStudio, putRun, stepLine } from './harness.ts';
import type { TestStudio } from './harness.ts';

let studio: TestStudio;
let runs: string;
/** A file that nobody may have. */
const secret = 'the secret of this machine';
let outside: string;

beforeEach(async () => {
  runs = newFolder();
  outside = newFolder();
  writeFileSync(join(outside, 'config.json'), JSON.stringify({ ...config, secret }));
  writeFileSync(join(outside, 'metrics.jsonl'), `{"event":"step","step":1,"secret":"${secret}"}\n`);
  writeFileSync(join(outside, 'samples.png'), secret);
  await open();
});
afterEach(() => studio.studio.close());

async function open(options: StudioOptions = {}): Promise<void> {
  studio = await openStudio(runs, options);
}
async function reopen(options: StudioOptions): Promise<void> {
  await studio.studio.close();
  await open(options);
}

/** Sends bytes as they are, and gives what comes back until the connection ends. */
function raw(...pieces: readonly (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(studio.studio.port, '127.0.0.1');
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(text);
    });
    for (const piece of pieces) socket.write(piece);
  });
}

function request(line: string, headers: Readonly<Record<string, string>> = {}, body = ''): Promise<string> {
  const all = { host: `127.0.0.1:${studio.studio.port}`, connection: 'close', authorization: `Bearer ${studio.studio.token}`, ...headers }; // prettier-ignore
  const lines = Object.entries(all).filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}\r\n`); // prettier-ignore
  return raw(`${line} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
const json = { 'content-type': 'application/json' };

/** It answers as before, and has told nobody the secret. */
async function expectAlive(...answers: readonly string[]): Promise<void> {
  expect((await studio.ask('/api/about')).status).toBe(200);
  for (const answer of answers) expect(answer).not.toContain(secret);
}

describe('who may ask', () => {
  const lines = ['GET /api/about', 'GET /api/runs', 'GET /api/live', 'GET /api/form', 'POST /api/trainings', 'POST /api/uploads?name=a.csv', 'GET /api/nothing', 'GET /api', 'GET /nothing', 'DELETE /api/runs', 'GET //api/about']; // prettier-ignore

  it('nobody without the token, nor with another one', async () => {
    const { token } = studio.studio;
    for (const line of lines) {
      const answer = await request(line, { authorization: '' });
      expect([line, statusOf(answer)]).toEqual([line, 401]);
      expect(answer).not.toContain(runs);
    }
    const wrong = [token.slice(0, -1), `${token}a`, token.toLowerCase(), 'a'.repeat(token.length), `${token} ${token}`];
    for (const each of wrong) expect(statusOf(await request('GET /api/about', { authorization: `Bearer ${each}` }))).toBe(401);
    expect(statusOf(await request('GET /api/about', { authorization: `Basic ${token}` }))).toBe(401);
    expect(statusOf(await request(`GET /api/about?token=${token}`, { authorization: '' }))).toBe(401);
    expect(statusOf(await request('GET /api/about', { authorization: '', cookie: `token=${token}` }))).toBe(401);
    // The files of the pages are open, and have no token in them.
    for (const path of ['/', '/assets/index-AbC_12-x.js']) {
      const answer = await request(`GET ${path}`, { authorization: '' });
      expect([statusOf(answer), answer.includes(token)]).toEqual([200, false]);
    }
    expect(studio.studio.page).toBe(`${studio.studio.url}/#token=${token}`);
    await expect(openStudio(runs, { token: 'short' })).rejects.toThrow(/token must be a text of at least 16/);
  }); // prettier-ignore

  it('no page whose name was pointed to this machine (DNS rebinding), token or not', async () => {
    for (const host of ['evil.example', `evil.example:${studio.studio.port}`, '127.0.0.1.evil.example', '10.0.0.1', '[::2]', '0.0.0.0']) {
      for (const path of ['/', '/api/runs']) expect([host, statusOf(await request(`GET ${path}`, { host }))]).toEqual([host, 403]);
    }
    for (const host of ['a b', '127.0.0.1@evil.example', 'localhost/evil']) expect(statusOf(await request('GET /', { host }))).toBe(400);
    for (const host of [`localhost:${studio.studio.port}`, '127.0.0.1', '[::1]']) expect(statusOf(await request('GET /api/runs', { host }))).toBe(200);
  }); // prettier-ignore

  it('no page of another origin, be it another port of this machine', async () => {
    const own = `http://127.0.0.1:${studio.studio.port}`;
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', `http://localhost:${studio.studio.port}`, `${own}.evil.example`]) {
      for (const line of ['GET /api/runs', 'POST /api/trainings', 'OPTIONS /api/trainings', 'GET /']) {
        const answer = await request(line, { origin });
        expect([origin, line, statusOf(answer)]).toEqual([origin, line, 403]);
        expect(answer.toLowerCase()).not.toContain('access-control-allow');
      }
    }
    expect(statusOf(await request('GET /api/runs', { origin: own }))).toBe(200);
  }); // prettier-ignore

  it('no form: what pages send without asking first starts nothing, token or not', async () => {
    const body = JSON.stringify({ data: { kind: 'dataset', name: 'digits' }, options: {} });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=a', '', 'application/jsonp', 'text/plain;application/json']) {
      const headers = { 'content-type': type, 'content-length': String(body.length) };
      expect([type, statusOf(await request('POST /api/trainings', headers, body))]).toEqual([type, 415]);
      expect(statusOf(await request('POST /api/uploads?name=a.csv', headers, body))).toBe(415);
    }
    expect(readdirSync(runs)).toEqual([]);
  }); // prettier-ignore

  it('what may be done with answers is said in each', async () => {
    for (const path of ['/', '/assets/index-AbC_12-x.js', '/api/runs', '/api/nothing']) {
      const { headers } = await studio.ask(path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/^default-src 'none';.*frame-ancestors 'none'; base-uri 'none'; form-action 'none'$/);
      expect(policy).not.toMatch(/unsafe-inline|unsafe-eval'? |\*|https?:/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('cache-control')).toBe(path.startsWith('/assets') ? 'public, max-age=31536000, immutable' : path === '/' ? 'no-cache' : 'no-store'); // prettier-ignore
    }
    const page = await studio.ask('/');
    expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    // The article may have style attributes, and nothing else that the other pages may not.
    const article = await studio.ask('/article/');
    expect(article.status).toBe(200);
    expect(article.headers.get('content-security-policy')).toBe(
      page.headers.get('content-security-policy')!.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"),
    );
    const again = await studio.ask('/', { headers: { 'if-none-match': page.headers.get('etag')! } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });
});

describe('addresses', () => {
  it('none leads out: pages by a fixed list, runs by their ids, files by their names', async () => {
    putRun(runs, 'a');
    writeFileSync(join(runs, 'secret.txt'), secret);
    writeFileSync(join(runs, 'a/secret.txt'), secret);
    writeFileSync(join(runs, 'a/.lock.txt'), secret);
    const id = await studio.idOf('a');
    const up = ['..', '%2e%2e', '..%2f', '%2e%2e%2f', '..%5c', '.%00', '%252e%252e'];
    const lines = [
      ...up.flatMap((each) => [`/${each}/package.json`, `/assets/${each}/index.html`, `/api/runs/${each}`, `/api/runs/${each}/files/config.json`]),
      ...up.map((each) => `/api/runs/${id}/files/${each}/secret.txt`),
      ...['secret.txt', '.lock', '.lock.txt', '/etc/passwd', '%2fetc%2fpasswd', 'config.json%00.png', 'config.json/', './config.json', 'model/../config.json', 'model%2f..%2fconfig.json', 'CONFIG.JSON', 'pictures/../config.json', 'pictures/samples-1.png/..', 'checkpoints/last.safetensors', '', '%', '%zz'].map((each) => `/api/runs/${id}/files/${each}`),
      ...['/assets/notes.txt', '/assets/', '/assets', '/index.html/', '//etc/passwd', '/etc/passwd', '/assets/index-AbC_12-x.js/../../index.html'],
      ...[`/api/runs/${'a'.repeat(5000)}`, '/api/runs/%2e', '/api/runs/a', '/api/runs/__proto__', '/api/runs/constructor/series'],
    ];
    for (const path of lines) {
      const answer = await request(`GET ${path}`);
      // `./config.json` and the like are the address without them, to Node and to browsers.
      const isOwn = path.endsWith('/files/./config.json') || path.endsWith('/files/model/../config.json') || path.endsWith('/files/pictures/../config.json');
      expect([path, statusOf(answer)]).toEqual([path, isOwn ? expect.toSatisfy((status: number) => [200, 404].includes(status)) : expect.toSatisfy((status: number) => [400, 404, 414, 431].includes(status))]);
      expect(answer).not.toMatch(/root:|ENOENT|node:|at file/);
      await expectAlive(answer);
    }
  }); // prettier-ignore

  it('answer 405 to methods that they do not have, and say which', async () => {
    putRun(runs, 'a');
    const id = await studio.idOf('a');
    for (const [path, allow] of [['/api/runs', 'GET, HEAD'], [`/api/runs/${id}`, 'GET, HEAD'], ['/api/trainings', 'POST'], [`/api/runs/${id}/stop`, 'POST'], ['/api/uploads', 'POST'], ['/', 'GET, HEAD'], ['/api/live', 'GET, HEAD']] as const) {
      for (const method of ['PUT', 'DELETE', 'PATCH', allow === 'POST' ? 'GET' : 'POST']) {
        const answer = await studio.ask(path, { method });
        expect([method, path, answer.status, answer.headers.get('allow')]).toEqual([method, path, 405, allow]);
      }
    }
    expect(statusOf(await request('TRACE /'))).toBe(405);
    const head = await studio.ask(`/api/runs/${id}/files/config.json`, { method: 'HEAD' });
    expect([head.status, Number(head.headers.get('content-length'))]).toEqual([200, JSON.stringify(config).length]);
  }); // prettier-ignore
});

describe('folders of strangers', () => {
  it.skipIf(process.platform !== 'linux')('a place that takes no folders is said', async () => {
    // Of /proc, where making folders and those above them never ended.
    await expect(openStudio('/proc/rootsigma/runs')).rejects.toThrow(/\/proc.*cannot be written/);
  });

  it('links within RUNS are not followed, be they runs, files, folders or the studio’s own', async () => {
    symlinkSync(outside, join(runs, 'linked'));
    const own = putRun(runs, 'own', { log: stepLine(1) });
    for (const name of ['samples.png', 'README.md', 'model.safetensors', 'thresholds.json']) symlinkSync(join(outside, 'samples.png'), join(own, name)); // prettier-ignore
    symlinkSync(outside, join(own, 'pictures'));
    symlinkSync(outside, join(own, 'model'));
    writeFileSync(join(outside, 'samples-00001.png'), secret);
    writeFileSync(join(outside, 'encoder.onnx'), secret);
    const log = putRun(runs, 'log');
    symlinkSync(join(outside, 'metrics.jsonl'), join(log, 'metrics.jsonl'));
    const lock = putRun(runs, 'lock');
    symlinkSync(join(outside, 'config.json'), join(lock, '.lock'));
    const linkedConfig = join(runs, 'config');
    mkdirSync(linkedConfig);
    symlinkSync(join(outside, 'config.json'), join(linkedConfig, 'config.json'));
    const list = await studio.get<RunSummary[]>('/api/runs');
    expect(list.map(({ name }) => name).sort()).toEqual(['lock', 'log', 'own']);
    const id = await studio.idOf('own');
    const detail = await studio.get<RunDetail>(`/api/runs/${id}`);
    expect([detail.files.map(({ name }) => name), detail.pictures]).toEqual([['config.json', 'metrics.jsonl'], []]);
    for (const name of ['samples.png', 'README.md', 'model.safetensors', 'thresholds.json', 'model/encoder.onnx', 'pictures/samples-00001.png']) {
      const answer = await studio.ask(`/api/runs/${id}/files/${name}`);
      expect([name, answer.status]).toEqual([name, 404]);
      await expectAlive(await answer.text());
    }
    const { series } = await studio.get<RunSeries>(`/api/runs/${await studio.idOf('log')}/series`);
    expect(series).toEqual([]);
  }); // prettier-ignore

  it('the studio’s own folders are not written to where they are links', async () => {
    for (const name of ['.studio', '.uploads']) symlinkSync(outside, join(runs, name));
    writeFileSync(join(outside, 'a.csv'), secret);
    const before = readdirSync(outside);
    await reopen({});
    expect((await studio.get<About>('/api/about')).uploads).toEqual([]);
    const sent = await studio.ask('/api/uploads?name=b.csv', { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: 'a\n1\n' }); // prettier-ignore
    expect(sent.status).toBe(500);
    const started = await studio.post('/api/trainings', { data: { kind: 'dataset', name: 'digits' }, options: {} });
    expect(started.status).toBe(500);
    expect(readdirSync(outside)).toEqual(before);
    await expectAlive(await sent.text(), await started.text());
  });

  it.skipIf(process.platform === 'win32')('what is no file does not hold the studio: pipes, folders in place of files', async () => {
    const folder = putRun(runs, 'a');
    execFileSync('mkfifo', [join(folder, 'metrics.jsonl'), join(folder, '.lock'), join(folder, 'samples.png')]);
    mkdirSync(join(folder, 'model.safetensors'));
    mkdirSync(join(runs, 'b/config.json'), { recursive: true });
    mkdirSync(join(runs, 'c'));
    execFileSync('mkfifo', [join(runs, 'c/config.json')]);
    const id = await studio.idOf('a');
    for (const path of ['', '/series', '/start']) expect((await studio.ask(`/api/runs/${id}${path}`)).status).toBe(200);
    for (const name of ['samples.png', 'metrics.jsonl', 'model.safetensors']) expect((await studio.ask(`/api/runs/${id}/files/${name}`)).status).toBe(404);
    await expectAlive();
  }); // prettier-ignore

  it('names and texts are JSON and nothing else', async () => {
    const script = '<img src=x onerror=alert(1)>';
    const odd = `${script.replace('/', '')} "q" ‮ü`;
    putRun(runs, odd, { of: { ...config, preset: script, data: { ...config.data, source: script } }, log: `${JSON.stringify({ event: 'epoch', epoch: 1, step: 1, [script]: 1, training: { elbo: -1, metrics: { [script]: 2, ['__proto__']: 3, constructor: 4 } } })}\n` });
    for (const name of ['--out=x', '-rf', ' ', 'a\nb', 'c\rd', '\u001b[31m']) putRun(runs, name);
    const list = await studio.ask('/api/runs');
    expect(list.headers.get('content-type')).toBe('application/json');
    const all = (await list.json()) as RunSummary[];
    expect(all).toHaveLength(7);
    for (const { id } of all) expect(id).toMatch(/^[\w-]{16}$/);
    const { id } = all.find(({ name }) => name === odd)!;
    const { series } = await studio.get<RunSeries>(`/api/runs/${id}/series`);
    expect(series.map(({ name }) => name)).toEqual(expect.arrayContaining([`training.${script}`, 'training.elbo', 'training.constructor']));
    // A header gets none of it.
    for (const each of all) {
      const file = await studio.ask(`/api/runs/${each.id}/files/config.json`);
      expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+"$/);
      await file.text();
    }
  }); // prettier-ignore

  it('logs that are huge, endless, no JSON or of a million names take bounded time and memory', async () => {
    const names = Object.fromEntries(Array.from({ length: 5000 }, (_, k) => [`m${k}`, k]));
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    const folder = putRun(runs, 'a', { log: [`{"event":"step","step":1,"x":"${'a'.repeat(3_000_000)}"}`, 'no JSON', '[1,2]', '"text"', '', deep, `{"event":"epoch","epoch":1,"step":5,"training":${deep}}`, JSON.stringify({ event: 'step', step: 1e308, metrics: names }), JSON.stringify({ event: 'step', step: 'x' }), stepLine(7).trim(), '\0\0\0', `{"event":"done","reason":"${'b'.repeat(10_000)}"}`, ''].join('\n') });
    writeFileSync(join(folder, 'model.safetensors'), 'x');
    const id = await studio.idOf('a');
    const { series } = await studio.get<RunSeries>(`/api/runs/${id}/series`);
    expect(series.length).toBeLessThanOrEqual(256);
    expect(series.find(({ name }) => name === 'step.m0')!.step).toEqual([1e308]);
    // A line without an end, which grows.
    writeFileSync(join(folder, 'metrics.jsonl'), 'x'.repeat(5_000_000));
    expect((await studio.get<RunSeries>(`/api/runs/${id}/series`)).series).toEqual([]);
    writeFileSync(join(folder, 'metrics.jsonl'), `${'x'.repeat(6_000_000)}\n${stepLine(8)}`);
    expect((await studio.get<RunSeries>(`/api/runs/${id}/series?metrics=step.loss`)).series[0]!.step).toEqual([8]);
    expect((await studio.get<RunSummary[]>('/api/runs'))[0]!).toMatchObject({ state: 'interrupted', step: 8 });
    await expectAlive();
  }); // prettier-ignore

  it('configurations that are none are damaged, and no more', async () => {
    const broken: Record<string, string> = { text: 'no JSON', list: '[]', empty: '', nothing: '{}', zero: '\0', deep: '{"model":'.repeat(20_000), wrong: JSON.stringify({ ...config, model: { latent: 'x', prior: 7, posterior: { name: secret.length } } }), large: `{"data":{"kind":"${'a'.repeat(100_000)}"},"model":{"latent":2}}` }; // prettier-ignore
    for (const [name, text] of Object.entries(broken)) {
      mkdirSync(join(runs, name));
      writeFileSync(join(runs, name, 'config.json'), text);
    }
    const list = await studio.get<RunSummary[]>('/api/runs');
    expect(list.map(({ name }) => name).sort()).toEqual(Object.keys(broken).sort());
    for (const { alarms, data } of list) {
      expect(alarms[0]).toMatchObject({ kind: 'damaged' });
      expect(data.kind.length).toBeLessThanOrEqual(100);
    }
    for (const { id } of list) for (const path of ['', '/series', '/start']) expect((await studio.ask(`/api/runs/${id}${path}`)).status).toBe(200); // prettier-ignore
  });
});

describe('trainings', () => {
  const digits = { kind: 'dataset', name: 'digits' } as const;
  /** A program that says with which arguments it was called, and trains nothing. */
  const recorder = (): { readonly program: string; readonly calls: () => string[][] } => {
    const folder = newFolder();
    const program = join(folder, 'program.mjs');
    const calls = join(folder, 'calls');
    writeFileSync(program, `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(calls)}, JSON.stringify(process.argv.slice(2)) + '\\n');\n`); // prettier-ignore
    return { program, calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as string[]) : []) }; // prettier-ignore
  };

  it('no name, option or file becomes a flag', async () => {
    const data = newFolder();
    for (const name of ['--out=x.csv', '-o.csv', '--.csv', '$(id).csv', 'a b;c.csv']) writeFileSync(join(data, name), 'a\n1\n');
    const { program, calls } = recorder();
    await reopen({ data, program, maxTrainings: 64 });
    const bodies = [
      ...readdirSync(data).map((name) => ({ data: { kind: 'file', name }, options: {} })),
      { data: digits, name: 'ok', options: { condition: '--out=/tmp/x', beta: 2, betaSchedule: 'linear', count: '7', delimiter: '-' } },
    ];
    for (const body of bodies) expect([body, (await studio.post('/api/trainings', body)).status]).toEqual([body, 201]);
    await expect.poll(() => calls().length, { timeout: 240_000 }).toBe(bodies.length);
    for (const args of calls()) {
      const end = args.indexOf('--');
      expect(args[0]).toBe('train');
      expect(args.slice(end + 1)).toHaveLength(1);
      for (const flag of args.slice(1, end)) expect(flag).toMatch(/^--(config|out)=\/|^--data-option=(count=7|delimiter="-")$|^--beta-schedule=linear$/);
      expect(args.find((each) => each.startsWith('--out='))).toContain(`--out=${studio.studio.runs}/`);
    }
  }); // prettier-ignore

  it('what is asked for is checked, part by part, and nothing is started', async () => {
    const { program, calls } = recorder();
    const data = newFolder();
    symlinkSync(outside, join(data, 'out'));
    symlinkSync(join(outside, 'config.json'), join(data, 'x.csv'));
    writeFileSync(join(data, 'real.csv'), 'a\n1\n');
    symlinkSync('real.csv', join(data, 'inner.csv'));
    await reopen({ data, program });
    expect((await studio.get<About>('/api/about')).data!.files).toEqual(['inner.csv', 'real.csv']);
    const file = (name: string) => ({ kind: 'file', name });
    const cases: [unknown, number, string?][] = [
      ...['../x', '..', '../../etc/passwd', '/etc/passwd', 'out', 'out/config.json', 'x.csv', 'a\0b', 'nothing.csv', 'real.csv/..\0', '..\\x', 'C:\\x', '/proc/self/environ'].map((name): [unknown, number, string] => [{ data: file(name) }, 400, '/data/name']),
      ...['a', '../.studio', '.hidden.csv', '../a.csv'].map((name): [unknown, number, string] => [{ data: { kind: 'upload', name } }, 400, '/data/name']),
      [{ data: { kind: 'dataset', name: '/etc/passwd' } }, 400, '/data/name'],
      [{ data: { kind: 'dataset', name: '--help' } }, 400, '/data/name'],
      [{ data: { kind: 'url', name: 'http://evil.example' } }, 400, '/data/kind'],
      [{ data: 7 }, 400, '/data'],
      [{}, 400, '/data'],
      [[], 400, ''],
      ['text', 400, ''],
      [null, 400, ''],
      ...['../x', '/tmp/x', '.studio', '.uploads/x', '--out', '-x', 'a/../b', 'a//b', 'a/', 'a\\b', 'a\0b', 'a\nb', 'a'.repeat(300), 'a/b/c/d', 'a.', 'con/.git', 7, {}].map((name): [unknown, number, string] => [{ data: digits, name }, 400, '/name']),
      ...Object.entries({ out: '/tmp/x', overwrite: true, from: '/etc', resume: true, config: {}, set: { 'data.source': '/etc/passwd' }, networks: 'x', parts: [], dataOptions: { schema: '/etc/passwd' }, schema: '/etc/passwd', engine: 'auto', onEvent: 'x', worker: {}, ranks: {}, __proto: 1, constructor: 1, toString: 1, latnet: 3 }).map(([name, value]): [unknown, number, string] => [{ data: digits, options: { [name]: value } }, 400, `/options/${name}`]),
      ...Object.entries({ latent: 0, epochs: 1e9 + 0.5, hidden: 'x', learningRate: -1, posterior: 'nothing', preset: 'nothing', threads: 1e6, stddev: 'x', seed: -1, optimizer: ['adam'], betaSchedule: '--out', betaWarmupSteps: '1;x', delimiter: 'ab', header: 'x' }).map(([name, value]): [unknown, number, string] => [{ data: digits, options: { [name]: value } }, 400, `/options/${name}`]),
      [{ data: digits, options: { rank: 3 } }, 400, '/options/rank'],
      [{ data: digits, options: { posterior: { name: 'low-rank', rnk: 2 } } }, 400, '/options/posterior'],
      [{ data: digits, options: { posterior: 'deterministic', objective: 'beta-tc' } }, 422, '/options/objective'],
      [{ data: digits, extra: 1 }, 400, '/extra'],
      [{ data: digits, options: 'x' }, 400, '/options'],
    ];
    for (const [body, status, pointer] of cases) {
      const answer = await studio.post('/api/trainings', body);
      const problem = (await answer.json()) as { pointer?: string; detail: string };
      expect([body, answer.status, problem.pointer]).toEqual([body, status, pointer]);
      expect(problem.detail).not.toContain(secret);
    }
    for (const text of ['{', '{"data"', '\0', `{"__proto__": {"x": 1}}`, '[[[[']) {
      const status = statusOf(await request('POST /api/trainings', { ...json, 'content-length': String(text.length) }, text));
      expect([text, status]).toEqual([text, 400]);
    }
    expect(({} as Record<string, unknown>).x).toBeUndefined();
    expect([calls(), readdirSync(runs)]).toEqual([[], []]);
  }); // prettier-ignore

  it('a body beyond the bound is not read, said or not', async () => {
    const said = await request('POST /api/trainings', { ...json, 'content-length': '1000000000000' }, '{');
    expect(statusOf(said)).toBe(413);
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    const chunked = await request('POST /api/trainings', { ...json, 'transfer-encoding': 'chunked' }, `${chunk.repeat(20)}0\r\n\r\n`); // prettier-ignore
    expect(statusOf(chunked)).toBe(413);
    await expectAlive();
  });
});

describe('uploads', () => {
  const octets = { 'content-type': 'application/octet-stream' };
  const send = (name: string, body: BodyInit): Promise<Response> => studio.ask(`/api/uploads?name=${encodeURIComponent(name)}`, { method: 'POST', headers: octets, body }); // prettier-ignore
  const kept = (): string[] => (existsSync(join(runs, '.uploads')) ? readdirSync(join(runs, '.uploads')).sort() : []);

  it('get names of their own, and never that of another', async () => {
    const cases: [string, string][] = [
      ['a.csv', 'a.csv'],
      ['a.csv', 'a-2.csv'],
      ['../../x.csv', 'x.csv'],
      ['/etc/cron.d/y.csv', 'y.csv'],
      ['..\\z.csv', 'z.csv'],
      ['.hidden.csv', 'hidden.csv'],
      ['--out=b.csv', 'out-b.csv'],
      ['a b\0\n"ü.csv', 'a-b-.csv'],
      [`${'n'.repeat(300)}.csv.gz`, `${'n'.repeat(80)}.csv.gz`],
    ];
    for (const [given, name] of cases) {
      const answer = await send(given, given.endsWith('.gz') ? new Uint8Array([0x1f, 0x8b, 8, 0]) : 'a\n1\n');
      expect([given, answer.status, await answer.json()]).toEqual([given, 201, { name }]);
    }
    expect(kept()).toEqual(cases.map(([, name]) => name).sort());
    expect((await studio.get<About>('/api/about')).uploads).toEqual(kept());
    expect(readdirSync(runs)).toEqual(['.uploads']);
  });

  it('of other kinds, or that are not what their names say, are not kept', async () => {
    for (const name of ['config.json', 'a', '', '.csv', 'a.exe', 'a.csv.exe', 'a.html', 'a.png', '../', 'x.csv/']) {
      const answer = await send(name, 'a\n1\n');
      expect([name, answer.status]).toEqual([name, 415]);
    }
    for (const name of ['a.npy', 'a.npz', 'a.parquet', 'a.csv.gz']) expect([name, (await send(name, 'a\n1\n')).status]).toEqual([name, 415]);
    expect((await send('a.csv', new Uint8Array([0, 1, 2]))).status).toBe(415);
    expect((await send('a.csv', '')).status).toBe(400);
    expect(kept()).toEqual([]);
  }); // prettier-ignore

  it('beyond the bounds end, said or not, and leave nothing', async () => {
    await reopen({ maxUpload: 100_000, maxUploads: 150_000 });
    const line = 'a,b\n';
    const said = await request('POST /api/uploads?name=a.csv', { ...octets, 'content-length': '1000000000000' }, line);
    expect([statusOf(said), said]).toEqual([413, expect.stringMatching(/--max-upload/)]);
    const chunk = `8000\r\n${line.repeat(0x2000)}\r\n`;
    const endless = await request('POST /api/uploads?name=a.csv', { ...octets, 'transfer-encoding': 'chunked' }, chunk.repeat(10)); // prettier-ignore
    expect([0, 413]).toContain(endless === '' ? 0 : statusOf(endless));
    await expect.poll(kept).toEqual([]);
    expect((await send('a.csv', line.repeat(20_000))).status).toBe(201);
    const full = await send('b.csv', line.repeat(20_000));
    expect([full.status, ((await full.json()) as { detail: string }).detail]).toEqual([507, expect.stringMatching(/remove some/)]);
    // What breaks off is not kept.
    await new Promise<void>((resolve) => {
      const socket = connect(studio.studio.port, '127.0.0.1', () => {
        socket.write(`POST /api/uploads?name=c.csv HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${studio.studio.token}\r\ncontent-type: application/octet-stream\r\ncontent-length: 1000\r\n\r\na,b\n`, () => {
          socket.destroy();
          resolve();
        });
      });
    });
    await expect.poll(kept).toEqual(['a.csv']);
    await expectAlive();
  }); // prettier-ignore
});
