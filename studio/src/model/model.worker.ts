// The worker in which a model computes for the pages: the library with ONNX Runtime, fetched by who first needs it. Like
// `rootsigma/worker` it takes training steps with others that run this same script.
import type { FollowerTask } from 'rootsigma/training';
import { serve } from '../../../src/core/messages/index.ts';
import type { CallContext } from '../../../src/core/messages/index.ts';
import { shareStepsBy } from '../../../src/training/replicas/threads.page.ts';
import { modelMethods } from './opened-model.ts';

shareStepsBy(location.href);

serve(globalThis, {
  ...modelMethods,
  follow: async (task: FollowerTask, { tell }: CallContext) => {
    const { follow } = await import('../../../src/training/replicas/follow.ts');
    await follow(task, () => {
      tell('ready');
    });
  },
});
