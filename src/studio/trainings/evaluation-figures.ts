import { metrics } from '../../evaluation/metrics/index.ts';
import type { Quantity } from '../../evaluation/metrics/index.ts';
import type { EvaluationFigure, RunEvaluation } from '../contract.ts';
import { isRecord, numberOf, recordIn, textOf } from '../runs/records.ts';

type Given = Readonly<Record<string, unknown>>;

/** Lists longer than this are not for a page. */
const mostInList = 4096;

/**
 * What `rootsigma evaluate --json` said, as figures in words with units, standard errors and draws: what every model has first, then each
 * metric that was asked for, by the rows of the table of metrics.
 */
export function evaluationIn(said: Given): RunEvaluation | undefined {
  const examples = numberOf(said.examples);
  if (examples === undefined) return undefined;
  const skipped = Object.entries(recordIn(said, 'skippedMetrics'));
  return {
    split: textOf(said.split, 40) ?? 'all',
    examples,
    figures: [...ownFigures(said), ...metricFigures(recordIn(said, 'metrics'))],
    skipped: skipped.flatMap(([name, why]) => (typeof why === 'string' ? [{ name, why: why.slice(0, 500) }] : [])),
  };
}

function ownFigures(said: Given): EvaluationFigure[] {
  const { elbo, kl, reconstruction, activeUnits, latent } = said;
  const [nll, codes, accuracy] = [recordIn(said, 'nll'), recordIn(said, 'codes'), recordIn(said, 'classAccuracy')];
  const draws = numberOf(said.draws);
  const hasDensity = numberOf(elbo) !== undefined;
  const effective = numberOf(nll.effectiveSampleSize);
  const size = numberOf(codes.size);
  return [
    figure('elbo', 'ELBO', elbo, { unit: 'nats', standardError: said.elboStandardError, draws, what: 'reconstruction − KL; higher is better' }),
    figure('nll', 'NLL', nll.value, { unit: 'nats', standardError: nll.standardError, draws: nll.draws, what: `−log p(x) by importance sampling; lower is better${effective === undefined ? '' : `; ${effective.toFixed(1)} draws are effective`}` }),
    figure('reconstruction', 'Reconstruction', reconstruction, { unit: 'nats', standardError: said.reconstructionStandardError, what: hasDensity ? 'E[log p(x|z)], z ~ q(z|x); higher is better' : 'log p(x|z), z = μ(x); higher is better', draws }),
    figure('kl', 'KL', kl, { unit: 'nats', what: 'KL(q(z|x) ‖ p(z))' }),
    figure('squaredError', 'Squared error', recordIn(said, 'squaredError').value, { standardError: recordIn(said, 'squaredError').standardError, what: '‖x − E[x|z]‖², x as the model takes it; lower is better' }),
    figure('codesUsed', 'Codes used', codes.codesUsed, { of: size, what: 'codes of the book that some example uses' }),
    figure('perplexity', 'Perplexity of codes', codes.perplexity, { of: size, what: 'as many codes, used evenly, would be as hard to guess' }),
    figure('activeUnits', 'Active units', codes.size === undefined ? activeUnits : undefined, { of: latent, what: 'latent dimensions that tell examples apart' }),
    figure('classAccuracy', 'Class accuracy', accuracy.value, { standardError: accuracy.standardError, what: `share of ${numberOf(accuracy.examples) ?? 'the'} labels that are what q(y|x) takes for most probable` }),
    figure('klPerDimension', 'KL of each latent dimension', said.klPerDimension, { unit: 'nats' }),
  ].flatMap((each) => each ?? []); // prettier-ignore
}

/** A figure of each quantity of each metric. */
function metricFigures(measured: Given): EvaluationFigure[] {
  return metrics.flatMap((row) => {
    const readings = recordIn(measured, row.name);
    const quantities: Readonly<Record<string, Quantity>> = row.quantities;
    const namesOf = new Map(Object.entries(quantities).flatMap(([key, { namesOf: of }]) => (of === undefined ? [] : [[of, readings[key]]]))); // prettier-ignore
    return Object.entries(quantities).flatMap(([key, quantity]) => {
      if (quantity.namesOf !== undefined) return [];
      const reading = readings[key];
      const [value, standardError] = isRecord(reading) ? [reading.value, reading.standardError] : [reading, undefined];
      const { what, unit, better = 'neither' } = quantity;
      const direction = better === 'neither' ? '' : `; ${better} is better`;
      return figure(`${row.name}.${key}`, titleOf(row.name, key), value, { group: row.name, unit, standardError, names: namesOf.get(key), what: `${what}${direction}` }) ?? []; // prettier-ignore
    });
  });
}

/** What is written in capitals. */
const capitals = /\b(kl|nmi|ari|elbo|mig|sap|dci|vae)\b/gi;

/** total-correlation, estimate → Total correlation: estimate */
function titleOf(metric: string, key: string): string {
  const words = (text: string): string => text.replaceAll('-', ' ').replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`).replace(capitals, (word) => word.toUpperCase()).replace('gaussian', 'Gaussian'); // prettier-ignore
  const name = words(metric);
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return key === metric ? title : `${title}: ${words(key)}`;
}

interface About {
  readonly group?: string;
  readonly unit?: string | undefined;
  readonly standardError?: unknown;
  readonly draws?: unknown;
  readonly of?: unknown;
  readonly names?: unknown;
  readonly what?: string;
}

/** @returns undefined where it was not measured. A number that is not finite is null in JSON, and stays so. */
function figure(name: string, title: string, value: unknown, { group, unit, standardError, draws, of, names, what }: About): EvaluationFigure | undefined {
  const [error, count, most] = [numberOf(standardError), numberOf(draws), numberOf(of)];
  const about = {
    ...{ name, title },
    ...(group !== undefined && { group }),
    ...(unit !== undefined && { unit }),
    ...(what !== undefined && { what }),
    ...(error !== undefined && { standardError: error }),
    ...(count !== undefined && { draws: count }),
    ...(most !== undefined && { of: most }),
  };
  if (Array.isArray(value)) {
    const list = (value as unknown[]).slice(0, mostInList).map((each) => numberOf(each) ?? null);
    const named = Array.isArray(names) ? (names as unknown[]).slice(0, mostInList).map((each) => textOf(each, 60) ?? '?') : undefined; // prettier-ignore
    return { ...about, values: list, ...(named && { names: named }) };
  }
  return typeof value === 'number' || value === null ? { ...about, value: numberOf(value) ?? null } : undefined;
} // prettier-ignore
