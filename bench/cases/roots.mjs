import { threadCounts, threadEnvironment } from './sizes.mjs';

/** Matrix sizes with the matrices in a batch, how many of them the loops take, and whether numpy is to be reached. */
const batches = [
  { n: 2, count: 1000, loop: 100, goal: true },
  { n: 4, count: 1000, loop: 100, goal: true },
  { n: 8, count: 1000, loop: 50, goal: true },
  { n: 16, count: 1000, loop: 20, goal: true },
  { n: 32, count: 500, loop: 10, goal: true },
  { n: 64, count: 100, loop: 4, goal: false },
  { n: 128, count: 20, loop: 1, goal: false },
];

function python(route, { threads, options, ...rest }) {
  return {
    kind: 'python',
    module: 'roots',
    options: { ...options, route, threads },
    env: threadEnvironment(threads),
    label: `Python, ${route}`,
    ...rest,
  };
}

/** Symmetric roots of batches of covariances, float64. */
export function roots({ covariances }) {
  return batches.map(({ n, count, loop, goal }) => {
    const options = { data: covariances(n, count), n, count };
    const few = { ...options, count: loop };
    const javascript = (library) => ({
      kind: 'node',
      module: `./javascript/roots-${library}.mjs`,
      options: few,
      label: library,
    });
    return {
      name: `roots-${n}`,
      title: `Symmetric root, ${n} × ${n}, float64, batches of ${count}`,
      unit: 'a matrix',
      ours: { kind: 'node', module: './rootsigma/roots.mjs', options, label: 'rootsigma' },
      peers: [
        ...threadCounts().map((threads) => python('eigh', { threads, options, ...(goal && { target: 1 }) })),
        python('sqrtm', { threads: 1, options: few, ...(goal && { target: 0.1 }) }),
        // Slower than the others by a factor of hundreds.
        ...(n <= 32 ? [javascript('mathjs')] : []),
        javascript('ml-matrix'),
      ],
    };
  });
}

/** Batches that are worth threads: ours in two or more, numpy with as many. */
export function batchesInThreads({ covariances }) {
  const sizes = [
    { n: 8, count: 20_000 },
    { n: 16, count: 5000 },
    { n: 32, count: 1000 },
    { n: 64, count: 200 },
    { n: 128, count: 40 },
  ];
  const kinds = [
    { name: 'roots', what: 'Symmetric root', operation: 'sqrtmhAsync', route: 'eigh' },
    { name: 'cholesky', what: 'Cholesky factor', operation: 'choleskyAsync', route: 'cholesky' },
    { name: 'eigh', what: 'Eigenvalues and eigenvectors', operation: 'eighAsync', route: 'eigenpairs' },
  ];
  const inputs = sizes.map(({ n, count }) => ({ data: covariances(n, count), n, count }));
  return kinds.flatMap(({ name, what, operation, route }) =>
    inputs.map((options) => ({
      name: `threads-${name}-${options.n}`,
      title: `${what} in threads, ${options.n} × ${options.n}, float64, batches of ${options.count}`,
      unit: 'a matrix',
      ours: {
        kind: 'node',
        module: './rootsigma/batches-in-threads.mjs',
        options: { ...options, operation },
        label: 'rootsigma',
      },
      peers: threadCounts().map((threads) => python(route, { threads, options, target: 0.7 })),
    })),
  );
}
