import { useEffect, useRef, useState } from 'preact/hooks';
import type { RunDetail } from '../../../../src/studio/contract.ts';
import { post } from '../../api/client.ts';
import { wordsOf } from '../../api/problem.ts';
import { href } from '../../shell/router.ts';
import { formatNats, isActive } from '../../ui/format.ts';

type Action = 'stop' | 'resume' | 'evaluate';
/** Stop, resume, evaluate, duplicate; what came of it is said beside the buttons. */
export function RunActions({ run, reload }: { readonly run: RunDetail; readonly reload: () => void }) {
  const [doing, setDoing] = useState<Action>();
  const [said, setSaid] = useState<{ text: string; isBad?: boolean }>();
  const { nll } = run;
  useEffect(() => {
    setSaid(undefined);
  }, [run.state]);
  // An evaluation answers at once and ends later, when the run has another NLL.
  useEffect(() => {
    if (said?.text.startsWith('Evaluation') && nll) setSaid({ text: `NLL ${formatNats(nll.value)} ± ${formatNats(nll.standardError)} nats` });
  }, [nll?.value, nll?.draws]);
  const act = async (action: Action, body: object, done: () => string): Promise<void> => {
    setDoing(action);
    setSaid(undefined);
    try {
      await post(`runs/${run.id}/${action}`, body);
      setSaid({ text: done() });
      reload();
    } catch (error) {
      setSaid({ text: wordsOf(error), isBad: true });
    }
    setDoing(undefined);
  };
  const isRunning = isActive(run.state);
  return (
    <div class="actions">
      {isRunning && (
        <button type="button" disabled={doing !== undefined || run.state === 'stopping'}
          onClick={() => void act('stop', {}, () => 'It ends after this step and saves what it has.')}>
          {run.state === 'stopping' ? 'Stopping…' : 'Stop and save'}
        </button>
      )}
      {!isRunning && run.resumable === true && run.state !== 'finished' && run.state !== 'stopped-early' && (
        <button type="button" class="primary" disabled={doing !== undefined} onClick={() => void act('resume', {}, () => 'Training goes on.')}>
          Resume
        </button>
      )}
      {!isRunning && run.resumable === true && (
        <NumberAction title="Train on" label="Epochs in all" least={run.epoch + 1} start={Math.max(run.epochs, 2 * run.epoch)} isBusy={doing !== undefined}
          onStart={(epochs) => void act('resume', { epochs }, () => 'Training goes on.')} />
      )}
      {!isRunning && run.state !== 'damaged' && (
        <NumberAction title="Evaluate" label="Draws an example" least={1} start={100} isBusy={doing !== undefined || run.evaluating === true}
          onStart={(draws) => void act('evaluate', { draws }, () => 'Evaluation has begun; its numbers come by themselves.')} />
      )}
      <a class="button" href={href(['new'], { from: run.id })}>Duplicate</a>
      {!isRunning && typeof run.resumable === 'string' && run.state === 'interrupted' && <span class="said">{run.resumable}</span>}
      {run.evaluating && <progress aria-label="Evaluating" />}
      <span class={said?.isBad ? 'field-error' : 'said'} role="status">{said?.text}</span>
    </div>
  );
} // prettier-ignore

/** A button that asks for one number before it does what it says. */
function NumberAction({ title, label, least, start, isBusy, onStart }: {
  readonly title: string;
  readonly label: string;
  readonly least: number;
  readonly start: number;
  readonly isBusy: boolean;
  readonly onStart: (number: number) => void;
}) {
  const [number, setNumber] = useState(start);
  const place = useRef<HTMLDetailsElement>(null);
  return (
    <details class="evaluate" ref={place} onKeyDown={(event) => { if (event.key === 'Escape' && place.current) place.current.open = false; }}>
      <summary class="button">{title}…</summary>
      <form onSubmit={(event) => { event.preventDefault(); if (place.current) place.current.open = false; onStart(number); }}>
        <label>
          {label}
          <input type="number" min={least} max="1000000" step="1" required value={number} onInput={(event) => { setNumber(event.currentTarget.valueAsNumber); }} />
        </label>
        <button type="submit" class="primary" disabled={isBusy}>{title}</button>
      </form>
    </details>
  );
} // prettier-ignore
