// In pages; Node has helpers.ts in its place.
import type { Helper } from './helpers.ts';

/** A page's engines run on one thread, off the page's own where they are a worker's: programs have no helpers. */
export function startHelper(): Helper | undefined {
  return undefined;
}
