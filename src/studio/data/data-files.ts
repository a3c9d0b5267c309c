import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { resolveBelow } from './inside-folder.ts';

/** A file that can be trained on by itself. */
export const dataFile = /\.(csv|tsv|parquet|npy|npz)(\.gz)?$/i;
const image = /\.(png|jpe?g|webp)$/i;
const idx = /^(train|t10k)-(images|labels).*ubyte(\.gz)?$/i;

/** Of a run, beside its config.json. */
const runFiles = ['metrics.jsonl', 'model.safetensors', 'checkpoints'] as const;

/** How much is looked at, and offered, at most. */
const mostDepth = 4;
const mostEntries = 20_000;
const mostOffered = 1000;

/**
 * What can be trained on below a folder, by path with `/`: files of arrays and tables, and folders that have images (in class folders or
 * not) or MNIST's files. Links are followed as long as they lead to something within the folder.
 */
export function listData(folder: string): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  let left = mostEntries;
  /** @returns whether the folder has images */
  const walk = (name: string, depth: number): boolean => {
    const path = resolveBelow(folder, name === '' ? '.' : name);
    if (path === undefined || seen.has(path) || depth > mostDepth) return false;
    seen.add(path);
    let [hasImages, hasIdx] = [false, false];
    const folders: string[] = [];
    const entries = namesIn(path);
    // What a run has kept is nothing to train on.
    if (entries.includes('config.json') && runFiles.some((file) => entries.includes(file))) return false;
    const before = found.length;
    for (const entry of entries) {
      if (left-- <= 0) break;
      if (entry.startsWith('.') || entry === 'node_modules') continue;
      const below = name === '' ? entry : `${name}/${entry}`;
      const target = resolveBelow(folder, below);
      const stats = target === undefined ? undefined : statSync(target, { throwIfNoEntry: false });
      if (stats?.isDirectory()) folders.push(below);
      else if (stats?.isFile()) {
        hasImages ||= image.test(entry);
        hasIdx ||= idx.test(entry);
        if (dataFile.test(entry)) found.push(below);
      }
    }
    const hasFiles = found.length > before;
    const withImages = folders.map((each) => walk(each, depth + 1)).filter(Boolean).length;
    // Folders of images beside each other are classes, unless other data lie among them.
    if (hasImages || hasIdx || (withImages > 1 && !hasFiles)) found.push(name === '' ? '.' : `${name}/`);
    return hasImages;
  };
  walk('', 0);
  return found.sort(byDepth).slice(0, mostOffered);
}

/** What lies on top comes first, and names go as people count. */
function byDepth(a: string, b: string): number {
  const depth = (name: string): number => name.replace(/\/$/, '').split('/').length;
  return depth(a) - depth(b) || a.localeCompare(b, 'en', { numeric: true });
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}

/** The bytes that a file's kind begins with; text has no zeros. */
const beginnings: readonly (readonly [RegExp, (head: Uint8Array) => boolean, string])[] = [
  [/\.gz$/i, (head) => startsWith(head, [0x1f, 0x8b]), 'a gzip file'],
  [/\.npy$/i, (head) => startsWith(head, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]), "numpy's array"],
  [/\.npz$/i, (head) => startsWith(head, [0x50, 0x4b]), 'a zip file of arrays'],
  [/\.parquet$/i, (head) => startsWith(head, [0x50, 0x41, 0x52, 0x31]), 'a Parquet file'],
  [/\.(csv|tsv)$/i, (head) => isText(head), 'text'],
];

/** What a file of that name should be and is not, in words; undefined where it is. @param head its first bytes, up to 4096 */
export function misnamed(name: string, head: Uint8Array): string | undefined {
  const [, fits, what] = beginnings.find(([ending]) => ending.test(name)) ?? [];
  return fits?.(head) === false ? what : undefined;
}

function startsWith(head: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, at) => head[at] === byte);
}

/** UTF-16 has zeros, and a mark before them. */
function isText(head: Uint8Array): boolean {
  return head.length > 0 && (!head.includes(0) || startsWith(head, [0xff, 0xfe]) || startsWith(head, [0xfe, 0xff]));
}

/** The files of a folder that can be trained on, without those below it. */
export function filesIn(folder: string): string[] {
  return namesIn(folder).filter((name) => !name.startsWith('.') && dataFile.test(name) && statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true); // prettier-ignore
}
