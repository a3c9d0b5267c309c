// In pages; Node has machine.ts in its place.
import { defaultThreads } from '../../engine/index.ts';
import type { MachineFacts } from './machine-facts.ts';

export function machineFacts(): MachineFacts {
  return {
    node: navigator.userAgent,
    platform: 'a page',
    cpu: 'unknown',
    logicalCores: navigator.hardwareConcurrency,
    threads: defaultThreads(),
    memoryBytes: NaN,
    freeMemoryBytes: NaN,
  };
}

/** What a page was built of, nobody says. */
export function versionOf(): string | undefined {
  return undefined;
}
