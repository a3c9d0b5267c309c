import { setUp } from '../javascript/training-step-tfjs.mjs';
import { serve } from './serve.mjs';

serve(setUp);
