export * from './idxFolder.ts';
export * from './resolve.ts';
