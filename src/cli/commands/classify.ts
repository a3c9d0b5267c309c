import { counted } from '../../core/index.ts';
import { chosenSplit } from '../chosen-split.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import { UsageError } from '../errors.ts';
import { whole } from '../flag-values.ts';
import { engineOptions, formulasOption, option, outputOptions, required, splitOption } from '../flags.ts';
import type { Cell, SplitChoice, WriteTableOptions } from '../library/index.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import type { OutputOptions } from '../output.ts';

interface ClassifyFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data?: string;
  readonly split?: SplitChoice;
  readonly limit?: number;
  readonly formulas?: WriteTableOptions['formulas'];
}

export const classifyCommand: CommandRow<[path: string], ClassifyFlags> = {
  name: 'classify',
  summary: 'q(y|x): the label of examples, and how probable each is, by a model that infers it (m2)',
  args: [['<run>', "a run's folder"]],
  options: [
    required(
      '-o, --output <file>',
      'where to: a table (.csv, .tsv, .parquet) with the example, its most probable label and the probability of each; or .npy, .json with the probabilities alone',
    ),
    option('--data <data>', 'other data than it was trained on, also a single image or example'),
    splitOption,
    option('-n, --limit <n>', 'take the first n examples (default: all)', whole(1)),
    formulasOption,
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    'rootsigma classify runs/digits-m2 -o labels.csv',
    'rootsigma classify runs/digits-m2 --data photos/ -o probabilities.npy',
  ],
  parted: true,
  run: classify,
};

async function classify(context: CommandContext, [path]: [path: string], flags: ClassifyFlags): Promise<undefined> {
  const { output, library } = context;
  const { arrayFormat, isTablePath, tableOf, takeFirst, writeArray, writeTable } = library;
  const { output: file, data, limit, formulas } = flags;
  if (!isTablePath(file) && arrayFormat(file) === '.png')
    throw new UsageError(`${file}: labels are no pictures; use .csv, .tsv, .parquet, .npy or .json.`);
  const run = await openRun(context, path, flags);
  if (!run.model.classifier) {
    throw new UsageError(
      `classify: ${path} infers no label: train a model that does, with objective 'm2' and a label as condition (--preset m2).`,
    );
  }
  // As they came: whose label is missing has none inferred for it here before it is asked for.
  const chosen = await run.testData(data, { split: flags.split });
  output.note(...chosenSplit(chosen, flags.split));
  const dataset = limit === undefined ? chosen.dataset : takeFirst(chosen.dataset, limit);
  const { probabilities, classes } = await run.classify(dataset);
  const [count = 0] = probabilities.shape;
  const of = (row: number): Float32Array =>
    probabilities.data.subarray(row * classes.length, (row + 1) * classes.length);
  const labels = Array.from({ length: count }, (_, row) => classes[of(row).indexOf(Math.max(...of(row)))] ?? null);
  if (isTablePath(file)) {
    const { names } = dataset;
    const columns: [string, readonly Cell[]][] = [
      [names?.kind ?? 'index', Array.from({ length: count }, (_, row) => names?.at(row) ?? row)],
      ['label', labels],
      ...classes.map((name, k): [string, readonly Cell[]] => [`p(${String(name)})`, Array.from({ length: count }, (_, row) => of(row)[k] ?? NaN)]), // prettier-ignore
    ];
    await writeTable(file, tableOf(Object.fromEntries(columns)), { ...(formulas && { formulas }) });
  } else await writeArray(file, probabilities);
  const counts = classes.map((name) => [String(name), labels.filter((label) => label === name).length] as const);
  if (output.json) output.record({ file, count, classes, counts: Object.fromEntries(counts), split: chosen.split });
  const said = counts.filter(([, many]) => many > 0).map(([name, many]) => `${name} (${many})`);
  output.say(`${file}: the labels of ${counted(count, 'example')}: ${said.join(', ')}`);
  return undefined;
}
