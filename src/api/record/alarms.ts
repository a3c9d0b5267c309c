import { metricInWords } from '../../core/index.ts';

/** Something in a training that a person should look at, in words, with what to try. */
export interface Alarm {
  readonly kind: 'collapse' | 'overfit' | 'divergence' | 'non-finite';
  readonly severity: 'warning' | 'error';
  readonly text: string;
  readonly advice: string;
  /** The step at which it shows, where there is one. */
  readonly step?: number;
}

/** A record of metrics.jsonl: from anywhere, so anything may be in it. */
type Given = Readonly<Record<string, unknown>>;

/** What an epoch came to, as far as alarms go by it. */
interface Epoch {
  readonly epoch: number;
  readonly step: number | undefined;
  /** Of training: the ELBO, else the reconstruction; nats, higher is better. */
  readonly training: number | undefined;
  /** Of the held-out examples, by what epochs are compared, higher being better. */
  readonly heldOut: number | undefined;
  /** As it is said. */
  readonly shown: number | undefined;
  readonly metric: string;
  readonly kl: number | undefined;
  readonly reconstruction: number | undefined;
  /** The weight of the KL, where the objective has one. */
  readonly beta: number | undefined;
  /** Whether what it is compared by is there and not finite. */
  readonly isBroken: boolean;
  readonly activeUnits: number | undefined;
  readonly latent: number | undefined;
  /** The objective's numbers that may change over the steps. */
  readonly scalars: string;
}

/** So many epochs say nothing of how a training goes. */
const firstEpochs = 5;
/** Nats: with less, codes say nothing of the examples. */
const leastKl = 0.1;
/** Overfitting: epochs since the best one, at least, and as a share of all. */
const patience = 5;
const patienceShare = 0.2;
/** How much worse than at its best, as a share of the value itself: less is noise. */
const worseShare = 0.005;
/** Divergence: the share of what was learned that is lost again. */
const lostShare = 0.5;
const lostLeast = 0.05;
/** Nats that the KL of one latent dimension costs: more is no code, as that puts codes 45 of the prior's standard deviations away. */
const mostKl = 1000;
/** Of a record that does not say how many dimensions there are. */
const manyDimensions = 1000;
/** Nats: less than this worse than at the start is noise, where the objective itself is about 0. */
const worseLeast = 10;
/** As a share of the value at the start: of one step among the first, noise and what was learned by then; of step 1, an untrained model's, less. */
const worseThanAtStart = 1;
const worseThanUntrained = 0.1;

const divergenceAdvice =
  'Lower --learning-rate (a third of it), cut gradients (--clip-norm 1), or let the rate rise (--warmup-steps 200).';

/**
 * What goes wrong in a training, told from its records alone, one after the other, in constant memory: codes that say nothing (collapse),
 * held-out examples that get worse (overfit), what was learned being lost (divergence), numbers that are not finite.
 */
export class RunAlarms {
  #firstStep: Pick<Epoch, 'reconstruction' | 'kl' | 'step'> | undefined;
  #first: Epoch | undefined;
  #last: Epoch | undefined;
  #bestHeldOut: Epoch | undefined;
  #bestTraining: Epoch | undefined;
  #nonFinite: Given | undefined;
  #skipped = 0;
  #rollbacks = 0;

