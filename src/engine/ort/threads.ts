import { ValueError } from '../../core/index.ts';

/**
 * Threads for one engine: ROOTSIGMA_THREADS, else the physical cores. Processes that share a machine should share out
 * its cores; two of them with all cores each are slower than with half.
 */
export function defaultThreads(): number {
  const configured = isNode() ? process.env.ROOTSIGMA_THREADS : undefined;
  return configured === undefined ? physicalCores() : parseThreads(configured, 'ROOTSIGMA_THREADS');
}

/** @throws ValueError unless `value` is a positive whole number */
export function parseThreads(value: string | number, what: string): number {
  const threads = Number(value);
  if (Number.isInteger(threads) && threads > 0) return threads;
  throw new ValueError(`${what} must be a positive whole number, got '${value}'.`);
}

export function isNode(): boolean {
  return typeof process === 'object' && typeof process.versions.node === 'string';
}

function physicalCores(): number {
  if (!isNode()) return Math.max(1, Math.ceil(navigator.hardwareConcurrency / 2));
  const os = process.getBuiltinModule('node:os');
  const usable = os.availableParallelism();
  // Two hardware threads a core where the system does not say (x64 elsewhere than on Linux), one on arm64.
  const cores = linuxCores() ?? (os.arch() === 'x64' ? Math.ceil(usable / 2) : usable);
  return Math.max(1, Math.min(cores, usable));
}

/** Distinct (package, core) pairs: hardware threads of one core share them. */
function linuxCores(): number | undefined {
  const fs = process.getBuiltinModule('node:fs');
  const root = '/sys/devices/system/cpu';
  if (!fs.existsSync(root)) return undefined;
  const siblings = fs
    .readdirSync(root)
    .filter((name) => /^cpu\d+$/.test(name))
    .map((name) => `${root}/${name}/topology/thread_siblings_list`)
    .filter((path) => fs.existsSync(path))
    .map((path) => fs.readFileSync(path, 'utf8'));
  return siblings.length === 0 ? undefined : new Set(siblings).size;
}
