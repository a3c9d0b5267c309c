// The module that a worker of a page runs: `rootsigma/worker`. It trains for `train(data, { worker })`, computes for the run that
// this gives, and takes training steps together with other workers of its kind.
import { train } from '../api/index.ts';
import { trainingService } from '../api/train/worker-training.ts';
import { serve } from '../core/messages/index.ts';
import type { CallContext } from '../core/messages/index.ts';
import { engineService } from '../engine/index.ts';
import { follow } from '../training/index.ts';
import type { FollowerTask } from '../training/index.ts';
import { shareStepsBy } from '../training/replicas/threads.page.ts';

shareStepsBy(location.href);

serve(globalThis, {
  ...engineService(),
  ...trainingService(train),
  follow: (task: FollowerTask, { tell }: CallContext) =>
    follow(task, () => {
      tell('ready');
    }),
});
