// What strangers send: every attack is answered, or its connection ends, and the server goes on. SECURITY.md lists what is promised.
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../src/index.ts';
import { LocalServer, listen } from '../../src/server/index.ts';
import { serve } from '../../src/serve/index.ts';
import type { AccessEntry, RunServer, ServeOptions } from '../../src/serve/index.ts';
import { trainOn, waves } from './runs.ts';

let run: Run;
let server: RunServer | undefined;
const entries: AccessEntry[] = [];

beforeAll(async () => {
  run = await trainOn(waves(64, 6), { latent: 2 });
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  entries.length = 0;
});
afterAll(() => run.dispose());

async function start(options: ServeOptions = {}): Promise<RunServer> {
  server = await serve(run, { port: 0, onNotice: 'silent', onAccess: (entry) => entries.push(entry), ...options });
  return server;
}

/** Sends bytes as they are, and gives what comes back until the server closes the connection. */
function raw({ port }: RunServer, ...pieces: readonly (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(text);
    });
    for (const piece of pieces) socket.write(piece);
  });
}

/** One request whose headers are given, answered and closed. */
function request(to: RunServer, line: string, headers: Readonly<Record<string, string>>, body = ''): Promise<string> {
  const all = { host: `127.0.0.1:${to.port}`, connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return raw(to, `${line} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
const json = { 'content-type': 'application/json' };

async function expectAlive({ url }: RunServer, headers: Record<string, string> = {}): Promise<void> {
  const answer = await fetch(`${url}/encode`, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify({ x: [[0, 0, 0, 0, 0, 0]] }) }); // prettier-ignore
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('"mean"')]);
}

describe('names and pages', () => {
  it('a page that points its own name to this machine is refused (DNS rebinding)', async () => {
    const to = await start();
    for (const host of [
      'evil.example',
      'evil.example:80',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '10.0.0.1',
      '169.254.169.254',
      '[::2]',
    ]) {
      const answer = await request(to, 'GET /runs', { host });
      expect([host, statusOf(answer)]).toEqual([host, 403]);
      expect(answer).not.toContain('"latent"');
    }
    for (const host of ['127.0.0.1', `localhost:${to.port}`, '[::1]:1', 'LOCALHOST']) {
      expect([host, statusOf(await request(to, 'GET /runs', { host }))]).toEqual([host, 200]);
    }
    for (const host of ['', 'a b', 'a/b', '127.0.0.1@evil.example']) {
      expect([host, statusOf(await request(to, 'GET /runs', { host }))]).toEqual([host, 400]);
    }
  });

  it('further names are those that were allowed; beyond this machine its addresses are known', async () => {
    const to = await start({ allowedHosts: ['models.example'] });
    expect(statusOf(await request(to, 'GET /runs', { host: 'Models.Example:443' }))).toBe(200);
    expect(statusOf(await request(to, 'GET /runs', { host: 'other.example' }))).toBe(403);
    await to.close();
    const open = await start({ host: '0.0.0.0' });
    expect(statusOf(await request(open, 'GET /runs', { host: '10.0.0.1:8080' }))).toBe(200);
    expect(statusOf(await request(open, 'GET /runs', { host: 'evil.example' }))).toBe(403);
  });

  it('pages of other origins may not ask, but those that were named, which may from everywhere', async () => {
    const to = await start({ cors: ['https://app.example'] });
    const own = `http://127.0.0.1:${to.port}`;
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', 'https://app.example.evil.example']) {
      const answer = await request(to, 'GET /runs', { origin });
      expect([origin, statusOf(answer)]).toEqual([origin, 403]);
      expect(answer.toLowerCase()).not.toContain('access-control-allow');
    }
    expect(statusOf(await request(to, 'GET /runs', { origin: own }))).toBe(200);
    const named = await request(to, 'GET /runs', { origin: 'https://app.example' });
    expect(named).toMatch(/access-control-allow-origin: https:\/\/app\.example\r\n/i);
    expect(named).toMatch(/vary: Origin/i);
    const preflight = await request(to, 'OPTIONS /encode', {
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
    });
    expect([statusOf(preflight), /allow-headers: authorization, content-type/i.test(preflight)]).toEqual([204, true]);
    expect(statusOf(await request(to, 'OPTIONS /encode', { origin: 'https://evil.example' }))).toBe(403);
  });

  it('answers say what browsers must not do with them', async () => {
    const { url } = await start();
    for (const path of ['/', '/runs', '/nothing', '/page.js']) {
      const { headers } = await fetch(url + path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';.*frame-ancestors 'none'/);
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
    expect((await fetch(url)).headers.get('content-security-policy')).not.toContain('unsafe');
  });
});

