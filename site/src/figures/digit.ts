import { number } from '../fields.ts';
import { figure } from '../figure.ts';

/** Its settings; src/digit/mount.ts brings it to life, once its model is there. */
export const digit = figure({
  id: 'digit',
  fields: {
    example: number('digit', { min: 0, max: 9, step: 1, initial: 3 }),
    x: number('ε₁', { min: -500, max: 500, step: 0.01, initial: 0.8 }),
    y: number('ε₂', { min: -500, max: 500, step: 0.01, initial: -0.6 }),
  },
  render: () => '<p class="quiet">The model is loaded when you come here.</p>',
  describe: () => '',
});
