import type { Library } from './command-row.ts';
import type { DecodeOptions, NdArray, Run, Table, WriteTableOptions } from './library/index.ts';

/** Checks a path's ending before anything is computed. @throws ValueError listing what can be written */
export function checkExamplesPath({ arrayFormat, isTablePath }: Library, path: string): void {
  if (!isTablePath(path)) arrayFormat(path);
}

/**
 * Writes what a model made, [n, ...exampleShape]: rows of a table as a table where the ending is a table's, else an array.
 * Gives the shape of what is written.
 */
export async function writeExamples(
  { asShades, isTablePath, withColumnsOf, writeArray, writeTable }: Library,
  path: string,
  { run, examples }: { readonly run: Run; readonly examples: NdArray },
  options: {
    readonly columns?: number | undefined;
    readonly formulas?: WriteTableOptions['formulas'] | undefined;
    readonly decode?: DecodeOptions | undefined;
    /** What was given, to be written as it was where it is columns of the table. */
    readonly conditions?: Table | undefined;
  } = {},
): Promise<readonly number[]> {
  const { columns, formulas, decode, conditions } = options;
  if (run.config.data.table && isTablePath(path)) {
    const table = withColumnsOf(run.toTable(examples, decode), conditions);
    await writeTable(path, table, { ...(formulas && { formulas }) });
    return [table.rowCount, table.columns.length];
  }
  const shown = path.toLowerCase().endsWith('.png') ? asShades(run, examples) : examples;
  await writeArray(path, shown, { ...(columns !== undefined && { columns }) });
  return examples.shape;
}
