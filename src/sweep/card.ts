import { metricInWords } from '../core/index.ts';
import type { Store } from '../io/index.ts';
import { sweepFile } from './kept-sweep.ts';
import type { Shard } from './kept-sweep.ts';
import { sweepPicture } from './picture.ts';
import { parameterNames, parameterText } from './result.ts';
import type { SweepResult } from './result.ts';
import type { Dimension } from './space.ts';

/** Rows of the table in the README. */
const mostRows = 200;

/** The README.md of a sweep's folder: the trials so far, ranked. */
export async function writeCard(
  store: Store,
  result: SweepResult,
  { shard }: { readonly shard?: Shard | undefined },
): Promise<void> {
  const { metric, direction, trials, reason, open } = result;
  const failed = trials.filter(({ status }) => status === 'failed');
  const ofShard = shard ? ` (shard ${shard.index} of ${shard.count})` : '';
  const words = direction === undefined ? '' : direction === 'max' ? ', more is better' : ', less is better';
  const state = reason === 'finished' ? 'It is finished.' : `${open} trials have not ended.`;
  const picture = (await store.read(sweepFile.picture)) !== undefined && reason === 'finished';
  const [header = [], ...rows] = rankingRows(result);
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`; // prettier-ignore
  const table = [line(header), `|${'---|'.repeat(header.length)}`, ...rows.slice(0, mostRows).map(line)];
  const failures = failureLines(result).slice(0, mostRows).map((text) => `- ${text.replaceAll('\n', ' ')}\n`); // prettier-ignore
  const rest = rows.length > mostRows ? `\n${rows.length - mostRows} more are in ${sweepFile.log}.\n` : '';
  await store.replace(
    sweepFile.card,
    `# A sweep by ${metricInWords(metric)}${ofShard}

${trials.length} trials have ended${failed.length > 0 ? `, of which ${failed.length} failed` : ''}${words}. ${state}

${table.join('\n')}
${rest}${failures.length > 0 ? `\n${failures.join('')}` : ''}${picture ? `\n![Parallel coordinates](${sweepFile.picture})\n` : ''}`,
  );
}

/** The ranked trials as rows of text, the first of which is the header. */
export function rankingRows({ trials, metric }: SweepResult): string[][] {
  const names = parameterNames(trials);
  const [hasError, hasEpochs] = [trials.some(({ standardError }) => standardError !== undefined), trials.some(({ epochs }) => epochs !== undefined)]; // prettier-ignore
  const header = [
    '',
    'trial',
    metricInWords(metric),
    ...(hasError ? ['±'] : []),
    ...(hasEpochs ? ['epochs'] : []),
    ...names,
    's',
  ];
  const rows = trials.map(({ trial, parameters, value, standardError, epochs, seconds, error }, rank) => [
    error === undefined ? String(rank + 1) : '',
    String(trial),
    value === undefined ? 'failed' : String(Number(value.toPrecision(6))),
    ...(hasError ? [standardError === undefined ? '' : standardError.toPrecision(2)] : []),
    ...(hasEpochs ? [String(epochs ?? '')] : []),
    ...names.map((name) => parameterText(parameters[name])),
    seconds.toFixed(1),
  ]);
  return [header, ...rows];
}

/** Why trials failed, a line each: in a cell of the table it would push all numbers aside. */
export function failureLines({ trials }: SweepResult): string[] {
  return trials.flatMap(({ trial, error, attempts = 1 }) =>
    error === undefined ? [] : [`trial ${trial} failed${attempts > 1 ? `, tried ${attempts} times` : ''}: ${error}`],
  );
}

/** The picture of a sweep's folder, where a trial has ended well. */
export async function writePicture(store: Store, result: SweepResult, dimensions: readonly Dimension[]): Promise<void> {
  if (result.best) await store.replace(sweepFile.picture, sweepPicture(result, dimensions));
}
