// Work that may wait for a frame, done a little in each: drawing many charts at once would hold up the pointer.

const budget = 6; // ms of script in a frame
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
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    const end = performance.now() + budget;
    for (const [owner, work] of waiting) {
      waiting.delete(owner);
      work();
      if (performance.now() > end) break;
    }
    if (waiting.size > 0) ask();
  });
}
