import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // `#…` imports lead to the sources (package.json).
  ssr: { resolve: { conditions: ['rootsigma:source', ...defaultServerConditions] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'studio/src/**/*.test.ts'],
    globalSetup: ['test/site/built-once.ts'],
    setupFiles: ['src/testing/setup.ts'],
    // No test is about time: these end what hangs, on a machine that is busy with other things too.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // The library's notices are on the console: they belong to tests that fail.
    silent: 'passed-only',
    // Two cores: one worker a core, and each engine uses one thread (see engine/ort).
    maxWorkers: 2,
    // What is trained on is noted in the cache: not in the one of whoever runs the tests.
    env: {
      ROOTSIGMA_THREADS: '1',
      ORT_DISABLE_TELEMETRY: '1',
      ROOTSIGMA_CACHE: join(tmpdir(), 'rootsigma-test-cache'),
    },
  },
});
