import type * as real from '../../../src/api/keeping/export-run.ts';
import { elsewhere } from './elsewhere.ts';

export const exportRun: typeof real.exportRun = () =>
  Promise.reject(elsewhere('A run is exported', 'download it, and use rootsigma export.'));
