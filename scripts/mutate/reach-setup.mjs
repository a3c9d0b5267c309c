// Runs in front of each test file: writes which marks (reach.mjs) each of its tests passed; '*' is what the whole file needs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';

if (process.env.ROOTSIGMA_REACH) {
  const reached = {};
  let current = '*';
  globalThis.__reached = (id) => {
    (reached[id] ??= new Set()).add(current);
  };
  beforeEach(({ task }) => {
    current = task.id;
  });
  afterEach(() => {
    current = '*';
  });
  afterAll(() => {
    const { testPath } = expect.getState();
    const lists = Object.fromEntries(Object.entries(reached).map(([id, tests]) => [id, [...tests]]));
    writeFileSync(
      join(process.env.ROOTSIGMA_REACH, `${encodeURIComponent(testPath)}.json`),
      JSON.stringify({ testPath, reached: lists }),
    );
  });
}
