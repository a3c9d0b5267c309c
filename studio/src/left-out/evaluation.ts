import type * as real from '../../../src/api/run/evaluation.ts';
import { elsewhere } from './elsewhere.ts';

export const evaluateRun: typeof real.evaluateRun = () =>
  Promise.reject(elsewhere('A run is evaluated', 'use Evaluate on its page, or rootsigma evaluate.'));
