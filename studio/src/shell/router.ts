// The page's address: #/runs/ID/curves?x=time. Whatever a person would want back after a reload, or in a link, is in it.
import { signal } from '@preact/signals';
import { href, parseRoute } from './address.ts';
import type { Query, Route } from './address.ts';

export { href };

export const route = signal<Route>(parseRoute(location.hash));
addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

/** Goes to a page; back leads to where one was. */
export function go(segments: readonly string[], query: Query | URLSearchParams = {}): void {
  location.hash = href(segments, query);
}

/** Changes settings of the present page. A setting that is undefined is at its default and leaves the address. */
export function setQuery(changes: Query, { push = false } = {}): void {
  const { segments, query } = route.peek();
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  }
  const address = href(segments, next);
  if (address === location.hash) return;
  history[push ? 'pushState' : 'replaceState'](history.state, '', address);
  route.value = { segments, query: next };
}

/** A setting that lives in the address, and how to change it; the component is drawn again when it changes. */
export function useSetting(name: string, fallback: string): [value: string, set: (value: string) => void] {
  const value = route.value.query.get(name) ?? fallback;
  return [value, (next) => { setQuery({ [name]: next === fallback ? undefined : next }); }]; // prettier-ignore
}

/** One of several words in the address; another word there is taken for the first of them. */
export function useChoice<T extends string>(
  name: string,
  choices: readonly [T, ...T[]],
): [value: T, set: (value: T) => void] {
  const said = route.value.query.get(name);
  const value = choices.find((choice) => choice === said) ?? choices[0];
  return [value, (next) => { setQuery({ [name]: next === choices[0] ? undefined : next }); }]; // prettier-ignore
}

/** A number in the address, kept between two others. */
export function useNumberSetting(
  name: string,
  fallback: number,
  [least, most]: readonly [number, number],
): [value: number, set: (value: number) => void] {
  const said = route.value.query.get(name);
  const number = said === null || said.trim() === '' ? NaN : Number(said);
  const value = Number.isFinite(number) ? Math.min(most, Math.max(least, number)) : fallback;
  return [value, (next) => { setQuery({ [name]: next === fallback ? undefined : String(next) }); }]; // prettier-ignore
}
