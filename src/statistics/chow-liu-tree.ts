/** Discrete vectors, each position one of `categories` values counted from 0, [count, positions] row by row. */
export interface DiscreteRows {
  readonly values: ArrayLike<number>;
  readonly positions: number;
  readonly categories: number;
}

/**
 * A distribution of discrete vectors in which each position depends on one other: p(k) = Π_t p(k_t | k_parent(t)), the first on none.
 */
export interface DependenceTree {
  /** Which position is visited at each step; none before its parent. */
  readonly order: readonly number[];
  /** Of each step, the step of its parent; 0 of the first, which has none. */
  readonly parents: readonly number[];
  /** log p of a value, given its parent's: [steps, categories of the parent, categories]; the first's rows are all the same. */
  readonly logProbs: Float64Array;
}

/** How often values occur, and occur together. */
interface Counts {
  readonly rows: number;
  /** [positions, categories] */
  readonly single: Float64Array;
  /** [categories, categories] of positions i < j, the first's by row. */
  readonly pair: (i: number, j: number) => Float64Array;
}

/** Added to each count of a single value, so that none is impossible: Perks' 1 / categories. */
const perks = (categories: number): number => 1 / categories;

/**
 * The dependence tree that is nearest in KL to discrete vectors: the spanning tree of most mutual information (Chow and Liu 1968,
 * Approximating Discrete Probability Distributions with Dependence Trees). Informations are less their bias (Miller and Madow), without
 * which positions of many categories would seem to depend on each other by chance.
 *
 * Conditional probabilities are drawn to those of the position by itself: p(k | l) = (n_lk + α p(k)) / (n_l + α).
 *
 * @param alpha pseudo-count α, above 0; Infinity leaves positions independent
 */
export function fitDependenceTree(rows: DiscreteRows, alpha: number): DependenceTree {
  return dependenceTrees(rows)(alpha);
}

/** As `fitDependenceTree`, for several α: which positions depend on each other is found once. */
export function dependenceTrees(rows: DiscreteRows): (alpha: number) => DependenceTree {
  const counts = countsOf(rows);
  const tree = spanningTree(rows.positions, (i, j) => information(counts.pair(i, j), rows.categories));
  return (alpha) => ({ ...tree, logProbs: conditionals(counts, { ...rows, ...tree, alpha }) });
}

/** Mean log p of discrete vectors, nats. */
export function meanLogProb(
  { order, parents, logProbs }: DependenceTree,
  { values, positions, categories }: DiscreteRows,
): number {
  const count = values.length / positions;
  let total = 0;
  for (let row = 0; row < count; row++) {
    for (let step = 0; step < positions; step++) {
      const own = values[row * positions + order[step]!]!;
      const parent = values[row * positions + order[parents[step]!]!]!;
      total += logProbs[(step * categories + parent) * categories + own]!;
    }
  }
  return total / count;
}

function countsOf({ values, positions, categories }: DiscreteRows): Counts {
  const rows = values.length / positions;
  const single = new Float64Array(positions * categories);
  for (let at = 0; at < values.length; at++) single[(at % positions) * categories + values[at]!]!++;
  return {
    rows,
    single,
    // Made when asked for: all of them at once may be more than there is room for.
    pair: (i, j) => {
      const counts = new Float64Array(categories * categories);
      for (let row = 0; row < rows; row++) {
        counts[values[row * positions + i]! * categories + values[row * positions + j]!]!++;
      }
      return counts;
    },
  };
}

/** I of a table of counts, nats, less (cells − rows − columns + 1) / 2n, those that occur. */
function information(counts: Float64Array, categories: number): number {
  const [rows, columns] = [new Float64Array(categories), new Float64Array(categories)];
  let total = 0;
  counts.forEach((count, at) => {
    rows[Math.floor(at / categories)]! += count;
    columns[at % categories]! += count;
    total += count;
  });
  let sum = 0;
  let cells = 0;
  counts.forEach((count, at) => {
    if (count === 0) return;
    cells++;
    sum +=
      (count / total) * Math.log((count * total) / (rows[Math.floor(at / categories)]! * columns[at % categories]!));
  });
  const occurring = (of: Float64Array): number => of.reduce((number, count) => number + (count > 0 ? 1 : 0), 0);
  return sum - (cells - occurring(rows) - occurring(columns) + 1) / (2 * total);
}

/** Prim's: from position 0 on, always the position that is nearest to any that was visited. */
function spanningTree(
  positions: number,
  weight: (i: number, j: number) => number,
): { readonly order: number[]; readonly parents: number[] } {
  const [order, parents] = [[0], [0]];
  const best = Array.from({ length: positions }, (_, j) => ({ step: 0, weight: j === 0 ? 0 : weight(0, j) }));
  const open = new Set(Array.from({ length: positions - 1 }, (_, k) => k + 1));
  while (open.size > 0) {
    let next = -1;
    for (const j of open) if (next < 0 || best[j]!.weight > best[next]!.weight) next = j;
    open.delete(next);
    const step = order.push(next) - 1;
    parents.push(best[next]!.step);
    for (const j of open) {
      const own = weight(Math.min(next, j), Math.max(next, j));
      if (own > best[j]!.weight) best[j] = { step, weight: own };
    }
  }
  return { order, parents };
}

function conditionals(
  { rows, single, pair }: Counts,
  {
    categories: size,
    order,
    parents,
    alpha,
  }: Pick<DiscreteRows, 'categories'> & Pick<DependenceTree, 'order' | 'parents'> & { readonly alpha: number },
): Float64Array {
  const logProbs = new Float64Array(order.length * size * size);
  order.forEach((position, step) => {
    const own = Float64Array.from(
      single.subarray(position * size, (position + 1) * size),
      (count) => (count + perks(size)) / (rows + 1),
    );
    const from = order[parents[step]!]!;
    const isFirst = step === 0;
    const together = isFirst ? undefined : pair(Math.min(position, from), Math.max(position, from));
    for (let parent = 0; parent < size; parent++) {
      const given = isFirst ? 0 : single[from * size + parent]!;
      for (let k = 0; k < size; k++) {
        const count = together ? together[from < position ? parent * size + k : k * size + parent]! : 0;
        const weight = isFirst ? 0 : given / (given + alpha);
        const probability = (weight > 0 ? (weight * count) / given : 0) + (1 - weight) * own[k]!;
        logProbs[(step * size + parent) * size + k] = Math.log(probability);
      }
    }
  });
  return logProbs;
}
