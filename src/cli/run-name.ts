import { mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** A new folder for a run, created: runs/DATA-MODEL, or with -2, -3, … when that is taken. */
export function claimRunFolder(data: string, model: string): string {
  const source = basename(resolve(data))
    .replace(/\.(csv|tsv|parquet|npy|npz)(\.gz)?$/i, '')
    .replaceAll(/[^\w.-]+/g, '-');
  const name = `${source}-${model}`;
  // One folder below the one that is there: nothing to make recursively, which never ends in /proc.
  createFolder('runs');
  for (let number = 1; ; number++) {
    const path = join('runs', number === 1 ? name : `${name}-${number}`);
    if (createFolder(path)) return path;
  }
}

/** False when it is there already: of two processes, one gets it. */
function createFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
