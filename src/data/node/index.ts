export { readArrayFile } from './array-file.ts';
export type { LoadProgress, ResolveContext } from './context.ts';
export { defaultCacheFolder } from './download.ts';
export { locateSource } from './locate.ts';
export { isIdxFolder, readIdxFolder } from './idx-folder.ts';
export { readImageFolder } from './image-folder.ts';
export { readDownloadedDataset } from './mnist.ts';
export { resolveDataset } from './resolve.ts';
export { isTableFile, readTable, readTableFile, writeTable } from './table-file.ts';
