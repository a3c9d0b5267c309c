import { readFileSync } from 'node:fs';
import { writeOrders } from '../../lib/orders-table.mjs';
import { layer, name } from './package.mjs';

/** One repetition: a CSV file from disk to its columns; with `encode` on to the rows that a model trains on. */
export async function setUp({ path, rows, encode }) {
  const { parseTableCsv } = await layer('io');
  const { tableSplits } = await layer('data');
  writeOrders(path, rows);
  return {
    name: `${name}, ${encode ? 'read, infer, encode' : 'parseTableCsv'}`,
    run: (repetitions) => {
      for (let i = 0; i < repetitions; i++) {
        const table = parseTableCsv(readFileSync(path));
        if (encode) tableSplits(table, { source: path, testFraction: 0 });
      }
    },
  };
}
