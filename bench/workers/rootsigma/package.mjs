import { readFileSync } from 'node:fs';

// The package as `npm run build` left it.
const dist = new URL('../../../dist/', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('../package.json', dist), 'utf8'));

export const name = `rootsigma ${version}`;

/** A folder of the package: `layer('random')`. */
export function layer(folder) {
  return import(new URL(`${folder}/index.js`, dist).href);
}

/** An engine on so many threads (default: the library's own choice), and the words that name it in the table. */
export async function startEngine(threads) {
  const { createEngine, defaultThreads } = await layer('engine');
  const count = threads ?? defaultThreads();
  let notes = '';
  const engine = await createEngine({ threads: count, onNotice: (line) => (notes = line) });
  return { engine, label: `${name}, ${engine.name}, ${count} thread${count === 1 ? '' : 's'}`, notes };
}
