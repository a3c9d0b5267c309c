import type { Run } from '../api/index.ts';
import { ValueError, checkOptions } from '../core/index.ts';
import { listen } from '../server/index.ts';
import type { Listening } from '../server/index.ts';
import { ServeApp } from './app.ts';
import type { RunsToServe } from './app.ts';
import { serveOptionRules } from './options.ts';
import type { ServeOptions } from './options.ts';
import { nameFor } from './served-runs.ts';

/** Runs to serve: a folder, a loaded run, several of them, or by name. */
export type RunsInput = string | Run | readonly string[] | RunsToServe;

/** A server of runs that listens. */
export interface RunServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly port: number;
  readonly app: ServeApp;
  /** Looks for runs that were replaced, without waiting for the time to do so. */
  checkRuns(): Promise<void>;
  /** Takes no more requests, answers those it has, and frees the runs. @returns connections that had to be cut */
  close(): Promise<number>;
}

/**
 * Serves runs over HTTP: docs/serving.md.
 *
 * @param runs a run's folder, several (named by their folders), runs by name, or one that is loaded, which is named `run`
 * @throws ValueError for options and addresses that are none; what `load` throws
 */
export async function serve(runs: RunsInput, options: ServeOptions = {}): Promise<RunServer> {
  checkOptions('serve', options, serveOptionRules);
  const { port = 8080, requestTimeout = 30_000, headersTimeout = 10_000, maxConnections = 1024, grace = 10_000, ...rest } = options; // prettier-ignore
  const app = await ServeApp.open(namedRuns(runs), rest);
  let listening: Listening;
  try {
    listening = await listen(app.server, {
      name: 'serve',
      host: rest.host ?? '127.0.0.1',
      port,
      headersTimeoutMs: headersTimeout,
      requestTimeoutMs: requestTimeout,
      idleTimeoutMs: Math.max(requestTimeout, rest.deadline ?? 30_000) + 30_000,
      maxConnections,
    });
  } catch (error) {
    await app.dispose();
    throw error;
  }
  let closed: Promise<number> | undefined;
  const close = async (): Promise<number> => {
    const cut = await listening.close(grace);
    await app.dispose();
    return cut;
  };
  return {
    url: listening.url,
    port: listening.port,
    app,
    checkRuns: () => app.runs.check(),
    close: () => (closed ??= close()),
  };
}

/** @throws ValueError for none, or two of one name */
export function namedRuns(runs: RunsInput): RunsToServe {
  if (typeof runs === 'string') return { [nameFor(runs)]: runs };
  if ('sample' in runs && typeof runs.sample === 'function') return { run: runs as Run };
  if (!Array.isArray(runs)) {
    if (Object.keys(runs).length === 0) throw new ValueError('serve: there is no run to serve.');
    return runs as RunsToServe;
  }
  const named = new Map<string, string>();
  for (const path of runs as readonly string[]) {
    const name = nameFor(path);
    const other = named.get(name);
    if (other !== undefined) throw new ValueError(`serve: '${other}' and '${path}' are both named '${name}': name one of them, NAME=PATH.`); // prettier-ignore
    named.set(name, path);
  }
  if (named.size === 0) throw new ValueError('serve: there is no run to serve.');
  return Object.fromEntries(named);
}
