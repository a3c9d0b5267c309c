import { printable } from './printable.ts';

/** Gets what a person should know, one line each; `silent`: nobody does. Default: the console, which is stderr in Node. */
export type OnNotice = ((line: string) => void) | 'silent';

/** Where the notices of one call go, as its option `onNotice` says. */
export function noticesTo(onNotice: OnNotice | undefined): (line: string) => void {
  if (onNotice === 'silent') return () => undefined;
  return onNotice ?? onConsole;
}

function onConsole(line: string): void {
  // eslint-disable-next-line no-console -- the one place where the library speaks for itself
  console.warn(`rootsigma: ${printable(line)}`);
}
