import {
  NdArray,
  anomalyPicture,
  arrayFormat,
  auroc,
  averagePrecision,
  isTablePath,
  tableOf,
  writeArray,
  writePicture,
  writeTable,
} from '../../api/index.ts';
import type { AnomalyMethod, Cell, Dataset, Run } from '../../api/index.ts';
import { UsageError } from '../errors.ts';
import { formatCount } from '../format.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import type { OutputOptions } from '../output.ts';
import type { ActionContext } from '../session.ts';
import { Throttle } from '../throttle.ts';

export interface ScoreFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data?: string;
  readonly method?: AnomalyMethod;
  readonly draws?: number;
  readonly seed?: number;
  readonly limit?: number;
  readonly explain?: boolean;
  readonly contamination?: number;
  readonly anomalies?: string;
}

export async function score({ output, signal }: ActionContext, path: string, flags: ScoreFlags): Promise<undefined> {
  const { output: file, draws, seed, contamination } = flags;
  if (!isTablePath(file)) arrayFormat(file);
  const run = await openRun(path, flags, output);
  const { dataset } = await run.testData(flags.data);
  const anomalous = flags.anomalies === undefined ? undefined : anomalyLabels(dataset, flags.anomalies);
  const throttle = new Throttle();
  const options = {
    ...(flags.method && { method: flags.method }),
    ...(draws !== undefined && { draws }),
    ...(seed !== undefined && { seed }),
    signal,
    onProgress: (done: number) => {
      if (throttle.isDue()) output.status(`scored ${formatCount(done)} examples`);
    },
  };
  const threshold =
    contamination === undefined ? undefined : await run.fitThreshold(undefined, { ...options, contamination });
  const scores = await run.score(dataset, options);
  await writeScores(file, {
    run,
    dataset,
    scores,
    limit: flags.limit,
    explain: flags.explain,
    above: threshold?.value,
  });
  const found = threshold && scores.data.filter((value) => value > threshold.value).length;
  const ranking = anomalous && {
    auroc: auroc(scores.data, anomalous),
    auprc: averagePrecision(scores.data, anomalous),
  };
  if (output.json) {
    output.record({ file, examples: scores.size, ...(threshold && { threshold, anomalies: found }), ...ranking });
  }
  output.say(`${file}: scores of ${formatCount(scores.size)} examples of ${dataset.name}, higher is more anomalous`);
  if (threshold) {
    output.say(
      `${formatCount(found ?? 0)} lie above ${threshold.value.toFixed(2)} nats, which ${(100 * (1 - threshold.quantile)).toFixed(2)} % of ${formatCount(threshold.examples)} training examples exceed (kept in thresholds.json)`,
    );
  }
  if (ranking) output.say(`AUROC ${ranking.auroc.toFixed(3)}, AUPRC ${ranking.auprc.toFixed(3)}`);
  return undefined;
}

function anomalyLabels(dataset: Dataset, list: string): boolean[] {
  const classes = list.split(',').map(Number);
  if (classes.some((label) => !Number.isInteger(label))) {
    throw new UsageError(`--anomalies: expected numbers of classes, such as 3,8, got ${list}.`);
  }
  if (!dataset.labels) throw new UsageError(`--anomalies: ${dataset.name} has no labels.`);
  return Array.from(dataset.labels, (label) => classes.includes(label));
}

interface Scored {
  readonly run: Run;
  readonly dataset: Dataset;
  readonly scores: NdArray<'float64'>;
  readonly limit: number | undefined;
  readonly explain: boolean | undefined;
  readonly above: number | undefined;
}

async function writeScores(file: string, scored: Scored): Promise<void> {
  if (!isTablePath(file))
    return arrayFormat(file) === '.png' ? writeStrangest(file, scored) : writeArray(file, scored.scores);
  const { run, dataset, scores, explain, above } = scored;
  const columns: Record<string, readonly Cell[]> = {
    row: Array.from(scores.data, (_, row) => row),
    score: Array.from(scores.data),
  };
  if (above !== undefined) columns.anomaly = Array.from(scores.data, (value) => value > above);
  if (explain) {
    const contributions = await run.explain(dataset);
    const parts = contributions.size / scores.size;
    const names = run.columns ?? Array.from({ length: parts }, (_, part) => String(part));
    names.forEach((name, part) => {
      columns[`from ${name}`] = Array.from(scores.data, (_, row) => contributions.data[row * parts + part] ?? NaN);
    });
  }
  await writeTable(file, tableOf(columns));
}

/** The most anomalous examples, each with its reconstruction and its heat map. */
async function writeStrangest(file: string, { run, dataset, scores, limit = 16 }: Scored): Promise<void> {
  const order = Array.from(scores.data, (_, row) => row).sort((a, b) => (scores.data[b] ?? 0) - (scores.data[a] ?? 0));
  const shown = Uint32Array.from(order.slice(0, limit));
  const x = NdArray.zeros([shown.length, ...run.exampleShape], 'float32');
  dataset.gather(shown, x.data);
  const texts = Array.from(shown, (row) => `${row}: ${(scores.data[row] ?? NaN).toFixed(1)} nats`);
  await writePicture(file, await anomalyPicture(run, x, { texts }));
}
