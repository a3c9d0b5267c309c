/** How often two labellings of the same n things meet. */
export interface Contingency {
  /** Cells, row by row: [rows, columns]. */
  readonly cells: Float64Array;
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  readonly total: number;
}

/** The table of two labellings, whose numbers may be any whole ones. */
export function contingency(a: ArrayLike<number>, b: ArrayLike<number>): Contingency {
  const [first, second] = [numbered(a), numbered(b)];
  const [rows, columns] = [new Float64Array(first.count), new Float64Array(second.count)];
  const cells = new Float64Array(first.count * second.count);
  for (let i = 0; i < a.length; i++) {
    const [row, column] = [first.numbers[i]!, second.numbers[i]!];
    rows[row]!++;
    columns[column]!++;
    cells[row * second.count + column]!++;
  }
  return { cells, rows, columns, total: a.length };
}

/** Labels as 0, 1, 2 … in the order of their size. */
export function numbered(labels: ArrayLike<number>): { readonly numbers: Uint32Array; readonly count: number } {
  const distinct = [...new Set(Array.from(labels))].sort((a, b) => a - b);
  const numberOf = new Map(distinct.map((label, number) => [label, number]));
  return { numbers: Uint32Array.from(labels, (label) => numberOf.get(label)!), count: distinct.length };
}

/** −Σ p log p of counts, nats. */
export function entropyOf(counts: ArrayLike<number>, total: number): number {
  let sum = 0;
  for (let k = 0; k < counts.length; k++)
    if (counts[k]! > 0) sum -= (counts[k]! / total) * Math.log(counts[k]! / total);
  return sum;
}

/** I(a; b) = Σ p(a, b) log p(a, b) / (p(a) p(b)) of the counts, nats. */
export function mutualInformationOf({ cells, rows, columns, total }: Contingency): number {
  let sum = 0;
  cells.forEach((count, at) => {
    const [row, column] = [rows[Math.floor(at / columns.length)]!, columns[at % columns.length]!];
    if (count > 0) sum += (count / total) * Math.log((count * total) / (row * column));
  });
  return Math.max(sum, 0);
}

/**
 * Normalised mutual information, I / ½ (H(a) + H(b)), in [0, 1]; 1 for two labellings of one class each (Strehl and Ghosh 2002;
 * the arithmetic mean as in scikit-learn).
 */
export function normalizedMutualInformation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const table = contingency(a, b);
  const entropies = entropyOf(table.rows, table.total) + entropyOf(table.columns, table.total);
  return entropies === 0 ? 1 : mutualInformationOf(table) / (entropies / 2);
}

/** Adjusted Rand index (Hubert and Arabie 1985): 1 for equal partitions, 0 in the mean over random ones, at least −½. */
export function adjustedRandIndex(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const { cells, rows, columns, total } = contingency(a, b);
  const pairs = (counts: Float64Array): number => counts.reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
  const [together, ofRows, ofColumns] = [pairs(cells), pairs(rows), pairs(columns)];
  const expected = (ofRows * ofColumns) / ((total * (total - 1)) / 2);
  const most = (ofRows + ofColumns) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}
