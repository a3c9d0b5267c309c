export { WorkerCalls } from './calls.ts';
export type { CallOptions } from './calls.ts';
export { asPageWorker } from './node-thread.ts';
export { packArray, packArrays, unpackArray, unpackArrays } from './packed-array.ts';
export type { PackedArray } from './packed-array.ts';
export { arrivals, sendArray } from './pieces.ts';
export type { Piece, SentArray } from './pieces.ts';
export { serve } from './serve.ts';
export type { CallContext, Method, WorkerScope } from './serve.ts';
