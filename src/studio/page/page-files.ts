import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { RootsigmaError } from '../../core/index.ts';

/** A file of the pages, by the one address that it has. */
export interface PageFile {
  readonly type: string;
  readonly bytes: number;
  /** Of its contents, in quotes. */
  readonly etag: string;
  /** Whether its name says its contents, so that it may be kept for good. */
  readonly isHashed: boolean;
  /** Its contents, or smaller ones for who takes gzip. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
  readonly gzip: (() => Uint8Array<ArrayBuffer>) | undefined;
}

/** What is served, by extension; a file of another kind is not. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.safetensors': 'application/octet-stream',
};
const packs = /^(text\/|application\/json|image\/svg)/;

/** Beside both src and dist: this module lies two folders below either. */
const dist = new URL('../../../dist/', import.meta.url);

/** Where `npm run build:studio` writes the pages. */
export const builtPages = fileURLToPath(new URL('studio-app/', dist));

/**
 * ONNX Runtime's WebAssembly, which the package has once, for every page: the pages' own build leaves it out and asks for it under
 * these names.
 */
const shared: Readonly<Record<string, string>> = {
  '/assets/ort-wasm-simd-threaded.wasm': fileURLToPath(new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', dist)),
  '/assets/ort-wasm-simd-threaded.mjs': fileURLToPath(new URL('onnxruntime-web/ort-wasm-simd-threaded.mjs', dist)),
};

/**
 * Every file of the pages by its address, read once, at the start: no address that a request names becomes a path.
 *
 * @throws RootsigmaError where they are not built
 */
export function readPageFiles(folder: string = builtPages): ReadonlyMap<string, PageFile> {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new RootsigmaError(`studio: its pages are not in ${folder}; in a clone, npm run build:studio makes them.`);
  }
  const found = new Map<string, PageFile>();
  for (const [address, path] of Object.entries(shared)) if (existsSync(path)) found.set(address, onDisk(path));
  for (const name of namesIn(folder, '')) {
    const file = inMemory(join(folder, name), name);
    if (file) found.set(`/${name.replace(/(^|\/)index\.html$/, '$1')}`, file);
  }
  return found;
}

function namesIn(folder: string, below: string): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    return entry.isDirectory() ? namesIn(folder, name) : entry.isFile() ? [name] : [];
  });
}

function inMemory(path: string, name: string): PageFile | undefined {
  const type = types[extname(name)];
  if (type === undefined) return undefined;
  const contents = new Uint8Array(readFileSync(path));
  let packed: Uint8Array<ArrayBuffer> | undefined;
  return {
    type,
    bytes: contents.length,
    etag: `"${createHash('sha256').update(contents).digest('base64url').slice(0, 22)}"`,
    // As Vite names them.
    isHashed: /(^|\/)assets\/.*-[\w-]{8}\.\w+$/.test(name),
    read: () => Promise.resolve(contents),
    gzip: packs.test(type) && contents.length > 1024 ? () => (packed ??= new Uint8Array(gzipSync(contents))) : undefined, // prettier-ignore
  };
}

/** Too large to be held: read whenever somebody asks, which a browser does once. */
function onDisk(path: string): PageFile {
  const { size, mtimeMs } = statSync(path);
  return {
    type: types[extname(path)] ?? 'application/octet-stream',
    bytes: size,
    etag: `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`,
    isHashed: false,
    read: async () => new Uint8Array(await readFile(path)),
    gzip: undefined,
  };
}
