import { anomalyMethods, counted, fixed } from '../../core/index.ts';
import { number, whole } from '../flag-values.ts';
import { chosenSplit } from '../chosen-split.ts';
import type { CommandContext, CommandRow, Library } from '../command-row.ts';
import { UsageError } from '../errors.ts';
import { formatCount } from '../format.ts';
import type { AnomalyMethod, AnomalyThreshold, Dataset, SplitChoice, WriteTableOptions } from '../library/index.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import {
  choice,
  engineOptions,
  formulasOption,
  givenOption,
  option,
  outputOptions,
  required,
  splitOption,
} from '../flags.ts';
import type { OutputOptions } from '../output.ts';
import { idsOf, isPicture, mostAnomalous, strangestFiles, strangestRows, writeScores } from '../write-scores.ts';
import type { Scored } from '../write-scores.ts';
import { Stages } from '../stages.ts';

interface ScoreFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data?: string;
  readonly split?: SplitChoice;
  readonly method?: AnomalyMethod;
  readonly draws?: number;
  readonly seed?: number;
  readonly limit?: number;
  readonly given?: string;
  readonly explain?: boolean;
  readonly contamination?: number;
  readonly anomalies?: string;
  readonly formulas?: WriteTableOptions['formulas'];
}

export const scoreCommand: CommandRow<[path: string], ScoreFlags> = {
  name: 'score',
  summary: 'how anomalous examples are: a score for each, higher is more anomalous',
  args: [['<run>', "a run's folder"]],
  options: [
    required(
      '-o, --output <file>',
      'where to: .csv, .tsv or .parquet (a row an example), .npy, .json; .png for images',
    ),
    option('--data <data>', 'what to score, also a single image or example (default: what it was trained on)'),
    splitOption,
    givenOption,
    choice(
      '--method <name>',
      'which score (default: typicality for Bernoulli likelihoods, balanced-elbo for tables, else elbo); in nats, but typicality and balanced-elbo, which are half squared deviations from what is usual in training',
      anomalyMethods,
    ),
    option('--draws <k>', 'draws of z an example (default: 16, for nll and likelihood-ratio 100)', whole(1)),
    option('--seed <n>', 'of the draws (default: 0)', whole(0)),
    option('-n, --limit <n>', 'in a .png, show so many of the most anomalous (default: 16)', whole(1)),
    option('--explain', 'add what each column or pixel contributes to the reconstruction score, to a table'),
    option(
      '--contamination <share>',
      "set the run's threshold, which is kept: this share of its training examples are anomalies",
      number,
    ),
    option('--anomalies <classes>', 'the classes that are anomalies, such as 3,8: gives AUROC and AUPRC'),
    formulasOption,
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    'rootsigma score runs/people --data new.csv -o scores.csv --explain --contamination 0.01',
    'rootsigma score runs/photos --split all -o scores.csv',
    'rootsigma score runs/photos --data new.jpg -o score.json',
    'rootsigma score runs/digits-diagonal -o strangest.png',
  ],
  stopsItself: true,
  parted: true,
  run: score,
};

