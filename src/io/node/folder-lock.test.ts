import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LockLostError } from '../../core/index.ts';
import { isAlive, thisProcess } from './process-identity.ts';
import { patiently } from './file-calls.ts';
import { FolderStore } from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-lock-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const lockFile = (): string => join(folder, '.lock');
const here = { host: hostname(), boot: thisProcess().boot, pid: process.pid, started: thisProcess().started };

function gone(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

function ago(seconds: number): void {
  const time = Date.now() / 1000 - seconds;
  utimesSync(lockFile(), time, time);
}

describe('an owner', () => {
  test.each<[string, object, number, boolean]>([
    ['that is this process is alive', here, 1e6, true],
    ['whose process is gone is gone', { ...here, pid: 0, started: '1' }, 0, false],
    ['whose number another process has by now is gone', { ...here, started: `${here.started}1` }, 0, false],
    ['of another host is alive as long as it is heard of', { ...here, host: 'elsewhere' }, 110, true],
    ['of another host is gone after a long silence', { ...here, host: 'elsewhere' }, 130, false],
    ['of another start of the machine, heard of', { ...here, boot: 'another' }, 110, true],
    ['of another start of the machine, silent', { ...here, boot: 'another' }, 130, false],
    ['of an earlier version, whose process lives', { pid: process.pid, host: hostname() }, 1e6, true],
    ['of an earlier version, whose process is gone', { pid: 0, host: hostname() }, 0, false],
  ])('%s', async (_, owner, silence, alive) => {
    const pid = 'pid' in owner && owner.pid === 0 ? gone() : here.pid;
    writeFileSync(lockFile(), JSON.stringify({ ...owner, pid }));
    ago(silence);
    const taken = new FolderStore(folder).lock();
    if (alive)
      await expect(taken).rejects.toThrow(new RegExp(`process ${pid} on .* is writing there.*remove .*\\.lock`));
    else await (await taken)();
    expect(existsSync(lockFile())).toBe(alive);
  });

  test('says every now and then that it is there', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    try {
      const store = new FolderStore(folder);
      const release = await store.lock();
      const written = readFileSync(lockFile(), 'utf8');
      expect(JSON.parse(written)).toMatchObject(here);
      for (let beat = 0; beat < 2; beat++) {
        ago(100);
        vi.advanceTimersByTime(10_000);
        expect(Date.now() - statSync(lockFile()).mtimeMs).toBeLessThan(50_000);
        expect(readFileSync(lockFile(), 'utf8')).toBe(written);
      }
      // Of a file that is another's by now, it says nothing.
      writeFileSync(lockFile(), JSON.stringify({ ...here, token: 'other' }));
      ago(100);
      vi.advanceTimersByTime(10_000);
      expect(Date.now() - statSync(lockFile()).mtimeMs).toBeGreaterThan(50_000);
      await release();
    } finally {
      vi.useRealTimers();
    }
  });

  test('of which half is written is waited for, but not for long', async () => {
    const before = JSON.stringify(here);
    // Half a lock: being written, then what a crash left.
    writeFileSync(lockFile(), before.slice(0, 9));
    await expect(new FolderStore(folder).lock()).rejects.toThrow(/another process is writing there/);
    ago(3);
    await (
      await new FolderStore(folder).lock()
    )();
    expect(readdirSync(folder)).toEqual([]);
  });

  test.runIf(process.platform === 'linux')('that has ended and is not waited for is gone', async () => {
    // The shell becomes a program that waits for no child, and only then is the child told to end.
    const parent = spawn('sh', ['-c', 'read go <&3 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    });
    try {
      const pid = Number(await new Promise<string>((resolve) => parent.stdout?.once('data', resolve)));
      await vi.waitFor(() => { expect(readFileSync(`/proc/${parent.pid ?? 0}/comm`, 'utf8')).toBe('sleep\n'); }, 250_000); // prettier-ignore
      (parent.stdio[3] as Writable).end('\n');
      await vi.waitFor(() => { expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z'); }, 250_000); // prettier-ignore
      expect(isAlive({ ...here, pid, started: '' })).toBe(false);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

describe('who lost the lock', () => {
  test.each<[string, () => void, RegExp]>([
    ['to another', () => { writeFileSync(lockFile(), JSON.stringify({ ...here, token: 'x', host: 'elsewhere' })); }, /process \d+ on elsewhere.* has it/], // prettier-ignore
    ['as its file is gone', () => { rmSync(lockFile()); }, /the file \.lock is gone/], // prettier-ignore
  ])('%s writes no more', async (_, lose, message) => {
    const store = new FolderStore(folder);
    const release = await store.lock();
    await store.replace('a', 'mine');
    lose();
    const left = readdirSync(folder);
    for (const write of [store.replace('a', 'x'), store.append('b', 'x'), store.remove('a')]) {
      await expect(write).rejects.toThrow(LockLostError);
    }
    await expect(store.replace('a', 'x')).rejects.toThrow(message);
    await release();
    expect(readdirSync(folder)).toEqual(left);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('mine');
  });
});

describe('taking over', () => {
  test('goes on where the file system has no hard links', async () => {
    const linkSync = (): never => {
      throw Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' });
    };
    writeFileSync(lockFile(), JSON.stringify({ ...here, pid: gone(), token: 'dead' }));
    const store = new FolderStore(folder, { ...fs, linkSync });
    const release = await store.lock();
    await expect(new FolderStore(folder).lock()).rejects.toThrow(`process ${process.pid} on`);
    for (const text of ['one', 'two', 'three']) await store.replace('a', text, { keepAs: 'before' });
    await release();
    expect(readdirSync(folder)).toEqual(['a', 'before']);
    expect(readFileSync(join(folder, 'before'), 'utf8')).toBe('two');
  });

  test('removes what a kill left, of this process and of others that are gone, and nothing else', async () => {
    const left = [`.config.json.${gone()}.0123abcd.tmp`, `.config.json.${process.pid}.0123abcd.tmp`, '.lock.old'];
    const kept = [`.config.json.${process.ppid}.0123abcd.tmp`, '.a.tmp', 'a'];
    for (const name of [...left, ...kept]) writeFileSync(join(folder, name), '');
    fs.mkdirSync(join(folder, 'model'));
    for (const name of left.slice(0, 2)) writeFileSync(join(folder, 'model', name), '');
    const store = new FolderStore(folder);
    expect(await store.list()).toEqual(['.a.tmp', 'a', 'model/']);
    await (
      await store.lock()
    )();
    expect(readdirSync(folder)).toEqual([...kept, 'model'].sort());
    expect(readdirSync(join(folder, 'model'))).toEqual([]);
  });

  test('a folder that was made for it is removed again', async () => {
    const path = join(folder, 'runs', 'x');
    const release = await new FolderStore(path).lock();
    expect(existsSync(path)).toBe(true);
    await release();
    expect(readdirSync(folder)).toEqual([]);
  });
});

test('renaming over a file that is open is tried again on Windows, and nowhere else', () => {
  let calls = 0;
  const busy = (): void => {
    if (++calls < 4) throw Object.assign(new Error('EBUSY'), { code: 'EBUSY' });
  };
  patiently(busy, 'win32');
  expect(calls).toBe(4);
  calls = 0;
  expect(() => {
    patiently(busy, 'linux');
  }).toThrow('EBUSY');
});
