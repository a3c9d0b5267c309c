import * as fs from 'node:fs';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataError } from '../../core/index.ts';
import { testStore } from '../../testing/index.ts';
import { FolderStore, makeFolders, readFileBytes, readFileJson, writeFileAtomic } from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-io-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('writeFileAtomic', () => {
  test('writes, replaces, creates folders, and leaves nothing else', () => {
    const path = join(folder, 'a', 'b.txt');
    writeFileAtomic(path, 'one');
    writeFileAtomic(path, Uint8Array.of(116, 119, 111));
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'a'))).toEqual(['b.txt']);
  });

  test('a failed write keeps the old file and names it', () => {
    const path = join(folder, 'taken');
    mkdirSync(join(path, 'inside'), { recursive: true });
    expect(() => {
      writeFileAtomic(path, 'x');
    }).toThrow(DataError);
    expect(readdirSync(folder)).toEqual(['taken']);
    writeFileSync(join(folder, 'file'), '');
    expect(() => {
      writeFileAtomic(join(folder, 'file', 'x'), 'x');
    }).toThrow(/file.x: cannot be written/);
  });
});

test('what cannot be read is named', () => {
  expect(() => readFileBytes(join(folder, 'none.npy'))).toThrow(/none\.npy: cannot be read \(ENOENT/);
  writeFileSync(join(folder, 'a.json'), '{');
  expect(() => readFileJson(join(folder, 'a.json'))).toThrow(/a\.json: not JSON/);
});

describe('FolderStore', () => {
  testStore(() => new FolderStore(join(folder, 'runs', 'x')));

  test('tells files from folders, and errors name the path', async () => {
    writeFileSync(join(folder, 'thesis.tex'), '');
    await expect(new FolderStore(join(folder, 'thesis.tex')).list()).rejects.toThrow(/thesis\.tex: is a file/);
    const below = new FolderStore(join(folder, 'thesis.tex'));
    await expect(below.replace('a', 'x')).rejects.toThrow(/thesis\.tex.a: cannot be written/);
    await expect(below.append('a', 'x')).rejects.toThrow(/thesis\.tex.a: cannot be written/);
    await expect(below.lock()).rejects.toThrow(/thesis\.tex: is a file, a run needs a folder/);
    await expect(new FolderStore(join(folder, 'thesis.tex', 'a', 'b')).lock()).rejects.toThrow(
      /b: cannot be made, as .*thesis\.tex is a file/,
    );
  });

  test.skipIf(!existsSync('/proc/self'))('ends where a file system takes no folders', async () => {
    for (const path of ['/proc/x', '/proc/x/y', '/proc/self/x'])
      await expect(new FolderStore(path).lock()).rejects.toThrow(/cannot be made: /);
    expect(() => { writeFileAtomic('/proc/x/y', ''); }).toThrow(/\/proc\/x\/y: cannot be written/); // prettier-ignore
    expect(makeFolders(join(folder, 'a', 'b', 'c'))).toBe(join(folder, 'a'));
    expect(makeFolders(join(folder, 'a', 'b', 'c'))).toBeUndefined();
  });

  test.each(['writeSync', 'closeSync'] as const)('appends all or nothing, also where %s fails', async (name) => {
    let fails = true;
    const failing = (...given: [number, Uint8Array, number]): number => {
      if (name === 'closeSync') closeSync(given[0]);
      else if (fails) writeSync(given[0], given[1], given[2], 2);
      if (!fails) return name === 'writeSync' ? writeSync(...given) : 0;
      fails = false;
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    };
    const store = new FolderStore(folder, { ...fs, [name]: failing });
    writeFileSync(join(folder, 'log'), 'one\n');
    await expect(store.append('log', 'two\n')).rejects.toThrow(/log: cannot be written: the disk reports a fault/);
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('one\n');
    await store.append('log', 'two\n');
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('one\ntwo\n');
  });
});
