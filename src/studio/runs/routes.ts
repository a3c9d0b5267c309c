import type { RunSeries } from '../contract.ts';
import { HttpError } from '../../server/index.ts';
import type { LocalContext } from '../../server/index.ts';
import type { StudioContext } from '../context.ts';
import { openInside } from './inside.ts';
import { runFileNamed } from './run-files.ts';
import type { RunPlace } from './run-folders.ts';

const usualPoints = 1000;
const mostPoints = 10_000;
const pieceBytes = 2 ** 18;

/** `GET /api/runs`, `/api/runs/:id`, `/api/runs/:id/series`, `/api/runs/:id/files/NAME`. */
export function installRuns({ server: { app }, runs, trainings }: StudioContext): void {
  app.get('/api/runs', async (c) => c.json(await runs.summaries()));

  app.get('/api/runs/:id', async (c) => {
    const place = runs.folders.find(c.req.param('id'));
    return c.json({ ...(await runs.detail(place)), ...(await trainings.about(place)) });
  });

  app.get('/api/runs/:id/series', async (c) => {
    const place = runs.folders.find(c.req.param('id'));
    const points = pointsIn(c.req.query('points'));
    const metrics = c.req.query('metrics');
    const names = metrics === undefined ? undefined : new Set(metrics.split(','));
    const answer = await runs.log(place).columns((columns, { cursor, position }): RunSeries => {
      return { id: place.id, ...columns.series(points, names), cursor, position };
    });
    return c.json(answer);
  });

  app.get('/api/runs/:id/files/:name{.+}', (c) => {
    const place = runs.folders.find(c.req.param('id'));
    return sendFile(c, place, c.req.param('name'));
  });
}

/** @throws HttpError 400 for what is no number of points */
function pointsIn(text: string | undefined): number {
  if (text === undefined) return usualPoints;
  const points = Number(text);
  if (/^\d{1,6}$/.test(text) && points >= 2 && points <= mostPoints) return points;
  throw new HttpError(400, `points must be a whole number from 2 to ${mostPoints}.`);
}

function sendFile(c: LocalContext, place: RunPlace, name: string): Response {
  const known = runFileNamed(name);
  const file = known && openInside(place.root, [...place.parts, ...known.name.split('/')]);
  if (!known || !file) throw new HttpError(404, 'the run has no such file.');
  const { size } = file.stats;
  c.header('content-type', known.type);
  c.header('content-length', String(size));
  c.header('last-modified', file.stats.mtime.toUTCString());
  // Names come from folders that anybody may have made: a header gets letters, digits, dots and hyphens alone.
  const saved = `${place.name}-${known.name}`.replaceAll(/[^\w.-]+/g, '-').slice(-120);
  c.header('content-disposition', `${known.isShown ? 'inline' : 'attachment'}; filename="${saved}"`);
  if (c.req.method === 'HEAD') {
    file.close();
    return c.body(null, 200);
  }
  let at = 0;
  return c.body(
    new ReadableStream<Uint8Array>(
      {
        pull: (stream) => {
          const piece = file.read(at, Math.min(pieceBytes, size - at));
          at += piece.length;
          if (piece.length > 0) stream.enqueue(piece);
          if (at < size && piece.length > 0) return;
          file.close();
          // A file that was cut meanwhile is not what was announced.
          if (at < size) stream.error(new Error('the file was cut while it was read.'));
          else stream.close();
        },
        cancel: () => {
          file.close();
        },
      },
      { highWaterMark: 0 },
    ),
  );
}
