import type { Store } from '../store.ts';

/** Keeps the page's address equal to its settings, not faster than browsers allow. */
export function keepAddress(store: Store): void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  store.subscribe(() => {
    waiting ??= setTimeout(() => {
      waiting = undefined;
      const query = store.query();
      const search = query === '' ? '' : `?${query}`;
      if (search === location.search) return;
      history.replaceState(null, '', `${location.pathname}${search}${location.hash}`);
    }, 400);
  });
}
