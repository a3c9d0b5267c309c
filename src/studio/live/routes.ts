import { HttpError } from '../../server/index.ts';
import type { StudioContext } from '../context.ts';
import { LiveStream } from './live-stream.ts';
import type { AskedRun } from './live-stream.ts';

/** Listeners at once, and runs whose records one of them may ask for. */
const mostListeners = 64;
const mostRuns = 16;

/** `GET /api/live` */
export function installLive(context: StudioContext): void {
  const { server, runs, watch } = context;
  const streams = new Set<LiveStream>();
  context.onClose(() => {
    for (const stream of streams) stream.end();
  });

  server.app.get('/api/live', async (c) => {
    if (streams.size >= mostListeners) {
      throw new HttpError(503, `${mostListeners} pages listen already, which is the limit.`, { 'retry-after': '5' });
    }
    const ids = listIn(c.req.query('runs'));
    if (ids.length > mostRuns) throw new HttpError(400, `runs names ${ids.length} runs; ${mostRuns} may be asked for.`);
    const seen = parseEventId(c.req.header('last-event-id'));
    const from = listIn(c.req.query('from')).map((each) => (each === '' ? undefined : each));
    const asked = ids.map((id, at): AskedRun => {
      return { place: runs.folders.find(id), cursor: seen.cursors.get(id) ?? from[at] };
    });
    const stream = new LiveStream(watch, asked, seen.series === watch.changes.series ? seen.number : 0);
    streams.add(stream);
    const release = (): void => {
      if (!streams.delete(stream)) return;
      stream.end();
      watch.leave();
    };
    await watch.join();
    c.header('content-type', 'text/event-stream; charset=utf-8');
    const encoder = new TextEncoder();
    return c.body(
      new ReadableStream<Uint8Array>(
        {
          pull: async (to) => {
            try {
              const text = await stream.next();
              if (text !== undefined) {
                to.enqueue(encoder.encode(text));
                return;
              }
              to.close();
            } catch (error) {
              to.error(error);
            }
            release();
          },
          cancel: release,
        },
        // One event ahead of who reads: what is further is in the log.
        { highWaterMark: 0 },
      ),
    );
  });
}

/** Ids and cursors have no commas in them. */
function listIn(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : text.split(',');
}

interface SeenEvent {
  readonly series: string;
  readonly number: number;
  readonly cursors: ReadonlyMap<string, string>;
}

/** What the id of an event says; nothing for what is none. */
function parseEventId(text = ''): SeenEvent {
  const [first = '', ...rest] = text.split(';', mostRuns + 1);
  const [, series = '', number = '0'] = /^([\da-f]{8})\.(\d{1,15})$/.exec(first) ?? [];
  const cursors = rest.flatMap((each) => {
    const [, id, cursor] = /^([\w-]{1,64}):([\w.-]{1,100})$/.exec(each) ?? [];
    return id === undefined || cursor === undefined ? [] : [[id, cursor] as const];
  });
  return { series, number: Number(number), cursors: new Map(cursors) };
}
