// Work that may wait for a frame, done a little in each: drawing many charts at once would hold up the pointer.

const budget = 3; // ms of script in a frame, after which nothing more is begun: one chart takes about as much
const waiting = new Map<object, () => void>();
let isAsked = false;

/** Does this in a frame to come. What was asked for by the same owner and not done yet, is left out. */
export function inFrame(owner: object, work: () => void): void {
  waiting.set(owner, work);
  ask();
}

export function forget(owner: object): void {
  waiting.delete(owner);
}

function ask(): void {
  if (isAsked || waiting.size === 0) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    doNext(performance.now() + budget);
  });
}

function doNext(end: number): void {
  const [next] = waiting;
  if (!next) return;
  const [owner, work] = next;
  waiting.delete(owner);
  work();
  // Components and uPlot draw in microtasks of their own: that is in before the time is looked at.
  queueMicrotask(() => {
    if (performance.now() > end) ask();
    else doNext(end);
  });
}
