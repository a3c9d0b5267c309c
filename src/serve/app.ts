import type { Run } from '../api/index.ts';
import { checkOptions, noticesTo } from '../core/index.ts';
import { encodeNpy } from '../io/index.ts';
import { HttpError, LocalServer, Metrics, clientOf } from '../server/index.ts';
import type { LocalContext } from '../server/index.ts';
import type { RunAbout } from './about-types.ts';
import { describeRun } from './about.ts';
import { openApi } from './open-api.ts';
import type { Answer, Limits, Operation } from './operation.ts';
import { operations } from './operations/index.ts';
import { serveAppOptionRules } from './options.ts';
import type { ServeAppOptions } from './options.ts';
import { page } from './page/page.ts';
import { jsonType, negotiated, npyType, parseRequest } from './request.ts';
import { Scheduler } from './scheduler.ts';
import { ServedRuns, hearing } from './served-runs.ts';
import type { Lease } from './served-runs.ts';

/** Runs by name: a folder's path, or a run that is loaded already, which stays its owner's. */
export type RunsToServe = Readonly<Record<string, string | Run>>;

/** Paths that need no token: they say nothing of the runs. */
const openPaths = ['/', '/page.js', '/page.css', '/healthz', '/readyz'];

/** Buckets of the histogram of rows in a batch. */
const batchBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const secondsBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Runs as a Hono app, `app.fetch`, that whoever has it listens with. */
export class ServeApp {
  readonly server: LocalServer;
  readonly runs: ServedRuns;
  readonly metrics: Metrics;
  readonly #scheduler: Scheduler;
  readonly #limits: Limits;
  readonly #maxPerClient: number;
  readonly #underWay = new Map<string, number>();

  /** @throws what `load` throws, and ValueError for options or names that are none */
  static async open(sources: RunsToServe, options: ServeAppOptions = {}): Promise<ServeApp> {
    checkOptions('serve', options, serveAppOptionRules);
    const { engine, threads, reloadEvery = 2000, onNotice } = options;
    const say = noticesTo(onNotice);
    const metrics = new Metrics();
    const reloads = metrics.counter('rootsigma_reloads_total', 'Attempts to load a run that was replaced.');
    const runs = await ServedRuns.open(sources, {
      load: { ...(engine !== undefined && { engine }), ...(threads !== undefined && { threads }) },
      onNotice: say,
      onReload: (run, result) => {
        reloads.add({ run, result });
      },
    });
    if (reloadEvery > 0) runs.watch(reloadEvery);
    return new ServeApp(runs, metrics, { ...options, say });
  }