describe('the token', () => {
  const token = 'a-token-of-24-characters';

  it('is asked for by all that says or computes something', async () => {
    const to = await start({ token });
    for (const line of [
      'GET /runs',
      'GET /runs/run',
      'GET /openapi.json',
      'GET /metrics',
      'POST /encode',
      'GET /nothing',
      'GET //',
      'GET /healthz/',
    ]) {
      const answer = await request(to, line, {});
      expect([line, statusOf(answer)]).toEqual([line, 401]);
      expect(answer).toMatch(/www-authenticate: Bearer/i);
    }
    for (const path of ['/', '/healthz', '/readyz', '/page.js', '/page.css']) {
      const answer = await request(to, `GET ${path}`, {});
      expect([path, statusOf(answer)]).toEqual([path, 200]);
      expect(answer).not.toContain(token);
    }
    await expectAlive(to, { authorization: `Bearer ${token}` });
  });

  it('no other is taken, in whatever form', async () => {
    const to = await start({ token });
    const wrong = [token.slice(0, -1), `${token}x`, token.toUpperCase(), '', ' ', `${token} ${token}`, `${token},x`];
    for (const each of wrong) {
      expect([each, statusOf(await request(to, 'GET /runs', { authorization: `Bearer ${each}` }))]).toEqual([
        each,
        401,
      ]);
    }
    expect(statusOf(await request(to, 'GET /runs', { authorization: `Basic ${token}` }))).toBe(401);
    expect(statusOf(await request(to, `GET /runs?token=${token}`, {}))).toBe(401);
    expect(JSON.stringify(entries)).not.toContain(token.slice(0, -1));
    await expect(start({ token: 'short' })).rejects.toThrow(/token must be a text of at least 16 characters/);
  });
});

describe('bodies', () => {
  it('larger than the limit are not read, whether their length is said or not', async () => {
    const to = await start({ maxBody: 1000 });
    const said = await request(to, 'POST /encode', { ...json, 'content-length': '1000000000000' }, '{');
    expect([statusOf(said), said]).toEqual([413, expect.stringMatching(/larger than 1000 bytes/)]);
    const chunk = 'a'.repeat(600);
    const chunked = await request(
      to,
      'POST /encode',
      { ...json, 'transfer-encoding': 'chunked' },
      `258\r\n${chunk}\r\n258\r\n${chunk}\r\n0\r\n\r\n`,
    );
    expect(statusOf(chunked)).toBe(413);
    const both = await request(
      to,
      'POST /encode',
      { ...json, 'transfer-encoding': 'chunked', 'content-length': '5' },
      '0\r\n\r\n',
    );
    expect(statusOf(both)).toBe(400);
    await expectAlive(to);
  });

  it('of many at once take no more than the bound', async () => {
    const to = await start({ maxBodies: 2000 });
    const answer = await fetch(`${to.url}/encode`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ x: [], y: 'a'.repeat(3000) }),
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    await expectAlive(to);
    expect(await (await fetch(`${to.url}/metrics`)).text()).toMatch(/rootsigma_http_body_bytes 0\n/);
  });

  it('whose columns are thousands, rows without end or names that are JavaScript', async () => {
    const to = await start();
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, k) => [`c${k}`, k])));
    const answer = await request(to, 'POST /encode', { ...json, 'content-length': String(wide.length) }, wide);
    expect([statusOf(answer), answer]).toEqual([400, expect.stringMatching(/unknown option 'c0'/)]);
    for (const body of ['{"__proto__": {"x": 1}}', '{"constructor": 1}', '{"x": [[0,0,0,0,0,0]], "toString": 1}']) {
      expect(
        statusOf(await request(to, 'POST /encode', { ...json, 'content-length': String(body.length) }, body)),
      ).toBe(400);
    }
    expect(({} as Record<string, unknown>).x).toBeUndefined();
    const numbers = '{"x": [' + '[],'.repeat(100_000) + '[]]}';
    expect(
      statusOf(await request(to, 'POST /encode', { ...json, 'content-length': String(numbers.length) }, numbers)),
    ).toBe(400);
    await expectAlive(to);
  });
});

