import type { RunDetail } from '../contract.ts';
import type { RunPlace } from '../runs/run-folders.ts';

/** The trainings that were started from here. */
export class Trainings {
  /** What the page of a run says of its training. */
  about({ name }: RunPlace): Pick<RunDetail, 'resumable' | 'log'> {
    return { resumable: `${name}: trainings cannot be started from here yet.`, log: [] };
  }
}
