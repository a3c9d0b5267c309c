/** A table of a million rows and 13 columns (`lib/orders-table.mjs`), and a model of one of 20,000. */
export function tables({ folder }) {
  const large = { path: `${folder}/orders.csv`, rows: 1_000_000 };
  const small = { path: `${folder}/orders-small.csv`, rows: 20_000 };
  const read = (encode, target) => ({
    name: encode ? 'table-read-encode' : 'table-read',
    title: `CSV of a million rows, 13 columns, ${encode ? 'to the rows that a model trains on' : 'to its columns'}`,
    unit: 'the file',
    memory: true,
    ours: { kind: 'node', module: './rootsigma/read-table.mjs', options: { ...large, encode }, label: 'rootsigma' },
    peers: [{ kind: 'python', module: 'read_table', options: { ...large, encode }, target, label: 'pandas' }],
  });
  const model = (what) => ({
    name: `table-${what}`,
    title: what === 'score' ? 'Scoring rows of a table' : 'Drawing rows of a table',
    unit: 'a row',
    ours: {
      kind: 'node',
      module: './rootsigma/table-model.mjs',
      options: { ...small, count: 10_000, what },
      label: 'rootsigma',
    },
    peers: [],
  });
  return [read(false), read(true, 8), model('score'), model('sample')];
}
