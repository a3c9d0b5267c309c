import { HttpError } from '../../server/index.ts';
import type { Alarm, RunEvaluation, RunSummary } from '../contract.ts';
import { statInside } from '../runs/inside.ts';
import { asRecord, numberOf, recordIn, textOf } from '../runs/records.ts';
import type { RunPlace } from '../runs/run-folders.ts';
import { Child } from './child.ts';
import { evaluationIn } from './evaluation-figures.ts';
import type { OwnFiles } from './own-files.ts';

interface EvaluationsOptions {
  readonly files: OwnFiles;
  readonly program: string;
  readonly onChange: () => void;
}

/** What is known of the evaluation of a run. */
export interface KnownEvaluation {
  readonly nll?: RunSummary['nll'];
  readonly evaluation?: RunEvaluation;
  readonly evaluating: boolean;
  readonly alarm?: Alarm;
}

const mostAtOnce = 2;

/** Evaluations in processes of their own, and what they came to: kept beside the runs, and of the model that was evaluated alone. */
export class Evaluations {
  readonly #options: EvaluationsOptions;
  readonly #running = new Map<string, Child>();
  readonly #faults = new Map<string, string>();
  /** What was read of each run, and of which model. */
  readonly #read = new Map<string, { readonly print: string } & Pick<KnownEvaluation, 'nll' | 'evaluation'>>();

  constructor(options: EvaluationsOptions) {
    this.#options = options;
  }

  /** @param draws of z an example; undefined where none are taken */
  start(
    place: RunPlace,
    { draws, metrics }: { readonly draws: number | undefined; readonly metrics: 'all' | undefined },
  ): void {
    if (this.#running.has(place.id)) throw new HttpError(409, 'it is being evaluated.');
    if (this.#running.size >= mostAtOnce) throw new HttpError(429, `${mostAtOnce} runs are evaluated already, which is the limit.`, { 'retry-after': '10' }); // prettier-ignore
    const { files, program, onChange } = this.#options;
    const print = printOfModel(place);
    // Beside that of its training.
    const log = files.openLog(`${place.id}-evaluation`);
    try {
      const more = [...(draws === undefined ? [] : [`--draws=${draws}`]), ...(metrics === undefined ? [] : [`--metrics=${metrics}`])]; // prettier-ignore
      const args = ['evaluate', '--json', '--quiet', ...more, '--', place.path];
      const child = new Child({ program, args, log, readsOutput: true });
      this.#running.set(place.id, child);
      this.#faults.delete(place.id);
      void child.ended.then(({ code, output }) => {
        this.#running.delete(place.id);
        const result = asRecord(output.trim().split('\n').at(-1) ?? '');
        if (code === 0 && result) {
          files.write('evaluations', place.id, { model: print, ...result });
          this.#read.delete(place.id);
        } else if (code !== 130 && code !== 143) {
          const [error = 'error: its process ended without a result'] = files.log(`${place.id}-evaluation`).filter((line) => line.startsWith('error:')); // prettier-ignore
          this.#faults.set(place.id, error.replace(/^error: */, '').slice(0, 1000));
        }
        onChange();
      });
    } finally {
      files.closeLog(log);
    }
    onChange();
  }

  of(place: RunPlace): KnownEvaluation {
    const fault = this.#faults.get(place.id);
    const { nll, evaluation } = this.#keptOf(place);
    return {
      evaluating: this.#running.has(place.id),
      ...(nll && { nll }),
      ...(evaluation && { evaluation }),
      ...(fault !== undefined && { alarm: { kind: 'failed', severity: 'warning', text: `Its evaluation failed: ${fault}`, advice: 'On the command line, `rootsigma evaluate` takes other data with --data.' } }), // prettier-ignore
    };
  }

  close(): void {
    for (const child of this.#running.values()) child.stop();
  }

  #keptOf(place: RunPlace): Pick<KnownEvaluation, 'nll' | 'evaluation'> {
    const print = printOfModel(place);
    const before = this.#read.get(place.id);
    if (before?.print === print) return before;
    const kept = this.#options.files.read('evaluations', place.id);
    const isOfModel = kept?.model === print;
    const [nll, evaluation] = isOfModel ? [nllIn(kept), evaluationIn(kept)] : [];
    const found = { print, ...(nll && { nll }), ...(evaluation && { evaluation }) };
    this.#read.set(place.id, found);
    return found;
  }
}

function nllIn(kept: Readonly<Record<string, unknown>>): RunSummary['nll'] {
  const nll = recordIn(kept, 'nll');
  const [value, standardError, draws] = [numberOf(nll.value), numberOf(nll.standardError), numberOf(nll.draws)];
  if (value === undefined || standardError === undefined || draws === undefined) return undefined;
  return { value, standardError, draws, split: textOf(kept.split, 40) ?? 'all' };
}

/** Which model it is: another has another time. */
function printOfModel({ root, parts }: RunPlace): string {
  const stats = statInside(root, [...parts, 'model.safetensors']);
  return stats?.isFile() ? `${stats.size}:${stats.mtimeMs}` : '-';
}
