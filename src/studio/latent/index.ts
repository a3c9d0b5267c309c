export { LatentRoutes } from './routes.ts';
export type { LatentRoutesOptions } from './routes.ts';
export { RunPool } from './run-pool.ts';
export type { RunLease, RunPoolOptions } from './run-pool.ts';
