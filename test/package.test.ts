// The package as a stranger gets it: packed, installed into an empty project that has none of this repository's settings,
// type-checked strictly, run; then again where onnxruntime-node is missing.
import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build as esbuild } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { build as vite, createLogger } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import webpack from 'webpack';
import type { train as start } from '../src/index.ts';
import { available, openIn, startBrowser } from './page/harness.ts';

const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'rootsigma-stranger-'));
const project = join(folder, 'app');

const program = `import { Run, load, train } from 'rootsigma';
import { sqrtmh } from 'rootsigma/linalg';
import { serve } from 'rootsigma/serve';

const notices: string[] = [];
const run: Run = await train('digits', {
  latent: 2,
  hidden: [16],
  epochs: 1,
  out: 'run',
  overwrite: true,
  onNotice: (line) => notices.push(line),
});
const images = await (await load('run')).sample(4);
const root: number = sqrtmh([[2, 1], [1, 2]]).data[0] ?? NaN;
const server = await serve('run', { port: 0, onNotice: 'silent' });
const served: number = (await fetch(\`\${server.url}/sample\`, { method: 'POST' })).status;
await server.close();
console.log(JSON.stringify({ engine: run.engineName, shape: images.shape, root, served, notices }));
`;

const typescriptConfig = {
  compilerOptions: {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    outDir: 'out',
    types: [],
  },
  files: ['main.ts'],
};

