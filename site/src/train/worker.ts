// The worker that trains: the library and ONNX Runtime, which the page itself does without.
import { createEngine } from 'rootsigma/engine';
import type { Engine } from 'rootsigma/engine';
import { testCount } from './messages.ts';
import type { EachHead, Look, Reply, Request } from './messages.ts';
import { LearningPair } from './pair.ts';
import { subjects } from './subjects.ts';

let engine: Promise<Engine> | undefined;
let pair: LearningPair | undefined;
/** What the page asked for last, and what it was told of last. */
let degrees = 0;
let shown = 0;
let abort: AbortController | undefined;

const tell = (reply: Reply): void => {
  postMessage(reply);
};

/** One request after another, but for those that only change what the training under way looks at. */
let queue: Promise<void> = Promise.resolve();
addEventListener('message', ({ data }: MessageEvent<Request>) => {
  if (data.ask === 'stop') {
    abort?.abort();
  } else if (data.ask === 'turn') {
    degrees = data.degrees;
    queue = queue.then(turned);
  } else {
    degrees = data.degrees;
    abort?.abort();
    const controller = new AbortController();
    queue = queue.then(() => train(data, controller));
  }
});

async function train({ subject: name, seed }: Extract<Request, { ask: 'train' }>, controller: AbortController) {
  abort = controller;
  let where: 'start' | 'training' = 'start';
  try {
    await pair?.dispose();
    pair = undefined;
    engine ??= createEngine({ engine: 'onnxruntime-web', threads: 1 });
    const subject = subjects[name];
    const begun = await LearningPair.create(await engine, subject, seed);
    pair = begun;
    where = 'training';
    const logDensity = subject.logDensity?.(subject.draw('test', testCount, seed));
    tell({ tell: 'begun', epochs: subject.epochs, logDensity });
    await look(begun, (looked) => ({ tell: 'looked', epoch: 0, ...looked }));
    for await (const epoch of begun.train(controller.signal)) {
      await look(begun, (looked) => ({ tell: 'looked', epoch, ...looked }));
    }
    tell({ tell: 'done', stopped: controller.signal.aborted, profiles: await begun.profiles() });
  } catch (error) {
    tell({ tell: 'failed', where, reason: error instanceof Error ? error.message : String(error) });
  }
  abort = undefined;
  await turned();
}

/** The slider moved: once for all moves since the last look. */
async function turned(): Promise<void> {
  if (pair && !abort && degrees !== shown) await look(pair, (looked) => ({ tell: 'turned', ...looked }));
}

async function look(
  learned: LearningPair,
  reply: (looked: { readonly degrees: number; readonly looks: EachHead<Look> }) => Reply,
): Promise<void> {
  shown = degrees;
  const looks = await learned.look(shown);
  tell(reply({ degrees: shown, looks }));
}
