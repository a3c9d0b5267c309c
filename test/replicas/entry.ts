import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, defaultServerConditions } from 'vite';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Modules for worker threads, in a folder of their own below the project, so that packages are found. */
export class Entries {
  readonly #folder: string;

  constructor() {
    const parent = join(root, '.cache', 'followers');
    mkdirSync(parent, { recursive: true });
    this.#folder = mkdtempSync(join(parent, 'test-'));
  }

  follower(): Promise<URL> {
    return this.built('src/training/replicas/follower.ts');
  }

  /** A thread's module as the sources are now: tests run them, and worker threads cannot load TypeScript. */
  async built(source: string): Promise<URL> {
    const name = `${basename(source, '.ts')}.mjs`;
    await build({
      root,
      configFile: false,
      logLevel: 'error',
      ssr: { resolve: { conditions: ['rootsigma:source', ...defaultServerConditions] } },
      build: {
        ssr: source,
        outDir: this.#folder,
        emptyOutDir: false,
        target: 'node20',
        rolldownOptions: { output: { entryFileNames: name } },
      },
    });
    return pathToFileURL(join(this.#folder, name));
  }

  /** A module of this text. */
  module(name: string, text: string): URL {
    const path = join(this.#folder, name);
    writeFileSync(path, text);
    return pathToFileURL(path);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
