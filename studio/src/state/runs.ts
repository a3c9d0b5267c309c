// The runs below RUNS, as the server last said.
import { computed, signal } from '@preact/signals';
import type { About, RunSummary } from '../../../src/studio/contract.ts';
import { get } from '../api/client.ts';
import { onLive } from '../api/live.ts';
import { isAbort } from '../api/problem.ts';

const byId = signal<ReadonlyMap<string, RunSummary> | undefined>(undefined);
/** Why the list could not be read. */
export const runsProblem = signal<unknown>(undefined);
/** Undefined until the server has said. */
export const runs = computed(() => (byId.value ? [...byId.value.values()] : undefined));
export const about = signal<About | undefined>(undefined);

export function runOf(id: string): RunSummary | undefined {
  return byId.value?.get(id);
}

/** Reads the list anew; what the stream has told since is newer and stays. */
export async function loadRuns(): Promise<void> {
  try {
    const [list, info] = await Promise.all([get<readonly RunSummary[]>('runs'), get<About>('about')]);
    byId.value = new Map(list.map((run) => [run.id, run]));
    about.value = info;
    runsProblem.value = undefined;
  } catch (error) {
    if (!isAbort(error)) runsProblem.value = error;
  }
}

/** Follows them from now on, until the function that is returned is called. */
export function followRuns(): () => void {
  void loadRuns();
  return onLive((event) => {
    const known = byId.peek();
    if (event.type === 'run') byId.value = new Map(known).set(event.run.id, event.run);
    // Those that went while nobody listened are not in the list by which a stream begins.
    const isGone = (id: string): boolean => (event.type === 'gone' ? id === event.id : event.type === 'present' && !event.ids.includes(id));
    const kept = [...(known ?? [])].filter(([id]) => !isGone(id));
    if (known && kept.length < known.size) byId.value = new Map(kept);
  });
} // prettier-ignore
