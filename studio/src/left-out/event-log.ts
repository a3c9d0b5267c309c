import { elsewhere } from './elsewhere.ts';

/** In the place of `src/api/record/tensorboard/event-log.ts`. */
export const EventLog = {
  create: (): Promise<never> => Promise.reject(elsewhere('Event files are written', 'use rootsigma train --log tensorboard.')), // prettier-ignore
};
