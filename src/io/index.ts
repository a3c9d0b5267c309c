// Pure functions of bytes and text, for Node and browsers alike; files and folders are in node/index.ts.
export { gunzip, gunzipIfNeeded, gzip, isGzip } from './gzip.ts';
export type { ByteArray, DecodeOptions, StoredArray } from './bytes.ts';
export * from './config.ts';
export * from './csv.ts';
export * from './idx.ts';
export * from './image-grid.ts';
export * from './image-header.ts';
export * from './jpeg.ts';
export * from './jsonl.ts';
export * from './npy.ts';
export * from './npz.ts';
export * from './png.ts';
export * from './resize-image.ts';
export * from './safetensors.ts';
