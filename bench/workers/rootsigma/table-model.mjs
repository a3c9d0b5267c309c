import { writeOrders } from '../../lib/orders-table.mjs';
import { layer, name } from './package.mjs';

/** One repetition: `count` rows scored, or drawn, by a model of the table that has seen a few of its rows. */
export async function setUp({ path, rows, count, what }) {
  const { train, readTable } = await layer('api');
  writeOrders(path, rows);
  const run = await train(path, { epochs: 1, dataOptions: { testFraction: 0 }, onNotice: () => undefined });
  const table = await readTable(path);
  const scored = {
    rowCount: count,
    columns: table.columns.map((column) => ({ name: column.name, values: column.values.slice(0, count) })),
  };
  let seed = 0;
  return {
    name: `${name}, ${what === 'score' ? 'run.score' : 'run.sampleTable'}`,
    units: count,
    run: async (repetitions) => {
      for (let i = 0; i < repetitions; i++) {
        if (what === 'score') await run.score(run.fromTable(scored));
        else await run.sampleTable(count, { seed: seed++ });
      }
    },
  };
}
