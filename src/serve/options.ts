import { rule } from '../core/index.ts';
import type { OnNotice, OptionRules } from '../core/index.ts';
import { engineOptionRules } from '../engine/index.ts';
import type { EngineOptions } from '../engine/index.ts';
import type { AccessLog } from '../server/index.ts';

/** What an app serves, and within which bounds. */
export interface ServeAppOptions extends Pick<EngineOptions, 'engine' | 'threads'> {
  /** Rows of different requests that are computed together, at most. 1: none are. Default: 128. */
  readonly maxBatch?: number | undefined;
  /** How long a request waits for others, in milliseconds, where as many as last time have not come yet. Default: 2. */
  readonly maxWait?: number | undefined;
  /** Requests that wait, at most: more are answered 503. Default: 1024. */
  readonly maxQueue?: number | undefined;
  /** Milliseconds after which a request is answered 504. Default: 30,000. */
  readonly deadline?: number | undefined;
  /** Requests of one client address that are under way, at most: more are answered 429. Default: no limit. */
  readonly maxPerClient?: number | undefined;
  /** Bytes of a request's body: larger ones are answered 413. Default: 16 MiB. */
  readonly maxBody?: number | undefined;
  /** Bytes of all bodies at once: more are answered 503. Default: 256 MiB. */
  readonly maxBodies?: number | undefined;
  /** Rows of one request. Default: 10,000. */
  readonly maxRows?: number | undefined;
  /** Numbers in one answer. Default: 4,194,304. */
  readonly maxNumbers?: number | undefined;
  /** What `Authorization: Bearer …` must say. Default: nothing is asked for. */
  readonly token?: string | undefined;
  /** The address that is listened on, from which follows by which names the server is reached. Default: 127.0.0.1. */
  readonly host?: string | undefined;
  /** Further names by which it is reached; '*' is any. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins of pages that may ask (CORS), '*' for all. Default: none but the server's own. */
  readonly cors?: readonly string[] | undefined;
  /** How often folders are looked at for runs that were replaced, in milliseconds; 0: never. Default: 2,000. */
  readonly reloadEvery?: number | undefined;
  /** Told of every request that was answered. */
  readonly onAccess?: AccessLog | undefined;
  /** Gets what there is to know, and faults that were not foreseen. Default: the console. */
  readonly onNotice?: OnNotice | undefined;
}

/** Options of `serve`: what `ServeApp` takes, and where it listens. */
export interface ServeOptions extends ServeAppOptions {
  /** Default: 8080; 0 takes any that is free. */
  readonly port?: number | undefined;
  /** Milliseconds for a request to arrive, its headers first. Default: 30,000 and 10,000. */
  readonly requestTimeout?: number | undefined;
  readonly headersTimeout?: number | undefined;
  /** Connections at once. Default: 1024. */
  readonly maxConnections?: number | undefined;
  /** Milliseconds that requests have to end once the server is to. Default: 10,000. */
  readonly grace?: number | undefined;
}

/** Milliseconds that a timer takes. */
const milliseconds = rule.whole(1, 2 ** 31 - 1);
const names = rule.listOf(rule.text, 'names');

export const serveAppOptionRules: OptionRules<ServeAppOptions> = {
  engine: engineOptionRules.engine,
  threads: engineOptionRules.threads,
  maxBatch: rule.whole(1, 1024),
  maxWait: rule.number({ least: 0, most: 60_000 }),
  maxQueue: rule.whole(1, 1_000_000),
  deadline: milliseconds,
  maxPerClient: rule.whole(1),
  maxBody: rule.whole(1, 2 ** 30),
  maxBodies: rule.whole(1),
  maxRows: rule.whole(1, 2 ** 24),
  maxNumbers: rule.whole(1, 2 ** 26),
  token: {
    expected: 'a text of at least 16 characters without blanks',
    accepts: (value) => typeof value === 'string' && /^[\x21-\x7e]{16,}$/.test(value),
    expectedOf: () => 'a text of at least 16 characters without blanks',
  },
  host: rule.text,
  allowedHosts: names,
  cors: names,
  reloadEvery: rule.whole(0, 2 ** 31 - 1),
  onAccess: rule.callback,
  onNotice: rule.notice,
};

export const serveOptionRules: OptionRules<ServeOptions> = {
  ...serveAppOptionRules,
  port: rule.whole(0, 65535),
  requestTimeout: milliseconds,
  headersTimeout: milliseconds,
  maxConnections: rule.whole(1),
  grace: milliseconds,
};
