import { Buffer } from 'node:buffer';
import type { Hono } from 'hono';
import { DataError } from '../../core/index.ts';
import type { LocalEnv } from '../../server/index.ts';
import type { StudioContext } from '../context.ts';
import { resolveBelow } from '../data/inside-folder.ts';
import { checkRows, chosenIn, examplesChosen, rowsIn, wholeIn } from './chosen.ts';
import type { FindData } from './chosen.ts';
import { CodeCache } from './code-cache.ts';
import { codesOf, covariancesOf, withoutExamples } from './codes.ts';
import type { CodeArray } from './codes.ts';
import { comparedTables } from './compared-tables.ts';
import type { ComparedTables, FrameHeader } from './contract.ts';
import { examplesAt } from './examples.ts';
import { frame, framesType } from './frames.ts';
import { RunPool } from './run-pool.ts';
import type { PoolPlace, RunLease } from './run-pool.ts';

export interface LatentRoutesOptions {
  /** Where a run lies, by its id. @throws HttpError 404 where there is none */
  readonly find: (id: string) => PoolPlace;
  /** Where uploads and files below `--data` lie. Default: there are none. */
  readonly findData?: FindData;
  readonly pool?: RunPool;
  readonly onNotice: (line: string) => void;
}

/** Examples of one request for covariances or pictures. */
const mostRows = 512;

/** The routes of the explorer and the tables' page in a studio. */
export function installLatent(context: StudioContext): void {
  const { server, runs, say, data, uploads } = context;
  const findData: FindData = (kind, name) =>
    kind === 'upload' ? uploads.pathOf(name) : data === undefined ? undefined : resolveBelow(data, name);
  const routes = new LatentRoutes({ find: (id) => runs.folders.find(id), findData, onNotice: say });
  routes.install(server.app);
  context.onClose(() => routes.dispose());
}

/** What the explorer and the tables' page ask for, below `/api/runs/:id`. */
export class LatentRoutes {
  readonly #options: LatentRoutesOptions;
  readonly #pool: RunPool;
  readonly #cache = new CodeCache();
  /** Lines that loading and reading said of each folder's model. */
  readonly #notices: string[] = [];

  constructor(options: LatentRoutesOptions) {
    this.#options = options;
    const onNotice = (line: string): void => {
      this.#notices.push(line);
      options.onNotice(line);
    };
    this.#pool = options.pool ?? new RunPool({ onNotice });
  }

