// Addresses within the page, apart from the browser that has them: #/runs/ID/curves?x=time

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

export type Query = Readonly<Record<string, string | undefined>>;

/** The address of a page: `href(['runs', id], { x: 'time' })`. */
export function href(segments: readonly string[], query: Query | URLSearchParams = {}): string {
  const entries = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const kept = new URLSearchParams();
  for (const [name, value] of entries) if (value !== undefined) kept.append(name, value);
  // Commas part lists of runs; they may stand in a query as they are.
  const text = kept.toString().replaceAll('%2C', ',');
  return `#/${segments.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}
