// What `rootsigma` exports: the API, and what the commands compute with beyond it.
export * from './cli/library/index.ts';
