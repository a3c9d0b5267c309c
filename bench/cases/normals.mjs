/** Raw standard normals: at least 0.8 of numpy's rate, so at most 1.25 of its time. */
export function normals() {
  return ['float32', 'float64'].map((dtype) => {
    const options = { count: 1_000_000, dtype };
    return {
      name: `normals-${dtype}`,
      title: `Standard normals, ${dtype}`,
      unit: 'a million',
      ours: { kind: 'node', module: './rootsigma/normals.mjs', options, label: 'rootsigma' },
      peers: [{ kind: 'python', module: 'normals', options, target: 1.25, label: 'numpy' }],
    };
  });
}
