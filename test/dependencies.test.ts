// The layer check itself: the tree passes, and each kind of violation is found.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const script = new URL('../scripts/check-dependencies.mjs', import.meta.url).pathname;

function check(folder?: string): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync('node', [script, ...(folder === undefined ? [] : [folder])], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

/** A small tree with one violation of each kind, and one import that is right. */
const files: Record<string, string> = {
  'core/index.ts': 'export const one = 1;',
  'api/index.ts': 'export const two = 2;',
  'kernels/index.ts': 'export const three = 3;',
  'models/index.ts': 'export interface Model { x: 1 }\nexport const m = 1;',
  'graph/right.ts': "import { one } from '../core/index.ts';\nexport const a = one;",
  'core/up.ts': "import { two } from '../api/index.ts';\nexport const a = two;",
  'core/re-export.ts': "export * from '../api/index.ts';",
  'core/dynamic.ts': "export const a = () => import('../api/index.ts');",
  'io/narrow.ts': "import { three } from '../kernels/index.ts';\nexport const a = three;",
  'objectives/types.ts': "import type { Model } from '../models/index.ts';\nexport type A = Model;",
  'objectives/values.ts': "import { m } from '../models/index.ts';\nexport const a = m;",
  'core/a.ts': "import { b } from './b.ts';\nexport const a = b;",
  'core/b.ts': "import { a } from './a.ts';\nexport const b = a;",
  'core/types.ts': "import type { B } from './typed.ts';\nexport type A = B;",
  'core/typed.ts': "import { type A } from './types.ts';\nexport type B = A;",
  'core/later.ts': "export const a = () => import('./earlier.ts');",
  'core/earlier.ts': "import { a } from './later.ts';\nexport const b = a;",
  'core/written.ts': "export type A = import('./out.ts').B;",
  'core/out.ts': "export * from './through.ts';",
  'core/through.ts': "export type { A as B } from './written.ts';",
  'misc/a.ts': 'export const a = 1;',
};

describe('check-dependencies', () => {
  it('passes this repository', () => {
    expect(check()).toEqual({ status: 0, stderr: '' });
  });

  it('finds each violation and nothing else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rootsigma-layers-'));
    try {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
      const { status, stderr } = check(folder);
      expect(status).toBe(1);
      expect(stderr.trim().split('\n').sort()).toEqual(
        [
          "core/up.ts imports api/index.ts: 'core' stands above 'api'",
          "core/re-export.ts imports api/index.ts: 'core' stands above 'api'",
          "core/dynamic.ts imports api/index.ts: 'core' stands above 'api'",
          "io/narrow.ts imports kernels/index.ts: 'io' may import core only",
          "objectives/values.ts imports models/index.ts: 'objectives' may import types only from 'models'",
          'import cycle: core/a.ts → core/b.ts → core/a.ts',
          'import cycle: core/earlier.ts → core/later.ts → core/earlier.ts',
          'import cycle: core/out.ts → core/through.ts → core/written.ts → core/out.ts',
          'import cycle: core/typed.ts → core/types.ts → core/typed.ts',
          "misc/a.ts: folder 'misc' is not in scripts/layers.mjs",
        ].sort(),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
