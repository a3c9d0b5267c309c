// The worker in which a model computes for the pages: the library with ONNX Runtime, fetched by who first needs it. Like
// `rootsigma/worker` it takes training steps with others that run this same script.
import { follow } from 'rootsigma/training';
import type { FollowerTask } from 'rootsigma/training';
import { serve } from '../../../src/core/messages/index.ts';
import type { CallContext } from '../../../src/core/messages/index.ts';
import { shareStepsBy } from '../../../src/training/replicas/threads.page.ts';
import { modelMethods } from './opened-model.ts';

shareStepsBy(location.href);

serve(globalThis, {
  ...modelMethods,
  follow: (task: FollowerTask, { tell }: CallContext) =>
    follow(task, () => {
      tell('ready');
    }),
});
