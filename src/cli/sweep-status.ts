import { counted } from '../core/index.ts';
import type { SweepEvent, SweepProgress } from '../sweep/index.ts';
import { formatDuration, formatNumber } from './format.ts';
import type { Output } from './output.ts';
import { Throttle } from './throttle.ts';

/** What runs, what is left and what is best, on the status line; a line that stays for each trial. */
export class SweepStatus {
  readonly #output: Output;
  readonly #throttle = new Throttle();
  readonly #running = new Map<number, string>();
  #last: SweepProgress | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  show(event: SweepEvent): void {
    const { trial } = event;
    if (event.event === 'begun') this.#running.set(trial, '');
    else if (event.event === 'epoch') this.#running.set(trial, ` ${event.epoch}/${event.epochs}`);
    else if (event.event === 'retried') {
      this.#output.note(`trial ${trial}  failed at try ${event.attempts}, and is tried again: ${event.error}`);
    } else {
      this.#running.delete(trial);
      this.#last = event;
      const { done, total, best } = event;
      const isBest = best?.trial === trial ? ' *' : '';
      const came =
        event.status === 'failed' ? `failed: ${event.error ?? ''}` : `${formatNumber(event.value ?? NaN)}${isBest}`;
      const point = Object.entries(event.parameters).map(([name, value]) => `${name} ${text(value)}`);
      const epochs = event.epochs === undefined ? '' : `  ${counted(event.epochs, 'epoch')}`;
      this.#output.note(
        `${done}/${total}  trial ${trial}  ${came}  ${point.join(', ')}${epochs}  ${formatDuration(event.seconds)}`,
      );
    }
    if (this.#output.isLive && (event.event === 'ended' || this.#throttle.isDue())) this.#output.status(this.#line());
  }

  #line(): string {
    const running = [...this.#running].map(([trial, epochs]) => `${trial}${epochs}`).join(', ');
    if (!this.#last) return `running: trial ${running}`;
    const { done, total, secondsLeft, best } = this.#last;
    const left = Number.isFinite(secondsLeft) ? `  ${formatDuration(secondsLeft)} left` : '';
    const lead = best?.value === undefined ? '' : `  best ${formatNumber(best.value)} (trial ${best.trial})`;
    return `${done}/${total}${left}${lead}  running: trial ${running}`;
  }
}

function text(value: unknown): string {
  return typeof value === 'number' ? formatNumber(value, 4) : typeof value === 'string' ? value : JSON.stringify(value);
}
