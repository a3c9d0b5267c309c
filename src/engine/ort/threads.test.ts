import { afterEach, expect, it, vi } from 'vitest';
import { defaultThreads } from './threads.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('processes that share a machine have whole threads of what is theirs, one at least; what is asked for counts more', () => {
  vi.stubEnv('ROOTSIGMA_THREADS', undefined);
  const all = defaultThreads();
  expect(defaultThreads({ localSize: 1, cores: undefined })).toBe(all);
  expect(defaultThreads({ localSize: 1, cores: all })).toBe(all);
  expect(defaultThreads({ localSize: 1, cores: all - 0.1 })).toBe(Math.max(1, all - 1));
  expect(defaultThreads({ localSize: 3, cores: 1 / 3 + 1 / 3 + 1 / 3 })).toBe(1);
  expect(defaultThreads({ localSize: 4 * all, cores: undefined })).toBe(1);
  vi.stubEnv('ROOTSIGMA_THREADS', '3');
  expect(defaultThreads({ localSize: 2, cores: 1 })).toBe(3);
});
