import { DataError, ValueError } from '../../core/index.ts';
import type { Cell, DataConfig, JsonValue, Table, TableState } from '../../io/index.ts';
import { tableRows } from '../../io/index.ts';
import { checkGather } from '../dataset.ts';
import type { Dataset } from '../dataset.ts';
import type { DatasetOptions, DatasetSplits } from '../source.ts';
import { checkNumber, checkOptions } from '../source.ts';
import { splitNamed } from '../split-names.ts';
import type { SplitName } from '../split-names.ts';
import { chooseTest, defaultTestFraction } from '../split.ts';
import { isMissing, keyOf } from './cells.ts';
import { describeSurprise, describeTable } from './describe.ts';
import { TableEncoder } from './encoder.ts';
import { inferSchema } from './infer.ts';
import type { ColumnSchema, SchemaOverrides } from './infer.ts';

export interface TableOptions extends DatasetOptions {
  readonly schema?: SchemaOverrides;
}

/**
 * A table as training and test examples. Its columns are what they seem to be, unless `options.schema` says otherwise; the
 * rows belong to the splits that a column `split` says, or a share of them is held out at random; the encoder is fitted on
 * the training rows alone, or is that of `like`, a trained model's data.
 *
 * @throws DataError naming columns that cannot be encoded; ValueError for options that make no sense
 */
export function tableSplits(
  table: Table,
  options: TableOptions & { readonly source: string; readonly like?: DataConfig | undefined },
): DatasetSplits {
  const { source, like, ...rest } = options;
  const given = checkOptions(source, rest, ['seed', 'testFraction', 'schema']);
  const state = like?.table;
  const schema = state ? schemaOf(state) : inferSchema(table, rest.schema);
  const seed = checkNumber(`${source}: seed`, given.seed ?? 0, { least: 0, below: 2 ** 53, whole: true });
  const testFraction = given.testFraction ?? (like ? 0 : defaultTestFraction);
  const own = rowsBySplitColumn(table, schema, source);
  if (own && (given.testFraction !== undefined || given.seed !== undefined)) {
    throw new ValueError(`${source}: a column makes the splits; leave out testFraction and seed.`);
  }
  const rows = own ?? rowsAtRandom(table.rowCount, { testFraction, seed });
  const training = tableRows(table, rows.train);
  const encoder = state ? new TableEncoder(state) : TableEncoder.fit(training, schema);
  const notes = [...(state ? [] : describeTable(encoder.state, schema))];
  const part = (split: SplitName): Dataset | undefined => {
    const indices = rows[split];
    if (!indices || indices.length === 0) return undefined;
    const name = split === 'train' ? source : `${source} (${split})`;
    return tableDataset(split === 'train' ? training : tableRows(table, indices), { name, encoder, notes });
  };
  const [train, validation, test] = [part('train'), part('validation'), part('test')];
  if (!train) throw new DataError(`${source}: no row is for training.`);
  if (test && !own) notes.push(`${test.size} of ${train.size + test.size} rows are held out as the test split.`);
  const kept: Record<string, JsonValue> = {
    ...(!own && { seed, testFraction }),
    ...(rest.schema && { schema: JSON.parse(JSON.stringify(rest.schema)) as JsonValue }),
  };
  return { source, train, ...(validation && { validation }), ...(test && { test }), options: kept, notes };
}

/** The rows of a table, encoded as `encoder` says; what it did not expect is added to `notes`. */
export function tableDataset(
  table: Table,
  options: { readonly name: string; readonly encoder: TableEncoder; readonly notes?: string[] },
): Dataset {
  const { name, encoder, notes } = options;
  const encoded = encoder.encode(table);
  notes?.push(...encoded.surprises.map((surprise) => `${name}: ${describeSurprise(surprise)}`));
  const labels = labelsOf(table, encoder.state);
  return {
    name,
    kind: 'table',
    support: 'table',
    size: encoded.rowCount,
    sampleShape: [encoder.width],
    table: encoder,
    ...labels,
    gather(indices, out) {
      checkGather(this, indices, out);
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i]!;
        if (index >= encoded.rowCount) {
          throw new ValueError(`${name}: example ${index} does not exist, there are ${encoded.rowCount}.`);
        }
        encoder.writeRow(encoded, index, out, i * encoder.width);
      }
    },
  };
}

/** Class numbers from the label column, when every row has a label that training knew. */
function labelsOf(table: Table, state: TableState): Pick<Dataset, 'labels' | 'classNames'> {
  const label = state.columns.find((column) => column.kind === 'label');
  const values = table.columns.find(({ name }) => name === label?.name)?.values;
  if (!label || !values) return {};
  const places = new Map(label.levels.map((level, place) => [keyOf(level), place]));
  const labels = values.map((cell) => (isMissing(cell) ? undefined : places.get(keyOf(cell))));
  if (labels.includes(undefined)) return {};
  return { labels: Uint32Array.from(labels as number[]), classNames: label.levels.map(String) };
}

/** The kinds of columns that a fitted encoder has. */
function schemaOf({ columns }: TableState): readonly ColumnSchema[] {
  return columns.map(({ name, kind }) => ({ name, kind }));
}

type Rows = Readonly<Partial<Record<SplitName, Uint32Array>>> & { readonly train: Uint32Array };

function rowsBySplitColumn(table: Table, schema: readonly ColumnSchema[], source: string): Rows | undefined {
  const name = schema.find(({ kind }) => kind === 'split')?.name;
  const values = table.columns.find((column) => column.name === name)?.values;
  if (!values) return undefined;
  const splits = values.map((cell: Cell, row): SplitName => {
    const split = splitNamed(String(cell));
    if (!split)
      throw new DataError(
        `${source}: column '${name ?? ''}' says '${String(cell)}' in row ${row + 1}: expected train, validation or test.`,
      );
    return split;
  });
  const rowsOf = (split: SplitName): Uint32Array =>
    Uint32Array.from(splits.flatMap((value, row) => (value === split ? [row] : [])));
  return { train: rowsOf('train'), validation: rowsOf('validation'), test: rowsOf('test') };
}

function rowsAtRandom(rowCount: number, options: { readonly testFraction: number; readonly seed: number }): Rows {
  const held = chooseTest(rowCount, { fraction: options.testFraction, seed: options.seed });
  return held
    ? { train: held.rest, test: held.chosen }
    : { train: Uint32Array.from({ length: rowCount }, (_, row) => row) };
}
