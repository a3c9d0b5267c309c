// Bundles a program of the tests' and runs it in a process of its own, so that its memory and time are its own.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** Runs `entry`, a path below the repository; gives the exit code. `import.meta.url` is the sources'. */
export async function runFromSources(entry, args, { node = [] } = {}) {
  const target = join(root, entry.replace(/\.ts$/, '.bundle.mjs'));
  await build({
    entryPoints: [join(root, entry)],
    outfile: target,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    conditions: ['rootsigma:source'],
    logLevel: 'error',
  });
  const { status, signal } = spawnSync(process.execPath, [...node, target, ...args], { stdio: 'inherit' });
  if (signal) console.error(`ended by ${signal}`);
  return status ?? 1;
}
