export { piecesOf } from './communicator.ts';
export type { Communicator, Numbers, Pieces } from './communicator.ts';
export { RankError, agreed, byFirst, together } from './together.ts';
export { mpiWorld } from './world.ts';
export type { Environment } from './world.ts';
