// Which mutants are tried: a fixed sample, spread over the lines that can be mutated. A line is drawn by a hash of the seed, its file's
// name and its text, so that the sample stays as it is when other lines change, and when a file moves.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { mutationsOf } from './operators.mjs';

export const hash = (...parts) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Source files below folders or files, tests apart. */
export function sourcesIn(root, paths) {
  const below = (path) =>
    statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).map((name) => join(path, name)) : [path];
  return [...new Set(paths.flatMap((path) => below(join(root, path))))]
    .filter((path) => path.endsWith('.ts') && !/\.(test|reference|generated|d)\.ts$/.test(path))
    .map((path) => relative(root, path).replaceAll('\\', '/'))
    .sort();
}

/**
 * `count` mutants of the files, at most one a line, those of lowest hash first.
 *
 * @param compiles whether a mutated text type-checks: what the compiler refuses is no mutant
 */
export function sampleMutants({ root, files, count, seed, compiles }) {
  const sample = [];
  for (const line of files.flatMap((file) => linesOf(root, file, seed)).sort(byHash)) {
    if (sample.length === count) break;
    const mutant = line.mutants.find((each) => compiles(each));
    if (mutant) sample.push(mutant);
  }
  return sample;
}

const byHash = (a, b) => (a.hash < b.hash ? -1 : 1);

/** The lines of a file that have mutants, each with its mutants in an order of their hashes. */
function linesOf(root, file, seed) {
  const text = readFileSync(join(root, file), 'utf8');
  const starts = [...text.matchAll(/^/gm)].map(({ index }) => index);
  const seen = new Map();
  const lines = starts.map((start, k) => {
    const code = text.slice(start, starts[k + 1] ?? text.length).trim();
    const occurrence = seen.get(code) ?? 0;
    seen.set(code, occurrence + 1);
    return { start, code, name: [basename(file), code, occurrence], mutants: [] };
  });
  for (const mutation of mutationsOf(file, text)) {
    const k = starts.findLastIndex((start) => start <= mutation.start);
    const { name, start, code } = lines[k];
    const { kind, end, replacement } = mutation;
    const original = text.slice(mutation.start, end);
    const id = hash(seed, name, kind, mutation.start - start, original, replacement).slice(0, 10);
    const mutated = text.slice(0, mutation.start) + replacement + text.slice(end);
    lines[k].mutants.push({ id, file, line: k + 1, code, kind, start: mutation.start, original, replacement, mutated }); // prettier-ignore
  }
  return lines
    .filter(({ mutants }) => mutants.length > 0)
    .map(({ name, mutants }) => ({
      hash: hash(seed, name),
      mutants: mutants.sort((a, b) => (a.id < b.id ? -1 : 1)),
    }));
}
