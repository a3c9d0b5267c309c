import { ValueError } from '../../core/index.ts';
import { takeFirst } from '../../data/index.ts';
import type { SplitChoice } from '../../data/index.ts';
import type { RunConfig } from '../../config/index.ts';
import type { RunEvaluateOptions, RunEvaluation, TestData } from './run-options.ts';
import type { Run } from './run.ts';
import { isEncodedAlike, unitsShift } from './table-units.ts';

/** Options of `compareRuns`: on which examples, and what the runs are called. */
export interface CompareOptions extends Omit<RunEvaluateOptions, 'data' | 'split'> {
  /** What the first run reads: its `testData`. */
  readonly data?: RunEvaluateOptions['data'] | undefined;
  readonly split?: SplitChoice | undefined;
  /** The runs, in messages. Default: their data and places. */
  readonly names?: readonly string[];
  readonly onNotice?: (line: string) => void;
}

/** How well a run fits the same examples as the others. */
export interface ComparedRun {
  readonly run: Run;
  /** In the units of the first run. */
  readonly evaluation: RunEvaluation;
}

/**
 * Evaluates runs on the examples of the first, `examples`, with the same draws. Rows of a table are read for each run as it takes its columns;
 * where they have other units, values are brought to those of the first run and that is said.
 *
 * @throws ValueError where a run is of other columns, or of other quantities of them: their densities cannot be compared
 */
export async function* compareRuns(
  runs: readonly Run[],
  examples: TestData,
  { data, split, names = [], onNotice, ...options }: CompareOptions = {},
): AsyncGenerator<ComparedRun> {
  const [first] = runs;
  if (!first) return;
  const { limit } = options;
  const nameOf = (run: Run): string => names[runs.indexOf(run)] ?? `run ${runs.indexOf(run) + 1}`;
  const shifts = new Map<Run, { readonly dataset: TestData['dataset']; readonly shift: number }>();
  // All are found comparable before any is evaluated.
  for (const run of runs) {
    if (isEncodedAlike(run.config.data, first.config.data)) {
      shifts.set(run, { dataset: examples.dataset, shift: 0 });
      continue;
    }
    const { dataset } = await first.testDataFor(run, data, { split });
    if (dataset.size !== examples.dataset.size) {
      throw new ValueError(
        `compare: ${nameOf(run)} has ${dataset.size} of these examples and ${nameOf(first)} ${examples.dataset.size}.`,
      );
    }
    const some = limit === undefined ? dataset : takeFirst(dataset, limit);
    shifts.set(run, { dataset, shift: shiftBetween(run.config.data, first.config.data, some, [nameOf(run), nameOf(first)]) }); // prettier-ignore
  }
  for (const run of runs) {
    const { dataset = examples.dataset, shift = 0 } = shifts.get(run) ?? {};
    const evaluation = await run.evaluate({ ...options, data: dataset });
    if (shift !== 0) {
      onNotice?.(
        `${nameOf(run)} has other units of its columns: its log densities are brought to those of ${nameOf(first)} (${shift > 0 ? '+' : ''}${shift.toFixed(3)} nats).`,
      );
    }
    yield { run, evaluation: shifted(evaluation, shift) };
  }
}

function shiftBetween(
  own: RunConfig['data'],
  other: RunConfig['data'],
  of: TestData['dataset'],
  [name, otherName]: readonly [string, string],
): number {
  try {
    return unitsShift(own, other, of);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new ValueError(
      `compare: ${name} and ${otherName} are models of other quantities: ${error.message}. Neither is the better by its numbers: evaluate each.`,
    );
  }
}

/** With so many nats on top of each log density. */
function shifted(evaluation: RunEvaluation, shift: number): RunEvaluation {
  if (shift === 0) return evaluation;
  const { elbo, reconstruction, nll } = evaluation;
  return {
    ...evaluation,
    elbo: elbo + shift,
    reconstruction: reconstruction + shift,
    nll: { ...nll, value: nll.value - shift },
  };
}
