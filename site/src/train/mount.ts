import { train } from '../figures/train.ts';
import { MountedFigure } from '../page/mount.ts';
import type { Store } from '../store.ts';
import { describeTraining, trainMarkup } from './markup.ts';
import type { TrainView } from './markup.ts';
import type { SubjectName } from './messages.ts';
import { TrainSession } from './session.ts';
import { isBusy } from './state.ts';

/** Milliseconds between pictures for readers who asked for less motion. */
const calm = 650;

/** The figure that trains: its settings are the store's, what was learned is a session's. */
export function mountTraining(element: Element, body: Element, store: Store): void {
  const settings = (): TrainView['own'] => store.own(train.id) as TrainView['own'];
  const subject = (): SubjectName => settings().subject;
  let drawn = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const redraw = (): void => {
    waiting = undefined;
    store.change(train.id, { own: { _drawn: ++drawn } });
  };
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const session = new TrainSession(subject(), () => {
    const soon = still.matches && session.state.phase === 'training' ? calm : 0;
    if (soon === 0) clearTimeout(waiting);
    if (soon === 0) redraw();
    else waiting ??= setTimeout(redraw, soon);
  });
  let trained = `${subject()} ${settings().seed}`;
  let degrees = settings().angle;
  // Before the figure's own listener, which draws.
  store.subscribe((figure) => {
    if (figure !== train.id) return;
    const now = `${subject()} ${settings().seed}`;
    if (now !== trained) {
      trained = now;
      session.forget(subject());
    }
    if (settings().angle === degrees) return;
    degrees = settings().angle;
    session.turn(degrees);
  });
  new MountedFigure(
    element,
    body,
    {
      ...train,
      render: (view) => trainMarkup(session.state, view as unknown as TrainView),
      describe: () => describeTraining(session.state),
      act: () => {
        if (isBusy(session.state)) session.stop();
        else session.train(subject(), settings().seed, settings().angle);
        return {};
      },
    },
    store,
  );
}