describe('clients that take their time, or everything', () => {
  it('slow headers and slow bodies end with the connection (slowloris)', async () => {
    const to = await start({ headersTimeout: 200, requestTimeout: 400 });
    const headers = await raw(to, 'POST /encode HTTP/1.1\r\nhost: 127.0.0.1\r\n', 'x-a: 1\r\n');
    const body = await raw(
      to,
      `POST /encode HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"x"`,
    );
    expect([headers, body].map((text) => text === '' || statusOf(text) === 408)).toEqual([true, true]);
    await expectAlive(to);
    expect(await (await fetch(`${to.url}/metrics`)).text()).toMatch(/rootsigma_http_body_bytes 0\n/);
  });

  it('answers that nobody reads end with the connection', async () => {
    const local = new LocalServer({ host: '127.0.0.1', maxBody: 1, maxBodies: 1 });
    local.app.get('/', (c) => c.body('a'.repeat(2 ** 26)));
    const listening = await listen(local, { name: 'test', host: '127.0.0.1', port: 0, headersTimeoutMs: 1000, requestTimeoutMs: 1000, idleTimeoutMs: 300, maxConnections: 9 }); // prettier-ignore
    const socket = connect(listening.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    await new Promise((resolve) => socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n', resolve));
    await new Promise((resolve) => setTimeout(resolve, 100));
    // Nothing is cut: it has ended by itself.
    expect(await listening.close(250_000)).toBe(0);
    socket.destroy();
  });

  it('a client that goes away before its answer takes nothing with it', async () => {
    const to = await start();
    await new Promise<void>((resolve) => {
      const socket = connect(to.port, '127.0.0.1', () => {
        socket.write(
          'POST /encode HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"x": [',
          () => {
            socket.destroy();
            resolve();
          },
        );
      });
    });
    await expectAlive(to);
  });

  it('headers beyond 16 KiB, addresses that are none and what is no HTTP', async () => {
    const to = await start();
    expect(statusOf(await request(to, 'GET /runs', { 'x-large': 'a'.repeat(20_000) }))).toBe(431);
    expect(statusOf(await raw(to, 'nonsense\r\n\r\n'))).toBe(400);
    expect(statusOf(await raw(to, new Uint8Array([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]), '\r\n\r\n'))).toBe(400);
    await expectAlive(to);
  });

  it('no path leads out of the runs', async () => {
    const to = await start();
    const names = [
      '..',
      '%2e%2e',
      '..%2f..%2fetc%2fpasswd',
      '%2e%2e%5c',
      'run%00',
      'run/../../etc',
      '%',
      '%zz',
      'a'.repeat(5000),
      'run%2f..%2fx',
    ];
    for (const name of names) {
      const answer = await request(to, `POST /runs/${name}/encode`, json);
      expect([name.slice(0, 30), statusOf(answer)]).toEqual([
        name.slice(0, 30),
        expect.toSatisfy((status: number) => [400, 404].includes(status)),
      ]);
      expect(answer).not.toMatch(/root:|ENOENT|node:/);
    }
    for (const path of [
      '/page.js/../../package.json',
      '/../package.json',
      '/..%2fpackage.json',
      '/%2e%2e/package.json',
      '//etc/passwd',
    ]) {
      expect(statusOf(await request(to, `GET ${path}`, {}))).toBe(404);
    }
    for (const name of ['../x', '', '.', '..', 'a/b', 'a b']) {
      await expect(serve({ [name]: run }, { port: 0 }), name).rejects.toThrow(/is no name for a run/);
    }
  });

  it('the log has what was asked, in one line that cannot steer a terminal', async () => {
    const { accessLine } = await import('../../src/serve/index.ts');
    const to = await start();
    await request(to, 'GET /%1b%5b31mred%0aline?secret=1', { 'x-request-id': 'mine-1' });
    await request(to, 'GET /healthz', { 'x-request-id': 'not\tone' });
    const [first, second] = entries;
    expect(first).toMatchObject({ id: 'mine-1', method: 'GET', status: 404, client: '127.0.0.1' });
    expect(second!.id).toMatch(/^[\da-f-]{36}$/);
    for (const format of ['text', 'json'] as const) {
      const line = accessLine(first!, format);
      expect(line).not.toMatch(/[\0-\x1f]/);
      expect(line).not.toContain('secret');
    }
    expect(JSON.parse(accessLine(first!, 'json'))).toEqual(first);
  });
});
