import type { Alarm, RunState } from '../../../src/studio/contract.ts';
import { isActive, stateWords } from './format.ts';

const marks: Readonly<Record<RunState, string>> = {
  training: '●',
  starting: '○',
  stopping: '◌',
  finished: '✓',
  'stopped-early': '✓',
  interrupted: '❙❙',
  failed: '✕',
  damaged: '✕',
};

/** A run's state by mark and word: colour alone says nothing. */
export function StateBadge({ state }: { readonly state: RunState }) {
  const tone = isActive(state) ? 'active' : state === 'failed' || state === 'damaged' ? 'bad' : state === 'interrupted' ? 'warn' : 'good'; // prettier-ignore
  return (
    <span class={`badge ${tone}`}>
      <span aria-hidden="true">{marks[state]}</span> {stateWords[state]}
    </span>
  );
}

/** What a person should look at, and what to try. */
export function Alarms({ alarms }: { readonly alarms: readonly Alarm[] }) {
  if (alarms.length === 0) return null;
  return (
    <ul class="alarms" aria-label="What to look at">
      {alarms.map((alarm) => (
        <li key={alarm.kind + alarm.text} class={`message ${alarm.severity}`}>
          <p class="message-title">
            <span class="message-mark" aria-hidden="true">
              !
            </span>
            {alarm.text}
          </p>
          <p>{alarm.advice}</p>
        </li>
      ))}
    </ul>
  );
}
