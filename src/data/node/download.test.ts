import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DataError, ValueError } from '../../core/index.ts';
import { defaultCacheFolder, fetchFiles } from './download.ts';
import type { RemoteFile } from './download.ts';
import type { LoadProgress } from '../index.ts';
import { readDownloadedDataset, resolveDataset } from './index.ts';

const contents = Buffer.from('a file of some length'.repeat(5000));
const file: RemoteFile = { name: 'a.bin', md5: createHash('md5').update(contents).digest('hex') };

let cacheFolder: string;
let server: Server;
let requests: string[];
let answer: (path: string) => { status: number; body: Buffer; cut?: boolean };
let base: string;
beforeEach(async () => {
  cacheFolder = mkdtempSync(join(tmpdir(), 'rootsigma-cache-'));
  requests = [];
  answer = () => ({ status: 200, body: contents });
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const { status, body, cut } = answer(request.url ?? '');
    response.writeHead(status, { 'content-length': body.length });
    if (cut) response.write(body.subarray(0, 100), () => response.destroy());
    else response.end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  rmSync(cacheFolder, { recursive: true });
});

test('a file is downloaded once, checked, and found again', async () => {
  const seen: LoadProgress[] = [];
  const options = { cacheFolder, places: [`${base}/data/`], onProgress: (p: LoadProgress) => seen.push(p) };
  const folder = await fetchFiles('set', [file], options);
  expect(folder).toBe(join(cacheFolder, 'set'));
  expect(readFileSync(join(folder, 'a.bin')).equals(contents)).toBe(true);
  expect(seen.at(-1)).toEqual({ what: 'a.bin', unit: 'bytes', done: contents.length, total: contents.length });
  await fetchFiles('set', [file], options);
  expect(requests).toEqual(['/data/a.bin']);
});

test('a damaged file in the cache is replaced', async () => {
  const options = { cacheFolder, places: [`${base}/`] };
  const folder = await fetchFiles('set', [file], options);
  writeFileSync(join(folder, 'a.bin'), contents.subarray(1));
  await fetchFiles('set', [file], options);
  expect(readFileSync(join(folder, 'a.bin')).equals(contents)).toBe(true);
});

test('a file put there by hand needs no network', async () => {
  mkdirSync(join(cacheFolder, 'set'));
  writeFileSync(join(cacheFolder, 'set', 'a.bin'), contents);
  await fetchFiles('set', [file], { cacheFolder, places: ['http://127.0.0.1:1/'] });
  expect(requests).toEqual([]);
});

test('the next place is tried when one fails, in any way', async () => {
  answer = (path) => {
    if (path.startsWith('/missing')) return { status: 404, body: Buffer.from('no') };
    if (path.startsWith('/other')) return { status: 200, body: Buffer.from('<html>log in</html>') };
    return { status: 200, body: contents, cut: path.startsWith('/cut') };
  };
  const places = ['http://127.0.0.1:1/', `${base}/missing/`, `${base}/other/`, `${base}/cut/`, `${base}/good/`];
  await fetchFiles('set', [file], { cacheFolder, places });
  expect(requests.map((path) => path.split('/')[1])).toEqual(['missing', 'other', 'cut', 'good']);
});

test('when all fail: each URL with its reason, and what to do; nothing is left behind', async () => {
  answer = (path) =>
    path.startsWith('/missing') ? { status: 404, body: Buffer.alloc(0) } : { status: 200, body: Buffer.from('x') };
  const places = ['http://127.0.0.1:1/', `${base}/missing/`, `${base}/other/`];
  const failed = fetchFiles('set', [file], { cacheFolder, places });
  await expect(failed).rejects.toThrow(DataError);
  await expect(failed).rejects.toThrow(
    /a\.bin could not be downloaded:\n {2}http:\/\/127\.0\.0\.1:1\/a\.bin: .*(REFUSED|bad port)/,
  );
  await expect(failed).rejects.toThrow(/missing\/a\.bin: HTTP 404 Not Found\n.*other\/a\.bin: MD5 is .*, expected/);
  await expect(failed).rejects.toThrow(`put the file into ${join(cacheFolder, 'set')} by hand`);
  expect(existsSync(join(cacheFolder, 'set')) ? readdirSync(join(cacheFolder, 'set')) : []).toEqual([]);
});

test('an interrupt ends it', async () => {
  const options = { cacheFolder, places: [`${base}/`], signal: AbortSignal.abort() };
  await expect(fetchFiles('set', [file], options)).rejects.toThrow(/abort/);
});

test('where downloads are kept', () => {
  vi.stubEnv('ROOTSIGMA_CACHE', '/own');
  expect(defaultCacheFolder()).toBe('/own');
  vi.stubEnv('ROOTSIGMA_CACHE', '');
  vi.stubEnv('XDG_CACHE_HOME', '/caches');
  expect(defaultCacheFolder()).toBe(join('/caches', 'rootsigma'));
  vi.stubEnv('XDG_CACHE_HOME', '');
  vi.stubEnv('LOCALAPPDATA', '');
  expect(defaultCacheFolder()).toMatch(/.cache[\\/]rootsigma$/);
});

test('mnist and fashion-mnist ask a mirror for their four files, and take no other contents', async () => {
  for (const name of ['mnist', 'fashion-mnist']) {
    vi.stubEnv('ROOTSIGMA_MIRROR', `${base}/mirror/`);
    const context = { cacheFolder, packagedFolder: join(cacheFolder, 'none') };
    await expect(resolveDataset(name, {}, context)).rejects.toThrow(/train-images-idx3-ubyte\.gz could not be/);
    expect(requests.at(-1)).toBe(`/mirror/${name}/train-images-idx3-ubyte.gz`);
  }
  expect(await readDownloadedDataset('toString', { cacheFolder })).toBeUndefined();
  await expect(resolveDataset('mnist', { count: 5 }, { cacheFolder })).rejects.toThrow(ValueError);
});
