import { version } from '../core/index.ts';
import { listDatasets } from '../data/index.ts';
import type { About } from './contract.ts';
import type { StudioContext } from './context.ts';
import { listData } from './data/data-files.ts';

/** `GET /api/about` */
export function installAbout({ server: { app }, runs, options, data, uploads }: StudioContext): void {
  const { maxUpload = 2 ** 30, maxTrainings = 2 } = options;
  app.get('/api/about', (c) =>
    c.json({
      version,
      runs: runs.folders.root,
      ...(data !== undefined && { data: { folder: data, files: listData(data) } }),
      uploads: uploads.list(),
      datasets: listDatasets().map(({ name, description, download }) => ({
        name,
        what: description,
        isDrawn: download === undefined,
      })),
      maxUploadBytes: maxUpload,
      maxTrainings,
    } satisfies About),
  );
}
