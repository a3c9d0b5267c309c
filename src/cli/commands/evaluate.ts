import { counted, fixed, formerDrawNames } from '../../core/index.ts';
import { chosenSplit } from '../chosen-split.ts';
import { conditionText } from '../condition-text.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import { formatBars, formatCount, formatTable } from '../format.ts';
import { metricFlags, metricsOf, sayMetrics } from '../metric-flags.ts';
import type { MetricFlags } from '../metric-flags.ts';
import { underPresentFlags } from '../former-flags.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Evaluation, EvaluationProgress, Run, RunEvaluation, SplitChoice } from '../library/index.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import { evaluationOptions, givenOption, option } from '../flags.ts';
import type { Output, OutputOptions } from '../output.ts';
import { Stages } from '../stages.ts';

export interface EvaluateFlags extends EngineFlags, OutputOptions, MetricFlags {
  readonly data?: string;
  readonly split?: SplitChoice;
  readonly draws?: number;
  readonly limit?: number;
  readonly seed?: number;
  readonly given?: string;
}

export const evaluateCommand: CommandRow<[path: string], EvaluateFlags> = {
  name: 'evaluate',
  summary: 'how well a run fits: ELBO, importance-sampled NLL, active units, KL per dimension (nats)',
  args: [['<run>', "a run's folder"]],
  options: async () => [
    option('--data <data>', 'other data than it was trained on, also a single image or example'),
    ...evaluationOptions('ELBO and NLL'),
    givenOption,
    ...(await metricFlags()),
  ],
  examples: [
    'rootsigma evaluate runs/digits-diagonal',
    'rootsigma evaluate runs/digits-diagonal --draws 500 --limit 1000 --json',
    'rootsigma evaluate runs/sprites-diagonal --metrics all --draws 1',
  ],
  stopsItself: true,
  parted: true,
  run: evaluate,
};

async function evaluate(
  context: CommandContext,
  [path]: [path: string],
  flags: EvaluateFlags,
): Promise<ExitCode | undefined> {
  const { output, signal } = context;
  const { draws, limit, seed, given } = underPresentFlags('evaluate', flags, formerDrawNames, output);
  const metrics = await metricsOf(flags);
  const run = await openRun(context, path, flags);
  const data = await run.testData(flags.data, { split: flags.split });
  const { dataset, split } = data;
  output.note(...chosenSplit(data, flags.split));
  const stages = new Stages(output);
  let partial: RunEvaluation | undefined;
  const whole = run.evaluate({
    data: dataset,
    ...(draws !== undefined && { draws }),
    ...(limit !== undefined && { limit }),
    ...(seed !== undefined && { seed }),
    ...(given !== undefined && { given }),
    ...metrics,
    signal,
    onProgress: (progress) => {
      stages.say(stageText(progress), progressText(progress));
    },
    onPartial: (evaluation) => {
      partial = evaluation;
    },
  });
  const { evaluation, isInterrupted } = await whole.then(
    (evaluation) => ({ evaluation, isInterrupted: false }),
    (error: unknown) => {
      // Whoever interrupts has what was measured until then.
      if (!partial || !(error instanceof Error) || error.name !== 'AbortError') throw error;
      return { evaluation: partial, isInterrupted: true };
    },
  );
  if (output.json) output.record({ ...evaluation, split, ...(isInterrupted && { interrupted: true }) });
  const { examples } = evaluation;
  const count = `${examples < dataset.size ? 'the first ' : ''}${formatCount(examples)} of ${formatCount(dataset.size)}`;
  output.say(`${count} examples of ${dataset.name}${whichSplit(split, flags.split)}`, '');
  if (run.hasDensity) sayEvaluation(output, evaluation, run);
  else sayReconstruction(output, evaluation, run);
  await sayMetrics(output, evaluation);
  output.say('', `${run.hasDensity ? 'ELBO, reconstruction and NLL are' : 'The reconstruction is'} of ${run.measure}.`);
  if (!isInterrupted) return undefined;
  output.note('Interrupted: what was measured until then is above, the other metrics are not there.');
  return exitCodes.interrupted;
}

function whichSplit(split: SplitChoice, asked: SplitChoice | undefined): string {
  if (asked !== undefined) return asked === 'all' ? ', of all splits' : '';
  return split === 'test' ? '' : ' (there is no test split)';
}

function stageText({ stage, metric }: EvaluationProgress): string {
  const inWords = {
    elbo: 'ELBO',
    nll: 'NLL, by importance sampling',
    reconstruction: 'reconstruction',
    metric: 'metric',
  };
  return metric ?? inWords[stage];
}

