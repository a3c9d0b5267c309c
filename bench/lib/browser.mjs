// Pages of contestants: bundled, served cross-origin isolated, opened in one Chromium.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const contestants = ['rootsigma', 'jax-js', 'tfjs'];
const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Pages in the background are to be as fast as those in front; WebGPU on the processor where there is no other. */
const flags = [
  '--no-sandbox --disable-background-timer-throttling --disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows --disable-background-networking --disable-component-update --no-first-run',
  '--enable-unsafe-webgpu --use-webgpu-adapter=swiftshader --enable-features=Vulkan --enable-unsafe-swiftshader',
].flatMap((line) => line.split(' '));

/** @returns the browser, or `{ skipped: reason }` */
export async function startBrowser(inputs) {
  if (!existsSync(executablePath)) return { skipped: `there is no ${executablePath} (CHROMIUM_PATH says where it is)` };
  const { chromium } = await import('playwright-core');
  const files = await buildPages(join(inputs, 'pages'), inputs);
  let fetched = { bytes: 0, compressed: 0 };
  const server = createServer((request, response) => {
    const { bytes, compressed, type } = files.get(new URL(request.url, 'http://host').pathname) ?? {};
    if (bytes === undefined) return response.writeHead(404).end();
    // The examples are not the library's.
    if (type !== undefined) {
      fetched = { bytes: fetched.bytes + bytes.length, compressed: fetched.compressed + compressed.length };
    }
    response
      .writeHead(200, {
        'content-type': type ?? 'application/octet-stream',
        'content-encoding': 'gzip',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'cache-control': 'max-age=3600',
      })
      .end(compressed);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${server.address().port}/`;
  const browser = await chromium.launch({ executablePath, args: flags });
  const session = await browser.newBrowserCDPSession();
  return {
    version: browser.version(),
    fetched: () => fetched,
    forgetFetched: () => (fetched = { bytes: 0, compressed: 0 }),
    open: async (path) => {
      const page = await (await browser.newContext()).newPage();
      await page.goto(address + path);
      return page;
    },
    cpuSeconds: async () => {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      return processInfo.reduce((total, { cpuTime }) => total + cpuTime, 0);
    },
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

/** What the server has, by path: each contestant's scripts and WebAssembly files, the page, the inputs. */
async function buildPages(out, inputs) {
  const { build } = await import('esbuild');
  mkdirSync(out);
  await build({
    entryPoints: [...contestants, 'host'].map((name) =>
      fileURLToPath(new URL(`../workers/page/${name}.mjs`, import.meta.url)),
    ),
    outdir: out,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    logLevel: 'error',
  });
  writeFileSync(join(out, 'index.html'), '<!doctype html><title>bench</title><script type="module" src="host.js"></script>'); // prettier-ignore
  const here = createRequire(import.meta.url);
  copyWasm(fileURLToPath(new URL('../../dist/onnxruntime-web', import.meta.url)), out);
  copyWasm(dirname(here.resolve('@tensorflow/tfjs-backend-wasm')), out);
  const files = new Map();
  for (const name of readdirSync(out)) {
    const bytes = readFileSync(join(out, name));
    files.set(`/${name === 'index.html' ? '' : name}`, {
      bytes,
      compressed: gzipSync(bytes, { level: 9 }),
      type: types[extname(name)],
    });
  }
  for (const name of readdirSync(inputs).filter((file) => file.endsWith('.bin'))) {
    const bytes = readFileSync(join(inputs, name));
    files.set(`/inputs/${name}`, { bytes, compressed: gzipSync(bytes) });
  }
  return files;
}

function copyWasm(from, to) {
  for (const name of readdirSync(from).filter((file) => file.endsWith('.wasm')))
    copyFileSync(join(from, name), join(to, name));
}
