import { fork } from 'node:child_process';
import type { Outcome } from './job-queue.ts';
import type { FromTrial, ToTrial } from './trial-process.ts';
import type { TrialTask } from './trial.ts';

export interface ProcessHooks {
  readonly signal: AbortSignal;
  readonly onNotice: (line: string) => void;
  readonly onEpoch: (epoch: number, epochs: number) => void;
}

/** How much of what a process says on stderr is kept, for the one that dies. */
const keptText = 2000;

/**
 * Does a trial in a process of its own, so that its memory, its threads and its crash are its own.
 *
 * @param entry the module that it runs, where it is not the one beside this
 */
export function runInProcess(
  task: TrialTask,
  { signal, onNotice, onEpoch }: ProcessHooks,
  entry: URL = new URL('./trial-process.js', import.meta.url),
): Promise<Outcome> {
  const child = fork(entry, [], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const send = (message: ToTrial): void => {
    // One that has just ended gets nothing any more.
    if (child.connected) child.send(message, () => undefined);
  };
  const abort = (): void => {
    send({ kind: 'stop' });
  };
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-keptText)));
  let outcome: Outcome | undefined;
  child.on('message', (message: FromTrial) => {
    if (message.kind === 'notice') onNotice(message.line);
    else if (message.kind === 'epoch') onEpoch(message.epoch, message.epochs);
    else ({ outcome } = message);
  });
  send({ kind: 'task', task });
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return new Promise((resolve) => {
    const finish = (fault: string): void => {
      signal.removeEventListener('abort', abort);
      resolve(outcome ?? (signal.aborted ? { status: 'interrupted' } : { status: 'failed', error: fault }));
    };
    child.once('error', (error) => {
      finish(`its process could not be started: ${error.message}`);
    });
    child.once('close', (code, by) => {
      const how = by === null ? `with code ${String(code)}` : `by ${by}`;
      const memory = by === 'SIGKILL' ? ' (the system ends so what takes too much memory: fewer workers, or smaller batches)' : ''; // prettier-ignore
      const last = said.trim().split('\n').filter(Boolean).slice(-3).join(' | ');
      finish(`its process ended ${how}${memory}${last === '' ? '' : `: ${last}`}.`);
    });
  });
}
