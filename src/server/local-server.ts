import { Hono } from 'hono';
import { routePath } from 'hono/route';
import type { Context } from 'hono';
import { TokenCheck, hostCheck, originAllowed } from './access.ts';
import type { AccessLog } from './access-log.ts';
import { BodyRoom, readBody } from './body.ts';
import type { HeldBody } from './body.ts';
import type { Counter, Histogram, Metrics } from './metrics.ts';
import { HttpError, problemOf } from './problem.ts';

/** What is known of a request beside itself, where Node's own server has it. */
export interface NodeBindings {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string | undefined } };
}

/** What a request carries through the handlers. */
export interface LocalEnv {
  readonly Bindings: NodeBindings;
  readonly Variables: {
    requestId: string;
  };
}

/** A request with what is known of it, as a server's handlers get it. */
export type LocalContext = Context<LocalEnv>;

/** What a server on this machine checks of requests: names, origins, token, size. */
export interface LocalServerOptions {
  /** The address that will be listened on: what names it is reached by follows. */
  readonly host: string;
  readonly allowedHosts?: readonly string[];
  /** Origins of pages that may ask, or '*'. Default: the server's own alone. */
  readonly origins?: readonly string[];
  /** Without, everybody who reaches the server may ask. */
  readonly token?: string | undefined;
  /** Paths that need no token: health, and pages without secrets. */
  readonly open?: readonly string[];
  /** Bytes of a body, and of all that are held at once. */
  readonly maxBody: number;
  readonly maxBodies: number;
  readonly metrics?: Metrics | undefined;
  readonly metricsPrefix?: string;
  readonly onAccess?: AccessLog | undefined;
  /** Told of what was not foreseen, with the request's id. */
  readonly onFault?: ((error: unknown, requestId: string) => void) | undefined;
}

/** Of every answer. Pages loosen `content-security-policy` for their own scripts and styles. */
const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
};

/**
 * A Hono app with what every server of this library checks before a handler sees a request: the names that it is reached by, the
 * page that asks, the token, how large bodies are; errors are answered as RFC 9457 has it, requests are numbered, counted and logged.
 */
export class LocalServer {
  readonly app = new Hono<LocalEnv>();
  /** Set when it is to end: connections are closed with their next answer. */
  isClosing = false;
  readonly #options: LocalServerOptions;
  readonly #room: BodyRoom;
  readonly #requests: Counter | undefined;
  readonly #durations: Histogram | undefined;

  constructor(options: LocalServerOptions) {
    this.#options = options;
    this.#room = new BodyRoom(options.maxBodies);
    const { metrics, metricsPrefix: prefix = '' } = options;
    const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    this.#requests = metrics?.counter(
      `${prefix}http_requests_total`,
      'Requests answered, by route, method and status.',
    );
    this.#durations = metrics?.histogram(
      `${prefix}http_request_duration_seconds`,
      'From a request to its answer.',
      bounds,
    );
    metrics?.gauge(`${prefix}http_body_bytes`, 'Bytes of bodies that are held.', () => this.#room.used);
    this.#install();
  }

  /** The request's body. @throws HttpError 413, 503, 400 */
  body(context: LocalContext): Promise<HeldBody> {
    return readBody(context.req.raw, { limit: this.#options.maxBody, room: this.#room });
  }

  #install(): void {
    const { host, allowedHosts = [], origins = [], token, open = [] } = this.#options;
    const checkHost = hostCheck({ host, allowedHosts, hasToken: token !== undefined });
    const tokenCheck = token === undefined ? undefined : new TokenCheck(token);
    const isOpen = new Set(open);
    const { app } = this;

    app.use(async (c, next) => {
      const start = performance.now();
      const given = c.req.header('x-request-id');
      const id = given !== undefined && /^[\w.:-]{1,100}$/.test(given) ? given : crypto.randomUUID();
      c.set('requestId', id);
      for (const [name, value] of Object.entries(securityHeaders)) c.header(name, value);
      c.header('x-request-id', id);
      if (this.isClosing) c.header('connection', 'close');
      await next();
      this.#note(c, performance.now() - start);
    });

    app.use(async (c, next) => {
      const name = c.req.header('host');
      checkHost(name);
      const origin = originAllowed(c.req.header('origin'), { host: name, origins });
      if (origin !== undefined) {
        c.header('access-control-allow-origin', origin);
        c.header('vary', 'Origin');
        c.header('access-control-expose-headers', 'x-request-id, retry-after');
        c.header('cross-origin-resource-policy', 'cross-origin');
        if (c.req.method === 'OPTIONS') {
          c.header('access-control-allow-methods', 'GET, POST');
          c.header('access-control-allow-headers', 'authorization, content-type, accept, x-request-id');
          c.header('access-control-max-age', '600');
          return c.body(null, 204);
        }
      }
      if (!isOpen.has(c.req.path)) tokenCheck?.check(c.req.header('authorization'));
      await next();
      return undefined;
    });

    app.notFound((c) => this.#answer(c, new HttpError(404, `there is nothing at ${c.req.method} ${c.req.path}.`)));
    app.onError((error, c) => this.#answer(c, error));
  }

  #answer(c: LocalContext, error: unknown): Response {
    const id = c.get('requestId');
    const problem = problemOf(error, id);
    if (problem.status === 500) this.#options.onFault?.(error, id);
    c.error ??= error instanceof Error ? error : new Error(String(error));
    c.header('content-type', 'application/problem+json');
    if (error instanceof HttpError) for (const [name, value] of Object.entries(error.headers)) c.header(name, value);
    return c.body(JSON.stringify(problem), problem.status as 400);
  }

  #note(c: LocalContext, milliseconds: number): void {
    const { onAccess } = this.#options;
    const { status } = c.res;
    const { method } = c.req;
    // Whatever clients ask for, there are as many of them as there are routes.
    const route = status === 404 && c.error instanceof HttpError ? 'other' : routePath(c);
    const known = /^(GET|POST|HEAD|OPTIONS|PUT|DELETE|PATCH)$/.test(method) ? method : 'other';
    this.#requests?.add({ route, method: known, status: String(status) });
    this.#durations?.observe(milliseconds / 1000, { route });
    onAccess?.({
      time: new Date().toISOString(),
      id: c.get('requestId'),
      client: clientOf(c),
      method,
      path: c.req.path.slice(0, 200),
      status,
      milliseconds: Math.round(milliseconds * 1000) / 1000,
      ...(c.error && { error: c.error.message.slice(0, 500) }),
    });
  }
}

/** The client's address, as the socket has it: headers that proxies add can be forged. */
export function clientOf(c: LocalContext): string {
  return (c.env as NodeBindings | undefined)?.incoming?.socket.remoteAddress ?? '-';
}
