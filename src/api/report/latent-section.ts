import { counted } from '../../core/index.ts';
import { numbersOf, takeFirst } from '../../data/index.ts';
import { classColor } from '../../drawing/colors.ts';
import { principalAxes, project } from '../../evaluation/index.ts';
import type { DataInput } from '../data/data.ts';
import type { Run } from '../run/run.ts';
import { scatterChart } from './charts.ts';
import { markup } from './html.ts';
import type { Markup } from './html.ts';

/** Classes that a legend names. */
const mostGroups = 30;

/**
 * Where examples lie in latent space: the two dimensions that there are, or the first two principal axes of the posterior means; with one
 * dimension its standard deviation beside it. Where the examples cannot be had, why.
 */
export async function latentSection(run: Run, data: DataInput | undefined, points: number): Promise<Markup> {
  try {
    return await scatterOf(run, data, points);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return markup`<p class="quiet">Not shown: ${error.message}</p>`;
  }
}

async function scatterOf(run: Run, data: DataInput | undefined, points: number): Promise<Markup> {
  const { dataset, split } = await run.testData(data);
  const shown = takeFirst(dataset, points);
  const { mean, stddev } = await run.encode(run.conditions ? shown : numbersOf(shown));
  const { latent } = run.model;
  const { labels, classNames, size } = shown;
  // The data's name says its split where it has one: digits (test).
  const of = `${counted(size, 'example')} of ${dataset.name}${split === 'all' || dataset.name.endsWith(`(${split})`) ? '' : ` (${split} split)`}`; // prettier-ignore
  const classes = labels ? Math.max(...labels) + 1 : 0;
  const isColoured = labels !== undefined && classes <= mostGroups;
  const groups = isColoured
    ? Array.from({ length: classes }, (_, k) => ({ name: classNames?.[k] ?? String(k), color: classColor(k, classes) }))
    : [];
  const { coordinates, axes, about } =
    latent === 1
      ? {
          coordinates: Array.from(mean.data, (value, k) => [value, stddev.data[k] ?? NaN]),
          axes: ['μ(x)', 'σ(x)'] as const,
          about: 'mean and standard deviation of the one latent dimension',
        }
      : latent === 2
        ? { coordinates: pairsOf(mean.data), axes: ['z₁', 'z₂'] as const, about: 'the two latent dimensions' }
        : projected(mean);
  return scatterChart(
    coordinates.map(([x = NaN, y = NaN], k) => ({ x, y, group: isColoured ? labels[k] : undefined })),
    { title: 'Posterior means', about: `of ${of}; ${about}`, axes: [axes[0], axes[1]], groups },
  );
}

function projected(mean: Parameters<typeof principalAxes>[0]): {
  readonly coordinates: number[][];
  readonly axes: readonly [string, string];
  readonly about: string;
} {
  const found = principalAxes(mean, 2);
  const [first = 0, second = 0] = Array.from(found.explained, (share) => Math.round(100 * share));
  return {
    coordinates: pairsOf(project(mean, found).data),
    axes: [`axis 1 (${first} %)`, `axis 2 (${second} %)`],
    about: `projected on their first two principal axes, which have ${first} % and ${second} % of their variance`,
  };
}

function pairsOf(data: ArrayLike<number>): number[][] {
  return Array.from({ length: data.length / 2 }, (_, k) => [data[2 * k] ?? NaN, data[2 * k + 1] ?? NaN]);
}
