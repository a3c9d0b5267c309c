// In Node; pages have machine.page.ts in its place: package.json, `imports`.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { defaultThreads } from '../../engine/index.ts';
import type { MachineFacts } from './machine-facts.ts';

export function machineFacts(): MachineFacts {
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    logicalCores: os.availableParallelism(),
    threads: defaultThreads(),
    memoryBytes: memoryLimit(),
    freeMemoryBytes: os.freemem(),
  };
}

/** What the machine has, or a container's limit (cgroups) where that is less. */
function memoryLimit(): number {
  // Without a limit it is 0, or a number that no machine has.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(os.totalmem(), limit) : os.totalmem();
}

/** The installed package's version, where its package.json can be found. */
export function versionOf(name: string): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    for (let folder = path.dirname(entry); folder !== path.dirname(folder); folder = path.dirname(folder)) {
      const file = path.join(folder, 'package.json');
      if (!existsSync(file)) continue;
      const contents = JSON.parse(readFileSync(file, 'utf8')) as { readonly name?: string; readonly version?: string };
      if (contents.name === name) return contents.version;
    }
  } catch {
    // Not installed: `createEngine` says so.
  }
  return undefined;
}
