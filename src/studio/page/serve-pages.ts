import type { LocalServer } from '../../server/index.ts';
import type { PageFile } from './page-files.ts';

/** What pages may do: run their own scripts and WebAssembly, and ask this server; nothing of anybody else. */
const policyWith = (styles: string): string => [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  `style-src ${styles}`,
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "font-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; '); // prettier-ignore

const contentPolicy = policyWith("'self'");
/** Its formulas and drawings are markup with style attributes. It shows nothing that comes from elsewhere. */
const articlePolicy = policyWith("'self' 'unsafe-inline'");

/** Serves the files of the pages, each at its own address, to whoever asks: they hold no secret. */
export function servePages({ app }: LocalServer, files: ReadonlyMap<string, PageFile>): void {
  for (const [address, file] of files) {
    const [bare] = withoutSlash(address);
    if (bare !== undefined) app.get(bare, (c) => c.redirect(address));
    app.get(address, async (c) => {
      c.header('content-security-policy', address.startsWith('/article/') ? articlePolicy : contentPolicy);
      // With the opener policy that every answer has, this makes pages and their workers cross-origin isolated: threads share memory.
      c.header('cross-origin-embedder-policy', 'require-corp');
      c.header('cache-control', file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      c.header('etag', file.etag);
      c.header('vary', 'Accept-Encoding');
      if (c.req.header('if-none-match') === file.etag) return c.body(null, 304);
      c.header('content-type', file.type);
      if (!file.gzip || !/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) return c.body(await file.read());
      c.header('content-encoding', 'gzip');
      return c.body(file.gzip());
    });
  }
}

/** The addresses of pages, of those of folders without their slash too: `/article` leads to `/article/`. */
export function addressesOf(files: ReadonlyMap<string, PageFile>): readonly string[] {
  return [...files.keys()].flatMap((address) => [address, ...withoutSlash(address)]);
}

function withoutSlash(address: string): readonly string[] {
  return address !== '/' && address.endsWith('/') ? [address.slice(0, -1)] : [];
}
