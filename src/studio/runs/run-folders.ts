import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { HttpError } from '../../server/index.ts';
import { listInside } from './inside.ts';

/** A run's folder below RUNS. */
export interface RunPlace {
  /** What requests name it by: a hash of its name, so that nothing of a request is ever a path. */
  readonly id: string;
  /** The folder below RUNS, with `/`. */
  readonly name: string;
  /** The same as parts of a path below `root`. */
  readonly parts: readonly string[];
  readonly root: string;
  /** For the library's functions, which take a path. */
  readonly path: string;
}

/** How deep runs are looked for, and how many folders at most. */
const mostDepth = 5;
const mostFolders = 20_000;
/** How long a look counts. */
const lookMs = 300;

/** Which runs there are below a folder: those folders that hold a config.json. No link is followed. */
export class RunFolders {
  /** With no link in its path. */
  readonly root: string;
  #found = new Map<string, RunPlace>();
  #lookedAt = -Infinity;
  #more: () => readonly RunPlace[] = () => [];

  constructor(root: string) {
    this.root = root;
  }

  /** Folders that are to become runs, and hold none yet. */
  withStarting(more: () => readonly RunPlace[]): void {
    this.#more = more;
  }

  /** All, by name. */
  all(): readonly RunPlace[] {
    if (performance.now() - this.#lookedAt > lookMs) this.look();
    return [...this.#found.values()];
  }

  /** Looks for runs now. */
  look(): void {
    let left = mostFolders;
    const found = new Map<string, RunPlace>();
    const walk = (parts: readonly string[]): void => {
      if (left-- <= 0) return;
      const entries = listInside(this.root, parts);
      if (parts.length > 0 && entries.some(({ name, isFolder }) => name === 'config.json' && !isFolder)) {
        const place = this.placeOf(parts);
        found.set(place.id, place);
        return;
      }
      if (parts.length >= mostDepth) return;
      const folders = entries.filter(({ name, isFolder }) => isFolder && !name.startsWith('.') && name !== 'node_modules'); // prettier-ignore
      for (const { name } of folders.sort((a, b) => (a.name < b.name ? -1 : 1))) walk([...parts, name]);
    };
    walk([]);
    for (const place of this.#more()) if (!found.has(place.id)) found.set(place.id, place);
    this.#found = found;
    this.#lookedAt = performance.now();
  }

  /** @throws HttpError 404 for what is no run's id */
  find(id: string): RunPlace {
    let place = this.#found.get(id);
    if (!place) {
      this.all();
      place = this.#found.get(id);
    }
    if (place) return place;
    throw new HttpError(404, 'there is no run of that id here: it may have been moved or removed.');
  }

  placeOf(parts: readonly string[]): RunPlace {
    const name = parts.join('/');
    const id = createHash('sha256').update(name).digest('base64url').slice(0, 16);
    return { id, name, parts, root: this.root, path: join(this.root, ...parts) };
  }
}
