import { counted, fixed, formerDrawNames } from '../../core/index.ts';
import { chosenSplit } from '../chosen-split.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import { densityText } from '../condition-text.ts';
import { UsageError } from '../errors.ts';
import { formatTable } from '../format.ts';
import { underPresentFlags } from '../former-flags.ts';
import type { Evaluation, Run } from '../library/index.ts';
import { openRun } from '../open-run.ts';
import { evaluationOptions, givenOption, option } from '../flags.ts';
import { Stages } from '../stages.ts';
import type { EvaluateFlags } from './evaluate.ts';

export const compareCommand: CommandRow<[paths: readonly string[]], EvaluateFlags> = {
  name: 'compare',
  summary: 'evaluate runs on the same examples with the same draws, side by side',
  args: [['<runs...>', 'folders of runs']],
  options: [
    option('--data <data>', 'the examples (default: what the first run was trained on)'),
    ...evaluationOptions('the NLL'),
    givenOption,
  ],
  examples: ['rootsigma compare runs/digits-diagonal runs/digits-full', 'rootsigma compare runs/* --limit 1000 --json'],
  stopsItself: true,
  parted: true,
  run: compare,
};

interface Compared {
  readonly path: string;
  readonly posterior: string;
  readonly prior: string;
  readonly evaluation: Evaluation;
}

async function compare(
  context: CommandContext,
  [paths]: [paths: readonly string[]],
  flags: EvaluateFlags,
): Promise<undefined> {
  const { output, signal, library } = context;
  const { draws, limit, seed, given } = underPresentFlags('compare', flags, formerDrawNames, output);
  // All are opened before any is evaluated: a wrong name fails at once.
  const runs = await Promise.all(paths.map((path) => openRun(context, path, flags)));
  const [first] = runs;
  if (!first) return undefined;
  checkAlike(runs, paths);
  const data = await first.testData(flags.data, { split: flags.split });
  const { dataset } = data;
  output.note(...chosenSplit(data, flags.split));
  const compared: Compared[] = [];
  const stages = new Stages(output);
  const evaluations = library.compareRuns(runs, data, {
    ...(flags.data !== undefined && { data: flags.data }),
    split: flags.split,
    names: paths,
    onNotice: output.notice,
    ...(draws !== undefined && { draws }),
    ...(limit !== undefined && { limit }),
    ...(seed !== undefined && { seed }),
    ...(given !== undefined && { given }),
    signal,
    onProgress: ({ done, total }) => {
      const at = `${paths[compared.length] ?? ''} (${compared.length + 1} of ${runs.length})`;
      stages.say(`evaluating ${at}`, `evaluating ${at}  ${Math.floor((100 * done) / total)} %`);
    },
  });
  for await (const { run, evaluation } of evaluations) {
    const path = paths[compared.length] ?? '';
    if (output.json) output.record({ run: path, ...evaluation, split: data.split });
    compared.push({ path, posterior: partText(run.config.model.posterior), prior: partText(run.config.model.prior), evaluation }); // prettier-ignore
  }
  const count = compared[0]?.evaluation.examples ?? 0;
  const density = first.conditions && `, NLL = −log ${densityText(first)}`;
  output.say(
    `${counted(count, 'example')} of ${dataset.name}; nats, best NLL first${density ?? ''}`,
    '',
    ...tableOf(compared),
  );
  return undefined;
}

/** @throws UsageError where a run has no density, or what the runs give the density of is not the same quantity */
function checkAlike(runs: readonly Run[], paths: readonly string[]): void {
  const without = runs.find(({ hasDensity }) => !hasDensity);
  if (without) {
    throw new UsageError(
      `compare: ranks runs by their NLL, and ${paths[runs.indexOf(without)] ?? ''} has none, as its posterior '${without.model.parts.posterior.name}' has no density: leave it out, or evaluate each run by itself.`,
    );
  }
  const densities = runs.map(densityText);
  const other = densities.findIndex((density) => density !== densities[0]);
  if (other < 0) return;
  throw new UsageError(
    `compare: ${paths[0] ?? ''} is a model of ${densities[0] ?? ''} and ${paths[other] ?? ''} of ${densities[other] ?? ''}. These are other quantities, of which neither is the better: compare runs with the same --condition, or evaluate each.`,
  );
}

/** Its name, and what its options are: `full, symmetric`. */
function partText(part: Run['config']['model']['prior']): string {
  const texts = Object.values(part).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return texts.join(', ');
}

function tableOf(compared: readonly Compared[]): string[] {
  const ranked = compared.toSorted((a, b) => a.evaluation.nll.value - b.evaluation.nll.value);
  const rows = ranked.map(
    ({ path, posterior, prior, evaluation: { elbo, reconstruction, kl, nll, activeUnits, latent } }) => [
      path,
      posterior,
      prior,
      ...[elbo, reconstruction, kl, nll.value].map((value) => fixed(value)),
      `± ${nll.standardError.toFixed(2)}`,
      nll.effectiveSampleSize.toFixed(1),
      `${activeUnits}/${latent}`,
    ],
  );
  const header = ['run', 'posterior', 'prior', 'ELBO', 'reconstruction', 'KL', 'NLL', '', 'ESS', 'active'];
  return formatTable([header, ...rows], { right: [3, 4, 5, 6, 8, 9] });
}