  private constructor(
    runs: ServedRuns,
    metrics: Metrics,
    options: ServeAppOptions & { readonly say: (line: string) => void },
  ) {
    this.runs = runs;
    this.metrics = metrics;
    const { maxBatch = 128, maxWait = 2, maxQueue = 1024, deadline = 30_000, maxPerClient = Infinity } = options;
    const { maxRows = 10_000, maxNumbers = 2 ** 22, host = '127.0.0.1', token, say } = options;
    this.#limits = { maxRows, maxNumbers };
    this.#maxPerClient = maxPerClient;
    this.#scheduler = new Scheduler({
      maxBatch,
      maxWaitMs: maxWait,
      maxQueue,
      deadlineMs: deadline,
      batchRows: metrics.histogram('rootsigma_batch_rows', 'Rows that were computed together.', batchBounds),
      batchSeconds: metrics.histogram('rootsigma_batch_duration_seconds', 'What computing them took.', secondsBounds),
    });
    metrics.gauge('rootsigma_requests_waiting', 'Requests that wait for their turn.', () => this.#scheduler.waiting);
    metrics.gauge('rootsigma_requests_running', 'Requests that are computed.', () => this.#scheduler.running);
    metrics.gauge('rootsigma_run_loaded_timestamp_seconds', 'When each run was loaded, since 1970.', () => new Map(this.runs.all.map(({ name, loadedAt }) => [{ run: name }, loadedAt.getTime() / 1000]))); // prettier-ignore
    metrics.addProcess();
    this.server = new LocalServer({
      host,
      allowedHosts: options.allowedHosts ?? [],
      origins: options.cors ?? [],
      token,
      open: openPaths,
      maxBody: options.maxBody ?? 2 ** 24,
      maxBodies: options.maxBodies ?? 2 ** 28,
      metrics,
      metricsPrefix: 'rootsigma_',
      onAccess: options.onAccess,
      onFault: (error, id) => {
        say(`request ${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      },
    });
    this.#install();
  }

  /** Answers a request: for servers other than `serve`'s. */
  get fetch(): (request: Request) => Response | Promise<Response> {
    return (request) => this.server.app.fetch(request);
  }

  /** What each run takes and gives, as `GET /runs` says it. */
  describe(): readonly RunAbout[] {
    return this.runs.all.map(describeRun);
  }

  /** Frees the runs that were loaded here. */
  dispose(): Promise<void> {
    return this.runs.dispose();
  }

  #install(): void {
    const { app } = this.server;
    app.get('/healthz', (c) => c.json({ status: 'ok' }));
    app.get('/readyz', (c) =>
      this.server.isClosing
        ? c.json({ status: 'closing' }, 503)
        : c.json({ status: 'ready', runs: this.runs.all.length }),
    );
    app.get('/metrics', (c) => c.body(this.metrics.text(), 200, { 'content-type': this.metrics.contentType }));
    app.get('/openapi.json', (c) => c.json(openApi(this.runs.all)));
    for (const [path, { type, text }] of Object.entries(page)) {
      app.get(path, (c) => {
        c.header(
          'content-security-policy',
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        );
        return c.body(text(), 200, { 'content-type': type });
      });
    }
    app.get('/runs', (c) => c.json({ runs: this.describe() }));
    app.get('/runs/:run', (c) => this.#with(c, c.req.param('run'), ({ loaded }) => c.json(describeRun(loaded))));
    for (const operation of operations) {
      app.post(`/${operation.name}`, (c) => this.#perform(c, operation, undefined));
      app.post(`/runs/:run/${operation.name}`, (c) => this.#perform(c, operation, c.req.param('run')));
      for (const path of [`/${operation.name}`, `/runs/:run/${operation.name}`]) app.all(path, notAllowed('POST'));
    }
    for (const path of [
      '/healthz',
      '/readyz',
      '/metrics',
      '/openapi.json',
      '/runs',
      '/runs/:run',
      ...Object.keys(page),
    ])
      app.all(path, notAllowed('GET, HEAD'));
  }

  async #with<T>(_: LocalContext, name: string | undefined, use: (lease: Lease) => T | Promise<T>): Promise<T> {
    const lease = this.runs.lease(name);
    try {
      return await use(lease);
    } finally {
      lease.release();
    }
  }

  #perform(c: LocalContext, operation: Operation, name: string | undefined): Promise<Response> {
    return this.#counted(clientOf(c), () =>
      this.#with(c, name, async ({ loaded }) => {
        const accept = negotiated(c.req.header('accept'), operation.arrayOf?.(loaded) === undefined ? [jsonType] : [jsonType, npyType]); // prettier-ignore
        const body = await this.server.body(c);
        try {
          const notices: string[] = [];
          const onNotice = (line: string): void => {
            notices.push(line);
          };
          const request = { contentType: c.req.header('content-type'), contentEncoding: c.req.header('content-encoding'), bytes: body.bytes, query: new URL(c.req.url).searchParams }; // prettier-ignore
          const limits = this.#limits;
          const { input, options } = hearing(onNotice, () => parseRequest(operation, { loaded, request, limits, onNotice })); // prettier-ignore
          const gone = operation.name === 'impute' || operation.name === 'score' ? c.req.raw.signal : undefined;
          const context = { loaded, scheduler: this.#scheduler, limits, gone, onNotice };
          const answer = await operation.perform(input, options, context);
          return answered(c, answer, { accept, run: loaded.name, notices });
        } finally {
          body.release();
        }
      }),
    );
  }

  /** @throws HttpError 429 where the client has as many requests under way as it may */
  async #counted<T>(client: string, perform: () => Promise<T>): Promise<T> {
    if (this.#maxPerClient === Infinity) return perform();
    const count = this.#underWay.get(client) ?? 0;
    if (count >= this.#maxPerClient) {
      throw new HttpError(429, `${count} requests of ${client} are under way, which is the limit (--max-per-client).`, {
        'retry-after': '1',
      });
    }
    this.#underWay.set(client, count + 1);
    try {
      return await perform();
    } finally {
      const left = (this.#underWay.get(client) ?? 1) - 1;
      if (left > 0) this.#underWay.set(client, left);
      else this.#underWay.delete(client);
    }
  }
}

/** What an address says to a method that it does not have. */
function notAllowed(allow: string): (c: LocalContext) => never {
  return ({ req }) => {
    throw new HttpError(405, `${req.path} takes ${allow}, and not ${req.method}.`, { allow });
  };
}

function answered(
  c: LocalContext,
  { json, array }: Answer,
  { accept, run, notices }: { readonly accept: string; readonly run: string; readonly notices: readonly string[] },
): Response {
  if (accept === npyType && array) return c.body(encodeNpy(array), 200, { 'content-type': npyType });
  return c.json({ run, ...json(), ...(notices.length > 0 && { notices }) });
}
