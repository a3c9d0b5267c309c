import { HttpError } from '../../server/index.ts';
import type { LocalContext, LocalServer } from '../../server/index.ts';
import type { StudioContext } from '../context.ts';
import { trainingForm } from './form.ts';
import { faultsIn } from './start-request.ts';

/** `GET /api/form`, `POST /api/trainings`, and what can be done with a run. */
export function installTrainings({ server, runs, trainings, uploads }: StudioContext): void {
  const { app } = server;
  app.get('/api/form', (c) => c.json(trainingForm));

  app.post('/api/form/check', async (c) => c.json(faultsIn(await jsonBody(server, c))));

  app.delete('/api/uploads/:name', (c) => {
    uploads.remove(c.req.param('name'));
    return c.body(null, 204);
  });

  app.post('/api/trainings', async (c) => {
    const { id } = trainings.start(await jsonBody(server, c));
    return c.json({ id }, 201);
  });

  app.get('/api/runs/:id/start', (c) => c.json(trainings.startOf(runs.folders.find(c.req.param('id')))));

  const actions = {
    stop: (place) => {
      trainings.stop(place);
    },
    resume: (place, body) => trainings.resume(place, body),
    evaluate: (place, body) => trainings.evaluate(place, body),
  } satisfies Record<string, (place: ReturnType<typeof runs.folders.find>, body: unknown) => void | Promise<void>>;
  for (const [action, perform] of Object.entries(actions)) {
    app.post(`/api/runs/:id/${action}`, async (c) => {
      const place = runs.folders.find(c.req.param('id'));
      await perform(place, await jsonBody(server, c));
      return c.json({}, 202);
    });
  }

  app.post('/api/uploads', async (c) => {
    const type = c.req.header('content-type') ?? '';
    // What a page of somebody else could send without asking first is not taken, token or not.
    if (!/^application\/octet-stream\b/i.test(type))
      throw new HttpError(415, 'send the file as application/octet-stream.');
    const said = c.req.header('content-length');
    const { body } = c.req.raw;
    const bytes = (body ?? []) as AsyncIterable<Uint8Array>;
    const name = await uploads.take(c.req.query('name') ?? '', bytes, said === undefined ? undefined : Number(said));
    return c.json({ name }, 201);
  });
}

/** A body that is JSON and says so; nothing is an empty object. @throws HttpError 400, 413, 415 */
async function jsonBody(server: LocalServer, c: LocalContext): Promise<unknown> {
  const type = c.req.header('content-type');
  const body = await server.body(c);
  try {
    if (body.bytes.length === 0) return {};
    if (!/^application\/json\b/i.test(type ?? '')) throw new HttpError(415, 'send JSON, as application/json.');
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body.bytes)) as unknown;
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(400, 'the body is no JSON.');
  } finally {
    body.release();
  }
}
