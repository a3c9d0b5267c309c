import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../src/', import.meta.url));

/** The package's public entry points, from source: the site builds without building the package first. */
export const aliases = [
  { find: /^rootsigma$/, replacement: `${source}index.ts` },
  { find: 'rootsigma/reference', replacement: `${source}engine/reference/index.ts` },
  { find: /^rootsigma\/(\w+)$/, replacement: `${source}$1/index.ts` },
];
