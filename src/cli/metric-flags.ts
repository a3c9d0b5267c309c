import { InvalidArgumentError } from 'commander';
import type { Option } from 'commander';
import { setting } from './flag-values.ts';
import { UsageError } from './errors.ts';
import { formatNumber, formatTable } from './format.ts';
import type { Quantity, Reading, RunEvaluateOptions, RunEvaluation } from './library/index.ts';
import { RepeatedOption, group, option } from './flags.ts';
import type { Output } from './output.ts';

// What `evaluate` measures besides, made from the rows of the table of metrics.

export interface MetricFlags {
  readonly metrics?: readonly string[];
  readonly set?: Readonly<Record<string, unknown>>;
}

/** Loads the table of metrics, which `--help` of other commands does without. */
async function tableOfMetrics() {
  return (await import('../api/run/metric-table.ts')).metrics;
}

export async function metricFlags(): Promise<readonly Option[]> {
  const rows = await tableOfMetrics();
  const meanings = rows.map(({ name, summary }) => `${name}: ${summary}`).join('; ');
  const settings = new Map<string, string[]>();
  for (const { name, options } of rows) {
    for (const [key, { help, default: usual }] of Object.entries(options)) {
      const text = `${key}, ${help} (default: ${String(usual)})`;
      settings.set(text, [...(settings.get(text) ?? []), name]);
    }
  }
  const lines = [...settings].map(([text, names]) => `${names.join(', ')}: ${text}`);
  return group(
    'Metrics',
    option(
      '--metrics <names>',
      `measured besides, names with commas between; all: those that the run and the examples have. ${meanings}`,
      namesIn,
    ),
    new RepeatedOption(
      '--set <metric.option=value>',
      `repeatable: an option of a metric. ${lines.join('; ')}`,
      setting,
    ),
  );
}

function namesIn(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (!names.includes('')) return names;
  throw new InvalidArgumentError('Expected all, or names with commas between.');
}

/**
 * Of the flags, the option `metrics`, before anything is read.
 *
 * @throws UsageError for an option of a metric that is not asked for; ValueError for a metric or an option that there is not
 */
export async function metricsOf({ metrics = [], set = {} }: MetricFlags): Promise<Pick<RunEvaluateOptions, 'metrics'>> {
  const settings = new Map<string, Record<string, unknown>>();
  for (const [path, value] of Object.entries(set)) {
    const [name = '', key, ...rest] = path.split('.');
    if (key === undefined || rest.length > 0 || !(metrics.includes(name) || metrics.includes('all'))) {
      throw new UsageError(`--set ${path}: expected metric.option=value, of a metric that --metrics asks for.`);
    }
    settings.set(name, { ...settings.get(name), [key]: value });
  }
  if (metrics.length === 0) return {};
  const named = metrics.filter((name) => !settings.has(name));
  const choices = [...named, ...[...settings].map(([name, options]) => ({ ...options, name }))];
  const { checkMetricChoices } = await import('../api/run/evaluation.ts');
  await checkMetricChoices(choices);
  return { metrics: choices };
}

/** What metrics came to, as a table; why others were left out. */
export async function sayMetrics(output: Output, { metrics = {}, skippedMetrics = {} }: RunEvaluation): Promise<void> {
  const rows = await tableOfMetrics();
  const lines = Object.entries(metrics).flatMap(([name, readings]) => {
    const quantities = rows.find((row) => row.name === name)?.quantities ?? {};
    const namesOf = (key: string) => {
      const names = Object.entries(quantities).find(([, each]) => each.namesOf === key)?.[0];
      return names === undefined ? undefined : (readings[names] as readonly string[]);
    };
    // Names stand beside what they name.
    const shown = Object.entries(readings).filter(([key]) => quantities[key]?.namesOf === undefined);
    return shown.map(([key, reading], at) => ({
      cells: [at === 0 ? name : '', key, ...readingCells(reading), quantities[key] ? aboutText(quantities[key]) : ''],
      below: listLines(reading, namesOf(key)),
    }));
  });
  if (lines.length > 0) {
    const table = formatTable(
      lines.map(({ cells }) => cells),
      { right: [2] },
    );
    output.say('', output.style.bold('metrics'), ...table.flatMap((line, at) => [line, ...(lines[at]?.below ?? [])]));
  }
  const reasons = Object.entries(skippedMetrics);
  if (reasons.length > 0) {
    output.say(
      '',
      ...reasons.map(([name, reason]) => `left out: ${reason.includes(`'${name}'`) ? '' : `${name}: `}${reason}`),
    );
  }
}

/** The number, and its standard error. */
function readingCells(reading: Reading): [string, string] {
  if (typeof reading === 'number') return [formatNumber(reading, 4), ''];
  if ('value' in reading) return [formatNumber(reading.value, 4), `± ${formatNumber(reading.standardError, 2)}`];
  return ['', ''];
}

/** Numbers in a line under a list's name. */
const numbersInLine = 10;

/** The numbers of a list, below its line: beside it they would push all else aside. Those that have names have a line each. */
function listLines(reading: Reading, names?: readonly string[]): string[] {
  if (typeof reading === 'number' || 'value' in reading) return [];
  const texts = reading.map((value) => (typeof value === 'number' ? formatNumber(value, 3) : value));
  if (names) return formatTable(names.map((name, at) => [`    ${name}`, texts[at] ?? '']));
  const width = Math.max(0, ...texts.map(({ length }) => length));
  return Array.from(
    { length: Math.ceil(texts.length / numbersInLine) },
    (_, line) =>
      `    ${texts
        .slice(line * numbersInLine, (line + 1) * numbersInLine)
        .map((text) => text.padStart(width))
        .join(' ')}`,
  );
}

function aboutText({ what, range, better = 'neither', unit }: Quantity): string {
  if (!range) return what;
  const [least, most] = range;
  const bounds = `${least === -Infinity ? '(−∞' : `[${least}`}, ${most === Infinity ? '∞)' : `${most}]`}`;
  const direction = better === 'neither' ? '' : `, ${better} is better`;
  return `${what}; ${bounds}${unit === undefined ? '' : ` ${unit}`}${direction}`;
}
