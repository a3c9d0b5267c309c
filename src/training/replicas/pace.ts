/** Who takes a step: one thread, or all that there are. */
export type Crew = 'one' | 'all';

/** Steps of a crew that are compared, twice in a trial: so many that they take about this long, but 4 to 8. */
const roundMs = 60;
const [fewest, most] = [4, 8];
/** From the start to the first trial, and between trials: longer as long as they say the same. */
const startMs = 50;
const shortestPauseMs = 250;
const longestPauseMs = 5000;
/** A trial takes at most this share of the time. */
const trialShare = 0.05;
/** The other crew takes over where its steps take less than this share of the time. */
const advantage = 0.95;
/** Steps that take so many times what they took in the last trial are a reason for another. */
const [slower, faster] = [1.3, 0.7];
const smoothing = 1 / 16;
/** One step alone, which something held up, counts as at most so many. */
const outlier = 3;

interface Trial {
  readonly began: number;
  /** Who takes the steps that are left of it. */
  readonly plan: Crew[];
  readonly times: Readonly<Record<Crew, number[]>>;
}

/**
 * Which crew takes the next step: the one whose steps take less time, as they do now. Now and then the other takes some
 * steps, in turn with the first, and soon where steps have changed their length: somebody else who wants a core shows so, and
 * a quota that the system does not tell.
 */
export class Pace {
  readonly #now: () => number;
  #crew: Crew = 'all';
  #trial: Trial | undefined;
  /** Of the last step: the first one after a change finds nothing in its caches and does not count. */
  #last: Crew | undefined;
  #lastTrial: number;
  #nextTrial: number;
  #pauseMs = shortestPauseMs;
  /** Milliseconds of the crew's steps: in the last trial, and lately. */
  #expected = NaN;
  #recent = NaN;

  /** @param now the time in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#lastTrial = now();
    this.#nextTrial = this.#lastTrial + startMs;
  }

  /** The crew that takes the next step. */
  next(): Crew {
    this.#trial ??= this.#isDue() ? this.#begin() : undefined;
    return this.#trial?.plan[0] ?? this.#crew;
  }

  /** A step of the crew that `next` named took so long. */
  add(milliseconds: number): void {
    const trial = this.#trial;
    const crew = trial?.plan.shift() ?? this.#crew;
    if (crew === this.#last) {
      if (trial) trial.times[crew].push(milliseconds);
      else this.#recent = Number.isNaN(this.#recent) ? milliseconds : mix(this.#recent, milliseconds);
    }
    this.#last = crew;
    if (trial?.plan.length === 0) this.#decide(trial);
  }

  #isDue(): boolean {
    if (Number.isNaN(this.#recent)) return false;
    const now = this.#now();
    const hasChanged = this.#recent > slower * this.#expected || this.#recent < faster * this.#expected;
    return now >= this.#nextTrial || (hasChanged && now >= this.#lastTrial + shortestPauseMs);
  }

  #begin(): Trial {
    const steps = 1 + Math.min(most, Math.max(fewest, Math.round(roundMs / this.#recent)));
    const turns = [otherThan(this.#crew), this.#crew].flatMap((crew) => new Array<Crew>(steps).fill(crew));
    return { began: this.#now(), plan: [...turns, ...turns], times: { one: [], all: [] } };
  }

  #decide({ began, times }: Trial): void {
    const other = otherThan(this.#crew);
    const changes = meanOfMost(times[other]) < advantage * meanOfMost(times[this.#crew]);
    if (changes) this.#crew = other;
    this.#expected = this.#recent = meanOfMost(times[this.#crew]);
    this.#pauseMs = changes ? shortestPauseMs : Math.min(2 * this.#pauseMs, longestPauseMs);
    this.#lastTrial = this.#now();
    this.#nextTrial = this.#lastTrial + Math.max(this.#pauseMs, (this.#lastTrial - began) / trialShare);
    this.#trial = undefined;
  }
}

function otherThan(crew: Crew): Crew {
  return crew === 'one' ? 'all' : 'one';
}

function mix(before: number, now: number): number {
  return before + smoothing * (Math.min(now, outlier * before) - before);
}

/** Without the longest, which something else may have held up. */
function meanOfMost(times: readonly number[]): number {
  const total = times.reduce((sum, time) => sum + time, 0);
  return (total - Math.max(...times)) / (times.length - 1);
}
