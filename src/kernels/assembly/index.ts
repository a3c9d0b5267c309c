export * from './threefry';
