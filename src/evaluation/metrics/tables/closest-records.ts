import { UnsupportedError, takeTurns } from '../../../core/index.ts';
import type { NdArray } from '../../../core/index.ts';
import { examplesOf, takeFirst } from '../../../data/index.ts';
import { option, rule } from '../../../parts/index.ts';
import { defineMetric } from '../metric.ts';
import { squaredDistance } from '../samples/neighbourhoods.ts';

export const closestRecords = defineMetric({
  name: 'closest-records',
  summary:
    'whether synthetic rows come nearer to the rows that were trained on than to held-out ones, and how many are copies',
  quantities: {
    closerToTraining: {
      what: 'share of synthetic rows whose closest row is a training one, of as many training and held-out rows; ½ where nothing was learned by heart',
      range: [0, 1],
      better: 'neither',
    },
    distance: {
      what: 'median distance of a synthetic row to the closest training row',
      range: [0, Infinity],
      better: 'neither',
    },
    heldOutDistance: { what: 'the same of held-out rows', range: [0, Infinity], better: 'neither' },
    copies: { what: 'synthetic rows that are equal to a training row', range: [0, Infinity], better: 'smaller' },
    heldOutCopies: {
      what: 'the same of as many held-out rows: those that are equal by chance',
      range: [0, Infinity],
      better: 'neither',
    },
  },
  formula: 'minⱼ ‖xᵢ − tⱼ‖ over training rows t, encoded',
  paper:
    'Zhao et al. 2021, CTAB-GAN (distance to the closest record); Platzer and Reutterer 2021 (share against held-out rows)',
  remarks:
    'The evaluated examples are the held-out ones: a test split, which training did not see. Distances are of encoded rows, numbers in standard deviations and categories one-hot; equal rows are equal in all columns that the model sees. No promise of privacy follows.',
  cost: 'distances of 2 n rows to the training rows',
  needs: { table: true },
  options: {
    count: option(rule.whole(2), { help: 'synthetic rows, and held-out ones where there are so many', default: 1000 }),
    training: option(rule.whole(2), { help: 'the first so many training rows', default: 10_000 }),
  },
  async compute(context, { count, training: most }) {
    const { dataset, signal } = context;
    const training = await context.training();
    if (!dataset.table || !training.dataset.table) throw new UnsupportedError("metric 'closest-records' needs tables.");
    const rows = Math.min(count, dataset.size);
    const drawn = dataset.table.encodeMatrix(await context.sampleTable(rows, { seed: context.seed }));
    const heldOut = examplesOf(takeFirst(dataset, rows));
    const known = examplesOf(takeFirst(training.dataset, most));
    const toTraining = await closestRows(drawn, known, signal);
    const ofHeldOut = await closestRows(heldOut, known, signal);
    // As many of either: the nearest of more is nearer.
    const some = Math.min(rows, known.shape[0] ?? 0);
    const near = await closestRows(drawn, examplesOf(takeFirst(training.dataset, some)), signal);
    const far = await closestRows(drawn, examplesOf(takeFirst(dataset, some)), signal);
    const shares = Array.from(near.distances, (distance, k): number => {
      const other = far.distances[k]!;
      return distance < other ? 1 : distance > other ? 0 : 0.5;
    });
    const share = shares.reduce((sum, each) => sum + each, 0) / rows;
    return {
      closerToTraining: { value: share, standardError: Math.sqrt((share * (1 - share)) / rows) },
      distance: median(toTraining.distances),
      heldOutDistance: median(ofHeldOut.distances),
      copies: toTraining.copies,
      heldOutCopies: ofHeldOut.copies,
    };
  },
});

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

/** How near rows come to others. */
export interface ClosestRows {
  /** Of each row, the Euclidean distance to the closest of the others. */
  readonly distances: Float64Array;
  /** How many are equal to one of them. */
  readonly copies: number;
}

/**
 * How near each row comes to others, and how many are copies of one.
 *
 * @param rows [n, width]
 * @param others [m, width], m > 0
 */
export async function closestRows(rows: NdArray, others: NdArray, signal?: AbortSignal): Promise<ClosestRows> {
  const [count = 0] = rows.shape;
  const [many = 0] = others.shape;
  const distances = new Float64Array(count).fill(Infinity);
  let copies = 0;
  for (let i = 0; i < count; i++) {
    signal?.throwIfAborted();
    for (let j = 0; j < many && distances[i]! > 0; j++) {
      distances[i] = Math.min(distances[i]!, squaredDistance(rows, i, others, j));
    }
    distances[i] = Math.sqrt(distances[i]!);
    if (distances[i] === 0) copies++;
    await takeTurns();
  }
  return { distances, copies };
}
