import { readFileSync } from 'node:fs';
import { describeEngine } from './describe-engine.mjs';

// The package as `npm run build` left it.
const dist = new URL('../../../dist/', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('../package.json', dist), 'utf8'));

export const name = `rootsigma ${version}`;

/** A folder of the package: `layer('random')`. */
export function layer(folder) {
  return import(new URL(`${folder}/index.js`, dist).href);
}

export async function startEngine(threads) {
  return describeEngine(name, await layer('engine'), threads);
}
