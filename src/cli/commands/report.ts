import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { whole } from '../flag-values.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import { UsageError } from '../errors.ts';
import { engineOptions, group, option, outputOptions, required } from '../flags.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import type { OutputOptions } from '../output.ts';

interface ReportFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data?: string;
  readonly title?: string;
  readonly points?: number;
  readonly evaluate?: boolean;
  readonly draws?: number;
  readonly limit?: number;
}

export const reportCommand: CommandRow<[path: string], ReportFlags> = {
  name: 'report',
  summary: 'a run as one HTML file: curves, pictures, latent space, alarms in words, configuration',
  args: [['<run>', "a run's folder; of a training that is not finished, what there is without a model"]],
  options: [
    required('-o, --output <file>', 'where to: .html, which needs no other file and no network'),
    option('--data <data>', 'the examples to show in latent space and to evaluate (default: those it was trained on)'),
    option('--title <text>', "what stands on top (default: the folder's name)"),
    option('--points <n>', 'show the first n examples in latent space (default: 1000)', whole(1, 20_000)),
    ...group(
      'Evaluation',
      option('--evaluate', 'evaluate the run too: ELBO, NLL and what else `rootsigma evaluate` gives'),
      option('--draws <k>', 'draws of z an example (default: 100)', whole(1)),
      option('-n, --limit <n>', 'evaluate the first n examples (default: all)', whole(1)),
    ),
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    'rootsigma report runs/digits-diagonal -o report.html',
    'rootsigma report runs/people -o people.html --evaluate --limit 1000',
  ],
  stopsItself: true,
  run: report,
};

async function report(context: CommandContext, [path]: [path: string], flags: ReportFlags): Promise<undefined> {
  const { output, library, signal } = context;
  const { output: file, data, title, points, evaluate, draws, limit } = flags;
  if (!/\.html?$/i.test(file)) throw new UsageError(`${file}: a report is a page; write it to a .html file.`);
  if (!evaluate && (draws !== undefined || limit !== undefined)) {
    throw new UsageError('--draws and --limit are of the evaluation: give --evaluate too.');
  }
  if (hasNoModel(path)) {
    await reportTraining(context, path, flags);
    return undefined;
  }
  const run = await openRun(context, path, flags);
  if (evaluate) output.status('Evaluating …');
  const examples = data === undefined ? {} : { data };
  const evaluation = evaluate
    ? await run.evaluate({ ...examples, ...(draws !== undefined && { draws }), ...(limit !== undefined && { limit }), signal }) // prettier-ignore
    : undefined;
  output.status('Drawing …');
  const page = await library.htmlReport(run, { ...examples, title, points, evaluation });
  signal.throwIfAborted();
  await library.writePage(file, page);
  output.clearStatus();
  if (output.json) output.record({ file, bytes: Buffer.byteLength(page), ...(evaluation && { evaluation }) });
  output.say(`${file}: ${run.path ?? path} on one page`);
  await run.dispose();
  return undefined;
}

/** Whether it is a run's folder in which a training has left no model. */
function hasNoModel(path: string): boolean {
  return existsSync(join(path, 'config.json')) && !existsSync(join(path, 'model.safetensors'));
}

/** @throws UsageError where something is asked for that only a model can give */
async function reportTraining(
  { output, library, signal }: CommandContext,
  path: string,
  { output: file, title, data, points, evaluate }: ReportFlags,
): Promise<void> {
  const needy = Object.entries({ '--evaluate': evaluate, '--data': data, '--points': points }).flatMap(([flag, value]) => value === undefined ? [] : [flag]); // prettier-ignore
  if (needy.length > 0) {
    throw new UsageError(
      `${path}: has no model.safetensors: its training did not come to an end. Without ${needy.join(' and ')} the report has what there is: curves, alarms, configuration.`,
    );
  }
  const { writerOf } = await import('../../studio/runs/summary.ts');
  const folder = realpathSync(path);
  const isTraining = writerOf({ root: dirname(folder), parts: [basename(folder)] }) !== undefined;
  const page = await library.trainingReport(path, { title, isTraining });
  signal.throwIfAborted();
  await library.writePage(file, page);
  if (output.json) output.record({ file, bytes: Buffer.byteLength(page), model: false });
  output.say(`${file}: ${path} on one page, without what only a model could show: its training ${isTraining ? 'goes on' : 'did not come to an end'}.`); // prettier-ignore
}
