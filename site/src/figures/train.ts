import { choice, number } from '../fields.ts';
import { figure } from '../figure.ts';

export const trainFields = {
  subject: choice(
    'Learn from',
    { straight: 'a straight cloud', bent: 'a bent cloud', digits: 'drawn digits' },
    'straight',
  ),
  seed: number('seed', { min: 1, max: 999, step: 1, initial: 1 }),
  angle: number('turn the latent space by', { min: 0, max: 90, step: 1, initial: 0 }),
  /** Counts the pictures of what was learned, which is no setting. */
  _drawn: number('pictures', { min: 0, max: Infinity, step: 1, initial: 0 }),
};

/** Its settings; src/train/mount.ts brings it to life when a reader comes near. */
export const train = figure({ id: 'train', fields: trainFields, render: () => '', describe: () => '' });
