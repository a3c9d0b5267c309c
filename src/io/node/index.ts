export * from './files.ts';
export * from './run-folder.ts';
