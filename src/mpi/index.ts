export { piecesOf } from './communicator.ts';
export type { Communicator, Numbers, Pieces } from './communicator.ts';
export { fillTogether, holdsForAll } from './fill.ts';
export { RankError, agreed, byFirst, together } from './together.ts';
export { mpiWorld } from './world.ts';
export type { Environment } from './world.ts';
