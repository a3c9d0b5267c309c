import { readFileSync } from 'node:fs';

// The package as `npm run build` left it.
const dist = new URL('../../../dist/', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('../package.json', dist), 'utf8'));

export const name = `rootsigma ${version}`;

/** A folder of the package: `layer('random')`. */
export function layer(folder) {
  return import(new URL(`${folder}/index.js`, dist).href);
}

/** An engine, and the words that name it in the table. */
export async function startEngine(threads) {
  const { createEngine } = await layer('engine');
  let notice = '';
  const onNotice = (line) => (notice = line);
  const engine = await createEngine({ onNotice, ...(threads === undefined ? {} : { threads }) });
  const count = threads === undefined ? 'default threads' : `${threads} thread${threads === 1 ? '' : 's'}`;
  return { engine, label: `${name}, ${engine.name}, ${count}`, notes: notice };
}
