import type { EachHead, Look, Profile, SubjectName } from './messages.ts';

/** Where a training is, and what it has given so far. */
export interface TrainState {
  readonly phase: 'idle' | 'loading' | 'training' | 'trained' | 'stopped' | 'unstarted' | 'broken';
  readonly subject: SubjectName;
  /** Whether a click before this one fetched what training takes. */
  readonly loaded: boolean;
  readonly epochs: number;
  readonly epoch: number;
  /** Mean log-density of the test examples under the distribution that they were drawn from, where it is known. */
  readonly logDensity?: number | undefined;
  readonly looks?: EachHead<Look> | undefined;
  /** The turn at which `looks` measured. */
  readonly degrees: number;
  /** ELBO after each epoch. */
  readonly curves: EachHead<readonly number[]>;
  readonly profiles?: EachHead<Profile> | undefined;
  /** Seconds that the steps and looks took. */
  readonly seconds: number;
}

export const idle = (subject: SubjectName, loaded = false): TrainState => ({
  phase: 'idle',
  subject,
  loaded,
  epochs: 0,
  epoch: 0,
  degrees: 0,
  curves: { diagonal: [], full: [] },
  seconds: 0,
});

export const isBusy = ({ phase }: TrainState): boolean => phase === 'loading' || phase === 'training';
