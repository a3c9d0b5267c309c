import { setUp } from '../javascript/training-step-jax-js.mjs';
import { serve } from './serve.mjs';

serve(setUp);
