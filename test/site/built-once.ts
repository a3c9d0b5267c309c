// The article, built once for a whole run of the tests: by vitest's own process, when the first test asks for it. So nothing is built
// where no test needs it, workers need no lock among them, and what was built is never of other sources.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** An address that answers with the folder of the built article, when it is there. */
    builtSite: string;
  }
}

export async function setup(project: TestProject): Promise<() => void> {
  let folder: string | undefined;
  let built: Promise<string> | undefined;
  const buildSite = async (): Promise<string> => {
    folder = mkdtempSync(join(tmpdir(), 'rootsigma-site-'));
    const root = join(import.meta.dirname, '../../site');
    await build({ root, mode: 'production', logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
    return folder;
  };
  const server = createServer((_, response) => {
    (built ??= buildSite()).then(
      (path) => response.end(path),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.stack : String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('builtSite', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return () => {
    server.close();
    server.closeAllConnections();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
}
