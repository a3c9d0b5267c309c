import { readFileSync } from 'node:fs';

const { devDependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** The version of a peer: bench/package.json pins it. */
export function versionOf(name) {
  return devDependencies[name];
}