  install(app: Hono<LocalEnv>): void {
    app.get('/api/runs/:id/codes', async (c) => {
      const chosen = this.#chosen(searchOf(c.req.url));
      const place = this.#options.find(c.req.param('id'));
      const lease = await this.#pool.lease(place);
      const name = JSON.stringify([place.path, lease.identity, chosen]);
      return framesOf(
        async function* (this: LatentRoutes, { signal, send }: Sender) {
          try {
            const codes = await this.#cache.get(name, { signal, onProgress: (progress) => { send({ type: 'progress', ...progress }); } }, async (given) => this.#codes(lease, chosen, given)); // prettier-ignore
            yield frame({ type: 'codes', about: codes.about });
            for (const array of codes.arrays) yield arrayFrame(array);
          } finally {
            lease.release();
          }
        }.bind(this),
      );
    });
    app.get('/api/runs/:id/covariances', (c) => this.#with(c.req.param('id'), async ({ run }) => {
      const query = searchOf(c.req.url);
      const rows = rowsIn(query, mostRows);
      const { dataset } = await examplesChosen(run, this.#chosen(query));
      checkRows(rows, dataset.size);
      const { latent } = run.model;
      const data = await covariancesOf(run, dataset, rows);
      return framesIn(arrayFrame({ name: 'covariance', dtype: 'float32', shape: [rows.length, (latent * (latent + 1)) / 2], data })); // prettier-ignore
    })); // prettier-ignore
    app.get('/api/runs/:id/examples', (c) => this.#with(c.req.param('id'), async ({ run }) => {
      const query = searchOf(c.req.url);
      const rows = rowsIn(query, mostRows);
      const { dataset } = await examplesChosen(run, this.#chosen(query));
      const { about, arrays } = examplesAt(run, dataset, rows);
      return framesIn(frame({ type: 'examples', about }), ...arrays.map(arrayFrame));
    })); // prettier-ignore
    app.get('/api/runs/:id/table', (c) => this.#with(c.req.param('id'), async ({ run }) => {
      const query = searchOf(c.req.url);
      const seed = wholeIn(query, 'seed', { least: 0, most: 999_999_999, usual: 0 });
      const limit = wholeIn(query, 'limit', { most: 20_000, usual: 2000 });
      const said = this.#notices.length;
      const compared = await comparedTables(run, { ...this.#chosen(query), limit, seed });
      return c.json({ ...compared, notices: this.#notices.slice(said) } satisfies ComparedTables);
    })); // prettier-ignore
  }

  async dispose(): Promise<void> {
    this.#cache.clear();
    await this.#pool.dispose();
  }

  async #codes(
    { run }: RunLease,
    chosen: ReturnType<typeof chosenIn>,
    { onProgress, signal }: Pick<Parameters<typeof codesOf>[1], 'onProgress' | 'signal'>,
  ) {
    const said = this.#notices.length;
    onProgress?.({ what: 'data', done: 0, total: 1 });
    const examples = await examplesChosen(run, chosen).catch((error: unknown) => {
      // Its own data are not here, or somebody else has named them: the model itself can be looked at all the same.
      if (chosen.data === undefined && error instanceof DataError) return error.message;
      throw error;
    });
    if (typeof examples === 'string') return withoutExamples(run, examples, this.#notices.slice(said));
    return codesOf(run, { ...examples, onProgress, signal, notices: this.#notices.slice(said) });
  }

  #chosen(query: URLSearchParams): ReturnType<typeof chosenIn> {
    return chosenIn(query, this.#options.findData ?? (() => undefined));
  }

  async #with(id: string, use: (lease: RunLease) => Promise<Response>): Promise<Response> {
    const lease = await this.#pool.lease(this.#options.find(id));
    try {
      return await use(lease);
    } finally {
      lease.release();
    }
  }
}

interface Sender {
  readonly signal: AbortSignal;
  /** Between the frames that are yielded. */
  readonly send: (header: FrameHeader) => void;
}

/** An answer that is made while it is sent; what goes wrong after its beginning is its last frame. */
function framesOf(make: (sender: Sender) => AsyncGenerator<Uint8Array<ArrayBuffer>>): Response {
  const gone = new AbortController();
  let frames: AsyncGenerator<Uint8Array<ArrayBuffer>> | undefined;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      const send = (header: FrameHeader): void => {
        if (!gone.signal.aborted) controller.enqueue(frame(header));
      };
      frames = make({ signal: gone.signal, send });
    },
    pull: async (controller) => {
      try {
        const next = await frames?.next();
        const value: Uint8Array<ArrayBuffer> | undefined = next?.done === false ? next.value : undefined;
        if (value) {
          controller.enqueue(value);
          return;
        }
        controller.enqueue(frame({ type: 'end' }));
      } catch (error) {
        if (gone.signal.aborted) return;
        controller.enqueue(frame({ type: 'failed', detail: error instanceof Error ? error.message : String(error) }));
      }
      controller.close();
    },
    cancel: async () => {
      gone.abort(new Error('the client has gone.'));
      await frames?.return(undefined);
    },
  });
  return new Response(body, { headers: { 'content-type': framesType } });
}

function framesIn(...frames: readonly Uint8Array<ArrayBuffer>[]): Response {
  return new Response(Buffer.concat([...frames, frame({ type: 'end' })]), { headers: { 'content-type': framesType } });
}

function arrayFrame({ name, dtype, shape, data }: CodeArray): Uint8Array<ArrayBuffer> {
  return frame({ type: 'array', name, dtype, shape }, data);
}

function searchOf(url: string): URLSearchParams {
  return new URL(url).searchParams;
}