  /** Takes the next record; what is no epoch and nothing that is not finite says nothing. */
  add(record: Given): void {
    if (record.event === 'non-finite') {
      this.#nonFinite = record;
      this.#skipped = numberOf(record.skipped) ?? this.#skipped;
      this.#rollbacks = numberOf(record.rollbacks) ?? this.#rollbacks;
    }
    // A run that had ended so was resumed.
    if ((record.event === 'step' || record.event === 'epoch') && this.#nonFinite?.action === 'stopped') this.#nonFinite = { ...this.#nonFinite, action: 'resumed' }; // prettier-ignore
    if (record.event === 'step' && !this.#first) this.#firstStep ??= partsOf(record);
    if (record.event !== 'epoch') return;
    const epoch = epochOf(record);
    this.#first ??= epoch;
    this.#last = epoch;
    this.#bestHeldOut = better(this.#bestHeldOut, epoch, ({ heldOut }) => heldOut);
    this.#bestTraining = better(this.#bestTraining, epoch, ({ training }) => training);
  }

  /** As of the last record, the worst first. */
  get alarms(): Alarm[] {
    const found = [
      this.#nonFiniteAlarm(),
      this.#divergence() ?? this.#neverGood(),
      this.#collapse(),
      this.#overfit(),
    ].filter((each) => each !== undefined);
    return found.sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'));
  }

  #nonFiniteAlarm(): Alarm | undefined {
    const advice =
      'Try a lower --learning-rate, --clip-norm 1 or --warmup-steps; --on-nan rollback goes on from the last good state with half the learning rate.';
    const record = this.#nonFinite;
    if (record) {
      const step = numberOf(record.failedStep);
      const what = textOf(record.what) ?? 'a number that is not finite';
      const place = textOf(record.place);
      const where = `step ${step ?? '?'}: ${what}${place === undefined ? '' : ` (${place})`}`;
      const isStopped = record.action === 'stopped';
      const counts = [
        ...(this.#skipped > 0 ? [`${this.#skipped} ${this.#skipped === 1 ? 'step was' : 'steps were'} left out`] : []),
        ...(this.#rollbacks > 0
          ? [`training went back ${this.#rollbacks === 1 ? 'once' : `${this.#rollbacks} times`}`]
          : []),
      ].join(', ');
      return {
        kind: 'non-finite',
        severity: isStopped ? 'error' : 'warning',
        text: isStopped
          ? `Training ended at ${where}.`
          : `Not finite, last at ${where}; ${counts || 'training went on'}.`,
        advice:
          isStopped && place?.includes('example') ? 'Look at the data: one of its numbers is NaN or infinite.' : advice,
        ...(step !== undefined && { step }),
      };
    }
    const last = this.#last;
    if (!last?.isBroken) return undefined;
    return {
      kind: 'non-finite',
      severity: 'warning',
      text: `The ${metricInWords(last.metric)} of the held-out examples is not finite at epoch ${last.epoch}: the numbers of some of them are too large for it.`,
      advice: 'Look for examples unlike all others, or choose the epoch without them (--validation-trim 0.01).',
      ...stepOf(last),
    };
  }

  #divergence(): Alarm | undefined {
    const [first, best, last] = [this.#first, this.#bestTraining, this.#last];
    if (first?.training === undefined || best?.training === undefined || last?.training === undefined) return undefined;
    // A weight that rises takes of the ELBO what it is there to take.
    if (best.scalars !== last.scalars) return undefined;
    const lost = best.training - last.training;
    const learned = best.training - first.training;
    if (lost <= Math.max(lostShare * learned, lostLeast * Math.abs(best.training))) return undefined;
    return {
      kind: 'divergence',
      severity: 'error',
      text: `Training gets worse: its ${trainingText(last)} was ${shown(best.training)} nats at epoch ${best.epoch} and is ${shown(last.training)} at epoch ${last.epoch}.`,
      advice: divergenceAdvice,
      ...stepOf(last),
    };
  }

  /** Divergence before there was an epoch to compare with: told by what no training that works comes to. */
  #neverGood(): Alarm | undefined {
    const [start, last] = [this.#firstStep, this.#last];
    if (last?.training === undefined) return undefined;
    const { beta = 1, kl = 0, latent = manyDimensions, reconstruction } = last;
    const isFar = beta * kl > mostKl * latent;
    // Where the KL has no weight that is known, it may be as it likes.
    const by = start?.step === 1 ? worseThanUntrained : worseThanAtStart;
    const isWorse =
      isMuchWorse(start?.reconstruction, reconstruction, by) ||
      (last.beta !== undefined && isMuchWorse(objectiveOf(start, last.beta), objectiveOf(last, last.beta), by));
    if (!isFar && !isWorse) return undefined;
    const why = isWorse
      ? `it is ${start?.step === 1 ? 'worse than before its first step' : `far worse than at ${start?.step === undefined ? 'the start' : `step ${start.step}`}`} (reconstruction ${shown(start?.reconstruction ?? NaN)} nats then)`
      : `codes are far from the prior (KL ${shown(kl)} nats)`;
    return {
      kind: 'divergence',
      severity: 'error',
      text: `Training has diverged: its ${trainingText(last)} is ${shown(last.training)} nats at epoch ${last.epoch}, and ${why}.`,
      advice: divergenceAdvice,
      ...stepOf(last),
    };
  }

  #collapse(): Alarm | undefined {
    const last = this.#last;
    if (!last || last.epoch < firstEpochs) return undefined;
    const { kl, activeUnits, latent } = last;
    const units =
      activeUnits === undefined
        ? ''
        : `, and ${activeUnits} of ${latent ?? '?'} latent dimensions ${activeUnits === 1 ? 'is' : 'are'} active`;
    if ((kl !== undefined && kl < leastKl) || activeUnits === 0) {
      return {
        kind: 'collapse',
        severity: 'warning',
        text: `The codes say nothing of the examples (posterior collapse): the KL is ${shown(kl ?? 0)} nats${units}.`,
        advice:
          'Let β rise from 0 (--beta-schedule linear) or lower it, keep some nats free (--objective free-bits), or make the decoder weaker.',
        ...stepOf(last),
      };
    }
    if (activeUnits === undefined || latent === undefined || latent < 8 || activeUnits > latent / 4) return undefined;
    return {
      kind: 'collapse',
      severity: 'warning',
      text: `Only ${activeUnits} of ${latent} latent dimensions ${activeUnits === 1 ? 'is' : 'are'} active: the others say nothing of the examples.`,
      advice: `Fewer would do (--latent ${Math.max(2, 2 * activeUnits)}); to use more, let β rise from 0 (--beta-schedule linear) or keep some nats free (--objective free-bits).`,
      ...stepOf(last),
    };
  }

  #overfit(): Alarm | undefined {
    const [best, last] = [this.#bestHeldOut, this.#last];
    if (best?.heldOut === undefined || last?.heldOut === undefined) return undefined;
    if (best.training === undefined || last.training === undefined || last.training <= best.training) return undefined;
    const waited = last.epoch - best.epoch;
    if (waited < Math.max(patience, patienceShare * last.epoch)) return undefined;
    if (best.heldOut - last.heldOut <= worseShare * Math.abs(best.heldOut)) return undefined;
    const metric = metricInWords(last.metric);
    return {
      kind: 'overfit',
      severity: 'warning',
      text: `The model learns examples by heart: the held-out ${metric} was best at epoch ${best.epoch} (${shown(best.shown ?? NaN)}) and is ${shown(last.shown ?? NaN)} at epoch ${last.epoch}, while training went from ${shown(best.training)} to ${shown(last.training)} nats.`,
      advice: `The parameters of epoch ${best.epoch} are the ones that are kept. Stop there (--patience ${patience}), or try fewer or smaller layers, --optimizer adamw, or more data.`,
      ...stepOf(best),
    };
  }
}

/** What goes wrong in a training whose records are all at hand. */
export function alarmsOf(records: Iterable<Given>): Alarm[] {
  const watch = new RunAlarms();
  for (const record of records) watch.add(record);
  return watch.alarms;
}

function epochOf(record: Given): Epoch {
  const [training, validation] = [entriesOf(record.training), entriesOf(record.validation)];
  const criterion = entriesOf(validation.criterion);
  const isMin = criterion.direction === 'min';
  const metric = textOf(criterion.metric) ?? 'elbo';
  const shown = numberOf(criterion.value) ?? numberOf(validation.elbo);
  const { klPerDimension } = record;
  return {
    epoch: numberOf(record.epoch) ?? 0,
    step: numberOf(record.step),
    training: numberOf(training.elbo) ?? ('elbo' in training ? undefined : numberOf(training.reconstruction)),
    heldOut: shown === undefined ? undefined : isMin ? -shown : shown,
    shown,
    metric,
    kl: numberOf(validation.kl) ?? numberOf(training.kl),
    reconstruction: numberOf(training.reconstruction),
    beta: numberOf(entriesOf(record.scalars).beta),
    isBroken: 'value' in criterion && numberOf(criterion.value) === undefined,
    activeUnits: numberOf(record.activeUnits),
    latent: Array.isArray(klPerDimension) ? klPerDimension.length : undefined,
    scalars: JSON.stringify(record.scalars ?? {}),
  };
}

function partsOf(record: Given): Pick<Epoch, 'reconstruction' | 'kl' | 'step'> {
  const [reconstruction, kl, step] = [record.reconstruction, record.kl, record.step].map(numberOf);
  return { reconstruction, kl, step };
}

/** What is maximized, by the weight that holds now, so that a weight that rises is no loss. */
function objectiveOf(parts: Pick<Epoch, 'reconstruction' | 'kl'> | undefined, beta: number): number | undefined {
  if (parts?.reconstruction === undefined || parts.kl === undefined) return undefined;
  return parts.reconstruction - beta * parts.kl;
}

function isMuchWorse(before: number | undefined, now: number | undefined, share: number): boolean {
  return before !== undefined && now !== undefined && before - now > Math.max(share * Math.abs(before), worseLeast);
}

function better(best: Epoch | undefined, next: Epoch, of: (epoch: Epoch) => number | undefined): Epoch | undefined {
  const [value, than] = [of(next), best && of(best)];
  return value !== undefined && (than === undefined || value > than) ? next : best;
}

function stepOf({ step }: Epoch): Pick<Alarm, 'step'> {
  return step === undefined ? {} : { step };
}

function trainingText({ kl }: Epoch): string {
  return kl === undefined ? 'reconstruction' : 'ELBO';
}

function shown(value: number): string {
  if (Math.abs(value) >= 1e7) return value.toExponential(1).replace('e+', 'e').replace('-', '−');
  const digits = Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toFixed(digits).replace('-', '−');
}

function entriesOf(value: unknown): Given {
  return typeof value === 'object' && value !== null ? (value as Given) : {};
}

/** JSON has null for what is not finite. */
function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 300) : undefined;
}
