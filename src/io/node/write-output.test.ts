import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WriteError } from '../../core/index.ts';
import { systemCalls, writeAll } from './file-calls.ts';
import type { FileCalls } from './file-calls.ts';
import { FolderStore, checkWritable, writeOutput } from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-output-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Both refuse, for the same reason. Gives the message. */
function refused(path: string, options: { readonly isFolder?: boolean } = {}): string {
  const attempt = (action: () => void): string => {
    try {
      action();
    } catch (error) {
      expect(error).toBeInstanceOf(WriteError);
      return (error as Error).message;
    }
    return expect.fail(`${path} was not refused`);
  };
  const message = attempt(() => {
    checkWritable(path, options);
  });
  if (!options.isFolder) {
    const written = attempt(() => {
      writeOutput(path, 'x');
    });
    expect(reasonOf(written)).toBe(reasonOf(message));
  }
  return message;
}

function reasonOf(message: string): string | undefined {
  return /: cannot be written: (.+) \(E[A-Z]+\)/.exec(message)?.[1];
}

describe('an output is written as a shell would', () => {
  test('over a file, whose permissions it keeps', () => {
    const path = join(folder, 'a.csv');
    writeFileSync(path, 'one');
    chmodSync(path, 0o600);
    writeOutput(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a.csv']);
  });

  test('through links, to what is not there yet too', () => {
    const link = join(folder, 'link');
    symlinkSync(join('below', 'target'), link);
    for (const text of ['one', 'two']) {
      writeOutput(link, text);
      expect(readFileSync(join(folder, 'below', 'target'), 'utf8')).toBe(text);
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
    }
    symlinkSync('circle', join(folder, 'circle'));
    expect(refused(join(folder, 'circle'))).toMatch(/links lead in a circle/);
  });

  test.skipIf(!existsSync('/dev/full'))('to a device, which stays one, and a full one is said', () => {
    const full = join(folder, 'full.csv');
    symlinkSync('/dev/full', full);
    expect(() => {
      writeOutput(full, 'x');
    }).toThrow(/full\.csv: cannot be written: no space is left there \(ENOSPC\)\. Free some/);
    expect(statSync(full).isCharacterDevice()).toBe(true);
    writeOutput('/dev/null', 'x');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });
});

describe('what cannot be written is known before, and leaves nothing', () => {
  test('a folder of that name, a file on the way, a name too long', () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'kept');
    mkdirSync(join(folder, 'dir.csv'));
    expect(refused(join(folder, 'dir.csv'))).toMatch(/a folder has that name \(EISDIR\)\. Name a file/);
    expect(refused(join(file, 'x.csv'))).toContain(`a file stands in the way, ${file} (ENOTDIR)`);
    expect(refused(join(file, 'x', 'y.csv'))).toContain(`a file stands in the way, ${file} (ENOTDIR)`);
    expect(refused(file, { isFolder: true })).toContain(`a file stands in the way, ${file}`);
    expect(refused(join(file, 'x'), { isFolder: true })).toContain(`a file stands in the way, ${file}`);
    expect(refused(join(folder, `${'x'.repeat(260)}.csv`))).toMatch(/the name is too long/);
    expect(readFileSync(file, 'utf8')).toBe('kept');
    expect(readdirSync(folder)).toEqual(['dir.csv', 'file']);
  });

  test('and what can be is not changed by asking', () => {
    checkWritable(join(folder, 'new', 'a.csv'));
    checkWritable(join(folder, 'new'), { isFolder: true });
    checkWritable(folder, { isFolder: true });
    expect(readdirSync(folder)).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')('missing permission, for a folder and for a file', async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    const [file, open] = [join(folder, 'file.csv'), join(folder, 'open')];
    writeFileSync(file, 'kept');
    mkdirSync(open);
    chmodSync(folder, 0o755);
    chmodSync(closed, 0o555);
    chmodSync(file, 0o444);
    await asNobody([open], async () => {
      expect(refused(join(closed, 'x.csv'))).toContain(`permission is missing, for the folder ${closed} (EACCES)`);
      expect(refused(join(closed, 'x', 'y.csv'))).toContain(`for the folder ${closed}`);
      expect(refused(join(closed, 'run'), { isFolder: true })).toContain(`for the folder ${closed}`);
      expect(refused(file)).toMatch(/permission is missing/);
      writeOutput(join(open, 'x.csv'), 'x');
      const run = new FolderStore(join(closed, 'run'));
      await expect(run.replace('a', 'x')).rejects.toThrow(WriteError);
      await expect(run.append('a', 'x')).rejects.toThrow(/cannot be written: permission is missing/);
      await expect(run.lock()).rejects.toThrow(WriteError);
    });
    expect(readFileSync(file, 'utf8')).toBe('kept');
    chmodSync(closed, 0o755);
  });
});

/** As root everything is permitted: then it is done as another user, to whom `own` is given. */
async function asNobody(own: readonly string[], action: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (!isRoot) return action();
  const nobody = 65534;
  for (const path of own) chownSync(path, nobody, nobody);
  process.seteuid?.(nobody);
  try {
    await action();
  } finally {
    process.seteuid?.(0);
  }
}

/** A file system of its own at `folder/NAME`, which needs the right to mount; undefined without. */
function mounted(name: string, options: readonly string[]): string | undefined {
  const path = join(folder, name);
  mkdirSync(path);
  return spawnSync('mount', ['-t', 'tmpfs', ...options, 'tmpfs', path]).status === 0 ? path : undefined;
}

describe('file systems', () => {
  test('a full one and a read-only one', async ({ skip }) => {
    const small = mounted('small', ['-o', 'size=16k']);
    if (small === undefined) return skip('only who may mount can try a full disk');
    try {
      const path = join(small, 'a.csv');
      writeOutput(path, 'kept');
      expect(() => {
        writeOutput(path, new Uint8Array(32_768));
      }).toThrow(/no space is left there \(ENOSPC\)/);
      expect(readFileSync(path, 'utf8')).toBe('kept');
      expect(readdirSync(small)).toEqual(['a.csv']);
      const store = new FolderStore(join(small, 'run'));
      await expect(store.replace('model', new Uint8Array(32_768))).rejects.toThrow(WriteError);
      expect(() => {
        writeFileSync(join(small, 'fill'), new Uint8Array(32_768));
      }).toThrow(/ENOSPC/);
      // Full to the last byte, it is known before there is anything to write.
      expect(refused(join(small, 'b.csv'))).toMatch(/ENOSPC/);
      spawnSync('mount', ['-o', 'remount,ro', small]);
      expect(refused(join(small, 'b.csv'))).toContain(`read-only, for the folder ${small} (EROFS)`);
      expect(refused(path)).toMatch(/EROFS/);
      await expect(new FolderStore(join(small, 'x')).lock()).rejects.toThrow(/read-only/);
    } finally {
      spawnSync('umount', [small]);
    }
  });
});

test('more than one call of the system takes is written piece by piece', () => {
  const lengths: number[] = [];
  const writeSync = (_file: number, _bytes: unknown, _offset: number, length: number): number => {
    lengths.push(length);
    return length;
  };
  writeAll({ ...systemCalls, writeSync } as FileCalls, 0, { length: 2.5 * 2 ** 30 } as Uint8Array);
  expect(lengths).toEqual([2 ** 30, 2 ** 30, 2 ** 29]);
});
