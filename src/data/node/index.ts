export * from './idx-folder.ts';
export * from './resolve.ts';
