// What a visitor of the studio fetches, packed, ONNX Runtime aside: of each kind of visit the sum is held.
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const built = new URL('../../dist/studio-app/', import.meta.url).pathname;
const all = readdirSync(join(built, 'assets')).filter((name) => !name.startsWith('ort'));

function once<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return (name) => {
    const value = made.get(name) ?? make(name);
    made.set(name, value);
    return value;
  };
}
const textOf = once((name) => (extname(name) === '.js' ? readFileSync(join(built, 'assets', name), 'utf8') : ''));
const packed = once((path) => gzipSync(readFileSync(join(built, path)), { level: 9 }).length);

/** What some files lead to. @param how a file's text leads to a name by */
function closure(from: readonly string[], how: (text: string, name: string) => boolean): ReadonlySet<string> {
  const found = new Set(from);
  for (const each of found) for (const name of all) if (how(textOf(each), name)) found.add(name);
  return found;
}

/** Imported as soon as the file is, and not only fetched when something first needs it. */
const atOnce = (text: string, name: string): boolean => new RegExp(`(from|import)\\s*["']\\./${name.replaceAll('.', '\\.')}["']`).test(text); // prettier-ignore
const ever = (text: string, name: string): boolean => text.includes(name);
const named = (...starts: readonly string[]): readonly string[] =>
  starts.map((start) => {
    const [name, other] = all.filter((each) => each.startsWith(start) && extname(each) === '.js');
    if (name === undefined || other !== undefined) throw new Error(`${start}: ${name ?? 'nothing'}, ${other ?? ''}`);
    return name;
  });

/** The style sheets of index.html, and those that it fetches with a page. */
function stylesWith(files: ReadonlySet<string>): readonly string[] {
  const main = named('index-').map(textOf).join('');
  const [, listed = ''] = /m\.f=\[(.*?)\]/.exec(main) ?? [];
  const list = [...listed.matchAll(/"\.\/(.*?)"/g)].map(([, name = '']) => name);
  const pages = [...main.matchAll(/import\(.\.\/([\w.-]+).\),__vite__mapDeps\(\[([\d,]*)\]\)/g)];
  const fetched = pages.flatMap(([, page = '', places = '']) => (files.has(page) ? places.split(',').map((at) => list[Number(at)] ?? '') : [])); // prettier-ignore
  const own = all.filter((name) => readFileSync(join(built, 'index.html'), 'utf8').includes(name));
  return [...new Set([...own, ...fetched])].filter((name) => extname(name) === '.css');
}

const weightOf = (files: ReadonlySet<string>): number =>
  ['index.html', 'icon.svg', ...[...[...files].filter((name) => extname(name) !== '.css'), ...stylesWith(files)].map((name) => `assets/${name}`)].reduce((sum, name) => sum + packed(name), 0); // prettier-ignore

const visits = {
  /** All of them, one after another, but nothing that is computed in a worker. */
  'all pages': () => closure(named('index-'), (text, name) => !name.includes('.worker-') && ever(text, name)),
  'the latent explorer': () => closure(named('index-', 'page-latent-', 'projection.worker-', 'model.worker-'), atOnce),
  'a row of a table': () => closure(named('index-', 'page-table-', 'model.worker-'), atOnce),
  'the playground, with threads and a file of one’s own': () =>
    closure(named('index-', 'page-playground-', 'model.worker-', 'playground-', 'follow-', 'table-bytes-'), atOnce),
} as const;

it.each(Object.entries(visits))('%s: at most 300 kB', (_, filesOf) => {
  const files = filesOf();
  expect(files.size).toBeGreaterThan(5);
  expect(stylesWith(files).length).toBeGreaterThan(1);
  expect(weightOf(files), [...files].map((name) => `${name} ${packed(`assets/${name}`)}`).join('\n')).toBeLessThanOrEqual(300_000); // prettier-ignore
});

it('carries nothing that no visit fetches, and in all what the README says', () => {
  const led = closure([...named('index-')], ever);
  expect(all.filter((name) => extname(name) === '.js' && !led.has(name))).toEqual([]);
  expect(weightOf(new Set(all))).toBeLessThanOrEqual(400_000);
  const [said] = /<!-- weight -->[\s\S]*<!-- \/weight -->/.exec(readFileSync(new URL('../../studio/README.md', import.meta.url), 'utf8')) ?? ['']; // prettier-ignore
  const numbers = [...said.matchAll(/(\d+) kB/g)].map(([, kB]) => Number(kB));
  const weights = [...Object.values(visits).map((filesOf) => filesOf()), new Set(all)].map((files) => weightOf(files) / 1000); // prettier-ignore
  expect(numbers).toHaveLength(weights.length);
  weights.forEach((weight, k) => {
    expect(Math.abs(weight - (numbers[k] ?? NaN)), `place ${k}: ${weight} kB`).toBeLessThanOrEqual(10);
  });
});
