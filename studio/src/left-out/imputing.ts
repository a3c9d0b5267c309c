import { elsewhere } from './elsewhere.ts';

/** In the place of `src/api/run/imputing.ts`. */
export class Imputing {
  examples(): Promise<never> {
    return Promise.reject(elsewhere('Missing values are imputed', 'use rootsigma impute.'));
  }

  table(): Promise<never> {
    return this.examples();
  }
}
