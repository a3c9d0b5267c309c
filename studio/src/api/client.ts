// Requests to the studio's server. Every failure is a Problem, in words; a request whose page is left is aborted.
import { Problem, isAbort, problemOf } from './problem.ts';
import { isRefused, token } from './token.ts';

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @throws Problem where the answer is none, or says that something is wrong; AbortError where the signal says so */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token.peek()}`);
  let response: Response;
  try {
    response = await fetch(`/api/${path}`, { ...init, headers, cache: 'no-store' });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Problem(
      0,
      'The studio does not answer. Is `rootsigma studio` still running? Its terminal says why if not.',
    );
  }
  isRefused.value = response.status === 401;
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function get<T>(path: string, { signal }: RequestOptions = {}): Promise<T> {
  return (await request(path, { signal: signal ?? null })).json() as Promise<T>;
}

/** Sends a body as JSON and reads what comes back; undefined where nothing does. */
export async function post<T>(path: string, body: unknown = {}, { signal }: RequestOptions = {}): Promise<T> {
  const response = await request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** The path of a file of a run. */
export function filePath(id: string, name: string): string {
  return `runs/${id}/files/${name.split('/').map(encodeURIComponent).join('/')}`;
}

/** A file of a run, as bytes: an `<img>` could not send the token. */
export async function getFile(id: string, name: string, { signal }: RequestOptions = {}): Promise<Blob> {
  return (await request(filePath(id, name), { signal: signal ?? null })).blob();
}
