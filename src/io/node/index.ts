export * from './files.ts';
export * from './runFolder.ts';
