import { useEffect, useState } from 'preact/hooks';
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
  const [draws, setDraws] = useState(100);
  // An evaluation answers at once and ends later, when the run has another NLL.
  const [evaluating, setEvaluating] = useState(false);
  const { nll } = run;
  useEffect(() => {
    setSaid(undefined);
  }, [run.state]);
  useEffect(() => {
    if (!evaluating || !nll) return;
    setEvaluating(false);
    setSaid({ text: `NLL ${formatNats(nll.value)} ± ${formatNats(nll.standardError)} nats` });
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
      {!isRunning && run.resumable === true && (
        <button type="button" class="primary" disabled={doing !== undefined} onClick={() => void act('resume', {}, () => 'Training goes on.')}>
          Resume
        </button>
      )}
      {!isRunning && run.state !== 'damaged' && (
        <details class="evaluate">
          <summary class="button">Evaluate</summary>
          <form onSubmit={(event) => { event.preventDefault(); void act('evaluate', { draws }, () => { setEvaluating(true); return 'Evaluation has begun; its numbers come by themselves.'; }); }}>
            <label>
              Draws an example
              <input type="number" min="1" max="10000" step="1" required value={draws} onInput={(event) => { setDraws(event.currentTarget.valueAsNumber); }} />
            </label>
            <button type="submit" class="primary" disabled={doing !== undefined}>{doing === 'evaluate' ? 'Evaluating…' : 'Start'}</button>
          </form>
        </details>
      )}
      <a class="button" href={href(['new'], { from: run.id })}>Duplicate</a>
      {!isRunning && typeof run.resumable === 'string' && run.state === 'interrupted' && <span class="said">{run.resumable}</span>}
      {evaluating && <progress aria-label="Evaluating" />}
      <span class={said?.isBad ? 'field-error' : 'said'} role="status">{said?.text}</span>
    </div>
  );
} // prettier-ignore
