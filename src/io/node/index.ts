export { makeFolders } from './make-folders.ts';
export * from './files.ts';
export type { FileCalls } from './file-calls.ts';
export { FolderStore } from './folder-store.ts';
export * from './zip-file.ts';
export { checkWritable, writeOutput } from './write-output.ts';
export { FolderLock, lockName } from './folder-lock.ts';
export type { LockWriter } from './folder-lock.ts';
export { pathFault } from './path-fault.ts';
