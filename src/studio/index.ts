// What `rootsigma/studio` exports: the studio's server, in Node. Its pages are in studio/, beside src.
export type { StudioOptions } from './options.ts';
export { studio } from './studio.ts';
export type { Studio } from './studio.ts';
