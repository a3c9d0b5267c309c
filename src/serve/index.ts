// What `rootsigma/serve` exports: runs over HTTP, in Node.
export type { ColumnInfo, RunAbout } from './about-types.ts';
export { ServeApp } from './app.ts';
export type { RunsToServe } from './app.ts';
export type { ServeAppOptions, ServeOptions } from './options.ts';
export { serve } from './serve.ts';
export type { RunServer, RunsInput } from './serve.ts';
export { nameFor } from './served-runs.ts';
export type { LoadedRun, Lease, ServedRuns } from './served-runs.ts';
export type { RowAlignment } from './alignment.ts';
export { accessLine, isLoopback, newToken } from '../server/index.ts';
export type {
  AccessEntry,
  AccessLog,
  Counter,
  HeldBody,
  Histogram,
  Labels,
  Metric,
  LocalContext,
  LocalEnv,
  LocalServer,
  LocalServerOptions,
  Metrics,
  NodeBindings,
} from '../server/index.ts';