async function score(context: CommandContext, [path]: [path: string], flags: ScoreFlags): Promise<undefined> {
  const { output, signal, library, isFirst } = context;
  const { auroc, averagePrecision, isImageShape, isTablePath } = library;
  const { output: file, contamination } = flags;
  if (!isTablePath(file)) checkArrayFile(library, file, flags);
  if (flags.limit !== undefined && !isPicture(library, file)) {
    throw new UsageError(
      `--limit: how many of the most anomalous a .png shows; ${file} holds the scores of all examples.`,
    );
  }
  const run = await openRun(context, path, flags);
  if (isPicture(library, file) && !isImageShape(run.exampleShape)) {
    throw new UsageError(`${file}: only images have pictures; scores of this run go to a .csv, for example.`);
  }
  const chosen = await run.testData(flags.data, { split: flags.split });
  const { dataset, splits } = chosen;
  output.note(...chosenSplit(chosen, flags.split));
  const anomalous = flags.anomalies === undefined ? undefined : anomalyLabels(dataset, flags.anomalies);
  const stages = new Stages(output);
  const method = flags.method && { method: flags.method };
  const kept = contamination === undefined ? await run.threshold(method) : undefined;
  const { draws = kept?.draws, seed = kept?.seed } = flags;
  const options = {
    ...method,
    ...(draws !== undefined && { draws }),
    ...(seed !== undefined && { seed }),
    signal,
    onProgress: (done: number) => {
      stages.say('scoring examples', `scored ${counted(done, 'example')}`);
    },
  };
  const threshold =
    contamination === undefined ? kept : await run.fitThreshold(undefined, { ...options, contamination, keep: false });
  const { given } = flags;
  const scores = await run.score(dataset, { ...options, given });
  const contributions = flags.explain ? await run.explain(dataset, { given }) : undefined;
  const scored: Scored = {
    run,
    dataset,
    splits,
    scores,
    contributions,
    limit: flags.limit,
    given,
    above: threshold?.value,
  };
  if (!isFirst) return undefined;
  await writeScores(library, file, scored, flags);
  // A threshold is kept when nothing else went wrong: not even of what is scored with it.
  if (contamination !== undefined) await run.keepThresholds();
  const found = threshold && scores.data.filter((value) => value > threshold.value).length;
  const ranking = anomalous && {
    auroc: auroc(scores.data, anomalous),
    auprc: averagePrecision(scores.data, anomalous),
  };
  if (output.json) {
    output.record({
      file,
      examples: scores.size,
      split: chosen.split,
      ...(threshold && { threshold, anomalies: found }),
      ...ranking,
      mostAnomalous: mostAnomalous(scored, 5).map((row) => ({
        row,
        ...(dataset.names && { [dataset.names.kind]: dataset.names.at(row) }),
        ...(dataset.rows && dataset.rows.ids.length > 0 && { ids: idsOf(dataset, row) }),
        score: scores.data[row],
      })),
    });
  }
  output.say(`${file}: scores of ${counted(scores.size, 'example')} of ${dataset.name}, higher is more anomalous`);
  if (threshold) output.say(verdictText(found ?? 0, threshold));
  if (run.columns) output.say(...strangestRows(scored, run.columns));
  if (dataset.names?.kind === 'file' && dataset.size > 1) output.say(...strangestFiles(scored));
  if (ranking) output.say(`AUROC ${ranking.auroc.toFixed(3)}, AUPRC ${ranking.auprc.toFixed(3)}`);
  return undefined;
}

function checkArrayFile(library: Library, file: string, { explain }: ScoreFlags): void {
  library.arrayFormat(file);
  if (explain && !isPicture(library, file)) {
    throw new UsageError(`--explain: ${file} holds scores alone; contributions go to a .csv, .tsv or .parquet.`);
  }
}

/** Which examples are of the listed classes, by the classes' names or numbers. */
function anomalyLabels(dataset: Dataset, list: string): boolean[] {
  const { labels, classNames, name } = dataset;
  if (!labels) {
    throw new UsageError(
      `--anomalies: ${name} has no labels. A table needs a column such as 'label', there in training too, with a value in every row.`,
    );
  }
  const there = new Set<number>(labels);
  const classes = list.split(',').map((text) => {
    const named = classNames?.indexOf(text.trim()) ?? -1;
    const label = named >= 0 ? named : Number(text);
    if (there.has(label)) return label;
    const names = [...there].sort((a, b) => a - b).map((each) => classNames?.[each] ?? String(each));
    throw new UsageError(`--anomalies: ${name} has no class '${text.trim()}', only ${names.join(', ')}.`);
  });
  return Array.from(labels, (label) => classes.includes(label));
}

function verdictText(found: number, { value, quantile, examples, source }: AnomalyThreshold): string {
  const share = `${(100 * (1 - quantile)).toFixed(2)} %`;
  return `${formatCount(found)} lie above the run's threshold of ${fixed(value)}, which ${share} of ${formatCount(examples)} examples of ${source} exceed (kept in thresholds.json)`;
}
