import { fixed, metricInWords } from '../core/index.ts';
import type { ElboMeans, EpochEvent, StepEvent, ValidationMeans } from './library/index.ts';
import { formatDuration, formatRate } from './format.ts';
import type { Output } from './output.ts';
import { Throttle } from './throttle.ts';

/** The bar shows means over about so many of the latest steps. */
const steps = 20;

/** Lines that stay, at most about so many: of more epochs, every so many have one. */
const epochLines = 50;

/** Training on a terminal: one line redrawn in place, and a line that stays for each epoch. Elsewhere: those lines only. */
export class TrainProgress {
  readonly #output: Output;
  readonly #throttle = new Throttle();
  /** The ELBO, or of a model without one what training minimises. */
  readonly #shown = new RunningMean();
  readonly #stepSeconds = new RunningMean();
  /** Whether an epoch since the last starred line was the best so far: after a resume, the best may lie before. */
  #best = false;
  /** The best validation ELBO that a line has shown. */
  #bestShown: number | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  step(event: StepEvent): void {
    this.#shown.add(event.kl === undefined ? event.loss : event.reconstruction - event.kl);
    this.#stepSeconds.add(event.stepMs / 1000);
    if (this.#output.isLive && this.#throttle.isDue()) this.#output.status(this.#line(event));
  }

  epoch({ epoch, epochs, training, validation, best, seconds }: EpochEvent): void {
    this.#best ||= best;
    if (epoch > 1 && epoch < epochs && epoch % Math.ceil(epochs / epochLines) !== 0) return;
    const { length } = String(epochs);
    const held = validation ? `   validation ${this.#held(validation)}` : '';
    this.#output.note(
      `epoch ${String(epoch).padStart(length)}/${epochs}   ${termsText(training)}${held}   ${formatDuration(seconds)}`,
    );
  }

  /** By what epochs are compared; of the ELBO the mean over all held-out examples. */
  #held({ elbo, criterion }: ValidationMeans): string {
    if (elbo !== undefined && (!criterion || ['elbo', 'trimmedElbo'].includes(criterion.metric)))
      return fixed(elbo) + this.#star(elbo, 'max');
    if (!criterion) return '';
    const { metric, value, direction } = criterion;
    return `${metricInWords(metric)} ${fixed(value)}${this.#star(value, direction)}`;
  }

  /** Beside the best of the epochs that have a line so far: what stands there is never worse than a line above. */
  #star(value: number, direction: 'max' | 'min'): string {
    const shown = this.#bestShown;
    const isBetter = shown === undefined ? Number.isFinite(value) : direction === 'max' ? value > shown : value < shown;
    const isBest = this.#best && isBetter;
    if (isBetter) this.#bestShown = value;
    if (isBest) this.#best = false;
    return isBest ? ' *' : '';
  }

  #line({ epoch, step, totalSteps, examples, kl }: StepEvent): string {
    const seconds = this.#stepSeconds.value;
    const width = Math.max(8, Math.min(24, this.#output.columns - 80));
    const filled = Math.round((width * step) / totalSteps);
    const bar = '━'.repeat(filled) + '─'.repeat(width - filled);
    const rate = `${formatRate(1 / seconds)} steps/s, ${formatRate(examples / seconds)} examples/s`;
    const left = formatDuration((totalSteps - step) * seconds);
    return `${bar} epoch ${epoch}  step ${step}/${totalSteps}  ${kl === undefined ? 'loss' : 'ELBO'} ${this.#shown.value.toFixed(1)}  ${left} left  ${rate}`;
  }
}

/** `ELBO −93.1 = −70.2 − 22.9`, or of a model without a density the reconstruction alone. */
function termsText({ elbo, reconstruction, kl }: ElboMeans): string {
  return elbo === undefined || kl === undefined
    ? `reconstruction ${fixed(reconstruction)}`
    : `ELBO ${fixed(elbo)} = ${fixed(reconstruction)} − ${fixed(kl)}`;
}

/** Mean of the first few values, then one that forgets. */
class RunningMean {
  value = 0;
  #count = 0;

  add(value: number): void {
    this.#count = Math.min(steps, this.#count + 1);
    this.value += (value - this.value) / this.#count;
  }
}
