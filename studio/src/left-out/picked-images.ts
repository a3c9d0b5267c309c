import type * as real from '../../../src/data/images/picked-images.ts';
import { elsewhere } from './elsewhere.ts';

export const readPickedImages: typeof real.readPickedImages = () =>
  Promise.reject(elsewhere('Pictures are read', 'use New training, or rootsigma train FOLDER.'));
