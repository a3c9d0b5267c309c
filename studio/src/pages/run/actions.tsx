import { useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { RunDetail } from '../../../../src/studio/contract.ts';
import { post } from '../../api/client.ts';
import { wordsOf } from '../../api/problem.ts';
import { href } from '../../shell/router.ts';
import { isActive } from '../../ui/format.ts';

type Action = 'stop' | 'resume' | 'evaluate';

/** What can be done with a run as it is; what came of it is said beside the buttons. */
export function RunActions({ run, reload }: { readonly run: RunDetail; readonly reload: () => void }) {
  const [doing, setDoing] = useState<Action>();
  const [said, setSaid] = useState<{ text: string; isBad?: boolean }>();
  useEffect(() => { setSaid(undefined); }, [run.state]);
  // An evaluation answers at once and ends later.
  const isEvaluating = run.evaluating === true;
  const wasEvaluating = useRef(isEvaluating);
  useEffect(() => {
    if (wasEvaluating.current && !isEvaluating) setSaid({ text: 'Evaluated: its figures are in the overview.' });
    wasEvaluating.current = isEvaluating;
  }, [isEvaluating]);
  const act = async (action: Action, body: object, done: string): Promise<void> => {
    setDoing(action);
    setSaid(undefined);
    try {
      await post(`runs/${run.id}/${action}`, body);
      setSaid({ text: done });
      reload();
    } catch (error) {
      setSaid({ text: wordsOf(error), isBad: true });
    }
    setDoing(undefined);
  };
  const isRunning = isActive(run.state);
  const isBusy = doing !== undefined;
  const canResume = !isRunning && run.resumable === true;
  const isOver = run.state === 'finished' || run.state === 'stopped-early';
  return (
    <div class="actions">
      {isRunning && (
        <button type="button" disabled={isBusy || run.state === 'stopping'} onClick={() => void act('stop', {}, 'It ends after this step and saves what it has.')}>
          {run.state === 'stopping' ? 'Stopping…' : 'Stop and save'}
        </button>
      )}
      {canResume && !isOver && (
        <button type="button" class="primary" disabled={isBusy} onClick={() => void act('resume', {}, 'Training goes on.')}>Resume</button>
      )}
      {!isRunning && run.rollback && (
        <button type="button" disabled={isBusy} title="From its last checkpoint, with half the learning rate each time a step is not finite (--on-nan rollback)"
          onClick={() => void act('resume', { onNan: 'rollback' }, 'Training goes on.')}>
          Roll back and go on
        </button>
      )}
      {canResume && <TrainOn run={run} isBusy={isBusy} onStart={(epochs) => void act('resume', { epochs }, 'Training goes on.')} />}
      {!isRunning && run.model === true && (
        <Evaluate takesDraws={run.takesDraws} isBusy={isBusy || isEvaluating} onStart={(body) => void act('evaluate', body, 'Evaluation has begun; its figures come by themselves.')} />
      )}
      {/* Where nothing of it goes on, another try is what is left. */}
      <a class={`button${!isRunning && run.model !== true && !canResume ? ' primary' : ''}`} href={href(['new'], { from: run.id })}>Duplicate</a>
      {isEvaluating && <progress aria-label="Evaluating" />}
      <span class={said?.isBad ? 'field-error' : 'said'} role="status">{said?.text}</span>
    </div>
  );
} // prettier-ignore

/** Why a run has not all of them: nothing where it has. */
export function WhyNot({ run }: { readonly run: RunDetail }) {
  if (isActive(run.state)) return null;
  const isOver = run.state === 'finished' || run.state === 'stopped-early';
  const reasons = [
    run.model === true ? undefined : run.model,
    run.resumable === true || isOver ? undefined : `To resume it: ${run.resumable}`,
  ].filter((each) => each !== undefined);
  return reasons.length === 0 ? null : <p class="quiet why-not">{reasons.join(' ')}</p>;
}

function TrainOn({ run, isBusy, onStart }: { readonly run: RunDetail; readonly isBusy: boolean; readonly onStart: (epochs: number) => void }) {
  const [epochs, setEpochs] = useState(Math.max(run.epochs, 2 * run.epoch));
  return (
    <Asking title="Train on" isBusy={isBusy} onStart={() => { onStart(epochs); }}>
      <WholeNumber label="Epochs in all" least={run.epoch + 1} value={epochs} onValue={setEpochs} />
    </Asking>
  );
} // prettier-ignore

function Evaluate({ takesDraws, isBusy, onStart }: { readonly takesDraws: boolean; readonly isBusy: boolean; readonly onStart: (body: object) => void }) {
  const [draws, setDraws] = useState(100);
  const [isAll, setAll] = useState(false);
  return (
    <Asking title="Evaluate" isBusy={isBusy} onStart={() => { onStart({ ...(takesDraws && { draws }), ...(isAll && { metrics: 'all' }) }); }}>
      {takesDraws && <WholeNumber label="Draws of z an example" least={1} value={draws} onValue={setDraws} />}
      <label class="row">
        <input type="checkbox" checked={isAll} onChange={(event) => { setAll(event.currentTarget.checked); }} />
        Every metric that it has
      </label>
      <p class="quiet">On the test split, where there is one.{isAll ? ' That may take minutes.' : ''}</p>
    </Asking>
  );
} // prettier-ignore

/** A button that asks for something before it does what it says. */
function Asking({ title, isBusy, onStart, children }: {
  readonly title: string;
  readonly isBusy: boolean;
  readonly onStart: () => void;
  readonly children: ComponentChildren;
}) {
  const place = useRef<HTMLDetailsElement>(null);
  const close = (): void => { if (place.current) place.current.open = false; };
  return (
    <details class="evaluate" ref={place} onKeyDown={(event) => { if (event.key === 'Escape') close(); }}>
      <summary class="button">{title}…</summary>
      <form onSubmit={(event) => { event.preventDefault(); close(); onStart(); }}>
        {children}
        <button type="submit" class="primary" disabled={isBusy}>{title}</button>
      </form>
    </details>
  );
} // prettier-ignore

function WholeNumber({ label, least, value, onValue }: { readonly label: string; readonly least: number; readonly value: number; readonly onValue: (value: number) => void }) {
  return (
    <label>
      {label}
      <input type="number" min={least} max="1000000" step="1" required value={value} onInput={(event) => { onValue(event.currentTarget.valueAsNumber); }} />
    </label>
  );
} // prettier-ignore
