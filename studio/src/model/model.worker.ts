// The worker in which a model computes for the pages: the library with ONNX Runtime, fetched by who first needs it. It imports
// `rootsigma/worker` too, so that training here may take several threads, which run this same script.
import 'rootsigma/worker';
import { serve } from '../../../src/core/messages/index.ts';
import { modelMethods } from './opened-model.ts';

serve(globalThis, modelMethods);
