export * from './dtype.ts';
export * from './errors.ts';
export * from './ndarray.ts';
export * from './shape.ts';
export { nextTurn, takeTurns } from './turns.ts';
export * from './version.ts';
