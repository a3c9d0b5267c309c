import { gunzipIfNeeded, parseTableCsv } from '../../../src/io/index.ts';
import type { Table } from '../../../src/io/index.ts';
import type * as real from '../../../src/data/table/table-bytes.ts';
import { csvOptionsFor, tableExtension } from '../../../src/data/table/table-name.ts';
import { elsewhere } from './elsewhere.ts';

/** As the library's, but for Parquet: its codecs weigh as much as all pages together. */
export function decodeTable(...[bytes, name, options]: Parameters<typeof real.decodeTable>): Promise<Table> {
  if (tableExtension(name) === '.parquet')
    return Promise.reject(elsewhere(`${name}: Parquet is read`, 'use New training, or save the table as CSV.'));
  return Promise.resolve(parseTableCsv(gunzipIfNeeded(bytes, { name }), { ...csvOptionsFor(name, options ?? {}), name })); // prettier-ignore
}
