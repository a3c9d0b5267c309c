/** Callbacks in the order in which they asked: a message takes its place among timers, other messages and painting. */
const waiting: (() => void)[] = [];
let channel: MessageChannel | undefined;

function postTurn(resume: () => void): void {
  if (!channel) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => waiting.shift()?.();
  }
  waiting.push(resume);
  channel.port2.postMessage(undefined);
}

/**
 * Waits until timers, messages and signals have had their turn; in a page, input and painting too.
 *
 * `setImmediate` where there is one, else a message: `setTimeout` is held back to 4 ms in pages, and what
 * `scheduler.yield` continues comes before every timer, so a loop of it would keep a timer from ever aborting it.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resume) => {
    if (typeof setImmediate === 'function') setImmediate(resume);
    else postTurn(resume);
  });
}

/** How long computing may keep others from their turn, in milliseconds. */
const turnMs = 20;
let lastTurn = performance.now();

/** `nextTurn`, but only where the last one is longer ago than others should wait: to be called as often as one likes. */
export async function takeTurns(): Promise<void> {
  if (performance.now() - lastTurn <= turnMs) return;
  await nextTurn();
  lastTurn = performance.now();
}
