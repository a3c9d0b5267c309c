import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// What SECURITY.md says of the package and of what it does to a machine.

const root = new URL('../..', import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
};

test('nothing of ours runs when the package is installed', () => {
  const own = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];
  expect(Object.keys(manifest.scripts).filter((name) => own.includes(name))).toEqual([]);
});

test('dependencies are pinned exactly', () => {
  const versions = Object.values({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

test('THIRD_PARTY.md lists what package-lock.json has', () => {
  const { status, stderr } = spawnSync('node', ['scripts/licences.mjs', '--check'], { cwd: root, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

const isBuilt = existsSync(join(root, 'dist/cli/main.js'));

describe.skipIf(!isBuilt)('the package', () => {
  let files: readonly string[] = [];
  beforeAll(() => {
    const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }); // prettier-ignore
    files = (JSON.parse(stdout) as [{ files: { path: string }[] }])[0].files.map(({ path }) => path);
  });

  const allowed = [
    /^package\.json$/,
    /^LICENSE$/,
    /^(README|ARCHITECTURE|CONTRIBUTING|CHANGELOG|SECURITY|THIRD_PARTY)\.md$/,
    /^docs\/[\w./-]+\.(md|png|svg)$/,
    /^src\/[\w./-]+\/README\.md$/,
    /^(bench|site)\/README\.md$/,
    /^dist\/onnxruntime-web\/[\w.-]+$/,
    // The studio's pages as they are built, and what stands in them.
    /^dist\/studio-app\/[\w./-]+\.(html|js|css|wasm|svg|png|woff2|safetensors)$/,
    /^dist\/(?!testing\/)[\w./-]+\.(js|d\.ts)$/,
  ];

  test('holds what it is made of and nothing else: no tests, sources or maps', () => {
    expect(files.filter((path) => !allowed.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(files.filter((path) => /\.test\.|\.map$|\/testing\//.test(path))).toEqual([]);
    for (const path of [
      'dist/index.js',
      'dist/index.d.ts',
      'dist/cli/main.js',
      'SECURITY.md',
      'THIRD_PARTY.md',
      'README.md',
      'LICENSE',
    ]) {
      // prettier-ignore
      expect(files).toContain(path);
    }
  });

  test('holds no module that has no source any more, and one for every source', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|\.d\.ts$|^testing\/|^kernels\/assembly\//.test(path))
      .map((path) => `dist/${path.replace(/\.ts$/, '.js')}`);
    const modules = files.filter((path) => path.endsWith('.js') && !/^dist\/(onnxruntime-web|studio-app)\//.test(path));
    // Left over from an older build: rm -r dist && npm run build.
    expect(modules.filter((path) => !sources.includes(path))).toEqual([]);
    expect(sources.filter((path) => !modules.includes(path))).toEqual([]);
  });
});

describe.skipIf(!isBuilt)('no network', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rootsigma-offline-'));
  const log = join(folder, 'log');
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  // Where the system allows it, besides the hook: a namespace of its own, which has no network at all, for native code too.
  const alone = spawnSync('unshare', ['-rn', 'true']).status === 0 ? ['unshare', '-rn'] : [];

  function offline(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
    writeFileSync(log, '');
    const hook = join(root, 'test/supply/no-network.mjs');
    const [name = '', ...rest] = [...alone, process.execPath, '--import', hook, ...args];
    const env = { ...process.env, NETWORK_LOG: log };
    const { status, stderr } = spawnSync(name, rest, { cwd: folder, encoding: 'utf8', env });
    return { status, said: readFileSync(log, 'utf8') + (status === 0 ? '' : stderr) };
  }

  test('the watch notices whoever reaches for it', () => {
    for (const code of [
      "import('node:net').then((net) => net.connect(9, '127.0.0.1'))",
      "import('node:http').then((http) => http.get('http://127.0.0.1:9'))",
      "fetch('http://127.0.0.1:9')",
      "import('node:dns').then((dns) => dns.lookup('localhost', () => {}))",
    ]) {
      expect(offline('-e', code).said, code).toContain('no network here');
    }
  });

  test('training, sampling and scoring reach for none', () => {
    const cli = join(root, 'dist/cli/main.js');
    const train = [
      'train',
      'digits',
      '--epochs',
      '1',
      '--latent',
      '2',
      '--hidden',
      '16',
      '--out',
      'run',
      '--threads',
      '2',
    ];
    expect(offline(cli, ...train)).toEqual({ status: 0, said: '' });
    expect(offline(cli, 'sample', 'run', '-o', 'samples.npy')).toEqual({ status: 0, said: '' });
    expect(offline(cli, 'evaluate', 'run', '--limit', '50', '--draws', '5')).toEqual({ status: 0, said: '' });
  });
});
