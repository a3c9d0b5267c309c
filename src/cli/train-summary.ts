import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { counted, fixed, metricInWords } from '../core/index.ts';
import type { DoneEvent, ElboMeans, Run } from './library/index.ts';
import { formatBytes, formatDuration, formatTable } from './format.ts';
import type { Output } from './output.ts';

export interface TrainingOutcome {
  readonly run: Run;
  readonly out: string;
  readonly done: DoneEvent;
  readonly program: string;
  /** Of images: samples are a picture. */
  readonly isPictured: boolean;
}

/** How a training ended: its numbers, its files, and what to do next. */
export function saySummary(output: Output, outcome: TrainingOutcome): void {
  const { out, done } = outcome;
  const { training, validation } = done;
  const { bold } = output.style;
  output.say('', bold(outcomeText(done)));
  if (training) {
    const rows = [termsHeader(training), termsRow('training', training)];
    if (validation) rows.push(termsRow('validation', validation));
    output.say(...formatTable(rows, { right: [1, 2, 3] }));
    const others = otherMetrics(training);
    if (others !== '') output.say(`In the last epoch's steps: ${others}.`);
    if (done.bestEpoch !== done.epochs)
      output.say(`The parameters kept are those of epoch ${done.bestEpoch}, the best on the validation examples.`);
  }
  output.say(
    '',
    bold(out),
    ...formatTable(
      filesOf(out).map(({ name, size }) => [`  ${name}`, formatBytes(size)]),
      { right: [1] },
    ),
  );
  output.say('', bold('Next'), ...nextSteps(outcome).map((line) => `  ${line}`));
}

function outcomeText({ reason, epochs, steps, skipped, rollbacks, seconds, validation, ...times }: DoneEvent): string {
  const { stepMs, meanStepMs } = times;
  const { metric = 'elbo', direction = 'max' } = validation?.criterion ?? {};
  const how = {
    finished: 'Finished',
    'stopped-early': `Stopped early: the validation ${metricInWords(metric)} no longer ${direction === 'max' ? 'rises' : 'falls'}`,
    interrupted: 'Interrupted; what was learned so far is saved',
  }[reason];
  const speed = stepMs > 0 ? `, ${stepMs.toFixed(2)} ms a step (median; mean ${meanStepMs.toFixed(2)})` : '';
  const left = skipped === undefined ? '' : ` (${skipped} skipped as they were not finite)`;
  const back =
    rollbacks === undefined
      ? ''
      : ` (went back ${rollbacks === 1 ? 'once' : `${rollbacks} times`} from one that was not finite)`;
  return `${how}: ${counted(epochs, 'epoch')}, ${counted(steps, 'step')}${left}${back}, ${formatDuration(seconds)}${speed}`;
}

/** The terms of the ELBO, of a model without a density the reconstruction alone. */
function termsHeader({ kl }: ElboMeans): string[] {
  return ['nats', ...(kl === undefined ? ['reconstruction'] : ['ELBO', 'reconstruction', 'KL'])];
}

function termsRow(name: string, { elbo, reconstruction, kl }: ElboMeans): string[] {
  return [name, ...[elbo, reconstruction, kl].flatMap((value) => (value === undefined ? [] : fixed(value)))];
}

/** What the objective says besides the terms of the ELBO: `total correlation 0.31, discriminator's loss 0.69`. */
function otherMetrics({ metrics = {} }: ElboMeans): string {
  const shown = new Set(['elbo', 'reconstruction', 'kl']);
  return Object.entries(metrics)
    .filter(([name]) => !shown.has(name))
    .map(([name, value]) => `${metricInWords(name)} ${fixed(value)}`)
    .join(', ');
}

function filesOf(folder: string): { readonly name: string; readonly size: number }[] {
  const names = readdirSync(folder, { recursive: true }).map(String).sort();
  return names.flatMap((name) => {
    const stats = statSync(join(folder, name));
    return stats.isFile() ? [{ name, size: stats.size }] : [];
  });
}

function nextSteps({ run, out, done, program, isPictured }: TrainingOutcome): string[] {
  const { model } = run.config;
  const { hasDensity } = run;
  const rows = [
    [`${program} evaluate ${out}`, `${hasDensity ? 'ELBO and NLL' : 'reconstruction'} on the test examples`],
    ...(run.whyNoSamples() === undefined
      ? [[`${program} sample ${out} -o samples.${isPictured ? 'png' : 'csv'} --seed 2`, 'more samples']]
      : []),
  ];
  if (run.columns && hasDensity) {
    rows.push([`${program} score ${out} --data new.csv -o scores.csv --explain`, 'how unusual new rows are, and why']);
  }
  if (done.reason === 'interrupted')
    rows.unshift([`${program} train --resume --out ${out}`, 'continue where it stopped']);
  else if (hasDensity && model.posterior.name !== 'full') {
    rows.push([`${program} train --config ${out}/config.json --posterior full`, 'the same with a full Σ']);
  }
  return formatTable(rows);
}