function progressText(progress: EvaluationProgress): string {
  const { metric, done, total } = progress;
  const count = metric === undefined ? `  ${formatCount(done)} of ${formatCount(total)} examples` : '';
  return `${stageText(progress)}  ${Math.floor((100 * done) / total)} %${count}`;
}

/** Of a model without a density: how well it reconstructs, and why there is no more. */
function sayReconstruction(output: Output, evaluation: Evaluation, run: Run): void {
  const { reconstruction, reconstructionStandardError, squaredError, activeUnits, latent, codes } = evaluation;
  const error = (value: number | undefined): string => (value === undefined ? '' : `± ${fixed(value)}`);
  const rows = [
    ['reconstruction', fixed(reconstruction), error(reconstructionStandardError), 'log p(x|z), z = μ(x), nats'],
  ];
  if (squaredError) {
    rows.push(['squared error', fixed(squaredError.value), error(squaredError.standardError), '‖x − E[x|z]‖²']);
  }
  output.say(
    output.style.bold('means over examples'),
    ...formatTable(rows, { right: [1] }),
    '',
    codes
      ? `${codes.codesUsed} of ${counted(codes.size, 'code')} are used; perplexity ${fixed(codes.perplexity)}, ${codes.size} where all were used evenly.`
      : `${activeUnits} of ${latent} latent dimensions are active.`,
    `There is no ELBO and no NLL: the posterior '${run.model.parts.posterior.name}' has no density log q(z|x).`,
    'Train with a posterior that has one, such as diagonal, where you want a likelihood.',
  );
}

/** Below this many effective draws, an importance-sampled estimate leans on single ones. */
const fewDraws = 2;

/** The evaluation as a table: of p(x), or of p(x|c) where the model has a condition. */
function sayEvaluation(output: Output, evaluation: Evaluation, run: Run): void {
  const { elbo, elboStandardError, reconstruction, kl, nll, activeUnits, latent, klPerDimension } = evaluation;
  const { bold, yellow } = output.style;
  const nats = (value: number): string => fixed(value);
  const condition = conditionText(run);
  const [of, and] = condition === undefined ? ['', ''] : ['|c', ',c'];
  const ofPrior = run.model.parts.prior.name === 'conditional-normal' ? '|c' : '';
  const rows = [
    [
      'ELBO',
      nats(elbo),
      `± ${nats(elboStandardError)}`,
      `reconstruction − KL, from ${counted(evaluation.draws, 'draw')}`,
    ],
    ['reconstruction', nats(reconstruction), '', `E[log p(x|z${and})], z ~ q(z|x${and})`],
    ['KL', nats(kl), '', `KL(q(z|x${and}) ‖ p(z${ofPrior}))`],
    [
      'NLL',
      nats(nll.value),
      `± ${nats(nll.standardError)}`,
      `−log p(x${of}) from ${counted(nll.draws, 'draw')}, ${nll.effectiveSampleSize.toFixed(1)} effective`,
    ],
  ];
  const { classAccuracy: accuracy } = evaluation;
  output.say(
    bold(`nats, means over examples${condition === undefined ? '' : `; c is ${condition}`}`),
    ...formatTable(rows, { right: [1] }),
    '',
  );
  if (accuracy) {
    const error = (100 * accuracy.standardError).toFixed(1);
    output.say(
      `${(100 * accuracy.value).toFixed(1)} ± ${error} % of ${counted(accuracy.examples, 'label')} are what q(y|x) takes for most probable`,
      '',
    );
  }
  const active = `${activeUnits} of ${latent} latent dimensions are active`;
  if (klPerDimension) {
    output.say(`${active}; KL of each:`, ...formatBars(klPerDimension));
    // With a diagonal posterior the two agree but for rounding: one draw decides neither.
    const correlations = kl - klPerDimension.reduce((total, value) => total + value, 0);
    if (correlations > 0.01 * kl) output.say(`  the other ${nats(correlations)} nats are correlations between them`);
  } else {
    output.say(
      `${active}. What each of them costs has no closed form with this prior and posterior;`,
      '--metrics kl-per-dimension measures it where their densities are known.',
    );
  }
  if (nll.draws > 1 && nll.effectiveSampleSize < fewDraws) {
    output.say(
      '',
      yellow(
        `Only ${nll.effectiveSampleSize.toFixed(1)} of ${nll.draws} draws are effective: the NLL leans on single draws and is too high. Use more with --draws.`,
      ),
    );
  }
}
