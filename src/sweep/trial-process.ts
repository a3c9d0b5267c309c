// The process of one trial: gets its task as a message, says how it goes, ends with what it came to.
import type { Outcome } from './job-queue.ts';
import { runTrial } from './trial.ts';
import type { TrialTask } from './trial.ts';

/** What a trial's process gets. */
export type ToTrial = { readonly kind: 'task'; readonly task: TrialTask } | { readonly kind: 'stop' };
/** What it says. */
export type FromTrial =
  | { readonly kind: 'notice'; readonly line: string }
  | { readonly kind: 'epoch'; readonly epoch: number; readonly epochs: number }
  | { readonly kind: 'outcome'; readonly outcome: Outcome };

const stop = new AbortController();
const say = (message: FromTrial): Promise<void> =>
  new Promise((resolve) => {
    if (process.send?.(message, undefined, undefined, () => { resolve(); }) === undefined) resolve(); // prettier-ignore
  });

// Ctrl-C reaches every process of a terminal, and a batch system's signal every one of a job: the training saves and ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stop.abort();
  });
}
// A sweep that is gone, be it killed, has nobody to get the result: the next one goes on from the last checkpoint.
process.on('disconnect', () => {
  process.exit(1);
});
process.on('message', (message: ToTrial) => {
  if (message.kind === 'stop') stop.abort();
  else void perform(message.task);
});

async function perform(task: TrialTask): Promise<void> {
  const outcome = await runTrial(task, {
    signal: stop.signal,
    onNotice: (line) => void say({ kind: 'notice', line }),
    onEpoch: ({ epoch, epochs }) => void say({ kind: 'epoch', epoch, epochs }),
  });
  await say({ kind: 'outcome', outcome });
  process.exit(0);
}
