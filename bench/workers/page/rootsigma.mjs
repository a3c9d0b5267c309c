import '../../../dist/worker/index.js';
import { setUp } from '../rootsigma/training-step.mjs';
import { serve } from './serve.mjs';

serve(setUp);
