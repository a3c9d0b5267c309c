export * from './cholesky';
export * from './eigh';
export * from './spectral';
