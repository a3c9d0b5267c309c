import { ValueError, rule } from '../../core/index.ts';
import type { OptionRule } from '../../core/index.ts';
import { cpuQuota } from './cpu-quota.ts';

/** Of the processes that share a machine to do one thing: how many there are, and physical cores that are this one's, where it is known. */
export interface HostShare {
  readonly localSize: number;
  readonly cores: number | undefined;
}

/**
 * Threads for one engine: ROOTSIGMA_THREADS, else the physical cores that this process may use. Processes that share a machine should share out
 * its cores; two of them with all cores each are slower than with half.
 *
 * @param share of several that know of each other; a container's quota is that of all of them
 */
export function defaultThreads(share?: HostShare): number {
  const configured = isNode() ? process.env.ROOTSIGMA_THREADS : undefined;
  if (configured !== undefined) return parseThreads(configured, 'ROOTSIGMA_THREADS');
  if (!share) return physicalCores();
  const { localSize, cores = physicalCores() / localSize } = share;
  const least = Math.min(cores, Math.round(cpuQuota(readIfThere)) / localSize);
  // Thirds do not quite add up.
  return Math.max(1, Math.floor(least + 1e-6));
}

function parseThreads(value: string, what: string): number {
  const threads = value.trim() === '' ? NaN : Number(value);
  if (threadCount.accepts(threads)) return threads;
  throw new ValueError(`${what} must be ${threadCount.expected}, got '${value}'.`);
}

/**
 * How many threads an engine may be asked for: four a logical core, and 16 anywhere, so that a small machine takes what a
 * larger one's configuration says. Each holds a session, and those beyond the cores wait for the others: more is a slip.
 */
export const threadCount: OptionRule = {
  get expected() {
    return `${rule.whole(1, mostThreads()).expected} (here are ${logicalCores()} logical cores)`;
  },
  accepts: (value) => rule.whole(1, mostThreads()).accepts(value),
};

function mostThreads(): number {
  return Math.max(16, 4 * logicalCores());
}

/**
 * How many threads have a core each at the moment: what affinity (`taskset`) and the quota of a container leave of the
 * logical cores. Both may change while the process runs.
 */
export function usableCores(): number {
  const quota = isNode() ? cpuQuota(readIfThere) : Infinity;
  return Math.max(1, Math.min(logicalCores(), Math.round(quota)));
}

function readIfThere(path: string): string | undefined {
  try {
    return process.getBuiltinModule('node:fs').readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** What affinity leaves this process. */
export function logicalCores(): number {
  return isNode() ? process.getBuiltinModule('node:os').availableParallelism() : navigator.hardwareConcurrency;
}

export function isNode(): boolean {
  return typeof process === 'object' && typeof process.versions.node === 'string';
}

function physicalCores(): number {
  // A page is not told of its cores: where there are two threads, they are as often two cores as one.
  if (!isNode()) return logicalCores() <= 2 ? logicalCores() : Math.ceil(logicalCores() / 2);
  const os = process.getBuiltinModule('node:os');
  const usable = usableCores();
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
