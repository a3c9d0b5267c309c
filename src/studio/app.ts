import type { Hono } from 'hono';
import { HttpError } from '../server/index.ts';
import type { LocalEnv } from '../server/index.ts';
import { installAbout } from './about.ts';
import type { StudioContext } from './context.ts';
import { installLatent } from './latent/index.ts';
import { installLive } from './live/routes.ts';
import { servePages } from './page/serve-pages.ts';
import type { PageFile } from './page/page-files.ts';
import { installRuns } from './runs/routes.ts';
import { installTrainings } from './trainings/routes.ts';

/** Every route of the studio; a part of it brings its own. */
export function installRoutes(context: StudioContext, pages: ReadonlyMap<string, PageFile>): void {
  servePages(context.server, pages);
  installAbout(context);
  installRuns(context);
  installLatent(context);
  installLive(context);
  installTrainings(context);
  refuseOtherMethods(context.server.app);
}

/** An address that there is answers 405 to a method that it does not have, and says which it has. */
function refuseOtherMethods(app: Hono<LocalEnv>): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    if (method === 'ALL') continue;
    const known = methods.get(path) ?? new Set();
    methods.set(path, known.add(method));
    if (method === 'GET') known.add('HEAD');
  }
  for (const [path, known] of methods) {
    const allow = [...known].join(', ');
    app.all(path, ({ req }) => {
      throw new HttpError(405, `${req.method} is nothing that can be done here; ${allow} can.`, { allow });
    });
  }
}
