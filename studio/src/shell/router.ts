// The page's address: #/runs/ID/curves?x=time. Whatever a person would want back after a reload, or in a link, is in it.
import { signal } from '@preact/signals';

export interface Route {
  /** Without the leading slash: `['runs', ID, 'curves']`. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  return { segments: path.split('/').filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

/** A segment that is no valid encoding is taken as it is: it leads nowhere, and is said so. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

type Query = Readonly<Record<string, string | undefined>>;

/** The address of a page: `href(['runs', id], { x: 'time' })`. */
export function href(segments: readonly string[], query: Query | URLSearchParams = {}): string {
  const entries = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const kept = new URLSearchParams();
  for (const [name, value] of entries) if (value !== undefined) kept.append(name, value);
  // Commas part lists of runs; they may stand in a query as they are.
  const text = kept.toString().replaceAll('%2C', ',');
  return `#/${segments.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

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