function command(name: string, args: readonly string[], cwd: string): string {
  // A stranger's npm: no settings of ours by environment, but for what README tells Linux users to set.
  const own = Object.entries(process.env).filter(([key]) => !/^(npm_|VITEST|NODE_ENV)/i.test(key));
  const env = { ...Object.fromEntries(own), ONNXRUNTIME_NODE_INSTALL: 'skip' };
  return execFileSync(name, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function runProgram(): { engine: string; shape: number[]; root: number; served: number; notices: string[] } {
  const lines = command('node', ['out/main.js'], project).trim().split('\n');
  return JSON.parse(lines.at(-1) ?? '') as ReturnType<typeof runProgram>;
}

/** The page of docs/in-a-page.md, as its reader has it: the guide's code and nothing else. */
function guidePage(): Readonly<Record<string, string>> {
  const guide = readFileSync(join(root, 'docs/in-a-page.md'), 'utf8');
  const blocks = [...guide.matchAll(/^`([\w.]+)`:\n\n```\w+\n(.*?)^```/gms)];
  return Object.fromEntries(blocks.map(([, name = '', text = '']) => [name, text]));
}

/** A JPEG and a WebP image, in base64. */
function encodedImages(): Readonly<Record<string, string>> {
  const text = readFileSync(join(root, 'test/fixtures/jpegs.json'), 'utf8');
  const [first] = Object.values(JSON.parse(text) as Record<string, { jpeg: string }>);
  const webp = 'UklGRnAAAABXRUJQVlA4IGQAAABQBACdASoUAAwAPjEUiEKiISEYBAAgAwS2AE6XQCTAf4DCAPX/AeSAWKIMAP78V0wrH/clVOE9yq8KpHcuFUl/+6DZwSf+6DZwSf/nGx9W//nGx9Wcf5kdxXFnh9dlLwo58AAA'; // prettier-ignore
  return { 'a.jpg': first?.jpeg ?? '', 'b.webp': webp };
}

/** In a page: trains on copies of images and gives the shape of three samples. */
async function trainOnImages(images: Readonly<Record<string, string>>): Promise<readonly number[]> {
  const { train } = globalThis as unknown as { readonly train: typeof start };
  const bytes = (text: string) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const files = Array.from({ length: 5 }, (_, k) => Object.entries(images).map(([name, text]) => new File([bytes(text)], `${k}${name}`))); // prettier-ignore
  const run = await train(files.flat(), {
    latent: 2,
    hidden: [8],
    epochs: 1,
    dataOptions: { size: 8, unreadable: 'fail' },
    onNotice: 'silent',
  });
  return (await run.sample(3)).shape;
}

/** Bytes of a page's script that imports these names and nothing else, minified and packed as servers send it. */
async function packedSize(names: string, subpath: string): Promise<number> {
  const { outputFiles } = await esbuild({
    stdin: { contents: `import { ${names} } from '${subpath}'; globalThis.used = [${names}];`, resolveDir: project },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

/** How the page is built by each bundler, with no configuration: what it warns of. */
const bundlers: Readonly<Record<string, (page: string, out: string) => Promise<readonly string[]>>> = {
  async vite(page, out) {
    const warnings: string[] = [];
    const logger = createLogger('warn');
    // How long plugins took is no fault of the page's.
    const warn = (line: string): void => {
      if (!line.includes('PLUGIN_TIMINGS')) warnings.push(line);
    };
    Object.assign(logger, { warn, warnOnce: warn });
    await vite({
      root: page,
      configFile: false,
      logLevel: 'warn',
      customLogger: logger,
      build: { outDir: out, emptyOutDir: true },
    });
    return warnings;
  },

  async webpack(page, out) {
    const entry = join(page, 'main.js');
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
      // Unminified, which takes a tenth of the time.
      webpack(
        { mode: 'production', context: page, entry, output: { path: out }, optimization: { minimize: false } },
        (error, result) => {
          if (error) reject(error);
          else resolve(result);
        },
      );
    });
    const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
    writeFileSync(join(out, 'index.html'), htmlOf(page));
    // It advises against any file beyond 244 KiB: ONNX Runtime has 14 MB.
    const ofSize = /size limit|performance recommendations/;
    return [...errors, ...warnings].map(({ message }) => message).filter((message) => !ofSize.test(message));
  },

  async esbuild(page, out) {
    const { warnings } = await esbuild({
      entryPoints: ['main.js', 'worker.js'].map((name) => join(page, name)),
      bundle: true,
      format: 'esm',
      outdir: out,
      logLevel: 'silent',
    });
    writeFileSync(join(out, 'index.html'), htmlOf(page));
    // What the guide says: esbuild copies no files.
    const files = ['rootsigma/dist/onnxruntime-web/ort-wasm-simd-threaded', '@jsquash/jpeg/codec/dec/mozjpeg_dec', '@jsquash/webp/codec/dec/webp_dec']; // prettier-ignore
    for (const file of files) cpSync(join(project, `node_modules/${file}.wasm`), join(out, `${basename(file)}.wasm`));
    return warnings.map(({ text }) => text);
  },
};

function htmlOf(page: string): string {
  return readFileSync(join(page, 'index.html'), 'utf8');
}

describe('the packed package', () => {
  beforeAll(() => {
    if (!existsSync(join(root, 'dist/index.js'))) command('npm', ['run', 'build'], root);
    const [{ filename }] = JSON.parse(
      command('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root),
    ) as [{ filename: string }];
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{ "name": "app", "private": true, "type": "module" }');
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(typescriptConfig));
    writeFileSync(join(project, 'main.ts'), program);
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const typescript = `typescript@${devDependencies.typescript ?? ''}`;
    command(
      'npm',
      ['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, filename), typescript],
      project,
    );
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('type-checks, trains and samples', () => {
    command('npx', ['tsc'], project);
    const { shape, root: value, served, engine, notices } = runProgram();
    expect(shape).toEqual([4, 28, 28]);
    expect(served).toBe(200);
    expect(value).toBeCloseTo(1.3660254037844386, 15);
    expect(engine).toBe('onnxruntime-node');
    expect(notices.filter((line) => line.includes('onnxruntime'))).toEqual([]);
  });

  it('has a command that says its version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(command('npx', ['rootsigma', '--version'], project).trim()).toBe(version);
  });

  it('has the studio, which serves every file of its pages, ONNX Runtime, and the article', async () => {
    const pkgDir = join(project, 'node_modules/rootsigma');
    const args = [join(pkgDir, 'dist/cli/main.js'), 'studio', join(folder, 'runs'), '--port', '0', '--json'];
    const child = spawn(process.execPath, args, { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    try {
      let [said, line] = ['', ''];
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      const { url } = await new Promise<{ url: string }>((resolve, reject) => {
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          line += text;
          if (line.includes('\n')) resolve(JSON.parse(line) as { url: string });
        });
        void ended.then((code) => { reject(new Error(`${code} ${said}`)); });
      });
      const pages = join(pkgDir, 'dist/studio-app');
      const files = readdirSync(pages, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const addresses = files.map(({ parentPath, name }) => `/${relative(pages, join(parentPath, name)).replaceAll('\\', '/').replace(/(^|\/)index\.html$/, '$1')}`);
      expect(addresses).toEqual(expect.arrayContaining(['/', '/article/', expect.stringMatching(/^\/assets\/index-.*\.js$/)]));
      for (const address of [...addresses, '/assets/ort-wasm-simd-threaded.wasm']) {
        const answer = await fetch(url + address);
        const size = (await answer.arrayBuffer()).byteLength;
        const path = address.includes('ort-wasm') ? join(pkgDir, 'dist/onnxruntime-web', basename(address)) : join(pages, address.replace(/\/$/, '/index.html'));
        expect([address, answer.status, size]).toEqual([address, 200, statSync(path).size]);
      }
    } finally {
      child.kill('SIGINT');
    }
    expect(await ended).toBe(0);
  }); // prettier-ignore

  it('is a package as its readers want it', async () => {
    const pkgDir = join(project, 'node_modules/rootsigma');
    const { messages, pkg } = await publint({ pkgDir, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg as never))).toEqual([]);
    const files = readdirSync(pkgDir, { recursive: true }).map(String);
    expect(files.filter((file) => /\.map$|\.tsbuildinfo$|\.test\./.test(file))).toEqual([]);
    const sources = files
      .filter((file) => file.endsWith('.js'))
      .map((file) => readFileSync(join(pkgDir, file), 'utf8'));
    expect(sources.filter((text) => text.includes('sourceMappingURL'))).toEqual([]);
    // Links lead to files that are in it.
    const broken = files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) => {
        const prose = readFileSync(join(pkgDir, file), 'utf8').replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, ''); // prettier-ignore
        const targets = [...prose.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map(([, target = '']) => target);
        const missing = targets.filter((to) => !/^[a-z]+:/.test(to) && !existsSync(join(pkgDir, dirname(file), to)));
        return missing.map((to) => `${file}: ${to}`);
      });
    expect(broken).toEqual([]);
  });

  it('is small where only its mathematics is used', async () => {
    expect(await packedSize('sqrtmh', 'rootsigma/linalg')).toBeLessThan(14_000);
    expect(await packedSize('MultivariateNormal, klDivergence', 'rootsigma/gaussian')).toBeLessThan(33_000);
  });

  it.each(Object.entries(bundlers))(
    'is built into a page by %s, which trains there',
    async (name, build) => {
      const [page, out] = [join(project, `page-${name}`), join(folder, `built-${name}`)];
      mkdirSync(page);
      for (const [file, text] of Object.entries(guidePage())) writeFileSync(join(page, file), text);
      appendFileSync(join(page, 'main.js'), 'globalThis.train = train;\n');
      expect(await build(page, out)).toEqual([]);
      const scripts = readdirSync(out, { recursive: true }).map(String).filter((file) => /\.m?js$/.test(file)); // prettier-ignore
      // No module of Node's is imported.
      const imports = scripts.filter((file) =>
        /(from|import\()\s*["']node:/.test(readFileSync(join(out, file), 'utf8')),
      );
      expect(imports).toEqual([]);
      if (!available) return;
      const served = await startBrowser(out);
      try {
        const { page: opened, problems } = await openIn(served);
        const isWasm = (path: string): boolean => path.endsWith('.wasm');
        expect(served.requests.filter(isWasm)).toEqual([]);
        await opened.click('button');
        await opened.waitForSelector('img', { timeout: 250_000 });
        expect(await opened.textContent('output')).toMatch(/ELBO -\d/);
        expect(served.requests.some(isWasm)).toBe(true);
        // The codecs of images are found by what the bundler made.
        expect(await opened.evaluate(trainOnImages, encodedImages())).toEqual([3, 8, 8, 3]);
        expect(problems).toEqual([]);
      } finally {
        await served.close();
      }
    },
    200_000,
  );

  it('runs by the binding of onnxruntime-node and says so where koffi is missing', () => {
    rmSync(join(project, 'node_modules/koffi'), { recursive: true, force: true });
    const { engine, shape, notices } = runProgram();
    expect(engine).toBe('onnxruntime-node');
    expect(shape).toEqual([4, 28, 28]);
    expect(notices.filter((line) => /own binding.*koffi/.test(line))).toHaveLength(1);
  });

  it('runs on WebAssembly and says so where onnxruntime-node is missing', () => {
    rmSync(join(project, 'node_modules/onnxruntime-node'), { recursive: true, force: true });
    const { engine, shape, notices } = runProgram();
    expect(engine).toBe('onnxruntime-web');
    expect(shape).toEqual([4, 28, 28]);
    expect(notices.filter((line) => line.includes('onnxruntime-web'))).toHaveLength(1);
  });
});
