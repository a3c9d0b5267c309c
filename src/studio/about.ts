import { version } from '../core/index.ts';
import { listDatasets } from '../data/index.ts';
import type { About } from './contract.ts';
import type { StudioContext } from './context.ts';

/** `GET /api/about` */
export function installAbout({ server: { app }, runs, options }: StudioContext): void {
  const { maxUpload = 2 ** 30, maxTrainings = 2 } = options;
  app.get('/api/about', (c) =>
    c.json({
      version,
      runs: runs.folders.root,
      uploads: [],
      datasets: listDatasets().map(({ name, description }) => ({ name, what: description })),
      maxUploadBytes: maxUpload,
      maxTrainings,
    } satisfies About),
  );
}
