// The folders of src in the order in which they may depend on each other: a folder may import any folder above it
// and none below. `only` narrows that where the design says so.
export const layers = [
  { name: 'core' },
  { name: 'mpi', only: ['core'] },
  { name: 'parts', only: ['core'] },
  { name: 'kernels' },
  { name: 'random' },
  { name: 'linalg' },
  { name: 'graph' },
  { name: 'engine' },
  { name: 'gaussian' },
  { name: 'statistics' },
  { name: 'distributions' },
  { name: 'nn' },
  { name: 'models' },
  { name: 'objectives', typesOnly: ['models'] },
  { name: 'io', only: ['core'] },
  { name: 'drawing', only: ['core', 'io'] },
  { name: 'data', only: ['core', 'kernels', 'random', 'io'] },
  { name: 'config' },
  { name: 'training' },
  { name: 'evaluation', not: ['training'] },
  { name: 'api' },
  { name: 'worker' },
  {
    name: 'cli',
    only: ['core', 'mpi', 'random', 'linalg', 'graph', 'engine', 'gaussian', 'io', 'drawing', 'data', 'config', 'api'],
  },
  // What the package exports: a file on top of them all.
  { name: 'index.ts' },
  { name: 'testing' },
];
