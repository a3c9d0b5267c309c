import { given, whole } from '../flag-values.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import type { Table, WriteTableOptions } from '../library/index.ts';
import { UsageError } from '../errors.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import { RepeatedOption, choice, engineOptions, formulasOption, option, outputOptions, required } from '../flags.ts';
import type { OutputOptions } from '../output.ts';
import { checkExamplesPath, writeExamples } from '../write-examples.ts';

export interface SampleFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly count?: number;
  readonly seed?: number;
  readonly columns?: number;
  readonly show?: 'mean' | 'mode' | 'draw';
  readonly missing?: boolean;
  readonly given?: string;
  readonly conditions?: string;
  readonly tries?: number;
  readonly formulas?: WriteTableOptions['formulas'];
}

export const sampleCommand: CommandRow<[path: string], SampleFlags> = {
  name: 'sample',
  summary: 'draw new examples from a trained model: z ~ p(z), then x by p(x|z)',
  args: [['<run>', "a run's folder"]],
  options: [
    required(
      '-o, --output <file>',
      'where to: .png (one sheet), .npy, .csv, .json or .parquet; rows of a table: .csv, .tsv or .parquet',
    ),
    option('-n, --count <n>', 'how many (default: 64)', whole(1)),
    new RepeatedOption(
      '--given <condition>',
      "of a model with a condition: label=3, or colour=red,size=3; shares: colour=red:0.3,colour=blue:0.7; of columns that a table's model draws: age>60,smoker=yes (rows are drawn until enough have it); repeatable (default: as in training)",
      given,
    ),
    option(
      '--tries <n>',
      'rows drawn at most for those that have what --given asks of drawn columns (default: 200 times as many as wanted, 100,000 at least)',
      whole(1),
    ),
    option('--conditions <file>', 'write what each example was given there too: .csv, .tsv or .parquet'),
    option('--no-missing', 'rows of a table: leave no value out, where training rows have gaps'),
    option('--seed <n>', 'which draws (default: 0)', whole(0)),
    choice(
      '--show <what>',
      'of p(x|z): its mean, its mode, or a draw with its noise (default: mean; for tables draw)',
      ['mean', 'mode', 'draw'],
    ),
    option('--columns <n>', 'images a row, for .png', whole(1)),
    formulasOption,
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    'rootsigma sample runs/digits-diagonal -o samples.png',
    'rootsigma sample runs/digits-diagonal -o samples.npy --count 1000 --seed 7',
    'rootsigma sample runs/digits-full -o threes.png --given label=3',
    'rootsigma sample runs/people-diagonal -o synthetic.csv --count 5000',
    'rootsigma sample runs/people-diagonal -o old.csv --given "age>60,smoker=yes"',
  ],
  parted: true,
  run: sample,
};

async function sample(context: CommandContext, [path]: [path: string], flags: SampleFlags): Promise<undefined> {
  const { output, library } = context;
  const { output: file, count = 64, seed = 0, columns, show, missing, formulas } = flags;
  checkExamplesPath(library, file);
  const { given: condition, conditions: beside } = flags;
  if (beside !== undefined && !library.isTablePath(beside))
    throw new UsageError(`--conditions: ${beside} must be a table: .csv, .tsv or .parquet.`);
  const run = await openRun(context, path, flags);
  const wanted = { seed, ...(condition !== undefined && { given: condition }) };
  const byRejection = run.isByRejection(condition);
  if (byRejection && beside !== undefined)
    throw new UsageError(
      `--conditions: --given asks for columns that the model draws, so what rows have of them is in the rows themselves: leave --conditions out.`,
    );
  const isGiven = (run.conditions !== undefined && !byRejection) || beside !== undefined;
  const drawn = isGiven ? run.sampleConditions(count, wanted) : undefined;
  let acceptance: { readonly drawn: number; readonly accepted: number } | undefined;
  const onAcceptance = (found: typeof acceptance): void => {
    acceptance = found;
  };
  const examples = await run.sample(count, {
    ...wanted,
    onAcceptance,
    ...(flags.tries !== undefined && { tries: flags.tries }),
    ...(show && { show }),
    ...(missing !== undefined && { missing }),
  });
  const decode = { seed, labels: true, ...(missing !== undefined && { missing }) };
  const shape = await writeExamples(library, file, { run, examples }, { columns, formulas, decode, conditions: drawn });
  if (beside !== undefined && drawn) await library.writeTable(beside, drawn, { ...(formulas && { formulas }) });
  const ofConditions = drawn && Object.fromEntries(drawn.columns.map(({ name, values }) => [name, Array.from(values)]));
  if (output.json)
    output.record({
      file,
      count,
      shape,
      seed,
      ...(ofConditions && { conditions: ofConditions }),
      ...(acceptance && { acceptance }),
    });
  const what = run.columns ? `rows of ${shape[1] ?? 0} columns` : `samples of shape ${shape.slice(1).join('×')}`;
  output.say(`${file}: ${count} ${what}, seed ${seed}${drawn ? `; ${givenText(drawn)}` : ''}`);
  return undefined;
}

/** Values that are counted by name; of more it is said how many there are. */
const mostNamed = 10;

/** What examples were given: how many have each value. */
function givenText({ columns }: Table): string {
  const parts = columns.map(({ name, values }) => {
    const counts = new Map<string, number>();
    for (const value of Array.from(values)) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
    if (counts.size > mostNamed) return `${name} of ${counts.size} values`;
    const named = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return `${name} ${named.map(([value, count]) => (named.length === 1 ? value : `${value} (${count})`)).join(', ')}`;
  });
  return `given ${parts.join('; ')}`;
}
