// Every page: one file in pages/, one line here. Each is a chunk of its own, fetched when somebody goes there.
import type { ComponentType } from 'preact';
import type { RunDetail } from '../../../src/studio/contract.ts';

export interface RunPageProps {
  readonly run: RunDetail;
  /** Reads the run again. */
  readonly reload: () => void;
}

export interface Page<Props = object> {
  /** Of the address: `#/new`, or `#/runs/ID/curves`. */
  readonly path: string;
  readonly title: string;
  /** Whether the page is of use for a run; a link to one that is not, is not shown. */
  readonly suits?: (run: RunDetail) => boolean;
  readonly load: () => Promise<{ readonly default: ComponentType<Props> }>;
}

export const topPages: readonly Page[] = [
  { path: 'runs', title: 'Runs', load: () => import('../pages/runs/page.tsx') },
  { path: 'compare', title: 'Compare', load: () => import('../pages/compare/page.tsx') },
  { path: 'new', title: 'New training', load: () => import('../pages/new/page.tsx') },
  { path: 'playground', title: 'Playground', load: () => import('../pages/playground/page.tsx') },
];

/** The tabs of a run; the first has no path. */
export const runPages: readonly Page<RunPageProps>[] = [
  { path: '', title: 'Overview', load: () => import('../pages/run/overview.tsx') },
  { path: 'curves', title: 'Curves', load: () => import('../pages/curves/page.tsx') },
  {
    path: 'pictures',
    title: 'Pictures',
    suits: ({ pictures, files }) => pictures.length > 0 || files.some(({ name }) => name === 'samples.png'),
    load: () => import('../pages/pictures/page.tsx'),
  },
  {
    path: 'table',
    title: 'Table',
    suits: ({ data, model }) => data.kind === 'table' && model === true,
    load: () => import('../pages/table/page.tsx'),
  },
  {
    path: 'latent',
    title: 'Latent space',
    suits: ({ model }) => model === true,
    load: () => import('../pages/latent/page.tsx'),
  },
  { path: 'configuration', title: 'Configuration', load: () => import('../pages/run/configuration.tsx') },
  { path: 'files', title: 'Files', load: () => import('../pages/run/files.tsx') },
];
