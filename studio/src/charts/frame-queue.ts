// What is done in a frame: first what follows the pointer, then a little of what may wait, as drawing many charts at once would hold it up.

const budget = 3; // ms of script in a frame, after which nothing more is begun: one chart takes about as much
const following = new Map<object, () => void>();
const waiting = new Map<object, { readonly work: () => void; readonly isLast: boolean }>();
let isAsked = false;

/** Does this in the next frame. What was asked for by the same owner and not done yet, is left out. */
export function nextFrame(owner: object, work: () => void): void {
  following.set(owner, work);
  ask();
}

/**
 * Does this in a frame to come. What was asked for by the same owner and not done yet, is left out; its turn stays.
 *
 * @param isLast whether it is the last of its frame, as it takes the browser longer than the script
 */
export function inFrame(owner: object, work: () => void, isLast = false): void {
  waiting.set(owner, { work, isLast });
  ask();
}

export function forget(owner: object): void {
  following.delete(owner);
  waiting.delete(owner);
}

function ask(): void {
  if (isAsked || following.size + waiting.size === 0) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    const end = performance.now() + budget;
    const now = [...following.values()];
    following.clear();
    for (const work of now) work();
    doNext(end);
  });
}

function doNext(end: number): void {
  const [next] = waiting;
  if (!next) return;
  const [owner, { work, isLast }] = next;
  waiting.delete(owner);
  work();
  // Components and uPlot draw in microtasks of their own: that is in before the time is looked at.
  queueMicrotask(() => {
    if (isLast || performance.now() > end) ask();
    else doNext(end);
  });
}
