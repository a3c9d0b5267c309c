export * from './files.ts';
export * from './image-file.ts';
export * from './run-folder.ts';
export * from './zip-file.ts';
