import * as fs from 'node:fs';
import { codeOf } from '../../core/index.ts';

/** The system calls by which a folder is changed: tests put others in their place, which fail. */
export type FileCalls = Pick<
  typeof fs,
  | 'closeSync'
  | 'fsyncSync'
  | 'ftruncateSync'
  | 'linkSync'
  | 'mkdirSync'
  | 'openSync'
  | 'renameSync'
  | 'rmSync'
  | 'rmdirSync'
  | 'writeSync'
>;

/** The calls, each made again where a signal ended it before it did anything. A file that was being closed is closed then. */
export function uninterrupted(calls: FileCalls): FileCalls {
  return new Proxy(calls, {
    get: (target, name: keyof FileCalls) => {
      const call = target[name] as (...given: unknown[]) => unknown;
      return (...given: unknown[]): unknown => {
        for (;;) {
          try {
            return call(...given);
          } catch (error) {
            if (codeOf(error) !== 'EINTR') throw error;
            if (name === 'closeSync') return undefined;
          }
        }
      };
    },
  });
}

export const systemCalls: FileCalls = uninterrupted(fs);

/** What one call is given: Node takes less than 2 GiB. */
const mostAtOnce = 2 ** 30;

/** Writes all of it, however much the system takes at a time. */
export function writeAll(calls: FileCalls, file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;)
    done += calls.writeSync(file, bytes, done, Math.min(bytes.length - done, mostAtOnce));
}

/**
 * Renaming and removing: on Windows both fail for as long as somebody has the file open without sharing it, as indexers and
 * virus scanners do for moments. So there it is tried again, for two seconds in all.
 */
export function patiently<T>(call: () => T, platform: NodeJS.Platform = process.platform): T {
  for (let wait = 4; ; wait *= 2) {
    try {
      return call();
    } catch (error) {
      const held = platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? '');
      if (!held || wait > 1024) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
    }
  }
}
