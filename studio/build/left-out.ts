// What the studio's workers never compute, and need not carry.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const source = fileURLToPath(new URL('../../src/', import.meta.url));
const twins = fileURLToPath(new URL('../src/left-out/', import.meta.url));

/** Modules of the library whose twin in `studio/src/left-out` says where to go instead. */
const leftOut: Readonly<Record<string, string>> = {
  'data/images/picked-images.ts': 'picked-images.ts',
  'data/idx-files.ts': 'idx-files.ts',
  'data/table/table-bytes.ts': 'table-bytes.ts',
  'io/stores/handle-store.ts': 'handle-store.ts',
  'api/run/evaluation.ts': 'evaluation.ts',
  'api/run/imputing.ts': 'imputing.ts',
  'api/keeping/export-run.ts': 'export-run.ts',
  'api/record/tensorboard/event-log.ts': 'event-log.ts',
  'training/replicas/rank-steps.ts': 'rank-steps.ts',
};

/** Puts the twins in the place of what is left out. */
export const withoutUnused = (): Plugin => ({
  name: 'without-unused',
  enforce: 'pre',
  resolveId(specifier, importer) {
    if (!specifier.startsWith('.') || !importer?.startsWith(source)) return undefined;
    const twin = leftOut[resolve(dirname(importer), specifier).slice(source.length)];
    return twin === undefined ? undefined : twins + twin;
  },
});
