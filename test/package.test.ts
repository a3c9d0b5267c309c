// The package as a stranger gets it: packed, installed into an empty project that has none of this repository's settings,
// type-checked strictly, run; then again where onnxruntime-node is missing.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'rootsigma-stranger-'));
const project = join(folder, 'app');

const program = `import { Run, load, train } from 'rootsigma';
import { sqrtmh } from 'rootsigma/linalg';

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
console.log(JSON.stringify({ engine: run.engineName, shape: images.shape, root, notices }));
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

function runProgram(): { engine: string; shape: number[]; root: number; notices: string[] } {
  const lines = command('node', ['out/main.js'], project).trim().split('\n');
  return JSON.parse(lines.at(-1) ?? '') as ReturnType<typeof runProgram>;
}

describe('the packed package', () => {
  beforeAll(() => {
    if (!existsSync(join(root, 'dist/api/index.js'))) command('npm', ['run', 'build'], root);
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
  }, 300_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('type-checks, trains and samples', () => {
    command('npx', ['tsc'], project);
    const { shape, root: value, engine, notices } = runProgram();
    expect(shape).toEqual([4, 28, 28]);
    expect(value).toBeCloseTo(1.3660254037844386, 15);
    expect(engine).toBe('onnxruntime-node');
    expect(notices.filter((line) => line.includes('onnxruntime'))).toEqual([]);
  }, 120_000);

  it('has a command that says its version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(command('npx', ['rootsigma', '--version'], project).trim()).toBe(version);
  });

  it('runs by the binding of onnxruntime-node and says so where koffi is missing', () => {
    rmSync(join(project, 'node_modules/koffi'), { recursive: true, force: true });
    const { engine, shape, notices } = runProgram();
    expect(engine).toBe('onnxruntime-node');
    expect(shape).toEqual([4, 28, 28]);
    expect(notices.filter((line) => /own binding.*koffi/.test(line))).toHaveLength(1);
  }, 120_000);

  it('runs on WebAssembly and says so where onnxruntime-node is missing', () => {
    rmSync(join(project, 'node_modules/onnxruntime-node'), { recursive: true, force: true });
    const { engine, shape, notices } = runProgram();
    expect(engine).toBe('onnxruntime-web');
    expect(shape).toEqual([4, 28, 28]);
    expect(notices.filter((line) => line.includes('onnxruntime-web'))).toHaveLength(1);
  }, 120_000);
});
